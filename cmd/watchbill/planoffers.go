package main

import (
	"fmt"
	"maps"
	"slices"

	"watchbill/schedule/roster"
)

// An offerDoc says what a few more changes to the published plan would gain: a
// plan that was made, with its largest deviation.
type offerDoc struct {
	Changes int        `json:"changes"` // more than the plan has
	Largest points     `json:"largest"`
	Gain    points     `json:"gain"` // less than the plan's largest deviation
	Moves   []offerDay `json:"moves"`
	Text    string     `json:"text"`
}

// An offerDay is a shift that would move.
type offerDay struct {
	ID  string `json:"id"`
	Was string `json:"was"` // in the plan
	Is  string `json:"is"`
}

const (
	mostMore = 4    // changes beyond what has to change
	leastWon = 1000 // milli-points for which an offer is worth reading
	mostSeen = 3000 // exchanges that are looked at for each, fewer in large plans
	mostWork = 1_500_000
)

// offers looks for a few shifts that, free to move as well, make the plan more
// even than the fewest changes do. Each is found by exchanging shifts and then
// made by solving again with those shifts free; it may come out better than the
// exchange.
// Solve returns nothing, and spent is true, when there is no time left.
func (pl *planning) offers(solution *roster.Solution, solve func(*roster.Problem) (*roster.Solution, error), spent func() bool) ([]offerDoc, error) {
	if pl.published == nil {
		return nil, nil
	}
	t := trader{p: pl.problem, a: maps.Clone(solution.Assignment), spent: spent}
	var out []offerDoc
	won := int64(leastWon) - 1
	for range mostMore {
		before := len(t.moved)
		if !t.exchange() || len(t.moved) > mostMore {
			break
		}
		if len(t.moved) == before || t.gain(solution) <= won {
			continue
		}
		q := *pl.problem
		q.Baseline = maps.Clone(q.Baseline)
		for _, id := range t.moved {
			delete(q.Baseline, id)
		}
		again, err := solve(&q)
		if err != nil {
			return nil, err
		}
		if again == nil {
			break
		}
		if o, ok := pl.offer(solution, again); ok && int64(o.Gain) > won {
			won = int64(o.Gain)
			out = append(out, o)
		}
	}
	return out, nil
}

// offer compares a plan in which more may change with the plan.
func (pl *planning) offer(plan, other *roster.Solution) (offerDoc, bool) {
	was, errWas := roster.Evaluate(pl.problem, plan.Assignment)
	is, errIs := roster.Evaluate(pl.problem, other.Assignment)
	if errWas != nil || errIs != nil || len(is.Violations) > 0 ||
		is.Terms[roster.TermUncovered] > was.Terms[roster.TermUncovered] || is.Terms[roster.TermExtra] > was.Terms[roster.TermExtra] {
		return offerDoc{}, false
	}
	o := offerDoc{
		Changes: int(is.Terms[roster.TermChanges] - was.Terms[roster.TermChanges]),
		Largest: points(is.Terms[roster.TermMaxDev]), Gain: points(was.Terms[roster.TermMaxDev] - is.Terms[roster.TermMaxDev]),
	}
	for i := range pl.open {
		id := string(pl.open[i].ID)
		if a, b := nameIn(plan.Assignment, id), nameIn(other.Assignment, id); a != b {
			o.Moves = append(o.Moves, offerDay{id, a, b})
		}
	}
	if o.Changes < 1 {
		return offerDoc{}, false
	}
	var moves []string
	for _, m := range o.Moves {
		moves = append(moves, fmt.Sprintf("%s from %s to %s", m.ID, orNobody(m.Was), orNobody(m.Is)))
	}
	o.Text = fmt.Sprintf("%s would make it %s more even, with a largest deviation of %s: %s",
		moreChanges(o.Changes), pointsOf(o.Gain), pointsOf(o.Largest), list(moves))
	return o, true
}

func nameIn(a roster.Assignment, slot string) string {
	if name := a[slot]; name != nil {
		return *name
	}
	return ""
}

func orNobody(name string) string {
	if name == "" {
		return "nobody"
	}
	return name
}

func moreChanges(n int) string {
	if n == 1 {
		return "1 more change"
	}
	return fmt.Sprintf("%d more changes", n)
}

// pointsOf writes points to one decimal place where they have any.
func pointsOf(p points) string {
	s := oneDecimal(p)
	if whole := s[:len(s)-2]; s[len(s)-1] == '0' {
		s = whole
	}
	if s == "1" {
		return "1 point"
	}
	return s + " points"
}

// A trader exchanges published shifts to bring the largest deviation down.
type trader struct {
	p     *roster.Problem
	a     roster.Assignment
	moved []string // published shifts that it took from who has them
	spent func() bool
}

// gain is by how much the largest deviation is below that of a plan.
func (t *trader) gain(plan *roster.Solution) int64 {
	was, err := roster.Evaluate(t.p, plan.Assignment)
	if err != nil {
		return 0
	}
	is, err := roster.Evaluate(t.p, t.a)
	if err != nil {
		return 0
	}
	return was.Terms[roster.TermMaxDev] - is.Terms[roster.TermMaxDev]
}

// exchange makes the best move of one shift, or swap of two, that concerns
// somebody with the largest deviation. It is false when none helps.
func (t *trader) exchange() bool {
	now, err := roster.Evaluate(t.p, t.a)
	if err != nil {
		return false
	}
	best, left := now, min(mostSeen, mostWork/(len(t.p.Slots)+len(t.p.Members)))
	var moves map[string]*string
	try := func(change map[string]*string) {
		if left--; left < 0 || t.spent() {
			return
		}
		a := maps.Clone(t.a)
		maps.Copy(a, change)
		e, err := roster.Evaluate(t.p, a)
		if err == nil && len(e.Violations) == 0 && better(e, best) {
			best, moves = e, change
		}
	}
	for _, worst := range t.worst(now) {
		t.candidates(worst, try)
	}
	for id, name := range moves {
		t.a[id] = name
		if !slices.Contains(t.moved, id) {
			t.moved = append(t.moved, id)
		}
	}
	slices.Sort(t.moved)
	return moves != nil
}

// worst lists who has the largest deviation.
func (t *trader) worst(e *roster.Evaluation) []string {
	var out []string
	for i := range t.p.Members {
		if d := e.Deviation[t.p.Members[i].ID]; max(d, -d) == e.Terms[roster.TermMaxDev] {
			out = append(out, t.p.Members[i].ID)
		}
	}
	return out
}

// candidates are all ways to give a shift of one member to another or the other
// way round, and to swap two.
func (t *trader) candidates(worst string, try func(map[string]*string)) {
	for i := range t.p.Slots {
		id := t.p.Slots[i].ID
		has := nameIn(t.a, id)
		if has == "" || t.p.Baseline[id] == nil {
			continue
		}
		if has != worst {
			try(map[string]*string{id: &worst})
			continue
		}
		for m := range t.p.Members {
			other := t.p.Members[m].ID
			if other == worst || !slices.Contains(t.p.Members[m].Layers, t.p.Slots[i].Layer) {
				continue
			}
			try(map[string]*string{id: &other})
			for j := range t.p.Slots {
				if back := t.p.Slots[j].ID; nameIn(t.a, back) == other && t.p.Baseline[back] != nil {
					try(map[string]*string{id: &other, back: &worst})
				}
			}
		}
	}
}

// better compares evenness where as much is covered and as few have more holidays
// than their part.
func better(e, than *roster.Evaluation) bool {
	for _, term := range []string{roster.TermUncovered, roster.TermExtra, roster.TermMaxDev, roster.TermSumDev} {
		if e.Terms[term] != than.Terms[term] {
			return e.Terms[term] < than.Terms[term]
		}
	}
	return false
}
