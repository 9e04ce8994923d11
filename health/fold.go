package health

import (
	"cmp"
	"slices"
	"time"
)

// Fold makes pages of events. It reads the events in the order in which they
// happened, whatever order they came in, and a second copy of an event changes
// nothing: any permutation and any repetition of the same events gives the same
// pages. Events of several page keys are folded each by itself; events without a
// key and those of context kinds are left out. Pages come back by key, and those
// of one key in order of time.
func Fold(events []Event, rules Rules) []Page {
	byKey := map[string][]Event{}
	for _, e := range events {
		if e.PageKey != "" && !e.Kind.Context() {
			byKey[e.PageKey] = append(byKey[e.PageKey], e)
		}
	}
	var pages []Page
	for _, key := range sortedKeys(byKey) {
		f := folder{rules: rules, known: newDirectory(byKey[key])}
		for _, e := range inOrder(believed(distinct(byKey[key]))) {
			f.apply(e)
		}
		pages = append(pages, f.finish()...)
	}
	return pages
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// folder is the page that is being folded, and those of the same key before it.
type folder struct {
	rules  Rules
	known  directory
	done   []Page
	page   *Page
	people []*responder // of the page, in the order in which they appeared
}

// apply reads one event.
func (f *folder) apply(e Event) {
	opened := f.page == nil || f.comesAgain(e)
	if opened {
		f.open(e)
	}
	p := f.page
	f.describe(e, opened)
	switch e.Kind {
	case KindTriggered:
		f.trigger(e, opened)
	case KindReopened:
		f.reopen(e, opened)
	case KindAcknowledged:
		f.acknowledge(e)
	case KindUnacknowledged:
		if p.State.Open() {
			p.State = StateTriggered
			f.stopAll(e.OccurredAt)
		}
	case KindEscalated, KindReassigned, KindDelegated:
		f.passOn(e)
	case KindResolved:
		f.end(e, StateResolved)
	case KindMerged:
		f.end(e, StateMerged)
	case KindCancelled:
		f.end(e, StateCancelled)
	case KindRenotified:
		f.renotify(e)
	case KindResponderReplied:
		f.reply(e)
	}
	f.involve(e, opened)
}

// comesAgain reports whether a trigger is another page than the one that ended.
func (f *folder) comesAgain(e Event) bool {
	return e.Kind == KindTriggered && !f.page.State.Open() && e.OccurredAt.Sub(f.page.ResolvedAt) > f.rules.ReopenWithin
}

// open begins a page. When its trigger was not told, it stands as the event
// says and began when the vendor says it was made.
func (f *folder) open(e Event) {
	f.finishPage()
	p := &Page{
		Key: e.PageKey, Number: len(f.done), OpenedBy: e.Key,
		State: StateTriggered, Urgency: UrgencyUnknown, TriggeredAt: e.OccurredAt,
	}
	if e.Kind != KindTriggered {
		p.flag(FlagPartial)
		if !e.PageCreatedAt.IsZero() && e.PageCreatedAt.Before(e.OccurredAt) {
			p.TriggeredAt = e.PageCreatedAt
		}
	}
	p.Firings = []Firing{{TriggeredAt: p.TriggeredAt}}
	f.page = p
	switch e.Kind {
	case KindTriggered, KindAcknowledged, KindUnacknowledged, KindReopened, KindResolved, KindMerged, KindCancelled:
		return // what the event itself does says more
	}
	if e.PageState == "" {
		return
	}
	p.State = e.PageState
	if !p.State.Open() {
		p.ResolvedAt, p.Firings[0].ResolvedAt = e.OccurredAt, e.OccurredAt
	}
}

// describe takes over what an event says of the page itself.
func (f *folder) describe(e Event, opened bool) {
	p := f.page
	p.AlertKey = cmp.Or(p.AlertKey, e.AlertKey)
	p.Title = cmp.Or(p.Title, e.Title)
	p.Service = cmp.Or(p.Service, e.Service)
	p.Severity = cmp.Or(e.Severity, p.Severity)
	if u := f.urgency(e); u.weight() > p.Urgency.weight() {
		p.Urgency = u
	}
	p.Alerts = max(p.Alerts, e.Alerts)
	p.Occurrences = max(p.Occurrences, e.Occurrences)
	p.IsTest = p.IsTest || e.Test
	if e.OccurredAt.After(p.LastEventAt) {
		p.LastEventAt = e.OccurredAt
	}
	if !e.StatedAt.IsZero() {
		p.flag(FlagFutureTimestamp)
	}
	repeat := e.Repeats && !opened && e.Kind == KindTriggered // says again what was told in time
	if e.Source == SourceHook && !e.ReceivedAt.IsZero() && !repeat {
		if behind := e.ReceivedAt.Sub(e.OccurredAt); behind > f.rules.TooOld {
			p.flag(FlagTooOld)
		} else if behind > f.rules.LateAfter {
			p.flag(FlagLate)
		}
	}
}

func (f *folder) urgency(e Event) Urgency {
	if u, ok := f.rules.Severities[lower(e.Severity)]; ok && e.Severity != "" {
		return u
	}
	return e.Urgency
}

// trigger opens a page again that ended a moment ago; a repeat of an open page
// is another notification where the source repeats itself, otherwise history.
func (f *folder) trigger(e Event, opened bool) {
	switch {
	case opened:
	case !f.page.State.Open():
		f.again(e.OccurredAt)
	case e.Repeats:
		f.renotify(e)
	}
}

func (f *folder) renotify(e Event) {
	f.page.Renotifications++
	if !f.rules.RenotifyInterrupts {
		return
	}
	for _, r := range f.people {
		if r.holds {
			r.notify(e, NoticeByAssignment)
		}
	}
}

// reopen begins another stretch, unless the page is open: then its end was not told.
func (f *folder) reopen(e Event, opened bool) {
	if !opened && !f.page.State.Open() {
		f.again(e.OccurredAt)
		return
	}
	f.page.Reopens++
}

// again begins another stretch of the same page.
func (f *folder) again(at time.Time) {
	p := f.page
	p.State, p.ResolvedAt, p.MergedInto = StateTriggered, time.Time{}, ""
	p.Reopens++
	p.Flags = slices.DeleteFunc(p.Flags, func(flag Flag) bool { return flag == FlagAutoResolved })
	p.Firings = append(p.Firings, Firing{TriggeredAt: at})
}

// firing returns the stretch that is going on, or was the last.
func (f *folder) firing() *Firing { return &f.page.Firings[len(f.page.Firings)-1] }

// acknowledge is history when the page has ended.
func (f *folder) acknowledge(e Event) {
	if !f.page.State.Open() {
		return
	}
	f.page.State = StateAcknowledged
	setOnce(&f.page.FirstAckAt, e.OccurredAt)
	setOnce(&f.firing().AckedAt, e.OccurredAt)
	for _, who := range doers(e, RoleAcknowledger) {
		r := f.responder(who)
		setOnce(&r.AckedAt, e.OccurredAt)
		r.take()
		r.start(e.OccurredAt)
	}
}

// passOn takes the page from those who have it and gives it to the next, where
// the event says who that is; involve opens those.
func (f *folder) passOn(e Event) {
	if e.Kind == KindEscalated {
		f.page.Escalations++
	}
	if !f.page.State.Open() {
		return
	}
	next := map[*responder]bool{}
	for _, party := range e.Responders {
		if asks(party) {
			next[f.responder(party.Identity)] = true
		}
	}
	if len(next) == 0 {
		f.stopAll(e.OccurredAt)
		return
	}
	var from Identity
	for _, r := range f.people {
		if !r.holds {
			continue
		}
		if !next[r] {
			r.holds, r.ReleasedAt = false, e.OccurredAt
			from = r.Identity
		}
		if !next[r] || e.Kind != KindReassigned {
			f.stop(r, e.OccurredAt)
		}
	}
	for r := range next {
		if !r.holds {
			r.EscalatedFrom = from
		}
	}
}

// end closes the page. What ended stays ended as it did, except that a merge
// says more than a resolution.
func (f *folder) end(e Event, state State) {
	p := f.page
	if state == StateMerged {
		p.MergedInto = cmp.Or(e.MergedInto, p.MergedInto)
	}
	if !p.State.Open() {
		if state == StateMerged && p.State == StateResolved {
			p.State = StateMerged
		}
		return
	}
	p.State, p.ResolvedAt, f.firing().ResolvedAt = state, e.OccurredAt, e.OccurredAt
	by := doers(e, RoleResolver)
	if state == StateResolved && len(by) == 0 {
		p.flag(FlagAutoResolved)
	}
	if state == StateResolved {
		for _, who := range by {
			f.responder(who).ResolvedAt = e.OccurredAt
		}
	}
	f.stopAll(e.OccurredAt)
	for _, r := range f.people {
		r.holds = false
	}
}

// reply starts and ends the work of somebody who was requested. The page stays
// as it is.
func (f *folder) reply(e Event) {
	if !f.page.State.Open() {
		return
	}
	for _, party := range e.Responders {
		if !party.person() {
			continue
		}
		r := f.responder(party.Identity)
		switch party.Reply {
		case "accepted":
			setOnce(&r.AckedAt, e.OccurredAt)
			r.take()
			r.start(e.OccurredAt)
		case "declined":
			f.stop(r, e.OccurredAt)
			r.holds, r.ReleasedAt = false, e.OccurredAt
		}
	}
}

func setOnce(at *time.Time, to time.Time) {
	if at.IsZero() {
		*at = to
	}
}

// finish returns the pages of the key.
func (f *folder) finish() []Page {
	f.finishPage()
	return f.done
}

// finishPage puts away the page that was being folded.
func (f *folder) finishPage() {
	if f.page == nil {
		return
	}
	p := f.page
	for _, r := range f.people {
		p.Responders = append(p.Responders, r.close(f.rules))
	}
	slices.SortFunc(p.Responders, func(a, b Responder) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Email, b.Email), cmp.Compare(a.Name, b.Name))
	})
	p.CountsAsPage = !p.IsTest && p.State != StateMerged && !p.Has(FlagTooOld) &&
		(p.Urgency != UrgencyLow || f.rules.LowCounts)
	f.done = append(f.done, *p)
	f.page, f.people = nil, nil
}

func (p *Page) flag(flag Flag) {
	if at, found := slices.BinarySearch(p.Flags, flag); !found {
		p.Flags = slices.Insert(p.Flags, at, flag)
	}
}
