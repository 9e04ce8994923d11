package main

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchbill/schedule"
	"watchbill/schedule/roster"
)

// weekly returns a team that hands over a primary and a secondary on Mondays at
// nine in Berlin, and the thirteen weeks from 5 October 2026.
func weekly(t *testing.T, names ...string) *staffing {
	t.Helper()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	team := &schedule.Team{ID: "Payments", Rates: schedule.DefaultRates()}
	for _, id := range []schedule.RotationID{"primary", "secondary"} {
		team.Rotations = append(team.Rotations, schedule.Rotation{
			ID: id, Zone: berlin, HandOver: schedule.Weekly(time.Monday, schedule.ClockAt(9, 0)),
			Weight: schedule.One, First: day(t, "2026-01-05"),
		})
	}
	team.Rotations[1].Weight = schedule.One / 2
	team.Limits.OnCall = []schedule.TimeLimit{{Max: 7 * 24 * time.Hour, Within: 21 * 24 * time.Hour}}
	christmas := schedule.NewCalendar(
		schedule.Holiday{Date: day(t, "2026-12-25"), Name: "Christmas Day"},
		schedule.Holiday{Date: day(t, "2027-01-01"), Name: "New Year's Day"})
	for _, name := range names {
		id := schedule.PersonID(name)
		team.People = append(team.People, schedule.Person{ID: id, Zones: schedule.In(berlin), Holidays: christmas})
		team.Members = append(team.Members, schedule.Member{
			Person: id, Share: schedule.FullTime, Rotations: []schedule.RotationID{"primary", "secondary"},
		})
	}
	return &staffing{Team: team, zone: berlin, from: day(t, "2026-10-05"), until: day(t, "2027-01-04")}
}

func solved(t *testing.T, pl *planning) *planDoc {
	t.Helper()
	if err := pl.prepare(); err != nil {
		t.Fatal(err)
	}
	solution, err := roster.Solve(t.Context(), pl.problem, roster.Options{Seed: 1, Budget: roster.BudgetFor(time.Second)})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := pl.document(solution)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// What is published changes as little as it can: the past and the frozen weeks
// not at all, the rest only where the rules now say so, each with its reason.
func TestPublishedPlanStaysPut(t *testing.T) {
	names := []string{"Ana", "Ben", "Cleo", "Dmitri", "Eve", "Farid", "Grete", "Hugo"}
	first := solved(t, &planning{staffing: weekly(t, names...)})

	team := weekly(t, names...)
	today := day(t, "2026-10-20").At(schedule.Midnight, team.zone)
	cut := day(t, "2026-11-03").At(schedule.Midnight, team.zone)
	published := &publishedPlan{doc: first, shifts: map[string]*shiftDoc{}, today: today, cut: cut}
	for i := range first.Shifts {
		published.shifts[first.Shifts[i].ID] = &first.Shifts[i]
	}
	// Somebody who has a frozen and a later shift leaves at once.
	gone := leaverWithShifts(t, first, today, cut)
	team.memberNamed(gone).Until = day(t, "2026-10-20")
	second := solved(t, &planning{staffing: team, published: published})

	was, changed := map[string]shiftDoc{}, map[string]bool{}
	for _, s := range first.Shifts {
		was[s.ID] = s
	}
	for _, c := range second.Changes {
		changed[c.ID] = true
		if c.Was != was[c.ID].Person || c.Is == c.Was {
			t.Errorf("change %+v, but %s was with %s", c, c.ID, was[c.ID].Person)
		}
		if c.Was == gone && !strings.Contains(c.Why, gone+" is in the team until 20 Oct") {
			t.Errorf("change %+v does not say that %s left", c, gone)
		}
	}
	if len(second.Changes) == 0 {
		t.Errorf("%s left and nothing changed", gone)
	}
	for _, s := range second.Shifts {
		before := was[s.ID]
		if s.Start.Before(cut) && (s.Person != before.Person || s.Kept == "") {
			t.Errorf("%s began before %v and went from %q to %q (kept: %q)", s.ID, cut, before.Person, s.Person, s.Kept)
		}
		if !s.Start.Before(cut) && s.Person == gone {
			t.Errorf("%s has %s after leaving", gone, s.ID)
		}
		if s.Person != before.Person && !changed[s.ID] {
			t.Errorf("%s went from %s to %s and is not among the changes", s.ID, before.Person, s.Person)
		}
	}
	if !strings.Contains(strings.Join(second.Warnings, "\n"), "is frozen with "+gone) {
		t.Errorf("no warning about the frozen shift of %s: %q", gone, second.Warnings)
	}
}

func leaverWithShifts(t *testing.T, d *planDoc, today, cut time.Time) string {
	t.Helper()
	for _, p := range d.People {
		frozen, later := false, false
		for _, s := range d.Shifts {
			if s.Person == p.Name {
				frozen = frozen || !s.Start.Before(today) && s.Start.Before(cut)
				later = later || !s.Start.Before(cut)
			}
		}
		if frozen && later {
			return p.Name
		}
	}
	t.Fatal("nobody has a frozen and a later shift")
	return ""
}

// Nothing changes in a plan when nothing has happened.
func TestSamePlanAgain(t *testing.T) {
	names := []string{"Ana", "Ben", "Cleo", "Dmitri", "Eve", "Farid"}
	first := solved(t, &planning{staffing: weekly(t, names...)})
	published := &publishedPlan{doc: first, shifts: map[string]*shiftDoc{}}
	for i := range first.Shifts {
		published.shifts[first.Shifts[i].ID] = &first.Shifts[i]
	}
	again := solved(t, &planning{staffing: weekly(t, names...), published: published})
	if diff := cmp.Diff(first.Shifts, again.Shifts); diff != "" || len(again.Changes) > 0 {
		t.Errorf("changes %v (-first +again):\n%s", again.Changes, diff)
	}
}

// The parts of the table add up, and the balance is what the next plan starts
// from.
func TestFairnessAddsUp(t *testing.T) {
	pl := &planning{
		staffing: weekly(t, "Ana", "Ben", "Cleo", "Dmitri", "Eve", "Farid"),
		balance:  map[string]points{"Ana": 100_000, "Ben": -99_600, "Gone": 5000},
	}
	pl.memberNamed("Eve").Share = 500
	doc := solved(t, pl)

	held, shifts := map[string]int64{}, map[string]int{}
	for _, s := range doc.Shifts {
		held[s.Person] += s.Points
		shifts[s.Person]++
	}
	var largest, sum points
	for _, p := range doc.People {
		if p.Points != points(1000*held[p.Name]) || p.Shifts != shifts[p.Name] {
			t.Errorf("%s has %v points and %d shifts in the table, %d and %d in the calendar", p.Name, p.Points, p.Shifts, held[p.Name], shifts[p.Name])
		}
		if p.Before+p.Points-p.Share != p.After {
			t.Errorf("%s: %v + %v - %v is not %v", p.Name, p.Before, p.Points, p.Share, p.After)
		}
		if want := points(1000 * whole(pl.balance[p.Name])); p.Before != want {
			t.Errorf("%s starts with %v, want %v", p.Name, p.Before, want)
		}
		distance := max(p.After, -p.After)
		largest, sum = max(largest, distance), sum+distance
	}
	if doc.Even.Largest != largest || doc.Even.Sum != sum {
		t.Errorf("the proof speaks of %v and %v, the table of %v and %v", doc.Even.Largest, doc.Even.Sum, largest, sum)
	}
	eve, ana := doc.People[4].Share, doc.People[0].Share
	if d := 2*eve - ana; d < -2 || d > 2 {
		t.Errorf("half time owes %v where full time owes %v", eve, ana)
	}
}

// The two holidays on each of the two duties are four to share among six people
// by what they work, each rounded up.
func TestHolidayParts(t *testing.T) {
	s := weekly(t, "Ana", "Ben", "Cy", "Dee", "Eve", "Fay")
	s.sharesHolidays = true
	s.Members[0].Share = schedule.FullTime / 2
	s.Members[1].Until = day(t, "2026-12-27") // has the first of the two only
	s.person(&s.Members[2]).Holidays = schedule.Calendar{}
	pl := &planning{staffing: s}
	if err := pl.prepare(); err != nil {
		t.Fatal(err)
	}
	want := map[string]int64{"Ana": 1, "Ben": 1, "Dee": 1, "Eve": 1, "Fay": 1}
	if diff := cmp.Diff(want, pl.holidayParts()); diff != "" {
		t.Error(diff)
	}
	doc := solved(t, &planning{staffing: s})
	for _, p := range doc.People {
		if p.Holidays > 1 {
			t.Errorf("%s has %d holidays", p.Name, p.Holidays)
		}
	}
	if doc.Even.Extra != 0 || !strings.Contains(doc.Even.Text, "nobody has more public holidays than their part") {
		t.Errorf("extra %d, %q", doc.Even.Extra, doc.Even.Text)
	}
	s.sharesHolidays = false
	pl = &planning{staffing: s}
	if err := pl.prepare(); err != nil {
		t.Fatal(err)
	}
	if len(pl.problem.Members[3].Parts) != 0 {
		t.Error("holidays are shared although the team does not ask for it")
	}
}
