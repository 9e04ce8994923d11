package ui

import (
	"context"
	"fmt"
	"math"
	"slices"

	"watchbill/api/auth"
	"watchbill/schedule"
)

// effectLines say what moves would mean for one person: the rules that are broken
// first, then how close the others come, and the load before and after.
func effectLines(e *schedule.Effect) []Effect {
	var bad, other []Effect
	for _, f := range e.Findings {
		if f.Broken {
			bad = append(bad, Effect{Text: upper(f.Text), Tone: "bad"})
		} else {
			other = append(other, Effect{Text: upper(f.Text)})
		}
	}
	if e.Near > 0 {
		other = append(other, Effect{Text: plural(e.Near, "more shift", "more shifts") + " within two weeks"})
	} else if e.Points > 0 && len(bad) == 0 {
		other = append(other, Effect{Text: "Nothing else within two weeks", Tone: "good"})
	}
	return append(append(bad, other...), loadLine(e))
}

// loadLine says how far from their fair share somebody is, and would be.
func loadLine(e *schedule.Effect) Effect {
	from := func(n int64) string {
		switch v := float64(n) / 1000; {
		case v >= .5:
			return num(math.Round(v)) + " above"
		case v <= -.5:
			return num(math.Round(-v)) + " below"
		}
		return "at"
	}
	tone := ""
	if abs(e.After) < abs(e.Before) {
		tone = "good"
	}
	if e.Points == 0 {
		return Effect{Text: fmt.Sprintf("The load stays as it is, %s the fair share", from(e.Before))}
	}
	verb := "Takes on"
	points := e.Points
	if points < 0 {
		verb, points = "Gives", -points
	}
	return Effect{Tone: tone, Text: fmt.Sprintf("%s %s: %s the fair share now, %s after", verb, plural(int(points), "point", "points"), from(e.Before), from(e.After))}
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
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

// bothSides are the lines of everybody concerned, each under their name, the
// reader's first, and what is against it for any of them.
func bothSides(effects []schedule.Effect, reader schedule.ID, names map[schedule.ID]schedule.Profile) (lines []Effect, against string) {
	effects = slices.Clone(effects)
	slices.SortStableFunc(effects, func(a, b schedule.Effect) int {
		return rank(a.Person == reader) - rank(b.Person == reader)
	})
	for i := range effects {
		e := &effects[i]
		who := names[e.Person].Name
		if e.Person == reader {
			who = "You"
		}
		for _, line := range effectLines(e) {
			line.Who = who
			lines = append(lines, line)
		}
		if e.Broken() && against == "" {
			against = fmt.Sprintf("%s for %s", e.Against(), names[e.Person].Name)
			if e.Person == reader {
				against = e.Against()
			}
		}
	}
	return lines, against
}

func rank(first bool) int {
	if first {
		return 0
	}
	return 1
}

// explain adds to requests what accepting them would mean, for both sides, and who
// can allow what a rule is against.
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
			r.Effects, r.Blocked = bothSides(effects[k], me(w), names)
			if r.Blocked == "" {
				continue
			}
			r.Against, r.CanAccept = true, false
			r.CanApprove = w.May(auth.Override, auth.Team(int64(team)))
		}
	}
	return nil
}
