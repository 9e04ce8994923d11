package roster

import "slices"

// Work per slot of the first annealing and dealing.
const (
	annealMoves = 2500
	dealWork    = 5000
)

// settle brings term k down and its bound up, until they meet or the budget at
// hand is used.
func (c *component) settle(k int, slack []int64) {
	c.at = c.order[k]
	c.improve(k)
	c.raise(k, slack)
	for c.value(k) > c.least[k] && !c.meter.spent() {
		c.improve(k)
	}
}

// settleQuickly brings term k down without looking for its bound.
func (c *component) settleQuickly(k int) {
	c.at = c.order[k]
	for c.value(k) > c.least[k] && !c.meter.spent() {
		c.improve(k)
	}
}

// improve walks term k down by single exchanges, then by dealing pairs anew,
// longer each time.
func (c *component) improve(k int) {
	if c.value(k) <= c.least[k] {
		return
	}
	c.tries[k]++
	effort := int64(len(c.md.slots)) * int64(min(c.tries[k], 8))
	before := c.search.used
	c.search.stage(k, c.least[k], effort*annealMoves, c.least[k])
	c.meter.add(c.search.used - before)
	if c.value(k) > c.least[k] && !c.meter.spent() {
		c.search.deals(k, c.least[k], effort*dealWork, c.least[k], c.meter)
	}
}

// refine works on the unproven terms in turn while budget is left, now and then
// by the tree. When an earlier term
// improves, what follows is settled again.
func (c *component) refine(slack []int64, alone bool, report func()) {
	for turn := 0; !c.meter.spent(); turn++ {
		open := c.open(alone)
		if len(open) == 0 {
			return
		}
		k := open[turn%len(open)]
		c.at = c.order[k]
		before := slices.Clone(c.search.vec)
		if turn/len(open)%4 == 3 {
			c.meter.within((c.meter.limit-c.meter.used)/4, func() { c.branch(k, slack) })
		} else {
			c.improve(k)
		}
		if slices.Compare(c.search.vec, before) < 0 {
			c.resettle(before, slack)
		}
		report()
	}
}

// resettle forgets the bounds that rested on values before that have improved,
// and settles the terms from there on.
func (c *component) resettle(before []int64, slack []int64) {
	better := false
	for k := range c.order {
		if better {
			c.least[k] = c.trivial(c.order[k])
		}
		better = better || c.value(k) < before[k]
		if better {
			c.raise(k, slack)
		}
	}
}

// open lists the terms whose bound is below their value.
func (c *component) open(alone bool) []int {
	var ks []int
	for k, t := range c.order {
		if c.value(k) > c.least[k] && (alone || t != TermMaxDev) {
			ks = append(ks, k)
		}
	}
	return ks
}

// setFloor makes deviations up to v free, because another component has them.
func (c *component) setFloor(v int64) {
	c.search.floor = v
	for k, t := range c.order {
		if t == TermMaxDev {
			c.search.vec[k] = max(c.search.vec[k], v)
			c.least[k] = min(c.least[k], v)
		}
	}
}
