package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// When rules move the hand-over, the plan that follows them begins where the one before
// ends: somebody has the hours between, and nobody has them twice.
func TestHandoverMovesWithoutAGap(t *testing.T) {
	monday := schedule.Date{Year: 2027, Month: 3, Day: 1}
	for _, c := range []struct{ to, first, second string }{
		{"Mon 12:00", "Mon 1 Mar 09:00 to Mon 8 Mar 12:00", "Mon 8 Mar 12:00 to Mon 15 Mar 12:00"},
		{"Mon 07:00", "Mon 1 Mar 09:00 to Mon 8 Mar 07:00", "Mon 8 Mar 07:00 to Mon 15 Mar 07:00"},
		{"Wed 10:00", "Mon 1 Mar 09:00 to Wed 3 Mar 10:00", "Wed 3 Mar 10:00 to Wed 10 Mar 10:00"},
		{"daily 09:30", "Mon 1 Mar 09:00 to Tue 2 Mar 09:30", "Tue 2 Mar 09:30 to Wed 3 Mar 09:30"},
		{"Mon 09:00", "Mon 1 Mar 09:00 to Mon 8 Mar 09:00", "Mon 8 Mar 09:00 to Mon 15 Mar 09:00"},
	} {
		t.Run(c.to, func(t *testing.T) {
			d := deploy(t, migrationstest.SQLite(t))
			ctx := t.Context()
			d.setUp()
			d.ok(publishDays(ctx, d.schedule, monday.AddDays(-28), monday, nil))
			rules, err := d.schedule.RulesOn(ctx, 1, monday)
			d.ok(err)
			d.ok(d.schedule.ChangeRules(ctx, 1, schedule.RulesChange{Team: 1, From: monday, Source: strings.Replace(rules.Source, "Mon 09:00", c.to, 1)}))
			zone, err := time.LoadLocation("Europe/Berlin")
			d.ok(err)
			for range 2 { // and so when it is planned again
				draft, p := d.planned(schedule.DraftOrder{Team: 1, From: monday, Until: monday.AddDays(28)})
				for i, want := range []string{c.first, c.second} {
					x := p.Shifts[i]
					if got := fmt.Sprint(x.Start.In(zone).Format("Mon 2 Jan 15:04"), " to ", x.End.In(zone).Format("Mon 2 Jan 15:04")); got != want {
						t.Errorf("shift %d is from %s, want %s", i, got, want)
					}
				}
				if hours := int64(p.Shifts[0].End.Sub(p.Shifts[0].Start).Hours()); p.Shifts[0].Points < hours/2 {
					t.Errorf("%d points for %d hours", p.Shifts[0].Points, hours)
				}
				_, err = d.schedule.Publish(ctx, 1, draft.ID, "")
				d.ok(err)
			}
			shifts, err := d.schedule.Shifts(ctx, 1, monday.AddDays(-14).At(schedule.Midnight, zone), monday.AddDays(28).At(schedule.Midnight, zone), time.Time{})
			d.ok(err)
			d.seamless(shifts)
		})
	}
}

// A shift that keeps its old hours, later in the plan, is neither met by the one before it
// nor followed by a scrap.
func TestJoinedToALaterShift(t *testing.T) {
	zone := load(t, "Europe/Berlin")
	monday := func(week, hour int) time.Time { return time.Date(2027, 3, 1+7*week, hour, 0, 0, 0, zone) }
	r := &schedule.Rotation{ID: "primary", Zone: zone, People: 1}
	for _, hour := range []int{7, 12} { // the old one is nine
		var slots []schedule.Slot
		for week := range 6 {
			slots = append(slots, schedule.Slot{ID: schedule.SlotID(fmt.Sprint("primary ", week)), Rotation: "primary", Start: monday(week, hour), End: monday(week+1, hour),
				Parts: []schedule.Span{{Start: monday(week, hour), End: monday(week+1, hour)}}})
		}
		stay := []schedule.Span{{Start: monday(-1, 9), End: monday(0, 9)}, {Start: monday(3, 9), End: monday(4, 9)}}
		var is []string
		for _, x := range joinedTo(r, slots, stay) {
			is = append(is, x.Start.Format("2 Jan 15")+" to "+x.End.Format("2 Jan 15"))
		}
		at := fmt.Sprintf("%02d", hour)
		want := []string{
			"1 Mar 09 to 8 Mar " + at, "8 Mar " + at + " to 15 Mar " + at, "15 Mar " + at + " to 22 Mar 09",
			"29 Mar 09 to 5 Apr " + at, "5 Apr " + at + " to 12 Apr " + at,
		}
		if !slices.Equal(is, want) {
			t.Errorf("handed over at %d: %q, want %q", hour, is, want)
		}
	}
}

// seamless checks that somebody has every hour, and nobody two at once.
func (d *deployment) seamless(shifts []schedule.Shift) {
	d.t.Helper()
	for i := range shifts {
		if shifts[i].Person == 0 {
			d.t.Errorf("nobody has the shift from %v to %v", shifts[i].Start, shifts[i].End)
		}
		if i > 0 && !shifts[i].Start.Equal(shifts[i-1].End) {
			d.t.Errorf("a shift ends at %v and the next begins at %v", shifts[i-1].End, shifts[i].Start)
		}
	}
}

// A team that moves to another zone hands over at other instants: what has begun stays,
// what follows goes on from there, whether it is planned again or for the first time.
func TestZoneMovesWithoutAGap(t *testing.T) {
	monday := schedule.Date{Year: 2026, Month: 12, Day: 7}
	for _, zone := range []string{"America/New_York", "Asia/Tokyo", "Asia/Kathmandu"} {
		t.Run(zone, func(t *testing.T) {
			d := deploy(t, migrationstest.SQLite(t))
			ctx := t.Context()
			d.setUp()
			d.ok(publishDays(ctx, d.schedule, monday, monday.AddDays(28), nil))
			team, err := d.schedule.Store.Team(ctx, 1)
			d.ok(err)
			team.Zone = zone
			d.ok(d.schedule.SaveTeam(ctx, 1, team, nil))
			d.now = monday.AddDays(9).At(schedule.Noon, time.UTC)
			shifts := func() []schedule.Shift {
				all, err := d.schedule.Shifts(ctx, 1, monday.At(schedule.Midnight, time.UTC), monday.AddDays(60).At(schedule.Midnight, time.UTC), time.Time{})
				d.ok(err)
				d.seamless(all)
				return all
			}
			was := shifts()
			d.ok(publishDays(ctx, d.schedule, monday.AddDays(28), monday.AddDays(42), nil))
			if is := shifts(); len(is) != 6 || is[3].End != was[3].End {
				t.Errorf("%d shifts, the fourth until %v", len(is), is[3].End)
			}
			d.ok(publishDays(ctx, d.schedule, monday, monday.AddDays(42), nil))
			is := shifts()
			for i := range 2 {
				if is[i].Person != was[i].Person || !is[i].End.Equal(was[i].End) {
					t.Errorf("what has begun has changed: %+v", is[i])
				}
			}
			there, err := time.LoadLocation(zone)
			d.ok(err)
			if hour := is[2].End.In(there).Hour(); hour != 9 {
				t.Errorf("the third week ends at %d", hour)
			}
		})
	}
}
