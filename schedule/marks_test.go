package schedule_test

import (
	"testing"
	"time"

	"watchbill/schedule"

	"github.com/google/go-cmp/cmp"
)

// What a slot counts as: weekends by their Saturday and holidays by their day.
func TestMarks(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	calendar := schedule.NewCalendar(
		schedule.Holiday{Date: date(t, "2026-04-03"), Name: "Good Friday"},
		schedule.Holiday{Date: date(t, "2026-04-06"), Name: "Easter Monday"},
	)
	for _, c := range []struct {
		name               string
		from, to           string
		weekends, holidays []string
	}{
		{"a week from Monday to Monday has one weekend, and not the Easter Monday it ends on",
			"2026-03-30 09:00", "2026-04-06 09:00", []string{"2026-04-04"}, []string{"2026-04-03"}},
		{"the week after has Easter Monday", "2026-04-06 09:00", "2026-04-13 09:00", []string{"2026-04-11"}, []string{"2026-04-06"}},
		{"a week from Saturday to Saturday has one weekend", "2026-03-28 09:00", "2026-04-04 09:00", []string{"2026-03-28"}, []string{"2026-04-03"}},
		{"a week from Sunday to Sunday has two", "2026-03-29 09:00", "2026-04-05 09:00", []string{"2026-03-28", "2026-04-04"}, []string{"2026-04-03"}},
		{"Friday's day, over by Saturday morning, is no weekend", "2026-04-10 09:00", "2026-04-11 09:00", nil, nil},
		{"Friday's day until the afternoon is", "2026-04-10 17:00", "2026-04-11 17:00", []string{"2026-04-11"}, nil},
		{"the night of Saturday is", "2026-04-11 00:00", "2026-04-11 08:00", []string{"2026-04-11"}, nil},
		{"until midnight is not into the day", "2026-04-09 09:00", "2026-04-11 00:00", nil, nil},
		{"a moment after the clock change of Sunday night", "2026-10-25 02:30", "2026-10-25 03:00", []string{"2026-10-24"}, nil},
	} {
		at := func(s string) time.Time {
			v, err := time.ParseInLocation("2006-01-02 15:04", s, berlin)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		slot := slotOf(at(c.from), at(c.to))
		if diff := cmp.Diff(c.weekends, days(slot.Weekends())); diff != "" {
			t.Errorf("%s: weekends (-want +got):\n%s", c.name, diff)
		}
		if diff := cmp.Diff(c.holidays, days(slot.Holidays(calendar))); diff != "" {
			t.Errorf("%s: holidays (-want +got):\n%s", c.name, diff)
		}
	}
}

// days reads nominal seconds as the days they begin.
func days(nominal []int64) []string {
	var out []string
	for _, n := range nominal {
		out = append(out, time.Unix(n, 0).UTC().Format(time.DateOnly))
	}
	return out
}

// A weekend and a holiday of a weekly duty count for exactly one person each,
// whatever the hour of the hand-over in the morning.
func TestNoMorningHandOverCountsADayTwice(t *testing.T) {
	var all []schedule.Holiday
	for d := date(t, "2026-01-05"); d.Before(date(t, "2027-01-01")); d = d.AddDays(1) {
		all = append(all, schedule.Holiday{Date: d})
	}
	every := schedule.NewCalendar(all...)
	for _, at := range []schedule.Clock{schedule.Midnight, schedule.ClockAt(2, 30), schedule.ClockAt(9, 0), schedule.Noon} {
		for _, name := range zoneNames {
			r := schedule.Rotation{ID: "p", Zone: zone(t, name), HandOver: schedule.Weekly(time.Monday, at), First: date(t, "2026-01-05"), Weight: schedule.One}
			slots, err := r.Slots(r.First.At(at, r.Zone), date(t, "2026-12-28").At(at, r.Zone))
			if err != nil {
				t.Fatal(err)
			}
			for i := range slots {
				if got := slots[i].Weekends(); len(got) != 1 {
					t.Errorf("%s %v: %s has the weekends %v", name, at, slots[i].ID, days(got))
				}
				if got := slots[i].Holidays(every); len(got) != 7 {
					t.Errorf("%s %v: %s has the days %v", name, at, slots[i].ID, days(got))
				}
			}
		}
	}
}
