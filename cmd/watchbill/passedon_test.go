package main

import (
	"encoding/json"
	"fmt"
	"html"
	"math"
	"strings"
	"testing"
	"time"

	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// wholeOf is all of a shift.
func wholeOf(s schedule.Shift) schedule.Stretch {
	return schedule.Stretch{Slot: s.Slot, Rotation: s.Rotation, Start: s.Start, End: s.End}
}

// coming returns the eight weeks of the plan as they are now.
func (d *deployment) coming() []schedule.Shift {
	d.t.Helper()
	shifts, err := d.schedule.Shifts(d.t.Context(), 1, time.Date(2026, 12, 7, 9, 0, 0, 0, time.UTC), time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC), time.Time{})
	d.ok(err)
	return shifts
}

// keepsTheRule fails when somebody really has more than one week within three.
func (d *deployment) keepsTheRule(shifts []schedule.Shift) {
	d.t.Helper()
	for i, a := range shifts {
		held := time.Duration(0)
		for _, b := range shifts[i:] {
			if until := a.Start.AddDate(0, 0, 21); b.Person == a.Person && b.Start.Before(until) {
				held += min(b.End.Sub(b.Start), until.Sub(b.Start))
			}
		}
		if a.Person != 0 && held > 7*24*time.Hour {
			d.t.Errorf("%d has %v within three weeks from %v", a.Person, held, a.Start)
		}
	}
	issues, err := d.schedule.Issues(d.t.Context(), 1)
	d.ok(err)
	for _, i := range issues {
		d.t.Errorf("needs mending: %s: %s of %d", i.Kind, i.Shift.Slot, i.Shift.Person)
	}
}

// When a plan is made again, what was passed on stays with those who agreed on it, and
// the rules are kept by those who really have the shifts.
func TestPlanAgainAroundCovers(t *testing.T) {
	monday := schedule.Date{Year: 2026, Month: 12, Day: 7}
	order := schedule.DraftOrder{Team: 1, From: monday, Until: monday.AddDays(56)}
	for name, pass := range map[string]func(d *deployment, shifts []schedule.Shift) (kept int){
		"the week before their own": func(d *deployment, shifts []schedule.Shift) int {
			_, err := d.schedule.Put(t.Context(), 1, 1, wholeOf(shifts[5]), shifts[6].Person, "a wedding")
			d.ok(err)
			return 5
		},
		"three days of it": func(d *deployment, shifts []schedule.Shift) int {
			part := wholeOf(shifts[5])
			part.Start, part.End = part.Start.AddDate(0, 0, 2), part.Start.AddDate(0, 0, 5)
			_, err := d.schedule.Put(t.Context(), 1, 1, part, shifts[6].Person, "a wedding")
			d.ok(err)
			return 5
		},
		"a swap": func(d *deployment, shifts []schedule.Shift) int {
			r, err := d.schedule.Ask(t.Context(), shifts[5].Person, schedule.Request{
				Team: 1, Stretch: wholeOf(shifts[5]), Person: shifts[5].Person, To: shifts[7].Person, Return: wholeOf(shifts[7]),
			})
			d.ok(err)
			_, err = d.schedule.Approve(t.Context(), 1, r.ID, shifts[7].Person, "they agreed")
			d.ok(err)
			return 7
		},
		"in the frozen weeks": func(d *deployment, shifts []schedule.Shift) int {
			d.now = shifts[4].Start.Add(time.Hour)
			team, err := d.schedule.Store.Team(t.Context(), 1)
			d.ok(err)
			team.FrozenWeeks = 2
			d.ok(d.schedule.SaveTeam(t.Context(), 1, team, nil))
			_, err = d.schedule.Put(t.Context(), 1, 1, wholeOf(shifts[5]), shifts[6].Person, "a wedding")
			d.ok(err)
			return 5
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := deploy(t, migrationstest.SQLite(t))
			d.setUp()
			draft, _ := d.planned(order)
			_, err := d.schedule.Publish(t.Context(), 1, draft.ID, "")
			d.ok(err)
			was := d.coming()
			kept := pass(d, was)
			want := d.coming()
			for range 2 { // the second finds nothing to mend
				draft, p := d.planned(order)
				for _, c := range p.Ends {
					t.Errorf("override %d ends", c)
				}
				_, err = d.schedule.Publish(t.Context(), 1, draft.ID, "")
				d.ok(err)
			}
			is := d.coming()
			for _, slot := range []schedule.SlotID{was[5].Slot, was[kept].Slot} {
				if a, b := holders(want, slot), holders(is, slot); a != b {
					t.Errorf("%s was with %s and is with %s", slot, a, b)
				}
			}
			d.keepsTheRule(is)
		})
	}
}

// The schedule says of everybody what the next plan would begin with, whether the
// plan was made before or after a cover.
func TestFairAfterPlanningAgain(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	admin := d.setUp()
	monday := schedule.Date{Year: 2026, Month: 12, Day: 7}
	order := schedule.DraftOrder{Team: 1, From: monday, Until: monday.AddDays(56)}
	agree := func(i int) {
		shifts := d.coming()
		_, err := d.schedule.Put(t.Context(), 1, 1, wholeOf(shifts[i]), shifts[i+1].Person, "a wedding")
		d.ok(err)
	}
	for round, cover := range []int{5, 1} {
		draft, _ := d.planned(order)
		_, err := d.schedule.Publish(t.Context(), 1, draft.ID, "")
		d.ok(err)
		d.now = d.now.Add(time.Hour)
		agree(cover)
		in, err := d.schedule.PlanInput(t.Context(), 1, order.Until, order.Until.AddDays(7))
		d.ok(err)
		status, body := admin.get("/teams/1/schedule")
		for id, points := range in.Before {
			want := strings.Replace(strings.TrimSuffix(fmt.Sprintf("%+.1f", math.Round(float64(points)/100)/10), ".0"), "-", "−", 1)
			if points > -250 && points < 250 {
				want = "even"
			}
			if !strings.Contains(html.UnescapeString(body), ">"+want+"<") {
				t.Errorf("round %d: the difference of %d is not %s (%d)", round, id, want, status)
			}
		}
		d.now = d.now.Add(time.Hour)
	}
}

// holders writes who has a slot from when on.
func holders(shifts []schedule.Shift, slot schedule.SlotID) string {
	var b strings.Builder
	for _, s := range shifts {
		if s.Slot == slot {
			fmt.Fprintf(&b, "%d (published for %d, override %d) until %v; ", s.Person, s.Published, s.Override, s.End)
		}
	}
	return b.String()
}

// What was passed on ends with the plan that is made again when those who would have
// the shift cannot, and the draft says so.
func TestPlanAgainWithoutTheCover(t *testing.T) {
	monday := schedule.Date{Year: 2026, Month: 12, Day: 7}
	order := schedule.DraftOrder{Team: 1, From: monday, Until: monday.AddDays(56)}
	for name, c := range map[string]struct {
		change func(d *deployment, giver, taker schedule.ID, week schedule.Date)
		stays  bool   // what was agreed on stays, without the one it was published for
		says   string // the draft, when it does not
		pin    bool
	}{
		"the taker is away": {change: func(d *deployment, _, taker schedule.ID, week schedule.Date) {
			_, err := d.schedule.AddLeave(d.t.Context(), taker, schedule.Leave{Person: taker, First: week.AddDays(2), Last: week.AddDays(3), Note: "dentist"})
			d.ok(err)
		}, says: "is away 13–14 Jan; with this plan that ends"},
		"the taker leaves": {change: func(d *deployment, _, taker schedule.ID, week schedule.Date) {
			d.ok(d.schedule.RemoveMember(d.t.Context(), 1, 1, taker))
		}, says: "whoever has it is not in the team any more; with this plan that ends"},
		"the giver is away": {change: func(d *deployment, giver, _ schedule.ID, week schedule.Date) {
			_, err := d.schedule.AddLeave(d.t.Context(), giver, schedule.Leave{Person: giver, First: week, Last: week.AddDays(6)})
			d.ok(err)
		}, stays: true},
		"the giver leaves": {change: func(d *deployment, giver, _ schedule.ID, week schedule.Date) {
			d.ok(d.schedule.RemoveMember(d.t.Context(), 1, 1, giver))
		}, stays: true, says: "whoever it was published for is not in the team any more; with this plan that ends"},
		"it is pinned to a third": {change: func(*deployment, schedule.ID, schedule.ID, schedule.Date) {}, pin: true},
	} {
		t.Run(name, func(t *testing.T) {
			d := deploy(t, migrationstest.SQLite(t))
			d.setUp()
			draft, _ := d.planned(order)
			_, err := d.schedule.Publish(t.Context(), 1, draft.ID, "")
			d.ok(err)
			was := d.coming()[5]
			taker := d.coming()[4].Person
			third := d.coming()[3].Person
			_, err = d.schedule.Put(t.Context(), 1, 1, wholeOf(was), taker, "a wedding")
			d.ok(err)
			c.change(d, was.Person, taker, schedule.DateOf(was.Start))
			again := order
			if c.pin {
				again.Pins = map[schedule.SlotID]schedule.ID{was.Slot: third}
			}
			draft, p := d.planned(again)
			var doc planDoc
			d.ok(json.Unmarshal([]byte(p.Document), &doc))
			if said := strings.Join(doc.Warnings, "\n"); c.says != "" && !strings.Contains(said, c.says) || c.says == "" && strings.Contains(said, "by hand") {
				t.Errorf("the draft says %q", said)
			}
			_, err = d.schedule.Publish(t.Context(), 1, draft.ID, "")
			d.ok(err)
			is := d.coming()[5]
			switch {
			case c.pin:
				if is.Person != third || is.Override != 0 {
					t.Errorf("%+v, want %d", is, third)
				}
			case c.stays:
				if is.Person != taker {
					t.Errorf("%+v, want %d", is, taker)
				}
			case is.Person == taker || is.Override != 0:
				t.Errorf("%+v, which %d cannot have", is, taker)
			}
			d.keepsTheRule(d.coming())
		})
	}
}

// A swap of which one half cannot stay ends whole, and the plan keeps the rules with both
// shifts where they are then.
func TestPlanAgainWithoutTheSwap(t *testing.T) {
	monday := schedule.Date{Year: 2026, Month: 12, Day: 7}
	for name, pin := range map[string]bool{"one of them is away": false, "one half is pinned": true} {
		t.Run(name, func(t *testing.T) {
			d := deploy(t, migrationstest.SQLite(t))
			ctx := t.Context()
			d.setUp()
			order := schedule.DraftOrder{Team: 1, From: monday, Until: monday.AddDays(56)}
			draft, _ := d.planned(order)
			_, err := d.schedule.Publish(ctx, 1, draft.ID, "")
			d.ok(err)
			mine, theirs, third := d.coming()[5], d.coming()[7], d.coming()[3].Person
			r, err := d.schedule.Ask(ctx, mine.Person, schedule.Request{Team: 1, Stretch: wholeOf(mine), Person: mine.Person, To: theirs.Person, Return: wholeOf(theirs)})
			d.ok(err)
			r, err = d.schedule.Approve(ctx, 1, r.ID, theirs.Person, "they agreed")
			d.ok(err)
			d.now = d.now.Add(time.Minute)
			if pin {
				order.Pins = map[schedule.SlotID]schedule.ID{mine.Slot: third}
			} else {
				week := schedule.DateOf(mine.Start)
				_, err := d.schedule.AddLeave(ctx, theirs.Person, schedule.Leave{Person: theirs.Person, First: week.AddDays(2), Last: week.AddDays(3)})
				d.ok(err)
			}
			draft, p := d.planned(order)
			var doc planDoc
			d.ok(json.Unmarshal([]byte(p.Document), &doc))
			if said := strings.Join(doc.Warnings, "\n"); !strings.Contains(said, string(theirs.Slot)+" was changed by hand, but what it was swapped for is planned again; with this plan that ends") {
				t.Errorf("the draft says %q", said)
			}
			ends, err := d.schedule.PublishingEnds(ctx, &draft, &p)
			d.ok(err)
			if len(ends.All) != 2 || len(ends.All[0].Back)+len(ends.All[1].Back) > 0 || len(ends.Against) > 0 {
				t.Errorf("%+v", ends)
			}
			d.now = d.now.Add(time.Minute)
			_, err = d.schedule.Publish(ctx, 1, draft.ID, "")
			d.ok(err)
			for _, s := range d.coming() {
				if s.Override != 0 {
					t.Errorf("%+v is still swapped", s)
				}
			}
			if r, err = d.schedule.Store.Request(ctx, r.ID); err != nil || r.State != schedule.RequestUndone {
				t.Errorf("%+v, %v", r, err)
			}
			d.keepsTheRule(d.coming())
		})
	}
}
