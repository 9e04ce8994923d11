package notifydb

import (
	"context"

	"watchbill/migrations/rows"
)

// Waiting counts letters that are still to be sent.
func (s *Store) Waiting(ctx context.Context) (n int64, err error) {
	err = s.read.WithContext(ctx).Raw("SELECT COUNT(*) FROM outbox WHERE sent_at IS NULL AND given_up_at IS NULL").Scan(&n).Error
	return n, rows.Translate(err, "letters")
}
