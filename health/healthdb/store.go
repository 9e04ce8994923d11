// Package healthdb keeps what pagers sent, and the pages that it tells of, in
// tables.
package healthdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"watchbill/health"
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

func (s *Store) lite() bool { return s.write.Name() == "sqlite" }

// from is a handle to read with; see scheduledb.
func (s *Store) from(ctx context.Context) *gorm.DB {
	if s.lite() {
		ctx = context.WithoutCancel(ctx)
	}
	return s.read.WithContext(ctx)
}

func (s *Store) to(ctx context.Context) *gorm.DB { return s.write.WithContext(ctx) }

// translate turns gorm's errors into the domain's and says what was asked for.
func translate(err error, format string, args ...any) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, gorm.ErrRecordNotFound):
		err = schedule.ErrNotFound
	case errors.Is(err, gorm.ErrDuplicatedKey):
		err = schedule.ErrConflict
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}

// affected says that a write must have met a row.
func affected(tx *gorm.DB) error {
	if tx.Error == nil && tx.RowsAffected == 0 {
		return gorm.ErrRecordNotFound
	}
	return tx.Error
}

// values reads all rows of a query.
func values[R any, V any](tx *gorm.DB, value func(*R) (V, error), what string) ([]V, error) {
	var rows []R
	if err := tx.Find(&rows).Error; err != nil {
		return nil, translate(err, "%s", what)
	}
	out := make([]V, 0, len(rows))
	for i := range rows {
		v, err := value(&rows[i])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", what, err)
		}
		out = append(out, v)
	}
	return out, nil
}

// one reads the row of a query.
func one[R any, V any](tx *gorm.DB, value func(*R) (V, error), what string, key any) (V, error) {
	var row R
	if err := tx.Take(&row).Error; err != nil {
		var none V
		return none, translate(err, "%s %v", what, key)
	}
	return value(&row)
}

func ref(id schedule.ID) *int64 {
	if id == 0 {
		return nil
	}
	n := int64(id)
	return &n
}

func id(ref *int64) schedule.ID {
	if ref == nil {
		return 0
	}
	return schedule.ID(*ref)
}

// text writes a value as JSON.
func text(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

func micros(t time.Time) int64 { return t.UnixMicro() }
