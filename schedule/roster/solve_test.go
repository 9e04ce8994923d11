package roster_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"watchbill/schedule/roster"

	"pgregory.net/rapid"
)

// tiny draws a problem small enough to try every assignment.
func tiny(t *rapid.T) *roster.Problem {
	seed := rapid.Uint64().Draw(t, "seed")
	rng := rand.New(rand.NewPCG(seed, 1))
	return randomProblem(rng, 2+rng.IntN(3), 3+rng.IntN(4))
}

const day = 86400

// randomProblem makes a problem of every kind of rule in small.
func randomProblem(rng *rand.Rand, members, slots int) *roster.Problem {
	p := &roster.Problem{
		Format: roster.Format, Name: "random", TZ: "UTC",
		Order: []string{roster.TermUncovered, roster.TermMaxDev, roster.TermSumDev, roster.TermPref, roster.TermSpacing},
		Rules: roster.Rules{MinGap: int64(rng.IntN(3)) * day / 2, SoftGap: int64(rng.IntN(4)) * day},
	}
	if rng.IntN(2) == 0 {
		p.Rules.Windows = append(p.Rules.Windows, roster.Window{Length: int64(2+rng.IntN(4)) * day, Max: int64(1+rng.IntN(2)) * day})
	}
	if rng.IntN(3) == 0 {
		p.Rules.Windows = append(p.Rules.Windows, roster.Window{Length: 7 * day, Max: 3*day + int64(rng.IntN(day))})
	}
	if rng.IntN(3) == 0 {
		p.Rules.Counts = []roster.Count{{Mark: "weekend", Length: 14 * day, Max: 1}}
	}
	layers := []string{"a", "b"}[:1+rng.IntN(2)]
	pools := []string{"p", "q"}[:1+rng.IntN(2)]
	at := int64(0)
	for i := range slots {
		s := roster.Slot{ID: fmt.Sprint("s", i), Layer: layers[rng.IntN(len(layers))], Pool: pools[rng.IntN(len(pools))], Start: at, End: at + day, Weight: int64(1+rng.IntN(3)) * 5}
		// Once in a while the clock changes inside a slot.
		s.NStart, s.NEnd = at+3600, at+3600+day
		if rng.IntN(6) == 0 {
			s.End += 3600
		}
		if rng.IntN(5) == 0 {
			s.Skills = []string{"db"}
		}
		if rng.IntN(3) == 0 {
			s.Marks = map[string][]int64{"weekend": {s.NStart / (2 * day) * 2 * day}}
		}
		if rng.IntN(8) == 0 {
			s.Weights = map[string]int64{"m0": int64(rng.IntN(4)) * 5}
		}
		if rng.IntN(3) > 0 {
			at = s.End
		}
		p.Slots = append(p.Slots, s)
	}
	p.Horizon = roster.Span{Start: 0, End: at + 2*day}
	for i := range members {
		m := roster.Member{ID: fmt.Sprint("m", i), Layers: layers, Capacity: map[string]int64{}}
		for _, pool := range pools {
			m.Capacity[pool] = int64(1+rng.IntN(2)) * 50
		}
		if rng.IntN(5) == 0 {
			m.Layers = layers[:1]
		}
		if rng.IntN(2) == 0 {
			m.Skills = []string{"db"}
		}
		if rng.IntN(3) == 0 {
			a := int64(rng.IntN(slots)) * day
			m.Unavailable = [][2]int64{{a, a + day*int64(1+rng.IntN(2))}}
		}
		if rng.IntN(3) == 0 {
			a := int64(rng.IntN(slots)) * day
			m.Avoid = [][3]int64{{a, a + day, int64(1 + rng.IntN(3))}}
		}
		if rng.IntN(5) == 0 {
			from := int64(rng.IntN(3)) * day
			m.From = &from
		}
		if rng.IntN(5) == 0 {
			m.Prior = int64(rng.IntN(5)-2) * 5
		}
		if rng.IntN(3) == 0 {
			m.Parts = map[string]int64{"weekend": int64(rng.IntN(2))}
		}
		if rng.IntN(6) == 0 {
			m.Limits = &roster.Rules{MinGap: day}
		}
		if rng.IntN(5) == 0 {
			m.Limits = changingLimits(rng, slots)
		}
		p.Members = append(p.Members, m)
	}
	if rng.IntN(3) == 0 {
		p.History = []roster.Past{{Member: "m0", Layer: "a", Start: -day, End: 0, NStart: 3600 - day, NEnd: 3600}}
	}
	if rng.IntN(4) == 0 { // what somebody has for good amid the plan, and perhaps but for a part
		at := int64(rng.IntN(slots)) * day
		length := day / int64(1+rng.IntN(3))
		p.History = append(p.History, roster.Past{Member: "m1", Layer: "b", Start: at, End: at + length, NStart: 3600 + at, NEnd: 3600 + at + length})
	}
	if rng.IntN(3) == 0 {
		p.Order = slices.Insert(p.Order, 1+rng.IntN(5), roster.TermExtra)
	}
	if rng.IntN(3) == 0 {
		p.Order = slices.Insert(p.Order, 1, roster.TermChanges)
		p.Baseline = roster.Baseline{}
		for _, s := range p.Slots {
			if m := rng.IntN(members + 1); m < members {
				p.Baseline[s.ID] = &p.Members[m].ID
			} else {
				p.Baseline[s.ID] = nil
			}
		}
	}
	return p
}

// changingLimits are limits of which some hold until a day and others from then on.
func changingLimits(rng *rand.Rand, days int) *roster.Rules {
	at := int64(1+rng.IntN(days))*day + int64(rng.IntN(2))*3600
	before, after := roster.During{Until: at}, roster.During{From: at}
	r := &roster.Rules{}
	for _, hold := range []roster.During{before, after} {
		switch rng.IntN(4) {
		case 0:
			r.Rests = append(r.Rests, roster.Rest{MinGap: day * int64(1+rng.IntN(2)), During: hold})
		case 1:
			r.Counts = append(r.Counts, roster.Count{Mark: "weekend", Length: 8 * day, Max: int64(rng.IntN(2)), During: hold})
		default:
			r.Windows = append(r.Windows, roster.Window{Length: int64(2+rng.IntN(4)) * day, Max: int64(1+rng.IntN(2)) * day, During: hold})
		}
	}
	return r
}

// bruteForce tries every assignment and returns the best vector.
func bruteForce(t *rapid.T, p *roster.Problem) []int64 {
	best, _ := tryAll(t, p)
	return best
}

// tryAll tries every assignment and returns the best with its vector.
func tryAll(t *rapid.T, p *roster.Problem) (best []int64, owners roster.Assignment) {
	a := roster.Assignment{}
	free := *p // of pins, which half an assignment breaks
	free.Pinned = nil
	pinned := map[string]string{}
	for _, pin := range p.Pinned {
		pinned[pin.Slot] = pin.Member
	}
	var try func(i int)
	try = func(i int) {
		e, err := roster.Evaluate(&free, a)
		if err != nil {
			t.Fatal(err)
		}
		if len(e.Violations) > 0 {
			return // a larger set of shifts breaks the same rule
		}
		if i == len(p.Slots) {
			if v := vector(p, e); best == nil || slices.Compare(v, best) < 0 {
				best, owners = v, maps.Clone(a)
			}
			return
		}
		pin, isPinned := pinned[p.Slots[i].ID]
		for m := range p.Members {
			if !isPinned || p.Members[m].ID == pin {
				a[p.Slots[i].ID] = &p.Members[m].ID
				try(i + 1)
			}
		}
		if !isPinned {
			a[p.Slots[i].ID] = nil
			try(i + 1)
		}
		delete(a, p.Slots[i].ID)
	}
	try(0)
	return best, owners
}

// No bound is above what the best roster has, even where the search has not yet
// found it.
func TestBoundsAreNeverTooHigh(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := tiny(t)
		best, owners := tryAll(t, p)
		for k, bound := range roster.Bounds(p, owners) {
			if bound > best[k] {
				t.Fatalf("order %v\nbest %v\n%s is said to be at least %d", p.Order, best, p.Order[k], bound)
			}
		}
	})
}

func vector(p *roster.Problem, e *roster.Evaluation) []int64 {
	v := make([]int64, len(p.Order))
	for k, term := range p.Order {
		v[k] = e.Terms[term]
	}
	return v
}

// solved solves a problem and checks what must hold of every solution.
func solved(t interface{ Fatalf(string, ...any) }, p *roster.Problem, o roster.Options) (*roster.Solution, []int64) {
	sol, err := roster.Solve(context.Background(), p, o)
	if err != nil {
		t.Fatalf("solve: %v", err)
	}
	e, err := roster.Evaluate(p, sol.Assignment)
	if err != nil {
		t.Fatalf("evaluate: %v", err)
	}
	if len(e.Violations) > 0 {
		t.Fatalf("hard rules are broken: %v", e.Violations)
	}
	v := vector(p, e)
	proven := true
	for k, term := range sol.Terms {
		if term.Term != p.Order[k] || term.Value != v[k] {
			t.Fatalf("term %d is printed as %+v, the roster has %s = %d", k, term, p.Order[k], v[k])
		}
		if term.Bound > term.Value {
			t.Fatalf("the bound of %+v is above its value", term)
		}
		proven = proven && term.Bound == term.Value
		if term.Proven != proven {
			t.Fatalf("%+v: proven should be %v", term, proven)
		}
	}
	return sol, v
}

func TestSolveMatchesBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := tiny(t)
		want := bruteForce(t, p)
		sol, got := solved(t, p, roster.Options{Budget: 2_000_000})
		if !slices.Equal(got, want) {
			t.Fatalf("order %v\n got %v\nwant %v", p.Order, got, want)
		}
		for k, term := range sol.Terms {
			if term.Bound > want[k] {
				t.Fatalf("%s: bound %d, but %d is possible", term.Term, term.Bound, want[k])
			}
		}
	})
}

func TestSolveIsTheSameForASeed(t *testing.T) {
	p := randomProblem(rand.New(rand.NewPCG(5, 1)), 6, 30)
	first, _ := solved(t, p, roster.Options{Seed: 7, Budget: 500_000})
	second, _ := solved(t, p, roster.Options{Seed: 7, Budget: 500_000})
	for id, m := range first.Assignment {
		n := second.Assignment[id]
		if (m == nil) != (n == nil) || m != nil && *m != *n {
			t.Errorf("slot %s differs between two runs", id)
		}
	}
}

// Names, order, and the week in which it all happens change nothing but ties.
func TestSolveDoesNotDependOnNamesOrderOrTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := tiny(t)
		_, want := solved(t, p, roster.Options{Budget: 2_000_000})
		_, got := solved(t, disguised(p), roster.Options{Budget: 2_000_000})
		if !slices.Equal(got, want) {
			t.Fatalf("order %v\n got %v\nwant %v", p.Order, got, want)
		}
	})
}

// disguised returns the problem with other names, in another order, weeks later
// and with every absence split in two.
func disguised(p *roster.Problem) *roster.Problem {
	const later = 20 * 7 * day
	q := *p
	name := func(id string) string { return "z" + id + "é" }
	q.Horizon.Start, q.Horizon.End = p.Horizon.Start+later, p.Horizon.End+later
	q.Members, q.Slots = slices.Clone(p.Members), slices.Clone(p.Slots)
	q.History, q.Baseline = slices.Clone(p.History), nil
	for i := range q.Members {
		m := &q.Members[i]
		m.ID = name(m.ID)
		m.Limits = m.Limits.Later(later)
		if m.From != nil {
			from := *m.From + later
			m.From = &from
		}
		var split [][2]int64
		for _, u := range m.Unavailable {
			mid := (u[0] + u[1]) / 2
			split = append(split, [2]int64{mid + later, u[1] + later}, [2]int64{u[0] + later, mid + later})
		}
		m.Unavailable = split
		m.Avoid = slices.Clone(m.Avoid)
		for k := range m.Avoid {
			m.Avoid[k][0] += later
			m.Avoid[k][1] += later
		}
	}
	for i := range q.Slots {
		s := &q.Slots[i]
		s.ID = name(s.ID)
		s.Start, s.End, s.NStart, s.NEnd = s.Start+later, s.End+later, s.NStart+later, s.NEnd+later
		if w, ok := s.Weights["m0"]; ok {
			s.Weights = map[string]int64{name("m0"): w}
		}
		if k, ok := s.Marks["weekend"]; ok {
			s.Marks = map[string][]int64{"weekend": {k[0] + later}}
		}
	}
	for i := range q.History {
		h := &q.History[i]
		h.Member = name(h.Member)
		h.Start, h.End, h.NStart, h.NEnd = h.Start+later, h.End+later, h.NStart+later, h.NEnd+later
	}
	if p.Baseline != nil {
		q.Baseline = roster.Baseline{}
		for id, m := range p.Baseline {
			q.Baseline[name(id)] = m
			if m != nil {
				who := name(*m)
				q.Baseline[name(id)] = &who
			}
		}
	}
	slices.Reverse(q.Members)
	slices.Reverse(q.Slots)
	return &q
}

// A context that has ended stops the search at any of its stages, also where
// several parts of the problem take turns.
func TestSolveStopsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for seed := range uint64(40) {
		p := randomProblem(rand.New(rand.NewPCG(seed, 1)), 5, 20)
		p.Members = append(p.Members, roster.Member{ID: "guest", Capacity: map[string]int64{"p": 1000}, Prior: int64(seed)})
		sol, err := roster.Solve(ctx, p, roster.Options{})
		if err != nil {
			t.Fatal(err)
		}
		e, err := roster.Evaluate(p, sol.Assignment)
		if err != nil || len(e.Violations) > 0 {
			t.Fatalf("after a cancelled solve: %v %v", err, e.Violations)
		}
	}
}

// Components whose largest deviation is not proven must not wait for each other
// once the time is up.
func TestSolveOfSeveralComponentsStopsWithTheContext(t *testing.T) {
	p := generated("two", 7, 1, 20, 7*day, roster.Window{Length: 21 * day, Max: 7 * day})
	other := generated("two", 9, 1, 20, 7*day, roster.Window{Length: 21 * day, Max: 7 * day})
	for i := range other.Members {
		m := other.Members[i]
		m.ID, m.Layers = "z"+m.ID, []string{"z"}
		p.Members = append(p.Members, m)
	}
	for i := range other.Slots {
		s := other.Slots[i]
		s.ID, s.Layer = "z"+s.ID, "z"
		p.Slots = append(p.Slots, s)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() {
		_, err := roster.Solve(ctx, p, roster.Options{Progress: func(roster.Progress) { cancel() }})
		done <- err
	}()
	select {
	case err := <-done:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(time.Minute):
		t.Fatal("the solver goes on although its context has ended")
	}
}
