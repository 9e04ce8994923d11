package health

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"watchbill/schedule"
)

// A PullStep is what one request to a vendor's API brought.
type PullStep struct {
	Deliveries []Delivery // of its answer, with keys that are the same when it is asked again
	Keys       []string   // of pages that it told of
	HowFar     string
	Done       bool      // the window is over
	Until      time.Time // where the window ends now, because it held too much; zero: as before
	Rate       string
}

// A PullError says why a request brought nothing.
type PullError struct {
	Reason string
	Wait   time.Duration // until the vendor may be asked again, as it says; zero: it does not
	Lasts  bool          // asking again would not help
}

// Error returns the reason.
func (e *PullError) Error() string { return e.Reason }

// A Puller fetches the past from vendors' APIs. Any number may work at once, on
// several replicas: a window is fetched by whoever claims it, and of one integration one
// at a time.
type Puller struct {
	Store Store
	Now   func() time.Time // to the microsecond
	// Step makes the next request of a pull, and changes nothing here.
	Step func(ctx context.Context, i *Integration, k *PullKey, p *Pull) (PullStep, error)
	// Wake is called after something was fetched; it must not wait.
	Wake func()
	// Pause waits until the next request may be made, or the context ends.
	Pause func(ctx context.Context)
}

// How windows are fetched.
const (
	pullAtOnce  = 4 // windows of different integrations
	pullClaim   = time.Minute
	pullTries   = 10
	pullBacklog = 2000 // deliveries that wait to be read, above which nothing more is fetched
)

// Work fetches until nothing is due.
func (p *Puller) Work(ctx context.Context) error {
	var wg sync.WaitGroup
	failed := make([]error, pullAtOnce)
	for k := range failed {
		wg.Go(func() {
			for failed[k] == nil && ctx.Err() == nil {
				now := p.Now()
				pull, err := p.Store.ClaimPull(ctx, now, now.Add(pullClaim))
				if errors.Is(err, schedule.ErrNotFound) {
					return
				}
				if err == nil {
					err = p.fetch(ctx, &pull)
				}
				failed[k] = err
			}
		})
	}
	wg.Wait()
	return errors.Join(failed...)
}

// fetch goes on with a window until it is over or has to wait.
func (p *Puller) fetch(ctx context.Context, pull *Pull) error {
	door, err := p.Store.Integration(ctx, pull.Integration)
	if err != nil {
		return err
	}
	key, err := p.Store.PullKey(ctx, pull.Integration)
	if err != nil {
		return err
	}
	for pull.State == PullWaits {
		waiting, err := p.Store.Undone(ctx, pullBacklog)
		if err != nil {
			return err
		}
		if waiting >= pullBacklog {
			return p.later(ctx, pull, time.Second)
		}
		step, err := p.Step(ctx, &door, &key, pull)
		if ctx.Err() != nil { // the service ends: somebody else goes on at once
			return p.later(context.WithoutCancel(ctx), pull, 0)
		}
		pull.Requests++
		if err != nil {
			return p.stumble(ctx, pull, err)
		}
		err = p.keep(ctx, pull, &step)
		if errors.Is(err, schedule.ErrConflict) {
			return nil // it was cancelled, or somebody else took it over
		} else if err != nil {
			return err
		}
		p.Wake()
		p.Pause(ctx)
	}
	return nil
}

// later lets a pull go until it is due.
func (p *Puller) later(ctx context.Context, pull *Pull, wait time.Duration) error {
	pull.DueAt, pull.ClaimedUntil = p.Now().Add(wait), time.Time{}
	if err := p.Store.SavePull(ctx, pull); err != nil && !errors.Is(err, schedule.ErrConflict) {
		return err
	}
	return nil
}

// stumble notes that a request brought nothing: it is made again later, unless that
// would not help.
func (p *Puller) stumble(ctx context.Context, pull *Pull, err error) error {
	var why *PullError
	if !errors.As(err, &why) {
		return errors.Join(err, p.later(ctx, pull, time.Minute))
	}
	pull.Error = why.Reason
	if why.Wait > 0 {
		return p.later(ctx, pull, min(max(why.Wait, time.Second), time.Hour))
	}
	if pull.Tries++; why.Lasts || pull.Tries >= pullTries {
		pull.State, pull.DoneAt = PullFailed, p.Now()
	}
	return p.later(ctx, pull, backOff(pull.Tries))
}

// keep writes what a request brought, and how far that is, in one transaction.
func (p *Puller) keep(ctx context.Context, pull *Pull, step *PullStep) error {
	next := *pull
	err := p.Store.InTx(ctx, func(tx Store) error {
		next = *pull
		now := p.Now()
		known, err := tx.KnownPages(ctx, pull.Integration, step.Keys)
		if err != nil {
			return err
		}
		next.HowFar, next.Rate, next.Tries, next.Error = step.HowFar, step.Rate, 0, ""
		next.Pages, next.Fresh = next.Pages+len(step.Keys), next.Fresh+len(step.Keys)-known
		next.DueAt, next.ClaimedUntil = now, now.Add(pullClaim)
		if step.Done {
			next.State, next.DoneAt, next.HowFar, next.ClaimedUntil = PullDone, now, "", time.Time{}
		}
		if !step.Until.IsZero() {
			rest := Pull{Integration: pull.Integration, From: step.Until, Until: pull.Until, Nightly: pull.Nightly, AskedAt: pull.AskedAt, AskedBy: pull.AskedBy, State: PullWaits, DueAt: now}
			next.Until = step.Until
			if err := tx.AddPull(ctx, &rest); err != nil {
				return err
			}
		}
		if err := tx.SavePull(ctx, &next); err != nil {
			return err
		}
		for i := range step.Deliveries {
			d := &step.Deliveries[i]
			d.Integration, d.ReceivedAt, d.NextAt, d.State = pull.Integration, now, now, DeliveryNew
		}
		return tx.AddPulled(ctx, step.Deliveries)
	})
	if err != nil {
		return fmt.Errorf("pull %d: %w", pull.ID, err)
	}
	*pull = next
	return nil
}
