package healthdb

import (
	"context"
	"time"

	"watchbill/health"
	"watchbill/migrations/column"
	"watchbill/migrations/rows"
	"watchbill/schedule"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

type pullKeyRow struct {
	IntegrationID int64 `gorm:"primaryKey;autoIncrement:false"`
	APIKey        string
	Region        string
}

func (pullKeyRow) TableName() string { return "pull_key" }

func (r *pullKeyRow) value() (health.PullKey, error) {
	return health.PullKey{Integration: schedule.ID(r.IntegrationID), Key: r.APIKey, Region: r.Region}, nil
}

// PullKey returns the key of an integration.
func (s *Store) PullKey(ctx context.Context, integration schedule.ID) (health.PullKey, error) {
	return one(s.from(ctx).Where("integration_id = ?", integration), (*pullKeyRow).value, "key of integration", integration)
}

// PullKeys returns those of integrations that are on and of which nothing was asked for by
// night between two moments.
func (s *Store) PullKeys(ctx context.Context, after, before time.Time) ([]health.PullKey, error) {
	q := s.from(ctx).Where(`integration_id IN (SELECT id FROM integration WHERE off_at IS NULL) AND NOT EXISTS
		(SELECT 1 FROM pull p WHERE p.integration_id = pull_key.integration_id AND p.nightly AND p.asked_at > ? AND p.asked_at < ?)`, after.Unix(), before.Unix())
	return values(q.Order("integration_id"), (*pullKeyRow).value, "keys")
}

// SavePullKey sets the key of an integration.
func (s *Store) SavePullKey(ctx context.Context, k *health.PullKey) error {
	row := pullKeyRow{IntegrationID: int64(k.Integration), APIKey: k.Key, Region: k.Region}
	err := s.to(ctx).Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "integration_id"}}, DoUpdates: clause.AssignmentColumns([]string{"api_key", "region"})}).Create(&row).Error
	return translate(err, "key of integration %d", k.Integration)
}

// RemovePullKey forgets the key of an integration.
func (s *Store) RemovePullKey(ctx context.Context, integration schedule.ID) error {
	return translate(s.to(ctx).Where("integration_id = ?", integration).Delete(&pullKeyRow{}).Error, "key of integration %d", integration)
}

type pullRow struct {
	ID              int64 `gorm:"primaryKey"`
	IntegrationID   int64
	FromAt, UntilAt column.Instant
	Nightly         bool
	AskedAt         column.Instant
	AskedBy         *int64
	State, HowFar   string
	Requests        int
	Pages, Fresh    int
	Rate            string
	Tries           int
	DueAt           column.Instant
	Claim           int
	ClaimedUntil    column.Instant
	Error           string
	DoneAt          column.Instant
}

func (pullRow) TableName() string { return "pull" }

func (r *pullRow) value() (health.Pull, error) {
	return health.Pull{
		ID: schedule.ID(r.ID), Integration: schedule.ID(r.IntegrationID), From: r.FromAt.Time, Until: r.UntilAt.Time, Nightly: r.Nightly, AskedAt: r.AskedAt.Time, AskedBy: id(r.AskedBy),
		State: r.State, HowFar: r.HowFar, Requests: r.Requests, Pages: r.Pages, Fresh: r.Fresh, Rate: r.Rate, Tries: r.Tries, DueAt: r.DueAt.Time, Claim: r.Claim,
		ClaimedUntil: r.ClaimedUntil.Time, Error: r.Error, DoneAt: r.DoneAt.Time,
	}, nil
}

func pullOf(p *health.Pull) pullRow {
	return pullRow{
		IntegrationID: int64(p.Integration), FromAt: column.At(p.From), UntilAt: column.At(p.Until), Nightly: p.Nightly, AskedAt: column.At(p.AskedAt), AskedBy: ref(p.AskedBy),
		State: p.State, HowFar: p.HowFar, Requests: p.Requests, Pages: p.Pages, Fresh: p.Fresh, Rate: storable(p.Rate), Tries: p.Tries, DueAt: column.At(p.DueAt), Claim: p.Claim,
		ClaimedUntil: column.At(p.ClaimedUntil), Error: storable(p.Error), DoneAt: column.At(p.DoneAt),
	}
}

// Pulls returns the pulls of an integration by when they begin.
func (s *Store) Pulls(ctx context.Context, integration schedule.ID) ([]health.Pull, error) {
	return values(s.from(ctx).Where("integration_id = ?", integration).Order("from_at, id"), (*pullRow).value, "pulls")
}

// AddPull adds a pull and sets its ID.
func (s *Store) AddPull(ctx context.Context, p *health.Pull) error {
	row := pullOf(p)
	err := s.to(ctx).Create(&row).Error
	p.ID = schedule.ID(row.ID)
	return translate(err, "pull of integration %d", p.Integration)
}

// free finds pulls that are due and of whose integration nobody fetches another, and
// none was told to wait.
const free = `state = 'waits' AND due_at <= ? AND (claimed_until IS NULL OR claimed_until <= ?)
	AND integration_id IN (SELECT id FROM integration WHERE off_at IS NULL)
	AND NOT EXISTS (SELECT 1 FROM pull o WHERE o.integration_id = pull.integration_id AND o.state = 'waits' AND (o.claimed_until > ? OR o.due_at > ?))`

// ClaimPull gives a pull that is due to whoever asks.
func (s *Store) ClaimPull(ctx context.Context, now, until time.Time) (p health.Pull, err error) {
	at := now.Unix()
	find := func(q *gorm.DB) (health.Pull, error) {
		return one(q.Where(free, at, at, at, at).Order("from_at, id").Limit(1), (*pullRow).value, "pull", "that is due")
	}
	if p, err = find(s.from(ctx)); err != nil {
		return p, err // mostly there is none, and that needs no writer
	}
	err = s.InTx(ctx, func(store health.Store) error {
		tx := store.(*Store)
		if err := tx.LockIntegration(ctx, p.Integration); err != nil {
			return err
		}
		// Locked, so that it is seen as whoever stalls with it has left it.
		p, err = find(rows.Lock(tx.to(ctx), "pull").Where("integration_id = ?", p.Integration))
		if err != nil {
			return err
		}
		p.Claim, p.ClaimedUntil = p.Claim+1, until
		return tx.to(ctx).Model(&pullRow{}).Where("id = ?", p.ID).Updates(map[string]any{"claim": p.Claim, "claimed_until": column.At(until)}).Error
	})
	return p, err
}

// SavePull writes how far a pull is, unless it was cancelled or somebody else has
// claimed it since.
func (s *Store) SavePull(ctx context.Context, p *health.Pull) error {
	row := pullOf(p)
	q := s.to(ctx).Model(&pullRow{}).Where("id = ? AND claim = ? AND state = 'waits'", p.ID, p.Claim).
		Select("until_at", "state", "how_far", "requests", "pages", "fresh", "rate", "tries", "due_at", "claimed_until", "error", "done_at").Updates(&row)
	if q.Error == nil && q.RowsAffected == 0 {
		return translate(gorm.ErrDuplicatedKey, "pull %d", p.ID)
	}
	return translate(q.Error, "pull %d", p.ID)
}

// CancelPulls cancels what an integration has not fetched yet.
func (s *Store) CancelPulls(ctx context.Context, integration schedule.ID, at time.Time) (int, error) {
	q := s.to(ctx).Model(&pullRow{}).Where("integration_id = ? AND state = 'waits'", integration).
		Updates(map[string]any{"state": health.PullCancelled, "done_at": column.At(at), "how_far": ""})
	return int(q.RowsAffected), translate(q.Error, "pulls of integration %d", integration)
}

// AddPulled adds deliveries that were fetched; one that is there already stays.
func (s *Store) AddPulled(ctx context.Context, all []health.Delivery) error {
	for i := range all {
		d := &all[i]
		headers, err := text(d.Headers)
		if err != nil {
			return err
		}
		row := deliveryRow{
			IntegrationID: int64(d.Integration), ReceivedAt: column.Exactly(d.ReceivedAt), DeliveryKey: d.Key, Headers: headers, Body: d.Body, State: d.State, NextAt: column.Exactly(d.NextAt),
		}
		err = s.to(ctx).Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "integration_id"}, {Name: "delivery_key"}}, DoNothing: true}).Create(&row).Error
		if err != nil {
			return translate(err, "delivery %q", d.Key)
		}
	}
	return nil
}

// KnownPages says how many of some keys something was told of.
func (s *Store) KnownPages(ctx context.Context, integration schedule.ID, keys []string) (int, error) {
	if len(keys) == 0 {
		return 0, nil
	}
	var n int64
	err := s.to(ctx).Model(&eventRow{}).Where("integration_id = ? AND page_key IN ?", integration, keys).Distinct("page_key").Count(&n).Error
	return int(n), translate(err, "pages of integration %d", integration)
}
