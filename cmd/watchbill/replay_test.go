package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/schedule"
	"watchbill/schedule/roster"
)

// replayYear is the Monday that the year of the replay begins with.
var replayYear = schedule.Date{Year: 2026, Month: 1, Day: 5}

// A replay is one year of one team: its people, and when which monitor was down.
type replay struct {
	names  []string
	alerts []demoAlert
	config health.Config
}

// replayAlerts lays the real alerts over 52 weeks, end to end, beginning with a week
// of theirs.
func replayAlerts(t *testing.T, week int) []demoAlert {
	t.Helper()
	all, err := demoAlertsAt(replayYear.At(schedule.Midnight, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	first, last := all[0].down, all[0].down
	for i := range all {
		if all[i].down.Before(first) {
			first = all[i].down
		}
		if all[i].down.After(last) {
			last = all[i].down
		}
	}
	const aWeek = 7 * 24 * time.Hour
	loop := (last.Sub(first)/aWeek + 1) * aWeek
	begin := replayYear.At(schedule.Midnight, time.UTC)
	var out []demoAlert
	for _, a := range all {
		long := min(max(a.up.Sub(a.down), 0), time.Hour) // nobody works longer on one here
		at := a.down.Add(-time.Duration(week) * aWeek)
		for at.After(begin) {
			at = at.Add(-loop)
		}
		for at = at.Add(loop); at.Before(begin.Add(52 * aWeek)); at = at.Add(loop) {
			out = append(out, demoAlert{monitor: a.monitor, down: at, up: at.Add(long)})
		}
	}
	return out
}

// team is a team that hands over every day at nine in Berlin, for a quarter.
func (r *replay) team(t *testing.T, quarter int) *staffing {
	t.Helper()
	s := weekly(t, r.names...)
	s.Rotations = s.Rotations[:1]
	s.Rotations[0].HandOver = schedule.HandOver{Days: []int{1}, At: schedule.ClockAt(9, 0)}
	s.Limits = schedule.Limits{Rest: 24 * time.Hour}
	for i := range s.Members {
		s.Members[i].Rotations = []schedule.RotationID{"primary"}
	}
	s.from = replayYear.AddDays(91 * quarter)
	s.until = s.from.AddDays(91)
	return s
}

// tallies measures what a quarter was for everybody.
func (r *replay) tallies(t *testing.T, s *staffing, shifts []shiftDoc) []health.Carrier {
	t.Helper()
	var out []health.Carrier
	for i, name := range r.names {
		p, err := health.NewPerson(health.Person{ID: schedule.ID(i + 1), Stays: []health.Stay{{Zone: s.zone}}}, &r.config)
		if err != nil {
			t.Fatal(err)
		}
		var pages []health.Notification
		var had []health.Shift
		var incidents []health.Incident
		for k := range shifts {
			x := &shifts[k]
			if x.Person != name {
				continue
			}
			had = append(had, health.Shift{Person: p.ID, Start: x.Start, End: x.End, Level: 1})
			for n, a := range r.alerts {
				if a.down.Before(x.Start) || !a.down.Before(x.End) {
					continue
				}
				id := schedule.ID(n + 1)
				pages = append(pages, health.Notification{ID: id, Incident: id, Person: p.ID, At: a.down})
				incidents = append(incidents, health.Incident{ID: id, TriggeredAt: a.down, ResolvedAt: a.up,
					Engagements: []health.Engagement{{Person: p.ID, Start: a.down, End: a.up}}})
			}
		}
		record := health.NewRecord(p.ID, pages, had, incidents, &r.config, s.end().AddDate(0, 0, 1))
		out = append(out, health.Carrier{Person: p.ID, Entitlement: 91, Tally: r.config.Measure(&p, record, s.start(), s.end().AddDate(0, 0, 1))})
	}
	return out
}

// year plans four quarters, each after the pages of the one before, and returns the
// burden points and standby points of everybody.
func (r *replay) year(t *testing.T, gain float64, roundRobin bool) (burden, standby []float64) {
	t.Helper()
	burden, standby = make([]float64, len(r.names)), make([]float64, len(r.names))
	balance, before := map[string]points{}, []shiftDoc(nil)
	for quarter := range 4 {
		pl := &planning{staffing: r.team(t, quarter), balance: balance}
		doc := r.plan(t, pl, before)
		if roundRobin {
			for i := range doc.Shifts {
				doc.Shifts[i].Person = r.names[(91*quarter+i)%len(r.names)]
			}
		}
		tallies := r.tallies(t, pl.staffing, doc.Shifts)
		mean := 0.0
		balance = map[string]points{}
		for _, p := range doc.People {
			balance[p.Name] = p.After
			mean += float64(p.Share) / 1000 / float64(len(r.names))
		}
		for i := range tallies {
			burden[i] += tallies[i].Tally.BurdenPoints(&r.config)
			standby[i] += tallies[i].Tally.StandbyPoints(&r.config)
		}
		for _, x := range r.config.Carry(tallies, health.CarryPolicy{Gain: gain, Cap: 0.25, MeanShare: mean}) {
			balance[r.names[x.Person-1]] += points(x.Points)
		}
		before = doc.Shifts
	}
	return burden, standby
}

// plan makes the plan of a quarter; every shift is held, and no limit is broken.
func (r *replay) plan(t *testing.T, pl *planning, before []shiftDoc) *planDoc {
	t.Helper()
	if err := pl.prepare(); err != nil {
		t.Fatal(err)
	}
	for i := range before {
		slot := before[i].slot(pl.staffing)
		pl.problem.History = append(pl.problem.History, pl.pastOf(&slot, before[i].Person))
	}
	solution, err := roster.Solve(context.Background(), pl.problem, roster.Options{Seed: 1, Budget: roster.BudgetFor(100 * time.Millisecond)})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := pl.document(solution)
	if err != nil {
		t.Fatal(err)
	}
	if len(doc.Unfilled) > 0 {
		t.Errorf("unfilled: %+v", doc.Unfilled)
	}
	return doc
}

// TestReplay prints how even a year was under each planner: docs/replay.md. It runs
// when WATCHBILL_REPLAY says so.
func TestReplay(t *testing.T) {
	if os.Getenv("WATCHBILL_REPLAY") == "" {
		t.Skip("set WATCHBILL_REPLAY=1 to replay a year of alerts; it takes a minute")
	}
	names := []string{"Ana", "Ben", "Cleo", "Dmitri", "Eve", "Farid"}
	ones := []float64{1, 1, 1, 1, 1, 1}
	sums := map[string][]float64{}
	kinds := []string{"round robin", "not measuring", "measuring, gain 1", "measuring, gain 4"}
	for week := 0; week < 28; week++ {
		r := &replay{names: names, alerts: replayAlerts(t, week), config: health.DefaultConfig()}
		for k, kind := range kinds {
			b, s := r.year(t, []float64{0, 0, 1, 4}[k], k == 0)
			fb, fs := health.Share(b, ones), health.Share(s, ones)
			sums[kind] = append(sums[kind], fb.CV)
			sums[kind+" top"] = append(sums[kind+" top"], fb.Top)
			sums[kind+" standby"] = append(sums[kind+" standby"], fs.CV)
		}
	}
	for _, kind := range kinds {
		row := kind
		for _, of := range []string{"", " top", " standby"} {
			mean, spread := meanOf(sums[kind+of])
			row += fmt.Sprintf(" | %.3f ± %.3f", mean, spread)
		}
		fmt.Println(row)
		var gain []float64
		for i, x := range sums[kind] {
			gain = append(gain, sums["not measuring"][i]-x)
		}
		mean, spread := meanOf(gain)
		fmt.Printf("  CV below not measuring, paired: %.3f ± %.3f\n", mean, spread)
	}
}

// meanOf returns the mean and the standard deviation.
func meanOf(x []float64) (mean, spread float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		spread += (v - mean) * (v - mean) / float64(len(x)-1)
	}
	return mean, math.Sqrt(spread)
}
