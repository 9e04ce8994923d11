package api

import (
	"context"
	"time"

	"watchbill/api/auth"
	"watchbill/schedule"
)

// A PersonRef is a person as the schedule shows them.
type PersonRef struct {
	ID   schedule.ID `json:"id"`
	Name string      `json:"name"`
}

// A TeamRef is a team as other things name it.
type TeamRef struct {
	ID   schedule.ID `json:"id"`
	Name string      `json:"name"`
	Zone string      `json:"zone" doc:"The team's time zone; local times are on its clock"`
}

// A Shift is a stretch of time with whoever has it.
type Shift struct {
	ID         schedule.ID         `json:"id" doc:"The published shift that this is, or is a part of"`
	Key        string              `json:"key" doc:"Names the stretch within its team, also when it changes hands"`
	Team       schedule.ID         `json:"team"`
	Slot       schedule.SlotID     `json:"slot"`
	Rotation   schedule.RotationID `json:"rotation"`
	Unfilled   bool                `json:"unfilled" doc:"Nobody has it"`
	Person     *PersonRef          `json:"person,omitempty" doc:"Who has it; absent when nobody does"`
	Start      Instant             `json:"start"`
	End        Instant             `json:"end" doc:"When it is over, not included"`
	StartLocal string              `json:"start_local" format:"date-time" doc:"The start on the team's clock"`
	EndLocal   string              `json:"end_local" format:"date-time" doc:"The end on the team's clock"`
	Planned    *PersonRef          `json:"planned,omitempty" doc:"Who the published plan has; absent when it has nobody"`
	Override   schedule.ID         `json:"override,omitempty" doc:"The override that put the person here, if one did"`
	Kind       string              `json:"kind,omitempty" enum:"override,cover,swap" doc:"What kind of override"`
	Reason     string              `json:"reason,omitempty"`
	Points     int64               `json:"points" doc:"Standby points of the stretch"`
	Changes    int                 `json:"changes" doc:"How many decisions made it what it is"`
	ChangedAt  Instant             `json:"changed_at" doc:"When the last of them was taken"`
}

// refTo returns a person with their name, nil for nobody.
func refTo(id schedule.ID, names map[schedule.ID]string) *PersonRef {
	if id == 0 {
		return nil
	}
	return &PersonRef{id, names[id]}
}

// A shiftWriter puts shifts of a team into the words of the API.
type shiftWriter struct {
	team   schedule.ID
	zone   *time.Location
	people map[schedule.ID]string
	why    bool // the reader may see reasons, which say things about people
}

// shiftWriter returns one that knows everybody in the shifts.
func (s *Server) shiftWriter(ctx context.Context, team *schedule.TeamRecord, shifts []schedule.Shift) (*shiftWriter, error) {
	ids := map[schedule.ID]bool{}
	for i := range shifts {
		ids[shifts[i].Person], ids[shifts[i].Published] = true, true
	}
	people, err := names(ctx, s.Schedule.Store, ids)
	if err != nil {
		return nil, err
	}
	return writerOf(ctx, team, people)
}

// writerOf returns one that knows some people.
func writerOf(ctx context.Context, team *schedule.TeamRecord, people map[schedule.ID]string) (*shiftWriter, error) {
	zone, err := zoneOf(team.Zone)
	return &shiftWriter{team.ID, zone, people, !auth.From(ctx).Service}, err
}

// names returns the names of people by ID.
func names(ctx context.Context, store schedule.Store, ids map[schedule.ID]bool) (map[schedule.ID]string, error) {
	list := []schedule.ID{}
	for id := range ids {
		if id != 0 {
			list = append(list, id)
		}
	}
	byID := make(map[schedule.ID]string, len(list))
	if len(list) == 0 {
		return byID, nil
	}
	people, err := store.People(ctx, list)
	for i := range people {
		byID[people[i].ID] = people[i].Name
	}
	return byID, err
}

func (w *shiftWriter) person(id schedule.ID) *PersonRef { return refTo(id, w.people) }

func (w *shiftWriter) shift(t *schedule.Shift) Shift {
	out := Shift{
		ID: t.ID, Key: t.Key, Team: w.team, Slot: t.Slot, Rotation: t.Rotation, Unfilled: t.Person == 0, Person: w.person(t.Person),
		Start: instantOf(t.Start), End: instantOf(t.End), StartLocal: local(t.Start, w.zone), EndLocal: local(t.End, w.zone),
		Planned: w.person(t.Published), Override: t.Override, Kind: t.Kind, Points: t.Points(),
		Changes: t.Changes, ChangedAt: instantOf(t.ChangedAt),
	}
	if w.why {
		out.Reason = t.Reason
	}
	return out
}

type onCallIn struct {
	At   Instant     `query:"at" doc:"The instant asked about; now when absent. One that is past is answered as it really was"`
	Team schedule.ID `query:"team" minimum:"1" doc:"Only this team"`
}

type onCallOut struct{ Body OnCall }

// OnCall says who is on call at an instant.
type OnCall struct {
	At    Instant      `json:"at"`
	Teams []TeamOnCall `json:"teams"`
}

// A TeamOnCall is who is on call in a team.
type TeamOnCall struct {
	Team      TeamRef          `json:"team"`
	Rotations []RotationOnCall `json:"rotations" doc:"By name; those that have, or will have, a shift"`
}

// A RotationOnCall is who is on call for a duty, and who is next.
type RotationOnCall struct {
	Rotation schedule.RotationID `json:"rotation"`
	Unfilled bool                `json:"unfilled" doc:"Somebody should be on call, and nobody is"`
	Now      []Shift             `json:"now" doc:"Until their ends; empty where nobody has to be there"`
	Next     *Shift              `json:"next,omitempty" doc:"The first to begin after that; absent when none is published"`
}

// onCall answers who is on call.
func (s *Server) onCall(ctx context.Context, in *onCallIn) (*onCallOut, error) {
	at := in.At.at
	if in.At.IsZero() {
		at = s.Schedule.Now()
	}
	teams, err := s.seen(ctx, in.Team)
	if err != nil {
		return nil, err
	}
	ids := make([]schedule.ID, 0, len(teams))
	for i := range teams {
		ids = append(ids, teams[i].ID)
	}
	duties, err := s.Schedule.OnCallIn(ctx, ids, at)
	if err != nil {
		return nil, err
	}
	people, err := s.onDuty(ctx, duties)
	if err != nil {
		return nil, err
	}
	out := &onCallOut{OnCall{At: instantOf(at), Teams: make([]TeamOnCall, 0, len(teams))}}
	for i := range teams {
		w, err := writerOf(ctx, &teams[i], people)
		if err != nil {
			return nil, err
		}
		out.Body.Teams = append(out.Body.Teams, w.onCall(&teams[i], duties[teams[i].ID]))
	}
	return out, nil
}

// seen returns the teams that whoever asks may see, or one of them.
func (s *Server) seen(ctx context.Context, id schedule.ID) ([]schedule.TeamRecord, error) {
	if id != 0 {
		t, _, err := s.team(ctx, auth.SeeTeam, id)
		return []schedule.TeamRecord{t}, err
	}
	w := auth.From(ctx)
	teams, err := s.Schedule.Store.Teams(ctx)
	mine := []schedule.TeamRecord{}
	for _, t := range teams {
		if w.May(auth.SeeTeam, auth.Team(int64(t.ID))) {
			mine = append(mine, t)
		}
	}
	return mine, err
}

// onDuty returns the names of all in the duties of some teams.
func (s *Server) onDuty(ctx context.Context, duties map[schedule.ID][]schedule.Duty) (map[schedule.ID]string, error) {
	ids := map[schedule.ID]bool{}
	for _, team := range duties {
		for i := range team {
			for k := range team[i].Now {
				ids[team[i].Now[k].Person], ids[team[i].Now[k].Published] = true, true
			}
			if next := team[i].Next; next != nil {
				ids[next.Person], ids[next.Published] = true, true
			}
		}
	}
	return names(ctx, s.Schedule.Store, ids)
}

// onCall writes who is on call in a team.
func (w *shiftWriter) onCall(team *schedule.TeamRecord, duties []schedule.Duty) TeamOnCall {
	out := TeamOnCall{Team: TeamRef{team.ID, team.Name, team.Zone}, Rotations: []RotationOnCall{}}
	for _, d := range duties {
		r := RotationOnCall{Rotation: d.Rotation, Now: []Shift{}}
		for i := range d.Now {
			r.Now = append(r.Now, w.shift(&d.Now[i]))
			r.Unfilled = r.Unfilled || d.Now[i].Person == 0
		}
		if d.Next != nil {
			next := w.shift(d.Next)
			r.Next = &next
		}
		out.Rotations = append(out.Rotations, r)
	}
	return out
}
