package webhook

import (
	"context"
	"fmt"
	"time"

	"watchbill/schedule"
)

// A request for cover or a swap, as events have it. Whom it asks, who has said no and what
// they wrote to each other is told to nobody.
type asked struct {
	Request schedule.ID `json:"request"`
	Team    Ref         `json:"team"`
	State   string      `json:"state"`
	Person  *Ref        `json:"person"` // whose shift it is
	Wanted  part        `json:"wanted"`
	Return  *part       `json:"return,omitempty"`
	TakenBy *Ref        `json:"taken_by,omitempty"`
	Expires time.Time   `json:"expires_at"`
}

// outcomes are the kinds of what becomes of a request: of cover, and of a swap. That what
// was agreed is undone is an override that is removed.
var outcomes = map[string][2]Kind{
	schedule.RequestAccepted:  {CoverTaken, SwapTaken},
	schedule.RequestDeclined:  {CoverDeclined, SwapDeclined},
	schedule.RequestExpired:   {CoverExpired, SwapExpired},
	schedule.RequestWithdrawn: {CoverWithdrawn, SwapWithdrawn},
	schedule.RequestVoid:      {CoverWithdrawn, SwapWithdrawn},
}

// Covers is the source of requests for cover and swaps.
func (t *Teller) Covers(ctx context.Context, since time.Time) ([]Event, error) {
	requests, err := t.Schedule.RequestsSince(ctx, since)
	if err != nil {
		return nil, err
	}
	var events []Event
	add := func(r schedule.Request, kinds [2]Kind, at time.Time) {
		kind := kinds[0]
		if r.IsSwap() {
			kind = kinds[1]
		}
		if !at.Before(since) {
			events = append(events, Event{
				Key: fmt.Sprint(kind, " ", r.ID), Kind: kind, Team: r.Team, At: at,
				Data: func(ctx context.Context) (any, error) { return t.asked(ctx, &r) },
			})
		}
	}
	for i := range requests {
		r := requests[i]
		if kinds, ok := outcomes[r.State]; ok {
			add(r, kinds, r.AnsweredAt)
		}
		r.State = schedule.RequestOpen // as it was when it was made
		add(r, [2]Kind{CoverRequested, SwapRequested}, r.CreatedAt)
	}
	return events, nil
}

func (t *Teller) asked(ctx context.Context, r *schedule.Request) (any, error) {
	team, err := t.team(ctx, r.Team)
	if err != nil {
		return nil, err
	}
	name, err := t.names(ctx, map[schedule.ID]bool{r.Person: true, r.AnsweredBy: true})
	if err != nil {
		return nil, err
	}
	out := asked{Request: r.ID, Team: team, State: r.State, Person: name(r.Person), Wanted: partOf(&r.Stretch), Expires: instant(r.ExpiresAt)}
	if r.IsSwap() {
		back := partOf(&r.Return)
		out.Return = &back
	}
	if r.State == schedule.RequestAccepted {
		out.TakenBy, err = t.taker(ctx, r)
	}
	return out, err
}

// taker is who has what a request has asked for: a manager may have given it to somebody.
func (t *Teller) taker(ctx context.Context, r *schedule.Request) (*Ref, error) {
	o, err := t.Schedule.Override(ctx, r.Override)
	if err != nil {
		return nil, err
	}
	name, err := t.names(ctx, map[schedule.ID]bool{o.Person: true})
	if err != nil {
		return nil, err
	}
	return name(o.Person), nil
}
