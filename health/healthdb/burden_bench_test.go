package healthdb_test

import (
	"context"
	"fmt"
	"syscall"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/health/healthdb/healthdbtest"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// The report of a team, that of all teams, and one late page that is counted again.
func BenchmarkBurden(b *testing.B) {
	for _, kind := range []struct {
		name    string
		address func(testing.TB) string
	}{{"sqlite", migrationstest.SQLite}, {"postgres", migrationstest.Postgres}} {
		b.Run(kind.name, func(b *testing.B) {
			benchmarkBurden(b, crowded(b, migrationstest.Migrated(b, kind.address(b)), crowdSize(b)))
		})
	}
}

func benchmarkBurden(b *testing.B, c *crowd) {
	rollup := c.rollup()
	until := health.MondayOf(schedule.DateOf(rollup.Now()))
	b.Run("team13weeks", func(b *testing.B) {
		before := used(b)
		for i := range b.N {
			got, err := rollup.Burden(b.Context(), schedule.ID(1+i%c.Teams), health.ReportPeriod{From: until.AddDays(-7 * 13), Weeks: 13}, health.Sight{})
			if err != nil || !got.Told() || len(got.Weeks) != 13 || got.Wake.Count == 0 {
				b.Fatal(err, got)
			}
		}
		processor(b, used(b)-before)
	})
	for {
		if n, err := rollup.AddUp(b.Context()); err != nil || n == 0 {
			break
		}
	}
	b.Run("organisation52weeks", func(b *testing.B) {
		before := used(b)
		for range b.N {
			if _, err := rollup.Compare(b.Context(), health.ReportPeriod{From: until.AddDays(-7 * 52), Weeks: 52}, health.MeasureWakeups); err != nil {
				b.Fatal(err)
			}
		}
		processor(b, used(b)-before)
	})
	b.Run("latepage", func(b *testing.B) { latePages(b, c, rollup) })
}

// latePages adds pages of long ago and counts them again; what adding them costs is not
// measured here.
func latePages(b *testing.B, c *crowd, rollup *health.Rollup) {
	ctx, store := context.Background(), c.store()
	var took time.Duration
	for i := range b.N {
		b.StopTimer()
		team := i % c.Teams
		at := monday.Add(time.Duration((i*977)%(healthdbtest.Weeks*7*24)) * time.Hour)
		p := health.PageRecord{Integration: schedule.ID(team + 1), Team: schedule.ID(team + 1), Page: health.Page{
			Key: fmt.Sprint("late ", b.N, i), OpenedBy: "e", State: health.StateResolved, Urgency: health.UrgencyHigh, Service: "late", TriggeredAt: at, ResolvedAt: at.Add(time.Minute), LastEventAt: at, CountsAsPage: true,
		}}
		p.People = []health.Attendance{{Person: schedule.ID(team*c.Crew + 1 + i%c.Crew), NotifiedAt: at, Notices: []health.Notice{{At: at}}}}
		if err := store.InTx(ctx, func(tx health.Store) error { return tx.SavePage(ctx, &p) }); err != nil {
			b.Fatal(err)
		}
		b.StartTimer() // which stops the world once more
		before := used(b)
		if n, err := rollup.Work(ctx); err != nil || n == 0 {
			b.Fatal(n, err)
		}
		took += used(b) - before
	}
	processor(b, took)
}

// used is how much of the processors this program has had.
func used(b *testing.B) time.Duration {
	b.Helper()
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		b.Fatal(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// processor reports what was used of them, which says more than the time that passed
// while others are at work. A server's part is not in it.
func processor(b *testing.B, took time.Duration) {
	b.Helper()
	b.ReportMetric(float64(took)/float64(time.Millisecond)/float64(b.N), "cpu-ms/op")
}
