package main

import (
	"slices"
	"strings"
	"time"

	"watchbill/schedule"
)

// disjoint joins the absences of a person that overlap, as those of several
// calendars do: a team file wants each time once. Whole days keep their own rule
// about the hand-over on the first of them, so times within them go.
func disjoint(all []schedule.Absence, zone *time.Location) []schedule.Absence {
	var days, times []schedule.Absence
	for _, a := range all {
		if a.First.IsZero() {
			times = append(times, a)
		} else {
			days = append(days, a)
		}
	}
	slices.SortStableFunc(days, func(a, b schedule.Absence) int { return a.First.Compare(b.First) })
	var out []schedule.Absence
	for _, d := range days {
		if last := len(out) - 1; last >= 0 && !d.First.After(out[last].Last) {
			if out[last].Last.Before(d.Last) {
				out[last].Last = d.Last
			}
			out[last].Label = joined(out[last].Label, d.Label)
			continue
		}
		out = append(out, d)
	}
	for _, d := range out {
		start, end := d.Span(zone, schedule.Midnight)
		times = outside(times, start, end)
	}
	slices.SortStableFunc(times, func(a, b schedule.Absence) int { return a.Start.Compare(b.Start) })
	whole := len(out)
	for _, t := range times {
		if last := len(out) - 1; last >= whole && t.Start.Before(out[last].End) {
			if out[last].End.Before(t.End) {
				out[last].End = t.End
			}
			out[last].Label = joined(out[last].Label, t.Label)
			continue
		}
		out = append(out, t)
	}
	// On the wall clock, which is what a team file has, an hour that the clocks
	// are put back may end before it starts.
	for i := whole; i < len(out); i++ {
		if a, b := out[i].Start.In(zone), out[i].End.In(zone); nominal(b) <= nominal(a) {
			out[i].End = out[i].End.Add(time.Hour)
		}
	}
	return out
}

// outside cuts [start, end) out of absences by the hour.
func outside(times []schedule.Absence, start, end time.Time) []schedule.Absence {
	var out []schedule.Absence
	for _, t := range times {
		if !t.Start.Before(end) || !start.Before(t.End) {
			out = append(out, t)
			continue
		}
		if t.Start.Before(start) {
			before := t
			before.End = start
			out = append(out, before)
		}
		if end.Before(t.End) {
			t.Start = end
			out = append(out, t)
		}
	}
	return out
}

// joined is two notes as one.
func joined(a, b string) string {
	switch {
	case a == "":
		return b
	case b == "" || strings.Contains(a, b) || len(a) > 200:
		return a
	}
	return a + ", " + b
}
