package health

import (
	"context"
	"errors"
	"slices"
	"sync"

	"watchbill/schedule"
)

// Imagining answers what would be if something about a team were otherwise. Plans take
// time, so that only some are made at once: whoever comes meanwhile is told that it is
// busy ([ErrOthersAsk]).
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

// Keep leaves out what the generator says of people, and of when they are away, for whoever
// does not manage the team: they see no reasons of drafts either.
func (a *Answer) Keep(sight Sight) {
	if a.Then == nil || sight.Nights {
		return
	}
	for _, o := range []*Outcome{a.Now, a.Then} {
		o.Plan.Why, o.Plan.Mend = nil, nil
	}
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
	// Held is the component that mostly holds the score down, because no average may hide
	// it; empty: none does.
	Held string
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

// ErrOthersAsk says that answers to others are being worked out.
var ErrOthersAsk = errors.New("others are asking what would be")

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
	today := l.score(until, l.now)
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
		return a, ErrOthersAsk
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
	all := originsOf(l.weeks, past[0], l.weeks[len(l.weeks)-1].Week)
	return all[:min(len(all), mostToDrop)]
}

// originsOf adds up what paged in the weeks from one Monday to another, what costs most first.
func originsOf(weeks []TeamWeek, from, last schedule.Date) []Origin {
	sums := map[Origin]*Origin{} // by service and alert alone
	for i := range weeks {
		if weeks[i].Week.Before(from) || weeks[i].Week.After(last) {
			continue
		}
		for _, o := range weeks[i].Origins {
			name := Origin{Service: o.Service, Alert: o.Alert}
			s := sums[name]
			if s == nil {
				s = &Origin{Service: o.Service, Alert: o.Alert}
				sums[name] = s
			}
			s.Incidents += o.Incidents
			s.Wakeups += o.Wakeups
			s.Nights += o.Nights
			s.Interruptions += o.Interruptions
		}
	}
	all := make([]Origin, 0, len(sums))
	for _, o := range sums {
		all = append(all, *o)
	}
	slices.SortFunc(all, bySaved)
	return all
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
