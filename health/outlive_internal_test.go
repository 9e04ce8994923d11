package health

import (
	"fmt"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// When the first pages of a key are gone, what is left of its events folds to the others:
// with the people that they had, and without what was not believed.
func TestOutlive(t *testing.T) {
	begin := time.Date(2025, 3, 28, 0, 0, 0, 0, time.UTC)
	people := []Identity{{ID: "U1"}, {ID: "U1", Email: "ana@example.com"}, {Email: "ana@example.com", Name: "Ana"}, {Name: "Ana"}, {ID: "U2", Name: "Bo"}, {Email: "bo@example.com", ID: "U2"}, {Email: "BO@example.com"}, {Name: "Bo"}}
	kinds := []Kind{KindTriggered, KindTriggered, KindAcknowledged, KindResolved, KindResolved, KindEscalated, KindReopened, KindNotified, KindRenotified, KindUnacknowledged, KindAnnotated, KindIdentity}
	roles := map[Kind]Role{KindAcknowledged: RoleAcknowledger, KindResolved: RoleResolver, KindNotified: RoleNotified}
	rapid.Check(t, func(t *rapid.T) {
		var events []Event
		at := begin
		for i := range rapid.IntRange(2, 30).Draw(t, "events") {
			at = at.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 60, 700, 4000, 90000}).Draw(t, "later")) * time.Second)
			kind := rapid.SampledFrom(kinds).Draw(t, "kind")
			e := Event{
				Key: fmt.Sprint("e", (i*7)%31), PageKey: "P", Kind: kind, OccurredAt: at, ReceivedAt: at, TimeBasis: TimeOfPayload, Urgency: UrgencyHigh,
				Source: rapid.SampledFrom([]Source{SourceHook, SourceHook, SourcePull, SourceFile}).Draw(t, "source"), OrderKey: int64(rapid.IntRange(0, 2).Draw(t, "order")),
			}
			for range rapid.IntRange(0, 2).Draw(t, "people") {
				role := roles[kind]
				if role == "" {
					role = RoleAssignee
				}
				e.Responders = append(e.Responders, Party{Identity: rapid.SampledFrom(people).Draw(t, "who"), Role: role})
			}
			if rapid.Bool().Draw(t, "by somebody") {
				e.Actor = rapid.SampledFrom(people).Draw(t, "by")
			}
			events = append(events, e)
		}
		pages := Fold(slices.Clone(events), DefaultRules())
		if len(pages) < 2 {
			return
		}
		from := rapid.IntRange(1, len(pages)-1).Draw(t, "first that stays")
		gone, changed := outlive(events, pages[from].OpenedBy)
		var left []Event
		for _, e := range events {
			if i := slices.IndexFunc(changed, func(c Event) bool { return c.Key == e.Key }); i >= 0 {
				e = changed[i]
			}
			if !slices.Contains(gone, e.Key) {
				left = append(left, e)
			}
		}
		want := pages[from:]
		for i := range want {
			want[i].Number = i
		}
		if diff := gocmp.Diff(want, Fold(left, DefaultRules())); diff != "" {
			t.Errorf("what was kept and what is left of events:\n%s", diff)
		}
	})
}
