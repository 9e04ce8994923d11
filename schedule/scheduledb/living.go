package scheduledb

import (
	"context"
	"errors"
	"time"

	"watchbill/migrations/column"
	"watchbill/schedule"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// AcceptedBy notes which overrides an accepted request has made.
func (s *Store) AcceptedBy(ctx context.Context, r *schedule.Request) error {
	tx := s.to(ctx).Model(&requestRow{}).Where("id = ? AND state = ?", r.ID, schedule.RequestAccepted).
		Updates(map[string]any{"override_id": ref(r.Override), "return_override_id": ref(r.ReturnedBy)})
	return translate(affected(tx), "request %d", r.ID)
}

// RequestOf returns the accepted request that made an override.
func (s *Store) RequestOf(ctx context.Context, override schedule.ID) (schedule.Request, error) {
	return one[requestRow](s.from(ctx).Where("state = ? AND (override_id = ? OR return_override_id = ?)", schedule.RequestAccepted, override, override),
		"request of override", override)
}

// UndoRequest marks an accepted request as undone.
func (s *Store) UndoRequest(ctx context.Context, id schedule.ID, note string) error {
	tx := s.to(ctx).Model(&requestRow{}).Where("id = ? AND state = ?", id, schedule.RequestAccepted).
		Updates(map[string]any{"state": schedule.RequestUndone, "note": note})
	return translate(affected(tx), "request %d", id)
}

// RemindRequest notes that those whom an open request asks were reminded; false
// when they had been.
func (s *Store) RemindRequest(ctx context.Context, id schedule.ID, at time.Time) (bool, error) {
	tx := s.to(ctx).Model(&requestRow{}).Where("id = ? AND state = ? AND reminded_at IS NULL", id, schedule.RequestOpen).
		Update("reminded_at", column.At(at))
	return tx.RowsAffected == 1, translate(tx.Error, "request %d", id)
}

type seenRow struct {
	PersonID int64 `gorm:"primaryKey"`
	SeenAt   column.Instant
}

func (seenRow) TableName() string { return "shifts_seen" }

// Seen returns until when a person knows how their shifts have changed.
func (s *Store) Seen(ctx context.Context, person schedule.ID) (time.Time, error) {
	var row seenRow
	err := s.from(ctx).Where("person_id = ?", person).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return time.Time{}, nil
	}
	return row.SeenAt.Time, translate(err, "what %d has seen", person)
}

// SaveSeen moves forward until when a person knows how their shifts have changed.
func (s *Store) SaveSeen(ctx context.Context, person schedule.ID, until time.Time) error {
	row := seenRow{PersonID: int64(person), SeenAt: column.At(until)}
	err := s.to(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "person_id"}},
		DoUpdates: clause.AssignmentColumns([]string{"seen_at"}),
		Where:     clause.Where{Exprs: []clause.Expression{clause.Expr{SQL: "shifts_seen.seen_at < ?", Vars: []any{seconds(until)}}}},
	}).Create(&row).Error
	return translate(err, "what %d has seen", person)
}

// touched are the slots that something was decided about after an instant, and who has, or
// had, a part of them.
const touched = `WITH touched AS (
	SELECT team_id, slot, since AS at FROM shift WHERE since > ?
	UNION SELECT team_id, slot, until FROM shift WHERE until > ?
	UNION SELECT team_id, slot, created_at FROM override WHERE created_at > ?
	UNION SELECT team_id, slot, cancelled_at FROM override WHERE cancelled_at > ?)
	SELECT s.person_id, t.at FROM touched t JOIN shift s ON s.team_id = t.team_id AND s.slot = t.slot WHERE s.person_id IS NOT NULL
	UNION SELECT o.person_id, t.at FROM touched t JOIN override o ON o.team_id = t.team_id AND o.slot = t.slot WHERE o.person_id IS NOT NULL
	ORDER BY 1, 2`

// Touched returns whose slots were decided about after an instant.
func (s *Store) Touched(ctx context.Context, after time.Time) ([]schedule.Touch, error) {
	var found []struct {
		PersonID int64
		At       column.Instant
	}
	n := seconds(after)
	if err := s.from(ctx).Raw(touched, n, n, n, n).Scan(&found).Error; err != nil {
		return nil, translate(err, "what was decided")
	}
	out := make([]schedule.Touch, len(found))
	for i := range found {
		out[i] = schedule.Touch{Person: schedule.ID(found[i].PersonID), At: found[i].At.Time}
	}
	return out, nil
}

// OpenTeams returns the teams of which something was given to nobody.
func (s *Store) OpenTeams(ctx context.Context, from, to time.Time) ([]schedule.ID, error) {
	var ids []schedule.ID
	err := s.from(ctx).Raw(`SELECT team_id FROM shift WHERE person_id IS NULL AND until IS NULL AND end_at > ? AND start_at < ?
		UNION SELECT team_id FROM override WHERE person_id IS NULL AND cancelled_at IS NULL AND end_at > ? AND start_at < ? ORDER BY 1`,
		seconds(from), seconds(to), seconds(from), seconds(to)).Scan(&ids).Error
	return ids, translate(err, "gaps")
}

// BeginningTeams returns the teams in which something begins.
func (s *Store) BeginningTeams(ctx context.Context, after, until time.Time) ([]schedule.ID, error) {
	var ids []schedule.ID
	err := s.from(ctx).Raw(`SELECT team_id FROM shift WHERE until IS NULL AND start_at > ? AND start_at <= ?
		UNION SELECT team_id FROM override WHERE start_at > ? AND start_at <= ?
		UNION SELECT team_id FROM override WHERE end_at > ? AND end_at <= ? ORDER BY 1`,
		seconds(after), seconds(until), seconds(after), seconds(until), seconds(after), seconds(until)).Scan(&ids).Error
	return ids, translate(err, "shifts that begin")
}
