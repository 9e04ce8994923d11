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
	for _, slot := range slots {
		var ends time.Time // of what stays and is had when the slot begins, or was last
		for _, x := range stay {
			if !x.Start.After(slot.Start) && x.End.After(ends) {
				ends = x.End
			}
		}
		follows := len(out) > 0 && out[len(out)-1].End.After(ends)
		switch {
		case !slot.End.After(ends):
			continue // it is had already
		case slot.Start.Before(ends):
			slot = slot.Cut(ends, slot.End, r.Zone)
		case !follows && slot.Start.After(ends) && slot.Start.Sub(ends) < joinLeast:
			// Limits count it as the turn that it is: a week is a week, as when the clocks change.
			slot.Start = ends.In(r.Zone)
			slot.Parts = []schedule.Span{{Start: slot.Start, End: slot.End}}
		}
		out = append(out, slot)
	}
	return out
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
