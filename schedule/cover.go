package schedule

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// requestLife is how long a request stays open at most.
const requestLife = 14 * 24 * time.Hour

// Ask asks for cover of a stretch or, when something is offered in return, for a
// swap with the person who has that. By may be a manager who asks for somebody. Of a
// shift that has begun what is still to come can be covered. What hard rules say is
// looked at when somebody accepts.
func (s *Service) Ask(ctx context.Context, by ID, r Request) (Request, error) {
	now := s.Now()
	if err := goodNote("message", r.Message); err != nil {
		return r, err
	}
	deadline := r.Start
	if !r.IsSwap() && !now.Before(r.Start) {
		deadline = r.End
	}
	if r.ExpiresAt.IsZero() {
		r.ExpiresAt = earliest(deadline, now.Add(requestLife))
	}
	r.State, r.CreatedBy, r.CreatedAt = RequestOpen, by, now
	switch {
	case !now.Before(deadline):
		return r, &InvalidError{"start", "this part of the shift has begun; ask for what is still to come"}
	case r.IsSwap() && !now.Before(r.Return.Start):
		return r, &InvalidError{"other", "the shift in return has begun; choose another"}
	case !now.Before(r.ExpiresAt) || r.ExpiresAt.After(deadline):
		return r, &InvalidError{"expires", "the answer must come between now and the start"}
	case r.Person == 0:
		return r, &InvalidError{"shift", "nobody has this shift; whoever wants it can take it"}
	case r.To == r.Person:
		return r, &InvalidError{"to", "this is their own shift"}
	case r.IsSwap() && r.To == 0:
		return r, &InvalidError{"to", "a swap needs somebody to swap with"}
	}
	return r, s.Store.InTx(ctx, func(tx Store) error {
		if err := lock(ctx, tx, r.Team); err != nil {
			return err
		}
		if err := s.checkRequest(ctx, tx, &r); err != nil {
			return err
		}
		open, err := tx.Requests(ctx, r.Team, RequestOpen)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(open, r.same) {
			return fmt.Errorf("this was asked before and is still open: %w", ErrConflict)
		}
		if err := tx.AddRequest(ctx, &r); err != nil {
			return err
		}
		return tx.Audit(ctx, &AuditEntry{At: now, By: by, Action: "cover.ask", About: r.Person, Team: r.Team, Detail: string(r.Slot)})
	})
}

// same says whether two requests ask the same people for the same.
func (r *Request) same(o Request) bool {
	one := func(a, b Stretch) bool { return a.Slot == b.Slot && a.Start.Equal(b.Start) && a.End.Equal(b.End) }
	return r.Person == o.Person && r.To == o.To && one(r.Stretch, o.Stretch) && one(r.Return, o.Return)
}

// checkRequest checks that the shifts are still with whom the request says.
func (s *Service) checkRequest(ctx context.Context, tx Store, r *Request) error {
	mine, err := held(ctx, tx, r.Team, s.rest(r.Stretch))
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
// Of two who accept at once one wins, and the other gets ErrConflict. It is a
// *RuleError when a hard rule is against it for either of the two.
func (s *Service) Accept(ctx context.Context, person, id ID) (Request, error) {
	return s.accept(ctx, id, decision{by: person, person: person})
}

// Approve is Accept by a manager for a person, who has a reason when it breaks a
// hard rule. A person of zero is whom the request asks.
func (s *Service) Approve(ctx context.Context, by, id, person ID, reason string) (Request, error) {
	if strings.TrimSpace(reason) == "" {
		return Request{}, &InvalidError{"reason", "say why; the people concerned will read it"}
	}
	return s.accept(ctx, id, decision{by: by, person: person, reason: reason})
}

// accept is what Accept and Approve do; a reason lets rules be broken.
func (s *Service) accept(ctx context.Context, id ID, d decision) (Request, error) {
	var r Request
	err := s.Store.InTx(ctx, func(tx Store) error {
		d := d // as it was, also when the database makes us begin again
		var err error
		if r, err = tx.Request(ctx, id); err != nil {
			return err
		}
		if d.person == 0 {
			d.person = r.To
		}
		if d.person == 0 {
			return &InvalidError{"person", "say who is to have it; the request asks everybody"}
		}
		// The team's row is the gate at which two who accept meet.
		if err := lock(ctx, tx, r.Team, d.person, r.Person); err != nil {
			return err
		}
		if r, err = tx.Request(ctx, id); err != nil {
			return err
		}
		if err := s.mayAnswer(ctx, tx, &r, d.person); err != nil {
			return err
		}
		if err := s.checkRequest(ctx, tx, &r); err != nil {
			return err
		}
		part := s.rest(r.Stretch)
		moves := r.Moves(d.person)
		moves[0].Stretch = part
		broken, err := s.against(ctx, tx, r.Team, moves...)
		if err != nil {
			return err
		}
		if len(broken) > 0 && d.reason == "" {
			return broken[0]
		}
		d.kind, d.broke = Covered, broken.of(d.person)
		if d.reason == "" {
			d.reason = r.Message
		}
		if r.IsSwap() {
			d.kind = Swapped
		}
		// Closed first: what moves now is no reason to void it.
		if err := s.closeRequest(ctx, tx, &r, RequestAccepted, d.person); err != nil {
			return err
		}
		o, err := s.override(ctx, tx, r.Team, part, d)
		if err != nil {
			return err
		}
		r.Override = o.ID
		if r.IsSwap() {
			back := d
			back.person, back.broke = r.Person, broken.of(r.Person)
			if o, err = s.override(ctx, tx, r.Team, r.Return, back); err != nil {
				return err
			}
			r.ReturnedBy = o.ID
		}
		return tx.AcceptedBy(ctx, &r)
	})
	return r, err
}

// Moves says who would get what if a person accepted.
func (r *Request) Moves(person ID) []Move {
	moves := []Move{{r.Stretch, person}}
	if r.IsSwap() {
		moves = append(moves, Move{r.Return, r.Person})
	}
	return moves
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
