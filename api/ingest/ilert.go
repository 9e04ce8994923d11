package ingest

import (
	"cmp"
	"strings"

	"watchbill/health"
)

// ilert reads ilert's webhooks.
func ilert() vendor {
	return vendor{id: "ilert", formats: []format{
		{"ilert.webhook", PageEvent, func(n node) bool { return n.has("id", "eventType") || n.has("alertId", "eventType") }, ilertHook},
		{"ilert.rest.alert_array", Snapshot, func(n node) bool { return n.head().has("id", "summary", "reportTime") }, each("", ilertAlert)},
		{"ilert.rest.alert_object", Snapshot, func(n node) bool { return n.has("id", "summary", "reportTime") }, ilertAlert},
		{"ilert.rest.user_array", Context, func(n node) bool { return n.head().has("username", "email") }, each("", ilertPerson)},
	}}
}

// ilertKinds are the types of events without "alert-", which older accounts call
// "incident-".
var ilertKinds = map[string]health.Kind{
	"created":           health.KindTriggered,
	"assigned":          health.KindAssigned,
	"auto-escalated":    health.KindEscalated,
	"escalated":         health.KindEscalated,
	"rerouted":          health.KindReassigned,
	"acknowledged":      health.KindAcknowledged,
	"accepted":          health.KindAcknowledged,
	"raised":            health.KindPriorityChanged,
	"comment-added":     health.KindAnnotated,
	"responder-added":   health.KindResponderRequested,
	"snoozed":           health.KindSnoozed,
	"resolved":          health.KindResolved,
	"auto-resolved":     health.KindResolved,
	"reopened":          health.KindReopened,
	"escalation-repeat": health.KindRenotified,
}

// ilertHook reads what happened to an alert, also in a body of a user's own with the
// names of ilert's variables. Older accounts send no time but that of the alert's
// beginning.
func ilertHook(r *reader, n node) error {
	name := n.str("eventType")
	what := strings.TrimPrefix(strings.TrimPrefix(name, "alert-"), "incident-")
	d := draft{Event: health.Event{
		ExternalID: n.str("eventId"), Kind: health.KindOther, PageKey: n.first("id", "alertId"), AlertKey: n.first("alertKey", "incidentKey"),
		Title: n.first("summary", "alertSummary"), Service: cmp.Or(n.str("alertSource", "name"), n.str("alertSourceName")),
		Severity: n.first("priority", "alertPriority"), PageCreatedAt: r.at(n, "reportTime"), OccurredAt: r.at(n, "timestamp"), Path: name,
		PageState: map[string]health.State{
			"PENDING": health.StateTriggered, "ACCEPTED": health.StateAcknowledged, "RESOLVED": health.StateResolved,
		}[n.first("status", "alertStatus")],
	}, keyed: []string{name}}
	if d.PageKey == "" {
		return mismatch("id is missing")
	}
	if d.ExternalID != "" {
		d.Key = "event:" + d.ExternalID
	}
	if kind, ok := ilertKinds[what]; ok {
		d.Kind = kind
	}
	if d.Kind == health.KindTriggered {
		d.OccurredAt = d.PageCreatedAt
	}
	d.Urgency = urgency(d.Severity)
	if who := n.get("assignedTo"); who.isObject() {
		d.Responders = append(d.Responders, health.Party{Identity: ilertUser(who), Role: health.RoleAssignee})
	}
	for _, responder := range n.list("responders") {
		party := health.Party{Identity: ilertUser(responder.get("user"))}
		switch {
		case d.Kind == health.KindResponderRequested:
			party.Role = health.RoleRequested
		case d.Kind == health.KindAcknowledged && responder.str("status") == "ACCEPTED":
			party.Role = health.RoleAcknowledger
		default:
			continue
		}
		d.Responders = append(d.Responders, party)
	}
	r.add(d)
	return nil
}

func ilertUser(n node) health.Identity {
	name := strings.TrimSpace(n.str("firstName") + " " + n.str("lastName"))
	if name == "" {
		name = n.str("username")
	}
	return health.Identity{ID: n.str("id"), Email: mail(n.str("email")), Name: name}
}

// ilertAlert reads an alert of the API, which does not tell when it was accepted.
func ilertAlert(r *reader, n node) error {
	base := health.Event{
		PageKey: n.str("id"), AlertKey: n.first("alertKey", "incidentKey"), Title: n.str("summary"), Service: n.str("alertSource", "name"),
		Severity: n.str("priority"), PageCreatedAt: r.at(n, "reportTime"), Path: n.str("id"),
	}
	if base.PageKey == "" {
		return mismatch("the alert has no id")
	}
	base.Urgency = urgency(base.Severity)
	if who := n.get("assignedTo"); who.isObject() {
		base.Responders = []health.Party{{Identity: ilertUser(who), Role: health.RoleAssignee}}
	}
	r.past(base, n, moments{began: "reportTime", ended: "resolvedOn"}, nil)
	return nil
}

func ilertPerson(r *reader, n node) error {
	r.add(identity(ilertUser(n), n.str("timezone")))
	return nil
}
