package roster

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Remedy is one change that was tried: the problem with it was solved again,
// and Uncovered is how many slots of the whole plan stayed open.
//
// Change is one of
//
//	people:+2                  two more members who serve every layer, have every skill and are always there
//	window:0:window=1814400    rule rules.windows[0] with this window (seconds)
//	window:0:max=1209600       rule rules.windows[0] with this max (seconds)
//	count:0:max=3              rule rules.counts[0] with this max
//	min_gap:0                  rules.min_gap (seconds)
//	absence:Ana:1              Ana's unavailable[1] moved to where it does not matter, or dropped
//	presence:Ana               Ana joined early enough and stayed long enough
//	limit:Ana                  without Ana's own limits
//	skill:db:Ana               Ana with the skill db
//	layer:secondary:Ana        Ana in the layer secondary
//	pin:s12                    the pin of slot s12 given up
//
// or several of them with a space between, to be done together.
type Remedy struct {
	Change    string `json:"change"`
	Uncovered int    `json:"uncovered"`
	Text      string `json:"text"`
}

const (
	mostRemedies = 8
	mostOfAKind  = 3  // remedies that differ in the person only
	mostTried    = 12 // of each kind
)

// A measure is a remedy before it is tried.
type measure struct {
	key    string
	text   string                // what would be done; the effect is added
	effort int                   // the smaller, the easier for a manager
	cures  []reason              // conflicts without them stay
	apply  func(q *Problem) bool // false when the change does not concern the problem
	joins  []int                 // parts of the problem that it connects
	who    []int                 // the member who does
}

type remedist struct {
	f     *finder
	t     *trial
	cal   calendar
	least int // uncovered without any change
	count []int
	out   []proposal
}

type proposal struct {
	Remedy
	effort int
}

// remedies tries what could help, and sizes the team.
func (f *finder) remedies(seed uint64, work int64) ([]Remedy, *TeamSize) {
	if f.ctx.Err() != nil {
		return nil, nil
	}
	r := &remedist{f: f, t: f.newTrial(seed, work), cal: newCalendar(f.b.p)}
	r.least = r.t.total()
	r.count = make([]int, len(f.b.list))
	for _, c := range f.found {
		c.force.each(func(i int) { r.count[i]++ })
	}
	spare := r.t.work / 2
	r.t.work -= spare
	team := r.people()
	r.t.work += spare
	r.windows()
	r.gap()
	r.counts()
	for _, k := range []reasonKind{reasonPin, reasonAbsence, reasonPresence, reasonLimit} {
		r.single(k)
	}
	r.taught()
	return r.best(), team
}

// standing returns conflicts that have no slot in common and do not depend on
// some reasons, each as the ids of its slots: one slot of each stays open
// without these reasons.
func (f *finder) standing(without []reason) [][]string {
	used := map[int]bool{}
	var out [][]string
	for _, c := range f.found {
		if slices.ContainsFunc(without, func(r reason) bool { return c.force.has(f.b.ids[r]) }) ||
			slices.ContainsFunc(c.slots, func(s int) bool { return used[s] }) {
			continue
		}
		var ids []string
		for _, s := range c.slots {
			used[s] = true
			ids = append(ids, f.b.p.Slots[s].ID)
		}
		out = append(out, ids)
	}
	return out
}

// try solves the problem with a change, and keeps it when it helps.
func (r *remedist) try(c measure) (int, bool) {
	if r.t.spent() {
		return r.least, false
	}
	n, standing := 0, r.f.standing(c.cures)
	solve := func(part *Problem, least int) {
		q := *part
		q.Members = slices.Clone(q.Members)
		q.Rules.Windows = slices.Clone(q.Rules.Windows)
		q.Rules.Counts = slices.Clone(q.Rules.Counts)
		if c.apply(&q) {
			least, _ = r.t.uncovered(&q, r.t.start, standing)
		}
		n += least
	}
	if len(c.joins) > 0 {
		var slots []int
		for _, k := range c.joins {
			slots = append(slots, r.f.parts[k]...)
		}
		solve(r.f.b.only(slots, c.who...), 0)
	}
	for i, part := range r.t.parts {
		if !slices.Contains(c.joins, r.t.of[i]) {
			solve(part, r.t.least[i])
		}
	}
	if n >= r.least {
		return n, false
	}
	r.keep(c, n)
	return n, true
}

func (r *remedist) keep(c measure, n int) {
	r.out = append(r.out, proposal{Remedy{c.key, n, c.text + ": " + r.effect(n)}, c.effort})
}

func (r *remedist) effect(n int) string {
	switch n {
	case 0:
		return "everything is covered"
	case 1:
		return "1 shift stays open"
	}
	return fmt.Sprintf("%d shifts stay open", n)
}

// best sorts what helped by what is left open, then by effort, and keeps the
// most useful, a few of each kind.
func (r *remedist) best() []Remedy {
	slices.SortStableFunc(r.out, func(x, y proposal) int {
		return cmp.Or(cmp.Compare(x.Uncovered, y.Uncovered), cmp.Compare(x.effort, y.effort))
	})
	kinds := map[string]int{}
	out := []Remedy{}
	for _, x := range r.out {
		kind, _, _ := strings.Cut(x.Change, ":")
		if kinds[kind]++; kinds[kind] <= mostOfAKind && len(out) < mostRemedies {
			out = append(out, x.Remedy)
		}
	}
	return out
}

// blamed lists the reasons of a kind that conflicts have, the most frequent
// first.
func (r *remedist) blamed(kind reasonKind) []reason {
	var ids []int
	for i, n := range r.count {
		if n > 0 && r.f.b.list[i].kind == kind {
			ids = append(ids, i)
		}
	}
	slices.SortStableFunc(ids, func(x, y int) int { return cmp.Compare(r.count[y], r.count[x]) })
	var out []reason
	for _, i := range ids[:min(len(ids), mostTried)] {
		out = append(out, r.f.b.list[i])
	}
	return out
}

// windows loosens each window rule step by step, first by what helps at all, then
// until everything is covered: one unit in k by a smaller k, and when that does
// not cover everything, and for other rules, by more units.
func (r *remedist) windows() {
	for _, why := range r.blamed(reasonWindow) {
		w := r.f.b.p.Rules.Windows[why.index]
		if long := r.tooLong(why); long > w.Max && long < w.Length {
			to := Window{Length: w.Length, Max: long, During: w.During}
			r.try(measure{
				key: fmt.Sprintf("window:%d:max=%d", why.index, long), effort: 31, cures: []reason{why},
				text:  windowWords(to) + " instead of " + windowWords(w),
				apply: func(q *Problem) bool { q.Rules.Windows[why.index] = to; return true },
			})
			continue
		}
		unit := gcd(w.Length, w.Max)
		if w.Max == unit {
			key := fmt.Sprintf("window:%d:window=", why.index)
			if r.loosen(why, key, func(k int64) (Window, int64) {
				return Window{Length: w.Length - k*unit, Max: w.Max, During: w.During}, w.Length - k*unit
			}) == 0 {
				continue
			}
		}
		key := fmt.Sprintf("window:%d:max=", why.index)
		r.loosen(why, key, func(k int64) (Window, int64) {
			return Window{Length: w.Length, Max: w.Max + k*unit, During: w.During}, w.Max + k*unit
		})
	}
}

// tooLong returns the length of the longest slot that a rule keeps from everybody
// by itself.
func (r *remedist) tooLong(why reason) int64 {
	long := int64(0)
	for _, c := range r.f.found {
		if c.force.has(r.f.b.ids[why]) && len(c.slots) == 1 {
			s := &r.f.b.p.Slots[c.slots[0]]
			long = max(long, s.NEnd-s.NStart)
		}
	}
	return long
}

// loosen tries ever looser forms of a window rule, and returns how few slots
// stayed open.
func (r *remedist) loosen(why reason, key string, step func(k int64) (Window, int64)) int {
	was := r.f.b.p.Rules.Windows[why.index]
	least := r.least
	for k := int64(1); k <= 6 && least > 0; k++ {
		to, value := step(k)
		if to.Max >= to.Length || was.Max == 0 {
			break
		}
		n := r.tryBelow(least, measure{
			key: key + fmt.Sprint(value), effort: 30 + int(k), cures: []reason{why},
			text:  windowWords(to) + " instead of " + windowWords(was),
			apply: func(q *Problem) bool { q.Rules.Windows[why.index] = to; return true },
		})
		least = min(least, n)
	}
	return least
}

// tryBelow tries a change and keeps it only when it does better than a smaller
// one of its kind did.
func (r *remedist) tryBelow(least int, c measure) int {
	n, ok := r.try(c)
	if ok && n >= least {
		r.out = r.out[:len(r.out)-1]
	}
	return n
}

// gap shortens the rest to what shifts of the conflicts leave between them.
func (r *remedist) gap() {
	for _, why := range r.blamed(reasonGap) {
		p := r.f.b.p
		id := r.f.b.ids[why]
		var gaps []int64
		for _, c := range r.f.found {
			for _, x := range c.slots {
				for _, y := range c.slots {
					g := p.Slots[y].Start - p.Slots[x].End
					if c.force.has(id) && g >= 0 && g < p.Rules.MinGap {
						gaps = append(gaps, g)
					}
				}
			}
		}
		if p.Rules.MinGap > 0 {
			gaps = append(gaps, 0)
		}
		slices.Sort(gaps)
		gaps = slices.Compact(gaps)
		least := r.least
		for i, g := range slices.Backward(gaps[:min(len(gaps), 6)]) {
			n := r.tryBelow(least, measure{
				key: fmt.Sprintf("min_gap:%d", g), effort: 40 - i, cures: []reason{why},
				text:  restChange(p.Rules.MinGap, g),
				apply: func(q *Problem) bool { q.Rules.MinGap = g; return true },
			})
			least = min(least, n)
		}
	}
}

func restChange(from, to int64) string {
	if to == 0 {
		return "shifts back to back, without " + restWords(from)
	}
	return lengthWords(to) + " instead of " + restWords(from)
}

// counts raises each count rule by one and by two.
func (r *remedist) counts() {
	for _, why := range r.blamed(reasonCount) {
		c := r.f.b.p.Rules.Counts[why.index]
		least := r.least
		for k := int64(1); k <= 3 && least > 0; k++ {
			to := c
			to.Max += k
			n := r.tryBelow(least, measure{
				key: fmt.Sprintf("count:%d:max=%d", why.index, to.Max), effort: 30 + int(k), cures: []reason{why},
				text:  countWords(to) + " instead of " + fmt.Sprint(c.Max),
				apply: func(q *Problem) bool { q.Rules.Counts[why.index] = to; return true },
			})
			least = min(least, n)
		}
	}
}

// single tries to do without each reason of a kind that concerns one member or
// pin.
func (r *remedist) single(kind reasonKind) {
	for _, why := range r.blamed(kind) {
		c := measure{key: why.key(r.f.b.p), cures: []reason{why}}
		switch kind {
		case reasonPin:
			s := &r.f.b.p.Slots[why.index]
			c.effort = 5
			c.text = fmt.Sprintf("%s, %s with somebody other than %s", s.Layer, r.cal.span(s.NStart, s.NEnd), r.f.b.p.Members[r.f.b.pins[why.index]].ID)
			c.apply = func(q *Problem) bool {
				was := len(q.Pinned)
				q.Pinned = slices.DeleteFunc(slices.Clone(q.Pinned), func(x Pin) bool { return x.Slot == s.ID })
				return len(q.Pinned) < was
			}
		default:
			r.personal(&c, why)
		}
		r.try(c)
	}
}

// personal fills a change that frees one member of something.
func (r *remedist) personal(c *measure, why reason) {
	m := &r.f.b.p.Members[why.who]
	var edit func(x *Member)
	switch why.kind {
	case reasonAbsence:
		u := m.Unavailable[why.index]
		shift := r.zone(u[0])
		c.effort = 10
		c.text = fmt.Sprintf("%s not away %s", m.ID, r.cal.span(u[0]+shift, u[1]+shift))
		edit = func(x *Member) { x.Unavailable = slices.Delete(slices.Clone(x.Unavailable), why.index, why.index+1) }
	case reasonPresence:
		c.effort = 25
		c.text = m.ID + " " + stay(m)
		edit = func(x *Member) { x.From, x.Until = nil, nil }
	default:
		c.effort = 15
		c.text = "without " + limitWords(m)
		edit = func(x *Member) { x.Limits = nil }
	}
	c.apply = func(q *Problem) bool { return editMember(q, m.ID, edit) }
}

func stay(m *Member) string {
	switch {
	case m.Until == nil:
		return "joining earlier"
	case m.From == nil:
		return "staying longer"
	}
	return "joining earlier and staying longer"
}

// zone returns nominal minus real time of the slot nearest to a real time.
func (r *remedist) zone(at int64) int64 {
	best := &r.f.b.p.Slots[0]
	for i := range r.f.b.p.Slots {
		if s := &r.f.b.p.Slots[i]; abs(s.Start-at) < abs(best.Start-at) {
			best = s
		}
	}
	return best.NStart - best.Start
}

func editMember(q *Problem, id string, edit func(m *Member)) bool {
	i := slices.IndexFunc(q.Members, func(m Member) bool { return m.ID == id })
	if i >= 0 {
		edit(&q.Members[i])
	}
	return i >= 0
}
