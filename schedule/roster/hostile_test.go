package roster_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"watchbill/schedule/roster"

	"pgregory.net/rapid"
)

// hostile bends a random problem where solvers like to break: pins, nothing to
// weigh, nobody's capacity, debts, people there for a part of it, limits of their
// own, and changes that come late in the order.
func hostile(rng *rand.Rand) *roster.Problem {
	p := randomProblem(rng, 2+rng.IntN(3), 3+rng.IntN(4))
	some := func() *roster.Member { return &p.Members[rng.IntN(len(p.Members))] }
	slot := func() *roster.Slot { return &p.Slots[rng.IntN(len(p.Slots))] }
	for range 3 {
		m := some()
		switch rng.IntN(10) {
		case 0:
			m.Prior = -int64(rng.IntN(100)) * 7
		case 1:
			m.Capacity = map[string]int64{"p": 0}
		case 2:
			until := int64(1+rng.IntN(4)) * day
			m.Until = &until
		case 3:
			m.Limits = &roster.Rules{Windows: []roster.Window{{Length: 3 * day, Max: day}}}
		case 4:
			m.Limits = &roster.Rules{Counts: []roster.Count{{Mark: "weekend", Length: 30 * day, Max: int64(rng.IntN(2))}}}
		case 5:
			slot().Weight = 0
		case 6:
			slot().Weights = map[string]int64{m.ID: int64(rng.IntN(30))}
		case 7:
			p.Pinned = []roster.Pin{{Slot: slot().ID, Member: m.ID}}
		case 8:
			p.History = append(p.History, roster.Past{Member: m.ID, Layer: "a", Start: -2 * day, End: -day, NStart: 3600 - 2*day, NEnd: 3600 - day, Marks: map[string][]int64{"weekend": {-2 * day}}})
		case 9:
			for i := range p.Members {
				p.Members[i].Capacity = nil
			}
		}
	}
	if k := slices.Index(p.Order, roster.TermChanges); k >= 0 && rng.IntN(2) == 0 {
		p.Order = slices.Insert(slices.Delete(p.Order, k, k+1), 1+rng.IntN(len(p.Order)-1), roster.TermChanges)
	}
	return p
}

// On bent problems too the optimum is found, no bound is above it, and the
// certificate proves no more than is true.
func TestHostileProblems(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := hostile(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2)))
		if p.Validate() != nil {
			t.Skip("pins and history may contradict the rules")
		}
		best, owners := tryAll(t, p)
		sol, c := certified(t, p, 4_000_000)
		checked, err := roster.Verify(p, c)
		if err != nil {
			t.Fatalf("order %v: %v", p.Order, err)
		}
		for k, term := range sol.Terms {
			if term.Value != best[k] || term.Bound > best[k] {
				t.Fatalf("order %v\n got %v\nbest %v", p.Order, sol.Terms, best)
			}
			if checked[k].Certified > best[k] {
				t.Fatalf("order %v: certified %+v\nbest %v", p.Order, checked[k], best)
			}
		}
		for k, bound := range roster.Bounds(p, owners) {
			if bound > best[k] {
				t.Fatalf("order %v: %s is said to be at least %d, best %v", p.Order, p.Order[k], bound, best)
			}
		}
	})
}
