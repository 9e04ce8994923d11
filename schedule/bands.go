package schedule

import (
	"slices"
	"time"
)

// A Band is a kind of hour on a person's own clock. Each hour of duty belongs to
// exactly one.
type Band int

// The bands. Standing by, a public holiday outweighs the weekend, the weekend
// outweighs sleep, and sleep outweighs working hours; what is left of a working
// day is evening.
const (
	Business Band = iota
	Evening
	Sleep
	WeekendBand
	HolidayBand
	bands
)

// Rates are the standby points of an hour in each band, in thousandths.
type Rates [bands]int64

// maxRate keeps years of duty at the largest weight within an int64.
const maxRate = 100 * 1000

// DefaultRates are a policy, and so configuration: one point for an hour of
// work, one and a half in the evening and at night, two at the weekend, three on
// a public holiday.
func DefaultRates() Rates {
	return Rates{Business: 1000, Evening: 1500, Sleep: 1500, WeekendBand: 2000, HolidayBand: 3000}
}

// Bands returns how much of [from, to) falls into each band on the person's own
// clock, in seconds as they pass: the night of a clock change counts what it
// really lasts.
func (p Person) Bands(from, to time.Time) [bands]int64 {
	var total [bands]int64
	business, sleep := p.hours()
	for t, end := from.Unix(), to.Unix(); t < end; {
		zone := p.ZoneAt(time.Unix(t, 0))
		_, until, offset := stretch(t, zone)
		until = min(until, end, p.nextMove(t))
		p.nominalBands(&total, business, sleep, t+offset, until+offset)
		t = until
	}
	return total
}

// nextMove returns when the person next changes zone after t.
func (p Person) nextMove(t int64) int64 {
	for _, s := range p.Zones[min(1, len(p.Zones)):] {
		if at := s.From.At(Midnight, s.Zone).Unix(); at > t {
			return at
		}
	}
	return forever
}

// nominalBands adds up a stretch of wall-clock time without clock changes.
func (p Person) nominalBands(total *[bands]int64, business, sleep Hours, from, to int64) {
	cuts := make([]int64, 0, 8)
	for day := floorDiv(from, secondsPerDay); day*secondsPerDay < to; day++ {
		date := dateOfDays(day)
		start := day * secondsPerDay
		cuts = append(cuts[:0], 0, int64(business.From), int64(business.Until), int64(sleep.From), int64(sleep.Until), secondsPerDay)
		slices.Sort(cuts)
		for i, c := range cuts[:len(cuts)-1] {
			a, b := max(from, start+c), min(to, start+cuts[i+1])
			if a < b {
				total[p.band(date, Clock(c), business, sleep)] += b - a
			}
		}
	}
}

// band classifies a moment of a day.
func (p Person) band(d Date, c Clock, business, sleep Hours) Band {
	if _, ok := p.Holidays.On(d); ok {
		return HolidayBand
	}
	switch {
	case !business.Days.Has(d.Weekday()):
		return WeekendBand
	case sleep.covers(c):
		return Sleep
	case business.covers(c):
		return Business
	}
	return Evening
}

// covers says whether a time of day lies within the hours.
func (h Hours) covers(c Clock) bool {
	if h.From < h.Until {
		return h.From <= c && c < h.Until
	}
	return c >= h.From || c < h.Until
}

// Points returns what the person stands by in a slot of a rotation, in whole
// standby points rounded half up: the sum over bands of hours times rate, times
// the rotation's weight.
func (p Person) Points(s *Slot, weight Weight, rates Rates) int64 {
	sum := int64(0)
	for _, part := range s.Parts {
		for b, seconds := range p.Bands(part.Start, part.End) {
			sum += seconds * rates[b]
		}
	}
	// seconds × thousandths × thousandths, per hour
	const unit = 3600 * 1000 * 1000
	return (sum*int64(weight) + unit/2) / unit
}
