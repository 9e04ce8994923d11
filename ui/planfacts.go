package ui

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"watchbill/schedule"
)

// A factsCache keeps what published plans say of all of theirs: the document of one is
// long, is read for every look at a schedule, and never changes.
type factsCache struct {
	mu   sync.Mutex
	kept map[factsKey]*planFacts
}

// A factsKey is a plan and when it was published: a database that is put back under a
// running service has other plans under the same numbers.
type factsKey struct {
	plan schedule.ID
	at   int64
}

// mostFacts bounds what is kept. Each team has one plan that is looked at; when there
// are more, all are read anew, one by one.
const mostFacts = 200

// of returns what a plan says, which nobody may change.
func (c *factsCache) of(ctx context.Context, store schedule.Store, plan *schedule.Plan) (*planFacts, error) {
	key := factsKey{plan.ID, plan.PublishedAt.Unix()}
	c.mu.Lock()
	facts := c.kept[key]
	c.mu.Unlock()
	if facts != nil {
		return facts, nil
	}
	whole, err := store.Plan(ctx, plan.Team, plan.Number)
	if err != nil {
		return nil, err
	}
	if facts, err = readFacts(whole.Document); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil || len(c.kept) >= mostFacts {
		c.kept = map[factsKey]*planFacts{}
	}
	c.kept[key] = facts
	return facts, nil
}

// readFacts reads only what a stored plan says of all of it: shifts are many.
func readFacts(text string) (*planFacts, error) {
	var planned struct{ Document string }
	if err := json.Unmarshal([]byte(text), &planned); err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	var f planFacts
	if err := json.Unmarshal([]byte(planned.Document), &f); err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	return &f, nil
}
