package roster

import "slices"

// Loads are whole multiples of a unit, so a term made of deviations takes only
// certain values: a bound can be rounded up to the next of them.

// deviations returns every |deviation| up to limit that some member could have,
// ascending; nothing when some member has none or too many.
func (c *component) deviations(limit int64) []int64 {
	var all []int64
	for m := range c.md.members {
		loads := c.loads(m, limit)
		if len(loads) == 0 {
			return nil
		}
		for _, l := range loads {
			all = append(all, abs(c.md.members[m].deviation(l)))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// loads returns the loads with |deviation| ≤ limit that member m could have if
// nobody else took anything, ascending: multiples of the unit up to all of it.
func (c *component) loads(m int, limit int64) []int64 {
	mm := &c.md.members[m]
	most := int64(0)
	for s, w := range mm.weight {
		if mm.can.has(s) {
			most += w
		}
	}
	from := max(0, ceilDiv(max(mm.target-limit, -maxPrices), 1000)-mm.prior)
	from = (from + c.unit - 1) / c.unit * c.unit
	to := min(most, (mm.target+limit)/1000-mm.prior)
	if (to-from)/c.unit > maxLoads {
		return nil
	}
	var out []int64
	for l := from; l <= to; l += c.unit {
		if abs(mm.deviation(l)) <= limit {
			out = append(out, l)
		}
	}
	return out
}

// maxLoads bounds how many loads of a member are looked at one by one.
const maxLoads = 100_000

// leastDeviation returns a value that the largest |deviation| cannot be below:
// each member's nearest load.
func (c *component) leastDeviation() int64 {
	v := int64(0)
	for m := range c.md.members {
		mm := &c.md.members[m]
		// The nearest multiples lie on either side of the target.
		near := max(0, (mm.target-1000*mm.prior)/(1000*c.unit)*c.unit)
		v = max(v, min(abs(mm.deviation(near)), abs(mm.deviation(near+c.unit))))
	}
	return v
}

// maxSums bounds the work of nextSum; beyond it the bound stays as it is.
const maxSums = 400_000

// nextSum rounds a bound of the sum of |deviation| up to a value that loads can
// add up to: each member at a load with |deviation| ≤ limit and, when every slot
// is covered and weighs the same for everybody, all loads together the weight of
// the slots.
func (c *component) nextSum(bound, limit int64, uncovered int64) int64 {
	type point struct{ load, sum int64 }
	fixed := uncovered == 0 && c.uniform
	seen := map[point]bool{{0, 0}: true}
	for m := range c.md.members {
		next := map[point]bool{}
		loads := c.loads(m, limit)
		if len(loads) == 0 || len(loads)*len(seen) > maxSums*4 {
			return bound
		}
		for p := range seen {
			for _, l := range loads {
				q := point{0, p.sum + abs(c.md.members[m].deviation(l))}
				if fixed {
					q.load = p.load + l
				}
				next[q] = true
			}
		}
		if len(next) > maxSums {
			return bound
		}
		seen = next
	}
	best := int64(-1)
	for p := range seen {
		if fixed && p.load != c.total {
			continue
		}
		if p.sum >= bound && (best < 0 || p.sum < best) {
			best = p.sum
		}
	}
	return max(bound, best)
}
