package ingest

import (
	"cmp"
	"regexp"
	"strings"

	"watchbill/health"
)

// pagerduty reads PagerDuty's webhooks, both versions, and its REST API.
func pagerduty() vendor {
	formats := []format{
		{"pagerduty.webhook.v3", PageEvent, func(n node) bool { return n.get("event").has("event_type") }, pagerdutyV3},
		{"pagerduty.webhook.v2", PageEvent, func(n node) bool { return n.get("messages").isList() && !n.get("messages").head().has("data") }, pagerdutyOld},
		{"pagerduty.webhook.v1", PageEvent, func(n node) bool { return n.get("messages").isList() }, pagerdutyOld},
		{"pagerduty.rest.log_entries", Snapshot, func(n node) bool { return n.get("log_entries").isList() && !n.has("incident_key") }, each("log_entries", pagerdutyLogEntry)},
		{"pagerduty.rest.log_entry_array", Snapshot, func(n node) bool {
			return strings.HasSuffix(n.head().str("type"), "_log_entry")
		}, each("", pagerdutyLogEntry)},
		{"pagerduty.rest.incidents", Snapshot, func(n node) bool { return n.get("incidents").isList() }, each("incidents", pagerdutyIncident)},
		{"pagerduty.rest.incident_array", Snapshot, func(n node) bool { return n.head().has("incident_number") }, each("", pagerdutyIncident)},
		{"pagerduty.rest.incident_object", Snapshot, func(n node) bool {
			return n.has("incident_number") || n.get("incident").has("incident_number")
		}, pagerdutyIncidentObject},
		{"pagerduty.rest.user_object", Context, func(n node) bool { return n.get("user").has("email") }, func(r *reader, n node) error { return pagerdutyUser(r, n.get("user")) }},
		{"pagerduty.rest.users", Context, func(n node) bool { return n.get("users").isList() }, each("users", pagerdutyUser)},
		{"pagerduty.rest.user_array", Context, func(n node) bool { return n.head().has("email", "time_zone") }, each("", pagerdutyUser)},
		{"pagerduty.rest.oncalls", Context, func(n node) bool { return n.get("oncalls").isList() }, each("oncalls", pagerdutyOnCall)},
		{"pagerduty.rest.overrides", Context, func(n node) bool { return n.get("overrides").head().has("start", "end", "user") }, each("overrides", pagerdutyOverride)},
		{"pagerduty.rest.schedule", Context, func(n node) bool { return n.get("schedule").isObject() }, pagerdutySchedule},
		{"pagerduty.rest.analytics_incidents", Snapshot, func(n node) bool {
			return n.get("data").head().has("id", "created_at", "seconds_to_resolve")
		}, pagerdutyAnalytics},
		{"pagerduty.rest.analytics_incident_object", Snapshot, func(n node) bool {
			return bare(n).has("id", "created_at", "seconds_to_resolve")
		}, pagerdutyAnalytics},
		{"pagerduty.rest.log_entry_object", Snapshot, func(n node) bool { return n.get("log_entry").has("type") }, func(r *reader, n node) error {
			return pagerdutyLogEntry(r, n.get("log_entry"))
		}},
	}
	for _, name := range []string{"alerts", "escalation_policies", "notifications", "priorities", "schedules", "services", "teams"} {
		formats = append(formats, aside("pagerduty.rest."+name, func(n node) bool { return n.get(name).isList() && n.has("limit", "offset") }))
	}
	return vendor{id: "pagerduty", formats: formats}
}

// aside is what an API answers besides, of which nothing is needed.
func aside(name string, fits func(node) bool) format {
	return format{name, Context, fits, func(_ *reader, n node) error {
		if !n.isObject() && !n.isList() {
			return mismatch("the body is neither an object nor a list")
		}
		return nil
	}}
}

// each reads all elements of a list, of the document itself when it has no name.
func each(name string, read func(*reader, node) error) func(*reader, node) error {
	return func(r *reader, n node) error {
		if name != "" {
			n = n.get(name)
		}
		if !n.isList() {
			return mismatch("%s is not a list", orSelf(name))
		}
		for i, item := range n.list() {
			if err := read(r, item); err != nil {
				return mismatch("%s[%d]: %w", orSelf(name), i, err)
			}
		}
		return nil
	}
}

func orSelf(name string) string {
	if name == "" {
		return "the body"
	}
	return name
}

// pagerdutyKinds are the event types of V3 webhooks without "incident.".
var pagerdutyKinds = map[string]health.Kind{
	"triggered":               health.KindTriggered,
	"acknowledged":            health.KindAcknowledged,
	"unacknowledged":          health.KindUnacknowledged,
	"escalated":               health.KindEscalated,
	"reassigned":              health.KindReassigned,
	"delegated":               health.KindDelegated,
	"snoozed":                 health.KindSnoozed,
	"resolved":                health.KindResolved,
	"reopened":                health.KindReopened,
	"merged":                  health.KindMerged,
	"annotated":               health.KindAnnotated,
	"status_update_published": health.KindAnnotated,
	"priority_updated":        health.KindPriorityChanged,
	"responder.added":         health.KindResponderRequested,
	"responder.replied":       health.KindResponderReplied,
}

// pagerdutyV3 reads one event. Its data is the incident, or something that names
// the incident: a note, a responder, a status update.
func pagerdutyV3(r *reader, n node) error {
	event := n.get("event")
	name := event.str("event_type")
	if name == "" {
		return mismatch("event.event_type is missing")
	}
	data := event.get("data")
	d := draft{Event: health.Event{
		ExternalID: event.str("id"), OccurredAt: r.at(event, "occurred_at"), Actor: pagerdutyPerson(event.get("agent")),
		Path: "event",
	}}
	if d.ExternalID != "" {
		d.Key = "event:" + d.ExternalID
	}
	kind, isIncident := strings.CutPrefix(name, "incident.")
	switch {
	case name == "pagey.ping":
		d.Kind = health.KindPing
		r.add(d)
		return nil
	case !isIncident: // a service was changed
		d.Kind, d.Title = health.KindOther, data.first("summary", "name")
		r.add(d)
		return nil
	}
	d.Kind = health.KindOther
	if known, ok := pagerdutyKinds[kind]; ok {
		d.Kind = known
	}
	incident := pagerdutySubject(data)
	if d.PageKey = incident.str("id"); d.PageKey == "" {
		if d.Kind != health.KindOther {
			return mismatch("event.data.id is missing")
		}
		r.add(d) // of a kind that changes nothing, about nothing we know
		return nil
	}
	d.Title = incident.first("title", "summary")
	d.AlertKey = incident.str("incident_key")
	d.Service = cmp.Or(incident.get("service").first("summary", "name"), data.get("service").first("summary", "name"))
	d.Severity = pagerdutyPriority(incident)
	d.Urgency = urgency(incident.str("urgency"), d.Severity)
	d.PageCreatedAt, d.PageState = r.at(incident, "created_at"), pageState(incident.str("status"))
	for _, who := range incident.list("assignees") {
		d.Responders = append(d.Responders, pagerdutyParty(who, health.RoleAssignee))
	}
	if data.str("type") == "incident_responder" {
		d.Responders = append(d.Responders, pagerdutyResponder(data))
	}
	pagerdutyEnd(&d, incident.get("resolve_reason"))
	r.add(d)
	return nil
}

// pagerdutySubject returns the incident that data is or is about.
func pagerdutySubject(data node) node {
	if roles := data.get("incident_role_assignments"); roles.isList() {
		return roles.head().get("incident")
	}
	if data.get("incident").isObject() && data.str("type") != "incident" {
		return data.get("incident")
	}
	return data
}

// pagerdutyEnd names who acknowledged or resolved, and recognises a merge.
func pagerdutyEnd(d *draft, reason node) {
	switch {
	case d.Kind == health.KindAcknowledged && !d.Actor.IsZero():
		d.Responders = append(d.Responders, health.Party{Identity: d.Actor, Role: health.RoleAcknowledger})
	case d.Kind == health.KindResolved && merges(reason):
		d.Kind, d.MergedInto = health.KindMerged, reason.str("incident", "id")
	case d.Kind == health.KindResolved && !d.Actor.IsZero():
		d.Responders = append(d.Responders, health.Party{Identity: d.Actor, Role: health.RoleResolver})
	}
}

// merges reads a reason for resolving, which is a word or an object.
func merges(reason node) bool {
	return strings.HasPrefix(reason.str(), "merge") || strings.HasPrefix(reason.str("type"), "merge")
}

// pageState reads an incident's status.
func pageState(status string) health.State {
	switch s := health.State(strings.ToLower(status)); s {
	case health.StateTriggered, health.StateAcknowledged, health.StateResolved:
		return s
	}
	return ""
}

// pagerdutyPriority returns the name of an incident's priority.
func pagerdutyPriority(incident node) string {
	if s := incident.get("priority").first("summary", "name"); s != "" {
		return s
	}
	return incident.str("priority")
}

// pagerdutyPerson returns the user behind a reference; nobody when it refers to
// a service or an integration.
func pagerdutyPerson(ref node) health.Identity {
	if t := ref.str("type"); t != "" && !strings.HasPrefix(t, "user") {
		return health.Identity{}
	}
	return health.Identity{ID: ref.str("id"), Email: mail(ref.str("email")), Name: ref.first("summary", "name")}
}

func pagerdutyParty(ref node, role health.Role) health.Party {
	if who := pagerdutyPerson(ref); !who.IsZero() {
		return health.Party{Identity: who, Role: role}
	}
	return health.Party{
		Identity: health.Identity{ID: ref.str("id"), Name: ref.first("summary", "name")}, Role: role,
		Target: strings.TrimSuffix(ref.str("type"), "_reference"),
	}
}

// pagerdutyResponder reads who was asked to help, and how they replied.
func pagerdutyResponder(n node) health.Party {
	who := n.get("user")
	if who.isNull() {
		who = n.get("escalation_policy")
	}
	p := pagerdutyParty(who, health.RoleRequested)
	p.Reply = n.str("state")
	return p
}

// pagerdutyIncidentObject reads one incident, in an envelope or bare.
func pagerdutyIncidentObject(r *reader, n node) error {
	if n.get("incident").isObject() {
		n = n.get("incident")
	}
	return pagerdutyIncident(r, n)
}

// pagerdutyIncident reads an incident of the REST API: what it tells of its past.
// Who was notified is only in its log entries.
func pagerdutyIncident(r *reader, n node) error {
	id := n.str("id")
	if id == "" {
		return mismatch("the incident has no id")
	}
	base := health.Event{
		PageKey: id, AlertKey: n.str("incident_key"), Service: n.get("service").first("summary", "name"),
		Title: n.first("title", "description"), Severity: pagerdutyPriority(n), Path: id,
	}
	if base.Title == "" {
		base.Title = unnumbered(n.str("summary"))
	}
	base.Urgency = urgency(n.str("urgency"), base.Severity)
	base.PageCreatedAt = r.at(n, "created_at")
	tell := func(kind health.Kind, at node, parties ...health.Party) {
		d := draft{Event: base, keyed: []string{"incident"}}
		d.Kind, d.OccurredAt, d.Responders = kind, r.at(at), parties
		for _, p := range parties {
			d.keyed = append(d.keyed, p.ID)
		}
		r.add(d)
	}
	tell(health.KindTriggered, n.get("created_at"))
	for _, a := range n.list("assignments") {
		tell(health.KindAssigned, a.get("at"), pagerdutyParty(a.get("assignee"), health.RoleAssignee))
	}
	for _, asked := range n.list("incidents_responders") {
		tell(health.KindResponderRequested, asked.get("requested_at"), pagerdutyResponder(asked))
	}
	for _, a := range n.list("acknowledgements") {
		who := a.get("acknowledger")
		var parties []health.Party
		if person := pagerdutyPerson(who); !person.IsZero() {
			parties = append(parties, health.Party{Identity: person, Role: health.RoleAcknowledger})
		}
		tell(health.KindAcknowledged, a.get("at"), parties...)
		r.drafts[len(r.drafts)-1].Actor = pagerdutyPerson(who)
	}
	if n.str("status") == "resolved" {
		at := n.get("resolved_at")
		if at.isNull() {
			at = n.get("last_status_change_at")
		}
		tell(health.KindResolved, at)
		last := &r.drafts[len(r.drafts)-1]
		last.Actor = pagerdutyPerson(n.get("last_status_change_by"))
		pagerdutyEnd(last, n.get("resolve_reason"))
	}
	return nil
}

// pagerdutyEntries are the types of log entries without "_log_entry".
var pagerdutyEntries = map[string]health.Kind{
	"trigger":                health.KindTriggered,
	"notify":                 health.KindNotified,
	"assign":                 health.KindAssigned,
	"reassign":               health.KindReassigned,
	"acknowledge":            health.KindAcknowledged,
	"acknowledgement":        health.KindAcknowledged,
	"unacknowledge":          health.KindUnacknowledged,
	"escalate":               health.KindEscalated,
	"delegate":               health.KindDelegated,
	"snooze":                 health.KindSnoozed,
	"resolve":                health.KindResolved,
	"reopen":                 health.KindReopened,
	"merge":                  health.KindMerged,
	"annotate":               health.KindAnnotated,
	"priority_change":        health.KindPriorityChanged,
	"urgency_change":         health.KindPriorityChanged,
	"add_responders":         health.KindResponderRequested,
	"responder_request":      health.KindResponderRequested,
	"responder_accept":       health.KindResponderReplied,
	"responder_decline":      health.KindResponderReplied,
	"repeat_escalation_path": health.KindOther,
	"link":                   health.KindAlertGrouped,
}

// pagerdutyLogEntry reads one entry of an incident's log: the only place in which
// PagerDuty tells who was notified, and how.
func pagerdutyLogEntry(r *reader, n node) error {
	name, ok := strings.CutSuffix(n.str("type"), "_log_entry")
	if !ok {
		return mismatch("the log entry has no type")
	}
	d := draft{Event: health.Event{
		ExternalID: n.str("id"), PageKey: n.str("incident", "id"), OccurredAt: r.at(n, "created_at"), Kind: health.KindOther,
		Actor: pagerdutyPerson(n.get("agent")), Service: n.get("service").first("summary", "name"), Path: n.str("id"),
		Title: unnumbered(n.str("incident", "summary")),
	}}
	if d.PageKey == "" {
		return mismatch("the log entry has no incident.id")
	}
	if d.ExternalID != "" {
		d.Key = "log:" + d.ExternalID
	}
	if kind, ok := pagerdutyEntries[name]; ok {
		d.Kind = kind
	}
	if d.Service == "" && strings.HasPrefix(n.str("agent", "type"), "service") {
		d.Service = n.str("agent", "summary")
	}
	for _, who := range n.list("assignees") {
		d.Responders = append(d.Responders, pagerdutyParty(who, health.RoleAssignee))
	}
	if d.Kind == health.KindNotified {
		d.Channel = channel(n.str("channel", "notification", "type"))
		if who := pagerdutyPerson(n.get("user")); !who.IsZero() {
			d.Responders = append(d.Responders, health.Party{Identity: who, Role: health.RoleNotified})
		}
	}
	if name == "merge" { // the entry of the incident that the others became part of
		d.Kind = health.KindAlertGrouped
	}
	pagerdutyEnd(&d, n.get("event_details", "resolve_reason"))
	r.add(d)
	return nil
}

// channel returns our word for how somebody was notified.
func channel(s string) string {
	switch s = strings.ToLower(s); s {
	case "push_notification", "mobile", "app":
		return "push"
	case "phone_call", "voice", "call":
		return "phone"
	case "sms_message", "text":
		return "sms"
	case "email_notification", "mail":
		return "email"
	}
	return cut(s, 40)
}

// numbered is how PagerDuty writes an incident in a summary.
var numbered = regexp.MustCompile(`^\[#\d+\]\s*`)

func unnumbered(summary string) string { return numbered.ReplaceAllString(summary, "") }

// pagerdutyUser reads a user, to know an e-mail address of an id.
func pagerdutyUser(r *reader, n node) error {
	who := health.Identity{ID: n.str("id"), Email: mail(n.str("email")), Name: n.first("name", "summary")}
	r.add(identity(who, n.str("time_zone")))
	return nil
}

// identity tells who somebody is, and nothing of a page.
func identity(who health.Identity, zone string) draft {
	return draft{Event: health.Event{
		Kind: health.KindIdentity, Title: who.Name, Zone: zone,
		Responders: []health.Party{{Identity: who, Role: health.RoleIdentity}},
	}, keyed: []string{who.ID, who.Email}, timeless: true}
}

// onCall tells that somebody is on call from a time on.
func (r *reader) onCall(who health.Identity, from node, fact health.ShiftFact) draft {
	d := draft{Event: health.Event{Kind: health.KindShift, OccurredAt: r.at(from), Shift: &fact}, keyed: []string{fact.Schedule}}
	if !who.IsZero() {
		d.Responders = []health.Party{{Identity: who, Role: health.RoleOnCall}}
		d.keyed = append(d.keyed, who.ID, who.Email)
	}
	return d
}

func pagerdutyOnCall(r *reader, n node) error {
	fact := health.ShiftFact{Schedule: n.get("schedule").first("summary", "name"), End: r.at(n, "end")}
	r.add(r.onCall(pagerdutyPerson(n.get("user")), n.get("start"), fact))
	return nil
}

// pagerdutyOverride reads who stands in for somebody.
func pagerdutyOverride(r *reader, n node) error {
	fact := health.ShiftFact{End: r.at(n, "end"), Override: true}
	r.add(r.onCall(pagerdutyPerson(n.get("user")), n.get("start"), fact))
	return nil
}

// pagerdutySchedule reads the turns that a schedule was rendered to, where the
// request asked for any.
func pagerdutySchedule(r *reader, n node) error {
	schedule := n.get("schedule")
	if !schedule.isObject() {
		return mismatch("schedule is missing")
	}
	for _, turn := range schedule.list("final_schedule", "rendered_schedule_entries") {
		fact := health.ShiftFact{Schedule: schedule.str("name"), End: r.at(turn, "end")}
		r.add(r.onCall(pagerdutyPerson(turn.get("user")), turn.get("start"), fact))
	}
	return nil
}
