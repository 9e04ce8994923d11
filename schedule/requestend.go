package schedule

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// voidMoved ends the open requests of a team about shifts that are not any more
// with whom, or when, they say, and notes what has become of them.
func (s *Service) voidMoved(ctx context.Context, tx Store, by, team ID) error {
	open, err := tx.Requests(ctx, team, RequestOpen)
	if err != nil {
		return err
	}
	for _, r := range open {
		note, err := s.whatMoved(ctx, tx, &r)
		if err != nil {
			return err
		}
		if note == "" {
			continue
		}
		r.Note = note
		if err := s.closeRequest(ctx, tx, &r, RequestVoid, by); err != nil && !errors.Is(err, ErrConflict) {
			return err
		}
	}
	return nil
}

// whatMoved says what has become of the shifts of a request; empty when they are as it
// says, or past.
func (s *Service) whatMoved(ctx context.Context, tx Store, r *Request) (string, error) {
	for _, side := range []struct {
		Stretch
		person ID
	}{{s.rest(r.Stretch), r.Person}, {s.rest(r.Return), r.To}} {
		if side.Slot == "" || !s.Now().Before(side.End) {
			continue
		}
		shifts, err := held(ctx, tx, r.Team, side.Stretch)
		var invalid *InvalidError
		switch {
		case errors.Is(err, ErrNotFound):
			return fmt.Sprintf("there is no %s any more", side.Slot), nil
		case errors.As(err, &invalid):
			return fmt.Sprintf("%s is at other times now", side.Slot), nil
		case err != nil:
			return "", err
		}
		for _, x := range shifts {
			if x.Person == side.person {
				continue
			}
			people, err := tx.People(ctx, []ID{x.Person})
			if err != nil {
				return "", err
			}
			if len(people) == 0 {
				return fmt.Sprintf("%s was set to nobody", side.Slot), nil
			}
			return fmt.Sprintf("%s is with %s now", side.Slot, people[0].Name), nil
		}
	}
	return "", nil
}

// Expire closes the open requests of a team whose time is over, and those that ask
// somebody who has left.
func (s *Service) Expire(ctx context.Context, team ID) error {
	open, err := s.Store.Requests(ctx, team, RequestOpen)
	if err != nil {
		return err
	}
	for _, r := range open {
		state := RequestExpired
		if s.Now().Before(r.ExpiresAt) {
			var invalid *InvalidError
			if err := s.fit(ctx, s.Store, team, r.To); err == nil {
				continue
			} else if !errors.As(err, &invalid) {
				return err
			}
			state, r.Note = RequestVoid, "whom it asked is not in the team any more"
		}
		err := s.Store.InTx(ctx, func(tx Store) error { return s.closeRequest(ctx, tx, &r, state, 0) })
		if err != nil && !errors.Is(err, ErrConflict) {
			return err
		}
	}
	return nil
}

// remindBefore is how long before a request expires those asked are reminded, or
// half its life when that is shorter.
const remindBefore = 24 * time.Hour

// Remind notes for the open requests of a team that are about to expire that those
// asked are to be reminded, and returns those for which nobody had done so before.
func (s *Service) Remind(ctx context.Context, team ID) ([]Request, error) {
	open, err := s.Store.Requests(ctx, team, RequestOpen)
	if err != nil {
		return nil, err
	}
	now := s.Now()
	var due []Request
	for _, r := range open {
		at := r.ExpiresAt.Add(-min(remindBefore, r.ExpiresAt.Sub(r.CreatedAt)/2))
		if !r.RemindedAt.IsZero() || now.Before(at) || !now.Before(r.ExpiresAt) {
			continue
		}
		first, err := s.Store.RemindRequest(ctx, r.ID, now)
		if err != nil {
			return due, err
		}
		if first {
			r.RemindedAt = now
			due = append(due, r)
		}
	}
	return due, nil
}
