package main

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"watchbill/api/fetch"
	"watchbill/api/telemetry"
	"watchbill/schedule"
	"watchbill/schedule/ical"
)

// calendars implements schedule.Calendars: ical reads and api/fetch fetches.
type calendars struct{ client *fetch.Client }

// newCalendars allows links to lead to the given networks too, like 10.0.0.0/8.
func newCalendars(allow []string) (calendars, error) { return tracedCalendars(allow, nil) }

// tracedCalendars is newCalendars with spans of what is fetched.
func tracedCalendars(allow []string, tracing *telemetry.Tracing) (calendars, error) {
	networks, err := allowed(allow)
	return calendars{fetch.New(fetch.Options{Agent: "Watchbill (calendar subscription)", Allow: networks, Around: tracing.Client})}, err
}

// allowed are the networks from which things are fetched besides the public internet.
func allowed(networks []string) ([]netip.Prefix, error) {
	out := make([]netip.Prefix, 0, len(networks))
	for _, text := range networks {
		p, err := netip.ParsePrefix(strings.TrimSpace(text))
		if err != nil {
			return nil, fmt.Errorf("--allow-fetch-from: %q is no network; write it like 10.0.0.0/8", text)
		}
		out = append(out, p)
	}
	return out, nil
}

// Link implements schedule.Calendars.
func (calendars) Link(text string) (string, error) { return fetch.Link(text) }

// Fetch implements schedule.Calendars.
func (c calendars) Fetch(ctx context.Context, link, etag, modified string) (schedule.Fetched, error) {
	return c.client.Get(ctx, link, etag, modified)
}

// Read implements schedule.Calendars.
func (calendars) Read(src []byte, from, to time.Time, zone *time.Location) (schedule.Reading, error) {
	got, err := ical.Read(bytes.NewReader(src), ical.ReadOptions{From: from, To: to, Zone: zone})
	if err != nil {
		return schedule.Reading{}, notCalendar(err)
	}
	r := schedule.Reading{Name: got.Name, Refresh: got.Refresh, Floating: got.Floating, Warnings: sentences(got.Warnings)}
	keys := occasionKeys(got.Events)
	for i := range got.Events {
		o := &got.Events[i]
		e := schedule.Occasion{
			Key: keys[i], Title: o.Summary, Start: o.Start, End: o.End, AllDay: o.AllDay, First: o.First, Until: o.Until,
			Cancelled: o.Status == ical.Cancelled, Free: o.Time == ical.Free,
		}
		for _, a := range o.Attendees {
			if a.Name != "" {
				e.Names = append(e.Names, a.Name)
			}
			if a.Email != "" {
				e.Emails = append(e.Emails, a.Email)
			}
		}
		r.Events = append(r.Events, e)
	}
	return r, nil
}

// occasionKeys names each event. Different events of one UID, which some calendars
// have, are told apart by when they start, and at last by their number.
func occasionKeys(events []ical.Occurrence) []string {
	n := map[string]int{}
	for i := range events {
		n[events[i].UID+" "+events[i].Instance]++
	}
	seen := map[string]int{}
	keys := make([]string, len(events))
	for i := range events {
		o := &events[i]
		key := o.UID + " " + o.Instance
		if n[key] > 1 {
			key += " " + o.Start.Format("20060102T150405Z")
		}
		seen[key]++
		if seen[key] > 1 {
			key = fmt.Sprint(key, " ", seen[key])
		}
		keys[i] = key
	}
	return keys
}

// Holidays implements schedule.Calendars.
func (calendars) Holidays(src []byte, from, until schedule.Date) (schedule.Reading, error) {
	days, warnings, err := ical.ReadHolidays(bytes.NewReader(src), from, until)
	if err != nil {
		return schedule.Reading{}, notCalendar(err)
	}
	return schedule.Reading{Days: days, Warnings: sentences(warnings)}, nil
}

// notCalendar is what is said of a file that is no calendar.
func notCalendar(err error) error {
	return &schedule.InvalidError{Field: "file", Reason: err.Error()}
}

func sentences(warnings []ical.Warning) []string {
	var out []string
	for _, w := range warnings {
		out = append(out, strings.Map(printed, w.String()))
	}
	return out
}
