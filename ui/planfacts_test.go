package ui

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"watchbill/schedule"
)

// storedPlan is a store with one plan, that counts how often its document is read.
type storedPlan struct {
	schedule.Store
	plan schedule.Plan
	read int
}

func (s *storedPlan) Plan(context.Context, schedule.ID, int) (schedule.Plan, error) {
	s.read++
	return s.plan, nil
}

// holds makes the plan one whose first person is somebody.
func (s *storedPlan) holds(t *testing.T, id schedule.ID, at time.Time, name string) {
	t.Helper()
	text, err := json.Marshal(map[string]string{"Document": fmt.Sprintf(`{"people": [{"name": %q}]}`, name)})
	if err != nil {
		t.Fatal(err)
	}
	s.plan = schedule.Plan{ID: id, Team: 1, Number: 1, PublishedAt: at, Document: string(text)}
}

// What a plan says is read once. A database that is put back under a running service has
// another plan under the same number, published at another time: that one is read.
func TestFactsOfAPlanThatWasPutBack(t *testing.T) {
	store, cache := &storedPlan{}, factsCache{}
	first := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	says := func(want string, read int) {
		t.Helper()
		facts, err := cache.of(t.Context(), store, &store.plan)
		if err != nil {
			t.Fatal(err)
		}
		if got := facts.People[0].Name; got != want || store.read != read {
			t.Errorf("it says %s after %d readings, want %s after %d", got, store.read, want, read)
		}
	}
	store.holds(t, 7, first, "Ana")
	says("Ana", 1)
	says("Ana", 1)
	store.holds(t, 7, first.Add(time.Second), "Ben")
	says("Ben", 2)
	store.holds(t, 8, first, "Cleo")
	says("Cleo", 3)
	store.holds(t, 7, first, "Ana")
	says("Ana", 3)
	for id := range schedule.ID(mostFacts) {
		store.holds(t, 100+id, first, "Dan")
		if _, err := cache.of(t.Context(), store, &store.plan); err != nil {
			t.Fatal(err)
		}
	}
	if len(cache.kept) > mostFacts {
		t.Errorf("%d are kept", len(cache.kept))
	}
}

// A document that cannot be read is an error each time, and nothing of it is kept.
func TestFactsThatCannotBeRead(t *testing.T) {
	store, cache := &storedPlan{plan: schedule.Plan{ID: 1, Document: `{"Document": "{"}`}}, factsCache{}
	for range 2 {
		if _, err := cache.of(t.Context(), store, &store.plan); err == nil || len(cache.kept) > 0 {
			t.Errorf("%v; %d are kept", err, len(cache.kept))
		}
	}
}
