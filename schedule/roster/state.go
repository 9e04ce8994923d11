package roster

import (
	"math/bits"
	"slices"
)

// A state is an assignment of one component with every term kept up to date as
// slots change hands. It never holds a combination that breaks a hard rule.
type state struct {
	md    *model
	owner []int32 // per slot: member, or none
	held  []bitset
	marks [][]markCount // per member
	load  []int64       // per member, points
	cap   int64         // deviations up to this are free in excess

	uncovered, changes, sum, excess, extra, pref, spacing int64

	buf []shiftSpan // scratch of the window checks
}

type shiftSpan struct{ start, end int64 }

func newState(md *model) *state {
	st := &state{md: md, owner: make([]int32, len(md.slots)), load: make([]int64, len(md.members))}
	for i := range md.members {
		st.held = append(st.held, newBitset(md.words))
		st.sum += abs(md.members[i].deviation(0))
	}
	st.excess = st.sum
	for i := range md.members {
		st.marks = append(st.marks, md.markCounts(md.members[i].src))
	}
	st.uncovered = int64(len(md.slots))
	for s := range md.slots {
		st.owner[s] = none
		if md.slots[s].base != none {
			st.changes++
		}
	}
	for s := range md.slots {
		if md.slots[s].pinned && len(md.slots[s].eligible) == 1 {
			st.give(s, md.slots[s].eligible[0])
		}
	}
	return st
}

// restore makes the state hold exactly the given owners; nil is nobody anywhere
// but where slots are pinned.
func (st *state) restore(owner []int32) {
	for s := range st.owner {
		o := st.owner[s]
		if o != none && !(owner == nil && st.md.slots[s].pinned) && (owner == nil || o != owner[s]) {
			st.take(s)
		}
	}
	for s, m := range owner {
		if m != none && st.owner[s] == none {
			st.give(s, m)
		}
	}
}

// setCap changes the deviation beyond which excess counts.
func (st *state) setCap(v int64) {
	st.cap, st.excess = v, 0
	for i := range st.md.members {
		st.excess += max(0, abs(st.md.members[i].deviation(st.load[i]))-v)
	}
}

// fits says whether member m can hold slot s beside what they hold.
func (st *state) fits(s int, m int32) bool {
	mm := &st.md.members[m]
	if !mm.can.has(s) || st.held[m].meets(mm.class.clash[s]) {
		return false
	}
	return st.keepsWindows(s, mm, st.held[m])
}

// keepsWindows checks the rules that pairs do not decide.
func (st *state) keepsWindows(s int, mm *mmember, held bitset) bool {
	c := mm.class
	if len(c.windows) == 0 && len(c.counts) == 0 {
		return true
	}
	for _, w := range c.windows {
		if !st.windowHolds(s, mm, held, w) {
			return false
		}
	}
	if len(c.counts) == 0 {
		return true
	}
	mine := append([]shift{st.md.shift(s)}, mm.past...)
	for t := int(c.lo[s]); t < int(c.hi[s]); t++ {
		if held.has(t) {
			mine = append(mine, st.md.shift(t))
		}
	}
	for _, k := range c.counts {
		if _, _, ok := overcount(mine, k); !ok {
			return false
		}
	}
	return true
}

// windowHolds checks one window rule for the stretches that slot s would join.
func (st *state) windowHolds(s int, mm *mmember, held bitset, w Window) bool {
	x := &st.md.slots[s]
	buf := st.buf[:0]
	buf = append(buf, shiftSpan{x.nstart, x.nend})
	total := x.nend - x.nstart
	add := func(start, end int64) {
		if start < x.nend+w.Length && x.nstart-w.Length < end {
			buf = append(buf, shiftSpan{start, end})
			total += end - start
		}
	}
	lo, hi := int(mm.class.lo[s]), int(mm.class.hi[s])
	for w := lo >> 6; w<<6 < hi; w++ {
		for x := held.between(w, lo, hi); x != 0; x &= x - 1 {
			t := &st.md.slots[w<<6+bits.TrailingZeros64(x)]
			add(t.nstart, t.nend)
		}
	}
	for i := range mm.past {
		add(mm.past[i].nstart, mm.past[i].nend)
	}
	st.buf = buf
	if total <= w.Max {
		return true
	}
	for _, y := range buf {
		for _, t := range [2]int64{y.start, y.end - w.Length} {
			if t >= x.nend || t+w.Length <= x.nstart || !w.has(t) {
				continue
			}
			if onCallWithin(buf, t, t+w.Length) > w.Max {
				return false
			}
		}
	}
	if !w.bounded() {
		return true
	}
	return !slices.ContainsFunc(w.ends(), func(t int64) bool {
		return t < x.nend && t+w.Length > x.nstart && onCallWithin(buf, t, t+w.Length) > w.Max
	})
}

// onCallWithin adds up what of the spans lies in [from, until).
func onCallWithin(spans []shiftSpan, from, until int64) int64 {
	used := int64(0)
	for _, z := range spans {
		used += max(0, min(z.end, until)-max(z.start, from))
	}
	return used
}

// give puts an uncovered slot with a member whom it fits.
func (st *state) give(s int, m int32) {
	mm, slot := &st.md.members[m], &st.md.slots[s]
	st.spacing += st.held[m].common(st.md.soft[s]) + mm.near[s]
	st.held[m].set(s)
	st.owner[s] = m
	st.pref += mm.pref[s]
	st.extra += mark(st.marks[m], s, 1)
	st.uncovered--
	if slot.base == m {
		st.changes--
	}
	st.reload(m, mm.weight[s])
}

// take makes a covered slot uncovered.
func (st *state) take(s int) {
	m := st.owner[s]
	mm, slot := &st.md.members[m], &st.md.slots[s]
	st.held[m].clear(s)
	st.spacing -= st.held[m].common(st.md.soft[s]) + mm.near[s]
	st.owner[s] = none
	st.pref -= mm.pref[s]
	st.extra += mark(st.marks[m], s, -1)
	st.uncovered++
	if slot.base == m {
		st.changes++
	}
	st.reload(m, -mm.weight[s])
}

func (st *state) reload(m int32, points int64) {
	mm := &st.md.members[m]
	was := abs(mm.deviation(st.load[m]))
	st.load[m] += points
	is := abs(mm.deviation(st.load[m]))
	st.sum += is - was
	st.excess += max(0, is-st.cap) - max(0, was-st.cap)
}

// maxDev returns the largest deviation.
func (st *state) maxDev() int64 {
	v := int64(0)
	for i := range st.md.members {
		v = max(v, abs(st.md.members[i].deviation(st.load[i])))
	}
	return v
}

// value returns one term.
func (st *state) value(term string) int64 {
	switch term {
	case TermUncovered:
		return st.uncovered
	case TermChanges:
		return st.changes
	case TermMaxDev:
		return st.maxDev()
	case TermSumDev:
		return st.sum
	case TermExtra:
		return st.extra
	case TermPref:
		return st.pref
	default:
		return st.spacing
	}
}
