// Package rows is what all stores do alike: which handle they read with, how they say
// what went wrong, and how rows become values.
package rows

import (
	"context"
	"errors"
	"fmt"

	"watchbill/schedule"

	"gorm.io/gorm"
)

// From is a handle to read with. The driver of SQLite keeps watch over each query for
// somebody who could go away, and a query there takes less time than going away does.
func From(ctx context.Context, read *gorm.DB) *gorm.DB {
	if Lite(read) {
		ctx = context.WithoutCancel(ctx)
	}
	return read.WithContext(ctx)
}

// Lite says whether a handle is one of SQLite, which has one writer.
func Lite(db *gorm.DB) bool { return db.Name() == "sqlite" }

// Translate turns gorm's errors into the domain's and says what was asked for.
func Translate(err error, format string, args ...any) error {
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

// Affected says that a write must have met a row.
func Affected(tx *gorm.DB) error {
	if tx.Error == nil && tx.RowsAffected == 0 {
		return gorm.ErrRecordNotFound
	}
	return tx.Error
}

// Values reads all rows of a query.
func Values[R, V any](q *gorm.DB, value func(*R) (V, error), what string) ([]V, error) {
	var rows []R
	if err := q.Find(&rows).Error; err != nil {
		return nil, Translate(err, "%s", what)
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

// One reads the row of a query.
func One[R, V any](q *gorm.DB, value func(*R) (V, error), what string, key any) (V, error) {
	var row R
	if err := q.Take(&row).Error; err != nil {
		var none V
		return none, Translate(err, "%s %v", what, key)
	}
	return value(&row)
}

// Ref is an id as it is stored: none is NULL.
func Ref[I ~int64](id I) *int64 {
	if id == 0 {
		return nil
	}
	n := int64(id)
	return &n
}

// ID is the id of what is stored.
func ID[I ~int64](ref *int64) I {
	if ref == nil {
		return 0
	}
	return I(*ref)
}
