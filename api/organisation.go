package api

import (
	"context"
	"fmt"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"
)

// OrganisationBurden is what weeks were for all teams together.
type OrganisationBurden struct {
	From          schedule.Date `json:"from"`
	Until         schedule.Date `json:"until" doc:"Not included"`
	Teams         int           `json:"teams" doc:"That are told of; those of fewer than three people, and those whose pager never spoke, are in no figure"`
	TeamWeeks     int           `json:"team_weeks"`
	QuietWeeks    int           `json:"quiet_team_weeks" doc:"Without a page outside working hours"`
	Interruptions *health.Rate  `json:"interruptions_per_ocw"`
	Wakeups       *health.Rate  `json:"wakeups_per_ocw"`
	Nights        int           `json:"disrupted_nights"`
	Incidents     int           `json:"paged_incidents"`
	Hidden        string        `json:"hidden,omitempty" doc:"Why nothing is told"`
}

// OrganisationHealth is which teams lie further from the others than chance explains.
type OrganisationHealth struct {
	From    schedule.Date        `json:"from"`
	Until   schedule.Date        `json:"until" doc:"Not included"`
	Weeks   int                  `json:"weeks"`
	Of      health.Measure       `json:"of" enum:"wakeups,off_hours,incidents" doc:"What teams are compared by, per on-call week"`
	Config  string               `json:"config" doc:"The version of the configuration by which it was measured"`
	Pending bool                 `json:"pending" doc:"Something is still to be added up"`
	Purpose string               `json:"purpose" doc:"What it is for, and what it is not"`
	Hidden  string               `json:"hidden,omitempty" doc:"Why nothing is told"`
	Told    int                  `json:"teams_told"`
	Few     int                  `json:"teams_of_too_few" doc:"About fewer than three people: in no figure"`
	Unheard int                  `json:"teams_unheard" doc:"Whose pager never spoke: in no figure"`
	Idle    int                  `json:"teams_idle" doc:"With nobody on call"`
	All     *OrganisationSum     `json:"all" doc:"All teams that are told of, together; null where nothing is told"`
	Funnel  *OrganisationFunnel  `json:"funnel" doc:"What is usual among them; null where they are not compared"`
	Why     string               `json:"not_compared,omitempty" doc:"Why funnel is null"`
	Teams   []OrganisationTeam   `json:"teams" doc:"By name, and in no other order"`
	Trend   []OrganisationBlock  `json:"trend" doc:"The year before the end of the period, four weeks at a time"`
	Prior   *string              `json:"prior" doc:"The quarter of the prior by which teams are scored; null: that of the configuration"`
	Priors  []OrganisationPriors `json:"priors" doc:"All that were made, the newest first"`
}

// OrganisationSum is all teams together.
type OrganisationSum struct {
	TeamWeeks  int         `json:"team_weeks"`
	QuietWeeks int         `json:"quiet_team_weeks"`
	Wakeups    health.Rate `json:"wakeups_per_ocw"`
	OffHours   health.Rate `json:"off_hours_per_ocw"`
	Incidents  health.Rate `json:"paged_incidents_per_ocw"`
}

// OrganisationFunnel is what is usual among teams.
type OrganisationFunnel struct {
	Usual      float64 `json:"usual_per_ocw"`
	Spread     float64 `json:"spread_per_ocw" doc:"Standard deviation by which teams differ beyond chance; limits allow for it"`
	Dispersion float64 `json:"dispersion" doc:"How much more counts differ than chance would make them; 1 is chance alone"`
	Above      int     `json:"teams_above" doc:"Beyond the outer limit"`
	Below      int     `json:"teams_below"`
}

// OrganisationTeam is a team among the others.
type OrganisationTeam struct {
	ID    schedule.ID `json:"id"`
	Name  string      `json:"name"`
	Rate  health.Rate `json:"per_ocw"`
	Outer *[2]float64 `json:"limits998" doc:"Between which a team like the others lies 998 times in a thousand; null where they are not compared"`
	Place string      `json:"place,omitempty" enum:"as others,near the limit,above what chance explains,below what chance explains"`
	Ask   string      `json:"ask,omitempty" doc:"What to ask a team beyond the outer limits"`
}

// OrganisationBlock is four weeks of all teams.
type OrganisationBlock struct {
	From  schedule.Date `json:"from"`
	Teams int           `json:"teams" doc:"That are told of in these weeks"`
	Rate  *health.Rate  `json:"per_ocw" doc:"Null of fewer than three teams"`
}

// OrganisationPriors is what rates of a quarter's scores are believed to begin at.
type OrganisationPriors struct {
	Quarter string                  `json:"quarter"`
	Config  string                  `json:"config"`
	MadeAt  Instant                 `json:"made_at"`
	From    schedule.Date           `json:"from"`
	Until   schedule.Date           `json:"until"`
	Teams   int                     `json:"teams"`
	Weeks   float64                 `json:"oncall_weeks"`
	Priors  map[string]health.Prior `json:"prior" doc:"As a configuration has them"`
}

// OrganisationWeeks says which weeks are meant.
type OrganisationWeeks struct {
	From  string `query:"from" doc:"A day of the first of the blocks of four weeks that it is about, like 2026-09-07; the last that are over when absent"`
	Weeks string `query:"weeks" enum:"4,12,24,52" doc:"How many weeks; 12 when absent"`
}

type comparedIn struct {
	OrganisationWeeks
	Of string `query:"of" enum:"wakeups,off_hours,incidents" doc:"What teams are compared by; wakeups when absent"`
}

type organisationOut struct{ Body OrganisationBurden }

type comparedOut struct{ Body OrganisationHealth }

// organisationBurden reports on all teams together, for administrators. It compares no
// team with another.
func (s *Server) organisationBurden(ctx context.Context, in *OrganisationWeeks) (*organisationOut, error) {
	o, err := s.organisation(ctx, in, "")
	if err != nil {
		return nil, err
	}
	out := OrganisationBurden{From: o.Period.From, Until: o.Period.Until(), Hidden: o.Hidden}
	if o.Hidden != "" {
		return &organisationOut{out}, nil
	}
	sum := &o.Sum
	interruptions, wakeups := health.Garwood(sum.Interruptions, sum.OnCallWeeks(), 0.95), health.Garwood(sum.Wakeups, sum.OnCallWeeks(), 0.95)
	out.Teams, out.TeamWeeks, out.QuietWeeks, out.Nights, out.Incidents = sum.Teams, sum.Weeks, sum.Quiet, sum.Nights, sum.Incidents
	out.Interruptions, out.Wakeups = &interruptions, &wakeups
	return &organisationOut{out}, nil
}

// organisationHealth compares teams by a funnel, for administrators.
func (s *Server) organisationHealth(ctx context.Context, in *comparedIn) (*comparedOut, error) {
	o, err := s.organisation(ctx, &in.OrganisationWeeks, in.Of)
	if err != nil {
		return nil, err
	}
	return &comparedOut{organisationOf(o)}, nil
}

// organisationTable is the same in rows.
func (s *Server) organisationTable(ctx context.Context, in *comparedIn) (*sheetOut, error) {
	o, err := s.organisation(ctx, &in.OrganisationWeeks, in.Of)
	if err != nil {
		return nil, err
	}
	return sheet(fmt.Sprintf("organisation-%v-%d-weeks-%s", o.Period.From, o.Period.Weeks, o.Measure), o.Table())
}

// organisation is what page, JSON and table show.
func (s *Server) organisation(ctx context.Context, in *OrganisationWeeks, of string) (*health.Organisation, error) {
	if err := auth.From(ctx).Must(auth.SeeBurden, auth.On{}); err != nil {
		return nil, err
	}
	p, err := health.OrganisationPeriod(in.From, in.Weeks, schedule.DateOf(s.Schedule.Now().UTC()))
	if err != nil {
		return nil, err
	}
	m, err := health.ParseMeasure(of)
	if err != nil {
		return nil, err
	}
	return s.Burdens.Compare(ctx, p, m)
}

func organisationOf(o *health.Organisation) OrganisationHealth {
	out := OrganisationHealth{
		From: o.Period.From, Until: o.Period.Until(), Weeks: o.Period.Weeks, Of: o.Measure, Config: o.Config, Pending: o.Pending, Purpose: health.OrganisationPurpose,
		Hidden: o.Hidden, Why: o.Why, Told: o.Sum.Teams, Few: o.Few, Unheard: o.Unheard, Idle: o.Idle,
		Teams: []OrganisationTeam{}, Trend: []OrganisationBlock{}, Priors: []OrganisationPriors{},
	}
	for _, p := range o.Earlier {
		out.Priors = append(out.Priors, OrganisationPriors{p.Quarter, p.Config, instantOf(p.MadeAt), p.From, p.Until, p.Teams, p.Weeks, p.Priors})
	}
	if o.Prior != nil {
		out.Prior = &o.Prior.Quarter
	}
	if o.Hidden != "" {
		return out
	}
	rate := func(m health.Measure) health.Rate {
		return health.Garwood(m.Of(&o.Sum), o.Sum.OnCallWeeks(), 0.95)
	}
	out.All = &OrganisationSum{o.Sum.Weeks, o.Sum.Quiet, rate(health.MeasureWakeups), rate(health.MeasureOffHours), rate(health.MeasureIncidents)}
	if f := o.Funnel; f != nil {
		above, below := o.Outside()
		out.Funnel = &OrganisationFunnel{f.Usual, f.Spread, f.Dispersion, len(above), len(below)}
	}
	for i := range o.Teams {
		t := &o.Teams[i]
		team := OrganisationTeam{ID: t.Team, Name: t.Name, Rate: t.Rate}
		if o.Funnel != nil {
			team.Outer, team.Place, team.Ask = &t.Outer, t.Place(), t.Ask(o.Measure)
		}
		out.Teams = append(out.Teams, team)
	}
	for i := range o.Trend {
		b := &o.Trend[i]
		block := OrganisationBlock{From: b.From, Teams: b.Sum.Teams}
		if b.Told {
			block.Rate = &b.Rate
		}
		out.Trend = append(out.Trend, block)
	}
	return out
}
