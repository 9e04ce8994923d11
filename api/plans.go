package api

import (
	"context"

	"watchbill/api/auth"
	"watchbill/schedule"
)

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
