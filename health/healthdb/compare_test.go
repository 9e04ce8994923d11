package healthdb_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/health/healthdb/healthdbtest"
	"watchbill/migrations"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"

	"github.com/google/go-cmp/cmp"
)

// Weeks that are measured leave marks, and what is added up of them are the sums of a
// block; what cannot be told of names who it is about, and nothing else does.
func TestBlocks(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		c := crowded(t, db, 3*healthdbtest.Pages)
		ctx, store, rollup := t.Context(), c.store(), c.rollup()
		config := rollup.Config.Version
		addUp := func() {
			t.Helper()
			for {
				n, err := rollup.AddUp(ctx)
				if err != nil {
					t.Fatal(err)
				}
				if n == 0 {
					break
				}
			}
			if marked, err := store.BlocksMarked(ctx); err != nil || marked {
				t.Fatal(err, marked)
			}
		}
		addUp()
		from := health.BlockOf(schedule.DateOf(monday).AddDays(28))
		until := from.AddDays(28 * 13)
		all := func() []health.TeamBlock {
			var blocks []health.TeamBlock
			err := store.Blocks(ctx, config, from, until, func(b *health.TeamBlock) {
				one := *b
				one.Few = append([]schedule.ID(nil), b.Few...)
				blocks = append(blocks, one)
			})
			if err != nil || len(blocks) != 3*13 {
				t.Fatal(err, len(blocks))
			}
			slices.SortFunc(blocks, func(a, b health.TeamBlock) int {
				if day := a.Block.Compare(b.Block); day != 0 {
					return day
				}
				return int(a.Team - b.Team)
			})
			return blocks
		}
		blocks := all()
		sum, err := store.SumWeeks(ctx, 1, config, from, from.AddDays(28))
		if err != nil {
			t.Fatal(err)
		}
		b := blocks[0]
		if b.Team != 1 || b.Block != from || b.Weeks != 4 || b.Level1 != sum.Level1 || b.Wakeups != sum.Wakeups || b.OffHours != sum.OffHours || b.Nights != sum.Nights ||
			b.Incidents != sum.Incidents || b.Interruptions != sum.Interruptions || b.Quiet != sum.Quiet || b.Notices == 0 || b.People < 3 || b.Few != nil {
			t.Errorf("the first block is %+v, its weeks %+v", b, sum)
		}
		// A week is measured anew; only its block is another then.
		c.Run(fmt.Sprintf("UPDATE burden_person_week SET tally = '{}' WHERE team_id = 2 AND week >= '%v' AND week < '%v' AND person_id <> 9", from, from.AddDays(28)))
		c.Run(fmt.Sprintf("UPDATE burden_team_week SET wakeups = wakeups + 1 WHERE team_id = 2 AND week = '%v'", from.AddDays(7)))
		addUp()
		again := all()
		for i := range again {
			if same := cmp.Equal(again[i], blocks[i]); same == (again[i].Team == 2 && again[i].Block == from) {
				t.Errorf("block %d was %+v and is %+v", i, blocks[i], again[i])
			}
			if a := again[i]; a.Team == 2 && a.Block == from && !(a.People == 1 && slices.Equal(a.Few, []schedule.ID{9}) || a.People == 0) {
				t.Errorf("of one person is kept %+v", a)
			}
		}
	})
}

// A prior of a quarter is kept once, whoever makes it.
func TestPriorsAreKeptOnce(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		ctx, store := t.Context(), (&crowd{healthdbtest.Crowd{DB: db, TB: t}}).store()
		day := schedule.Date{Year: 2026, Month: 10, Day: 5}
		add := func(quarter string, m0 float64) {
			t.Helper()
			p := health.PooledPrior{Quarter: quarter, Config: "th-1", MadeAt: monday.Add(time.Hour), From: day.AddDays(-364), Until: day, Teams: 12, Weeks: 600.5, Priors: map[string]health.Prior{"wake": {M0: m0, B: 1}}}
			if err := store.InTx(ctx, func(tx health.Store) error { return tx.AddPrior(ctx, &p) }); err != nil {
				t.Fatal(err)
			}
		}
		add("2026-Q3", .5)
		add("2026-Q4", .7)
		add("2026-Q4", .9)
		got, err := store.Priors(ctx, "th-1")
		if err != nil || len(got) != 2 || got[0].Quarter != "2026-Q4" || got[0].Priors["wake"].M0 != .7 || got[1].Priors["wake"].M0 != .5 || got[0].From != day.AddDays(-364) || !got[0].MadeAt.Equal(monday.Add(time.Hour)) {
			t.Errorf("%v: %+v", err, got)
		}
		if other, err := store.Priors(ctx, "th-2"); err != nil || len(other) != 0 {
			t.Errorf("of another configuration: %v, %+v", err, other)
		}
	})
}

// All teams of a large organisation are put beside each other within 50 ms.
func BenchmarkCompare(b *testing.B) {
	for _, kind := range []struct {
		name    string
		address func(testing.TB) string
	}{{"sqlite", migrationstest.SQLite}, {"postgres", migrationstest.Postgres}} {
		b.Run(kind.name, func(b *testing.B) {
			const teams, blocks = 1000, 26
			c := &crowd{healthdbtest.Crowd{DB: migrationstest.Migrated(b, kind.address(b)), TB: b, Teams: teams, From: monday}}
			c.Run("INSERT INTO team (id, name, zone, horizon_weeks, created_at) " + healthdbtest.Numbers(teams) + "SELECT i + 1, 'Team ' || i, 'Europe/Berlin', 8, 0 FROM n")
			until := health.BlockOf(schedule.DateOf(c.Until()))
			for i := range blocks {
				c.Run(fmt.Sprintf(`INSERT INTO burden_block (config, block, team_id, weeks, quiet, level1, interruptions, wakeups, off_hours, nights, incidents, notices, people, few)
					%s SELECT 'th-1', '%v', i + 1, 4, i %% 4, 2419200 - i %% 29 * 3600, i %% 61 + 5, i * 7 %% 13 + %d, i * 3 %% 29, i %% 11, i %% 47, 50, CASE WHEN i %% 20 = 0 THEN 2 ELSE 7 END,
					CASE WHEN i %% 20 = 0 THEN (8 * i) || ' ' || (8 * i + 1) || ' ' ELSE '' END FROM n`, healthdbtest.Numbers(teams), until.AddDays(-28*(i+1)), i%3))
			}
			rollup := c.rollup()
			for _, weeks := range []int{12, 52} {
				b.Run(fmt.Sprintf("%dweeks", weeks), func(b *testing.B) {
					before := used(b)
					for range b.N {
						o, err := rollup.Compare(context.Background(), health.ReportPeriod{From: until.AddDays(-7 * weeks), Weeks: weeks}, health.MeasureWakeups)
						if err != nil || len(o.Teams) != 950 || o.Funnel == nil || o.Few != 50 {
							b.Fatal(err, o)
						}
					}
					processor(b, used(b)-before)
				})
			}
		})
	}
}
