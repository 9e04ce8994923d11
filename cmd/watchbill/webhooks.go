package main

import (
	"context"
	"math/rand/v2"
	"net/netip"
	"time"

	"watchbill/api/fetch"
	"watchbill/api/notify/webhook"
	"watchbill/api/notify/webhook/webhookdb"
)

// postWithin is how long an endpoint has for taking something, from its name being looked
// up on.
const postWithin = 15 * time.Second

// tellPrograms puts together what tells programs what has happened, on the public internet
// alone.
func (s *server) tellPrograms(base string) {
	store := webhookdb.New(s.db.Write, s.db.Read)
	told := webhook.Teller{Schedule: s.schedule.Store, Shifts: s.schedule.Shifts, BaseURL: base}
	lives := &webhook.HealthTeller{Teller: told, Waves: s.pulse.Store.WavesSince, Result: s.pulse.Store.WaveResult, Warnings: s.health.Store.WarningsSince}
	s.webhooks = &webhook.Service{Store: store, Now: s.schedule.Now}
	s.looker = &webhook.Looker{Store: store, Now: s.schedule.Now, Sources: []webhook.Source{told.Plans, told.Overrides, told.Covers, told.Gaps, told.Drafts, lives.Surveys, lives.Questions}}
	s.sender = &webhook.Sender{
		Store: store, Now: s.schedule.Now, Jitter: rand.Float64, Soon: func() <-chan time.Time { return time.After(time.Second) }, Log: s.log,
	}
	s.tellIn(nil)
}

// tellIn lets programs be told in networks that are not the public internet.
func (s *server) tellIn(allow []netip.Prefix) {
	client := fetch.New(fetch.Options{Agent: "Watchbill (webhook)", MaxBytes: webhook.AnswerKept, Timeout: postWithin, Allow: allow, Around: s.tracing.Client})
	s.webhooks.Link = client.Target
	s.sender.Post = func(ctx context.Context, r *webhook.Request) (webhook.Answer, error) {
		a, err := client.Post(ctx, r.URL, r.Header, r.Body)
		return webhook.Answer{Status: a.Status, RetryAfter: a.Header.Get("Retry-After"), Body: a.Body}, err
	}
}
