package api

import (
	"context"
	"fmt"

	"watchbill/api/auth"
	"watchbill/schedule"
)

// Terms are the rotations, skills and limits that a member has from a day on.
type Terms struct {
	ID        schedule.ID `json:"id"`
	Person    schedule.ID `json:"person"`
	From      Day         `json:"from" doc:"The day from which they hold, until others do"`
	Takes     *string     `json:"takes,omitempty" doc:"Rotations, separated by commas; empty is all of them, and as before when absent"`
	Skills    *string     `json:"skills,omitempty" doc:"Separated by commas; as before when absent"`
	Limits    *string     `json:"limits,omitempty" doc:"Of this person, as in a team file; as before when absent"`
	CreatedAt Instant     `json:"created_at"`
}

// TermsList are a member's rotations, skills and limits by day.
type TermsList struct {
	Items []Terms `json:"items" doc:"By day, those that hold already too; what held before stands in the member"`
}

type termsOut struct{ Body TermsList }

func (s *Server) memberTerms(ctx context.Context, team, person schedule.ID) (*termsOut, error) {
	all, err := s.Schedule.Store.MemberTerms(ctx, team)
	out := &termsOut{TermsList{Items: []Terms{}}}
	for i := range all {
		if t := &all[i]; t.Person == person {
			out.Body.Items = append(out.Body.Items, Terms{t.ID, t.Person, Day{t.From}, t.Takes, t.Skills, t.Limits, instantOf(t.CreatedAt)})
		}
	}
	return out, err
}

// listMemberTerms lists which rotations, skills and limits a member has from which day on.
func (s *Server) listMemberTerms(ctx context.Context, in *struct{ MemberPath }) (*termsOut, error) {
	if _, _, err := s.teamOfPeople(ctx, in.Team); err != nil {
		return nil, err
	}
	return s.memberTerms(ctx, in.Team, in.Person)
}

// NewTerms are other rotations, skills or limits; what is absent stays as before.
type NewTerms struct {
	Takes  *string `json:"takes,omitempty" maxLength:"1000" doc:"Rotations, separated by commas; empty is all of them"`
	Skills *string `json:"skills,omitempty" maxLength:"1000" doc:"Separated by commas; empty is none any more"`
	Limits *string `json:"limits,omitempty" maxLength:"1000" doc:"Of this person, as in a team file; empty is none any more"`
}

type planTermsIn struct {
	MemberPath
	From Day `path:"from" doc:"The day from which they hold"`
	Body NewTerms
}

// planMemberTerms gives a member other rotations, skills or limits from a day on.
func (s *Server) planMemberTerms(ctx context.Context, in *planTermsIn) (*termsOut, error) {
	_, w, err := s.team(ctx, auth.EditTeam, in.Team)
	if err != nil {
		return nil, err
	}
	err = s.Schedule.ScheduleTerms(ctx, me(w), schedule.MemberTerms{Team: in.Team, Person: in.Person, From: in.From.date, Takes: in.Body.Takes, Skills: in.Body.Skills, Limits: in.Body.Limits})
	if err != nil {
		return nil, err
	}
	return s.memberTerms(ctx, in.Team, in.Person)
}

// forgetMemberTerms forgets rotations, skills or limits that are still to come.
func (s *Server) forgetMemberTerms(ctx context.Context, in *forgetChangeIn) (*struct{}, error) {
	_, w, err := s.team(ctx, auth.EditTeam, in.Team)
	if err != nil {
		return nil, err
	}
	all, err := s.Schedule.Store.MemberTerms(ctx, in.Team)
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		if t.Person == in.Person && t.From == in.From.date {
			return nil, s.Schedule.UnscheduleTerms(ctx, me(w), in.Team, t.ID)
		}
	}
	return nil, fmt.Errorf("terms of %d from %v: %w", in.Person, in.From.date, schedule.ErrNotFound)
}
