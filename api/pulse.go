package api

import (
	"context"
	"fmt"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"
)

// A PulseWave is a round of the survey in a team, with what was published of it.
type PulseWave struct {
	Team       schedule.ID     `json:"team"`
	Number     int             `json:"number"`
	Kind       string          `json:"kind" enum:"pulse,quarterly"`
	State      string          `json:"state" enum:"open,closed"`
	Zone       string          `json:"zone" doc:"The team's when it opened"`
	OpensAt    Instant         `json:"opens_at"`
	ClosesAt   Instant         `json:"closes_at"`
	Invited    int             `json:"invited"`
	Least      int             `json:"least" doc:"How many must answer before anything is told; fixed when it opened"`
	LeastSaid  int             `json:"least_said" doc:"How many must answer before the team sees comments"`
	Published  bool            `json:"published"`
	Reason     string          `json:"reason,omitempty" doc:"Why figures are null: open, below_k, small_team, too_few_items, overlapping, lost"`
	Answered   *int            `json:"answered"`
	Rate       *float64        `json:"response_rate"`
	Index      *float64        `json:"index" doc:"From 0 to 100; null where only a range is told"`
	IndexRange *health.Bucket  `json:"index_range" doc:"Where all answered alike everywhere"`
	Rounded    float64         `json:"rounded_to,omitempty" doc:"To what steps; coarser where one to four people are the difference to another survey"`
	Questions  []PulseQuestion `json:"questions"`
	Straight   bool            `json:"straight" doc:"Of ten or more most answered the same to every question"`
	Comments   []string        `json:"comments" doc:"In no order that means anything, and apart from the answers"`
	NoComments string          `json:"comments_reason,omitempty" doc:"Why comments are left out that were not meant for few"`
	Said       *PulseSaid      `json:"became" doc:"What became of it; null when nothing was written down"`
}

// A PulseQuestion is what is told of one question.
type PulseQuestion struct {
	ID       string             `json:"id"`
	Text     string             `json:"text"`
	Scored   bool               `json:"scored"`
	Reversed bool               `json:"reversed" doc:"Less agreement is more points"`
	Value    *float64           `json:"value" doc:"From 0 to 100; of recommend from -100 to 100"`
	Range    *health.Bucket     `json:"range" doc:"In place of the value where all answered alike"`
	Reason   string             `json:"reason,omitempty" doc:"Why value is null"`
	Answers  []health.PulsePart `json:"answers,omitempty" doc:"How many chose an answer from 1, strongly disagree, to 5, strongly agree; from ten answers on, and never one to four people alone"`
}

// PulseSaid is what became of a wave.
type PulseSaid struct {
	Said string  `json:"said"`
	Did  string  `json:"did"`
	At   Instant `json:"at"`
}

// PulseList are the waves of a team.
type PulseList struct {
	Items []PulseWave `json:"items" doc:"The newest first"`
	Next  Instant     `json:"next_opens_at,omitzero" doc:"When the next opens by itself; absent when none does"`
}

type pulsesOut struct{ Body PulseList }

// listPulses lists a team's waves.
func (s *Server) listPulses(ctx context.Context, in *TeamPath) (*pulsesOut, error) {
	team, _, err := s.team(ctx, auth.SeePulse, in.Team)
	if err != nil {
		return nil, err
	}
	out := &pulsesOut{PulseList{Items: []PulseWave{}}}
	zone, err := schedule.Zone(team.Zone)
	if err != nil {
		return nil, err
	}
	policy, err := s.Pulse.Policy(ctx, &team)
	if err != nil {
		return nil, err
	}
	if next := policy.Next(s.Schedule.Now(), zone); !next.IsZero() {
		out.Body.Next = instantOf(next)
	}
	waves, err := s.Pulse.Store.Waves(ctx, team.ID)
	if err != nil {
		return nil, err
	}
	for i := range waves {
		w, err := s.pulseWave(ctx, team.ID, waves[i].Number)
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, *w)
	}
	return out, nil
}

// PulsePath is a wave in the path of a route.
type PulsePath struct {
	TeamPath
	Wave int `path:"wave" minimum:"1" doc:"Its number in the team"`
}

type pulseOut struct{ Body PulseWave }

// getPulse returns what was published of a wave.
func (s *Server) getPulse(ctx context.Context, in *PulsePath) (*pulseOut, error) {
	if _, _, err := s.team(ctx, auth.SeePulse, in.Team); err != nil {
		return nil, err
	}
	w, err := s.pulseWave(ctx, in.Team, in.Wave)
	if err != nil {
		return nil, err
	}
	return &pulseOut{*w}, nil
}

// getPulseTable returns the same in rows.
func (s *Server) getPulseTable(ctx context.Context, in *PulsePath) (*sheetOut, error) {
	if _, _, err := s.team(ctx, auth.SeePulse, in.Team); err != nil {
		return nil, err
	}
	o, err := s.Pulse.Result(ctx, in.Team, in.Wave)
	if err != nil {
		return nil, err
	}
	return sheet(fmt.Sprintf("pulse-%d", o.Number), o.Table())
}

// pulseWave shows a wave with what was published of it.
func (s *Server) pulseWave(ctx context.Context, team schedule.ID, number int) (*PulseWave, error) {
	o, err := s.Pulse.Result(ctx, team, number)
	if err != nil {
		return nil, err
	}
	d := &o.Doc
	out := &PulseWave{
		Team: o.Team, Number: o.Number, Kind: o.Kind, State: o.State, Zone: o.Zone, OpensAt: instantOf(o.Opens), ClosesAt: instantOf(o.Closes), Invited: o.Invited,
		Least: o.Least, LeastSaid: o.LeastSaid, Published: d.Published, Reason: d.Reason, Answered: d.N, Rate: d.Rate, Index: d.Index, IndexRange: d.Bucket, Rounded: d.Rounded(),
		Questions: []PulseQuestion{}, Straight: d.Straight, Comments: append([]string{}, o.Comments...), NoComments: d.Said,
	}
	if out.IndexRange != nil {
		out.Index = nil
	}
	if o.State != health.PulseClosed {
		out.Reason = health.PulseOpen
	}
	for i := range o.Questions {
		out.Questions = append(out.Questions, pulseQuestion(&o, i, out.Reason))
	}
	said, err := s.Pulse.Store.PulseSaid(ctx, o.ID)
	if said.Said != "" {
		out.Said = &PulseSaid{said.Said, said.Did, instantOf(said.At)}
	}
	return out, err
}

func pulseQuestion(o *health.PulseOutcome, i int, reason string) PulseQuestion {
	asked := &o.Questions[i]
	q := PulseQuestion{ID: asked.ID, Text: asked.In(health.DefaultLanguage), Scored: i < o.Core(), Reversed: asked.Reversed, Reason: reason}
	q.Answers = o.Doc.SpreadOf(asked.ID)
	r := o.Doc.Item(asked.ID)
	if r == nil {
		return q
	}
	switch q.Value, q.Range, q.Reason = r.Value, r.Bucket, ""; {
	case r.Bucket != nil:
		q.Value, q.Reason = nil, "all_alike"
	case r.Value == nil:
		q.Reason = o.Doc.Why(asked.ID)
	}
	return q
}

type openPulseIn struct {
	TeamPath
	Body struct {
		Kind     string  `json:"kind" enum:"pulse,quarterly" doc:"The eight questions, or the long survey"`
		ClosesAt Instant `json:"closes_at" doc:"An hour to four weeks from now"`
	}
}

// openPulse opens a wave now. Whoever is asked finds their link on their own page; no
// link is told here.
func (s *Server) openPulse(ctx context.Context, in *openPulseIn) (*pulseOut, error) {
	team, w, err := s.team(ctx, auth.SetPulse, in.Team)
	if err != nil {
		return nil, err
	}
	wave, err := s.Pulse.Open(ctx, me(w), &team, health.PulseOrder{Kind: in.Body.Kind, Closes: in.Body.ClosesAt.at})
	if err != nil {
		return nil, err
	}
	out, err := s.pulseWave(ctx, team.ID, wave.Number)
	if err != nil {
		return nil, err
	}
	return &pulseOut{*out}, nil
}
