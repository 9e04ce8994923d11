package ingest

import (
	"cmp"
	"regexp"
	"strings"

	"watchbill/health"
)

// datadog reads the webhooks of Datadog's monitors and what its API tells besides.
func datadog() vendor {
	return vendor{id: "datadog", forms: true, formats: []format{
		{"datadog.webhook.template", PageEvent, func(n node) bool {
			return variablesOf(n).has("alertid", "monitorid", "alertcyclekey", "transition", "alerttransition")
		}, datadogHook},
		{"datadog.webhook.default", PageEvent, func(n node) bool { return n.has("title", "last_updated") }, datadogHook},
		{"datadog.rest.incidents", Context, func(n node) bool { return n.get("data").head().str("type") == "incidents" }, each("data", datadogIncident)},
		{"datadog.rest.incident_array", Context, func(n node) bool { return n.head().str("type") == "incidents" }, each("", datadogIncident)},
		{"datadog.rest.incident_object", Context, func(n node) bool { return bare(n).str("type") == "incidents" }, one(datadogIncident)},
		{"datadog.rest.incident_search", Context, func(n node) bool { return n.get("data", "attributes", "incidents").isList() }, datadogSearch},
		{"datadog.rest.users", Context, func(n node) bool { return n.get("data").head().str("type") == "users" }, each("data", datadogUser)},
		{"datadog.rest.user_array", Context, func(n node) bool { return n.head().str("type") == "users" }, each("", datadogUser)},
		{"datadog.rest.user_object", Context, func(n node) bool { return bare(n).str("type") == "users" }, one(datadogUser)},
		{"datadog.rest.oncall_responders", Context, func(n node) bool {
			kind := n.get("data").str("type")
			return kind == "schedule_oncall_responders" || kind == "team_oncall_responders"
		}, datadogOnCall},
		{"datadog.rest.oncall_shift", Context, func(n node) bool { return n.get("data").str("type") == "shifts" }, datadogShift},
		aside("datadog.rest.schedule", func(n node) bool { return n.get("data").str("type") == "schedules" }),
		aside("datadog.rest.escalation_policy", func(n node) bool { return n.get("data").str("type") == "policies" }),
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

// datadogHook reads a monitor's change, of our template or of one that names the same
// variables. Where nobody changed the template there is no key: the title must do.
func datadogHook(r *reader, n node) error {
	v := variablesOf(n)
	title := v.get("title", "eventtitle", "alerttitle")
	told := datadogTitled(title)
	transition := v.get("transition", "alerttransition", "alertstatus", "status", "state")
	if _, known := datadogKinds[strings.ToLower(transition)]; !known && told.transition != "" { // $ALERT_STATUS is a sentence
		transition = told.transition
	}
	d := draft{Event: health.Event{
		ExternalID: v.get("eventid", "id"), Kind: health.KindOther, PageKey: v.get("alertcyclekey", "cyclekey"),
		AlertKey: v.get("aggregkey", "alertid", "monitorid"), Title: title,
		Severity: cmp.Or(v.get("alertpriority", "monitorpriority"), told.priority, v.get("priority", "severity")),
		Service:  datadogService(v), Test: told.test,
		OccurredAt: r.at(node{v.get("datems", "date", "dateposix", "eventdate", "alertdate", "timestamp", "lastupdated")}),
	}, keyed: []string{transition}}
	if kind, ok := datadogKinds[strings.ToLower(transition)]; ok {
		d.Kind = kind
	}
	if id := v.get("alertid", "monitorid"); d.PageKey == "" && id != "" {
		d.PageKey = "monitor:" + id + ":" + v.get("scope", "alertscope", "scopes")
	}
	if d.PageKey == "" && told.plain != "" {
		d.PageKey = "title:" + told.plain
	}
	if d.PageKey == "" {
		return mismatch("alert_cycle_key, alert_id and title are missing")
	}
	if d.Test { // of a monitor that may fire in earnest at the same time
		d.PageKey = "test:" + d.PageKey
	}
	if d.ExternalID != "" {
		d.Key = "event:" + d.ExternalID + ":" + transition
	}
	d.Urgency = urgency(d.Severity)
	if d.Urgency == health.UrgencyUnknown && d.Kind == health.KindTriggered {
		d.Urgency = urgency(v.get("alerttype"))
	}
	r.add(d)
	return nil
}

// datadogTitle is what a title tells before its words: [P2] [Triggered on {host:a}] [TEST].
type datadogTitle struct {
	transition, priority string
	test                 bool
	plain                string // its words, with what the monitor triggered on, which tells alerts of a monitor apart
}

// bracketed is how a title begins that tells something.
var bracketed = regexp.MustCompile(`^\[([^\]]+)\]\s*`)

func datadogTitled(title string) datadogTitle {
	told, scope := datadogTitle{plain: title}, ""
	for {
		m := bracketed.FindStringSubmatch(told.plain)
		if m == nil {
			break
		}
		word, on, _ := strings.Cut(m[1], " on ")
		if !told.take(word) {
			break
		}
		scope, told.plain = cmp.Or(on, scope), told.plain[len(m[0]):]
	}
	if scope != "" {
		told.plain += " on " + scope
	}
	return told
}

// take notes what a word in brackets tells; false for one of the monitor's own.
func (t *datadogTitle) take(word string) bool {
	_, known := datadogKinds[strings.ToLower(word)]
	switch {
	case known && t.transition == "":
		t.transition = word
	case len(word) == 2 && word[0] == 'P' && word[1] >= '1' && word[1] <= '5':
		t.priority = word
	case word == "TEST":
		t.test = true
	default:
		return false
	}
	return true
}

// datadogService returns the service that a monitor is about, by name or by tag.
func datadogService(v variables) string {
	if s := v.get("service", "servicename"); s != "" {
		return s
	}
	for _, name := range []string{"scope", "alertscope", "scopes", "tags"} {
		for tag := range strings.SplitSeq(v[name], ",") {
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
		Kind: health.KindTriggered, PageKey: n.str("id"), Title: a.str("title"), Severity: cmp.Or(a.str("severity"), a.str("fields", "severity", "value")),
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

// datadogSearch reads the incidents that a search found, each in an envelope.
func datadogSearch(r *reader, n node) error {
	for i, found := range n.list("data", "attributes", "incidents") {
		if err := datadogIncident(r, found.get("data")); err != nil {
			return mismatch("incidents[%d]: %w", i, err)
		}
	}
	return nil
}

// datadogShift reads who has a schedule's turn, by an id that is all there is.
func datadogShift(r *reader, n node) error {
	shift := n.get("data")
	who := health.Identity{ID: shift.str("relationships", "user", "data", "id")}
	r.add(r.onCall(who, shift.get("attributes", "start"), health.ShiftFact{End: r.at(shift, "attributes", "end")}))
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
