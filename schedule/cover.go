package schedule

import (
	"context"
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
	if err := r.until(now); err != nil {
		return r, err
	}
	r.State, r.CreatedBy, r.CreatedAt = RequestOpen, by, now
	switch {
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

// until sets when a request ends, if nobody said, and refuses one that could not be
// answered before what it asks for begins.
func (r *Request) until(now time.Time) error {
	deadline, first := r.Start, "start"
	switch {
	case r.IsSwap():
		deadline, first = earliest(r.Start, r.Return.Start), "start of the first of the two shifts"
	case !now.Before(r.Start):
		deadline = r.End
	}
	if r.ExpiresAt.IsZero() {
		r.ExpiresAt = earliest(deadline, now.Add(requestLife))
	}
	switch {
	case r.IsSwap() && !now.Before(r.Return.Start):
		return &InvalidError{"other", "the shift in return has begun; choose another"}
	case !now.Before(deadline):
		return &InvalidError{"start", "this part of the shift has begun; ask for what is still to come"}
	case !now.Before(r.ExpiresAt) || r.ExpiresAt.After(deadline):
		return &InvalidError{"expires", "the answer must come between now and the " + first}
	}
	return nil
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
	case r.State == RequestAccepted && r.AnsweredBy == person:
		return fmt.Errorf("you have accepted it already: %w", ErrConflict)
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
		if r.State == RequestAccepted {
			return fmt.Errorf("it was accepted before it could be withdrawn: %w", ErrConflict)
		}
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
