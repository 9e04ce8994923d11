package roster

import (
	"math/bits"
	"slices"
)

// A chain looks for a place for an open slot by moving shifts aside: it gives
// the slot to a member, and finds other members for what that member can no
// longer hold, to a small depth.
type chain struct {
	st    *state
	moved []bool // slots already moved in this chain
	left  int    // steps left
	log   []change
}

// Limits of a chain: how many shifts one gift may push aside, how deep a chain
// goes, and how many gifts are tried for one slot.
const (
	chainWidth = 2
	chainDepth = 5
	chainSteps = 1500
)

// fillByChains covers what it can of the open slots without uncovering others,
// and returns the units of work it took.
func fillByChains(st *state) int64 {
	work := int64(0)
	for s := range st.owner {
		if st.owner[s] != none || len(st.md.slots[s].eligible) == 0 {
			continue
		}
		for depth := 0; depth <= chainDepth && st.owner[s] == none; depth++ {
			c := &chain{st: st, moved: make([]bool, len(st.owner)), left: chainSteps}
			if !c.place(s, depth) {
				c.back(0)
			}
			work += int64(chainSteps-c.left)/2 + int64(len(st.owner)/64)
		}
	}
	return work
}

// place finds a member for open slot s; false leaves changes in the log.
func (c *chain) place(s, depth int) bool {
	c.moved[s] = true
	defer func() { c.moved[s] = false }()
	for _, m := range c.st.md.slots[s].eligible {
		if c.left--; c.st.fits(s, m) {
			c.give(s, m)
			return true
		}
	}
	if depth == 0 {
		return false
	}
	for _, m := range c.st.md.slots[s].eligible {
		if c.left <= 0 {
			return false
		}
		mark := len(c.log)
		if c.push(s, m, depth) {
			return true
		}
		c.back(mark)
	}
	return false
}

// push gives s to m, who gives up what stands against it.
func (c *chain) push(s int, m int32, depth int) bool {
	out := c.against(s, m)
	if len(out) == 0 || len(out) > chainWidth || slices.ContainsFunc(out, func(t int) bool { return c.moved[t] || c.st.md.slots[t].pinned }) {
		return false
	}
	for _, t := range out {
		c.take(t)
	}
	if c.left--; !c.st.fits(s, m) {
		return false
	}
	c.give(s, m)
	for _, t := range out {
		if !c.place(t, depth-1) {
			return false
		}
	}
	return true
}

// against lists the shifts of m that s excludes as a pair; when rules of more
// than pairs stand against it, the nearest shift.
func (c *chain) against(s int, m int32) []int {
	var out []int
	clash, held := c.st.md.members[m].class.clash[s], c.st.held[m]
	for w := range held {
		for x := held[w] & clash[w]; x != 0; x &= x - 1 {
			out = append(out, w<<6+bits.TrailingZeros64(x))
		}
	}
	if len(out) > 0 {
		return out
	}
	best := none
	far := func(t int) int64 { return abs(c.st.md.slots[t].nstart - c.st.md.slots[s].nstart) }
	held.each(func(t int) {
		if best == none || far(t) < far(best) {
			best = t
		}
	})
	if best == none {
		return nil
	}
	return []int{best}
}

func (c *chain) give(s int, m int32) {
	c.log = append(c.log, change{s, none, m})
	c.st.give(s, m)
}

func (c *chain) take(s int) {
	c.log = append(c.log, change{s, c.st.owner[s], none})
	c.st.take(s)
}

// back undoes what was done since mark.
func (c *chain) back(mark int) {
	for i := len(c.log) - 1; i >= mark; i-- {
		if x := c.log[i]; x.now != none {
			c.st.take(x.slot)
		} else {
			c.st.give(x.slot, x.was)
		}
	}
	c.log = c.log[:mark]
}
