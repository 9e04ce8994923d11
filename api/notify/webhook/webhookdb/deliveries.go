package webhookdb

import (
	"context"
	"slices"
	"time"

	"watchbill/api/notify/webhook"
	"watchbill/migrations/column"
	"watchbill/migrations/rows"
	"watchbill/schedule"

	"gorm.io/gorm/clause"
)

type deliveryRow struct {
	ID        int64 `gorm:"primaryKey"`
	WebhookID int64
	Event     string
	Kind      string
	Message   string
	Body      string
	MadeAt    column.Instant
	State     string
	Tries     int
	NextAt    column.Instant
	LastAt    column.Instant
	DoneAt    column.Instant
	Status    int
	Answer    string
	Problem   string
}

func (deliveryRow) TableName() string { return "webhook_delivery" }

func (r *deliveryRow) value() (webhook.Delivery, error) {
	return webhook.Delivery{
		ID: schedule.ID(r.ID), Endpoint: schedule.ID(r.WebhookID), Event: r.Event, Kind: webhook.Kind(r.Kind), Message: r.Message, Body: []byte(r.Body), MadeAt: r.MadeAt.Time,
		State: r.State, Tries: r.Tries, NextAt: r.NextAt.Time, LastAt: r.LastAt.Time, DoneAt: r.DoneAt.Time, Status: r.Status, Answer: r.Answer, Problem: r.Problem,
	}, nil
}

// atOnce is how many keys one statement asks for.
const atOnce = 500

// Known implements webhook.Store. It asks the writer, which sees what was written a moment
// ago.
func (s *Store) Known(ctx context.Context, keys []string) (map[string][]schedule.ID, error) {
	known := map[string][]schedule.ID{}
	for some := range slices.Chunk(keys, atOnce) {
		var found []deliveryRow
		if err := s.to(ctx).Select("webhook_id", "event").Where("event IN ?", some).Find(&found).Error; err != nil {
			return nil, rows.Translate(err, "deliveries")
		}
		for i := range found {
			known[found[i].Event] = append(known[found[i].Event], schedule.ID(found[i].WebhookID))
		}
	}
	return known, nil
}

// AddDelivery implements webhook.Store. An endpoint that was removed meanwhile gets none.
func (s *Store) AddDelivery(ctx context.Context, d *webhook.Delivery) error {
	row := deliveryRow{
		WebhookID: int64(d.Endpoint), Event: d.Event, Kind: string(d.Kind), Message: d.Message, Body: string(d.Body), MadeAt: column.At(d.MadeAt), State: d.State, NextAt: column.At(d.NextAt),
	}
	err := s.to(ctx).Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "webhook_id"}, {Name: "event"}}, DoNothing: true}).Create(&row).Error
	d.ID = schedule.ID(row.ID)
	return rows.Translate(err, "delivery of %s", d.Event)
}

// Deliveries implements webhook.Store.
func (s *Store) Deliveries(ctx context.Context, endpoint schedule.ID, state string, before schedule.ID, most int) ([]webhook.Delivery, error) {
	q := s.from(ctx).Where("webhook_id = ?", endpoint)
	if state != "" {
		q = q.Where("state = ?", state)
	}
	if before != 0 {
		q = q.Where("id < ?", before)
	}
	return rows.Values(q.Order("id DESC").Limit(most), (*deliveryRow).value, "deliveries")
}

// Delivery implements webhook.Store.
func (s *Store) Delivery(ctx context.Context, id schedule.ID) (webhook.Delivery, error) {
	return rows.One(s.from(ctx).Where("id = ?", id), (*deliveryRow).value, "delivery", id)
}

// Tally implements webhook.Store.
func (s *Store) Tally(ctx context.Context, endpoint schedule.ID) (map[string]int, error) {
	var found []struct {
		State string
		N     int
	}
	err := s.from(ctx).Model(&deliveryRow{}).Select("state, COUNT(*) AS n").Where("webhook_id = ?", endpoint).Group("state").Find(&found).Error
	tally := make(map[string]int, len(found))
	for i := range found {
		tally[found[i].State] = found[i].N
	}
	return tally, rows.Translate(err, "deliveries of webhook %d", endpoint)
}

// Again implements webhook.Store. Of a try that is under way nothing but success is noted
// any more.
func (s *Store) Again(ctx context.Context, endpoint, id schedule.ID, now time.Time) error {
	q := s.to(ctx).Model(&deliveryRow{}).Where("id = ? AND webhook_id = ?", id, endpoint).
		Updates(map[string]any{"state": webhook.Waits, "tries": 0, "next_at": now.Unix(), "done_at": nil, "problem": ""})
	return rows.Translate(rows.Affected(q), "delivery %d", id)
}

// Drop implements webhook.Store.
func (s *Store) Drop(ctx context.Context, endpoint schedule.ID, now time.Time, why string) error {
	q := s.to(ctx).Model(&deliveryRow{}).Where("webhook_id = ? AND state = ?", endpoint, webhook.Waits)
	return rows.Translate(q.Updates(map[string]any{"state": webhook.GivenUp, "done_at": now.Unix(), "problem": why}).Error, "deliveries of webhook %d", endpoint)
}

// Forget implements webhook.Store.
func (s *Store) Forget(ctx context.Context, before time.Time) error {
	return rows.Translate(s.to(ctx).Where("made_at < ?", before.Unix()).Delete(&deliveryRow{}).Error, "deliveries")
}
