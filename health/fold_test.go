package health_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"watchbill/health"
)

var night = time.Date(2026, 3, 2, 1, 15, 0, 0, time.UTC)

// at is a number of minutes into the night of the tests.
func at(minutes float64) time.Time {
	return night.Add(time.Duration(minutes * float64(time.Minute)))
}

var (
	ana = health.Identity{ID: "U1", Name: "Ana Ruiz"}
	bo  = health.Identity{ID: "U2", Name: "Bo Lindqvist"}
)

func as(role health.Role, who ...health.Identity) []health.Party {
	var out []health.Party
	for _, w := range who {
		out = append(out, health.Party{Identity: w, Role: role})
	}
	return out
}

// told makes an event of the page P1 that was received as it happened.
func told(key string, minutes float64, kind health.Kind, responders ...health.Party) health.Event {
	return health.Event{
		Key: key, PageKey: "P1", Kind: kind, OccurredAt: at(minutes), ReceivedAt: at(minutes), TimeBasis: health.TimeOfPayload,
		Source: health.SourceHook, Urgency: health.UrgencyHigh, Responders: responders,
	}
}

func by(e health.Event, who health.Identity) health.Event {
	e.Actor = who
	return e
}

// foldOne folds events that are one page.
func foldOne(t *testing.T, events ...health.Event) health.Page {
	t.Helper()
	pages := health.Fold(events, health.DefaultRules())
	if len(pages) != 1 {
		t.Fatalf("%d pages of %+v, want one", len(pages), events)
	}
	return pages[0]
}

func responder(t *testing.T, p health.Page, id string) health.Responder {
	t.Helper()
	for _, r := range p.Responders {
		if r.ID == id {
			return r
		}
	}
	t.Fatalf("no responder %s in %+v", id, p.Responders)
	return health.Responder{}
}

func TestPagePassesThroughItsStates(t *testing.T) {
	trigger := told("1", 0, health.KindTriggered, as(health.RoleAssignee, ana)...)
	ack := by(told("2", 2, health.KindAcknowledged), ana)
	resolve := by(told("9", 25, health.KindResolved), ana)
	tests := []struct {
		name   string
		events []health.Event
		state  health.State
		flags  []health.Flag
	}{
		{"triggered", []health.Event{trigger}, health.StateTriggered, nil},
		{"acknowledged", []health.Event{trigger, ack}, health.StateAcknowledged, nil},
		{"taken back", []health.Event{trigger, ack, told("3", 5, health.KindUnacknowledged)}, health.StateTriggered, nil},
		{"escalated stays acknowledged", []health.Event{trigger, ack, told("3", 5, health.KindEscalated, as(health.RoleAssignee, bo)...)}, health.StateAcknowledged, nil},
		{"resolved", []health.Event{trigger, ack, resolve}, health.StateResolved, nil},
		{"resolved without acknowledgement, by itself", []health.Event{trigger, told("9", 25, health.KindResolved)}, health.StateResolved, []health.Flag{health.FlagAutoResolved}},
		{"acknowledged after the end", []health.Event{trigger, resolve, by(told("10", 30, health.KindAcknowledged), bo)}, health.StateResolved, nil},
		{"reopened", []health.Event{trigger, resolve, told("10", 300, health.KindReopened)}, health.StateTriggered, nil},
		{"cancelled", []health.Event{trigger, told("9", 25, health.KindCancelled)}, health.StateCancelled, nil},
		{"an unknown kind changes nothing", []health.Event{trigger, ack, told("3", 3, "painted_blue")}, health.StateAcknowledged, nil},
		{"first told when acknowledged", []health.Event{ack}, health.StateAcknowledged, []health.Flag{health.FlagPartial}},
		{"first told when resolved", []health.Event{resolve}, health.StateResolved, []health.Flag{health.FlagPartial}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := foldOne(t, test.events...)
			if p.State != test.state || !slices.Equal(p.Flags, test.flags) {
				t.Errorf("state %s, flags %v; want %s, %v", p.State, p.Flags, test.state, test.flags)
			}
			if p.State.Open() != p.ResolvedAt.IsZero() {
				t.Errorf("state %s, resolved at %v", p.State, p.ResolvedAt)
			}
		})
	}
}

func TestPartialPageBeganWhenItWasMade(t *testing.T) {
	ack := told("2", 2, health.KindAcknowledged, as(health.RoleAssignee, ana)...)
	ack.PageCreatedAt = at(0)
	p := foldOne(t, by(ack, ana))
	if !p.TriggeredAt.Equal(at(0)) || !p.FirstAckAt.Equal(at(2)) {
		t.Errorf("triggered %v, acknowledged %v", p.TriggeredAt, p.FirstAckAt)
	}
	if when, basis := responder(t, p, "U1").NotifiedAt(); !when.Equal(at(0)) || basis != health.NoticeByAssignment {
		t.Errorf("notified %v by %s", when, basis)
	}
	note := told("3", 4, health.KindAnnotated)
	note.PageState, note.PageCreatedAt = health.StateAcknowledged, at(0)
	if p := foldOne(t, note); p.State != health.StateAcknowledged || !p.FirstAckAt.IsZero() {
		t.Errorf("a page first told by a note: %+v", p)
	}
}

func TestFirstToldByAnythingItStandsAsTheVendorSays(t *testing.T) {
	for _, kind := range []health.Kind{health.KindAnnotated, health.KindPriorityChanged, health.KindReassigned, health.KindOther} {
		for _, state := range []health.State{"", health.StateTriggered, health.StateAcknowledged, health.StateResolved} {
			e := told("1", 5, kind)
			e.PageState, e.PageCreatedAt = state, at(0)
			p := foldOne(t, e)
			if p.State != cmp.Or(state, health.StateTriggered) {
				t.Errorf("first told by %s as %q: %s", kind, state, p.State)
			}
			if !p.Has(health.FlagPartial) || !p.TriggeredAt.Equal(at(0)) || p.State.Open() != p.ResolvedAt.IsZero() {
				t.Errorf("first told by %s as %q: %+v", kind, state, p)
			}
		}
	}
}

func TestEscalationClosesOneResponderAndOpensTheNext(t *testing.T) {
	p := foldOne(t,
		told("1", 0, health.KindTriggered, as(health.RoleAssignee, ana)...),
		by(told("2", 5, health.KindAcknowledged), ana),
		told("3", 15, health.KindEscalated, as(health.RoleAssignee, bo)...),
		by(told("4", 17, health.KindAcknowledged), bo),
		by(told("5", 25, health.KindResolved), bo),
	)
	first, second := responder(t, p, "U1"), responder(t, p, "U2")
	if p.Escalations != 1 || !first.ReleasedAt.Equal(at(15)) || first.Responding != 10*time.Minute || !first.ResolvedAt.IsZero() {
		t.Errorf("first responder %+v", first)
	}
	if second.EscalatedFrom != ana || second.Responding != 8*time.Minute || !second.ResolvedAt.Equal(at(25)) || second.Interruptions != 1 {
		t.Errorf("second responder %+v", second)
	}
}

func TestWhatIsGivenBackIsNotReleased(t *testing.T) {
	p := foldOne(t,
		told("1", 0, health.KindTriggered, as(health.RoleAssignee, ana)...),
		told("2", 15, health.KindReassigned, as(health.RoleAssignee, bo)...),
		told("3", 20, health.KindReassigned, as(health.RoleAssignee, ana)...),
		told("4", 25, health.KindResolved),
		told("5", 60, health.KindReopened, as(health.RoleAssignee, ana)...),
		by(told("6", 70, health.KindResolved), ana),
	)
	if r := responder(t, p, "U1"); !r.ReleasedAt.IsZero() || len(r.Notices) != 3 || !r.ResolvedAt.Equal(at(70)) {
		t.Errorf("given back: %+v", r)
	}
	if r := responder(t, p, "U2"); !r.ReleasedAt.Equal(at(20)) {
		t.Errorf("taken: %+v", r)
	}
	if p.Has(health.FlagAutoResolved) {
		t.Errorf("it ended by itself only the first time: %v", p.Flags)
	}
}

func TestVendorsWordReplacesWhatWasInferred(t *testing.T) {
	notify := func(key string, minutes float64, channel string) health.Event {
		e := told(key, minutes, health.KindNotified, as(health.RoleNotified, ana)...)
		e.Channel = channel
		return e
	}
	p := foldOne(t,
		told("1", 0, health.KindTriggered, as(health.RoleAssignee, ana)...),
		notify("2", 0.05, "push"), notify("3", 0.5, "sms"), notify("4", 1, "email"), notify("5", 5, "phone"),
	)
	r := responder(t, p, "U1")
	if when, basis := r.NotifiedAt(); !when.Equal(at(0.05)) || basis != health.NoticeByVendor {
		t.Errorf("notified %v by %s", when, basis)
	}
	if r.Interruptions != 2 {
		t.Errorf("%d interruptions of %+v, want two: a minute is one, mail is none", r.Interruptions, r.Notices)
	}
}

func TestSameAlertSoonAfterIsTheSamePage(t *testing.T) {
	fire := func(key string, minutes float64) health.Event {
		e := told(key, minutes, health.KindTriggered)
		e.Repeats = true
		return e
	}
	end := func(key string, minutes float64) health.Event { return told(key, minutes, health.KindResolved) }
	late := fire("6", 0) // the same state, sent again hours later
	late.ReceivedAt = at(240)
	if p := foldOne(t, fire("1", 0), late); p.Has(health.FlagLate) || p.Renotifications != 1 {
		t.Errorf("a repeat is late: %+v", p)
	}
	if p := foldOne(t, late); !p.Has(health.FlagLate) {
		t.Errorf("a first delivery after hours is not late: %+v", p)
	}
	p := foldOne(t, fire("1", 0), fire("2", 4), end("3", 10), fire("4", 20), end("5", 30))
	if len(p.Firings) != 2 || p.Reopens != 1 || p.Renotifications != 1 {
		t.Errorf("soon after: %+v", p)
	}
	pages := health.Fold([]health.Event{fire("1", 0), end("3", 10), fire("4", 20.1), end("5", 30)}, health.DefaultRules())
	if len(pages) != 2 || pages[1].Number != 1 || pages[1].OpenedBy != "4" || !pages[0].ResolvedAt.Equal(at(10)) {
		t.Errorf("later: %+v", pages)
	}
}

func TestWhatCounts(t *testing.T) {
	with := func(change func(*health.Event)) health.Event {
		e := told("1", 0, health.KindTriggered)
		change(&e)
		return e
	}
	merge := told("2", 5, health.KindMerged)
	merge.MergedInto = "P0"
	tests := []struct {
		name   string
		events []health.Event
		counts bool
	}{
		{"high", []health.Event{with(func(*health.Event) {})}, true},
		{"unknown", []health.Event{with(func(e *health.Event) { e.Urgency = health.UrgencyUnknown })}, true},
		{"low", []health.Event{with(func(e *health.Event) { e.Urgency = health.UrgencyLow })}, false},
		{"test", []health.Event{with(func(e *health.Event) { e.Test = true })}, false},
		{"merged", []health.Event{with(func(*health.Event) {}), merge}, false},
		{"two days late", []health.Event{with(func(e *health.Event) { e.ReceivedAt = at(2 * 24 * 60) })}, true},
		{"two years late", []health.Event{with(func(e *health.Event) { e.ReceivedAt = at(2 * 365 * 24 * 60) })}, false},
		{"imported two years later", []health.Event{with(func(e *health.Event) {
			e.Source, e.ReceivedAt = health.SourceFile, at(2*365*24*60)
		})}, true},
	}
	for _, test := range tests {
		if p := foldOne(t, test.events...); p.CountsAsPage != test.counts {
			t.Errorf("%s counts: %v", test.name, p.CountsAsPage)
		}
	}
}

func TestFileYieldsToTheVendor(t *testing.T) {
	file := told("csv:1", -1, health.KindTriggered)
	file.Source = health.SourceFile
	end := told("csv:2", 40, health.KindResolved)
	end.Source = health.SourceFile
	p := foldOne(t, file, end, told("1", 0, health.KindTriggered))
	if !p.TriggeredAt.Equal(at(0)) || !p.ResolvedAt.Equal(at(40)) {
		t.Errorf("triggered %v, resolved %v", p.TriggeredAt, p.ResolvedAt)
	}
}

func TestTwoSubscriptionsTellOneEscalation(t *testing.T) {
	escalate := func(key string, minutes float64, who ...health.Identity) health.Event {
		return told(key, minutes, health.KindEscalated, as(health.RoleAssignee, who...)...)
	}
	p := foldOne(t, told("1", 0, health.KindTriggered), escalate("2", 5, ana), escalate("3", 5, ana), escalate("4", 5, bo), escalate("5", 6, ana))
	if p.Escalations != 3 {
		t.Errorf("%d escalations, want three", p.Escalations)
	}
	received := escalate("6", 7, bo)
	received.TimeBasis = health.TimeOfReceipt
	again := received
	again.Key = "7"
	if p := foldOne(t, told("1", 0, health.KindTriggered), received, again); p.Escalations != 2 {
		t.Errorf("%d escalations received at once, want two", p.Escalations)
	}
}

func TestPullTellsOnlyWhatNoHookTold(t *testing.T) {
	pulled := func(key string, minutes float64, kind health.Kind, who ...health.Party) health.Event {
		e := told(key, minutes, kind, who...)
		e.Source = health.SourcePull
		return e
	}
	p := foldOne(t,
		told("1", 0.005, health.KindTriggered, as(health.RoleAssignee, ana)...),
		told("2", 10.01, health.KindEscalated, as(health.RoleAssignee, bo)...),
		pulled("3", 0, health.KindTriggered),
		pulled("4", 0, health.KindAssigned, as(health.RoleAssignee, ana)...),
		pulled("5", 0.1, health.KindNotified, as(health.RoleNotified, ana)...),
		pulled("6", 10, health.KindEscalated, as(health.RoleAssignee, bo)...),
		pulled("7", 20, health.KindEscalated, as(health.RoleAssignee, ana)...), // its hook was lost
	)
	if p.Escalations != 2 || !p.TriggeredAt.Equal(at(0)) || p.Has(health.FlagPartial) {
		t.Errorf("%d escalations, triggered %v, %v", p.Escalations, p.TriggeredAt, p.Flags)
	}
	if r := responder(t, p, "U1"); r.Interruptions != 2 {
		t.Errorf("interruptions %d of %+v", r.Interruptions, r.Notices)
	}
	if r := responder(t, p, "U2"); r.Interruptions != 1 || len(r.Notices) != 1 {
		t.Errorf("notices %+v", r.Notices)
	}
}

func TestOnePersonUnderSeveralNames(t *testing.T) {
	mail := health.Identity{Email: "mia@example.org"}
	both := health.Identity{ID: "u-9", Email: "MIA@example.org"}
	p := foldOne(t,
		told("1", 0, health.KindTriggered, as(health.RoleRequested, mail)...),
		by(told("2", 1, health.KindAcknowledged), both),
		by(told("3", 9, health.KindResolved), health.Identity{ID: "u-9"}),
	)
	if len(p.Responders) != 1 || p.Responders[0].ID != "u-9" || p.Responders[0].Responding != 8*time.Minute {
		t.Errorf("responders %+v", p.Responders)
	}
}

// anyHistory draws what may happen to pages of two keys, with instants that coincide.
func anyHistory(t *rapid.T) []health.Event {
	kinds := []health.Kind{
		health.KindTriggered, health.KindTriggered, health.KindAcknowledged, health.KindUnacknowledged, health.KindEscalated,
		health.KindReassigned, health.KindDelegated, health.KindResolved, health.KindResolved, health.KindReopened,
		health.KindMerged, health.KindNotified, health.KindResponderRequested, health.KindResponderReplied, health.KindAnnotated, "new",
	}
	people := []health.Identity{ana, bo, {Email: "c@example.org"}, {ID: "U3", Email: "C@example.org"}, {Name: "Ana Ruiz"}}
	roles := []health.Role{health.RoleAssignee, health.RoleNotified, health.RoleAcknowledger, health.RoleRequested}
	var events []health.Event
	for i := range rapid.IntRange(1, 14).Draw(t, "events") {
		e := told(string(rune('a'+i)), float64(rapid.IntRange(0, 12).Draw(t, "minute"))*3, rapid.SampledFrom(kinds).Draw(t, "kind"))
		e.PageKey = rapid.SampledFrom([]string{"P1", "P1", "P2"}).Draw(t, "page")
		e.InboxID = int64(i)
		e.Repeats = rapid.Bool().Draw(t, "repeats")
		e.Source = rapid.SampledFrom([]health.Source{health.SourceHook, health.SourceHook, health.SourcePull, health.SourceFile}).Draw(t, "source")
		if rapid.Bool().Draw(t, "acts") {
			e.Actor = rapid.SampledFrom(people).Draw(t, "actor")
		}
		for range rapid.IntRange(0, 2).Draw(t, "parties") {
			e.Responders = append(e.Responders, health.Party{
				Identity: rapid.SampledFrom(people).Draw(t, "party"), Role: rapid.SampledFrom(roles).Draw(t, "role"),
				Reply: rapid.SampledFrom([]string{"", "accepted", "declined"}).Draw(t, "reply"),
			})
		}
		events = append(events, e)
	}
	return events
}

func TestArrivalChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := anyHistory(t)
		want := health.Fold(events, health.DefaultRules())
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		again := slices.Clone(events)
		for _, e := range events { // a second delivery of some, later
			if random.IntN(2) == 0 {
				e.InboxID += 100
				e.ReceivedAt = e.ReceivedAt.Add(time.Hour)
				again = append(again, e)
			}
		}
		random.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		if diff := gocmp.Diff(want, health.Fold(again, health.DefaultRules())); diff != "" {
			t.Fatalf("another order of arrival gives other pages (-want +got):\n%s", diff)
		}
	})
}

func TestFoldedPagesMakeSense(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, p := range health.Fold(anyHistory(t), health.DefaultRules()) {
			if p.State.Open() != p.ResolvedAt.IsZero() {
				t.Fatalf("%s, resolved at %v", p.State, p.ResolvedAt)
			}
			if len(p.Firings) > p.Reopens+1 {
				t.Fatalf("%d firings, %d reopens", len(p.Firings), p.Reopens)
			}
			for i, f := range p.Firings {
				if last := i == len(p.Firings)-1; !last && f.ResolvedAt.IsZero() || last && f.ResolvedAt != p.ResolvedAt {
					t.Fatalf("firings %+v of a page %s", p.Firings, p.State)
				}
			}
			for _, r := range p.Responders {
				if r.Responding < 0 || r.Interruptions > len(r.Notices) || !p.State.Open() && !r.RespondingSince.IsZero() {
					t.Fatalf("responder %+v of a page %s", r, p.State)
				}
			}
		}
	})
}

func TestWhatIsNotUnderstoodChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := anyHistory(t)
		for i := range events {
			events[i].PageKey = "P1"
		}
		before := health.Fold(events, health.DefaultRules())
		for i := range rapid.IntRange(1, 5).Draw(t, "more") {
			e := told("more"+string(rune('a'+i)), float64(rapid.IntRange(0, 40).Draw(t, "at"))+0.5, rapid.SampledFrom([]health.Kind{health.KindOther, health.KindAnnotated, health.KindAlertGrouped, health.KindSnoozed, "new"}).Draw(t, "kind"))
			if e.OccurredAt.Before(before[0].TriggeredAt) {
				continue // it would be what the page was first told by
			}
			e.Actor, e.Source = bo, health.SourceFile // so that it takes nothing from what others tell
			events = append(events, e)
		}
		after := health.Fold(events, health.DefaultRules())
		if len(after) != len(before) {
			t.Fatalf("%d pages instead of %d", len(after), len(before))
		}
		for i := range after {
			after[i].LastEventAt, after[i].Urgency = before[i].LastEventAt, before[i].Urgency
			after[i].CountsAsPage = before[i].CountsAsPage
		}
		if diff := gocmp.Diff(before, after); diff != "" {
			t.Fatalf("pages changed (-before +after):\n%s", diff)
		}
	})
}

func TestResponseIsNeverLongerThanThePage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, p := range health.Fold(anyHistory(t), health.DefaultRules()) {
			var open time.Duration
			for _, f := range p.Firings {
				if end := f.ResolvedAt; !end.IsZero() {
					open += end.Sub(f.TriggeredAt)
				} else {
					open += p.LastEventAt.Sub(f.TriggeredAt)
				}
			}
			for _, r := range p.Responders {
				if r.Responding > open || !r.AckedAt.IsZero() && r.AckedAt.Before(p.TriggeredAt) {
					t.Fatalf("%s worked %v on a page of %v: %+v", r.ID, r.Responding, open, p)
				}
			}
		}
	})
}
