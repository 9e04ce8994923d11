package schedule

import (
	"context"
	"slices"
	"time"
)

// Unreachable is the kind of issue of somebody who has a shift and whom nothing gets to.
const Unreachable = "unreachable"

// unreachedAhead is how long before a shift it is said that nothing gets to whoever has it:
// long enough to mend it, and not so long that it is somebody else's by then.
const unreachedAhead = 48 * time.Hour

// An Unreached says why nothing gets to somebody, as far as it is known for certain.
type Unreached struct {
	Pager   ID     // a pager of the team's whose list of users has nobody who could be them
	Named   string // as that pager is called
	Letters string // why the last letters to them did not arrive, by any way; empty: some did, or there were none
}

// A Deaf shift is one that runs or begins soon, of somebody whom nothing gets to.
type Deaf struct {
	Shift
	Unreached
}

// Unreached lists the shifts of a team that run or begin within two days, of people whom
// nothing gets to.
func (s *Service) Unreached(ctx context.Context, team ID) ([]Deaf, error) {
	if s.Reached == nil {
		return nil, nil
	}
	now := s.Now()
	shifts, err := s.Shifts(ctx, team, now, now.Add(unreachedAhead), time.Time{})
	if err != nil {
		return nil, err
	}
	var people []ID
	for i := range shifts {
		if id := shifts[i].Person; id != 0 && !slices.Contains(people, id) {
			people = append(people, id)
		}
	}
	if len(people) == 0 {
		return nil, nil
	}
	why, err := s.Reached(ctx, team, people)
	if err != nil {
		return nil, err
	}
	var out []Deaf
	for i := range shifts {
		if u, ok := why[shifts[i].Person]; ok {
			out = append(out, Deaf{shifts[i], u})
		}
	}
	return out, nil
}
