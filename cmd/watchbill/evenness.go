package main

import (
	"fmt"

	"watchbill/schedule/roster"
)

// evenness says what the terms of a solution prove. It uses the exact values and
// rounds only what it prints, and never says more than is proven.
func evenness(terms []roster.Term) evennessDoc {
	var e evennessDoc
	shared := false
	given := ""
	for _, t := range terms {
		switch t.Term {
		case roster.TermUncovered:
			e.Unfilled, e.UnfilledBound = t.Value, t.Bound
			given = e.coverText(t.Proven)
		case roster.TermChanges:
			given += changesText(t)
		case roster.TermMaxDev:
			e.Largest, e.LargestBound, e.Proven = points(t.Value), points(t.Bound), t.Proven
		case roster.TermExtra:
			e.Extra, shared = t.Value, true
		case roster.TermSumDev:
			e.Sum, e.SumBound, e.SumProven = points(t.Value), points(t.Bound), t.Proven
		}
	}
	if given != "" {
		given += "Given that, "
	}
	e.Text = given + e.evenText()
	// The parts of the holidays come before the points.
	switch {
	case shared && e.Extra == 0:
		e.Text += " That is among plans in which nobody has more public holidays than their part, rounded up."
	case shared:
		e.Text += fmt.Sprintf(" That is among plans in which %s more than somebody's part, rounded up.", holidaysAre(e.Extra))
	}
	return e
}

// changesText says that the published plan changes as little as it can.
func changesText(t roster.Term) string {
	if t.Value == 0 {
		return "Every published shift that can stay with whoever has it does. "
	}
	if t.Proven || t.Bound >= t.Value {
		return "As few published shifts as possible change hands. "
	}
	return fmt.Sprintf("%d published shifts change hands that somebody could still hold; no plan has fewer than %d. ", t.Value, t.Bound)
}

func holidaysAre(n int64) string {
	if n == 1 {
		return "1 public holiday is"
	}
	return fmt.Sprintf("%d public holidays are", n)
}

// coverText is empty when every slot is filled.
func (e *evennessDoc) coverText(proven bool) string {
	switch {
	case e.Unfilled == 0:
		return ""
	case proven:
		return fmt.Sprintf("%s unfilled, and no plan that keeps the rules has fewer. ", isAre(e.Unfilled))
	}
	return fmt.Sprintf("%s unfilled, and no plan that keeps the rules has fewer than %d. ", isAre(e.Unfilled), e.UnfilledBound)
}

func isAre(n int64) string {
	if n == 1 {
		return "1 shift is"
	}
	return fmt.Sprintf("%d shifts are", n)
}

func (e *evennessDoc) evenText() string {
	largest, bound := plural(e.Largest.up()), plural(e.LargestBound.down())
	switch {
	case e.Proven && e.Largest == 0:
		return "the plan is as even as possible: everybody holds exactly their share."
	case e.Proven:
		return fmt.Sprintf("the plan is as even as possible: no plan can have a largest deviation below %s%s.", bound, e.sumText())
	case e.LargestBound == e.Largest:
		return fmt.Sprintf("no plan can have a largest deviation below %s.", bound)
	}
	return fmt.Sprintf("the largest deviation is %s; no plan can have one below %s, and whether one in between exists is open.", largest, bound)
}

func (e *evennessDoc) sumText() string {
	if e.SumProven {
		return fmt.Sprintf(", nor then a smaller sum of deviations than %s", plural(e.Sum.down()))
	}
	return ""
}

func plural(p points) string {
	if p == 1000 {
		return "1 point"
	}
	return p.String() + " points"
}

// down is a bound in tenths of a point, of which no more is said than is proven.
func (p points) down() points { return p - p%100 }

// up is a value in tenths of a point, of which no less is said than is so.
func (p points) up() points { return (p + 99).down() }
