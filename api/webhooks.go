package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"watchbill/api/auth"
	"watchbill/api/notify/webhook"
	"watchbill/schedule"

	"github.com/danielgtaylor/huma/v2"
)

// webhookRoutes lists what there is about programs that are told what happens.
func (s *Server) webhookRoutes(a huma.API) {
	const one = "/webhooks/{webhook}"
	get(s, a, "/webhooks", "list-webhooks", "The programs that are told what happens in a team, or in all of them", s.listWebhooks)
	add(s, a, "/webhooks", "add-webhook", "Tell a program what happens; its secret is shown once", s.addWebhook)
	get(s, a, one, "get-webhook", "An endpoint, and how it does", s.getWebhook)
	change(s, a, patch, one, "change-webhook", "Change an endpoint's settings, or turn it off", s.changeWebhook)
	change(s, a, del, one, "remove-webhook", "Remove an endpoint, with what was sent to it", s.removeWebhook)
	act(s, a, one+"/secret", "rotate-webhook-secret", "Give an endpoint another secret, which is shown once; for a day both sign", s.rotateWebhook)
	act(s, a, one+"/test", "test-webhook", "Send a test", s.testWebhook)
	get(s, a, one+"/deliveries", "list-webhook-deliveries", "What an endpoint was told in the last 30 days", s.listHookDeliveries)
	get(s, a, one+"/deliveries/{delivery}", "get-webhook-delivery", "What an endpoint was told in one request, and what it answered", s.getHookDelivery)
	act(s, a, one+"/deliveries/{delivery}/resend", "resend-webhook-delivery", "Send it again, under the name that it had", s.resendWebhook)
}

// A Webhook is an address of a program that is told what happens.
type Webhook struct {
	ID           schedule.ID    `json:"id"`
	Team         schedule.ID    `json:"team,omitempty" doc:"Absent: it is told what happens in all teams"`
	Name         string         `json:"name"`
	URL          string         `json:"url"`
	Events       []webhook.Kind `json:"events" doc:"What it is told"`
	Off          bool           `json:"off" doc:"It is told nothing"`
	OffWhy       string         `json:"off_why,omitempty" doc:"Why it was turned off by itself"`
	FailingSince Instant        `json:"failing_since,omitzero" doc:"Since when it takes nothing; absent: it takes what it is told, as far as is known"`
	TookAt       Instant        `json:"took_at,omitzero" doc:"When it has last taken something"`
	BothUntil    Instant        `json:"both_until,omitzero" doc:"The secret before signs as well until then"`
	CreatedAt    Instant        `json:"created_at"`
}

func (s *Server) webhookOf(e *webhook.Endpoint) Webhook {
	out := Webhook{
		ID: e.ID, Team: e.Team, Name: e.Name, URL: e.URL, Events: e.Chosen(), Off: !e.OffAt.IsZero(), OffWhy: e.OffWhy,
		FailingSince: instantOf(e.FailingSince), TookAt: instantOf(e.TookAt), CreatedAt: instantOf(e.CreatedAt),
	}
	if e.Before != "" && s.Schedule.Now().Before(e.BeforeUntil) {
		out.BothUntil = instantOf(e.BeforeUntil)
	}
	return out
}

// mayHooks returns who is asking, if they may do something about the endpoints of a team, or
// of all teams when it is none.
func (s *Server) mayHooks(ctx context.Context, need auth.Action, team schedule.ID) (auth.Who, error) {
	if team != 0 {
		_, w, err := s.team(ctx, need, team)
		return w, err
	}
	w := auth.From(ctx)
	return w, w.Must(auth.Administrate, auth.On{})
}

// WebhookPath is the endpoint in the path of a route.
type WebhookPath struct {
	Webhook schedule.ID `path:"webhook" minimum:"1"`
}

// hook finds an endpoint for somebody who may do what they are about to. To others it is
// as if there were none.
func (s *Server) hook(ctx context.Context, need auth.Action, in WebhookPath) (webhook.Endpoint, auth.Who, error) {
	e, err := s.Webhooks.Store.Endpoint(ctx, in.Webhook)
	if err != nil {
		return e, auth.Who{}, err
	}
	w, err := s.mayHooks(ctx, need, e.Team)
	if errors.Is(err, auth.ErrForbidden) && (e.Team == 0 || !w.May(auth.SeeTeam, auth.Team(int64(e.Team)))) {
		err = hidden(err)
	}
	return e, w, err
}

// Webhooks are endpoints.
type Webhooks struct {
	Items []Webhook `json:"items" doc:"By name"`
}

type webhooksIn struct {
	Team schedule.ID `query:"team" minimum:"1" doc:"Whose; absent: those that are told what happens in all teams, for administrators"`
}

type webhooksOut struct{ Body Webhooks }

// listWebhooks lists the endpoints of a team, or of all teams.
func (s *Server) listWebhooks(ctx context.Context, in *webhooksIn) (*webhooksOut, error) {
	if _, err := s.mayHooks(ctx, auth.SeePlanning, in.Team); err != nil {
		return nil, err
	}
	all, err := s.Webhooks.Store.Endpoints(ctx, in.Team)
	out := &webhooksOut{Webhooks{Items: []Webhook{}}}
	for i := range all {
		out.Body.Items = append(out.Body.Items, s.webhookOf(&all[i]))
	}
	return out, err
}

// A NewWebhook is an endpoint to be made.
type NewWebhook struct {
	Team   schedule.ID    `json:"team,omitempty" minimum:"1" doc:"Absent: it is told what happens in all teams"`
	Name   string         `json:"name" maxLength:"400"`
	URL    string         `json:"url" maxLength:"4000" doc:"https, unless whoever runs the service has allowed its network"`
	Events []webhook.Kind `json:"events" maxItems:"50" doc:"What it is told; see docs/webhooks.md"`
}

type newWebhookIn struct{ Body NewWebhook }

// A SecretWebhook is an endpoint with its secret.
type SecretWebhook struct {
	Webhook
	Secret string `json:"secret" doc:"What is sent is signed with it. It is never shown again"`
}

type secretWebhookOut struct{ Body SecretWebhook }

// addWebhook makes an endpoint.
func (s *Server) addWebhook(ctx context.Context, in *newWebhookIn) (*secretWebhookOut, error) {
	b := &in.Body
	w, err := s.mayHooks(ctx, auth.EditTeam, b.Team)
	if err != nil {
		return nil, err
	}
	e, err := s.Webhooks.Add(ctx, me(w), b.Team, webhook.Settings{Name: b.Name, URL: b.URL, Kinds: b.Events})
	if err != nil {
		return nil, err
	}
	return &secretWebhookOut{SecretWebhook{s.webhookOf(&e), e.Secret}}, nil
}

// A WebhookState is an endpoint and how it does.
type WebhookState struct {
	Webhook
	Deliveries map[string]int `json:"deliveries" doc:"Of the last 30 days, by state: waits, taken, givenup"`
}

type webhookOut struct{ Body WebhookState }

// getWebhook returns an endpoint.
func (s *Server) getWebhook(ctx context.Context, in *struct{ WebhookPath }) (*webhookOut, error) {
	e, _, err := s.hook(ctx, auth.SeePlanning, in.WebhookPath)
	if err != nil {
		return nil, err
	}
	return s.webhookState(ctx, &e)
}

func (s *Server) webhookState(ctx context.Context, e *webhook.Endpoint) (*webhookOut, error) {
	tally, err := s.Webhooks.Store.Tally(ctx, e.ID)
	return &webhookOut{WebhookState{s.webhookOf(e), tally}}, err
}

// WebhookChange is what may be changed of an endpoint; what is absent stays.
type WebhookChange struct {
	Name   *string        `json:"name,omitempty" maxLength:"400"`
	URL    *string        `json:"url,omitempty" maxLength:"4000"`
	Events []webhook.Kind `json:"events,omitempty" maxItems:"50" doc:"All of them: they replace those there are"`
	Off    *bool          `json:"off,omitempty" doc:"True: it is told nothing any more, and what waits is given up"`
}

type changeWebhookIn struct {
	WebhookPath
	Body WebhookChange
}

// changeWebhook changes an endpoint's settings.
func (s *Server) changeWebhook(ctx context.Context, in *changeWebhookIn) (*webhookOut, error) {
	e, w, err := s.hook(ctx, auth.EditTeam, in.WebhookPath)
	if err != nil {
		return nil, err
	}
	b, set := &in.Body, webhook.Settings{Name: e.Name, URL: e.URL, Kinds: e.Chosen()}
	if b.Name != nil {
		set.Name = *b.Name
	}
	if b.URL != nil {
		set.URL = *b.URL
	}
	if b.Events != nil {
		set.Kinds = b.Events
	}
	if b.Name != nil || b.URL != nil || b.Events != nil {
		if err := s.Webhooks.Change(ctx, me(w), e.ID, set); err != nil {
			return nil, err
		}
	}
	if b.Off != nil {
		if err := s.Webhooks.TurnOff(ctx, me(w), e.ID, *b.Off); err != nil {
			return nil, err
		}
	}
	if e, err = s.Webhooks.Store.Endpoint(ctx, e.ID); err != nil {
		return nil, err
	}
	return s.webhookState(ctx, &e)
}

// removeWebhook removes an endpoint.
func (s *Server) removeWebhook(ctx context.Context, in *struct{ WebhookPath }) (*struct{}, error) {
	e, w, err := s.hook(ctx, auth.EditTeam, in.WebhookPath)
	if err != nil {
		return nil, err
	}
	return nil, s.Webhooks.Remove(ctx, me(w), e.ID)
}

// rotateWebhook gives an endpoint another secret.
func (s *Server) rotateWebhook(ctx context.Context, in *struct{ WebhookPath }) (*secretWebhookOut, error) {
	e, w, err := s.hook(ctx, auth.EditTeam, in.WebhookPath)
	if err != nil {
		return nil, err
	}
	if e, err = s.Webhooks.Rotate(ctx, me(w), e.ID); err != nil {
		return nil, err
	}
	return &secretWebhookOut{SecretWebhook{s.webhookOf(&e), e.Secret}}, nil
}

// testWebhook sends a test.
func (s *Server) testWebhook(ctx context.Context, in *struct{ WebhookPath }) (*testOut, error) {
	e, w, err := s.hook(ctx, auth.EditTeam, in.WebhookPath)
	if err != nil {
		return nil, err
	}
	out := &testOut{}
	out.Body.Delivery, err = s.Webhooks.SendTest(ctx, me(w), e.ID)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// A HookDelivery is what an endpoint is told in one request.
type HookDelivery struct {
	ID      schedule.ID  `json:"id"`
	Message string       `json:"message" doc:"webhook-id: the same however often it is sent"`
	Type    webhook.Kind `json:"type"`
	State   string       `json:"state" enum:"waits,taken,givenup"`
	MadeAt  Instant      `json:"made_at"`
	Tries   int          `json:"tries" doc:"Since it was made, or sent again by hand"`
	LastAt  Instant      `json:"last_at,omitzero" doc:"When it was tried last"`
	NextAt  Instant      `json:"next_at,omitzero" doc:"When it is tried, while it waits"`
	DoneAt  Instant      `json:"done_at,omitzero" doc:"When it was taken or given up"`
	Status  int          `json:"status,omitempty" doc:"Of the last answer; absent when there was none"`
	Problem string       `json:"problem,omitempty" doc:"Why the last try was none that counts"`
}

func hookDeliveryOf(d *webhook.Delivery) HookDelivery {
	out := HookDelivery{
		ID: d.ID, Message: d.Message, Type: d.Kind, State: d.State, MadeAt: instantOf(d.MadeAt), Tries: d.Tries,
		LastAt: instantOf(d.LastAt), DoneAt: instantOf(d.DoneAt), Status: d.Status, Problem: d.Problem,
	}
	if d.State == webhook.Waits {
		out.NextAt = instantOf(d.NextAt)
	}
	return out
}

// HookDeliveries is a page of what an endpoint was told.
type HookDeliveries struct {
	Items []HookDelivery `json:"items" doc:"The newest first"`
	Next  schedule.ID    `json:"next,omitempty" doc:"The before of the page after it; absent on the last"`
}

type hookDeliveriesIn struct {
	WebhookPath
	State  string      `query:"state" enum:"waits,taken,givenup" doc:"Only those"`
	Before schedule.ID `query:"before" minimum:"1" doc:"Only those older than this one"`
	Limit  int         `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"How many at most"`
}

type hookDeliveriesOut struct{ Body HookDeliveries }

// listHookDeliveries lists what an endpoint was told.
func (s *Server) listHookDeliveries(ctx context.Context, in *hookDeliveriesIn) (*hookDeliveriesOut, error) {
	e, _, err := s.hook(ctx, auth.SeePlanning, in.WebhookPath)
	if err != nil {
		return nil, err
	}
	all, err := s.Webhooks.Store.Deliveries(ctx, e.ID, in.State, in.Before, in.Limit+1)
	out := &hookDeliveriesOut{HookDeliveries{Items: []HookDelivery{}}}
	if len(all) > in.Limit {
		all = all[:in.Limit]
		out.Body.Next = all[in.Limit-1].ID
	}
	for i := range all {
		out.Body.Items = append(out.Body.Items, hookDeliveryOf(&all[i]))
	}
	return out, err
}

// HookDeliveryPath is the delivery in the path of a route.
type HookDeliveryPath struct {
	WebhookPath
	Delivery schedule.ID `path:"delivery" minimum:"1"`
}

func (s *Server) hookDelivery(ctx context.Context, need auth.Action, in HookDeliveryPath) (webhook.Delivery, auth.Who, error) {
	e, w, err := s.hook(ctx, need, in.WebhookPath)
	if err != nil {
		return webhook.Delivery{}, w, err
	}
	d, err := s.Webhooks.Store.Delivery(ctx, in.Delivery)
	if err == nil && d.Endpoint != e.ID {
		err = fmt.Errorf("delivery %d of webhook %d: %w", in.Delivery, e.ID, schedule.ErrNotFound)
	}
	return d, w, err
}

// A ToldDelivery is a delivery with what was sent and answered.
type ToldDelivery struct {
	HookDelivery
	Body   any    `json:"body" doc:"As it is sent"`
	Answer string `json:"answer,omitempty" doc:"The first kilobyte of the last one"`
}

type toldDeliveryOut struct{ Body ToldDelivery }

// getHookDelivery shows what an endpoint was told.
func (s *Server) getHookDelivery(ctx context.Context, in *struct{ HookDeliveryPath }) (*toldDeliveryOut, error) {
	d, _, err := s.hookDelivery(ctx, auth.SeePlanning, in.HookDeliveryPath)
	if err != nil {
		return nil, err
	}
	return &toldDeliveryOut{ToldDelivery{hookDeliveryOf(&d), json.RawMessage(d.Body), d.Answer}}, nil
}

// resendWebhook sends a delivery again.
func (s *Server) resendWebhook(ctx context.Context, in *struct{ HookDeliveryPath }) (*struct{}, error) {
	d, w, err := s.hookDelivery(ctx, auth.EditTeam, in.HookDeliveryPath)
	if err != nil {
		return nil, err
	}
	return nil, s.Webhooks.Resend(ctx, me(w), d.Endpoint, d.ID)
}
