package scheduledb

import (
	"context"
	"time"

	"watchbill/migrations/column"
	"watchbill/schedule"
)

// Setups returns the teams that a person is setting up, the newest first.
func (s *Store) Setups(ctx context.Context, owner schedule.ID) ([]schedule.TeamSetup, error) {
	return values[setupRow](s.from(ctx).Where("owner_id = ?", owner).Order("updated_at DESC, id DESC"), "set-ups")
}

// AddSetup adds a team that is being set up and sets its ID.
func (s *Store) AddSetup(ctx context.Context, t *schedule.TeamSetup) error {
	row := setupRow{OwnerID: int64(t.Owner), State: t.State, UpdatedAt: column.At(t.UpdatedAt)}
	err := s.to(ctx).Create(&row).Error
	t.ID = schedule.ID(row.ID)
	return translate(err, "set-up")
}

// SaveSetup keeps how far its owner has come.
func (s *Store) SaveSetup(ctx context.Context, t *schedule.TeamSetup) error {
	tx := s.to(ctx).Model(&setupRow{}).Where("id = ? AND owner_id = ?", t.ID, t.Owner).
		Updates(map[string]any{"state": t.State, "updated_at": column.At(t.UpdatedAt)})
	return translate(affected(tx), "set-up %d", t.ID)
}

// RemoveSetup forgets a team that its owner was setting up.
func (s *Store) RemoveSetup(ctx context.Context, owner, id schedule.ID) error {
	tx := s.to(ctx).Where("id = ? AND owner_id = ?", id, owner).Delete(&setupRow{})
	return translate(affected(tx), "set-up %d", id)
}

// PruneSetups forgets those that nobody has touched since.
func (s *Store) PruneSetups(ctx context.Context, before time.Time) error {
	return translate(s.to(ctx).Where("updated_at < ?", seconds(before)).Delete(&setupRow{}).Error, "set-ups")
}
