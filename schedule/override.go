package schedule

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A decision is who gets a stretch, and why.
type decision struct {
	by, person   ID
	kind, reason string
	broke        string // the rules it breaks, when a manager wants it anyway
}

// Put decides that somebody, or nobody, has a stretch of a slot: a manager's
// override. What is past of the stretch stays as it was. A hard rule that it
// breaks is no reason against it and is noted in Broke.
func (s *Service) Put(ctx context.Context, by, team ID, part Stretch, person ID, reason string) (Override, error) {
	if strings.TrimSpace(reason) == "" {
		return Override{}, &InvalidError{"reason", "say why; the people concerned will read it"}
	}
	var o Override
	err := s.Store.InTx(ctx, func(tx Store) error {
		if err := lock(ctx, tx, team, person); err != nil {
			return err
		}
		part := s.rest(part)
		broken, err := s.against(ctx, tx, team, Move{part, person})
		if err != nil {
			return err
		}
		o, err = s.override(ctx, tx, team, part, decision{by, person, Overridden, reason, broken.of(person)})
		return err
	})
	return o, err
}

// Take makes a person who offers it the holder of a stretch that nobody has. It is
// a *RuleError when a hard rule is against it.
func (s *Service) Take(ctx context.Context, person, team ID, part Stretch) (Override, error) {
	var o Override
	err := s.Store.InTx(ctx, func(tx Store) error {
		if err := lock(ctx, tx, team, person); err != nil {
			return err
		}
		part := s.rest(part)
		shifts, err := held(ctx, tx, team, part)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(shifts, func(x Shift) bool { return x.Person != 0 }) {
			return fmt.Errorf("somebody has this shift; it can be taken when they ask for cover: %w", ErrConflict)
		}
		if err := s.mayTake(ctx, tx, team, Move{part, person}); err != nil {
			return err
		}
		o, err = s.override(ctx, tx, team, part, decision{person, person, Covered, "taken", ""})
		return err
	})
	return o, err
}

// rest is what is still to come of a stretch.
func (s *Service) rest(part Stretch) Stretch {
	if now := s.Now(); part.Start.Before(now) && now.Before(part.End) {
		part.Start = now
	}
	return part
}

// lock makes others who decide about the team or one of the people wait until the
// transaction ends: whoever comes second sees what was decided. Teams are locked
// in the order of their IDs, so that no two wait for each other.
func lock(ctx context.Context, tx Store, team ID, people ...ID) error {
	ids := []ID{team}
	for _, person := range people {
		if person == 0 {
			continue
		}
		teams, err := tx.TeamsOf(ctx, person)
		if err != nil {
			return err
		}
		for _, t := range teams {
			ids = append(ids, t.ID)
		}
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		if _, err := tx.RaiseVersion(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// mayTake refuses moves that a hard rule is against.
func (s *Service) mayTake(ctx context.Context, tx Store, team ID, moves ...Move) error {
	broken, err := s.against(ctx, tx, team, moves...)
	if err != nil || len(broken) == 0 {
		return err
	}
	return broken[0]
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
	if len(shifts) == 0 {
		return nil, noneThen(ctx, tx, team, part.Slot)
	}
	if length != part.End.Sub(part.Start) {
		return nil, &InvalidError{"start", "the time is not all within the shift; it has moved, or the ends are wrong"}
	}
	return shifts, nil
}

// noneThen says of a slot that is not at a time whether it is at another.
func noneThen(ctx context.Context, tx Store, team ID, slot SlotID) error {
	published, err := tx.PublishedFor(ctx, team, []SlotID{slot})
	if err != nil {
		return err
	}
	if len(published) > 0 {
		return &InvalidError{"start", "the time is not within the shift; it has moved, or the ends are wrong"}
	}
	return fmt.Errorf("shift %q at that time: %w", slot, ErrNotFound)
}

// override writes an override with its audit entry. The team is locked, and what
// the rules say has been looked at.
func (s *Service) override(ctx context.Context, tx Store, team ID, part Stretch, d decision) (Override, error) {
	if err := goodNote("reason", d.reason); err != nil {
		return Override{}, err
	}
	if !s.Now().Before(part.End) {
		return Override{}, &InvalidError{"end", "this is past; what was stays as it was"}
	}
	shifts, err := held(ctx, tx, team, part)
	if err != nil {
		return Override{}, err
	}
	if err := s.fit(ctx, tx, team, d.person); err != nil {
		return Override{}, err
	}
	if !slices.ContainsFunc(shifts, func(x Shift) bool { return x.Person != d.person }) {
		if d.person == 0 {
			return Override{}, &InvalidError{"person", "nobody has it already"}
		}
		return Override{}, &InvalidError{"person", "this person has it already"}
	}
	o := Override{
		Team: team, Slot: part.Slot, Rotation: shifts[0].Rotation, Person: d.person, InsteadOf: shifts[0].Person,
		Start: part.Start, End: part.End, Kind: d.kind, Reason: d.reason, Broke: d.broke, CreatedBy: d.by, CreatedAt: s.Now(),
	}
	if err := tx.AddOverride(ctx, &o); err != nil {
		return o, err
	}
	detail := fmt.Sprintf("%s: %s", part.Slot, d.reason)
	if d.broke != "" {
		detail += " (against a rule: " + d.broke + ")"
	}
	if err := tx.Audit(ctx, &AuditEntry{At: s.Now(), By: d.by, Action: "shift." + d.kind, About: o.InsteadOf, Team: team, Detail: detail}); err != nil {
		return o, err
	}
	return o, s.voidMoved(ctx, tx, d.by, team)
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

// Party says whether a person may undo the override because it is theirs: who
// covers, swaps or is covered. A manager's decision is for managers.
func (o *Override) Party(person ID) bool {
	return o.Kind != Overridden && person != 0 && (person == o.Person || person == o.InsteadOf)
}

// Undo takes an override back, both halves of a swap together, and gives what is
// still to come to whoever had it. It is ErrConflict when the shift has been passed
// on since, which must be undone first, and a *RuleError when a hard rule keeps
// those who had it from having it again.
func (s *Service) Undo(ctx context.Context, by, id ID) error { return s.undo(ctx, by, id, "") }

// UndoAnyway is Undo for a manager who has a reason to break the hard rules.
func (s *Service) UndoAnyway(ctx context.Context, by, id ID, reason string) error {
	if strings.TrimSpace(reason) == "" {
		return &InvalidError{"reason", "say why; the people concerned will read it"}
	}
	if err := goodNote("reason", reason); err != nil {
		return err
	}
	return s.undo(ctx, by, id, reason)
}

func (s *Service) undo(ctx context.Context, by, id ID, anyway string) error {
	return s.Store.InTx(ctx, func(tx Store) error {
		o, err := tx.Override(ctx, id)
		if err != nil {
			return err
		}
		if err := lock(ctx, tx, o.Team, o.Person, o.InsteadOf); err != nil {
			return err
		}
		halves, request, err := s.halves(ctx, tx, id)
		if err != nil {
			return err
		}
		moves, err := s.giveBack(ctx, tx, halves)
		if err != nil {
			return err
		}
		for _, m := range moves {
			if err := s.fit(ctx, tx, halves[0].Team, m.To); err != nil {
				return fmt.Errorf("%s cannot go back to somebody who is not in the team any more: %w", m.Slot, ErrConflict)
			}
		}
		broken, err := s.against(ctx, tx, halves[0].Team, moves...)
		if err != nil {
			return err
		}
		if len(broken) > 0 && anyway == "" {
			return broken[0]
		}
		if err := s.endHalves(ctx, tx, by, halves, moves, broken); err != nil {
			return err
		}
		detail := []string{string(halves[0].Slot)}
		if len(halves) > 1 {
			detail = append(detail, "and "+string(halves[1].Slot))
		}
		if anyway != "" {
			detail = append(detail, anyway)
		}
		if request != 0 {
			if err := tx.UndoRequest(ctx, request, anyway); err != nil {
				return err
			}
		}
		if err := s.voidMoved(ctx, tx, by, halves[0].Team); err != nil {
			return err
		}
		return tx.Audit(ctx, &AuditEntry{At: s.Now(), By: by, Action: "shift.undo", About: halves[0].Person, Team: halves[0].Team, Detail: strings.Join(detail, " ")})
	})
}

// halves returns an override that can be undone, with the other half when it is one
// of a swap, and the request that made it.
func (s *Service) halves(ctx context.Context, tx Store, id ID) (halves []Override, request ID, err error) {
	o, err := tx.Override(ctx, id)
	if err != nil {
		return nil, 0, err
	}
	other, r, err := otherHalf(ctx, tx, &o)
	if err != nil {
		return nil, 0, err
	}
	halves = []Override{o}
	if other != nil && other.CancelledAt.IsZero() {
		halves = append(halves, *other)
	}
	now := s.Now()
	for i := range halves {
		switch o := &halves[i]; {
		case !o.CancelledAt.IsZero():
			return nil, 0, fmt.Errorf("this has been undone before, or the shift was planned again: %w", ErrConflict)
		case !now.Before(o.End):
			return nil, 0, &InvalidError{"override", "this is over; what was stays as it was"}
		case len(halves) > 1 && !now.Before(o.Start):
			return nil, 0, &InvalidError{"override", "one of the two shifts has begun, so the swap stands; ask for cover of what is still to come"}
		}
	}
	return halves, r.ID, nil
}

// giveBack says who gets what when overrides are undone, from now on.
func (s *Service) giveBack(ctx context.Context, tx Store, halves []Override) ([]Move, error) {
	var moves []Move
	for i := range halves {
		o := &halves[i]
		part := s.rest(Stretch{Slot: o.Slot, Rotation: o.Rotation, Start: o.Start, End: o.End})
		published, err := tx.Published(ctx, o.Team, part.Start, part.End)
		if err != nil {
			return nil, err
		}
		overrides, err := tx.Overrides(ctx, o.Team, part.Start, part.End)
		if err != nil {
			return nil, err
		}
		for _, later := range overrides {
			if later.Slot == o.Slot && later.ID > o.ID && later.CancelledAt.IsZero() {
				return nil, fmt.Errorf("%s has been passed on since; undo that first: %w", o.Slot, ErrConflict)
			}
		}
		overrides = slices.DeleteFunc(overrides, func(x Override) bool { return x.ID == o.ID })
		for _, t := range Resolve(published, overrides, part.Start, part.End, time.Time{}) {
			if t.Slot == o.Slot {
				moves = append(moves, Move{Stretch{o.Slot, o.Rotation, latest(t.Start, part.Start), earliest(t.End, part.End)}, t.Person})
			}
		}
	}
	return moves, nil
}

// endHalves cancels overrides that have not begun. What has begun was so: the rest
// goes back by overrides of its own.
func (s *Service) endHalves(ctx context.Context, tx Store, by ID, halves []Override, moves []Move, broken rulesBroken) error {
	now := s.Now()
	if o := &halves[0]; !now.Before(o.Start) {
		for _, m := range moves {
			back := Override{
				Team: o.Team, Slot: o.Slot, Rotation: o.Rotation, Person: m.To, InsteadOf: o.Person, Start: m.Start, End: m.End,
				Kind: Covered, Reason: "given back", Broke: broken.of(m.To), CreatedBy: by, CreatedAt: now,
			}
			if err := tx.AddOverride(ctx, &back); err != nil {
				return err
			}
		}
		return nil
	}
	for i := range halves {
		if first, err := tx.CancelOverride(ctx, halves[i].ID, by, now); err != nil {
			return err
		} else if !first {
			return fmt.Errorf("this has been undone before: %w", ErrConflict)
		}
	}
	return nil
}
