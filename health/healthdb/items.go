package healthdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"watchbill/health"
	"watchbill/migrations/column"
	"watchbill/migrations/rows"
	"watchbill/schedule"
)

type itemRow struct {
	ID             int64 `gorm:"primaryKey"`
	TeamID         int64
	Kind, Title    string
	Why, Link      string
	Service, Alert string
	PageID         *int64
	Review         string
	WarningID      *int64
	OwnerID        *int64
	Due            string
	Value, Effort  int
	Blockers, Risk string
	State, Reason  string
	Missed, DoneOn string
	DoneAt         column.Instant
	Version        int64
	CreatedAt      column.Instant
	CreatedBy      *int64
}

func (itemRow) TableName() string { return "item" }

// dayText writes a day; none is the empty text.
func dayText(d schedule.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

// dayOf reads what dayText wrote.
func dayOf(text string) (schedule.Date, error) {
	if text == "" {
		return schedule.Date{}, nil
	}
	return schedule.ParseDate(text)
}

func itemOf(i *health.Item) itemRow {
	return itemRow{
		ID: int64(i.ID), TeamID: int64(i.Team), Kind: string(i.Kind), Title: i.Title, Why: i.Why, Link: i.Link, Service: i.Service, Alert: i.Alert, PageID: ref(i.Page),
		Review: dayText(i.Review), WarningID: ref(i.Warning), OwnerID: ref(i.Owner), Due: dayText(i.Due), Value: int(i.Value), Effort: int(i.Effort), Blockers: i.Blockers, Risk: i.Risk,
		State: string(i.State), Reason: i.Reason, Missed: dayText(i.Missed), DoneOn: dayText(i.DoneOn), DoneAt: column.At(i.DoneAt), Version: i.Version,
		CreatedAt: column.At(i.CreatedAt), CreatedBy: ref(i.CreatedBy),
	}
}

func (r *itemRow) value() (health.Item, error) {
	i := health.Item{
		ID: schedule.ID(r.ID), Team: schedule.ID(r.TeamID), State: health.ItemState(r.State), Reason: r.Reason, DoneAt: r.DoneAt.Time, Version: r.Version,
		CreatedAt: r.CreatedAt.Time, CreatedBy: id(r.CreatedBy),
		ItemText: health.ItemText{
			Kind: health.ItemKind(r.Kind), Title: r.Title, Why: r.Why, Link: r.Link, Service: r.Service, Alert: r.Alert, Page: id(r.PageID), Warning: id(r.WarningID), Owner: id(r.OwnerID),
			Value: health.Level(r.Value), Effort: health.Level(r.Effort), Blockers: r.Blockers, Risk: r.Risk,
		},
	}
	var errs [4]error
	i.Review, errs[0] = dayOf(r.Review)
	i.Due, errs[1] = dayOf(r.Due)
	i.Missed, errs[2] = dayOf(r.Missed)
	i.DoneOn, errs[3] = dayOf(r.DoneOn)
	return i, errors.Join(errs[:]...)
}

// Items returns items by ID.
func (s *Store) Items(ctx context.Context, f health.ItemFilter) ([]health.Item, error) {
	q := s.from(ctx).Order("id")
	if f.Team != 0 {
		q = q.Where("team_id = ?", f.Team)
	}
	if f.Owner != 0 {
		q = q.Where("owner_id = ?", f.Owner)
	}
	if f.State != "" {
		q = q.Where("state = ?", string(f.State))
	}
	return values(q, (*itemRow).value, "items")
}

// Item returns one item.
func (s *Store) Item(ctx context.Context, id schedule.ID) (health.Item, error) {
	return one(s.from(ctx).Where("id = ?", id), (*itemRow).value, "item", id)
}

// LockItems keeps others from adding to a team's items.
func (s *Store) LockItems(ctx context.Context, team schedule.ID) error {
	return rows.LockTeam(ctx, s.write, int64(team))
}

// AddItem adds an item and sets its ID.
func (s *Store) AddItem(ctx context.Context, i *health.Item) error {
	row := itemOf(i)
	err := s.to(ctx).Create(&row).Error
	i.ID = schedule.ID(row.ID)
	return translate(err, "item of team %d", i.Team)
}

// SaveItem replaces an item if it has the version before.
func (s *Store) SaveItem(ctx context.Context, i *health.Item) error {
	row := itemOf(i)
	q := s.to(ctx).Model(&itemRow{}).Where("id = ? AND version = ?", i.ID, i.Version-1).Select("*").Omit("id", "team_id", "page_id", "review", "warning_id", "created_at", "created_by").Updates(&row)
	if q.Error == nil && q.RowsAffected == 0 {
		return fmt.Errorf("somebody has changed item %d meanwhile: %w", i.ID, schedule.ErrConflict)
	}
	return translate(q.Error, "item %d", i.ID)
}

type itemChangeRow struct {
	ItemID  int64
	Version int64
	At      column.Instant
	ByID    *int64
	Fields  string
}

func (itemChangeRow) TableName() string { return "item_change" }

func (r *itemChangeRow) value() (health.ItemChange, error) {
	c := health.ItemChange{Item: schedule.ID(r.ItemID), Version: r.Version, At: r.At.Time, By: id(r.ByID)}
	return c, json.Unmarshal([]byte(r.Fields), &c.Fields)
}

// AddItemChange adds a step to an item's history.
func (s *Store) AddItemChange(ctx context.Context, c *health.ItemChange) error {
	fields, err := text(c.Fields)
	if err != nil {
		return err
	}
	row := itemChangeRow{ItemID: int64(c.Item), Version: c.Version, At: column.At(c.At), ByID: ref(c.By), Fields: fields}
	return translate(s.to(ctx).Create(&row).Error, "history of item %d", c.Item)
}

// ItemChanges returns an item's history, the oldest step first.
func (s *Store) ItemChanges(ctx context.Context, id schedule.ID) ([]health.ItemChange, error) {
	return values(s.from(ctx).Where("item_id = ?", id).Order("version"), (*itemChangeRow).value, "history")
}

// CountPages counts a team's pages of a service, or of one alert of it, in [from, to).
func (s *Store) CountPages(ctx context.Context, team schedule.ID, service, alert string, from, to time.Time) (int, error) {
	q := s.from(ctx).Model(&pageRow{}).Where("team_id = ? AND triggered_at >= ? AND triggered_at < ? AND counts AND service = ?", team, micros(from), micros(to), service)
	if alert != "" {
		q = q.Where("title = ?", alert)
	}
	var n int64
	err := q.Count(&n).Error
	return int(n), translate(err, "pages")
}
