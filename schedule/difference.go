package schedule

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// A Difference is what a plan changes about one slot that is published, or new.
type Difference struct {
	Was *Published // nil: nothing is published
	Is  *Published // nil: there is no such shift any more
}

// Start returns when the shift begins: as it will, or as it did.
func (d *Difference) Start() time.Time {
	if d.Is != nil {
		return d.Is.Start
	}
	return d.Was.Start
}

// Differences lists what a plan for [begins, ends) changes about what is published,
// by start. Shifts that have begun stay, so they are not in it.
func Differences(current, planned []Published, begins, ends, now time.Time) []Difference {
	is := map[SlotID]*Published{}
	for i := range current {
		if p := &current[i]; p.Until.IsZero() {
			is[p.Slot] = p
		}
	}
	var all []Difference
	for i := range planned {
		p := &planned[i]
		was := is[p.Slot]
		delete(is, p.Slot)
		if was == nil || was.Start.After(now) && !was.same(p) {
			all = append(all, Difference{was, p})
		}
	}
	for _, p := range is {
		if p.Start.After(now) && !p.Start.Before(begins) && p.Start.Before(ends) {
			all = append(all, Difference{Was: p})
		}
	}
	slices.SortFunc(all, func(a, b Difference) int {
		return cmp.Or(a.Start().Compare(b.Start()), cmp.Compare(a.slot(), b.slot()))
	})
	return all
}

func (d *Difference) slot() SlotID {
	if d.Is != nil {
		return d.Is.Slot
	}
	return d.Was.Slot
}

func (p *Published) same(q *Published) bool {
	return p.Person == q.Person && p.Rotation == q.Rotation && p.Start.Equal(q.Start) && p.End.Equal(q.End) && p.Points == q.Points
}

// onlyPoints says whether the same person has the same hours as before.
func (d *Difference) onlyPoints() bool {
	return d.Was != nil && d.Is != nil && d.Was.Person == d.Is.Person && d.Was.Start.Equal(d.Is.Start) && d.Was.End.Equal(d.Is.End)
}

// DraftDifferences says what publishing a draft now would change.
func (s *Service) DraftDifferences(ctx context.Context, d *Draft, planned *Planned) ([]Difference, error) {
	return differencesOf(ctx, s.Store, d, planned, s.Now())
}

func differencesOf(ctx context.Context, store Store, d *Draft, planned *Planned, now time.Time) ([]Difference, error) {
	team, err := store.Team(ctx, d.Team)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(team.Zone)
	if err != nil {
		return nil, fmt.Errorf("zone of team %d: %w", d.Team, err)
	}
	begins, ends := d.From.At(Midnight, zone), d.Until.At(Midnight, zone)
	// A rotation on another clock may begin a shift of the first day before the
	// team's midnight, or one of the last after it.
	from, until := begins, ends
	for _, p := range planned.Shifts {
		from, until = earliest(from, p.Start), latest(until, p.End)
	}
	current, err := store.Published(ctx, d.Team, from, until.AddDate(0, 1, 0))
	if err != nil {
		return nil, err
	}
	return Differences(current, planned.Shifts, begins, ends, now), nil
}

// An Affected is a person with the shifts that they lose and get, by start.
type Affected struct {
	Person      ID
	Loses, Gets []Published
}

// AffectedBy says whose shifts differences change. A shift of which only the points
// change affects nobody; one whose times change is lost and got.
func AffectedBy(differences []Difference) []Affected {
	var all []Affected
	of := func(id ID) *Affected {
		at := slices.IndexFunc(all, func(a Affected) bool { return a.Person == id })
		if at < 0 {
			at = len(all)
			all = append(all, Affected{Person: id})
		}
		return &all[at]
	}
	for _, d := range differences {
		if d.onlyPoints() {
			continue
		}
		if d.Was != nil && d.Was.Person != 0 {
			a := of(d.Was.Person)
			a.Loses = append(a.Loses, *d.Was)
		}
		if d.Is != nil && d.Is.Person != 0 {
			a := of(d.Is.Person)
			a.Gets = append(a.Gets, *d.Is)
		}
	}
	return all
}
