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
	kept *everybody
}

// everybody is who is known: as they are, and only what they are called.
type everybody struct {
	profiles map[schedule.ID]schedule.Profile
	called   map[schedule.ID]string
}

func (s *Site) names(ctx context.Context) (map[schedule.ID]schedule.Profile, error) {
	return s.Everybody(ctx)
}

// Everybody returns all profiles by ID as they are now. The map is everybody's: nobody may
// change it.
func (s *Site) Everybody(ctx context.Context) (map[schedule.ID]schedule.Profile, error) {
	all, err := s.everyone(ctx)
	if err != nil {
		return nil, err
	}
	return all.profiles, nil
}

// called returns everybody's name by ID, with what Everybody promises.
func (s *Site) called(ctx context.Context) (map[schedule.ID]string, error) {
	all, err := s.everyone(ctx)
	if err != nil {
		return nil, err
	}
	return all.called, nil
}

func (s *Site) everyone(ctx context.Context) (*everybody, error) {
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
	kept = &everybody{make(map[schedule.ID]schedule.Profile, len(people)), make(map[schedule.ID]string, len(people))}
	for _, p := range people {
		kept.profiles[p.ID], kept.called[p.ID] = p, p.Name
	}
	c.mu.Lock()
	c.mark, c.kept = mark, kept
	c.mu.Unlock()
	return kept, nil
}
