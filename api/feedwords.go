package api

import (
	"strconv"
	"time"

	"watchbill/schedule"
	"watchbill/schedule/ical"
)

// feedWords says what shifts are in words for people.
type feedWords struct {
	base string
	text []byte

	team       string // the last one, with its
	categories []string
	summaries  map[summary]string

	// The end of the last shift, which is most often the beginning of the next.
	ended time.Time
	end   []byte
}

// A summary is what the summary of an event depends on.
type summary struct {
	rotation  schedule.RotationID
	who, team string
	cancelled bool
}

func newFeedWords(base string) *feedWords {
	return &feedWords{base: base, summaries: map[summary]string{}}
}

func (w *feedWords) describe(out *ical.Event, e *schedule.FeedEvent) {
	who := e.Person
	if e.Shift.Person == 0 {
		who = "UNFILLED"
	}
	key := summary{e.Shift.Rotation, who, e.Team, e.Cancelled}
	if out.Summary = w.summaries[key]; out.Summary == "" {
		out.Summary = "On call (" + string(e.Shift.Rotation) + "): " + who + " – " + e.Team
		if e.Cancelled {
			out.Summary = "Cancelled: " + out.Summary
		}
		w.summaries[key] = out.Summary
	}
	if w.team != e.Team || w.categories == nil {
		w.team, w.categories = e.Team, []string{"On-call", e.Team}
	}
	out.Categories = w.categories
	out.Description = w.span(e)
	if origin := origin(e); origin != "" {
		out.Description += "\n" + origin
	}
	if w.base != "" {
		w.text = append(append(w.text[:0], w.base...), "/shifts/"...)
		out.URL = string(strconv.AppendInt(w.text, int64(e.Shift.ID), 10))
	}
}

// span gives the rotation and the times of a shift on its team's clock, with the zone: calendars
// show their own.
func (w *feedWords) span(e *schedule.FeedEvent) string {
	zone, err := schedule.Zone(e.Zone)
	if err != nil {
		zone = time.UTC
	}
	const layout = "Mon 2 Jan 2006 15:04 MST"
	w.text = append(append(w.text[:0], e.Shift.Rotation...), ": "...)
	if start := e.Shift.Start.In(zone); start.Equal(w.ended) && zone == w.ended.Location() {
		w.text = append(w.text, w.end...)
	} else {
		w.text = start.AppendFormat(w.text, layout)
	}
	w.ended = e.Shift.End.In(zone)
	w.end = w.ended.AppendFormat(w.end[:0], layout)
	w.text = append(append(append(w.text, " to "...), w.end...), " ("...)
	w.text = append(append(w.text, e.Zone...), ')')
	return string(w.text)
}

// origin says how a shift came to whoever has it, when not by the plan.
func origin(e *schedule.FeedEvent) string {
	from := e.Before
	switch {
	case e.Cancelled || e.Shift.Override == 0:
		return ""
	case e.Shift.Kind == schedule.Covered && from != "":
		return "Cover for " + from + "."
	case e.Shift.Kind == schedule.Covered:
		return "Taken over."
	case e.Shift.Kind == schedule.Swapped && from != "":
		return "Swapped with " + from + "."
	case e.Shift.Kind == schedule.Swapped:
		return "Swapped."
	case from != "":
		return "Changed by a manager; it was with " + from + "."
	}
	return "Changed by a manager."
}
