package schedule_test

import (
	"testing"
	"time"

	"watchbill/schedule"
)

func TestAbsenceSpan(t *testing.T) {
	week := schedule.Absence{First: date(t, "2026-12-21"), Last: date(t, "2026-12-27")}
	for _, c := range []struct {
		name     string
		a        schedule.Absence
		zone     string
		handOver schedule.Clock
		from, to string
	}{
		{"a morning hand-over is still made on the first day", week, "Europe/Berlin", schedule.ClockAt(9, 0), "2026-12-21T09:00:00+01:00", "2026-12-28T00:00:00+01:00"},
		{"an afternoon one is not", week, "Europe/Berlin", schedule.ClockAt(17, 0), "2026-12-21T00:00:00+01:00", "2026-12-28T00:00:00+01:00"},
		{"days are those of their own zone", week, "America/New_York", schedule.Midnight, "2026-12-21T00:00:00-05:00", "2026-12-28T00:00:00-05:00"},
		{"one day over the clock change has 25 hours", schedule.Absence{First: date(t, "2026-10-25"), Last: date(t, "2026-10-25")}, "Europe/Berlin", schedule.Midnight, "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00"},
		{"instants are taken as they are", schedule.Absence{Start: instant(t, "2026-12-21T13:00:00Z"), End: instant(t, "2026-12-21T15:00:00Z")}, "Europe/Berlin", schedule.ClockAt(9, 0), "2026-12-21T13:00:00Z", "2026-12-21T15:00:00Z"},
	} {
		from, to := c.a.Span(zone(t, c.zone), c.handOver)
		if !from.Equal(instant(t, c.from)) || !to.Equal(instant(t, c.to)) {
			t.Errorf("%s: %v to %v, want %s to %s", c.name, from, to, c.from, c.to)
		}
	}
}

// Leave from a Monday on does not cost the week that ends that morning, and ends
// in time for the next.
func TestAWeekOfLeaveBlocksAWeek(t *testing.T) {
	for _, name := range zoneNames {
		r := schedule.Rotation{ID: "p", Zone: zone(t, name), HandOver: schedule.Weekly(time.Monday, schedule.ClockAt(9, 0)), First: date(t, "2026-01-05"), Weight: schedule.One}
		for monday := r.First; monday.Before(date(t, "2026-12-28")); monday = monday.AddDays(7) {
			away := schedule.Absence{First: monday, Last: monday.AddDays(6)}
			from, to := away.Span(r.Zone, r.HandOver.Clock())
			slots, err := r.Slots(from, to)
			if err != nil {
				t.Fatal(err)
			}
			if len(slots) != 1 {
				t.Errorf("%s: %v blocks %d weeks", name, away, len(slots))
			}
		}
	}
}

func TestPresence(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	m := schedule.Member{From: date(t, "2026-03-01"), Until: date(t, "2026-03-29")}
	from, until := m.Presence(berlin)
	if !from.Equal(instant(t, "2026-03-01T00:00:00+01:00")) || !until.Equal(instant(t, "2026-03-30T00:00:00+02:00")) {
		t.Errorf("%v to %v", from, until)
	}
	if from, until = (schedule.Member{}).Presence(berlin); !from.IsZero() || !until.IsZero() {
		t.Errorf("without days: %v to %v", from, until)
	}
}

// A person's zone changes at midnight in the new zone.
func TestZoneAt(t *testing.T) {
	p := personIn(t, "Europe/London")
	p.Zones = append(p.Zones, schedule.Stay{From: date(t, "2025-06-10"), Zone: zone(t, "America/New_York")})
	for at, want := range map[string]string{
		"2020-01-01T00:00:00Z": "Europe/London", "2025-06-10T03:59:59Z": "Europe/London",
		"2025-06-10T04:00:00Z": "America/New_York", "2030-01-01T00:00:00Z": "America/New_York",
	} {
		if got := p.ZoneAt(instant(t, at)).String(); got != want {
			t.Errorf("at %s in %s, want %s", at, got, want)
		}
	}
}

func TestTakes(t *testing.T) {
	r := &schedule.Rotation{ID: "primary", Skills: []string{"db", "java"}}
	for _, c := range []struct {
		m    schedule.Member
		want bool
	}{
		{schedule.Member{Rotations: []schedule.RotationID{"primary"}, Skills: []string{"java", "go", "db"}}, true},
		{schedule.Member{Rotations: []schedule.RotationID{"primary"}, Skills: []string{"java"}}, false},
		{schedule.Member{Rotations: []schedule.RotationID{"secondary"}, Skills: []string{"java", "db"}}, false},
	} {
		if got := c.m.Takes(r); got != c.want {
			t.Errorf("%+v takes %v: %v", c.m, r.ID, got)
		}
	}
}
