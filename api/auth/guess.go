package auth

import "context"

// Secrets of 256 bits cannot be guessed. What is counted are addresses that try all
// the same, so that they cost us little and fill no log: after thirty wrong ones
// each further one makes the wait longer. Looking does not write while they wait.

func guessName(address string) string { return "secret:" + addressName(address) }

// mayGuess refuses an address that has tried too many wrong secrets lately.
func (s *Service) mayGuess(ctx context.Context, address string) error {
	a, err := s.store.Attempt(ctx, guessName(address))
	if err != nil {
		return err
	}
	if wait := a.Until.Sub(s.now()); wait > 0 && a.Until.After(a.Last) {
		return &TooManyError{wait}
	}
	return nil
}

// guessed counts a wrong secret.
func (s *Service) guessed(ctx context.Context, address string) error {
	if err := s.mayGuess(ctx, address); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(tx Store) error {
		a, err := tx.Attempt(ctx, guessName(address))
		if err != nil {
			return err
		}
		return tx.PutAttempt(ctx, guessName(address), addressBackoff.fail(a, s.now()))
	})
}
