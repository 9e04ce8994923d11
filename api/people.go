package api

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"

	"github.com/danielgtaylor/huma/v2"
)

// A PersonID names a person in a path: a number, or me for whoever asks.
type PersonID struct{ text string }

// UnmarshalText reads a number or me.
func (p *PersonID) UnmarshalText(text []byte) error {
	if n, err := strconv.ParseInt(string(text), 10, 64); (err != nil || n < 1) && string(text) != "me" {
		return fmt.Errorf("%q is no person; write a number, or me", text)
	}
	p.text = string(text)
	return nil
}

// Schema implements huma.SchemaProvider.
func (PersonID) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: `^(me|[1-9][0-9]*)$`, Examples: []any{"me"}}
}

// PersonPath is the person in the path of a route.
type PersonPath struct {
	Person PersonID `path:"person" doc:"A number, or me"`
}

// id returns the person's ID.
func (p PersonPath) id(w auth.Who) schedule.ID {
	if n, err := strconv.ParseInt(p.Person.text, 10, 64); err == nil {
		return schedule.ID(n)
	}
	return me(w)
}

// A Person is somebody who is planned or uses the service.
type Person struct {
	PersonRef
	Email  string  `json:"email,omitempty"`
	Zone   string  `json:"zone"`
	Works  string  `json:"works,omitempty" doc:"Working hours, as in a team file; absent is Monday to Friday, 08:00 to 18:00"`
	Sleeps string  `json:"sleeps,omitempty" doc:"Hours of sleep; absent is 22:00 to 08:00"`
	Region string  `json:"holidays,omitempty" doc:"Whose public holidays, by code; absent is the team's"`
	Speaks *string `json:"language,omitempty" doc:"Of surveys, like de; empty is as the browser asks. Told to oneself only"`
	Active bool    `json:"active"`
	Teams  []Place `json:"teams" doc:"Only those that you may see"`
	ETag   string  `json:"etag,omitempty" doc:"Of this version, for If-Match"`
}

// A Place is where somebody is in a team.
type Place struct {
	Team TeamRef `json:"team"`
	Role string  `json:"role" enum:"member,manager"`
	From Day     `json:"from,omitzero"`
	End  Day     `json:"until,omitzero" doc:"Last day, included"`
}

type personOut struct {
	Tagged
	Body Person
}

// profileTag is the ETag of what a person says of themselves; for others it is without
// what they are not told.
func profileTag(p *schedule.Profile, mine bool) (string, error) {
	of := []string{fmt.Sprint(p.ID), p.Name, p.Zone, p.Works, p.Sleeps, p.Holidays}
	if mine {
		of = append(of, p.Language)
	}
	return tagOf(of)
}

// person finds a person for somebody who may do what they are about to; who may
// not see them is told that there is nobody.
func (s *Server) person(ctx context.Context, store schedule.Store, need auth.Action, path PersonPath) (schedule.Profile, auth.Who, error) {
	w := auth.From(ctx)
	id := path.id(w)
	members, err := store.Memberships(ctx, id)
	if err != nil {
		return schedule.Profile{}, w, err
	}
	on := auth.Person(int64(id))
	for _, m := range members {
		on.Teams = append(on.Teams, int64(m.Team))
	}
	if err := w.Must(need, on); err != nil {
		return schedule.Profile{}, w, hidden(err)
	}
	people, err := store.People(ctx, []schedule.ID{id})
	if err == nil && len(people) == 0 {
		err = fmt.Errorf("person %d: %w", id, schedule.ErrNotFound)
	}
	if err != nil {
		return schedule.Profile{}, w, err
	}
	return people[0], w, nil
}

// personOf writes a person with the places that the reader may see.
func personOf(ctx context.Context, store schedule.Store, p *schedule.Profile, w auth.Who) (*personOut, error) {
	all, err := peopleOf(ctx, store, []schedule.Profile{*p}, w)
	if err != nil {
		return nil, err
	}
	return &personOut{Tagged{all[0].ETag}, all[0]}, nil
}

// peopleOf writes people with the places that the reader may see.
func peopleOf(ctx context.Context, store schedule.Store, people []schedule.Profile, w auth.Who) ([]Person, error) {
	ids, in := []schedule.ID{}, []schedule.ID{}
	for i := range people {
		ids = append(ids, people[i].ID)
	}
	members, err := store.MembersOf(ctx, nil, ids)
	if err != nil {
		return nil, err
	}
	members = slices.DeleteFunc(members, func(m schedule.Membership) bool {
		return m.Person != me(w) && !w.May(auth.SeeTeam, auth.Team(int64(m.Team)))
	})
	for i := range members {
		in = append(in, members[i].Team)
	}
	found, err := store.FindTeams(ctx, schedule.Search{Only: in})
	if err != nil {
		return nil, err
	}
	teams := map[schedule.ID]TeamRef{}
	for _, t := range found {
		teams[t.ID] = TeamRef{t.ID, t.Name, t.Zone}
	}
	places := map[schedule.ID][]Place{}
	for i := range members {
		m := &members[i]
		places[m.Person] = append(places[m.Person], Place{Team: teams[m.Team], Role: settingsOf(m).Role, From: Day{m.From}, End: Day{m.Until}})
	}
	out := []Person{}
	for i := range people {
		p := &people[i]
		tag, err := profileTag(p, p.ID == me(w))
		if err != nil {
			return nil, err
		}
		one := Person{
			PersonRef: PersonRef{p.ID, p.Name}, Email: p.Email, Zone: p.Zone, Works: p.Works, Sleeps: p.Sleeps, Region: p.Holidays,
			Active: p.DeactivatedAt.IsZero(), Teams: append([]Place{}, places[p.ID]...), ETag: tag,
		}
		if p.ID == me(w) {
			one.Speaks = &p.Language
		}
		out = append(out, one)
	}
	return out, nil
}

type personIn struct {
	PersonPath
	IfNoneMatch
}

// getPerson returns a person to themselves and to those who share a team with them,
// which they can see in their log.
func (s *Server) getPerson(ctx context.Context, in *personIn) (*personOut, error) {
	p, w, err := s.person(ctx, s.Schedule.Store, auth.SeeContact, in.PersonPath)
	if err == nil {
		err = s.Access.Look(ctx, auth.LookProfile, int64(p.ID))
	}
	if err != nil {
		return nil, err
	}
	out, err := personOf(ctx, s.Schedule.Store, &p, w)
	if err == nil {
		err = in.check(out.ETag)
	}
	return out, err
}

// A PersonChange changes what it names of what a person says of themselves.
type PersonChange struct {
	Name   *string `json:"name,omitempty" maxLength:"100"`
	Zone   *string `json:"zone,omitempty" maxLength:"60" example:"Europe/Berlin"`
	Works  *string `json:"works,omitempty" maxLength:"20" doc:"Like 09:00-17:00; the days stay. Empty is the default" example:"09:00-17:00"`
	Sleeps *string `json:"sleeps,omitempty" maxLength:"20" doc:"Like 22:00-06:00. Empty is the default"`
	Speaks *string `json:"language,omitempty" maxLength:"20" doc:"Of surveys, like de; empty is as the browser asks" example:"de"`
}

func (c *PersonChange) apply(p schedule.Profile) schedule.Profile {
	set(&p.Name, c.Name)
	set(&p.Zone, c.Zone)
	p.Works = p.Works[strings.LastIndex(p.Works, " ")+1:] // SaveProfile keeps the days
	set(&p.Works, c.Works)
	set(&p.Sleeps, c.Sleeps)
	set(&p.Language, c.Speaks)
	return p
}

type changePersonIn struct {
	PersonPath
	IfMatch
	Body PersonChange
}

// changePerson changes a profile.
func (s *Server) changePerson(ctx context.Context, in *changePersonIn) (*personOut, error) {
	p, w, err := s.person(ctx, s.Schedule.Store, auth.EditOwn, in.PersonPath)
	if err != nil {
		return nil, err
	}
	if in.Body.Speaks != nil {
		if err := health.CheckLanguage(*in.Body.Speaks); err != nil {
			return nil, err
		}
	}
	var out *personOut
	err = s.Schedule.Within(ctx, func(now *schedule.Service) error {
		if err := now.Store.LockPerson(ctx, p.ID); err != nil {
			return err
		}
		was, _, err := s.person(ctx, now.Store, auth.EditOwn, in.PersonPath)
		if err != nil {
			return err
		}
		present, err := personOf(ctx, now.Store, &was, w)
		if err != nil {
			return err
		}
		if err := in.check(present.ETag, in.Body, present.Body); err != nil {
			return err
		}
		if err := now.SaveProfile(ctx, me(w), in.Body.apply(was)); err != nil {
			return err
		}
		if was, _, err = s.person(ctx, now.Store, auth.EditOwn, in.PersonPath); err != nil {
			return err
		}
		out, err = personOf(ctx, now.Store, &was, w)
		return err
	})
	return out, err
}

type peopleIn struct{ Paging }

// People is a page of people.
type People struct {
	Items []Person `json:"items"`
	Next  string   `json:"next,omitempty" doc:"The cursor of the next page; absent on the last"`
}

type peopleOut struct{ Body People }

// listPeople lists everybody, for administrators. When and where people work is on
// their own page, because looking at it is noted.
func (s *Server) listPeople(ctx context.Context, in *peopleIn) (*peopleOut, error) {
	w := auth.From(ctx)
	if err := w.Must(auth.SeeAuditAll, auth.On{}); err != nil {
		return nil, err
	}
	after, err := in.afterID()
	if err != nil {
		return nil, err
	}
	people, err := s.Schedule.Store.PeopleAfter(ctx, after, in.Limit+1) // one more says whether there are more
	if err != nil {
		return nil, err
	}
	page, next, err := pagedByID(people, &Paging{Limit: in.Limit}, func(p *schedule.Profile) schedule.ID { return p.ID })
	if err != nil {
		return nil, err
	}
	items, err := peopleOf(ctx, s.Schedule.Store, page, w)
	for i := range items {
		x := &items[i]
		x.Works, x.Sleeps, x.Region, x.ETag = "", "", "", ""
	}
	return &peopleOut{People{Items: items, Next: next}}, err
}

type personShiftsIn struct {
	PersonPath
	Window
	Paging
}

// PersonShifts is a page of one person's shifts.
type PersonShifts struct {
	Items []Shift `json:"items" doc:"By start, over all teams that you may see; local times are on the clock of each shift's team"`
	Next  string  `json:"next,omitempty" doc:"The cursor of the next page; absent on the last"`
}

type personShiftsOut struct{ Body PersonShifts }

// listPersonShifts lists what a person has, in all teams that the reader may see.
func (s *Server) listPersonShifts(ctx context.Context, in *personShiftsIn) (*personShiftsOut, error) {
	p, w, err := s.person(ctx, s.Schedule.Store, auth.SeeContact, in.PersonPath)
	if err != nil {
		return nil, err
	}
	from, to, err := in.span(s.Schedule.Now())
	if err != nil {
		return nil, err
	}
	shifts, err := s.Schedule.PersonShifts(ctx, p.ID, from, to)
	if err != nil {
		return nil, err
	}
	shifts = slices.DeleteFunc(shifts, func(t schedule.TeamShift) bool {
		return p.ID != me(w) && !w.May(auth.SeeTeam, auth.Team(int64(t.Team)))
	})
	page, next, err := paged(sortedShifts(shifts), &in.Paging, teamShiftKey)
	if err != nil {
		return nil, err
	}
	items, err := s.teamShifts(ctx, page)
	return &personShiftsOut{PersonShifts{Items: items, Next: next}}, err
}

// teamShiftKey sorts shifts of several teams.
func teamShiftKey(t *schedule.TeamShift) string {
	return fmt.Sprintf("%012d %s %s", t.Start.Unix(), idKey(t.Team), t.Key)
}

func sortedShifts(shifts []schedule.TeamShift) []schedule.TeamShift {
	slices.SortFunc(shifts, func(a, b schedule.TeamShift) int { return strings.Compare(teamShiftKey(&a), teamShiftKey(&b)) })
	return shifts
}

// teamShifts writes shifts of several teams.
func (s *Server) teamShifts(ctx context.Context, shifts []schedule.TeamShift) ([]Shift, error) {
	byTeam := map[schedule.ID][]schedule.Shift{}
	for i := range shifts {
		byTeam[shifts[i].Team] = append(byTeam[shifts[i].Team], shifts[i].Shift)
	}
	writers := map[schedule.ID]*shiftWriter{}
	for id, list := range byTeam {
		team, err := s.Schedule.Store.Team(ctx, id)
		if err != nil {
			return nil, err
		}
		if writers[id], err = s.shiftWriter(ctx, &team, list); err != nil {
			return nil, err
		}
	}
	out := make([]Shift, 0, len(shifts))
	for i := range shifts {
		out = append(out, writers[shifts[i].Team].shift(&shifts[i].Shift))
	}
	return out, nil
}
