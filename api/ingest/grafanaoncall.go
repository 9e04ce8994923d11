package ingest

import (
	"cmp"
	"strings"

	"watchbill/health"
)

// grafanaOnCall reads the outgoing webhooks of Grafana OnCall and of Grafana Cloud
// IRM, with all of the data forwarded.
func grafanaOnCall() vendor {
	return vendor{id: "grafana_oncall", formats: []format{
		{"grafana_oncall.webhook", PageEvent, func(n node) bool { return n.has("event", "alert_group") }, grafanaOnCallHook},
		{"grafana_oncall.rest.alert_groups", Snapshot, func(n node) bool { return n.get("results").head().has("alerts_count") }, each("results", grafanaOnCallGroup)},
		{"grafana_oncall.rest.alert_group_array", Snapshot, func(n node) bool { return n.head().has("alerts_count") }, each("", grafanaOnCallGroup)},
		{"grafana_oncall.rest.alert_group_object", Snapshot, func(n node) bool { return n.has("id", "alerts_count") }, grafanaOnCallGroup},
		{"grafana_oncall.rest.final_shifts", Context, func(n node) bool { return n.get("results").head().has("shift_start") }, each("results", grafanaOnCallShift)},
		{"grafana_oncall.rest.users", Context, func(n node) bool { return n.get("results").head().has("username", "email") }, each("results", grafanaOnCallPerson)},
	}}
}

var grafanaOnCallKinds = map[string]health.Kind{
	"alert group created":   health.KindTriggered,
	"acknowledge":           health.KindAcknowledged,
	"unacknowledge":         health.KindUnacknowledged,
	"resolve":               health.KindResolved,
	"unresolve":             health.KindReopened,
	"silence":               health.KindSnoozed,
	"escalation":            health.KindEscalated,
	"personal notification": health.KindNotified,
}

// grafanaOnCallHook reads what happened to a group of alerts. Whom it lists as
// notified were so at some time before.
func grafanaOnCallHook(r *reader, n node) error {
	event, group := n.get("event"), n.get("alert_group")
	name := strings.ToLower(event.str("type"))
	if name == "" {
		return mismatch("event.type is missing")
	}
	d := draft{Event: health.Event{
		Kind: health.KindOther, PageKey: group.str("id"), Title: group.str("title"), Service: n.str("integration", "name"),
		OccurredAt: r.at(event, "time"), PageCreatedAt: r.at(group, "created_at"), PageState: grafanaOnCallState(group.str("state")),
		Alerts: group.count("alerts_count"), Actor: grafanaOnCallUser(n.get("user")), Path: "event",
	}, keyed: []string{name}}
	if d.PageKey == "" {
		d.PageKey = n.str("alert_group_id")
	}
	if d.PageKey == "" {
		return mismatch("alert_group.id is missing")
	}
	if kind, ok := grafanaOnCallKinds[name]; ok {
		d.Kind = kind
	}
	if name == "status change" {
		d.Kind = grafanaOnCallChange(d.PageState)
	}
	grafanaOnCallLabels(&d.Event, group)
	if d.Kind == health.KindNotified { // whoever it names did nothing: they were notified
		now := health.Party{Identity: d.Actor, Role: health.RoleNotified}
		d.Actor = health.Identity{}
		if !now.IsZero() {
			d.Responders = append(d.Responders, now)
			d.keyed = append(d.keyed, now.ID)
		}
	}
	for _, who := range n.list("notified_users") {
		before := health.Party{Identity: grafanaOnCallUser(who), Role: health.RoleNotified, Earlier: d.Kind != health.KindTriggered && (d.Kind != health.KindNotified || len(d.Responders) > 0)}
		if len(d.Responders) == 0 || d.Responders[0].Identity != before.Identity {
			d.Responders = append(d.Responders, before)
		}
	}
	switch {
	case d.Actor.IsZero():
	case d.Kind == health.KindAcknowledged:
		d.Responders = append(d.Responders, health.Party{Identity: d.Actor, Role: health.RoleAcknowledger})
	case d.Kind == health.KindResolved:
		d.Responders = append(d.Responders, health.Party{Identity: d.Actor, Role: health.RoleResolver})
	}
	r.add(d)
	return nil
}

// grafanaOnCallLabels reads how bad it is from the labels of a group, which are an
// object in webhooks and a list in the API.
func grafanaOnCallLabels(e *health.Event, group node) {
	labels := group.get("labels")
	if labels.isList() {
		object := map[string]any{}
		for _, label := range labels.list() {
			object[cmp.Or(label.str("key", "name"), label.str("key"))] = cmp.Or(label.str("value", "name"), label.str("value"))
		}
		labels = node{object}
	}
	e.Severity = labels.first("severity", "priority")
	e.Urgency = urgency(labels.str("urgency"), e.Severity)
}

func grafanaOnCallUser(n node) health.Identity {
	return health.Identity{ID: n.str("id"), Email: mail(n.str("email")), Name: n.str("username")}
}

func grafanaOnCallState(s string) health.State {
	switch s {
	case "firing", "new":
		return health.StateTriggered
	case "acknowledged":
		return health.StateAcknowledged
	case "resolved":
		return health.StateResolved
	}
	return ""
}

// grafanaOnCallChange returns what led to a state, for those who only subscribe to
// changes of it.
func grafanaOnCallChange(s health.State) health.Kind {
	switch s {
	case health.StateTriggered:
		return health.KindTriggered
	case health.StateAcknowledged:
		return health.KindAcknowledged
	case health.StateResolved:
		return health.KindResolved
	}
	return health.KindOther
}

// grafanaOnCallGroup reads an alert group of the API, which names people by their id.
func grafanaOnCallGroup(r *reader, n node) error {
	base := health.Event{PageKey: n.str("id"), Title: n.str("title"), Alerts: n.count("alerts_count"), PageCreatedAt: r.at(n, "created_at"), Path: n.str("id")}
	if base.PageKey == "" {
		return mismatch("the alert group has no id")
	}
	grafanaOnCallLabels(&base, n)
	r.past(base, n, moments{began: "created_at", acked: "acknowledged_at", ackedBy: "acknowledged_by", ended: "resolved_at", endedBy: "resolved_by"}, func(who node) health.Identity {
		return health.Identity{ID: who.str()}
	})
	return nil
}

func grafanaOnCallShift(r *reader, n node) error {
	who := health.Identity{ID: n.str("user_pk"), Email: mail(n.str("user_email")), Name: n.str("user_username")}
	r.add(r.onCall(who, n.get("shift_start"), health.ShiftFact{End: r.at(n, "shift_end")}))
	return nil
}

func grafanaOnCallPerson(r *reader, n node) error {
	r.add(identity(grafanaOnCallUser(n), n.str("timezone")))
	return nil
}
