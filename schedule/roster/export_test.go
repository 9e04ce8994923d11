package roster

import "context"

// Bounds returns a lower bound of every term, proven without a search, given the
// values that the assignment has for the terms before it.
func Bounds(p *Problem, a Assignment) []int64 {
	bounds := make([]int64, len(p.Order))
	members := map[string]int32{}
	for _, md := range compile(p) {
		c := newComponent(md, p.Order, 1, &meter{ctx: context.Background(), limit: BudgetFor(1e10)})
		for m := range md.members {
			members[md.members[m].id] = int32(m)
		}
		owner := make([]int32, len(md.slots))
		for s := range md.slots {
			owner[s] = none
			if id := a[md.slots[s].id]; id != nil {
				owner[s] = members[*id]
			}
		}
		c.search.st.restore(owner)
		for k, t := range p.Order {
			c.search.vec[k] = c.search.st.value(t)
		}
		for k, t := range p.Order {
			// Worse values leave room for a bound that is too high.
			value := c.search.vec[k]
			c.least[k] = c.trivial(t)
			c.search.vec[k] = value + 20_000
			c.raise(k, make([]int64, len(p.Order)), true)
			c.search.vec[k] = value
			if t == TermMaxDev {
				bounds[k] = max(bounds[k], c.least[k])
			} else {
				bounds[k] += c.least[k]
			}
		}
	}
	return bounds
}

// Later returns rules of which those that come and go do so later.
func (r *Rules) Later(by int64) *Rules {
	if r == nil {
		return nil
	}
	shift := func(d During) During {
		if d.From != 0 {
			d.From += by
		}
		if d.Until != 0 {
			d.Until += by
		}
		return d
	}
	q := *r
	q.Rests, q.Windows, q.Counts = nil, nil, nil
	for _, x := range r.Rests {
		q.Rests = append(q.Rests, Rest{x.MinGap, shift(x.During)})
	}
	for _, w := range r.Windows {
		q.Windows = append(q.Windows, Window{w.Length, w.Max, shift(w.During)})
	}
	for _, c := range r.Counts {
		q.Counts = append(q.Counts, Count{c.Mark, c.Length, c.Max, shift(c.During)})
	}
	return &q
}
