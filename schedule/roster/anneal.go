package roster

import (
	"math"
	"math/bits"
	"math/rand/v2"
)

// weights prices the terms against each other for one run of the annealing; a
// bound says up to where a term that is already settled is free.
type weights struct {
	uncovered, changes, excess, extra, sum, pref, spacing    float64
	freeUncovered, freeChanges, freeExtra, freeSum, freePref int64
}

func (w *weights) energy(st *state) float64 {
	e := w.excess * float64(st.excess)
	e += w.uncovered * float64(max(0, st.uncovered-w.freeUncovered))
	e += w.changes * float64(max(0, st.changes-w.freeChanges))
	e += w.extra * float64(max(0, st.extra-w.freeExtra))
	e += w.sum * float64(max(0, st.sum-w.freeSum))
	e += w.pref * float64(max(0, st.pref-w.freePref))
	return e + w.spacing*float64(st.spacing)
}

// An annealer walks the rosters of one component by exchanges of shifts,
// accepting a worse one the less readily the colder it gets.
type annealer struct {
	st    *state
	rng   *rand.Rand
	w     weights
	log   []change // what the move at work did, to undo it
	loose []int    // slots that are not pinned
	work  int64    // moves tried so far
	bits  []int    // scratch
}

type change struct {
	slot     int
	was, now int32
}

func newAnnealer(st *state, seed uint64) *annealer {
	a := &annealer{st: st, rng: rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))}
	for s := range st.md.slots {
		if !st.md.slots[s].pinned && len(st.md.slots[s].eligible) > 0 {
			a.loose = append(a.loose, s)
		}
	}
	return a
}

// run makes the given number of moves while cooling from hot to cold, and calls
// improved whenever the energy reaches a new low. It ends early when improved
// or stop says so.
func (a *annealer) run(moves int64, hot, cold float64, improved func() (enough bool), stop func() bool) {
	if len(a.loose) == 0 {
		return
	}
	e := a.w.energy(a.st)
	low := math.Inf(1)
	if e < low {
		low = e
		if improved() {
			return
		}
	}
	temp, cool := hot, math.Pow(cold/hot, 256/float64(max(moves, 256)))
	for i := int64(0); i < moves; i++ {
		if i&255 == 0 {
			temp *= cool
			if stop() {
				return
			}
		}
		a.work++
		a.log = a.log[:0]
		if !a.move() {
			a.undo()
			continue
		}
		after := a.w.energy(a.st)
		if after > e && a.rng.Float64() >= math.Exp((e-after)/temp) {
			a.undo()
			continue
		}
		e = after
		if e < low-1e-9 {
			low = e
			if improved() {
				return
			}
		}
	}
}

func (a *annealer) undo() {
	for i := len(a.log) - 1; i >= 0; i-- {
		c := a.log[i]
		if c.now != none {
			a.st.take(c.slot)
		}
		if c.was != none {
			a.st.give(c.slot, c.was)
		}
	}
}

func (a *annealer) take(s int) {
	a.log = append(a.log, change{s, a.st.owner[s], none})
	a.st.take(s)
}

func (a *annealer) give(s int, m int32) {
	a.log = append(a.log, change{s, none, m})
	a.st.give(s, m)
}

// move changes the state at random; false when it found no way, with the log
// holding what must be undone.
func (a *annealer) move() bool {
	switch r := a.rng.Uint32() % 100; {
	case r < 55:
		return a.eject()
	case r < 80:
		return a.swap()
	default:
		return a.crossover()
	}
}

// eject gives a random slot to a random member and finds new holders for what
// that member can no longer hold, up to a chain of four.
func (a *annealer) eject() bool {
	s := a.loose[a.rng.IntN(len(a.loose))]
	el := a.st.md.slots[s].eligible
	m := el[a.rng.IntN(len(el))]
	from := a.st.owner[s]
	if m == from {
		if a.st.uncovered == 0 || a.rng.Uint32()%64 != 0 {
			return false
		}
		a.take(s)
		return true
	}
	if from != none {
		a.take(s)
	}
	return a.place(s, m, from, 4)
}

// place gives slot s to m, first taking from m what clashes, and finds holders
// for that: the member who gave up s first, then a random one.
func (a *annealer) place(s int, m, giver int32, depth int) bool {
	st := a.st
	mm := &st.md.members[m]
	var out [4]int
	n := 0
	clash, held := mm.class.clash[s], st.held[m]
	for w := range held {
		for x := held[w] & clash[w]; x != 0; x &= x - 1 {
			t := w<<6 + bits.TrailingZeros64(x)
			if n == len(out) || st.md.slots[t].pinned {
				return false
			}
			out[n] = t
			n++
		}
	}
	if n > depth {
		return false
	}
	for _, t := range out[:n] {
		a.take(t)
	}
	if !st.keepsWindows(s, mm, st.held[m]) {
		if n >= len(out) || !a.relieve(s, m, &out, &n) {
			return false
		}
	}
	a.give(s, m)
	for _, t := range out[:n] {
		if !a.rehome(t, m, giver, depth-n) {
			return false
		}
	}
	return true
}

// relieve takes random shifts near s from m until the window rules let s in.
func (a *annealer) relieve(s int, m int32, out *[4]int, n *int) bool {
	mm := &a.st.md.members[m]
	for *n < 2 {
		a.bits = a.bits[:0]
		for t := int(mm.class.lo[s]); t < int(mm.class.hi[s]); t++ {
			if a.st.held[m].has(t) && !a.st.md.slots[t].pinned {
				a.bits = append(a.bits, t)
			}
		}
		if len(a.bits) == 0 {
			return false
		}
		t := a.bits[a.rng.IntN(len(a.bits))]
		a.take(t)
		out[*n] = t
		*n++
		if a.st.keepsWindows(s, mm, a.st.held[m]) {
			return true
		}
	}
	return false
}

// rehome finds a holder for slot t, which not shall not have.
func (a *annealer) rehome(t int, not, giver int32, depth int) bool {
	st := a.st
	if giver != none && a.rng.Uint32()&3 != 0 && st.fits(t, giver) {
		a.give(t, giver)
		return true
	}
	el := st.md.slots[t].eligible
	start := a.rng.IntN(len(el))
	for i := range el {
		m := el[(start+i)%len(el)]
		if m != not && st.fits(t, m) {
			a.give(t, m)
			return true
		}
	}
	if depth > 0 {
		if m := el[start]; m != not {
			return a.place(t, m, giver, depth-1)
		}
	}
	// Leaving it uncovered is allowed to the walk; the energy judges it.
	return a.rng.Uint32()&7 == 0
}

// swap exchanges two random slots between their holders.
func (a *annealer) swap() bool {
	st := a.st
	s := a.loose[a.rng.IntN(len(a.loose))]
	t := a.loose[a.rng.IntN(len(a.loose))]
	x, y := st.owner[s], st.owner[t]
	if x == y || x == none || y == none || !st.md.members[y].can.has(s) || !st.md.members[x].can.has(t) {
		return false
	}
	a.take(s)
	a.take(t)
	if !st.fits(s, y) {
		return false
	}
	a.give(s, y)
	if !st.fits(t, x) {
		return false
	}
	a.give(t, x)
	return true
}

// crossover exchanges everything two members hold in a stretch of time.
func (a *annealer) crossover() bool {
	st := a.st
	s := a.loose[a.rng.IntN(len(a.loose))]
	x := st.owner[s]
	el := st.md.slots[s].eligible
	y := el[a.rng.IntN(len(el))]
	if x == none || x == y {
		return false
	}
	n := len(st.md.slots)
	length := 1 + a.rng.IntN(n)
	if a.rng.Uint32()&1 == 0 {
		length = 1 + a.rng.IntN(min(n, 32))
	}
	end := min(n, s+length)
	for t := s; t < end; t++ {
		o := st.owner[t]
		if o != x && o != y {
			continue
		}
		if st.md.slots[t].pinned || !st.md.members[x+y-o].can.has(t) {
			return false
		}
		a.take(t)
	}
	for _, c := range a.log[:len(a.log):len(a.log)] {
		to := x + y - c.was
		if !st.fits(c.slot, to) {
			return false
		}
		a.give(c.slot, to)
	}
	return true
}
