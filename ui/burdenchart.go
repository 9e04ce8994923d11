package ui

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// trendChart is interruptions and wake-ups by week, against the limit.
type trendChart struct {
	Height     int
	LimitY     string
	Ticks      []trendTick
	All, Night []trendLine
	Points     []trendPoint
	Events     []trendEvent
	Say        string // what it shows, in a sentence
}

type trendTick struct {
	Y     string
	Value int
}

type trendLine struct{ X1, Y1, X2, Y2 string }

// trendPoint is a week. Label is above it where there is room.
type trendPoint struct {
	X, Y, LabelY, Week   string
	All, Night           int
	Over, Running, Quiet bool
	ShowLabel, ShowWeek  bool
	Tip                  string
}

type trendEvent struct {
	X, Y, Text string
	Right      bool // its text is to the left of the line
}

const (
	trendHeight  = 220
	trendTop     = 34 // for what is written above
	trendLabels  = 14 // points that are all labelled
	trendWeekGap = 7  // weeks named at most
)

// newTrend draws the weeks; nothing where there are none.
func newTrend(b *health.Burden) *trendChart {
	if len(b.Weeks) == 0 {
		return nil
	}
	t := &trendChart{Height: trendHeight}
	most := b.Limit
	for _, w := range b.Weeks {
		most = max(most, w.Interruptions)
	}
	step := niceStep(most)
	top := (most + step - 1) / step * step
	y := func(n int) string {
		return strconv.FormatFloat(float64(trendTop)+float64(trendHeight-trendTop)*(1-float64(n)/float64(top)), 'f', 1, 64)
	}
	for n := 0; n <= top; n += step {
		t.Ticks = append(t.Ticks, trendTick{y(n), n})
	}
	t.LimitY = y(b.Limit)
	x := func(i int) float64 { return (float64(i) + .5) / float64(len(b.Weeks)) }
	highest := 0
	for i, w := range b.Weeks {
		if w.Interruptions > b.Weeks[highest].Interruptions {
			highest = i
		}
	}
	every := (len(b.Weeks) + trendWeekGap - 1) / trendWeekGap
	for i, w := range b.Weeks {
		day := w.Week.At(schedule.Midnight, time.UTC).Format("2 Jan")
		p := trendPoint{
			X: percent(x(i)), Y: y(w.Interruptions), Week: day, All: w.Interruptions, Night: w.Wakeups, Over: w.Interruptions > b.Limit, Running: w.Running, Quiet: w.Quiet,
			ShowLabel: len(b.Weeks) <= trendLabels || i == 0 || i == highest || i == len(b.Weeks)-1, ShowWeek: i%every == 0,
			Tip: fmt.Sprintf("Week of %s\n%s, %s", day, plural(w.Interruptions, "interruption", "interruptions"), plural(w.Wakeups, "wake-up", "wake-ups")),
		}
		above, _ := strconv.ParseFloat(p.Y, 64)
		p.LabelY = strconv.FormatFloat(above-11, 'f', 1, 64)
		if i > 0 {
			before := b.Weeks[i-1]
			t.All = append(t.All, trendLine{percent(x(i - 1)), y(before.Interruptions), p.X, p.Y})
			t.Night = append(t.Night, trendLine{percent(x(i - 1)), y(before.Wakeups), p.X, y(w.Wakeups)})
		}
		t.Points = append(t.Points, p)
	}
	t.mark(b)
	first, last := b.Weeks[0], b.Weeks[len(b.Weeks)-1]
	t.Say = fmt.Sprintf("Interruptions each week: %d in the first week, %d at most, %d in the last; the limit is %d, and %s above it.", first.Interruptions, b.Weeks[highest].Interruptions, last.Interruptions, b.Limit, overText(b.Over))
	return t
}

func overText(n int) string {
	if n == 1 {
		return "one week was"
	}
	return fmt.Sprintf("%d weeks were", n)
}

// mark draws what changed. Two lines of text take turns so that they do not meet.
func (t *trendChart) mark(b *health.Burden) {
	days := float64(7 * len(b.Weeks))
	from := b.Weeks[0].Week
	for i, e := range b.Events {
		at := float64(e.Date.DaysSince(from)) / days
		if at < 0 || at > 1 {
			continue
		}
		t.Events = append(t.Events, trendEvent{X: percent(at), Y: strconv.Itoa(11 + 13*(i%2)), Text: e.Text, Right: at > .75})
	}
}

// niceStep is the distance of lines so that there are three to six of them.
func niceStep(most int) int {
	for _, step := range []int{1, 2, 5, 10, 20, 50, 100, 200, 500} {
		if most <= 5*step {
			return step
		}
	}
	return int(math.Ceil(float64(most) / 5))
}
