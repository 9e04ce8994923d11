package health

import (
	"context"
	"fmt"
	"strings"

	"watchbill/schedule"
)

// Replay has dead letters read again, as when a fault of the reader was mended, and
// returns how many. What was read before changes nothing.
func (s *Service) Replay(ctx context.Context, by schedule.ID, f DeadFilter) (n int, err error) {
	err = s.Store.InTx(ctx, func(tx Store) error {
		i, err := tx.Integration(ctx, f.Integration)
		if err != nil {
			return err
		}
		if n, err = tx.Replay(ctx, f, s.Now()); err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("none of these deliveries waits any more, because somebody has read them again or discarded them: %w", schedule.ErrConflict)
		}
		return tx.Audit(ctx, &schedule.AuditEntry{At: s.Now(), By: by, Action: "deadletter.replay", Team: i.Team, Detail: fmt.Sprintf("%s: %d", i.Name, n)})
	})
	if err == nil {
		s.Receiver.Wake()
	}
	return n, err
}

// Discard says that dead letters shall not be read, and why; their bytes are
// forgotten. It returns how many.
func (s *Service) Discard(ctx context.Context, by schedule.ID, f DeadFilter, reason string) (n int, err error) {
	reason = strings.Join(strings.Fields(reason), " ")
	if reason == "" {
		return 0, &schedule.InvalidError{Field: "reason", Reason: "say in up to 500 letters why it shall not be read"}
	}
	if err := schedule.CheckText("reason", reason, 500); err != nil {
		return 0, err
	}
	err = s.Store.InTx(ctx, func(tx Store) error {
		i, err := tx.Integration(ctx, f.Integration)
		if err != nil {
			return err
		}
		if n, err = tx.Discard(ctx, f, reason, s.Now()); err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("none of these deliveries waits any more, because somebody has read them again or discarded them: %w", schedule.ErrConflict)
		}
		return tx.Audit(ctx, &schedule.AuditEntry{At: s.Now(), By: by, Action: "deadletter.discard", Team: i.Team, Detail: fmt.Sprintf("%s: %d: %s", i.Name, n, reason)})
	})
	return n, err
}
