package roster

import (
	"fmt"
	"math"
	"slices"
)

// A programme finds the best rule-keeping set of slots of one member at the
// prices of a step: slot by slot, over what was held lately and the load so far.
//
// Where counts or the longest window make too many states they are left out: more
// sets are allowed then, and what is proven stays true.
type programme struct {
	w     *weighing
	m     int // member of the part
	slots []int
	gain  []int64 // per slot
	near  int64   // what a pair too close costs
	away  int64   // what a milli-point of deviation costs
	unit  int64   // of loads; zero when loads do not matter
	most  int     // greatest load in units

	start  *hold
	layers []map[string]*hold // per slot, and one for the end
}

// A hold is a state: the slots held lately, and the best value per load.
type hold struct {
	recent []int   // indices of slots
	marks  []int64 // different marks held, per kind that has parts
	value  []int64
	rest   []int64 // best value of what is to come, per load
	skip   *hold
	take   *hold
	gain   int64 // of taking the slot
}

// maxHolds bounds the states of a member before rules are left out.
const maxHolds = 40_000

func (w *weighing) programme(m int) *programme {
	g := &programme{w: w, m: m, near: w.cost(TermSpacing), away: w.cost(TermSumDev)}
	p := w.v.p
	mm := &p.Members[w.x.members[m]]
	load := int64(0)
	for i, s := range w.x.slots {
		if !w.x.can[m][i] {
			continue
		}
		slot := &p.Slots[s]
		gain := int64(0)
		if w.counts(i) {
			gain = w.price(i)
		}
		for _, a := range mm.Avoid {
			if slot.Start < a[1] && a[0] < slot.End {
				gain -= w.cost(TermPref) * a[2]
			}
		}
		if b := p.Baseline[slot.ID]; b != nil && *b == mm.ID {
			gain += w.cost(TermChanges)
		}
		g.slots, g.gain = append(g.slots, i), append(g.gain, gain)
		g.unit = gcd(g.unit, slot.weightFor(mm.ID))
		load += slot.weightFor(mm.ID)
	}
	if g.away == 0 && w.limit >= math.MaxInt64/4 {
		g.unit = 0
	}
	if g.unit > 0 {
		g.most = int(load / g.unit)
		for g.most > 0 && w.v.deviation(w.x, m, int64(g.most)*g.unit) > w.limit {
			g.most--
		}
	}
	return g
}

// run returns the value of the best set; false when there is none within the
// limit. With through it also finds the value of the best set with each slot.
func (g *programme) run(through []int64) (int64, bool) {
	rules, kinds := g.rules(), g.kinds()
	for !g.build(rules, kinds) {
		switch {
		case len(kinds) > 0:
			kinds = nil
		case len(rules.Counts) > 0:
			rules.Counts = nil
		case len(rules.Windows) > 0:
			rules.Windows = rules.Windows[:len(rules.Windows)-1]
		default:
			return g.anything(through)
		}
	}
	g.forward()
	best := int64(never)
	for _, h := range g.layers[len(g.slots)] {
		h.rest = slices.Repeat([]int64{never}, g.most+1)
		for l, v := range h.value {
			d := int64(0)
			if g.unit > 0 || g.away > 0 || g.w.limit < math.MaxInt64/4 {
				if d = abs(g.w.v.deviation(g.w.x, g.m, int64(l)*g.unit)); d > g.w.limit {
					continue
				}
			}
			h.rest[l] = -g.away * d
			best = max(best, v+h.rest[l])
		}
	}
	if best <= never/2 {
		return 0, false
	}
	if through != nil {
		g.backward(through)
	}
	return best, true
}

// anything is the answer when even pairs make too many states: the member takes
// all that gains, whatever the rules say, and has the best of loads.
func (g *programme) anything(through []int64) (int64, bool) {
	sum := int64(0)
	for i, x := range g.gain {
		sum += max(0, x)
		if through != nil {
			through[g.slots[i]] = math.MaxInt64 / 8 // excludes nothing
		}
	}
	return sum, true
}

// rules returns the member's windows, the shortest first, and counts.
func (g *programme) rules() *Rules {
	all := &Rules{}
	for _, r := range g.w.v.p.Members[g.w.x.members[g.m]].rules(g.w.v.p) {
		all.Windows, all.Counts, all.Rests = append(all.Windows, r.Windows...), append(all.Counts, r.Counts...), append(all.Rests, r.Rests...)
	}
	slices.SortFunc(all.Windows, func(a, b Window) int { return int(min(max(a.Length-b.Length, -1), 1)) })
	return all
}

// kinds returns the kinds of marks of which the member can hold only so many:
// their parts, and as many more as the roster has.
func (g *programme) kinds() []string {
	if _, ok := g.w.most[TermExtra]; !ok {
		return nil
	}
	return sortedKeys(g.w.v.p.Members[g.w.x.members[g.m]].Parts)
}

func (g *programme) slot(i int) *Slot { return &g.w.v.p.Slots[g.w.x.slots[g.slots[i]]] }

// build makes the states; false when they are too many.
func (g *programme) build(rules *Rules, kinds []string) bool {
	p := g.w.v.p
	mm := &p.Members[g.w.x.members[g.m]]
	gap, past := mm.minGap(p), g.w.v.past(g.w.x.members[g.m])
	g.start = &hold{marks: make([]int64, len(kinds))}
	g.layers = []map[string]*hold{{"": g.start}}
	states := 0
	for i := range g.slots {
		next := map[string]*hold{}
		to := func(recent []int, marks []int64) *hold {
			kept := g.relevant(recent, i+1, gap, rules, kinds)
			key := string(appendInts(nil, kept)) + fmt.Sprint(marks)
			if next[key] == nil {
				next[key] = &hold{recent: kept, marks: marks}
				states++
			}
			return next[key]
		}
		must := g.w.x.sure[g.slots[i]] && g.w.x.only(g.slots[i])
		for _, h := range g.layers[i] {
			if !must {
				h.skip = to(h.recent, h.marks)
			}
			mine := slices.Clone(past)
			for _, r := range h.recent {
				mine = append(mine, slotShift(g.slot(r)))
			}
			mine = append(mine, slotShift(g.slot(i)))
			marks, ok := g.withMarks(h, i, kinds)
			if !ok || !compatible(mine, gap, []*Rules{rules}) {
				continue
			}
			h.gain = g.gain[i]
			if g.near > 0 {
				h.gain -= g.near * g.pairs(h.recent, i, past)
			}
			h.take = to(append(slices.Clone(h.recent), i), marks)
		}
		g.layers = append(g.layers, next)
		if states > maxHolds || states*(g.most+1) > maxCells {
			return false
		}
	}
	return true
}

// withMarks counts the different marks held when slot i is taken too; false when
// they are more than the parts and what the roster has beyond them.
func (g *programme) withMarks(h *hold, i int, kinds []string) ([]int64, bool) {
	marks := slices.Clone(h.marks)
	parts := g.w.v.p.Members[g.w.x.members[g.m]].Parts
	for k, kind := range kinds {
		for at, key := range g.slot(i).Marks[kind] {
			known := slices.Contains(g.slot(i).Marks[kind][:at], key)
			for _, r := range h.recent {
				known = known || slices.Contains(g.slot(r).Marks[kind], key)
			}
			if !known {
				marks[k]++
			}
		}
		if marks[k] > parts[kind]+g.w.most[TermExtra] {
			return nil, false
		}
	}
	return marks, true
}

// shares says whether a mark of slot r comes again at slot i or later.
func (g *programme) shares(r, i int, kinds []string) bool {
	for _, kind := range kinds {
		for _, key := range g.slot(r).Marks[kind] {
			for j := i; j < len(g.slots); j++ {
				if slices.Contains(g.slot(j).Marks[kind], key) {
					return true
				}
			}
		}
	}
	return false
}

// pairs counts the shifts that slot i is too close to.
func (g *programme) pairs(recent []int, i int, past []shift) int64 {
	soft := g.w.v.p.Rules.SoftGap
	n := spacing(append(slices.Clone(past), slotShift(g.slot(i))), soft)
	for _, r := range recent {
		if g.slot(i).NStart-g.slot(r).NEnd < soft {
			n++
		}
	}
	return n
}

// relevant keeps the slots held that can still matter to slot i or a later one.
func (g *programme) relevant(recent []int, i int, gap int64, rules *Rules, kinds []string) []int {
	if i == len(g.slots) {
		return nil
	}
	reach := int64(0)
	for _, x := range rules.Rests {
		gap = max(gap, x.MinGap)
	}
	for _, w := range rules.Windows {
		reach = max(reach, w.Length)
	}
	for _, c := range rules.Counts {
		reach = max(reach, c.Length+maxSlotSkew)
	}
	if g.near > 0 {
		reach = max(reach, g.w.v.p.Rules.SoftGap)
	}
	var kept []int
	for _, r := range recent {
		s := g.slot(r)
		if g.slot(i).NStart < s.NEnd+reach || g.earliest(i) < s.End+gap || g.shares(r, i, kinds) {
			kept = append(kept, r)
		}
	}
	return kept
}

// earliest returns the first real start among slot i and those after it: slots are
// in order of the wall clock.
func (g *programme) earliest(i int) int64 {
	at := g.slot(i).Start
	for j := i + 1; j < len(g.slots) && g.slot(j).NStart < g.slot(i).NStart+maxSlotSkew; j++ {
		at = min(at, g.slot(j).Start)
	}
	return at
}

// forward finds the best value of every state and load.
func (g *programme) forward() {
	for _, layer := range g.layers {
		for _, h := range layer {
			h.value = slices.Repeat([]int64{never}, g.most+1)
		}
	}
	g.start.value[0] = 0
	for i := range g.slots {
		by := g.points(i)
		for _, h := range g.layers[i] {
			for l, x := range h.value {
				if x <= never/2 {
					continue
				}
				if h.skip != nil {
					h.skip.value[l] = max(h.skip.value[l], x)
				}
				if h.take != nil && l+by <= g.most {
					h.take.value[l+by] = max(h.take.value[l+by], x+h.gain)
				}
			}
		}
	}
}

// points returns the load of slot i in units.
func (g *programme) points(i int) int {
	if g.unit == 0 {
		return 0
	}
	return int(g.slot(i).weightFor(g.w.v.p.Members[g.w.x.members[g.m]].ID) / g.unit)
}

// backward finds the best value on from every state and load, and with it the
// best set with each slot.
func (g *programme) backward(through []int64) {
	for i := len(g.slots) - 1; i >= 0; i-- {
		by := g.points(i)
		for _, h := range g.layers[i] {
			h.rest = slices.Repeat([]int64{never}, g.most+1)
			for l := range h.rest {
				if h.skip != nil {
					h.rest[l] = h.skip.rest[l]
				}
				if h.take != nil && l+by <= g.most {
					on := h.take.rest[l+by] + h.gain
					h.rest[l] = max(h.rest[l], on)
					if h.value[l] > never/2 && on > never/2 {
						through[g.slots[i]] = max(through[g.slots[i]], h.value[l]+on)
					}
				}
			}
		}
	}
}
