package api

import (
	"context"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"
)

// Rest says who of a team is to rest after a broken night.
type Rest struct {
	Offered bool      `json:"offered" doc:"The team offers rest: see rest_cover of a team"`
	Mine    *OwnRest  `json:"mine" doc:"What your night was; null when it was not broken, or you have rested"`
	Due     []RestDue `json:"due" doc:"Who else is to rest, for those who manage the team; each look is in the log of whom it is about"`
}

// OwnRest is a broken night of whoever asks.
type OwnRest struct {
	Night   schedule.Date `json:"night" doc:"It began on, at noon"`
	Wakeups int           `json:"wakeups"`
	Work    int           `json:"work_minutes" doc:"In sleeping hours"`
	Rest    Instant       `json:"rest_until"`
	Relief  *Relief       `json:"relief" doc:"What of your shifts you may hand over for it, by asking for cover; null when none comes before you have rested"`
}

// Relief is the part of a shift that somebody may hand over.
type Relief struct {
	Team  schedule.ID `json:"team"`
	Shift schedule.ID `json:"shift"`
	Start Instant     `json:"start"`
	End   Instant     `json:"end"`
	Asked bool        `json:"asked" doc:"Cover is asked for already"`
}

// RestDue says that somebody is to rest, and nothing of their night.
type RestDue struct {
	Person *PersonRef `json:"person"`
	Rest   Instant    `json:"rest_until"`
	Relief *Relief    `json:"relief" doc:"Their shift of the team that comes before that is over"`
}

type restOut struct{ Body Rest }

// getRest says who is to rest. Where a team does not offer rest, nobody is told of
// anybody's night.
func (s *Server) getRest(ctx context.Context, in *struct{ TeamPath }) (*restOut, error) {
	team, w, err := s.team(ctx, auth.SeeBurden, in.Team)
	if err != nil {
		return nil, err
	}
	out := &restOut{Rest{Offered: team.RestCover, Due: []RestDue{}}}
	sight, err := w.Sight(int64(team.ID))
	if err != nil || !team.RestCover {
		return out, err
	}
	members, err := s.Schedule.Store.Members(ctx, team.ID)
	if err != nil {
		return nil, err
	}
	ids, people := map[schedule.ID]bool{}, []schedule.ID{}
	for i := range members {
		ids[members[i].Person], people = true, append(people, members[i].Person)
	}
	mine, due, err := s.Burdens.RestDue(ctx, team.ID, people, sight)
	if err != nil {
		return nil, err
	}
	if mine != nil {
		own := &OwnRest{Night: mine.Night, Wakeups: mine.Wakeups, Work: int(mine.Work.Minutes()), Rest: instantOf(mine.Rest)}
		if own.Relief, err = s.relief(ctx, mine); err != nil {
			return nil, err
		}
		out.Body.Mine = own
	}
	known, err := names(ctx, s.Schedule.Store, ids)
	if err != nil {
		return nil, err
	}
	for i := range due {
		row := RestDue{Person: refTo(due[i].Person, known), Rest: instantOf(due[i].Rest)}
		relief, err := s.relief(ctx, &due[i])
		if err != nil {
			return nil, err
		}
		if relief != nil && relief.Team == team.ID {
			row.Relief = relief
		}
		out.Body.Due = append(out.Body.Due, row)
	}
	return out, nil
}

// relief is what somebody may hand over after a night.
func (s *Server) relief(ctx context.Context, n *health.BrokenNight) (*Relief, error) {
	until := n.Rest
	if n.Next.After(until) {
		until = n.Next
	}
	r, ok, err := s.Schedule.ReliefFor(ctx, n.Person, until)
	if err != nil || !ok {
		return nil, err
	}
	return &Relief{r.Team, r.ID, instantOf(r.From), instantOf(r.Until), r.Asked}, nil
}
