package schedule

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"sync"
	"time"
)

// How often a calendar is read again: as often as it asks, within these.
const (
	readEvery  = time.Hour
	readAtMost = 24 * time.Hour
	// readPause is between two readings that people ask for.
	readPause = 30 * time.Second
	// readers is how many calendars are read at once.
	readers = 4
	// claimLife is how long whoever reads a calendar keeps others from it. Who
	// takes longer has died.
	claimLife = 10 * time.Minute
	// fullEvery is after how long a calendar is read though it says that it has
	// not changed: its series go on.
	fullEvery = 7 * 24 * time.Hour
)

// nextReading says when a calendar is read again: later the more often it failed,
// and not at the same time as all the others.
func (s *Service) nextReading(i *Import) time.Time {
	if i.URL == "" || i.Kind == ImportShifts && i.Until.At(Noon, time.UTC).Add(24*time.Hour).Before(i.ReadAt) {
		return time.Time{} // nothing new can come
	}
	wait := min(max(i.Refresh, readEvery), readAtMost)
	if i.Kind == ImportHolidays {
		wait = readAtMost
	}
	for range min(i.Failures, 10) {
		wait = min(2*wait, readAtMost)
	}
	h := fnv.New32a()
	fmt.Fprintf(h, "%d %d", i.ID, s.Now().Unix())
	return s.Now().Add(wait + wait/10*time.Duration(h.Sum32()%1000)/1000)
}

// BringForwardImports makes due what is to be read later than any calendar is read again,
// because the clock of a replica was ahead, and says how many that were.
func (s *Service) BringForwardImports(ctx context.Context) (int, error) {
	now := s.Now()
	return s.Store.BringForwardImports(ctx, now, now.Add(2*readAtMost))
}

// ReadDue reads the calendars whose time has come, some at a time.
func (s *Service) ReadDue(ctx context.Context) error {
	due, err := s.Store.DueImports(ctx, s.Now(), 20)
	if err != nil {
		return err
	}
	// One server that does not answer keeps few others waiting.
	queue := make(chan ID)
	failed := make([]error, readers)
	var wait sync.WaitGroup
	for n := range readers {
		wait.Go(func() {
			for id := range queue {
				failed[n] = errors.Join(failed[n], s.readDue(ctx, id))
			}
		})
	}
	for _, id := range due {
		queue <- id
	}
	close(queue)
	wait.Wait()
	return errors.Join(failed...)
}

// readDue reads a calendar if nobody else has. What is wrong with it is kept with
// it.
func (s *Service) readDue(ctx context.Context, id ID) error {
	err := s.readImport(ctx, 0, id, func(i *Import) error {
		if i.NextAt.IsZero() || i.NextAt.After(s.Now()) {
			return fmt.Errorf("somebody else reads it: %w", ErrConflict)
		}
		return nil
	})
	var invalid *InvalidError
	if errors.As(err, &invalid) || errors.Is(err, ErrConflict) || errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// ReadImport fetches a calendar now and brings what it has. What keeps it from
// being read is remembered, and returned as an *InvalidError.
func (s *Service) ReadImport(ctx context.Context, by, id ID) error {
	return s.readImport(ctx, by, id, func(i *Import) error {
		if s.Now().Sub(i.TriedAt).Abs() < readPause {
			return fmt.Errorf("it was read a moment ago; wait half a minute: %w", ErrConflict)
		}
		return nil
	})
}

// readImport is ReadImport unless ready says why not.
func (s *Service) readImport(ctx context.Context, by, id ID, ready func(*Import) error) error {
	i, err := s.Store.Import(ctx, id)
	if err != nil {
		return err
	}
	if i.URL == "" || i.ConfirmedAt.IsZero() {
		return &InvalidError{"url", "only a link that was confirmed is read again"}
	}
	if err := ready(&i); err != nil {
		return err
	}
	// From here on others see that it is being read: it is not due, and it was
	// tried just now.
	claim := s.Now().Add(claimLife)
	if mine, err := s.Store.ClaimImport(ctx, &i, claim, s.Now()); err != nil {
		return err
	} else if !mine {
		return fmt.Errorf("the calendar is being read already: %w", ErrConflict)
	}
	i.NextAt = claim
	if s.Now().Sub(i.ReadAt).Abs() > fullEvery {
		i.ETag, i.Modified = "", ""
	}
	got, err := s.Calendars.Fetch(ctx, i.URL, i.ETag, i.Modified)
	if err == nil && !got.Unchanged {
		err = s.settle(ctx, by, &i, &got)
	}
	var invalid *InvalidError
	if err != nil && !errors.As(err, &invalid) {
		return err
	}
	if err == nil && !got.Unchanged {
		return nil
	}
	return errors.Join(err, s.Store.InTx(ctx, func(tx Store) error { return s.tried(ctx, tx, &i, invalid) }))
}

// claimed locks an import and returns it as it is, unless whoever claimed it took so
// long that somebody else has read it since: what they fetched may be older.
func claimed(ctx context.Context, tx Store, seen *Import) (Import, error) {
	if err := tx.LockImport(ctx, seen.ID); err != nil {
		return Import{}, err
	}
	i, err := tx.Import(ctx, seen.ID)
	if err == nil && !i.NextAt.Equal(seen.NextAt) {
		err = fmt.Errorf("somebody else has read the calendar meanwhile: %w", ErrConflict)
	}
	return i, err
}

// settle brings what was fetched.
func (s *Service) settle(ctx context.Context, by ID, seen *Import, got *Fetched) error {
	r, err := s.parse(ctx, seen, got.Body)
	if err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx Store) error {
		i, err := claimed(ctx, tx, seen)
		if err != nil {
			return err
		}
		p, err := s.bring(ctx, tx, &i, &r)
		if err != nil {
			return err
		}
		i.ETag, i.Modified, i.TriedAt = got.ETag, got.Modified, s.Now()
		i.NextAt = s.nextReading(&i)
		if err := tx.SaveImport(ctx, &i); err != nil || !p.Changed() {
			return err
		}
		return s.auditImport(ctx, tx, by, &i, "import.read", p.summary())
	})
}

// tried remembers a reading that brought nothing: it failed, or there was nothing
// new.
func (s *Service) tried(ctx context.Context, tx Store, seen *Import, invalid *InvalidError) error {
	i, err := claimed(ctx, tx, seen)
	if err != nil {
		return err
	}
	i.TriedAt = s.Now()
	if invalid == nil {
		i.Failures, i.Problem = 0, ""
	} else {
		i.Failures, i.Problem = i.Failures+1, invalid.Reason
	}
	i.NextAt = s.nextReading(&i)
	return tx.SaveImport(ctx, &i)
}
