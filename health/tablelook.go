package health

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"watchbill/schedule"
)

// A TableLook says what taking a table over would do.
type TableLook struct {
	TableReport
	Heading     TableHeading
	Refused     error // why it cannot be read as it is mapped: a *schedule.InvalidError; the rest is empty then
	From, Until time.Time
	Again       int // pages that an earlier table tells of in the same way
	Differs     int // pages of which an earlier table says something else, which stays
	Elsewhere   int // pages of which hooks or pulls tell as well, which are believed
	Fresh       int // pages of which nothing is known
	Strangers   []TableStranger
	Unknown     int // how many they are in all
	Reported    map[string]int64
}

// A TableStranger is somebody of a table of whom nobody has said who they are.
type TableStranger struct {
	Identity
	Rows int
}

// LookAtTable says what taking a table over would do. Of one that was taken over before
// it says only what its records are good for. The file must still be there.
func (s *Service) LookAtTable(ctx context.Context, t *Table) (*TableLook, error) {
	file, done, err := s.tableFile(ctx, t)
	if err != nil {
		return nil, err
	}
	defer done()
	look := &TableLook{Reported: map[string]int64{}}
	if look.Heading, err = s.TableReader.Heading(file); err != nil {
		return nil, err
	}
	i, err := s.Store.Integration(ctx, t.Integration)
	if err != nil {
		return nil, err
	}
	g := &tableGlance{TableLook: look, store: s.Store, table: t, people: map[Identity]int{}}
	whole := Table{}
	if t.KeptSince, err = s.KeptSince(ctx, &i); err != nil {
		return look, err
	}
	look.TableReport, err = s.TableReader.Rows(file, t, i.Vendor, s.readAt(t), func(r *TableRow) error {
		if err := whole.span(r); err != nil {
			return err
		}
		if !t.CommittedAt.IsZero() {
			return nil
		}
		return g.row(ctx, r)
	})
	if invalid := (*schedule.InvalidError)(nil); errors.As(err, &invalid) {
		return &TableLook{Heading: look.Heading, Refused: err}, nil
	}
	if err == nil {
		err = g.compare(ctx)
	}
	look.From, look.Until = whole.From, whole.Until
	if err == nil && t.CommittedAt.IsZero() {
		err = g.strangers(ctx)
	}
	return look, err
}

// A tableGlance is a table that is being looked at.
type tableGlance struct {
	*TableLook
	store  Store
	table  *Table
	rows   []TableRow // that were not compared yet
	people map[Identity]int
}

func (g *tableGlance) row(ctx context.Context, r *TableRow) error {
	for i := range r.Events {
		for _, p := range r.Events[i].Responders {
			if p.person() {
				g.people[p.Identity]++
			}
		}
	}
	for name, value := range r.Reported {
		if n, err := strconv.ParseInt(value, 10, 64); err == nil {
			g.Reported[name] += n
		}
	}
	if g.rows = append(g.rows, *r); len(g.rows) < keysAtOnce {
		return nil
	}
	return g.compare(ctx)
}

// compare says what is known of the pages of some rows.
func (g *tableGlance) compare(ctx context.Context) error {
	if len(g.rows) == 0 {
		return nil
	}
	keys := make([]string, 0, len(g.rows))
	for i := range g.rows {
		keys = append(keys, g.rows[i].Key)
	}
	earlier, err := g.store.TableRows(ctx, g.table.Integration, keys)
	if err != nil {
		return err
	}
	elsewhere, err := g.store.ToldElsewhere(ctx, g.table.Integration, keys)
	if err != nil {
		return err
	}
	known := map[string]*TableRow{}
	for i := range earlier {
		if r := &earlier[i]; known[r.Key] == nil && r.Table != g.table.ID {
			known[r.Key] = r
		}
	}
	for i := range g.rows {
		r := &g.rows[i]
		was, other := known[r.Key], slices.Contains(elsewhere, r.Key)
		switch {
		case was != nil && sameTold(was.Events, r.Events):
			g.Again++
		case was != nil:
			g.Differs++
		case !other:
			g.Fresh++
		}
		if other {
			g.Elsewhere++
		}
	}
	g.rows = g.rows[:0]
	return nil
}

// sameTold reports whether two rows tell the same of a page.
func sameTold(a, b []Event) bool {
	return slices.EqualFunc(a, b, func(a, b Event) bool {
		return a.Key == b.Key && a.OccurredAt.Equal(b.OccurredAt) && a.Title == b.Title && a.Service == b.Service && a.Urgency == b.Urgency &&
			a.Severity == b.Severity && a.Actor == b.Actor && slices.Equal(a.Responders, b.Responders)
	})
}

// strangers lists those of whom nobody has said who they are.
func (g *tableGlance) strangers(ctx context.Context) error {
	contacts, err := g.store.Contacts(ctx, g.table.Integration)
	if err != nil {
		return err
	}
	for who, n := range g.people {
		if slices.ContainsFunc(contacts, func(c Contact) bool { return !c.MappedAt.IsZero() && c.is(who) }) {
			continue
		}
		g.Strangers = append(g.Strangers, TableStranger{who, n})
	}
	slices.SortFunc(g.Strangers, func(a, b TableStranger) int {
		return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.matchKey(), b.matchKey()))
	})
	g.Unknown = len(g.Strangers)
	g.Strangers = g.Strangers[:min(len(g.Strangers), strangersKept)]
	return nil
}

// is reports whether a contact is whom something outside names.
func (c *Contact) is(who Identity) bool {
	return c.matchKey() == who.matchKey() || who.Email != "" && lower(who.Email) == c.Email
}
