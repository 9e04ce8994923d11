package roster

import (
	"context"
	"fmt"
	"slices"
)

// A trial solves changed problems again, for coverage alone, starting from the
// roster there is.
type trial struct {
	ctx    context.Context
	base   *Problem // only the slots and members that can compete with uncovered slots
	start  map[string]string
	open   int // uncovered in start
	seed   uint64
	moves  int64 // left for all
	each   int64 // for one change at most
	proofs int64 // puzzle steps for proving that a result is best
}

// newTrial prepares to solve changes of the part of the problem that has
// uncovered slots.
func (f *finder) newTrial(seed uint64, work int64) *trial {
	t := &trial{ctx: f.ctx, seed: seed, moves: work / 2, proofs: leastSteps, start: map[string]string{}, open: len(f.open)}
	t.each = max(t.moves/24, 2_000)
	p := f.b.p
	keep := make([]bool, len(p.Slots))
	layers := map[string]bool{}
	for _, part := range f.parts {
		if slices.ContainsFunc(part, func(s int) bool { return f.holder[s] == none }) {
			for _, s := range part {
				keep[s] = true
				layers[p.Slots[s].Layer] = true
			}
		}
	}
	q := *p
	q.Slots, q.Members, q.History, q.Pinned, q.Baseline = nil, nil, nil, nil, nil
	q.Order = []string{TermUncovered}
	slots, members := map[string]bool{}, map[string]bool{}
	for s := range p.Slots {
		if keep[s] {
			q.Slots = append(q.Slots, p.Slots[s])
			slots[p.Slots[s].ID] = true
			if m := f.holder[s]; m != none {
				t.start[p.Slots[s].ID] = p.Members[m].ID
			}
		}
	}
	for _, m := range p.Members {
		if slices.ContainsFunc(m.Layers, func(l string) bool { return layers[l] }) {
			q.Members = append(q.Members, m)
			members[m.ID] = true
		}
	}
	for _, h := range p.History {
		if members[h.Member] {
			q.History = append(q.History, h)
		}
	}
	for _, pin := range p.Pinned {
		if slots[pin.Slot] {
			q.Pinned = append(q.Pinned, pin)
		}
	}
	t.base = &q
	return t
}

// spent says that no more changes should be tried.
func (t *trial) spent() bool { return t.moves <= 0 || t.ctx.Err() != nil }

// uncovered returns how many slots stay open in the best roster found for the
// problem, which is no better than bound, and that roster.
func (t *trial) uncovered(q *Problem, start map[string]string, bound int) (int, map[string]string) {
	total := 0
	found := map[string]string{}
	for _, md := range compile(q) {
		if len(md.slots) == 0 {
			continue
		}
		owner, open := t.cover(md, start, bound-total)
		total += open
		for i, m := range owner {
			if m != none {
				found[md.slots[i].id] = md.members[m].id
			}
		}
	}
	return total, found
}

// cover looks for a roster of a component with at most bound open slots,
// beginning with the roster given, and returns the best it finds.
func (t *trial) cover(md *model, start map[string]string, bound int) (owner []int32, open int) {
	st := startFrom(md, start)
	best := slices.Clone(st.owner)
	least := st.uncovered
	walk := newAnnealer(st, t.seed)
	walk.w = weights{uncovered: 2}
	moves := min(t.each, 400*int64(len(md.slots)))
	for round := 0; round < 4 && least > int64(bound) && !t.spent(); round++ {
		st.restore(best)
		walk.run(moves/4, 1, 0.12, func() bool {
			if st.uncovered < least {
				least = st.uncovered
				copy(best, st.owner)
			}
			return least <= int64(bound)
		}, func() bool { return t.ctx.Err() != nil })
	}
	t.moves -= walk.work
	return best, int(least)
}

// startFrom returns the state that holds a roster as far as the component
// allows, and then whatever fits at once.
func startFrom(md *model, start map[string]string) *state {
	st := newState(md)
	index := map[string]int32{}
	for i := range md.members {
		index[md.members[i].id] = int32(i)
	}
	for i := range md.slots {
		m, ok := index[start[md.slots[i].id]]
		if ok && st.owner[i] == none && st.fits(i, m) {
			st.give(i, m)
		}
	}
	for i := range md.slots {
		for _, m := range md.slots[i].eligible {
			if st.owner[i] == none && st.fits(i, m) {
				st.give(i, m)
			}
		}
	}
	return st
}

// proven says whether a roster of the problem that leaves slots open provably
// cannot be completed.
func (t *trial) proven(q *Problem, found map[string]string) bool {
	a := Assignment{}
	for s, m := range found {
		a[s] = &m
	}
	f := newFinder(t.ctx, q, a, t.proofs/stepsPerUnit)
	for _, part := range f.parts {
		for _, u := range part {
			if f.holder[u] != none || f.work <= 0 {
				continue
			}
			if _, _, no := f.grow(part, slices.Index(part, u), f.b.all()); no {
				return true
			}
		}
	}
	return false
}

// flexible adds people who can do everything and are always there.
func flexible(p *Problem, n int) *Problem {
	q := *p
	q.Members = slices.Clip(p.Members)
	var layers, skills []string
	taken := map[string]bool{}
	for i := range p.Slots {
		layers = append(layers, p.Slots[i].Layer)
		skills = append(skills, p.Slots[i].Skills...)
	}
	for i := range p.Members {
		taken[p.Members[i].ID] = true
	}
	slices.Sort(layers)
	slices.Sort(skills)
	layers, skills = slices.Compact(layers), slices.Compact(skills)
	for k := 0; n > 0; k++ {
		if id := fmt.Sprintf("new person %d", k+1); !taken[id] {
			q.Members = append(q.Members, Member{ID: id, Layers: layers, Skills: skills})
			n--
		}
	}
	return &q
}
