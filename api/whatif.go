package api

import (
	"context"
	"time"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"
)

// A WhatIf is what would be if something about a team were otherwise.
type WhatIf struct {
	Team     schedule.ID    `json:"team"`
	Zone     string         `json:"zone" doc:"In which weeks begin"`
	Purpose  string         `json:"purpose" doc:"What it is for, and what it is not"`
	Question string         `json:"question" doc:"What was asked, in words; empty: nothing"`
	Said     string         `json:"said" doc:"What it comes to, in words"`
	Hidden   string         `json:"hidden,omitempty" doc:"Why nothing is told"`
	From     *schedule.Date `json:"past_from" doc:"The Monday of the first week that happens again"`
	Weeks    int            `json:"past_weeks" doc:"How many weeks do"`
	Sources  []WhatIfSource `json:"sources" doc:"What can be taken away, what costs most first"`
	Today    *float64       `json:"score_today" doc:"As measured, of the last eight weeks"`
	Now      *WhatIfPlan    `json:"now" doc:"With nothing changed; null where nothing was asked"`
	Then     *WhatIfPlan    `json:"then"`
	Change   *WhatIfChange  `json:"change" doc:"Then less now under the same luck; null where shifts are nobody's"`
	Assumed  []string       `json:"assumed" doc:"What the answer rests on"`
}

// A WhatIfSource is a service or an alert that paged.
type WhatIfSource struct {
	Without   string `json:"without" doc:"To be asked with"`
	Incidents int    `json:"incidents"`
}

// A WhatIfPlan is a plan that nobody has published, and what is to be expected of it.
type WhatIfPlan struct {
	From     *schedule.Date `json:"from"`
	Weeks    int            `json:"weeks" doc:"Whole rounds of the team, a quarter at least"`
	Limit    string         `json:"limit,omitempty"`
	OneIn    float64        `json:"on_call_one_week_in" doc:"On average of everybody"`
	FirstIn  float64        `json:"called_first_one_week_in"`
	Slots    int            `json:"shifts_n"`
	Unfilled int            `json:"unfilled"`
	Why      []string       `json:"why_unfilled" doc:"For those who manage the team, because it names who is away; empty for everybody else"`
	Mend     []string       `json:"remedies" doc:"For those who manage the team"`
	People   []WhatIfPerson `json:"people"`
	Shifts   []WhatIfShift  `json:"shifts"`
	Expected *WhatIfFigures `json:"expected" doc:"Null where shifts are nobody's"`
}

// A WhatIfPerson is somebody in such a plan; whoever is not there yet has no id.
type WhatIfPerson struct {
	ID   *schedule.ID `json:"id"`
	Name string       `json:"name"`
}

// A WhatIfShift is a shift of such a plan.
type WhatIfShift struct {
	Rotation schedule.RotationID `json:"rotation"`
	Person   string              `json:"person" doc:"Empty: nobody"`
	Start    time.Time           `json:"start"`
	End      time.Time           `json:"end"`
}

// WhatIfFigures are what is to be expected in a quarter, and of the score.
type WhatIfFigures struct {
	Nights        health.Expected  `json:"broken_nights" doc:"Of one person on average, in thirteen weeks"`
	Wakeups       health.Expected  `json:"wakeups"`
	Interruptions health.Expected  `json:"interruptions"`
	AfterHours    health.Expected  `json:"after_hours_engaged"`
	TeamNights    health.Expected  `json:"team_broken_nights"`
	TeamWakeups   health.Expected  `json:"team_wakeups"`
	Score         *health.Expected `json:"score"`
	Held          string           `json:"held_down_by,omitempty" doc:"The component of the score that no average may hide"`
}

// WhatIfChange is how much more or less is to be expected.
type WhatIfChange struct {
	Nights        health.Expected  `json:"broken_nights" doc:"Of one person on average, in thirteen weeks"`
	Wakeups       health.Expected  `json:"wakeups"`
	Interruptions health.Expected  `json:"interruptions"`
	AfterHours    health.Expected  `json:"after_hours_engaged"`
	Score         *health.Expected `json:"score"`
}

type whatIfIn struct {
	TeamPath
	People  string `query:"people" doc:"How many more people, up to 10" example:"2"`
	OneIn   string `query:"one_in" doc:"Nobody on call for more than one week in so many, from 2 to 12; as the rules have it when absent" example:"5"`
	Without string `query:"without" doc:"A service or an alert that never paged, as sources have it"`
	Second  string `query:"second" doc:"Somebody stands behind whoever is called first, and of a hundred pages gets 0, 25 or 50; nobody when absent"`
}

type whatIfOut struct{ Body WhatIf }

// getWhatIf says what would be. Plans take seconds: it is busy while others are made.
func (s *Server) getWhatIf(ctx context.Context, in *whatIfIn) (*whatIfOut, error) {
	team, w, err := s.team(ctx, auth.SeeBurden, in.Team)
	if err != nil {
		return nil, err
	}
	sight, err := w.Sight(int64(team.ID))
	if err != nil {
		return nil, err
	}
	q, err := health.ParseWhatIf(in.People, in.OneIn, in.Without, in.Second)
	if err != nil {
		return nil, err
	}
	a, err := s.Imagining.Answer(ctx, team.ID, q)
	if err != nil {
		return nil, err
	}
	a.Keep(sight)
	return &whatIfOut{whatIfOf(a)}, nil
}

func whatIfOf(a *health.Answer) WhatIf {
	out := WhatIf{
		Team: a.Team, Zone: a.Zone, Purpose: health.ImaginedIsNot, Question: a.Words(), Hidden: a.Hidden, Weeks: a.Past.Weeks, Today: a.Today,
		Sources: []WhatIfSource{}, Assumed: append([]string{}, a.Assumed...),
	}
	if !a.Told() {
		return out
	}
	out.From, out.Said = &a.Past.From, a.Say()
	for i := range a.Origins {
		out.Sources = append(out.Sources, WhatIfSource{a.Origins[i].Label(), a.Origins[i].Incidents})
	}
	if a.Then == nil {
		return out
	}
	now, then := planOf(a.Now), planOf(a.Then)
	out.Now, out.Then = &now, &then
	if c := a.Change; c != nil {
		change := WhatIfChange(*c)
		out.Change = &change
	}
	return out
}

func planOf(o *health.Outcome) WhatIfPlan {
	p := o.Plan
	out := WhatIfPlan{
		From: &p.From, Weeks: p.Weeks, Limit: p.Limit, OneIn: o.OneIn, FirstIn: o.FirstIn, Slots: p.Slots, Unfilled: p.Unfilled,
		Why: append([]string{}, p.Why...), Mend: append([]string{}, p.Mend...), People: []WhatIfPerson{}, Shifts: []WhatIfShift{},
	}
	names := map[schedule.ID]string{}
	for i := range p.People {
		who := &p.People[i]
		names[who.ID] = who.Name
		person := WhatIfPerson{Name: who.Name}
		if !who.New {
			person.ID = &who.ID
		}
		out.People = append(out.People, person)
	}
	for _, s := range p.Shifts {
		out.Shifts = append(out.Shifts, WhatIfShift{s.Rotation, names[s.Person], s.Start, s.End})
	}
	if f := o.Figures; f != nil {
		figures := WhatIfFigures(*f)
		out.Expected = &figures
	}
	return out
}
