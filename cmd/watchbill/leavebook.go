package main

import (
	"context"
	"errors"
	"slices"

	"watchbill/health"
	"watchbill/health/healthdb"
	"watchbill/schedule"
	"watchbill/schedule/scheduledb"
)

// leaveBook keeps the absences that time owed is taken as, in the transaction of the
// ledger: either both are there or none.
type leaveBook struct{ schedule *schedule.Service }

var _ health.LeaveBook = leaveBook{}

// within returns the service that reads and writes in a transaction of the ledger's.
func (b leaveBook) within(tx health.Store) *schedule.Service {
	in := *b.schedule
	if store, ok := tx.(*healthdb.Store); ok {
		in.Store = scheduledb.New(store.Handle(), store.Handle())
	}
	return &in
}

// Add implements health.LeaveBook.
func (b leaveBook) Add(ctx context.Context, tx health.Store, by schedule.ID, l schedule.Leave) (schedule.ID, int, error) {
	in := b.within(tx)
	clashes, err := in.AddLeave(ctx, by, l)
	if err != nil {
		return 0, 0, err
	}
	leaves, err := in.Store.Leaves(ctx, []schedule.ID{l.Person})
	if err != nil {
		return 0, 0, err
	}
	at := slices.IndexFunc(leaves, func(x schedule.Leave) bool {
		return x.First == l.First && x.Last == l.Last && x.WishCost == 0 && x.Import == 0
	})
	if at < 0 {
		return 0, 0, schedule.ErrConflict
	}
	return leaves[at].ID, len(clashes), nil
}

// Remove implements health.LeaveBook.
func (b leaveBook) Remove(ctx context.Context, tx health.Store, by schedule.ID, l schedule.Leave) error {
	in := b.within(tx)
	leaves, err := in.Store.Leaves(ctx, []schedule.ID{l.Person})
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(leaves, func(x schedule.Leave) bool { return x.ID == l.ID && x.First == l.First && x.Last == l.Last }) {
		return nil // they have removed it themselves
	}
	if err := in.RemoveLeave(ctx, by, l.Person, l.ID); !errors.Is(err, schedule.ErrNotFound) {
		return err
	}
	return nil // somebody else has at this moment; the ledger says whether they called it off
}
