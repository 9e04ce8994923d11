package roster

import (
	"math"
	"slices"
)

// A component is one connected part of a problem at work: its best roster, and
// a lower bound of each term.
type component struct {
	md       *model
	search   *searcher
	order    []string
	unit     int64
	total    int64 // weight of all slots
	uniform  bool  // every slot weighs the same for all who can hold it
	graphs   map[graphKind][]*automaton
	meter    *meter
	least    []int64   // per term of order: proven lower bound for this component
	priced   [][]int64 // per term: the values for which its bound is as high as pricing gets
	tries    []int     // per term: annealings so far
	noting   bool      // prices are kept for a certificate
	steps    []Step
	narrowed []bool // per term: narrow has looked at it
	at       string // the term being worked on
}

func newComponent(md *model, order []string, seed uint64, mt *meter) *component {
	n := len(order)
	c := &component{
		md: md, graphs: map[graphKind][]*automaton{}, order: order, unit: md.unit(), meter: mt,
		least: make([]int64, n), tries: make([]int, n), priced: make([][]int64, n), narrowed: make([]bool, n),
	}
	c.survey()
	c.search = newSearcher(md, order, seed, mt.spent)
	for k := range order {
		c.least[k] = c.trivial(order[k])
		if len(c.search.ann.loose) == 0 {
			c.least[k] = c.value(k) // there is nothing to choose
		}
	}
	return c
}

// survey adds up what the slots weigh.
func (c *component) survey() {
	c.total, c.uniform = 0, true
	for s := range c.md.slots {
		c.total += c.md.slots[s].weight
		for _, m := range c.md.slots[s].eligible {
			c.uniform = c.uniform && c.md.members[m].weight[s] == c.md.slots[s].weight
		}
	}
}

// trivial returns a bound that needs no search.
func (c *component) trivial(term string) int64 {
	switch term {
	case TermUncovered, TermChanges:
		n := int64(0)
		for s := range c.md.slots {
			slot := &c.md.slots[s]
			if term == TermUncovered && len(slot.eligible) == 0 || term == TermChanges && slot.base == foreign {
				n++
			}
		}
		return n
	case TermMaxDev:
		return c.leastDeviation()
	case TermSumDev:
		sum := int64(0)
		for m := range c.md.members {
			mm := &c.md.members[m]
			near := max(0, (mm.target-1000*mm.prior)/(1000*c.unit)*c.unit)
			sum += min(abs(mm.deviation(near)), abs(mm.deviation(near+c.unit)))
		}
		return sum
	}
	return 0
}

// value returns the best known value of term k.
func (c *component) value(k int) int64 { return c.search.vec[k] }

// settled returns what the terms before k may cost this component at most:
// their values plus slack, what other components could still give up.
func (c *component) settled(k int, slack []int64) (settled map[string]int64, limit int64) {
	settled, limit = map[string]int64{}, math.MaxInt64/4
	for i, t := range c.order[:k] {
		if t == TermMaxDev {
			limit = c.search.vec[i]
			continue
		}
		settled[t] = c.search.vec[i] + slack[i]
	}
	return settled, limit
}

// A graphKind says what the members' graphs count: pairs too close, and marks up
// to so many beyond the parts; below nothing, any number.
type graphKind struct {
	near  bool
	spare int64
}

// automata returns the members' graphs, with pairs counted when near. Marks are
// limited by what is settled.
func (c *component) automata(near bool, settled map[string]int64) []*automaton {
	kind := graphKind{near, -1}
	if extra, ok := settled[TermExtra]; ok {
		kind.spare = extra
	}
	if c.graphs[kind] == nil {
		var graphs []*automaton
		for m := range c.md.members {
			graphs = append(graphs, newAutomaton(c.md, m, near, kind.spare))
			c.meter.add(int64(len(graphs[m].edges)) * 8)
		}
		c.graphs[kind] = graphs
	}
	return c.graphs[kind]
}

// hasExactPairs says whether every graph counts the pairs that are too close.
func hasExactPairs(autos []*automaton) bool {
	for _, a := range autos {
		if !a.exact {
			return false
		}
	}
	return true
}

// raise improves the lower bound of term k, given that the earlier terms are at
// their values plus slack. Unless thorough, it is content to try whether the
// largest deviation can be less than it is.
func (c *component) raise(k int, slack []int64, thorough bool) {
	given := c.search.vec
	if c.order[k] == TermMaxDev {
		given = given[:k] // how far prices reach is the same whatever it is
	}
	if c.least[k] >= c.value(k) || c.meter.spent() || c.priced[k] != nil && slices.Equal(c.priced[k], given) {
		return
	}
	defer func() {
		if (thorough || c.order[k] != TermMaxDev) && !c.meter.spent() {
			c.priced[k] = slices.Clone(given) // pricing again would say the same
		}
	}()
	settled, limit := c.settled(k, slack)
	switch term := c.order[k]; term {
	case TermExtra:
		return // marks have no price; the bound stays at nothing
	case TermMaxDev:
		c.raiseByPools(settled, k)
		if thorough {
			c.climb(k, settled)
		} else {
			c.probe(k, settled)
		}
	default:
		if c.tooLarge() {
			return
		}
		r := c.relax(k, settled, limit)
		if r == nil {
			return
		}
		bound, g := c.generate(r, c.value(k))
		if term == TermSumDev {
			u, ok := settled[TermUncovered]
			if !ok {
				u = 1
			}
			bound = c.nextSum(bound, limit, u)
		}
		if g != nil && bound > c.least[k] {
			c.note(k, r, &g.at, Step{Bound: min(bound, c.value(k))})
		}
		c.least[k] = max(c.least[k], bound)
	}
}

// relax returns the relaxation of term k; nil when the graphs are too small to
// count what it needs, or too large to price.
func (c *component) relax(k int, settled map[string]int64, limit int64) *relaxation {
	term := c.order[k]
	_, pairs := settled[TermSpacing]
	autos := c.automata(pairs || term == TermSpacing, settled)
	if pairs && !hasExactPairs(autos) {
		delete(settled, TermSpacing)
	} else if term == TermSpacing && !hasExactPairs(autos) {
		return nil
	}
	r := newRelaxation(c.md, autos, c.unit, term, limit, settled, c.box(term))
	if r.size() > maxCells {
		return nil
	}
	return r
}

// watch returns a function that charges what a generation has worked and says
// whether the budget is used up.
func (c *component) watch(g *generation) func() bool {
	return func() bool {
		c.meter.add(g.cost())
		return c.meter.spent()
	}
}

// tooLarge says whether the linear program would outlast the budget at hand: it
// takes some sixty pivots a row, each quadratic in the rows.
func (c *component) tooLarge() bool {
	return c.outlasts(c.rows())
}

// rows returns how many rows the linear program of the whole component has.
func (c *component) rows() int {
	n := len(c.md.members)
	for s := range c.md.slots {
		if !c.md.slots[s].pinned {
			n++
		}
	}
	return n
}

func (c *component) outlasts(rows int) bool {
	n := int64(rows)
	return n*n*n/5 > c.meter.left()
}

// pricesFast says whether the budget at hand allows to price many times over.
func (c *component) pricesFast() bool {
	rows := int64(c.rows())
	return rows*rows*rows < c.meter.left()
}

// raiseByPools looks, pool by pool, for the least limit that cannot be refuted,
// from the bound at hand upwards. A programme of one pool is small, and the
// pool that is worst off mostly decides alone.
func (c *component) raiseByPools(settled map[string]int64, k int) {
	pools := c.pools()
	if len(pools) < 2 {
		return
	}
	few := map[string]int64{}
	for _, t := range []string{TermUncovered, TermExtra} {
		if v, ok := settled[t]; ok {
			few[t] = v
		}
	}
	values := c.deviations(c.value(k))
	lo := 0
	for lo < len(values)-1 && values[lo] < c.least[k] {
		lo++
	}
	for _, pool := range pools {
		// values[:lo] are refuted; values[hi] is not to be, by this pool.
		hi, step := len(values)-1, 1
		for lo < hi && !c.meter.spent() {
			try := min(lo+step, hi) - 1
			if c.refutes(k, values[try], values[try+1], few, pool) {
				lo, step = try+1, step*2
			} else {
				hi = try
				step = (hi - lo + 1) / 2
			}
		}
	}
}

// probe tries whether no roster has a smaller largest deviation than the best.
func (c *component) probe(k int, settled map[string]int64) {
	if values := c.deviations(c.value(k)); len(values) > 1 && values[len(values)-2] >= c.least[k] {
		c.refutes(k, values[len(values)-2], values[len(values)-1], settled, "")
	}
}

// refutes says whether no roster has every |deviation| within limit, so that one
// is next at least, and raises the bound of term k then; with a pool, whether that
// one alone has none.
func (c *component) refutes(k int, limit, next int64, settled map[string]int64, pool string) bool {
	r := c.within(limit, settled)
	if pool != "" {
		r.only(pool)
	}
	if c.outlasts(len(r.slots) + len(r.members)) {
		return false
	}
	bound, g := c.generate(r, 1)
	if bound <= 0 {
		return false
	}
	c.note(k, r, &g.at, Step{Bound: next, Limit: limit})
	c.least[k] = max(c.least[k], next)
	return true
}

// pools returns the pools of the slots, in the order of their first slots.
func (c *component) pools() []string {
	var pools []string
	for s := range c.md.slots {
		if p := c.md.slots[s].pool; !slices.Contains(pools, p) {
			pools = append(pools, p)
		}
	}
	return pools
}

// maxCells bounds the memory of all members' programmes, in values; weights
// without a common divisor can make them too large to price.
const maxCells = 20_000_000

// generate runs a column generation and returns its bound, and itself unless the
// relaxation is too large. The bound is math.MaxInt64/4 when nothing satisfies
// the limit.
func (c *component) generate(r *relaxation, enough int64) (int64, *generation) {
	if r.size() > maxCells {
		return 0, nil
	}
	g := newGeneration(r, c.search.best)
	bound, impossible := g.run(enough, 400, c.watch(g))
	if impossible {
		return math.MaxInt64 / 4, g
	}
	return bound, g
}

// box returns the greatest price of a slot that is worth trying for a goal.
func (c *component) box(goal string) float64 {
	switch goal {
	case TermUncovered, TermMaxDev:
		return 1
	case TermSumDev:
		heaviest := int64(0)
		for s := range c.md.slots {
			heaviest = max(heaviest, c.md.slots[s].weight)
		}
		return 8000 * float64(heaviest+1)
	case TermPref:
		dearest := int64(1)
		for m := range c.md.members {
			for _, x := range c.md.members[m].pref {
				dearest = max(dearest, x)
			}
		}
		return 8 * float64(dearest)
	}
	return 8
}
