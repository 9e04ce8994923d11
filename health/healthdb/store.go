// Package healthdb keeps what pagers sent, and the pages that it tells of, in
// tables.
package healthdb

import (
	"context"
	"encoding/json"
	"time"

	"watchbill/health"
	"watchbill/migrations/rows"
	"watchbill/migrations/tx"
	"watchbill/schedule"

	"gorm.io/gorm"
)

// A Store implements health.Store.
type Store struct{ write, read *gorm.DB }

var _ health.Store = (*Store)(nil)

// New returns a store that writes and reads through the given handles, which may
// be the same.
func New(write, read *gorm.DB) *Store { return &Store{write, read} }

// InTx runs f in one transaction, again when the database ended it for others.
func (s *Store) InTx(ctx context.Context, f func(health.Store) error) error {
	return tx.Run(ctx, s.write, func(w *gorm.DB) error { return f(New(w, w)) })
}

// Handle is what the store writes through: in a transaction that one, for the store of
// another package to take part in it.
func (s *Store) Handle() *gorm.DB { return s.write }

func (s *Store) lite() bool { return rows.Lite(s.write) }

func (s *Store) from(ctx context.Context) *gorm.DB { return rows.From(ctx, s.read) }
func (s *Store) to(ctx context.Context) *gorm.DB   { return s.write.WithContext(ctx) }

// What all stores do alike.
var (
	translate = rows.Translate
	affected  = rows.Affected
	ref       = rows.Ref[schedule.ID]
	id        = rows.ID[schedule.ID]
)

// values reads all rows of a query.
func values[R, V any](q *gorm.DB, value func(*R) (V, error), what string) ([]V, error) {
	return rows.Values(q, value, what)
}

// one reads the row of a query.
func one[R, V any](q *gorm.DB, value func(*R) (V, error), what string, key any) (V, error) {
	return rows.One(q, value, what, key)
}

// text writes a value as JSON.
func text(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

func micros(t time.Time) int64 { return t.UnixMicro() }
