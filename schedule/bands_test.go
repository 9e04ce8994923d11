package schedule_test

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"watchbill/schedule"
)

// shared reads a worked case of the project's data, and skips the test where
// there is none.
func shared(t *testing.T, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "shared", "data", "health", name))
	if err != nil {
		t.Skip(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

func instant(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func personIn(t testing.TB, name string) schedule.Person {
	return schedule.Person{ID: "ana", Zones: schedule.In(zone(t, name))}
}

// slotOf is a slot of one stretch.
func slotOf(from, to time.Time) *schedule.Slot {
	return &schedule.Slot{Start: from, End: to, Parts: []schedule.Span{{Start: from, End: to}}}
}

func TestStandbyWeek(t *testing.T) {
	var c struct {
		Input struct {
			Person struct {
				TZ       string
				Holidays []schedule.Date
			}
			Shifts []struct{ Start, End time.Time }
		}
		Expected struct {
			Bands  map[string]float64 `json:"on_call_hours_by_band"`
			Points float64            `json:"standby_points"`
		}
	}
	shared(t, "case_03_standby_week.json", &c)
	p := personIn(t, c.Input.Person.TZ)
	for _, d := range c.Input.Person.Holidays {
		p.Holidays = p.Holidays.With(schedule.NewCalendar(schedule.Holiday{Date: d}))
	}
	from, to := c.Input.Shifts[0].Start, c.Input.Shifts[0].End
	got := p.Bands(from, to)
	for band, name := range map[schedule.Band]string{
		schedule.Business: "business", schedule.Evening: "evening", schedule.Sleep: "sleep",
		schedule.WeekendBand: "weekend", schedule.HolidayBand: "holiday",
	} {
		if hours := float64(got[band]) / 3600; hours != c.Expected.Bands[name] {
			t.Errorf("%v hours of %s, want %v", hours, name, c.Expected.Bands[name])
		}
	}
	if points := p.Points(slotOf(from, to), schedule.One, schedule.DefaultRates()); float64(points) != c.Expected.Points {
		t.Errorf("%d points, want %v", points, c.Expected.Points)
	}
}

// On working days a page and an hour of standing by are in the same band.
func TestBandsOfWorkingDays(t *testing.T) {
	type hours struct{ Start, End schedule.Clock }
	var c struct {
		Input struct {
			People []struct {
				ID       string
				TZ       json.RawMessage
				Sleep    hours `json:"sleep_hours"`
				Business hours `json:"business_hours"`
			}
			Rows []struct {
				Person string
				At     time.Time
			}
		}
		Expected []string
	}
	shared(t, "case_01_bands.json", &c)
	people := map[string]schedule.Person{}
	for _, in := range c.Input.People {
		p := schedule.Person{
			ID:       schedule.PersonID(in.ID),
			Business: schedule.Hours{From: in.Business.Start, Until: in.Business.End},
			Sleep:    schedule.Hours{From: in.Sleep.Start, Until: in.Sleep.End},
		}
		var name string
		var stays []struct {
			From *time.Time
			TZ   string
		}
		if json.Unmarshal(in.TZ, &name) == nil {
			p.Zones = schedule.In(zone(t, name))
		} else if err := json.Unmarshal(in.TZ, &stays); err != nil {
			t.Fatal(err)
		}
		for _, s := range stays {
			stay := schedule.Stay{Zone: zone(t, s.TZ)}
			if s.From != nil {
				stay.From = schedule.DateOf(*s.From)
			}
			p.Zones = append(p.Zones, stay)
		}
		people[in.ID] = p
	}
	names := map[schedule.Band]string{schedule.Business: "business", schedule.Evening: "evening", schedule.Sleep: "sleep"}
	compared := 0
	for i, row := range c.Input.Rows {
		bands := people[row.Person].Bands(row.At, row.At.Add(time.Second))
		for b, name := range names {
			if bands[b] == 1 {
				compared++
				if want := c.Expected[i]; want != name && want != "holiday" && row.At.Format(time.DateOnly) != "2025-12-25" {
					t.Errorf("%s at %v: %s, want %s", row.Person, row.At, name, want)
				}
			}
		}
	}
	if compared < 10 {
		t.Errorf("only %d rows compared", compared)
	}
}

// The band of each minute by the words of the rule, one after the other.
func bandByTheRule(p schedule.Person, at time.Time) schedule.Band {
	local := at.In(p.ZoneAt(at))
	minute := local.Hour()*60 + local.Minute()
	if _, ok := p.Holidays.On(schedule.DateOf(local)); ok {
		return schedule.HolidayBand
	}
	switch {
	case local.Weekday() == time.Saturday || local.Weekday() == time.Sunday:
		return schedule.WeekendBand
	case minute >= 22*60 || minute < 8*60:
		return schedule.Sleep
	case minute < 18*60:
		return schedule.Business
	}
	return schedule.Evening
}

// Bands are integrals over instants: counted minute by minute they are the same,
// over clock changes, holidays and journeys.
func TestBandsMinuteByMinute(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, name := range zoneNames {
		p := personIn(t, name)
		p.Holidays = schedule.NewCalendar(schedule.Holiday{Date: schedule.Date{Year: 2026, Month: 4, Day: 6}})
		p.Zones = append(p.Zones, schedule.Stay{From: schedule.Date{Year: 2026, Month: 10, Day: 30}, Zone: zone(t, "Asia/Tokyo")})
		for range 12 {
			from := time.Date(2026, 1, 1, 0, rng.IntN(365*24*60), 0, 0, time.UTC)
			if rng.IntN(2) == 0 {
				from = time.Date(2026, []time.Month{3, 4, 10, 11}[rng.IntN(4)], 1, 0, rng.IntN(30*24*60), 0, 0, time.UTC)
			}
			to := from.Add(time.Duration(rng.IntN(9*24*60)) * time.Minute)
			var want [5]int64
			for at := from; at.Before(to); at = at.Add(time.Minute) {
				want[bandByTheRule(p, at)] += 60
			}
			if got := p.Bands(from, to); got != want {
				t.Errorf("%s from %v to %v: %v, want %v", name, from, to, got, want)
			}
		}
	}
}

func TestPoints(t *testing.T) {
	berlin := personIn(t, "Europe/Berlin")
	christmas := berlin
	christmas.Holidays = schedule.NewCalendar(schedule.Holiday{Date: schedule.Date{Year: 2026, Month: 12, Day: 25}})
	for _, c := range []struct {
		name     string
		p        schedule.Person
		from, to string
		weight   schedule.Weight
		want     int64
	}{
		{"a spring night is an hour short", berlin, "2026-03-30T20:00:00+02:00", "2026-03-31T08:00:00+02:00", schedule.One, 18},
		{"Saturday 20:00 to Sunday 08:00 over the spring change, 11 hours at 2", berlin, "2026-03-28T20:00:00+01:00", "2026-03-29T08:00:00+02:00", schedule.One, 22},
		{"the same in autumn, 13 hours", berlin, "2026-10-24T20:00:00+02:00", "2026-10-25T08:00:00+01:00", schedule.One, 26},
		{"Christmas Day is a holiday from midnight to midnight", christmas, "2026-12-25T00:00:00+01:00", "2026-12-26T00:00:00+01:00", schedule.One, 72},
		{"and a Friday for others", berlin, "2026-12-25T00:00:00+01:00", "2026-12-26T00:00:00+01:00", schedule.One, 31},
		{"half the weight", christmas, "2026-12-25T00:00:00+01:00", "2026-12-26T00:00:00+01:00", 500, 36},
		{"a shadow weighs nothing", christmas, "2026-12-25T00:00:00+01:00", "2026-12-26T00:00:00+01:00", 0, 0},
		{"half a point rounds up", berlin, "2026-06-10T10:00:00+02:00", "2026-06-10T10:30:00+02:00", schedule.One, 1},
		{"less than half rounds down", berlin, "2026-06-10T10:00:00+02:00", "2026-06-10T10:29:59+02:00", schedule.One, 0},
		{"night in Berlin is day in Tokyo", personIn(t, "Asia/Tokyo"), "2026-06-10T01:00:00+02:00", "2026-06-10T11:00:00+02:00", schedule.One, 10},
	} {
		from, to := instant(t, c.from), instant(t, c.to)
		if got := c.p.Points(slotOf(from, to), c.weight, schedule.DefaultRates()); got != c.want {
			t.Errorf("%s: %d points, want %d", c.name, got, c.want)
		}
	}
}
