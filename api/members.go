package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"watchbill/api/auth"
	"watchbill/schedule"
)

// A Member is a person's place in a team.
type Member struct {
	Person PersonRef `json:"person"`
	MemberSettings
	Active bool   `json:"active" doc:"Whether the person is still with the company"`
	ETag   string `json:"etag" doc:"Of this version, for If-Match"`
}

// MemberSettings are what can be changed of a member.
type MemberSettings struct {
	Role   string `json:"role" enum:"member,manager"`
	OnCall bool   `json:"on_call" doc:"Takes part in the rotations"`
	Share  int    `json:"share" minimum:"0" maximum:"100" doc:"Full-time equivalent in percent"`
	From   Day    `json:"from,omitzero" doc:"First day in the team; since ever when absent"`
	Until  Day    `json:"until,omitzero" doc:"Last day in the team, included; for ever when absent"`
	Takes  string `json:"takes,omitempty" doc:"Rotations, separated by commas; all when absent"`
	Skills string `json:"skills,omitempty" doc:"Separated by commas"`
	Limits string `json:"limits,omitempty" doc:"Of this person, as in a team file"`
}

const percent = schedule.FullTime / 100

func settingsOf(m *schedule.Membership) MemberSettings {
	out := MemberSettings{
		Role: string(auth.RoleMember), OnCall: m.OnCall, Share: int(m.Share / percent), From: Day{m.From}, Until: Day{m.Until},
		Takes: m.Takes, Skills: m.Skills, Limits: m.Limits,
	}
	if m.Manager {
		out.Role = string(auth.RoleManager)
	}
	return out
}

func memberOf(m *schedule.Membership, p *schedule.Profile) (Member, error) {
	out := Member{Person: PersonRef{p.ID, p.Name}, MemberSettings: settingsOf(m), Active: p.DeactivatedAt.IsZero()}
	var err error
	out.ETag, err = tagOf(out.MemberSettings)
	return out, err
}

type membersIn struct {
	TeamPath
	Paging
}

// Members is a page of members.
type Members struct {
	Items []Member `json:"items"`
	Next  string   `json:"next,omitempty" doc:"The cursor of the next page; absent on the last"`
}

type membersOut struct{ Body Members }

// listMembers lists the members of a team, for those who are in it.
func (s *Server) listMembers(ctx context.Context, in *membersIn) (*membersOut, error) {
	team, _, err := s.teamOfPeople(ctx, in.Team)
	if err != nil {
		return nil, err
	}
	members, err := s.Schedule.Store.Members(ctx, team.ID)
	if err != nil {
		return nil, err
	}
	page, next, err := pagedByID(members, &in.Paging, func(m *schedule.Membership) schedule.ID { return m.Person })
	if err != nil {
		return nil, err
	}
	people, err := s.profiles(ctx, page)
	if err != nil {
		return nil, err
	}
	out := &membersOut{Members{Items: []Member{}, Next: next}}
	for i := range page {
		p := people[page[i].Person]
		m, err := memberOf(&page[i], &p)
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, m)
	}
	return out, nil
}

// teamOfPeople returns a team for somebody who may see its people and not only its
// schedule.
func (s *Server) teamOfPeople(ctx context.Context, id schedule.ID) (schedule.TeamRecord, auth.Who, error) {
	w := auth.From(ctx)
	if err := w.Must(auth.SeeContact, auth.Person(0, int64(id))); err != nil {
		return schedule.TeamRecord{}, w, err
	}
	return s.team(ctx, auth.SeeTeam, id)
}

func (s *Server) profiles(ctx context.Context, members []schedule.Membership) (map[schedule.ID]schedule.Profile, error) {
	ids := []schedule.ID{}
	for _, m := range members {
		ids = append(ids, m.Person)
	}
	people, err := s.Schedule.Store.People(ctx, ids)
	byID := map[schedule.ID]schedule.Profile{}
	for _, p := range people {
		byID[p.ID] = p
	}
	return byID, err
}

// MemberPath is the member in the path of a route.
type MemberPath struct {
	TeamPath
	Person schedule.ID `path:"person" minimum:"1"`
}

// A MemberChange changes what it names of a member. A new one is a member, full
// time and on call unless it says otherwise.
type MemberChange struct {
	Role   *string `json:"role,omitempty" enum:"member,manager"`
	OnCall *bool   `json:"on_call,omitempty" doc:"Takes part in the rotations"`
	Share  *int    `json:"share,omitempty" minimum:"0" maximum:"100" doc:"Full-time equivalent in percent"`
	From   *Day    `json:"from,omitempty" doc:"First day in the team"`
	Until  *Day    `json:"until,omitempty" doc:"Last day in the team, included"`
	Always bool    `json:"always,omitempty" doc:"Take first and last day away"`
	Takes  *string `json:"takes,omitempty" maxLength:"1000" doc:"Rotations, separated by commas; empty is all"`
	Skills *string `json:"skills,omitempty" maxLength:"1000" doc:"Separated by commas"`
	Limits *string `json:"limits,omitempty" maxLength:"1000" doc:"Of this person, as in a team file"`
}

func (c *MemberChange) apply(m schedule.Membership) schedule.Membership {
	if c.Role != nil {
		m.Manager = *c.Role == string(auth.RoleManager)
	}
	set(&m.OnCall, c.OnCall)
	if c.Share != nil {
		m.Share = schedule.Share(*c.Share) * percent
	}
	if c.Always {
		m.From, m.Until = schedule.Date{}, schedule.Date{}
	}
	if c.From != nil {
		m.From = c.From.date
	}
	if c.Until != nil {
		m.Until = c.Until.date
	}
	set(&m.Takes, c.Takes)
	set(&m.Skills, c.Skills)
	set(&m.Limits, c.Limits)
	return m
}

type putMemberIn struct {
	MemberPath
	IfMatch
	IfNoneMatch string `header:"If-None-Match" enum:"*" doc:"With *: only add, and change nobody"`
	Body        MemberChange
}

type memberOut struct {
	Tagged
	Body Member
}

// putMember adds a member or changes their place in the team.
func (s *Server) putMember(ctx context.Context, in *putMemberIn) (*memberOut, error) {
	_, w, err := s.team(ctx, auth.EditTeam, in.Team)
	if err == nil {
		err = s.mayTakeIn(ctx, in)
	}
	if err != nil {
		return nil, err
	}
	var out Member
	err = s.Schedule.Within(ctx, func(now *schedule.Service) error {
		if _, err := lockTeam(ctx, now.Store, in.Team); err != nil {
			return err
		}
		was, there, err := member(ctx, now.Store, in.Team, in.Person)
		if err != nil {
			return err
		}
		is := in.Body.apply(was)
		if err := in.may(&was, &is, there); err != nil {
			return err
		}
		out, err = saveMember(ctx, now, me(w), is, there)
		return err
	})
	return &memberOut{Tagged{out.ETag}, out}, err
}

// mayTakeIn refuses to add somebody who has to be asked first. Who shares no team with
// whoever asks is not known to them.
func (s *Server) mayTakeIn(ctx context.Context, in *putMemberIn) error {
	if _, there, err := member(ctx, s.Schedule.Store, in.Team, in.Person); err != nil || there {
		return err
	}
	err := s.Access.MayAbout(ctx, auth.TakeIn, int64(in.Person))
	if !errors.Is(err, auth.ErrForbidden) {
		return err
	}
	if _, _, err := s.Access.Colleague(ctx, int64(in.Person)); err != nil {
		return err
	}
	return newProblem(http.StatusForbidden, "You may add people of teams that you manage. Invite others by their address in the team's settings, so that they can say yes.")
}

// saveMember adds a member, or changes one that is there, and returns what there is.
func saveMember(ctx context.Context, now *schedule.Service, by schedule.ID, to schedule.Membership, there bool) (Member, error) {
	if !there {
		if err := now.PutMember(ctx, by, to); err != nil {
			return Member{}, err
		}
	}
	is, _, err := member(ctx, now.Store, to.Team, to.Person)
	if err != nil {
		return Member{}, err
	}
	people, err := now.Store.People(ctx, []schedule.ID{to.Person})
	if err != nil {
		return Member{}, err
	}
	if err := now.ChangeMember(ctx, by, schedule.EditOf(is, people[0]), schedule.EditOf(to, people[0])); err != nil {
		return Member{}, err
	}
	if is, _, err = member(ctx, now.Store, to.Team, to.Person); err != nil {
		return Member{}, err
	}
	return memberOf(&is, &people[0])
}

// member returns a person's place in a team, and what a new one would have.
func member(ctx context.Context, tx schedule.Store, team, person schedule.ID) (m schedule.Membership, there bool, err error) {
	members, err := tx.Members(ctx, team)
	for _, m := range members {
		if m.Person == person {
			return m, true, err
		}
	}
	return schedule.Membership{Team: team, Person: person, OnCall: true, Share: schedule.FullTime}, false, err
}

// may checks the conditions of a change.
func (in *putMemberIn) may(was, is *schedule.Membership, there bool) error {
	tag, err := tagOf(settingsOf(was))
	switch {
	case err != nil:
		return err
	case there && in.IfNoneMatch != "":
		p := newProblem(http.StatusConflict, "This person is in the team already.")
		p.Yours, p.Present, p.header = settingsOf(is), settingsOf(was), http.Header{"Etag": {tag}}
		return p
	case !there && in.IfMatch.IfMatch != "":
		return fmt.Errorf("the person is not in the team any more: %w", schedule.ErrConflict)
	}
	return in.check(tag, settingsOf(is), settingsOf(was))
}

type removeMemberIn struct {
	MemberPath
	IfMatch
}

// removeMember takes a member out of a team.
func (s *Server) removeMember(ctx context.Context, in *removeMemberIn) (*struct{}, error) {
	_, w, err := s.team(ctx, auth.EditTeam, in.Team)
	if err != nil {
		return nil, err
	}
	return nil, s.Schedule.Within(ctx, func(now *schedule.Service) error {
		if _, err := lockTeam(ctx, now.Store, in.Team); err != nil {
			return err
		}
		was, there, err := member(ctx, now.Store, in.Team, in.Person)
		if err != nil {
			return err
		}
		if !there {
			return fmt.Errorf("member %d of team %d: %w", in.Person, in.Team, schedule.ErrNotFound)
		}
		tag, err := tagOf(settingsOf(&was))
		if err != nil {
			return err
		}
		if err := in.check(tag, nil, settingsOf(&was)); err != nil {
			return err
		}
		return now.RemoveMember(ctx, me(w), in.Team, in.Person)
	})
}

// A PlannedChange is what holds for a member from a day on.
type PlannedChange struct {
	ID        schedule.ID `json:"id"`
	Person    schedule.ID `json:"person"`
	From      Day         `json:"from" doc:"The day from which it holds, until another does"`
	Share     int         `json:"share" doc:"Full-time equivalent in percent"`
	OnCall    bool        `json:"on_call" doc:"Takes part in the rotations; false is a pause"`
	CreatedAt Instant     `json:"created_at"`
}

// PlannedChanges are the changes of members of a team.
type PlannedChanges struct {
	Items []PlannedChange `json:"items" doc:"By day, those that hold already too"`
}

type plannedChangesOut struct{ Body PlannedChanges }

func (s *Server) plannedChanges(ctx context.Context, team, person schedule.ID) (*plannedChangesOut, error) {
	all, err := s.Schedule.Store.MemberChanges(ctx, team)
	out := &plannedChangesOut{PlannedChanges{Items: []PlannedChange{}}}
	for i := range all {
		if c := &all[i]; c.Person == person {
			out.Body.Items = append(out.Body.Items, PlannedChange{c.ID, c.Person, Day{c.From}, int(c.Share / percent), c.OnCall, instantOf(c.CreatedAt)})
		}
	}
	return out, err
}

// listMemberChanges lists what holds for a member from which day on.
func (s *Server) listMemberChanges(ctx context.Context, in *struct{ MemberPath }) (*plannedChangesOut, error) {
	if _, _, err := s.teamOfPeople(ctx, in.Team); err != nil {
		return nil, err
	}
	return s.plannedChanges(ctx, in.Team, in.Person)
}

// A NewPlannedChange changes a member's share from a day on, or lets them pause.
type NewPlannedChange struct {
	Share  int   `json:"share" minimum:"0" maximum:"100" doc:"Full-time equivalent in percent"`
	OnCall *bool `json:"on_call,omitempty" doc:"False is a pause; true when absent"`
}

type planChangeIn struct {
	MemberPath
	From Day `path:"from" doc:"The day from which it holds"`
	Body NewPlannedChange
}

// planMemberChange makes something hold for a member from a day on.
func (s *Server) planMemberChange(ctx context.Context, in *planChangeIn) (*plannedChangesOut, error) {
	_, w, err := s.team(ctx, auth.EditTeam, in.Team)
	if err != nil {
		return nil, err
	}
	err = s.Schedule.ScheduleMember(ctx, me(w), schedule.MemberChange{
		Team: in.Team, Person: in.Person, From: in.From.date, Share: schedule.Share(in.Body.Share) * percent, OnCall: in.Body.OnCall == nil || *in.Body.OnCall,
	})
	if err != nil {
		return nil, err
	}
	return s.plannedChanges(ctx, in.Team, in.Person)
}

type forgetChangeIn struct {
	MemberPath
	From Day `path:"from" doc:"The day from which it would hold"`
}

// forgetMemberChange forgets a change that is still to come.
func (s *Server) forgetMemberChange(ctx context.Context, in *forgetChangeIn) (*struct{}, error) {
	_, w, err := s.team(ctx, auth.EditTeam, in.Team)
	if err != nil {
		return nil, err
	}
	all, err := s.Schedule.Store.MemberChanges(ctx, in.Team)
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		if c.Person == in.Person && c.From == in.From.date {
			return nil, s.Schedule.UnscheduleMember(ctx, me(w), in.Team, c.ID)
		}
	}
	return nil, fmt.Errorf("change of %d from %v: %w", in.Person, in.From.date, schedule.ErrNotFound)
}
