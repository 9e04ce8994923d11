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
	// Without a name windows are merged, and cut where the turn ends. With one
	// they are never cut: an evening in Denver belongs to the turn in which it
	// began, also when the hand-over is at midnight UTC.
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
	// they fall in. They last from hand-over to hand-over: from the morning of
	// the holiday to the next, or from the afternoon before when the hand-over
	// is after noon. Where a turn ends on a holiday, so does the slot.
	Holidays     Calendar
	HolidaySlots bool
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
	r.overlaps(&bad)
	return bad.err()
}

// overlaps reports windows of one name that would put two people on duty where
// one turn meets the next.
func (r *Rotation) overlaps(bad *problems) {
	for i, w := range r.Cover {
		for _, v := range r.Cover[:i] {
			switch {
			case w.Name == "" || w.Name != v.Name:
			case w.zone(r).String() != v.zone(r).String():
				bad.add(fmt.Sprintf("cover[%d]", i), "windows called %q lie in %v and in %v; give them different names", w.Name, v.zone(r), w.zone(r))
			case w.Overlaps(v):
				bad.add(fmt.Sprintf("cover[%d]", i), "windows called %q overlap; give them different names or hours", w.Name)
			}
		}
	}
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
