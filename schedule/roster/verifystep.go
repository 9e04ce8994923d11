package roster

import (
	"fmt"
	"math"
	"slices"
)

// step checks one step and keeps what it proves.
func (v *verifier) step(k int, st *Step) error {
	x := v.of[st.Part]
	if x == nil || st.Scale <= 0 {
		return fmt.Errorf("there is no slot %q, or no scale", st.Part)
	}
	if k < x.narrowed {
		return fmt.Errorf("what is left out since %s keeps that term, and says nothing of earlier ones", v.p.Order[x.narrowed])
	}
	w := newWeighing(v, x, k, st)
	if err := w.sane(); err != nil {
		return err
	}
	if st.Narrow {
		return w.narrow()
	}
	bound, err := w.bound()
	if err != nil {
		return err
	}
	if bound < st.Bound {
		return fmt.Errorf("the prices prove %d; the step says %d", bound, st.Bound)
	}
	x.bound[k] = max(x.bound[k], bound)
	return nil
}

// A weighing is one step at work: a part, its prices, and what the terms before
// may cost.
type weighing struct {
	v     *verifier
	x     *verifiedPart
	k     int
	st    *Step
	most  map[string]int64 // per additive term before: what it may cost here
	limit int64            // of every |deviation|
	lost  int64            // slots nobody can hold
}

func newWeighing(v *verifier, x *verifiedPart, k int, st *Step) *weighing {
	w := &weighing{v: v, x: x, k: k, st: st, most: map[string]int64{}, limit: math.MaxInt64 / 4}
	for j, t := range v.p.Order[:k] {
		if t == TermMaxDev {
			w.limit = v.value[j]
			continue
		}
		w.most[t] = v.allowed(x, j)
	}
	if st.Term == TermMaxDev {
		if w.limit = st.Limit; st.Narrow {
			w.limit = v.value[k]
		}
	}
	for i := range x.slots {
		if w.holders(i) == 0 {
			w.lost++
		}
	}
	return w
}

func (w *weighing) holders(i int) int {
	n := 0
	for m := range w.x.members {
		if w.x.can[m][i] {
			n++
		}
	}
	return n
}

// sane refuses numbers that could overflow, and charges that prove nothing.
func (w *weighing) sane() error {
	const most = 1 << 55
	sum := int64(0)
	for _, x := range w.st.Prices {
		if sum += min(abs(x), most); sum > most || x == math.MinInt64 {
			return fmt.Errorf("the prices are too large to add up")
		}
	}
	for t, x := range w.st.Costs {
		if _, ok := w.most[t]; x != 0 && !ok || x < 0 || x > most/(w.heft(t)+1) {
			return fmt.Errorf("%s is charged %d; only earlier terms can be charged, not below zero and not too much", t, x)
		}
	}
	if w.st.Scale > most/(w.heft(w.st.Term)+1) {
		return fmt.Errorf("the scale is too large to add up")
	}
	return nil
}

// heft returns more than a roster can cost of a term in this part.
func (w *weighing) heft(term string) int64 {
	n := int64(len(w.x.slots))
	sum := n*n + n + w.most[term]
	for m := range w.x.members {
		mm := &w.v.p.Members[w.x.members[m]]
		switch term {
		case TermSumDev:
			sum += 1000*abs(mm.Prior) + abs(w.v.targets[w.x.members[m]])
			for _, s := range w.x.slots {
				sum += 1000 * w.v.p.Slots[s].weightFor(mm.ID)
			}
		case TermPref:
			for _, a := range mm.Avoid {
				sum += n * a[2]
			}
		case TermSpacing:
			sum += n * int64(len(w.v.past(w.x.members[m])))
		}
	}
	return sum
}

// cost returns what one unit of a term is charged.
func (w *weighing) cost(term string) int64 {
	if term == w.st.Term && term != TermMaxDev && term != TermUncovered {
		return w.st.Scale
	}
	return w.st.Costs[term]
}

func (w *weighing) price(i int) int64 { return w.st.Prices[w.v.p.Slots[w.x.slots[i]].ID] }

// counts says whether a slot has a price: those with one possible holder who
// must hold it, or with none, do not.
func (w *weighing) counts(i int) bool {
	n := w.holders(i)
	return n > 1 || n == 1 && !w.x.sure[i]
}

// total returns the bound times scale, and per member the value of their best
// set. It is false when some member has no set at all.
func (w *weighing) total() (total int64, best []int64, ok bool) {
	baseline := w.v.p.Baseline
	for i, s := range w.x.slots {
		if w.counts(i) {
			total += w.price(i)
		}
		if baseline[w.v.p.Slots[s].ID] != nil {
			total += w.cost(TermChanges)
		}
		if w.st.Term == TermUncovered && w.holders(i) == 0 {
			total += w.st.Scale
		}
	}
	total -= w.open(w.spare(), none)
	for t, n := range w.most {
		if t != TermUncovered {
			total -= w.st.Costs[t] * n
		}
	}
	for m := range w.x.members {
		v, ok := w.programme(m).run(nil)
		if !ok {
			return 0, nil, false
		}
		total -= v
		best = append(best, v)
	}
	return total, best, true
}

// spare returns how many slots with a price may stay open.
func (w *weighing) spare() int64 {
	if n, ok := w.most[TermUncovered]; ok {
		return max(0, n-w.lost)
	}
	return int64(len(w.x.slots))
}

// open returns the most that n open slots earn, without one of them.
func (w *weighing) open(n int64, but int) int64 {
	var gains []int64
	for i := range w.x.slots {
		if g := w.price(i) - w.openCost(); g > 0 && !w.x.sure[i] && w.counts(i) && i != but {
			gains = append(gains, g)
		}
	}
	slices.Sort(gains)
	slices.Reverse(gains)
	sum := int64(0)
	for _, g := range gains[:min(int64(len(gains)), n)] {
		sum += g
	}
	return sum
}

func (w *weighing) openCost() int64 {
	if w.st.Term == TermUncovered {
		return w.st.Scale
	}
	return 0
}

// bound returns what the prices prove of the term in this part.
func (w *weighing) bound() (int64, error) {
	total, _, ok := w.total()
	if w.st.Term == TermMaxDev {
		if ok && total <= 0 {
			return 0, fmt.Errorf("the prices do not show that somebody exceeds %d", w.st.Limit)
		}
		return w.beyond(w.st.Limit), nil
	}
	if !ok {
		return 0, fmt.Errorf("nobody could have such a load; the roster does")
	}
	bound := ceilDiv(total, w.st.Scale)
	if w.st.Term == TermSumDev {
		bound = w.nextSum(bound)
	}
	return bound, nil
}

// beyond returns the least |deviation| above limit that a member can have.
func (w *weighing) beyond(limit int64) int64 {
	next := int64(math.MaxInt64)
	for m := range w.x.members {
		loads := w.v.loads(w.x, m)
		if loads == nil {
			return limit + 1
		}
		for _, l := range loads {
			if d := abs(w.v.deviation(w.x, m, l)); d > limit {
				next = min(next, d)
			}
		}
	}
	if next == math.MaxInt64 {
		return limit + 1
	}
	return next
}

// nextSum rounds a bound of the sum up to what the members' possible loads can
// add up to, with the slots' weights as the sum of loads where all are covered.
func (w *weighing) nextSum(bound int64) int64 {
	x, v := w.x, w.v
	fixed, weight := false, int64(0)
	if n, ok := w.most[TermUncovered]; ok && n == 0 {
		fixed = true
	}
	for i, s := range x.slots {
		weight += v.p.Slots[s].Weight
		for m := range x.members {
			fixed = fixed && (!x.can[m][i] || v.p.Slots[s].weightFor(v.p.Members[x.members[m]].ID) == v.p.Slots[s].Weight)
		}
	}
	seen := map[[2]int64]bool{{}: true}
	for m := range x.members {
		next := map[[2]int64]bool{}
		loads := v.loads(x, m)
		if loads == nil {
			return bound
		}
		for _, l := range loads {
			d := abs(v.deviation(x, m, l))
			if d > w.limit {
				continue
			}
			for q := range seen {
				q[1] += d
				if fixed {
					q[0] += l
				}
				next[q] = true
			}
			if len(next) > maxSums {
				return bound
			}
		}
		seen = next
	}
	best := int64(math.MaxInt64)
	for q := range seen {
		if q[1] >= bound && (!fixed || q[0] == weight) {
			best = min(best, q[1])
		}
	}
	if best == math.MaxInt64 {
		return bound
	}
	return best
}

// narrow leaves out of the part what the prices exclude.
func (w *weighing) narrow() error {
	x := w.x
	x.narrowed = w.k
	most := w.v.allowed(x, w.k)
	if w.st.Term == TermUncovered && most == 0 {
		for i := range x.slots {
			x.sure[i] = true
		}
		x.settle(w.v)
		return nil
	}
	if w.st.Term == TermMaxDev {
		most = 0 // the limit of deviations says it already
	}
	total, best, ok := w.total()
	if !ok {
		return fmt.Errorf("nobody could have such a load; the roster does")
	}
	beyond := func(worse int64) bool { return ceilDiv(total+worse, w.st.Scale) > most }
	sure, out := w.covered(beyond), w.withheld(best, beyond)
	for _, i := range sure {
		x.sure[i] = true
	}
	for m := range out {
		for _, i := range out[m] {
			x.can[m][i] = false
		}
	}
	x.settle(w.v)
	for i, s := range x.slots {
		m := slices.Index(x.members, w.v.holder[s])
		if m >= 0 && !x.can[m][i] || m < 0 && x.sure[i] {
			return fmt.Errorf("the prices exclude slot %s as the roster has it", w.v.p.Slots[s].ID)
		}
	}
	return nil
}

// allowed returns what a term may cost in a part: what it does, and what the other
// parts could still give up.
func (v *verifier) allowed(x *verifiedPart, k int) int64 {
	most := x.value[k]
	for _, y := range v.parts {
		if y != x {
			most += max(0, y.value[k]-y.bound[k])
		}
	}
	return most
}

// covered lists the slots that leaving open would cost too much.
func (w *weighing) covered(beyond func(worse int64) bool) []int {
	earned := w.open(w.spare(), none)
	var sure []int
	for i := range w.x.slots {
		if w.counts(i) && !w.x.sure[i] && (w.spare() == 0 || beyond(earned-(w.price(i)-w.openCost())-w.open(w.spare()-1, i))) {
			sure = append(sure, i)
		}
	}
	return sure
}

// withheld lists, per member, the slots that holding would cost too much.
func (w *weighing) withheld(best []int64, beyond func(worse int64) bool) [][]int {
	out := make([][]int, len(w.x.members))
	for m := range w.x.members {
		through := slices.Repeat([]int64{never}, len(w.x.slots))
		w.programme(m).run(through)
		for i, t := range through {
			if w.x.can[m][i] && w.counts(i) && (t <= never/2 || beyond(best[m]-t)) {
				out[m] = append(out[m], i)
			}
		}
	}
	return out
}

// settle takes from whoever is alone left for a slot what clashes with it.
func (x *verifiedPart) settle(v *verifier) {
	done := make([]bool, len(x.slots))
	for again := true; again; {
		again = false
		for i := range x.slots {
			if done[i] || !x.sure[i] || !x.only(i) {
				continue
			}
			done[i], again = true, true
			m := slices.IndexFunc(x.can, func(row []bool) bool { return row[i] })
			mm := &v.p.Members[x.members[m]]
			for j := range x.slots {
				if j != i && x.can[m][j] && !compatible([]shift{slotShift(&v.p.Slots[x.slots[i]]), slotShift(&v.p.Slots[x.slots[j]])}, mm.minGap(v.p), mm.rules(v.p)) {
					x.can[m][j] = false
				}
			}
		}
	}
}
