package healthdb_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/health/healthdb"
	"watchbill/health/healthdb/healthdbtest"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// What pages and jobs read and write of tables that grow with every page that comes in.
// Each has to take as long however many pages there are, and is measured with
// WATCHBILL_BENCH_PAGES; what it writes is undone.
func BenchmarkReads(b *testing.B) {
	for _, kind := range []struct {
		name    string
		address func(testing.TB) string
	}{{"sqlite", migrationstest.SQLite}, {"postgres", migrationstest.Postgres}} {
		b.Run(kind.name, func(b *testing.B) {
			benchmarkReads(b, crowded(b, migrationstest.Migrated(b, kind.address(b)), crowdSize(b)))
		})
	}
}

var errUndo = errors.New("undo")

func benchmarkReads(b *testing.B, c *crowd) {
	for _, r := range reads(c) {
		b.Run(r.name, func(b *testing.B) {
			for range b.N {
				r.try(b, c.store())
			}
		})
	}
}

// A read is something that is read or written.
type read struct {
	name string
	run  func(ctx context.Context, s *healthdb.Store) error
}

// try reads, and undoes what was written.
func (r *read) try(tb testing.TB, s *healthdb.Store) {
	tb.Helper()
	err := s.InTx(tb.Context(), func(tx health.Store) error {
		if err := r.run(tb.Context(), tx.(*healthdb.Store)); err != nil && !errors.Is(err, schedule.ErrNotFound) {
			return err
		}
		return errUndo
	})
	if !errors.Is(err, errUndo) {
		tb.Fatal(r.name, err)
	}
}

// reads are what is read of one team.
func reads(c *crowd) []read {
	// Of a team in the middle that has events, its last month.
	team := schedule.ID(c.Teams/2/healthdbtest.Told*healthdbtest.Told + 1)
	person := (team-1)*schedule.ID(c.Crew) + 1
	door := health.Integration{ID: team, Team: team}
	name := health.PageName{Integration: team, Key: "old"}
	now := c.Until()
	month, hour := now.AddDate(0, 0, -30), now.Add(-time.Hour)
	var inbox schedule.ID
	if err := c.DB.Read.Raw("SELECT COALESCE(MAX(id), 0) FROM inbox WHERE integration_id = ?", team).Scan(&inbox).Error; err != nil {
		c.TB.Fatal(err)
	}
	page := team * healthdbtest.Pages / 2
	keys := make([]string, 0, 50)
	for i := range 50 {
		keys = append(keys, fmt.Sprint("p", 9000+i))
	}
	config := health.DefaultConfig().Version
	monday := health.MondayOf(schedule.DateOf(now)).AddDays(-7)
	return []read{
		{"Undone", func(ctx context.Context, s *healthdb.Store) error { return second(s.Undone(ctx, 200_000)) }},
		{"Claim", func(ctx context.Context, s *healthdb.Store) error { return second(s.Claim(ctx, now, 64)) }},
		{"Done", func(ctx context.Context, s *healthdb.Store) error { return s.Done(ctx, []schedule.ID{inbox}, now) }},
		{"Deliveries", func(ctx context.Context, s *healthdb.Store) error { return second(s.Deliveries(ctx, team, "", 0, 50)) }},
		{"DeliveriesDead", func(ctx context.Context, s *healthdb.Store) error {
			return second(s.Deliveries(ctx, team, health.DeliveryDead, 0, 50))
		}},
		{"DeliveriesNew", func(ctx context.Context, s *healthdb.Store) error {
			return second(s.Deliveries(ctx, team, health.DeliveryNew, 0, 50))
		}},
		{"DeliveriesDiscarded", func(ctx context.Context, s *healthdb.Store) error {
			return second(s.Deliveries(ctx, team, health.DeliveryDiscarded, 0, 50))
		}},
		{"Came", func(ctx context.Context, s *healthdb.Store) error { return second(s.Came(ctx, team, 200)) }},
		{"DeadCodes", func(ctx context.Context, s *healthdb.Store) error { return second(s.DeadCodes(ctx, team)) }},
		{"Replay", func(ctx context.Context, s *healthdb.Store) error {
			return second(s.Replay(ctx, health.DeadFilter{Integration: team}, now))
		}},
		{"ForgetBodies", func(ctx context.Context, s *healthdb.Store) error {
			return s.ForgetBodies(ctx, month, now.AddDate(0, 0, -90))
		}},
		{"ForgetDeliveries", func(ctx context.Context, s *healthdb.Store) error {
			return s.ForgetDeliveries(ctx, now.AddDate(0, 0, -45))
		}},
		{"PagesOf", func(ctx context.Context, s *healthdb.Store) error {
			return second(s.PagesOf(ctx, health.PageFilter{Team: team, From: month, To: now, Most: 50}))
		}},
		{"PagesOfIntegration", func(ctx context.Context, s *healthdb.Store) error {
			return second(s.PagesOf(ctx, health.PageFilter{Team: team, Integration: team, To: now, Most: 50}))
		}},
		{"PagesOfNone", func(ctx context.Context, s *healthdb.Store) error { // an integration of the team that never paged
			return second(s.PagesOf(ctx, health.PageFilter{Team: team, Integration: team + 1, To: now, Most: 50}))
		}},
		{"PagesOpen", func(ctx context.Context, s *healthdb.Store) error {
			return second(s.PagesOf(ctx, health.PageFilter{Team: team, To: now, Open: true, Most: 50}))
		}},
		{"PagesBefore", func(ctx context.Context, s *healthdb.Store) error {
			return second(s.PagesOf(ctx, health.PageFilter{Team: team, To: now, Before: page, Most: 50}))
		}},
		{"Hits", func(ctx context.Context, s *healthdb.Store) error { return second(s.Hits(ctx, &door, month)) }},
		{"EventsOf", func(ctx context.Context, s *healthdb.Store) error { return second(s.EventsOf(ctx, inbox)) }},
		{"Contacts", func(ctx context.Context, s *healthdb.Store) error { return second(s.Contacts(ctx, team)) }},
		{"Unmapped", func(ctx context.Context, s *healthdb.Store) error { return second(s.Unmapped(ctx, team)) }},
		{"FirstNotice", func(ctx context.Context, s *healthdb.Store) error { return second(s.FirstNotice(ctx, team)) }},
		{"Paged", func(ctx context.Context, s *healthdb.Store) error { return second(s.Paged(ctx, team)) }},
		{"Facts", func(ctx context.Context, s *healthdb.Store) error {
			return second(s.Facts(ctx, team, now.AddDate(0, 0, -8), now))
		}},
		{"Duties", func(ctx context.Context, s *healthdb.Store) error {
			return second(s.Duties(ctx, team, now.AddDate(-1, 0, -8), now.AddDate(-1, 0, 0)))
		}},
		{"MarkedTeams", func(ctx context.Context, s *healthdb.Store) error { return second(s.MarkedTeams(ctx, 50)) }},
		{"TeamWeeks", func(ctx context.Context, s *healthdb.Store) error {
			return second(s.TeamWeeks(ctx, team, config, monday.AddDays(-7*13), monday))
		}},
		{"PersonWeeks", func(ctx context.Context, s *healthdb.Store) error {
			return second(s.PersonWeeks(ctx, team, config, person, monday.AddDays(-7*13), monday))
		}},
		{"SumWeeks", func(ctx context.Context, s *healthdb.Store) error {
			return second(s.SumWeeks(ctx, team, config, monday.AddDays(-7*52), monday))
		}},
		{"OwnPages", func(ctx context.Context, s *healthdb.Store) error {
			return second(s.OwnPages(ctx, health.OwnFilter{Person: person, Since: month, Most: 50}))
		}},
		{"OwnPage", func(ctx context.Context, s *healthdb.Store) error {
			return second(s.OwnPages(ctx, health.OwnFilter{Person: person, Page: page, Most: 1}))
		}},
		{"LinkedPage", func(ctx context.Context, s *healthdb.Store) error { return second(s.LinkedPage(ctx, "none")) }},
		{"SaidOf", func(ctx context.Context, s *healthdb.Store) error {
			return second(s.SaidOf(ctx, team, person, now.AddDate(0, 0, -7*13), now))
		}},
		{"SaidIn", func(ctx context.Context, s *healthdb.Store) error {
			return second(s.SaidIn(ctx, team, now.AddDate(0, 0, -7*13), now))
		}},
		{"SaidOpenings", func(ctx context.Context, s *healthdb.Store) error { return second(s.SaidOpenings(ctx, name)) }},
		{"PageTimes", func(ctx context.Context, s *healthdb.Store) error {
			return second(s.PageTimes(ctx, team, month, now))
		}},
		{"CountPages", func(ctx context.Context, s *healthdb.Store) error {
			return second(s.CountPages(ctx, team, "service 3", "", month, now))
		}},
		{"AlertWeeks", func(ctx context.Context, s *healthdb.Store) error {
			return second(s.AlertWeeks(ctx, team, now.AddDate(0, 0, -7*12), now))
		}},
		{"LastReviews", func(ctx context.Context, s *healthdb.Store) error { return second(s.LastReviews(ctx)) }},
		{"KnownPages", func(ctx context.Context, s *healthdb.Store) error { return second(s.KnownPages(ctx, team, keys)) }},
		{"ToldElsewhere", func(ctx context.Context, s *healthdb.Store) error { return second(s.ToldElsewhere(ctx, team, keys)) }},
		{"TableRows", func(ctx context.Context, s *healthdb.Store) error { return second(s.TableRows(ctx, team, keys)) }},
		{"ClaimPull", func(ctx context.Context, s *healthdb.Store) error { return second(s.ClaimPull(ctx, now, hour)) }},
		{"ClaimTable", func(ctx context.Context, s *healthdb.Store) error { return second(s.ClaimTable(ctx, now, hour)) }},
	}
}

func second[V any](_ V, err error) error { return err }
