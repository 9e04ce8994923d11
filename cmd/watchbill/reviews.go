package main

import (
	"cmp"
	"context"
	"slices"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// reviewSchedules tells reviews what the schedule knows.
type reviewSchedules struct{ *schedule.Service }

var _ health.ReviewSchedules = reviewSchedules{}

// Turns implements health.ReviewSchedules. Pieces of one person's turn that touch are one.
func (r reviewSchedules) Turns(ctx context.Context, team schedule.ID, from, to time.Time) ([]health.ReviewShift, error) {
	shifts, err := r.Shifts(ctx, team, from, to, time.Time{})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(shifts, func(a, b schedule.Shift) int {
		return cmp.Or(cmp.Compare(a.Rotation, b.Rotation), a.Start.Compare(b.Start))
	})
	var out []health.ReviewShift
	for i := range shifts {
		s := &shifts[i]
		if n := len(out) - 1; n >= 0 && out[n].Rotation == s.Rotation && out[n].Person == s.Person && out[n].End.Equal(s.Start) {
			out[n].End = s.End
			continue
		}
		out = append(out, health.ReviewShift{Rotation: s.Rotation, Person: s.Person, Start: s.Start, End: s.End})
	}
	slices.SortStableFunc(out, func(a, b health.ReviewShift) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Rotation, b.Rotation))
	})
	return out, nil
}

// Away implements health.ReviewSchedules.
func (r reviewSchedules) Away(ctx context.Context, team schedule.ID, from, to time.Time) ([]health.ReviewAway, error) {
	members, err := r.Store.Members(ctx, team)
	if err != nil {
		return nil, err
	}
	today := schedule.DateOf(from)
	ids := []schedule.ID{}
	for i := range members {
		if m := &members[i]; m.Until.IsZero() || !m.Until.Before(today) {
			ids = append(ids, m.Person)
		}
	}
	people, err := r.Store.People(ctx, ids)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	zones := map[schedule.ID]*time.Location{}
	for i := range people {
		if zones[people[i].ID], err = schedule.Zone(people[i].Zone); err != nil {
			zones[people[i].ID] = time.UTC
		}
	}
	leaves, err := r.Store.Leaves(ctx, ids)
	var out []health.ReviewAway
	for i := range leaves {
		l := &leaves[i]
		start, end := l.Span(zones[l.Person])
		if l.WishCost == 0 && start.Before(to) && end.After(from) {
			out = append(out, health.ReviewAway{Person: l.Person, Start: start.UTC(), End: end.UTC()})
		}
	}
	slices.SortFunc(out, func(a, b health.ReviewAway) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Person, b.Person))
	})
	return out, err
}

// Issues implements health.ReviewSchedules.
func (r reviewSchedules) Issues(ctx context.Context, team schedule.ID, to time.Time) ([]health.ReviewIssue, error) {
	issues, err := r.Service.Issues(ctx, team)
	var out []health.ReviewIssue
	for i := range issues {
		if s := &issues[i]; s.Start.Before(to) {
			out = append(out, health.ReviewIssue{Kind: s.Kind, ReviewShift: health.ReviewShift{Rotation: s.Shift.Rotation, Person: s.Shift.Person, Start: s.Start, End: s.End}})
		}
	}
	return out, err
}

// makeReviews makes the weekly reviews that are due. It may run on any number of
// replicas: a review is kept once.
func (s *server) makeReviews(ctx context.Context) error {
	teams, err := s.schedule.Store.Teams(ctx)
	if err != nil {
		return err
	}
	_, err = s.reviews.Work(ctx, teams)
	return err
}

// warnTeams asks those who manage teams what the weeks that are over give reason to ask. It
// may run on any number of replicas: a question is asked once.
func (s *server) warnTeams(ctx context.Context) error {
	teams, err := s.schedule.Store.Teams(ctx)
	if err != nil {
		return err
	}
	_, err = s.rollup.Warn(ctx, teams)
	return err
}
