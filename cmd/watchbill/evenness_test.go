package main

import (
	"testing"

	"watchbill/schedule/roster"
)

func TestEvennessSaysNoMoreThanIsProven(t *testing.T) {
	term := func(name string, value, bound int64, proven bool) roster.Term {
		return roster.Term{Term: name, Value: value, Bound: bound, Proven: proven}
	}
	full := term(roster.TermUncovered, 0, 0, true)
	for _, test := range []struct {
		name  string
		terms []roster.Term
		want  string
	}{
		{
			"proven", []roster.Term{full, term(roster.TermMaxDev, 1500, 1500, true), term(roster.TermSumDev, 9000, 8000, false)},
			"the plan is as even as possible: no plan can have a largest deviation below 1.5 points.",
		},
		{
			"both proven", []roster.Term{full, term(roster.TermMaxDev, 1000, 1000, true), term(roster.TermSumDev, 4000, 4000, true)},
			"the plan is as even as possible: no plan can have a largest deviation below 1 point, nor then a smaller sum of deviations than 4 points.",
		},
		{
			"exact shares", []roster.Term{full, term(roster.TermMaxDev, 0, 0, true), term(roster.TermSumDev, 0, 0, true)},
			"the plan is as even as possible: everybody holds exactly their share.",
		},
		{
			"a gap", []roster.Term{full, term(roster.TermMaxDev, 4500, 3000, false)},
			"the largest deviation is 4.5 points; no plan can have one below 3 points, and whether one in between exists is open.",
		},
		{
			"thousandths", []roster.Term{full, term(roster.TermMaxDev, 36527, 34978, false)},
			"the largest deviation is 36.6 points; no plan can have one below 34.9 points, and whether one in between exists is open.",
		},
		{
			"thousandths, proven", []roster.Term{full, term(roster.TermMaxDev, 9706, 9706, true), term(roster.TermSumDev, 12345, 12345, true)},
			"the plan is as even as possible: no plan can have a largest deviation below 9.7 points, nor then a smaller sum of deviations than 12.3 points.",
		},
		{
			"unfilled", []roster.Term{term(roster.TermUncovered, 1, 1, true), term(roster.TermMaxDev, 2000, 2000, true)},
			"1 shift is unfilled, and no plan that keeps the rules has fewer. Given that, the plan is as even as possible: no plan can have a largest deviation below 2 points.",
		},
		{
			"unfilled, with a gap", []roster.Term{term(roster.TermUncovered, 3, 2, false), term(roster.TermMaxDev, 2000, 2000, false)},
			"3 shifts are unfilled, and no plan that keeps the rules has fewer than 2. Given that, no plan can have a largest deviation below 2 points.",
		},
		{
			"published", []roster.Term{full, term(roster.TermChanges, 4, 4, true), term(roster.TermExtra, 0, 0, true), term(roster.TermMaxDev, 2000, 2000, true)},
			"As few published shifts as possible change hands. Given that, the plan is as even as possible: no plan can have a largest deviation below 2 points. " +
				"That is among plans in which nobody has more public holidays than their part, rounded up.",
		},
		{
			"published, unfilled and with a gap", []roster.Term{
				term(roster.TermUncovered, 1, 1, true), term(roster.TermChanges, 4, 2, false), term(roster.TermExtra, 1, 0, false), term(roster.TermMaxDev, 2000, 1000, false),
			},
			"1 shift is unfilled, and no plan that keeps the rules has fewer. 4 published shifts change hands that somebody could still hold; no plan has fewer than 2. " +
				"Given that, the largest deviation is 2 points; no plan can have one below 1 point, and whether one in between exists is open. " +
				"That is among plans in which 1 public holiday is more than somebody's part, rounded up.",
		},
	} {
		if got := evenness(test.terms).Text; got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", test.name, got, test.want)
		}
	}
}
