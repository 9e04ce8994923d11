package healthdb_test

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/health/healthdb"
	"watchbill/migrations"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// A crowd is many teams of eight with two years of pages: ten thousand each, about a
// hundred a week. One of them is measured, and the others are copies of it, because
// measuring them all would take longer than anybody waits.
const (
	crowdPages = 10_000
	crowdWeeks = 104
	crowdCrew  = 8
)

// crowded makes a crowd of so many pages; WATCHBILL_BENCH_PAGES says how many, ten
// million for the figures of docs/burden.md.
func crowded(b *testing.B, address string) (*healthdb.Store, *health.Rollup, int) {
	b.Helper()
	pages := 200_000
	if text := os.Getenv("WATCHBILL_BENCH_PAGES"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			b.Fatal(err)
		}
		pages = n
	}
	db := migrationstest.Migrated(b, address)
	run := func(query string, args ...any) {
		b.Helper()
		if err := db.Write.Exec(query, args...).Error; err != nil {
			b.Fatal(err)
		}
	}
	teams := max(1, pages/crowdPages)
	numbers := func(most int) string {
		return fmt.Sprintf("WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d) ", most-1)
	}
	run("INSERT INTO team (id, name, zone, horizon_weeks, created_at) " + numbers(teams) + "SELECT i + 1, 'Team ' || i, 'Europe/Berlin', 8, 0 FROM n")
	run("INSERT INTO person (id, name, zone, created_at) " + numbers(teams*crowdCrew) + "SELECT i + 1, 'Person ' || i, 'Europe/Berlin', 0 FROM n")
	run("INSERT INTO integration (id, team_id, vendor, name, token_hash, zone, created_at) " + numbers(teams) + "SELECT i + 1, i + 1, 'generic', 'Pager', 'hash ' || i, 'UTC', 0 FROM n")
	fill(b, db, run, numbers, teams)
	store := healthdb.New(db.Write, db.Read)
	r := weekly([]schedule.ID{1, 2, 3, 4, 5, 6, 7, 8}, crowdWeeks)
	now := monday.AddDate(0, 0, 7*crowdWeeks)
	rollup := &health.Rollup{Store: store, Schedules: r, Config: health.DefaultConfig(), Now: func() time.Time { return now }}
	for n := 1; n > 0; {
		var err error
		if n, err = rollup.Team(b.Context(), 1); err != nil {
			b.Fatal(err)
		}
	}
	copyTeam(run)
	return store, rollup, teams
}

// fill adds pages, each of one minute's notice and a quarter of an hour's work.
func fill(b *testing.B, db *migrations.DB, run func(string, ...any), numbers func(int) string, teams int) {
	b.Helper()
	step := int64(crowdWeeks) * 7 * 24 * 3600 * 1_000_000 / crowdPages
	week := int64(7 * 24 * 3600 * 1_000_000)
	for team := range teams {
		// Spread over day and night, and a little otherwise in every team.
		at := fmt.Sprintf("(%d + i * %d + (i * 7919 + %d) %% 1800 * 1000000)", monday.UnixMicro(), step, team)
		first := team * crowdPages
		run(fmt.Sprintf(`INSERT INTO page (id, integration_id, team_id, page_key, number, opened_by, state, urgency, service, triggered_at, first_ack_at, resolved_at, last_event_at, counts, uncovered, severity, title, folded)
			%s SELECT %d + i, %d, %d, 'p' || i, 0, 'e' || i, 'resolved', 'high', 'service ' || (i %% 12), %[5]s, %[5]s + 60000000, %[5]s + 960000000, %[5]s, TRUE, FALSE, 'SEV2', 'alert ' || (i %% 30), '{}' FROM n`,
			numbers(crowdPages), first+1, team+1, team+1, at))
		who := fmt.Sprintf("%d + (triggered_at - %d) / %d %% %d", team*crowdCrew+1, monday.UnixMicro(), week, crowdCrew)
		mine := fmt.Sprintf("FROM page WHERE id > %d AND id <= %d", first, first+crowdPages)
		run("INSERT INTO page_responder (page_id, team_id, person_id, notified_at, basis, acked_at, resolved_at, responding, interruptions) SELECT id, team_id, " + who + ", triggered_at, 'vendor', first_ack_at, resolved_at, 900000000, 1 " + mine)
		run("INSERT INTO notice (page_id, team_id, person_id, at, rings) SELECT id, team_id, " + who + ", triggered_at, TRUE " + mine)
	}
	if db.Write.Name() == "postgres" {
		run("SELECT setval(pg_get_serial_sequence('page', 'id'), (SELECT MAX(id) FROM page))")
		run("ANALYZE")
	}
}

// copyTeam gives every other team what was measured of the first.
func copyTeam(run func(string, ...any)) {
	for table, columns := range map[string]string{
		"burden_state": "since_day, version, until_at, config", "burden_team_week": "config, week, level1, on_call, engaged, interruptions, wakeups, off_hours, nights, incidents, quiet, measure",
	} {
		run(fmt.Sprintf("INSERT INTO %s (team_id, %s) SELECT t.id, %s FROM %s w JOIN team t ON t.id > 1 WHERE w.team_id = 1", table, columns, "w."+joinColumns(columns), table))
	}
	for table, columns := range map[string]string{
		"burden_day": "config, day, tally, open", "burden_person_week": "config, week, tally", "burden_duty": "level, start_at, end_at",
	} {
		run(fmt.Sprintf("INSERT INTO %s (team_id, person_id, %s) SELECT t.id, w.person_id + (t.id - 1) * %d, %s FROM %s w JOIN team t ON t.id > 1 WHERE w.team_id = 1", table, columns, crowdCrew, "w."+joinColumns(columns), table))
	}
}

func joinColumns(columns string) string {
	out := ""
	for _, c := range columns {
		out += string(c)
		if c == ' ' {
			out += "w."
		}
	}
	return out
}

// The report of a team, that of all teams, and one late page that is counted again.
func BenchmarkBurden(b *testing.B) {
	for _, kind := range []struct {
		name    string
		address func(testing.TB) string
	}{{"sqlite", migrationstest.SQLite}, {"postgres", migrationstest.Postgres}} {
		b.Run(kind.name, func(b *testing.B) {
			address := kind.address(b)
			store, rollup, teams := crowded(b, address)
			until := health.MondayOf(schedule.DateOf(rollup.Now()))
			b.Run("team13weeks", func(b *testing.B) {
				for i := range b.N {
					got, err := rollup.Burden(b.Context(), schedule.ID(1+i%teams), health.ReportPeriod{From: until.AddDays(-7 * 13), Weeks: 13}, health.Sight{})
					if err != nil || !got.Told() || len(got.Weeks) != 13 || got.Wake.Count == 0 {
						b.Fatal(err, got)
					}
				}
			})
			b.Run("organisation52weeks", func(b *testing.B) {
				for range b.N {
					if _, _, err := rollup.Organisation(b.Context(), health.ReportPeriod{From: until.AddDays(-7 * 52), Weeks: 52}); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run("latepage", func(b *testing.B) { latePages(b, store, rollup, teams) })
		})
	}
}

// latePages adds pages of long ago and counts them again; what adding them costs is not
// measured here.
func latePages(b *testing.B, store *healthdb.Store, rollup *health.Rollup, teams int) {
	ctx := context.Background()
	used := func() time.Duration {
		var use syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
			b.Fatal(err)
		}
		return time.Duration(use.Utime.Nano() + use.Stime.Nano())
	}
	var took time.Duration
	for i := range b.N {
		b.StopTimer()
		team := i % teams
		at := monday.Add(time.Duration((i*977)%(crowdWeeks*7*24)) * time.Hour)
		p := health.PageRecord{Integration: schedule.ID(team + 1), Team: schedule.ID(team + 1), Page: health.Page{
			Key: fmt.Sprint("late ", b.N, i), OpenedBy: "e", State: health.StateResolved, Urgency: health.UrgencyHigh, Service: "late", TriggeredAt: at, ResolvedAt: at.Add(time.Minute), LastEventAt: at, CountsAsPage: true,
		}}
		p.People = []health.Attendance{{Person: schedule.ID(team*crowdCrew + 1 + i%crowdCrew), NotifiedAt: at, Notices: []health.Notice{{At: at}}}}
		if err := store.InTx(ctx, func(tx health.Store) error { return tx.SavePage(ctx, &p) }); err != nil {
			b.Fatal(err)
		}
		before := used()
		b.StartTimer()
		if n, err := rollup.Work(ctx); err != nil || n == 0 {
			b.Fatal(n, err)
		}
		took += used() - before
	}
	b.ReportMetric(float64(took)/float64(time.Millisecond)/float64(b.N), "cpu-ms/op")
}
