package roster

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestConflictsAgainstBruteForce draws thousands of tiny problems and tries
// every assignment: a conflict is right when its slots cannot be covered under
// its reasons alone, and minimal when they can without any one slot or reason.
func TestConflictsAgainstBruteForce(t *testing.T) {
	n := 3000
	if testing.Short() {
		n = 300
	}
	shown := 0
	for seed := range n {
		p := tiny(rand.New(rand.NewPCG(uint64(seed), 1)))
		if p.Validate() != nil {
			continue // pins that contradict the rules
		}
		least, best := leastUncovered(p)
		conflicts, _, _ := explain(context.Background(), p, best, 1, 40_000)
		if (least > 0) != (len(conflicts) > 0) {
			t.Errorf("seed %d: %d slots must stay open and there are %d conflicts", seed, least, len(conflicts))
		}
		for _, c := range conflicts {
			shown++
			if why := judge(p, c); why != "" {
				t.Errorf("seed %d: conflict %v %v: %s", seed, c.Slots, c.Reasons, why)
			}
		}
	}
	t.Logf("%d problems, %d conflicts", n, shown)
}

// judge says what is wrong with a conflict; empty when nothing is.
func judge(p *Problem, c Conflict) string {
	if can(p, c.Slots, c.Reasons) {
		return "can be covered"
	}
	for i := range c.Slots {
		if !can(p, slices.Delete(slices.Clone(c.Slots), i, i+1), c.Reasons) {
			return "does not need slot " + c.Slots[i]
		}
	}
	for i := range c.Reasons {
		if !can(p, c.Slots, slices.Delete(slices.Clone(c.Reasons), i, i+1)) {
			return "does not need " + c.Reasons[i]
		}
	}
	return ""
}

// can says by trying everything whether the slots can be covered with only the
// reasons in force.
func can(p *Problem, slots, reasons []string) bool {
	q, a := relaxed(p, reasons)
	var open []string
	for _, s := range slots {
		if a[s] == nil {
			open = append(open, s)
		}
	}
	return deal(q, a, open, slices.Contains(reasons, "min_gap"), func() bool { return true })
}

// deal tries every member on every open slot, and calls done with each
// assignment that keeps the rules until one says true.
func deal(p *Problem, a Assignment, open []string, rest bool, done func() bool) bool {
	if !keeps(p, a, rest) {
		return false
	}
	if len(open) == 0 {
		return done()
	}
	for i := range p.Members {
		a[open[0]] = &p.Members[i].ID
		if deal(p, a, open[1:], rest, done) {
			return true
		}
	}
	a[open[0]] = nil
	return false
}

// keeps evaluates an assignment; without rest, shifts of members without a rest
// of their own may overlap.
func keeps(p *Problem, a Assignment, rest bool) bool {
	e, err := Evaluate(p, a)
	if err != nil {
		panic(err)
	}
	own := map[string]bool{}
	for _, m := range p.Members {
		own[m.ID] = m.Limits != nil && m.Limits.MinGap > 0
	}
	for _, v := range e.Violations {
		who, _, _ := strings.Cut(v, " ")
		if rest || own[who] || !strings.HasSuffix(v, "s apart") {
			return false
		}
	}
	return true
}

// relaxed returns the problem with only the reasons in force, and the pins among
// them as an assignment.
func relaxed(p *Problem, reasons []string) (*Problem, Assignment) {
	on := func(format string, args ...any) bool { return slices.Contains(reasons, fmt.Sprintf(format, args...)) }
	q := *p
	a := Assignment{}
	q.Pinned, q.History, q.Rules = nil, nil, Rules{}
	for _, pin := range p.Pinned {
		if on("pin:%s", pin.Slot) {
			q.Pinned = append(q.Pinned, pin)
			a[pin.Slot] = &pin.Member
		}
	}
	if on("history") {
		q.History = p.History
	}
	if on("min_gap") {
		q.Rules.MinGap = p.Rules.MinGap
	}
	for k, w := range p.Rules.Windows {
		if on("window:%d", k) {
			q.Rules.Windows = append(q.Rules.Windows, w)
		}
	}
	for k, c := range p.Rules.Counts {
		if on("count:%d", k) {
			q.Rules.Counts = append(q.Rules.Counts, c)
		}
	}
	q.Slots = slices.Clone(p.Slots)
	var layers []string
	for i := range q.Slots {
		s := &q.Slots[i]
		if !on("layer:%s", s.Layer) {
			layers = append(layers, s.Layer)
		}
		s.Skills = slices.DeleteFunc(slices.Clone(s.Skills), func(k string) bool { return !on("skill:%s", k) })
	}
	q.Members = slices.Clone(p.Members)
	for i := range q.Members {
		m := &q.Members[i]
		m.Layers = append(slices.Clone(m.Layers), layers...)
		if !on("presence:%s", m.ID) {
			m.From, m.Until = nil, nil
		}
		if !on("limit:%s", m.ID) {
			m.Limits = nil
		}
		m.Unavailable = nil
		for k, u := range p.Members[i].Unavailable {
			if on("absence:%s:%d", m.ID, k) {
				m.Unavailable = append(m.Unavailable, u)
			}
		}
	}
	return &q, a
}

// leastUncovered finds a roster with the fewest open slots by trying all.
func leastUncovered(p *Problem) (int64, Assignment) {
	a := Assignment{}
	fixed := map[string]bool{}
	for _, pin := range p.Pinned {
		a[pin.Slot] = &pin.Member
		fixed[pin.Slot] = true
	}
	best, kept := int64(len(p.Slots)+1), Assignment{}
	var try func(i int, open int64)
	try = func(i int, open int64) {
		if open >= best || !keeps(p, a, true) {
			return
		}
		if i == len(p.Slots) {
			best, kept = open, maps.Clone(a)
			return
		}
		id := p.Slots[i].ID
		if fixed[id] {
			try(i+1, open)
			return
		}
		for m := range p.Members {
			a[id] = &p.Members[m].ID
			try(i+1, open)
		}
		a[id] = nil
		try(i+1, open+1)
	}
	try(0, 0)
	return best, kept
}

// tiny draws a problem of a few slots and members with every kind of rule.
func tiny(r *rand.Rand) *Problem {
	const day = 86_400
	p := &Problem{Format: Format, Name: "tiny", TZ: "UTC", Order: []string{TermUncovered}}
	p.Horizon = Span{Start: 0, End: 40 * day}
	step := int64(1+r.IntN(3)) * day
	layers := []string{"red", "blue"}[:1+r.IntN(2)]
	skills := []string{"db", "net"}
	at := int64(0)
	for i := range 2 + r.IntN(5) {
		s := Slot{ID: fmt.Sprintf("s%d", i), Layer: layers[r.IntN(len(layers))], Pool: "p", Weight: 1}
		s.Start = at
		s.End = s.Start + step*int64(1+r.IntN(4)/3)
		s.NStart, s.NEnd = s.Start+7200, s.End+7200
		if r.IntN(4) == 0 {
			s.Skills = skills[:1+r.IntN(2)]
		}
		if r.IntN(3) > 0 {
			s.Marks = map[string][]int64{"weekend": {s.NStart / (3 * day) * 3 * day}}
		}
		if r.IntN(4) > 0 {
			at += step
		}
		p.Slots = append(p.Slots, s)
	}
	for i := range 1 + r.IntN(4) {
		p.Members = append(p.Members, tinyMember(r, i, layers, skills, at, step))
	}
	p.Rules.MinGap = int64(r.IntN(3)) * step / 2
	for range r.IntN(3) {
		w := step * int64(2+r.IntN(4))
		p.Rules.Windows = append(p.Rules.Windows, Window{Length: w, Max: step * int64(1+r.IntN(3))})
	}
	if r.IntN(4) == 0 {
		p.Rules.Counts = append(p.Rules.Counts, Count{Mark: "weekend", Length: 9 * day, Max: int64(1 + r.IntN(2))})
	}
	for range r.IntN(3) {
		start := -step * int64(1+r.IntN(4))
		h := Past{Member: p.Members[r.IntN(len(p.Members))].ID, Layer: layers[0], Start: start, End: start + step}
		h.NStart, h.NEnd = h.Start+7200, h.End+7200
		if !slices.ContainsFunc(p.History, func(g Past) bool { return g.Member == h.Member && g.Start == h.Start }) {
			p.History = append(p.History, h)
		}
	}
	for range max(0, r.IntN(5)-2) {
		p.Pinned = append(p.Pinned, Pin{
			Slot: p.Slots[r.IntN(len(p.Slots))].ID, Member: p.Members[r.IntN(len(p.Members))].ID})
	}
	return p
}

func tinyMember(r *rand.Rand, i int, layers, skills []string, last, step int64) Member {
	m := Member{ID: string(rune('A' + i)), Capacity: map[string]int64{"p": 1}}
	for _, l := range layers {
		if r.IntN(5) > 0 {
			m.Layers = append(m.Layers, l)
		}
	}
	for _, k := range skills {
		if r.IntN(2) > 0 {
			m.Skills = append(m.Skills, k)
		}
	}
	for range r.IntN(3) {
		a := r.Int64N(last + step)
		m.Unavailable = append(m.Unavailable, [2]int64{a, a + step})
	}
	if r.IntN(6) == 0 {
		from := r.Int64N(last + 1)
		m.From = &from
	}
	if r.IntN(6) == 0 {
		until := last + step - r.Int64N(last+1)
		if m.From == nil || until > *m.From {
			m.Until = &until
		}
	}
	if r.IntN(6) == 0 {
		m.Limits = &Rules{MinGap: int64(r.IntN(2)) * step, Windows: []Window{{Length: 4 * step, Max: step * int64(1+r.IntN(2))}}}
	}
	if r.IntN(6) == 0 {
		at := 7200 + step*int64(1+r.IntN(4))
		m.Limits = &Rules{
			Rests:   []Rest{{MinGap: step, During: During{From: at}}},
			Windows: []Window{{Length: 4 * step, Max: step, During: During{Until: at}}, {Length: 3 * step, Max: 2 * step, During: During{From: at}}},
		}
	}
	return m
}
