package schedule

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// maxWishes bounds the stretches that one wish stands for.
const maxWishes = 120

// A WishOrder is what somebody would rather not: all days from First to Last, or
// certain days of the week in them.
type WishOrder struct {
	Person      ID
	First, Last Date
	Days        Weekdays // NoDay: every day
	Name        string   // of the pattern, like "Fridays"
	Cost        int64    // from 1 to 100: how much it matters
}

// AddWish notes a wish. One for days of the week is kept as a wish for each of them,
// under the same name; days on which there is a wish already stay as they are.
func (s *Service) AddWish(ctx context.Context, by ID, o WishOrder) error {
	people, err := s.Store.People(ctx, []ID{o.Person})
	if err != nil {
		return err
	}
	if len(people) == 0 {
		return fmt.Errorf("person %d: %w", o.Person, ErrNotFound)
	}
	zone, err := Zone(people[0].Zone)
	if err != nil {
		return err
	}
	whole := Leave{First: o.First, Last: o.Last, WishCost: o.Cost}
	if start, end := whole.Span(zone); o.Cost < 1 {
		return &InvalidError{"cost", "a wish matters from 1 to 100"}
	} else if err := whole.check(start, end); err != nil {
		return err
	}
	runs := o.runs()
	switch {
	case len(runs) == 0:
		return &InvalidError{"last", "no such day lies in these dates"}
	case len(runs) > maxWishes:
		return &InvalidError{"last", fmt.Sprintf("that is %d times; make the dates shorter, up to %d", len(runs), maxWishes)}
	}
	return s.Store.InTx(ctx, func(tx Store) error {
		added := 0
		for i := range runs {
			l := &runs[i]
			l.Person, l.WishCost, l.Note, l.CreatedAt = o.Person, o.Cost, o.Name, s.Now()
			err := s.addLeave(ctx, tx, by, l, zone)
			var overlaps *InvalidError
			if errors.As(err, &overlaps) && o.Days != NoDay {
				continue
			} else if err != nil {
				return err
			}
			added++
		}
		if added == 0 {
			return &InvalidError{"first", "there are wishes for all of these days already"}
		}
		return nil
	})
}

// runs are the stretches of days that a wish stands for.
func (o *WishOrder) runs() []Leave {
	if o.Days == NoDay {
		return []Leave{{First: o.First, Last: o.Last}}
	}
	var out []Leave
	for day := o.First; !day.After(o.Last); day = day.AddDays(1) {
		if !o.Days.Has(day.Weekday()) {
			continue
		}
		if n := len(out) - 1; n >= 0 && out[n].Last.AddDays(1) == day {
			out[n].Last = day
			continue
		}
		out = append(out, Leave{First: day, Last: day})
	}
	return out
}

// RemoveWish takes a wish back, with all that were noted under its name at the same
// time.
func (s *Service) RemoveWish(ctx context.Context, by, person, id ID) error {
	leaves, err := s.Store.Leaves(ctx, []ID{person})
	if err != nil {
		return err
	}
	at := slices.IndexFunc(leaves, func(l Leave) bool { return l.ID == id && l.WishCost > 0 })
	if at < 0 {
		return fmt.Errorf("wish %d: %w", id, ErrNotFound)
	}
	return s.Store.InTx(ctx, func(tx Store) error {
		for i := range leaves {
			if !leaves[i].sameWish(&leaves[at]) {
				continue
			}
			if err := tx.RemoveLeave(ctx, person, leaves[i].ID); err != nil {
				return err
			}
		}
		if err := raiseAll(ctx, tx, person); err != nil {
			return err
		}
		return tx.Audit(ctx, &AuditEntry{At: s.Now(), By: by, Action: "absence.remove", About: person})
	})
}

// sameWish says whether two leaves were noted as one wish.
func (l *Leave) sameWish(m *Leave) bool {
	return l.ID == m.ID || l.WishCost > 0 && m.WishCost > 0 && l.Note != "" && l.Note == m.Note && l.CreatedAt.Equal(m.CreatedAt)
}

// WishGroups puts the wishes together that were noted as one, each by its days.
func WishGroups(leaves []Leave) [][]Leave {
	var groups [][]Leave
	for i := range leaves {
		l := &leaves[i]
		if l.WishCost == 0 {
			continue
		}
		at := slices.IndexFunc(groups, func(g []Leave) bool { return g[0].sameWish(l) })
		if at < 0 {
			groups = append(groups, []Leave{*l})
			continue
		}
		groups[at] = append(groups[at], *l)
	}
	return groups
}
