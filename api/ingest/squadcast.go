package ingest

import (
	"strings"

	"watchbill/health"
)

// squadcast reads both versions of Squadcast's webhooks, now SolarWinds Incident
// Response, and the events its API exports.
func squadcast() vendor {
	return vendor{id: "squadcast", formats: []format{
		{"squadcast.webhook", PageEvent, func(n node) bool { return n.has("id", "event_type") || n.get("event").has("resource") }, squadcastHook},
		{"squadcast.rest.event_array", Snapshot, func(n node) bool { return n.head().has("incident_id") }, each("", squadcastEvent)},
		{"squadcast.rest.incident_array", Snapshot, func(n node) bool { return n.head().has("id", "logs") }, each("", squadcastIncident)},
		{"squadcast.rest.incidents", Snapshot, func(n node) bool { return n.get("incidents").head().has("id", "logs") }, each("incidents", squadcastIncident)},
		{"squadcast.rest.user_array", Context, func(n node) bool { return n.head().has("email", "first_name") }, each("", squadcastUser)},
		{"squadcast.rest.events", Snapshot, func(n node) bool { return n.get("data").head().has("incident_id") }, each("data", squadcastEvent)},
	}}
}

// squadcastKinds are what happens to incidents.
var squadcastKinds = map[string]health.Kind{
	"triggered":        health.KindTriggered,
	"acknowledged":     health.KindAcknowledged,
	"unacknowledged":   health.KindUnacknowledged,
	"reassigned":       health.KindReassigned,
	"escalated":        health.KindEscalated,
	"resolved":         health.KindResolved,
	"reopened":         health.KindReopened,
	"suppressed":       health.KindCancelled,
	"merged":           health.KindMerged,
	"priority_updated": health.KindPriorityChanged,
	"notes_created":    health.KindAnnotated,
	"note_created":     health.KindAnnotated,

	"incident_notes_created": health.KindAnnotated,
}

// squadcastHook reads what happened to an incident. In the first version the time
// and the person are in the timeline only.
func squadcastHook(r *reader, n node) error {
	incident, event := n, n.get("event")
	name := n.str("event_type")
	if event.isObject() {
		incident, name = squadcastSubject(n.get("data")), event.str("type")
	}
	what := strings.TrimPrefix(strings.TrimPrefix(name, "incident_"), "incident.")
	d := draft{Event: health.Event{
		ExternalID: event.str("id"), Kind: health.KindOther, PageKey: incident.str("id"), Title: incident.str("message"),
		Service: incident.str("service", "name"), Occurrences: incident.count("event_count"), Path: "timeline",
		OccurredAt: r.at(event, "timestamp"), PageCreatedAt: r.at(incident, "created_at"), PageState: pageState(incident.str("status")),
		Severity: incident.str("tags", "severity", "value"),
	}, keyed: []string{name}}
	if d.PageKey == "" {
		return mismatch("the incident has no id")
	}
	if d.ExternalID != "" {
		d.Key = "event:" + d.ExternalID
	}
	if kind, ok := squadcastKinds[what]; ok {
		d.Kind = kind
	}
	if d.Severity == "" {
		d.Severity = incident.str("priority")
	}
	d.Urgency = urgency(d.Severity)
	if who := n.get("data", "resource_data", "created_by"); d.Kind == health.KindAnnotated && who.isObject() {
		d.Actor = health.Identity{ID: who.str("id"), Email: mail(who.first("email_id", "email")), Name: who.str("name")}
	}
	if who := incident.get("assigned_to"); who.isObject() && who.str("id")+who.str("name") != "" {
		d.Responders = append(d.Responders, health.Party{
			Identity: health.Identity{ID: who.str("id"), Name: who.str("name")}, Role: health.RoleAssignee, Target: who.str("type"),
		})
	}
	squadcastTimeline(r, &d, what, incident.list("timeline"))
	if d.OccurredAt.IsZero() && d.Kind == health.KindTriggered {
		d.OccurredAt = d.PageCreatedAt
	}
	r.add(d)
	return nil
}

// squadcastSubject returns the incident that something happened to: what the event is
// about, or that to which a note, a task, a channel or a status page belongs.
func squadcastSubject(data node) node {
	if data.get("incident").isObject() {
		return data.get("incident")
	}
	return data.get("resource_data")
}

// squadcastTimeline finds the entry that an event is about: the last of its kind.
func squadcastTimeline(r *reader, d *draft, what string, timeline []node) {
	for i := len(timeline) - 1; i >= 0; i-- {
		entry := timeline[i]
		if entry.str("action") != what {
			continue
		}
		if d.OccurredAt.IsZero() {
			d.OccurredAt = r.at(entry, "time")
		}
		name := entry.str("name")
		if entry.str("assigned_to") != "user" || name == "" {
			return
		}
		switch d.Kind {
		case health.KindAcknowledged:
			d.Responders = append(d.Responders, health.Party{Identity: health.Identity{Name: name}, Role: health.RoleAcknowledger})
		case health.KindResolved:
			d.Responders = append(d.Responders, health.Party{Identity: health.Identity{Name: name}, Role: health.RoleResolver})
		}
		return
	}
}

func squadcastEvent(r *reader, n node) error {
	d := draft{Event: health.Event{
		Kind: health.KindTriggered, PageKey: n.str("incident_id"), Title: n.str("message"), OccurredAt: r.at(n, "time_of_creation"),
		Path: n.str("incident_id"),
	}}
	if d.PageKey == "" {
		return mismatch("incident_id is missing")
	}
	r.add(d)
	return nil
}

// squadcastIncident reads an exported incident with its log.
func squadcastIncident(r *reader, n node) error {
	base := health.Event{
		PageKey: n.str("id"), Title: n.first("title", "message"), Service: n.str("service"), PageCreatedAt: r.at(n, "created_at"),
		Severity: n.str("tags", "severity", "value"), Path: n.str("id"),
	}
	if base.PageKey == "" {
		return mismatch("the incident has no id")
	}
	base.Urgency = urgency(base.Severity)
	for _, entry := range n.list("logs") {
		kind, ok := squadcastKinds[entry.str("action")]
		if !ok {
			continue
		}
		d := draft{Event: with(base, kind, r.at(entry, "time"))}
		role := health.RoleAssignee
		switch kind {
		case health.KindAcknowledged:
			role = health.RoleAcknowledger
		case health.KindResolved:
			role = health.RoleResolver
		case health.KindAnnotated:
			role = health.RoleInvolved
		}
		if who := entry.str("id"); who != "" {
			d.Responders = []health.Party{{Identity: health.Identity{ID: who}, Role: role, Target: entry.str("assignedTo")}}
		}
		r.add(d)
	}
	return nil
}

func squadcastUser(r *reader, n node) error {
	name := strings.TrimSpace(n.str("first_name") + " " + n.str("last_name"))
	r.add(identity(health.Identity{ID: n.str("id"), Email: mail(n.str("email")), Name: name}, n.str("time_zone")))
	return nil
}
