package api

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"watchbill/api/auth"
	"watchbill/schedule"
)

// An Absence is when somebody is away or would rather not be on call.
type Absence struct {
	ID     schedule.ID `json:"id"`
	Person PersonRef   `json:"person"`
	Kind   string      `json:"kind" enum:"absence,wish"`
	First  Day         `json:"first,omitzero" doc:"The first day, on the person's calendar"`
	Last   Day         `json:"last,omitzero" doc:"The last day, included"`
	Start  Instant     `json:"start" doc:"When it starts, also of whole days"`
	End    Instant     `json:"end" doc:"When it is over, not included"`
	Zone   string      `json:"zone" doc:"The person's zone, in which days are counted"`
	Cost   int64       `json:"cost,omitempty" doc:"Of a wish: how much it matters"`
	Note   string      `json:"note,omitempty" doc:"Only for the person themselves"`
}

func absenceOf(l *schedule.Leave, p *schedule.Profile, w auth.Who) (Absence, error) {
	zone, err := zoneOf(p.Zone)
	if err != nil {
		return Absence{}, err
	}
	start, end := l.Span(zone)
	out := Absence{
		ID: l.ID, Person: PersonRef{p.ID, p.Name}, Kind: "absence", First: Day{l.First}, Last: Day{l.Last},
		Start: instantOf(start), End: instantOf(end), Zone: p.Zone, Cost: l.WishCost,
	}
	if l.WishCost > 0 {
		out.Kind = "wish"
	}
	if p.ID == me(w) {
		out.Note = l.Note
	}
	return out, nil
}

// Absences is a page of absences and wishes.
type Absences struct {
	Items []Absence `json:"items"`
	Next  string    `json:"next,omitempty" doc:"The cursor of the next page; absent on the last"`
}

type absencesOut struct{ Body Absences }

type absencesIn struct {
	PersonPath
	Window
	Paging
}

// listAbsences lists a person's absences and wishes, for themselves.
func (s *Server) listAbsences(ctx context.Context, in *absencesIn) (*absencesOut, error) {
	p, _, err := s.person(ctx, s.Schedule.Store, auth.SeeAuditOwn, in.PersonPath)
	if err == nil {
		err = s.Access.Look(ctx, auth.LookAbsences, int64(p.ID))
	}
	if err != nil {
		return nil, err
	}
	return s.absences(ctx, []schedule.Profile{p}, &in.Window, &in.Paging, true)
}

type teamAbsencesIn struct {
	TeamPath
	Window
	Paging
}

// listTeamAbsences lists when members are away, for those who are in the team.
func (s *Server) listTeamAbsences(ctx context.Context, in *teamAbsencesIn) (*absencesOut, error) {
	team, _, err := s.teamOfPeople(ctx, in.Team)
	if err != nil {
		return nil, err
	}
	members, err := s.Schedule.Store.Members(ctx, team.ID)
	if err != nil {
		return nil, err
	}
	byID, err := s.profiles(ctx, members)
	if err != nil {
		return nil, err
	}
	people := []schedule.Profile{}
	for _, m := range members {
		people = append(people, byID[m.Person])
	}
	return s.absences(ctx, people, &in.Window, &in.Paging, false)
}

// absences lists what meets a window; without wishes when they are not one's own.
func (s *Server) absences(ctx context.Context, people []schedule.Profile, window *Window, paging *Paging, wishes bool) (*absencesOut, error) {
	from, to, err := window.span(s.Schedule.Now())
	if err != nil {
		return nil, err
	}
	byID, ids := map[schedule.ID]*schedule.Profile{}, []schedule.ID{}
	for i := range people {
		byID[people[i].ID], ids = &people[i], append(ids, people[i].ID)
	}
	leaves, err := s.Schedule.Store.Leaves(ctx, ids)
	if err != nil {
		return nil, err
	}
	all := []Absence{}
	for i := range leaves {
		a, err := absenceOf(&leaves[i], byID[leaves[i].Person], auth.From(ctx))
		if err != nil {
			return nil, err
		}
		if a.Start.at.Before(to) && from.Before(a.End.at) && (wishes || a.Cost == 0) {
			all = append(all, a)
		}
	}
	page, next, err := pagedByID(all, paging, func(a *Absence) schedule.ID { return a.ID })
	return &absencesOut{Absences{Items: page, Next: next}}, err
}

// A NewAbsence is an absence or a wish to be added: whole days, or from one instant
// until another.
type NewAbsence struct {
	First Day     `json:"first,omitzero" doc:"The first day, with last"`
	Last  Day     `json:"last,omitzero" doc:"The last day, included"`
	Start Instant `json:"start,omitzero" doc:"Instead of days: when it starts, with end"`
	End   Instant `json:"end,omitzero" doc:"When it is over, not included"`
	Cost  int64   `json:"cost,omitempty" minimum:"0" maximum:"100" doc:"A wish and no absence: how much it matters, 1 is plain"`
	Note  string  `json:"note,omitempty" maxLength:"1000" doc:"For yourself, and those who manage a team that you are in"`
}

type newAbsenceIn struct {
	PersonPath
	Body NewAbsence
}

// AddedAbsence is an absence that was added, with what it clashes with.
type AddedAbsence struct {
	Absence Absence `json:"absence"`
	Clashes []Shift `json:"clashes" doc:"Shifts that are published in that time: ask for cover"`
}

type addedAbsenceOut struct{ Body AddedAbsence }

// addAbsence adds an absence or a wish and says which shifts it clashes with.
func (s *Server) addAbsence(ctx context.Context, in *newAbsenceIn) (*addedAbsenceOut, error) {
	p, w, err := s.person(ctx, s.Schedule.Store, auth.EditOwn, in.PersonPath)
	if err != nil {
		return nil, err
	}
	b := &in.Body
	days, instants := !b.First.IsZero() || !b.Last.IsZero(), !b.Start.IsZero() || !b.End.IsZero()
	switch {
	case days && instants:
		return nil, invalid("start", "give days or instants, and not both")
	case days && b.First.IsZero(), !days && !instants:
		return nil, invalid("first", "say the first and the last day, like 2026-12-24")
	case days && b.Last.IsZero():
		return nil, invalid("last", "say the last day too, like 2026-12-24")
	case instants && b.Start.IsZero():
		return nil, invalid("start", "say when it starts, like 2026-12-24T09:00:00Z")
	case instants && b.End.IsZero():
		return nil, invalid("end", "say when it is over, like 2026-12-24T17:00:00Z")
	}
	l := schedule.Leave{Person: p.ID, First: b.First.date, Last: b.Last.date, Start: b.Start.at, End: b.End.at, WishCost: b.Cost, Note: strings.TrimSpace(b.Note)}
	clashes, err := s.Schedule.AddLeave(ctx, me(w), l)
	if err != nil {
		return nil, err
	}
	added, err := s.addedLeave(ctx, &l)
	if err != nil {
		return nil, err
	}
	out := &addedAbsenceOut{}
	if out.Body.Absence, err = absenceOf(added, &p, w); err != nil {
		return nil, err
	}
	out.Body.Clashes, err = s.teamShifts(ctx, clashes)
	return out, err
}

// addedLeave finds what was just added: of its kind none overlaps it.
func (s *Server) addedLeave(ctx context.Context, l *schedule.Leave) (*schedule.Leave, error) {
	leaves, err := s.Schedule.Store.Leaves(ctx, []schedule.ID{l.Person})
	if err != nil {
		return nil, err
	}
	for i := range slices.Backward(leaves) {
		x := &leaves[i]
		if x.First == l.First && x.Last == l.Last && x.Start.Equal(l.Start) && x.End.Equal(l.End) && (x.WishCost > 0) == (l.WishCost > 0) {
			return x, nil
		}
	}
	return nil, newProblem(http.StatusConflict, "The entry was removed again a moment ago.")
}

type absenceIn struct {
	PersonPath
	Absence schedule.ID `path:"absence" minimum:"1"`
}

// removeAbsence removes an absence or a wish.
func (s *Server) removeAbsence(ctx context.Context, in *absenceIn) (*struct{}, error) {
	p, w, err := s.person(ctx, s.Schedule.Store, auth.EditOwn, in.PersonPath)
	if err != nil {
		return nil, err
	}
	return nil, s.Schedule.RemoveLeave(ctx, me(w), p.ID, in.Absence)
}
