package ingest

import (
	"cmp"
	"strings"

	"watchbill/health"
)

// betterstack reads Better Stack's webhooks about incidents; those about monitors
// and on-call contacts are context.
func betterstack() vendor {
	return vendor{id: "betterstack", formats: []format{
		{"betterstack.webhook", PageEvent, func(n node) bool { return n.get("data").has("type", "attributes") }, betterstackHook},
		{"betterstack.rest.incidents", Snapshot, func(n node) bool { return n.get("data").head().has("type", "attributes") }, each("data", betterstackIncident)},
		{"betterstack.statuspage", Context, func(n node) bool { return n.has("event_type", "page") }, betterstackPage},
	}}
}

// betterstackHook reads an incident by the event's name, or by how far it got.
func betterstackHook(r *reader, n node) error {
	data, a := n.get("data"), n.get("data", "attributes")
	if !a.isObject() {
		return mismatch("data.attributes is missing")
	}
	event := strings.TrimPrefix(strings.TrimPrefix(n.first("event", "event_type"), "incident."), "incident_")
	if data.str("type") == "on_call_calendar" {
		r.add(betterstackOnCall(n))
		return nil
	}
	if data.str("type") != "incident" {
		r.add(draft{Event: health.Event{Kind: health.KindOther, Title: a.str("name"), Path: "data"}, keyed: []string{data.str("type"), data.str("id"), event}})
		return nil
	}
	d := draft{Event: betterstackBase(r, data)}
	if d.PageKey == "" {
		return mismatch("data.id is missing")
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

// betterstackOnCall reads that somebody else is on call. Who that is stands among what is
// included; the time is that of its coming.
func betterstackOnCall(n node) draft {
	name := n.str("data", "attributes", "name")
	d := draft{Event: health.Event{Kind: health.KindShift, Shift: &health.ShiftFact{Schedule: name}, Path: "data"}, keyed: []string{n.str("data", "id")}}
	d.extras.schedule = name
	included := map[string]node{}
	for _, user := range n.list("included") {
		included[user.str("id")] = user.get("attributes")
	}
	for _, user := range n.list("data", "relationships", "on_call_users", "data") {
		a := included[user.str("id")]
		who := health.Identity{ID: user.str("id"), Email: mail(cmp.Or(a.str("email"), user.str("meta", "email")))}
		who.Name = strings.TrimSpace(a.str("first_name") + " " + a.str("last_name"))
		d.Responders = append(d.Responders, health.Party{Identity: who, Role: health.RoleOnCall})
		d.keyed = append(d.keyed, who.ID)
	}
	return d
}

// betterstackBase is what every event of an incident says of it. What only sends
// mail is not urgent.
func betterstackBase(r *reader, data node) health.Event {
	a := data.get("attributes")
	e := health.Event{
		Kind: health.KindOther, PageKey: data.str("id"), Title: a.first("cause", "name"), Service: a.str("name"), PageCreatedAt: r.at(a, "started_at"),
		Urgency: health.UrgencyLow, Path: "data", Channel: betterstackChannel(a),
	}
	if e.Channel != "email" {
		e.Urgency = health.UrgencyHigh
	}
	return e
}

// betterstackIncident reads an incident of the API.
func betterstackIncident(r *reader, n node) error {
	if n.str("type") != "incident" {
		return nil
	}
	base := betterstackBase(r, n)
	if base.PageKey == "" {
		return mismatch("the incident has no id")
	}
	r.past(base, n.get("attributes"), moments{"started_at", "acknowledged_at", "acknowledged_by", "resolved_at", "resolved_by"}, betterstackIdentity)
	return nil
}

// betterstackWho reads who did something: an address, a name, or an object.
func betterstackWho(n node, role health.Role) []health.Party {
	who := betterstackIdentity(n)
	if who.IsZero() {
		return nil
	}
	return []health.Party{{Identity: who, Role: role}}
}

func betterstackIdentity(n node) health.Identity {
	if n.isObject() {
		return health.Identity{ID: n.str("id"), Email: mail(n.str("email")), Name: n.str("name")}
	}
	return named(n.str())
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
