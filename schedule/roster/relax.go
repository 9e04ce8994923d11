package roster

import (
	"math"
	"slices"
)

// A relaxation prices the slots instead of requiring that each is held once.
// For any prices λ,
//
//	Σ λ_s − (what uncovered slots earn) − Σ_m max over m's sets S of (λ(S) − cost(S))
//
// is a lower bound of the cost of every roster: a roster is one set per member,
// and the prices of covered slots cancel. Costs of earlier terms are held at
// their values by multipliers of their own, deviations by the range of loads.
// Everything is integer, so the bound is exact for the prices it was made with.
type relaxation struct {
	md      *model
	unit    int64
	limit   int64 // every |deviation| is at most this
	goal    string
	settled map[string]int64 // value of each additive term before the goal
	box     float64          // the greatest price of a slot, in units of the goal
	slots   []int32          // those with a price; the others cost nothing
	lost    int64            // slots that nobody can hold
	members []int32          // those who could hold one of them; the others are left out
	dearest int64            // no price of a slot is beyond this
	scale   int64            // prices are in 1/scale of the goal's unit

	autos   []*automaton
	pricers []*pricer
	gain    []int64
	sets    [][]int32
	must    []bitset         // per member: slots a branch gives them
	not     []bitset         // per member: slots a branch denies them
	cells   int64            // values computed so far, a measure of the work
	heft    map[string]int64 // per term: more than a roster can cost of it
}

// prices are the multipliers: one per slot, one per settled term.
type prices struct {
	Slot []int64
	Term map[string]int64
}

// scaleFor returns how finely prices up to box can be told apart while any sum
// of them stays far from overflow.
func scaleFor(box float64) int64 {
	scale := int64(1 << 24)
	for scale > 16 && box*float64(scale) > 1<<34 {
		scale /= 2
	}
	return scale
}

// newRelaxation prepares the bound of a goal term, given what is settled; box
// bounds the price of a slot in units of the goal: the more it allows the
// stronger the bound can get, and the slower.
func newRelaxation(md *model, autos []*automaton, unit int64, goal string, limit int64, settled map[string]int64, box float64) *relaxation {
	if _, sum := settled[TermSumDev]; !sum && goal != TermSumDev && limit >= math.MaxInt64/4 {
		unit = maxLoad // loads do not matter
	}
	r := &relaxation{
		md: md, unit: unit, dearest: maxPrices / int64(len(md.slots)+1), limit: limit, goal: goal, settled: settled, scale: scaleFor(box), autos: autos, box: box,
		gain: make([]int64, len(md.slots)), sets: make([][]int32, len(md.members)),
	}
	for s := range md.slots {
		switch {
		case len(md.slots[s].eligible) == 0:
			r.lost++
		case !md.slots[s].pinned:
			// Whoever is sure to hold a slot would get back what it is priced at.
			r.slots = append(r.slots, int32(s))
		}
	}
	for m := range md.members {
		r.members = append(r.members, int32(m))
	}
	pairs := int64(len(md.slots)) * int64(len(md.slots))
	r.heft = map[string]int64{TermChanges: pairs, TermSpacing: 2 * pairs}
	for m := range md.members {
		mm := &md.members[m]
		r.heft[TermSumDev] += 1000*abs(mm.prior) + abs(mm.target)
		for s := range md.slots {
			r.heft[TermSumDev] += 1000 * mm.weight[s]
			r.heft[TermPref] += mm.pref[s]
			r.heft[TermSpacing] += mm.near[s]
		}
		r.pricers = append(r.pricers, newPricer(md, m, autos[m], unit, limit))
		r.must, r.not = append(r.must, newBitset(md.words)), append(r.not, newBitset(md.words))
	}
	return r
}

// maxLoad is more than a member can ever hold, points.
const maxLoad = math.MaxInt64 / 4096

// only narrows the relaxation to the slots of a pool and the members who could
// hold one: what the others do is free. Less is left to decide, so a bound stays
// valid.
func (r *relaxation) only(pool string) {
	r.slots = slices.DeleteFunc(r.slots, func(s int32) bool { return r.md.slots[s].pool != pool })
	r.members = slices.DeleteFunc(r.members, func(m int32) bool {
		return !slices.ContainsFunc(r.slots, func(s int32) bool { return r.md.members[m].can.has(int(s)) })
	})
}

// made returns about what making the relaxation took, in values computed: the way
// through each member's graph to the end and back, and all the loads they could have.
func (r *relaxation) made() int64 {
	n := int64(0)
	for m, a := range r.autos {
		n += int64(len(r.md.slots)) + 2*int64(len(a.edges)+len(a.first)) + int64(len(r.pricers[m].ends))
	}
	return n
}

// size returns how many values all members' programmes hold.
func (r *relaxation) size() int64 {
	n := int64(0)
	for _, m := range r.members {
		n += r.pricers[m].size
	}
	return n
}

// coefficient returns what one unit of a term costs at the given prices.
func (r *relaxation) coefficient(term string, p *prices) int64 {
	if term == r.goal {
		return r.scale
	}
	return p.Term[term]
}

// bound evaluates the prices. It returns the bound times scale and leaves in
// sets what each member would take. When some member has no set with an allowed
// load, impossible is true: nothing satisfies the limit.
func (r *relaxation) bound(p *prices) (total int64, impossible bool) {
	total = r.worth(p)
	for _, m := range r.members {
		near := r.fill(m, p)
		owed := r.branch(int(m))
		v, set, ok := r.pricers[m].best(r.gain, near)
		if v -= owed; !ok || v < -decisive/2 {
			return 0, true
		}
		total -= v
		r.sets[m] = append(r.sets[m][:0], set...)
	}
	return total, false
}

// worth returns the bound's part without the members' sets: what all slots are
// worth, less what those that stay uncovered may earn and what is settled costs.
func (r *relaxation) worth(p *prices) (total int64) {
	moved := r.coefficient(TermChanges, p)
	for s := range r.md.slots {
		total += p.Slot[s]
		if r.md.slots[s].base != none {
			total += moved
		}
	}
	if r.goal == TermUncovered {
		total += r.lost * r.scale
	}
	total -= r.unheld(p, r.open(), none)
	for t, v := range r.settled {
		if t != TermUncovered {
			total -= p.Term[t] * v
		}
	}
	return total
}

// fill sets what each slot and each load is worth to a member, and returns what
// a pair too close costs.
func (r *relaxation) fill(m int32, p *prices) (near int64) {
	wish, moved, away := r.coefficient(TermPref, p), r.coefficient(TermChanges, p), r.coefficient(TermSumDev, p)
	pr := r.pricers[m]
	for s := range r.gain {
		r.gain[s] = p.Slot[s] - wish*pr.mm.pref[s]
		if r.md.slots[s].base == m {
			r.gain[s] += moved
		}
	}
	for l := range pr.ends {
		pr.ends[l] = -away * abs(pr.mm.deviation(int64(l+pr.lo)*r.unit))
	}
	r.cells += pr.size * 2
	return r.coefficient(TermSpacing, p)
}

// price returns the value of a member's best set, and in through that of the
// best with each slot.
func (r *relaxation) price(m int32, p *prices, through []int64) int64 {
	near := r.fill(m, p)
	best, _, _ := r.pricers[m].best(r.gain, near)
	r.pricers[m].through(r.gain, near, through)
	r.cells += r.pricers[m].size * 2
	return best
}

// natural returns the prices to begin with. Where changes are counted, taking a
// published slot from its member costs one.
func (r *relaxation) natural() prices {
	p := prices{make([]int64, len(r.md.slots)), map[string]int64{}}
	if r.goal == TermChanges {
		for _, s := range r.slots {
			if r.md.slots[s].base >= 0 {
				p.Slot[s] = -r.scale
			}
		}
	}
	return p
}

// published returns how many slots of the component somebody is published for.
func (r *relaxation) published() int64 {
	n := int64(0)
	for s := range r.md.slots {
		if r.md.slots[s].base != none {
			n++
		}
	}
	return n
}

// decisive outweighs everything a set can be worth, so that a best set follows
// the decisions of a branch whenever one does.
const decisive = 1 << 52

// branch makes member m's gains follow the decisions and returns by how much
// they raise the value of a set that does.
func (r *relaxation) branch(m int) (owed int64) {
	r.must[m].each(func(s int) {
		r.gain[s] += decisive
		owed += decisive
	})
	r.not[m].each(func(s int) { r.gain[s] -= decisive })
	return owed
}

// open returns how many of the slots with a price may stay uncovered.
func (r *relaxation) open() int64 {
	if n, ok := r.settled[TermUncovered]; ok {
		return max(0, n-r.lost)
	}
	return int64(len(r.slots))
}

// openCost returns what an uncovered slot costs of the goal.
func (r *relaxation) openCost() int64 {
	if r.goal == TermUncovered {
		return r.scale
	}
	return 0
}

// unheld returns the most that n uncovered slots can earn, without slot but: the
// greatest prices beyond what being uncovered costs.
func (r *relaxation) unheld(p *prices, n int64, but int32) int64 {
	var top []int64
	for _, s := range r.slots {
		if x := p.Slot[s] - r.openCost(); x > 0 && !r.md.slots[s].sure && s != but {
			top = append(top, x)
		}
	}
	if int(n) < len(top) {
		slices.Sort(top)
		top = top[len(top)-int(n):]
	}
	sum := int64(0)
	for _, x := range top {
		sum += x
	}
	return sum
}

// maxPrices keeps any sum of the prices of slots far from overflow.
const maxPrices = 1 << 50

// maxTerm does the same for the price of a settled term, which multiplies what
// a whole roster can cost of it.
func (r *relaxation) maxTerm(term string) int64 { return (1 << 50) / (r.heft[term] + 1) }

func ceilDiv(a, b int64) int64 {
	q := a / b
	if a%b > 0 {
		q++
	}
	return q
}
