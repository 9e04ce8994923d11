package roster

import (
	"math"
	"slices"
)

// Work per slot of the first annealing and dealing.
const (
	annealMoves = 2500
	dealWork    = 5000
)

// settle brings term k down and, once that stalls, its bound up, until they meet
// or the budget at hand is used.
func (c *component) settle(k int, slack []int64) {
	c.at = c.order[k]
	for j := 0; j < k && c.value(k) > c.least[k]; j++ {
		c.narrow(j, slack)
	}
	raised := int64(math.MaxInt64)
	c.meter.within(c.meter.left()*3/4, func() {
		for c.value(k) > c.least[k] && !c.meter.spent() {
			before := c.value(k)
			c.improve(k)
			if c.value(k) == before && raised > before {
				raised = before
				c.raise(k, slack, false)
				if c.pricesFast() {
					// The tree may well get through.
					c.meter.within(c.meter.left()/2, func() { c.branch(k, slack) })
				}
			}
		}
	})
	c.raise(k, slack, true)
}

// pursue walks the largest deviation down to the bound that prices gave it, or
// halfway there: where some are bound to be worse off than the rest, that evens
// those out among themselves, which the least that each alone could have does not.
func (c *component) pursue(k int, slack []int64) {
	c.raise(k, slack, true)
	for n := int64(1); c.value(k) > c.least[k] && !c.meter.spent(); n++ {
		goal := c.least[k]
		if n%2 == 0 {
			goal = (c.least[k] + c.value(k)) / 2
		}
		c.meter.add(100) // no attempt is free
		c.search.turn = int(n) - 1
		moves := int64(len(c.md.slots)) * annealMoves * (1 + n/3)
		c.search.anneal(k, c.least[k], goal, min(moves, c.meter.left()+10_000), c.meter)
	}
}

// settleQuickly brings term k down without looking for its bound.
func (c *component) settleQuickly(k int) {
	c.at = c.order[k]
	for n := 1; c.value(k) > c.least[k] && !c.meter.spent(); n++ {
		c.improve(k)
		if n%4 == 0 && c.inPieces() {
			c.meter.within(c.meter.left()/4, func() { c.piecemeal(k, c.least[k]) })
		}
	}
}

// improve walks term k down by single exchanges, then by dealing pairs anew,
// longer each time.
func (c *component) improve(k int) {
	if c.value(k) <= c.least[k] {
		return
	}
	c.tries[k]++
	c.meter.add(100) // no attempt is free
	effort := int64(len(c.md.slots)) * int64(min(c.tries[k], 8))
	most := c.meter.left()/6 + 10_000
	goal := c.goal(k)
	c.search.turn = c.tries[k] - 1
	c.search.anneal(k, c.least[k], goal, min(effort*annealMoves, most), c.meter)
	if c.order[k] == TermMaxDev && c.tries[k]%3 != 0 {
		return // exchanges do better there, and cost less
	}
	if c.value(k) > c.least[k] && !c.meter.spent() {
		c.search.deals(k, c.least[k], goal, min(effort*dealWork, most), c.meter)
	}
}

// goal returns what the largest deviation is drawn towards: mostly the least it
// could be, which evens all out, and in every third try the next value below the
// present one, which looks at nothing but the worst.
func (c *component) goal(k int) int64 {
	if c.order[k] != TermMaxDev {
		return c.least[k]
	}
	if c.tries[k]%3 == 2 {
		if values := c.deviations(c.value(k)); len(values) > 1 {
			return max(c.least[k], values[len(values)-2])
		}
	}
	return c.trivial(TermMaxDev)
}

// refine works on the unproven terms in turn while budget is left, now and then
// by the tree. When an earlier term
// improves, what follows is settled again.
func (c *component) refine(slack []int64, alone bool, report func()) {
	if c.inPieces() {
		last, goal := len(c.order)-1, int64(0)
		if k := slices.Index(c.order, TermMaxDev); k >= 0 {
			goal = c.value(k)
		}
		c.piecemeal(last, goal)
	}
	for turn := 0; !c.meter.spent(); turn++ {
		open := c.open(alone)
		if len(open) == 0 {
			return
		}
		k := open[turn%len(open)]
		c.at = c.order[k]
		before := slices.Clone(c.search.vec)
		switch turn / len(open) % 4 {
		case 1:
			c.meter.within(c.meter.left()/3, func() { c.raise(k, slack, true) })
		case 3:
			if c.pricesFast() {
				c.meter.within(c.meter.left()/3, func() { c.branch(k, slack) })
			}
		default:
			c.improve(k)
		}
		if slices.Compare(c.search.vec, before) < 0 {
			c.resettle(before, slack)
		}
		report()
	}
}

// resettle looks for bounds again from the first term that has become better
// than before. Those it had stay valid: smaller caps only leave fewer rosters.
func (c *component) resettle(before []int64, slack []int64) {
	better := false
	for k := range c.order {
		better = better || c.value(k) < before[k]
		if better {
			c.raise(k, slack, false)
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
