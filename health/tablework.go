package health

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"watchbill/schedule"
)

// A TableWorker takes tables over, and takes back what they told, some pages at a
// time: each step and how far it got are one transaction. Any number may work at once,
// on several replicas; one that dies is followed by another where it stopped.
type TableWorker struct {
	Worker *Worker
	Reader TableReader
}

// How tables are taken over.
const (
	tableAtOnce = 50 // pages in a transaction, so that nobody waits for long
	tableClaim  = time.Minute
	tableTries  = 10
)

// errEnough ends reading a table when its claim is over.
var errEnough = errors.New("enough")

// Work deals with tables until none is due.
func (w *TableWorker) Work(ctx context.Context) error {
	for ctx.Err() == nil {
		now := w.Worker.Now()
		t, err := w.Worker.Store.ClaimTable(ctx, now, now.Add(tableClaim))
		if errors.Is(err, schedule.ErrNotFound) {
			return nil
		} else if err != nil {
			return err
		}
		deal := w.take
		if t.State == TableUndoing {
			deal = w.takeBack
		}
		err = deal(ctx, &t)
		switch {
		case errors.Is(err, schedule.ErrConflict): // somebody took it over, or undid it meanwhile
		case ctx.Err() != nil:
			return w.let(context.WithoutCancel(ctx), &t, 0)
		case err != nil:
			if err := w.stumble(ctx, &t, err); err != nil {
				return err
			}
		}
	}
	return nil
}

// let leaves a table to whoever comes next, once it is due.
func (w *TableWorker) let(ctx context.Context, t *Table, wait time.Duration) error {
	t.DueAt, t.ClaimedUntil = w.Worker.Now().Add(wait), time.Time{}
	if err := w.Worker.Store.SaveTable(ctx, t, t); err != nil && !errors.Is(err, schedule.ErrConflict) {
		return err
	}
	return nil
}

// stumble notes that a step failed: it is tried again later. After ten tries a table
// that was being taken over stays as far as it got; an undoing is never given up.
func (w *TableWorker) stumble(ctx context.Context, t *Table, why error) error {
	was := *t
	t.Error, t.Tries = "it could not be written down", t.Tries+1
	t.DueAt, t.ClaimedUntil = w.Worker.Now().Add(backOff(t.Tries)), time.Time{}
	if t.Tries >= tableTries && was.State == TableReading {
		t.State = TableFailed
	}
	err := w.Worker.Store.SaveTable(ctx, t, &was)
	if errors.Is(err, schedule.ErrConflict) {
		err = nil
	}
	return errors.Join(fmt.Errorf("table %d: %w", t.ID, why), err)
}

// take goes on taking a table over.
func (w *TableWorker) take(ctx context.Context, t *Table) error {
	file, err := tableFile(ctx, w.Worker.Store, t)
	if err != nil {
		return err
	}
	i, err := w.Worker.Store.Integration(ctx, t.Integration)
	if err != nil {
		return err
	}
	if t.KeptSince, err = keptSince(ctx, w.Worker.Store, t.Team); err != nil {
		return err
	}
	var rows []TableRow
	_, err = w.Reader.Rows(file, t, i.Vendor, t.CommittedAt, func(r *TableRow) error {
		if r.Number <= t.HowFar { // before it was interrupted
			return nil
		}
		if rows = append(rows, *r); len(rows) < tableAtOnce {
			return nil
		}
		some := rows
		rows = nil
		if err := w.some(ctx, t, some, false); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return errEnough
		}
		return nil
	})
	if err != nil {
		return err
	}
	return w.some(ctx, t, rows, true)
}

// some takes over some rows.
func (w *TableWorker) some(ctx context.Context, t *Table, rows []TableRow, last bool) error {
	next := *t
	err := w.Worker.Store.InTx(ctx, func(tx Store) error {
		next = *t
		keys, names, events := tellOf(t, rows)
		next.renew(w.Worker.Now())
		if last {
			next.State, next.ClaimedUntil = TableDone, time.Time{}
		}
		if len(rows) > 0 {
			known, err := tx.KnownPages(ctx, t.Integration, keys)
			if err != nil {
				return err
			}
			next.HowFar, next.Told, next.Fresh = rows[len(rows)-1].Number, next.Told+len(rows), next.Fresh+len(rows)-known
		}
		if err := tx.SaveTable(ctx, &next, t); err != nil || len(rows) == 0 {
			return err
		}
		// Before the rows are written: whoever undoes another table of the same pages
		// looks for them once it has the pages.
		if err := tx.LockPages(ctx, names); err != nil {
			return err
		}
		if err := tx.AddTableRows(ctx, t, rows); err != nil {
			return err
		}
		return w.Worker.tell(ctx, tx, map[schedule.ID]*Integration{}, map[schedule.ID][]Event{t.Integration: events})
	})
	if err == nil {
		*t = next
	}
	return err
}

// tellOf are the pages of some rows in the order in which they are locked, and what is
// told of them.
func tellOf(t *Table, rows []TableRow) (keys []string, names []PageName, events []Event) {
	for i := range rows {
		r := &rows[i]
		r.Table, r.Key = t.ID, plainKey(r.Key)
		keys = append(keys, r.Key)
		for k := range r.Events {
			r.Events[k].ReceivedAt = t.CommittedAt
			r.Events[k].plain()
		}
		events = append(events, r.Events...)
	}
	return keys, pageNames(t.Integration, keys), events
}

func pageNames(integration schedule.ID, keys []string) []PageName {
	names := make([]PageName, 0, len(keys))
	for _, key := range slices.Sorted(slices.Values(keys)) {
		names = append(names, PageName{integration, key})
	}
	return names
}

// renew notes that a step went well.
func (t *Table) renew(now time.Time) {
	t.Tries, t.Error, t.DueAt, t.ClaimedUntil = 0, "", now, now.Add(tableClaim)
}

// takeBack goes on undoing a table.
func (w *TableWorker) takeBack(ctx context.Context, t *Table) error {
	for t.State == TableUndoing && ctx.Err() == nil {
		next := *t
		err := w.Worker.Store.InTx(ctx, func(tx Store) error {
			next = *t
			keys, err := tx.TableKeys(ctx, t.ID, tableAtOnce)
			if err != nil {
				return err
			}
			next.renew(w.Worker.Now())
			next.HowFar += len(keys)
			if len(keys) == 0 {
				next.State, next.ClaimedUntil = TableUndone, time.Time{}
			}
			if err := tx.SaveTable(ctx, &next, t); err != nil || len(keys) == 0 {
				return err
			}
			return w.without(ctx, tx, t, keys)
		})
		if err != nil {
			return err
		}
		*t = next
	}
	return ctx.Err()
}

// without folds pages again as if a table had never told of them: what other tables
// tell takes the place of what it told.
func (w *TableWorker) without(ctx context.Context, tx Store, t *Table, keys []string) error {
	names := pageNames(t.Integration, keys)
	if err := tx.LockPages(ctx, names); err != nil {
		return err
	}
	if err := tx.RemoveTableRows(ctx, t.ID, keys); err != nil {
		return err
	}
	left, err := tx.TableRows(ctx, t.Integration, keys)
	if err != nil {
		return err
	}
	var gone []string
	for _, name := range names {
		events, err := tx.Events(ctx, name)
		if err != nil {
			return err
		}
		for i := range events {
			if events[i].Source == SourceFile {
				gone = append(gone, events[i].Key)
			}
		}
	}
	if err := tx.RemoveEvents(ctx, t.Integration, gone); err != nil {
		return err
	}
	for i := range left { // the first of them is believed
		if err := tx.AddEvents(ctx, t.Integration, left[i].Events); err != nil {
			return err
		}
	}
	return w.Worker.fold(ctx, tx, map[schedule.ID]*Integration{}, names)
}
