package healthdb

import (
	"context"
	"encoding/json"
	"time"

	"watchbill/health"
	"watchbill/migrations/column"
	"watchbill/migrations/rows"
	"watchbill/schedule"

	"gorm.io/gorm"
)

type integrationRow struct {
	ID           int64 `gorm:"primaryKey"`
	TeamID       int64
	Vendor, Name string
	TokenHash    string
	Secret       string
	SecretBefore string
	Zone         string
	Rotation     string
	Urgencies    string
	CreatedAt    column.Instant
	CreatedBy    *int64
	RenewedAt    column.Instant
	OffAt        column.Instant
	SeenAt       column.Instant
}

func (integrationRow) TableName() string { return "integration" }

func integrationOf(i *health.Integration) (integrationRow, error) {
	urgencies, err := text(i.Urgencies)
	if len(i.Urgencies) == 0 {
		urgencies = "{}"
	}
	row := integrationRow{
		ID: int64(i.ID), TeamID: int64(i.Team), Vendor: i.Vendor, Name: i.Name, Zone: i.Zone, Rotation: string(i.Rotation), Urgencies: urgencies,
		CreatedAt: column.At(i.CreatedAt), CreatedBy: ref(i.CreatedBy), RenewedAt: column.At(i.RenewedAt), OffAt: column.At(i.OffAt), SeenAt: column.At(i.SeenAt),
	}
	if len(i.Secrets) > 0 {
		row.Secret = i.Secrets[0]
	}
	if len(i.Secrets) > 1 {
		row.SecretBefore = i.Secrets[1]
	}
	return row, err
}

func (r *integrationRow) value() (health.Integration, error) {
	i := health.Integration{
		ID: schedule.ID(r.ID), Team: schedule.ID(r.TeamID), Vendor: r.Vendor, Name: r.Name, Zone: r.Zone, Rotation: schedule.RotationID(r.Rotation),
		CreatedAt: r.CreatedAt.Time, CreatedBy: id(r.CreatedBy), RenewedAt: r.RenewedAt.Time, OffAt: r.OffAt.Time, SeenAt: r.SeenAt.Time,
	}
	for _, secret := range []string{r.Secret, r.SecretBefore} {
		if secret != "" {
			i.Secrets = append(i.Secrets, secret)
		}
	}
	return i, json.Unmarshal([]byte(r.Urgencies), &i.Urgencies)
}

// Integrations returns a team's integrations by name.
func (s *Store) Integrations(ctx context.Context, team schedule.ID) ([]health.Integration, error) {
	return values(s.from(ctx).Where("team_id = ?", team).Order("name, id"), (*integrationRow).value, "integrations")
}

// Integration returns one integration.
func (s *Store) Integration(ctx context.Context, id schedule.ID) (health.Integration, error) {
	return one(s.from(ctx).Where("id = ?", id), (*integrationRow).value, "integration", id)
}

// IntegrationByToken returns the integration of a token's hash.
func (s *Store) IntegrationByToken(ctx context.Context, hash string) (health.Integration, error) {
	return one(s.from(ctx).Where("token_hash = ?", hash), (*integrationRow).value, "integration of", "a token")
}

// AddIntegration adds an integration and sets its ID.
func (s *Store) AddIntegration(ctx context.Context, i *health.Integration, hash string) error {
	row, err := integrationOf(i)
	if err != nil {
		return err
	}
	row.TokenHash = hash
	err = s.to(ctx).Create(&row).Error
	i.ID = schedule.ID(row.ID)
	return translate(err, "integration %q", i.Name)
}

// LockIntegrations keeps others from adding to a team's integrations.
func (s *Store) LockIntegrations(ctx context.Context, team schedule.ID) error {
	return rows.LockTeam(ctx, s.write, int64(team))
}

// LockIntegration keeps others from changing an integration until the transaction ends.
func (s *Store) LockIntegration(ctx context.Context, id schedule.ID) error {
	q := s.to(ctx).Model(&integrationRow{}).Where("id = ?", id).Update("name", gorm.Expr("name"))
	return translate(affected(q), "integration %d", id)
}

// SaveIntegration changes an integration's settings.
func (s *Store) SaveIntegration(ctx context.Context, i *health.Integration) error {
	row, err := integrationOf(i)
	if err != nil {
		return err
	}
	q := s.to(ctx).Model(&integrationRow{}).Where("id = ?", i.ID).
		Select("name", "secret", "secret_before", "zone", "rotation", "urgencies", "off_at").Updates(&row)
	return translate(affected(q), "integration %d", i.ID)
}

// RenewIntegration gives an integration another link.
func (s *Store) RenewIntegration(ctx context.Context, id schedule.ID, hash string, at time.Time) error {
	q := s.to(ctx).Model(&integrationRow{}).Where("id = ?", id).Updates(map[string]any{"token_hash": hash, "renewed_at": column.At(at)})
	return translate(affected(q), "integration %d", id)
}
