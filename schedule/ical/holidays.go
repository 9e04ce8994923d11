package ical

import (
	"cmp"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"watchbill/schedule"
)

// ReadHolidays returns the whole-day events of a calendar on the days [from,
// until), in order: single days, stretches of at most a month, and what recurs
// every year. Events that are cancelled, have a time of day, or recur in another
// way are left out, the last with a warning; so is whatever cannot be read. The
// error says why the file is no calendar at all.
func ReadHolidays(r io.Reader, from, until schedule.Date) ([]schedule.Holiday, []Warning, error) {
	all, warnings, err := events(r)
	if err != nil {
		return nil, warnings, err
	}
	var out []schedule.Holiday
	for i := range all {
		days, reason := all[i].holiday(from, until)
		if reason != "" && len(warnings) < 100 {
			warnings = append(warnings, Warning{all[i].line, reason})
		}
		out = append(out, days...)
	}
	slices.SortFunc(out, func(a, b schedule.Holiday) int {
		return cmp.Or(a.Date.Compare(b.Date), cmp.Compare(a.Name, b.Name))
	})
	return slices.Compact(out), warnings, nil
}

// holiday returns the days of one event, or why it has none that can be used.
func (c *component) holiday(from, until schedule.Date) ([]schedule.Holiday, string) {
	if status, _ := c.get("STATUS"); strings.EqualFold(strings.TrimSpace(status.value), "CANCELLED") {
		return nil, ""
	}
	start, ok := c.get("DTSTART")
	if !ok {
		return nil, "the event has no DTSTART and was left out"
	}
	first, ok := day(start)
	if !ok {
		if len(strings.TrimSpace(start.value)) > 8 {
			return nil, "" // an appointment
		}
		return nil, "the event's start " + strconv.Quote(start.value) + " is no day; it was left out"
	}
	length := 1
	if end, ok := c.get("DTEND"); ok {
		if last, ok := day(end); ok {
			length = max(1, last.DaysSince(first))
		}
	}
	if length > 31 {
		return nil, "the event lasts longer than a month and was left out"
	}
	starts, reason := c.starts(first, from.AddDays(-length), until)
	summary, _ := c.get("SUMMARY")
	name := oneLine(unescape(summary.value))
	if name == "" {
		name = "holiday"
	}
	var out []schedule.Holiday
	for _, s := range starts {
		for i := range length {
			if d := s.AddDays(i); !d.Before(from) && d.Before(until) {
				out = append(out, schedule.Holiday{Date: d, Name: name})
			}
		}
	}
	return out, reason
}

// day reads a date; some exports write it as midnight, with or without a zone.
func day(p property) (schedule.Date, bool) {
	v := strings.TrimSpace(p.value)
	if len(v) >= 15 && !strings.EqualFold(p.params["VALUE"], "DATE") {
		if !strings.HasPrefix(v[8:], "T000000") || strings.HasSuffix(v, "Z") {
			return schedule.Date{}, false
		}
		v = v[:8]
	}
	if len(v) > 8 {
		v = v[:8]
	}
	t, err := time.Parse("20060102", v)
	if err != nil || t.Year() < 1 {
		return schedule.Date{}, false
	}
	return schedule.DateOf(t), true
}

// starts returns when the event begins within [from, until).
func (c *component) starts(first, from, until schedule.Date) ([]schedule.Date, string) {
	gone := map[schedule.Date]bool{}
	for _, p := range c.props {
		if p.name == "EXDATE" {
			for v := range strings.SplitSeq(p.value, ",") {
				if d, ok := day(property{value: v, params: p.params}); ok {
					gone[d] = true
				}
			}
		}
	}
	rule, recurs := c.get("RRULE")
	if !recurs {
		if first.Before(from) || !first.Before(until) || gone[first] {
			return nil, ""
		}
		return []schedule.Date{first}, ""
	}
	y, ok := parseYearly(rule.value, first)
	if !ok {
		return nil, "the event recurs by " + strconv.Quote(rule.value) + ", which no yearly holiday does; it was left out"
	}
	var out []schedule.Date
	y.each(first, until, func(d schedule.Date) {
		if !d.Before(from) && !gone[d] {
			out = append(out, d)
		}
	})
	return out, ""
}
