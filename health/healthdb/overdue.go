package healthdb

import (
	"context"
	"time"

	"watchbill/health"
	"watchbill/migrations/column"
)

// Overdue says what was due before a moment and that nobody has taken up since.
func (s *Store) Overdue(ctx context.Context, before time.Time) (health.Overdue, error) {
	var r struct {
		Deliveries, Pulls, Tables int
		Oldest                    column.Moment
	}
	at, exactly := before.Unix(), micros(before)
	err := s.from(ctx).Raw(`SELECT
		(SELECT COUNT(*) FROM inbox WHERE state = 'new' AND next_at <= ?) AS deliveries,
		(SELECT MIN(received_at) FROM inbox WHERE state = 'new' AND next_at <= ?) AS oldest,
		(SELECT COUNT(*) FROM pull WHERE `+free+`) AS pulls,
		(SELECT COUNT(*) FROM past_table WHERE `+dueTable+`) AS tables`, exactly, exactly, at, at, at, at, at, at, at, at).Scan(&r).Error
	return health.Overdue{Deliveries: r.Deliveries, Oldest: r.Oldest.Time, Pulls: r.Pulls, Tables: r.Tables}, translate(err, "overdue")
}
