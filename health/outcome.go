package health

import (
	"context"
	"math"
	"slices"
	"time"

	"watchbill/schedule"
)

// named reports whether an incident is of a service or an alert of a label.
func named(service, alert, label string) bool {
	for _, o := range []Origin{{Service: service}, {Service: service, Alert: alert}} {
		if o.Label() == label {
			return true
		}
	}
	return false
}

// percentOf puts an incident by chance, and always the same, among a hundred.
func percentOf(id schedule.ID) int {
	x := uint64(id) + 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return int((x ^ x>>31) % 100)
}

// A drawnOutcome is an outcome with what came of each draw.
type drawnOutcome struct {
	Outcome
	nights, wakeups, interruptions, afterHours, scores []float64
	held                                               map[string]int // how often a component held the score down
}

// outcome lets weeks happen to a plan.
func (l *healthLook) outcome(ctx context.Context, plan *ImaginedPlan, past []pastWeek, draws [][]int, today *scoredPeriod) (*drawnOutcome, error) {
	d := &drawnOutcome{Outcome: Outcome{Plan: plan}, held: map[string]int{}}
	d.OneIn, d.FirstIn = plan.oneIn()
	if plan.Unfilled > 0 {
		return d, nil
	}
	weeks, in := newImaginedWeeks(l.Rollup, plan, l.zone), plan.scoreInput(l, today)
	people := plan.people()
	for _, draw := range draws {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var sum Tally
		nights := 0
		for n, number := range draw {
			w := weeks.happen(n, number, past)
			sum.Add(&w.team.Sum)
			nights += w.team.Nights
		}
		d.nights, d.wakeups = append(d.nights, float64(nights)), append(d.wakeups, float64(sum.Wakeups()))
		d.interruptions, d.afterHours = append(d.interruptions, float64(Total(sum.Interruptions))/people), append(d.afterHours, sum.AfterHours()/people)
		if s := l.scoreOf(weeks, draw, past, in); s.Score != nil {
			d.scores = append(d.scores, *s.Score)
			d.held[s.heldBy(&l.Config)]++
		}
	}
	d.Figures = &Figures{TeamNights: expectedOf(d.nights), TeamWakeups: expectedOf(d.wakeups), Interruptions: expectedOf(d.interruptions), AfterHours: expectedOf(d.afterHours)}
	for i := range d.nights {
		d.nights[i] /= people
		d.wakeups[i] /= people
	}
	d.Nights, d.Wakeups = expectedOf(d.nights), expectedOf(d.wakeups)
	if len(d.scores) == len(draws) {
		score := expectedOf(d.scores)
		d.Score = &score
		for name, often := range d.held {
			if 2*often > len(draws) {
				d.Held = name
			}
		}
	}
	return d, nil
}

// scoreOf scores the first weeks of a draw, as many as the score looks at.
func (l *healthLook) scoreOf(weeks *imaginedWeeks, draw []int, past []pastWeek, in ScoreInput) Score {
	var sum TeamWeek
	var people []PersonWeek
	for n, number := range draw[:loadWeeks] {
		w := weeks.happen(n, number, past)
		sum.Add(&w.team)
		people = append(people, w.people...)
	}
	report := sum.Report(&l.Config, tallyList(sumPeople(people)))
	load, breaks := report.ScoreInput(), float64(sum.Breaks)
	in.OnCallWeeks, in.Wakeups, in.WorstWeek, in.OffHours, in.AfterHours = load.OnCallWeeks, load.Wakeups, load.WorstWeek, load.OffHours, load.AfterHours
	in.PagedIncidents, in.OverloadedShare, in.AlertShare, in.RestBreaches = load.PagedIncidents, load.OverloadedShare, load.AlertShare, &breaks
	if in.NoAction != nil {
		in.NoAction = load.NoAction
	}
	return l.Config.Score(&in)
}

// heldBy returns the component that no average may hide, where it holds the score down.
func (s *Score) heldBy(c *Config) string {
	if s.GuardrailLoss == nil || *s.GuardrailLoss < leastGain {
		return ""
	}
	worst := ""
	for _, name := range c.Guardrail.Components {
		part, known := s.Components[name]
		if known && (worst == "" || part.Score < s.Components[worst].Score) {
			worst = name
		}
	}
	return worst
}

// scoreInput is what is known for the score before any page: how the plan lies, and
// whatever would stay as it is.
func (plan *ImaginedPlan) scoreInput(l *healthLook, today *scoredPeriod) ScoreInput {
	in := today.in
	p := scoredPeriod{cycle: ReportPeriod{plan.From, plan.Weeks}}
	held, entitled, fte := map[schedule.ID]*Tally{}, map[schedule.ID]float64{}, 0.0
	from, to := plan.From.At(schedule.Midnight, l.zone), p.cycle.Until().At(schedule.Midnight, l.zone)
	var covered []span
	for i := range plan.People {
		who := &plan.People[i]
		tally := l.Config.Measure(&who.Person, NewRecord(who.ID, nil, plan.Shifts, nil, &l.Config, to), from, to)
		held[who.ID], entitled[who.ID] = &tally, who.Entitled
		fte += who.Entitled / float64(7*plan.Weeks)
	}
	for _, s := range plan.Shifts {
		if s.Level <= 1 {
			covered = append(covered, span{s.Start.Unix(), s.End.Unix()})
		}
	}
	p.share(held, entitled, &l.Config)
	in.MaxOnCallShare, in.StandbyCV, in.StandbyTop = p.in.MaxOnCallShare, p.in.StandbyCV, p.in.StandbyTop
	if length := lengthIn(merge(covered), from.Unix(), to.Unix()); length > 0 && fte > 0 {
		ratio := fte / RequiredRota(plan.Levels, hours(length)/to.Sub(from).Hours())
		in.RotaSizeRatio = &ratio
	}
	return in
}

// oneIn says how often somebody is on call, and called first, on average.
func (plan *ImaginedPlan) oneIn() (each, first float64) {
	var all, one time.Duration
	for _, s := range plan.Shifts {
		all += s.End.Sub(s.Start)
		if s.Level <= 1 {
			one += s.End.Sub(s.Start)
		}
	}
	in := func(held time.Duration) float64 {
		if held == 0 {
			return math.Inf(1)
		}
		return plan.people() * plan.length().Hours() / held.Hours()
	}
	return in(all), in(one)
}

// people is how many there are at once, on average: who leaves halfway is half of one.
func (plan *ImaginedPlan) people() (sum float64) {
	for i := range plan.People {
		sum += plan.People[i].Part
	}
	return sum
}

// length is the time that the shifts of the plan lie in.
func (plan *ImaginedPlan) length() time.Duration {
	if len(plan.Shifts) == 0 {
		return 0
	}
	first := slices.MinFunc(plan.Shifts, func(a, b Shift) int { return a.Start.Compare(b.Start) }).Start
	last := slices.MaxFunc(plan.Shifts, func(a, b Shift) int { return a.End.Compare(b.End) }).End
	return last.Sub(first)
}

// change is what another outcome has more, under the same luck.
func (d *drawnOutcome) change(after *drawnOutcome) *Change {
	less := func(a, b []float64) Expected {
		diff := make([]float64, len(a))
		for i := range a {
			diff[i] = b[i] - a[i]
		}
		return expectedOf(diff)
	}
	c := &Change{
		Nights: less(d.nights, after.nights), Wakeups: less(d.wakeups, after.wakeups),
		Interruptions: less(d.interruptions, after.interruptions), AfterHours: less(d.afterHours, after.afterHours),
	}
	if d.Score != nil && after.Score != nil {
		score := less(d.scores, after.scores)
		c.Score = &score
	}
	return c
}
