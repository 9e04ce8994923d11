// Package leaversdb finds in all tables what tells who somebody was, and writes a label over it.
package leaversdb

import (
	"context"
	"slices"
	"time"

	"watchbill/api/leavers"
	"watchbill/migrations/column"
	"watchbill/migrations/rows"
	"watchbill/migrations/tx"
	"watchbill/schedule"

	"gorm.io/gorm"
)

// A Store implements leavers.Store.
type Store struct{ write, read *gorm.DB }

var _ leavers.Store = (*Store)(nil)

// New returns a store that uses the given handles.
func New(write, read *gorm.DB) *Store { return &Store{write, read} }

// InTx implements leavers.Store.
func (s *Store) InTx(ctx context.Context, f func(leavers.Store) error) error {
	return tx.Run(ctx, s.write, func(w *gorm.DB) error { return f(New(w, w)) })
}

func (s *Store) from(ctx context.Context) *gorm.DB { return rows.From(ctx, s.read) }
func (s *Store) to(ctx context.Context) *gorm.DB   { return s.write.WithContext(ctx) }

type personRow struct {
	ID            int64 `gorm:"primaryKey"`
	Name          string
	DeactivatedAt column.Instant
	Former        *int64
	FormerAt      column.Instant
}

func (personRow) TableName() string { return "person" }

func (r *personRow) value() (leavers.Leaver, error) {
	return leavers.Leaver{Person: schedule.ID(r.ID), Name: r.Name, LeftAt: r.DeactivatedAt.Time, Number: rows.ID[int64](r.Former), FormerAt: r.FormerAt.Time}, nil
}

// Leaver implements leavers.Store.
func (s *Store) Leaver(ctx context.Context, person schedule.ID) (leavers.Leaver, error) {
	return rows.One(s.from(ctx).Where("id = ? AND id NOT IN (SELECT person_id FROM account WHERE kind = 'service')", person), (*personRow).value, "person", person)
}

// Due implements leavers.Store.
func (s *Store) Due(ctx context.Context, before time.Time) ([]schedule.ID, error) {
	var all []schedule.ID
	err := s.from(ctx).Table("person").Where("deactivated_at <= ? AND former_at IS NULL AND id NOT IN (SELECT person_id FROM account WHERE kind = 'service')", column.At(before)).
		Order("deactivated_at, id").Pluck("id", &all).Error
	return all, rows.Translate(err, "leavers")
}

// Number implements leavers.Store. Of two who begin at once one meets the other's number and
// is told of a conflict.
func (s *Store) Number(ctx context.Context, person schedule.ID) (n int64, err error) {
	err = tx.Run(ctx, s.write, func(w *gorm.DB) error {
		if err := rows.LockPerson(ctx, w, int64(person)); err != nil {
			return err
		}
		err := w.Exec("UPDATE person SET former = (SELECT COALESCE(MAX(p.former), 0) + 1 FROM person p) WHERE id = ? AND former IS NULL", person).Error
		if err == nil {
			err = w.Raw("SELECT former FROM person WHERE id = ?", person).Scan(&n).Error
		}
		return rows.Translate(err, "number of person %d", person)
	})
	return n, err
}

// Lock implements leavers.Store.
func (s *Store) Lock(ctx context.Context, person schedule.ID) error {
	return rows.LockPerson(ctx, s.write, int64(person))
}

// Traces implements leavers.Store. Names and addresses are those that they have here, that
// pagers know them by, and that they were invited by, and that nobody and nothing else goes
// by. A name of one word that only a pager knows may be that of a duty, and is none.
func (s *Store) Traces(ctx context.Context, person schedule.ID) (leavers.Traces, error) {
	var t leavers.Traces
	var others []string
	for _, q := range []struct {
		into  any
		query string
	}{
		{&t.Names, "SELECT name FROM person WHERE id = @p UNION SELECT name FROM identity WHERE person_id = @p AND name LIKE '% %'"},
		{&t.Addresses, `SELECT email FROM person WHERE id = @p AND email IS NOT NULL UNION SELECT email FROM identity WHERE person_id = @p AND email <> ''
			UNION SELECT email FROM invitation WHERE accepted_by = @p`},
		{&t.Teams, `SELECT team_id FROM membership WHERE person_id = @p UNION SELECT team_id FROM shift WHERE person_id = @p
			UNION SELECT team_id FROM override WHERE person_id = @p UNION SELECT team_id FROM page_responder WHERE person_id = @p
			UNION SELECT i.team_id FROM identity d JOIN integration i ON i.id = d.integration_id WHERE d.person_id = @p`},
		{&others, `SELECT name FROM person WHERE id <> @p AND former_at IS NULL UNION SELECT email FROM person WHERE id <> @p AND email IS NOT NULL
			UNION SELECT name FROM identity WHERE person_id <> @p UNION SELECT email FROM identity WHERE person_id <> @p
			UNION SELECT name FROM team UNION SELECT rotation FROM shift UNION SELECT name FROM integration`},
	} {
		if err := s.from(ctx).Raw(q.query, map[string]any{"p": person}).Scan(q.into).Error; err != nil {
			return t, rows.Translate(err, "traces of person %d", person)
		}
	}
	slices.Sort(t.Teams)
	t.Names, t.Addresses = leavers.Alone(t.Names, others), leavers.Alone(t.Addresses, others)
	return t, nil
}

type auditRow struct {
	ID      int64 `gorm:"primaryKey"`
	At      column.Instant
	ByID    *int64
	Action  string
	AboutID *int64
	Detail  string
}

func (auditRow) TableName() string { return "audit" }

// Audit implements leavers.Store.
func (s *Store) Audit(ctx context.Context, e *schedule.AuditEntry) error {
	return rows.Translate(s.to(ctx).Create(&auditRow{At: column.At(e.At), ByID: rows.Ref(e.By), Action: e.Action, AboutID: rows.Ref(e.About), Detail: e.Detail}).Error, "audit")
}
