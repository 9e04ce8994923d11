package authdb

import (
	"context"
	"time"

	"watchbill/api/auth"
	"watchbill/migrations/column"
	"watchbill/migrations/rows"
)

type resetRow struct {
	TokenHash string `gorm:"primaryKey"`
	PersonID  int64
	CreatedBy *int64
	CreatedAt column.Instant
	ExpiresAt column.Instant
	UsedAt    column.Instant
}

func (resetRow) TableName() string { return "reset" }

func (r resetRow) value() auth.Reset {
	return auth.Reset{
		Hash: r.TokenHash, Person: r.PersonID, CreatedBy: deref(r.CreatedBy),
		CreatedAt: r.CreatedAt.Time, ExpiresAt: r.ExpiresAt.Time, UsedAt: r.UsedAt.Time,
	}
}

// AddReset implements auth.Store.
func (s *Store) AddReset(ctx context.Context, r auth.Reset) error {
	return translate(s.to(ctx).Create(&resetRow{
		TokenHash: r.Hash, PersonID: r.Person, CreatedBy: ref(r.CreatedBy), CreatedAt: column.At(r.CreatedAt), ExpiresAt: column.At(r.ExpiresAt),
	}).Error, "link for a password")
}

// ResetByHash implements auth.Store.
func (s *Store) ResetByHash(ctx context.Context, hash string) (auth.Reset, error) {
	return one[resetRow](s.from(ctx).Where("token_hash = ?", hash), "link for a password")
}

// TakeReset implements auth.Store.
func (s *Store) TakeReset(ctx context.Context, hash string, at time.Time) error {
	return affected(s.to(ctx).Table("reset").Where("token_hash = ? AND used_at IS NULL AND expires_at > ?", hash, column.At(at)).
		Update("used_at", column.At(at)), "link for a password")
}

// EndResets implements auth.Store.
func (s *Store) EndResets(ctx context.Context, person int64, at time.Time) error {
	return translate(s.to(ctx).Table("reset").Where("person_id = ? AND used_at IS NULL", person).
		Update("used_at", column.At(at)).Error, "links for a password")
}

// RaiseTeams implements auth.Store.
func (s *Store) RaiseTeams(ctx context.Context, person int64) error {
	teams, err := rows.LockTeamsOf(ctx, s.write, person)
	if err != nil || len(teams) == 0 {
		return err
	}
	return translate(s.to(ctx).Exec("UPDATE team SET version = version + 1 WHERE id IN ?", teams).Error, "teams")
}

// CloseRequests implements auth.Store.
func (s *Store) CloseRequests(ctx context.Context, person, by int64, at time.Time) error {
	for _, c := range []struct{ who, state string }{{"person_id", "withdrawn"}, {"to_person_id", "declined"}} {
		err := s.to(ctx).Table("request").Where(c.who+" = ? AND state = 'open'", person).
			Updates(map[string]any{"state": c.state, "answered_by": ref(by), "answered_at": column.At(at)}).Error
		if err != nil {
			return translate(err, "requests")
		}
	}
	return nil
}
