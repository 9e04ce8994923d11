package schedule

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Endings are what publishing a plan ends of what people agreed on or managers
// decided.
type Endings struct {
	All []Ending // by start
	// Against are the hard rules that are broken where the other halves of swaps go
	// back, by person.
	Against []*RuleError
}

// An Ending is an override that ends when a plan is published: its shift goes to
// somebody else by the plan, has other times or is no more, or the plan says that it
// cannot stay; or it was agreed on together with one of those.
type Ending struct {
	Override
	// Back is who has what of it then, when it ends because of another: the plan
	// leaves its shift alone.
	Back []Move
}

// PublishingEnds lists what would end if a draft were published now.
func (s *Service) PublishingEnds(ctx context.Context, d *Draft, planned *Planned) (Endings, error) {
	differences, err := s.DraftDifferences(ctx, d, planned)
	if err != nil {
		return Endings{}, err
	}
	return s.endings(ctx, s.Store, d.Team, planned, differences)
}

// endings says what ends by the differences that a plan makes. In a transaction it
// locks the teams of those to whom something goes back.
func (s *Service) endings(ctx context.Context, store Store, team ID, planned *Planned, differences []Difference) (Endings, error) {
	direct, err := s.endingBy(ctx, store, team, planned, differences)
	if err != nil || len(direct) == 0 {
		return Endings{}, err
	}
	halves, err := s.otherHalves(ctx, store, direct)
	if err != nil {
		return Endings{}, err
	}
	var ends Endings
	for i := range direct {
		ends.All = append(ends.All, Ending{Override: direct[i]})
	}
	after := &afterPlan{Store: store, team: team, differences: differences, ended: direct}
	moves, err := ends.giveBack(ctx, after, halves)
	if err != nil {
		return Endings{}, err
	}
	slices.SortStableFunc(ends.All, func(a, b Ending) int { return a.Start.Compare(b.Start) })
	ends.Against, err = s.against(ctx, after, team, moves...)
	return ends, err
}

// endingBy lists what ends by the differences that a plan makes, but for what was
// agreed on together with it.
func (s *Service) endingBy(ctx context.Context, store Store, team ID, planned *Planned, differences []Difference) ([]Override, error) {
	from, until := s.Now(), s.Now()
	for _, p := range planned.Shifts {
		from, until = earliest(from, p.Start), latest(until, p.End)
	}
	moved := map[SlotID]bool{}
	for i := range differences {
		if d := &differences[i]; d.Was != nil && !d.onlyPoints() {
			moved[d.Was.Slot], until = true, latest(until, d.Was.End)
		}
	}
	if len(moved)+len(planned.Ends) == 0 {
		return nil, nil
	}
	overrides, err := store.Overrides(ctx, team, from, until)
	if err != nil {
		return nil, err
	}
	// What lies under something that ends would be back otherwise.
	last := map[SlotID]ID{}
	for _, o := range overrides {
		if slices.Contains(planned.Ends, o.ID) {
			last[o.Slot] = max(last[o.Slot], o.ID)
		}
	}
	return slices.DeleteFunc(overrides, func(o Override) bool {
		return !o.CancelledAt.IsZero() || !moved[o.Slot] && o.ID > last[o.Slot]
	}), nil
}

// otherHalves returns the other halves of swaps that end, with what has to end for
// them to: nobody keeps a shift that they took for one that they have not given.
func (s *Service) otherHalves(ctx context.Context, store Store, ending []Override) ([]Override, error) {
	known := slices.Clone(ending)
	for i := range ending {
		other, _, err := otherHalf(ctx, store, &ending[i])
		if err != nil {
			return nil, err
		}
		if other == nil {
			continue
		}
		with, _, err := s.loosen(ctx, store, other, known)
		if err != nil {
			return nil, err
		}
		known = append(known, with...)
	}
	return known[len(ending):], nil
}

// loosen returns what has to end for an override to end, besides what ends anyway:
// itself, and both halves of swaps in which it was given away since. It is false for
// one that stays: it has begun, so it was so, or its shift was passed on since to
// somebody who has nothing to do with it.
func (s *Service) loosen(ctx context.Context, store Store, o *Override, known []Override) (with []Override, ok bool, err error) {
	if slices.ContainsFunc(known, func(x Override) bool { return x.ID == o.ID }) {
		return nil, true, nil
	}
	if !o.CancelledAt.IsZero() || !s.Now().Before(o.Start) {
		return nil, false, nil
	}
	over, err := store.Overrides(ctx, o.Team, o.Start, o.End)
	if err != nil {
		return nil, false, err
	}
	with = []Override{*o}
	for i := range over {
		later := &over[i]
		if later.Slot != o.Slot || later.ID <= o.ID || !later.CancelledAt.IsZero() {
			continue
		}
		other, _, err := otherHalf(ctx, store, later)
		if err != nil || other == nil {
			return nil, false, err
		}
		for _, half := range []*Override{later, other} {
			more, ok, err := s.loosen(ctx, store, half, slices.Concat(known, with))
			if err != nil || !ok {
				return nil, false, err
			}
			with = append(with, more...)
		}
	}
	return with, true, nil
}

// otherHalf returns the other half of a swap and the request that made both; nil for
// what is no half of one that holds.
func otherHalf(ctx context.Context, store Store, o *Override) (*Override, Request, error) {
	r, err := store.RequestOf(ctx, o.ID)
	if errors.Is(err, ErrNotFound) {
		return nil, r, nil
	} else if err != nil || !r.IsSwap() {
		return nil, r, err
	}
	id := r.Override
	if id == o.ID {
		id = r.ReturnedBy
	}
	other, err := store.Override(ctx, id)
	return &other, r, err
}

// IsHalf says whether an override holds that is undone with the other half of a swap.
func (s *Service) IsHalf(ctx context.Context, o *Override) (bool, error) {
	if o.Kind != Swapped {
		return false, nil
	}
	other, _, err := otherHalf(ctx, s.Store, o)
	return other != nil && other.CancelledAt.IsZero(), err
}

// giveBack adds halves to what ends, and returns who gets what by it.
func (e *Endings) giveBack(ctx context.Context, after *afterPlan, halves []Override) ([]Move, error) {
	later := *after
	later.ended = slices.Concat(after.ended, halves)
	var moves []Move
	for _, o := range halves {
		shifts, err := shiftsOf(ctx, &later, o.Team, o.Start, o.End, time.Time{})
		if err != nil {
			return nil, err
		}
		end := Ending{Override: o}
		for _, t := range shifts {
			if t.Slot == o.Slot {
				end.Back = append(end.Back, Move{Stretch{o.Slot, o.Rotation, latest(t.Start, o.Start), earliest(t.End, o.End)}, t.Person})
			}
		}
		e.All, moves = append(e.All, end), append(moves, end.Back...)
	}
	return moves, nil
}

// gets are the people to whom something goes back.
func (e *Endings) gets() []ID {
	var all []ID
	for i := range e.All {
		for _, m := range e.All[i].Back {
			all = append(all, m.To)
		}
	}
	return all
}

// refusal says why a plan cannot be published without a reason.
func (e *Endings) refusal() error {
	var words []string
	for _, r := range e.Against {
		words = append(words, fmt.Sprintf("%s: %s", r.Name, r.Broken()))
	}
	return fmt.Errorf("publishing ends a swap, and what goes back breaks a rule (%s); say why that may be: %w", strings.Join(words, "; "), ErrConflict)
}

// end ends overrides and says to those who agreed on them what has become of it.
func (s *Service) end(ctx context.Context, tx Store, by ID, number int, ends *Endings, reason string) error {
	against := rulesBroken(ends.Against)
	for i := range ends.All {
		o := &ends.All[i]
		r, err := tx.RequestOf(ctx, o.ID)
		if err == nil {
			if err := s.endRequest(ctx, tx, by, number, &r, ends, reason); err != nil {
				return err
			}
		} else if !errors.Is(err, ErrNotFound) {
			return err
		}
		if _, err := tx.CancelOverride(ctx, o.ID, by, s.Now()); err != nil {
			return err
		}
		for _, m := range o.Back {
			broke := against.of(m.To)
			if broke == "" {
				continue
			}
			detail := fmt.Sprintf("%s: %s (against a rule: %s)", o.Slot, reason, broke)
			if err := tx.Audit(ctx, &AuditEntry{At: s.Now(), By: by, Action: "shift.undo", About: m.To, Team: o.Team, Detail: detail}); err != nil {
				return err
			}
		}
	}
	return nil
}

// endRequest notes of an accepted request that a plan has ended what it made, and what
// has become of each half.
func (s *Service) endRequest(ctx context.Context, tx Store, by ID, number int, r *Request, ends *Endings, reason string) error {
	var halves []string
	for _, half := range []struct {
		id   ID
		slot SlotID
	}{{r.Override, r.Slot}, {r.ReturnedBy, r.Return.Slot}} {
		if half.id == 0 {
			continue
		}
		what := "was planned anew"
		if at := slices.IndexFunc(ends.All, func(e Ending) bool { return e.ID == half.id }); at < 0 {
			what = "has begun or was passed on since, and stays"
		} else if len(ends.All[at].Back) > 0 {
			what = "went back"
		}
		halves = append(halves, fmt.Sprintf("%s %s", half.slot, what))
	}
	note := fmt.Sprintf("plan %d ended it: %s", number, strings.Join(halves, ", "))
	if reason != "" {
		note += ". " + reason
	}
	if err := tx.UndoRequest(ctx, r.ID, note); err != nil {
		return err
	}
	return tx.Audit(ctx, &AuditEntry{At: s.Now(), By: by, Action: "cover.undone", About: r.Person, Team: r.Team, Detail: string(r.Slot)})
}

// afterPlan is what is decided once a plan is published and overrides have ended by it.
type afterPlan struct {
	Store
	team        ID
	differences []Difference
	ended       []Override
}

// Published returns what is published for a team's slots that meet [from, to).
func (a *afterPlan) Published(ctx context.Context, team ID, from, to time.Time) ([]Published, error) {
	all, err := a.Store.Published(ctx, team, from, to)
	if err != nil || team != a.team {
		return all, err
	}
	for i := range a.differences {
		d := &a.differences[i]
		all = slices.DeleteFunc(all, func(p Published) bool { return d.Was != nil && p.ID == d.Was.ID })
		if d.Is != nil && d.Is.Start.Before(to) && from.Before(d.Is.End) {
			all = append(all, *d.Is)
		}
	}
	return all, nil
}

// Overrides returns the overrides of a team that meet [from, to).
func (a *afterPlan) Overrides(ctx context.Context, team ID, from, to time.Time) ([]Override, error) {
	all, err := a.Store.Overrides(ctx, team, from, to)
	return slices.DeleteFunc(all, func(o Override) bool {
		return slices.ContainsFunc(a.ended, func(x Override) bool { return x.ID == o.ID })
	}), err
}

// allKnown refuses to end what whoever publishes has not seen; nil asks for nothing.
func allKnown(ctx context.Context, tx Store, team ID, ending []Ending, known []ID) error {
	at := slices.IndexFunc(ending, func(o Ending) bool { return !slices.Contains(known, o.ID) })
	if known == nil || at < 0 {
		return nil
	}
	o := &ending[at]
	record, err := tx.Team(ctx, team)
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation(record.Zone)
	if err != nil {
		return fmt.Errorf("zone of team %d: %w", team, err)
	}
	who := "nobody"
	people, err := tx.People(ctx, []ID{o.Person})
	if err != nil {
		return err
	}
	if len(people) > 0 {
		who = people[0].Name
	}
	return fmt.Errorf("meanwhile it was agreed that %s has %s from %s on, and publishing would end that; look at the draft again: %w",
		who, o.Rotation, o.Start.In(zone).Format("Mon 2 Jan 15:04"), ErrConflict)
}
