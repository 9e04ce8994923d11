package roster

import (
	"context"
	"math"
	"runtime"
	"slices"
	"sync"
	"time"
)

// Options steer Solve. The zero value is a good choice.
type Options struct {
	Seed int64 // other seeds break ties differently; zero is as good as any
	// Budget is the work to spend, in the units of BudgetFor; zero is what
	// ten seconds buy. The same budget and seed give the same roster, unless
	// the context ends first.
	Budget int64
	// Search, when set, ends the search before the context ends everything, so
	// that on a slow machine there is time left to explain what is uncovered. It
	// is made from the context that Solve gets.
	Search context.Context
	// Certificate asks for the prices behind the bounds.
	Certificate bool
	// Progress, when set, is called now and then from one goroutine at a time.
	Progress func(Progress)
}

// Progress says how far a solve has come.
type Progress struct {
	Stage string  // the term being worked on
	Terms []Term  // of the best roster so far
	Share float64 // of the budget used, 0 to 1
}

// Solve finds a roster for the problem: it never breaks a hard rule, covers as
// many slots as it can, and is the best it finds by the problem's order. It
// stops when nothing better exists, when the budget is used, or when the context
// ends, and then says for each term how good a roster could be at most.
//
// The error is that of Validate. A problem that cannot be covered is no error:
// the solution says which slots are open, why, and what would help.
func Solve(ctx context.Context, p *Problem, o Options) (*Solution, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if o.Budget <= 0 {
		o.Budget = BudgetFor(10 * time.Second)
	}
	search := o.Search
	if search == nil {
		search = ctx
	}
	s := newSolver(search, p, o)
	s.firstPass()
	s.refine()
	sol := s.solution()
	if o.Certificate {
		sol.Certificate = s.certificate(sol)
	}
	conflicts, remedies, team := explain(ctx, p, sol.Assignment, uint64(o.Seed), o.Budget/4)
	sol.Conflicts = append(sol.Conflicts, conflicts...)
	sol.Remedies = append(sol.Remedies, remedies...)
	sol.Team = team
	return sol, nil
}

type solver struct {
	p     *Problem
	o     Options
	comps []*component
}

func newSolver(ctx context.Context, p *Problem, o Options) *solver {
	s := &solver{p: p, o: o}
	models := compile(p)
	size := 0
	for _, md := range models {
		size += len(md.slots) + 1
	}
	// Explaining what is uncovered has a budget of its own.
	budget := float64(o.Budget) * 0.8
	for i, md := range models {
		mt := &meter{ctx: ctx, limit: int64(budget * float64(len(md.slots)+1) / float64(size))}
		c := newComponent(md, p.Order, uint64(o.Seed)*1_000_003+uint64(i), mt)
		c.noting = o.Certificate
		s.comps = append(s.comps, c)
	}
	return s
}

// each runs f for every one of the components, as many at a time as there are
// processors.
func (s *solver) each(comps []*component, stage string, f func(c *component)) {
	gate := make(chan struct{}, max(1, runtime.GOMAXPROCS(0)))
	var wg sync.WaitGroup
	for _, c := range comps {
		gate <- struct{}{}
		wg.Go(func() {
			f(c)
			<-gate
		})
	}
	wg.Wait()
	s.report(stage)
}

func (s *solver) report(stage string) {
	if s.o.Progress == nil {
		return
	}
	used, limit := int64(0), int64(0)
	for _, c := range s.comps {
		used, limit = used+c.meter.used, limit+c.meter.limit
	}
	s.o.Progress(Progress{Stage: stage, Terms: s.terms(), Share: min(1, float64(used)/float64(max(1, limit)))})
}

// firstPass settles the terms in order, each within a share of the budget.
func (s *solver) firstPass() {
	for k, term := range s.p.Order {
		slack := s.slack()
		share := func(c *component) int64 { return c.meter.left() / int64(len(s.p.Order)+2-k) }
		if term == TermMaxDev && len(s.comps) > 1 {
			s.settleMaxDev(k)
			continue
		}
		s.each(s.comps, term, func(c *component) {
			if c.inPieces() && slices.Contains(s.p.Order[:max(k-1, 0)], TermMaxDev) {
				return // refine takes all of what follows together
			}
			c.meter.within(share(c), func() { c.settle(k, slack) })
			if term == TermMaxDev && c.value(k) > c.least[k] && c.pricesFast() {
				// What follows would be bounded anew when this came down later.
				c.meter.within(c.meter.left()/2, func() { c.pursue(k, slack) })
			}
		})
	}
}

// settleMaxDev brings down the largest deviation of all components: only the
// worst one counts, and what it has reached is free for the others. What one of
// them must have is free for all from the beginning.
func (s *solver) settleMaxDev(k int) {
	slack := s.slack()
	floor := int64(0)
	// A slow machine may not get far: something fair to all comes first.
	s.each(s.comps, TermMaxDev, func(c *component) { c.improve(k) })
	for _, c := range s.comps {
		c.least[k] = max(c.least[k], min(floor, c.value(k)))
		settled, _ := c.settled(k, slack)
		c.meter.within(c.meter.left()/3, func() { c.raiseByPools(settled, k) })
		floor = max(floor, c.least[k])
	}
	s.setFloor(floor)
	for _, c := range s.comps {
		c.least[k] = floor
	}
	s.each(s.comps, TermMaxDev, func(c *component) {
		c.meter.within(c.meter.left()/2, func() { c.settleQuickly(k) })
	})
	for {
		worst, tired := s.worst(k)
		if worst[0].value(k) == worst[0].least[k] || tired {
			break
		}
		s.each(worst, TermMaxDev, func(c *component) {
			c.meter.within(c.meter.left()/3, func() {
				if c.inPieces() {
					c.settleQuickly(k)
				} else {
					c.settle(k, slack)
				}
			})
		})
	}
	for _, c := range s.comps {
		floor = max(floor, c.value(k))
	}
	s.setFloor(floor)
}

// worst returns the components with the greatest value of term k, and whether
// one of them has little of its budget or no time left.
func (s *solver) worst(k int) (worst []*component, tired bool) {
	for _, c := range s.comps {
		if len(worst) > 0 && c.value(k) > worst[0].value(k) {
			worst, tired = nil, false
		}
		if len(worst) == 0 || c.value(k) == worst[0].value(k) {
			worst = append(worst, c)
			tired = tired || c.meter.spent() || c.meter.left() < c.meter.limit/5
		}
	}
	return worst, tired
}

func (s *solver) setFloor(v int64) {
	for _, c := range s.comps {
		c.setFloor(v)
	}
}

// refine spends what is left of the budget on the terms that are not proven.
func (s *solver) refine() {
	slack := s.slack()
	alone := len(s.comps) == 1
	s.each(s.comps, "", func(c *component) { c.refine(slack, alone, func() { s.progress(c, alone) }) })
}

// progress reports from within a component; only one that is alone knows all
// the terms.
func (s *solver) progress(c *component, alone bool) {
	if alone {
		s.report(c.at)
	}
}

// slack returns per term what the unproven part of all components leaves open:
// a bound for one component must allow that another gives up that much.
func (s *solver) slack() []int64 {
	slack := make([]int64, len(s.p.Order))
	if len(s.comps) == 1 {
		return slack
	}
	for k, term := range s.p.Order {
		if term == TermMaxDev {
			continue
		}
		for _, c := range s.comps {
			if c.value(k) < math.MaxInt64/4 {
				slack[k] += max(0, c.value(k)-c.least[k])
			}
		}
	}
	return slack
}

// terms returns the terms of the best roster so far with their bounds.
func (s *solver) terms() []Term {
	terms := make([]Term, len(s.p.Order))
	proven := true
	for k, t := range s.p.Order {
		terms[k].Term = t
		for _, c := range s.comps {
			v, b := c.value(k), min(c.least[k], c.value(k))
			if t == TermMaxDev {
				// A component that came below the floor counts as it is.
				v = c.search.maxDev()
				terms[k].Value, terms[k].Bound = max(terms[k].Value, v), max(terms[k].Bound, min(b, v))
			} else {
				terms[k].Value, terms[k].Bound = terms[k].Value+v, terms[k].Bound+b
			}
		}
		proven = proven && terms[k].Bound == terms[k].Value
		terms[k].Proven = proven
	}
	return terms
}

func (s *solver) solution() *Solution {
	sol := &Solution{
		Format: SolutionFormat, Instance: s.p.Name, Assignment: Assignment{}, Terms: s.terms(),
		Conflicts: []Conflict{}, Remedies: []Remedy{}, Seed: s.o.Seed,
	}
	for _, c := range s.comps {
		for i := range c.md.slots {
			id := c.md.slots[i].id
			sol.Assignment[id] = nil
			if m := c.search.best[i]; m != none {
				sol.Assignment[id] = &s.p.Members[c.md.members[m].orig].ID
			}
		}
	}
	return sol
}
