package roster

import (
	"math"
	"slices"
)

// A searcher looks for good rosters of one component, term by term: what an
// earlier term has reached is a cap for the later ones.
type searcher struct {
	md    *model
	order []string
	ann   *annealer
	st    *state
	floor int64 // deviations up to this cost nothing: another component has them anyway
	unit  int64 // loads are multiples of it, points

	best []int32
	vec  []int64 // the terms of best, in order
	turn int     // which of holds is in force
	stop func() bool
}

func newSearcher(md *model, order []string, seed uint64, stop func() bool) *searcher {
	st := newState(md)
	s := &searcher{md: md, order: order, st: st, ann: newAnnealer(st, seed), stop: stop, unit: md.unit()}
	s.vec = slices.Repeat([]int64{math.MaxInt64}, len(order))
	s.record()
	fillByChains(st)
	s.record()
	return s
}

// replace goes on with a narrower model that the best roster fits.
func (s *searcher) replace(md *model) {
	s.md, s.unit, s.st = md, md.unit(), newState(md)
	rng := s.ann.rng
	s.ann = newAnnealer(s.st, 0)
	s.ann.rng = rng
	s.st.restore(s.best)
}

// force takes a roster for the best known, whatever it is worth.
func (s *searcher) force(owner []int32) {
	s.best = slices.Clone(owner)
	s.st.restore(s.best)
	for k, t := range s.order {
		s.vec[k] = s.valueOf(t)
	}
}

// unit returns the greatest common divisor of everything a shift can weigh.
func (md *model) unit() int64 {
	g := int64(0)
	for i := range md.members {
		for s, w := range md.members[i].weight {
			if md.members[i].can.has(s) {
				g = gcd(g, w)
			}
		}
	}
	return max(g, 1)
}

// moveCost returns the units of work of one exchange: rules that pairs do not
// decide take longer to check, and large models do not fit the fast memory.
func (md *model) moveCost() int64 {
	cost := int64(1 + len(md.slots)/300)
	for _, rc := range md.classes {
		if len(rc.windows)+len(rc.counts) > 0 {
			return cost + 2
		}
	}
	return cost
}

// lightest returns the least positive weight, points.
func (md *model) lightest() float64 {
	least := int64(maxPoints)
	for i := range md.slots {
		if w := md.slots[i].weight; w > 0 {
			least = min(least, w)
		}
	}
	return float64(least)
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// record keeps the state when it beats the best known, and says whether it did.
func (s *searcher) record() bool {
	for k, t := range s.order {
		v := s.valueOf(t)
		if v > s.vec[k] {
			return false
		}
		if v < s.vec[k] {
			for j := k; j < len(s.order); j++ {
				s.vec[j] = s.valueOf(s.order[j])
			}
			s.best = append(s.best[:0], s.st.owner...)
			return true
		}
	}
	return false
}

func (s *searcher) valueOf(term string) int64 {
	v := s.st.value(term)
	if term == TermMaxDev {
		v = max(v, s.floor)
	}
	return v
}

// aim prepares the state for term k: it holds the best roster, and deviations
// are free up to what the earlier terms allow or, when the largest one is to
// come down, up to goal.
func (s *searcher) aim(k int, goal int64) {
	s.st.restore(s.best)
	if s.order[k] == TermMaxDev {
		s.st.setCap(goal)
	} else {
		s.st.setCap(s.capBefore(k))
	}
	s.ann.w = s.weigh(k)
}

// anneal spends moves on term k, holding the earlier terms at their best values,
// and stops when the term has come down to bound. The largest deviation is drawn
// towards goal.
func (s *searcher) anneal(k int, bound, goal, moves int64, meter *meter) {
	s.aim(k, goal)
	before := s.ann.work
	hot := 3.0
	if s.order[k] == TermUncovered {
		hot = 0.3 // what is covered shall stay covered
	}
	s.ann.run(moves, hot, 0.12, func() bool {
		s.record()
		return s.reached(k, bound)
	}, s.stop)
	meter.add((s.ann.work - before) * s.md.moveCost())
}

func (s *searcher) reached(k int, bound int64) bool { return s.vec[k] <= bound }

// capBefore returns the deviation that is free at stage k: what max_dev has
// reached when it comes before k, else no limit.
func (s *searcher) capBefore(k int) int64 {
	for i, t := range s.order[:k] {
		if t == TermMaxDev {
			return max(s.vec[i], s.floor)
		}
	}
	return math.MaxInt64 / 4
}

// extraBefore returns how many extra marks are free at stage k: what that term
// has reached when it comes before k, else as many as there may be.
func (s *searcher) extraBefore(k int) int64 {
	if i := slices.Index(s.order, TermExtra); i >= 0 && i < k {
		return s.vec[i]
	}
	return math.MaxInt64
}

// holds are what a unit of a settled term costs against two for the term at work,
// in turn: where everything settled is held fast the walk cannot cross to better
// rosters, and where it is held loosely it seldom comes back.
var holds = [...]float64{8, 2, 4}

// roomy is the number of slots of a large component.
const roomy = 300

// weigh prices the terms for stage k: what is settled is dear, the term at work
// counts, what follows breaks ties. In a large component there is always something
// loose, so there all is held fast.
func (s *searcher) weigh(k int) weights {
	var w weights
	g := 1000 * max(float64(s.unit), s.md.lightest()/8)
	for i, t := range s.order {
		price := 2.0
		switch {
		case i < k && len(s.md.slots) > roomy:
			price = holds[0]
		case i < k:
			price = holds[s.turn%len(holds)]
		case i > k:
			price = 0.02
		}
		switch t {
		case TermUncovered:
			w.uncovered = price
			if i > k {
				w.uncovered = holds[0]
			}
			if i < k {
				w.freeUncovered = s.vec[i]
			}
		case TermChanges:
			w.changes = price
			if i < k {
				w.freeChanges = s.vec[i]
			}
		case TermMaxDev:
			w.excess = price / g
		case TermExtra:
			w.extra = price
			if i < k {
				w.freeExtra = s.vec[i]
			}
		case TermSumDev:
			w.sum = price / g
			if i < k {
				w.freeSum = s.vec[i]
			}
		case TermPref:
			w.pref = price
			if i < k {
				w.freePref = s.vec[i]
			}
		case TermSpacing:
			w.spacing = price
		}
	}
	return w
}

// offer records owners as far as they keep the rules, and says whether that
// beats the best known.
func (s *searcher) offer(owner []int32) bool {
	s.st.restore(nil)
	for i, m := range owner {
		if m != none && s.st.owner[i] == none && s.st.fits(i, m) {
			s.st.give(i, m)
		}
	}
	return s.record()
}

// deals spends work on term k by dealing pairs of members anew while cooling.
func (s *searcher) deals(k int, bound, goal, work int64, meter *meter) {
	if len(s.ann.loose) == 0 {
		return
	}
	s.aim(k, goal)
	d := newDealer(s.st, s.ann.rng, s.unit)
	d.w = s.ann.w
	d.extra = s.extraBefore(k)
	for d.work < work && !s.stop() && !s.reached(k, bound) {
		d.temp = 1 - float64(d.work)/float64(work)
		before := d.work
		slot := s.ann.loose[s.ann.rng.IntN(len(s.ann.loose))]
		able := s.md.slots[slot].eligible
		a, b := s.st.owner[slot], able[s.ann.rng.IntN(len(able))]
		if a != none && a != b && d.deal(a, b) {
			s.record()
		}
		d.work += 20
		meter.add(d.work - before)
	}
}

// maxDev returns the largest deviation of the best roster.
func (s *searcher) maxDev() int64 {
	s.st.restore(s.best)
	return s.st.maxDev()
}
