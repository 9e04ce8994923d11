package schedule

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// AddLeave adds an absence or a wish and returns the shifts it clashes with.
func (s *Service) AddLeave(ctx context.Context, by ID, l Leave) ([]TeamShift, error) {
	people, err := s.Store.People(ctx, []ID{l.Person})
	if err != nil {
		return nil, err
	}
	if len(people) == 0 {
		return nil, fmt.Errorf("person %d: %w", l.Person, ErrNotFound)
	}
	zone, err := time.LoadLocation(people[0].Zone)
	if err != nil {
		return nil, err
	}
	start, end := l.Span(zone)
	if err := l.check(start, end); err != nil {
		return nil, err
	}
	l.CreatedAt = s.Now()
	err = s.Store.InTx(ctx, func(tx Store) error { return s.addLeave(ctx, tx, by, &l, zone) })
	if err != nil || l.WishCost > 0 {
		return nil, err
	}
	return s.clashes(ctx, &l, zone)
}

// clashes returns the shifts to come that fall into a leave.
func (s *Service) clashes(ctx context.Context, l *Leave, zone *time.Location) ([]TeamShift, error) {
	start, end := l.Span(zone)
	shifts, err := s.PersonShifts(ctx, l.Person, latest(start, s.Now()), end)
	return slices.DeleteFunc(shifts, func(t TeamShift) bool {
		_, hit := l.Clash(t.Start, t.End, zone)
		return !hit
	}), err
}

// CoverLeave asks everybody for cover of what falls into somebody's leave, of all
// shifts or of one, and returns how many requests were made. What was asked for
// before is not asked again.
func (s *Service) CoverLeave(ctx context.Context, by, person, leave, only ID) (int, error) {
	people, err := s.Store.People(ctx, []ID{person})
	if err != nil {
		return 0, err
	}
	leaves, err := s.Store.Leaves(ctx, []ID{person})
	if err != nil {
		return 0, err
	}
	at := slices.IndexFunc(leaves, func(l Leave) bool { return l.ID == leave })
	if at < 0 || len(people) == 0 {
		return 0, fmt.Errorf("absence %d: %w", leave, ErrNotFound)
	}
	zone, err := time.LoadLocation(people[0].Zone)
	if err != nil {
		return 0, err
	}
	shifts, err := s.clashes(ctx, &leaves[at], zone)
	if err != nil {
		return 0, err
	}
	asked := 0
	for _, t := range shifts {
		part, _ := leaves[at].Clash(t.Start, t.End, zone)
		if only != 0 && t.ID != only || !s.Now().Before(part.End) {
			continue
		}
		_, err := s.Ask(ctx, by, Request{Team: t.Team, Person: person, Message: "Away in that time.",
			Stretch: Stretch{Slot: t.Slot, Start: latest(part.Start, s.Now()), End: part.End}})
		if errors.Is(err, ErrConflict) {
			continue
		} else if err != nil {
			return asked, err
		}
		asked++
	}
	return asked, nil
}

// check says what is wrong with a leave that goes from one instant to another.
func (l *Leave) check(start, end time.Time) error {
	switch {
	case (l.First.IsZero() || l.Last.IsZero()) && (l.Start.IsZero() || l.End.IsZero()):
		return &InvalidError{"first", "say the first and the last day, like 2026-12-21"}
	case l.Last.Before(l.First):
		return &InvalidError{"last", "the last day must not be before the first"}
	case !start.Before(end) && !l.First.IsZero():
		return &InvalidError{"first", "there is no such day where you are: the calendar skips it"}
	case end.Before(start):
		return &InvalidError{"last", "the end must be after the beginning"}
	case !start.Before(end):
		return &InvalidError{"last", "nothing lies between the two; a time that is skipped when clocks go forward is the end of the gap, so choose a later end"}
	case end.Sub(start) > maxPlanDays*24*time.Hour:
		return &InvalidError{"last", "this is longer than two years; set a last day in the team instead"}
	case l.WishCost < 0 || l.WishCost > 100:
		return &InvalidError{"cost", "a wish matters from 1 to 100"}
	}
	return goodNote("note", l.Note)
}

// addLeave adds a leave unless it overlaps another of its kind.
func (s *Service) addLeave(ctx context.Context, tx Store, by ID, l *Leave, zone *time.Location) error {
	// Two who add the same at once meet at the person's row or at a team's.
	if err := raiseAll(ctx, tx, l.Person); err != nil {
		return err
	}
	if err := tx.LockPerson(ctx, l.Person); err != nil {
		return err
	}
	start, end := l.Span(zone)
	others, err := tx.Leaves(ctx, []ID{l.Person})
	if err != nil {
		return err
	}
	for i := range others {
		from, to := others[i].Span(zone)
		if others[i].Import != 0 {
			continue // it comes and goes with a calendar
		}
		if (others[i].WishCost == 0) == (l.WishCost == 0) && from.Before(end) && start.Before(to) {
			return &InvalidError{"first", "this overlaps another entry; remove that one first"}
		}
	}
	if err := tx.AddLeave(ctx, l); err != nil {
		return err
	}
	return tx.Audit(ctx, &AuditEntry{At: s.Now(), By: by, Action: "absence.add", About: l.Person})
}

// RemoveLeave removes an absence or a wish.
func (s *Service) RemoveLeave(ctx context.Context, by, person, id ID) error {
	return s.Store.InTx(ctx, func(tx Store) error {
		leaves, err := tx.Leaves(ctx, []ID{person})
		if err != nil {
			return err
		}
		if slices.ContainsFunc(leaves, func(l Leave) bool { return l.ID == id && l.Import != 0 }) {
			return &InvalidError{"", "this comes from a calendar and would come back; change it there, or stop reading the calendar"}
		}
		if err := tx.RemoveLeave(ctx, person, id); err != nil {
			return err
		}
		if err := raiseAll(ctx, tx, person); err != nil {
			return err
		}
		return tx.Audit(ctx, &AuditEntry{At: s.Now(), By: by, Action: "absence.remove", About: person})
	})
}

// raiseAll raises the versions of all teams of a person, whose feeds show them. It
// comes before anything else of theirs is written: teams are locked first.
func raiseAll(ctx context.Context, tx Store, person ID) error {
	teams, err := tx.TeamsOf(ctx, person)
	if err != nil {
		return err
	}
	for _, team := range teams {
		if _, err := tx.RaiseVersion(ctx, team.ID); err != nil {
			return err
		}
	}
	return nil
}
