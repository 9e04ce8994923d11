package api

import (
	"context"
	"time"

	"watchbill/api/auth"
	"watchbill/schedule"
)

// An Issue is something about coming shifts that somebody has to mend.
type Issue struct {
	Kind  string      `json:"kind" enum:"unfilled,twice,away,unknown,unreachable" doc:"Nobody has it; somebody has two at once; is away; is not in the team any more, or takes no part in its duties then; nothing gets to them, told to themselves and to who manages the team, within two days of the shift"`
	Start Instant     `json:"start" doc:"When the trouble starts"`
	End   Instant     `json:"end" doc:"When it is over, not included"`
	Shift Shift       `json:"shift" doc:"The team's shift"`
	With  *OtherShift `json:"with,omitempty" doc:"The other of two at once"`

	Pager   schedule.ID `json:"unknown_to,omitempty" doc:"The pager that has told whom it knows, and does not know them"`
	Letters string      `json:"letters_failed,omitempty" doc:"Why the last letters to them did not arrive, by any way"`
}

// An OtherShift is the other of two shifts at once, maybe of another team.
type OtherShift struct {
	ID    schedule.ID `json:"id"`
	Team  schedule.ID `json:"team,omitempty" doc:"Absent when you may not see the team"`
	Start Instant     `json:"start"`
	End   Instant     `json:"end"`
}

// IssueList is what is wrong with a team's coming 90 days.
type IssueList struct {
	Items []Issue `json:"items" doc:"By start"`
	Zone  string  `json:"zone"`
}

type issuesOut struct{ Body IssueList }

// listIssues lists gaps and conflicts of the next 90 days.
func (s *Server) listIssues(ctx context.Context, in *struct{ TeamPath }) (*issuesOut, error) {
	team, w, err := s.teamOfPeople(ctx, in.Team)
	if err != nil {
		return nil, err
	}
	issues, err := s.Schedule.Issues(ctx, team.ID)
	if err != nil {
		return nil, err
	}
	var shifts []schedule.Shift
	for i := range issues {
		shifts = append(shifts, issues[i].Shift)
		if issues[i].With != nil {
			shifts = append(shifts, *issues[i].With)
		}
	}
	teams, err := s.teamsOf(ctx, shifts)
	if err != nil {
		return nil, err
	}
	writer, err := s.shiftWriter(ctx, &team, shifts)
	if err != nil {
		return nil, err
	}
	out := &issuesOut{IssueList{Items: []Issue{}, Zone: team.Zone}}
	for i := range issues {
		own, other := &issues[i].Shift, issues[i].With
		if other != nil && teams[own.ID] != team.ID {
			own, other = other, own
		}
		x := Issue{Kind: issues[i].Kind, Start: instantOf(issues[i].Start), End: instantOf(issues[i].End), Shift: writer.shift(own)}
		if other != nil {
			x.With = &OtherShift{ID: other.ID, Start: instantOf(other.Start), End: instantOf(other.End)}
			if id := teams[other.ID]; w.May(auth.SeeTeam, auth.Team(int64(id))) {
				x.With.Team = id
			}
		}
		out.Body.Items = append(out.Body.Items, x)
	}
	return out, s.addUnreached(ctx, out, &team, w)
}

// addUnreached adds who cannot be reached.
func (s *Server) addUnreached(ctx context.Context, out *issuesOut, team *schedule.TeamRecord, w auth.Who) error {
	deaf, err := s.Schedule.Unreached(ctx, team.ID)
	if err != nil {
		return err
	}
	var shifts []schedule.Shift
	for i := range deaf {
		shifts = append(shifts, deaf[i].Shift)
	}
	writer, err := s.shiftWriter(ctx, team, shifts)
	if err != nil {
		return err
	}
	for i := range deaf {
		d := &deaf[i]
		if d.Person == me(w) || w.May(auth.SeePlanning, auth.Team(int64(team.ID))) {
			out.Body.Items = append(out.Body.Items, Issue{
				Kind: schedule.Unreachable, Start: instantOf(d.Start), End: instantOf(d.End), Shift: writer.shift(&d.Shift), Pager: d.Pager, Letters: d.Letters,
			})
		}
	}
	return nil
}

// teamsOf returns the team of each published shift.
func (s *Server) teamsOf(ctx context.Context, shifts []schedule.Shift) (map[schedule.ID]schedule.ID, error) {
	teams := map[schedule.ID]schedule.ID{}
	for i := range shifts {
		id := shifts[i].ID
		if teams[id] != 0 {
			continue
		}
		p, err := s.Schedule.Store.PublishedShift(ctx, id)
		if err != nil {
			return nil, err
		}
		teams[id] = p.Team
	}
	return teams, nil
}

type holidaysIn struct {
	TeamPath
	From Day `query:"from" doc:"The first day; today when absent"`
	To   Day `query:"to" doc:"The end, not included; 90 days later when absent"`
	Paging
}

// A Holiday is a day on which people of a team have a public holiday.
type Holiday struct {
	Day    Day         `json:"day"`
	Name   string      `json:"name"`
	People []PersonRef `json:"people" doc:"Who has it"`
}

// Holidays is a page of holidays.
type Holidays struct {
	Items []Holiday `json:"items" doc:"By day"`
	Next  string    `json:"next,omitempty" doc:"The cursor of the next page; absent on the last"`
}

type holidaysOut struct{ Body Holidays }

// listHolidays lists the public holidays of a team's people.
func (s *Server) listHolidays(ctx context.Context, in *holidaysIn) (*holidaysOut, error) {
	team, _, err := s.teamOfPeople(ctx, in.Team)
	if err != nil {
		return nil, err
	}
	zone, err := zoneOf(team.Zone)
	if err != nil {
		return nil, err
	}
	from, to := in.From.date, in.To.date
	if from.IsZero() {
		from = schedule.DateOf(s.Schedule.Now().In(zone))
	}
	if to.IsZero() {
		to = from.AddDays(90)
	}
	switch {
	case !from.Before(to):
		return nil, invalid("to", "the end must be after the first day")
	case to.DaysSince(from) > int(maxWindow/(24*time.Hour)):
		return nil, invalid("to", "this is longer than two years; ask for less at once")
	}
	plan, err := s.Schedule.PlanInput(ctx, team.ID, from, to)
	if err != nil {
		return nil, err
	}
	all, err := s.DaysOff(plan)
	if err != nil {
		return nil, err
	}
	page, next, err := paged(all, &in.Paging, func(d *DayOff) string { return d.Day.String() + " " + d.Name })
	if err != nil {
		return nil, err
	}
	people := map[schedule.ID]string{}
	for i := range plan.People {
		people[plan.People[i].Profile.ID] = plan.People[i].Name
	}
	out := &holidaysOut{Holidays{Items: []Holiday{}, Next: next}}
	for i := range page {
		h := Holiday{Day: Day{page[i].Day}, Name: page[i].Name, People: []PersonRef{}}
		for _, id := range page[i].People {
			h.People = append(h.People, PersonRef{id, people[id]})
		}
		out.Body.Items = append(out.Body.Items, h)
	}
	return out, nil
}

// A DayOff is a public holiday with those who have it.
type DayOff struct {
	Day    schedule.Date
	Name   string
	People []schedule.ID
}
