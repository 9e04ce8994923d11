package roster

import (
	"slices"
)

// large is the number of slots beyond which a component is also solved piece by
// piece: a neighbourhood is small enough to be priced and searched completely.
const large = 300

// inPieces says whether the component is that large and falls into pools.
func (c *component) inPieces() bool { return len(c.md.slots) > large && len(c.pools()) > 1 }

// piecemeal solves what the members of each pool hold anew, up to term last, pool
// after pool, until a round improves nothing or the budget at hand is used.
// Deviations up to goal are free; where last is the largest one, pools that have
// reached the goal are left alone.
func (c *component) piecemeal(last int, goal int64) {
	pools := c.pools()
	for again := true; again && !c.meter.spent(); {
		again = false
		for i, pool := range pools {
			members := c.around(pool)
			if c.order[last] == TermMaxDev && !c.anyBeyond(members, goal) {
				continue
			}
			c.meter.within(c.meter.left()/int64(2*len(pools)-i), func() {
				again = c.renew(members, last, goal) || again
			})
		}
	}
}

// anyBeyond says whether a member's deviation is greater than goal.
func (c *component) anyBeyond(members []int32, goal int64) bool {
	c.search.st.restore(c.search.best)
	return slices.ContainsFunc(members, func(m int32) bool {
		return abs(c.md.members[m].deviation(c.search.st.load[m])) > goal
	})
}

// around returns the members who could hold a slot of a pool.
func (c *component) around(pool string) []int32 {
	var members []int32
	for m := range c.md.members {
		for s := range c.md.slots {
			if c.md.slots[s].pool == pool && c.md.members[m].can.has(s) {
				members = append(members, int32(m))
				break
			}
		}
	}
	return members
}

// renew solves what some members hold, and what nobody holds, among them anew,
// and says whether that improved it.
func (c *component) renew(members []int32, last int, goal int64) bool {
	better := false
	owner := slices.Clone(c.search.best)
	for _, md := range c.neighbourhood(members) {
		if len(md.slots) == 0 {
			continue
		}
		n := newNeighbour(c, md, goal)
		before := slices.Clone(n.sub.search.vec[:last+1])
		n.solve(last)
		c.meter.add(n.sub.meter.used)
		if slices.Compare(n.sub.search.vec[:last+1], before) < 0 {
			better = true
			n.back(owner)
		}
	}
	if better {
		c.search.force(owner)
	}
	return better
}

// neighbourhood compiles the part of the problem that the members make up.
func (c *component) neighbourhood(members []int32) []*model {
	p := c.md.problem
	q := *p
	q.Slots, q.Members, q.History, q.Pinned = nil, nil, nil, nil
	in := map[string]int64{} // id → target
	for _, m := range members {
		mm := &c.md.members[m]
		q.Members = append(q.Members, *mm.src)
		in[mm.id] = mm.target
	}
	held := map[string]bool{}
	for s, m := range c.search.best {
		if m == none || slices.Contains(members, m) {
			q.Slots = append(q.Slots, p.Slots[c.md.slots[s].orig])
			held[c.md.slots[s].id] = true
		}
	}
	for _, h := range p.History {
		if _, ok := in[h.Member]; ok {
			q.History = append(q.History, h)
		}
	}
	for _, pin := range p.Pinned {
		if held[pin.Slot] {
			q.Pinned = append(q.Pinned, pin)
		}
	}
	models := compile(&q)
	for _, md := range models {
		for m := range md.members {
			md.members[m].target = in[md.members[m].id]
		}
	}
	return models
}

// A neighbour is a neighbourhood at work beside the component it is part of.
type neighbour struct {
	sub   *component
	slots []int32 // its slots in the component
	who   []int32 // its members in the component
}

func newNeighbour(c *component, md *model, goal int64) *neighbour {
	n := &neighbour{}
	slot, who := map[string]int32{}, map[string]int32{}
	for s := range c.md.slots {
		slot[c.md.slots[s].id] = int32(s)
	}
	for m := range c.md.members {
		who[c.md.members[m].id] = int32(m)
	}
	local := map[int32]int32{none: none}
	for m := range md.members {
		n.who = append(n.who, who[md.members[m].id])
		local[n.who[m]] = int32(m)
	}
	owner := make([]int32, len(md.slots))
	for s := range md.slots {
		n.slots = append(n.slots, slot[md.slots[s].id])
		owner[s] = local[c.search.best[n.slots[s]]]
	}
	mt := &meter{ctx: c.meter.ctx, limit: c.meter.left()}
	n.sub = newComponent(md, c.order, c.search.ann.rng.Uint64(), mt)
	if k := slices.Index(c.order, TermMaxDev); k >= 0 {
		// Deviations that another neighbourhood has are no gain to avoid.
		n.sub.setFloor(goal)
		n.sub.least[k] = goal
	}
	n.sub.search.force(owner)
	return n
}

// solve settles the terms up to last within the budget.
func (n *neighbour) solve(last int) {
	slack := make([]int64, len(n.sub.order))
	for k := range last + 1 {
		n.sub.meter.within(n.sub.meter.left()/int64(last+1-k), func() { n.sub.settle(k, slack) })
	}
}

// back writes what was found into the owners of the component.
func (n *neighbour) back(owner []int32) {
	for s, m := range n.sub.search.best {
		owner[n.slots[s]] = none
		if m != none {
			owner[n.slots[s]] = n.who[m]
		}
	}
}
