package ingest

import (
	"strings"

	"watchbill/health"
)

// grafanaOnCall reads the outgoing webhooks of Grafana OnCall and of Grafana Cloud
// IRM, with all of the data forwarded.
func grafanaOnCall() vendor {
	return vendor{id: "grafana_oncall", formats: []format{
		{"grafana_oncall.webhook", PageEvent, func(n node) bool { return n.has("event", "alert_group") }, grafanaOnCallHook},
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
	labels := group.get("labels")
	d.Severity = labels.first("severity", "priority")
	d.Urgency = urgency(labels.str("urgency"), d.Severity)
	for _, who := range n.list("notified_users") {
		d.Responders = append(d.Responders, health.Party{
			Identity: grafanaOnCallUser(who), Role: health.RoleNotified, Earlier: d.Kind != health.KindNotified && d.Kind != health.KindTriggered,
		})
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
