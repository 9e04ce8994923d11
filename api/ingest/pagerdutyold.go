package ingest

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"watchbill/health"
)

// pagerdutyOldKinds are the events of V1 and V2 webhooks without "incident.".
var pagerdutyOldKinds = map[string]health.Kind{
	"trigger":       health.KindTriggered,
	"acknowledge":   health.KindAcknowledged,
	"unacknowledge": health.KindUnacknowledged,
	"escalate":      health.KindEscalated,
	"assign":        health.KindReassigned,
	"delegate":      health.KindDelegated,
	"resolve":       health.KindResolved,
	"annotate":      health.KindAnnotated,
	"reopen":        health.KindReopened,
}

// pagerdutyOld reads the webhooks that PagerDuty no longer offers, of which it still
// sends V2: several messages, each with the incident and the log entry that it is
// about. V1 has other names for some of it.
func pagerdutyOld(r *reader, n node) error {
	if !n.get("messages").isList() {
		return mismatch("messages is not a list")
	}
	for i, m := range n.list("messages") {
		name := m.first("event", "type")
		if name == "" {
			return mismatch("messages[%d].event is missing", i)
		}
		incident, entry := m.get("incident"), m.get("log_entries").head()
		if incident.isNull() {
			incident = m.get("data", "incident")
		}
		d := draft{Event: health.Event{
			ExternalID: m.str("id"), PageKey: incident.str("id"), AlertKey: incident.str("incident_key"),
			Title:    cmp.Or(incident.first("title", "description"), incident.get("trigger_summary_data").first("subject", "description")),
			Service:  incident.get("service").first("summary", "name"),
			Severity: pagerdutyPriority(incident), Kind: health.KindOther, Path: "messages[" + strconv.Itoa(i) + "]",
			PageCreatedAt: r.firstTime(incident, "created_at", "created_on"), PageState: pageState(incident.str("status")),
			Actor: pagerdutyPerson(entry.get("agent")),
		}}
		if d.ExternalID != "" {
			d.Key = "message:" + d.ExternalID
		}
		if d.PageKey == "" {
			return mismatch("messages[%d].incident.id is missing", i)
		}
		if kind, ok := pagerdutyOldKinds[strings.TrimPrefix(name, "incident.")]; ok {
			d.Kind = kind
		}
		d.Urgency = urgency(incident.str("urgency"), d.Severity)
		if d.OccurredAt = r.at(entry, "created_at"); d.OccurredAt.IsZero() {
			d.OccurredAt = r.at(m, "created_on")
		}
		for _, a := range incident.list("assignments") {
			d.Responders = append(d.Responders, pagerdutyParty(a.get("assignee"), health.RoleAssignee))
		}
		for _, a := range incident.list("assigned_to") {
			d.Responders = append(d.Responders, pagerdutyParty(a.get("object"), health.RoleAssignee))
		}
		if entry.isNull() && (d.Kind == health.KindResolved || d.Kind == health.KindAcknowledged) {
			d.Actor = pagerdutyPerson(incident.get("last_status_change_by"))
		}
		pagerdutyEnd(&d, incident.get("resolve_reason"))
		r.add(d)
	}
	return nil
}

// pagerdutyAnalytics reads incidents as PagerDuty's analytics tell them: when they
// began and how long everything took. How often somebody was interrupted is only
// counted there, so no notification is made of it.
func pagerdutyAnalytics(r *reader, n node) error {
	if name := n.str("time_zone"); name != "" {
		if zone, err := time.LoadLocation(name); err == nil {
			r.zone = zone
		}
	}
	incidents := n.list("data")
	if !n.get("data").isList() { // one that was asked for by its id
		incidents = []node{bare(n)}
	}
	for _, i := range incidents {
		id := i.str("id")
		if id == "" {
			return mismatch("an incident has no id")
		}
		created := r.at(i, "created_at")
		base := health.Event{
			PageKey: id, AlertKey: i.str("incident_key"), Title: i.str("description"), Service: i.str("service_name"),
			Severity: i.str("priority_name"), PageCreatedAt: created, Path: id,
		}
		base.Urgency = urgency(i.str("urgency"), base.Severity)
		r.add(draft{Event: with(base, health.KindTriggered, created), keyed: []string{"analytics"}})
		if after, err := strconv.ParseInt(i.str("seconds_to_first_ack"), 10, 64); err == nil && after >= 0 && after < 1e9 && !created.IsZero() {
			ack := draft{Event: with(base, health.KindAcknowledged, created.Add(time.Duration(after)*time.Second)), keyed: []string{"analytics"}}
			ack.TimeBasis = health.TimeDerived
			if ids := i.list("acknowledged_user_ids"); len(ids) == 1 {
				who := health.Identity{ID: ids[0].str(), Name: i.get("acknowledged_user_names").head().str()}
				ack.Responders = []health.Party{{Identity: who, Role: health.RoleAcknowledger}}
			}
			r.add(ack)
		}
		resolved := r.at(i, "resolved_at")
		if resolved.IsZero() {
			continue
		}
		if resolved.Before(created) {
			r.warn("resolved_before_triggered", "data.resolved_at", i.str("resolved_at"))
			continue
		}
		end := draft{Event: with(base, health.KindResolved, resolved), keyed: []string{"analytics"}}
		if by := i.str("resolved_by_user_id"); by != "" {
			end.Actor = health.Identity{ID: by, Name: i.str("resolved_by_user_name")}
		}
		pagerdutyEnd(&end, node{})
		r.add(end)
	}
	return nil
}

// with returns an event of another kind and time.
func with(e health.Event, kind health.Kind, at time.Time) health.Event {
	e.Kind, e.OccurredAt = kind, at
	return e
}
