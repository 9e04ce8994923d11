package ui

import (
	"context"
	"sync"

	"watchbill/schedule"
)

// A namesCache keeps everybody's profile: nearly every page needs some of them, and to read
// ten thousand takes longer than all else on it. The store is asked each time whether one has
// changed.
type namesCache struct {
	mu   sync.Mutex
	mark schedule.PeopleMark
	kept map[schedule.ID]schedule.Profile
}

func (s *Site) names(ctx context.Context) (map[schedule.ID]schedule.Profile, error) {
	return s.Everybody(ctx)
}

// Everybody returns all profiles by ID as they are now. The map is everybody's: nobody may
// change it.
func (s *Site) Everybody(ctx context.Context) (map[schedule.ID]schedule.Profile, error) {
	// The mark first: who changes in between is in what is kept, and is read once more.
	mark, err := s.Schedule.Store.PeopleMark(ctx)
	if err != nil {
		return nil, err
	}
	c := &s.everybody
	c.mu.Lock()
	kept := c.kept
	if mark != c.mark {
		kept = nil
	}
	c.mu.Unlock()
	if kept != nil {
		return kept, nil
	}
	people, err := s.Schedule.Store.People(ctx, nil)
	if err != nil {
		return nil, err
	}
	kept = make(map[schedule.ID]schedule.Profile, len(people))
	for _, p := range people {
		kept[p.ID] = p
	}
	c.mu.Lock()
	c.mark, c.kept = mark, kept
	c.mu.Unlock()
	return kept, nil
}
