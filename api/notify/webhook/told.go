package webhook

import (
	"context"
	"fmt"
	"time"

	"watchbill/schedule"
)

// A Ref is a person or a team as events name it: as the API does.
type Ref struct {
	ID   schedule.ID `json:"id"`
	Name string      `json:"name"`
}

// An instant is a moment as events have it: in UTC, in whole seconds.
func instant(at time.Time) time.Time { return at.UTC().Truncate(time.Second) }

// A part of a slot, as events have it.
type part struct {
	Slot     schedule.SlotID     `json:"slot"`
	Rotation schedule.RotationID `json:"rotation"`
	Start    time.Time           `json:"start"`
	End      time.Time           `json:"end"`
}

func partOf(s *schedule.Stretch) part {
	return part{s.Slot, s.Rotation, instant(s.Start), instant(s.End)}
}

// A Teller puts together what is told of what has happened. What that may be is what a
// service account reads: who has which shifts, and nothing else about people.
type Teller struct {
	Schedule schedule.Store
	// Shifts are who really has what in a team.
	Shifts  func(ctx context.Context, team schedule.ID, from, to, asOf time.Time) ([]schedule.Shift, error)
	BaseURL string
}

func (t *Teller) team(ctx context.Context, id schedule.ID) (Ref, error) {
	team, err := t.Schedule.Team(ctx, id)
	return Ref{id, team.Name}, err
}

// names returns what people are called.
func (t *Teller) names(ctx context.Context, ids map[schedule.ID]bool) (func(schedule.ID) *Ref, error) {
	var some []schedule.ID
	for id := range ids {
		if id != 0 {
			some = append(some, id)
		}
	}
	names := map[schedule.ID]string{}
	if len(some) > 0 { // of no ids it would be everybody
		people, err := t.Schedule.People(ctx, some)
		if err != nil {
			return nil, err
		}
		for i := range people {
			names[people[i].ID] = people[i].Name
		}
	}
	return func(id schedule.ID) *Ref {
		if id == 0 {
			return nil
		}
		return &Ref{id, names[id]}
	}, nil
}

func (t *Teller) at(format string, args ...any) string {
	return t.BaseURL + fmt.Sprintf(format, args...)
}
