package api

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

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

type differenceIn struct {
	DraftPath
	With schedule.ID `query:"with" minimum:"1" doc:"Another draft to compare with; what is published when absent"`
}

// A Difference is what a draft changes.
type Difference struct {
	Changes  []SlotChange `json:"changes" doc:"By start. Shifts that have begun stay and are not in it"`
	Affected []AffectedBy `json:"affected" doc:"People who lose or get shifts"`
	Ends     []Override   `json:"ends" doc:"What was agreed on or decided that publishing ends, because the plan moves its shift or that of the other half of a swap; empty when two drafts are compared"`
	Against  []Against    `json:"against" doc:"The hard rules that are broken where other halves of swaps go back: publishing needs a reason then"`
}

// A SlotChange is what a draft changes about one slot.
type SlotChange struct {
	Slot schedule.SlotID `json:"slot"`
	Was  *PlannedShift   `json:"was,omitempty" doc:"Absent: there is nothing yet"`
	Is   *PlannedShift   `json:"is,omitempty" doc:"Absent: there is no such shift any more"`
}

// A PlannedShift is a shift of a plan.
type PlannedShift struct {
	Rotation schedule.RotationID `json:"rotation"`
	Person   *PersonRef          `json:"person,omitempty" doc:"Absent: unfilled"`
	Start    Instant             `json:"start"`
	End      Instant             `json:"end"`
	Points   int64               `json:"points"`
}

// AffectedBy is a person whose shifts change.
type AffectedBy struct {
	Person PersonRef         `json:"person"`
	Loses  []schedule.SlotID `json:"loses"`
	Gets   []schedule.SlotID `json:"gets"`
}

// Against is what hard rules have against somebody's getting something.
type Against struct {
	Person PersonRef `json:"person"`
	Rules  []Finding `json:"rules"`
}

type differenceOut struct{ Body Difference }

// difference says what a draft changes about what is published, or about another
// draft.
func (s *Server) difference(ctx context.Context, in *differenceIn) (*differenceOut, error) {
	d, _, err := s.draft(ctx, auth.SeePlanning, in.DraftPath)
	if err != nil {
		return nil, err
	}
	_, planned, err := document(d.Plan)
	if err != nil {
		return nil, err
	}
	if planned == nil {
		return nil, fmt.Errorf("draft %d has no plan yet: %w", d.ID, schedule.ErrConflict)
	}
	team, err := s.Schedule.Store.Team(ctx, d.Team)
	if err != nil {
		return nil, err
	}
	zone, err := zoneOf(team.Zone)
	if err != nil {
		return nil, err
	}
	begins, ends, now := d.From.At(schedule.Midnight, zone), d.Until.At(schedule.Midnight, zone), s.Schedule.Now()
	var current []schedule.Published
	if in.With != 0 {
		other, _, err := s.draft(ctx, auth.SeePlanning, DraftPath{in.TeamPath, in.With})
		if err != nil {
			return nil, err
		}
		_, theirs, err := document(other.Plan)
		if err != nil {
			return nil, err
		}
		if theirs == nil {
			return nil, fmt.Errorf("draft %d has no plan yet: %w", other.ID, schedule.ErrConflict)
		}
		current, now = theirs.Shifts, time.Time{}
	} else if current, err = s.Schedule.Store.Published(ctx, d.Team, begins, ends.AddDate(0, 1, 0)); err != nil {
		return nil, err
	}
	out, err := s.written(ctx, schedule.Differences(current, planned.Shifts, begins, ends, now))
	if err != nil || in.With != 0 {
		return out, err
	}
	ending, err := s.Schedule.PublishingEnds(ctx, &d, planned)
	if err != nil {
		return nil, err
	}
	var overrides []schedule.Override
	for i := range ending.All {
		overrides = append(overrides, ending.All[i].Override)
	}
	for _, r := range ending.Against {
		x := Against{Person: PersonRef{r.Person, r.Name}, Rules: []Finding{}}
		for _, f := range r.Findings {
			x.Rules = append(x.Rules, Finding(f))
		}
		out.Body.Against = append(out.Body.Against, x)
	}
	out.Body.Ends, err = s.overrides(ctx, overrides)
	return out, err
}

// written writes differences.
func (s *Server) written(ctx context.Context, all []schedule.Difference) (*differenceOut, error) {
	ids := map[schedule.ID]bool{}
	for _, d := range all {
		for _, p := range []*schedule.Published{d.Was, d.Is} {
			if p != nil {
				ids[p.Person] = true
			}
		}
	}
	people, err := names(ctx, s.Schedule.Store, ids)
	if err != nil {
		return nil, err
	}
	planned := func(p *schedule.Published) *PlannedShift {
		if p == nil {
			return nil
		}
		return &PlannedShift{p.Rotation, refTo(p.Person, people), instantOf(p.Start), instantOf(p.End), p.Points}
	}
	out := &differenceOut{Difference{Changes: []SlotChange{}, Affected: []AffectedBy{}, Ends: []Override{}, Against: []Against{}}}
	for _, d := range all {
		x := SlotChange{Was: planned(d.Was), Is: planned(d.Is)}
		if d.Is != nil {
			x.Slot = d.Is.Slot
		} else {
			x.Slot = d.Was.Slot
		}
		out.Body.Changes = append(out.Body.Changes, x)
	}
	for _, a := range schedule.AffectedBy(all) {
		x := AffectedBy{Person: *refTo(a.Person, people), Loses: []schedule.SlotID{}, Gets: []schedule.SlotID{}}
		for _, p := range a.Loses {
			x.Loses = append(x.Loses, p.Slot)
		}
		for _, p := range a.Gets {
			x.Gets = append(x.Gets, p.Slot)
		}
		out.Body.Affected = append(out.Body.Affected, x)
	}
	return out, nil
}

// A Publishing is what to say of a plan that is published.
type Publishing struct {
	Note   string        `json:"note,omitempty" maxLength:"1000" doc:"For the people concerned"`
	Ends   []schedule.ID `json:"ends,omitempty" maxItems:"10000" doc:"The overrides that you know to end by it, as the difference lists them, [] for none: when there are others nothing is done and it is 409. Absent: whatever ends by it"`
	Reason string        `json:"reason,omitempty" maxLength:"1000" doc:"Why hard rules may be broken where the other half of a swap goes back; the people concerned will read it"`
}

type publishIn struct {
	DraftPath
	Body *Publishing `required:"false"`
}

type planOut struct{ Body Plan }

// publish makes a draft what people can rely on.
func (s *Server) publish(ctx context.Context, in *publishIn) (*planOut, error) {
	d, w, err := s.draft(ctx, auth.Publish, in.DraftPath)
	if err != nil {
		return nil, err
	}
	order := schedule.PublishOrder{Draft: d.ID}
	if in.Body != nil {
		order.Note, order.Ends, order.Reason = in.Body.Note, in.Body.Ends, in.Body.Reason
	}
	p, err := s.Schedule.PublishDraft(ctx, me(w), order)
	if err != nil {
		return nil, err
	}
	return s.onePlan(ctx, &p)
}

// A Plan is a draft that was published.
type Plan struct {
	Number      int         `json:"number" doc:"1, 2, 3 … in the team"`
	Team        schedule.ID `json:"team"`
	Draft       schedule.ID `json:"draft,omitempty"`
	From        Day         `json:"from"`
	Until       Day         `json:"until" doc:"Not included"`
	Note        string      `json:"note,omitempty"`
	PublishedAt Instant     `json:"published_at"`
	PublishedBy *PersonRef  `json:"published_by,omitempty"`
	Plan        any         `json:"plan,omitempty" doc:"The plan in the format watchbill-plan/1; only of one plan"`
	WhyRepaid   string      `json:"why_repaid,omitempty" doc:"Why measured burden moved your own points in it; told to nobody else"`
}

func (s *Server) plans(ctx context.Context, list []schedule.Plan) ([]Plan, error) {
	ids := map[schedule.ID]bool{}
	for i := range list {
		ids[list[i].PublishedBy] = true
	}
	people, err := names(ctx, s.Schedule.Store, ids)
	out := make([]Plan, 0, len(list))
	for i := range list {
		p := &list[i]
		out = append(out, Plan{
			Number: p.Number, Team: p.Team, Draft: p.Draft, From: Day{p.From}, Until: Day{p.Until}, Note: p.Note,
			PublishedAt: instantOf(p.PublishedAt), PublishedBy: refTo(p.PublishedBy, people),
		})
	}
	return out, err
}

func (s *Server) onePlan(ctx context.Context, p *schedule.Plan) (*planOut, error) {
	list, err := s.plans(ctx, []schedule.Plan{*p})
	if err != nil {
		return nil, err
	}
	out := &planOut{list[0]}
	out.Body.Plan, _, err = document(p.Document)
	out.Body.WhyRepaid = auth.From(ctx).WhyRepaid(p.Balances.Measured)
	return out, err
}

type plansIn struct {
	TeamPath
	Paging
}

// Plans is a page of plans.
type Plans struct {
	Items []Plan `json:"items" doc:"By number"`
	Next  string `json:"next,omitempty" doc:"The cursor of the next page; absent on the last"`
}

type plansOut struct{ Body Plans }

// listPlans lists what a team has published.
func (s *Server) listPlans(ctx context.Context, in *plansIn) (*plansOut, error) {
	team, _, err := s.team(ctx, auth.SeePlanning, in.Team)
	if err != nil {
		return nil, err
	}
	all, err := s.Schedule.Store.Plans(ctx, team.ID)
	if err != nil {
		return nil, err
	}
	page, next, err := pagedByID(all, &in.Paging, func(p *schedule.Plan) schedule.ID { return schedule.ID(p.Number) })
	if err != nil {
		return nil, err
	}
	items, err := s.plans(ctx, page)
	return &plansOut{Plans{Items: items, Next: next}}, err
}

type planIn struct {
	TeamPath
	Number int `path:"number" minimum:"1"`
}

// getPlan returns a published plan as it was made.
func (s *Server) getPlan(ctx context.Context, in *planIn) (*planOut, error) {
	if _, _, err := s.team(ctx, auth.SeePlanning, in.Team); err != nil {
		return nil, err
	}
	p, err := s.Schedule.Store.Plan(ctx, in.Team, in.Number)
	if err != nil {
		return nil, err
	}
	return s.onePlan(ctx, &p)
}
