package schedule

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// A Gap is a shift to come, or the rest of one, that nobody has.
type Gap struct {
	TeamShift
	Since time.Time // when the last part of it came to be nobody's
}

// Gaps returns what nobody has in the coming 90 days, by team and start: in some teams, or
// in all when none are named.
func (s *Service) Gaps(ctx context.Context, teams ...ID) ([]Gap, error) {
	now := s.Now()
	to := now.Add(issuesAhead)
	if len(teams) == 0 {
		var err error
		if teams, err = s.Store.OpenTeams(ctx, now, to); err != nil {
			return nil, err
		}
	}
	var gaps []Gap
	for some := range slices.Chunk(teams, teamsAtOnce) {
		decided, err := s.decidedIn(ctx, some, now, to)
		if err != nil {
			return nil, err
		}
		for team, d := range decided {
			for _, x := range Resolve(d.published, d.overrides, now, to, time.Time{}) {
				if x.Person == 0 {
					gaps = append(gaps, Gap{TeamShift{team, x}, d.openSince(&x)})
				}
			}
		}
	}
	slices.SortFunc(gaps, func(a, b Gap) int {
		return cmp.Or(cmp.Compare(a.Team, b.Team), a.Start.Compare(b.Start), cmp.Compare(a.Key, b.Key))
	})
	return gaps, nil
}

// openSince goes back through what was decided about a slot to when all of a gap in it was
// nobody's for the first time without a break.
func (d *decisions) openSince(gap *Shift) time.Time {
	var slot decisions
	for _, p := range d.published {
		if p.Slot == gap.Slot {
			slot.published = append(slot.published, p)
		}
	}
	for _, o := range d.overrides {
		if o.Slot == gap.Slot {
			slot.overrides = append(slot.overrides, o)
		}
	}
	since := gap.ChangedAt
	for range len(slot.published) + 2*len(slot.overrides) {
		open, last := time.Duration(0), time.Time{}
		for _, x := range Resolve(slot.published, slot.overrides, gap.Start, gap.End, since.Add(-time.Second)) {
			if x.Person == 0 {
				open += earliest(x.End, gap.End).Sub(latest(x.Start, gap.Start))
			}
			last = x.ChangedAt
		}
		if open < gap.End.Sub(gap.Start) {
			break
		}
		since = last
	}
	return since
}
