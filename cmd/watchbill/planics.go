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
// brought.
func (d *planDoc) writeICS(w io.Writer) error {
	changed := map[string]schedule.Date{}
	for _, c := range d.Changes {
		changed[c.ID] = c.On
	}
	calendar := ical.Calendar{Name: "On call – " + d.Team}
	for _, s := range d.Shifts {
		if s.Person == "" {
			continue
		}
		// The same plan gives the same bytes: an event is as old as the plan's first
		// day, or as the day on which the published plan was changed.
		event := ical.Event{
			UID:         d.uid(s.ID),
			Summary:     fmt.Sprintf("On call (%s): %s – %s", s.Rotation, s.Person, d.Team),
			Description: fmt.Sprintf("%s, %s to %s", s.Rotation, s.Start.Format(icsTime), s.End.Format(icsTime)),
			Categories:  []string{"On-call", d.Team},
			Start:       s.Start, End: s.End,
			Changed: d.From.At(schedule.Midnight, time.UTC),
		}
		if on, ok := changed[s.ID]; ok {
			event.Changed, event.Sequence = on.At(schedule.Midnight, time.UTC), 1
		}
		calendar.Events = append(calendar.Events, event)
	}
	return ical.Encode(w, calendar)
}

// icsTime is how the description gives the times on the rotation's clock.
const icsTime = "Mon 2 Jan 2006 15:04 MST"

// uid names a shift of a team in calendars, within their length whatever the team
// is called.
func (d *planDoc) uid(shift string) string {
	sum := sha256.Sum256([]byte(d.Team + "\x00" + shift))
	return fmt.Sprintf("%x@watchbill", sum[:16])
}
