package healthdb

import (
	"context"
	"fmt"

	"watchbill/health"
	"watchbill/migrations/rows"
	"watchbill/schedule"

	"gorm.io/gorm/clause"
)

type diaryRow struct {
	PersonID int64 `gorm:"primaryKey;autoIncrement:false"`
	KeyName  string
	Sealed   []byte
}

func (diaryRow) TableName() string { return "diary" }

func (r *diaryRow) value() (health.DiaryPiece, error) {
	return health.DiaryPiece{Key: r.KeyName, Sealed: r.Sealed}, nil
}

// DiaryPiece returns somebody's diary.
func (s *Store) DiaryPiece(ctx context.Context, person schedule.ID) (health.DiaryPiece, error) {
	q := s.from(ctx)
	if s.within() {
		q = rows.Lock(q, "diary")
	}
	return one(q.Where("person_id = ?", person), (*diaryRow).value, "diary of person", person)
}

// AddDiary adds a diary for somebody who has none.
func (s *Store) AddDiary(ctx context.Context, person schedule.ID, p *health.DiaryPiece) error {
	row := diaryRow{PersonID: int64(person), KeyName: p.Key, Sealed: p.Sealed}
	done := s.to(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
	if done.Error == nil && done.RowsAffected == 0 {
		return fmt.Errorf("person %d has a diary: %w", person, schedule.ErrConflict)
	}
	return translate(done.Error, "diary of person %d", person)
}

// SaveDiary replaces what is in a diary.
func (s *Store) SaveDiary(ctx context.Context, person schedule.ID, p *health.DiaryPiece) error {
	return translate(affected(s.to(ctx).Model(&diaryRow{}).Where("person_id = ?", person).Update("sealed", p.Sealed)), "diary of person %d", person)
}

// RemoveDiary removes a diary.
func (s *Store) RemoveDiary(ctx context.Context, person schedule.ID) error {
	return translate(affected(s.to(ctx).Where("person_id = ?", person).Delete(&diaryRow{})), "diary of person %d", person)
}
