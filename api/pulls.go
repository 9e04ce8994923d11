package api

import (
	"context"
	"errors"
	"fmt"
	"time"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"
)

// A Pull is a stretch of the past that is fetched from a pager's API.
type Pull struct {
	ID       schedule.ID `json:"id"`
	From     Instant     `json:"from" doc:"Of pages made from then on"`
	Until    Instant     `json:"until" doc:"and before then"`
	Nightly  bool        `json:"nightly" doc:"It looks for what no hook told, and nobody asked for it"`
	State    string      `json:"state" enum:"waits,done,failed,cancelled"`
	Requests int         `json:"requests"`
	Pages    int         `json:"pages" doc:"That the pager told of"`
	Fresh    int         `json:"fresh" doc:"Of which nothing had been told before"`
	Rate     string      `json:"rate,omitempty" doc:"What the pager last said of its limits"`
	Error    string      `json:"error,omitempty" doc:"Why it failed, or waits"`
	DueAt    Instant     `json:"due_at" doc:"When it goes on, while it waits"`
	DoneAt   Instant     `json:"done_at,omitzero"`
}

// Pulls are what was and is fetched from a pager's API.
type Pulls struct {
	Region  string   `json:"region,omitempty" doc:"Of the key; absent: there is no key"`
	Regions []Region `json:"regions" doc:"Where the vendor keeps accounts; none: its past cannot be fetched"`
	Items   []Pull   `json:"items" doc:"By when they begin"`
}

// A Region is where a vendor keeps an account.
type Region struct {
	ID      string `json:"id" doc:"To set the key with"`
	Label   string `json:"label"`
	Address string `json:"address" doc:"Of its API there"`
}

type pullsOut struct{ Body Pulls }

// listPulls lists what was and is fetched.
func (s *Server) listPulls(ctx context.Context, in *struct{ IntegrationPath }) (*pullsOut, error) {
	i, _, err := s.theIntegration(ctx, auth.SeePlanning, in.IntegrationPath)
	if err != nil {
		return nil, err
	}
	key, err := s.Health.Store.PullKey(ctx, i.ID)
	if err != nil && !errors.Is(err, schedule.ErrNotFound) {
		return nil, err
	}
	all, err := s.Health.Store.Pulls(ctx, i.ID)
	out := &pullsOut{Pulls{Region: key.Region, Regions: []Region{}, Items: []Pull{}}}
	for _, r := range health.Regions(i.Vendor) {
		out.Body.Regions = append(out.Body.Regions, Region(r))
	}
	for k := range all {
		p := &all[k]
		out.Body.Items = append(out.Body.Items, Pull{
			ID: p.ID, From: instantOf(p.From), Until: instantOf(p.Until), Nightly: p.Nightly, State: p.State, Requests: p.Requests, Pages: p.Pages, Fresh: p.Fresh,
			Rate: p.Rate, Error: p.Error, DueAt: instantOf(p.DueAt), DoneAt: instantOf(p.DoneAt),
		})
	}
	return out, err
}

type pullIn struct {
	IntegrationPath
	Body struct {
		From  string `json:"from" maxLength:"10" doc:"The first day, like 2026-01-01, in the pager's zone"`
		Until string `json:"until,omitempty" maxLength:"10" doc:"The day after the last; absent: until now"`
		Again bool   `json:"again,omitempty" doc:"Fetch also what was fetched before"`
	}
}

type askedOut struct {
	Body struct {
		Windows int `json:"windows" doc:"How many pulls that are; none when all of it was fetched, or waits"`
	}
}

// askPull has the past fetched.
func (s *Server) askPull(ctx context.Context, in *pullIn) (*askedOut, error) {
	i, w, err := s.theIntegration(ctx, auth.EditTeam, in.IntegrationPath)
	if err != nil {
		return nil, err
	}
	from, err := dayOf(&i, "from", in.Body.From)
	if err != nil {
		return nil, err
	}
	until := s.Health.Now()
	if in.Body.Until != "" {
		if until, err = dayOf(&i, "until", in.Body.Until); err != nil {
			return nil, err
		}
	}
	out := &askedOut{}
	out.Body.Windows, err = s.Health.AskPull(ctx, me(w), i.ID, from, until, in.Body.Again)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// dayOf is when a day begins for a pager.
func dayOf(i *health.Integration, field, text string) (time.Time, error) {
	day, err := schedule.ParseDate(text)
	if err != nil {
		return time.Time{}, &schedule.InvalidError{Field: field, Reason: fmt.Sprintf("%q is no day, like 2026-12-07", text)}
	}
	zone, err := time.LoadLocation(i.Zone)
	if err != nil {
		return time.Time{}, err
	}
	return day.At(0, zone), nil
}

// cancelPulls cancels what has not been fetched yet.
func (s *Server) cancelPulls(ctx context.Context, in *struct{ IntegrationPath }) (*struct{}, error) {
	i, w, err := s.theIntegration(ctx, auth.EditTeam, in.IntegrationPath)
	if err != nil {
		return nil, err
	}
	return nil, s.Health.CancelPulls(ctx, me(w), i.ID)
}

type pullKeyIn struct {
	IntegrationPath
	Body struct {
		Key    string `json:"key" minLength:"1" maxLength:"500" doc:"Of the pager's API; it is never shown again"`
		Region string `json:"region" maxLength:"10" doc:"us or eu: where the account is"`
	}
}

// setPullKey makes the past fetchable.
func (s *Server) setPullKey(ctx context.Context, in *pullKeyIn) (*struct{}, error) {
	i, w, err := s.theIntegration(ctx, auth.EditTeam, in.IntegrationPath)
	if err != nil {
		return nil, err
	}
	return nil, s.Health.SetPullKey(ctx, me(w), i.ID, in.Body.Key, in.Body.Region)
}

// endPullKey forgets the key.
func (s *Server) endPullKey(ctx context.Context, in *struct{ IntegrationPath }) (*struct{}, error) {
	i, w, err := s.theIntegration(ctx, auth.EditTeam, in.IntegrationPath)
	if err != nil {
		return nil, err
	}
	return nil, s.Health.EndPullKey(ctx, me(w), i.ID)
}
