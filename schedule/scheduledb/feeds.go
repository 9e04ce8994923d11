package scheduledb

import (
	"context"
	"database/sql"
	"time"

	"watchbill/migrations/column"
	"watchbill/schedule"

	"gorm.io/gorm"
)

// Feeds returns the feeds of a person that are not revoked.
func (s *Store) Feeds(ctx context.Context, owner schedule.ID) ([]schedule.Feed, error) {
	return values[feedRow](s.from(ctx).Where("owner_id = ? AND revoked_at IS NULL", owner).Order("id"), "feeds")
}

// FeedsOfTeam returns the feeds of a team that are not revoked, whoever owns them.
func (s *Store) FeedsOfTeam(ctx context.Context, team schedule.ID) ([]schedule.Feed, error) {
	return values[feedRow](s.from(ctx).Where("team_id = ? AND revoked_at IS NULL", team).Order("id"), "feeds of a team")
}

// feedByToken is all that a reader costs who has the newest: one query. The
// versions of teams only grow; absences have none, and their numbers do.
const feedByToken = `SELECT f.id, f.kind, f.owner_id, f.team_id, f.rotation, f.label, f.busy, f.tombstones, f.alarms, f.created_at, f.fetched_at,
	f.fetched_by, f.stamp, f.etag, f.changed_at, t.zone, a.admin, m.until_day,
	CASE f.kind WHEN 'person' THEN (
		SELECT string_agg(CAST(x.id AS TEXT) || ':' || CAST(x.version AS TEXT), ' ' ORDER BY x.id) FROM team x WHERE x.id IN (
			SELECT team_id FROM membership WHERE person_id = f.owner_id
			UNION SELECT team_id FROM shift WHERE person_id = f.owner_id AND start_at >= ?
			UNION SELECT team_id FROM override WHERE person_id = f.owner_id AND start_at >= ?))
	WHEN 'absences' THEN CAST(t.version AS TEXT) || ' ' || (
		SELECT CAST(COUNT(b.id) AS TEXT) || ' ' || CAST(COALESCE(SUM(b.id), 0) AS TEXT) || ' ' || CAST(COALESCE(MAX(b.id), 0) AS TEXT)
		|| ' ' || CAST(COALESCE(SUM(q.deactivated_at), 0) AS TEXT)
		FROM membership n JOIN person q ON q.id = n.person_id LEFT JOIN absence b ON b.person_id = q.id WHERE n.team_id = f.team_id)
	ELSE CAST(t.version AS TEXT) END
	FROM feed f JOIN person p ON p.id = f.owner_id LEFT JOIN team t ON t.id = f.team_id LEFT JOIN account a ON a.person_id = f.owner_id
	LEFT JOIN membership m ON m.team_id = f.team_id AND m.person_id = f.owner_id
	WHERE f.token_hash = ? AND f.revoked_at IS NULL AND p.deactivated_at IS NULL AND (f.team_id IS NULL OR t.id IS NOT NULL)`

// FeedByToken returns the feed of a token's hash with what it depends on, unless it
// was revoked or its owner is deactivated.
func (s *Store) FeedByToken(ctx context.Context, hash string, from time.Time) (schedule.Feed, schedule.FeedBasis, error) {
	var r feedRow
	var zone, versions, until sql.NullString
	var admin sql.NullBool
	err := s.from(ctx).Raw(feedByToken, seconds(from), seconds(from), hash).Row().Scan(
		&r.ID, &r.Kind, &r.OwnerID, &r.TeamID, &r.Rotation, &r.Label, &r.Busy, &r.Tombstones, &r.Alarms, &r.CreatedAt, &r.FetchedAt,
		&r.FetchedBy, &r.Stamp, &r.Etag, &r.ChangedAt, &zone, &admin, &until, &versions)
	if err == sql.ErrNoRows {
		err = gorm.ErrRecordNotFound
	}
	basis := schedule.FeedBasis{Versions: versions.String, Zone: zone.String, Admin: admin.Bool, Member: until.Valid, Until: date(until.String)}
	return r.value(), basis, translate(err, "feed of a token")
}

// AddFeed adds a feed and sets its ID.
func (s *Store) AddFeed(ctx context.Context, f *schedule.Feed, hash string) error {
	row := feedOf(f, hash)
	err := s.to(ctx).Create(&row).Error
	f.ID = schedule.ID(row.ID)
	return translate(err, "feed of %d", f.Owner)
}

// ResetFeed gives a feed another token.
func (s *Store) ResetFeed(ctx context.Context, owner, id schedule.ID, hash string) error {
	tx := s.to(ctx).Model(&feedRow{}).Where("id = ? AND owner_id = ? AND revoked_at IS NULL", id, owner).
		Updates(map[string]any{"token_hash": hash, "fetched_at": nil, "fetched_by": ""})
	return translate(affected(tx), "feed %d", id)
}

// RevokeFeed ends a feed.
func (s *Store) RevokeFeed(ctx context.Context, owner, id schedule.ID, at time.Time) error {
	tx := s.to(ctx).Model(&feedRow{}).Where("id = ? AND owner_id = ? AND revoked_at IS NULL", id, owner).Update("revoked_at", column.At(at))
	return translate(affected(tx), "feed %d", id)
}

// Fetched notes when and by what a feed was read last, unless a later reader is
// noted.
func (s *Store) Fetched(ctx context.Context, id schedule.ID, at time.Time, by string) error {
	tx := s.to(ctx).Model(&feedRow{}).Where("id = ? AND (fetched_at IS NULL OR fetched_at < ?)", id, seconds(at)).
		Updates(map[string]any{"fetched_at": column.At(at), "fetched_by": by})
	return translate(tx.Error, "feed %d", id)
}

// Rendered replaces what is remembered of a feed's bytes; false when it is not what
// it was.
func (s *Store) Rendered(ctx context.Context, id schedule.ID, was, is schedule.Rendering) (bool, error) {
	tx := s.to(ctx).Model(&feedRow{}).Where("id = ? AND stamp = ? AND etag = ?", id, was.Stamp, was.Etag).
		Updates(map[string]any{"stamp": is.Stamp, "etag": is.Etag, "changed_at": column.At(is.ChangedAt)})
	return tx.RowsAffected == 1, translate(tx.Error, "feed %d", id)
}

// Rotations returns the names of rotations that a team has published.
func (s *Store) Rotations(ctx context.Context, team schedule.ID) ([]schedule.RotationID, error) {
	var names []schedule.RotationID
	err := s.from(ctx).Model(&shiftRow{}).Where("team_id = ? AND until IS NULL", team).Distinct().Order("rotation").Pluck("rotation", &names).Error
	return names, translate(err, "rotations of team %d", team)
}
