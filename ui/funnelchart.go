package ui

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"watchbill/health"
)

// funnelChart draws teams by how long they were on call and how often that cost
// something, between the limits of chance.
type funnelChart struct {
	Height        int
	Ticks         []trendNumber
	Weeks         []trendNumber // along the bottom
	UsualY, Usual string
	Band          string // points of what 95 of a hundred lie in
	Outer         []string
	Dots          []funnelDot
	Many          string // a path of the dots of teams within the limits, where they are many
	Say           string
	Wide          string // of what curves are drawn in
	Counted       string
}

// trendNumber is a number at an axis.
type trendNumber struct{ At, Text string }

// funnelDot is a team. Those that would lie on each other stand side by side.
type funnelDot struct {
	X, Y, Aside, Tip string
	Beyond           bool // and then
	Name             string
	Left             bool // its name is to the left
}

const (
	funnelHeight = 320
	funnelTop    = 16
	funnelWide   = 1000 // of curves, which are stretched to the page
	funnelSteps  = 40
	dotApart     = 7  // pixels
	dotRow       = 6  // dots within so many pixels are of one row
	mostAside    = 84 // pixels that a row may take
	nameApart    = 14 // pixels between names
	nameLetters  = 22
	// tippedTeams are how many teams at most have a dot that says whose it is: in a cloud
	// nobody points at one, and the table has them all.
	tippedTeams = 200
)

// newFunnelChart draws teams; nothing where they are not compared.
func newFunnelChart(o *health.Organisation) *funnelChart {
	if o.Funnel == nil {
		return nil
	}
	longest, highest := 0.0, o.Funnel.Usual
	for i := range o.Teams {
		longest, highest = max(longest, o.Teams[i].Rate.Exposure), max(highest, o.Teams[i].Rate.Mean)
	}
	_, limit := o.Funnel.Limits(longest, health.OuterLevel)
	weekStep, rateStep := roundStep(longest*1.04), roundStep(max(highest, limit)*1.06)
	weeks, top := longest*1.08, math.Ceil(max(highest, limit)*1.06/rateStep)*rateStep
	g := funnelGround{weeks, top}
	c := &funnelChart{Height: funnelHeight, UsualY: pixel(g.y(o.Funnel.Usual)), Usual: rateText(o.Funnel.Usual), Wide: strconv.Itoa(funnelWide), Counted: upper(o.Measure.Words())}
	for v := 0.0; v <= top+rateStep/2; v += rateStep {
		c.Ticks = append(c.Ticks, trendNumber{pixel(g.y(v)), shortNumber(v)})
	}
	for v := 0.0; v <= weeks; v += weekStep {
		c.Weeks = append(c.Weeks, trendNumber{percent(v / weeks), shortNumber(v)})
	}
	c.limits(o.Funnel, g)
	c.dots(o, g)
	above, below := o.Outside()
	c.Say = fmt.Sprintf("%s per on-call week of %d teams, by how many weeks they were on call: usual is %s; %d lie above what chance explains and %d below.", c.Counted, len(o.Teams), c.Usual, len(above), len(below))
	return c
}

// funnelGround places weeks and rates.
type funnelGround struct{ weeks, top float64 }

func (g funnelGround) x(weeks float64) float64 { return weeks / g.weeks }

func (g funnelGround) y(rate float64) float64 {
	return funnelTop + (funnelHeight-funnelTop)*(1-rate/g.top)
}

// limits draws the curves from where they come into sight.
func (c *funnelChart) limits(f *health.Funnel, g funnelGround) {
	var up, down, low, high []string
	for i := range funnelSteps + 1 {
		share := float64(i+1) / (funnelSteps + 1) // none was on call for no time at all
		weeks := g.weeks * share * share          // closer where they bend
		at := func(rate float64) string {
			return pixel(funnelWide*share*share) + "," + pixel(g.y(min(rate, g.top)))
		}
		innerLow, innerHigh := f.Limits(weeks, health.InnerLevel)
		up, down = append(up, at(innerHigh)), append(down, at(innerLow))
		outerLow, outerHigh := f.Limits(weeks, health.OuterLevel)
		if outerHigh <= g.top {
			high = append(high, at(outerHigh))
		}
		if outerLow > 0 {
			low = append(low, at(outerLow))
		}
	}
	slices.Reverse(down)
	c.Band = strings.Join(append(up, down...), " ")
	for _, line := range [][]string{high, low} {
		if len(line) > 1 {
			c.Outer = append(c.Outer, strings.Join(line, " "))
		}
	}
}

// dots places the teams. Where several have done the same they stand side by side.
func (c *funnelChart) dots(o *health.Organisation, g funnelGround) {
	type place struct{ x, y int }
	rows := map[place][]int{}
	at := func(t *health.ComparedTeam) place {
		return place{int(math.Round(g.x(t.Rate.Exposure) * 100)), int(g.y(t.Rate.Mean) / dotRow)}
	}
	for i := range o.Teams {
		p := at(&o.Teams[i])
		rows[p] = append(rows[p], i)
	}
	var names []namePlace
	var many strings.Builder
	for i := range o.Teams {
		t := &o.Teams[i]
		row := rows[at(t)]
		apart := math.Min(dotApart, mostAside/float64(len(row)))
		aside := apart * (float64(slices.Index(row, i)) - float64(len(row)-1)/2)
		x, y := g.x(t.Rate.Exposure), g.y(t.Rate.Mean)
		d := funnelDot{
			X: percent(x), Y: pixel(y), Beyond: t.Outside(), Left: x > .5,
		}
		if math.Abs(aside) >= .05 {
			d.Aside = pixel(aside)
		}
		if len(o.Teams) > tippedTeams && !d.Beyond {
			fmt.Fprintf(&many, "M%s %sh0", pixel(funnelWide*x+aside), d.Y)
			continue
		}
		if d.Beyond && free(names, namePlace{x, y, d.Left}) {
			names = append(names, namePlace{x, y, d.Left})
			d.Name = shortName(t.Name)
		}
		d.Tip = fmt.Sprintf("%s\n%d in %s on-call weeks", t.Name, int(t.Rate.Count), weeksText(t.Rate.Exposure))
		c.Dots = append(c.Dots, d)
	}
	c.Many = many.String()
	// What is named lies over the others.
	slices.SortStableFunc(c.Dots, func(a, b funnelDot) int {
		return strings.Compare(strconv.FormatBool(a.Beyond), strconv.FormatBool(b.Beyond))
	})
}

// namePlace is where a name is written.
type namePlace struct {
	x, y float64
	left bool
}

// free reports whether a name has room beside those there are; the table has it anyway.
func free(names []namePlace, n namePlace) bool {
	return !slices.ContainsFunc(names, func(o namePlace) bool {
		return math.Abs(o.y-n.y) < nameApart && (math.Abs(o.x-n.x) < .3 || o.left != n.left)
	})
}

func shortName(name string) string {
	letters := []rune(name)
	if len(letters) <= nameLetters {
		return name
	}
	return strings.TrimSpace(string(letters[:nameLetters-1])) + "…"
}

// pixel writes a place to a tenth.
func pixel(x float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(x, 'f', 1, 64), ".0")
}

// shortNumber writes a number of an axis.
func shortNumber(x float64) string {
	return strconv.FormatFloat(math.Round(x*1000)/1000, 'f', -1, 64)
}

// roundStep is the distance of lines so that there are three to six of them up to a
// number.
func roundStep(most float64) float64 {
	if most <= 0 {
		return 1
	}
	unit := math.Pow(10, math.Floor(math.Log10(most/5)))
	for _, step := range []float64{1, 2, 5} {
		if most <= 5.5*step*unit {
			return step * unit
		}
	}
	return 10 * unit
}
