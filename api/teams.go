package api

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"watchbill/api/auth"
	"watchbill/schedule"
)

// A Team is a team with its settings.
type Team struct {
	TeamRef
	HorizonWeeks int     `json:"horizon_weeks" doc:"How many weeks the published plan shall reach at least"`
	FrozenWeeks  int     `json:"frozen_weeks" doc:"Published shifts that start within so many weeks stay when a plan is made again"`
	Repay        *Repay  `json:"repay,omitempty" doc:"How measured burden moves plans; absent: it moves none"`
	RestCover    bool    `json:"rest_cover" doc:"Whoever had a broken night is offered to hand over what comes next"`
	CreatedAt    Instant `json:"created_at"`
	Role         string  `json:"role,omitempty" enum:"member,manager" doc:"Yours in the team, if you are in it"`
}

// A Repay says how far measured burden moves plans: whoever was paged for more than their
// time on call explains holds less in the next one.
type Repay struct {
	Gain  int   `json:"gain" minimum:"0" maximum:"100" doc:"Percent of what somebody had above their part; 0 is off"`
	Cap   int64 `json:"cap,omitempty" minimum:"0" maximum:"5000" doc:"Points that nobody's balance moves beyond in one plan"`
	Since Day   `json:"since,omitzero" doc:"The day from which pages count; four weeks ago when absent"`
}

func repayOf(r schedule.Repay) *Repay {
	if !r.On() {
		return nil
	}
	return &Repay{r.Gain, r.Cap, Day{r.Since}}
}

func teamOf(t *schedule.TeamRecord, w auth.Who) Team {
	return Team{
		TeamRef: TeamRef{t.ID, t.Name, t.Zone}, HorizonWeeks: t.HorizonWeeks, FrozenWeeks: t.FrozenWeeks, Repay: repayOf(t.Repay), RestCover: t.RestCover, CreatedAt: instantOf(t.CreatedAt),
		Role: string(w.Teams[int64(t.ID)]),
	}
}

// teamTag is the ETag of a team's settings, the same for everybody.
func teamTag(t *schedule.TeamRecord) (string, error) { return tagOf(teamOf(t, auth.Who{})) }

type teamsIn struct{ Paging }

// Teams is a page of teams.
type Teams struct {
	Items []Team `json:"items"`
	Next  string `json:"next,omitempty" doc:"The cursor of the next page; absent on the last"`
}

type teamsOut struct{ Body Teams }

// listTeams lists the teams that whoever asks may see, by ID.
func (s *Server) listTeams(ctx context.Context, in *teamsIn) (*teamsOut, error) {
	teams, err := s.seen(ctx, 0)
	if err != nil {
		return nil, err
	}
	page, next, err := pagedByID(teams, &in.Paging, func(t *schedule.TeamRecord) schedule.ID { return t.ID })
	if err != nil {
		return nil, err
	}
	out := &teamsOut{Teams{Items: []Team{}, Next: next}}
	for i := range page {
		out.Body.Items = append(out.Body.Items, teamOf(&page[i], auth.From(ctx)))
	}
	return out, nil
}

// TeamPath is the team in the path of a route.
type TeamPath struct {
	Team schedule.ID `path:"team" minimum:"1"`
}

type teamOut struct {
	Tagged
	Body Team
}

type teamIn struct {
	TeamPath
	IfNoneMatch
}

// getTeam returns a team.
func (s *Server) getTeam(ctx context.Context, in *teamIn) (*teamOut, error) {
	t, w, err := s.team(ctx, auth.SeeTeam, in.Team)
	if err != nil {
		return nil, err
	}
	tag, err := teamTag(&t)
	if err == nil {
		err = in.check(tag)
	}
	return &teamOut{Tagged{tag}, teamOf(&t, w)}, err
}

// A TeamChange changes the settings that it names.
type TeamChange struct {
	Name         *string `json:"name,omitempty" maxLength:"100"`
	Zone         *string `json:"zone,omitempty" maxLength:"60" example:"Europe/Berlin"`
	HorizonWeeks *int    `json:"horizon_weeks,omitempty" minimum:"1" maximum:"104"`
	FrozenWeeks  *int    `json:"frozen_weeks,omitempty" minimum:"0" maximum:"104"`
	Repay        *Repay  `json:"repay,omitempty" doc:"A gain of 0 turns it off"`
	RestCover    *bool   `json:"rest_cover,omitempty"`
}

// apply returns the team with the change.
func (c *TeamChange) apply(t schedule.TeamRecord) schedule.TeamRecord {
	set(&t.Name, c.Name)
	set(&t.Zone, c.Zone)
	set(&t.HorizonWeeks, c.HorizonWeeks)
	set(&t.FrozenWeeks, c.FrozenWeeks)
	set(&t.RestCover, c.RestCover)
	if r := c.Repay; r != nil {
		t.Repay = schedule.Repay{Gain: r.Gain, Cap: cmp.Or(r.Cap, schedule.UsualRepayCap), Since: r.Since.date}
	}
	t.Name = strings.TrimSpace(t.Name)
	return t
}

// set changes what a change names.
func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

type changeTeamIn struct {
	TeamPath
	IfMatch
	Body TeamChange
}

// changeTeam changes a team's settings.
func (s *Server) changeTeam(ctx context.Context, in *changeTeamIn) (*teamOut, error) {
	_, w, err := s.team(ctx, auth.EditTeam, in.Team)
	if err != nil {
		return nil, err
	}
	var is schedule.TeamRecord
	err = s.Schedule.Within(ctx, func(now *schedule.Service) error {
		was, err := lockTeam(ctx, now.Store, in.Team)
		if err != nil {
			return err
		}
		tag, err := teamTag(&was)
		if err != nil {
			return err
		}
		is = in.Body.apply(was)
		if err := in.check(tag, teamOf(&is, w), teamOf(&was, w)); err != nil {
			return err
		}
		return now.SaveTeam(ctx, me(w), is, nil)
	})
	if err != nil {
		return nil, err
	}
	tag, err := teamTag(&is)
	return &teamOut{Tagged{tag}, teamOf(&is, w)}, err
}

// lockTeam keeps others from changing a team until the transaction ends, and returns
// it.
func lockTeam(ctx context.Context, tx schedule.Store, id schedule.ID) (schedule.TeamRecord, error) {
	if _, err := tx.RaiseVersion(ctx, id); err != nil {
		return schedule.TeamRecord{}, err
	}
	return tx.Team(ctx, id)
}

// Window are the parameters of a list of what meets a stretch of time.
type Window struct {
	From Instant `query:"from" doc:"The start; now when absent"`
	To   Instant `query:"to" doc:"The end, not included; 30 days later when absent"`
}

// maxWindow bounds a window, two years.
const maxWindow = 2 * 366 * 24 * time.Hour

// span returns the window with what is absent filled in.
func (w *Window) span(now time.Time) (from, to time.Time, err error) {
	from, to = w.From.at, w.To.at
	if from.IsZero() {
		from = now
	}
	if to.IsZero() {
		to = from.AddDate(0, 0, 30)
	}
	switch {
	case !from.Before(to):
		err = invalid("to", "the end must be after the start")
	case to.Sub(from) > maxWindow:
		err = invalid("to", "this is longer than two years; ask for less at once")
	}
	return from, to, err
}

type shiftsIn struct {
	TeamPath
	Window
	AsOf Instant `query:"as_of" doc:"As it was known at this instant; as it is known now when absent"`
	Paging
}

// Shifts is a page of shifts.
type Shifts struct {
	Items []Shift `json:"items" doc:"By start. They are whole, not cut to the window"`
	Next  string  `json:"next,omitempty" doc:"The cursor of the next page; absent on the last"`
	Zone  string  `json:"zone" doc:"The team's time zone"`
}

type shiftsOut struct{ Body Shifts }

// listShifts lists who has what in a team.
func (s *Server) listShifts(ctx context.Context, in *shiftsIn) (*shiftsOut, error) {
	team, _, err := s.team(ctx, auth.SeeTeam, in.Team)
	if err != nil {
		return nil, err
	}
	from, to, err := in.span(s.Schedule.Now())
	if err != nil {
		return nil, err
	}
	shifts, err := s.Schedule.Shifts(ctx, team.ID, from, to, in.AsOf.at)
	if err != nil {
		return nil, err
	}
	page, next, err := paged(shifts, &in.Paging, shiftKey)
	if err != nil {
		return nil, err
	}
	w, err := s.shiftWriter(ctx, &team, page)
	if err != nil {
		return nil, err
	}
	out := &shiftsOut{Shifts{Items: make([]Shift, 0, len(page)), Next: next, Zone: team.Zone}}
	for i := range page {
		out.Body.Items = append(out.Body.Items, w.shift(&page[i]))
	}
	return out, nil
}

// shiftKey sorts shifts as Resolve does.
func shiftKey(t *schedule.Shift) string { return fmt.Sprintf("%012d %s", t.Start.Unix(), t.Key) }
