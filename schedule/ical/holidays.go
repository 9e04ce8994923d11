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

// ReadHolidays returns the whole-day events of a calendar on the days [from,
// until), in order: single days, stretches of at most a month, and what recurs
// every year. Events that are cancelled, have a time of day, or recur more often
// are left out, the last with a warning; so is whatever cannot be read. The
// error says why the file is no calendar at all.
func ReadHolidays(r io.Reader, from, until schedule.Date) ([]schedule.Holiday, []Warning, error) {
	got, err := read(r, ReadOptions{
		From: from.At(schedule.Midnight, time.UTC), To: until.At(schedule.Midnight, time.UTC),
	}, (*event).holiday)
	if err != nil {
		return nil, nil, err
	}
	var out []schedule.Holiday
	for _, o := range got.Events {
		if o.Status == Cancelled {
			continue
		}
		name := cmp.Or(oneLine(o.Summary), "holiday")
		for d := o.First; d.Before(o.Until); d = d.AddDays(1) {
			if !d.Before(from) && d.Before(until) {
				out = append(out, schedule.Holiday{Date: d, Name: name})
			}
		}
	}
	slices.SortFunc(out, func(a, b schedule.Holiday) int {
		return cmp.Or(a.Date.Compare(b.Date), cmp.Compare(a.Name, b.Name))
	})
	return slices.Compact(out), got.Warnings, nil
}

// holiday refuses events that no holiday is like. Some exports write a day as
// from midnight to midnight, with or without a zone; such an event becomes days.
func (e *event) holiday() error {
	if !e.start.day {
		if e.start.at.clock() != 0 || e.start.zone == utc && !e.floating() || e.length.seconds != 0 {
			return errSkip // an appointment
		}
		e.start.day, e.start.zone = true, utc
		e.length.days = max(1, e.length.days)
	}
	if e.length.days > 31 {
		return errors.New("the event lasts longer than a month")
	}
	rule, _ := e.get("RRULE")
	for _, r := range e.rules {
		if r.freq != yearly {
			return fmt.Errorf("the event recurs by %q, which no yearly holiday does", shorten(rule.value))
		}
	}
	return nil
}
