package ingest

import (
	"regexp"
	"strings"

	"watchbill/health"
)

// datadog reads the webhooks of Datadog's monitors and what its API tells besides.
func datadog() vendor {
	return vendor{id: "datadog", forms: true, formats: []format{
		{"datadog.webhook.template", PageEvent, func(n node) bool {
			return n.has("alert_id") || n.has("alert_cycle_key") || n.has("transition") || n.has("alert_transition")
		}, datadogHook},
		{"datadog.webhook.default", PageEvent, func(n node) bool { return n.has("title", "last_updated") }, datadogHook},
		{"datadog.rest.incidents", Context, func(n node) bool { return n.get("data").head().str("type") == "incidents" }, each("data", datadogIncident)},
		{"datadog.rest.incident_object", Context, func(n node) bool { return n.get("data").str("type") == "incidents" }, one(datadogIncident)},
		{"datadog.rest.users", Context, func(n node) bool { return n.get("data").head().str("type") == "users" }, each("data", datadogUser)},
		{"datadog.rest.oncall_responders", Context, func(n node) bool {
			kind := n.get("data").str("type")
			return kind == "schedule_oncall_responders" || kind == "team_oncall_responders"
		}, datadogOnCall},
	}}
}

// datadogKinds are the transitions of a monitor, in lower case.
var datadogKinds = map[string]health.Kind{
	"triggered":      health.KindTriggered,
	"re-triggered":   health.KindTriggered,
	"no data":        health.KindTriggered,
	"re-no data":     health.KindTriggered,
	"warn":           health.KindTriggered,
	"re-warn":        health.KindTriggered,
	"renotify":       health.KindRenotified,
	"recovered":      health.KindResolved,
	"warn recovered": health.KindResolved,
}

// bracketed is how a title begins that names the transition.
var bracketed = regexp.MustCompile(`^\[([^\]]+)\]\s*`)

// datadogHook reads a monitor's change, of our template or of one like it. Where
// nobody changed the template there is no key: the title must do.
func datadogHook(r *reader, n node) error {
	title := n.first("title", "event_title", "alert_title")
	transition := n.first("transition", "alert_transition")
	if transition == "" {
		if m := bracketed.FindStringSubmatch(title); m != nil {
			transition, _, _ = strings.Cut(m[1], " on ")
		}
	}
	d := draft{Event: health.Event{
		ExternalID: n.first("event_id", "id"), Kind: health.KindOther, PageKey: n.str("alert_cycle_key"),
		AlertKey: n.first("aggreg_key", "alert_id"), Title: title, Severity: n.first("priority", "alert_priority"),
		Service: datadogService(n), OccurredAt: r.at(node{n.first("date_ms", "date", "last_updated")}),
	}, keyed: []string{transition}}
	if kind, ok := datadogKinds[strings.ToLower(transition)]; ok {
		d.Kind = kind
	}
	if d.PageKey == "" && n.str("alert_id") != "" {
		d.PageKey = "monitor:" + n.str("alert_id") + ":" + n.first("scope", "alert_scope")
	}
	if d.PageKey == "" && title != "" {
		d.PageKey = "title:" + bracketed.ReplaceAllString(title, "")
	}
	if d.PageKey == "" {
		return mismatch("alert_cycle_key, alert_id and title are missing")
	}
	if d.ExternalID != "" {
		d.Key = "event:" + d.ExternalID + ":" + transition
	}
	d.Urgency = urgency(d.Severity)
	if d.Urgency == health.UrgencyUnknown && d.Kind == health.KindTriggered {
		d.Urgency = urgency(n.str("alert_type"))
	}
	r.add(d)
	return nil
}

// datadogService returns the service that a monitor is about, by name or by tag.
func datadogService(n node) string {
	if s := n.str("service"); s != "" {
		return s
	}
	for _, name := range []string{"scope", "alert_scope", "tags"} {
		for tag := range strings.SplitSeq(n.str(name), ",") {
			if s, ok := strings.CutPrefix(strings.TrimSpace(tag), "service:"); ok {
				return s
			}
		}
	}
	return ""
}

// datadogIncident reads an incident that people declared.
func datadogIncident(r *reader, n node) error {
	a := n.get("attributes")
	d := draft{Event: health.Event{
		Kind: health.KindTriggered, PageKey: n.str("id"), Title: a.str("title"), Severity: a.first("severity"),
		OccurredAt: r.firstTime(a, "detected", "declared", "created"), Path: n.str("id"), Test: a.is("is_test"),
		Service: a.get("fields", "services", "value").head().str(),
	}}
	if d.PageKey == "" {
		return mismatch("the incident has no id")
	}
	d.Urgency = urgency(d.Severity)
	r.add(d)
	return nil
}

// datadogOnCall reads who is on call at a time; who that is stands among what is
// included, where the request asked for it.
func datadogOnCall(r *reader, n node) error {
	d := r.onCall(health.Identity{}, n.get("data", "attributes", "scheduled_at"), health.ShiftFact{})
	d.keyed = []string{n.str("data", "id")}
	for _, included := range n.list("included") {
		if included.str("type") != "users" {
			continue
		}
		a := included.get("attributes")
		who := health.Identity{ID: included.str("id"), Email: mail(a.first("email", "handle")), Name: a.str("name")}
		d.Responders = append(d.Responders, health.Party{Identity: who, Role: health.RoleOnCall})
	}
	r.add(d)
	return nil
}

func datadogUser(r *reader, n node) error {
	a := n.get("attributes")
	r.add(identity(health.Identity{ID: n.str("id"), Email: mail(a.first("email", "handle")), Name: a.str("name")}, ""))
	return nil
}
