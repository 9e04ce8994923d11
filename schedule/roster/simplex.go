package roster

import (
	"cmp"
	"math"
	"slices"
)

// A linear program in the form the column generation needs: minimise cost,
// every row an equation with a non-negative right-hand side, columns added as
// they are found. It works in floating point: what it says of prices is advice,
// which the exact bound of a relaxation then checks.
type linearProgram struct {
	rhs   []float64
	cols  []column
	basis []int32   // per row: the column that is basic in it
	where []int32   // per column: its row in the basis, or none
	inv   []float64 // inverse of the basis matrix, row by row
	x     []float64 // value of the basic column, per row
	price []float64 // dual, per row
	dir   []float64 // scratch
}

type column struct {
	cost float64
	row  []int32
	val  []float64
}

const tolerance = 1e-9

// newLinearProgram starts from one unit column per row with the given costs,
// which keep the program feasible whatever columns it has.
func newLinearProgram(rhs, cost []float64) *linearProgram {
	n := len(rhs)
	lp := &linearProgram{
		rhs: rhs, inv: make([]float64, n*n), x: make([]float64, n),
		price: make([]float64, n), dir: make([]float64, n),
	}
	for i := range n {
		lp.add(column{cost: cost[i], row: []int32{int32(i)}, val: []float64{1}})
		lp.basis = append(lp.basis, int32(i))
		lp.where[i] = int32(i)
		lp.inv[i*n+i] = 1
		// A little noise on the right keeps degenerate steps moving.
		lp.x[i] = rhs[i] + 1e-7*float64(1+(i*7919)%101)
	}
	copy(lp.price, cost)
	return lp
}

func (lp *linearProgram) add(c column) {
	lp.cols = append(lp.cols, c)
	lp.where = append(lp.where, none)
}

// reduced returns a column's cost less what the rows pay for it.
func (lp *linearProgram) reduced(j int) float64 {
	c := &lp.cols[j]
	d := c.cost
	for k, r := range c.row {
		d -= lp.price[r] * c.val[k]
	}
	return d
}

// solve pivots until no column improves the cost, or the pivots are used up. It
// looks over all columns only when the most promising of the last look are used
// up.
func (lp *linearProgram) solve(pivots int) (used int) {
	var short []int32
	for used < pivots {
		enter, most := lp.choose(short)
		if enter < 0 {
			short = lp.shortlist(short[:0])
			if enter, most = lp.choose(short); enter < 0 {
				return used
			}
		}
		lp.direction(&lp.cols[enter])
		leave, step := lp.ratio()
		if leave < 0 {
			return used
		}
		lp.pivot(enter, leave, step, most)
		used++
	}
	return used
}

// worth is how much a column must improve the cost to be brought in.
const worth = -1e-7

// choose returns the listed column that improves the cost most, or none.
func (lp *linearProgram) choose(list []int32) (enter int, most float64) {
	enter, most = none, worth
	for _, j := range list {
		if lp.where[j] == none {
			if d := lp.reduced(int(j)); d < most {
				enter, most = int(j), d
			}
		}
	}
	return enter, most
}

// shortlist returns the columns that improve the cost most.
func (lp *linearProgram) shortlist(list []int32) []int32 {
	type offer struct {
		gain float64
		col  int32
	}
	var offers []offer
	for j := range lp.cols {
		if lp.where[j] == none {
			if d := lp.reduced(j); d < worth {
				offers = append(offers, offer{d, int32(j)})
			}
		}
	}
	slices.SortFunc(offers, func(a, b offer) int {
		return cmp.Or(cmp.Compare(a.gain, b.gain), cmp.Compare(a.col, b.col))
	})
	for _, o := range offers[:min(len(offers), 24)] {
		list = append(list, o.col)
	}
	return list
}

// direction computes how the basic columns give way to column c.
func (lp *linearProgram) direction(c *column) {
	n := len(lp.rhs)
	for i := range n {
		sum := 0.0
		row := lp.inv[i*n : i*n+n]
		for k, r := range c.row {
			sum += row[r] * c.val[k]
		}
		lp.dir[i] = sum
	}
}

// ratio returns the row whose basic column leaves first, and after how much.
func (lp *linearProgram) ratio() (leave int, step float64) {
	leave, step = none, math.Inf(1)
	for i, a := range lp.dir {
		if a > tolerance {
			if t := max(lp.x[i], 0) / a; t < step-1e-12 || t < step+1e-12 && a > lp.dir[leave] {
				leave, step = i, t
			}
		}
	}
	return leave, step
}

// pivot brings a column into the basis.
func (lp *linearProgram) pivot(enter, leave int, step, reduced float64) {
	n := len(lp.rhs)
	lp.where[lp.basis[leave]] = none
	lp.basis[leave] = int32(enter)
	lp.where[enter] = int32(leave)
	pr := lp.inv[leave*n : leave*n+n]
	scale := 1 / lp.dir[leave]
	for k := range pr {
		pr[k] *= scale
	}
	for k := range pr {
		lp.price[k] += reduced * pr[k]
	}
	for i, a := range lp.dir {
		if i == leave || a == 0 {
			continue
		}
		lp.x[i] -= a * step
		row := lp.inv[i*n : i*n+n]
		for k, v := range pr {
			row[k] -= a * v
		}
	}
	lp.x[leave] = step
}

// reprice recomputes the duals after costs have changed.
func (lp *linearProgram) reprice() {
	n := len(lp.rhs)
	clear(lp.price)
	for i, j := range lp.basis {
		if c := lp.cols[j].cost; c != 0 {
			for k, v := range lp.inv[i*n : i*n+n] {
				lp.price[k] += c * v
			}
		}
	}
}
