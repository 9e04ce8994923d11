package health

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"watchbill/schedule"
)

// An ItemFilter says which items are meant.
type ItemFilter struct {
	Team  schedule.ID // 0: of all teams
	Owner schedule.ID // 0: of everybody
	State ItemState   // empty: any
}

// An ItemStore keeps what teams want to do. Methods that find nothing return
// schedule.ErrNotFound.
type ItemStore interface {
	// LockItems keeps others from adding to a team's items until the transaction ends.
	LockItems(ctx context.Context, team schedule.ID) error
	Items(ctx context.Context, f ItemFilter) ([]Item, error) // by ID
	Item(ctx context.Context, id schedule.ID) (Item, error)
	AddItem(ctx context.Context, i *Item) error // sets its ID
	// SaveItem replaces an item of the version before the one it has. It is
	// schedule.ErrConflict when there is another.
	SaveItem(ctx context.Context, i *Item) error
	AddItemChange(ctx context.Context, c *ItemChange) error
	ItemChanges(ctx context.Context, id schedule.ID) ([]ItemChange, error) // the oldest first
	// CountPages counts a team's pages of a service, or of one alert of it, that fired in
	// [from, to).
	CountPages(ctx context.Context, team schedule.ID, service, alert string, from, to time.Time) (int, error)
}

// TeamItem returns an item of a team; that of another does not exist.
func (s *Service) TeamItem(ctx context.Context, team, id schedule.ID) (Item, error) {
	i, err := s.Store.Item(ctx, id)
	if err == nil && i.Team != team {
		return Item{}, fmt.Errorf("item %d of team %d: %w", id, team, schedule.ErrNotFound)
	}
	return i, err
}

// AddItem adds an item to a team, as of a day on its calendar. Where an open one came of
// the same question, or is of the same name about the same alert, it is schedule.ErrConflict
// with that one.
func (s *Service) AddItem(ctx context.Context, by, team schedule.ID, text ItemText, today schedule.Date) (Item, error) {
	i := Item{Team: team, ItemText: text, State: ItemOpen, Version: 1, CreatedAt: s.Now(), CreatedBy: by}
	i.tidy()
	if err := s.checkItem(ctx, &i, &Item{}, today); err != nil {
		return i, err
	}
	err := s.Store.InTx(ctx, func(tx Store) error {
		if err := tx.LockItems(ctx, team); err != nil {
			return err
		}
		have, err := tx.Items(ctx, ItemFilter{Team: team})
		if err != nil {
			return err
		}
		for k := range have {
			o := &have[k]
			switch {
			case !o.Open():
			case o.CreatedBy == by && o.ItemText == i.ItemText && i.CreatedAt.Sub(o.CreatedAt) < sentTwice:
				i = *o
				return nil
			case i.again(o):
				i = *o
				return fmt.Errorf("there is an open item about it already: %w", schedule.ErrConflict)
			}
		}
		if err := knownWarning(ctx, tx, &i); err != nil {
			return err
		}
		if len(have) >= maxItems {
			return &schedule.InvalidError{Field: "title", Reason: fmt.Sprintf("a team has %d items at most", maxItems)}
		}
		i.ID = 0
		if err := tx.AddItem(ctx, &i); err != nil {
			return err
		}
		return s.noteItem(ctx, tx, "item.add", by, &i, nil)
	})
	return i, err
}

// knownWarning refuses an item of a question that was not asked about its team.
func knownWarning(ctx context.Context, tx Store, i *Item) error {
	if i.Warning == 0 {
		return nil
	}
	_, err := tx.Warning(ctx, i.Team, i.Warning)
	if errors.Is(err, schedule.ErrNotFound) {
		return &schedule.InvalidError{Field: "warning", Reason: "no question of this number was asked about the team, or it is not kept any more"}
	}
	return err
}

// checkItem looks at what was written, and at who and when where that is new.
func (s *Service) checkItem(ctx context.Context, i, was *Item, today schedule.Date) error {
	if err := i.check(); err != nil {
		return err
	}
	if i.Due != was.Due && !i.Due.IsZero() && (i.Due.Before(today) || i.Due.DaysSince(today) > mostDueDays) {
		return &schedule.InvalidError{Field: "due", Reason: fmt.Sprintf("%v cannot be met; choose a day from today on, within ten years", i.Due)}
	}
	if i.Owner == 0 || i.Owner == was.Owner {
		return nil
	}
	members, err := s.Members(ctx, i.Team)
	if err != nil {
		return err
	}
	for k := range members {
		if m := &members[k]; m.Person == i.Owner && (m.Until.IsZero() || !m.Until.Before(today)) {
			return nil
		}
	}
	return &schedule.InvalidError{Field: "owner", Reason: "choose somebody who is in the team"}
}

// An ItemEdit is what somebody makes of an item.
type ItemEdit struct {
	Text   func(was ItemText) (ItemText, error) // nil: it stays
	State  ItemState                            // empty: it stays, with its reason
	Reason string
}

// Say makes a text one that replaces whatever was said before.
func (t ItemText) Say(ItemText) (ItemText, error) { return t, nil }

// EditItem changes an item if it still has the version that was looked at; 0 is whatever
// there is. It returns the item as it is now: with schedule.ErrConflict that is what
// somebody else made of it, and nothing was done.
func (s *Service) EditItem(ctx context.Context, by, team, id schedule.ID, base int64, edit ItemEdit, today schedule.Date) (Item, error) {
	is, err := s.TeamItem(ctx, team, id)
	if err != nil {
		return is, err
	}
	err = s.Store.InTx(ctx, func(tx Store) error {
		was, err := tx.Item(ctx, id)
		if err != nil {
			return err
		}
		is = was
		if base != 0 && base != was.Version {
			return fmt.Errorf("somebody has changed it meanwhile: %w", schedule.ErrConflict)
		}
		next, err := s.edited(ctx, &was, edit, today)
		if err != nil {
			return err
		}
		changes := was.Changes(&next)
		if len(changes) == 0 {
			return nil
		}
		next.Version++
		if err := tx.SaveItem(ctx, &next); err != nil {
			return err
		}
		is = next
		return s.noteItem(ctx, tx, itemAction(&was, &next), by, &next, changes)
	})
	if errors.Is(err, schedule.ErrConflict) {
		now, err2 := s.Store.Item(ctx, id)
		if err2 != nil {
			return now, errors.Join(err, err2)
		}
		if next, wrong := s.edited(ctx, &now, edit, today); wrong == nil && len(now.Changes(&next)) == 0 {
			return now, nil // two clicks: it is as it was to be
		}
		return now, err
	}
	return is, err
}

// edited is what an edit makes of an item.
func (s *Service) edited(ctx context.Context, was *Item, edit ItemEdit, today schedule.Date) (Item, error) {
	next := *was
	if edit.Text != nil {
		text, err := edit.Text(was.ItemText)
		if err != nil {
			return next, err
		}
		next.ItemText = text
		next.Page, next.Review, next.Warning = was.Page, was.Review, was.Warning // where it came from stays
		next.tidy()
	}
	if edit.State != "" {
		next.State, next.Reason = edit.State, tidyText(edit.Reason)
	}
	if err := schedule.CheckText("reason", next.Reason, maxItemText); err != nil {
		return next, err
	}
	if err := s.checkItem(ctx, &next, was, today); err != nil {
		return next, err
	}
	switch {
	case !slices.Contains([]ItemState{ItemOpen, ItemDone, ItemDropped}, next.State):
		return next, &schedule.InvalidError{Field: "state", Reason: "choose open, done or dropped"}
	case next.State == ItemDropped && next.Reason == "":
		return next, &schedule.InvalidError{Field: "reason", Reason: "say why nothing will be done about it"}
	}
	// Whoever moves a day that has passed, or closes the item after it, has missed it.
	if was.Missed.IsZero() && was.Overdue(today) && (next.Due != was.Due || !next.Open()) {
		next.Missed = was.Due
	}
	switch {
	case next.Open():
		next.DoneOn, next.DoneAt = schedule.Date{}, time.Time{}
		if !was.Open() {
			next.Reason = ""
		}
	case was.Open():
		next.DoneOn, next.DoneAt = today, s.Now()
	}
	return next, nil
}

// itemAction is what the log calls a change.
func itemAction(was, next *Item) string {
	switch {
	case was.State == next.State:
		return "item.change"
	case next.State == ItemDone:
		return "item.done"
	case next.State == ItemDropped:
		return "item.drop"
	}
	return "item.reopen"
}

// noteItem writes a step into an item's history and into the log.
func (s *Service) noteItem(ctx context.Context, tx Store, action string, by schedule.ID, i *Item, changes []FieldChange) error {
	if err := tx.AddItemChange(ctx, &ItemChange{Item: i.ID, Version: i.Version, At: s.Now(), By: by, Fields: changes}); err != nil {
		return err
	}
	return tx.Audit(ctx, &schedule.AuditEntry{At: s.Now(), By: by, Action: action, Team: i.Team, Detail: i.Title})
}
