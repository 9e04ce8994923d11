package healthdb

import (
	"context"
	"time"

	"watchbill/health"
	"watchbill/migrations/column"
	"watchbill/schedule"

	"gorm.io/gorm/clause"
)

type shiftNoteRow struct {
	ID        int64 `gorm:"primaryKey"`
	TeamID    int64
	Rotation  string
	At        column.Instant
	AuthorID  *int64
	WrittenAt column.Instant
	EditedAt  column.Instant
	Text      string
}

func (shiftNoteRow) TableName() string { return "shift_note" }

func (r *shiftNoteRow) value() (health.ShiftNote, error) {
	return health.ShiftNote{
		ID: schedule.ID(r.ID), Team: schedule.ID(r.TeamID), Rotation: schedule.RotationID(r.Rotation), At: r.At.Time, Author: id(r.AuthorID),
		WrittenAt: r.WrittenAt.Time, EditedAt: r.EditedAt.Time, Text: r.Text,
	}, nil
}

type handOverRow struct {
	ID       int64 `gorm:"primaryKey"`
	TeamID   int64
	Rotation string
	StartAt  column.Instant
	ByID     *int64
	At       column.Instant
	ReadByID *int64
	ReadAt   column.Instant
}

func (handOverRow) TableName() string { return "handover" }

func (r *handOverRow) value() (health.HandOver, error) {
	return health.HandOver{
		ID: schedule.ID(r.ID), Team: schedule.ID(r.TeamID), Rotation: schedule.RotationID(r.Rotation), Start: r.StartAt.Time, By: id(r.ByID), At: r.At.Time,
		ReadBy: id(r.ReadByID), ReadAt: r.ReadAt.Time,
	}, nil
}

// LockHandOvers keeps others from writing about a team's shifts until the transaction
// ends. On SQLite there is one writer.
func (s *Store) LockHandOvers(ctx context.Context, team schedule.ID) error {
	q := s.to(ctx).Table("team").Select("id").Where("id = ?", team)
	if !s.lite() {
		q = q.Clauses(clause.Locking{Strength: "UPDATE"})
	}
	var row struct{ ID int64 }
	return translate(q.Take(&row).Error, "team %d", team)
}

// ShiftNotes returns the notes of a rotation about [from, to), by time.
func (s *Store) ShiftNotes(ctx context.Context, team schedule.ID, rotation schedule.RotationID, from, to time.Time) ([]health.ShiftNote, error) {
	q := s.from(ctx).Where("team_id = ? AND rotation = ? AND at >= ? AND at < ?", team, rotation, from.Unix(), to.Unix()).Order("at, id")
	return values(q, (*shiftNoteRow).value, "notes of shifts")
}

// ShiftNote returns a note of a team.
func (s *Store) ShiftNote(ctx context.Context, team, id schedule.ID) (health.ShiftNote, error) {
	return one(s.from(ctx).Where("team_id = ? AND id = ?", team, id), (*shiftNoteRow).value, "note of a shift", id)
}

// SaveShiftNote adds a note or changes its text.
func (s *Store) SaveShiftNote(ctx context.Context, n *health.ShiftNote) error {
	if n.ID != 0 {
		q := s.to(ctx).Model(&shiftNoteRow{}).Where("team_id = ? AND id = ?", n.Team, n.ID).Updates(map[string]any{"text": storable(n.Text), "edited_at": column.At(n.EditedAt)})
		return translate(affected(q), "note %d of a shift", n.ID)
	}
	row := shiftNoteRow{TeamID: int64(n.Team), Rotation: string(n.Rotation), At: column.At(n.At), AuthorID: ref(n.Author), WrittenAt: column.At(n.WrittenAt), Text: storable(n.Text)}
	err := s.to(ctx).Create(&row).Error
	n.ID = schedule.ID(row.ID)
	return translate(err, "note of a shift")
}

// HandOvers returns what was handed over of turns that began in [from, to), by time.
func (s *Store) HandOvers(ctx context.Context, team schedule.ID, rotation schedule.RotationID, from, to time.Time) ([]health.HandOver, error) {
	q := s.from(ctx).Where("team_id = ? AND rotation = ? AND start_at >= ? AND start_at < ?", team, rotation, from.Unix(), to.Unix()).Order("start_at, id")
	return values(q, (*handOverRow).value, "hand-overs")
}

// HandOversSince returns what was handed over in any team at an instant or later, by id.
func (s *Store) HandOversSince(ctx context.Context, since time.Time) ([]health.HandOver, error) {
	return values(s.from(ctx).Where("at >= ?", since.Unix()).Order("id"), (*handOverRow).value, "hand-overs")
}

// AddHandOver notes that a turn was handed over.
func (s *Store) AddHandOver(ctx context.Context, h *health.HandOver) error {
	row := handOverRow{TeamID: int64(h.Team), Rotation: string(h.Rotation), StartAt: column.At(h.Start), ByID: ref(h.By), At: column.At(h.At)}
	err := s.to(ctx).Create(&row).Error
	h.ID = schedule.ID(row.ID)
	return translate(err, "hand-over of team %d", h.Team)
}

// ReadHandOver notes who has read it first.
func (s *Store) ReadHandOver(ctx context.Context, id, by schedule.ID, at time.Time) error {
	err := s.to(ctx).Model(&handOverRow{}).Where("id = ? AND read_at IS NULL", id).Updates(map[string]any{"read_by_id": ref(by), "read_at": column.At(at)}).Error
	return translate(err, "hand-over %d", id)
}

// PageTimes returns when pages of a team that count fired first.
func (s *Store) PageTimes(ctx context.Context, team schedule.ID, from, to time.Time) ([]time.Time, error) {
	var all []int64
	err := s.from(ctx).Model(&pageRow{}).Where("team_id = ? AND triggered_at >= ? AND triggered_at < ? AND counts", team, micros(from), micros(to)).Order("triggered_at").Pluck("triggered_at", &all).Error
	out := make([]time.Time, 0, len(all))
	for _, at := range all {
		out = append(out, time.UnixMicro(at).UTC())
	}
	return out, translate(err, "pages")
}
