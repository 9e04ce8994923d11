package roster

import (
	"cmp"
	"math"
	"slices"
)

// climb raises the bound of the largest deviation, term k, as far as prices can
// prove. It goes upwards from the bound at hand: prices that refute one limit
// mostly refute many beyond it, and the sets found for a limit are good for every
// greater one, so that each programme begins where the last one ended.
func (c *component) climb(k int, settled map[string]int64) {
	values := c.deviations(c.value(k))
	at, _ := slices.BinarySearch(values, c.least[k])
	if at+1 >= len(values) || c.outlasts(c.rows()) {
		return
	}
	top := c.within(values[len(values)-2], settled)
	c.meter.add(int64(len(values)) + top.made()/cellsPerUnit)
	if top.size() > maxCells {
		return
	}
	var g *generation
	defer func() {
		if g != nil {
			c.meter.add(g.cost()) // of what came after it was last asked
		}
	}()
	for at+1 < len(values) && !c.meter.spent() {
		r := c.within(values[at], settled)
		if g == nil {
			g = newGeneration(r, c.search.best)
		} else {
			g.follow(r)
		}
		g.cells += r.made()
		if bound, impossible := g.run(1, 400, c.watch(g)); !impossible && bound <= 0 {
			return
		}
		at = c.refuted(k, values, at, top, r, g)
	}
}

// within returns the relaxation that keeps every |deviation| within a limit.
func (c *component) within(limit int64, settled map[string]int64) *relaxation {
	_, pairs := settled[TermSpacing]
	return newRelaxation(c.md, c.automata(pairs, settled), c.unit, TermMaxDev, limit, settled, c.box(TermMaxDev))
}

// refuted raises the bound of term k after values[at] is refuted by the prices of
// g, or by a single member's loads, as far as the same prices reach, and returns
// where that is. The relaxation top has the greatest limit worth asking for.
func (c *component) refuted(k int, values []int64, at int, top, r *relaxation, g *generation) int {
	next, found := slices.BinarySearch(values, top.reach(&g.at))
	if found {
		next++
	}
	if far := min(next, len(values)-1) - 1; far > at {
		further := c.within(values[far], r.settled)
		bound, impossible := further.bound(&g.at)
		g.cells += further.made() + further.cells
		if impossible || bound > 0 {
			at, r = far, further
		}
	}
	g.cells, top.cells = g.cells+top.cells, 0
	c.note(k, r, &g.at, Step{Bound: values[at+1], Limit: values[at]})
	c.least[k] = values[at+1]
	return at + 1
}

// follow goes on with a relaxation of a greater limit.
func (g *generation) follow(r *relaxation) {
	g.cells += g.r.cells
	g.r, g.rounds = r, 0
	g.best, _ = r.bound(&g.at)
}

// reach returns the greatest limit of |deviation| that the prices refute, up to
// the relaxation's own: they do as long as what the slots are worth is more than
// what all members' best sets within the limit are.
func (r *relaxation) reach(p *prices) int64 {
	type offer struct {
		away  int64 // |deviation| of the set's load
		who   int32
		value int64
	}
	var offers []offer
	total, missing := r.worth(p), len(r.members)
	for _, m := range r.members {
		near := r.fill(m, p)
		r.pricers[m].best(r.gain, near)
		r.pricers[m].eachLoad(func(load, value int64) {
			offers = append(offers, offer{abs(r.md.members[m].deviation(load)), m, value})
		})
	}
	r.cells += int64(len(offers)) * 20 // sorting takes longer than counting
	slices.SortFunc(offers, func(a, b offer) int { return cmp.Or(cmp.Compare(a.away, b.away), cmp.Compare(a.who, b.who)) })
	best := slices.Repeat([]int64{math.MinInt64}, len(r.md.members))
	for _, o := range offers {
		switch was := best[o.who]; {
		case was == math.MinInt64:
			missing--
			total -= o.value
			best[o.who] = o.value
		case o.value > was:
			total -= o.value - was
			best[o.who] = o.value
		}
		if missing == 0 && total <= 0 {
			return o.away - 1
		}
	}
	return r.limit
}
