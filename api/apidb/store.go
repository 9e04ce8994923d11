// Package apidb keeps what the API remembers of calls in tables.
package apidb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"watchbill/api"
	"watchbill/migrations/column"
	"watchbill/schedule"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// A Store implements api.Calls.
type Store struct{ write *gorm.DB }

var _ api.Calls = (*Store)(nil)

// New returns a store that uses the given handle.
func New(write *gorm.DB) *Store { return &Store{write} }

type callRow struct {
	Name      string `gorm:"primaryKey"`
	Request   string
	Answer    string
	CreatedAt column.Instant
}

func (callRow) TableName() string { return "idempotency" }

// Claim implements api.Calls. It reads from the writer, which sees what others
// have claimed a moment ago.
func (s *Store) Claim(ctx context.Context, c api.Call) (was api.Call, mine bool, err error) {
	for range 3 { // what stands in the way may be forgotten before it is read
		row := callRow{Name: c.Name, Request: c.Request, CreatedAt: column.At(c.At)}
		tx := s.write.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
		if tx.Error != nil || tx.RowsAffected == 1 {
			return c, true, translate(tx.Error)
		}
		row = callRow{}
		err = translate(s.write.WithContext(ctx).Where("name = ?", c.Name).Take(&row).Error)
		if !errors.Is(err, schedule.ErrNotFound) {
			return api.Call{Name: row.Name, Request: row.Request, Answer: row.Answer, At: row.CreatedAt.Time}, false, err
		}
	}
	return c, false, err
}

// Answer implements api.Calls.
func (s *Store) Answer(ctx context.Context, name, answer string) error {
	return translate(s.write.WithContext(ctx).Model(&callRow{}).Where("name = ?", name).Update("answer", answer).Error)
}

// Forget implements api.Calls.
func (s *Store) Forget(ctx context.Context, name string) error {
	return translate(s.write.WithContext(ctx).Where("name = ?", name).Delete(&callRow{}).Error)
}

// ForgetBefore implements api.Calls.
func (s *Store) ForgetBefore(ctx context.Context, at time.Time) error {
	return translate(s.write.WithContext(ctx).Where("created_at < ?", column.At(at)).Delete(&callRow{}).Error)
}

func translate(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, gorm.ErrRecordNotFound) {
		err = schedule.ErrNotFound
	}
	return fmt.Errorf("idempotency key: %w", err)
}
