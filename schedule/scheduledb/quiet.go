package scheduledb

import (
	"context"
	"time"

	"watchbill/schedule"

	"gorm.io/gorm"
)

// QuietFeeds counts feeds that work and that nobody has fetched since a moment; those made
// after it have time. The first are returned, those quiet for longest before others.
func (s *Store) QuietFeeds(ctx context.Context, since time.Time, most int) (n int64, first []schedule.Feed, err error) {
	const quiet = "revoked_at IS NULL AND COALESCE(fetched_at, created_at) < ? AND owner_id IN (SELECT id FROM person WHERE deactivated_at IS NULL)"
	if err := s.from(ctx).Model(&feedRow{}).Where(quiet, seconds(since)).Count(&n).Error; err != nil {
		return 0, nil, translate(err, "quiet feeds")
	}
	first, err = values[feedRow](s.from(ctx).Where(quiet, seconds(since)).Order("COALESCE(fetched_at, created_at), id").Limit(most), "quiet feeds")
	return n, first, err
}

// FailingImports counts calendars that could not be read so many times in a row or more,
// and that are tried again. The first are returned, those that fail for longest before others.
func (s *Store) FailingImports(ctx context.Context, times, most int) (n int64, first []schedule.Import, err error) {
	failing := s.from(ctx).Model(&importRow{}).Omit("waiting").Where("failures >= ? AND next_at IS NOT NULL AND confirmed_at IS NOT NULL", times)
	if err := failing.Session(&gorm.Session{}).Count(&n).Error; err != nil {
		return 0, nil, translate(err, "failing imports")
	}
	var found []importRow
	if err := failing.Session(&gorm.Session{}).Order("failures DESC, id").Limit(most).Find(&found).Error; err != nil {
		return 0, nil, translate(err, "failing imports")
	}
	for k := range found {
		i, err := found[k].value()
		if err != nil {
			return 0, nil, err
		}
		first = append(first, i)
	}
	return n, first, nil
}
