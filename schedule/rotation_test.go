package schedule_test

import (
	"fmt"
	"slices"
	"testing"
	"time"
	_ "time/tzdata"

	"watchbill/schedule"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var zoneNames = []string{
	"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu",
	"Pacific/Apia", "America/Sao_Paulo", "Africa/Casablanca", "UTC",
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// rules are the hand-overs every zone is tried with; the times include those
// that clock changes skip and repeat.
func rules() map[string]schedule.HandOver {
	return map[string]schedule.HandOver{
		"weekly":         schedule.Weekly(time.Monday, schedule.ClockAt(9, 0)),
		"weekly in gap":  schedule.Weekly(time.Sunday, schedule.ClockAt(2, 30)),
		"daily":          schedule.EveryDays(1, schedule.ClockAt(8, 0)),
		"daily in gap":   schedule.EveryDays(1, schedule.ClockAt(2, 15)),
		"daily midnight": schedule.EveryDays(1, schedule.Midnight),
		"ten days":       schedule.EveryDays(10, schedule.ClockAt(17, 30)),
		"12 hours":       {Every: 12 * time.Hour, At: schedule.ClockAt(8, 0)},
		"12 hours night": {Every: 12 * time.Hour, At: schedule.ClockAt(2, 30)},
		"hourly":         {Every: time.Hour},
		"split": {Weekly: []schedule.WeekMoment{
			{Day: time.Monday, At: schedule.ClockAt(9, 0)}, {Day: time.Friday, At: schedule.ClockAt(17, 0)}}},
		"lengths":   {Days: []int{4, 3, 7}, At: schedule.ClockAt(9, 0)},
		"fortnight": schedule.EveryDays(14, schedule.ClockAt(2, 30)),
		"8 hours":   {Every: 8 * time.Hour, At: schedule.ClockAt(6, 0)},
		"three a week, two on one day": {Weekly: []schedule.WeekMoment{
			{Day: time.Sunday, At: schedule.ClockAt(2, 30)}, {Day: time.Sunday, At: schedule.ClockAt(20, 0)}, {Day: time.Thursday, At: schedule.Midnight}}},
	}
}

// Turns tile the time from the first hand-over on, in every zone, over every
// clock change from 2024 to 2030 and over the day that Apia skipped in 2011.
func TestTurnsTileTime(t *testing.T) {
	for _, name := range zoneNames {
		z := zone(t, name)
		for rule, h := range rules() {
			spans := [][2]int{{2024, 2031}}
			if name == "Pacific/Apia" {
				spans = append(spans, [2]int{2011, 2013})
			}
			for _, years := range spans {
				r := schedule.Rotation{
					ID: "primary", Zone: z, HandOver: h, Weight: schedule.One,
					First: schedule.Date{Year: years[0], Month: time.January, Day: 1},
				}
				slots, err := r.Slots(time.Date(years[0], 1, 1, 0, 0, 0, 0, z).AddDate(0, 0, -3), time.Date(years[1], 1, 1, 0, 0, 0, 0, z))
				if err != nil {
					t.Fatal(err)
				}
				checkTiles(t, name+" "+rule, slots)
				checkHandOvers(t, name+" "+rule, h, slots)
			}
		}
	}
}

// checkHandOvers checks from the wall alone that every turn begins when the rule
// says: at the first instant at which a clock there shows that time or a later
// one.
func checkHandOvers(t *testing.T, what string, h schedule.HandOver, slots []schedule.Slot) {
	t.Helper()
	wall := func(at time.Time) int64 { return schedule.DateOf(at).Nominal(schedule.ClockOf(at)) }
	for i, s := range slots {
		if wall(s.Start) < s.NominalStart || wall(s.Start.Add(-time.Second)) >= s.NominalStart {
			t.Fatalf("%s: %s starts %v, and not when the wall first shows %v", what, s.ID, s.Start, time.Unix(s.NominalStart, 0).UTC())
		}
		rule := time.Unix(s.NominalStart, 0).UTC()
		if len(h.Weekly) > 0 && i > 0 && !slices.Contains(h.Weekly, schedule.WeekMoment{Day: rule.Weekday(), At: schedule.ClockOf(rule)}) {
			t.Fatalf("%s: %s starts on a %v", what, s.ID, rule.Format("Monday 15:04"))
		}
		if len(h.Days) > 0 && schedule.ClockOf(rule) != h.At {
			t.Fatalf("%s: %s starts at %v", what, s.ID, schedule.ClockOf(rule))
		}
	}
}

func checkTiles(t *testing.T, what string, slots []schedule.Slot) {
	t.Helper()
	names := map[schedule.SlotID]bool{}
	for i, s := range slots {
		if !s.Start.Before(s.End) {
			t.Fatalf("%s: %s lasts from %v to %v", what, s.ID, s.Start, s.End)
		}
		if names[s.ID] {
			t.Fatalf("%s: two slots are called %s", what, s.ID)
		}
		names[s.ID] = true
		if s.Turn != i {
			t.Fatalf("%s: slot %d has turn %d", what, i, s.Turn)
		}
		if i > 0 && !slots[i-1].End.Equal(s.Start) {
			t.Fatalf("%s: %s ends %v, %s starts %v", what, slots[i-1].ID, slots[i-1].End, s.ID, s.Start)
		}
	}
	if len(slots) < 50 {
		t.Fatalf("%s: only %d slots", what, len(slots))
	}
}

// A slot is the same in every window that it is part of.
func TestSlotsDoNotDependOnTheWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(zoneNames).Draw(t, "zone")
		z, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		all := rules()
		r := schedule.Rotation{
			ID: "p", Zone: z, HandOver: all[rapid.SampledFrom([]string{"weekly", "daily in gap", "12 hours night", "split", "lengths"}).Draw(t, "rule")],
			Weight: schedule.One, First: schedule.Date{Year: 2024, Month: time.January, Day: 3},
			People: rapid.IntRange(0, 2).Draw(t, "people"),
		}
		if rapid.Bool().Draw(t, "covered") {
			r.Cover = []schedule.Window{
				{Hours: schedule.Hours{Days: schedule.Workdays, From: schedule.ClockAt(9, 0), Until: schedule.ClockAt(17, 0)}},
				{Hours: schedule.Hours{From: schedule.ClockAt(20, 0), Until: schedule.ClockAt(4, 0)}, Name: "night", Zone: time.UTC},
			}
		}
		r.HolidaySlots = rapid.Bool().Draw(t, "holidays")
		r.Holidays = schedule.NewCalendar(schedule.Holiday{Date: schedule.Date{Year: 2024, Month: 3, Day: 31}, Name: "Easter"})
		base := time.Date(2024, 1, 1, 0, 0, 0, 0, z)
		whole, err := r.Slots(base, base.AddDate(1, 0, 0))
		if err != nil {
			t.Fatal(err)
		}
		from := base.Add(time.Duration(rapid.IntRange(0, 360*24).Draw(t, "from")) * time.Hour)
		to := from.Add(time.Duration(rapid.IntRange(1, 200).Draw(t, "hours")) * time.Hour)
		part, err := r.Slots(from, to)
		if err != nil {
			t.Fatal(err)
		}
		var want []schedule.Slot
		for _, s := range whole {
			if s.Start.Before(to) && s.End.After(from) {
				want = append(want, s)
			}
		}
		if to.Before(base.AddDate(1, 0, 0)) {
			if diff := diffSlots(want, part); diff != "" {
				t.Fatalf("%v to %v (-in the year +in the window):\n%s", from, to, diff)
			}
		}
	})
}

func TestSlots(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	monday := schedule.Date{Year: 2026, Month: time.March, Day: 23}
	for _, c := range []struct {
		name string
		r    schedule.Rotation
		want []string // "id turn start end" on the wall
	}{
		{"a week over the spring change has 167 hours", schedule.Rotation{HandOver: schedule.Weekly(time.Monday, schedule.ClockAt(9, 0))},
			[]string{"p 2026-03-23 0 Mon 09:00 Mon 09:00 167h0m0s", "p 2026-03-30 1 Mon 09:00 Mon 09:00 168h0m0s"}},
		{"a hand-over that is skipped moves to the end of the gap", schedule.Rotation{HandOver: schedule.EveryDays(7, schedule.ClockAt(2, 30)), First: schedule.Date{Year: 2026, Month: 3, Day: 22}},
			[]string{"p 2026-03-22 0 Sun 02:30 Sun 03:00 167h30m0s", "p 2026-03-29 1 Sun 03:00 Sun 02:30 167h30m0s"}},
		{"office hours cost nobody a turn at the weekend", schedule.Rotation{HandOver: schedule.EveryDays(1, schedule.Midnight), First: schedule.Date{Year: 2026, Month: 3, Day: 27},
			Cover: []schedule.Window{{Hours: schedule.Hours{Days: schedule.Workdays, From: schedule.ClockAt(9, 0), Until: schedule.ClockAt(17, 0)}}}},
			[]string{"p 2026-03-27 0 Fri 09:00 Fri 17:00 8h0m0s", "p 2026-03-30 1 Mon 09:00 Mon 17:00 8h0m0s", "p 2026-03-31 2 Tue 09:00 Tue 17:00 8h0m0s"}},
		{"a holiday is a slot of its own", schedule.Rotation{HandOver: schedule.Weekly(time.Monday, schedule.ClockAt(9, 0)), HolidaySlots: true, First: schedule.Date{Year: 2026, Month: 3, Day: 30},
			Holidays: schedule.NewCalendar(schedule.Holiday{Date: schedule.Date{Year: 2026, Month: 4, Day: 3}, Name: "Good Friday"})},
			[]string{"p 2026-03-30 0 Mon 09:00 Fri 09:00 96h0m0s", "p 2026-04-03 0 Fri 09:00 Sat 09:00 24h0m0s", "p 2026-04-04 0 Sat 09:00 Mon 09:00 48h0m0s"}},
		{"two at once", schedule.Rotation{HandOver: schedule.EveryDays(14, schedule.ClockAt(9, 0)), People: 2},
			[]string{"p 2026-03-23/1 0 Mon 09:00 Mon 09:00 335h0m0s", "p 2026-03-23/2 0 Mon 09:00 Mon 09:00 335h0m0s"}},
		{"the last day ends it", schedule.Rotation{HandOver: schedule.EveryDays(1, schedule.ClockAt(9, 0)), Last: schedule.Date{Year: 2026, Month: 3, Day: 24}},
			[]string{"p 2026-03-23 0 Mon 09:00 Tue 09:00 24h0m0s", "p 2026-03-24 1 Tue 09:00 Wed 09:00 24h0m0s"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := c.r
			r.ID, r.Zone, r.Weight = "p", berlin, schedule.One
			if r.First.IsZero() {
				r.First = monday
			}
			slots, err := r.Slots(r.First.At(schedule.Midnight, berlin), r.First.AddDays(14).At(schedule.Midnight, berlin))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range slots {
				got = append(got, fmt.Sprint(s.ID, " ", s.Turn, " ", s.Start.Format("Mon 15:04"), " ", s.End.Format("Mon 15:04"), " ", s.End.Sub(s.Start)))
			}
			if len(got) > len(c.want) {
				got = got[:len(c.want)]
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Follow the sun: three sites, each in its own zone, hand over to each other
// without anybody's wall clock being asked about anybody else's.
func TestFollowTheSun(t *testing.T) {
	r := schedule.Rotation{
		ID: "sun", Zone: time.UTC, HandOver: schedule.EveryDays(1, schedule.Midnight), Weight: schedule.One,
		First: schedule.Date{Year: 2026, Month: 3, Day: 1},
	}
	for _, site := range []struct{ name, zone string }{{"apac", "Australia/Sydney"}, {"emea", "Europe/Berlin"}, {"amer", "America/New_York"}} {
		r.Cover = append(r.Cover, schedule.Window{
			Hours: schedule.Hours{From: schedule.ClockAt(9, 0), Until: schedule.ClockAt(17, 0)}, Name: site.name, Zone: zone(t, site.zone),
		})
	}
	slots, err := r.Slots(time.Date(2026, 3, 28, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 31, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range slots {
		for _, p := range s.Parts {
			if d := p.End.Sub(p.Start); d > 8*time.Hour {
				t.Errorf("%s is %v at a stretch", s.ID, d)
			}
		}
	}
	if len(slots) < 9 {
		t.Errorf("%d slots in three days of three sites", len(slots))
	}
}
