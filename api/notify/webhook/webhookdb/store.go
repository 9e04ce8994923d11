// Package webhookdb keeps endpoints of webhooks, and what they were told, in tables.
package webhookdb

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"watchbill/api/notify/webhook"
	"watchbill/migrations/column"
	"watchbill/migrations/rows"
	"watchbill/migrations/tx"
	"watchbill/schedule"

	"gorm.io/gorm"
)

// A Store implements webhook.Store.
type Store struct{ write, read *gorm.DB }

var _ webhook.Store = (*Store)(nil)

// New returns a store that uses the given handles.
func New(write, read *gorm.DB) *Store { return &Store{write, read} }

// InTx implements webhook.Store.
func (s *Store) InTx(ctx context.Context, f func(webhook.Store) error) error {
	return tx.Run(ctx, s.write, func(w *gorm.DB) error { return f(New(w, w)) })
}

func (s *Store) from(ctx context.Context) *gorm.DB { return rows.From(ctx, s.read) }
func (s *Store) to(ctx context.Context) *gorm.DB   { return s.write.WithContext(ctx) }

type auditRow struct {
	ID      int64 `gorm:"primaryKey"`
	At      column.Instant
	ByID    *int64
	Action  string
	AboutID *int64
	TeamID  *int64
	Detail  string
}

func (auditRow) TableName() string { return "audit" }

// Audit implements webhook.Store.
func (s *Store) Audit(ctx context.Context, e *schedule.AuditEntry) error {
	row := auditRow{At: column.At(e.At), ByID: rows.Ref(e.By), Action: e.Action, AboutID: rows.Ref(e.About), TeamID: rows.Ref(e.Team), Detail: e.Detail}
	return rows.Translate(s.to(ctx).Create(&row).Error, "audit")
}

type endpointRow struct {
	ID           int64 `gorm:"primaryKey"`
	TeamID       *int64
	Name         string
	URL          string
	Wants        string
	Secret       string
	SecretBefore string
	BeforeUntil  column.Instant
	CreatedAt    column.Instant
	CreatedBy    *int64
	OffAt        column.Instant
	OffWhy       string
	Faults       int
	FailingSince column.Instant
	RestsUntil   column.Instant
	TookAt       column.Instant
	Claim        int
	ClaimedUntil column.Instant
}

func (endpointRow) TableName() string { return "webhook" }

func (r *endpointRow) value() (webhook.Endpoint, error) {
	e := webhook.Endpoint{
		ID: schedule.ID(r.ID), Team: rows.ID[schedule.ID](r.TeamID), Name: r.Name, URL: r.URL, Wants: map[webhook.Kind]time.Time{}, Secret: r.Secret, Before: r.SecretBefore, BeforeUntil: r.BeforeUntil.Time,
		CreatedAt: r.CreatedAt.Time, CreatedBy: rows.ID[schedule.ID](r.CreatedBy), OffAt: r.OffAt.Time, OffWhy: r.OffWhy,
		Faults: r.Faults, FailingSince: r.FailingSince.Time, RestsUntil: r.RestsUntil.Time, TookAt: r.TookAt.Time, Claim: r.Claim, ClaimedUntil: r.ClaimedUntil.Time,
	}
	var since map[webhook.Kind]int64
	if err := json.Unmarshal([]byte(r.Wants), &since); err != nil {
		return e, fmt.Errorf("what endpoint %d wants: %w", r.ID, err)
	}
	for kind, at := range since {
		e.Wants[kind] = time.Unix(at, 0).UTC()
	}
	return e, nil
}

func endpointOf(e *webhook.Endpoint) (endpointRow, error) {
	since := make(map[webhook.Kind]int64, len(e.Wants))
	for kind, at := range e.Wants {
		since[kind] = at.Unix()
	}
	wants, err := json.Marshal(since)
	return endpointRow{
		TeamID: rows.Ref(e.Team), Name: e.Name, URL: e.URL, Wants: string(wants), Secret: e.Secret, SecretBefore: e.Before, BeforeUntil: column.At(e.BeforeUntil),
		CreatedAt: column.At(e.CreatedAt), CreatedBy: rows.Ref(e.CreatedBy), OffAt: column.At(e.OffAt), OffWhy: e.OffWhy,
		Faults: e.Faults, FailingSince: column.At(e.FailingSince), RestsUntil: column.At(e.RestsUntil), TookAt: column.At(e.TookAt),
	}, err
}

// Endpoints implements webhook.Store.
func (s *Store) Endpoints(ctx context.Context, team schedule.ID) ([]webhook.Endpoint, error) {
	q := s.from(ctx).Where("team_id = ?", team)
	if team == 0 {
		q = s.from(ctx).Where("team_id IS NULL")
	}
	return rows.Values(q.Order("lower(name), id"), (*endpointRow).value, "webhooks")
}

// LiveEndpoints implements webhook.Store.
func (s *Store) LiveEndpoints(ctx context.Context) ([]webhook.Endpoint, error) {
	return rows.Values(s.from(ctx).Where("off_at IS NULL").Order("id"), (*endpointRow).value, "webhooks")
}

// Endpoint implements webhook.Store.
func (s *Store) Endpoint(ctx context.Context, id schedule.ID) (webhook.Endpoint, error) {
	return rows.One(s.from(ctx).Where("id = ?", id), (*endpointRow).value, "webhook", id)
}

// LockEndpoints implements webhook.Store. The first team stands for all of them.
func (s *Store) LockEndpoints(ctx context.Context, team schedule.ID) error {
	if team != 0 {
		return rows.LockTeam(ctx, s.write, int64(team))
	}
	var first []int64
	q := rows.Lock(s.to(ctx).Table("team"), "team").Select("team.id").Order("team.id").Limit(1)
	return rows.Translate(q.Find(&first).Error, "teams")
}

// LockEndpoint implements webhook.Store.
func (s *Store) LockEndpoint(ctx context.Context, id schedule.ID) error {
	q := s.to(ctx).Model(&endpointRow{}).Where("id = ?", id).Update("name", gorm.Expr("name"))
	return rows.Translate(rows.Affected(q), "webhook %d", id)
}

// AddEndpoint implements webhook.Store.
func (s *Store) AddEndpoint(ctx context.Context, e *webhook.Endpoint) error {
	row, err := endpointOf(e)
	if err != nil {
		return err
	}
	err = s.to(ctx).Create(&row).Error
	e.ID = schedule.ID(row.ID)
	return rows.Translate(err, "webhook %q", e.Name)
}

// SaveEndpoint implements webhook.Store.
func (s *Store) SaveEndpoint(ctx context.Context, e *webhook.Endpoint) error {
	row, err := endpointOf(e)
	if err != nil {
		return err
	}
	q := s.to(ctx).Model(&endpointRow{}).Where("id = ?", e.ID).
		Select("name", "url", "wants", "secret", "secret_before", "before_until", "off_at", "off_why", "faults", "failing_since", "rests_until").Updates(&row)
	return rows.Translate(rows.Affected(q), "webhook %d", e.ID)
}

// RemoveEndpoint implements webhook.Store.
func (s *Store) RemoveEndpoint(ctx context.Context, id schedule.ID) error {
	if err := s.to(ctx).Where("webhook_id = ?", id).Delete(&deliveryRow{}).Error; err != nil {
		return rows.Translate(err, "deliveries of webhook %d", id)
	}
	return rows.Translate(rows.Affected(s.to(ctx).Where("id = ?", id).Delete(&endpointRow{})), "webhook %d", id)
}

// owed is what an endpoint must be so that it can be told something now.
const owed = `off_at IS NULL AND (rests_until IS NULL OR rests_until <= @now) AND (claimed_until IS NULL OR claimed_until <= @now)
	AND id IN (SELECT d.webhook_id FROM webhook_delivery d WHERE d.state = 'waits' AND d.next_at <= @now)`

// Claim implements webhook.Store. Who has waited longest since their last turn is first.
func (s *Store) Claim(ctx context.Context, now, until time.Time) (webhook.Endpoint, error) {
	at := map[string]any{"now": now.Unix()}
	for {
		e, err := rows.One(s.from(ctx).Where(owed, at).Order("claimed_until IS NOT NULL, claimed_until, id").Limit(1), (*endpointRow).value, "webhook", "that is due")
		if err != nil { // mostly there is none, and that needs no writer
			return e, err
		}
		q := s.to(ctx).Model(&endpointRow{}).Where("id = ? AND claim = ?", e.ID, e.Claim).Where(owed, at).
			Updates(map[string]any{"claim": e.Claim + 1, "claimed_until": until.Unix()})
		if q.Error != nil {
			return e, rows.Translate(q.Error, "webhook %d", e.ID)
		}
		if q.RowsAffected == 1 {
			e.Claim, e.ClaimedUntil = e.Claim+1, until
			return e, nil
		}
	}
}

// LetGo implements webhook.Store. When its turn was is kept, so that others go first.
func (s *Store) LetGo(ctx context.Context, e *webhook.Endpoint, now time.Time) error {
	q := s.to(ctx).Model(&endpointRow{}).Where("id = ? AND claim = ?", e.ID, e.Claim)
	return rows.Translate(q.Update("claimed_until", now.Unix()).Error, "webhook %d", e.ID)
}

// Next implements webhook.Store. The endpoint is read again: somebody may have changed its
// address, or its secret.
func (s *Store) Next(ctx context.Context, e *webhook.Endpoint, now, until time.Time) (webhook.Delivery, error) {
	due := s.from(ctx).Where("webhook_id = ? AND state = 'waits' AND next_at <= ?", e.ID, now.Unix()).Order("next_at, id").Limit(1)
	d, err := rows.One(due, (*deliveryRow).value, "delivery of webhook", e.ID)
	if err != nil {
		return d, err
	}
	err = tx.Run(ctx, s.write, func(w *gorm.DB) error {
		held := w.Model(&endpointRow{}).Where("id = ? AND claim = ? AND off_at IS NULL", e.ID, e.Claim).Update("claimed_until", until.Unix())
		if err := rows.Affected(held); err != nil {
			return err
		}
		fresh, err := rows.One(w.Where("id = ?", e.ID), (*endpointRow).value, "webhook", e.ID)
		if err != nil {
			return err
		}
		*e = fresh
		return rows.Affected(w.Model(&deliveryRow{}).Where("id = ? AND tries = ? AND state = 'waits'", d.ID, d.Tries).
			Updates(map[string]any{"tries": d.Tries + 1, "next_at": until.Unix(), "last_at": now.Unix()}))
	})
	d.Tries, d.LastAt, d.NextAt = d.Tries+1, now, until
	return d, rows.Translate(err, "delivery %d", d.ID)
}

// SaveTry implements webhook.Store.
func (s *Store) SaveTry(ctx context.Context, e *webhook.Endpoint, d *webhook.Delivery) error {
	return tx.Run(ctx, s.write, func(w *gorm.DB) error {
		state := map[string]any{"faults": e.Faults, "failing_since": column.At(e.FailingSince), "rests_until": column.At(e.RestsUntil), "took_at": column.At(e.TookAt)}
		if !e.OffAt.IsZero() {
			state["off_at"], state["off_why"] = column.At(e.OffAt), e.OffWhy
		}
		if err := w.Model(&endpointRow{}).Where("id = ? AND claim = ?", e.ID, e.Claim).Updates(state).Error; err != nil {
			return rows.Translate(err, "webhook %d", e.ID)
		}
		q := w.Model(&deliveryRow{}).Where("id = ? AND state <> ?", d.ID, webhook.Taken)
		if d.State != webhook.Taken {
			q = q.Where("tries = ? AND state = ?", d.Tries, webhook.Waits)
		}
		err := q.Updates(map[string]any{
			"state": d.State, "next_at": column.At(d.NextAt), "done_at": column.At(d.DoneAt), "status": d.Status, "answer": d.Answer, "problem": d.Problem,
		}).Error
		return rows.Translate(err, "delivery %d", d.ID)
	})
}
