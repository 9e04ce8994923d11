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
	zone, err := schedule.Zone(team.Zone)
	if err != nil {
		return err
	}
	first := health.MondayOf(schedule.DateOf(s.now().In(zone))).AddDays(-28 * demoPulses)
	policy := health.DefaultPulsePolicy(team.ID, first)
	policy.On, policy.First, policy.Own = true, first, []string{"Our runbooks say what to do at night."}
	return s.demoWaves(ctx, team, boss, &policy, func(n int) error { return s.demoBecame(ctx, team, boss, n) })
}

// demoWaves has a team be asked by a policy until now. closed is called with the number,
// from zero, of each wave that is over.
func (s *server) demoWaves(ctx context.Context, team *schedule.TeamRecord, boss schedule.ID, policy *health.PulsePolicy, closed func(n int) error) error {
	now := s.now
	defer func() { s.now = now }()
	zone, err := schedule.Zone(team.Zone)
	if err != nil {
		return err
	}
	today := s.now()
	at := policy.First.AddDays(-3).At(policy.At, zone)
	s.now = func() time.Time { return at }
	if err := s.pulse.SetPolicy(ctx, boss, *policy); err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(13, uint64(team.ID)))
	for n := 0; ; n++ {
		opens := policy.First.AddDays(7 * policy.Weeks * n)
		if at = opens.At(policy.At, zone).Add(time.Minute); at.After(today) {
			return nil
		}
		if err := s.pulse.OpenDue(ctx, []schedule.TeamRecord{*team}); err != nil {
			return err
		}
		closes := opens.AddDays(policy.Days).At(policy.At, zone)
		open := closes.After(today)
		if err := s.demoAnswers(ctx, team, n, open, rng); err != nil || open {
			return err
		}
		at = closes
		if err := s.pulse.CloseDue(ctx); err != nil {
			return err
		}
		if err := closed(n); err != nil {
			return err
		}
	}
}

// demoMood is how people feel in a wave about what a question asks, from 1 to 5: what
// nights wear down falls fastest, what the team gives each other stays.
func demoMood(n, question int) float64 {
	since := max(0, float64(n-9))
	switch question {
	case 0, 3, 4: // going on, recovering, worrying
		return 4.1 - 0.8*since
	case 1, 5: // help, and room for mistakes
		return 4.6
	}
	return 4.1 - 0.35*since
}

// demoComments are what people write whose teams do not see it.
var demoComments = []string{
	"We hear too late who is on call at the weekend.", "The runbooks of what we took over are thin.", "It helps that somebody stands behind the first.",
	"Quiet weeks, for once. Keep it that way.", "Half of what pages us could wait until the morning.", "Swapping works. Finding somebody for a bank holiday does not.",
	"I would like to know earlier when I am on over New Year.", "The hand-over notes are worth their ten minutes.", "Nobody looks at what we write into the reviews.",
	"New people should come along for a week before they are on call alone.", "Being paged for other people’s deployments is the worst of it.",
}

// demoAnswers answers for most of those who are asked in the last wave. In one that is open
// now the first two have not answered, so that whoever looks around as one of them can.
func (s *server) demoAnswers(ctx context.Context, team *schedule.TeamRecord, n int, open bool, rng *rand.Rand) error {
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
		answers := i < len(people)-1-n%2 || len(people) < health.PulseLeast && i < len(people)-1
		if n == 5 { // it was August
			answers = i < 4
		}
		if open {
			answers = i >= 2
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
			r := demoReply(w, n, rng)
			switch said++; {
			case said == 2 && n >= demoPulses-2:
				r.Comment, r.Share = "The nights are the problem, not the days.", true
			case said == 3:
				r.Comment = demoComments[(n+3*int(team.ID))%len(demoComments)]
			}
			if err := s.pulse.Answer(ctx, all[j].Token, r); err != nil {
				return err
			}
		}
	}
	return nil
}

func demoReply(w *health.PulseWave, n int, rng *rand.Rand) *health.PulseReply {
	r := &health.PulseReply{}
	for i := range w.Questions {
		q := &w.Questions[i]
		x := demoMood(n, i) + rng.NormFloat64()*.7
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
