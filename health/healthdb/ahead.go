package healthdb

import (
	"context"
	"time"
)

// BringForward makes due what is tried, or claimed until, after a moment. Whoever holds a
// claim that ends so finds another number, should somebody else claim it.
func (s *Store) BringForward(ctx context.Context, to, after time.Time) (int, error) {
	n := 0
	for _, put := range []struct {
		table, column, where string
		to, after            int64
	}{
		{"inbox", "next_at", "state = 'new'", micros(to), micros(after)},
		{"pull", "due_at", "state = 'waits'", to.Unix(), after.Unix()},
		{"pull", "claimed_until", "state = 'waits'", to.Unix(), after.Unix()},
		{"past_table", "due_at", "state IN ('reading', 'undoing')", to.Unix(), after.Unix()},
		{"past_table", "claimed_until", "state IN ('reading', 'undoing')", to.Unix(), after.Unix()},
	} {
		late := put.column + " > ? AND " + put.where
		var some bool // mostly there is nothing, and that needs no writer
		if err := s.from(ctx).Raw("SELECT EXISTS (SELECT 1 FROM "+put.table+" WHERE "+late+")", put.after).Scan(&some).Error; err != nil {
			return n, translate(err, "what was put off")
		}
		if !some {
			continue
		}
		q := s.to(ctx).Exec("UPDATE "+put.table+" SET "+put.column+" = ? WHERE "+late, put.to, put.after)
		if n += int(q.RowsAffected); q.Error != nil {
			return n, translate(q.Error, "what was put off")
		}
	}
	return n, nil
}
