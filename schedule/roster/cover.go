package roster

import "slices"

// A verdict answers whether a set of slots can be covered.
type verdict int8

const (
	undecided   verdict = iota // the search was given up
	coverable                  // a cover was found
	uncoverable                // proven that there is none
)

// A puzzle is the question whether all of a few slots can be covered while
// certain reasons are in force and all others are ignored. It is answered by
// trying members slot by slot, the slot with fewest candidates first. What a
// member takes removes them from the slots they can no longer hold; groups of
// slots that share a tight rule are tested as a whole by a matching.
type puzzle struct {
	slots   []shift
	who     []puzzleMember
	classes []puzzleClass
	can     []bitset // per slot: members who can still hold it
	size    []int    // per slot: how many those are
	owner   []int32
	hint    []int32 // per slot: whom to try first; none if nobody
	groups  []group
	within  [][]int32 // per slot: the groups it is in
	dirty   []bool    // per group: a slot of it lost a candidate
	trail   []removal
	steps   int64
	limit   int64
	match   matching
}

type puzzleMember struct {
	orig  int
	class int
	kind  int     // members of one kind are interchangeable until they hold something; -1 is unlike all others
	past  []shift // what they hold beside the puzzle
	held  []int32
}

// A puzzleClass is the rules in force for some members.
type puzzleClass struct {
	gap   int64
	rules []*Rules
	clash []bitset // per slot: the slots one member cannot hold beside it
	alone []bool   // per slot: the rules let a member hold it at all
	deep  bool     // there are rules that pairs do not decide
}

type removal struct{ slot, member int32 }

// noGap is the rest that even overlapping shifts keep.
const noGap = -4 * maxSeconds

// pose sets the puzzle up: all of slots, with exactly the reasons in force.
func (b *casebook) pose(slots []int, force bitset, limit int64) *puzzle {
	z := &puzzle{limit: limit, owner: slices.Repeat([]int32{none}, len(slots))}
	for _, s := range slots {
		z.slots = append(z.slots, slotShift(&b.p.Slots[s]))
	}
	z.hint = slices.Clone(z.owner)
	z.classes = []puzzleClass{b.commonClass(force)}
	cols := b.candidates(z, slots, force)
	words := (len(z.who) + 63) / 64
	z.can = make([]bitset, len(slots))
	z.size = make([]int, len(slots))
	for i := range z.can {
		z.can[i] = newBitset(words)
	}
	kinds := map[string]int{}
	for m, col := range cols {
		col.each(func(i int) {
			z.can[i].set(m)
			z.size[i]++
		})
		z.who[m].kind = -1
		if len(z.who[m].past) == 0 {
			key := string(rune(z.who[m].class)) + col.key()
			if _, ok := kinds[key]; !ok {
				kinds[key] = len(kinds)
			}
			z.who[m].kind = kinds[key]
		}
	}
	z.fillGroups()
	return z
}

// key returns the set's content as a map key.
func (b bitset) key() string {
	out := make([]byte, 0, 8*len(b))
	for _, x := range b {
		for k := 0; k < 64; k += 8 {
			out = append(out, byte(x>>k))
		}
	}
	return string(out)
}

// commonClass returns the common rules that are in force.
func (b *casebook) commonClass(force bitset) puzzleClass {
	r := &Rules{}
	for k, w := range b.p.Rules.Windows {
		if force.has(b.ids[reason{kind: reasonWindow, index: k}]) {
			r.Windows = append(r.Windows, w)
		}
	}
	for k, c := range b.p.Rules.Counts {
		if force.has(b.ids[reason{kind: reasonCount, index: k}]) {
			r.Counts = append(r.Counts, c)
		}
	}
	gap := int64(noGap)
	if force.has(b.ids[reason{kind: reasonGap}]) {
		gap = b.p.Rules.MinGap
	}
	return puzzleClass{gap: gap, rules: []*Rules{r}}
}

// candidates finds the members who can hold at least one of the slots, and
// which ones.
func (b *casebook) candidates(z *puzzle, slots []int, force bitset) []bitset {
	var cols []bitset
	first, last := b.stretch(slots)
	z.classes[0].fill(z.slots, b.shortest(slots))
	history := force.has(b.ids[reason{kind: reasonHistory}])
	allowed := b.allowedColumns(slots, force)
	for m, col := range allowed {
		if col == nil {
			continue
		}
		w := puzzleMember{orig: m, past: b.beside(m, slots, force, history, first, last)}
		w.class = b.classOf(z, m, slots, force)
		c := &z.classes[w.class]
		known := false
		for i := range slots {
			if col.has(i) && (!c.alone[i] || len(w.past) > 0 && !compatible(append(slices.Clip(w.past), z.slots[i]), c.gap, c.rules)) {
				col.clear(i)
			}
			known = known || col.has(i)
		}
		if known {
			z.who = append(z.who, w)
			cols = append(cols, col)
		}
	}
	return cols
}

// allowedColumns returns for each member the slots that no reason in force keeps
// them from by itself; nil when there are none.
func (b *casebook) allowedColumns(slots []int, force bitset) []bitset {
	cols := make([]bitset, len(b.p.Members))
	words := (len(slots) + 63) / 64
	for i, s := range slots {
		rows := b.bars(s)
		pinned, isPinned := b.pins[s]
		isPinned = isPinned && force.has(b.ids[reason{kind: reasonPin, index: s}])
		put := func(m int) {
			if isPinned && pinned != m {
				return
			}
			for _, id := range rows[m] {
				if force.has(int(id)) {
					return
				}
			}
			if cols[m] == nil {
				cols[m] = newBitset(words)
			}
			cols[m].set(i)
		}
		if d := b.dutyOf[s]; force.hasAll(d.reasons) {
			for _, m := range d.who {
				put(m)
			}
			continue
		}
		for m := range b.p.Members {
			put(m)
		}
	}
	return cols
}

// beside returns the shifts the member has anyway: the past, and what is pinned
// to them outside the puzzle.
func (b *casebook) beside(m int, slots []int, force bitset, history bool, first, last int64) []shift {
	var out []shift
	if history {
		for _, x := range b.past[m] {
			if b.near(x, first, last) {
				out = append(out, x)
			}
		}
	}
	for _, s := range b.held[m] {
		x := slotShift(&b.p.Slots[s])
		if b.near(x, first, last) && force.has(b.ids[reason{kind: reasonPin, index: s}]) && !slices.Contains(slots, s) {
			out = append(out, x)
		}
	}
	return out
}

// classOf returns the class of a member's rules, adding it when it is new.
func (b *casebook) classOf(z *puzzle, i int, slots []int, force bitset) int {
	m := &b.p.Members[i]
	if m.Limits == nil || !force.has(b.ids[reason{kind: reasonLimit, who: i}]) {
		return 0
	}
	c := puzzleClass{gap: z.classes[0].gap, rules: []*Rules{z.classes[0].rules[0], m.Limits}}
	if m.Limits.MinGap > 0 {
		c.gap = max(c.gap, m.Limits.MinGap)
	}
	c.fill(z.slots, b.shortest(slots))
	z.classes = append(z.classes, c)
	return len(z.classes) - 1
}

// shortest returns the least nominal length among the slots and all shifts
// that members have anyway.
func (b *casebook) shortest(slots []int) int64 {
	least := int64(maxSeconds)
	for _, s := range slots {
		least = min(least, b.p.Slots[s].NEnd-b.p.Slots[s].NStart)
	}
	for s := range b.pins {
		least = min(least, b.p.Slots[s].NEnd-b.p.Slots[s].NStart)
	}
	for _, h := range b.p.History {
		least = min(least, h.NEnd-h.NStart)
	}
	return least
}

// fill computes which slots clash under the rules.
func (c *puzzleClass) fill(slots []shift, shortest int64) {
	n := len(slots)
	c.clash = make([]bitset, n)
	c.alone = make([]bool, n)
	for i := range slots {
		c.clash[i] = newBitset((n + 63) / 64)
	}
	for i := range slots {
		c.alone[i] = compatible(slots[i:i+1], c.gap, c.rules)
		for j := i + 1; j < n; j++ {
			if !compatible([]shift{slots[i], slots[j]}, c.gap, c.rules) {
				c.clash[i].set(j)
				c.clash[j].set(i)
			}
		}
	}
	for _, r := range c.rules {
		c.deep = c.deep || len(r.Counts) > 0
		for _, w := range r.Windows {
			// See compiler.class; shifts may overlap here, so that rules with
			// Length ≤ Max count too.
			c.deep = c.deep || w.bounded() || w.Length <= w.Max || 2*shortest <= w.Max
		}
	}
}

// solve answers the puzzle.
func (z *puzzle) solve() verdict {
	for i := range z.size {
		if z.size[i] == 0 {
			return uncoverable
		}
	}
	if !z.groupsHold() {
		return uncoverable
	}
	return z.search()
}

func (z *puzzle) search() verdict {
	s := z.pick()
	if s < 0 {
		return coverable
	}
	seen := map[int]bool{}
	for _, m := range z.order(s) {
		w := &z.who[m]
		if w.kind >= 0 && len(w.held) == 0 {
			if seen[w.kind] {
				continue
			}
			seen[w.kind] = true
		}
		if z.steps >= z.limit {
			return undecided
		}
		mark := len(z.trail)
		if z.assign(s, m) && z.groupsHold() {
			if v := z.search(); v != uncoverable {
				return v
			}
		}
		z.undo(s, m, mark)
	}
	return uncoverable
}

// pick returns the open slot with fewest candidates.
func (z *puzzle) pick() int {
	best := -1
	for i, m := range z.owner {
		if m == none && (best < 0 || z.size[i] < z.size[best]) {
			best = i
		}
	}
	return best
}

// order lists the candidates of a slot, the hinted one first.
func (z *puzzle) order(s int) []int32 {
	out := make([]int32, 0, z.size[s])
	if h := z.hint[s]; h != none && z.can[s].has(int(h)) {
		out = append(out, h)
	}
	z.can[s].each(func(m int) {
		if int32(m) != z.hint[s] {
			out = append(out, int32(m))
		}
	})
	return out
}

// assign gives slot s to member m and removes m where they no longer fit;
// false when a slot is left without candidates.
func (z *puzzle) assign(s int, m int32) bool {
	w := &z.who[m]
	c := &z.classes[w.class]
	w.held = append(w.held, int32(s))
	z.owner[s] = m
	z.steps++
	for _, g := range z.within[s] {
		z.dirty[g] = true
	}
	var mine []shift
	if c.deep {
		mine = append(mine, w.past...)
		for _, t := range w.held {
			mine = append(mine, z.slots[t])
		}
	}
	ok := true
	for t := range z.owner {
		if z.owner[t] != none || !z.can[t].has(int(m)) {
			continue
		}
		z.steps++
		if c.clash[s].has(t) || c.deep && !compatible(append(mine, z.slots[t]), c.gap, c.rules) {
			z.can[t].clear(int(m))
			z.size[t]--
			z.trail = append(z.trail, removal{int32(t), m})
			for _, g := range z.within[t] {
				z.dirty[g] = true
			}
			ok = ok && z.size[t] > 0
		}
	}
	return ok
}

func (z *puzzle) undo(s int, m int32, mark int) {
	for _, r := range z.trail[mark:] {
		z.can[r.slot].set(int(r.member))
		z.size[r.slot]++
	}
	z.trail = z.trail[:mark]
	w := &z.who[m]
	w.held = w.held[:len(w.held)-1]
	z.owner[s] = none
	clear(z.dirty)
}
