package api

import (
	"context"
	"fmt"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"
)

// PulseRound is what is told of all teams together in four weeks.
type PulseRound struct {
	From      schedule.Date `json:"from" doc:"A Monday"`
	Until     schedule.Date `json:"until" doc:"Not included"`
	Published bool          `json:"published"`
	Reason    string        `json:"reason,omitempty" doc:"Why figures are null: few_teams"`
	Teams     int           `json:"teams" doc:"With a result of their own"`
	PulseSum
	Rest       PulseRest `json:"rest"`
	Comments   []string  `json:"comments" doc:"Of teams that see none themselves, in no order that means anything; for administrators"`
	NoComments string    `json:"comments_reason,omitempty" doc:"Why there are none: none, below_k, lost, forgotten, administrators_only"`
}

// PulseSum is the figures of several teams together.
type PulseSum struct {
	Answered   *int            `json:"answered"`
	Invited    *int            `json:"invited"`
	Rate       *float64        `json:"response_rate"`
	Index      *float64        `json:"index" doc:"From 0 to 100; null where only a range is told"`
	IndexRange *health.Bucket  `json:"index_range" doc:"Where all answered alike everywhere"`
	Questions  []PulseQuestion `json:"questions"`
}

// PulseRest is everybody of whose team nothing is told, together.
type PulseRest struct {
	Published bool   `json:"published"`
	Reason    string `json:"reason,omitempty" doc:"Why figures are null: none, below_k, lost, overlapping, few_teams"`
	Teams     int    `json:"teams" doc:"Without a result of their own"`
	PulseSum
}

// PulseRounds are all that were published.
type PulseRounds struct {
	Items []PulseRound `json:"items" doc:"The newest first"`
}

type pulseRoundsOut struct{ Body PulseRounds }

// listPulseRounds lists what was published of all teams together.
func (s *Server) listPulseRounds(ctx context.Context, _ *struct{}) (*pulseRoundsOut, error) {
	if err := auth.From(ctx).Must(auth.SeePulseOfAll, auth.On{}); err != nil {
		return nil, err
	}
	rounds, err := s.Pulse.Store.Rounds(ctx)
	if err != nil {
		return nil, err
	}
	out := &pulseRoundsOut{PulseRounds{Items: []PulseRound{}}}
	for i := range rounds {
		r, err := s.pulseRound(ctx, rounds[i].From())
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, roundOut(r, auth.From(ctx)))
	}
	return out, nil
}

// RoundPath is a round in the path of a route.
type RoundPath struct {
	From string `path:"from" doc:"The Monday on which its four weeks begin, like 2026-11-02"`
}

type pulseRoundOut struct{ Body PulseRound }

// getPulseRound returns what was published of all teams in four weeks.
func (s *Server) getPulseRound(ctx context.Context, in *RoundPath) (*pulseRoundOut, error) {
	r, err := s.pulseRoundAt(ctx, in)
	if err != nil {
		return nil, err
	}
	return &pulseRoundOut{roundOut(r, auth.From(ctx))}, nil
}

// getPulseRoundTable returns the same in rows.
func (s *Server) getPulseRoundTable(ctx context.Context, in *RoundPath) (*sheetOut, error) {
	r, err := s.pulseRoundAt(ctx, in)
	if err != nil {
		return nil, err
	}
	return sheet("pulse-of-all-"+r.From().String(), r.Table())
}

func (s *Server) pulseRoundAt(ctx context.Context, in *RoundPath) (*health.PulseRoundOutcome, error) {
	if err := auth.From(ctx).Must(auth.SeePulseOfAll, auth.On{}); err != nil {
		return nil, err
	}
	day, err := schedule.ParseDate(in.From)
	if err != nil {
		return nil, fmt.Errorf("round of %q: %w", in.From, schedule.ErrNotFound)
	}
	return s.pulseRound(ctx, day)
}

// pulseRound returns a round with the comments that the asker may see.
func (s *Server) pulseRound(ctx context.Context, from schedule.Date) (*health.PulseRoundOutcome, error) {
	number := health.RoundFrom(from)
	if number == 0 {
		return nil, fmt.Errorf("round of %v: %w", from, schedule.ErrNotFound)
	}
	r, err := s.Pulse.RoundResult(ctx, number, auth.From(ctx).May(auth.SeePulse, auth.On{}))
	return &r, err
}

func roundOut(r *health.PulseRoundOutcome, w auth.Who) PulseRound {
	out := PulseRound{
		From: r.From(), Until: r.Until(), Published: r.Published, Reason: r.Reason, Teams: r.Teams, PulseSum: sumOut(&r.PulseSum, r.Questions, r.Reason),
		Rest:     PulseRest{Published: r.Rest.Published, Reason: r.Rest.Reason, Teams: r.Rest.Teams, PulseSum: sumOut(&r.Rest.PulseSum, r.Questions, r.Rest.Reason)},
		Comments: append([]string{}, r.Comments...), NoComments: r.Said,
	}
	if !w.May(auth.SeePulse, auth.On{}) {
		out.NoComments = "administrators_only"
	}
	return out
}

func sumOut(s *health.PulseSum, asked []health.PulseQuestion, reason string) PulseSum {
	out := PulseSum{Answered: s.N, Invited: s.Invited, Rate: s.Rate, Index: s.Index, IndexRange: s.Bucket, Questions: []PulseQuestion{}}
	if out.IndexRange != nil {
		out.Index = nil
	}
	for i := range asked {
		q := PulseQuestion{ID: asked[i].ID, Text: asked[i].In(health.DefaultLanguage), Scored: true, Reversed: asked[i].Reversed, Reason: reason}
		if r := s.Item(q.ID); r != nil {
			switch q.Value, q.Range = r.Value, r.Bucket; {
			case r.Bucket != nil:
				q.Value, q.Reason = nil, "all_alike"
			case r.Value == nil:
				q.Reason = health.PulseBelowK
			}
		}
		out.Questions = append(out.Questions, q)
	}
	return out
}
