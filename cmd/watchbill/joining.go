package main

import (
	"time"

	"watchbill/schedule"
)

// joinLeast is a pause between two plans that is no mistake of the clock: a rotation
// that begins on a later day.
const joinLeast = 24 * time.Hour

// joinedTo makes the slots of a rotation begin where its last published shift ends. When
// rules move a hand-over, on the day on which they do the old turn ends at the old
// hour: nobody would have the duty until the new one, or two would. Only a duty around
// the clock that one person has is joined; windows begin when they open.
func joinedTo(r *schedule.Rotation, slots []schedule.Slot, ends time.Time) []schedule.Slot {
	if ends.IsZero() || len(r.Cover) > 0 || r.People > 1 {
		return slots
	}
	var out []schedule.Slot
	for _, slot := range slots {
		switch {
		case !slot.End.After(ends):
			continue // it is had already
		case slot.Start.Before(ends):
			slot = slot.Cut(ends, slot.End, r.Zone)
		case len(out) == 0 && slot.Start.After(ends) && slot.Start.Sub(ends) < joinLeast:
			local := ends.In(r.Zone)
			slot.Start, slot.NominalStart = local, schedule.DateOf(local).Nominal(schedule.ClockOf(local))
			slot.Parts = []schedule.Span{{Start: local, End: slot.End}}
		}
		out = append(out, slot)
	}
	return out
}

// lastEnds says when the last published shift of each rotation ends that had begun
// before a plan, if that is within it.
func lastEnds(rotations []schedule.Rotation, recent []schedule.Shift, from schedule.Date) map[schedule.RotationID]time.Time {
	ends := map[schedule.RotationID]time.Time{}
	for i := range rotations {
		r := &rotations[i]
		begins := from.At(schedule.Midnight, r.Zone)
		for k := range recent {
			x := &recent[k]
			if x.Slot != "" && x.Rotation == r.ID && x.Start.Before(begins) && !x.End.Before(begins) && x.End.After(ends[r.ID]) {
				ends[r.ID] = x.End
			}
		}
	}
	return ends
}
