package ingest

import (
	"strings"

	"watchbill/health"
)

// generic reads the format that docs/pages-in.md describes, for pagers that nobody
// knows and for scripts.
func generic() vendor {
	return vendor{id: "generic", formats: []format{
		{"generic.events", PageEvent, func(n node) bool { return n.get("events").isList() }, each("events", genericEvent)},
		{"generic.event", PageEvent, func(n node) bool {
			return n.has("event", "page") || strings.EqualFold(n.str("event"), string(health.KindPing))
		}, genericEvent},
	}}
}

// genericKinds are all that the generic format may say happened.
var genericKinds = func() map[string]health.Kind {
	kinds := map[string]health.Kind{}
	for _, k := range []health.Kind{
		health.KindTriggered, health.KindNotified, health.KindAssigned, health.KindAcknowledged, health.KindUnacknowledged,
		health.KindEscalated, health.KindReassigned, health.KindDelegated, health.KindSnoozed, health.KindResolved,
		health.KindReopened, health.KindMerged, health.KindCancelled, health.KindResponderRequested, health.KindResponderReplied,
		health.KindPriorityChanged, health.KindAnnotated, health.KindAlertGrouped, health.KindRenotified, health.KindPing,
	} {
		kinds[string(k)] = k
	}
	return kinds
}()

func genericEvent(r *reader, n node) error {
	name := strings.ToLower(n.str("event"))
	if name == "" {
		return mismatch("event is missing: triggered, acknowledged, resolved …")
	}
	page := n.get("page")
	d := draft{Event: health.Event{
		ExternalID: n.str("id"), PageKey: page.str("id"), AlertKey: page.str("alert"), Title: page.str("title"),
		Service: page.str("service"), Severity: page.str("severity"), OccurredAt: r.at(n, "at"), PageCreatedAt: r.at(page, "created_at"),
		Actor: genericWho(n.get("by")), MergedInto: page.str("merged_into"), Alerts: page.count("alerts"),
		Channel: channel(n.str("channel")), Test: n.is("test"), Path: "page",
	}, keyed: []string{name}}
	kind, ok := genericKinds[name]
	if !ok {
		kind = health.KindOther
		r.warn("unknown_event", "event", name)
	}
	d.Kind = kind
	if d.PageKey == "" && kind != health.KindPing {
		return mismatch("page.id is missing")
	}
	if d.ExternalID != "" {
		d.Key = "event:" + d.ExternalID
	}
	d.Urgency = urgency(page.str("urgency"), d.Severity)
	for _, who := range n.list("responders") {
		p := health.Party{Identity: genericWho(who), Role: health.Role(who.str("role")), Target: who.str("type"), Reply: who.str("reply")}
		if p.Role == "" {
			p.Role = genericRole(kind)
		}
		d.keyed = append(d.keyed, p.ID+p.Email+p.Name)
		d.Responders = append(d.Responders, p)
	}
	switch {
	case d.Actor.IsZero():
	case kind == health.KindAcknowledged:
		d.Responders = append(d.Responders, health.Party{Identity: d.Actor, Role: health.RoleAcknowledger})
	case kind == health.KindResolved:
		d.Responders = append(d.Responders, health.Party{Identity: d.Actor, Role: health.RoleResolver})
	}
	r.add(d)
	return nil
}

// genericRole is the role of those whom an event names without one.
func genericRole(kind health.Kind) health.Role {
	switch kind {
	case health.KindNotified, health.KindRenotified:
		return health.RoleNotified
	case health.KindResponderRequested, health.KindResponderReplied:
		return health.RoleRequested
	}
	return health.RoleAssignee
}

// genericWho reads a person: an address or a name, or an object with both.
func genericWho(n node) health.Identity {
	if s := n.str(); s != "" {
		return named(s)
	}
	return health.Identity{ID: n.str("id"), Email: mail(n.str("email")), Name: n.str("name")}
}
