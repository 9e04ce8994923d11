package schedule

import (
	"fmt"
	"time"
)

// A Rotation is a duty that must be covered.
type Rotation struct {
	ID       RotationID
	Zone     *time.Location // of the hand-over
	HandOver HandOver
	// Cover are the hours that are on duty; none means all of them. Windows of
	// the same name make one slot a turn, held by one person; windows of
	// different names (the sites of a follow-the-sun) make one slot each.
	Cover  []Window
	People int    // at once; zero means one
	Weight Weight // of an hour on this duty
	Pool   string // rotations of one pool share what is fair; "" is a pool too
	Skills []string
	// First is the day on which the first turn starts, at the hand-over. A
	// first turn can be short, until the next hand-over.
	First Date
	// Last is the last day on which a turn starts; zero means no end.
	Last Date
	// Holidays, when HolidaySlots, are slots of their own and interrupt the turn
	// they fall in. They last from hand-over to hand-over, or from midnight to
	// midnight when the hand-over is after noon.
	Holidays     Calendar
	HolidaySlots bool
}

// A Window is a daily stretch of hours on duty in a zone of its own.
type Window struct {
	Hours
	Name string
	Zone *time.Location // nil means the rotation's
}

// A Slot is a stretch to cover.
type Slot struct {
	ID       SlotID
	Rotation RotationID
	// Turn counts the rotation's turns from zero. A turn without an hour on duty
	// is none, so that a weekend off costs nobody a turn.
	Turn     int
	Position int    // from zero, where several are on duty at once
	Window   string // the window's name, where there are windows
	// Start and End bound the slot; it may pause in between.
	Start, End time.Time
	// NominalStart and NominalEnd are the same on the rotation's wall clock,
	// read as Unix time: a week is always 604,800 seconds.
	NominalStart, NominalEnd int64
	// Parts are the stretches on duty, in order, without gaps of zero length.
	Parts []Span
	// Holiday is the name of the holiday that the slot is for, if any.
	Holiday string
}

// A Span is a stretch of time [Start, End).
type Span struct {
	Start, End time.Time
}

// Validate returns what is wrong as one or more *InvalidError, joined.
func (r *Rotation) Validate() error {
	var bad problems
	if r.ID == "" {
		bad.add("name", "a rotation needs a name")
	}
	if r.Zone == nil {
		bad.add("zone", "a rotation needs a time zone, like Europe/Berlin")
	}
	r.HandOver.validate(&bad)
	if !r.First.Valid() {
		bad.add("first", "a rotation needs the day on which its first turn starts")
	}
	if !r.Last.IsZero() && r.Last.Before(r.First) {
		bad.add("last", "ends on %v, before it starts on %v", r.Last, r.First)
	}
	if r.People < 0 || r.People > 100 {
		bad.add("people", "%d at once; it should be from 1 to 100", r.People)
	}
	if !r.Weight.Valid() {
		bad.add("weight", "%v is out of range; it should be from 0 to 1000", r.Weight)
	}
	for i, w := range r.Cover {
		if !w.From.Valid() || !w.Until.Valid() || w.From == secondsPerDay {
			bad.add(fmt.Sprintf("cover[%d]", i), "hours lie from 00:00 to 24:00")
		}
	}
	return bad.err()
}

// Slots returns the slots that have any part in [from, to), by start. The result
// never depends on the window asked for: a slot is whole, has the same name, turn
// and times in every answer it is part of. The error is that of Validate.
func (r *Rotation) Slots(from, to time.Time) ([]Slot, error) {
	if err := r.Validate(); err != nil {
		return nil, err
	}
	x := expansion{r: r, zone: civil{loc: r.Zone}, from: from.Unix(), to: to.Unix(), sites: sitesOf(r)}
	return x.slots(), nil
}
