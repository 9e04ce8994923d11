package api

import (
	"context"
	"encoding/json"
	"fmt"

	"watchbill/api/auth"
	"watchbill/schedule"
)

// A Draft is a plan that is being made or waits for a decision.
type Draft struct {
	ID         schedule.ID            `json:"id"`
	Team       schedule.ID            `json:"team"`
	Name       string                 `json:"name,omitempty"`
	State      string                 `json:"state" enum:"queued,running,ready,failed,published,discarded"`
	Progress   int                    `json:"progress" minimum:"0" maximum:"100" doc:"In percent"`
	Message    string                 `json:"message,omitempty" doc:"Why it failed"`
	From       Day                    `json:"from" doc:"The first day of the plan"`
	Until      Day                    `json:"until" doc:"The end of the plan, not included"`
	Pins       map[string]schedule.ID `json:"pins" doc:"Who has certain slots, whatever else"`
	Seed       int64                  `json:"seed" doc:"Breaks ties differently; the same seed gives the same plan"`
	Seconds    int                    `json:"seconds,omitempty" doc:"How long to look for a better plan; absent is the service's own limit"`
	Thaw       bool                   `json:"thaw" doc:"The team's frozen weeks may change too"`
	BasedOn    int64                  `json:"based_on" doc:"The number of the plan that was published when it was asked for; 0 is none"`
	CreatedAt  Instant                `json:"created_at"`
	CreatedBy  *PersonRef             `json:"created_by,omitempty" doc:"Absent: the service itself"`
	FinishedAt Instant                `json:"finished_at,omitzero"`
	Plan       any                    `json:"plan,omitempty" doc:"The plan in the format watchbill-plan/1; only of one draft that is ready"`
	WhyRepaid  string                 `json:"why_repaid,omitempty" doc:"Why measured burden moved your own points in it, like \"−12 points, four nights broken in March\"; told to nobody else"`
}

// drafts writes drafts with the names of those who asked for them.
func (s *Server) drafts(ctx context.Context, list []schedule.Draft) ([]Draft, error) {
	ids := map[schedule.ID]bool{}
	for i := range list {
		ids[list[i].CreatedBy] = true
	}
	people, err := names(ctx, s.Schedule.Store, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Draft, 0, len(list))
	for i := range list {
		d := &list[i]
		x := Draft{
			ID: d.ID, Team: d.Team, Name: d.Name, State: d.State, Progress: d.Progress, Message: d.Message, From: Day{d.From}, Until: Day{d.Until},
			Pins: map[string]schedule.ID{}, Seed: d.Seed, Seconds: d.Seconds, Thaw: d.Thaw, BasedOn: d.BasedOn, CreatedAt: instantOf(d.CreatedAt),
			CreatedBy: refTo(d.CreatedBy, people), FinishedAt: instantOf(d.FinishedAt),
		}
		if err := json.Unmarshal([]byte(d.Pins), &x.Pins); err != nil {
			return nil, fmt.Errorf("pins of draft %d: %w", d.ID, err)
		}
		if x.Pins == nil {
			x.Pins = map[string]schedule.ID{}
		}
		out = append(out, x)
	}
	return out, nil
}

// document is the plan as it was made.
func document(stored string) (any, *schedule.Planned, error) {
	if stored == "" {
		return nil, nil, nil
	}
	var planned schedule.Planned
	if err := json.Unmarshal([]byte(stored), &planned); err != nil {
		return nil, nil, fmt.Errorf("plan: %w", err)
	}
	return json.RawMessage(planned.Document), &planned, nil
}

type draftOut struct{ Body Draft }

func (s *Server) oneDraft(ctx context.Context, d *schedule.Draft) (*draftOut, error) {
	list, err := s.drafts(ctx, []schedule.Draft{*d})
	if err != nil {
		return nil, err
	}
	out := &draftOut{list[0]}
	var planned *schedule.Planned
	if out.Body.Plan, planned, err = document(d.Plan); planned != nil {
		out.Body.WhyRepaid = auth.From(ctx).WhyRepaid(planned.Measured)
	}
	return out, err
}

type draftsIn struct {
	TeamPath
	Paging
}

// Drafts is a page of drafts.
type Drafts struct {
	Items []Draft `json:"items" doc:"By ID"`
	Next  string  `json:"next,omitempty" doc:"The cursor of the next page; absent on the last"`
}

type draftsOut struct{ Body Drafts }

// listDrafts lists a team's drafts, the last 200 of them.
func (s *Server) listDrafts(ctx context.Context, in *draftsIn) (*draftsOut, error) {
	team, _, err := s.team(ctx, auth.SeePlanning, in.Team)
	if err != nil {
		return nil, err
	}
	all, err := s.Schedule.Store.Drafts(ctx, team.ID)
	if err != nil {
		return nil, err
	}
	page, next, err := pagedByID(all, &in.Paging, func(d *schedule.Draft) schedule.ID { return d.ID })
	if err != nil {
		return nil, err
	}
	items, err := s.drafts(ctx, page)
	return &draftsOut{Drafts{Items: items, Next: next}}, err
}

// A NewDraft is what a draft is wanted for.
type NewDraft struct {
	From    Day                    `json:"from" doc:"The first day: where the published plan ends, or begins to plan it again"`
	Until   Day                    `json:"until" doc:"The end, not included"`
	Name    string                 `json:"name,omitempty" maxLength:"80"`
	Pins    map[string]schedule.ID `json:"pins,omitempty" maxProperties:"500" doc:"Slots and the ID of who shall have them" example:"{\"primary 2026-12-21\": 3}"`
	Seed    int64                  `json:"seed,omitempty" minimum:"0" maximum:"1000000" doc:"Breaks ties differently"`
	Seconds int                    `json:"seconds,omitempty" minimum:"0" maximum:"60" doc:"How long to look for a better plan"`
	Thaw    bool                   `json:"thaw,omitempty" doc:"Plan the frozen weeks again, too"`
}

type newDraftIn struct {
	TeamPath
	Body NewDraft
}

// askDraft queues a draft. It is made in the background.
func (s *Server) askDraft(ctx context.Context, in *newDraftIn) (*draftOut, error) {
	_, w, err := s.team(ctx, auth.Publish, in.Team)
	if err != nil {
		return nil, err
	}
	b := &in.Body
	order := schedule.DraftOrder{Team: in.Team, From: b.From.date, Until: b.Until.date, Name: b.Name, Seed: b.Seed, Seconds: b.Seconds, Thaw: b.Thaw}
	if len(b.Pins) > 0 {
		order.Pins = map[schedule.SlotID]schedule.ID{}
		for slot, person := range b.Pins {
			order.Pins[schedule.SlotID(slot)] = person
		}
	}
	d, err := s.Schedule.AskDraft(ctx, me(w), order)
	if err != nil {
		return nil, err
	}
	return s.oneDraft(ctx, &d)
}

// DraftPath is the draft in the path of a route.
type DraftPath struct {
	TeamPath
	Draft schedule.ID `path:"draft" minimum:"1"`
}

// draft finds a draft of the team in the path for somebody who may see or change it.
func (s *Server) draft(ctx context.Context, need auth.Action, path DraftPath) (schedule.Draft, auth.Who, error) {
	_, w, err := s.team(ctx, need, path.Team)
	if err != nil {
		return schedule.Draft{}, w, err
	}
	d, err := s.Schedule.Store.Draft(ctx, path.Draft)
	if err == nil && d.Team != path.Team {
		err = fmt.Errorf("draft %d of team %d: %w", path.Draft, path.Team, schedule.ErrNotFound)
	}
	return d, w, err
}

// getDraft returns a draft, with its plan when it is ready.
func (s *Server) getDraft(ctx context.Context, in *struct{ DraftPath }) (*draftOut, error) {
	d, _, err := s.draft(ctx, auth.SeePlanning, in.DraftPath)
	if err != nil {
		return nil, err
	}
	return s.oneDraft(ctx, &d)
}

// discardDraft gives a draft up; one that is being made stops.
func (s *Server) discardDraft(ctx context.Context, in *struct{ DraftPath }) (*draftOut, error) {
	d, w, err := s.draft(ctx, auth.Publish, in.DraftPath)
	if err == nil {
		err = s.Schedule.Discard(ctx, me(w), d.ID)
	}
	if err == nil {
		d, err = s.Schedule.Store.Draft(ctx, d.ID)
	}
	if err != nil {
		return nil, err
	}
	return s.oneDraft(ctx, &d)
}

// A Pin gives a slot to somebody.
type Pin struct {
	Slot   string      `json:"slot" minLength:"1" maxLength:"200" example:"primary 2026-12-21"`
	Person schedule.ID `json:"person" minimum:"1"`
}

type pinIn struct {
	DraftPath
	Body Pin
}

// pinDraft asks for another draft like one, in which a slot is somebody's.
func (s *Server) pinDraft(ctx context.Context, in *pinIn) (*draftOut, error) {
	d, w, err := s.draft(ctx, auth.Publish, in.DraftPath)
	if err != nil {
		return nil, err
	}
	order := schedule.DraftOrder{Team: d.Team, From: d.From, Until: d.Until, Name: d.Name, Seed: d.Seed, Seconds: d.Seconds, Thaw: d.Thaw}
	if err := json.Unmarshal([]byte(d.Pins), &order.Pins); err != nil {
		return nil, fmt.Errorf("pins of draft %d: %w", d.ID, err)
	}
	if order.Pins == nil {
		order.Pins = map[schedule.SlotID]schedule.ID{}
	}
	order.Pins[schedule.SlotID(in.Body.Slot)] = in.Body.Person
	next, err := s.Schedule.AskDraft(ctx, me(w), order)
	if err != nil {
		return nil, err
	}
	return s.oneDraft(ctx, &next)
}
