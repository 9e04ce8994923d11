package health

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"watchbill/schedule"
)

// bandNames are the bands as files and reports name them.
var bandNames = [...]string{
	schedule.Business: "business", schedule.Evening: "evening", schedule.WeekendBand: "weekend",
	schedule.HolidayBand: "holiday", schedule.Sleep: "sleep",
}

// BandName returns the name of a band: business, evening, weekend, holiday or sleep.
func BandName(b schedule.Band) string { return bandNames[b] }

// ByBand holds something for each band, by [schedule.Band].
type ByBand[T any] [len(bandNames)]T

// bandOrder is the order in which bands are written.
var bandOrder = [...]schedule.Band{schedule.Business, schedule.Evening, schedule.WeekendBand, schedule.HolidayBand, schedule.Sleep}

// MarshalJSON writes an object with a field for each band.
func (v ByBand[T]) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	for i, b := range bandOrder {
		value, err := json.Marshal(v[b])
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&out, `%c"%s":%s`, "{,"[min(i, 1)], bandNames[b], value)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// UnmarshalJSON reads what MarshalJSON writes; a band that is not a band is an error,
// and one that is missing is the zero value.
func (v *ByBand[T]) UnmarshalJSON(data []byte) error {
	var byName map[string]json.RawMessage
	if err := json.Unmarshal(data, &byName); err != nil {
		return err
	}
	*v = ByBand[T]{}
	for b, name := range bandNames {
		if raw, ok := byName[name]; ok {
			if err := json.Unmarshal(raw, &v[b]); err != nil {
				return err
			}
			delete(byName, name)
		}
	}
	for name := range byName {
		return fmt.Errorf("%q is not a band; bands are business, evening, weekend, holiday and sleep", name)
	}
	return nil
}

// An order says which band an hour belongs to that could belong to several.
type order func(holiday, weekend, sleep, business bool) schedule.Band

// pageOrder is that of pages and of work after them: a page at night wakes whatever
// day it is.
func pageOrder(holiday, weekend, sleep, business bool) schedule.Band {
	switch {
	case sleep:
		return schedule.Sleep
	case holiday:
		return schedule.HolidayBand
	case weekend:
		return schedule.WeekendBand
	case business:
		return schedule.Business
	}
	return schedule.Evening
}

// standbyOrder is that of standing by: what is lost is the day, asleep or awake.
func standbyOrder(holiday, weekend, sleep, business bool) schedule.Band {
	switch {
	case holiday:
		return schedule.HolidayBand
	case weekend:
		return schedule.WeekendBand
	case sleep:
		return schedule.Sleep
	case business:
		return schedule.Business
	}
	return schedule.Evening
}

// PageBand returns the band of a page at t on the person's own clock: sleep before
// holiday before weekend before business; what is left of a working day is evening.
func (p *Person) PageBand(t time.Time) schedule.Band {
	stay := p.at(t.Unix())
	date, clock := localOf(t.Unix(), stay.Zone)
	return p.band(stay, date, clock, pageOrder)
}

// StandbyBand returns the band of a moment of standing by: holiday before weekend before
// sleep before business.
func (p *Person) StandbyBand(t time.Time) schedule.Band {
	stay := p.at(t.Unix())
	date, clock := localOf(t.Unix(), stay.Zone)
	return p.band(stay, date, clock, standbyOrder)
}

// Night returns the night that t belongs to on the person's own clock, named for the
// day on which it begins: nights go from noon to noon.
func (p *Person) Night(t time.Time) schedule.Date {
	date, clock := localOf(t.Unix(), p.at(t.Unix()).Zone)
	if clock < schedule.Noon {
		return date.AddDays(-1)
	}
	return date
}

// localOf returns what a clock in the zone shows at an instant.
func localOf(t int64, zone *time.Location) (schedule.Date, schedule.Clock) {
	local := time.Unix(t, 0).In(zone)
	return schedule.DateOf(local), schedule.ClockOf(local)
}

// band classifies a moment of a day.
func (p *Person) band(s *Stay, d schedule.Date, c schedule.Clock, by order) schedule.Band {
	_, holiday := p.Holidays.On(d)
	working := s.Business.Days.Has(d.Weekday())
	return by(holiday, !working, covers(s.Sleep, c), working && covers(s.Business, c))
}

// covers says whether a time of day lies within hours, which may go past midnight.
func covers(h schedule.Hours, c schedule.Clock) bool {
	if h.From < h.Until {
		return h.From <= c && c < h.Until
	}
	return c >= h.From || c < h.Until
}

// PageBands returns how many seconds of [from, to) fall into each band as pages have
// them, and StandbyBands as standing by has them: seconds as they pass, so a night
// with a clock change counts what it lasts.
func (p *Person) PageBands(from, to time.Time) ByBand[int64] {
	var out ByBand[int64]
	p.addBands(&out, from.Unix(), to.Unix(), pageOrder)
	return out
}

// StandbyBands is described at [Person.PageBands].
func (p *Person) StandbyBands(from, to time.Time) ByBand[int64] {
	var out ByBand[int64]
	p.addBands(&out, from.Unix(), to.Unix(), standbyOrder)
	return out
}

// addBands adds the seconds of [from, to) to their bands. It goes from one moment at
// which the clock, the zone or the hours change to the next.
func (p *Person) addBands(total *ByBand[int64], from, to int64, by order) {
	for t := from; t < to; {
		stay := p.at(t)
		local := time.Unix(t, 0).In(stay.Zone)
		end := min(to, p.nextMove(t), schedule.SteadyUntil(t, stay.Zone))
		for date, clock := schedule.DateOf(local), schedule.ClockOf(local); t < end; {
			next := nextEdge(stay, clock)
			length := min(end-t, int64(next-clock))
			total[p.band(stay, date, clock, by)] += length
			t, clock = t+length, next
			if clock == endOfDay {
				date, clock = date.AddDays(1), 0
			}
		}
	}
}

const endOfDay schedule.Clock = 24 * 60 * 60

// nextEdge returns the next time of day at which hours begin or end.
func nextEdge(s *Stay, c schedule.Clock) schedule.Clock {
	next := endOfDay
	for _, edge := range [...]schedule.Clock{s.Business.From, s.Business.Until, s.Sleep.From, s.Sleep.Until} {
		if c < edge && edge < next {
			next = edge
		}
	}
	return next
}
