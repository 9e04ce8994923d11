package health

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// A Help is what would happen to the score if one metric reached its next anchor, and
// everything else stayed. It is arithmetic on the model and promises nothing.
type Help struct {
	Component string     `json:"component"`
	Metric    string     `json:"metric"`
	From      float64    `json:"from"` // the raw number, or the count in the period
	To        float64    `json:"to"`
	Score     float64    `json:"score"`
	Gain      float64    `json:"gain"`
	Interval  [2]float64 `json:"interval80"`
	Text      string     `json:"text"`
}

// leastGain is how many points are worth a sentence.
const leastGain = 0.5

// WhatHelps returns what would help most, the most first: for each metric that is not yet
// worth all points, the score if it reached the next of its anchors (worth half of the
// points, or all of them; a pulse that is to be watched, good, or perfect). A rate is brought there by fewer in the period; what is believed
// of a short time may not reach it even with none, and then none is what is told.
func (c *Config) WhatHelps(in *ScoreInput) []Help {
	now := c.Score(in)
	out := []Help{}
	if now.Score == nil {
		return out
	}
	values, _ := in.metrics(c)
	for _, component := range c.ComponentNames() {
		for metric, points := range now.Components[component].Parts {
			next, ok := c.nextAnchor(metric, points)
			if !ok {
				continue
			}
			better, from, to := c.reach(in, metric, values[metric], next)
			if from == to {
				continue
			}
			s := c.Score(&better)
			h := Help{Component: component, Metric: metric, From: from, To: to, Score: *s.Score, Gain: *s.Score - *now.Score, Interval: *s.Interval}
			if h.Gain < leastGain {
				continue
			}
			h.Text = h.say(in)
			out = append(out, h)
		}
	}
	slices.SortFunc(out, func(a, b Help) int { return cmp.Or(cmp.Compare(b.Gain, a.Gain), cmp.Compare(a.Metric, b.Metric)) })
	return out
}

// nextAnchor returns the value at which a metric is worth the next fifty points.
func (c *Config) nextAnchor(metric string, points float64) (float64, bool) {
	t, ok := c.Targets[metric]
	switch {
	case points >= 100 || !ok && metric != metricPulse:
		return 0, false
	case metric == metricPulse && points < PulseWatch:
		return PulseWatch, true
	case metric == metricPulse && points < PulseGood:
		return PulseGood, true
	case metric == metricPulse:
		return 100, true
	case points < 50:
		return (t.G + t.B) / 2, true
	}
	return t.G, true
}

// reach returns the figures with a metric at a value, and its raw number before and after.
func (c *Config) reach(in *ScoreInput, metric string, now, next float64) (better ScoreInput, from, to float64) {
	better = *in
	weeks := in.weeks()
	if r, ok := in.shrunken()[metric]; ok {
		prior := c.Priors[r.prior]
		from = *r.count
		// The count of which what is believed is the anchor; a part of one is none.
		to = math.Floor(next/r.scale*(prior.B+weeks) - prior.M0*prior.B + 1e-9)
		to = math.Min(from, math.Max(0, to))
		*better.field(metric) = &to
		return better, from, to
	}
	switch metric {
	case metricAfterHours, metricRest:
		from, to = now*weeks, math.Floor(next*weeks+1e-9)
		*better.field(metric) = &to
	case metricWorst:
		from, to = now, math.Floor(next)
		*better.field(metric) = &to
	case metricPulse:
		pulse := *in.Pulse
		from, to = now, math.Ceil(next)
		pulse.Index, better.Pulse = &to, &pulse
	default:
		from, to = now, next
		*better.field(metric) = &to
	}
	return better, from, to
}

// field returns where the raw number of a metric is.
func (in *ScoreInput) field(metric string) **float64 {
	switch metric {
	case metricWake:
		return &in.Wakeups
	case metricWorst:
		return &in.WorstWeek
	case metricOffHours:
		return &in.OffHours
	case metricAfterHours:
		return &in.AfterHours
	case metricIncidents:
		return &in.PagedIncidents
	case metricOverloaded:
		return &in.OverloadedShare
	case metricAlert:
		return &in.AlertShare
	case metricOnCall:
		return &in.MaxOnCallShare
	case metricRest:
		return &in.RestBreaches
	case metricRota:
		return &in.RotaSizeRatio
	case metricCV:
		return &in.StandbyCV
	case metricTop:
		return &in.StandbyTop
	case metricItems:
		return &in.ItemsOnTime
	case metricToil:
		return &in.ToilShare
	case metricTicket:
		return &in.TicketAge
	}
	return &in.NoAction
}

// say says what would help, in words.
func (h *Help) say(in *ScoreInput) string {
	w := words[h.Metric]
	score := fmt.Sprintf("the score would be %.0f instead of %.0f.", h.Score, h.Score-h.Gain)
	switch {
	case w.kind == kindRate:
		to := short(h.To)
		if h.To == 0 {
			to = "none"
		}
		return fmt.Sprintf("With %s instead of %s in %s %s", to, countOf(h.From, w.one, w.many), countOf(in.weeks(), "on-call week,", "on-call weeks,"), score)
	case h.Metric == metricPulse:
		return fmt.Sprintf("With a pulse of %s instead of %s %s", short(h.To), short(h.From), score)
	}
	return fmt.Sprintf("%s: at %s instead of %s %s", capital(w.name), w.say(h.To), w.say(h.From), score)
}

// A ScoreChange compares two periods of a team. Only components that both have are
// compared, because one that is gone or new says nothing of what has changed.
type ScoreChange struct {
	Before float64 `json:"before"` // of what both have, which may differ from the scores
	Now    float64 `json:"now"`
	Change float64 `json:"change"`
	// Components are how much each moved, in its own points.
	Components  map[string]float64 `json:"components"`
	NotCompared []string           `json:"not_compared"`
}

// CompareScores compares a period with one before it; false where there is no score, the
// model is another, or nothing is in both.
func (c *Config) CompareScores(before, now *Score) (ScoreChange, bool) {
	out := ScoreChange{Components: map[string]float64{}, NotCompared: []string{}}
	if before.Score == nil || now.Score == nil || before.Model != now.Model || before.Config != now.Config {
		return out, false
	}
	a, b := map[string]ComponentScore{}, map[string]ComponentScore{}
	for _, name := range c.ComponentNames() {
		x, inBefore := before.Components[name]
		y, inNow := now.Components[name]
		switch {
		case inBefore && inNow:
			a[name], b[name] = x, y
			out.Components[name] = y.Score - x.Score
		case inBefore || inNow:
			out.NotCompared = append(out.NotCompared, name)
		}
	}
	if len(a) == 0 {
		return out, false
	}
	out.Before, out.Now = c.put(a).score, c.put(b).score
	out.Change = out.Now - out.Before
	return out, true
}
