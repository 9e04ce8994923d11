package roster

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestRemediesAgainstBruteForce makes every proposed change to tiny problems and
// tries every assignment of the changed problem.
func TestRemediesAgainstBruteForce(t *testing.T) {
	n := 600
	if testing.Short() {
		n = 60
	}
	kinds := map[string]int{}
	for seed := range n {
		p := tiny(rand.New(rand.NewPCG(uint64(seed), 2)))
		if p.Validate() != nil {
			continue
		}
		least, best := leastUncovered(p)
		_, remedies, team := explain(context.Background(), p, best, 1, 4_000_000)
		if (least > 0) != (team != nil) {
			t.Errorf("seed %d: %d open and team size %v", seed, least, team)
		}
		for i, r := range remedies {
			kind, _, _ := strings.Cut(r.Change, ":")
			kinds[kind]++
			got, _ := leastUncovered(changed(p, r.Change))
			if int(got) != r.Uncovered || int64(r.Uncovered) >= least {
				t.Errorf("seed %d: %q leaves %d of %d open, said %d", seed, r.Change, got, least, r.Uncovered)
			}
			if i > 0 && remedies[i-1].Uncovered > r.Uncovered {
				t.Errorf("seed %d: %q comes before %q", seed, remedies[i-1].Change, r.Change)
			}
		}
		if len(remedies) > 8 {
			t.Errorf("seed %d: %d remedies", seed, len(remedies))
		}
		if team != nil && team.People > 0 {
			judgeTeam(t, seed, p, *team)
		}
	}
	t.Log(kinds)
	for _, k := range []string{"people", "window", "count", "min_gap", "absence", "presence", "limit", "skill", "layer", "pin"} {
		if kinds[k] == 0 && !testing.Short() {
			t.Errorf("no remedy of kind %s was ever proposed; the test shows nothing for it: %v", k, kinds)
		}
	}
}

// judgeTeam checks that a team covers everything and that one fewer does not,
// unless the words leave that open.
func judgeTeam(t *testing.T, seed int, p *Problem, team TeamSize) {
	t.Helper()
	if team.People != len(p.Members)+team.Extra || team.Extra < 1 {
		t.Errorf("seed %d: %+v for %d members", seed, team, len(p.Members))
	}
	if n, _ := leastUncovered(changed(p, fmt.Sprintf("people:+%d", team.Extra))); n > 0 {
		t.Errorf("seed %d: %d more people leave %d open", seed, team.Extra, n)
	}
	n, _ := leastUncovered(changed(p, fmt.Sprintf("people:+%d", team.Extra-1)))
	if fewer := strings.Contains(team.Text, "fewer may do"); n == 0 && !fewer {
		t.Errorf("seed %d: %d more people are enough; %+v", seed, team.Extra-1, team)
	}
}

// changed makes a change, or several, to a copy of a problem.
func changed(p *Problem, change string) *Problem {
	q := *p
	q.Members, q.Rules.Windows, q.Rules.Counts = slices.Clone(p.Members), slices.Clone(p.Rules.Windows), slices.Clone(p.Rules.Counts)
	for one := range strings.FieldsSeq(change) {
		f := strings.Split(one, ":")
		number := func(s string) int64 {
			_, s, _ = strings.Cut(s, "=")
			n, err := strconv.ParseInt(s, 10, 64)
			if err != nil {
				panic(change)
			}
			return n
		}
		who := func(id string) *Member {
			return &q.Members[slices.IndexFunc(q.Members, func(m Member) bool { return m.ID == id })]
		}
		switch f[0] {
		case "people":
			for k := range number("=" + f[1]) {
				q.Members = append(q.Members, Member{ID: fmt.Sprintf("new%d", k), Layers: []string{"red", "blue"}, Skills: []string{"db", "net"}})
			}
		case "window":
			if k := number("=" + f[1]); strings.HasPrefix(f[2], "max") {
				q.Rules.Windows[k].Max = number(f[2])
			} else {
				q.Rules.Windows[k].Length = number(f[2])
			}
		case "count":
			q.Rules.Counts[number("="+f[1])].Max = number(f[2])
		case "min_gap":
			q.Rules.MinGap = number("=" + f[1])
		case "absence":
			k := int(number("=" + f[2]))
			who(f[1]).Unavailable = slices.Delete(slices.Clone(who(f[1]).Unavailable), k, k+1)
		case "presence":
			who(f[1]).From, who(f[1]).Until = nil, nil
		case "limit":
			who(f[1]).Limits = nil
		case "skill":
			who(f[2]).Skills = append(slices.Clone(who(f[2]).Skills), f[1])
		case "layer":
			who(f[2]).Layers = append(slices.Clone(who(f[2]).Layers), f[1])
		case "pin":
			q.Pinned = slices.DeleteFunc(slices.Clone(q.Pinned), func(x Pin) bool { return x.Slot == f[1] })
		default:
			panic(change)
		}
	}
	return &q
}

// Shifting a plan by whole weeks changes dates in words and nothing else.
func TestExplainShifted(t *testing.T) {
	const by = 3 * week
	for seed := range 200 {
		p := tiny(rand.New(rand.NewPCG(uint64(seed), 3)))
		if p.Validate() != nil {
			continue
		}
		_, best := leastUncovered(p)
		was, remedies, _ := explain(context.Background(), p, best, 1, 1_000_000)
		later(p, by)
		is, others, _ := explain(context.Background(), p, best, 1, 1_000_000)
		if len(was) != len(is) || len(remedies) != len(others) {
			t.Fatalf("seed %d: %v and %v, shifted %v and %v", seed, was, remedies, is, others)
		}
		for i := range was {
			if !slices.Equal(was[i].Slots, is[i].Slots) || !slices.Equal(was[i].Reasons, is[i].Reasons) {
				t.Errorf("seed %d: %v, shifted %v", seed, was[i], is[i])
			}
		}
		for i := range remedies {
			if remedies[i].Change != others[i].Change || remedies[i].Uncovered != others[i].Uncovered {
				t.Errorf("seed %d: %v, shifted %v", seed, remedies[i], others[i])
			}
		}
	}
}

// later shifts every time of a problem.
func later(p *Problem, by int64) {
	shift := func(marks map[string][]int64) {
		for _, days := range marks {
			for i := range days {
				days[i] += by
			}
		}
	}
	p.Horizon = Span{p.Horizon.Start + by, p.Horizon.End + by}
	for i := range p.Slots {
		s := &p.Slots[i]
		s.Start, s.End, s.NStart, s.NEnd = s.Start+by, s.End+by, s.NStart+by, s.NEnd+by
		shift(s.Marks)
	}
	for i := range p.History {
		h := &p.History[i]
		h.Start, h.End, h.NStart, h.NEnd = h.Start+by, h.End+by, h.NStart+by, h.NEnd+by
		shift(h.Marks)
	}
	for i := range p.Members {
		m := &p.Members[i]
		m.Limits = m.Limits.Later(by)
		for k := range m.Unavailable {
			m.Unavailable[k][0] += by
			m.Unavailable[k][1] += by
		}
		for _, at := range []*int64{m.From, m.Until} {
			if at != nil {
				*at += by
			}
		}
	}
}
