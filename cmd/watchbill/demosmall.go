package main

import (
	"context"
	_ "embed"
	"strings"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

//go:embed demosmall.yaml
var demoSmall string

// demoSmallTeam adds a team of four, which the same person manages. It is asked like the
// other, and told before that it never gets a result; it plans here for two weeks now.
func (s *server) demoSmallTeam(ctx context.Context, boss schedule.ID, first, monday schedule.Date) error {
	clock := s.now
	defer func() { s.now = clock }()
	at := first.At(schedule.ClockAt(6, 0), time.UTC)
	s.now = func() time.Time { return at }
	in, err := importTeam(strings.ReplaceAll(demoSmall, "FROM", monday.String()))
	if err != nil {
		return err
	}
	team, err := s.schedule.AddTeam(ctx, boss, in)
	if err != nil {
		return err
	}
	at = monday.At(schedule.ClockAt(6, 0), time.UTC)
	if err := s.demoPlan(ctx, team.ID, boss, monday, monday.AddDays(7*14), "Our first plan here."); err != nil {
		return err
	}
	people, err := s.askedOn(ctx, team.ID, monday)
	if err != nil {
		return err
	}
	for _, p := range people {
		if err := s.schedule.SawChanges(ctx, p, at); err != nil {
			return err
		}
	}
	s.now = clock
	return s.demoSmallPulse(ctx, &team, boss)
}

// demoSmallPulse has the small team be asked every four weeks, the last time since
// yesterday or Friday.
func (s *server) demoSmallPulse(ctx context.Context, team *schedule.TeamRecord, boss schedule.ID) error {
	zone, err := schedule.Zone(team.Zone)
	if err != nil {
		return err
	}
	last := schedule.DateOf(s.now().In(zone)).AddDays(-1)
	for last.Weekday() == time.Saturday || last.Weekday() == time.Sunday {
		last = last.AddDays(-1)
	}
	policy := health.DefaultPulsePolicy(team.ID, last)
	policy.On, policy.First, policy.Days = true, last.AddDays(-28*2), 6
	return s.demoWaves(ctx, team, boss, &policy, func(int) error { return nil })
}
