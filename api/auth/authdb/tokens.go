package authdb

import (
	"context"
	"time"

	"watchbill/api/auth"
	"watchbill/migrations/column"

	"gorm.io/gorm"
)

// AddToken implements auth.Store.
func (s *Store) AddToken(ctx context.Context, t *auth.Token) error {
	row := tokenRow{
		TokenHash: t.Hash, PersonID: t.Person, Name: t.Name, Scope: t.Scope, CreatedBy: ref(t.CreatedBy),
		CreatedAt: column.At(t.CreatedAt), ExpiresAt: column.At(t.ExpiresAt),
	}
	err := s.to(ctx).Create(&row).Error
	t.ID = row.ID
	return translate(err, "token")
}

// TokenByHash implements auth.Store.
func (s *Store) TokenByHash(ctx context.Context, hash string) (auth.Token, error) {
	return one[tokenRow](s.from(ctx).Where("token_hash = ?", hash), "token")
}

// Tokens implements auth.Store.
func (s *Store) Tokens(ctx context.Context, person int64) ([]auth.Token, error) {
	return values[tokenRow](s.from(ctx).Where("person_id = ?", person).Order("id DESC"), "tokens")
}

// UseToken implements auth.Store.
func (s *Store) UseToken(ctx context.Context, id int64, at time.Time) error {
	return translate(s.to(ctx).Table("token").Where("id = ?", id).Update("used_at", column.At(at)).Error, "token")
}

// RevokeToken implements auth.Store.
func (s *Store) RevokeToken(ctx context.Context, person, id int64, at time.Time) error {
	return affected(s.to(ctx).Table("token").Where("person_id = ? AND id = ? AND revoked_at IS NULL", person, id).
		Update("revoked_at", column.At(at)), "token")
}

// RevokeTokens implements auth.Store.
func (s *Store) RevokeTokens(ctx context.Context, person int64, at time.Time) error {
	return translate(s.to(ctx).Table("token").Where("person_id = ? AND revoked_at IS NULL", person).
		Update("revoked_at", column.At(at)).Error, "tokens")
}

// RevokeFeeds implements auth.Store.
func (s *Store) RevokeFeeds(ctx context.Context, person int64, at time.Time) error {
	return translate(s.to(ctx).Table("feed").Where("owner_id = ? AND revoked_at IS NULL", person).
		Update("revoked_at", column.At(at)).Error, "feeds")
}

// AddInvitation implements auth.Store.
func (s *Store) AddInvitation(ctx context.Context, i *auth.Invitation) error {
	row := invitationRow{
		TokenHash: i.Hash, Email: i.Email, TeamID: ref(i.Team), Manager: i.Manager, Admin: i.Admin, CreatedBy: ref(i.CreatedBy),
		CreatedAt: column.At(i.CreatedAt), ExpiresAt: column.At(i.ExpiresAt),
	}
	err := s.to(ctx).Create(&row).Error
	i.ID = row.ID
	return translate(err, "invitation")
}

func (s *Store) invitations(ctx context.Context) *gorm.DB {
	return s.from(ctx).Table("invitation").Select("invitation.*, team.name AS team_name, person.name AS inviter").
		Joins("LEFT JOIN team ON team.id = invitation.team_id").Joins("LEFT JOIN person ON person.id = invitation.created_by")
}

// InvitationByHash implements auth.Store.
func (s *Store) InvitationByHash(ctx context.Context, hash string) (auth.Invitation, error) {
	return one[namedInvitation](s.invitations(ctx).Where("invitation.token_hash = ?", hash), "invitation")
}

// Invitation implements auth.Store.
func (s *Store) Invitation(ctx context.Context, id int64) (auth.Invitation, error) {
	return one[namedInvitation](s.invitations(ctx).Where("invitation.id = ?", id), "invitation")
}

// Invitations implements auth.Store.
func (s *Store) Invitations(ctx context.Context, team int64) ([]auth.Invitation, error) {
	q := s.invitations(ctx).Order("invitation.id DESC")
	if team != 0 {
		q = q.Where("invitation.team_id = ?", team)
	}
	return values[namedInvitation](q, "invitations")
}

// TakeInvitation implements auth.Store.
func (s *Store) TakeInvitation(ctx context.Context, id, person int64, at time.Time) error {
	return affected(s.to(ctx).Table("invitation").
		Where("id = ? AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > ?", id, column.At(at)).
		Updates(map[string]any{"accepted_at": column.At(at), "accepted_by": person}), "invitation")
}

// RevokeInvitation implements auth.Store.
func (s *Store) RevokeInvitation(ctx context.Context, id int64, at time.Time) error {
	return affected(s.to(ctx).Table("invitation").Where("id = ? AND accepted_at IS NULL AND revoked_at IS NULL", id).
		Update("revoked_at", column.At(at)), "invitation")
}

// RevokeInvitationsBy implements auth.Store.
func (s *Store) RevokeInvitationsBy(ctx context.Context, person int64, at time.Time) error {
	return translate(s.to(ctx).Table("invitation").Where("created_by = ? AND accepted_at IS NULL AND revoked_at IS NULL", person).
		Update("revoked_at", column.At(at)).Error, "invitations")
}
