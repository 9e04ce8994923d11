package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"
)

// The demonstration company is a team with a past, covers, a swap and open
// requests, around the day on which it is started, and a small team that is new.

//go:embed demo.yaml
var demoTeam string

// demoPassword lets everybody of the demonstration in.
const demoPassword = "a watch well kept"

// throwAway returns the address of a database that is removed at the end.
func throwAway() (address string, remove func(), err error) {
	dir, err := os.MkdirTemp("", "watchbill-demo-")
	if err != nil {
		return "", nil, err
	}
	return filepath.Join(dir, "watchbill.db"), func() { _ = os.RemoveAll(dir) }, nil
}

// company makes the whole demonstration company and says how to log in.
func (s *server) company(ctx context.Context, con *console) error {
	if err := s.demonstrate(ctx, con); err != nil {
		return err
	}
	return s.surround(ctx)
}

// demonstrate makes the teams whose people log in.
func (s *server) demonstrate(ctx context.Context, con *console) error {
	monday := demoMonday(con.now())
	// The team has planned two weeks ago, as it did eleven weeks before that, and for what
	// it takes to look back at a year.
	first := monday.AddDays(-7 * demoPast)
	eldest := monday.AddDays(-7 * demoYear)
	began := eldest.At(schedule.ClockAt(6, 0), time.UTC)
	s.now = func() time.Time { return began }
	defer func() { s.now = con.now }()
	fmt.Fprintln(con.err, "watchbill: making a demonstration company …")
	in, err := importTeam(strings.NewReplacer("FROM", eldest.String(),
		"AWAY1", span(monday, 16, 22), "AWAY2", span(monday, 30, 43), "AWAY3", span(monday, 51, 55), "WISH1", span(monday, 37, 38)).Replace(demoTeam))
	if err != nil {
		return err
	}
	in.People[0].Manager = true
	team, err := s.schedule.AddTeam(ctx, 0, in)
	if err != nil {
		return err
	}
	people, err := s.schedule.Store.People(ctx, nil)
	if err != nil {
		return err
	}
	boss := people[slices.IndexFunc(people, func(p schedule.Profile) bool { return p.Name == in.People[0].Name })].ID
	if err := s.demoPlans(ctx, team.ID, boss, [...]schedule.Date{eldest, first, monday, monday.AddDays(7 * 14)}); err != nil {
		return err
	}
	began = monday.At(schedule.ClockAt(6, 0), time.UTC)
	for _, p := range people {
		if err := s.schedule.SawChanges(ctx, p.ID, began); err != nil {
			return err
		}
	}
	s.now = func() time.Time { return con.now().Add(-2 * time.Hour) }
	if err := s.liven(ctx, team.ID, boss); err != nil {
		return err
	}
	s.now = con.now
	for _, tell := range []func() error{
		func() error { return s.page(ctx, team, boss) },
		func() error { return s.note(ctx, team) },
		func() error { return s.demoOwed(ctx, team, boss, first) },
		func() error { return s.demoReviews(ctx, team) },
		func() error { return s.demoPay(ctx, team, boss, first) },
		func() error { return s.demoPulse(ctx, &team, boss) },
		func() error { return s.demoDiary(ctx, boss) },
		func() error { return s.demoIndicators(ctx, &team, boss) },
		func() error { return s.demoWarnings(ctx, &team, boss) },
		func() error { return s.demoSmallTeam(ctx, boss, first, monday) },
		func() error { return s.demoAccounts(ctx, con) },
	} {
		if err := tell(); err != nil {
			return err
		}
	}
	return nil
}

// demoPast is for how many weeks the plan before that of now was made, and demoYear for
// how many there are plans before it.
const (
	demoPast = 11
	demoYear = 54
)

// demoMonday is the Monday on which the plan of now begins, two weeks before this one.
func demoMonday(now time.Time) schedule.Date {
	return health.MondayOf(schedule.DateOf(now.UTC())).AddDays(-14)
}

// demoPlans plans from each of some days until the next, on that day.
func (s *server) demoPlans(ctx context.Context, team, boss schedule.ID, days [4]schedule.Date) error {
	clock := s.now
	defer func() { s.now = clock }()
	for n, note := range []string{"", "A quarter without the holidays.", "The first quarter, with the covers you asked for."} {
		began := days[n].At(schedule.ClockAt(6, 0), time.UTC)
		s.now = func() time.Time { return began }
		if err := s.demoPlan(ctx, team, boss, days[n], days[n+1], note); err != nil {
			return err
		}
	}
	return nil
}

// demoPlan plans and publishes some weeks, without looking for long, and for those that
// nobody will look at shift by shift hardly at all.
func (s *server) demoPlan(ctx context.Context, team, boss schedule.ID, from, until schedule.Date, note string) error {
	look := time.Second
	if note == "" {
		look /= 50
	}
	d, err := s.schedule.AskDraft(ctx, boss, schedule.DraftOrder{Team: team, From: from, Until: until})
	if err != nil {
		return err
	}
	limit := s.planner.timeLimit
	s.planner.timeLimit = min(limit, look)
	s.schedule.Plan = s.planner.plan
	err = s.schedule.RunDraft(ctx, d.ID)
	s.planner.timeLimit = limit
	s.schedule.Plan = s.planner.plan
	if err != nil {
		return err
	}
	_, err = s.schedule.Publish(ctx, boss, d.ID, note)
	return err
}

func span(from schedule.Date, first, last int) string {
	return fmt.Sprintf("%v to %v", from.AddDays(first), from.AddDays(last))
}

// demoAccounts lets everybody in with the same password and says so.
func (s *server) demoAccounts(ctx context.Context, con *console) error {
	people, err := s.schedule.Store.People(ctx, nil)
	if err != nil {
		return err
	}
	code, err := s.access.SetupCode(ctx)
	if err != nil {
		return err
	}
	if err := s.access.SetUp(ctx, code, "Robin Admin", "admin@demo.example", demoPassword, "Europe/Berlin"); err != nil {
		return err
	}
	for _, p := range people {
		if err := s.access.SetPassword(ctx, auth.Program(), int64(p.ID), demoPassword); err != nil {
			return err
		}
	}
	fmt.Fprintf(con.err, "watchbill: log in as %s (manager), %s (engineer) or admin@demo.example (administrator); the password is: %s\n",
		people[0].Email, people[1].Email, demoPassword)
	return nil
}
