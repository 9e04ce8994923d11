package scheduledb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
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

// feedByToken is all that a reader costs who has the newest: one query, with most of
// what it finds in one text, because a driver takes longer to hand over a column
// than a database to find it. The versions of teams only grow; absences have none,
// and their numbers do.
const feedByToken = `SELECT f.id || ' ' || f.owner_id || ' ' || COALESCE(f.team_id, 0) || ' ' || CASE WHEN f.busy THEN 1 ELSE 0 END
	|| ' ' || CASE WHEN f.tombstones THEN 1 ELSE 0 END || ' ' || CASE WHEN f.alarms THEN 1 ELSE 0 END || ' ' || COALESCE(f.fetched_at, 0)
	|| ' ' || COALESCE(f.changed_at, 0) || ' ' || CASE WHEN a.admin THEN 1 ELSE 0 END || ' ' || CASE WHEN m.id IS NULL THEN 0 ELSE 1 END
	|| ' ' || f.kind || ' ' || COALESCE(m.until_day, '') || ' ' || COALESCE(t.zone, '') || ' ' || f.stamp || ' ' || f.etag || ' ' || COALESCE(CASE f.kind
	WHEN 'person' THEN (
		SELECT string_agg(x.id || ':' || x.version, ' ' ORDER BY x.id) FROM team x WHERE x.id IN (
			SELECT team_id FROM membership WHERE person_id = f.owner_id
			UNION SELECT team_id FROM shift WHERE person_id = f.owner_id AND start_at >= ?
			UNION SELECT team_id FROM override WHERE person_id = f.owner_id AND start_at >= ?))
	WHEN 'absences' THEN t.version || ' ' || (
		SELECT COUNT(b.id) || ' ' || COALESCE(SUM(b.id), 0) || ' ' || COALESCE(MAX(b.id), 0) || ' ' || COALESCE(SUM(q.deactivated_at), 0)
		FROM membership n JOIN person q ON q.id = n.person_id LEFT JOIN absence b ON b.person_id = q.id WHERE n.team_id = f.team_id)
	ELSE t.version || '' END, ''), f.rotation, f.fetched_by
	FROM feed f JOIN person p ON p.id = f.owner_id LEFT JOIN team t ON t.id = f.team_id LEFT JOIN account a ON a.person_id = f.owner_id
	LEFT JOIN membership m ON m.team_id = f.team_id AND m.person_id = f.owner_id
	WHERE f.token_hash = ? AND f.revoked_at IS NULL AND p.deactivated_at IS NULL AND (f.team_id IS NULL OR t.id IS NOT NULL)`

var feedByTokenPostgres = strings.NewReplacer("start_at >= ?", "start_at >= $1", "token_hash = ?", "token_hash = $2").Replace(feedByToken)

// FeedByToken returns the feed of a token's hash with what it depends on, unless it
// was revoked or its owner is deactivated. Its label is left out.
func (s *Store) FeedByToken(ctx context.Context, hash string, from time.Time) (schedule.Feed, schedule.FeedBasis, error) {
	query, args := feedByTokenPostgres, []any{seconds(from), hash}
	db := s.from(ctx)
	if db.Name() == "sqlite" {
		query, args = feedByToken, []any{seconds(from), seconds(from), hash}
	}
	// Past gorm, which copies a query letter by letter.
	var packed, rotation, by string
	err := db.Statement.ConnPool.QueryRowContext(db.Statement.Context, query, args...).Scan(&packed, &rotation, &by)
	if errors.Is(err, sql.ErrNoRows) {
		err = gorm.ErrRecordNotFound
	}
	if err != nil {
		return schedule.Feed{}, schedule.FeedBasis{}, translate(err, "feed of a token")
	}
	f, basis, err := unpackFeed(packed)
	f.Rotation, f.FetchedBy = schedule.RotationID(rotation), by
	return f, basis, err
}

// unpackFeed reads the first column of feedByToken.
func unpackFeed(packed string) (f schedule.Feed, basis schedule.FeedBasis, err error) {
	parts := strings.SplitN(packed, " ", 16)
	if len(parts) != 16 {
		return f, basis, fmt.Errorf("feed %q has not 16 parts", packed)
	}
	var n [10]int64
	for i := range n {
		if n[i], err = strconv.ParseInt(parts[i], 10, 64); err != nil {
			return f, basis, fmt.Errorf("feed %q: %w", packed, err)
		}
	}
	at := func(n int64) time.Time {
		if n == 0 {
			return time.Time{}
		}
		return time.Unix(n, 0).UTC()
	}
	f = schedule.Feed{
		ID: schedule.ID(n[0]), Owner: schedule.ID(n[1]), Team: schedule.ID(n[2]), Busy: n[3] != 0, Tombstones: n[4] != 0, Alarms: n[5] != 0,
		FetchedAt: at(n[6]), Kind: parts[10], Last: schedule.Rendering{ChangedAt: at(n[7]), Stamp: parts[13], Etag: parts[14]},
	}
	return f, schedule.FeedBasis{Admin: n[8] != 0, Member: n[9] != 0, Until: date(parts[11]), Zone: parts[12], Versions: parts[15]}, nil
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

// Rotations returns the names of rotations that teams have published, by team.
func (s *Store) Rotations(ctx context.Context, teams []schedule.ID) (map[schedule.ID][]schedule.RotationID, error) {
	var rows []struct {
		TeamID   int64
		Rotation string
	}
	tx := s.from(ctx).Model(&shiftRow{}).Where("team_id IN ? AND until IS NULL", teams).Distinct("team_id", "rotation").Order("rotation")
	if err := tx.Find(&rows).Error; err != nil {
		return nil, translate(err, "rotations of %d teams", len(teams))
	}
	names := map[schedule.ID][]schedule.RotationID{}
	for _, r := range rows {
		team := schedule.ID(r.TeamID)
		names[team] = append(names[team], schedule.RotationID(r.Rotation))
	}
	return names, nil
}
