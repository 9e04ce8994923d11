package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"watchbill/schedule"
	"watchbill/schedule/ical"
)

type calendarCmd struct {
	Expand calendarExpandCmd `cmd:"" help:"Print what an import of an iCalendar file would see: events, series unrolled, and warnings."`
}

type calendarExpandCmd struct {
	File string `arg:"" help:"Calendar (.ics); - reads standard input."`
	From string `required:"" placeholder:"T" help:"Begin of the window, like 2026-01-01T00:00:00Z, or a day."`
	To   string `required:"" placeholder:"T" help:"End of the window, not included."`
	Zone string `name:"tz" default:"UTC" placeholder:"ZONE" help:"Zone of whole days and of times without a zone, like Europe/Berlin (default ${default})."`
	JSON bool   `name:"json" help:"Print JSON, times in UTC, whole days as dates with the end not included."`
}

// expandDoc is what --json prints.
type expandDoc struct {
	OK       bool            `json:"ok"`
	Error    string          `json:"error"`
	Warnings []string        `json:"warnings"`
	Events   []expandedEvent `json:"events"`
}

type expandedEvent struct {
	UID     string      `json:"uid"`
	Summary string      `json:"summary"`
	Start   string      `json:"start"`
	End     string      `json:"end"`
	AllDay  bool        `json:"all_day"`
	Status  ical.Status `json:"status"`
}

// Run prints the events of a calendar.
func (c *calendarExpandCmd) Run(con *console) error {
	o, err := c.options()
	if err != nil {
		return usageError{err}
	}
	got, err := c.read(con, o)
	if err != nil {
		err = fmt.Errorf("%s: %w", c.File, err)
		if c.JSON {
			return errors.Join(err, expandDoc{Error: err.Error(), Warnings: []string{}, Events: []expandedEvent{}}.write(con.out))
		}
		return err
	}
	if c.JSON {
		return expanded(got).write(con.out)
	}
	for _, w := range got.Warnings {
		fmt.Fprintln(con.err, "watchbill:", c.File+":", strings.Map(printed, w.String()))
	}
	return writeEvents(con.out, got.Events, o.Zone)
}

// options reads the window and the zone.
func (c *calendarExpandCmd) options() (o ical.ReadOptions, err error) {
	if o.Zone, err = time.LoadLocation(c.Zone); err != nil || c.Zone == "" || c.Zone == "Local" {
		return o, fmt.Errorf("--tz: %q is not a time zone; write it like Europe/Berlin", c.Zone)
	}
	if o.From, err = instant(c.From, o.Zone); err != nil {
		return o, fmt.Errorf("--from: %w", err)
	}
	if o.To, err = instant(c.To, o.Zone); err != nil {
		return o, fmt.Errorf("--to: %w", err)
	}
	if !o.From.Before(o.To) {
		return o, errors.New("--to: the window ends before it begins")
	}
	return o, nil
}

// instant reads a time with its distance from UTC, one on the clocks of the zone,
// or a day, which stands for its begin.
func instant(s string, zone *time.Location) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	if t, err := time.Parse("2006-01-02T15:04:05", s); err == nil {
		return schedule.DateOf(t).At(schedule.ClockOf(t), zone), nil
	}
	d, err := schedule.ParseDate(s)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is no time; write it like 2026-12-21T09:00:00Z or 2026-12-21", s)
	}
	return d.At(schedule.Midnight, zone), nil
}

func (c *calendarExpandCmd) read(con *console, o ical.ReadOptions) (*ical.Import, error) {
	in, err := con.open(c.File)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return ical.Read(in, o)
}

func expanded(got *ical.Import) expandDoc {
	doc := expandDoc{OK: true, Warnings: []string{}, Events: []expandedEvent{}}
	for _, w := range got.Warnings {
		doc.Warnings = append(doc.Warnings, w.String())
	}
	for _, o := range got.Events {
		e := expandedEvent{UID: o.UID, Summary: o.Summary, AllDay: o.AllDay, Status: o.Status}
		e.Start, e.End = o.Start.UTC().Format(time.RFC3339), o.End.UTC().Format(time.RFC3339)
		if o.AllDay {
			e.Start, e.End = o.First.String(), o.Until.String()
		}
		doc.Events = append(doc.Events, e)
	}
	return doc
}

func (d expandDoc) write(w io.Writer) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(d); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// writeEvents prints a line for each event, in the zone of the reader.
func writeEvents(w io.Writer, events []ical.Occurrence, zone *time.Location) error {
	var b bytes.Buffer
	if len(events) == 0 {
		fmt.Fprintln(&b, "There are no events in the window.")
	}
	const minute = "Mon 2006-01-02 15:04"
	for _, o := range events {
		when := o.Start.In(zone).Format(minute) + " – " + o.End.In(zone).Format(minute)
		if o.AllDay {
			when = weekdayAndDate(o.First)
			if last := o.Until.AddDays(-1); last != o.First {
				when += " – " + weekdayAndDate(last)
			}
		}
		line := fmt.Sprintf("%-43s  %-9s  %s", when, strings.ToLower(string(o.Status)), strings.Join(strings.Fields(o.Summary), " "))
		fmt.Fprintln(&b, strings.TrimRight(strings.Map(printed, line), " "))
	}
	_, err := w.Write(b.Bytes())
	return err
}

func weekdayAndDate(d schedule.Date) string {
	return d.At(schedule.Noon, time.UTC).Format("Mon 2006-01-02")
}
