package schedule

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"
)

// issuesAhead is how far Issues looks.
const issuesAhead = 90 * 24 * time.Hour

// Issues lists what is wrong with a team's coming 90 days: unfilled shifts, people
// who have two at once, here or with another team, people who are away, and those
// who are not in the team any more or take no part in its duties.
func (s *Service) Issues(ctx context.Context, team ID) ([]Issue, error) {
	from := s.Now()
	to := from.Add(issuesAhead)
	shifts, err := s.Shifts(ctx, team, from, to, time.Time{})
	if err != nil {
		return nil, err
	}
	people, err := s.people(ctx, s.Store, shifts)
	if err != nil {
		return nil, err
	}
	type name struct {
		id  ID
		key string
	}
	mine := map[name]bool{}
	for _, shift := range shifts {
		mine[name{shift.ID, shift.Key}] = true
	}
	elsewhere, err := s.elsewhere(ctx, team, people, from, to)
	if err != nil {
		return nil, err
	}
	away, err := s.away(ctx, people)
	if err != nil {
		return nil, err
	}
	gone, err := s.gone(ctx, team, people, from, to)
	if err != nil {
		return nil, err
	}
	issues := Issues(append(slices.Clone(shifts), elsewhere...), append(away, gone...))
	return slices.DeleteFunc(issues, func(i Issue) bool {
		return !mine[name{i.Shift.ID, i.Shift.Key}] && (i.With == nil || !mine[name{i.With.ID, i.With.Key}])
	}), nil
}

// elsewhere returns the shifts that people have in other teams than one.
func (s *Service) elsewhere(ctx context.Context, team ID, people map[ID]Profile, from, to time.Time) ([]Shift, error) {
	theirs, err := shiftsOfPeople(ctx, s.Store, slices.Collect(maps.Keys(people)), from, to)
	if err != nil {
		return nil, err
	}
	var all []Shift
	for _, t := range theirs {
		if t.Team != team {
			all = append(all, t.Shift)
		}
	}
	return all, nil
}

// away returns when people are away.
func (s *Service) away(ctx context.Context, people map[ID]Profile) ([]AwaySpan, error) {
	var ids []ID
	for id := range people {
		ids = append(ids, id)
	}
	leaves, err := s.Store.Leaves(ctx, ids)
	if err != nil {
		return nil, err
	}
	var away []AwaySpan
	for i := range leaves {
		if l := &leaves[i]; l.WishCost == 0 {
			zone, err := Zone(people[l.Person].Zone)
			if err != nil {
				return nil, fmt.Errorf("zone of person %d: %w", l.Person, err)
			}
			away = append(away, l.Away(zone))
		}
	}
	return away, nil
}

// gone returns when people who have shifts in a team are not in it.
func (s *Service) gone(ctx context.Context, team ID, people map[ID]Profile, from, to time.Time) ([]AwaySpan, error) {
	members, err := s.Store.Members(ctx, team)
	if err != nil {
		return nil, err
	}
	changes, err := s.Store.MemberChanges(ctx, team)
	if err != nil {
		return nil, err
	}
	var gone []AwaySpan
	for id, p := range people {
		at := slices.IndexFunc(members, func(m Membership) bool { return m.Person == id })
		if at < 0 || !p.DeactivatedAt.IsZero() {
			gone = append(gone, AwaySpan{Person: id, Start: from, End: to, Gone: true})
			continue
		}
		zone, err := Zone(p.Zone)
		if err != nil {
			return nil, fmt.Errorf("zone of person %d: %w", id, err)
		}
		m := &members[at]
		if !m.From.IsZero() {
			gone = append(gone, AwaySpan{Person: id, Start: from, End: m.From.At(Midnight, zone), Gone: true})
		}
		if !m.Until.IsZero() {
			// Whoever leaves on a Sunday still hands over on Monday morning.
			gone = append(gone, AwaySpan{Person: id, Start: m.Until.AddDays(1).At(Noon, zone), End: to, Gone: true})
		}
		gone = append(gone, pausesOf(m, changes, DateOf(from.In(zone)), DateOf(to.In(zone)).AddDays(1), zone)...)
	}
	return gone, nil
}

// pausesOf returns when a member takes no part in the team's duties although they are
// in the team, on the days [from, until).
func pausesOf(m *Membership, changes []MemberChange, from, until Date, zone *time.Location) []AwaySpan {
	p := Planning{Membership: *m}
	for _, c := range changes {
		if c.Person == m.Person {
			p.Changes = append(p.Changes, c)
		}
	}
	_, pauses, ok := p.During(from, until)
	there := (m.From.IsZero() || m.From.Before(until)) && (m.Until.IsZero() || !m.Until.Before(from))
	if !ok && there { // on no day
		pauses = []Absence{{First: from, Last: until}}
	}
	var spans []AwaySpan
	for _, a := range pauses {
		l := Leave{Person: m.Person, First: a.First, Last: a.Last}
		span := l.Away(zone)
		span.Pauses = true
		spans = append(spans, span)
	}
	return spans
}
