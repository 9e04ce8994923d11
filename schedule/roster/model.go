package roster

import (
	"cmp"
	"fmt"
	"slices"
)

// A model is one connected component of a problem, compiled to integers: its
// slots in order of nominal start, its members, and for every pair what it
// takes to decide quickly whether and at what cost the member can hold the slot.
type model struct {
	problem *Problem
	slots   []mslot
	members []mmember
	classes []*ruleClass
	words   int      // 64-bit words in a set of slots
	soft    []bitset // per slot: the slots that would be too close to it for one member
	softGap int64
}

// none is the owner of an uncovered slot.
const none = -1

type mslot struct {
	orig         int // index in Problem.Slots
	id           string
	start, end   int64
	nstart, nend int64
	weight       int64
	marks        map[string][]int64
	pool         string
	eligible     []int32 // members who can hold it, alone against history
	base         int32   // member who is published; none if nobody; foreign if somebody outside the component
	pinned       bool    // it is with its only eligible member
	sure         bool    // it is covered in every roster worth having
}

// foreign is the published member of a slot that this member can no longer hold.
const foreign = -2

type mmember struct {
	orig   int // index in Problem.Members
	src    *Member
	id     string
	prior  int64
	target int64
	class  *ruleClass
	past   []shift
	can    bitset  // slots this member can hold
	weight []int64 // per slot, points
	pref   []int64 // per slot, cost of the wishes it would break
	near   []int64 // per slot, shifts of the past that it would be too close to
}

// A ruleClass is a set of rules shared by all members without limits of their
// own, or belonging to the members with the same limits.
type ruleClass struct {
	gap     int64
	windows []Window // those that pairs of slots do not decide
	counts  []Count
	all     []*Rules
	clash   []bitset // per slot: the slots a member cannot hold beside it
	lo, hi  []int32  // per slot: the range of slots that can share a window with it
}

// deviation returns the distance from the fair share at a load, milli-points.
func (m *mmember) deviation(load int64) int64 { return 1000*(m.prior+load) - m.target }

// compile splits a valid problem into connected components: members and slots
// that are joined by "could hold". Members who can hold nothing and slots that
// nobody can hold are components of their own.
func compile(p *Problem) []*model {
	c := compiler{p: p, targets: shares(p), past: map[string][]shift{}, classes: map[string]*ruleClass{}}
	for k, h := range p.History {
		for _, g := range c.past[h.Member] {
			c.overlap = c.overlap || g.nstart < h.NEnd && h.NStart < g.nend
		}
		c.past[h.Member] = append(c.past[h.Member], shift{fmt.Sprint(k), h.Start, h.End, h.NStart, h.NEnd, h.Marks, nil})
	}
	c.pins = map[string]string{}
	for _, pin := range p.Pinned {
		c.pins[pin.Slot] = pin.Member
	}
	able := make([][]int, len(p.Slots)) // slot → members
	set := newDisjoint(len(p.Members) + len(p.Slots))
	for s := range p.Slots {
		for m := range p.Members {
			if c.canHold(&p.Members[m], &p.Slots[s]) {
				able[s] = append(able[s], m)
				set.join(m, len(p.Members)+s)
			}
		}
	}
	return c.components(set, able)
}

type compiler struct {
	p       *Problem
	targets []int64
	past    map[string][]shift
	pins    map[string]string
	overlap bool                  // two shifts of the past overlap
	classes map[string]*ruleClass // of the component at work
}

// canHold says whether the member can hold the slot when they hold nothing else
// but their past.
func (c *compiler) canHold(m *Member, s *Slot) bool {
	if pin, ok := c.pins[s.ID]; ok && pin != m.ID {
		return false
	}
	if len(unfit(m, s)) > 0 {
		return false
	}
	mine := append(slices.Clip(c.past[m.ID]), slotShift(s))
	return compatible(mine, m.minGap(c.p), m.rules(c.p))
}

func slotShift(s *Slot) shift {
	return shift{s.ID, s.Start, s.End, s.NStart, s.NEnd, s.Marks, s}
}

// compatible says whether shifts that belong to one member keep rest, windows
// and counts.
func compatible(mine []shift, gap int64, rules []*Rules) bool {
	for i, x := range mine {
		for _, y := range mine[i+1:] {
			if (x.slot != nil || y.slot != nil) && x.start < y.end+gap && y.start < x.end+gap {
				return false
			}
			for _, r := range rules {
				if len(r.Rests) > 0 && tooClose(&mine[i], &y, r.Rests) {
					return false
				}
			}
		}
	}
	for _, r := range rules {
		for _, w := range r.Windows {
			if _, _, ok := overfull(mine, w); !ok {
				return false
			}
		}
		for _, n := range r.Counts {
			if _, _, ok := overcount(mine, n); !ok {
				return false
			}
		}
	}
	return true
}

// components compiles each connected part, in the order of its first slot or,
// without slots, member.
func (c *compiler) components(set *disjoint, able [][]int) []*model {
	p := c.p
	parts := map[int]*part{}
	var order []*part
	at := func(i int) *part {
		root := set.find(i)
		if parts[root] == nil {
			parts[root] = &part{}
			order = append(order, parts[root])
		}
		return parts[root]
	}
	for s := range p.Slots {
		q := at(len(p.Members) + s)
		q.slots = append(q.slots, s)
	}
	for m := range p.Members {
		q := at(m)
		q.members = append(q.members, m)
	}
	models := make([]*model, 0, len(order))
	for _, q := range order {
		models = append(models, c.component(q, able))
	}
	return models
}

type part struct{ slots, members []int }

func (c *compiler) component(q *part, able [][]int) *model {
	p := c.p
	slices.SortFunc(q.slots, func(x, y int) int {
		a, b := &p.Slots[x], &p.Slots[y]
		return cmp.Or(cmp.Compare(a.NStart, b.NStart), cmp.Compare(a.NEnd, b.NEnd), cmp.Compare(a.ID, b.ID))
	})
	md := &model{problem: p, words: (len(q.slots) + 63) / 64, softGap: p.Rules.SoftGap}
	c.classes = map[string]*ruleClass{}
	local := map[int]int32{}
	for i, m := range q.members {
		local[m] = int32(i)
		md.members = append(md.members, mmember{
			orig: m, src: &p.Members[m], id: p.Members[m].ID, prior: p.Members[m].Prior, target: c.targets[m],
			past: c.past[p.Members[m].ID], can: newBitset(md.words),
		})
	}
	for i, s := range q.slots {
		src := &p.Slots[s]
		ms := mslot{
			orig: s, id: src.ID, start: src.Start, end: src.End, nstart: src.NStart, nend: src.NEnd,
			weight: src.Weight, marks: src.Marks, pool: src.Pool, base: c.published(src.ID, able[s], local),
		}
		_, ms.pinned = c.pins[src.ID]
		ms.sure = ms.pinned
		for _, m := range able[s] {
			ms.eligible = append(ms.eligible, local[m])
			md.members[local[m]].can.set(i)
		}
		md.slots = append(md.slots, ms)
	}
	for i := range md.members {
		c.fillMember(md, i)
	}
	md.fillSoft()
	return md
}

// published returns the local index of the member who is published for a slot.
func (c *compiler) published(slot string, able []int, local map[int]int32) int32 {
	id := c.p.Baseline[slot]
	if id == nil {
		return none
	}
	for _, m := range able {
		if c.p.Members[m].ID == *id {
			return local[m]
		}
	}
	return foreign
}

func (c *compiler) fillMember(md *model, i int) {
	m := &md.members[i]
	src := &c.p.Members[m.orig]
	m.class = c.class(md, src)
	m.weight = make([]int64, len(md.slots))
	m.pref = make([]int64, len(md.slots))
	m.near = make([]int64, len(md.slots))
	for s := range md.slots {
		slot := &c.p.Slots[md.slots[s].orig]
		m.weight[s] = slot.weightFor(m.id)
		for _, a := range src.Avoid {
			if slot.Start < a[1] && a[0] < slot.End {
				m.pref[s] += a[2]
			}
		}
		if m.can.has(s) && len(m.past) > 0 {
			m.near[s] = spacing(append(slices.Clip(m.past), slotShift(slot)), md.softGap)
		}
	}
}

// class returns the compiled rules of a member, shared where they are equal.
func (c *compiler) class(md *model, m *Member) *ruleClass {
	rules, gap := m.rules(c.p), m.minGap(c.p)
	key := ""
	if m.Limits != nil {
		key = fmt.Sprint(gap, m.Limits.Windows, m.Limits.Counts, m.Limits.Rests)
	}
	if rc := c.classes[key]; rc != nil {
		return rc
	}
	rc := &ruleClass{gap: gap, all: rules}
	c.classes[key] = rc
	md.classes = append(md.classes, rc)
	shortest := c.shortest(md)
	for _, r := range rules {
		rc.counts = append(rc.counts, r.Counts...)
		for _, w := range r.Windows {
			// Two compatible shifts that together exceed Max lie at least
			// Length−Max apart, so a stretch with k of them holds at most
			// Length − (k−1)(Length−Max) ≤ Max. When any two exceed Max,
			// pairs decide the rule.
			// That is so for shifts that do not overlap, as those of the
			// past may, and rules that hold all the time: of some stretches
			// two shifts of a pair may lie partly outside.
			if c.overlap || w.bounded() || w.Length > w.Max && 2*shortest <= w.Max {
				rc.windows = append(rc.windows, w)
			}
		}
	}
	rc.fill(md)
	return rc
}

// shortest returns the least nominal length of a slot or past shift.
func (c *compiler) shortest(md *model) int64 {
	least := int64(maxSeconds)
	for i := range md.slots {
		least = min(least, md.slots[i].nend-md.slots[i].nstart)
	}
	for _, h := range c.p.History {
		least = min(least, h.NEnd-h.NStart)
	}
	return least
}

// fill computes which slots clash as a pair and how far a window reaches.
func (rc *ruleClass) fill(md *model) {
	n := len(md.slots)
	rc.clash = make([]bitset, n)
	rc.lo, rc.hi = make([]int32, n), make([]int32, n)
	reach, gap := int64(0), rc.gap
	for _, r := range rc.all {
		for _, x := range r.Rests {
			gap = max(gap, x.MinGap)
		}
		for _, w := range r.Windows {
			reach = max(reach, w.Length)
		}
		for _, k := range r.Counts {
			reach = max(reach, k.Length+md.markSkew(k.Mark))
		}
	}
	for i := range rc.clash {
		rc.clash[i] = newBitset(md.words)
		rc.lo[i], rc.hi[i] = int32(i), int32(i+1)
	}
	for i := range md.slots {
		x := &md.slots[i]
		for j := i + 1; j < n; j++ {
			y := &md.slots[j]
			far := y.nstart >= x.nend+reach
			if far && y.start >= x.end+gap {
				if y.nstart >= x.nend+reach+maxSlotSkew && y.start >= x.end+gap+maxSlotSkew {
					break
				}
				continue
			}
			if !far {
				rc.hi[i] = max(rc.hi[i], int32(j+1))
				rc.lo[j] = min(rc.lo[j], int32(i))
			}
			if !compatible([]shift{md.shift(i), md.shift(j)}, rc.gap, rc.all) {
				rc.clash[i].set(j)
				rc.clash[j].set(i)
			}
		}
	}
}

// markSkew returns by how much two slots can be further apart than their marks.
func (md *model) markSkew(kind string) int64 {
	before, after := int64(0), int64(0)
	for i := range md.slots {
		for _, k := range md.slots[i].marks[kind] {
			before = max(before, md.slots[i].nstart-k)
			after = max(after, k-md.slots[i].nend)
		}
	}
	return before + after
}

// maxSlotSkew bounds how far real and nominal order can differ: zones lie at
// most 26 hours apart and clocks change by less.
const maxSlotSkew = 3 * 86400

func (md *model) shift(i int) shift {
	s := &md.slots[i]
	return shift{s.id, s.start, s.end, s.nstart, s.nend, s.marks, &Slot{}}
}

func (md *model) fillSoft() {
	n := len(md.slots)
	md.soft = make([]bitset, n)
	for i := range md.soft {
		md.soft[i] = newBitset(md.words)
	}
	for i := range md.slots {
		for j := i + 1; j < n; j++ {
			if md.slots[j].nstart-md.slots[i].nend < md.softGap {
				md.soft[i].set(j)
				md.soft[j].set(i)
			}
		}
	}
}

// disjoint is a union-find structure.
type disjoint struct{ parent []int }

func newDisjoint(n int) *disjoint {
	d := &disjoint{parent: make([]int, n)}
	for i := range d.parent {
		d.parent[i] = i
	}
	return d
}

func (d *disjoint) find(i int) int {
	for d.parent[i] != i {
		d.parent[i] = d.parent[d.parent[i]]
		i = d.parent[i]
	}
	return i
}

func (d *disjoint) join(i, j int) { d.parent[d.find(i)] = d.find(j) }
