package schedule

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// Beginning returns the shifts of all teams that somebody has and that begin in (after,
// until], by start. What goes on from a shift of the same person without a break does not
// begin.
func (s *Service) Beginning(ctx context.Context, after, until time.Time) ([]TeamShift, error) {
	teams, err := s.Store.BeginningTeams(ctx, after, until)
	if err != nil {
		return nil, err
	}
	var all []TeamShift
	for some := range slices.Chunk(teams, teamsAtOnce) {
		shifts, err := s.shiftsIn(ctx, some, after, until)
		if err != nil {
			return nil, err
		}
		for team, list := range shifts {
			for i := range list {
				if x := &list[i]; x.Person != 0 && x.Start.After(after) && !x.Start.After(until) && !goesOn(list, x) {
					all = append(all, TeamShift{team, *x})
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b TeamShift) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Team, b.Team), cmp.Compare(a.Key, b.Key))
	})
	return all, nil
}

// goesOn says whether a shift follows one of the same person and rotation at once.
func goesOn(shifts []Shift, x *Shift) bool {
	return slices.ContainsFunc(shifts, func(y Shift) bool { return y.Person == x.Person && y.Rotation == x.Rotation && y.End.Equal(x.Start) })
}

// shiftsIn returns what some teams have between two instants, both included, by team.
func (s *Service) shiftsIn(ctx context.Context, teams []ID, from, to time.Time) (map[ID][]Shift, error) {
	from, to = from.Add(-time.Second), to.Add(time.Second)
	decided, err := s.decidedIn(ctx, teams, from, to)
	shifts := map[ID][]Shift{}
	for team, d := range decided {
		shifts[team] = Resolve(d.published, d.overrides, from, to, time.Time{})
	}
	return shifts, err
}

// decidedIn is decided for some teams, by team.
func (s *Service) decidedIn(ctx context.Context, teams []ID, from, to time.Time) (map[ID]*decisions, error) {
	published, err := s.Store.PublishedIn(ctx, teams, from, to)
	if err != nil {
		return nil, err
	}
	first, last := from, to
	for i := range published {
		first, last = earliest(first, published[i].Start), latest(last, published[i].End)
	}
	overrides, err := s.Store.OverridesIn(ctx, teams, first, last)
	if err != nil {
		return nil, err
	}
	by := map[ID]*decisions{}
	overridesBy := byTeam(overrides, func(o *Override) ID { return o.Team })
	for team, published := range byTeam(published, publishedTeam) {
		by[team] = &decisions{published, overridesBy[team]}
	}
	return by, nil
}
