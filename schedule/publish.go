package schedule

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
	// Reason is why hard rules may be broken by what goes back to whoever had it.
	Reason string
}

// Publish publishes a draft whatever ends by it.
func (s *Service) Publish(ctx context.Context, by, draft ID, note string) (Plan, error) {
	return s.PublishDraft(ctx, by, PublishOrder{Draft: draft, Note: note})
}

// PublishDraft makes a ready draft what people can rely on. Shifts that have begun
// stay, shifts that do not change are not touched, and overrides of shifts that
// went to somebody else end, a swap with both of its halves. It is ErrConflict when
// another plan was published since the draft was asked for, something ends that is
// not known to, or the other half of a swap breaks a hard rule where it goes back and
// no reason is given.
func (s *Service) PublishDraft(ctx context.Context, by ID, o PublishOrder) (Plan, error) {
	var plan Plan
	draft, note := o.Draft, strings.TrimSpace(o.Note)
	o.Reason = strings.TrimSpace(o.Reason)
	for field, text := range map[string]string{"note": note, "reason": o.Reason} {
		if err := goodNote(field, text); err != nil {
			return plan, err
		}
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
		last, err := tx.LastPlanAlone(ctx, d.Team)
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
		if text, err := timeWentOn(ctx, tx, &d, &planned, s.Now()); err != nil {
			return err
		} else if text != "" {
			return fmt.Errorf("%s: %w", text, ErrConflict)
		}
		plan.Balances = planned.Balances
		if err := tx.AddPlan(ctx, &plan); err != nil {
			return err
		}
		if err := s.replace(ctx, tx, by, &plan, &planned, &o); err != nil {
			return err
		}
		return tx.Audit(ctx, &AuditEntry{At: s.Now(), By: by, Action: "plan.publish", Team: d.Team, Detail: fmt.Sprint("plan ", plan.Number)})
	})
	return plan, err
}

// replace puts a plan's shifts in the place of those that are published.
func (s *Service) replace(ctx context.Context, tx Store, by ID, plan *Plan, planned *Planned, order *PublishOrder) error {
	differences, err := differencesOf(ctx, tx, &Draft{Team: plan.Team, From: plan.From, Until: plan.Until}, planned, plan.PublishedAt)
	if err != nil {
		return err
	}
	ends, err := s.endings(ctx, tx, plan.Team, planned, differences)
	if err != nil {
		return err
	}
	if people := ends.gets(); len(people) > 0 {
		// What they have in other teams counts too, and must not change meanwhile.
		if err := lock(ctx, tx, plan.Team, people...); err != nil {
			return err
		}
		if ends, err = s.endings(ctx, tx, plan.Team, planned, differences); err != nil {
			return err
		}
	}
	if err := allKnown(ctx, tx, plan.Team, ends.All, order.Ends); err != nil {
		return err
	}
	if len(ends.Against) > 0 && order.Reason == "" {
		return ends.refusal()
	}
	var retired []SlotID
	var added []Published
	moved := len(planned.Ends) > 0
	for _, x := range differences {
		if x.Was != nil {
			retired = append(retired, x.Was.Slot)
			moved = moved || !x.onlyPoints()
		}
		if x.Is != nil {
			p := *x.Is
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
	if err := s.end(ctx, tx, by, plan.Number, &ends, order.Reason); err != nil {
		return err
	}
	if !moved {
		return nil
	}
	return s.voidMoved(ctx, tx, by, plan.Team)
}
