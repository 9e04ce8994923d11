package ingest

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"watchbill/health"
)

// opsgenie reads the webhooks and the REST API of Opsgenie and those of Jira
// Service Management, which send the same.
func opsgenie(id string) vendor {
	return vendor{id: id, formats: []format{
		{id + ".webhook", PageEvent, func(n node) bool { return n.has("action", "alert") }, opsgenieHook},
		{id + ".rest.alerts", Snapshot, func(n node) bool { return answered(n).head().has("tinyId", "alias") }, func(r *reader, n node) error {
			return each("", opsgenieAlert)(r, answered(n))
		}},
		{id + ".rest.alert_array", Snapshot, func(n node) bool { return n.head().has("tinyId", "alias") }, each("", opsgenieAlert)},
		{id + ".rest.alert_object", Snapshot, func(n node) bool { return bare(n).has("tinyId", "alias") }, one(opsgenieAlert)},
		{id + ".rest.incidents", Snapshot, func(n node) bool { return n.get("data").head().has("impactedServices") }, each("data", opsgenieIncident)},
		{id + ".rest.incident_array", Snapshot, func(n node) bool { return n.head().has("impactedServices") }, each("", opsgenieIncident)},
		{id + ".rest.incident_object", Snapshot, func(n node) bool { return bare(n).has("impactedServices") }, one(opsgenieIncident)},
		{id + ".rest.recipients", Snapshot, func(n node) bool { return n.has("alertId", "recipients") }, opsgenieRecipients},
		{id + ".rest.logs", Context, func(n node) bool { return n.has("alertId", "logs") }, opsgenieLogs},
		{id + ".rest.overrides", Context, func(n node) bool { return n.get("data").head().has("startDate", "user") }, each("data", opsgenieOverride)},
		{id + ".rest.users", Context, func(n node) bool { return n.get("data").head().has("username") }, each("data", opsgenieUser)},
		{id + ".rest.user_array", Context, func(n node) bool { return n.head().has("username", "fullName") }, each("", opsgenieUser)},
		{id + ".rest.user_object", Context, func(n node) bool { return bare(n).has("username", "fullName") }, one(opsgenieUser)},
		{id + ".rest.oncalls", Context, func(n node) bool { return n.get("data", "onCallParticipants").isList() }, opsgenieOnCalls},
		{id + ".rest.timeline", Context, func(n node) bool { return n.get("data", "finalTimeline").isObject() }, opsgenieTimeline},
		aside(id+".rest.schedules", func(n node) bool { return n.get("data").head().has("timezone", "rotations") }),
		aside(id+".rest.schedule", func(n node) bool { return n.get("data").has("timezone", "rotations") }),
		aside(id+".rest.escalations", func(n node) bool { return n.get("data").head().has("rules", "ownerTeam") }),
		aside(id+".rest.teams", func(n node) bool {
			return n.get("data").head().has("id", "name", "links") || n.get("data").has("members", "links")
		}),
		aside(id+".rest.team_array", func(n node) bool { return n.head().has("id", "name", "links") }),
		aside(id+".rest.team_object", func(n node) bool { return n.has("id", "name", "links") }),
	}}
}

// answered returns the list that an API answers: Opsgenie's calls it data, that of
// Jira Service Management values.
func answered(n node) node {
	if n.get("data").isList() {
		return n.get("data")
	}
	return n.get("values")
}

// bare takes an object out of the envelope in which the API sends it.
func bare(n node) node {
	if n.get("data").isObject() {
		return n.get("data")
	}
	return n
}

// one reads a single object, in an envelope or bare.
func one(read func(*reader, node) error) func(*reader, node) error {
	return func(r *reader, n node) error { return read(r, bare(n)) }
}

// opsgenieKinds are the actions of webhooks, in lower case.
var opsgenieKinds = map[string]health.Kind{
	"create":          health.KindTriggered,
	"acknowledge":     health.KindAcknowledged,
	"unacknowledge":   health.KindUnacknowledged,
	"close":           health.KindResolved,
	"delete":          health.KindCancelled,
	"escalate":        health.KindEscalated,
	"escalatenext":    health.KindEscalated,
	"assign":          health.KindAssigned,
	"assignownership": health.KindAssigned,
	"takeownership":   health.KindAssigned,
	"addrecipient":    health.KindResponderRequested,
	"addresponder":    health.KindResponderRequested,
	"addteam":         health.KindResponderRequested,
	"addnote":         health.KindAnnotated,
	"snooze":          health.KindSnoozed,
	"updatepriority":  health.KindPriorityChanged,
}

// opsgenieHook reads what happened to an alert. An escalation has no time of its
// own; everything else happened when the alert was last updated.
func opsgenieHook(r *reader, n node) error {
	alert, action := n.get("alert"), strings.ToLower(n.str("action"))
	if action == "" {
		return mismatch("action is missing")
	}
	d := draft{Event: health.Event{
		PageKey: alert.str("alertId"), AlertKey: alert.str("alias"), Title: alert.str("message"),
		Severity: opsgeniePriority(alert.str("priority")), Kind: health.KindOther, Path: "alert",
		PageCreatedAt: r.at(alert, "createdAt"),
	}}
	if d.PageKey == "" {
		return mismatch("alert.alertId is missing")
	}
	if kind, ok := opsgenieKinds[action]; ok {
		d.Kind = kind
	}
	d.Service = alert.str("entity")
	if d.Service == "" {
		d.Service = n.str("integrationName")
	}
	d.Urgency = urgency(d.Severity)
	d.OrderKey, _ = strconv.ParseInt(alert.str("updatedAt"), 10, 64)
	d.OccurredAt = r.at(alert, "updatedAt").Truncate(time.Millisecond)
	if d.Kind == health.KindTriggered && !d.PageCreatedAt.IsZero() {
		d.OccurredAt = d.PageCreatedAt
	}
	if email := mail(alert.str("username")); email != "" {
		d.Actor = health.Identity{ID: alert.str("userId"), Email: email}
	}
	d.Responders = opsgenieParties(d.Kind, action, n, d.Actor)
	d.keyed = []string{action}
	if action == "escalate" || action == "escalatenext" {
		notified := n.get("escalationNotify")
		d.keyed = append(d.keyed, n.str("escalationId"), n.str("escalationTime"), n.str("repeatCount"), notified.first("id", "name"))
		d.timeless = n.has("escalationId")
	}
	for _, p := range d.Responders {
		if d.Kind == health.KindResponderRequested {
			d.keyed = append(d.keyed, p.ID+p.Email+p.Name)
		}
	}
	r.add(d)
	return nil
}

// opsgeniePriority writes a priority as everybody reads it, P1 to P5: some payloads
// have the bare number.
func opsgeniePriority(s string) string {
	if len(s) == 1 && s >= "1" && s <= "5" {
		return "P" + s
	}
	return s
}

// opsgenieParties returns who has to do with an action.
func opsgenieParties(kind health.Kind, action string, n node, actor health.Identity) []health.Party {
	alert := n.get("alert")
	var out []health.Party
	switch {
	case kind == health.KindTriggered:
		for _, name := range []string{"responders", "recipients"} {
			for _, who := range alert.list(name) {
				out = append(out, opsgenieTarget(who))
			}
		}
	case kind == health.KindEscalated:
		if who := n.get("escalationNotify"); who.isObject() {
			p := opsgenieTarget(who)
			if entity := who.first("entity", "type"); entity == "user" {
				p.Role, p.Target = health.RoleNotified, ""
			} else {
				p.Target = entity
			}
			out = append(out, p)
		}
	case action == "takeownership" && !actor.IsZero():
		out = append(out, health.Party{Identity: actor, Role: health.RoleAssignee})
	case kind == health.KindAssigned:
		if owner := alert.str("owner"); owner != "" {
			out = append(out, health.Party{Identity: named(owner), Role: health.RoleAssignee})
		}
	case kind == health.KindResponderRequested:
		for _, name := range []string{"recipient", "responder", "team"} {
			if who := alert.get(name); !who.isNull() {
				out = append(out, opsgenieTarget(who))
			}
		}
	case kind == health.KindAcknowledged && !actor.IsZero():
		out = append(out, health.Party{Identity: actor, Role: health.RoleAcknowledger})
	case kind == health.KindResolved && !actor.IsZero():
		out = append(out, health.Party{Identity: actor, Role: health.RoleResolver})
	}
	return out
}

// opsgenieTarget reads whom an alert goes to: an object with a type, an address,
// or the name of nobody knows what.
func opsgenieTarget(n node) health.Party {
	if s := n.str(); s != "" {
		p := health.Party{Identity: named(s), Role: health.RoleRequested}
		if p.Email == "" {
			p.Target = health.TargetUnknown
		}
		return p
	}
	p := health.Party{Role: health.RoleRequested, Target: n.str("type")}
	p.ID, p.Email = n.str("id"), mail(n.first("username", "name"))
	if p.Email == "" {
		p.Name = n.first("name", "username")
	}
	return p
}

// opsgenieAlert reads an alert of the REST API. When it was acknowledged and closed
// is told by how long that took.
func opsgenieAlert(r *reader, n node) error {
	id := n.str("id")
	if id == "" {
		return mismatch("the alert has no id")
	}
	created := r.at(n, "createdAt")
	base := health.Event{
		PageKey: id, AlertKey: n.str("alias"), Title: n.str("message"), Service: n.str("entity"), Path: id,
		Severity: opsgeniePriority(n.str("priority")), PageCreatedAt: created,
	}
	if base.Service == "" {
		base.Service = cmp.Or(n.str("integration", "name"), n.str("integrationName"))
	}
	base.Urgency = urgency(base.Severity)
	d := draft{Event: base, keyed: []string{"alert"}}
	d.Kind, d.OccurredAt, d.Occurrences = health.KindTriggered, created, n.count("count")
	d.extras.plain = n.has("count")
	for _, who := range n.list("responders") {
		d.Responders = append(d.Responders, opsgenieTarget(who))
	}
	r.add(d)
	report := n.get("report")
	for _, end := range []struct {
		kind        health.Kind
		role        health.Role
		after, name string
	}{
		{health.KindAcknowledged, health.RoleAcknowledger, "ackTime", "acknowledgedBy"},
		{health.KindResolved, health.RoleResolver, "closeTime", "closedBy"},
	} {
		after, err := strconv.ParseInt(report.str(end.after), 10, 64)
		if err != nil || after < 0 || after > int64(20*365*24*time.Hour/time.Millisecond) || created.IsZero() {
			continue
		}
		d := draft{Event: base, keyed: []string{"alert"}}
		d.Kind, d.OccurredAt, d.TimeBasis = end.kind, created.Add(time.Duration(after)*time.Millisecond), health.TimeDerived
		if email := mail(report.str(end.name)); email != "" {
			d.Responders = []health.Party{{Identity: health.Identity{Email: email}, Role: end.role}}
		}
		r.add(d)
	}
	return nil
}

// opsgenieRecipients reads to whom an alert was given, with the alert's id around what
// the API answers. Whether they were reached it does not say.
func opsgenieRecipients(r *reader, n node) error {
	id := n.str("alertId")
	if id == "" {
		return mismatch("alertId is missing")
	}
	for _, given := range n.list("recipients", "data") {
		p := health.Party{Identity: health.Identity{ID: given.str("user", "id"), Email: mail(given.str("user", "username"))}, Role: health.RoleAssignee}
		at := r.at(given, "createdAt")
		if p.IsZero() || at.IsZero() {
			continue
		}
		r.add(draft{Event: health.Event{Kind: health.KindAssigned, PageKey: id, OccurredAt: at, Responders: []health.Party{p}, Path: id}, keyed: []string{"recipient", p.ID, p.Email}})
	}
	return nil
}

// opsgenieLogs reads the log of an alert, with the alert's id around what the API
// answers. Its lines are sentences: they are kept as they are, and nothing is made of
// what they seem to say.
func opsgenieLogs(r *reader, n node) error {
	id := n.str("alertId")
	if id == "" {
		return mismatch("alertId is missing")
	}
	for _, line := range n.list("logs", "data") {
		d := draft{Event: health.Event{Kind: health.KindAlertLog, PageKey: id, Title: line.str("log"), OccurredAt: r.at(line, "createdAt"), Path: id}, keyed: []string{"log", line.str("offset")}}
		if d.OccurredAt.IsZero() {
			continue
		}
		d.Actor = health.Identity{Email: mail(line.str("owner"))}
		r.add(d)
	}
	return nil
}

// opsgenieIncident reads an incident of the REST API, which tells when it began.
func opsgenieIncident(r *reader, n node) error {
	d := draft{Event: health.Event{
		Kind: health.KindTriggered, PageKey: n.str("id"), Title: n.str("message"), OccurredAt: r.at(n, "createdAt"),
		Severity: opsgeniePriority(n.str("priority")), Path: n.str("id"),
	}, keyed: []string{"incident"}}
	if d.PageKey == "" {
		return mismatch("the incident has no id")
	}
	d.Urgency = urgency(d.Severity)
	for _, who := range n.list("responders") {
		d.Responders = append(d.Responders, opsgenieTarget(who))
	}
	r.add(d)
	return nil
}

// opsgenieOverride reads who stands in for somebody.
func opsgenieOverride(r *reader, n node) error {
	who := health.Identity{ID: n.str("user", "id"), Email: mail(n.str("user", "username"))}
	d := r.onCall(who, n.get("startDate"), health.ShiftFact{End: r.at(n, "endDate"), Override: true, Schedule: n.str("_parent", "name")})
	d.keyed = append(d.keyed, n.str("alias"))
	r.add(d)
	return nil
}

func opsgenieUser(r *reader, n node) error {
	who := health.Identity{ID: n.str("id"), Email: mail(n.str("username")), Name: n.str("fullName")}
	r.add(identity(who, n.str("timeZone")))
	return nil
}

// opsgenieOnCalls reads who is on call when the question is asked.
func opsgenieOnCalls(r *reader, n node) error {
	data := n.get("data")
	for _, who := range data.list("onCallParticipants") {
		if who.str("type") != "user" {
			continue
		}
		person := health.Identity{ID: who.str("id"), Email: mail(who.str("name"))}
		r.add(r.onCall(person, node{}, health.ShiftFact{Schedule: data.str("_parent", "name")}))
	}
	return nil
}

// opsgenieTimeline reads the turns of a schedule.
func opsgenieTimeline(r *reader, n node) error {
	data := n.get("data")
	for _, rotation := range data.list("finalTimeline", "rotations") {
		for _, period := range rotation.list("periods") {
			who := period.get("recipient")
			if who.str("type") != "user" {
				continue
			}
			fact := health.ShiftFact{
				Schedule: data.str("_parent", "name"), End: r.at(period, "endDate"), Override: period.str("type") == "override",
			}
			person := health.Identity{ID: who.str("id"), Email: mail(who.str("name"))}
			r.add(r.onCall(person, period.get("startDate"), fact))
		}
	}
	return nil
}
