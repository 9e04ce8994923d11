package schedule

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// A Begin is a shift that begins.
type Begin struct {
	TeamShift
	// Before is until when the same person had the rotation before; zero when that was not
	// lately.
	Before time.Time
}

// Beginning returns the shifts of all teams that somebody has and that begin in (after,
// until], by start, with what they had lately: as far back as that.
func (s *Service) Beginning(ctx context.Context, after, until time.Time, lately time.Duration) ([]Begin, error) {
	teams, err := s.Store.BeginningTeams(ctx, after, until)
	if err != nil {
		return nil, err
	}
	var all []Begin
	for some := range slices.Chunk(teams, teamsAtOnce) {
		shifts, err := s.shiftsIn(ctx, some, after.Add(-lately), until)
		if err != nil {
			return nil, err
		}
		for team, list := range shifts {
			for i := range list {
				if x := &list[i]; x.Person != 0 && x.Start.After(after) && !x.Start.After(until) {
					all = append(all, Begin{TeamShift{team, *x}, lastEnd(list, x)})
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b Begin) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Team, b.Team), cmp.Compare(a.Key, b.Key))
	})
	return all, nil
}

// lastEnd is when the same person's last shift of the rotation before another ended.
func lastEnd(shifts []Shift, x *Shift) (end time.Time) {
	for i := range shifts {
		if y := &shifts[i]; y.Person == x.Person && y.Rotation == x.Rotation && y.Start.Before(x.Start) {
			end = latest(end, y.End)
		}
	}
	return end
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
