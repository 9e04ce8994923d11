package main

import (
	"slices"
	"time"

	"watchbill/schedule"
)

// joinLeast is a pause that is no mistake of the clock: a rotation that begins on a
// later day.
const joinLeast = 24 * time.Hour

// joinedTo makes the slots of a rotation go on where shifts that stay end. When rules or
// the team's zone move a hand-over, the old turn ends at the old hour: nobody would have
// the duty until the new one begins, or two would. Only a duty around the clock that one
// person has is joined; windows begin when they open.
func joinedTo(r *schedule.Rotation, slots []schedule.Slot, stay []schedule.Span) []schedule.Slot {
	if len(stay) == 0 || len(r.Cover) > 0 || r.People > 1 {
		return slots
	}
	var out []schedule.Slot
	for i, slot := range slots {
		ends, until := around(&slot, stay)
		n := len(out)
		follows := n > 0 && out[n-1].End.After(ends)
		scrap := isScrap(&slot, ends, until)
		switch {
		case !until.After(ends):
			continue // it is had already
		case scrap && slot.Start.Before(ends) && i+1 < len(slots) && slots[i+1].Start.Equal(until):
			continue // the next slot begins where what stays ends
		case scrap && until.Before(slot.End) && n > 0 && out[n-1].End.Equal(slot.Start):
			out[n-1] = stretched(&out[n-1], out[n-1].Start, until, r.Zone)
			continue
		case slot.Start.Before(ends):
			slot = slot.Cut(ends, until, r.Zone)
		case !follows && slot.Start.After(ends) && slot.Start.Sub(ends) < joinLeast:
			slot = stretched(&slot, ends, slot.End, r.Zone)
		}
		if slot.End.After(until) {
			slot = slot.Cut(slot.Start, until, r.Zone)
		}
		out = append(out, slot)
	}
	return out
}

// around says until when what stays is had that begins no later than a slot, and from
// when on it is had again to the slot's end or beyond, or that end.
func around(slot *schedule.Slot, stay []schedule.Span) (ends, until time.Time) {
	until = slot.End
	for _, x := range stay {
		switch {
		case !x.Start.After(slot.Start):
			if x.End.After(ends) {
				ends = x.End
			}
		case x.Start.Before(until) && !x.End.Before(slot.End):
			until = x.Start
		}
	}
	return ends, until
}

// isScrap says whether what is left of a slot is too little for a turn of its own.
func isScrap(slot *schedule.Slot, ends, until time.Time) bool {
	left := min(until.Sub(slot.Start), until.Sub(ends))
	return left < joinLeast && left < slot.End.Sub(slot.Start)/4
}

// stretched is a slot that is some hours longer than its turn. Limits count it as the
// turn that it is: a week is a week, as when the clocks change.
func stretched(slot *schedule.Slot, start, end time.Time, zone *time.Location) schedule.Slot {
	longer := *slot
	longer.Start, longer.End = start.In(zone), end.In(zone)
	longer.Parts = []schedule.Span{{Start: longer.Start, End: longer.End}}
	return longer
}

// joinKept joins the slots that are planned to the shifts that stay as published.
func (pl *planning) joinKept() {
	if pl.published == nil {
		return
	}
	for i := range pl.Rotations {
		r := &pl.Rotations[i]
		var stay []schedule.Span
		for _, shift := range pl.published.doc.Shifts {
			if shift.Rotation == string(r.ID) && pl.published.keeps(shift.ID, shift.Start) != "" {
				stay = append(stay, schedule.Span{Start: shift.Start, End: shift.End})
			}
		}
		var own, others []schedule.Slot
		for _, slot := range pl.open {
			if slot.Rotation == r.ID {
				own = append(own, slot)
			} else {
				others = append(others, slot)
			}
		}
		pl.open = slices.Concat(others, joinedTo(r, own, stay))
	}
	slices.SortStableFunc(pl.open, func(a, b schedule.Slot) int { return a.Start.Compare(b.Start) })
}

// before returns what is published of each rotation and reaches from before a plan into
// its first day or further.
func before(rotations []schedule.Rotation, recent []schedule.Shift, from schedule.Date) map[schedule.RotationID][]schedule.Span {
	stay := map[schedule.RotationID][]schedule.Span{}
	for i := range rotations {
		r := &rotations[i]
		begins := from.At(schedule.Midnight, r.Zone)
		for k := range recent {
			if x := &recent[k]; x.Slot != "" && x.Rotation == r.ID && x.Start.Before(begins) && !x.End.Before(begins) {
				stay[r.ID] = append(stay[r.ID], schedule.Span{Start: x.Start, End: x.End})
			}
		}
	}
	return stay
}
