package health

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"watchbill/schedule"
)

// Imagining answers what would be if something about a team were otherwise. Plans take
// time, so that only some are made at once: whoever comes meanwhile is told that it is
// busy ([ErrBusy]).
type Imagining struct {
	Rollup *Rollup
	// Plan makes a plan with a change. What cannot be changed so is a
	// *schedule.InvalidError, and schedule.ErrNotFound a team without rules.
	Plan func(ctx context.Context, team schedule.ID, change PlanChange) (*ImaginedPlan, error)
	Most int // at once; zero is one

	mu   sync.Mutex
	busy map[schedule.ID]bool
}

// An Answer is what would be, with nothing in it of any one person but how the schedule
// lies.
type Answer struct {
	Team schedule.ID
	Zone string
	WhatIf
	// Origins are the services and alerts that can be taken away, the most noisy first.
	Origins []Origin
	// Hidden says why nothing is told; then all that follows is empty.
	Hidden string
	// Past are the weeks that happen again: so many with somebody on call, from a Monday on.
	Past  ReportPeriod
	Today *float64 // the score of the last weeks, as it was measured
	Now   *Outcome // with nothing changed
	Then  *Outcome // nil: nothing was asked
	// Change is Then less Now, under the same luck; nil where one of them has unfilled
	// shifts.
	Change  *Change
	Assumed []string
}

// Told reports whether anything is told.
func (a *Answer) Told() bool { return a.Hidden == "" }

// An Outcome is a plan and what is to be expected of it.
type Outcome struct {
	Plan *ImaginedPlan
	// OneIn is how many weeks come on one of being on call, for one person, and FirstIn
	// on one of being called first.
	OneIn, FirstIn float64
	// Figures are nil where shifts are nobody's: whatever nobody answers looks like
	// peace.
	*Figures
}

// Figures are what is to be expected: of the team in a quarter, of a person in it on
// average, and the score.
type Figures struct {
	Nights        Expected // of one person on average, as the next three
	Wakeups       Expected
	Interruptions Expected
	AfterHours    Expected // hours
	TeamNights    Expected
	TeamWakeups   Expected
	Score         *Expected // nil: not enough is known to say
}

// A Change is how much more or less is to be expected.
type Change struct {
	Nights        Expected // of one person on average, as the next three
	Wakeups       Expected
	Interruptions Expected
	AfterHours    Expected // hours
	Score         *Expected
}

// ImaginedIsNot is what an answer says of itself.
const ImaginedIsNot = "What a team's own past would have been under another plan: no forecast, no promise, and nothing about any one person."

// Why nothing is told of what would be.
const (
	tooFewWeeks = "fewer than eight weeks with somebody on call have been measured, which is not enough to say what weeks are like"
	neverHeard  = "nothing of a pager ever came, so that nobody knows what weeks are like"
	noRules     = "the team has no rules to plan by yet"
	noShifts    = "the team's rules make no shifts in the weeks to come"
	tooFewToAsk = "fewer than three people would be on call, and each could work out what happens to the others"
)

// begin takes a place; false when there is none.
func (g *Imagining) begin(team schedule.ID) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.busy[team] || len(g.busy) >= max(1, g.Most) {
		return false
	}
	if g.busy == nil {
		g.busy = map[schedule.ID]bool{}
	}
	g.busy[team] = true
	return true
}

func (g *Imagining) end(team schedule.ID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.busy, team)
}

// Answer answers a question; without one it says what can be asked.
func (g *Imagining) Answer(ctx context.Context, team schedule.ID, q WhatIf) (*Answer, error) {
	a := &Answer{Team: team, WhatIf: q}
	state, err := g.Rollup.Store.BurdenState(ctx, team)
	if errors.Is(err, schedule.ErrNotFound) {
		a.Hidden = notMeasured
		return a, nil
	} else if err != nil {
		return nil, err
	}
	a.Zone = state.Zone
	l := &healthLook{Rollup: g.Rollup, team: team, now: g.Rollup.Now()}
	if l.zone, err = schedule.Zone(state.Zone); err != nil {
		return nil, err
	}
	until := MondayOf(schedule.DateOf(l.now.In(l.zone)))
	if err := l.read(ctx, until); err != nil {
		return nil, err
	}
	today, err := l.score(ctx, until, l.now)
	if err != nil {
		return nil, err
	}
	past := l.past()
	switch {
	case !l.heard:
		a.Hidden = neverHeard
	case today.about < fewest:
		a.Hidden = tooFewOnIt
	case len(past) < leastResampled:
		a.Hidden = tooFewWeeks
	}
	if !a.Told() {
		return a, nil
	}
	a.Past, a.Today, a.Origins = ReportPeriod{past[0], len(past)}, today.Score.Score, l.origins(past)
	if !q.Asked() {
		return a, nil
	}
	if q.Without != "" && !slices.ContainsFunc(a.Origins, func(o Origin) bool { return o.Label() == q.Without }) {
		return a, &schedule.InvalidError{Field: "without", Reason: "nothing of this name paged the team in these weeks; choose one of those that did"}
	}
	if !g.begin(team) {
		return a, ErrBusy
	}
	defer g.end(team)
	return a, g.imagine(ctx, a, l, today, past)
}

// past returns the weeks that may happen again: the last of those in which somebody was
// on call first.
func (l *healthLook) past() (mondays []schedule.Date) {
	for i := range l.weeks {
		if l.weeks[i].Sum.Level1 > 0 {
			mondays = append(mondays, l.weeks[i].Week)
		}
	}
	return mondays[max(0, len(mondays)-mostResampled):]
}

// mostToDrop is how many services and alerts are offered.
const mostToDrop = 12

// origins returns what paged in the weeks, what costs most first.
func (l *healthLook) origins(past []schedule.Date) []Origin {
	var all []Origin
	for i := range l.weeks {
		if !l.weeks[i].Week.Before(past[0]) {
			all = addOrigins(all, l.weeks[i].Origins)
		}
	}
	return all[:min(len(all), mostToDrop)]
}

// Label is how a service, or an alert of it, is called where only one of them is told.
func (o *Origin) Label() string {
	switch {
	case o.Alert == "":
		return o.Service
	case o.Service == "":
		return o.Alert
	}
	return o.Service + ": " + o.Alert
}

// imagine makes both plans and lets the past happen to them.
func (g *Imagining) imagine(ctx context.Context, a *Answer, l *healthLook, today *scoredPeriod, past []schedule.Date) error {
	q := &a.WhatIf
	// What may be refused comes first.
	then, err := g.Plan(ctx, a.Team, PlanChange{People: q.People, OneIn: q.OneIn, Second: q.Second != nil})
	if errors.Is(err, schedule.ErrNotFound) {
		a.Hidden = noRules
		return nil
	} else if err != nil {
		return err
	}
	now := then
	if q.People > 0 || q.OneIn > 0 || q.Second != nil {
		if now, err = g.Plan(ctx, a.Team, PlanChange{}); err != nil {
			return err
		}
	}
	if now.Slots == 0 || then.Slots == 0 {
		a.Hidden = noShifts
		return nil
	}
	if min(len(now.People), len(then.People)) < fewest {
		a.Hidden = tooFewToAsk
		return nil
	}
	from, to := past[0].At(schedule.Midnight, l.zone), past[len(past)-1].AddDays(7).At(schedule.Midnight, l.zone)
	facts, err := g.Rollup.Store.Facts(ctx, a.Team, from, to)
	if err != nil {
		return err
	}
	look := &pastLook{zone: l.zone, duties: l.duties, facts: &facts, longest: l.Config.engagedCap()}
	look.drop = func(*Incident, string) bool { return false }
	was := look.weeks(past)
	look.drop = func(in *Incident, title string) bool { return q.Without != "" && named(in.Service, title, q.Without) }
	if q.Second != nil {
		look.second = func(id schedule.ID) bool { return percentOf(id) < *q.Second }
	}
	draws := drawWeeks(len(past), uint64(a.Team))
	before, err := l.outcome(ctx, now, was, draws, today)
	if err != nil {
		return err
	}
	after, err := l.outcome(ctx, then, look.weeks(past), draws, today)
	if err != nil {
		return err
	}
	a.Now, a.Then = &before.Outcome, &after.Outcome
	if before.Figures != nil && after.Figures != nil {
		a.Change = before.change(after)
	}
	a.Assumed = a.assumptions()
	return nil
}

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
}

// outcome lets weeks happen to a plan.
func (l *healthLook) outcome(ctx context.Context, plan *ImaginedPlan, past []pastWeek, draws [][]int, today *scoredPeriod) (*drawnOutcome, error) {
	d := &drawnOutcome{Outcome: Outcome{Plan: plan}}
	d.OneIn, d.FirstIn = plan.oneIn()
	if plan.Unfilled > 0 {
		return d, nil
	}
	weeks, in := newImaginedWeeks(l.Rollup, plan, l.zone), plan.scoreInput(l, today)
	people := float64(len(plan.People))
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
		if s := l.scoreOf(weeks, draw, past, in); s != nil {
			d.scores = append(d.scores, *s)
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
	}
	return d, nil
}

// scoreOf scores the first weeks of a draw, as many as the score looks at.
func (l *healthLook) scoreOf(weeks *imaginedWeeks, draw []int, past []pastWeek, in ScoreInput) *float64 {
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
	s := l.Config.Score(&in)
	return s.Score
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
		return float64(len(plan.People)) * plan.length().Hours() / held.Hours()
	}
	return in(all), in(one)
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

// assumptions says what the answer rests on.
func (a *Answer) assumptions() []string {
	out := []string{
		fmt.Sprintf("Pages come as in the last %d weeks with somebody on call: whole weeks happen again, two at a time, in %d quarters that were drawn by chance. Each plan meets the same ones.", a.Past.Weeks, resamples),
		"Every page goes to whoever the plan has on the same level at that hour of that weekday, and takes as long as it did. A page to somebody who was not on call goes to whoever is called first.",
		"Both plans begin evenly, with nothing left over from before. Days off that are known and limits of single people hold.",
		"The pulse, action items, toil and tickets stay as they are, though they would hardly do so: how people would feel nobody knows.",
	}
	if a.People > 0 {
		out = append(out, "The new people are full time, live in the team's zone, know everything, and have settled in.")
	}
	if a.OneIn > 0 {
		out = append(out, fmt.Sprintf("The limit of one week in %d takes the place of the team's limits on time on call; all others hold.", a.OneIn))
	}
	if q := a.Second; q != nil {
		text := "Whoever stands behind is as long on call as whoever is called first, takes the same turns, and gets none of the pages: what they cost is being there."
		if *q > 0 {
			text = fmt.Sprintf("Whoever stands behind takes the same turns, and gets %d of a hundred pages in place of whoever is called first: how they really share is theirs to agree.", *q)
		}
		out = append(out, text)
	}
	if a.Without != "" {
		out = append(out, fmt.Sprintf("Everything that %q paged for is gone and nothing takes its place.", a.Without))
	}
	return out
}

// Say says what it comes to, in words.
func (a *Answer) Say() string {
	if a.Then == nil {
		return ""
	}
	if text := a.sayUnfilled(); text != "" {
		return text
	}
	return a.sayFilled()
}
