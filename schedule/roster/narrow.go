package roster

import (
	"math"
	"slices"
)

// narrow leaves out of the component what no roster worth having contains: a
// member with a slot, or a slot open, that would cost more of term k than there
// is, by the prices that bound it. What is left is smaller to search and sharper
// to price; when few published slots may change, little more than those.
//
// The terms before k must be proven: then every better roster keeps term k.
func (c *component) narrow(k int, slack []int64) {
	if c.narrowed[k] || c.order[k] == TermExtra || !c.exhausted(k, slack) {
		return
	}
	c.narrowed[k] = true
	if c.order[k] == TermUncovered && c.value(k)+slack[k] == 0 {
		all := newBitset(c.md.words)
		for s := range c.md.slots {
			all.set(s)
		}
		if c.adopt(c.md.without(nil, all)) && c.noting {
			c.steps = append(c.steps, Step{Part: c.md.slots[0].id, Term: TermUncovered, Narrow: true, Scale: 1})
		}
		return
	}
	for round := 0; round < 3 && c.worthNarrowing(k); round++ {
		x, n := c.excluded(k, slack)
		if n == 0 || !c.adopt(c.md.without(x.out, x.sure)) {
			return
		}
		c.note(k, x.r, x.at, Step{Narrow: true})
		if n < len(c.md.slots)/8 {
			return
		}
	}
}

// worthNarrowing says whether the programme for term k is small beside the
// budget at hand. The natural prices of changes need none to speak of.
func (c *component) worthNarrowing(k int) bool {
	rows := int64(c.rows())
	return !c.meter.spent() && (rows*rows*rows*4 < c.meter.left() || c.order[k] == TermChanges && !c.tooLarge())
}

// exhausted says whether the terms before k cannot become better.
func (c *component) exhausted(k int, slack []int64) bool {
	for j := range k {
		if c.value(j) > c.least[j] || slack[j] > 0 {
			return false
		}
	}
	return true
}

// An exclusion is what prices leave out of a component.
type exclusion struct {
	r    *relaxation
	at   *prices
	out  []bitset // per member: the slots they do not hold
	sure bitset   // slots that are covered
}

// excluded prices term k and returns what no roster has that keeps the term; n
// counts the decisions.
func (c *component) excluded(k int, slack []int64) (x exclusion, n int) {
	settled, limit := c.settled(k, slack)
	most := c.value(k) + slack[k]
	if c.order[k] == TermMaxDev {
		limit, most = most, 0
	}
	r := c.relax(k, settled, limit)
	if r == nil {
		return x, 0
	}
	g := newGeneration(r, c.search.best)
	if x, n = r.excluded(&g.at, most); n == 0 {
		if _, impossible := g.run(math.MaxInt64, 400, c.watch(g)); impossible || !g.started {
			return x, 0
		}
		x, n = r.excluded(&g.at, most)
	}
	c.meter.add(g.cost())
	return x, n
}

// excluded returns what no roster has that costs at most the given much of the
// goal.
func (r *relaxation) excluded(p *prices, most int64) (x exclusion, n int) {
	total, impossible := r.bound(p)
	x = exclusion{r: r, at: p, sure: newBitset(r.md.words)}
	for range r.md.members {
		x.out = append(x.out, newBitset(r.md.words))
	}
	if impossible {
		return x, 0
	}
	beyond := func(worse int64) bool { return ceilDiv(total+worse, r.scale) > most }
	open := r.open()
	earned := r.unheld(p, open, none)
	for _, s := range r.slots {
		if !r.md.slots[s].sure && (open == 0 || beyond(earned-(p.Slot[s]-r.openCost())-r.unheld(p, open-1, s))) {
			x.sure.set(int(s))
			n++
		}
	}
	through := make([]int64, len(r.md.slots))
	for _, m := range r.members {
		best := r.price(m, p, through)
		for s, v := range through {
			if r.md.members[m].can.has(s) && !r.md.slots[s].pinned && (v <= never/2 || beyond(best-v)) {
				x.out[m].set(s)
				n++
			}
		}
	}
	return x, n
}

// without returns the model without the excluded pairs of member and slot, and
// with more slots sure to be covered. What only one member is left for is as good
// as pinned, and shuts what it clashes with.
func (md *model) without(out []bitset, sure bitset) *model {
	less := *md
	less.slots, less.members = slices.Clone(md.slots), slices.Clone(md.members)
	for m := range less.members {
		less.members[m].can = slices.Clone(less.members[m].can)
		if out != nil {
			less.members[m].can.remove(out[m])
		}
	}
	for again := true; again; {
		again = false
		for s := range less.slots {
			again = less.settleSlot(s, sure.has(s)) || again
		}
	}
	return &less
}

// settleSlot brings up to date who is left for a slot, and says whether that
// left it with one member.
func (md *model) settleSlot(s int, sure bool) bool {
	slot := &md.slots[s]
	slot.eligible = slices.DeleteFunc(slices.Clone(slot.eligible), func(m int32) bool { return !md.members[m].can.has(s) })
	slot.sure = slot.sure || sure && len(slot.eligible) > 0
	if slot.pinned || !slot.sure || len(slot.eligible) != 1 {
		return false
	}
	slot.pinned = true
	mm := &md.members[slot.eligible[0]]
	mm.can.remove(mm.class.clash[s])
	return true
}

// adopt goes on with a narrower model, from the best roster there is; false when
// that one does not fit, because then nothing is certain.
func (c *component) adopt(md *model) bool {
	for s, m := range c.search.best {
		if m == none && md.slots[s].sure || m != none && !md.members[m].can.has(s) {
			return false
		}
	}
	c.md = md
	c.unit = md.unit()
	c.graphs = map[graphKind][]*automaton{}
	c.priced = make([][]int64, len(c.order))
	c.survey()
	c.search.replace(md)
	return true
}
