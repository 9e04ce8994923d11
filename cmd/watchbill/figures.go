package main

import (
	"context"
	"database/sql"
	"runtime"
	"sync"
	"time"

	"watchbill/api/notify/notifydb"
	"watchbill/api/telemetry"
	"watchbill/health"
	"watchbill/health/healthdb"
	"watchbill/schedule/roster"
	"watchbill/schedule/scheduledb"
)

// count puts together the figures at /metrics.
func (s *server) count() {
	m := telemetry.NewMetrics()
	s.figures = m
	s.jobRuns = m.Tally("watchbill_job", "job", "jobs", []float64{.01, .1, 1, 10, 60, 600})
	s.planner.solved = solverFigures(m, func() time.Time { return s.wall() })
	b := build()
	m.Gauge("watchbill_build_info", "Which program this is; always 1.", func() []telemetry.Sample {
		return []telemetry.Sample{{Labels: telemetry.Labels{"version", b.Version, "commit", b.Commit, "go", runtime.Version()}, Value: 1}}
	})
	m.Counter("watchbill_feed_answers_total", "Calendar feeds that were answered: unchanged (304), rendered before (cached), rendered anew, or unknown.", func() []telemetry.Sample {
		var all []telemetry.Sample
		for result, n := range s.feeds.Answers() {
			all = append(all, telemetry.Sample{Labels: telemetry.Labels{"result", result}, Value: float64(n)})
		}
		return all
	})
	s.countPools(m)
	s.countQueues(m)
}

// countPools tells about connections to the database. SQLite has one that writes and some
// that read.
func (s *server) countPools(m *telemetry.Metrics) {
	figure := func(value func(sql.DBStats) float64) func() []telemetry.Sample {
		return func() []telemetry.Sample {
			var all []telemetry.Sample
			for pool, stats := range s.db.Stats() {
				all = append(all, telemetry.Sample{Labels: telemetry.Labels{"pool", pool}, Value: value(stats)})
			}
			return all
		}
	}
	m.Gauge("watchbill_db_connections_in_use", "Connections to the database that are at work.", figure(func(s sql.DBStats) float64 { return float64(s.InUse) }))
	m.Gauge("watchbill_db_connections_idle", "Connections to the database that wait for work.", figure(func(s sql.DBStats) float64 { return float64(s.Idle) }))
	m.Gauge("watchbill_db_connections_max", "Connections to the database that there may be.", figure(func(s sql.DBStats) float64 { return float64(s.MaxOpenConnections) }))
	m.Counter("watchbill_db_waits_total", "How often a connection had to be waited for.", figure(func(s sql.DBStats) float64 { return float64(s.WaitCount) }))
	m.Counter("watchbill_db_wait_seconds_total", "How long connections were waited for.", figure(func(s sql.DBStats) float64 { return s.WaitDuration.Seconds() }))
}

// waiting is how much waits to be done, in all teams.
type waiting struct {
	health.Queues
	letters, drafts int64
	ok              bool
}

const (
	// queuesKept is how long what waits is not counted again, however many ask.
	queuesKept = 5 * time.Second
	// queuesWithin is how long the database has to answer.
	queuesWithin = 3 * time.Second
)

// countQueues tells what waits, which the database knows: the same on every replica.
func (s *server) countQueues(m *telemetry.Metrics) {
	look := remembered(queuesKept, func() time.Time { return s.wall() }, s.lookAtQueues)
	queue := func(value func(*waiting) int64) func() []telemetry.Sample {
		return func() []telemetry.Sample {
			if w := look(); w.ok {
				return []telemetry.Sample{{Value: float64(value(&w))}}
			}
			return nil
		}
	}
	m.Gauge("watchbill_database_up", "Whether the database said what waits: 1 or 0.", func() []telemetry.Sample {
		if look().ok {
			return []telemetry.Sample{{Value: 1}}
		}
		return []telemetry.Sample{{Value: 0}}
	})
	m.Gauge("watchbill_inbox_waiting", "Deliveries of pagers that nobody has read yet.", queue(func(w *waiting) int64 { return w.Inbox }))
	m.Gauge("watchbill_inbox_oldest_age_seconds", "How long the delivery waits that waits longest: the lag of what comes in.", func() []telemetry.Sample {
		w := look()
		if !w.ok {
			return nil
		}
		age := 0.0
		if !w.Oldest.IsZero() {
			age = max(0, s.now().Sub(w.Oldest).Seconds())
		}
		return []telemetry.Sample{{Value: age}}
	})
	m.Gauge("watchbill_dead_letters", "Deliveries that could not be read and that nobody has discarded.", queue(func(w *waiting) int64 { return w.Dead }))
	m.Gauge("watchbill_burden_marks_waiting", "Stretches of time whose burden is to be measured anew.", queue(func(w *waiting) int64 { return w.Marks }))
	m.Gauge("watchbill_pulls_waiting", "Parts of the past that are to be fetched from pagers.", queue(func(w *waiting) int64 { return w.Pulls }))
	m.Gauge("watchbill_tables_waiting", "Files of past pages that are being read.", queue(func(w *waiting) int64 { return w.Tables }))
	m.Gauge("watchbill_outbox_waiting", "News that is still to be sent.", queue(func(w *waiting) int64 { return w.letters }))
	m.Gauge("watchbill_drafts_waiting", "Drafts of plans that are to be made or at work.", queue(func(w *waiting) int64 { return w.drafts }))
}

// lookAtQueues asks each store once.
func (s *server) lookAtQueues() waiting {
	ctx, cancel := context.WithTimeout(context.Background(), queuesWithin)
	defer cancel()
	var w waiting
	var err error
	if w.Queues, err = healthdb.New(s.db.Write, s.db.Read).Queues(ctx); err == nil {
		if w.letters, err = notifydb.New(s.db.Write, s.db.Read).Waiting(ctx); err == nil {
			w.drafts, err = scheduledb.New(s.db.Write, s.db.Read).DraftsWaiting(ctx)
		}
	}
	if err != nil {
		s.log.Warn("queues not counted", "error", err)
	}
	w.ok = err == nil
	return w
}

// remembered returns what look returned last, for a while; who asks meanwhile waits for it.
func remembered[T any](long time.Duration, now func() time.Time, look func() T) func() T {
	var mu sync.Mutex
	var last T
	var at time.Time
	return func() T {
		mu.Lock()
		defer mu.Unlock()
		if at.IsZero() || now().Sub(at) >= long {
			last = look()
			at = now()
		}
		return last
	}
}

// solverFigures counts plans that were looked for, and how far the last one may be from
// the best.
func solverFigures(m *telemetry.Metrics, now func() time.Time) func(began time.Time, s *roster.Solution, err error) {
	tally := m.Tally("watchbill_solver", "for", "the solver", []float64{.1, 1, 5, 10, 30, 60, 300})
	var mu sync.Mutex
	gap := -1.0
	m.Gauge("watchbill_solver_gap_ratio", "How much lower the first term of the last plan may be that is not proven, as a share of it; 0 where all are.", func() []telemetry.Sample {
		mu.Lock()
		defer mu.Unlock()
		if gap < 0 {
			return nil
		}
		return []telemetry.Sample{{Value: gap}}
	})
	return func(began time.Time, s *roster.Solution, err error) {
		result := "failed"
		if err == nil {
			share, proven := gapOf(s)
			if result = "best_found"; proven {
				result = "proven"
			}
			mu.Lock()
			gap = share
			mu.Unlock()
		}
		tally.Done("draft", result, now(), now().Sub(began))
	}
}

// gapOf returns how far a solution may be from the best in the first term that is not
// proven.
func gapOf(s *roster.Solution) (share float64, proven bool) {
	for _, t := range s.Terms {
		if !t.Proven {
			return float64(t.Value-t.Bound) / max(1, float64(t.Value)), false
		}
	}
	return 0, true
}
