package schedule

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A PublishOrder says which draft is to be published.
type PublishOrder struct {
	Draft ID
	Note  string // for those who look at the plan
	// Ends are the overrides that whoever publishes knows to end by it. When there
	// are others, nothing is done. Nil is for those who do not ask.
	Ends []ID
}

// Publish publishes a draft whatever ends by it.
func (s *Service) Publish(ctx context.Context, by, draft ID, note string) (Plan, error) {
	return s.PublishDraft(ctx, by, PublishOrder{Draft: draft, Note: note})
}

// PublishDraft makes a ready draft what people can rely on. Shifts that have begun
// stay, shifts that do not change are not touched, and overrides of shifts that
// went to somebody else end. It is ErrConflict when another plan was published
// since the draft was asked for, or something ends that is not known to.
func (s *Service) PublishDraft(ctx context.Context, by ID, o PublishOrder) (Plan, error) {
	var plan Plan
	draft, note := o.Draft, strings.TrimSpace(o.Note)
	if err := goodNote("note", note); err != nil {
		return plan, err
	}
	err := s.Store.InTx(ctx, func(tx Store) error {
		d, err := tx.Draft(ctx, draft)
		if err != nil {
			return err
		}
		// From here on nobody else publishes for the team.
		if _, err := tx.RaiseVersion(ctx, d.Team); err != nil {
			return err
		}
		if d, err = tx.Draft(ctx, draft); err != nil {
			return err
		}
		if d.State == DraftPublished {
			return fmt.Errorf("this draft is published already: %w", ErrConflict)
		}
		last, err := tx.LastPlan(ctx, d.Team)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if int64(last.Number) != d.BasedOn {
			return fmt.Errorf("plan %d was published after this draft was made; make a new one: %w", last.Number, ErrConflict)
		}
		plan = Plan{
			Team: d.Team, Number: last.Number + 1, Draft: d.ID, Document: d.Plan, From: d.From, Until: d.Until, Note: note,
			PublishedAt: s.Now(), PublishedBy: by,
		}
		d.State = DraftPublished
		if ready, err := tx.SaveDraft(ctx, &d, DraftReady); err != nil {
			return err
		} else if !ready {
			return fmt.Errorf("the draft is not ready: %w", ErrConflict)
		}
		var planned Planned
		if err := json.Unmarshal([]byte(d.Plan), &planned); err != nil {
			return fmt.Errorf("draft %d: %w", d.ID, err)
		}
		plan.Balances = planned.Balances
		if err := tx.AddPlan(ctx, &plan); err != nil {
			return err
		}
		if err := s.replace(ctx, tx, by, &plan, &planned, o.Ends); err != nil {
			return err
		}
		return tx.Audit(ctx, &AuditEntry{At: s.Now(), By: by, Action: "plan.publish", Team: d.Team, Detail: fmt.Sprint("plan ", plan.Number)})
	})
	return plan, err
}

// replace puts a plan's shifts in the place of those that are published.
func (s *Service) replace(ctx context.Context, tx Store, by ID, plan *Plan, planned *Planned, known []ID) error {
	differences, err := differencesOf(ctx, tx, &Draft{Team: plan.Team, From: plan.From, Until: plan.Until}, planned, plan.PublishedAt)
	if err != nil {
		return err
	}
	ending, err := endingBy(ctx, tx, plan.Team, planned, differences, plan.PublishedAt)
	if err != nil {
		return err
	}
	if err := allKnown(ctx, tx, plan.Team, ending, known); err != nil {
		return err
	}
	var retired []SlotID
	var added []Published
	moved := len(planned.Ends) > 0
	for _, d := range differences {
		if d.Was != nil {
			retired = append(retired, d.Was.Slot)
			moved = moved || !d.onlyPoints()
		}
		if d.Is != nil {
			p := *d.Is
			p.Plan, p.Since, p.Until = plan.ID, plan.PublishedAt, time.Time{}
			added = append(added, p)
		}
	}
	if err := tx.Retire(ctx, plan.Team, retired, plan.PublishedAt); err != nil {
		return err
	}
	if err := tx.Publish(ctx, plan.Team, added); err != nil {
		return err
	}
	for i := range ending {
		if _, err := tx.CancelOverride(ctx, ending[i].ID, by, s.Now()); err != nil {
			return err
		}
	}
	if !moved {
		return nil
	}
	return s.voidMoved(ctx, tx, by, plan.Team)
}

// PublishingEnds lists what people agreed on or managers decided that would end if a
// draft were published now, by start: its shift goes to somebody else by the plan, has
// other times or is no more, or the plan says that it cannot stay.
func (s *Service) PublishingEnds(ctx context.Context, d *Draft, planned *Planned) ([]Override, error) {
	differences, err := s.DraftDifferences(ctx, d, planned)
	if err != nil {
		return nil, err
	}
	return endingBy(ctx, s.Store, d.Team, planned, differences, s.Now())
}

// endingBy lists what ends by the differences that a plan makes.
func endingBy(ctx context.Context, store Store, team ID, planned *Planned, differences []Difference, now time.Time) ([]Override, error) {
	from, until := now, now
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
	overrides = slices.DeleteFunc(overrides, func(o Override) bool {
		return !o.CancelledAt.IsZero() || !moved[o.Slot] && !slices.Contains(planned.Ends, o.ID)
	})
	slices.SortStableFunc(overrides, func(a, b Override) int { return a.Start.Compare(b.Start) })
	return overrides, nil
}

// allKnown refuses to end what whoever publishes has not seen; nil asks for nothing.
func allKnown(ctx context.Context, tx Store, team ID, ending []Override, known []ID) error {
	at := slices.IndexFunc(ending, func(o Override) bool { return !slices.Contains(known, o.ID) })
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
