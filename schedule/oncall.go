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
	if at.Before(s.Now()) {
		shifts, err := s.Shifts(ctx, team, at, at.Add(nextLate), at)
		return OnCall(shifts, at), err
	}
	shifts, err := s.Shifts(ctx, team, at, at.Add(nextSoon), time.Time{})
	if err != nil {
		return nil, err
	}
	starts, err := s.Store.NextStarts(ctx, team, at.Add(nextSoon))
	if err != nil {
		return nil, err
	}
	duties := OnCall(shifts, at)
	for rotation, start := range starts {
		if slices.ContainsFunc(duties, func(d Duty) bool { return d.Rotation == rotation && d.Next != nil }) {
			continue
		}
		late, err := s.Shifts(ctx, team, start, start.Add(time.Second), time.Time{})
		if err != nil {
			return nil, err
		}
		for _, t := range late {
			if t.Rotation == rotation && !t.Start.Before(start) {
				shifts = append(shifts, t)
			}
		}
	}
	return OnCall(shifts, at), nil
}
