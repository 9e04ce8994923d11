package ingest

import (
	"cmp"
	"strings"

	"watchbill/health"
)

// firehydrant reads FireHydrant's webhooks. Its incidents are declared by people
// and are context; the alerts of its Signals are pages.
func firehydrant() vendor {
	return vendor{id: "firehydrant", formats: []format{
		{"firehydrant.webhook", PageEvent, func(n node) bool {
			data := n.get("data")
			return n.has("data", "event") || data.get("incident").isObject() || data.get("alert").isObject() || data.get("signals_alert").isObject()
		}, firehydrantHook},
		{"firehydrant.rest.incidents", Context, func(n node) bool { return n.get("data").head().has("current_milestone") }, each("data", firehydrantPast)},
		{"firehydrant.rest.incident_array", Context, func(n node) bool { return n.head().has("current_milestone") }, each("", firehydrantPast)},
		{"firehydrant.rest.incident_object", Context, func(n node) bool { return n.has("id", "current_milestone") }, firehydrantPast},
		{"firehydrant.rest.alerts", Snapshot, func(n node) bool { return n.get("data").head().has("summary", "starts_at") }, each("data", firehydrantAlert)},
		{"firehydrant.signals.target", PageEvent, func(n node) bool { return n.has("notificationPriority") }, firehydrantTarget},
	}}
}

func firehydrantHook(r *reader, n node) error {
	data, operation := n.get("data"), strings.ToUpper(n.str("event", "operation"))
	switch {
	case data.get("incident").isObject():
		return firehydrantIncident(r, data.get("incident"), operation)
	case data.get("alert").isObject():
		return firehydrantAlert(r, data.get("alert"))
	case data.get("signals_alert").isObject():
		return firehydrantAlert(r, data.get("signals_alert"))
	case n.str("event", "resource_type") == "":
		return mismatch("event.resource_type is missing")
	}
	r.add(draft{Event: health.Event{Kind: health.KindOther, Path: "event"}, keyed: []string{n.str("event", "resource_type"), operation}})
	return nil
}

// firehydrantIncident reads a declared incident, at the time of the milestone that
// it reached.
func firehydrantIncident(r *reader, incident node, operation string) error {
	d := draft{Event: health.Event{
		Kind: health.KindIncidentStatus, PageKey: incident.str("id"), Title: incident.str("name"), Path: "data.incident",
		Service: incident.get("services").head().str("name"), Severity: incident.str("severity"),
	}, keyed: []string{operation, incident.str("current_milestone")}}
	if d.PageKey == "" {
		return mismatch("data.incident.id is missing")
	}
	if s := incident.get("severity").first("slug", "name"); s != "" {
		d.Severity = s
	}
	d.Urgency = urgency(cmp.Or(d.Severity, incident.str("priority")))
	if operation == "CREATED" {
		d.Kind, d.OccurredAt = health.KindIncidentDeclared, r.at(incident, "created_at")
		r.add(d)
		return nil
	}
	for _, m := range incident.list("milestones") {
		if m.str("type") == incident.str("current_milestone") {
			d.OccurredAt = r.at(m, "occurred_at")
		}
	}
	if d.OccurredAt.IsZero() {
		d.OccurredAt = r.at(incident, "updated_at")
	}
	r.add(d)
	return nil
}

// firehydrantPast reads a declared incident of the API: that it was declared, and
// the milestone that it reached since.
func firehydrantPast(r *reader, n node) error {
	if err := firehydrantIncident(r, n, "CREATED"); err != nil {
		return err
	}
	if n.str("current_milestone") == "" || n.str("current_milestone") == "started" {
		return nil
	}
	return firehydrantIncident(r, n, "")
}

// firehydrantAlert reads an alert of Signals by the status it has now.
func firehydrantAlert(r *reader, alert node) error {
	d := draft{Event: health.Event{
		PageKey: alert.str("id"), Title: alert.first("summary", "description"), Kind: health.KindOther, Path: "data.alert",
		Severity: alert.first("priority", "level"), PageCreatedAt: r.firstTime(alert, "starts_at", "created_at"),
		Service: alert.get("services").head().str("name"),
	}}
	if d.PageKey == "" {
		return mismatch("data.alert.id is missing")
	}
	d.Urgency = urgency(alert.str("notification_priority"), d.Severity)
	status := strings.ToLower(alert.str("status"))
	d.keyed = []string{status}
	switch status {
	case "opened", "open", "triggered", "delivered":
		d.Kind, d.OccurredAt = health.KindTriggered, d.PageCreatedAt
	case "acknowledged":
		d.Kind, d.OccurredAt = health.KindAcknowledged, r.firstTime(alert, "acknowledged_at", "updated_at")
	case "resolved", "closed":
		d.Kind, d.OccurredAt = health.KindResolved, r.firstTime(alert, "resolved_at", "ends_at", "updated_at")
	case "dismissed", "ignored", "expired":
		d.Kind, d.OccurredAt = health.KindCancelled, r.firstTime(alert, "updated_at")
	default:
		d.OccurredAt = r.firstTime(alert, "updated_at")
	}
	r.add(d)
	return nil
}

// firehydrantTarget reads what a webhook gets that an escalation policy names: that
// there is an alert, and nothing of what becomes of it.
func firehydrantTarget(r *reader, n node) error {
	d := draft{Event: health.Event{
		Kind: health.KindTriggered, PageKey: n.str("id"), Title: n.get("signal").first("summary", "body"), Severity: n.str("notificationPriority"),
		OccurredAt: r.firstTime(n.get("signal"), "created_at", "timestamp"), Path: "signal",
	}}
	if d.PageKey == "" {
		return mismatch("id is missing")
	}
	d.Urgency = urgency(d.Severity)
	r.add(d)
	return nil
}
