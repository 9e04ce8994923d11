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

// Publish makes a ready draft what people can rely on. Shifts that have begun
// stay, shifts that do not change are not touched, and overrides of shifts that
// went to somebody else end. It is ErrConflict when another plan was published
// since the draft was asked for. The note is for those who look at the plan.
func (s *Service) Publish(ctx context.Context, by, draft ID, note string) (Plan, error) {
	var plan Plan
	if note = strings.TrimSpace(note); letters(note) > maxReason {
		return plan, &InvalidError{"note", fmt.Sprintf("this is longer than %d letters", maxReason)}
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
		if err := s.replace(ctx, tx, by, &plan, &planned); err != nil {
			return err
		}
		return tx.Audit(ctx, &AuditEntry{At: s.Now(), By: by, Action: "plan.publish", Team: d.Team, Detail: fmt.Sprint("plan ", plan.Number)})
	})
	return plan, err
}

// replace puts a plan's shifts in the place of those that are published.
func (s *Service) replace(ctx context.Context, tx Store, by ID, plan *Plan, planned *Planned) error {
	now := plan.PublishedAt
	from, until := now, now
	for _, p := range planned.Shifts {
		from, until = earliest(from, p.Start), latest(until, p.End)
	}
	current, err := tx.Published(ctx, plan.Team, from, until.AddDate(0, 1, 0))
	if err != nil {
		return err
	}
	team, err := tx.Team(ctx, plan.Team)
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation(team.Zone)
	if err != nil {
		return err
	}
	begins, ends := plan.From.At(Midnight, zone), plan.Until.At(Midnight, zone)
	var retired, ended []SlotID
	var added []Published
	for _, d := range Differences(current, planned.Shifts, begins, ends, now) {
		if d.Was != nil {
			retired = append(retired, d.Was.Slot)
			if !d.onlyPoints() {
				ended = append(ended, d.Was.Slot)
			}
		}
		if d.Is != nil {
			p := *d.Is
			p.Plan, p.Since, p.Until = plan.ID, now, time.Time{}
			added = append(added, p)
		}
	}
	if err := tx.Retire(ctx, plan.Team, retired, now); err != nil {
		return err
	}
	if err := tx.Publish(ctx, plan.Team, added); err != nil {
		return err
	}
	return s.endOverrides(ctx, tx, by, plan.Team, ended, planned.Ends, from, until)
}

// endOverrides ends what was decided about shifts that are no more as they were, and
// what the plan says cannot stay.
func (s *Service) endOverrides(ctx context.Context, tx Store, by, team ID, slots []SlotID, ids []ID, from, until time.Time) error {
	if len(slots)+len(ids) == 0 {
		return nil
	}
	overrides, err := tx.Overrides(ctx, team, from, until)
	if err != nil {
		return err
	}
	for _, o := range overrides {
		if (slices.Contains(slots, o.Slot) || slices.Contains(ids, o.ID)) && o.CancelledAt.IsZero() {
			if _, err := tx.CancelOverride(ctx, o.ID, by, s.Now()); err != nil {
				return err
			}
		}
	}
	return s.voidMoved(ctx, tx, by, team)
}
