package health

import (
	"context"
	"slices"

	"watchbill/schedule"
)

// made puts beside the last of some questions of a team, by week, the items that were made of
// it, and the open one about what cost most nights in its weeks. One of the same cause that
// was asked before and goes on is the same: what was begun because of it counts for both.
func made(asked []RaisedWarning, all []Item) {
	w := &asked[len(asked)-1]
	same := func(i *Item) bool {
		return slices.ContainsFunc(asked, func(o RaisedWarning) bool {
			return o.ID == i.Warning && (o.ID == w.ID || o.Cause == w.Cause && o.Ended.IsZero())
		})
	}
	w.Items = nil
	for k := range all {
		i := &all[k]
		about := w.Loudest != nil && i.Open() && w.Ended.IsZero() && i.About(w.Loudest.Service, w.Loudest.Alert)
		if i.Warning != 0 && same(i) || about {
			w.Items = append(w.Items, *i)
		}
	}
}

// tryPeople are how many more people a question about rest asks about.
const tryPeople = 2

// follow says of questions, by week, what was made of each, what cost most nights in its
// weeks, and what to ask what would be: of nights without that, of rest with more people,
// and of a pulse that fell whatever somebody thinks of.
func (l *healthLook) follow(asked []RaisedWarning) {
	if len(asked) == 0 {
		return
	}
	past := l.past()
	var offered []Origin
	can := l.heard && len(past) >= leastResampled
	if can {
		offered = l.origins(past)
	}
	for i := range asked {
		w := &asked[i]
		w.Loudest = w.loudest(l.weeks)
		made(asked[:i+1], l.items)
		if !can || !w.Ended.IsZero() {
			continue
		}
		w.Try = &WhatIf{}
		if w.Cause == CauseRest {
			w.Try.People = tryPeople
		} else if o := w.Loudest; o != nil && slices.ContainsFunc(offered, func(p Origin) bool { return p.Service == o.Service && p.Alert == o.Alert }) {
			w.Try.Without = o.Label()
		}
	}
}

// loudest returns the alert without which most wake-ups of the weeks of a question about
// nights would not have been, so many weeks as it is silent for; nil where there is none.
func (w *RaisedWarning) loudest(weeks []TeamWeek) *Origin {
	if w.Cause != CauseShift && w.Cause != CauseSpikes && w.Cause != CauseNights {
		return nil
	}
	all := originsOf(weeks, w.Week.AddDays(-7*(QuietFor-1)), w.Week)
	// They stand in the order of what costs most.
	if i := slices.IndexFunc(all, func(o Origin) bool { return o.Alert != "" }); i >= 0 && all[i].Wakeups > 0 {
		return &all[i]
	}
	return nil
}

// FreshWarnings returns what was asked about teams in the last four weeks that goes on and
// that nobody has answered, the newest first, with the open items about each.
func (r *Rollup) FreshWarnings(ctx context.Context, teams []schedule.ID) ([]RaisedWarning, error) {
	if len(teams) == 0 {
		return nil, nil
	}
	asked, err := r.Store.OpenWarnings(ctx, teams, r.Now().AddDate(0, 0, -7*QuietFor))
	if err != nil {
		return nil, err
	}
	items := map[schedule.ID]map[schedule.ID][]Item{} // by team and question
	for i := range asked {
		w := &asked[i]
		if items[w.Team] == nil {
			if items[w.Team], err = r.begun(ctx, w.Team, w.Week); err != nil {
				return nil, err
			}
		}
		w.Items = items[w.Team][w.ID]
	}
	return asked, nil
}

// begun returns the open items about what was asked about a team in the half year before a
// week, and in it.
func (r *Rollup) begun(ctx context.Context, team schedule.ID, last schedule.Date) (map[schedule.ID][]Item, error) {
	asked, err := r.Store.Warnings(ctx, team, last.AddDays(-7*watchedWeeks))
	if err != nil {
		return nil, err
	}
	items, err := r.Store.Items(ctx, ItemFilter{Team: team, State: ItemOpen})
	if err != nil {
		return nil, err
	}
	weeks, err := r.Store.TeamWeeks(ctx, team, r.Config.Version, last.AddDays(-7*2*QuietFor), last.AddDays(7))
	out := map[schedule.ID][]Item{}
	for i := range asked {
		w := &asked[i]
		w.Loudest = w.loudest(weeks)
		made(asked[:i+1], items)
		out[w.ID] = w.Items
	}
	return out, err
}
