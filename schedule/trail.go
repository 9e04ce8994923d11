package schedule

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// A reader of a calendar remembers events by their names, and takes a change only
// from a higher count. What they are told has to fit what they were told before,
// and that depends on who reads: a shift that goes from Ana to Ben is gone for
// Ana, new for Ben, and the same one with another name on it for the team. So what
// a reader sees is found by going through all decisions about a slot again, in
// order, and following what each made of it for that reader.

// A sight is a shift as a reader sees it, or saw it last when it is gone. Its Key
// never changes; Changes is how many decisions about its slot there were when one
// made it so, and ChangedAt is when that was taken.
type sight struct {
	Shift
	gone bool
}

// A step is one decision about a slot.
type step struct {
	at    time.Time
	phase int // among those of one second
	id    ID

	publish  *Published // what is published from here on, or nothing when it was retired
	replaced bool       // nothing yet: what takes its place comes in the same second
	begin    *Override
	end      *Override
}

// sights returns what a reader who is shown some of the shifts sees, and has seen,
// of slots with all that was ever published and decided about them.
func sights(published []Published, overrides []Override, shows func(*Shift) bool) []sight {
	decisions := make(map[SlotID]int, len(published))
	for i := range published {
		decisions[published[i].Slot]++
		if !published[i].Until.IsZero() {
			decisions[published[i].Slot]++
		}
	}
	for i := range overrides {
		decisions[overrides[i].Slot]++
	}
	all := make([]sight, 0, len(published))
	trails := map[SlotID]*slotTrail{}
	for i := range published {
		p := &published[i]
		if decisions[p.Slot] > 1 {
			t := trails[p.Slot]
			if t == nil {
				t = &slotTrail{}
				trails[p.Slot] = t
			}
			t.published = append(t.published, p)
			continue
		}
		// Nearly all slots are published once and stay so.
		all = append(all, sight{Shift: p.shift()})
		s := &all[len(all)-1]
		s.Changes, s.ChangedAt = 1, p.Since
		if !shows(&s.Shift) {
			all = all[:len(all)-1]
		}
	}
	for i := range overrides {
		if t := trails[overrides[i].Slot]; t != nil {
			t.overrides = append(t.overrides, &overrides[i])
		}
	}
	for _, t := range trails {
		all = append(all, t.follow(shows)...)
	}
	slices.SortFunc(all, func(a, b sight) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Key, b.Key))
	})
	return all
}

// A slotTrail is what was decided about one slot, and what a reader has made of it
// so far.
type slotTrail struct {
	published []*Published
	overrides []*Override
	seen      []sight
}

// follow goes through the decisions and returns what the reader ends up with. In
// which order those of one second were taken is not known for sure. So they count
// as one that has changed everything about the slot: whoever read in between has
// seen something else, and must be given a higher number.
func (t *slotTrail) follow(shows func(*Shift) bool) []sight {
	var current *Published
	var hold []*Override
	steps := t.steps()
	for i, first, n := 0, 0, 0; i < len(steps); i++ {
		st := &steps[i]
		if i == n {
			first = i
			for n < len(steps) && steps[n].at.Equal(st.at) {
				n++
			}
		}
		switch {
		case st.begin != nil:
			hold = append(hold, st.begin)
		case st.end != nil:
			hold = slices.DeleteFunc(hold, func(o *Override) bool { return o == st.end })
		case !st.replaced:
			current = st.publish
		}
		var now []Shift
		if current != nil {
			now = slices.DeleteFunc(current.apply(hold), func(s Shift) bool { return !shows(&s) })
		}
		t.see(now, n, st.at)
		for j := range t.seen {
			if n-first > 1 {
				t.seen[j].Changes, t.seen[j].ChangedAt = n, st.at
			}
		}
	}
	return t.seen
}

// The order of decisions within a second. What is published ends overrides of the
// slot, so one that outlived that second came later.
const (
	stepBrief = iota // an override that ended in the same second begins
	stepReplace
	stepPublish
	stepRetire
	stepEnd
	stepBegin
)

// steps lists the decisions in order.
func (t *slotTrail) steps() []step {
	var steps []step
	for _, p := range t.published {
		steps = append(steps, step{at: p.Since, phase: stepPublish, id: p.ID, publish: p})
		if p.Until.IsZero() {
			continue
		}
		retire := step{at: p.Until, phase: stepRetire, id: p.ID}
		if slices.ContainsFunc(t.published, func(q *Published) bool { return q.Since.Equal(p.Until) && !q.Until.Equal(p.Until) }) {
			retire.phase, retire.replaced = stepReplace, true
		}
		steps = append(steps, retire)
	}
	for _, o := range t.overrides {
		begin := step{at: o.CreatedAt, phase: stepBegin, id: o.ID, begin: o}
		if o.CancelledAt.Equal(o.CreatedAt) {
			begin.phase = stepBrief
		}
		steps = append(steps, begin)
		if !o.CancelledAt.IsZero() {
			steps = append(steps, step{at: o.CancelledAt, phase: stepEnd, id: o.ID, end: o})
		}
	}
	slices.SortFunc(steps, func(a, b step) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.phase, b.phase), cmp.Compare(a.id, b.id))
	})
	return steps
}

// see takes what the reader is shown after n decisions. Each shift that was
// there goes on in the one that is most like it; what is left goes on in one that
// was taken away before, or is new.
func (t *slotTrail) see(now []Shift, n int, at time.Time) {
	taken := make([]bool, len(now))
	for i := range t.seen {
		s := &t.seen[i]
		if s.gone {
			continue
		}
		if j := likest(now, taken, &s.Shift); j >= 0 {
			taken[j] = true
			s.become(&now[j], n, at)
		} else {
			s.gone, s.Changes, s.ChangedAt = true, n, at
		}
	}
	for j := range now {
		if taken[j] {
			continue
		}
		back := -1
		for i := range t.seen {
			s := &t.seen[i]
			if s.gone && s.meets(&now[j]) && (back < 0 || s.Changes >= t.seen[back].Changes) {
				back = i
			}
		}
		if back < 0 {
			t.seen = append(t.seen, sight{Shift: Shift{Key: t.fresh(now[j].Key)}})
			back = len(t.seen) - 1
		}
		t.seen[back].become(&now[j], n, at)
	}
}

// become makes the sight that of a shift, under the name it has.
func (s *sight) become(shift *Shift, n int, at time.Time) {
	same := !s.gone && s.Start.Equal(shift.Start) && s.End.Equal(shift.End) && s.Person == shift.Person && s.Override == shift.Override
	was := s.Shift
	s.Shift, s.gone = *shift, false
	s.Key, s.Changes, s.ChangedAt = was.Key, was.Changes, was.ChangedAt
	if !same {
		s.Changes, s.ChangedAt = n, at
	}
}

func (s *Shift) meets(other *Shift) bool {
	return s.Start.Before(other.End) && other.Start.Before(s.End)
}

// likest returns the shift that goes on what was: of those at the same time, first
// one of the same person, then the earliest. It is -1 when there is none.
func likest(now []Shift, taken []bool, was *Shift) int {
	best := -1
	for j := range now {
		if taken[j] || !now[j].meets(was) {
			continue
		}
		better := best < 0
		if !better {
			mine, theirs := now[j].Person == was.Person, now[best].Person == was.Person
			better = mine && !theirs || mine == theirs && now[j].Start.Before(now[best].Start)
		}
		if better {
			best = j
		}
	}
	return best
}

// fresh returns a name that no shift of the slot has had for this reader.
func (t *slotTrail) fresh(key string) string {
	for name, n := key, 2; ; n++ {
		if !slices.ContainsFunc(t.seen, func(s sight) bool { return s.Key == name }) {
			return name
		}
		name = fmt.Sprintf("%s.%d", key, n)
	}
}
