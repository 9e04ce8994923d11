package schedule

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// An ID names something the service stores: a person, a team, an override. Zero
// is nobody or nothing.
type ID int64

// A Published shift is what a published plan says about a slot, from the moment
// it was published until something else was.
type Published struct {
	ID       ID
	Team     ID
	Plan     ID
	Slot     SlotID
	Rotation RotationID
	Person   ID // nobody: unfilled
	Start    time.Time
	End      time.Time
	Points   int64 // standby points to whoever has it
	Since    time.Time
	Until    time.Time // zero while it is what is published
}

// longestShift is how long no shift takes.
const longestShift = 62 * 24 * time.Hour

// The kinds of overrides.
const (
	Overridden = "override" // a manager's decision
	Covered    = "cover"    // somebody took it over
	Swapped    = "swap"     // one half of an exchange
)

// An Override puts somebody, or nobody, in the place of whoever has a stretch of a
// slot. The one created later wins.
type Override struct {
	ID          ID
	Team        ID
	Slot        SlotID
	Rotation    RotationID
	Person      ID // nobody: visibly unfilled
	InsteadOf   ID // who had it, at its beginning
	Start       time.Time
	End         time.Time
	Kind        string
	Reason      string
	Broke       string // the hard rules it breaks, in words; empty: none
	CreatedBy   ID
	CreatedAt   time.Time
	CancelledBy ID
	CancelledAt time.Time // zero while it holds
}

// A Shift is a stretch of one slot with whoever really has it.
type Shift struct {
	// Key names the shift within its team. It stays the same when the shift gets
	// longer or shorter or changes hands.
	Key       string
	ID        ID // of the published shift that this is, or is a part of
	Slot      SlotID
	Rotation  RotationID
	Person    ID // nobody: unfilled
	Published ID // who the published plan has
	Start     time.Time
	End       time.Time
	Override  ID     // the override that put Person here, if any
	Kind      string // of that override
	Reason    string
	// Changes counts the decisions that made the shift what it is, and ChangedAt
	// is when the last one was taken.
	Changes   int
	ChangedAt time.Time
	points    int64 // of the whole slot
	whole     time.Duration
}

// Points returns the standby points of the shift: of its slot, in proportion to
// time when it is a part of one, rounded half up.
func (s *Shift) Points() int64 {
	if s.whole <= 0 {
		return 0
	}
	part, whole := int64(s.End.Sub(s.Start)/time.Second), int64(s.whole/time.Second)
	return (2*s.points*part + whole) / (2 * whole)
}

// Resolve says who has what in [from, to): published shifts with the overrides
// applied. It is the one place that decides who is on call. Shifts are whole, not
// cut to the window, by start and then by key.
//
// With asOf, only what had been decided by then counts; the zero time is all that
// is known.
func Resolve(published []Published, overrides []Override, from, to, asOf time.Time) []Shift {
	changes := map[SlotID]*slotChanges{}
	change := func(slot SlotID, at time.Time) {
		c := changes[slot]
		if c == nil {
			c = &slotChanges{}
			changes[slot] = c
		}
		c.count++
		if at.After(c.last) {
			c.last = at
		}
	}
	known := func(at time.Time) bool { return asOf.IsZero() || !at.After(asOf) }
	bySlot := map[SlotID][]*Override{}
	for i := range overrides {
		o := &overrides[i]
		if !known(o.CreatedAt) {
			continue
		}
		change(o.Slot, o.CreatedAt)
		if o.CancelledAt.IsZero() || !known(o.CancelledAt) {
			bySlot[o.Slot] = append(bySlot[o.Slot], o)
		} else {
			change(o.Slot, o.CancelledAt)
		}
	}
	for i := range published {
		if p := &published[i]; known(p.Since) {
			change(p.Slot, p.Since)
		}
	}
	var all []Shift
	for i := range published {
		p := &published[i]
		if !known(p.Since) || !p.Until.IsZero() && known(p.Until) || !p.Start.Before(to) || !from.Before(p.End) {
			continue
		}
		for _, s := range p.apply(bySlot[p.Slot]) {
			if s.Start.Before(to) && from.Before(s.End) {
				s.Changes, s.ChangedAt = changes[p.Slot].count, changes[p.Slot].last
				all = append(all, s)
			}
		}
	}
	slices.SortFunc(all, func(a, b Shift) int { return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Key, b.Key)) })
	return all
}

type slotChanges struct {
	count int
	last  time.Time
}

// shift is what is published, as a shift.
func (p *Published) shift() Shift {
	return Shift{
		Key: string(p.Slot), ID: p.ID, Slot: p.Slot, Rotation: p.Rotation, Person: p.Person, Published: p.Person,
		Start: p.Start, End: p.End, points: p.Points, whole: p.End.Sub(p.Start),
	}
}

// apply cuts a published shift by its overrides, the later over the earlier.
func (p *Published) apply(overrides []*Override) []Shift {
	pieces := []Shift{p.shift()}
	if len(overrides) == 0 {
		return pieces
	}
	sorted := slices.Clone(overrides)
	slices.SortFunc(sorted, func(a, b *Override) int { return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID)) })
	for _, o := range sorted {
		pieces = o.cut(pieces, p)
	}
	return pieces
}

// cut puts an override over pieces of its slot.
func (o *Override) cut(pieces []Shift, p *Published) []Shift {
	start, end := latest(o.Start, p.Start), earliest(o.End, p.End)
	if !start.Before(end) {
		return pieces // the slot has moved away from it
	}
	var out []Shift
	for _, s := range pieces {
		if !s.Start.Before(end) || !start.Before(s.End) {
			out = append(out, s)
			continue
		}
		if s.Start.Before(start) {
			before := s
			before.End = start
			out = append(out, before)
		}
		if end.Before(s.End) {
			after := s
			after.Start = end
			if s.Start.Before(start) {
				// Both ends are left: the first keeps the name.
				after.Key = fmt.Sprintf("%s~after-%d", s.Key, o.ID)
			}
			out = append(out, after)
		}
	}
	return append(out, Shift{
		Key: fmt.Sprintf("%s~%d", p.Slot, o.ID), ID: p.ID, Slot: p.Slot, Rotation: p.Rotation, Person: o.Person, Published: p.Person,
		Start: start, End: end, Override: o.ID, Kind: o.Kind, Reason: o.Reason, points: p.Points, whole: p.End.Sub(p.Start),
	})
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
