package ingest

import (
	"bytes"
	"encoding/json"
	"time"

	"watchbill/health"
)

// Record returns a result as JSON in the form oncall.ingest.expected/1: what
// `watchbill ingest normalize` prints, and what test data is written in. Times are
// instants in UTC; null is what the payload does not say.
func (res Result) Record() ([]byte, error) {
	record := struct {
		Schema   string      `json:"schema"`
		Vendor   string      `json:"vendor"`
		Format   string      `json:"format"`
		Gives    Disposition `json:"disposition"`
		Reason   *string     `json:"reject_reason"`
		Events   []member    `json:"events"`
		Warnings []Warning   `json:"warnings"`
	}{
		Schema: "oncall.ingest.expected/1", Vendor: res.Vendor, Format: res.Format, Gives: res.Disposition,
		Reason: orNull(res.Reason), Events: []member{}, Warnings: res.Warnings,
	}
	if record.Warnings == nil {
		record.Warnings = []Warning{}
	}
	for i, e := range res.Events {
		record.Events = append(record.Events, eventRecord(e, res.extras[i]))
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(record)
	return out.Bytes(), err
}

// member is an object whose members keep their order.
type member []pair

type pair struct {
	name  string
	value any
}

// MarshalJSON writes the members in their order.
func (m member) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, p := range m {
		if i > 0 {
			out.WriteByte(',')
		}
		name, err := json.Marshal(p.name)
		if err != nil {
			return nil, err
		}
		out.Write(name)
		out.WriteByte(':')
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(p.value); err != nil {
			return nil, err
		}
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// instant writes a time; null when it is none.
func instant(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	return orNull(t.Format(time.RFC3339Nano))
}

func eventRecord(e health.Event, x extras) member {
	m := member{
		{"external_event_id", orNull(e.ExternalID)},
		{"page_key", orNull(e.PageKey)},
		{"alert_key", orNull(e.AlertKey)},
		{"kind", e.Kind},
		{"occurred_at", instant(e.OccurredAt)},
		{"service", orNull(e.Service)},
		{"urgency", e.Urgency},
		{"severity_raw", orNull(e.Severity)},
		{"title", orNull(e.Title)},
		{"actor", nil},
		{"responders", []member{}},
	}
	if !e.Actor.IsZero() {
		m[9].value = identityRecord(e.Actor)
	}
	responders := []member{}
	for _, p := range e.Responders {
		responders = append(responders, partyRecord(p))
	}
	m[10].value = responders
	add := func(name string, value any, told bool) {
		if told {
			m = append(m, pair{name, value})
		}
	}
	add("order_key", e.OrderKey, e.OrderKey != 0)
	add("occurrences", e.Occurrences, e.Occurrences != 0 || x.plain)
	add("derived", true, e.TimeBasis == health.TimeDerived)
	add("merged_into", e.MergedInto, e.MergedInto != "")
	if e.Shift != nil {
		add("end", instant(e.Shift.End), !e.Shift.End.IsZero())
		add("override", true, e.Shift.Override)
	}
	add("time_zone", e.Zone, e.Zone != "")
	add("schedule", x.schedule, x.schedule != "")
	add("bundle_count", x.bundle, x.bundle != 0)
	add("ce_source", x.source, x.source != "")
	add("ce_type", x.kind, x.kind != "")
	return m
}

func identityRecord(i health.Identity) member {
	return member{{"id", orNull(i.ID)}, {"email", orNull(i.Email)}, {"name", orNull(i.Name)}}
}

func partyRecord(p health.Party) member {
	m := append(identityRecord(p.Identity), pair{"role", p.Role})
	if p.Target != "" && p.Target != health.TargetUnknown {
		m = append(m, pair{"target_type", p.Target})
	}
	if p.Reply != "" {
		m = append(m, pair{"state", p.Reply})
	}
	return m
}
