// Package notifydb keeps what people were told in tables.
package notifydb

import (
	"context"
	"slices"
	"time"

	"watchbill/api/notify"
	"watchbill/migrations/column"
	"watchbill/migrations/rows"
	"watchbill/migrations/tx"
	"watchbill/schedule"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// A Store implements notify.Store.
type Store struct{ write, read *gorm.DB }

var _ notify.Store = (*Store)(nil)

// New returns a store that uses the given handles.
func New(write, read *gorm.DB) *Store { return &Store{write, read} }

type letterRow struct {
	Topic     string `gorm:"primaryKey"`
	PersonID  int64  `gorm:"primaryKey"`
	Kind      string
	Tries     int
	MadeAt    column.Instant
	NextAt    column.Instant
	SentAt    column.Instant
	GivenUpAt column.Instant
	Problem   string
}

func (letterRow) TableName() string { return "outbox" }

func (r *letterRow) value() (notify.Sent, error) {
	return notify.Sent{
		Key: r.Topic, Person: schedule.ID(r.PersonID), Kind: notify.Kind(r.Kind), Tries: r.Tries, MadeAt: r.MadeAt.Time, NextAt: r.NextAt.Time,
		SentAt: r.SentAt.Time, GivenUp: r.GivenUpAt.Time, Problem: r.Problem,
	}, nil
}

// atOnce is how many keys one statement asks for.
const atOnce = 500

// Told implements notify.Store.
func (s *Store) Told(ctx context.Context, keys []string) (map[string]bool, error) {
	told := map[string]bool{}
	for some := range slices.Chunk(keys, atOnce) {
		var found []string
		if err := s.read.WithContext(ctx).Table("outbox_told").Where("topic IN ?", some).Pluck("topic", &found).Error; err != nil {
			return nil, rows.Translate(err, "news")
		}
		for _, key := range found {
			told[key] = true
		}
	}
	return told, nil
}

type toldRow struct {
	Topic string `gorm:"primaryKey"`
	At    column.Instant
}

func (toldRow) TableName() string { return "outbox_told" }

// CloseTopic implements notify.Store.
func (s *Store) CloseTopic(ctx context.Context, key string, at time.Time) error {
	row := toldRow{key, column.At(at)}
	return rows.Translate(s.write.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error, "news %s", key)
}

// Letters implements notify.Store. It asks the writer, which sees what was sent a moment ago.
func (s *Store) Letters(ctx context.Context, key string) (map[schedule.ID]notify.Sent, error) {
	all, err := rows.Values(s.write.WithContext(ctx).Where("topic = ?", key), (*letterRow).value, "letters")
	letters := make(map[schedule.ID]notify.Sent, len(all))
	for i := range all {
		letters[all[i].Person] = all[i]
	}
	return letters, err
}

// Claim implements notify.Store: of two who try at once one gets a row.
func (s *Store) Claim(ctx context.Context, l *notify.Sent, now, until time.Time) (bool, error) {
	var tries []int
	err := s.write.WithContext(ctx).Raw(`INSERT INTO outbox (topic, person_id, kind, tries, made_at, next_at) VALUES (?, ?, ?, 1, ?, ?)
		ON CONFLICT (topic, person_id) DO UPDATE SET tries = outbox.tries + 1, next_at = excluded.next_at
		WHERE outbox.sent_at IS NULL AND outbox.given_up_at IS NULL AND outbox.next_at <= ? RETURNING tries`,
		l.Key, l.Person, string(l.Kind), now.Unix(), until.Unix(), now.Unix()).Scan(&tries).Error
	if err != nil || len(tries) == 0 {
		return false, rows.Translate(err, "letter %s", l.Key)
	}
	l.Tries, l.NextAt = tries[0], until
	return true, nil
}

// Save implements notify.Store. Of a try that took so long that somebody else has begun
// another only that it was sent is noted.
func (s *Store) Save(ctx context.Context, l *notify.Sent) error {
	q := s.write.WithContext(ctx).Model(&letterRow{}).Where("topic = ? AND person_id = ? AND sent_at IS NULL", l.Key, l.Person)
	if l.SentAt.IsZero() {
		q = q.Where("tries = ?", l.Tries)
	}
	err := q.Updates(map[string]any{
		"next_at": column.At(l.NextAt), "sent_at": column.At(l.SentAt), "given_up_at": column.At(l.GivenUp), "problem": l.Problem,
	}).Error
	return rows.Translate(err, "letter %s", l.Key)
}

// History implements notify.Store.
func (s *Store) History(ctx context.Context, person schedule.ID, most int) ([]notify.Sent, error) {
	return rows.Values(s.read.WithContext(ctx).Where("person_id = ?", person).Order("made_at DESC, topic").Limit(most), (*letterRow).value, "letters")
}

// Forget implements notify.Store.
func (s *Store) Forget(ctx context.Context, before time.Time) error {
	if err := s.write.WithContext(ctx).Where("made_at < ?", before.Unix()).Delete(&letterRow{}).Error; err != nil {
		return rows.Translate(err, "letters")
	}
	return rows.Translate(s.write.WithContext(ctx).Where("at < ?", before.Unix()).Delete(&toldRow{}).Error, "news")
}

type mutedRow struct {
	PersonID int64  `gorm:"primaryKey"`
	Kind     string `gorm:"primaryKey"`
}

func (mutedRow) TableName() string { return "outbox_muted" }

// Muted implements notify.Store.
func (s *Store) Muted(ctx context.Context, kind notify.Kind, people []schedule.ID) (map[schedule.ID]bool, error) {
	muted := map[schedule.ID]bool{}
	for some := range slices.Chunk(people, atOnce) {
		var found []schedule.ID
		q := s.read.WithContext(ctx).Table("outbox_muted").Where("kind = ? AND person_id IN ?", string(kind), some)
		if err := q.Pluck("person_id", &found).Error; err != nil {
			return nil, rows.Translate(err, "choices")
		}
		for _, id := range found {
			muted[id] = true
		}
	}
	return muted, nil
}

// Choices implements notify.Store.
func (s *Store) Choices(ctx context.Context, person schedule.ID) ([]notify.Kind, error) {
	var kinds []notify.Kind
	err := s.read.WithContext(ctx).Table("outbox_muted").Where("person_id = ?", person).Pluck("kind", &kinds).Error
	return kinds, rows.Translate(err, "choices of person %d", person)
}

// SetChoices implements notify.Store.
func (s *Store) SetChoices(ctx context.Context, person schedule.ID, muted []notify.Kind) error {
	return tx.Run(ctx, s.write, func(w *gorm.DB) error {
		if err := w.Where("person_id = ?", person).Delete(&mutedRow{}).Error; err != nil {
			return rows.Translate(err, "choices of person %d", person)
		}
		for _, kind := range muted {
			row := mutedRow{int64(person), string(kind)}
			if err := w.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
				return rows.Translate(err, "choices of person %d", person)
			}
		}
		return nil
	})
}
