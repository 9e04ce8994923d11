package schedule

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// A Duty says who is on call for a rotation at an instant, and who is next.
type Duty struct {
	Rotation RotationID
	Now      []Shift // those that run; none where nobody has to be there
	Next     *Shift  // the first to begin after the instant
}

// OnCall says for each rotation among the shifts, by name, who has it at an
// instant.
func OnCall(shifts []Shift, at time.Time) []Duty {
	duties := map[RotationID]*Duty{}
	var names []RotationID
	for i := range shifts {
		s := &shifts[i]
		d := duties[s.Rotation]
		if d == nil {
			d = &Duty{Rotation: s.Rotation}
			duties[s.Rotation] = d
			names = append(names, s.Rotation)
		}
		switch {
		case s.Start.After(at):
			if d.Next == nil || s.Start.Before(d.Next.Start) {
				d.Next = s
			}
		case at.Before(s.End):
			d.Now = append(d.Now, *s)
		}
	}
	slices.Sort(names)
	out := make([]Duty, 0, len(names))
	for _, name := range names {
		out = append(out, *duties[name])
	}
	return out
}

// The kinds of issues.
const (
	Unfilled = "unfilled" // nobody has the shift
	Twice    = "twice"    // somebody has two shifts at once
	Away     = "away"     // somebody has a shift and is away
	Unknown  = "unknown"  // somebody has a shift who is not in the team any more, not yet, or takes no part then
)

// An Issue is something about coming shifts that somebody has to mend.
type Issue struct {
	Kind  string
	Shift Shift
	With  *Shift // the other of two at once
	Start time.Time
	End   time.Time
	// Pauses says of somebody Unknown that they are in the team but take no part in its
	// duties then.
	Pauses bool
}

// An AwaySpan is an absence of a person as instants.
type AwaySpan struct {
	Person     ID
	Start, End time.Time
	// HandOver is until when a shift that began before may end all the same: who is
	// away from a day on still hands over on its morning. It may be zero.
	HandOver time.Time
	Gone     bool // not away but not in the team
	Pauses   bool // in the team, and takes no part in its duties
}

// clash returns the part of a stretch of duty that falls into the absence.
func (a *AwaySpan) clash(start, end time.Time) (Span, bool) {
	if start.Before(a.Start) && !end.After(a.HandOver) {
		return Span{}, false
	}
	part := Span{latest(a.Start, start), earliest(a.End, end)}
	return part, part.Start.Before(part.End)
}

// Issues lists what is wrong with shifts, which may be of several teams, by start.
func Issues(shifts []Shift, away []AwaySpan) []Issue {
	var issues []Issue
	byPerson := map[ID][]*Shift{}
	for i := range shifts {
		s := &shifts[i]
		if s.Person == 0 {
			issues = append(issues, Issue{Kind: Unfilled, Shift: *s, Start: s.Start, End: s.End})
			continue
		}
		byPerson[s.Person] = append(byPerson[s.Person], s)
	}
	for _, mine := range byPerson {
		slices.SortFunc(mine, func(a, b *Shift) int { return a.Start.Compare(b.Start) })
		for i, a := range mine {
			for _, b := range mine[i+1:] {
				if !b.Start.Before(a.End) {
					break
				}
				issues = append(issues, Issue{Kind: Twice, Shift: *a, With: b, Start: b.Start, End: earliest(a.End, b.End)})
			}
		}
	}
	for _, a := range away {
		for _, s := range byPerson[a.Person] {
			kind := Away
			if a.Gone || a.Pauses {
				kind = Unknown
			}
			if a.Pauses && s.Kind == Overridden {
				continue // a manager wanted it so
			}
			if part, ok := a.clash(s.Start, s.End); ok {
				issues = append(issues, Issue{Kind: kind, Shift: *s, Start: part.Start, End: part.End, Pauses: a.Pauses})
			}
		}
	}
	slices.SortFunc(issues, func(a, b Issue) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Shift.Key, b.Shift.Key))
	})
	return issues
}

// How far OnCall looks for who is next: in the days in which most duties change
// hands, and for what was known at a past instant at most.
const (
	nextSoon = 8 * 24 * time.Hour
	nextLate = 100 * 24 * time.Hour
)

// OnCall says for each of a team's rotations who has it at an instant and who is
// next, however far ahead that is published. For an instant that is past it says
// what was true then, with who was to be next within a hundred days, and nothing of
// what was decided since.
func (s *Service) OnCall(ctx context.Context, team ID, at time.Time) ([]Duty, error) {
	duties, err := s.OnCallIn(ctx, []ID{team}, at)
	return duties[team], err
}

// teamsAtOnce is for how many teams shifts are read at once: few enough that what is
// read of a large organisation is not in memory together.
const teamsAtOnce = 200

// OnCallIn is OnCall for some teams, by team; those without shifts are not in it.
func (s *Service) OnCallIn(ctx context.Context, teams []ID, at time.Time) (map[ID][]Duty, error) {
	duties := make(map[ID][]Duty, len(teams))
	for some := range slices.Chunk(teams, teamsAtOnce) {
		if err := s.onCall(ctx, some, at, duties); err != nil {
			return nil, err
		}
	}
	return duties, nil
}

// onCall adds the duties of some teams.
func (s *Service) onCall(ctx context.Context, teams []ID, at time.Time, duties map[ID][]Duty) error {
	past := at.Before(s.Now())
	to, asOf := at.Add(nextSoon), time.Time{}
	if past {
		to, asOf = at.Add(nextLate), at
	}
	soon, err := s.Store.PublishedIn(ctx, teams, at, to)
	if err != nil {
		return err
	}
	var late []Published
	if !past {
		if late, err = s.Store.PublishedNext(ctx, teams, to); err != nil {
			return err
		}
	}
	from, until := at, to
	for _, p := range slices.Concat(soon, late) {
		from, until = earliest(from, p.Start), latest(until, p.End)
	}
	overrides, err := s.Store.OverridesIn(ctx, teams, from, until)
	if err != nil {
		return err
	}
	soonBy, lateBy, overridesBy := byTeam(soon, publishedTeam), byTeam(late, publishedTeam), byTeam(overrides, func(o *Override) ID { return o.Team })
	for _, team := range teams {
		shifts := Resolve(soonBy[team], overridesBy[team], at, to, asOf)
		shifts = append(shifts, nextOf(lateBy[team], overridesBy[team], OnCall(shifts, at))...)
		if len(shifts) > 0 {
			duties[team] = OnCall(shifts, at)
		}
	}
	return nil
}

func publishedTeam(p *Published) ID { return p.Team }

// byTeam sorts by teams what is of several.
func byTeam[T any](all []T, team func(*T) ID) map[ID][]T {
	by := map[ID][]T{}
	for i := range all {
		by[team(&all[i])] = append(by[team(&all[i])], all[i])
	}
	return by
}

// nextOf returns the shifts with which slots far ahead begin, of the rotations of which
// nobody is known to be next so far.
func nextOf(published []Published, overrides []Override, known []Duty) []Shift {
	var next []Shift
	for i := range published {
		p := &published[i]
		if !p.Until.IsZero() || slices.ContainsFunc(known, func(d Duty) bool { return d.Rotation == p.Rotation && d.Next != nil }) {
			continue
		}
		for _, t := range Resolve(published, overrides, p.Start, p.Start.Add(time.Second), time.Time{}) {
			if t.Slot == p.Slot && !t.Start.Before(p.Start) {
				next = append(next, t)
			}
		}
	}
	return next
}
