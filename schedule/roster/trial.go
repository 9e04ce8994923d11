package roster

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// A trial solves changed problems again, for coverage alone, starting from the
// roster there is. Parts of the problem that a change does not touch keep what
// they have.
type trial struct {
	ctx    context.Context
	seed   uint64
	work   int64             // units left for all
	effort int64             // how much longer than usual to search
	share  int64             // one search takes at most this part of the work left
	whole  *Problem          // the slots and members that can compete with uncovered slots
	parts  []*Problem        // the same, taken apart
	least  []int             // per part: slots that stay open without any change
	of     []int             // per part: its index among all parts
	start  map[string]string // who holds what
}

// newTrial prepares to solve changes of the parts of the problem that have
// uncovered slots.
func (f *finder) newTrial(seed uint64, work int64) *trial {
	t := &trial{ctx: f.ctx, seed: seed, work: work, effort: 3, share: int64(12 * len(f.parts)), start: map[string]string{}}
	var affected []int
	for k, part := range f.parts {
		if slices.ContainsFunc(part, func(s int) bool { return f.holder[s] == none }) {
			affected = append(affected, part...)
			t.parts = append(t.parts, f.b.only(part))
			t.of = append(t.of, k)
		}
	}
	t.whole = f.b.only(affected)
	for s, m := range f.holder {
		if m != none {
			t.start[f.b.p.Slots[s].ID] = f.b.p.Members[m].ID
		}
	}
	for _, q := range t.parts {
		n, found := t.uncovered(q, t.start, f.standing(nil))
		t.least = append(t.least, n)
		for i := range q.Slots {
			delete(t.start, q.Slots[i].ID)
		}
		maps.Copy(t.start, found)
	}
	t.effort, t.share = 1, 16 // changes start from what this found
	return t
}

// total returns how many slots stay open without any change.
func (t *trial) total() int {
	n := 0
	for _, x := range t.least {
		n += x
	}
	return n
}

// only returns the problem with some of its slots, and the members, history and
// pins that bear on them, for coverage alone. Members in also are in it whatever
// they serve.
func (b *casebook) only(part []int, also ...int) *Problem {
	p := b.p
	q := *p
	q.Order = []string{TermUncovered}
	q.Slots, q.Members, q.History, q.Pinned, q.Baseline = nil, nil, nil, nil, nil
	layers, slots, members := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, s := range part {
		q.Slots = append(q.Slots, p.Slots[s])
		slots[p.Slots[s].ID] = true
		layers[p.Slots[s].Layer] = true
	}
	for i, m := range p.Members {
		if slices.Contains(also, i) || slices.ContainsFunc(m.Layers, func(l string) bool { return layers[l] }) {
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
	return &q
}

// spent says that no more changes should be tried.
func (t *trial) spent() bool { return t.work <= 0 || t.ctx.Err() != nil }

// uncovered returns how many slots stay open in the best roster found for the
// problem, and that roster. Of each conflict that still stands one slot does.
func (t *trial) uncovered(q *Problem, start map[string]string, standing [][]string) (int, map[string]string) {
	total := 0
	found := map[string]string{}
	conflict := map[string]int{}
	for k, ids := range standing {
		for _, id := range ids {
			conflict[id] = k + 1
		}
	}
	for _, md := range compile(q) {
		if len(md.slots) == 0 {
			continue
		}
		bound := map[int]bool{}
		for i := range md.slots {
			if k := conflict[md.slots[i].id]; k > 0 {
				bound[k] = true
			}
		}
		owner, open := t.cover(md, start, len(bound))
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
// beginning with the roster given, and returns the best it finds: first by
// chains from each open slot, then by annealing.
func (t *trial) cover(md *model, start map[string]string, bound int) (owner []int32, open int) {
	t.work -= int64(len(md.slots)) * int64(len(md.members)+len(md.slots)/32) / 4
	st := startFrom(md, start)
	t.work -= fillByChains(st)
	best, least := slices.Clone(st.owner), st.uncovered
	walk := newAnnealer(st, t.seed)
	walk.w = weights{uncovered: 2}
	note := func() bool {
		if st.uncovered < least {
			least = st.uncovered
			copy(best, st.owner)
		}
		return least <= int64(bound)
	}
	rounds := [...]float64{0.3, 0.3, 1, 0.3, 0.3} // how hot each begins
	moves := min(t.work/t.share, max(leastMoves, trialMoves*int64(len(md.slots)))) * t.effort
	for round := 0; round < len(rounds) && least > int64(bound) && !t.spent(); round++ {
		st.restore(best)
		walk.run(moves/int64(len(rounds)), rounds[round], 0.12, note, func() bool { return t.ctx.Err() != nil })
	}
	t.work -= walk.work
	return best, int(least)
}

// The annealing of a trial: moves per slot, and in any case.
const (
	trialMoves = 500
	leastMoves = 20_000
)

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
	f := newFinder(t.ctx, q, a, max(leastSteps/stepsPerUnit, t.work/8))
	for _, part := range f.parts {
		for _, u := range part {
			if f.holder[u] != none || f.work <= 0 {
				continue
			}
			before := f.work
			if _, _, no := f.grow(part, slices.Index(part, u), f.b.all()); no {
				return true
			}
			t.work -= (before - f.work) / stepsPerUnit
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
