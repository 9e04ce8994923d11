package roster

import (
	"math"
	"slices"
)

// A generation finds good prices for a relaxation: a linear program chooses
// among the sets found so far, its prices ask every member for a better set,
// until no member has one. The prices tried lie between the best known and the
// program's own, which jump about less.
type generation struct {
	r       *relaxation
	lp      *linearProgram
	box     float64
	unit    float64   // of the goal, per unit of the program's cost
	row     []int32   // per slot: its row; none without a price
	seat    []int32   // per member: their row; none for those left out
	terms   []string  // settled terms with a row of their own, after slots and members
	fixed   int       // columns before the first set
	member  []int32   // per set: whose it is
	set     []bitset  // per set: its slots
	plain   []float64 // per set: its cost before a branch bans it
	best    int64     // the bound, times scale
	at      prices    // that give it
	started bool      // at holds prices
	now     prices
	smooth  float64
	rounds  int64
	pivots  int64
	cells   int64 // values computed by relaxations before r
	counted int64 // work that cost has reported
}

// newGeneration prepares the program; known are rosters to begin with.
func newGeneration(r *relaxation, known ...[]int32) *generation {
	ns := len(r.md.slots)
	g := &generation{r: r, best: math.MinInt64, smooth: 0.5, unit: 1}
	if r.goal == TermSumDev {
		g.unit = 1000 // near the size of the other numbers
	}
	g.box = r.box / g.unit
	for _, t := range []string{TermChanges, TermSumDev, TermPref, TermSpacing} {
		if _, ok := r.settled[t]; ok {
			g.terms = append(g.terms, t)
		}
	}
	g.row, g.seat = slices.Repeat([]int32{none}, ns), slices.Repeat([]int32{none}, len(r.md.members))
	for i, s := range r.slots {
		g.row[s] = int32(i)
	}
	for i, m := range r.members {
		g.seat[m] = int32(len(r.slots) + i)
	}
	g.lp = newLinearProgram(g.rows())
	g.addSlack()
	g.fixed = len(g.lp.cols)
	g.at = r.natural()
	g.now = prices{make([]int64, ns), map[string]int64{}}
	for _, owner := range known {
		for _, m := range r.members {
			// A set beyond the limit is none the relaxation may use.
			set := setOf(owner, m)
			if g.setCost(m, set, TermSumDev) <= float64(r.limit) {
				g.addSet(m, set)
			}
		}
	}
	return g
}

// openRow returns the row that counts uncovered slots, when they are settled.
func (g *generation) openRow() (row int, ok bool) {
	_, ok = g.r.settled[TermUncovered]
	return len(g.r.slots) + len(g.r.members) + len(g.terms), ok
}

// rows returns the right-hand sides: every slot once, every member one set, every
// settled term at most its value; and what leaving a row unmet costs.
func (g *generation) rows() (rhs, cost []float64) {
	r := g.r
	for range r.slots {
		rhs, cost = append(rhs, 1), append(cost, g.box)
	}
	for range r.members {
		rhs, cost = append(rhs, 1), append(cost, g.box*4*float64(1+len(r.slots)/(len(r.members)+1)))
	}
	for _, t := range g.terms {
		if t == TermChanges {
			// Published slots that stay: at least all but the changes.
			rhs, cost = append(rhs, float64(r.published()-r.settled[t])), append(cost, g.box)
			continue
		}
		rhs, cost = append(rhs, float64(r.settled[t])), append(cost, 0)
	}
	if _, ok := g.openRow(); ok {
		rhs, cost = append(rhs, float64(r.open())), append(cost, 0)
	}
	return rhs, cost
}

// addSlack adds the columns that are no sets: a slot held twice or by nobody, a
// settled term exceeded.
func (g *generation) addSlack() {
	r := g.r
	openRow, settled := g.openRow()
	for _, s := range r.slots {
		row := g.row[s]
		g.lp.add(column{cost: g.box, row: []int32{row}, val: []float64{-1}})
		if r.md.slots[s].sure {
			continue
		}
		open := column{row: []int32{row}, val: []float64{1}}
		switch {
		case settled:
			open = column{row: []int32{row, int32(openRow)}, val: []float64{1, 1}}
		case r.goal == TermUncovered:
			open.cost = 1
		}
		g.lp.add(open)
	}
	for _, k := range g.terms {
		// Exceeding a settled value is possible, at a price; keeping more
		// than the changes ask for is free.
		over := column{cost: g.box, row: []int32{g.rowOf(k)}, val: []float64{-1}}
		if k == TermChanges {
			over.cost = 0
		}
		g.lp.add(over)
	}
}

func setOf(owner []int32, m int32) []int32 {
	var set []int32
	for s, o := range owner {
		if o == m {
			set = append(set, int32(s))
		}
	}
	return set
}

func (g *generation) rowOf(term string) int32 {
	for i, t := range g.terms {
		if t == term {
			return int32(len(g.r.slots) + len(g.r.members) + i)
		}
	}
	return none
}

// setCost returns what a set costs member m of an additive term; for changes,
// how many published slots it keeps.
func (g *generation) setCost(m int32, set []int32, term string) float64 {
	mm := &g.r.md.members[m]
	sum, load := int64(0), int64(0)
	for i, s := range set {
		load += mm.weight[s]
		switch term {
		case TermPref:
			sum += mm.pref[s]
		case TermChanges:
			if g.r.md.slots[s].base == m {
				sum++
			}
		case TermSpacing:
			sum += mm.near[s]
			for _, t := range set[:i] {
				if g.r.md.soft[s].has(int(t)) {
					sum++
				}
			}
		}
	}
	if term == TermSumDev {
		return float64(abs(mm.deviation(load)))
	}
	return float64(sum)
}

func (g *generation) addSet(m int32, set []int32) {
	c := column{cost: 0, row: []int32{g.seat[m]}, val: []float64{1}}
	if g.r.goal != TermUncovered && g.r.goal != TermMaxDev {
		c.cost = g.setCost(m, set, g.r.goal) / g.unit
		if g.r.goal == TermChanges {
			c.cost = -c.cost
		}
	}
	bits := newBitset(g.r.md.words)
	for _, s := range set {
		if g.row[s] != none {
			c.row, c.val = append(c.row, g.row[s]), append(c.val, 1)
		}
		bits.set(int(s))
	}
	for _, t := range g.terms {
		if x := g.setCost(m, set, t); x != 0 {
			c.row, c.val = append(c.row, g.rowOf(t)), append(c.val, x)
		}
	}
	g.lp.add(c)
	g.member, g.set, g.plain = append(g.member, m), append(g.set, bits), append(g.plain, c.cost)
}

// dropSet forgets the set added last.
func (g *generation) dropSet() {
	n := len(g.set) - 1
	g.member, g.set, g.plain = g.member[:n], g.set[:n], g.plain[:n]
	g.lp.cols, g.lp.where = g.lp.cols[:g.fixed+n], g.lp.where[:g.fixed+n]
}

// rebase makes the program follow the decisions of the branch at hand: sets
// against them cost too much to be chosen.
func (g *generation) rebase() {
	g.charge()
	g.best = math.MinInt64
}

// charge sets what every set costs.
func (g *generation) charge() {
	ban := 40 * g.box * float64(len(g.r.md.slots)+10)
	for i, m := range g.member {
		cost := g.plain[i]
		if g.set[i].meets(g.r.not[m]) || !g.set[i].contains(g.r.must[m]) {
			cost += ban
		}
		g.lp.cols[g.fixed+i].cost = cost
	}
	g.lp.reprice()
}

// holding returns how much of each slot the program gives each member, where
// that is neither nothing nor decided.
func (g *generation) holding() map[[2]int32]float64 {
	x := map[[2]int32]float64{}
	for row, j := range g.lp.basis {
		i := int(j) - g.fixed
		if i < 0 || g.lp.x[row] < noise {
			continue
		}
		g.set[i].each(func(s int) { x[[2]int32{g.member[i], int32(s)}] += g.lp.x[row] })
	}
	return x
}

// run generates until the bound, rounded up, reaches enough; the program is
// optimal; or stop. It returns the bound in units of the goal, rounded up.
func (g *generation) run(enough int64, rounds int64, stop func() bool) (bound int64, impossible bool) {
	if g.rounds == 0 && g.r.goal == TermChanges {
		g.best, impossible = g.r.bound(&g.at)
		if g.started = true; impossible || ceilDiv(g.best, g.r.scale) >= enough {
			return ceilDiv(g.best, g.r.scale), impossible
		}
	}
	for g.rounds < rounds && !stop() {
		g.rounds++
		g.pivots += int64(g.lp.solve(20000))
		better, impossible := g.ask(g.smooth)
		if impossible {
			return 0, true
		}
		if !better {
			if better, impossible = g.ask(0); impossible {
				return 0, true
			}
		}
		if ceilDiv(g.best, g.r.scale) >= enough || !better && !g.widen() {
			break
		}
	}
	return ceilDiv(g.best, g.r.scale), false
}

// widen raises the greatest price of a slot when the program, at its best,
// rather pays it than keeps all its rows; false when it does not, or when the
// prices would grow too large.
func (g *generation) widen() bool {
	if g.r.goal == TermMaxDev || g.r.goal == TermUncovered || g.box*wider*g.unit*float64(g.r.scale) > float64(g.r.dearest) {
		return false // there the greatest price says all there is to say
	}
	for row, j := range g.lp.basis {
		if int(j) < g.fixed && g.lp.cols[j].cost > 0 && g.lp.x[row] > noise {
			g.box *= wider
			for i := range g.lp.cols[:g.fixed] {
				g.lp.cols[i].cost *= wider
			}
			g.charge()
			return true
		}
	}
	return false
}

// wider is by how much.
const wider = 8

// noise is what the program's answers may be off by.
const noise = 1e-3

// ask prices every member's sets and adds those that would improve the program;
// it says whether there was one.
func (g *generation) ask(smooth float64) (better, impossible bool) {
	r := g.r
	blend := func(known int64, dual float64) int64 {
		x := dual * g.unit * float64(r.scale)
		if g.started {
			x = smooth*float64(known) + (1-smooth)*x
		}
		return int64(math.Round(min(max(x, -float64(r.dearest)), float64(r.dearest))))
	}
	for _, s := range r.slots {
		g.now.Slot[s] = blend(g.at.Slot[s], g.lp.price[g.row[s]])
	}
	for _, t := range g.terms {
		dual := -g.lp.price[g.rowOf(t)]
		if t == TermChanges {
			dual = -dual
		}
		g.now.Term[t] = min(max(0, blend(g.at.Term[t], dual)), r.maxTerm(t))
	}
	v, impossible := r.bound(&g.now)
	if impossible {
		return false, true
	}
	for _, m := range r.members {
		at := len(g.lp.cols)
		g.addSet(m, r.sets[m])
		if g.lp.reduced(at) > -1e-6 {
			g.dropSet()
			continue
		}
		better = true
	}
	if v > g.best {
		g.best, g.started = v, true
		g.at, g.now = g.now, prices{make([]int64, len(r.md.slots)), map[string]int64{}}
	}
	return better, false
}

// cellsPerUnit is how many values of a programme are computed in a unit of work.
const cellsPerUnit = 200

// cost returns the units of work since it was last asked.
func (g *generation) cost() int64 {
	n := int64(len(g.lp.rhs))
	work := g.pivots*(n*n/300+int64(len(g.lp.cols))/20) + (g.cells+g.r.cells)/cellsPerUnit
	units := work - g.counted
	g.counted = work
	return units
}
