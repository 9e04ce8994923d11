package health

import (
	"context"
	"errors"

	"watchbill/schedule"
)

// ForPlans tells what pages did to the people of a team in the weeks that begin in
// [from, until), for plans to make it even; and since which Monday the team is
// measured, the zero day when it never was. It is schedule.Burdens.
func (r *Rollup) ForPlans(ctx context.Context, team schedule.ID, from, until schedule.Date) ([]schedule.BurdenWeek, schedule.Date, error) {
	state, err := r.Store.BurdenState(ctx, team)
	if errors.Is(err, schedule.ErrNotFound) {
		return nil, schedule.Date{}, nil
	} else if err != nil {
		return nil, schedule.Date{}, err
	}
	weeks, err := r.Store.PersonWeeks(ctx, team, r.Config.Version, 0, from, until)
	if err != nil {
		return nil, schedule.Date{}, err
	}
	var out []schedule.BurdenWeek
	for i := range weeks {
		w := &weeks[i]
		if points := w.BurdenPoints(&r.Config); points > 0 {
			out = append(out, schedule.BurdenWeek{Person: w.Person, Week: w.Week, Points: points, Nights: w.Nights})
		}
	}
	return out, state.Since, nil
}
