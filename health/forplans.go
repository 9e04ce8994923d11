package health

import (
	"context"
	"errors"
	"slices"
	"time"

	"watchbill/schedule"
)

// ForPlans tells what pages did to the people of a team in the weeks that begin in
// [from, until), for plans to make it even. It is schedule.Burdens.
func (r *Rollup) ForPlans(ctx context.Context, team schedule.ID, from, until schedule.Date) (out schedule.MeasuredBurden, err error) {
	for { // what waits to be measured is
		if n, err := r.Team(ctx, team); err != nil {
			return out, err
		} else if n == 0 {
			break
		}
	}
	state, err := r.Store.BurdenState(ctx, team)
	if errors.Is(err, schedule.ErrNotFound) {
		return out, nil
	} else if err != nil {
		return out, err
	}
	if out.Pending, err = r.pendingBefore(ctx, &state, until); err != nil {
		return out, err
	}
	weeks, err := r.Store.PersonWeeks(ctx, team, r.Config.Version, 0, from, until)
	if err != nil {
		return out, err
	}
	for i := range weeks {
		w := &weeks[i]
		if points := w.BurdenPoints(&r.Config); points > 0 {
			out.Weeks = append(out.Weeks, schedule.BurdenWeek{Person: w.Person, Week: w.Week, Points: points, Nights: w.Nights})
		}
	}
	out.Since = state.Since
	return out, nil
}

// pendingBefore reports whether anything before a day is still to be measured: somebody
// else is at it.
func (r *Rollup) pendingBefore(ctx context.Context, state *BurdenState, day schedule.Date) (bool, error) {
	zone, err := time.LoadLocation(state.Zone)
	if err != nil {
		return false, err
	}
	marks, err := r.Store.Marks(ctx, state.Team, marksAtOnce)
	end := day.At(schedule.Midnight, zone)
	return state.Config != r.Config.Version || slices.ContainsFunc(marks, func(m Mark) bool { return m.From.Before(end) }), err
}
