package ingest

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"time"

	"watchbill/health"
)

// alertmanager reads the webhooks of Prometheus Alertmanager. What it calls version
// 4 has been sent since 2017; version 3 differs by what it leaves out.
func alertmanager() vendor {
	return vendor{id: "alertmanager", formats: []format{
		{"alertmanager.webhook.v4", PageEvent, func(n node) bool { return n.get("alerts").isList() }, alertGroup},
		{"alertmanager.rest.alert_array", Snapshot, alertsOfAPI, each("", alertNow)},
	}}
}

// grafana reads the webhooks of Grafana's alerting, the present one, which is
// Alertmanager's with more, and the one before version 9.
func grafana() vendor {
	return vendor{id: "grafana", formats: []format{
		{"grafana.webhook.v1", PageEvent, func(n node) bool { return n.get("alerts").isList() }, alertGroup},
		{"grafana.webhook.legacy", PageEvent, func(n node) bool { return n.has("ruleId", "state") || n.has("ruleName", "state") }, grafanaLegacy},
		{"grafana.rest.alert_array", Snapshot, alertsOfAPI, each("", alertNow)},
	}}
}

// alertsOfAPI recognises what the API says fires now.
func alertsOfAPI(n node) bool { return n.head().has("labels", "startsAt") }

// alertNow reads an alert that fires now; one that has ended is not listed, and what
// endsAt says of it is only how long it is believed.
func alertNow(r *reader, n node) error {
	d := alertEvent(r, node{}, n, "")
	d.PageKey, d.Alerts, d.Repeats = "fp:"+d.AlertKey, 1, false
	r.add(d)
	return nil
}

// alertGroup reads a group of alerts as one page; without a key for the group,
// each alert as one. The group is sent again while it fires, so what it says again
// is told apart by when it came.
func alertGroup(r *reader, n node) error {
	if !n.get("alerts").isList() {
		return mismatch("alerts is not a list")
	}
	alerts := n.list("alerts")
	if key := n.str("groupKey"); key != "" {
		return groupPage(r, n, key, alerts)
	}
	for _, alert := range alerts {
		d := alertEvent(r, n, alert, alert.str("status"))
		d.PageKey = "fp:" + d.AlertKey
		d.Alerts = 1
		r.add(d)
	}
	return nil
}

// groupPage describes a group by its first alert that fires, and ends it with its
// last.
func groupPage(r *reader, n node, key string, alerts []node) error {
	status := n.str("status")
	first := node{}
	var end time.Time
	for _, alert := range alerts {
		if first.isNull() || alert.str("status") == "firing" && first.str("status") != "firing" {
			first = alert
		}
		if at := r.at(alert, "endsAt"); at.After(end) {
			end = at
		}
	}
	d := alertEvent(r, n, first, status)
	d.Severity, d.Urgency = worst(n, alerts, first, d.Severity)
	d.PageKey, d.Alerts = key, len(alerts)+n.count("truncatedAlerts")
	if d.Kind == health.KindResolved {
		d.OccurredAt = end
	}
	for _, alert := range alerts {
		d.keyed = append(d.keyed, alert.str("status")+fingerprint(alert))
	}
	r.add(d)
	return nil
}

// worst returns how bad a group is: as bad as its first alert, unless another that is in
// the same state is urgent, since somebody is woken by whichever is.
func worst(n node, alerts []node, first node, severity string) (string, health.Urgency) {
	for _, alert := range alerts {
		if urgency(severity) == health.UrgencyHigh {
			break
		}
		other := labelOf(n, alert, "severity")
		if alert.str("status") == first.str("status") && urgency(other) == health.UrgencyHigh {
			severity = other
		}
	}
	return severity, urgency(severity)
}

func alertEvent(r *reader, n, alert node, status string) draft {
	d := draft{Event: health.Event{
		Kind: health.KindTriggered, AlertKey: fingerprint(alert), OccurredAt: r.at(alert, "startsAt"),
		Severity: labelOf(n, alert, "severity"), Path: "alerts", Repeats: true,
	}}
	if alert.isNull() {
		d.AlertKey = ""
	}
	for _, name := range []string{"service", "app", "job", "namespace"} {
		d.Service = cmp.Or(d.Service, labelOf(n, alert, name))
	}
	d.Title = cmp.Or(alert.str("annotations", "summary"), n.str("commonAnnotations", "summary"), labelOf(n, alert, "alertname"), n.str("title"))
	d.Urgency = urgency(d.Severity)
	if status == "resolved" {
		d.Kind, d.OccurredAt, d.Repeats = health.KindResolved, r.at(alert, "endsAt"), false
	}
	d.Test = alert.str("labels", "alertname") == "TestAlert" && alert.str("labels", "instance") == "Grafana"
	return d
}

// labelOf returns a label of an alert, else one that the whole group has.
func labelOf(n, alert node, name string) string {
	return cmp.Or(alert.str("labels", name), n.str("commonLabels", name))
}

// fingerprint returns an alert's own fingerprint; where it has none, the one that
// Prometheus computes of its labels.
func fingerprint(alert node) string {
	if s := alert.str("fingerprint"); s != "" {
		return s
	}
	labels, _ := alert.get("labels").v.(map[string]any)
	sum := fnv.New64a()
	for _, name := range sortedKeys(labels) {
		value, _ := labels[name].(string)
		sum.Write([]byte(name + "\xff" + value + "\xff"))
	}
	return fmt.Sprintf("%016x", sum.Sum64())
}

// grafanaLegacy reads the alerts of Grafana before version 9, which say neither
// when they began nor how bad they are.
func grafanaLegacy(r *reader, n node) error {
	rule := n.first("ruleId", "ruleName")
	if rule == "" {
		return mismatch("ruleId is missing")
	}
	d := draft{Event: health.Event{
		PageKey: "rule:" + rule, Title: n.first("title", "ruleName"), Kind: health.KindOther, Repeats: true,
		Severity: n.str("tags", "severity"),
	}}
	d.Urgency = urgency(d.Severity)
	switch n.str("state") {
	case "alerting", "no_data", "nodata":
		d.Kind = health.KindTriggered
	case "ok":
		d.Kind, d.Repeats = health.KindResolved, false
	}
	d.Test = rule == "0" // what the button "Send test" makes
	r.add(d)
	return nil
}
