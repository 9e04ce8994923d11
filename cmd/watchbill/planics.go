package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"time"

	"watchbill/schedule"
	"watchbill/schedule/ical"
)

// writeICS writes the shifts that somebody has as a calendar. A shift keeps its
// UID whoever has it, so that importing a later plan replaces what an earlier one
// brought, and its sequence goes up with every change from plan to plan. One that
// nobody has any more is there as cancelled.
func (d *planDoc) writeICS(w io.Writer) error {
	calendar := ical.Calendar{Name: "On call – " + d.Team}
	for i := range d.Shifts {
		if s := &d.Shifts[i]; s.Person != "" || s.Revision > 0 {
			calendar.Events = append(calendar.Events, d.event(s, s.Person == ""))
		}
	}
	for i := range d.Dropped {
		calendar.Events = append(calendar.Events, d.event(&d.Dropped[i], true))
	}
	return ical.Encode(w, &calendar)
}

func (d *planDoc) event(s *shiftDoc, cancelled bool) ical.Event {
	duty, holder := s.Rotation, s.Person
	if holder == "" {
		holder = "nobody"
	}
	if s.Window != "" {
		duty += " " + s.Window
	}
	// The same plan gives the same bytes: an event is as old as the plan's first
	// day, or as the day on which the published plan was changed.
	changed := d.From
	if !s.Changed.IsZero() {
		changed = s.Changed
	}
	return ical.Event{
		UID:         d.uid(s.ID),
		Summary:     fmt.Sprintf("On call (%s): %s – %s", duty, holder, d.Team),
		Description: fmt.Sprintf("%s, %s to %s", duty, s.Start.Format(icsTime), s.End.Format(icsTime)),
		Categories:  []string{"On-call", d.Team},
		Start:       s.Start, End: s.End,
		Changed: changed.At(schedule.Midnight, time.UTC), Sequence: s.Revision, Cancelled: cancelled,
	}
}

// icsTime is how the description gives the times on the rotation's clock.
const icsTime = "Mon 2 Jan 2006 15:04 MST"

// uid names a shift of a team in calendars, within their length whatever the team
// is called.
func (d *planDoc) uid(shift string) string {
	sum := sha256.Sum256([]byte(d.Team + "\x00" + shift))
	return fmt.Sprintf("%x@watchbill", sum[:16])
}
