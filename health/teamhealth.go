package health

import (
	"context"
	"errors"
	"slices"
	"time"

	"watchbill/schedule"
)

// Windows of the score (specs/health.md 6.1): what pages did is looked at over eight
// weeks, the schedule over whole cycles of the rota of a quarter at least. A pulse older
// than a quarter says nothing of today.
const (
	loadWeeks     = 8
	scheduleWeeks = 13
	mostCycle     = 52
	pulseWeeks    = 13
	watchedWeeks  = 26
	trendPoints   = 7
	trendStep     = 4 // weeks
	// pastWeeks is how much of the past is looked at: what is watched, with what was
	// usual before it.
	pastWeeks = watchedWeeks + 26 + 4
)

// A TeamHealth is how a team is, with nothing in it that its reader may not see. It is
// computed from what is kept whenever it is asked for. What scores were when their weeks
// were over stands beside: another configuration never takes their place.
type TeamHealth struct {
	Team    schedule.ID
	Zone    string
	Period  ReportPeriod // of what pages did
	Cycle   ReportPeriod // of the schedule
	Pending bool         // something is about to be measured
	Prior   *PooledPrior // by which all of it is scored; nil: that of the configuration

	// Hidden says why nothing is told; then all that follows is empty.
	Hidden string
	About  int // how many people it is about
	Input  ScoreInput
	Score  Score
	Losses []Loss
	Helps  []Help
	Doubts []Doubt
	Wave   int // number of the wave that is scored; 0: none
	// Change is against the eight weeks before; nil where they cannot be compared.
	Change *ScoreChange
	Trend  []TrendPoint // the oldest first, the last is the score
	// Pulses are what was published in the weeks of the trend, the oldest first.
	Pulses []PulsePoint
	// Events are what changed in the weeks of the trend that a change may come from.
	Events []BurdenEvent
	Weeks  []WeekSignal // wake-ups against what is usual
	// Warnings are what whoever manages the team was asked in the watched weeks, the oldest
	// first; nobody else sees them, because who was on call in a week is known.
	Warnings []RaisedWarning
}

// Told reports whether anything is told.
func (h *TeamHealth) Told() bool { return h.Hidden == "" }

// A TrendPoint is the score of the weeks before a Monday.
type TrendPoint struct {
	Until      schedule.Date
	Score      *float64
	Interval   *[2]float64
	Band       *string
	Confidence string
	Index      *float64 // the pulse that was scored
	// Then is what the score was when its weeks were over; nil where nobody looked then.
	Then *KeptScore
}

// A PulsePoint is what was published of a wave.
type PulsePoint struct {
	On     schedule.Date // the day on which it was closed
	Number int
	Index  float64
}

// Health says how a team is after the last whole weeks. It adds up weeks and reads no
// page.
func (r *Rollup) Health(ctx context.Context, team schedule.ID, sight Sight) (*TeamHealth, error) {
	h := &TeamHealth{Team: team}
	state, err := r.Store.BurdenState(ctx, team)
	if errors.Is(err, schedule.ErrNotFound) {
		h.Pending, h.Hidden = true, notMeasured
		return h, nil
	} else if err != nil {
		return nil, err
	}
	marks, err := r.Store.Marks(ctx, team, 1)
	if err != nil {
		return nil, err
	}
	h.Zone = state.Zone
	h.Pending = len(marks) > 0 || state.Version != state.Newest || state.Config != r.Config.Version
	l := &healthLook{Rollup: r, team: team, now: r.Now()}
	if l.zone, err = schedule.Zone(state.Zone); err != nil {
		return nil, err
	}
	today := schedule.DateOf(l.now.In(l.zone))
	until := MondayOf(today)
	if err := l.read(ctx, until); err != nil {
		return nil, err
	}
	h.Prior = l.prior
	return h, l.tell(ctx, h, until, sight)
}

// Why nothing is told.
const (
	notMeasured = "nothing of this team has been measured yet"
	tooFewOnIt  = "fewer than three people were on call first in these weeks, and each could work out what happened to the others"
)

// A healthLook has what was read of a team, to score several periods of it.
type healthLook struct {
	*Rollup
	Config Config       // completed by the prior
	prior  *PooledPrior // nil: the configuration's own
	team   schedule.ID
	zone   *time.Location
	now    time.Time
	weeks  []TeamWeek
	people []PersonWeek
	duties []Shift
	items  []Item
	waves  []healthWave
	clocks map[schedule.ID]bool // whoever said when they work and sleep
	silent float64              // hours
	heard  bool                 // something of a pager ever came
	said   []IndicatorValue     // that no pager tells, the last version of each
	// entitled says what each member is entitled to in [from, until).
	entitled func(from, until schedule.Date) map[schedule.ID]float64
}

// A healthWave is what was published of a wave.
type healthWave struct {
	number    int
	closed    time.Time
	questions []PulseQuestion
	PulseResult
}

// read reads what is kept of the weeks before a Monday.
func (l *healthLook) read(ctx context.Context, until schedule.Date) (err error) {
	if l.Config, l.prior, err = l.Current(ctx); err != nil {
		return err
	}
	from, version := until.AddDays(-7*pastWeeks), l.Config.Version
	if l.weeks, err = l.Store.TeamWeeks(ctx, l.team, version, from, until); err != nil {
		return err
	}
	if l.people, err = l.Store.PersonWeeks(ctx, l.team, version, 0, until.AddDays(-7*(mostCycle+trendStep*trendPoints)), until); err != nil {
		return err
	}
	at := func(d schedule.Date) time.Time { return d.At(schedule.Midnight, l.zone) }
	if l.duties, err = l.Store.Duties(ctx, l.team, at(from), at(until)); err != nil {
		return err
	}
	if l.items, err = l.Store.Items(ctx, ItemFilter{Team: l.team}); err != nil {
		return err
	}
	if l.said, err = l.Store.Indicators(ctx, l.team, from.AddDays(-31)); err != nil {
		return err
	}
	l.said = LatestIndicators(l.said)
	if l.entitled, err = l.Schedules.Entitled(ctx, l.team); err != nil {
		return err
	}
	if err = l.readWaves(ctx, at(from)); err != nil {
		return err
	}
	if err = l.readClocks(ctx); err != nil {
		return err
	}
	return l.readPagers(ctx)
}

// readWaves reads what was published, the oldest first. A wave of which nothing may be
// told is as good as none.
func (l *healthLook) readWaves(ctx context.Context, since time.Time) error {
	waves, err := l.Store.Waves(ctx, l.team)
	if err != nil {
		return err
	}
	results, err := l.Store.TeamResults(ctx, l.team)
	if err != nil {
		return err
	}
	for i := range waves {
		w := &waves[i]
		if w.State != PulseClosed || w.Closes.Before(since) || w.Closes.After(l.now) {
			continue
		}
		if doc, published := results[w.ID]; published {
			l.waves = append(l.waves, healthWave{w.Number, w.Closes, w.Questions, doc.PulseResult})
		}
	}
	slices.SortFunc(l.waves, func(a, b healthWave) int { return a.closed.Compare(b.closed) })
	return nil
}

// readClocks notes who said when they work and sleep.
func (l *healthLook) readClocks(ctx context.Context) error {
	var ids []schedule.ID
	for i := range l.people {
		ids = append(ids, l.people[i].Person)
	}
	slices.Sort(ids)
	clocks, err := l.Store.ClockChanges(ctx, slices.Compact(ids))
	l.clocks = map[schedule.ID]bool{}
	for _, c := range clocks {
		l.clocks[c.Person] = c.Works != "" || c.Sleeps != "" // the last one counts
	}
	return err
}

// readPagers looks for how long a pager has been silent that usually is not, and whether
// anything ever came of one.
func (l *healthLook) readPagers(ctx context.Context) error {
	l.heard = slices.ContainsFunc(l.weeks, func(w TeamWeek) bool { return w.Sum.Notifications+w.Sum.Volume > 0 })
	integrations, err := l.Store.Integrations(ctx, l.team)
	if err != nil {
		return err
	}
	for i := range integrations {
		came, err := l.Store.Came(ctx, integrations[i].ID, 100)
		if err != nil {
			return err
		}
		l.heard = l.heard || len(came) > 0
		if integrations[i].Silent(came, l.now) {
			last := slices.MaxFunc(came, time.Time.Compare)
			l.silent = max(l.silent, l.now.Sub(last).Hours())
		}
	}
	return nil
}

// tell scores the weeks before a Monday, and those before them.
func (l *healthLook) tell(ctx context.Context, h *TeamHealth, until schedule.Date, sight Sight) (err error) {
	p := l.score(until, l.now)
	h.Period, h.Cycle, h.About = p.load, p.cycle, p.about
	if p.about < fewest {
		h.Hidden = tooFewOnIt
		return nil
	}
	c := &l.Config
	h.Input, h.Score, h.Doubts, h.Wave = p.in, p.Score, p.doubts, p.wave
	h.Losses, h.Helps = c.Losses(&p.in, &p.Score, 3), c.WhatHelps(&p.in)
	if d, is := p.Diverges(c); is {
		h.Doubts = slices.Insert(h.Doubts, 0, d)
	}
	if err := l.trend(ctx, h, until); err != nil {
		return err
	}
	watched := l.watch(until)
	if l.heard {
		for i := range watched {
			h.Weeks = append(h.Weeks, watched[i].WeekSignal)
		}
	}
	if !sight.Nights {
		return nil
	}
	if h.Warnings, err = l.Store.Warnings(ctx, l.team, until.AddDays(-7*watchedWeeks)); err != nil {
		return err
	}
	l.follow(h.Warnings)
	for i := range h.Warnings {
		w := &h.Warnings[i]
		w.recount(watched)
		h.Events = append(h.Events, BurdenEvent{Date: w.Week.AddDays(7), Text: "Asked: " + w.Question})
	}
	h.mark(until.AddDays(-7*trendStep*trendPoints), until.AddDays(1)) // the last week's are asked on the day it is over
	return l.noteAsked(ctx, h, sight)
}

// noteAsked writes down that a manager was asked about nights or rest, for whoever was on
// call in those weeks to see: a question that names nobody is about them all the same.
func (l *healthLook) noteAsked(ctx context.Context, h *TeamHealth, sight Sight) error {
	var people []schedule.ID
	for i := range h.Warnings {
		w := &h.Warnings[i]
		if w.Cause != CauseNights && w.Cause != CauseRest {
			continue
		}
		for _, p := range l.weeksOf(ReportPeriod{w.Week, 1}) {
			if p.Person != sight.Self && len(p.Nights)+p.ShortRests > 0 {
				people = append(people, p.Person)
			}
		}
	}
	slices.Sort(people)
	if people = slices.Compact(people); sight.Self == 0 || len(people) == 0 {
		return nil
	}
	return l.Store.NoteSeen(ctx, sight.Self, l.team, people, l.now)
}

// trend scores the periods before, and compares with the one that has no week in common.
func (l *healthLook) trend(ctx context.Context, h *TeamHealth, until schedule.Date) error {
	for i := trendPoints - 1; i > 0; i-- {
		then := until.AddDays(-7 * trendStep * i)
		p := l.score(then, then.At(schedule.Midnight, l.zone))
		point := TrendPoint{Until: then}
		if p.about >= fewest {
			point = pointOf(then, &p.Score, &p.in)
		}
		h.Trend = append(h.Trend, point)
		if trendStep*i == loadWeeks && p.about >= fewest {
			if change, ok := l.Config.CompareScores(&p.Score, &h.Score); ok {
				h.Change = &change
			}
		}
	}
	h.Trend = append(h.Trend, pointOf(until, &h.Score, &h.Input))
	from := until.AddDays(-7 * trendStep * trendPoints)
	for i := range l.waves {
		w := &l.waves[i]
		if on := schedule.DateOf(w.closed.In(l.zone)); w.Published && w.Index != nil && !on.Before(from) {
			h.Pulses = append(h.Pulses, PulsePoint{on, w.number, *w.Index})
		}
	}
	if err := l.events(ctx, h, from, until); err != nil {
		return err
	}
	if err := l.beside(ctx, h, from, until); err != nil {
		return err
	}
	h.mark(from, until.AddDays(1)) // what begins with the next week is marked on its Monday
	return nil
}

// mostMarks bounds how many events a trend marks; the latest stay.
const mostMarks = 20

// events are what changed in the weeks of the trend: plans, rules, who is in the team, and
// action items that were done.
func (l *healthLook) events(ctx context.Context, h *TeamHealth, from, until schedule.Date) (err error) {
	if h.Events, err = l.Schedules.Events(ctx, l.team, from, until); err != nil {
		return err
	}
	came, err := l.Schedules.Comings(ctx, l.team, from, until)
	if err != nil {
		return err
	}
	h.Events = append(h.Events, came...)
	for i := range l.items {
		if item := &l.items[i]; item.State == ItemDone {
			h.Events = append(h.Events, BurdenEvent{Date: item.DoneOn, Text: "Done: " + item.Title})
		}
	}
	return nil
}

// mark puts events in order, and leaves out what is of other weeks.
func (h *TeamHealth) mark(from, until schedule.Date) {
	all := slices.DeleteFunc(h.Events, func(e BurdenEvent) bool { return e.Date.Before(from) || !e.Date.Before(until) })
	slices.SortStableFunc(all, func(a, b BurdenEvent) int { return a.Date.Compare(b.Date) })
	h.Events = all[max(0, len(all)-mostMarks):]
}

func pointOf(until schedule.Date, s *Score, in *ScoreInput) TrendPoint {
	p := TrendPoint{Until: until, Score: s.Score, Interval: s.Interval, Band: s.Band, Confidence: s.ConfidenceLabel}
	if in.Pulse != nil && in.Pulse.Published {
		p.Index = in.Pulse.Index
	}
	return p
}
