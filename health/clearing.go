package health

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"watchbill/schedule"
)

// A clearing removes pages within a transaction.
type clearing struct {
	tx                  Store
	before              time.Time
	pages, events, said int
}

// keys removes what is old of keys of one integration.
func (c *clearing) keys(ctx context.Context, names []PageName) error {
	door := names[0].Integration
	keys := make([]string, len(names))
	for i := range names {
		keys[i] = names[i].Key
	}
	kept, err := c.tx.PagesOfKeys(ctx, door, keys)
	if err != nil {
		return err
	}
	var whole []string // keys that go with all of their pages
	var gone []schedule.ID
	for _, name := range names {
		old, left, err := c.split(kept[name.Key])
		if err != nil {
			return fmt.Errorf("page %q of integration %d: %w", name.Key, name.Integration, err)
		}
		for i := range old {
			gone = append(gone, old[i].ID)
		}
		switch {
		case len(old) == 0: // something was told of it meanwhile
		case len(left) == 0:
			whole = append(whole, name.Key)
		default:
			if err := c.part(ctx, name, old, left); err != nil {
				return err
			}
		}
	}
	c.pages += len(gone)
	if err := c.tx.DropPages(ctx, gone); err != nil || len(whole) == 0 {
		return err
	}
	events, said, err := c.tx.RemoveKeys(ctx, door, whole)
	c.events, c.said = c.events+events, c.said+said
	return err
}

// A readPage is a page that is kept, as it was folded.
type readPage struct {
	ID schedule.ID
	Page
}

// split divides the pages of a key into those that go and those that stay. One that ended
// before another began is told of before it, so those that go come first.
func (c *clearing) split(kept []KeptPage) (old, left []readPage, err error) {
	for i := range kept {
		p := readPage{ID: kept[i].ID}
		if err := json.Unmarshal([]byte(kept[i].Folded), &p.Page); err != nil {
			return nil, nil, err
		}
		if p.TriggeredAt.Before(c.before) && p.LastEventAt.Before(c.before) {
			old = append(old, p)
		} else {
			left = append(left, p)
		}
	}
	slices.SortStableFunc(left, func(a, b readPage) int { return cmp.Compare(a.Number, b.Number) })
	return old, left, nil
}

// part removes the first pages of a key that goes on: what is left of its events folds to
// the pages that are left.
func (c *clearing) part(ctx context.Context, name PageName, old, left []readPage) error {
	all, err := c.tx.Events(ctx, name)
	if err != nil {
		return err
	}
	gone, changed := outlive(all, left[0].OpenedBy)
	if err := c.tx.RemoveEvents(ctx, name.Integration, gone); err != nil {
		return err
	}
	if err := c.tx.RewriteEvents(ctx, name.Integration, changed); err != nil {
		return err
	}
	for i := range left {
		if left[i].Number == i {
			continue
		}
		left[i].Number = i
		if err := c.tx.Renumber(ctx, left[i].ID, &left[i].Page); err != nil {
			return err
		}
	}
	openings := make([]string, len(old))
	for i := range old {
		openings[i] = old[i].OpenedBy
	}
	said, err := c.tx.RemoveSayings(ctx, name, openings)
	c.events, c.said = c.events+len(gone), c.said+said
	if err != nil {
		return err
	}
	return c.rows(ctx, name, gone)
}

// rows removes what tables tell of pages of a key that are gone.
func (c *clearing) rows(ctx context.Context, name PageName, gone []string) error {
	rows, err := c.tx.TableRows(ctx, name.Integration, []string{name.Key})
	if err != nil {
		return err
	}
	for i := range rows {
		if slices.ContainsFunc(rows[i].Events, func(e Event) bool { return !slices.Contains(gone, e.Key) }) {
			continue
		}
		if err := c.tx.RemoveTableRows(ctx, rows[i].Table, []string{name.Key}); err != nil {
			return err
		}
	}
	return nil
}

// outlive says which events of a key go when only the pages stay from the one on that an
// event began: those before it, and what is not believed beside them. That event is told
// anew where only those that go say who is who, so that what stays folds to the same pages.
func outlive(all []Event, from string) (gone []string, changed []Event) {
	told := slices.DeleteFunc(slices.Clone(all), func(e Event) bool { return e.Kind.Context() })
	known := newDirectory(told)
	left := inOrder(believed(distinct(told)))
	left = left[max(0, slices.IndexFunc(left, func(e Event) bool { return e.Key == from })):]
	stays := make(map[string]bool, len(left))
	for i := range left {
		stays[left[i].Key] = true
	}
	for i := range told {
		if !stays[told[i].Key] {
			gone = append(gone, told[i].Key)
		}
	}
	if who := known.beyond(left); len(who) > 0 {
		first := left[0]
		first.Responders = slices.Clone(first.Responders)
		for _, i := range who {
			first.Responders = append(first.Responders, Party{Identity: i, Role: RoleIdentity})
		}
		changed = append(changed, first)
	}
	return gone, changed
}

// beyond returns those of a directory that some events name otherwise, and do not say that
// they are the same.
func (d directory) beyond(events []Event) (out []Identity) {
	alone := newDirectory(events)
	named := func(known, i Identity) bool {
		return same(known, i) || i.ID == "" && i.Email == "" && !i.IsZero() && i.Name == known.Name
	}
	for _, known := range d {
		if slices.Contains(alone, known) {
			continue
		}
		if slices.ContainsFunc(events, func(e Event) bool {
			return named(known, e.Actor) || slices.ContainsFunc(e.Responders, func(p Party) bool { return p.person() && named(known, p.Identity) })
		}) {
			out = append(out, known)
		}
	}
	return out
}
