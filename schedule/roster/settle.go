package roster

// settle brings term k down and its bound up, until they meet or the budget at
// hand is used.
func (c *component) settle(k int, slack []int64) {
	c.at = c.order[k]
	c.descend(k, false)
	c.raise(k, slack)
	for c.value(k) > c.least[k] && !c.meter.spent() {
		c.descend(k, false)
	}
}

// descend anneals term k once, longer each time; first makes it brief.
func (c *component) descend(k int, first bool) {
	if c.value(k) <= c.least[k] || len(c.md.slots) == 0 {
		return
	}
	moves := c.stride(k)
	if first {
		moves = c.meter.limit - c.meter.used
	}
	before := c.search.used
	c.search.stage(k, c.least[k], moves, c.least[k])
	c.meter.add(c.search.used - before)
}

// stride returns how many moves the next annealing of term k makes.
func (c *component) stride(k int) int64 {
	c.tries[k]++
	return int64(len(c.md.slots)) * 1500 * int64(min(c.tries[k], 20))
}

// refine works on the first unproven terms in turn while budget is left. When
// an earlier term improves, what follows is settled anew.
func (c *component) refine(slack []int64, alone bool, report func()) {
	for turn := 0; !c.meter.spent(); turn++ {
		open := c.open(alone)
		if len(open) == 0 {
			return
		}
		k := open[turn%len(open)]
		c.at = c.order[k]
		before := c.value(k)
		c.descend(k, false)
		if c.value(k) < before {
			for j := k; j < len(c.order); j++ {
				if j > k {
					c.least[j] = c.trivial(c.order[j])
				}
				c.meter.within((c.meter.limit-c.meter.used)/4, func() { c.settle(j, slack) })
			}
		}
		report()
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
