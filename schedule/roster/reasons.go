package roster

import (
	"fmt"
	"slices"
)

// A reasonKind says what sort of rule or fact a reason is. The order is the
// order in which a conflict tries to do without them: what a manager would
// rather not hear about comes first.
type reasonKind uint8

const (
	reasonPin reasonKind = iota
	reasonHistory
	reasonLimit
	reasonAbsence
	reasonPresence
	reasonCount
	reasonGap
	reasonWindow
	reasonLayer
	reasonSkill
)

// A reason is one rule or fact that can be in force or ignored.
type reason struct {
	kind  reasonKind
	who   int    // index of the member, for absence, presence and limit
	index int    // of the absence, window, count rule or pinned slot
	name  string // of the layer or skill
}

// key returns the name under which a conflict lists the reason.
func (r reason) key(p *Problem) string {
	switch r.kind {
	case reasonPin:
		return "pin:" + p.Slots[r.index].ID
	case reasonHistory:
		return "history"
	case reasonLimit:
		return "limit:" + p.Members[r.who].ID
	case reasonAbsence:
		return fmt.Sprintf("absence:%s:%d", p.Members[r.who].ID, r.index)
	case reasonPresence:
		return "presence:" + p.Members[r.who].ID
	case reasonCount:
		return fmt.Sprintf("count:%d", r.index)
	case reasonGap:
		return "min_gap"
	case reasonWindow:
		return fmt.Sprintf("window:%d", r.index)
	case reasonLayer:
		return "layer:" + r.name
	default:
		return "skill:" + r.name
	}
}

// A casebook holds every reason of a problem, and for each slot and member the
// reasons that keep them apart by themselves.
type casebook struct {
	p       *Problem
	list    []reason
	ids     map[reason]int
	words   int
	pins    map[int]int    // slot → member
	held    [][]int        // member → pinned slots
	past    [][]shift      // member → history
	member  map[string]int // by id
	duties  map[string]*duty
	dutyOf  []*duty           // per slot
	barring map[int][][]int32 // slot → member → reasons; filled as slots come up
	reach   int64             // shifts further apart than this cannot meet in a rule
}

// A duty is a layer and the skills it takes; most questions only concern the
// members who can do it.
type duty struct {
	who     []int // members who serve the layer and have the skills
	reasons []int // the layer and the skills
}

func newCasebook(p *Problem) *casebook {
	b := &casebook{
		p: p, ids: map[reason]int{}, pins: map[int]int{}, member: map[string]int{},
		held: make([][]int, len(p.Members)), past: make([][]shift, len(p.Members)), barring: map[int][][]int32{},
		duties: map[string]*duty{},
	}
	for i := range p.Members {
		b.member[p.Members[i].ID] = i
	}
	for k, h := range p.History {
		m := b.member[h.Member]
		b.past[m] = append(b.past[m], shift{fmt.Sprint(k), h.Start, h.End, h.NStart, h.NEnd, h.Marks, nil})
	}
	b.reach = p.Rules.reach()
	for i := range p.Members {
		m := &p.Members[i]
		for k := range m.Unavailable {
			b.add(reason{kind: reasonAbsence, who: i, index: k})
		}
		if m.From != nil || m.Until != nil {
			b.add(reason{kind: reasonPresence, who: i})
		}
		if m.Limits != nil {
			b.add(reason{kind: reasonLimit, who: i})
			b.reach = max(b.reach, m.Limits.reach())
		}
	}
	b.addCommon()
	b.words = (len(b.list) + 63) / 64
	for i := range p.Slots {
		b.dutyOf = append(b.dutyOf, b.duty(&p.Slots[i]))
	}
	return b
}

// duty returns the duty of a slot, shared between slots that ask for the same.
func (b *casebook) duty(s *Slot) *duty {
	key := fmt.Sprintf("%q %q", s.Layer, s.Skills)
	if d := b.duties[key]; d != nil {
		return d
	}
	d := &duty{reasons: []int{b.ids[reason{kind: reasonLayer, name: s.Layer}]}}
	for _, k := range s.Skills {
		d.reasons = append(d.reasons, b.ids[reason{kind: reasonSkill, name: k}])
	}
	for i := range b.p.Members {
		m := &b.p.Members[i]
		if slices.Contains(m.Layers, s.Layer) && !slices.ContainsFunc(s.Skills, func(k string) bool { return !slices.Contains(m.Skills, k) }) {
			d.who = append(d.who, i)
		}
	}
	b.duties[key] = d
	return d
}

// hasAll says whether all of ids are in the set.
func (b bitset) hasAll(ids []int) bool {
	for _, i := range ids {
		if !b.has(i) {
			return false
		}
	}
	return true
}

// addCommon lists the reasons that belong to no single member.
func (b *casebook) addCommon() {
	p := b.p
	slot := map[string]int{}
	for i := range p.Slots {
		s := &p.Slots[i]
		slot[s.ID] = i
		b.add(reason{kind: reasonLayer, name: s.Layer})
		for _, k := range s.Skills {
			b.add(reason{kind: reasonSkill, name: k})
		}
	}
	for _, pin := range p.Pinned {
		s, m := slot[pin.Slot], b.member[pin.Member]
		if _, twice := b.pins[s]; !twice {
			b.pins[s] = m
			b.held[m] = append(b.held[m], s)
			b.add(reason{kind: reasonPin, index: s})
		}
	}
	b.add(reason{kind: reasonHistory})
	b.add(reason{kind: reasonGap})
	for k := range p.Rules.Windows {
		b.add(reason{kind: reasonWindow, index: k})
	}
	for k := range p.Rules.Counts {
		b.add(reason{kind: reasonCount, index: k})
	}
}

func (b *casebook) add(r reason) {
	if _, ok := b.ids[r]; !ok {
		b.ids[r] = len(b.list)
		b.list = append(b.list, r)
	}
}

// all returns the set of every reason.
func (b *casebook) all() bitset {
	set := newBitset(b.words)
	for i := range b.list {
		set.set(i)
	}
	return set
}

// reach returns how far apart two shifts can be and still meet in a rule.
func (r *Rules) reach() int64 {
	far := r.MinGap
	for _, w := range r.Windows {
		far = max(far, w.Length)
	}
	for _, c := range r.Counts {
		far = max(far, c.Length)
	}
	for _, x := range r.Rests {
		far = max(far, x.MinGap)
	}
	return far
}

// bars returns, for every member, the reasons each of which keeps the member
// from the slot whatever else they hold.
func (b *casebook) bars(s int) [][]int32 {
	if rows, ok := b.barring[s]; ok {
		return rows
	}
	rows := make([][]int32, len(b.p.Members))
	slot := &b.p.Slots[s]
	for m := range b.p.Members {
		rows[m] = b.barsOf(slot, m)
	}
	b.barring[s] = rows
	return rows
}

func (b *casebook) barsOf(s *Slot, i int) []int32 {
	var out []int32
	add := func(r reason) { out = append(out, int32(b.ids[r])) }
	m := &b.p.Members[i]
	if !slices.Contains(m.Layers, s.Layer) {
		add(reason{kind: reasonLayer, name: s.Layer})
	}
	for _, k := range s.Skills {
		if !slices.Contains(m.Skills, k) {
			add(reason{kind: reasonSkill, name: k})
		}
	}
	if m.From != nil && s.Start < *m.From || m.Until != nil && s.End > *m.Until {
		add(reason{kind: reasonPresence, who: i})
	}
	for k, u := range m.Unavailable {
		if s.Start < u[1] && u[0] < s.End {
			add(reason{kind: reasonAbsence, who: i, index: k})
		}
	}
	return out
}

// relevant lists the reasons that can have any bearing on a set of slots.
func (b *casebook) relevant(slots []int) bitset {
	set := newBitset(b.words)
	first, last := b.stretch(slots)
	for _, s := range slots {
		for _, row := range b.bars(s) {
			for _, id := range row {
				set.set(int(id))
			}
		}
		if _, ok := b.pins[s]; ok {
			set.set(b.ids[reason{kind: reasonPin, index: s}])
		}
	}
	for i := range b.p.Members {
		if b.p.Members[i].Limits != nil {
			set.set(b.ids[reason{kind: reasonLimit, who: i}])
		}
		for _, x := range b.past[i] {
			if b.near(x, first, last) {
				set.set(b.ids[reason{kind: reasonHistory}])
			}
		}
		for _, s := range b.held[i] {
			if b.near(slotShift(&b.p.Slots[s]), first, last) {
				set.set(b.ids[reason{kind: reasonPin, index: s}])
			}
		}
	}
	for _, r := range b.list {
		if r.kind == reasonGap || r.kind == reasonWindow || r.kind == reasonCount {
			set.set(b.ids[r])
		}
	}
	return set
}

// stretch returns the nominal start and end of what the slots span.
func (b *casebook) stretch(slots []int) (first, last int64) {
	first, last = maxSeconds, -maxSeconds
	for _, s := range slots {
		first = min(first, b.p.Slots[s].NStart)
		last = max(last, b.p.Slots[s].NEnd)
	}
	return first, last
}

// near says whether a shift can meet one inside the nominal stretch in a rule.
func (b *casebook) near(x shift, first, last int64) bool {
	far := b.reach + maxSlotSkew
	return x.nend > first-far && x.nstart < last+far
}

// names lists a set's keys, in the order of a conflict: common rules first,
// then what concerns single people.
func (b *casebook) names(set bitset) []string {
	var rs []reason
	set.each(func(i int) { rs = append(rs, b.list[i]) })
	slices.SortStableFunc(rs, func(x, y reason) int { return int(y.kind) - int(x.kind) })
	out := make([]string, len(rs))
	for i, r := range rs {
		out[i] = r.key(b.p)
	}
	return out
}
