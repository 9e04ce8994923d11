package healthdb

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"watchbill/health"
	"watchbill/migrations/column"
	"watchbill/migrations/rows"
	"watchbill/schedule"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

type tableRow struct {
	ID                    int64 `gorm:"primaryKey"`
	TeamID, IntegrationID int64
	Name                  string
	Size                  int64
	Sum, Encoding         string
	File                  []byte
	Mapping, State        string
	AddedAt               column.Instant
	AddedBy               *int64
	CommittedAt           column.Instant
	CommittedBy           *int64
	UndoneAt              column.Instant
	UndoneBy              *int64
	Rows                  int `gorm:"column:n_rows"`
	Good, Bad, Doubled    int
	FromAt, UntilAt       column.Instant
	Told, Fresh           int
	HowFar, Tries         int
	DueAt                 column.Instant
	Claim                 int
	ClaimedUntil          column.Instant
	Error                 string
	HasFile               bool `gorm:"->"`
}

func (tableRow) TableName() string { return "past_table" }

func (r *tableRow) value() (health.Table, error) {
	t := health.Table{
		ID: schedule.ID(r.ID), Team: schedule.ID(r.TeamID), Integration: schedule.ID(r.IntegrationID), Name: r.Name, Size: r.Size, Sum: r.Sum, Encoding: r.Encoding,
		State: r.State, AddedAt: r.AddedAt.Time, AddedBy: id(r.AddedBy), CommittedAt: r.CommittedAt.Time, CommittedBy: id(r.CommittedBy), UndoneAt: r.UndoneAt.Time,
		UndoneBy: id(r.UndoneBy), Rows: r.Rows, Good: r.Good, Bad: r.Bad, Doubled: r.Doubled, From: r.FromAt.Time, Until: r.UntilAt.Time, Told: r.Told, Fresh: r.Fresh,
		HowFar: r.HowFar, Tries: r.Tries, DueAt: r.DueAt.Time, Claim: r.Claim, ClaimedUntil: r.ClaimedUntil.Time, Error: r.Error, HasFile: r.HasFile,
	}
	return t, json.Unmarshal([]byte(r.Mapping), &t.Mapping)
}

func tableOf(t *health.Table) (tableRow, error) {
	mapping, err := text(t.Mapping)
	return tableRow{
		ID: int64(t.ID), TeamID: int64(t.Team), IntegrationID: int64(t.Integration), Name: storable(t.Name), Size: t.Size, Sum: t.Sum, Encoding: t.Encoding, Mapping: mapping,
		State: t.State, AddedAt: column.At(t.AddedAt), AddedBy: ref(t.AddedBy), CommittedAt: column.At(t.CommittedAt), CommittedBy: ref(t.CommittedBy),
		UndoneAt: column.At(t.UndoneAt), UndoneBy: ref(t.UndoneBy), Rows: t.Rows, Good: t.Good, Bad: t.Bad, Doubled: t.Doubled, FromAt: column.At(t.From),
		UntilAt: column.At(t.Until), Told: t.Told, Fresh: t.Fresh, HowFar: t.HowFar, Tries: t.Tries, DueAt: column.At(t.DueAt), Claim: t.Claim,
		ClaimedUntil: column.At(t.ClaimedUntil), Error: storable(t.Error),
	}, err
}

// tableColumns are all but the file, which may be large.
const tableColumns = `id, team_id, integration_id, name, size, sum, encoding, mapping, state, added_at, added_by, committed_at, committed_by, undone_at, undone_by,
	n_rows, good, bad, doubled, from_at, until_at, told, fresh, how_far, tries, due_at, claim, claimed_until, error, file IS NOT NULL AS has_file`

// Tables returns the tables of a team, the newest first.
func (s *Store) Tables(ctx context.Context, team schedule.ID) ([]health.Table, error) {
	return values(s.from(ctx).Select(tableColumns).Where("team_id = ?", team).Order("id DESC"), (*tableRow).value, "tables")
}

// Table returns one table.
func (s *Store) Table(ctx context.Context, id schedule.ID) (health.Table, error) {
	return one(s.from(ctx).Select(tableColumns).Where("id = ?", id), (*tableRow).value, "table", id)
}

// TableFile returns the packed bytes of a table.
func (s *Store) TableFile(ctx context.Context, id schedule.ID) ([]byte, error) {
	return one(s.from(ctx).Select("file").Where("id = ? AND file IS NOT NULL", id), func(r *tableRow) ([]byte, error) { return r.File, nil }, "file of table", id)
}

// AddTable adds a table with its file and sets its ID.
func (s *Store) AddTable(ctx context.Context, t *health.Table, packed []byte) error {
	row, err := tableOf(t)
	if err != nil {
		return err
	}
	row.File = packed
	err = s.to(ctx).Create(&row).Error
	t.ID = schedule.ID(row.ID)
	return translate(err, "table %q", t.Name)
}

// still finds a table whose state and claim are as they were.
func (s *Store) still(ctx context.Context, was *health.Table) *gorm.DB {
	return s.to(ctx).Model(&tableRow{}).Where("id = ? AND state = ? AND claim = ?", was.ID, was.State, was.Claim)
}

// met says that a table is not as it was any more.
func met(q *gorm.DB, id schedule.ID) error {
	if q.Error == nil && q.RowsAffected == 0 {
		return translate(gorm.ErrDuplicatedKey, "table %d", id)
	}
	return translate(q.Error, "table %d", id)
}

// SaveTable writes a table but for its file, if its state and claim are as they were.
func (s *Store) SaveTable(ctx context.Context, t, was *health.Table) error {
	row, err := tableOf(t)
	if err != nil {
		return err
	}
	return met(s.still(ctx, was).Select("*").Omit("id", "file", "has_file").Updates(&row), t.ID)
}

// DecideTable writes what people decide about a table.
func (s *Store) DecideTable(ctx context.Context, t, was *health.Table) error {
	row, err := tableOf(t)
	if err != nil {
		return err
	}
	return met(s.still(ctx, was).Select("*").Omit("id", "file", "has_file", "told", "fresh").Updates(&row), t.ID)
}

// RemoveTable removes a table that tells nothing.
func (s *Store) RemoveTable(ctx context.Context, t *health.Table) error {
	return met(s.still(ctx, t).Delete(&tableRow{}), t.ID)
}

// dueTable finds tables that are being dealt with, and by nobody now; of one integration
// the one first that was begun first.
const dueTable = `state IN ('reading', 'undoing') AND due_at <= ? AND (claimed_until IS NULL OR claimed_until <= ?)
	AND NOT EXISTS (SELECT 1 FROM past_table o WHERE o.integration_id = past_table.integration_id AND o.state IN ('reading', 'undoing') AND o.id <> past_table.id AND (o.claimed_until > ? OR o.due_at > ?))`

// ClaimTable gives a table that is due to whoever asks.
func (s *Store) ClaimTable(ctx context.Context, now, until time.Time) (t health.Table, err error) {
	at := now.Unix()
	find := func(q *gorm.DB) (health.Table, error) {
		return one(q.Select(tableColumns).Where(dueTable, at, at, at, at).Order("due_at, id").Limit(1), (*tableRow).value, "table", "that is due")
	}
	if t, err = find(s.from(ctx)); err != nil {
		return t, err // mostly there is none, and that needs no writer
	}
	err = s.InTx(ctx, func(store health.Store) error {
		tx := store.(*Store)
		if err := tx.LockIntegration(ctx, t.Integration); err != nil {
			return err
		}
		// Locked, so that it is seen as whoever stalls with it has left it.
		t, err = find(rows.Lock(tx.to(ctx), "past_table").Where("integration_id = ?", t.Integration))
		if err != nil {
			return err
		}
		t.Claim, t.ClaimedUntil = t.Claim+1, until
		return tx.to(ctx).Model(&tableRow{}).Where("id = ?", t.ID).Updates(map[string]any{"claim": t.Claim, "claimed_until": column.At(until)}).Error
	})
	return t, err
}

// ForgetTables forgets tables that nobody took over, and files of those that were
// dealt with.
func (s *Store) ForgetTables(ctx context.Context, waiting, files time.Time) error {
	err := s.to(ctx).Where("state = 'waits' AND added_at < ?", waiting.Unix()).Delete(&tableRow{}).Error
	if err == nil {
		err = s.to(ctx).Model(&tableRow{}).Where("state IN ('done', 'undone', 'failed') AND added_at < ? AND file IS NOT NULL", files.Unix()).Update("file", nil).Error
	}
	return translate(err, "tables")
}

// A pastRow is what a table tells of a page.
type pastRow struct {
	TableID       int64  `gorm:"primaryKey;autoIncrement:false"`
	PageKey       string `gorm:"primaryKey"`
	IntegrationID int64
	Number        int
	Events        string
	Reported      string
}

func (pastRow) TableName() string { return "past_row" }

func (r *pastRow) value() (health.TableRow, error) {
	row := health.TableRow{Table: schedule.ID(r.TableID), Number: r.Number, Key: r.PageKey}
	var events []eventText
	err := errors.Join(json.Unmarshal([]byte(r.Events), &events), json.Unmarshal([]byte(r.Reported), &row.Reported))
	for i := range events {
		row.Events = append(row.Events, health.Event(events[i]))
	}
	return row, err
}

// AddTableRows adds what a table tells; a row that is there already stays.
func (s *Store) AddTableRows(ctx context.Context, t *health.Table, rows []health.TableRow) error {
	all := make([]pastRow, 0, len(rows))
	for i := range rows {
		r := &rows[i]
		events := make([]eventText, 0, len(r.Events))
		for k := range r.Events {
			events = append(events, eventText(r.Events[k]))
		}
		told, err := text(events)
		if err != nil {
			return err
		}
		reported := "{}"
		if len(r.Reported) > 0 {
			if reported, err = text(r.Reported); err != nil {
				return err
			}
		}
		all = append(all, pastRow{TableID: int64(t.ID), PageKey: r.Key, IntegrationID: int64(t.Integration), Number: r.Number, Events: told, Reported: storable(reported)})
	}
	err := s.to(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&all).Error
	return translate(err, "rows of table %d", t.ID)
}

// RemoveTableRows removes what a table tells of pages.
func (s *Store) RemoveTableRows(ctx context.Context, table schedule.ID, keys []string) error {
	return translate(s.to(ctx).Where("table_id = ? AND page_key IN ?", table, keys).Delete(&pastRow{}).Error, "rows of table %d", table)
}

// TableKeys returns some pages of which a table tells.
func (s *Store) TableKeys(ctx context.Context, table schedule.ID, most int) ([]string, error) {
	var keys []string
	err := s.to(ctx).Model(&pastRow{}).Where("table_id = ?", table).Order("page_key").Limit(most).Pluck("page_key", &keys).Error
	return keys, translate(err, "rows of table %d", table)
}

// TableRows returns what tables tell of pages, the one first that was taken over first.
func (s *Store) TableRows(ctx context.Context, integration schedule.ID, keys []string) ([]health.TableRow, error) {
	q := s.from(ctx).Joins("JOIN past_table t ON t.id = past_row.table_id").Where("past_row.integration_id = ? AND past_row.page_key IN ?", integration, keys).
		Order("t.committed_at, t.id, past_row.number")
	return values(q, (*pastRow).value, "rows of tables")
}

// RemoveEvents removes events by their keys.
func (s *Store) RemoveEvents(ctx context.Context, integration schedule.ID, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	err := s.to(ctx).Where("integration_id = ? AND event_key IN ?", integration, keys).Delete(&eventRow{}).Error
	return translate(err, "events of integration %d", integration)
}

// ToldElsewhere returns of which pages something is told by hooks or pulls. The source
// stands in the event as it is written here, and nothing else can be written so.
func (s *Store) ToldElsewhere(ctx context.Context, integration schedule.ID, keys []string) ([]string, error) {
	var told []string
	err := s.from(ctx).Model(&eventRow{}).Where("integration_id = ? AND page_key IN ? AND event NOT LIKE ?", integration, keys, `%"source":"file"%`).
		Distinct("page_key").Pluck("page_key", &told).Error
	return told, translate(err, "pages of integration %d", integration)
}
