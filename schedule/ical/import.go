package ical

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"watchbill/schedule"
)

// ReadOptions say what of a calendar is wanted.
type ReadOptions struct {
	// From and To bound the window, To not included. What takes up any of it is
	// read, and what takes no time when it begins in it.
	From, To time.Time
	// Zone is where times without a zone and whole days are; nil means UTC. The
	// machine's own zone never counts.
	Zone *time.Location
}

// An Import is what a calendar has in a window.
type Import struct {
	Name     string        // what the calendar calls itself; may be empty
	Refresh  time.Duration // after which it wants to be read again; zero when it says nothing
	Events   []Occurrence  // by start, then by UID
	Warnings []Warning     // by line
	// Floating counts the events at times without a zone, which were read as
	// those of the reader.
	Floating int
}

// An Occurrence is one event, or one of a series.
type Occurrence struct {
	// UID is that of the event in the calendar; occurrences of a series share
	// it. An event without one gets one that is the same on every reading.
	UID string
	// Instance tells occurrences of a series apart: when this one was to start
	// before it was moved, like 20261221T080000Z or, of whole days, 20261221. It
	// is empty for an event that does not recur.
	Instance  string
	Summary   string
	Status    Status
	Time      Presence
	Attendees []Attendee // those with a name or an address
	// Start and End are instants, End not included. Those of whole days are the
	// midnights of the zone of the reader.
	Start, End time.Time
	// AllDay says that the event is the days from First to Until, Until not
	// included, wherever one is. Both are zero for any other event.
	AllDay       bool
	First, Until schedule.Date
}

// Read returns the events of a calendar within a window, series unrolled, with
// what single occurrences changed or cancelled. It forgives what calendars get
// wrong: an event that makes no sense is left out with a warning, and so is a
// zone that nobody knows; neither spoils the rest. The error says why the whole
// is no calendar. Time and memory are bounded, whatever the bytes are.
//
// A time that happens twice is its first, and one that is skipped is as much
// later as the clocks were moved (RFC 5545, 3.3.5).
func Read(in io.Reader, o ReadOptions) (*Import, error) {
	return read(in, o, func(*event) error { return nil })
}

// errSkip leaves an event out without a word.
var errSkip = errors.New("not wanted")

// A reader is one reading of a calendar.
type reader struct {
	*splitter
	from, to int64
	local    *zone
	defined  map[string]*component // VTIMEZONEs by TZID
	zones    map[string]*zone      // what a TZID was found to be
	budget   int
	out      []Occurrence
	full     bool
	floating int
}

// read is Read with a last word on every event: it may be changed, and left out
// for the reason that is returned.
func read(in io.Reader, o ReadOptions, judge func(*event) error) (*Import, error) {
	src, err := load(in)
	if err != nil {
		return nil, err
	}
	parts, err := split(src)
	if err != nil {
		return nil, err
	}
	r := &reader{
		splitter: parts, from: o.From.Unix(), to: o.To.Unix(), local: utc, budget: fileBudget,
		defined: map[string]*component{}, zones: map[string]*zone{},
	}
	if o.Zone != nil {
		r.local = &zone{loc: o.Zone}
	}
	for i := range parts.zones {
		if id, ok := parts.zones[i].get("TZID"); ok {
			r.defined[oneLine(id.value)] = &parts.zones[i]
		}
	}
	if len(parts.events) == 0 && parts.freeBusy > 0 {
		r.warn(parts.freeBusy, "the calendar only says when its owner is busy (VFREEBUSY), without events; publish it with events, with or without their titles")
	}
	var events []*event
	for i := range parts.events {
		e, err := r.event(&parts.events[i])
		if err == nil {
			err = judge(e)
		}
		if err == nil && !e.start.day && e.start.zone == r.local && e.floating() {
			r.floating++
		}
		switch {
		case err == nil:
			events = append(events, e)
		case !errors.Is(err, errSkip):
			r.warn(parts.events[i].line, "%v; it was left out", err)
		}
	}
	all := r.group(events)
	for _, recurring := range []bool{false, true} { // so that no series takes the place of single events
		for _, s := range all {
			if s.recurs() == recurring {
				r.expand(s)
			}
		}
	}
	return r.finish(), nil
}

// add files an occurrence if it is in the window.
func (r *reader) add(e *event, s slot) {
	end := s.t
	if s.length.days > 0 {
		end = e.start.zone.instant(s.at + wall(s.length.days*secondsPerDay))
	}
	end += s.length.seconds
	if s.t >= r.to || end <= r.from && (end > s.t || s.t < r.from) {
		return
	}
	if len(r.out) == maxEvents {
		if !r.full {
			r.full = true
			r.warn(e.line, "there are more than %d events in the window; this one and others were left out", maxEvents)
		}
		return
	}
	o := Occurrence{
		UID: e.uid, Instance: s.name, Summary: e.summary, Status: e.status, Time: e.time, Attendees: e.attendees, AllDay: e.start.day,
	}
	o.Start, o.End = time.Unix(s.t, 0).UTC(), time.Unix(end, 0).UTC()
	if o.AllDay {
		o.First = s.at.date()
		o.Until = (s.at + wall(s.length.days*secondsPerDay)).date()
	}
	r.out = append(r.out, o)
}

// finish puts everything in order; an occurrence that is there twice in every
// respect is there once.
func (r *reader) finish() *Import {
	slices.SortStableFunc(r.out, func(a, b Occurrence) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.UID, b.UID), a.End.Compare(b.End),
			cmp.Compare(a.Summary, b.Summary), cmp.Compare(a.Status, b.Status), cmp.Compare(a.Instance, b.Instance))
	})
	r.out = slices.CompactFunc(r.out, func(a, b Occurrence) bool {
		return a.Start.Equal(b.Start) && a.End.Equal(b.End) && a.AllDay == b.AllDay && a.UID == b.UID && a.Summary == b.Summary && a.Status == b.Status
	})
	slices.SortStableFunc(r.warnings, func(a, b Warning) int { return cmp.Compare(a.Line, b.Line) })
	if r.unsaid > 0 {
		r.warnings = append(r.warnings, Warning{0, fmt.Sprintf("%d more warnings are not shown", r.unsaid)})
	}
	return &Import{Name: r.title, Refresh: r.refresh, Events: r.out, Warnings: r.warnings, Floating: r.floating}
}
