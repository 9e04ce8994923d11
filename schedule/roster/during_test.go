package roster

import (
	"math/rand/v2"
	"testing"
)

// TestRulesOfSomeTime holds the few stretches that are looked at to the definition,
// which speaks of all of them.
func TestRulesOfSomeTime(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	broken := 0
	for range 20_000 {
		var mine []shift
		for at := int64(1); len(mine) < 1+rng.IntN(4); {
			at += int64(rng.IntN(4))
			s := shift{nstart: at, nend: at + 1 + int64(rng.IntN(4)), slot: &Slot{}}
			if rng.IntN(4) == 0 {
				s.slot = nil
			}
			s.marks = map[string][]int64{"weekend": {s.nstart}}
			mine, at = append(mine, s), s.nend
		}
		hold := During{From: int64(rng.IntN(12))}
		if rng.IntN(2) == 0 {
			hold.Until = hold.From + 1 + int64(rng.IntN(8))
		}
		w := Window{Length: int64(1 + rng.IntN(8)), Max: int64(rng.IntN(6)), During: hold}
		c := Count{Mark: "weekend", Length: int64(1 + rng.IntN(8)), Max: int64(rng.IntN(3)), During: hold}
		fits, counts := true, true
		for at := int64(-20); at < 60; at++ {
			if !hold.has(at) {
				continue
			}
			used, marks, planned, now := int64(0), int64(0), false, false
			for _, x := range mine {
				if n := min(x.nend, at+w.Length) - max(x.nstart, at); n > 0 {
					used, planned = used+n, planned || x.slot != nil
				}
				if x.nstart >= at && x.nstart < at+c.Length {
					marks, now = marks+1, now || x.slot != nil
				}
			}
			fits = fits && (used <= w.Max || !planned)
			counts = counts && (marks <= c.Max || !now)
		}
		if _, _, ok := overfull(mine, w); ok != fits {
			t.Fatalf("overfull(%v, %+v) = %v, want %v", mine, w, ok, fits)
		}
		if _, _, ok := overcount(mine, c); ok != counts {
			t.Fatalf("overcount(%v, %+v) = %v, want %v", mine, c, ok, counts)
		}
		if !fits {
			broken++
		}
	}
	if broken < 2000 {
		t.Errorf("only %d of 20,000 broke the rule", broken)
	}
}
