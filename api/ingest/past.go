package ingest

import "watchbill/health"

// moments are the names under which an API tells when a page began, was taken and
// ended, and by whom. A name that is empty is not told.
type moments struct{ began, acked, ackedBy, ended, endedBy string }

// past tells what an object of an API says of a page's past: its beginning, and
// where they have a time, its acknowledgement and its end.
func (r *reader) past(base health.Event, n node, m moments, who func(node) health.Identity) {
	r.add(draft{Event: with(base, health.KindTriggered, r.at(n, m.began)), keyed: []string{"api"}})
	for _, step := range []struct {
		kind     health.Kind
		role     health.Role
		when, by string
	}{
		{health.KindAcknowledged, health.RoleAcknowledger, m.acked, m.ackedBy},
		{health.KindResolved, health.RoleResolver, m.ended, m.endedBy},
	} {
		if step.when == "" {
			continue
		}
		at := r.at(n, step.when)
		if at.IsZero() {
			continue
		}
		d := draft{Event: with(base, step.kind, at), keyed: []string{"api"}}
		d.Responders = nil
		if step.by != "" {
			if d.Actor = who(n.get(step.by)); !d.Actor.IsZero() {
				d.Responders = []health.Party{{Identity: d.Actor, Role: step.role}}
			}
		}
		r.add(d)
	}
}
