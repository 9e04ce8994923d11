package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// demoPulses is how often the team was asked in its year.
const demoPulses = 13

// demoPulse lets the team be asked every four weeks for a year. It goes well until the
// nights of the autumn, which is what the burden report shows as well.
func (s *server) demoPulse(ctx context.Context, team *schedule.TeamRecord, boss schedule.ID) error {
	now := s.now
	defer func() { s.now = now }()
	zone, err := schedule.Zone(team.Zone)
	if err != nil {
		return err
	}
	today := s.now()
	first := health.MondayOf(schedule.DateOf(today.In(zone))).AddDays(-28 * demoPulses)
	policy := health.DefaultPulsePolicy(team.ID, first)
	policy.On, policy.First, policy.Own = true, first, []string{"Our runbooks say what to do at night."}
	at := first.AddDays(-3).At(policy.At, zone)
	s.now = func() time.Time { return at }
	if err := s.pulse.SetPolicy(ctx, boss, policy); err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(13, uint64(team.ID)))
	for n := range demoPulses + 1 {
		at = first.AddDays(28*n).At(policy.At, zone).Add(time.Minute)
		if at.After(today) {
			return nil
		}
		if err := s.pulse.OpenDue(ctx, []schedule.TeamRecord{*team}); err != nil {
			return err
		}
		if err := s.demoAnswers(ctx, team, n, rng); err != nil {
			return err
		}
		at = first.AddDays(28*n+policy.Days).At(policy.At, zone)
		if at.After(today) {
			return nil // it is open now
		}
		if err := s.pulse.CloseDue(ctx); err != nil {
			return err
		}
		if err := s.demoBecame(ctx, team, boss, n); err != nil {
			return err
		}
	}
	return nil
}

// demoMood is how people feel in a wave, from 1 to 5.
func demoMood(n int) float64 {
	return 4.1 - 0.45*max(0, float64(n-9))
}

// demoAnswers answers for most of those who are asked in the open wave.
func (s *server) demoAnswers(ctx context.Context, team *schedule.TeamRecord, n int, rng *rand.Rand) error {
	waves, err := s.pulse.Store.Waves(ctx, team.ID)
	if err != nil || len(waves) == 0 {
		return err
	}
	w := &waves[0]
	people, err := s.askedOn(ctx, team.ID, schedule.DateOf(w.Opens))
	if err != nil {
		return err
	}
	said := 0
	for i, person := range people {
		answers := i < len(people)-1-n%2
		if n == 5 { // it was August
			answers = i < 4
		}
		if !answers {
			continue
		}
		all, err := s.pulse.Invitations(ctx, person)
		if err != nil {
			return err
		}
		for j := range all {
			if all[j].Team != team.ID {
				continue
			}
			r := demoReply(w, demoMood(n), rng)
			if said++; said == 2 && n >= demoPulses-2 {
				r.Comment, r.Share = "The nights are the problem, not the days.", true
			}
			if err := s.pulse.Answer(ctx, all[j].Token, r); err != nil {
				return err
			}
		}
	}
	return nil
}

func demoReply(w *health.PulseWave, mood float64, rng *rand.Rand) *health.PulseReply {
	r := &health.PulseReply{}
	for i := range w.Questions {
		q := &w.Questions[i]
		x := mood + rng.NormFloat64()*.7
		if i == 1 || i == 5 { // they help each other
			x += .5
		}
		if q.Reversed {
			x = 6 - x
		}
		if q.Choices() > 5 {
			x *= 2
		}
		r.Answers = append(r.Answers, max(1, min(q.Choices(), int(x+.5))))
	}
	return r
}

// demoBecame says what became of some waves.
func (s *server) demoBecame(ctx context.Context, team *schedule.TeamRecord, boss schedule.ID, n int) error {
	became := map[int][2]string{
		2:              {"Swapping takes too many messages.", "We ask for cover through Watchbill, where everybody sees it."},
		demoPulses - 2: {"Half of the night pages fix themselves.", "We delayed that alert by ten minutes, and look at it in the weekly review."},
	}[n]
	if became[0] == "" {
		return nil
	}
	w, err := s.pulse.Store.Wave(ctx, team.ID, n+1)
	if err != nil {
		return fmt.Errorf("wave of the demonstration: %w", err)
	}
	return s.pulse.SayOf(ctx, boss, &w, health.PulseSaid{Said: became[0], Did: became[1]})
}
