package api

import (
	"context"
	"errors"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"
)

// PulseSettings are when and what a team is asked by itself.
type PulseSettings struct {
	On        bool     `json:"on" doc:"Whether waves open by themselves"`
	First     string   `json:"first" maxLength:"20" doc:"The day on which the first wave opens, on the team's calendar, like 2026-12-07" example:"2026-12-07"`
	At        string   `json:"at" maxLength:"20" doc:"The time at which waves open and close, on the team's clock" example:"09:00"`
	Days      int      `json:"days" doc:"For how many days a wave is open, 1 to 13" example:"4"`
	Weeks     int      `json:"weeks" doc:"From one wave to the next, 2 to 26" example:"4"`
	Long      bool     `json:"long" doc:"Whether each third wave is the long survey"`
	Least     int      `json:"least" doc:"How many must answer before anything is told, 5 to 100" example:"5"`
	LeastSaid int      `json:"least_said" doc:"How many must answer before the team sees comments, 10 to 100, and no fewer than least" example:"10"`
	Own       []string `json:"own,omitempty" nullable:"false" doc:"Up to three questions of the team: sentences of 10 to 140 letters that one can agree with, about nobody. They are not scored, and are in no round of all teams"`
	Language  string   `json:"language,omitempty" maxLength:"20" doc:"In which people are asked where neither they nor their browser say another, like de; absent is en"`
}

// PulsePolicy is what a team has decided about its surveys.
type PulsePolicy struct {
	Team schedule.ID `json:"team"`
	PulseSettings
	Next    Instant `json:"next_opens_at,omitzero" doc:"Absent when none opens by itself"`
	Version int     `json:"version" doc:"0: the team has decided nothing, and this is the usual"`
	ETag    string  `json:"etag" doc:"Of this version, for If-Match"`
}

type pulsePolicyOut struct {
	Tagged
	Body PulsePolicy
}

// getPulsePolicy returns when and what a team is asked by itself.
func (s *Server) getPulsePolicy(ctx context.Context, in *TeamPath) (*pulsePolicyOut, error) {
	team, _, err := s.team(ctx, auth.SeePulse, in.Team)
	if err != nil {
		return nil, err
	}
	return s.pulsePolicy(ctx, &team)
}

func (s *Server) pulsePolicy(ctx context.Context, team *schedule.TeamRecord) (*pulsePolicyOut, error) {
	zone, err := zoneOf(team.Zone)
	if err != nil {
		return nil, err
	}
	p, err := s.Pulse.Policy(ctx, team)
	if err != nil {
		return nil, err
	}
	tag, err := tagOf([]any{"pulse policy", p.Team, p.Version})
	out := PulsePolicy{
		Team: p.Team, Version: p.Version, ETag: tag,
		PulseSettings: PulseSettings{p.On, p.First.String(), p.At.String(), p.Days, p.Weeks, p.Long, p.Least, p.LeastSaid, append([]string{}, p.Own...), p.Language},
	}
	if next := p.Next(s.Schedule.Now(), zone); !next.IsZero() {
		out.Next = instantOf(next)
	}
	return &pulsePolicyOut{Tagged{tag}, out}, err
}

// policy reads the settings as the form of the page is read: what is no day and no time
// is refused by name, together with whatever else is wrong.
func (b *PulseSettings) policy(team schedule.ID, version int) health.PulsePolicy {
	p := health.PulsePolicy{Team: team, Version: version, On: b.On, Days: b.Days, Weeks: b.Weeks, Long: b.Long, Least: b.Least, LeastSaid: b.LeastSaid, Own: b.Own, Language: b.Language}
	p.First, _ = schedule.ParseDate(b.First)
	var err error
	if p.At, err = schedule.ParseClock(b.At); err != nil {
		p.At = -1
	}
	return p
}

type putPulsePolicyIn struct {
	TeamPath
	IfMatch
	Body PulseSettings
}

// putPulsePolicy says when and what a team is asked by itself. What is open stays as it
// was promised.
func (s *Server) putPulsePolicy(ctx context.Context, in *putPulsePolicyIn) (*pulsePolicyOut, error) {
	team, w, err := s.team(ctx, auth.SetPulse, in.Team)
	if err != nil {
		return nil, err
	}
	was, err := s.pulsePolicy(ctx, &team)
	if err != nil {
		return nil, err
	}
	if err := in.check(was.ETag, in.Body, was.Body); err != nil {
		return nil, err
	}
	err = s.Pulse.SetPolicy(ctx, me(w), in.Body.policy(team.ID, was.Body.Version))
	now, lost := s.pulsePolicy(ctx, &team)
	switch {
	case errors.Is(err, schedule.ErrConflict) && lost == nil:
		return nil, errors.Join(in.check(now.ETag, in.Body, now.Body), err)
	case err != nil:
		return nil, err
	}
	return now, lost
}

// PulseWords are what was said in a wave, and what was done about it.
type PulseWords struct {
	Said string `json:"said" maxLength:"4000" doc:"Up to 600 letters; both empty takes it back"`
	Did  string `json:"did" maxLength:"4000" doc:"Up to 600 letters"`
}

// PulseBecame is what became of a wave.
type PulseBecame struct {
	PulseWords
	At      Instant `json:"at,omitzero" doc:"Absent where nothing was ever written down"`
	Version int     `json:"version" doc:"0: nothing was ever written down"`
	ETag    string  `json:"etag" doc:"Of this version, for If-Match"`
}

type pulseBecameOut struct {
	Tagged
	Body PulseBecame
}

// getPulseSaid returns what became of a wave.
func (s *Server) getPulseSaid(ctx context.Context, in *PulsePath) (*pulseBecameOut, error) {
	if _, _, err := s.team(ctx, auth.SeePulse, in.Team); err != nil {
		return nil, err
	}
	wave, err := s.Pulse.Store.Wave(ctx, in.Team, in.Wave)
	if err != nil {
		return nil, err
	}
	return s.pulseBecame(ctx, wave.ID)
}

func (s *Server) pulseBecame(ctx context.Context, wave schedule.ID) (*pulseBecameOut, error) {
	v, err := s.Pulse.Store.PulseSaid(ctx, wave)
	if err != nil {
		return nil, err
	}
	tag, err := tagOf([]any{"pulse said", wave, v.Version})
	out := PulseBecame{PulseWords: PulseWords{v.Said, v.Did}, Version: v.Version, ETag: tag}
	if v.Version > 0 {
		out.At = instantOf(v.At)
	}
	return &pulseBecameOut{Tagged{tag}, out}, err
}

type putPulseSaidIn struct {
	PulsePath
	IfMatch
	Body PulseWords
}

// putPulseSaid writes down what became of a closed wave.
func (s *Server) putPulseSaid(ctx context.Context, in *putPulseSaidIn) (*pulseBecameOut, error) {
	_, w, err := s.team(ctx, auth.SetPulse, in.Team)
	if err != nil {
		return nil, err
	}
	wave, err := s.Pulse.Store.Wave(ctx, in.Team, in.Wave)
	if err != nil {
		return nil, err
	}
	was, err := s.pulseBecame(ctx, wave.ID)
	if err != nil {
		return nil, err
	}
	if err := in.check(was.ETag, in.Body, was.Body); err != nil {
		return nil, err
	}
	err = s.Pulse.SayOf(ctx, me(w), &wave, health.PulseSaid{Version: was.Body.Version, Said: in.Body.Said, Did: in.Body.Did})
	now, lost := s.pulseBecame(ctx, wave.ID)
	switch {
	case errors.Is(err, schedule.ErrConflict) && lost == nil:
		return nil, errors.Join(in.check(now.ETag, in.Body, now.Body), err)
	case err != nil:
		return nil, err
	}
	return now, lost
}
