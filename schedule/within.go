package schedule

import "context"

// Within runs f with a service all of whose reads and writes are one transaction,
// so that a change can depend on what was read. An error of f undoes everything.
func (s *Service) Within(ctx context.Context, f func(*Service) error) error {
	return s.Store.InTx(ctx, func(tx Store) error {
		in := *s
		in.Store = tx
		return f(&in)
	})
}
