package health

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"watchbill/schedule"
)

// Keeping says for how many months something is kept; zero: until somebody removes it. The
// usual numbers are policies of specs/health.md 10.
type Keeping struct {
	Pages   int // and all that hangs from them
	Results int // of surveys, reviews and early warnings
}

// UsualKeeping is what is kept unless somebody says otherwise.
var UsualKeeping = Keeping{Pages: 13, Results: 24}

// LeastPagesKept is how few months pages can be kept: reports and alarms compare half a year.
const LeastPagesKept = 7

// Check says what is wrong with it.
func (k Keeping) Check() error {
	switch {
	case k.Pages < 0 || k.Results < 0:
		return errors.New("how many months something is kept is not negative; 0 is for ever")
	case k.Pages > 0 && k.Pages < LeastPagesKept:
		return fmt.Errorf("pages are kept for %d months or more, because reports and alarms compare half a year; 0 is for ever", LeastPagesKept)
	}
	return nil
}

// reachesBack is how long before a week pages still matter to it: trouble that is open for
// long, windows that are open when the week begins, and two days for a team that moves to
// the other end of the earth.
const reachesBack = LongestOpen + lookBack + 48*time.Hour

// PagesBefore returns the moment before which nothing of pages is kept: a midnight of UTC, so
// that a key is dealt with once a day. It is zero where pages are kept for ever.
func (k Keeping) PagesBefore(now time.Time) time.Time { return monthsBefore(now, k.Pages) }

// ResultsBefore is PagesBefore of results.
func (k Keeping) ResultsBefore(now time.Time) time.Time { return monthsBefore(now, k.Results) }

// monthsBefore returns the midnight of UTC some months before a moment, in a month that is
// too short the last one; zero for no months.
func monthsBefore(now time.Time, months int) time.Time {
	if months == 0 {
		return time.Time{}
	}
	year, month, day := now.UTC().Date()
	last := time.Date(year, month-time.Month(months)+1, 0, 0, 0, 0, 0, time.UTC)
	return last.AddDate(0, 0, min(day, last.Day())-last.Day())
}

// KeptFrom returns the Monday of the first week, on a team's calendar, of which all pages are
// kept: what happened before it is not taken in. It is zero where pages are kept for ever.
func (k Keeping) KeptFrom(now time.Time, zone *time.Location) schedule.Date {
	before := k.PagesBefore(now)
	if before.IsZero() {
		return schedule.Date{}
	}
	from := before.Add(reachesBack)
	monday := MondayOf(schedule.DateOf(from.In(zone)))
	if monday.At(schedule.Midnight, zone).Before(from) {
		monday = monday.AddDays(7)
	}
	return monday
}

// keptSince returns since when all pages of a team are kept; zero: since ever.
func keptSince(ctx context.Context, store Store, team schedule.ID) (time.Time, error) {
	state, err := store.BurdenState(ctx, team)
	if errors.Is(err, schedule.ErrNotFound) || err == nil && state.KeptFrom.IsZero() {
		return time.Time{}, nil
	} else if err != nil {
		return time.Time{}, err
	}
	zone, err := schedule.Zone(state.Zone)
	if err != nil {
		return time.Time{}, err
	}
	return state.KeptFrom.At(schedule.Midnight, zone), nil
}

// The kinds of what is removed.
const (
	RemovedPages   = "page"    // with who had to do with them
	RemovedEvents  = "event"   // that told of pages
	RemovedSayings = "said"    // of pages
	RemovedDays    = "day"     // that were measured of somebody
	RemovedWaves   = "wave"    // of surveys: results, and who was asked
	RemovedRounds  = "round"   // results of all teams together
	RemovedReviews = "review"  // with what was agreed
	RemovedAsked   = "warning" // with what was answered
)

// A Removal is how much of a kind was removed on a day because it was older than a moment.
type Removal struct {
	Day   schedule.Date // of UTC
	Kind  string
	N     int
	Older time.Time
}

// A RemovalStore removes what was kept for long enough. Each method removes some, so that
// nobody waits for long, and says how much.
type RemovalStore interface {
	// OldTeams returns teams that have pages which fired before a moment and of which nothing
	// was told since.
	OldTeams(ctx context.Context, before time.Time) ([]schedule.ID, error)
	// OldKeys returns the keys of some of them, by integration and key.
	OldKeys(ctx context.Context, team schedule.ID, before time.Time, most int) ([]PageName, error)
	// PagesOfKeys returns all pages of some keys of an integration, by their number.
	PagesOfKeys(ctx context.Context, integration schedule.ID, keys []string) (map[string][]KeptPage, error)
	// RemoveKeys removes all that was told and said of keys; DropPages removes pages, and has
	// nothing measured again.
	RemoveKeys(ctx context.Context, integration schedule.ID, keys []string) (events, said int, err error)
	DropPages(ctx context.Context, ids []schedule.ID) error
	RemoveSayings(ctx context.Context, name PageName, openings []string) (int, error)
	// RewriteEvents writes events anew that are there.
	RewriteEvents(ctx context.Context, integration schedule.ID, events []Event) error
	// Renumber writes the number of a page, and nothing else of it.
	Renumber(ctx context.Context, id schedule.ID, p *Page) error

	// RemoveLoose removes events that are about no page, and what was said of pages that are
	// gone.
	RemoveLoose(ctx context.Context, before time.Time, most int) (events, said int, err error)
	// RemoveDays removes what was measured of days.
	RemoveDays(ctx context.Context, team schedule.ID, before schedule.Date, most int) (int, error)

	AddRemovals(ctx context.Context, all []Removal) error
	Removals(ctx context.Context, since schedule.Date) ([]Removal, error) // the newest first
}

// A Remover removes what was kept for long enough. Any number may work at once: each
// takes a team for itself. A batch is one transaction, so that one which dies leaves
// nothing half.
type Remover struct {
	Store  Store
	Rollup *Rollup
	Keep   Keeping
	Now    func() time.Time
}

// removedAtOnce bounds how many pages are removed in one transaction, which keeps others
// from writing on SQLite.
const removedAtOnce = 500

// Work removes what was kept for long enough.
func (r *Remover) Work(ctx context.Context) error {
	if r.Keep.Pages == 0 {
		return nil
	}
	before := r.Keep.PagesBefore(r.Now())
	teams, err := r.due(ctx, before)
	if err != nil {
		return err
	}
	var failed []error
	for _, team := range teams { // one that cannot be measured keeps none of the others
		if err := r.team(ctx, team, before); err != nil {
			failed = append(failed, fmt.Errorf("old pages of team %d: %w", team, err))
		}
	}
	return errors.Join(append(failed, r.loose(ctx, before))...)
}

// due returns teams that have old pages, or were measured before weeks of which pages are
// kept.
func (r *Remover) due(ctx context.Context, before time.Time) ([]schedule.ID, error) {
	teams, err := r.Store.OldTeams(ctx, before)
	if err != nil {
		return nil, err
	}
	states, err := r.Store.BurdenStates(ctx)
	if err != nil {
		return nil, err
	}
	for i := range states {
		s := &states[i]
		zone, err := schedule.Zone(s.Zone)
		if err != nil {
			continue // measuring says so
		}
		keptFrom := r.Keep.KeptFrom(r.Now(), zone)
		if !s.Since.IsZero() && s.Since.Before(keptFrom) && s.KeptFrom.Before(keptFrom) {
			teams = append(teams, s.Team)
		}
	}
	slices.Sort(teams)
	return slices.Compact(teams), nil
}

// team removes the pages of a team, once all that they did is measured, and what was
// measured of days.
func (r *Remover) team(ctx context.Context, team schedule.ID, before time.Time) error {
	if pending, err := r.Rollup.Settle(ctx, team); err != nil || pending {
		return err // the next time
	}
	if err := repeat(ctx, func() (int, error) { return r.some(ctx, team, before) }); err != nil {
		return err
	}
	return repeat(ctx, func() (int, error) { return r.days(ctx, team, before) })
}

// repeat does something until nothing is left to do.
func repeat(ctx context.Context, f func() (int, error)) error {
	for n := 1; n > 0; {
		if err := ctx.Err(); err != nil {
			return err
		}
		var err error
		if n, err = f(); err != nil {
			return err
		}
	}
	return nil
}

// days removes what was measured of days before the weeks that are still measured. The last
// of them stays: it hands to the first week what was open at midnight.
func (r *Remover) days(ctx context.Context, team schedule.ID, before time.Time) (n int, err error) {
	state, err := r.Store.BurdenState(ctx, team)
	if err != nil || state.KeptFrom.IsZero() {
		return 0, err
	}
	return r.batch(ctx, func(tx Store) ([]Removal, error) {
		n, err := tx.RemoveDays(ctx, team, state.KeptFrom.AddDays(-1), removedAtOnce)
		return []Removal{{Kind: RemovedDays, N: n, Older: before}}, err
	})
}

// loose removes events that are about no page, and what was said of pages that are gone.
func (r *Remover) loose(ctx context.Context, before time.Time) error {
	return repeat(ctx, func() (int, error) {
		return r.batch(ctx, func(tx Store) ([]Removal, error) {
			events, said, err := tx.RemoveLoose(ctx, before, removedAtOnce)
			return []Removal{{Kind: RemovedEvents, N: events, Older: before}, {Kind: RemovedSayings, N: said, Older: before}}, err
		})
	})
}

// batch removes something in one transaction, and keeps how much.
func (r *Remover) batch(ctx context.Context, f func(Store) ([]Removal, error)) (n int, err error) {
	err = r.Store.InTx(ctx, func(tx Store) error {
		n = 0
		all, err := f(tx)
		if err != nil {
			return err
		}
		for i := range all {
			all[i].Day = schedule.DateOf(r.Now().UTC())
			n += all[i].N
		}
		return tx.AddRemovals(ctx, all)
	})
	return n, err
}

// some removes some pages of a team. With the first it says from which week on the team is
// measured from now on: others that measure wait meanwhile, or see it.
func (r *Remover) some(ctx context.Context, team schedule.ID, before time.Time) (int, error) {
	return r.batch(ctx, func(tx Store) ([]Removal, error) {
		ready, err := r.raise(ctx, tx, team)
		if err != nil || !ready {
			return nil, err
		}
		names, err := tx.OldKeys(ctx, team, before, removedAtOnce)
		if err != nil || len(names) == 0 {
			return nil, err
		}
		if err := tx.LockPages(ctx, names); err != nil {
			return nil, err
		}
		c := &clearing{tx: tx, before: before}
		for len(names) > 0 {
			some := names[:slicesWhile(names, func(p PageName) bool { return p.Integration == names[0].Integration })]
			if err := c.keys(ctx, some); err != nil {
				return nil, err
			}
			names = names[len(some):]
		}
		return []Removal{{Kind: RemovedPages, N: c.pages, Older: before}, {Kind: RemovedEvents, N: c.events, Older: before}, {Kind: RemovedSayings, N: c.said, Older: before}}, nil
	})
}

// slicesWhile returns how many of the first elements something is true of.
func slicesWhile[E any](all []E, f func(E) bool) int {
	if n := slices.IndexFunc(all, func(e E) bool { return !f(e) }); n >= 0 {
		return n
	}
	return len(all)
}

// raise moves the first week that is still measured, and says whether pages may go: all
// that was marked before it is measured, by the rules that hold now, and nobody is at it.
func (r *Remover) raise(ctx context.Context, tx Store, team schedule.ID) (bool, error) {
	state, mine, err := tx.LockBurden(ctx, team)
	if err != nil || !mine {
		return false, err
	}
	m := &measuring{Rollup: r.Rollup, tx: tx, state: state, now: r.Now()}
	if m.zone, err = schedule.Zone(state.Zone); err != nil {
		return false, err
	}
	keptFrom := r.Keep.KeptFrom(m.now, m.zone)
	if !state.KeptFrom.Before(keptFrom) {
		return true, nil
	}
	marks, err := tx.Marks(ctx, team, marksAtOnce)
	if err != nil || !m.looked(m.dayEnd(m.now)) || len(marks) == marksAtOnce {
		return false, err
	}
	begins := keptFrom.At(schedule.Midnight, m.zone)
	if slices.ContainsFunc(marks, func(mark Mark) bool { return mark.From.Before(begins) }) {
		return false, nil
	}
	state.KeptFrom = keptFrom
	return true, tx.SaveBurden(ctx, &state)
}

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
