package health

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// responder is a Responder while its page is being folded.
type responder struct {
	Responder
	holds bool // the page is theirs to respond to
}

// responder returns what is known of somebody on the page, under the one
// identity that all events of the page lead to.
func (f *folder) responder(who Identity) *responder {
	who = f.known.whole(who)
	for _, r := range f.people {
		if r.Identity == who {
			return r
		}
	}
	r := &responder{Responder: Responder{Identity: who}}
	f.people = append(f.people, r)
	return r
}

// asks reports whether a party is a person who is asked to respond.
func asks(party Party) bool {
	switch party.Role {
	case RoleAssignee, RoleRequested, RoleNotified:
		return party.person()
	}
	return false
}

// doers returns who did what an event tells: those in the role, else its actor.
func doers(e Event, role Role) []Identity {
	var out []Identity
	for _, party := range e.Responders {
		if party.Role == role && party.person() {
			out = append(out, party.Identity)
		}
	}
	if len(out) == 0 && !e.Actor.IsZero() {
		out = append(out, e.Actor)
	}
	return out
}

// involve gives the page to those an event names, and notes who was notified.
// Being given a page means being notified, until the vendor says more.
func (f *folder) involve(e Event, opened bool) {
	for _, party := range e.Responders {
		switch {
		case !party.person():
			f.target(party)
			continue
		case !asks(party) || e.Kind == KindResponderReplied:
			continue
		}
		r := f.responder(party.Identity)
		if party.Role == RoleNotified {
			f.noted(r, party, e)
		}
		if !f.page.State.Open() {
			if opened { // the page was told only when it was over
				r.notifyAt(f.page.TriggeredAt, e, NoticeByAssignment)
			}
			continue
		}
		if party.Role != RoleNotified {
			f.assign(r, e, opened)
		}
		r.take()
	}
}

// assign notes that somebody was notified by being given the page, when they
// did not have it, or when the event rings everybody again.
func (f *folder) assign(r *responder, e Event, opened bool) {
	switch e.Kind {
	case KindTriggered, KindAssigned, KindReassigned, KindResponderRequested:
		if !r.holds {
			r.notify(e, NoticeByAssignment)
		}
	case KindEscalated, KindDelegated, KindReopened:
		r.notify(e, NoticeByAssignment)
	default:
		if opened {
			r.notifyAt(f.page.TriggeredAt, e, NoticeByAssignment)
		}
	}
}

// noted takes down the vendor's word that somebody was notified. Where it comes
// without a time it was when the page fired, unless we know already.
func (f *folder) noted(r *responder, party Party, e Event) {
	if !party.Earlier {
		r.notify(e, NoticeByVendor)
		return
	}
	fired := f.firing().TriggeredAt
	for _, n := range r.Notices {
		if n.Basis == NoticeByVendor && !n.At.Before(fired) {
			return
		}
	}
	r.notifyAt(fired, e, NoticeByVendor)
}

// target remembers a team, schedule or policy the page was sent to.
func (f *folder) target(party Party) {
	if party.IsZero() || !slices.Contains([]Role{RoleAssignee, RoleRequested, RoleNotified}, party.Role) {
		return
	}
	party.Role, party.Reply = RoleRequested, ""
	if !slices.Contains(f.page.Targets, party) {
		f.page.Targets = append(f.page.Targets, party)
	}
}

func (r *responder) notify(e Event, basis NoticeBasis) { r.notifyAt(e.OccurredAt, e, basis) }

func (r *responder) notifyAt(at time.Time, e Event, basis NoticeBasis) {
	r.Notices = append(r.Notices, Notice{At: at, Basis: basis, Channel: e.Channel, Event: e.Key})
}

// take gives somebody the page.
func (r *responder) take() { r.holds, r.ReleasedAt = true, time.Time{} }

// start and stop bound a stretch of somebody's work on a page.
func (r *responder) start(at time.Time) {
	if r.RespondingSince.IsZero() {
		r.RespondingSince = at
	}
}

func (f *folder) stop(r *responder, at time.Time) {
	if r.RespondingSince.IsZero() {
		return
	}
	worked := at.Sub(r.RespondingSince)
	if worked > f.rules.LongestResponse {
		worked = f.rules.LongestResponse
		f.page.flag(FlagEngagedCapped)
	}
	r.Responding += worked
	r.RespondingSince = time.Time{}
}

func (f *folder) stopAll(at time.Time) {
	for _, r := range f.people {
		f.stop(r, at)
	}
}

// close puts the notices in order and counts what interrupted.
func (r *responder) close(rules Rules) Responder {
	slices.SortFunc(r.Notices, func(a, b Notice) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Event, b.Event), cmp.Compare(a.Basis, b.Basis))
	})
	r.Notices = witnessed(r.Notices)
	var until time.Time
	for _, n := range r.Notices {
		if strings.HasPrefix(n.Channel, "email") || n.At.Before(until) {
			continue
		}
		r.Interruptions++
		until = n.At.Add(rules.InterruptionWindow)
	}
	return r.Responder
}

// witnessWithin is how soon the vendor's word that somebody was notified tells what
// being given the page led to.
const witnessWithin = time.Hour

// witnessed drops a notice that was only inferred when the vendor's word for it
// follows before the next inferred one.
func witnessed(notices []Notice) []Notice {
	var out []Notice
	for i, n := range notices {
		if n.Basis != NoticeByAssignment || !vendorFollows(n, notices[i+1:]) {
			out = append(out, n)
		}
	}
	return out
}

func vendorFollows(inferred Notice, later []Notice) bool {
	for _, n := range later {
		switch n.Basis {
		case NoticeByVendor:
			return n.At.Sub(inferred.At) <= witnessWithin
		case NoticeByAssignment:
			return false
		}
	}
	return false
}

// directory knows under which identity somebody appears who is called by
// different names in the events of one page.
type directory []Identity

// newDirectory joins what has an id or an e-mail address in common, and a bare
// name to the only one who bears it.
func newDirectory(events []Event) directory {
	var all []Identity
	for _, e := range events {
		if !e.Actor.IsZero() {
			all = append(all, e.Actor)
		}
		for _, party := range e.Responders {
			if party.person() {
				all = append(all, party.Identity)
			}
		}
	}
	slices.SortFunc(all, func(a, b Identity) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Email, b.Email), cmp.Compare(a.Name, b.Name))
	})
	var d directory
	for _, i := range slices.Compact(all) {
		if i.ID != "" || i.Email != "" {
			d = d.add(i)
		}
	}
	return d
}

// add joins an identity with all that it has something in common with.
func (d directory) add(i Identity) directory {
	for at := 0; at < len(d); {
		if !same(d[at], i) {
			at++
			continue
		}
		i = Identity{ID: least(d[at].ID, i.ID), Email: least(d[at].Email, i.Email), Name: least(d[at].Name, i.Name)}
		d = slices.Delete(d, at, at+1)
		at = 0
	}
	return append(d, i)
}

func same(a, b Identity) bool {
	return a.ID != "" && a.ID == b.ID || a.Email != "" && lower(a.Email) == lower(b.Email)
}

// least returns the smaller of two words, but no empty one when there is another.
func least(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return min(a, b)
}

func (d directory) whole(i Identity) Identity {
	named := -1
	for at, known := range d {
		if same(known, i) {
			return known
		}
		if i.ID == "" && i.Email == "" && known.Name == i.Name {
			if named >= 0 {
				return i
			}
			named = at
		}
	}
	if named >= 0 {
		return d[named]
	}
	return i
}

func lower(s string) string { return strings.ToLower(s) }
