package roster

import (
	"cmp"
	"context"
	"slices"
)

// A clash is a conflict by indices.
type clash struct {
	slots []int // by time
	force bitset
}

// A finder looks for the conflicts behind the uncovered slots of an assignment.
type finder struct {
	ctx    context.Context
	b      *casebook
	holder []int   // slot → member, or none
	open   []int   // uncovered slots
	parts  [][]int // slots that can compete, by time
	work   int64   // steps left for all
	memo   map[string]verdict
	found  []clash
}

// Limits of single checks, in steps of a puzzle. A check that needs more stays
// undecided, and nothing is claimed of it.
const (
	growSteps    = 40_000
	firstSteps   = 20_000 // then a search for a cover is tried before going on
	shrinkSteps  = 400_000
	leastSteps   = 30_000 // for each uncovered slot in any case
	widest       = 96     // slots in one puzzle
	longWinded   = 14     // slots of a conflict that is told only when there is no other nearby
	stepsPerUnit = 4
)

func newFinder(ctx context.Context, p *Problem, a Assignment, work int64) *finder {
	f := &finder{ctx: ctx, b: newCasebook(p), work: work * stepsPerUnit, memo: map[string]verdict{}}
	f.holder = make([]int, len(p.Slots))
	for i := range p.Slots {
		f.holder[i] = none
		if m := a[p.Slots[i].ID]; m != nil {
			f.holder[i] = f.b.member[*m]
		} else {
			f.open = append(f.open, i)
		}
	}
	if len(f.open) > 0 {
		f.parts = parts(p)
	}
	return f
}

// check asks whether the slots can all be covered with the reasons in force.
func (f *finder) check(slots []int, force bitset, limit int64) verdict {
	if !slices.ContainsFunc(slots, func(s int) bool { return f.holder[s] == none }) {
		return coverable // as they are
	}
	key := string(appendInts(nil, slots)) + force.key()
	if v, ok := f.memo[key]; ok {
		return v
	}
	z := f.pose(slots, force, min(limit, firstSteps))
	v := z.solve()
	if v == undecided && limit > firstSteps {
		f.work -= z.steps + walkMoves*stepsPerUnit
		if f.b.coveredByWalk(slots, force) {
			v = coverable
		} else {
			z = f.pose(slots, force, limit)
			v = z.solve()
		}
	}
	f.work -= z.steps + int64(6*len(slots)*len(slots)+len(f.b.p.Members)+len(slots)*len(z.who))
	if v != undecided {
		f.memo[key] = v
	}
	return v
}

// pose sets a puzzle up that tries first what the assignment has.
func (f *finder) pose(slots []int, force bitset, limit int64) *puzzle {
	z := f.b.pose(slots, force, limit)
	for m := range z.who {
		for i, s := range slots {
			if f.holder[s] == z.who[m].orig {
				z.hint[i] = int32(m)
			}
		}
	}
	return z
}

func appendInts(b []byte, xs []int) []byte {
	for _, x := range xs {
		b = append(b, byte(x), byte(x>>8), byte(x>>16))
	}
	return b
}

// findAll looks for conflicts with no slot in common first, from left to right
// in time, so that each stands for an uncovered slot of its own; then for any
// conflict around the slots that are in none yet.
func (f *finder) findAll() {
	used := map[int]bool{}
	for _, disjointly := range []bool{true, false} {
		for _, part := range f.parts {
			for _, u := range part {
				if f.holder[u] != none || used[u] {
					continue
				}
				pool := part
				if disjointly {
					pool = slices.DeleteFunc(slices.Clone(part), func(s int) bool { return used[s] })
				}
				c, ok := f.around(u, pool)
				long := ok && len(c.slots) > longWinded
				if !ok || disjointly && long || !disjointly && (f.known(c) || long && f.covered(c)) {
					continue
				}
				f.found = append(f.found, c)
				for _, s := range c.slots {
					used[s] = true
				}
			}
		}
	}
	slices.SortStableFunc(f.found, func(x, y clash) int {
		return cmp.Or(byTime(f.b.p)(x.slots[0], y.slots[0]), cmp.Compare(len(x.slots), len(y.slots)))
	})
}

func (f *finder) known(c clash) bool {
	return slices.ContainsFunc(f.found, func(d clash) bool { return slices.Equal(c.slots, d.slots) })
}

// covered says whether a conflict found earlier lies in the same stretch of
// time and has a layer in common.
func (f *finder) covered(c clash) bool {
	first, last := f.b.stretch(c.slots)
	return slices.ContainsFunc(f.found, func(d clash) bool {
		from, to := f.b.stretch(d.slots)
		return from < last && first < to && slices.ContainsFunc(d.slots, func(s int) bool {
			return slices.ContainsFunc(c.slots, func(t int) bool { return f.b.p.Slots[s].Layer == f.b.p.Slots[t].Layer })
		})
	})
}

// around finds a minimal conflict in the smallest stretch of the pool around
// slot u that cannot be covered.
func (f *finder) around(u int, pool []int) (clash, bool) {
	was := f.work
	if f.work = max(f.work, leastSteps); f.ctx.Err() != nil {
		f.work = leastSteps
	}
	defer func() { f.work = was - max(0, max(was, leastSteps)-f.work) }()
	all := f.b.all()
	at := slices.Index(pool, u)
	lo, hi, ok := f.grow(pool, at, all)
	if !ok {
		return clash{}, false
	}
	lo, hi = f.tighten(pool, at, lo, hi, all)
	stretch := slices.Clone(pool[lo:hi])
	slices.SortStableFunc(stretch, f.dropFirst(u))
	kept := shrink(stretch, func(rest []int) bool { return f.impossible(rest, all) })
	slices.SortFunc(kept, byTime(f.b.p))
	return clash{kept, f.fewest(kept)}, true
}

func (f *finder) impossible(slots []int, force bitset) bool {
	if len(slots) == 0 {
		return false
	}
	slots = slices.Clone(slots)
	slices.SortFunc(slots, byTime(f.b.p))
	return f.check(slots, force, f.allow(shrinkSteps)) == uncoverable
}

func (f *finder) allow(steps int64) int64 { return max(0, min(steps, f.work)) }

// grow widens a stretch around pool[at] until it cannot be covered.
func (f *finder) grow(pool []int, at int, force bitset) (lo, hi int, ok bool) {
	for r := 0; ; r = max(r+1, r*4/3) {
		lo, hi = max(0, at-r), min(len(pool), at+r+1)
		if hi-lo > widest || f.work <= 0 {
			return 0, 0, false
		}
		if f.check(pool[lo:hi], force, f.allow(growSteps)) == uncoverable {
			return lo, hi, true
		}
		if lo == 0 && hi == len(pool) {
			return 0, 0, false
		}
	}
}

// tighten moves the end of the stretch as far back as earlier slots allow, so
// that later slots stay free for other conflicts, then its start forward.
func (f *finder) tighten(pool []int, at, lo, hi int, force bitset) (int, int) {
	no := func(lo, hi int) bool { return f.check(pool[lo:hi], force, f.allow(growSteps)) == uncoverable }
	lo = max(0, min(lo, max(hi-widest, lo-(hi-lo)-2)))
	for hi-1 > at && no(lo, hi-1) {
		hi--
	}
	for lo < at && no(lo+1, hi) {
		lo++
	}
	return lo, hi
}

// dropFirst orders slots for deletion: those of other layers before those of
// u's own, the farther before the nearer, u itself last.
func (f *finder) dropFirst(u int) func(x, y int) int {
	p := f.b.p
	other := func(s int) int {
		if p.Slots[s].Layer == p.Slots[u].Layer {
			return 1
		}
		return 0
	}
	far := func(s int) int64 { return abs(p.Slots[s].NStart - p.Slots[u].NStart) }
	return func(x, y int) int {
		if x == u || y == u {
			return cmp.Compare(b2i(x == u), b2i(y == u))
		}
		return cmp.Or(cmp.Compare(other(x), other(y)), cmp.Compare(far(y), far(x)), cmp.Compare(y, x))
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// fewest returns a minimal set of reasons for which the slots cannot be covered:
// the smallest that a few orders of deletion leave.
func (f *finder) fewest(slots []int) bitset {
	rank := [][]reasonKind{
		{reasonPin, reasonHistory, reasonLimit, reasonAbsence, reasonPresence, reasonCount, reasonGap, reasonWindow, reasonLayer, reasonSkill},
		{reasonWindow, reasonCount, reasonGap, reasonPin, reasonHistory, reasonLimit, reasonAbsence, reasonPresence, reasonLayer, reasonSkill},
		{reasonSkill, reasonLayer, reasonPin, reasonHistory, reasonLimit, reasonAbsence, reasonPresence, reasonCount, reasonGap, reasonWindow},
	}
	var relevant []int
	f.b.relevant(slots).each(func(i int) { relevant = append(relevant, i) })
	var best []int
	for k, order := range rank {
		if k > 0 && (len(best) <= 2 || f.work <= 0) {
			break
		}
		items := slices.Clone(relevant)
		slices.SortStableFunc(items, func(x, y int) int {
			return slices.Index(order, f.b.list[x].kind) - slices.Index(order, f.b.list[y].kind)
		})
		kept := shrink(items, func(rest []int) bool { return f.impossible(slots, f.b.set(rest)) })
		if k == 0 || len(kept) < len(best) {
			best = kept
		}
	}
	return f.b.set(best)
}

func (b *casebook) set(ids []int) bitset {
	set := newBitset(b.words)
	for _, i := range ids {
		set.set(i)
	}
	return set
}

// shrink returns a minimal part of items that still holds, dropping the first
// ones first. It tries whole runs before single items. What still says must not
// turn false by adding items.
func shrink(items []int, still func(rest []int) bool) []int {
	kept := slices.Clone(items)
	var drop func(run []int)
	drop = func(run []int) {
		rest := slices.DeleteFunc(slices.Clone(kept), func(x int) bool { return slices.Contains(run, x) })
		switch {
		case still(rest):
			kept = rest
		case len(run) > 1:
			drop(run[:len(run)/2])
			drop(run[len(run)/2:])
		}
	}
	if len(items) > 0 {
		drop(items)
	}
	return kept
}
