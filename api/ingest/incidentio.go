package ingest

import (
	"cmp"
	"strings"

	"watchbill/health"
)

// incidentIO reads incident.io. Its pages are escalations; alerts and incidents
// are what they are about.
func incidentIO() vendor {
	return vendor{id: "incident_io", formats: []format{
		{"incident_io.webhook", PageEvent, func(n node) bool { return n.has("event_type") }, incidentIOHook},
		{"incident_io.rest.escalations", Snapshot, func(n node) bool { return n.get("escalations").isList() }, each("escalations", incidentIOEscalation)},
		{"incident_io.rest.escalation_object", Snapshot, func(n node) bool { return n.get("escalation").has("events") }, func(r *reader, n node) error {
			return incidentIOEscalation(r, n.get("escalation"))
		}},
		{"incident_io.rest.schedule_entries", Context, func(n node) bool { return n.has("schedule_entries") }, incidentIOEntries},
	}}
}

// incidentIOHook reads a webhook, whose content is under the name of its event. What
// is private comes with nothing but an id.
func incidentIOHook(r *reader, n node) error {
	name := n.str("event_type")
	if name == "" {
		return mismatch("event_type is missing")
	}
	content := n.get(name)
	if !content.isObject() {
		return mismatch("%s is missing", name)
	}
	subject, what, _ := strings.Cut(name, ".")
	if strings.HasPrefix(subject, "private_") {
		r.disposition = NeedsFetch
	}
	switch {
	case subject == "private_escalation":
		r.add(draft{Event: health.Event{Kind: health.KindOther, PageKey: content.str("id"), Path: name}, keyed: []string{what}})
	case subject == "public_escalation" && strings.HasPrefix(what, "escalation_status_updated"):
		return incidentIOStatus(r, content)
	case subject == "public_escalation":
		return incidentIOEscalation(r, content)
	case subject == "public_alert" || subject == "private_alert":
		incidentIOAlert(r, what, content)
	case subject == "schedule" && strings.HasPrefix(what, "shift_change"):
		incidentIOShift(r, content)
	case subject == "schedule": // it was made, changed or deleted
		r.add(draft{Event: health.Event{Kind: health.KindOther, Title: cmp.Or(content.str("name"), content.str("schedule", "name")), Path: "schedule"}, keyed: []string{what, content.str("id")}})
	default:
		incidentIOIncident(r, what, content)
	}
	return nil
}

// incidentIOBase is what every event of an escalation says of it.
func incidentIOBase(r *reader, n node) health.Event {
	e := health.Event{PageKey: n.str("id"), Title: n.str("title"), Severity: n.str("priority", "name"), PageCreatedAt: r.at(n, "created_at"), Path: n.str("id")}
	e.Urgency = urgency(e.Severity)
	return e
}

// incidentIOEvents are the events of an escalation, and the role of those they name.
var incidentIOEvents = map[string]struct {
	kind health.Kind
	role health.Role
}{
	"triggered":      {health.KindTriggered, health.RoleInvolved},
	"notified_users": {health.KindNotified, health.RoleNotified},
	"acked":          {health.KindAcknowledged, health.RoleAcknowledger},
	"resolved":       {health.KindResolved, health.RoleResolver},
	"cancelled":      {health.KindCancelled, health.RoleInvolved},
	"expired":        {health.KindCancelled, health.RoleInvolved}, // its path ended and nobody had it
}

// incidentIOEscalation reads an escalation with all that happened to it: the one
// place where a webhook says who was notified.
func incidentIOEscalation(r *reader, n node) error {
	base := incidentIOBase(r, n)
	if base.PageKey == "" {
		return mismatch("the escalation has no id")
	}
	r.add(draft{Event: with(base, health.KindTriggered, base.PageCreatedAt)})
	for _, event := range n.list("events") {
		kind := incidentIOEvents[event.str("event")]
		if kind.kind == "" {
			kind.kind, kind.role = health.KindOther, health.RoleInvolved
		}
		d := draft{Event: with(base, kind.kind, r.at(event, "occurred_at")), keyed: []string{event.str("event")}}
		d.ExternalID = event.str("id")
		if d.ExternalID != "" {
			d.Key = "event:" + base.PageKey + ":" + d.ExternalID + ":" + event.str("event")
		}
		if u := urgency(event.str("urgency")); u != health.UrgencyUnknown {
			d.Urgency = u
		}
		for _, who := range event.list("users") {
			d.Responders = append(d.Responders, health.Party{Identity: incidentIOUser(who), Role: kind.role})
		}
		r.add(d)
	}
	return nil
}

func incidentIOUser(n node) health.Identity {
	return health.Identity{ID: n.str("id"), Email: mail(n.str("email")), Name: n.str("name")}
}

// incidentIOStatus reads that an escalation was acknowledged, resolved or given up.
func incidentIOStatus(r *reader, n node) error {
	escalation := n.get("escalation")
	base := incidentIOBase(r, escalation)
	if base.PageKey == "" {
		return mismatch("escalation.id is missing")
	}
	status := n.str("new_status")
	d := draft{Event: with(base, health.KindOther, r.at(escalation, "updated_at")), keyed: []string{status}}
	d.Actor = incidentIOUser(n.get("actor", "user"))
	switch status {
	case "acked":
		d.Kind = health.KindAcknowledged
	case "resolved":
		d.Kind = health.KindResolved
	case "cancelled", "expired":
		d.Kind = health.KindCancelled
	case "triggered":
		if n.str("previous_status") == "acked" {
			d.Kind = health.KindUnacknowledged
		}
	}
	switch {
	case d.Actor.IsZero():
	case d.Kind == health.KindAcknowledged:
		d.Responders = []health.Party{{Identity: d.Actor, Role: health.RoleAcknowledger}}
	case d.Kind == health.KindResolved:
		d.Responders = []health.Party{{Identity: d.Actor, Role: health.RoleResolver}}
	}
	r.add(d)
	return nil
}

func incidentIOAlert(r *reader, what string, n node) {
	d := draft{Event: health.Event{
		Kind: health.KindAlertCreated, PageKey: n.str("id"), AlertKey: n.str("deduplication_key"), Title: n.str("title"),
		OccurredAt: r.at(n, "created_at"), Path: what,
	}, keyed: []string{what}}
	switch {
	case strings.Contains(what, "resolved"):
		d.Kind, d.OccurredAt = health.KindAlertResolved, r.at(n, "resolved_at")
	case !strings.Contains(what, "created"): // it was changed, which is nothing of a page
		d.Kind, d.PageKey, d.OccurredAt = health.KindOther, "", r.at(n, "updated_at")
		d.keyed = append(d.keyed, n.str("id"))
	}
	r.add(d)
}

// incidentIOShift reads a hand-over, which has no time: it happened just now.
func incidentIOShift(r *reader, n node) {
	name := n.str("schedule", "name")
	d := draft{Event: health.Event{Kind: health.KindShift, Shift: &health.ShiftFact{Schedule: name}, Path: "schedule"}}
	d.extras.schedule = name
	d.keyed = []string{n.str("schedule", "id")}
	for _, who := range n.list("current_users") {
		d.Responders = append(d.Responders, health.Party{Identity: incidentIOUser(who), Role: health.RoleOnCall})
	}
	r.add(d)
}

func incidentIOIncident(r *reader, what string, n node) {
	incident := n
	if n.get("incident").isObject() {
		incident = n.get("incident")
	}
	d := draft{Event: health.Event{
		Kind: health.KindOther, PageKey: incident.str("id"), Title: incident.str("name"), Severity: incident.str("severity", "name"), Path: what,
	}, keyed: []string{what}}
	d.Urgency = urgency(d.Severity)
	switch {
	case strings.HasPrefix(what, "incident_created"):
		d.Kind, d.OccurredAt = health.KindIncidentDeclared, r.at(incident, "created_at")
	case strings.HasPrefix(what, "incident_"):
		d.Kind, d.OccurredAt = health.KindIncidentStatus, r.at(incident, "updated_at")
	default: // actions, follow-ups, memberships: nothing of a page
		d.PageKey, d.OccurredAt = "", r.at(n, "updated_at")
	}
	r.add(d)
}

// incidentIOEntries reads the turns of a schedule.
func incidentIOEntries(r *reader, n node) error {
	entries := n.get("schedule_entries")
	list := entries.list("final")
	if entries.isList() {
		list = entries.list()
	}
	for _, entry := range list {
		fact := health.ShiftFact{End: r.at(entry, "end_at")}
		r.add(r.onCall(incidentIOUser(entry.get("user")), entry.get("start_at"), fact))
	}
	return nil
}
