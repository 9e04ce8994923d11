package ui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// healthChart is the score by time with its range, beside what was published of pulses, and
// what changed meanwhile.
type healthChart struct {
	Height int
	Ticks  []trendTick
	Score  []trendLine
	Points []healthDot
	Pulse  []trendLine
	Pulses []healthDot
	Days   []axisDay
	Marks  []healthMark
	Say    string // what it shows, in a sentence
}

// healthDot is a score, or what was published of a pulse. Low and High are the ends of its
// range, in pixels; a pulse has none.
type healthDot struct {
	X, Y, Low, High, LabelY string
	Value, Tip              string
}

type axisDay struct{ X, Text string }

// healthMark is a day on which something changed, with a number by which the list beneath
// the chart names it.
type healthMark struct {
	X, Y, Day string
	N         int
	Texts     []string
}

const (
	healthHeight = 230
	healthTop    = 48 // for the numbers of marks
	// healthNear is the share of the width that two numbers need to stand beside each other.
	healthNear = .06
)

// newHealthChart draws the scores that are told; nothing of fewer than two.
func newHealthChart(h *health.TeamHealth) *healthChart {
	first, last, told := -1, 0, 0
	for i := range h.Trend {
		if h.Trend[i].Score == nil {
			continue
		}
		if first < 0 {
			first = i
		}
		last = i
		told++
	}
	if told < 2 {
		return nil
	}
	c := &healthChart{Height: healthHeight}
	from, until := h.Trend[first].Until.AddDays(-14), h.Trend[last].Until.AddDays(7)
	x := func(d schedule.Date) float64 { return float64(d.DaysSince(from)) / float64(until.DaysSince(from)) }
	for n := 0; n <= 100; n += 25 {
		c.Ticks = append(c.Ticks, trendTick{healthY(float64(n)), n})
	}
	c.scores(h.Trend[first:], x)
	c.pulses(h.Pulses, x)
	c.mark(h.Events, x)
	a, b := h.Trend[first], h.Trend[last]
	c.Say = fmt.Sprintf("Score every four weeks: %.0f on %s, %.0f on %s.", *a.Score, healthDate(a.Until), *b.Score, healthDate(b.Until))
	if n := len(c.Pulses); n > 0 {
		c.Say += fmt.Sprintf(" The pulse went from %s to %s.", c.Pulses[0].Value, c.Pulses[n-1].Value)
		if n == 1 {
			c.Say = strings.Replace(c.Say, "went from "+c.Pulses[0].Value+" to", "is", 1)
		}
	}
	return c
}

func healthY(points float64) string { return pixels(healthPlace(points)) }

func healthPlace(points float64) float64 {
	return healthTop + (healthHeight-healthTop)*(1-points/100)
}

func pixels(y float64) string { return strconv.FormatFloat(y, 'f', 1, 64) }

// scores draws the scores; where one is not told the line is broken.
func (c *healthChart) scores(trend []health.TrendPoint, x func(schedule.Date) float64) {
	for i := range trend {
		t := &trend[i]
		c.Days = append(c.Days, axisDay{percent(x(t.Until)), t.Until.At(schedule.Midnight, time.UTC).Format("2 Jan")})
		if t.Score == nil {
			continue
		}
		dot := healthDot{X: percent(x(t.Until)), Y: healthY(*t.Score), Value: fmt.Sprintf("%.0f", *t.Score), Tip: fmt.Sprintf("Until %s\nScore %.0f", healthDate(t.Until), *t.Score)}
		top := *t.Score
		if r := t.Interval; r != nil {
			dot.Low, dot.High, top = healthY(r[0]), healthY(r[1]), r[1]
			dot.Tip += fmt.Sprintf(", likely %.0f to %.0f", r[0], r[1])
		}
		dot.LabelY = pixels(healthPlace(top) - 9)
		if n := len(c.Points); n > 0 && trend[i-1].Score != nil {
			was := c.Points[n-1]
			c.Score = append(c.Score, trendLine{was.X, was.Y, dot.X, dot.Y})
		}
		c.Points = append(c.Points, dot)
	}
}

// pulses draws what was published, on the day on which it was closed.
func (c *healthChart) pulses(all []health.PulsePoint, x func(schedule.Date) float64) {
	for _, p := range all {
		at := x(p.On)
		if at < 0 || at > 1 {
			continue
		}
		dot := healthDot{X: percent(at), Y: healthY(p.Index), LabelY: pixels(healthPlace(p.Index) + 20), Value: pointsText(p.Index), Tip: fmt.Sprintf("Pulse %d, %s\n%s of 100", p.Number, healthDate(p.On), pointsText(p.Index))}
		if n := len(c.Pulses); n > 0 {
			was := c.Pulses[n-1]
			c.Pulse = append(c.Pulse, trendLine{was.X, was.Y, dot.X, dot.Y})
		}
		c.Pulses = append(c.Pulses, dot)
	}
}

// mark numbers the days on which something changed. Numbers that would meet take turns in
// three lines.
func (c *healthChart) mark(events []health.BurdenEvent, x func(schedule.Date) float64) {
	line, before := 0, -1.
	var day schedule.Date
	for _, e := range events {
		at := x(e.Date)
		if at < 0 || at > 1 {
			continue
		}
		if n := len(c.Marks); n > 0 && e.Date == day {
			c.Marks[n-1].Texts = append(c.Marks[n-1].Texts, e.Text)
			continue
		}
		if line++; at-before >= healthNear || line > 2 {
			line = 0
		}
		day, before = e.Date, at
		c.Marks = append(c.Marks, healthMark{X: percent(at), Y: strconv.Itoa(11 + 13*line), Day: healthDate(e.Date), N: len(c.Marks) + 1, Texts: []string{e.Text}})
	}
}
