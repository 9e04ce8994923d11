package healthdb

import (
	"context"
	"encoding/json"
	"errors"
	"hash/fnv"
	"strconv"
	"time"

	"watchbill/health"
	"watchbill/migrations/column"
	"watchbill/schedule"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

type deliveryRow struct {
	ID            int64 `gorm:"primaryKey"`
	IntegrationID int64
	ReceivedAt    column.Moment
	DeliveryKey   string
	Headers       string
	Body          []byte
	State         string
	Attempts      int
	NextAt        column.Moment
	DoneAt        column.Moment
	ErrorCode     string
	Error         string
	Note          string
}

func (deliveryRow) TableName() string { return "inbox" }

func (r *deliveryRow) value() (health.Delivery, error) {
	d := health.Delivery{
		ID: schedule.ID(r.ID), Integration: schedule.ID(r.IntegrationID), ReceivedAt: r.ReceivedAt.Time, Key: r.DeliveryKey, Body: r.Body, State: r.State,
		Attempts: r.Attempts, NextAt: r.NextAt.Time, DoneAt: r.DoneAt.Time, Code: r.ErrorCode, Error: r.Error, Note: r.Note,
	}
	return d, json.Unmarshal([]byte(r.Headers), &d.Headers)
}

// claimBytes is how many bytes of bodies are claimed at once, but for a single one.
const claimBytes = 8 << 20

// Claim returns deliveries that are due, the oldest first, and fewer where they are
// large. On PostgreSQL others go on with the next ones; on SQLite there is one writer.
func (s *Store) Claim(ctx context.Context, now time.Time, most int) ([]health.Delivery, error) {
	q := s.to(ctx).Model(&deliveryRow{}).Select("id, COALESCE(LENGTH(body), 0) AS size").
		Where("state = 'new' AND next_at <= ?", micros(now)).Order("next_at, id").Limit(most)
	if !s.lite() {
		q = q.Clauses(clause.Locking{Strength: "UPDATE", Options: "SKIP LOCKED"})
	}
	var due []struct{ ID, Size int64 }
	if err := q.Find(&due).Error; err != nil || len(due) == 0 {
		return nil, translate(err, "inbox")
	}
	var ids []int64
	bytes := int64(0)
	for _, d := range due {
		if bytes += d.Size; bytes > claimBytes && len(ids) > 0 {
			break
		}
		ids = append(ids, d.ID)
	}
	return values(s.to(ctx).Where("id IN ?", ids).Order("next_at, id"), (*deliveryRow).value, "inbox")
}

// Done marks deliveries as read.
func (s *Store) Done(ctx context.Context, ids []schedule.ID, at time.Time) error {
	if len(ids) == 0 {
		return nil
	}
	err := s.to(ctx).Model(&deliveryRow{}).Where("id IN ?", ids).
		Updates(map[string]any{"state": health.DeliveryDone, "done_at": column.Exactly(at), "error_code": "", "error": ""}).Error
	return translate(err, "inbox")
}

// NoteDelivery says what of a delivery was left out.
func (s *Store) NoteDelivery(ctx context.Context, id schedule.ID, note string) error {
	return translate(s.to(ctx).Model(&deliveryRow{}).Where("id = ?", id).Update("note", note).Error, "delivery %d", id)
}

// Failed notes that a delivery could not be read.
func (s *Store) Failed(ctx context.Context, d *health.Delivery) error {
	err := s.to(ctx).Model(&deliveryRow{}).Where("id = ? AND state = 'new'", d.ID).Updates(map[string]any{
		"state": d.State, "attempts": d.Attempts, "next_at": column.Exactly(d.NextAt), "error_code": d.Code, "error": storable(d.Error),
	}).Error
	return translate(err, "delivery %d", d.ID)
}

// LockPages keeps others from folding pages until the transaction ends, in the order
// given. Two keys that share a number only wait for each other without need.
func (s *Store) LockPages(ctx context.Context, names []health.PageName) error {
	if s.lite() {
		return nil
	}
	for _, name := range names {
		h := fnv.New64a()
		_, _ = h.Write([]byte(strconv.FormatInt(int64(name.Integration), 10) + " " + name.Key))
		if err := s.to(ctx).Exec("SELECT pg_advisory_xact_lock(?)", int64(h.Sum64())).Error; err != nil {
			return translate(err, "page %q", name.Key)
		}
	}
	return nil
}

type eventRow struct {
	ID            int64 `gorm:"primaryKey"`
	IntegrationID int64
	EventKey      string
	PageKey       string
	Kind          string
	OccurredAt    column.Moment
	ReceivedAt    column.Moment
	InboxID       int64
	Event         string
}

func (eventRow) TableName() string { return "page_event" }

func (r *eventRow) value() (health.Event, error) {
	var e eventText
	err := json.Unmarshal([]byte(r.Event), &e)
	return health.Event(e), err
}

// AddEvents adds events; of two with one key the one received first is kept, so that
// it does not matter which is read first.
func (s *Store) AddEvents(ctx context.Context, integration schedule.ID, events []health.Event) error {
	for i := range events {
		e := &events[i]
		data, err := text(eventText(*e))
		if err != nil {
			return err
		}
		row := eventRow{
			IntegrationID: int64(integration), EventKey: e.Key, PageKey: e.PageKey, Kind: string(e.Kind),
			OccurredAt: column.Exactly(e.OccurredAt), ReceivedAt: column.Exactly(e.ReceivedAt), InboxID: e.InboxID, Event: data,
		}
		err = s.to(ctx).Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "integration_id"}, {Name: "event_key"}},
			DoUpdates: clause.AssignmentColumns([]string{"page_key", "kind", "occurred_at", "received_at", "inbox_id", "event"}),
			Where: clause.Where{Exprs: []clause.Expression{gorm.Expr(
				"excluded.received_at < page_event.received_at OR excluded.received_at = page_event.received_at AND excluded.inbox_id < page_event.inbox_id")}},
		}).Create(&row).Error
		if err != nil {
			return translate(err, "event %q of integration %d", e.Key, integration)
		}
	}
	return nil
}

// Events returns all events of a page's key.
func (s *Store) Events(ctx context.Context, name health.PageName) ([]health.Event, error) {
	q := s.from(ctx).Select("event").Where("integration_id = ? AND page_key = ?", name.Integration, name.Key).Order("id")
	return values(q, (*eventRow).value, "events")
}

// ContactOf returns whom an integration knows by the vendor's id or, failing that, by
// the address or the name.
func (s *Store) ContactOf(ctx context.Context, integration schedule.ID, who health.Identity) (health.Contact, error) {
	c := health.Contact{Identity: who}
	find := func(where string, key string) (health.Contact, error) {
		q := s.to(ctx).Where("integration_id = ? AND "+where, integration, key).Order("id").Limit(1)
		if !s.lite() {
			q = q.Clauses(clause.Locking{Strength: "SHARE"})
		}
		return one(q, (*contactRow).value, "contact", key)
	}
	known, err := find("match_key = ?", c.MatchKey())
	if errors.Is(err, schedule.ErrNotFound) && who.Email != "" {
		known, err = find("email = ?", health.LowerEmail(who.Email))
		if err == nil && known.Identity.ID != "" && who.ID != "" {
			return health.Contact{}, schedule.ErrNotFound // two users of the vendor with one address
		}
	}
	return known, err
}

type contactRow struct {
	ID            int64 `gorm:"primaryKey"`
	IntegrationID int64
	MatchKey      string
	VendorUserID  string
	Email         string
	Name          string
	PersonID      *int64
	MappedAt      column.Instant
	MappedBy      *int64
	CreatedAt     column.Instant
	Pages         int `gorm:"->"`
}

func (contactRow) TableName() string { return "identity" }

func (r *contactRow) value() (health.Contact, error) {
	return health.Contact{
		ID: schedule.ID(r.ID), Integration: schedule.ID(r.IntegrationID), Identity: health.Identity{ID: r.VendorUserID, Email: r.Email, Name: r.Name},
		Person: id(r.PersonID), MappedAt: r.MappedAt.Time, MappedBy: id(r.MappedBy), CreatedAt: r.CreatedAt.Time, Pages: r.Pages,
	}, nil
}

// SaveContact adds somebody or what is new about them, and sets who of our people
// that is.
func (s *Store) SaveContact(ctx context.Context, c *health.Contact) error {
	if c.ID != 0 {
		q := s.to(ctx).Model(&contactRow{}).Where("id = ?", c.ID).
			Updates(map[string]any{"match_key": c.MatchKey(), "vendor_user_id": c.Identity.ID, "email": c.Email, "name": c.Name})
		return translate(affected(q), "contact %d", c.ID)
	}
	row := contactRow{
		IntegrationID: int64(c.Integration), MatchKey: c.MatchKey(), VendorUserID: c.Identity.ID, Email: c.Email, Name: c.Name, CreatedAt: column.At(c.CreatedAt),
	}
	err := s.to(ctx).Omit("Pages").Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "integration_id"}, {Name: "match_key"}}, DoUpdates: clause.AssignmentColumns([]string{"match_key"}),
	}, clause.Returning{Columns: []clause.Column{{Name: "id"}, {Name: "person_id"}}}).Create(&row).Error
	c.ID, c.Person = schedule.ID(row.ID), id(row.PersonID)
	return translate(err, "contact %q", c.MatchKey())
}
