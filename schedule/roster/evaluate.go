package roster

import (
	"cmp"
	"fmt"
	"maps"
	"math/big"
	"slices"
)

// An Assignment maps slots to members. A slot that is missing or nil is
// uncovered.
type Assignment map[string]*string

// An Evaluation is what an assignment is worth.
type Evaluation struct {
	Terms      map[string]int64 // every term, also those the problem does not order by
	Load       map[string]int64 // points held, without what was carried over
	Target     map[string]int64 // fair share, milli-points
	Deviation  map[string]int64 // 1000·(carried over + held) − target, milli-points
	Violations []string         // hard rules broken, each in a sentence; none for a valid roster
}

// Evaluate measures an assignment straight from the definitions and shares no
// code with the search, so that each can be tested against the other. It
// returns an error when the assignment names a slot or member that the problem
// does not have.
func Evaluate(p *Problem, a Assignment) (*Evaluation, error) {
	ev := evaluator{p: p, held: map[string][]shift{}}
	if err := ev.load(a); err != nil {
		return nil, err
	}
	e := &Evaluation{
		Terms: map[string]int64{}, Load: map[string]int64{},
		Target: map[string]int64{}, Deviation: map[string]int64{},
	}
	targets := shares(p)
	for i := range p.Members {
		m := &p.Members[i]
		e.Target[m.ID] = targets[i]
		ev.member(e, m)
	}
	for _, pin := range p.Pinned {
		if got := a[pin.Slot]; got == nil || *got != pin.Member {
			e.Violations = append(e.Violations, fmt.Sprintf("slot %s is not with %s, to whom it is pinned", pin.Slot, pin.Member))
		}
	}
	for i := range p.Slots {
		if a[p.Slots[i].ID] == nil {
			e.Terms[TermUncovered]++
		}
	}
	for id, m := range p.Baseline {
		if m != nil && (a[id] == nil || *a[id] != *m) {
			e.Terms[TermChanges]++
		}
	}
	return e, nil
}

// A shift is a slot held in the plan, or one of the past.
type shift struct {
	id           string
	start, end   int64
	nstart, nend int64
	marks        map[string][]int64
	slot         *Slot // nil for the past
}

type evaluator struct {
	p    *Problem
	held map[string][]shift
}

func (ev *evaluator) load(a Assignment) error {
	ids := map[string]bool{}
	for i := range ev.p.Members {
		ids[ev.p.Members[i].ID] = true
	}
	seen := 0
	for i := range ev.p.Slots {
		s := &ev.p.Slots[i]
		m, ok := a[s.ID]
		if ok {
			seen++
		}
		if m == nil {
			continue
		}
		if !ids[*m] {
			return fmt.Errorf("slot %s: there is no member %q", s.ID, *m)
		}
		ev.held[*m] = append(ev.held[*m], shift{s.ID, s.Start, s.End, s.NStart, s.NEnd, s.Marks, s})
	}
	if seen != len(a) {
		return fmt.Errorf("the assignment names a slot that the problem does not have")
	}
	for k, h := range ev.p.History {
		ev.held[h.Member] = append(ev.held[h.Member], shift{fmt.Sprintf("history[%d]", k), h.Start, h.End, h.NStart, h.NEnd, h.Marks, nil})
	}
	return nil
}

func (ev *evaluator) member(e *Evaluation, m *Member) {
	bad := func(format string, args ...any) {
		e.Violations = append(e.Violations, fmt.Sprintf(format, args...))
	}
	mine := ev.held[m.ID]
	slices.SortFunc(mine, func(x, y shift) int {
		return cmp.Or(cmp.Compare(x.start, y.start), cmp.Compare(x.end, y.end), cmp.Compare(x.id, y.id))
	})
	for _, x := range mine {
		if x.slot == nil {
			continue
		}
		for _, why := range unfit(m, x.slot) {
			bad("%s cannot hold %s: %s", m.ID, x.id, why)
		}
		e.Load[m.ID] += x.slot.weightFor(m.ID)
		for _, w := range m.Avoid {
			if x.start < w[1] && w[0] < x.end {
				e.Terms[TermPref] += w[2]
			}
		}
	}
	ev.rest(m, mine, bad)
	for _, r := range m.rules(ev.p) {
		for _, w := range r.Windows {
			if at, used, ok := overfull(mine, w); !ok {
				bad("%s is on call for %d s in the %d s from nominal %d; at most %d", m.ID, used, w.Length, at, w.Max)
			}
		}
		for _, c := range r.Counts {
			if at, used, ok := overcount(mine, c); !ok {
				bad("%s has %d of kind %s in the %d s from nominal %d; at most %d", m.ID, used, c.Mark, c.Length, at, c.Max)
			}
		}
	}
	e.Terms[TermExtra] += extraMarks(mine, m.Parts)
	e.Terms[TermSpacing] += spacing(mine, ev.p.Rules.SoftGap)
	d := 1000*(m.Prior+e.Load[m.ID]) - e.Target[m.ID]
	e.Deviation[m.ID] = d
	e.Terms[TermMaxDev] = max(e.Terms[TermMaxDev], abs(d))
	e.Terms[TermSumDev] += abs(d)
}

// rest checks that two shifts of one member leave the rest between them.
func (ev *evaluator) rest(m *Member, mine []shift, bad func(string, ...any)) {
	gap := m.minGap(ev.p)
	for i, x := range mine {
		for _, y := range mine[i+1:] {
			if (x.slot != nil || y.slot != nil) && y.start < x.end+gap {
				bad("%s has %s and %s less than %d s apart", m.ID, x.id, y.id, gap)
			} else if m.Limits != nil && tooClose(&x, &y, m.Limits.Rests) {
				bad("%s has %s and %s closer than the rest of that time allows", m.ID, x.id, y.id)
			}
		}
	}
}

// unfit lists why a member cannot hold a slot at all.
func unfit(m *Member, s *Slot) []string {
	var why []string
	if !slices.Contains(m.Layers, s.Layer) {
		why = append(why, "not in layer "+s.Layer)
	}
	for _, k := range s.Skills {
		if !slices.Contains(m.Skills, k) {
			why = append(why, "lacks the skill "+k)
		}
	}
	if m.From != nil && s.Start < *m.From || m.Until != nil && s.End > *m.Until {
		why = append(why, "not a member for all of it")
	}
	for _, u := range m.Unavailable {
		if s.Start < u[1] && u[0] < s.End {
			why = append(why, "absent")
		}
	}
	return why
}

// rules returns the common rules and the member's own.
func (m *Member) rules(p *Problem) []*Rules {
	if m.Limits == nil {
		return []*Rules{&p.Rules}
	}
	return []*Rules{&p.Rules, m.Limits}
}

// minGap returns the rest the member needs, in real seconds.
func (m *Member) minGap(p *Problem) int64 {
	if m.Limits == nil {
		return p.Rules.MinGap
	}
	return max(p.Rules.MinGap, m.Limits.MinGap)
}

// weightFor returns what the slot weighs for a member, in points.
func (s *Slot) weightFor(member string) int64 {
	if w, ok := s.Weights[member]; ok {
		return w
	}
	return s.Weight
}

// overfull finds the first stretch in which the shifts exceed the window rule;
// a stretch that only the past fills does not count. The clipped length as a
// function of the stretch's start is piecewise linear with its peaks where the
// stretch begins with a shift or ends with one.
func overfull(mine []shift, w Window) (at, used int64, ok bool) {
	full := func(t int64) bool {
		if !w.has(t) {
			return false
		}
		planned := false
		used = 0
		for _, y := range mine {
			if c := min(y.nend, t+w.Length) - max(y.nstart, t); c > 0 {
				used += c
				planned = planned || y.slot != nil
			}
		}
		return used > w.Max && planned
	}
	for _, x := range mine {
		for _, t := range [2]int64{x.nstart, x.nend - w.Length} {
			if full(t) {
				return t, used, false
			}
		}
	}
	for _, t := range w.ends() {
		if full(t) {
			return t, used, false
		}
	}
	return 0, 0, true
}

// tooClose says whether two shifts, not both of the past, break a rest of some time.
func tooClose(x, y *shift, rests []Rest) bool {
	if y.start < x.start {
		x, y = y, x
	}
	for _, r := range rests {
		if (x.slot != nil || y.slot != nil) && r.has(y.nstart) && y.start < x.end+r.MinGap {
			return true
		}
	}
	return false
}

// overcount finds the first stretch that carries too many different marks; a
// stretch whose marks are all of the past does not count.
func overcount(mine []shift, c Count) (at, used int64, ok bool) {
	planned := map[int64]bool{}
	for _, x := range mine {
		for _, k := range x.marks[c.Mark] {
			planned[k] = planned[k] || x.slot != nil
		}
	}
	keys := slices.Sorted(maps.Keys(planned))
	for _, t := range append(c.ends(), keys...) {
		if !c.has(t) {
			continue
		}
		n, now := int64(0), false
		for _, k := range keys {
			if k >= t && k < t+c.Length {
				n++
				now = now || planned[k]
			}
		}
		if n > c.Max && now {
			return t, n, false
		}
	}
	return 0, 0, true
}

// spacing counts the pairs of shifts, not both of the past, of which the later
// starts less than gap nominal seconds after the earlier ends.
func spacing(mine []shift, gap int64) int64 {
	byWall := slices.Clone(mine)
	slices.SortFunc(byWall, func(x, y shift) int {
		return cmp.Or(cmp.Compare(x.nstart, y.nstart), cmp.Compare(x.nend, y.nend), cmp.Compare(x.id, y.id))
	})
	n := int64(0)
	for i, x := range byWall {
		for _, y := range byWall[i+1:] {
			if (x.slot != nil || y.slot != nil) && y.nstart-x.nend < gap {
				n++
			}
		}
	}
	return n
}

// shares returns each member's fair share in milli-points: every pool's weight,
// covered or not, in proportion to capacity times presence in the horizon,
// rounded half up pool by pool. Absence does not lower it.
func shares(p *Problem) []int64 {
	total, denom := map[string]int64{}, map[string]*big.Int{}
	for i := range p.Slots {
		total[p.Slots[i].Pool] += p.Slots[i].Weight
	}
	part := func(m *Member, pool string) *big.Int {
		a, b := p.Horizon.Start, p.Horizon.End
		if m.From != nil {
			a = max(a, *m.From)
		}
		if m.Until != nil {
			b = min(b, *m.Until)
		}
		return new(big.Int).Mul(big.NewInt(m.Capacity[pool]), big.NewInt(max(0, b-a)))
	}
	for i := range p.Members {
		for pool := range p.Members[i].Capacity {
			if denom[pool] == nil {
				denom[pool] = new(big.Int)
			}
			denom[pool].Add(denom[pool], part(&p.Members[i], pool))
		}
	}
	out := make([]int64, len(p.Members))
	for i := range p.Members {
		for pool := range p.Members[i].Capacity {
			if d := denom[pool]; d.Sign() > 0 {
				// round(x/d) half up is floor((2x+d)/2d)
				x := part(&p.Members[i], pool)
				x.Mul(x, big.NewInt(2000*total[pool])).Add(x, d)
				out[i] += x.Div(x, new(big.Int).Lsh(d, 1)).Int64()
			}
		}
	}
	return out
}

func abs(x int64) int64 {
	if x < 0 {
		return -x
	}
	return x
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
