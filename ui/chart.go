package ui

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Geometry. Horizontal places are percentages and vertical places pixels, so
// that a drawing fits any width without scaling its text, and needs no style.

// percent writes a share of one as SVG likes it: .125 is "12.5%".
func percent(share float64) string {
	s := strconv.FormatFloat(share*100, 'f', 3, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if s == "-0" {
		s = "0"
	}
	return s + "%"
}

// axis is a stretch of time drawn from left to right. Instants are placed by
// elapsed time, so a day of 23 hours is a little narrower than its neighbours.
type axis struct{ from, to time.Time }

// at is the place of t as a share of the axis, not clipped.
func (a axis) at(t time.Time) float64 {
	total := a.to.Sub(a.from)
	if total <= 0 {
		return 0
	}
	return float64(t.Sub(a.from)) / float64(total)
}

// day is the beginning of the i-th day of the axis on the calendar: midnight,
// or the end of the gap in zones that change their clocks at midnight, for
// which time.Date may answer with an hour of the day before.
func (a axis) day(i int) time.Time {
	y, m, d := a.from.Date()
	start := time.Date(y, m, d+i, 0, 0, 0, 0, a.from.Location())
	noon := time.Date(y, m, d+i, 12, 0, 0, 0, a.from.Location())
	if sameDay(start, noon) {
		return start
	}
	_, before := start.Zone()
	_, after := noon.Zone()
	return start.Add(time.Duration(after-before) * time.Second)
}

func (a axis) holds(t time.Time) bool { return !t.Before(a.from) && t.Before(a.to) }

// clip places [start, end) on the axis; ok is false when nothing of it shows.
func (a axis) clip(start, end time.Time) (x, w float64, ok bool) {
	if start.Before(a.from) {
		start = a.from
	}
	if end.After(a.to) {
		end = a.to
	}
	if !start.Before(end) {
		return 0, 0, false
	}
	x = a.at(start)
	return x, a.at(end) - x, true
}

// Widths of the drawing in pixels for which labels are chosen: on a desk, and
// where the table is about to give way to the list.
const (
	trackWide   = 700
	trackNarrow = 440
	charWidth   = 7.1
	labelPad    = 8
	swapWidth   = 18 // of the sign on a swapped shift
)

// fit is the first of the texts that has room in so many pixels, or "".
func fit(pixels float64, texts ...string) string {
	room := pixels - labelPad
	for _, t := range texts {
		if float64(utf8.RuneCountInString(t))*charWidth <= room {
			return t
		}
	}
	return ""
}

// box is a stretch of the axis: a weekend, a holiday.
type box struct{ X, W, Name string }

// tick is a week's beginning.
type tick struct {
	X, Label string
	On       bool // this week
}

// grid is the ground all rows of a chart share.
type grid struct {
	Weeks    []tick
	Weekends []box
	Holidays []box
	NowX     string // empty when now is elsewhere
}

// newGrid draws weeks from the axis' first midnight on; days are counted on
// the calendar of the axis' zone.
func newGrid(a axis, now time.Time) grid {
	var g grid
	if a.holds(now) {
		g.NowX = percent(a.at(now))
	}
	for i := 0; a.day(i).Before(a.to); i++ {
		d := a.day(i)
		switch d.Weekday() {
		case time.Monday:
			next := a.day(i + 7)
			g.Weeks = append(g.Weeks, tick{X: percent(a.at(d)), Label: d.Format("2 Jan"), On: !now.Before(d) && now.Before(next)})
		case time.Saturday:
			if x, w, ok := a.clip(d, a.day(i+2)); ok {
				g.Weekends = append(g.Weekends, box{X: percent(x), W: percent(w)})
			}
		case time.Sunday:
			if x, w, ok := a.clip(d, a.day(1)); ok && i == 0 {
				g.Weekends = append(g.Weekends, box{X: percent(x), W: percent(w)})
			}
		}
	}
	return g
}

// bar is a row of the fairness table: points from the left, and the fair share.
type bar struct{ Points, Share string }

// fairBars scales every row to the largest figure among them.
func fairBars(rows []FairRow) []bar {
	largest := 1e-9
	for _, r := range rows {
		largest = max(largest, r.Points, r.Share)
	}
	out := make([]bar, len(rows))
	for i, r := range rows {
		out[i] = bar{Points: percent(max(0, r.Points) / largest * .97), Share: percent(max(0, r.Share) / largest * .97)}
	}
	return out
}

// Size of a line of what there was each week, in pixels.
const (
	sparkWidth  = 76
	sparkHeight = 26
)

// spark is the points of a line through counts, from nothing at the bottom to the most at
// the top; empty where there are fewer than two.
func spark(counts []int) string {
	if len(counts) < 2 {
		return ""
	}
	most := 1
	for _, n := range counts {
		most = max(most, n)
	}
	var out []string
	for i, n := range counts {
		x := 1 + float64(sparkWidth-2)*float64(i)/float64(len(counts)-1)
		y := 1 + float64(sparkHeight-2)*(1-float64(n)/float64(most))
		out = append(out, strconv.FormatFloat(x, 'f', 1, 64)+","+strconv.FormatFloat(y, 'f', 1, 64))
	}
	return strings.Join(out, " ")
}
