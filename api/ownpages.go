package api

import (
	"context"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"
)

// An OwnPage is a page that interrupted whoever asks, with what they said of it.
type OwnPage struct {
	ID          schedule.ID `json:"id"`
	Team        schedule.ID `json:"team"`
	Title       string      `json:"title" doc:"As it came: text of somebody else"`
	Service     string      `json:"service,omitempty"`
	Severity    string      `json:"severity,omitempty" doc:"The pager's word"`
	State       string      `json:"state" enum:"triggered,acknowledged,resolved,merged,cancelled"`
	TriggeredAt Instant     `json:"triggered_at"`
	ResolvedAt  Instant     `json:"resolved_at,omitzero"`
	NotifiedAt  Instant     `json:"notified_at" doc:"When it rang for you first"`
	OnItAt      Instant     `json:"on_it_at,omitzero" doc:"When you said that you are on it"`
	Actionable  string      `json:"actionable" enum:"yes,no,unsaid" doc:"Whether there was something to do; the team sees it"`
	Woke        string      `json:"woke" enum:"yes,no,unsaid" doc:"Whether it woke you; nobody else sees it"`
	Note        string      `json:"note,omitempty" doc:"For the team, in the hand-over of the shift"`
	LinkedAt    Instant     `json:"linked_at,omitzero" doc:"Since when there is a link that needs no log-in"`
	LinkEnds    Instant     `json:"link_ends" doc:"When a link of the page is dead"`
}

// OwnPages are the pages of the last four weeks that interrupted whoever asks.
type OwnPages struct {
	Items []OwnPage `json:"items" doc:"The newest first, at most 200"`
}

type ownPagesOut struct{ Body OwnPages }

type ownPagesIn struct{ PersonPath }

type ownPageIn struct {
	PersonPath
	Page schedule.ID `path:"page" minimum:"1"`
}

type ownPageOut struct{ Body OwnPage }

// itself returns whose pages are asked for: who asks, and nobody else, whoever they are.
func (s *Server) itself(ctx context.Context, need auth.Action, path PersonPath) (schedule.ID, error) {
	p, w, err := s.person(ctx, s.Schedule.Store, auth.SeeOwnBurden, path)
	if err == nil && need != auth.SeeOwnBurden {
		err = w.Must(need, auth.Person(w.Person))
	}
	return p.ID, err
}

// listOwnPages lists what interrupted whoever asks.
func (s *Server) listOwnPages(ctx context.Context, in *ownPagesIn) (*ownPagesOut, error) {
	id, err := s.itself(ctx, auth.SeeOwnBurden, in.PersonPath)
	if err != nil {
		return nil, err
	}
	all, err := s.Health.OwnPages(ctx, id)
	out := &ownPagesOut{OwnPages{Items: []OwnPage{}}}
	for i := range all {
		out.Body.Items = append(out.Body.Items, ownPageOf(&all[i]))
	}
	return out, err
}

// answers are what may be said to a question, by their number.
var answers = []string{"unsaid", "yes", "no"}

func ownPageOf(p *health.OwnPage) OwnPage {
	c := &p.CheckIn
	return OwnPage{
		ID: p.ID, Team: p.Team, Title: p.Title, Service: p.Service, Severity: p.Severity, State: string(p.State), TriggeredAt: instantOf(p.TriggeredAt), ResolvedAt: instantOf(p.ResolvedAt),
		NotifiedAt: instantOf(p.NotifiedAt), OnItAt: instantOf(c.OnItAt), Actionable: answers[c.Verdict], Woke: answers[c.Waking], Note: c.Note,
		LinkedAt: instantOf(p.Linked), LinkEnds: instantOf(p.LinkEnds()),
	}
}

// PageWords are what whoever asks says of a page; what is absent stays as it was.
type PageWords struct {
	OnIt       *bool   `json:"on_it,omitempty" doc:"true: you are on it, from now on, or since you said so first; false takes it back"`
	Actionable string  `json:"actionable,omitempty" enum:"yes,no,unsaid" doc:"Whether there was something to do"`
	Woke       string  `json:"woke,omitempty" enum:"yes,no,unsaid" doc:"Whether it woke you"`
	Note       *string `json:"note,omitempty" maxLength:"2000" doc:"For the team"`
}

type tellPageIn struct {
	PersonPath
	Page schedule.ID `path:"page" minimum:"1"`
	Body PageWords
}

// tellPage writes down what whoever asks says of a page.
func (s *Server) tellPage(ctx context.Context, in *tellPageIn) (*ownPageOut, error) {
	id, err := s.itself(ctx, auth.EditOwn, in.PersonPath)
	if err != nil {
		return nil, err
	}
	what := health.Saying{OnIt: in.Body.OnIt, Note: in.Body.Note}
	for n, answer := range answers {
		if in.Body.Actionable == answer {
			what.Verdict = new(health.Verdict(n))
		}
		if in.Body.Woke == answer {
			what.Waking = new(health.Waking(n))
		}
	}
	if err := s.Health.Say(ctx, id, in.Page, what); err != nil {
		return nil, err
	}
	p, err := s.Health.OwnPage(ctx, id, in.Page)
	return &ownPageOut{ownPageOf(&p)}, err
}

// PageLink is a link of a page, which needs no log-in.
type PageLink struct {
	URL  string  `json:"url" doc:"It is not shown again. Opening it changes nothing; the buttons behind it do"`
	Ends Instant `json:"ends"`
}

type pageLinkOut struct{ Body PageLink }

// makePageLink makes a link by which one page is told about without logging in.
func (s *Server) makePageLink(ctx context.Context, in *ownPageIn) (*pageLinkOut, error) {
	id, err := s.itself(ctx, auth.EditOwn, in.PersonPath)
	if err != nil {
		return nil, err
	}
	token, p, err := s.Health.MakeLink(ctx, id, in.Page)
	return &pageLinkOut{PageLink{s.BaseURL + "/tell/" + token, instantOf(p.LinkEnds())}}, err
}

// endPageLink ends the link of a page.
func (s *Server) endPageLink(ctx context.Context, in *ownPageIn) (*struct{}, error) {
	id, err := s.itself(ctx, auth.EditOwn, in.PersonPath)
	if err != nil {
		return nil, err
	}
	return nil, s.Health.EndLink(ctx, id, in.Page)
}
