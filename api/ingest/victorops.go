package ingest

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"watchbill/health"
)

// victorops reads Splunk On-Call: webhooks of our template or of one that names the
// same variables, also as a form, and the incidents of its API.
func victorops() vendor {
	return vendor{id: "victorops", forms: true, formats: []format{
		{"victorops.rest.incidents", Snapshot, func(n node) bool { return n.get("incidents").isList() }, each("incidents", victoropsIncident)},
		{"victorops.rest.incident_array", Snapshot, func(n node) bool { return n.head().has("incidentNumber") }, each("", victoropsIncident)},
		{"victorops.rest.incident_object", Snapshot, func(n node) bool { return n.has("incidentNumber", "transitions") }, victoropsIncident},
		{"victorops.rest.users", Context, func(n node) bool { return n.get("users").isList() }, victoropsUsers},
		{"victorops.rest.user_array", Context, func(n node) bool { return n.head().has("username", "email") }, each("", victoropsPerson)},
		{"victorops.webhook", PageEvent, func(n node) bool {
			v := victoropsVariables(n)
			return v.get(incidentNumbers...) != "" || v.get(besideIncidents...) != ""
		}, victoropsHook},
	}}
}

// victoropsVariables are those of a webhook, also in the envelope that Splunk's own
// collector wants.
func victoropsVariables(n node) variables {
	if inner := n.get("event"); inner.isObject() {
		n = inner
	}
	return variablesOf(n)
}

// victoropsKinds are the subscriptions of webhooks and the phases of incidents.
var victoropsKinds = map[string]health.Kind{
	"incident-triggered":    health.KindTriggered,
	"triggered":             health.KindTriggered,
	"unacked":               health.KindTriggered,
	"incident-acknowledged": health.KindAcknowledged,
	"acknowledged":          health.KindAcknowledged,
	"acked":                 health.KindAcknowledged,
	"incident-resolved":     health.KindResolved,
	"resolved":              health.KindResolved,
	"paging-start":          health.KindNotified,
	"rerouted":              health.KindReassigned,
	"snoozed":               health.KindSnoozed,
	"on-call":               health.KindShift,
	"off-call":              health.KindShift,
	"incident-chats":        health.KindAnnotated,
}

// victoropsHook reads a custom webhook, or one of an escalation policy, which has
// all variables.
func victoropsHook(r *reader, n node) error {
	v := victoropsVariables(n)
	event := v.get("event", "eventtype", "subscription", "incidentcurrentphase", "statecurrentalertphase", "currentalertphase", "currentphase", "phase", "alertphase")
	d := draft{Event: health.Event{
		Kind: health.KindOther, PageKey: strings.TrimPrefix(v.get(incidentNumbers...), "#"),
		AlertKey: v.get("entityid", "stateentityid", "alertentityid", "incidententityid"),
		Title:    v.get("title", "entitydisplayname", "alertentitydisplayname", "incidententitydisplayname", "displayname", "summary", "statemessage", "alertstatemessage", "message"),
		Service:  v.get("service", "stateservice", "alertservice", "incidentservice", "routingkey", "alertroutingkey"),
		Severity: v.get("severity", "messagetype", "statecurrentstate", "currentstate", "alertmessagetype", "entitystate", "alertentitystate"),
	}, keyed: []string{event}}
	if d.PageKey == "" && v.get(besideIncidents...) != "" {
		r.add(draft{Event: health.Event{Kind: health.KindOther}, keyed: []string{event, v.get(besideIncidents...)}})
		return nil
	}
	if d.PageKey == "" {
		return mismatch("incident_number is missing")
	}
	d.Kind = victoropsKind(event, d.Severity)
	d.Urgency = urgency(d.Severity)
	d.PageCreatedAt = r.at(node{v.get("triggeredat", "stateincidenttimestamp", "incidenttimestamp", "incidentincidenttimestamp", "statestarttime")})
	d.OccurredAt = r.at(node{v.get("time", "at", "timestamp", "voalertrcvtime")})
	if d.OccurredAt.IsZero() && victoropsKind("", v.get("alertmessagetype")) == d.Kind { // the alert that the event came of
		d.OccurredAt = r.at(node{v.get("alertvoalertrcvtime")})
	}
	who := v.get("user", "by", "userid", "username", "pageuserid", "oncalluser")
	switch d.Kind {
	case health.KindTriggered:
		d.OccurredAt = firstOf(d.PageCreatedAt, d.OccurredAt)
	case health.KindAcknowledged:
		d.OccurredAt = firstOf(r.at(node{v.get("ackedat", "stateackedat", "acktimestamp", "stateacktimestamp", "incidentackdataacks0ackedat", "incidentpoliciespaged0ackedat")}), d.OccurredAt)
		who = cmp.Or(v.get("ackedby", "stateackedby", "ackuser", "stateackuser", "alertackuser", "incidentackdataacks0ackedby", "incidentpoliciespaged0ackedby"), who)
	case health.KindResolved:
		d.OccurredAt = firstOf(r.at(node{v.get("resolvedat", "stateresolvedat")}), d.OccurredAt)
		who = cmp.Or(v.get("resolvedby", "stateresolvedby"), who)
	}
	d.Channel = channel(v.get("method", "channel", "pagemethod"))
	d.keyed = append(d.keyed, who, d.Channel)
	if user := victoropsUser(who); !user.IsZero() {
		victoropsActed(&d, user)
	}
	for _, paged := range victoropsPaged(v) {
		d.Responders = append(d.Responders, health.Party{Identity: paged, Role: health.RoleNotified, Earlier: d.Kind != health.KindTriggered})
	}
	r.add(d)
	return nil
}

// victoropsKind returns what an event means. The webhook of an escalation policy names
// none: it comes because an incident is open, unless its alert says that it is not.
func victoropsKind(event, severity string) health.Kind {
	if kind, ok := victoropsKinds[strings.ToLower(event)]; ok {
		return kind
	}
	if event != "" {
		return health.KindOther
	}
	switch strings.ToUpper(severity) {
	case "RECOVERY", "OK":
		return health.KindResolved
	case "ACKNOWLEDGEMENT", "ACK":
		return health.KindAcknowledged
	}
	return health.KindTriggered
}

// incidentNumbers are the variables that hold an incident's number.
var incidentNumbers = []string{"incidentnumber", "incidentincidentnumber", "stateincidentname", "incidentnum", "incidentincidentid", "incidentid", "incidentname", "incident"}

// besideIncidents are variables of what is told without an incident: who is paged and how
// often, who is on call, what was said.
var besideIncidents = []string{"pageuserid", "oncalluserid", "chatuserid"}

// firstOf returns the first of two times that is one.
func firstOf(a, b time.Time) time.Time {
	if a.IsZero() {
		return b
	}
	return a
}

// victoropsPaged returns whom the variables STATE.USERS_PAGED.0, 1 … name.
func victoropsPaged(v variables) []health.Identity {
	var out []health.Identity
	for i := range maxResponders {
		who := v.get("stateuserspaged" + strconv.Itoa(i))
		if who == "" {
			return out
		}
		if user := victoropsUser(who); !user.IsZero() {
			out = append(out, user)
		}
	}
	return out
}

// victoropsActed says what somebody has to do with an event.
func victoropsActed(d *draft, who health.Identity) {
	roles := map[health.Kind]health.Role{
		health.KindNotified: health.RoleNotified, health.KindAcknowledged: health.RoleAcknowledger,
		health.KindResolved: health.RoleResolver, health.KindShift: health.RoleOnCall,
	}
	role, ok := roles[d.Kind]
	if !ok {
		return
	}
	if d.Kind == health.KindAcknowledged || d.Kind == health.KindResolved {
		d.Actor = who
	}
	d.Responders = append(d.Responders, health.Party{Identity: who, Role: role})
}

// victoropsUser returns a person by the name with which they log in; nobody for the
// names of the machine.
func victoropsUser(s string) health.Identity {
	switch strings.ToLower(s) {
	case "", "system", "victorops", "splunk on-call", "none", "null":
		return health.Identity{}
	}
	if m := mail(s); m != "" {
		return health.Identity{Email: m}
	}
	return health.Identity{ID: s}
}

// victoropsIncident reads an incident with its transitions. Who was paged is a list
// without times: they were by the time it began, or after.
func victoropsIncident(r *reader, n node) error {
	base := health.Event{
		PageKey: n.str("incidentNumber"), AlertKey: n.str("entityId"), Service: n.str("service"), Severity: n.str("entityState"),
		Title: n.first("entityDisplayName", "service"), PageCreatedAt: r.at(n, "startTime"), Path: n.str("incidentNumber"),
		Alerts: n.count("alertCount"),
	}
	if base.PageKey == "" {
		return mismatch("incidentNumber is missing")
	}
	base.Urgency = urgency(base.Severity)
	d := draft{Event: with(base, health.KindTriggered, base.PageCreatedAt)}
	for _, who := range n.list("pagedUsers") {
		if user := victoropsUser(who.str()); !user.IsZero() {
			d.Responders = append(d.Responders, health.Party{Identity: user, Role: health.RoleNotified})
		}
	}
	r.add(d)
	for _, t := range n.list("transitions") {
		name := strings.ToLower(t.str("name"))
		if name == "triggered" {
			continue
		}
		d := draft{Event: with(base, health.KindOther, r.at(t, "at")), keyed: []string{name}}
		if kind, ok := victoropsKinds[name]; ok {
			d.Kind = kind
		}
		if who := victoropsUser(t.str("by")); !who.IsZero() {
			victoropsActed(&d, who)
		}
		r.add(d)
	}
	return nil
}

// victoropsUsers reads users, of whom the API sends lists in a list.
func victoropsUsers(r *reader, n node) error {
	for _, item := range n.list("users") {
		people := item.list()
		if !item.isList() {
			people = []node{item}
		}
		for _, person := range people {
			if err := victoropsPerson(r, person); err != nil {
				return err
			}
		}
	}
	return nil
}

func victoropsPerson(r *reader, n node) error {
	name := cmp.Or(n.str("displayName"), strings.TrimSpace(n.str("firstName")+" "+n.str("lastName")))
	r.add(identity(health.Identity{ID: n.str("username"), Email: mail(n.str("email")), Name: name}, ""))
	return nil
}
