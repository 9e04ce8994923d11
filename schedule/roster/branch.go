package roster

// A tree closes the gap that prices leave: it decides that a member holds a
// slot, or does not, prices what is left, and gives up a branch as soon as its
// bound is no better than the best roster known. Where the program's answer is
// whole, it is a roster.
type tree struct {
	c      *component
	k      int
	g      *generation
	limit  int64 // every |deviation| is at most this
	sealed bool  // so far every branch ended in a proof or a roster
}

// branch searches the tree of term k. It records better rosters and raises the
// bound when it gets through the whole tree.
func (c *component) branch(k int, slack []int64) {
	if c.order[k] == TermExtra {
		return // marks have no price
	}
	for !c.meter.spent() && !c.tooLarge() && c.least[k] < c.value(k) {
		before := c.value(k)
		t := c.plant(k, slack)
		if t == nil {
			return
		}
		t.grow()
		c.meter.add(t.g.cost())
		if c.value(k) == before {
			if t.sealed && !c.meter.spent() {
				c.least[k] = before
			}
			return
		}
		// Only the deviation's limit is built into the graphs; another term
		// went on with its new value and is through.
		if c.order[k] != TermMaxDev && t.sealed && !c.meter.spent() {
			c.least[k] = c.value(k)
		}
	}
}

// plant prepares the tree; nil when the graphs do not count what is needed.
func (c *component) plant(k int, slack []int64) *tree {
	settled, limit := c.settled(k, slack)
	term := c.order[k]
	if term == TermMaxDev {
		values := c.deviations(c.value(k))
		if len(values) < 2 {
			return nil
		}
		limit = values[len(values)-2]
	}
	r := c.relax(k, settled, limit)
	if r == nil {
		return nil
	}
	return &tree{c: c, k: k, g: newGeneration(r, c.search.best), limit: limit, sealed: true}
}

// enough returns the bound at which a branch is given up.
func (t *tree) enough() int64 {
	if t.c.order[t.k] == TermMaxDev {
		return 1
	}
	return t.c.value(t.k)
}

// closed says whether a branch with this bound holds nothing better than the
// best roster known.
func (t *tree) closed(bound int64) bool {
	if bound >= t.enough() {
		return true
	}
	u, ok := t.g.r.settled[TermUncovered]
	return ok && t.c.order[t.k] == TermSumDev && t.c.nextSum(bound, t.limit, u) >= t.enough()
}

// grow explores the branch at hand; false ends the whole search.
func (t *tree) grow() bool {
	c := t.c
	bound, impossible := t.g.run(t.enough(), t.g.rounds+200, func() bool {
		c.meter.add(t.g.cost())
		return c.meter.spent()
	})
	if c.meter.spent() {
		return false
	}
	if impossible || t.closed(bound) {
		return true
	}
	x := t.g.holding()
	at, most := [2]int32{none, none}, 0.0
	for key, v := range x {
		if v < 1-noise && (v > most || v == most && (key[0] < at[0] || key[0] == at[0] && key[1] < at[1])) {
			at, most = key, v
		}
	}
	if at[0] == none {
		return t.harvest(x, bound)
	}
	for _, hold := range []bool{true, false} {
		set := t.g.r.must[at[0]]
		if !hold {
			set = t.g.r.not[at[0]]
		}
		set.set(int(at[1]))
		t.g.rebase()
		more := t.grow()
		set.clear(int(at[1]))
		if !more {
			return false
		}
	}
	t.g.rebase()
	return true
}

// harvest records the roster of a whole answer. When it is no rule-keeping
// roster, or no better one, or generation ended before the bound of the branch
// reached it, the branch stays open and nothing is proven.
func (t *tree) harvest(x map[[2]int32]float64, bound int64) bool {
	c := t.c
	before := c.value(t.k)
	owner := make([]int32, len(c.md.slots))
	for s := range owner {
		owner[s] = none
	}
	for key, v := range x {
		if v > 0.5 {
			owner[key[1]] = key[0]
		}
	}
	better := c.search.offer(owner) && c.value(t.k) < before
	t.sealed = t.sealed && better && t.closed(bound)
	return !better || c.order[t.k] != TermMaxDev
}
