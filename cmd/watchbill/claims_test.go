package main

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// Whoever claims what somebody stalls with sees what they have done up to the last moment.
func TestClaimsSeeWhatWasDone(t *testing.T) { onBoth(t, claimsSeeWhatWasDone) }

func claimsSeeWhatWasDone(t *testing.T, address string) {
	d := deploy(t, address)
	d.now = time.Now().UTC().Truncate(time.Second)
	puller, _ := d.hooked("opsgenie")
	filed, _ := d.hooked("generic")
	d.ok(d.health.SetPullKey(t.Context(), 0, puller.ID, "good", "us"))
	_, err := d.health.AskPull(t.Context(), 0, puller.ID, d.now.AddDate(0, 0, -25), d.now, false)
	d.ok(err)
	table, err := d.health.AddTable(t.Context(), 0, filed.ID, "past.csv", []byte("id,title,created at\nQ1,Slow,2026-11-01T08:00:00Z\n"))
	d.ok(err)
	d.ok(d.health.CommitTable(t.Context(), 0, filed.Team, table.ID))

	s, later := d.health.Store, d.now.Add(time.Hour)
	claimed, err := s.ClaimTable(t.Context(), d.now, d.now.Add(time.Minute))
	d.ok(err)
	pull, err := s.ClaimPull(t.Context(), d.now, d.now.Add(time.Minute))
	d.ok(err)
	// Both claims are over, and both go on nevertheless, while others come for them.
	found := make(chan error, 2)
	d.ok(s.InTx(t.Context(), func(tx health.Store) error {
		next := claimed
		next.Told, next.HowFar, next.ClaimedUntil = 1, 2, later.Add(time.Minute)
		pull.ClaimedUntil = later.Add(time.Minute)
		if err := errors.Join(tx.SaveTable(t.Context(), &next, &claimed), tx.SavePull(t.Context(), &pull)); err != nil {
			return err
		}
		go func() {
			got, err := s.ClaimTable(t.Context(), later, later.Add(time.Minute))
			found <- fmt.Errorf("%+v: %w", got, err)
		}()
		go func() {
			got, err := s.ClaimPull(t.Context(), later, later.Add(time.Minute))
			found <- fmt.Errorf("%+v: %w", got, err)
		}()
		time.Sleep(200 * time.Millisecond) // so that they wait
		return nil
	}))
	for range 2 {
		if err := <-found; !errors.Is(err, schedule.ErrNotFound) {
			t.Errorf("claimed what is still worked on: %v", err)
		}
	}
}
