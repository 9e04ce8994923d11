package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"watchbill/health"

	"gorm.io/gorm/logger"
)

// A listener notes the statements that a database is asked for.
type listener struct {
	logger.Interface
	mu         sync.Mutex
	statements []string
}

// Trace implements logger.Interface.
func (a *listener) Trace(_ context.Context, _ time.Time, statement func() (string, int64), _ error) {
	query, _ := statement()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.statements = append(a.statements, query)
}

// take returns what was noted, and begins anew.
func (a *listener) take() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	is := a.statements
	a.statements = nil
	return is
}

// With a thousand teams and nothing to do, a job asks as little as with one.
func TestJobsAtRest(t *testing.T) {
	const teams, most = 1000, 12 // what is removed is of a dozen kinds
	quiet := func(t *testing.T, address string) {
		d := deploy(t, address)
		d.setUp()
		d.crowd(teams)
		d.news.Carriers = byMail(&mailbox{})
		d.keep(health.UsualKeeping)
		log := &listener{Interface: logger.Discard}
		work := d.jobs()
		work.guard.database = func(ctx context.Context) (time.Time, error) { // it is asked, but the clock of a test stands still
			at, err := d.db.Clock(ctx)
			if !at.IsZero() {
				at = d.now
			}
			return at, err
		}
		for name, job := range work.all() {
			if name != "pulls" { // nobody fetches from a vendor here
				d.ok(job.run(t.Context()))
			}
		}
		d.ok(d.db.Write.Exec("UPDATE pull SET state = 'done', done_at = asked_at").Error)
		d.db.Write.Logger, d.db.Read.Logger = log, log
		all := work.all()
		for name, job := range all {
			d.ok(job.run(t.Context()))
			log.take()
			began := time.Now()
			d.ok(job.run(t.Context()))
			took := time.Since(began)
			statements := log.take()
			t.Logf("%-9s every %-4v %4d statements, %v", name, job.every, len(statements), took.Round(time.Millisecond/10))
			if len(statements) > most {
				t.Errorf("%s asks %d times, want %d at the most:\n%s", name, len(statements), most, strings.Join(slices.Compact(statements[:most]), "\n"))
			}
		}
	}
	onBoth(t, quiet)
}

// crowd adds teams that have what teams have: a plan that goes on for long, drafts that
// became of something, requests that were answered, a pager that is asked at night.
func (d *deployment) crowd(teams int) {
	numbers := fmt.Sprintf("WITH RECURSIVE n (i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < %d) ", 99+teams)
	day := d.now.AddDate(1, 0, 0).Format(time.DateOnly)
	for _, insert := range []string{
		"team (id, name, zone, horizon_weeks, created_at) " + numbers + "SELECT i, 'Team ' || i, 'Europe/Berlin', 8, 0 FROM n",
		"draft (team_id, state, from_day, until_day, based_on, created_at) " + numbers + "SELECT i, 'published', '2026-11-30', '" + day + "', 0, 0 FROM n",
		"draft (team_id, state, from_day, until_day, based_on, created_at) " + numbers + "SELECT i, 'discarded', '2026-11-30', '" + day + "', 0, 0 FROM n",
		"plan (team_id, number, document, from_day, until_day, published_at) " + numbers + "SELECT i, 1, '{}', '2026-11-30', '" + day + "', 0 FROM n",
		"request (team_id, slot, rotation, person_id, start_at, end_at, state, expires_at, created_by, created_at) " + numbers + "SELECT i, 's', 'r', 1, 0, 1, 'expired', 1, 1, 0 FROM n",
		"integration (id, vendor, team_id, name, token_hash, zone, created_at) " + numbers + "SELECT i, 'pagerduty', i, 'Pager', 'hash ' || i, 'UTC', 0 FROM n",
		"pull_key (integration_id, api_key, region) " + numbers + "SELECT i, 'key', 'eu' FROM n",
	} {
		d.ok(d.db.Write.Exec("INSERT INTO " + insert).Error)
	}
}
