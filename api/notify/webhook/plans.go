package webhook

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"watchbill/schedule"
)

// mostChanges is how many changes an event has: a body shall be smaller than 20 kB. The
// rest is read through the API.
const mostChanges = 60

// around is how far beside a plan the shifts begin or end that it has changed.
const around = 70 * 24 * time.Hour

// A published plan, as events have it.
type published struct {
	Team    Ref      `json:"team"`
	Plan    planned  `json:"plan"`
	Changes []change `json:"changes"`
	LeftOut int      `json:"changes_left_out,omitempty"`
	URL     string   `json:"url"`
}

type planned struct {
	Number      int           `json:"number"`
	From        schedule.Date `json:"from"`
	Until       schedule.Date `json:"until"`
	PublishedAt time.Time     `json:"published_at"`
}

// A change is what was published of a slot before, and what is now.
type change struct {
	Slot     schedule.SlotID     `json:"slot"`
	Rotation schedule.RotationID `json:"rotation"`
	Was      *held               `json:"was,omitempty"`
	Is       *held               `json:"is,omitempty"`
}

// held is who the plan has for which time.
type held struct {
	Shift  schedule.ID `json:"shift"`
	Person *Ref        `json:"person"` // null: nobody
	Start  time.Time   `json:"start"`
	End    time.Time   `json:"end"`
}

// Plans is the source of what was published.
func (t *Teller) Plans(ctx context.Context, since time.Time) ([]Event, error) {
	plans, err := t.Schedule.PlansSince(ctx, since)
	events := make([]Event, len(plans))
	for i := range plans {
		p := &plans[i]
		events[i] = Event{
			Key: fmt.Sprint(ShiftsPublished, " ", p.ID), Kind: ShiftsPublished, Team: p.Team, At: p.PublishedAt,
			Data: func(ctx context.Context) (any, error) { return t.published(ctx, p) },
		}
	}
	return events, err
}

func (t *Teller) published(ctx context.Context, p *schedule.Plan) (any, error) {
	team, err := t.team(ctx, p.Team)
	if err != nil {
		return nil, err
	}
	all, err := t.Schedule.Published(ctx, p.Team, p.PublishedAt.Add(-around), p.Until.At(schedule.Midnight, time.UTC).Add(around))
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b schedule.Published) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Slot, b.Slot))
	})
	ids := map[schedule.ID]bool{}
	for i := range all {
		ids[all[i].Person] = true
	}
	name, err := t.names(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := published{
		Team: team, Plan: planned{p.Number, p.From, p.Until, instant(p.PublishedAt)}, URL: t.at("/teams/%d/schedule", p.Team),
		Changes: changesBy(p, all, name),
	}
	if n := len(out.Changes); n > mostChanges {
		out.Changes, out.LeftOut = out.Changes[:mostChanges], n-mostChanges
	}
	return out, nil
}

// changesBy are the changes that a plan has made, given all that is and was published.
func changesBy(p *schedule.Plan, all []schedule.Published, name func(schedule.ID) *Ref) []change {
	changes := []change{}
	place := map[schedule.SlotID]int{}
	for i := range all {
		s := &all[i]
		fresh, old := s.Plan == p.ID, s.Until.Equal(p.PublishedAt) && s.Plan != p.ID
		if !fresh && !old {
			continue
		}
		at, ok := place[s.Slot]
		if !ok {
			at = len(changes)
			place[s.Slot] = at
			changes = append(changes, change{Slot: s.Slot, Rotation: s.Rotation})
		}
		h := &held{s.ID, name(s.Person), instant(s.Start), instant(s.End)}
		if fresh {
			changes[at].Is = h
		} else {
			changes[at].Was = h
		}
	}
	return changes
}
