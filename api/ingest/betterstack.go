package ingest

import "watchbill/health"

// betterstack reads Better Stack's webhooks about incidents; those about monitors
// and on-call contacts are context.
func betterstack() vendor {
	return vendor{id: "betterstack", formats: []format{
		{"betterstack.webhook", PageEvent, func(n node) bool { return n.get("data").has("type", "attributes") }, betterstackHook},
		{"betterstack.statuspage", Context, func(n node) bool { return n.has("event_type", "page") }, betterstackPage},
	}}
}

// betterstackHook reads an incident by the event's name, or by how far it got.
func betterstackHook(r *reader, n node) error {
	data, a := n.get("data"), n.get("data", "attributes")
	if !a.isObject() {
		return mismatch("data.attributes is missing")
	}
	event := n.first("event", "event_type")
	if data.str("type") != "incident" {
		r.add(draft{Event: health.Event{Kind: health.KindOther, Title: a.str("name"), Path: "data"}, keyed: []string{data.str("type"), data.str("id"), event}})
		return nil
	}
	d := draft{Event: health.Event{
		Kind: health.KindOther, PageKey: data.str("id"), Title: a.first("cause", "name"), Service: a.str("name"), PageCreatedAt: r.at(a, "started_at"),
		Urgency: health.UrgencyLow, Path: "data", Channel: betterstackChannel(a),
	}}
	if d.PageKey == "" {
		return mismatch("data.id is missing")
	}
	if d.Channel != "email" {
		d.Urgency = health.UrgencyHigh
	}
	if event == "" {
		switch {
		case !r.at(a, "resolved_at").IsZero():
			event = "resolved"
		case !r.at(a, "acknowledged_at").IsZero():
			event = "acknowledged"
		default:
			event = "started"
		}
	}
	switch event {
	case "started", "created":
		d.Kind, d.OccurredAt = health.KindTriggered, d.PageCreatedAt
	case "acknowledged":
		d.Kind, d.OccurredAt = health.KindAcknowledged, r.at(a, "acknowledged_at")
		d.Responders = betterstackWho(a.get("acknowledged_by"), health.RoleAcknowledger)
	case "resolved":
		d.Kind, d.OccurredAt = health.KindResolved, r.at(a, "resolved_at")
		d.Responders = betterstackWho(a.get("resolved_by"), health.RoleResolver)
	case "reopened":
		d.Kind = health.KindReopened
	case "comment":
		d.Kind, d.keyed = health.KindAnnotated, []string{n.str("comment", "id")}
	}
	r.add(d)
	return nil
}

// betterstackWho reads who did something: an address, a name, or an object.
func betterstackWho(n node, role health.Role) []health.Party {
	who := named(n.str())
	if n.isObject() {
		who = health.Identity{ID: n.str("id"), Email: mail(n.str("email")), Name: n.str("name")}
	}
	if who.IsZero() {
		return nil
	}
	return []health.Party{{Identity: who, Role: role}}
}

// betterstackChannel returns the loudest way in which somebody is notified; nobody
// says who.
func betterstackChannel(a node) string {
	switch {
	case a.is("call"):
		return "phone"
	case a.is("sms"):
		return "sms"
	case a.is("push"), a.is("critical_alert"):
		return "push"
	case a.is("email"):
		return "email"
	}
	return ""
}

func betterstackPage(r *reader, n node) error {
	incident := n.get("incident")
	r.add(draft{Event: health.Event{
		Kind: health.KindIncidentStatus, PageKey: incident.str("id"), Title: incident.str("name"), OccurredAt: r.at(incident, "updated_at"),
	}})
	return nil
}
