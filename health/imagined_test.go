package health_test

import (
	"errors"
	"strings"
	"testing"

	"watchbill/health"
	"watchbill/schedule"
)

// TestParseWhatIf tries what an address may have.
func TestParseWhatIf(t *testing.T) {
	quarter := 25
	for _, c := range []struct {
		people, oneIn, without, second string
		want                           health.WhatIf
		wrong                          string // fields
	}{
		{"", "", "", "", health.WhatIf{}, ""},
		{"2", "5", "shop: Queue is long", "25", health.WhatIf{People: 2, OneIn: 5, Without: "shop: Queue is long", Second: &quarter}, ""},
		{"0", "", "", "", health.WhatIf{}, ""},
		{"10", "12", "", "", health.WhatIf{People: 10, OneIn: 12}, ""},
		{"11", "1", "", "26", health.WhatIf{}, "people one_in second"},
		{"-1", "13", "", "-25", health.WhatIf{}, "people one_in second"},
		{"2.5", "99999999999999999999", "", "025", health.WhatIf{}, "people one_in second"},
		{" 2", "0x5", "", " ", health.WhatIf{}, "people one_in second"},
		{"zwei", "NaN", strings.Repeat("a", 501), "yes", health.WhatIf{}, "people one_in without second"},
		{"2", "", "shop\u202e", "", health.WhatIf{People: 2}, "without"},
	} {
		got, err := health.ParseWhatIf(c.people, c.oneIn, c.without, c.second)
		var fields []string
		if err != nil {
			for _, one := range err.(interface{ Unwrap() []error }).Unwrap() {
				invalid, ok := errors.AsType[*schedule.InvalidError](one)
				if !ok || invalid.Reason == "" {
					t.Fatalf("%+v: %v", c, one)
				}
				fields = append(fields, invalid.Field)
			}
		}
		if strings.Join(fields, " ") != c.wrong {
			t.Errorf("%+v: wrong are %v", c, fields)
		}
		if got.People != c.want.People || got.OneIn != c.want.OneIn || got.Without != c.want.Without || (got.Second == nil) != (c.want.Second == nil) || got.Second != nil && *got.Second != *c.want.Second {
			t.Errorf("%+v: got %+v", c, got)
		}
	}
}

// TestImaginedWeeks checks that plans are whole rounds, and a year at most.
func TestImaginedWeeks(t *testing.T) {
	for people, want := range map[int]int{0: 13, 1: 13, 3: 15, 5: 15, 8: 16, 10: 20, 13: 13, 14: 14, 30: 30, 52: 52, 500: 52} {
		if got := health.ImaginedWeeks(people); got != want {
			t.Errorf("%d people: got %d weeks, want %d", people, got, want)
		}
	}
}

// TestSentences checks what is said first, and what then, of each kind of answer.
func TestSentences(t *testing.T) {
	plan := func(unfilled int) *health.ImaginedPlan { return &health.ImaginedPlan{Slots: 40, Unfilled: unfilled} }
	outcome := func(p *health.ImaginedPlan, oneIn, nights, calls, score float64) *health.Outcome {
		e := func(x float64) health.Expected { return health.Expected{Mean: x, Low: x - 2, High: x + 2} }
		s := e(score)
		return &health.Outcome{Plan: p, OneIn: oneIn, FirstIn: oneIn, Figures: &health.Figures{Nights: e(nights), Interruptions: e(calls), Score: &s}}
	}
	bare := func(p *health.ImaginedPlan, oneIn float64) *health.Outcome {
		return &health.Outcome{Plan: p, OneIn: oneIn, FirstIn: oneIn}
	}
	change := func(nights, calls health.Expected) *health.Change {
		return &health.Change{Nights: nights, Interruptions: calls}
	}
	same, today, half := plan(0), 58.0, 50
	for name, c := range map[string]struct {
		answer      health.Answer
		first, rest string
	}{
		"nothing asked": {health.Answer{}, "", ""},
		"more people": {
			health.Answer{WhatIf: health.WhatIf{People: 2}, Today: &today, Now: outcome(plan(0), 4, 7, 20, 61), Then: outcome(plan(0), 6, 4, 14, 70), Change: change(health.Expected{Mean: -3, Low: -5, High: -1}, health.Expected{})},
			"With two more people, each would be on call one week in 6 instead of one in 4.",
			"About 3 broken nights fewer for each person in a quarter (1 to 5): 4 instead of 7. The score would be about 70 (68 to 72) instead of 61 (59 to 63) with nothing changed; today's, of the last eight weeks, is 58.",
		},
		"an alert gone": {
			health.Answer{WhatIf: health.WhatIf{Without: "checkout"}, Now: outcome(same, 4, 0.4, 6.2, 73), Then: outcome(same, 4, 0.3, 5.9, 73), Change: change(health.Expected{Mean: -.1, Low: -.3}, health.Expected{Mean: -.3, Low: -.8})},
			"Without “checkout”, nights would hardly change: 0.3 broken ones for each person in a quarter instead of 0.4. Each would be interrupted about 5.9 times instead of 6.2 (0 to 0.8 fewer).",
			"The score would be about 73 (71 to 75) instead of 73 (71 to 75) with nothing changed.",
		},
		"chance": {
			health.Answer{WhatIf: health.WhatIf{People: 1, Second: &half}, Now: outcome(plan(0), 4, 2, 6, 73), Then: outcome(plan(0), 4, 3, 6, 73), Change: change(health.Expected{Mean: 1, Low: -.5, High: 2}, health.Expected{})},
			"With one more person and with somebody who stands behind and takes 50 of a hundred pages, each would be on call one week in 4 as now.",
			"About 3 broken nights for each person in a quarter instead of 2, which may be chance (between 0.5 fewer and 2 more). The score would be about 73 (71 to 75) instead of 73 (71 to 75) with nothing changed.",
		},
		"not covered": {
			health.Answer{WhatIf: health.WhatIf{OneIn: 5}, Now: outcome(plan(0), 4, 2, 6, 73), Then: bare(plan(10), 5)},
			"With nobody on call for more than one week in 5, 10 of 40 shifts would be nobody's.", "What nobody answers looks like peace, so that nights and score are not told of such a plan.",
		},
		"not covered before either": {
			health.Answer{WhatIf: health.WhatIf{OneIn: 5}, Now: bare(plan(3), 4), Then: bare(plan(10), 5)},
			"With nobody on call for more than one week in 5, 10 of 40 shifts would be nobody's.", "With nothing changed it is 3 of 40 already. What nobody answers looks like peace, so that nights and score are not told of such a plan.",
		},
		"covered at last": {
			health.Answer{WhatIf: health.WhatIf{People: 3}, Now: bare(plan(3), 4), Then: outcome(plan(0), 6, 4, 14, 70)},
			"With three more people, each would be on call one week in 6 instead of one in 4.",
			"Everything would be covered, where with nothing changed 3 of 40 shifts are nobody's: there is nothing to compare with. The score would be about 70 (68 to 72).",
		},
	} {
		if first, rest := c.answer.Sentences(); first != c.first || rest != c.rest {
			t.Errorf("%s:\n got %s\n     %s\nwant %s\n     %s", name, first, rest, c.first, c.rest)
		}
	}
}
