package healthdb

import (
	"context"
	"time"

	"watchbill/health"
)

// Queues counts what waits. Each count reads an index that has nothing else, or a table
// that is empty most of the time.
func (s *Store) Queues(ctx context.Context) (health.Queues, error) {
	var r struct {
		Inbox, Dead, Marks, Blocks, Pulls, Tables int64
		Oldest                                    *int64
	}
	err := s.from(ctx).Raw(`SELECT
		(SELECT COUNT(*) FROM inbox WHERE state = 'new') AS inbox,
		(SELECT received_at FROM inbox WHERE id = (SELECT MIN(id) FROM inbox WHERE state = 'new')) AS oldest,
		(SELECT COUNT(*) FROM inbox WHERE state = 'dead') AS dead,
		(SELECT COUNT(*) FROM burden_mark) AS marks,
		(SELECT COUNT(*) FROM burden_block_mark) AS blocks,
		(SELECT COUNT(*) FROM pull WHERE state = 'waits') AS pulls,
		(SELECT COUNT(*) FROM past_table WHERE state IN ('reading', 'undoing')) AS tables`).Scan(&r).Error
	q := health.Queues{Inbox: r.Inbox, Dead: r.Dead, Marks: r.Marks + r.Blocks, Pulls: r.Pulls, Tables: r.Tables}
	if r.Oldest != nil {
		q.Oldest = time.UnixMicro(*r.Oldest).UTC()
	}
	return q, translate(err, "queues")
}
