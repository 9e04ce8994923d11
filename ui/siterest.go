package ui

import (
	"context"
	"fmt"
	"slices"
	"time"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"
)

// fillRest says who is to rest: the reader, and whom they plan.
func (s *Site) fillRest(ctx context.Context, page *Home, w auth.Who, names map[schedule.ID]schedule.Profile) (err error) {
	if page.Rest, err = s.myRest(ctx, w, names, &page.Frame); err != nil {
		return err
	}
	page.Due, err = s.restDue(ctx, w, names, page.Teams)
	return err
}

// myRest says that the reader's night was broken, with what of their shifts they may
// hand over for it; nil when there is nothing to say.
func (s *Site) myRest(ctx context.Context, w auth.Who, names map[schedule.ID]schedule.Profile, f *Frame) (*MyRest, error) {
	if !w.May(auth.SeeOwnBurden, auth.Person(w.Person)) {
		return nil, nil
	}
	records, err := s.Schedule.Store.TeamsOf(ctx, me(w))
	if err != nil {
		return nil, err
	}
	offered := false
	var teams []schedule.ID
	for i := range records {
		teams, offered = append(teams, records[i].ID), offered || records[i].RestCover
	}
	if !offered {
		return nil, nil
	}
	nights, err := s.Burdens.BrokenNights(ctx, teams, []schedule.ID{me(w)})
	if err != nil || len(nights) == 0 {
		return nil, err
	}
	n := &nights[0]
	out := &MyRest{Rest: n.Rest, Say: brokenSay(n)}
	relief, ok, err := s.Schedule.ReliefFor(ctx, me(w), later(n.Rest, n.Next))
	if err != nil || !ok {
		return out, err
	}
	zone, err := time.LoadLocation(f.Zone)
	if err != nil {
		return nil, err
	}
	line := s.line(&relief.TeamShift, names, me(w), f.Teams)
	line.Start, line.End = relief.From, relief.Until
	out.Shift, out.On, out.Asked = &line, !relief.Start.After(f.Now), relief.Asked
	if !relief.Whole() {
		out.Until = relief.Until.In(zone).Format("2006-01-02T15:04")
	}
	return out, nil
}

// brokenSay says what a night was: "woken twice, 3 h of work".
func brokenSay(n *health.BrokenNight) string {
	woken := fmt.Sprintf("woken %d times", n.Wakeups)
	switch n.Wakeups {
	case 0:
		woken = ""
	case 1:
		woken = "woken once"
	case 2:
		woken = "woken twice"
	}
	work := ""
	if n.Work >= time.Minute {
		work = left(n.Work) + " of work in sleeping hours"
	}
	if woken != "" && work != "" {
		return woken + ", " + work
	}
	return woken + work
}

// restDue lists who is to rest in the teams that the reader manages and that offer rest:
// that they are, until when, and which of their shifts comes first.
func (s *Site) restDue(ctx context.Context, w auth.Who, names map[schedule.ID]schedule.Profile, teams []TeamLink) ([]RestDue, error) {
	var out []RestDue
	for _, link := range teams {
		team, err := s.Schedule.Store.Team(ctx, schedule.ID(link.ID))
		if err != nil {
			return nil, err
		}
		sight, err := w.Sight(link.ID)
		if err != nil || !team.RestCover || !sight.Nights {
			continue
		}
		members, err := s.Schedule.Store.Members(ctx, team.ID)
		if err != nil {
			return nil, err
		}
		var people []schedule.ID
		for i := range members {
			people = append(people, members[i].Person)
		}
		_, due, err := s.Burdens.RestDue(ctx, team.ID, people, sight)
		if err != nil {
			return nil, err
		}
		for i := range due {
			row := RestDue{Name: names[due[i].Person].Name, Team: team.Name, Rest: due[i].Rest}
			relief, ok, err := s.Schedule.ReliefFor(ctx, due[i].Person, later(due[i].Rest, due[i].Next))
			if err != nil {
				return nil, err
			}
			if ok && relief.Team == team.ID {
				line := s.line(&relief.TeamShift, names, me(w), teams)
				line.Start, line.End = relief.From, relief.Until
				row.Shift, row.Asked = &line, relief.Asked
			}
			out = append(out, row)
		}
	}
	slices.SortStableFunc(out, func(a, b RestDue) int { return a.Rest.Compare(b.Rest) })
	return out, nil
}
