package roster_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"watchbill/schedule/roster"
)

// BenchmarkRosters solves the shared problems and our own, and measures beside
// them what teams do today. Each line has the value of every term, the bound
// where it is not proven, and for the habits how many hard rules they break.
func BenchmarkRosters(b *testing.B) {
	all := map[string]*roster.Problem{}
	b.Run("shared", func(b *testing.B) { all = problems(b) })
	maps.Copy(all, ownProblems())
	for _, name := range slices.Sorted(maps.Keys(all)) {
		p := all[name]
		b.Run(name+"/watchbill", func(b *testing.B) { benchSolve(b, p) })
		b.Run(name+"/round-robin", func(b *testing.B) { benchHabit(b, p, roundRobin) })
		b.Run(name+"/longest-idle", func(b *testing.B) { benchHabit(b, p, longestIdle) })
	}
}

func benchSolve(b *testing.B, p *roster.Problem) {
	limit := 10 * time.Second
	if len(p.Slots) > 2000 {
		limit = 30 * time.Second
	}
	b.ReportAllocs()
	for b.Loop() {
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		sol, err := roster.Solve(ctx, p, roster.Options{Seed: 1, Budget: roster.BudgetFor(limit)})
		cancel()
		if err != nil {
			b.Fatal(err)
		}
		for _, term := range sol.Terms {
			b.ReportMetric(float64(term.Value), term.Term)
			if !term.Proven {
				b.ReportMetric(float64(term.Bound), term.Term+"-bound")
			}
		}
	}
}

func benchHabit(b *testing.B, p *roster.Problem, habit func(*roster.Problem) roster.Assignment) {
	for b.Loop() {
		e, err := roster.Evaluate(p, habit(p))
		if err != nil {
			b.Fatal(err)
		}
		for _, term := range p.Order {
			b.ReportMetric(float64(e.Terms[term]), term)
		}
		b.ReportMetric(float64(len(e.Violations)), "broken")
	}
}

// ownProblems are a year of a team of eight on two duties under one week in
// three, a year of daily turns, and sixty people following the sun.
func ownProblems() map[string]*roster.Problem {
	return map[string]*roster.Problem{
		"own-8p-2l-52w":   generated("own-8p-2l-52w", 8, 2, 52, 7*day, roster.Window{Length: 21 * day, Max: 7 * day}),
		"own-20p-2l-365d": generated("own-20p-2l-365d", 20, 2, 365, day, roster.Window{Length: 7 * day, Max: 2 * day}),
		"own-60p-3l-26w":  generated("own-60p-3l-26w", 60, 3, 182, day, roster.Window{Length: 14 * day, Max: 3 * day}),
	}
}

func generated(name string, people, layers, turns int, length int64, w roster.Window) *roster.Problem {
	rng := rand.New(rand.NewPCG(uint64(people), uint64(turns)))
	p := &roster.Problem{
		Format: roster.Format, Name: name, TZ: "UTC",
		Order:   []string{roster.TermUncovered, roster.TermMaxDev, roster.TermSumDev, roster.TermPref, roster.TermSpacing},
		Horizon: roster.Span{Start: 0, End: int64(turns) * length},
		Rules:   roster.Rules{SoftGap: w.Length, Windows: []roster.Window{w}},
	}
	var names []string
	for l := range layers {
		names = append(names, string(rune('a'+l)))
		for i := range turns {
			at := int64(i) * length
			weight := int64(100)
			if i%13 == 12 {
				weight = 130 // a holiday
			}
			p.Slots = append(p.Slots, roster.Slot{
				ID: fmt.Sprintf("%s%03d", names[l], i), Layer: names[l], Pool: "p",
				Start: at, End: at + length, NStart: at, NEnd: at + length, Weight: weight / int64(l+1),
			})
		}
	}
	for i := range people {
		m := roster.Member{ID: fmt.Sprintf("p%02d", i), Layers: names, Capacity: map[string]int64{"p": 100}}
		for range 2 {
			a := rng.Int64N(p.Horizon.End)
			m.Unavailable = append(m.Unavailable, [2]int64{a, a + 10*day})
		}
		for range 3 {
			a := rng.Int64N(p.Horizon.End)
			m.Avoid = append(m.Avoid, [3]int64{a, a + 3*day, 1})
		}
		p.Members = append(p.Members, m)
	}
	return p
}

// roundRobin turns the list of each layer and passes over who is absent.
func roundRobin(p *roster.Problem) roster.Assignment {
	next := map[string]int{}
	return deal(p, func(s *roster.Slot, able []*roster.Member) *roster.Member {
		m := able[next[s.Layer]%len(able)]
		next[s.Layer]++
		return m
	})
}

// longestIdle takes whoever's last shift ended longest ago.
func longestIdle(p *roster.Problem) roster.Assignment {
	last := map[string]int64{}
	return deal(p, func(s *roster.Slot, able []*roster.Member) *roster.Member {
		m := slices.MinFunc(able, func(x, y *roster.Member) int {
			return cmp.Or(cmp.Compare(last[x.ID], last[y.ID]), strings.Compare(x.ID, y.ID))
		})
		last[m.ID] = s.End
		return m
	})
}

// deal covers the slots in order with whom pick chooses among those present.
func deal(p *roster.Problem, pick func(*roster.Slot, []*roster.Member) *roster.Member) roster.Assignment {
	order := make([]*roster.Slot, len(p.Slots))
	for i := range p.Slots {
		order[i] = &p.Slots[i]
	}
	slices.SortStableFunc(order, func(x, y *roster.Slot) int { return cmp.Compare(x.Start, y.Start) })
	a := roster.Assignment{}
	for _, s := range order {
		var able []*roster.Member
		for i := range p.Members {
			m := &p.Members[i]
			e, err := roster.Evaluate(&roster.Problem{Horizon: p.Horizon, Members: []roster.Member{*m}, Slots: []roster.Slot{*s}}, roster.Assignment{s.ID: &m.ID})
			if err == nil && len(e.Violations) == 0 {
				able = append(able, m)
			}
		}
		if len(able) > 0 {
			a[s.ID] = &pick(s, able).ID
		}
	}
	return a
}
