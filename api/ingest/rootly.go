package ingest

import (
	"strings"

	"watchbill/health"
)

// rootly reads Rootly's webhooks and the events its edge connector gets.
func rootly() vendor {
	return vendor{id: "rootly", formats: []format{
		{"rootly.webhook", PageEvent, func(n node) bool { return n.get("event").has("type") }, func(r *reader, n node) error {
			event := n.get("event")
			return rootlyEvent(r, event.str("id"), event.str("type"), event.get("issued_at"), n.get("data"))
		}},
		{"rootly.edge.event", PageEvent, func(n node) bool { return n.has("event_type", "data") }, rootlyEdge},
		{"rootly.edge.events", PageEvent, func(n node) bool { return n.get("events").isList() }, each("events", rootlyEdge)},
		{"rootly.rest.alerts", Snapshot, func(n node) bool { return n.get("data").head().str("type") == "alerts" }, each("data", rootlyPast)},
		{"rootly.rest.alert_object", Snapshot, func(n node) bool { return n.get("data").str("type") == "alerts" }, one(rootlyPast)},
		{"rootly.rest.incidents", Context, func(n node) bool { return n.get("data").head().str("type") == "incidents" }, each("data", rootlyIncident)},
	}}
}

func rootlyEdge(r *reader, n node) error {
	return rootlyEvent(r, n.first("event_id", "id"), n.str("event_type"), n.get("timestamp"), n.get("data"))
}

// rootlyEvent reads what happened to an alert, which is a page, or to an incident,
// which is what pages are about.
func rootlyEvent(r *reader, id, name string, issued, data node) error {
	if name == "" {
		return mismatch("the type of the event is missing")
	}
	d := draft{Event: health.Event{
		ExternalID: id, Kind: health.KindOther, PageKey: data.str("id"), Title: data.first("title", "summary"),
		Service: data.get("services").head().str("name"), PageCreatedAt: r.at(data, "started_at"), Path: name,
	}, keyed: []string{name}}
	if id != "" {
		d.Key = "event:" + id
	}
	d.Severity = rootlySeverity(data)
	d.Urgency = urgency(data.get("alert_urgency").first("urgency", "name"), d.Severity)
	subject, what, _ := strings.Cut(name, ".")
	switch {
	case d.PageKey == "":
		d.OccurredAt = r.at(issued)
	case subject == "alert":
		rootlyAlert(r, &d, what, data)
	case subject == "incident" && what == "created":
		d.Kind, d.OccurredAt = health.KindIncidentDeclared, r.firstTime(data, "started_at", "created_at")
	case subject == "incident":
		d.Kind, d.OccurredAt = health.KindIncidentStatus, r.firstTime(data, data.str("status")+"_at", "updated_at")
	default:
		d.PageKey = ""
	}
	if d.OccurredAt.IsZero() {
		d.OccurredAt = r.at(issued)
	}
	r.add(d)
	return nil
}

// rootlyAlert tells what an alert's event did, by its name or by the status it led to.
func rootlyAlert(r *reader, d *draft, what string, data node) {
	if what == "updated" {
		what = data.str("status")
	}
	switch what {
	case "created", "triggered":
		d.Kind, d.OccurredAt = health.KindTriggered, r.firstTime(data, "started_at", "created_at")
	case "acknowledged":
		d.Kind, d.OccurredAt = health.KindAcknowledged, r.firstTime(data, "acknowledged_at", "updated_at")
	case "resolved":
		d.Kind, d.OccurredAt = health.KindResolved, r.firstTime(data, "ended_at", "resolved_at", "updated_at")
	case "escalated":
		d.Kind, d.OccurredAt = health.KindEscalated, r.firstTime(data, "updated_at")
	case "snoozed":
		d.Kind, d.OccurredAt = health.KindSnoozed, r.firstTime(data, "updated_at")
	default:
		d.OccurredAt = r.firstTime(data, "updated_at")
	}
	for _, who := range data.list("notified_users") {
		party := health.Party{Role: health.RoleNotified, Earlier: d.Kind != health.KindTriggered}
		party.Identity = health.Identity{ID: who.str("id"), Email: mail(who.str("email")), Name: who.first("full_name", "name")}
		d.Responders = append(d.Responders, party)
	}
}

func rootlySeverity(data node) string {
	if s := data.str("labels", "severity"); s != "" {
		return s
	}
	for _, label := range data.list("labels") {
		if strings.EqualFold(label.str("key"), "severity") {
			return label.str("value")
		}
	}
	if s := data.get("severity").first("name", "slug"); s != "" {
		return s
	}
	return data.str("severity")
}

// rootlyPast reads an alert of the API.
func rootlyPast(r *reader, n node) error {
	a := n.get("attributes")
	base := health.Event{
		PageKey: n.str("id"), Title: a.str("summary"), Service: a.get("services").head().str("name"), Severity: rootlySeverity(a),
		PageCreatedAt: r.firstTime(a, "started_at", "created_at"), Path: n.str("id"),
	}
	if base.PageKey == "" {
		return mismatch("the alert has no id")
	}
	base.Urgency = urgency(base.Severity)
	began := "created_at"
	if !r.at(a, "started_at").IsZero() {
		began = "started_at"
	}
	r.past(base, a, moments{began: began, acked: "acknowledged_at", ended: "ended_at"}, nil)
	return nil
}

// rootlyIncident reads an incident of the API, which people declared.
func rootlyIncident(r *reader, n node) error {
	a := n.get("attributes")
	d := draft{Event: health.Event{
		Kind: health.KindIncidentDeclared, PageKey: n.str("id"), Title: a.first("title", "summary"),
		Severity: a.get("severity", "data", "attributes").first("name", "slug"), OccurredAt: r.firstTime(a, "started_at", "created_at"), Path: n.str("id"),
	}}
	if d.PageKey == "" {
		return mismatch("the incident has no id")
	}
	d.Urgency = urgency(d.Severity)
	r.add(d)
	return nil
}
