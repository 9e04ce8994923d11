package webhook

import (
	"context"
	"fmt"
	"slices"
	"time"

	"watchbill/schedule"
)

// An override, as events have it: without why.
type overridden struct {
	Override  schedule.ID `json:"override"`
	Team      Ref         `json:"team"`
	Kind      string      `json:"kind"`
	Part      part        `json:"part"`
	Person    *Ref        `json:"person"` // null: nobody
	InsteadOf *Ref        `json:"instead_of"`
	RemovedAt *time.Time  `json:"removed_at,omitempty"`
}

// Overrides is the source of decisions that put somebody else in for a part of a shift,
// and of their end.
func (t *Teller) Overrides(ctx context.Context, since time.Time) ([]Event, error) {
	all, err := t.Schedule.OverridesSince(ctx, since)
	if err != nil {
		return nil, err
	}
	var events []Event
	for i := range all {
		o := &all[i]
		add := func(kind Kind, at time.Time) {
			if !at.Before(since) {
				events = append(events, Event{
					Key: fmt.Sprint(kind, " ", o.ID), Kind: kind, Team: o.Team, At: at,
					Data: func(ctx context.Context) (any, error) { return t.overridden(ctx, o, kind == OverrideRemoved) },
				})
			}
		}
		add(OverrideCreated, o.CreatedAt)
		if !o.CancelledAt.IsZero() {
			add(OverrideRemoved, o.CancelledAt)
		}
	}
	return events, nil
}

func (t *Teller) overridden(ctx context.Context, o *schedule.Override, removed bool) (any, error) {
	team, err := t.team(ctx, o.Team)
	if err != nil {
		return nil, err
	}
	name, err := t.names(ctx, map[schedule.ID]bool{o.Person: true, o.InsteadOf: true})
	if err != nil {
		return nil, err
	}
	out := overridden{
		Override: o.ID, Team: team, Kind: o.Kind, Person: name(o.Person), InsteadOf: name(o.InsteadOf),
		Part: part{o.Slot, o.Rotation, instant(o.Start), instant(o.End)},
	}
	if removed {
		at := instant(o.CancelledAt)
		out.RemovedAt = &at
	}
	return out, nil
}

// Gaps, as events have them.
type gaps struct {
	Team    Ref    `json:"team"`
	Gaps    []part `json:"gaps"`
	LeftOut int    `json:"gaps_left_out,omitempty"`
	URL     string `json:"url"`
}

// Gaps is the source of parts of shifts that nobody has: since a plan was published that has
// nobody for them, or somebody was taken out. What was filled before it is told is none.
func (t *Teller) Gaps(ctx context.Context, since time.Time) ([]Event, error) {
	plans, err := t.Schedule.PlansSince(ctx, since)
	if err != nil {
		return nil, err
	}
	overrides, err := t.Schedule.OverridesSince(ctx, since)
	if err != nil {
		return nil, err
	}
	var events []Event
	add := func(team schedule.ID, cause string, at time.Time, data func(context.Context) ([]part, error)) {
		events = append(events, Event{
			Key: fmt.Sprint(GapFound, " ", cause), Kind: GapFound, Team: team, At: at,
			Data: func(ctx context.Context) (any, error) {
				found, err := data(ctx)
				if err != nil || len(found) == 0 {
					return nil, err
				}
				return t.gaps(ctx, team, found)
			},
		})
	}
	for i := range plans {
		p := &plans[i]
		add(p.Team, fmt.Sprint("plan ", p.ID), p.PublishedAt, func(ctx context.Context) ([]part, error) { return t.unfilled(ctx, p) })
	}
	for i := range overrides {
		o := &overrides[i]
		still := func(ctx context.Context) ([]part, error) {
			return t.nobody(ctx, o.Team, o.Start, o.End, func(s *schedule.Shift) bool { return s.Slot == o.Slot })
		}
		switch {
		case !o.CancelledAt.IsZero() && !o.CancelledAt.Before(since):
			add(o.Team, fmt.Sprint("after ", o.ID), o.CancelledAt, still)
		case o.Person == 0 && o.CancelledAt.IsZero() && !o.CreatedAt.Before(since):
			add(o.Team, fmt.Sprint("override ", o.ID), o.CreatedAt, still)
		}
	}
	return events, nil
}

// unfilled are the parts that a plan has nobody for, and nobody has now.
func (t *Teller) unfilled(ctx context.Context, p *schedule.Plan) ([]part, error) {
	from, to := p.PublishedAt, p.Until.At(schedule.Midnight, time.UTC).Add(around)
	all, err := t.Schedule.Published(ctx, p.Team, from, to)
	if err != nil {
		return nil, err
	}
	open := map[schedule.SlotID]bool{}
	for i := range all {
		if s := &all[i]; s.Plan == p.ID && s.Person == 0 && s.Until.IsZero() {
			open[s.Slot] = true
		}
	}
	if len(open) == 0 {
		return nil, nil
	}
	return t.nobody(ctx, p.Team, from, to, func(s *schedule.Shift) bool { return open[s.Slot] })
}

// nobody are the parts of some shifts that nobody has, by start.
func (t *Teller) nobody(ctx context.Context, team schedule.ID, from, to time.Time, of func(*schedule.Shift) bool) ([]part, error) {
	shifts, err := t.Shifts(ctx, team, from, to, time.Time{})
	var found []part
	for i := range shifts {
		if s := &shifts[i]; s.Person == 0 && of(s) {
			found = append(found, part{s.Slot, s.Rotation, instant(s.Start), instant(s.End)})
		}
	}
	slices.SortStableFunc(found, func(a, b part) int { return a.Start.Compare(b.Start) })
	return found, err
}

func (t *Teller) gaps(ctx context.Context, id schedule.ID, found []part) (any, error) {
	team, err := t.team(ctx, id)
	out := gaps{Team: team, Gaps: found, URL: t.at("/teams/%d/schedule", id)}
	if n := len(found); n > mostChanges {
		out.Gaps, out.LeftOut = found[:mostChanges], n-mostChanges
	}
	return out, err
}

// A draft, as events have it.
type draft struct {
	Team  Ref           `json:"team"`
	Draft schedule.ID   `json:"draft"`
	From  schedule.Date `json:"from"`
	Until schedule.Date `json:"until"`
	URL   string        `json:"url"`
}

// Drafts is the source of drafts that wait for somebody to decide.
func (t *Teller) Drafts(ctx context.Context, since time.Time) ([]Event, error) {
	all, err := t.Schedule.DraftsReady(ctx, since)
	events := make([]Event, len(all))
	for i := range all {
		d := &all[i]
		events[i] = Event{
			Key: fmt.Sprint(DraftReady, " ", d.ID), Kind: DraftReady, Team: d.Team, At: d.FinishedAt,
			Data: func(ctx context.Context) (any, error) {
				team, err := t.team(ctx, d.Team)
				return draft{team, d.ID, d.From, d.Until, t.at("/teams/%d/drafts/%d", d.Team, d.ID)}, err
			},
		}
	}
	return events, err
}
