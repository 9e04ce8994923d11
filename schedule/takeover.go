package schedule

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// TakeOver makes a person the holder of what is left of a teammate's running
// shift, from now on: when somebody is ill at three in the night nobody waits for
// them to ask. The holder sees it on their page, and either of the two can undo it.
func (s *Service) TakeOver(ctx context.Context, person, team ID, slot SlotID, reason string) (Override, error) {
	return s.relieve(ctx, relief{by: person, person: person, team: team, slot: slot, reason: reason})
}

// StandIn puts a member on for what is left of a teammate's running shift, from now
// on, because whoever has it cannot be reached. Anybody in the team may do that; the
// hard rules bind. Missing is who had it when that was decided: when somebody else has
// it by now it is ErrConflict, so that of two who decide at once one is told. Both
// see it on their pages, and either can undo it.
func (s *Service) StandIn(ctx context.Context, by, person, missing, team ID, slot SlotID, reason string) (Override, error) {
	if missing == 0 {
		return Override{}, &InvalidError{"instead_of", "say who cannot be reached"}
	}
	return s.relieve(ctx, relief{by, person, missing, team, slot, reason})
}

// A relief is somebody who gets what is left of a running shift.
type relief struct {
	by, person, missing ID // missing is 0 where it does not matter who has it
	team                ID
	slot                SlotID
	reason              string
}

func (s *Service) relieve(ctx context.Context, r relief) (Override, error) {
	var o Override
	err := s.Store.InTx(ctx, func(tx Store) error {
		if err := lock(ctx, tx, r.team, r.person); err != nil {
			return err
		}
		now := s.Now()
		shifts, err := held(ctx, tx, r.team, Stretch{Slot: r.slot, Start: now, End: now.Add(time.Second)})
		if err != nil {
			return fmt.Errorf("%s does not run now: %w", r.slot, ErrConflict)
		}
		holder := shifts[0].Person
		if r.missing != 0 && holder != r.missing {
			return s.heldBy(ctx, tx, holder)
		}
		reason, err := r.why(ctx, tx, holder)
		if err != nil {
			return err
		}
		part := Stretch{Slot: r.slot, Start: now, End: shifts[0].End}
		if err := s.fit(ctx, tx, r.team, r.person); err != nil {
			return err
		}
		if err := s.mayTake(ctx, tx, r.team, Move{part, r.person}); err != nil {
			return err
		}
		o, err = s.override(ctx, tx, r.team, part, decision{r.by, r.person, Covered, reason, ""})
		return err
	})
	return o, err
}

// heldBy says that somebody else has a shift by now.
func (s *Service) heldBy(ctx context.Context, tx Store, holder ID) error {
	name := "nobody"
	if people, err := tx.People(ctx, []ID{holder}); err != nil {
		return err
	} else if holder != 0 && len(people) > 0 {
		name = people[0].Name
	}
	return fmt.Errorf("%s has it by now; look at the shift again: %w", name, ErrConflict)
}

// why is the reason that those concerned read.
func (r *relief) why(ctx context.Context, tx Store, holder ID) (string, error) {
	switch {
	case holder == r.person && r.by == r.person:
		return "", &InvalidError{"shift", "this is your own shift"}
	case holder == r.person:
		return "", &InvalidError{"person", "this person has it already"}
	case holder == 0:
		return "taken", nil
	case strings.TrimSpace(r.reason) != "":
		return r.reason, nil
	case r.missing == 0:
		return "taken over while it ran", nil
	}
	people, err := tx.People(ctx, []ID{holder})
	if err != nil || len(people) == 0 {
		return "not reached", err
	}
	return people[0].Name + " was not reached", nil
}
