package schedule

import (
	"context"
	"slices"
	"time"
)

// A Relief is the part of a shift that somebody who is to rest may hand over.
type Relief struct {
	TeamShift
	From, Until time.Time
	Asked       bool // cover is asked for already
}

// Whole reports whether nothing of the shift is left to come besides.
func (r *Relief) Whole() bool { return r.Until.Equal(r.End) }

// shortRest is how little of a shift is not worth coming back for.
const shortRest = 3 * time.Hour

// ReliefFor returns the next part of somebody's shifts, in teams that offer rest, that
// lies before an instant until which they are to rest: all of a shift that is nearly
// over by then; false when there is none.
func (s *Service) ReliefFor(ctx context.Context, person ID, until time.Time) (r Relief, ok bool, err error) {
	now := s.Now()
	shifts, err := s.PersonShifts(ctx, person, now, until)
	if err != nil {
		return r, false, err
	}
	for i := range shifts {
		x := &shifts[i]
		if !x.Start.Before(until) || !now.Before(x.End) {
			continue
		}
		team, err := s.Store.Team(ctx, x.Team)
		if err != nil {
			return r, false, err
		}
		if !team.RestCover {
			continue
		}
		r = Relief{TeamShift: *x, From: latest(now, x.Start), Until: earliest(x.End, until)}
		if x.End.Sub(r.Until) < shortRest {
			r.Until = x.End
		}
		open, err := s.Store.Requests(ctx, x.Team, RequestOpen)
		r.Asked = slices.ContainsFunc(open, func(o Request) bool {
			return o.Person == person && o.Slot == x.Slot && o.Start.Before(r.Until) && r.From.Before(o.End)
		})
		return r, true, err
	}
	return r, false, nil
}
