package roster_test

import (
	"testing"
	"time"

	"watchbill/schedule/roster"
)

// When a published plan changes as little as it can, what is left to choose is
// little, and all of it is proven.
func TestRegenerationIsProven(t *testing.T) {
	until := func(at int64) func(p *roster.Problem) {
		return func(p *roster.Problem) { p.Members[2].Until = &at }
	}
	for name, test := range map[string]struct {
		p      *roster.Problem
		change func(p *roster.Problem)
	}{
		"weekly, a leaver":      {generated("weekly", 12, 2, 26, 7*day, roster.Window{Length: 28 * day, Max: 7 * day}), until(21 * 7 * day)},
		"weekly, three away":    {generated("weekly", 12, 2, 26, 7*day, roster.Window{Length: 28 * day, Max: 7 * day}), threeAway},
		"daily, a leaver":       {generated("daily", 12, 1, 90, day, roster.Window{Length: 7 * day, Max: 2 * day}), until(70 * day)},
		"two a day, three away": {generated("daily", 14, 2, 60, day, roster.Window{Length: 7 * day, Max: 2 * day}), threeAway},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			published, _ := solved(t, test.p, roster.Options{Budget: 2_000_000})
			p := *test.p
			p.Order = []string{roster.TermUncovered, roster.TermChanges, roster.TermMaxDev, roster.TermSumDev, roster.TermPref, roster.TermSpacing}
			p.Baseline = roster.Baseline(published.Assignment)
			test.change(&p)
			sol, _ := solved(t, &p, roster.Options{Budget: roster.BudgetFor(5 * time.Second)})
			for _, term := range sol.Terms {
				if !term.Proven {
					t.Errorf("%s is not proven: %+v", term.Term, sol.Terms)
				}
			}
		})
	}
}

func threeAway(p *roster.Problem) {
	for i := range 3 {
		at := p.Horizon.End / 5 * int64(i+1)
		p.Members[i].Unavailable = append(p.Members[i].Unavailable, [2]int64{at, at + 9*day})
	}
}
