package health

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"watchbill/schedule"
)

// The states of a pull.
const (
	PullWaits     = "waits" // its turn, or the rest of it
	PullDone      = "done"
	PullFailed    = "failed"
	PullCancelled = "cancelled"
)

// A Pull is a stretch of the past that is fetched from a vendor's API.
type Pull struct {
	ID          schedule.ID
	Integration schedule.ID
	From, Until time.Time // of pages made in [From, Until)
	Nightly     bool      // it looks for gaps, and nobody asked for it
	AskedAt     time.Time
	AskedBy     schedule.ID
	State       string
	HowFar      string // of the vendor's reader; empty at the beginning
	Requests    int
	Pages       int    // that the vendor told of
	Fresh       int    // of which nothing had been told before
	Rate        string // what the vendor last said of its limits
	Tries       int    // that failed since the last that did not
	DueAt       time.Time
	// Claim is the number of whoever fetches it, until ClaimedUntil; see ADR 18.
	Claim        int
	ClaimedUntil time.Time
	Error        string
	DoneAt       time.Time
}

// A PullKey opens a vendor's API for an integration.
type PullKey struct {
	Integration schedule.ID
	Key, Region string
}

// A Region is where a vendor keeps an account.
type Region struct{ ID, Label, Address string }

// Regions are those of a vendor whose past can be fetched; none of any other.
func Regions(vendor string) []Region {
	switch vendor {
	case "pagerduty":
		return []Region{{"us", "United States", "https://api.pagerduty.com"}, {"eu", "Europe", "https://api.eu.pagerduty.com"}}
	case "opsgenie":
		return []Region{{"us", "United States", "https://api.opsgenie.com"}, {"eu", "Europe", "https://api.eu.opsgenie.com"}}
	}
	return nil
}

// A PullStore keeps what is fetched from vendors' APIs.
type PullStore interface {
	PullKey(ctx context.Context, integration schedule.ID) (PullKey, error)
	// PullKeys returns those of integrations that are on and of which nothing was asked
	// for by night between two moments.
	PullKeys(ctx context.Context, after, before time.Time) ([]PullKey, error)
	SavePullKey(ctx context.Context, k *PullKey) error
	RemovePullKey(ctx context.Context, integration schedule.ID) error

	Pulls(ctx context.Context, integration schedule.ID) ([]Pull, error) // by when they begin
	AddPull(ctx context.Context, p *Pull) error
	// ClaimPull gives one that is due to whoever asks, and of one integration one at a
	// time. It is schedule.ErrNotFound when there is none.
	ClaimPull(ctx context.Context, now, until time.Time) (Pull, error)
	// SavePull writes how far a pull is. It is schedule.ErrConflict when somebody else
	// has claimed it since, or it was cancelled.
	SavePull(ctx context.Context, p *Pull) error
	CancelPulls(ctx context.Context, integration schedule.ID, at time.Time) (int, error)
	// AddPulled adds deliveries that were fetched; one that is there already stays.
	AddPulled(ctx context.Context, all []Delivery) error
	// KnownPages says how many of some keys something was told of.
	KnownPages(ctx context.Context, integration schedule.ID, keys []string) (int, error)
}

// Bounds of what is fetched.
const (
	pullWindow   = 30 * 24 * time.Hour
	pullLongest  = 10 * 366 * 24 * time.Hour
	nightlySpan  = 48 * time.Hour
	nightlyEvery = 24 * time.Hour
)

// SetPullKey makes the past of an integration fetchable with a key of the vendor's API.
func (s *Service) SetPullKey(ctx context.Context, by, id schedule.ID, key, region string) error {
	return s.edit(ctx, by, id, "pull.key", func(tx Store, i *Integration) error {
		key = strings.TrimSpace(key)
		regions := Regions(i.Vendor)
		switch {
		case len(regions) == 0:
			return &schedule.InvalidError{Field: "key", Reason: "the past can be fetched from PagerDuty and Opsgenie"}
		case key == "" || len(key) > maxSecretBytes || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }):
			return &schedule.InvalidError{Field: "key", Reason: "paste a key of the API as it is shown there: letters and digits without a blank"}
		case !slices.ContainsFunc(regions, func(r Region) bool { return r.ID == region }):
			return &schedule.InvalidError{Field: "region", Reason: "choose where the account is"}
		}
		return tx.SavePullKey(ctx, &PullKey{id, key, region})
	})
}

// EndPullKey forgets the key, and cancels what waits for it.
func (s *Service) EndPullKey(ctx context.Context, by, id schedule.ID) error {
	return s.edit(ctx, by, id, "pull.keyless", func(tx Store, _ *Integration) error {
		if _, err := tx.CancelPulls(ctx, id, s.Now()); err != nil {
			return err
		}
		return tx.RemovePullKey(ctx, id)
	})
}

// AskPull has the past fetched, of pages made in [from, until), and says in how many
// windows. What was fetched or waits already is left out unless it is wanted again.
func (s *Service) AskPull(ctx context.Context, by, id schedule.ID, from, until time.Time, again bool) (n int, err error) {
	now := s.Now()
	if until.After(now) {
		until = now
	}
	switch {
	case from.IsZero():
		return 0, &schedule.InvalidError{Field: "from", Reason: "say from which day on"}
	case !from.Before(until):
		return 0, &schedule.InvalidError{Field: "until", Reason: "it should end after it begins, and begin in the past"}
	case until.Sub(from) > pullLongest:
		return 0, &schedule.InvalidError{Field: "from", Reason: "ten years at once are enough"}
	}
	err = s.edit(ctx, by, id, "pull.ask", func(tx Store, i *Integration) error {
		if err := s.notBefore(ctx, tx, i, from); err != nil {
			return err
		}
		if _, err := tx.PullKey(ctx, id); err != nil {
			return fmt.Errorf("there is no key of its API yet: %w", schedule.ErrConflict)
		}
		if !i.OffAt.IsZero() {
			return fmt.Errorf("it is turned off and takes nothing: %w", schedule.ErrConflict)
		}
		have, err := tx.Pulls(ctx, id)
		if err != nil {
			return err
		}
		windows := missing(have, from, until, again)
		n = len(windows)
		for _, w := range windows {
			w.Integration, w.AskedAt, w.AskedBy, w.State, w.DueAt = id, now, by, PullWaits, now
			if err := tx.AddPull(ctx, &w); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// notBefore refuses to fetch what would not be kept.
func (s *Service) notBefore(ctx context.Context, tx Store, i *Integration, from time.Time) error {
	since, err := keptSince(ctx, tx, i.Team)
	if err == nil && from.Before(since) {
		err = &schedule.InvalidError{Field: "from", Reason: fmt.Sprintf("pages are not kept for so long; ask for those from %s on", firstDay(since, i.Zone))}
	}
	return err
}

// missing are the windows of a stretch that are neither fetched nor waiting, none
// longer than vendors allow. Wanted again are those that were fetched.
func missing(have []Pull, from, until time.Time, again bool) []Pull {
	var out []Pull
	add := func(until time.Time) {
		for from.Before(until) {
			end := from.Add(pullWindow)
			if end.After(until) {
				end = until
			}
			out = append(out, Pull{From: from, Until: end})
			from = end
		}
	}
	for i := range have { // by when they begin
		p := &have[i]
		known := p.State == PullWaits || p.State == PullDone && !again
		if p.Nightly || !known || !p.Until.After(from) || !p.From.Before(until) {
			continue
		}
		add(p.From)
		from = p.Until
	}
	add(until)
	return out
}

// CancelPulls cancels what has not been fetched yet; what has stays.
func (s *Service) CancelPulls(ctx context.Context, by, id schedule.ID) error {
	return s.edit(ctx, by, id, "pull.cancel", func(tx Store, _ *Integration) error {
		_, err := tx.CancelPulls(ctx, id, s.Now())
		return err
	})
}

// LookForGaps has the last two days fetched once a day of every integration that can
// be asked, for what no hook has told.
func (s *Service) LookForGaps(ctx context.Context) error {
	now := s.Now()
	keys, err := s.Store.PullKeys(ctx, now.Add(-nightlyEvery), now.Add(nightlyEvery))
	if err != nil {
		return err
	}
	for _, k := range keys {
		err := s.Store.InTx(ctx, func(tx Store) error {
			if err := tx.LockIntegration(ctx, k.Integration); err != nil {
				return err
			}
			have, err := tx.Pulls(ctx, k.Integration)
			if err != nil || slices.ContainsFunc(have, func(p Pull) bool { return p.Nightly && now.Sub(p.AskedAt).Abs() < nightlyEvery }) {
				return err
			}
			return tx.AddPull(ctx, &Pull{Integration: k.Integration, From: now.Add(-nightlySpan), Until: now, Nightly: true, AskedAt: now, State: PullWaits, DueAt: now})
		})
		if err != nil {
			return fmt.Errorf("integration %d: %w", k.Integration, err)
		}
	}
	return nil
}
