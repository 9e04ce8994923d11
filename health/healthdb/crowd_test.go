package healthdb_test

import (
	"os"
	"strconv"
	"testing"

	"watchbill/health"
	"watchbill/health/healthdb"
	"watchbill/health/healthdb/healthdbtest"
	"watchbill/migrations"
	"watchbill/schedule"
)

// A crowd is a database with many teams of eight.
type crowd struct {
	healthdbtest.Crowd
}

// crowdSize is how many pages WATCHBILL_BENCH_PAGES asks for, ten million for the
// figures of docs/burden.md.
func crowdSize(tb testing.TB) int {
	tb.Helper()
	text := os.Getenv("WATCHBILL_BENCH_PAGES")
	if text == "" {
		return 200_000
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

// crowded makes a crowd of so many pages.
func crowded(tb testing.TB, db *migrations.DB, pages int) *crowd {
	tb.Helper()
	c := &crowd{healthdbtest.Crowd{DB: db, TB: tb, Teams: max(1, pages/healthdbtest.Pages), Crew: 8, From: monday}}
	c.Run("INSERT INTO team (id, name, zone, horizon_weeks, created_at) " + healthdbtest.Numbers(c.Teams) + "SELECT i + 1, 'Team ' || i, 'Europe/Berlin', 8, 0 FROM n")
	c.Run("INSERT INTO person (id, name, zone, created_at) " + healthdbtest.Numbers(c.Teams*c.Crew) + "SELECT i + 1, 'Person ' || i, 'Europe/Berlin', 0 FROM n")
	c.Connect()
	c.Fill()
	rollup := c.rollup()
	for n := 1; n > 0; {
		var err error
		if n, err = rollup.Team(tb.Context(), 1); err != nil {
			tb.Fatal(err)
		}
	}
	c.Copy()
	c.Counted()
	return c
}

func (c *crowd) store() *healthdb.Store { return healthdb.New(c.DB.Write, c.DB.Read) }

func (c *crowd) rollup() *health.Rollup {
	return &health.Rollup{
		Store: c.store(), Schedules: weekly([]schedule.ID{1, 2, 3, 4, 5, 6, 7, 8}, healthdbtest.Weeks), Config: health.DefaultConfig(), Now: c.Until,
	}
}
