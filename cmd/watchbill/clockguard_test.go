package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm/logger"

	"watchbill/health"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// final are the jobs of which nothing can be undone.
var final = []string{"prune", "forget", "requests", "owed", "pulse", "reviews"}

// On PostgreSQL a replica whose clock is wrong asks the time, and nothing else: who is
// logged in stays so, a survey open and the weeks to come without a review. With the
// right clock the same jobs do what they are for.
func TestClockGuard(t *testing.T) {
	address := migrationstest.Postgres(t)
	d, wrong := deploy(t, address), deploy(t, address)
	d.now = time.Now().UTC().Truncate(time.Second)
	team, now := d.lived(), d.now
	log := &listener{Interface: logger.Discard}
	wrong.db.Write.Logger = log
	for _, at := range []time.Time{now.AddDate(5, 0, 0), now.Add(time.Hour), now.Add(-5 * time.Minute), now.AddDate(-5, 0, 0)} {
		wrong.now = at
		wrong.work(final...)
		d.stands("with the clock at "+at.String(), team, 2, 1, false)
	}
	if asked := log.take(); len(asked) != 4*len(final) || len(slices.Compact(asked)) != 1 {
		t.Errorf("it asked for %q", asked)
	}
	wrong.now = now.AddDate(0, 0, 2000).Add(time.Hour)
	wrong.work("prune")
	wrong.ready("ready\nthe clock of this replica is 2000 days ahead of the database's: nothing is pruned, expired, asked or reviewed here until they agree\n")
	d.now = time.Now().UTC()
	d.work(final...)
	d.stands("with the right clock", team, 1, 1, true)
	d.ready("ready\n")
	wrong.now = d.now // it was set
	wrong.work("prune")
	wrong.ready("ready\n")
}

// On SQLite there is no other clock to ask: that of the machine holds.
func TestClockGuardOfOne(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	d.now = time.Now().UTC().Truncate(time.Second)
	team := d.lived()
	d.now = d.now.AddDate(0, 0, 21)
	d.work(final...)
	d.stands("three weeks ahead", team, 0, 0, true)
	d.ready("ready\n")
}

// lived makes a team that has been planned for eight weeks and has a survey open, one
// session of then and one of now.
func (d *deployment) lived() schedule.ID {
	d.t.Helper()
	ctx, now := d.t.Context(), d.now
	from := health.MondayOf(schedule.DateOf(now)).AddDays(-56)
	in, err := importTeam(strings.NewReplacer("2026-12-07", from.String(), ", away: [2026-12-21 to 2027-01-03]", "").Replace(crew))
	d.ok(err)
	d.now = from.AddDays(-4).At(schedule.ClockAt(12, 0), time.UTC)
	team, err := d.schedule.AddTeam(ctx, 0, in)
	d.ok(err)
	d.manned(from)
	d.person("ana@example.com")
	d.now = now
	d.person("ben@example.com")
	_, err = d.pulse.Open(ctx, 0, &team, health.PulseOrder{Kind: health.PulseShort, Closes: now.AddDate(0, 0, 2)})
	d.ok(err)
	return team.ID
}

// stands fails unless there are so many sessions and open surveys, and reviews or none,
// which are of weeks that are over.
func (d *deployment) stands(when string, team schedule.ID, sessions, open int, reviews bool) {
	d.t.Helper()
	var n int
	d.ok(d.db.Read.Raw("SELECT COUNT(*) FROM session").Scan(&n).Error)
	waves, err := d.pulse.Store.OpenWaves(d.t.Context(), 0)
	d.ok(err)
	zone, err := time.LoadLocation("Europe/Berlin")
	d.ok(err)
	weeks := d.weeksOf(team)
	if n != sessions || len(waves) != open || len(weeks) > 0 != reviews {
		d.t.Errorf("%s: %d sessions, %d surveys, reviews of %v; want %d, %d, %v", when, n, len(waves), weeks, sessions, open, reviews)
	}
	for _, week := range weeks {
		if week >= health.MondayOf(schedule.DateOf(d.now.In(zone))).String() {
			d.t.Errorf("%s: the week of %s is reviewed", when, week)
		}
	}
}

// work runs jobs once as the service would.
func (d *deployment) work(names ...string) {
	d.t.Helper()
	all := d.jobs().all()
	for _, name := range names {
		d.ok(all[name].run(d.t.Context()))
	}
}

// ready asks whether the service is ready: it is.
func (d *deployment) ready(want string) {
	d.t.Helper()
	if status, body := d.browser().get("/readyz"); status != http.StatusOK || body != want {
		d.t.Errorf("%d %q, want %q", status, body, want)
	}
}

// Two minutes are borne, and those that an answer takes besides.
func TestClocksAgree(t *testing.T) {
	noon := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name           string
		database, took time.Duration // the database's clock against this one when asked, how long the answer takes
		want           string        // what is said, nothing when the job runs
	}{
		{"equal", 0, 0, ""},
		{"two minutes ahead", -2 * time.Minute, 0, ""},
		{"more ahead", -2*time.Minute - time.Second, 0, "2m1s ahead"},
		{"two minutes behind", 2 * time.Minute, 0, ""},
		{"more behind", 2*time.Minute + time.Second, 0, "2m1s behind"},
		{"slow, and read late", 4 * time.Minute, 2 * time.Minute, ""},
		{"slow, and read at once", -2 * time.Minute, 2 * time.Minute, ""},
		{"slow and behind", 4*time.Minute + time.Second, 2 * time.Minute, "2m1s behind the database's"},
		{"slow and ahead", -time.Hour, 2 * time.Minute, "1h0m0s ahead of the database's"},
		{"two days", -48 * time.Hour, 0, "2 days ahead"},
		{"a clock that begins in 1970", 20784 * 24 * time.Hour, 0, "20784 days behind"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			now, ran := noon, false
			g := &clockGuard{here: func() time.Time { return now }, log: slog.New(slog.NewTextHandler(&out, nil))}
			g.database = func(context.Context) (time.Time, error) {
				now = noon.Add(test.took)
				return noon.Add(test.database), nil
			}
			if err := g.sure(func(context.Context) error { ran = true; return nil })(t.Context()); err != nil {
				t.Fatal(err)
			}
			if ran != (test.want == "") || ran != (g.note() == "") || !strings.Contains(g.note(), test.want) || !strings.Contains(out.String(), test.want) {
				t.Errorf("ran %v, note %q, log %q; want %q", ran, g.note(), out.String(), test.want)
			}
		})
	}
}

// However many jobs are held back, the log is told once an hour, and at once when the clock
// has been set by more than that. What the database or the job answers is passed on.
func TestClockGuardIsQuiet(t *testing.T) {
	var out bytes.Buffer
	noon := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	now, database, broken, failed := noon, noon, error(nil), errors.New("the job's own")
	g := &clockGuard{
		here: func() time.Time { return now }, log: slog.New(slog.NewTextHandler(&out, nil)),
		database: func(context.Context) (time.Time, error) { return database, broken },
	}
	ran := 0
	run := g.sure(func(context.Context) error { ran++; return failed })
	for _, step := range []struct {
		name      string
		here, did time.Duration
		lines     int
	}{
		{"right", 0, 0, 0},
		{"an hour ahead", time.Hour, 0, 1},
		{"a minute later", time.Hour + time.Minute, time.Minute, 1},
		{"right for once", 2 * time.Minute, 2 * time.Minute, 1},
		{"and wrong again", 59*time.Minute + time.Hour, 59 * time.Minute, 1},
		{"an hour after the first", 2 * time.Hour, time.Hour, 2},
		{"set back to a day behind", -23 * time.Hour, time.Hour, 3},
		{"set ahead by years", 50000 * time.Hour, time.Hour, 4},
	} {
		now, database = noon.Add(step.here), noon.Add(step.did)
		right, before := step.here == step.did, ran
		if err := run(t.Context()); right != errors.Is(err, failed) || right != (ran > before) {
			t.Errorf("%s: %v, ran %d times", step.name, err, ran-before)
		}
		if lines := strings.Count(out.String(), "level=WARN"); lines != step.lines {
			t.Errorf("%s: %d lines, want %d:\n%s", step.name, lines, step.lines, out.String())
		}
	}
	before := ran
	broken = errors.New("no answer")
	if err := run(t.Context()); !errors.Is(err, broken) || ran > before {
		t.Errorf("%v, ran %d times", err, ran-before)
	}
	if !strings.Contains(g.note(), "ahead") {
		t.Errorf("what was seen last is forgotten: %q", g.note())
	}
	// The clock jumps while the database answers.
	for _, jump := range []time.Duration{-50000 * time.Hour, 3 * time.Minute, 50000 * time.Hour} {
		now = noon
		g.database = func(context.Context) (time.Time, error) { now = now.Add(jump); return noon, nil }
		if err := run(t.Context()); err == nil || !strings.Contains(err.Error(), "too long to compare") || ran > before {
			t.Errorf("%v, ran %d times", err, ran-before)
		}
	}
}
