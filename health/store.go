package health

import (
	"context"
	"time"

	"watchbill/schedule"
)

// A Store keeps integrations, what came in, and what became of it. Methods that
// find nothing return schedule.ErrNotFound.
type Store interface {
	// InTx runs f in one transaction; only the store handed to f may be used in it.
	// An error of f undoes everything.
	InTx(ctx context.Context, f func(Store) error) error

	Integrations(ctx context.Context, team schedule.ID) ([]Integration, error) // by name; none: of all teams
	Integration(ctx context.Context, id schedule.ID) (Integration, error)
	IntegrationByToken(ctx context.Context, hash string) (Integration, error) // also one that is off
	AddIntegration(ctx context.Context, i *Integration, hash string) error
	SaveIntegration(ctx context.Context, i *Integration) error // all but the link and when it was seen
	RenewIntegration(ctx context.Context, id schedule.ID, hash string, at time.Time) error

	InboxStore
}

// An InboxStore keeps what came in.
type InboxStore interface {
	// Receive writes deliveries so that they are still there after a power cut, and
	// sets their ID and Again. All of them are written or none.
	Receive(ctx context.Context, all []*Delivery) error
	// Undone counts what nobody has read yet, but stops at most.
	Undone(ctx context.Context, most int) (int, error)
	// AddCounts adds to what is counted, and notes when integrations were seen.
	AddCounts(ctx context.Context, counts []Count, seen map[schedule.ID]time.Time) error
	Counts(ctx context.Context, integration schedule.ID, from schedule.Date) ([]Count, error)
}
