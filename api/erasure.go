package api

import (
	"context"

	"watchbill/api/auth"
)

// Erasure is what would become of somebody who left.
type Erasure struct {
	Person PersonRef  `json:"person"`
	Left   Instant    `json:"left_at,omitzero" doc:"Left out: they are still here"`
	Erased Instant    `json:"erased_at,omitzero" doc:"Since when nothing tells who they were; left out: something does"`
	Due    Instant    `json:"due_at,omitzero" doc:"When it happens by itself; left out: it does not"`
	First  []Obstacle `json:"first" doc:"What has to be done before"`
}

// Obstacle is something that has to be done before somebody is nobody in particular.
type Obstacle struct {
	What string `json:"what"`
	Page string `json:"page,omitempty" doc:"Where, as an address of a page; left out: at the person"`
}

type erasureOut struct{ Body Erasure }

// erasure says what would become of somebody.
func (s *Server) erasure(ctx context.Context, in *struct{ PersonPath }) (*erasureOut, error) {
	o, err := s.Leavers.Outlook(ctx, in.id(auth.From(ctx)))
	if err != nil {
		return nil, err
	}
	out := &erasureOut{Erasure{
		Person: PersonRef{o.Person, o.Name}, Left: instantOf(o.LeftAt), Erased: instantOf(o.FormerAt), Due: instantOf(o.Due), First: []Obstacle{},
	}}
	for _, x := range o.Obstacles {
		page := ""
		if x.Path != "" {
			page = s.BaseURL + x.Path
		}
		out.Body.First = append(out.Body.First, Obstacle{x.Text, page})
	}
	return out, nil
}

// erasePerson makes somebody nobody in particular.
func (s *Server) erasePerson(ctx context.Context, in *struct{ PersonPath }) (*struct{}, error) {
	return nil, s.Leavers.Erase(ctx, in.id(auth.From(ctx)))
}
