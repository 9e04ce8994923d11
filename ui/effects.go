package ui

import (
	"context"
	"fmt"
	"math"
	"slices"

	"watchbill/api/auth"
	"watchbill/schedule"
)

// sideOf says what moves would mean for one person.
func sideOf(e *schedule.Effect) Side {
	out := Side{Load: loadLine(e)}
	for _, f := range e.Findings {
		if f.Broken {
			out.Broken = append(out.Broken, upper(f.Text))
		} else {
			out.Details = append(out.Details, upper(f.Text))
		}
	}
	if e.Near > 0 {
		out.Details = append(out.Details, plural(e.Near, "more shift", "more shifts")+" within two weeks")
	} else if e.Points > 0 {
		out.Details = append(out.Details, "Nothing else within two weeks")
	}
	return out
}

// loadLine says how far from their fair share somebody is, and would be:
// "13 → 54 points below the fair share".
func loadLine(e *schedule.Effect) string {
	before, where := fromShare(e.Before)
	after, there := fromShare(e.After)
	switch {
	case e.Points == 0:
		return awayFrom(before, where) + " the fair share, as before"
	case where == there && before != "":
		return fmt.Sprintf("%s → %s points %s the fair share", before, after, where)
	}
	return awayFrom(before, where) + " the fair share → " + awayFrom(after, there)
}

// awayFrom is "13 points below", or "at".
func awayFrom(points, where string) string {
	if points == "" {
		return where
	}
	return points + " points " + where
}

// fromShare says a distance from the fair share in whole points.
func fromShare(n int64) (points, where string) {
	switch v := float64(n) / 1000; {
	case v >= .5:
		return num(math.Round(v)), "above"
	case v <= -.5:
		return num(math.Round(-v)), "below"
	}
	return "", "at"
}

// effectOf finds a person among effects; nil when nothing changes for them.
func effectOf(effects []schedule.Effect, person schedule.ID) *schedule.Effect {
	for i := range effects {
		if effects[i].Person == person {
			return &effects[i]
		}
	}
	return nil
}

// bothSides are what moves would mean for everybody concerned, the reader first, and
// what is against it for any of them.
func bothSides(effects []schedule.Effect, reader schedule.ID, names map[schedule.ID]schedule.Profile) (sides []Side, against string) {
	effects = slices.Clone(effects)
	slices.SortStableFunc(effects, func(a, b schedule.Effect) int {
		return rank(a.Person == reader) - rank(b.Person == reader)
	})
	for i := range effects {
		e := &effects[i]
		one := sideOf(e)
		one.Who = names[e.Person].Name
		if e.Person == reader {
			one.Who = "You"
		}
		sides = append(sides, one)
		if e.Broken() && against == "" {
			against = fmt.Sprintf("%s for %s", e.Against(), names[e.Person].Name)
			if e.Person == reader {
				against = e.Against()
			}
		}
	}
	return sides, against
}

func rank(first bool) int {
	if first {
		return 0
	}
	return 1
}

// explain adds to requests what accepting them would mean, for both sides, and who
// can allow what a rule is against; those come last.
func (s *Site) explain(ctx context.Context, w auth.Who, names map[schedule.ID]schedule.Profile, list []Request) error {
	byTeam := map[schedule.ID][]int{}
	for i := range list {
		r := list[i].of
		if r != nil && list[i].State == schedule.RequestOpen && (list[i].CanAccept || r.To != 0) {
			byTeam[r.Team] = append(byTeam[r.Team], i)
		}
	}
	for team, at := range byTeam {
		var proposals [][]schedule.Move
		for _, i := range at {
			taker := list[i].of.To
			if list[i].CanAccept {
				taker = me(w)
			}
			proposals = append(proposals, list[i].of.Moves(taker))
		}
		effects, err := s.Schedule.Effects(ctx, team, proposals...)
		if err != nil {
			return err
		}
		for k, i := range at {
			r := &list[i]
			r.Sides, r.Blocked = bothSides(effects[k], me(w), names)
			if r.Blocked == "" {
				continue
			}
			r.Against, r.CanAccept = true, false
			r.CanApprove = w.May(auth.Override, auth.Team(int64(team)))
		}
	}
	slices.SortStableFunc(list, func(a, b Request) int { return rank(!a.Against) - rank(!b.Against) })
	return nil
}
