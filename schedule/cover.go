package schedule

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// requestLife is how long a request stays open at most.
const requestLife = 14 * 24 * time.Hour

// maxReason bounds what people write, in bytes.
const maxReason = 1000

// Put decides that somebody, or nobody, has a stretch of a slot: a manager's
// override.
func (s *Service) Put(ctx context.Context, by, team ID, part Stretch, person ID, reason string) (Override, error) {
	if reason == "" {
		return Override{}, &InvalidError{"reason", "say why; the people concerned will read it"}
	}
	var o Override
	err := s.Store.InTx(ctx, func(tx Store) error {
		var err error
		o, err = s.override(ctx, tx, by, team, part, person, Overridden, reason)
		return err
	})
	return o, err
}

// Take makes a person who offers it the holder of a stretch of somebody else's
// shift, or of one that nobody has.
func (s *Service) Take(ctx context.Context, person, team ID, part Stretch) (Override, error) {
	var o Override
	err := s.Store.InTx(ctx, func(tx Store) error {
		shifts, err := held(ctx, tx, team, part)
		if err != nil {
			return err
		}
		for _, shift := range shifts {
			if shift.Person != 0 {
				return fmt.Errorf("somebody has this shift; it can be taken when they ask for cover: %w", ErrConflict)
			}
		}
		o, err = s.override(ctx, tx, person, team, part, person, Covered, "taken")
		return err
	})
	return o, err
}

// held returns the shifts that make up a stretch, and an error when the stretch is
// not all of one published slot.
func held(ctx context.Context, tx Store, team ID, part Stretch) ([]Shift, error) {
	if !part.Start.Before(part.End) {
		return nil, &InvalidError{"end", "the end must be after the start"}
	}
	all, err := shiftsOf(ctx, tx, team, part.Start, part.End, time.Time{})
	if err != nil {
		return nil, err
	}
	var shifts []Shift
	length := time.Duration(0)
	for _, shift := range all {
		if shift.Slot == part.Slot {
			shifts = append(shifts, shift)
			length += earliest(shift.End, part.End).Sub(latest(shift.Start, part.Start))
		}
	}
	switch {
	case len(shifts) == 0:
		return nil, fmt.Errorf("shift %q at that time: %w", part.Slot, ErrNotFound)
	case length != part.End.Sub(part.Start):
		return nil, &InvalidError{"start", "the time is not all within the shift; it has moved, or the ends are wrong"}
	}
	return shifts, nil
}

// override writes an override with its audit entry. The stretch is checked.
func (s *Service) override(ctx context.Context, tx Store, by, team ID, part Stretch, person ID, kind, reason string) (Override, error) {
	if len(reason) > maxReason {
		return Override{}, &InvalidError{"reason", fmt.Sprintf("this is longer than %d letters", maxReason)}
	}
	if !s.Now().Before(part.End) {
		return Override{}, &InvalidError{"end", "this is past; what was stays as it was"}
	}
	// Whoever raises the version first goes first: the next one sees what was
	// decided here.
	if _, err := tx.RaiseVersion(ctx, team); err != nil {
		return Override{}, err
	}
	shifts, err := held(ctx, tx, team, part)
	if err != nil {
		return Override{}, err
	}
	if err := s.fit(ctx, tx, team, person); err != nil {
		return Override{}, err
	}
	o := Override{
		Team: team, Slot: part.Slot, Rotation: shifts[0].Rotation, Person: person, InsteadOf: shifts[0].Person,
		Start: part.Start, End: part.End, Kind: kind, Reason: reason, CreatedBy: by, CreatedAt: s.Now(),
	}
	if err := tx.AddOverride(ctx, &o); err != nil {
		return o, err
	}
	return o, tx.Audit(ctx, &AuditEntry{
		At: s.Now(), By: by, Action: "shift." + kind, About: o.InsteadOf, Team: team, Detail: fmt.Sprintf("%s: %s", part.Slot, reason),
	})
}

// fit refuses people who are not in the team.
func (s *Service) fit(ctx context.Context, tx Store, team, person ID) error {
	if person == 0 {
		return nil
	}
	members, err := tx.Members(ctx, team)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(members, func(m Membership) bool { return m.Person == person }) {
		return &InvalidError{"person", "this person is not in the team; add them first"}
	}
	people, err := tx.People(ctx, []ID{person})
	if err != nil {
		return err
	}
	if len(people) == 0 || !people[0].DeactivatedAt.IsZero() {
		return &InvalidError{"person", "this person has left"}
	}
	return nil
}

// Undo cancels an override from now on. A past one stays.
func (s *Service) Undo(ctx context.Context, by, id ID) error {
	return s.Store.InTx(ctx, func(tx Store) error {
		o, err := tx.Override(ctx, id)
		if err != nil {
			return err
		}
		if !s.Now().Before(o.Start) {
			return &InvalidError{"override", "this has begun; put somebody else in for the rest instead"}
		}
		if _, err := tx.RaiseVersion(ctx, o.Team); err != nil {
			return err
		}
		if first, err := tx.CancelOverride(ctx, id, by, s.Now()); err != nil {
			return err
		} else if !first {
			return fmt.Errorf("this has been undone before: %w", ErrConflict)
		}
		return tx.Audit(ctx, &AuditEntry{At: s.Now(), By: by, Action: "shift.undo", About: o.Person, Team: o.Team, Detail: string(o.Slot)})
	})
}

// Ask asks for cover of a stretch or, when something is offered in return, for a
// swap with the person who has that. By may be a manager who asks for somebody.
func (s *Service) Ask(ctx context.Context, by ID, r Request) (Request, error) {
	now := s.Now()
	if len(r.Message) > maxReason {
		return r, &InvalidError{"message", fmt.Sprintf("this is longer than %d letters", maxReason)}
	}
	if r.ExpiresAt.IsZero() {
		r.ExpiresAt = earliest(r.Start, now.Add(requestLife))
	}
	r.State, r.CreatedBy, r.CreatedAt = RequestOpen, by, now
	switch {
	case !now.Before(r.Start):
		return r, &InvalidError{"start", "this part of the shift has begun; ask for what is still to come"}
	case !now.Before(r.ExpiresAt) || r.ExpiresAt.After(r.Start):
		return r, &InvalidError{"expires", "the answer must come between now and the start"}
	case r.To == r.Person && r.To != 0:
		return r, &InvalidError{"to", "this is their own shift"}
	case r.IsSwap() && r.To == 0:
		return r, &InvalidError{"to", "a swap needs somebody to swap with"}
	}
	return r, s.Store.InTx(ctx, func(tx Store) error {
		if err := s.checkRequest(ctx, tx, &r); err != nil {
			return err
		}
		if err := tx.AddRequest(ctx, &r); err != nil {
			return err
		}
		return tx.Audit(ctx, &AuditEntry{At: now, By: by, Action: "cover.ask", About: r.Person, Team: r.Team, Detail: string(r.Slot)})
	})
}

// checkRequest checks that the shifts are still with whom the request says.
func (s *Service) checkRequest(ctx context.Context, tx Store, r *Request) error {
	mine, err := held(ctx, tx, r.Team, r.Stretch)
	if err != nil {
		return err
	}
	r.Rotation = mine[0].Rotation
	if slices.ContainsFunc(mine, func(x Shift) bool { return x.Person != r.Person }) {
		return fmt.Errorf("the shift is not with them any more: %w", ErrConflict)
	}
	if err := s.fit(ctx, tx, r.Team, r.To); err != nil {
		return err
	}
	if !r.IsSwap() {
		return nil
	}
	theirs, err := held(ctx, tx, r.Team, r.Return)
	if err != nil {
		return err
	}
	r.Return.Rotation = theirs[0].Rotation
	if slices.ContainsFunc(theirs, func(x Shift) bool { return x.Person != r.To }) {
		return fmt.Errorf("the shift in return is not with them any more: %w", ErrConflict)
	}
	return nil
}

// Accept takes over what a request asks for, and gives what it offers in return.
// Of two who accept at once one wins, and the other gets ErrConflict.
func (s *Service) Accept(ctx context.Context, person, id ID) (Request, error) {
	var r Request
	err := s.Store.InTx(ctx, func(tx Store) error {
		var err error
		if r, err = tx.Request(ctx, id); err != nil {
			return err
		}
		// The team's row is the gate at which two who accept meet.
		if _, err := tx.RaiseVersion(ctx, r.Team); err != nil {
			return err
		}
		if r, err = tx.Request(ctx, id); err != nil {
			return err
		}
		if err := s.mayAnswer(ctx, tx, &r, person); err != nil {
			return err
		}
		if err := s.checkRequest(ctx, tx, &r); err != nil {
			return err
		}
		kind, reason := Covered, r.Message
		if r.IsSwap() {
			kind = Swapped
		}
		o, err := s.override(ctx, tx, person, r.Team, r.Stretch, person, kind, reason)
		if err != nil {
			return err
		}
		r.Override = o.ID
		if r.IsSwap() {
			if o, err = s.override(ctx, tx, person, r.Team, r.Return, r.Person, Swapped, reason); err != nil {
				return err
			}
			r.ReturnedBy = o.ID
		}
		return s.closeRequest(ctx, tx, &r, RequestAccepted, person)
	})
	return r, err
}

// mayAnswer checks that a request is open, in time, and asks this person.
func (s *Service) mayAnswer(ctx context.Context, tx Store, r *Request, person ID) error {
	switch {
	case r.State == RequestAccepted:
		return fmt.Errorf("somebody else was faster and has taken it: %w", ErrConflict)
	case r.State != RequestOpen:
		return fmt.Errorf("the request is %s: %w", r.State, ErrConflict)
	case !s.Now().Before(r.ExpiresAt):
		return fmt.Errorf("the request has expired: %w", ErrConflict)
	case r.To != 0 && r.To != person || r.Person == person:
		return fmt.Errorf("the request asks somebody else: %w", ErrNotFound)
	}
	return s.fit(ctx, tx, r.Team, person)
}

func (s *Service) closeRequest(ctx context.Context, tx Store, r *Request, state string, by ID) error {
	r.State, r.AnsweredBy, r.AnsweredAt = state, by, s.Now()
	if first, err := tx.CloseRequest(ctx, r); err != nil {
		return err
	} else if !first {
		return fmt.Errorf("the request was answered a moment ago: %w", ErrConflict)
	}
	return tx.Audit(ctx, &AuditEntry{At: s.Now(), By: by, Action: "cover." + state, About: r.Person, Team: r.Team, Detail: string(r.Slot)})
}

// Decline answers a request that asks one person with no.
func (s *Service) Decline(ctx context.Context, person, id ID) error {
	return s.answer(ctx, person, id, RequestDeclined, func(tx Store, r *Request) error {
		if r.To == 0 {
			return &InvalidError{"request", "this asks everybody; leave it to the others"}
		}
		return s.mayAnswer(ctx, tx, r, person)
	})
}

// Withdraw takes a request back.
func (s *Service) Withdraw(ctx context.Context, by, id ID) error {
	return s.answer(ctx, by, id, RequestWithdrawn, func(_ Store, r *Request) error {
		if r.State != RequestOpen {
			return fmt.Errorf("the request is %s: %w", r.State, ErrConflict)
		}
		return nil
	})
}

func (s *Service) answer(ctx context.Context, by, id ID, state string, check func(Store, *Request) error) error {
	return s.Store.InTx(ctx, func(tx Store) error {
		r, err := tx.Request(ctx, id)
		if err != nil {
			return err
		}
		if err := check(tx, &r); err != nil {
			return err
		}
		return s.closeRequest(ctx, tx, &r, state, by)
	})
}

// Expire closes the open requests of a team whose time is over.
func (s *Service) Expire(ctx context.Context, team ID) error {
	open, err := s.Store.Requests(ctx, team, RequestOpen)
	if err != nil {
		return err
	}
	for _, r := range open {
		if s.Now().Before(r.ExpiresAt) {
			continue
		}
		err := s.Store.InTx(ctx, func(tx Store) error { return s.closeRequest(ctx, tx, &r, RequestExpired, 0) })
		if err != nil && !errors.Is(err, ErrConflict) {
			return err
		}
	}
	return nil
}

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
	return s.PersonShifts(ctx, l.Person, start, end)
}

// check says what is wrong with a leave that goes from one instant to another.
func (l *Leave) check(start, end time.Time) error {
	switch {
	case (l.First.IsZero() || l.Last.IsZero()) && (l.Start.IsZero() || l.End.IsZero()):
		return &InvalidError{"first", "say the first and the last day, like 2026-12-21"}
	case !start.Before(end):
		return &InvalidError{"last", "the last day must not be before the first"}
	case end.Sub(start) > maxPlanDays*24*time.Hour:
		return &InvalidError{"last", "this is longer than two years; set a last day in the team instead"}
	case l.WishCost < 0 || l.WishCost > 100:
		return &InvalidError{"cost", "a wish matters from 1 to 100"}
	case len(l.Note) > maxReason:
		return &InvalidError{"note", fmt.Sprintf("this is longer than %d letters", maxReason)}
	}
	return nil
}

// addLeave adds a leave unless it overlaps another of its kind.
func (s *Service) addLeave(ctx context.Context, tx Store, by ID, l *Leave, zone *time.Location) error {
	start, end := l.Span(zone)
	others, err := tx.Leaves(ctx, []ID{l.Person})
	if err != nil {
		return err
	}
	for i := range others {
		from, to := others[i].Span(zone)
		if (others[i].WishCost == 0) == (l.WishCost == 0) && from.Before(end) && start.Before(to) {
			return &InvalidError{"first", "this overlaps another entry; remove that one first"}
		}
	}
	if err := tx.AddLeave(ctx, l); err != nil {
		return err
	}
	if err := raiseAll(ctx, tx, l.Person); err != nil {
		return err
	}
	return tx.Audit(ctx, &AuditEntry{At: s.Now(), By: by, Action: "absence.add", About: l.Person})
}

// RemoveLeave removes an absence or a wish.
func (s *Service) RemoveLeave(ctx context.Context, by, person, id ID) error {
	return s.Store.InTx(ctx, func(tx Store) error {
		if err := tx.RemoveLeave(ctx, person, id); err != nil {
			return err
		}
		if err := raiseAll(ctx, tx, person); err != nil {
			return err
		}
		return tx.Audit(ctx, &AuditEntry{At: s.Now(), By: by, Action: "absence.remove", About: person})
	})
}

// raiseAll raises the versions of all teams of a person, whose feeds show them.
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
