package health

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"watchbill/schedule"
)

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

// pastStays is how long a past that was fetched, or came from a file, stays whole, however
// old: until then it can be looked at and undone, and is measured.
const pastStays = BodiesKept

// wavesAtOnce is the same of surveys, of each of which everybody was asked.
const wavesAtOnce = 50

// Work removes what was kept for long enough.
func (r *Remover) Work(ctx context.Context) error { return errors.Join(r.pages(ctx), r.results(ctx)) }

// results removes what surveys, reviews and early warnings came to.
func (r *Remover) results(ctx context.Context) error {
	before := r.Keep.ResultsBefore(r.Now())
	if before.IsZero() {
		return nil
	}
	var failed []error
	for kind, remove := range map[string]func(Store) (int, error){
		RemovedWaves:  func(tx Store) (int, error) { return tx.RemoveWaves(ctx, before, wavesAtOnce) },
		RemovedRounds: func(tx Store) (int, error) { return tx.RemoveRounds(ctx, roundOf(before)) },
		RemovedReviews: func(tx Store) (int, error) {
			return tx.RemoveReviews(ctx, MondayOf(schedule.DateOf(before)), removedAtOnce)
		},
		RemovedScores: func(tx Store) (int, error) {
			return tx.RemoveScores(ctx, MondayOf(schedule.DateOf(before)), removedAtOnce)
		},
		RemovedAsked: func(tx Store) (int, error) { return tx.RemoveWarnings(ctx, before, removedAtOnce) },
	} {
		failed = append(failed, repeat(ctx, func() (int, error) {
			return r.batch(ctx, func(tx Store) ([]Removal, error) {
				n, err := remove(tx)
				return []Removal{{Kind: kind, N: n, Older: before}}, err
			})
		}))
	}
	return errors.Join(failed...)
}

// pages removes pages, and what hangs from them.
func (r *Remover) pages(ctx context.Context) error {
	if r.Keep.Pages == 0 {
		return nil
	}
	before := r.Keep.PagesBefore(r.Now())
	teams, err := r.Store.OldTeams(ctx, before, r.Now().Add(-pastStays))
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

// team removes the pages of a team, once all that they did is measured, and what was
// measured of days.
func (r *Remover) team(ctx context.Context, team schedule.ID, before time.Time) error {
	if pending, err := r.Rollup.Settle(ctx, team); err != nil || pending {
		return err // the next time
	}
	if err := repeat(ctx, func() (int, error) { return r.some(ctx, team, before) }); err != nil {
		return err
	}
	return repeat(ctx, func() (int, error) { return r.days(ctx, team) })
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
func (r *Remover) days(ctx context.Context, team schedule.ID) (n int, err error) {
	state, err := r.Store.BurdenState(ctx, team)
	if err != nil || state.KeptFrom.IsZero() {
		return 0, err
	}
	return r.batch(ctx, func(tx Store) ([]Removal, error) {
		last := state.KeptFrom.AddDays(-1)
		n, err := tx.RemoveDays(ctx, team, last, removedAtOnce)
		return []Removal{{Kind: RemovedDays, N: n, Older: last.At(schedule.Midnight, time.UTC)}}, err
	})
}

// loose removes events that are about no page, and what was said of pages that are gone.
func (r *Remover) loose(ctx context.Context, before time.Time) error {
	return repeat(ctx, func() (int, error) {
		return r.batch(ctx, func(tx Store) ([]Removal, error) {
			events, said, err := tx.RemoveLoose(ctx, before, r.Now().Add(-pastStays), removedAtOnce)
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
	// What came too late to count was never in a week.
	if counted, err := tx.Counted(ctx, team, r.Keep.PagesBefore(m.now)); err != nil || !counted {
		return err == nil, err
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
