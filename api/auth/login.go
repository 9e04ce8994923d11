package auth

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"time"

	"watchbill/schedule"
)

// A backoff says how log-ins slow down: some failures are free, each one after
// that doubles the wait, and after a quiet time all is forgotten.
type backoff struct {
	free   int
	limit  time.Duration
	forget time.Duration
}

var (
	accountBackoff = backoff{free: 5, limit: 15 * time.Minute, forget: 24 * time.Hour}
	// Many people may share an address.
	addressBackoff = backoff{free: 30, limit: 15 * time.Minute, forget: time.Hour}
)

// mostAhead is how far the clock of another replica may be ahead for what it has written
// to be believed.
const mostAhead = time.Hour

// fail returns the count after one more failure.
func (b backoff) fail(a Attempt, now time.Time) Attempt {
	if now.Sub(a.Last) >= b.forget {
		a = Attempt{}
	}
	a.Failures++
	a.Last, a.Until = now, now
	if over := a.Failures - b.free; over >= 0 {
		a.Until = now.Add(min(b.limit, time.Second<<min(over, 20)))
	}
	return a
}

// accountName and addressName name counts. The address typed is hashed because
// people sometimes type their password there.
func accountName(email string) string { return "account:" + hashSecret(email) }

func addressName(address string) string {
	if ip, err := netip.ParseAddr(address); err == nil && ip.Is6() && !ip.Is4In6() {
		// Whoever has one IPv6 address has 2^64 of them.
		if p, err := ip.WithZone("").Prefix(64); err == nil {
			address = p.String()
		}
	}
	return "address:" + address
}

// reserve counts a log-in as failed before it is looked at, so that many at once
// are no way around the count. It refuses when it is not yet time.
func (s *Service) reserve(ctx context.Context, email, address string) error {
	now := s.now()
	return s.store.InTx(ctx, func(tx Store) error {
		counts := []struct {
			name string
			backoff
		}{{accountName(email), accountBackoff}, {addressName(address), addressBackoff}}
		failed := make([]Attempt, len(counts))
		for i, c := range counts {
			a, err := tx.Attempt(ctx, c.name)
			if err != nil {
				return err
			}
			// Until is Last where nobody has to wait; a replica whose clock is
			// behind must not make them, nor one whose clock was years ahead.
			if wait := a.Until.Sub(now); wait > 0 && wait < c.limit+mostAhead && a.Until.After(a.Last) {
				return &TooManyError{wait}
			}
			failed[i] = c.fail(a, now)
		}
		for i, c := range counts {
			if err := tx.PutAttempt(ctx, c.name, failed[i]); err != nil {
				return err
			}
		}
		if failed[0].Failures == accountBackoff.free {
			return s.auditLockOut(ctx, tx, email, address)
		}
		return nil
	})
}

// auditLockOut tells the person that somebody keeps failing to log in as them.
func (s *Service) auditLockOut(ctx context.Context, tx Store, email, address string) error {
	a, err := tx.AccountByEmail(ctx, email)
	if errors.Is(err, schedule.ErrNotFound) {
		return nil
	} else if err != nil {
		return err
	}
	return tx.Audit(ctx, Entry{At: s.now(), Action: "log-in slowed down", About: a.Person, Detail: "many wrong passwords, the last from " + address})
}

// release takes a reservation back after a log-in that was right.
func (s *Service) release(ctx context.Context, tx Store, email, address string) error {
	if err := tx.DeleteAttempt(ctx, accountName(email)); err != nil {
		return err
	}
	a, err := tx.Attempt(ctx, addressName(address))
	if err != nil || a.Failures == 0 {
		return err
	}
	a.Failures--
	a.Until = a.Last
	return tx.PutAttempt(ctx, addressName(address), a)
}

// LogIn logs a person in and begins a session in the browser whose request ctx is
// of: its handler stands behind Identify. The answer is ErrCredentials for an
// unknown address, a wrong password and an account that is closed alike, and
// *TooManyError when it is not yet time for another attempt.
func (s *Service) LogIn(ctx context.Context, email, password string) (Who, error) {
	r, err := visitOf(ctx)
	if err != nil {
		return Who{}, err
	}
	a, err := s.verify(ctx, email, password, r.address)
	if err != nil {
		return Who{}, err
	}
	return s.begin(ctx, a, "log in", "password, from "+r.address)
}

// verify returns the account that the address and the password belong to.
func (s *Service) verify(ctx context.Context, email, password, address string) (Account, error) {
	email = strings.ToLower(strings.TrimSpace(email))
	if err := s.reserve(ctx, email, address); err != nil {
		return Account{}, err
	}
	a, err := s.store.AccountByEmail(ctx, email)
	if orNone(err) != nil {
		return Account{}, err
	}
	good, stale, err := s.hasher.check(ctx, a.Password, password)
	if err != nil {
		return Account{}, err
	}
	if !good || !a.active() || a.Kind != KindPerson {
		return Account{}, ErrCredentials
	}
	hash := a.Password
	if stale {
		if hash, err = s.hasher.hash(ctx, password); err != nil {
			return Account{}, err
		}
	}
	err = s.store.InTx(ctx, func(tx Store) error {
		if err := s.release(ctx, tx, email, address); err != nil {
			return err
		}
		now, err := tx.Account(ctx, a.Person)
		if err != nil {
			return err
		}
		if now.Password != a.Password || now.Epoch != a.Epoch || !now.active() {
			return ErrCredentials // changed meanwhile
		}
		a.Password = hash
		return tx.PutAccount(ctx, a)
	})
	return a, err
}

// ChangePassword gives a person a new password. It needs the present one, and ends
// their sessions but the one that asks.
func (s *Service) ChangePassword(ctx context.Context, present, next string) error {
	w := From(ctx)
	if err := w.Must(ManageAccess, Person(w.Person)); err != nil {
		return err
	}
	r, err := visitOf(ctx)
	if err != nil {
		return err
	}
	if err := CheckPassword(next, w.Email, w.Name); err != nil {
		return err
	}
	if _, err := s.verify(ctx, w.Email, present, r.address); errors.Is(err, ErrCredentials) {
		return invalid("old", "This is not the present password.")
	} else if err != nil {
		return err
	}
	return s.putPassword(ctx, w, w.Person, next, "change password", nil)
}

// SetPassword gives a person a password, and an account if they have none, and ends
// all their sessions. Only administrators and the Program may.
func (s *Service) SetPassword(ctx context.Context, by Who, person int64, password string) error {
	if err := by.Must(Administrate, On{}); err != nil {
		return err
	}
	a, err := s.store.Account(ctx, person)
	if err != nil {
		return err
	}
	if err := CheckPassword(password, a.Email, a.Name); err != nil {
		return err
	}
	return s.putPassword(ctx, by, person, password, "set password", func(tx Store) error {
		return tx.DeleteAttempt(ctx, accountName(a.Email)) // who was locked out is not any more
	})
}

// putPassword stores a password that was checked; the session that asks goes on if
// it is the person's own. What also belongs to the change comes first, if it is not
// nil.
func (s *Service) putPassword(ctx context.Context, by Who, person int64, password, action string, also func(tx Store) error) error {
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.store.InTx(ctx, func(tx Store) error {
		if also != nil {
			if err := also(tx); err != nil {
				return err
			}
		}
		a, err := tx.Account(ctx, person)
		switch {
		case err != nil:
			return err
		case a.Kind == KindService:
			return invalid("person", "A service account has no password; it reads through tokens.")
		case a.Email == "":
			return invalid("person", "Without an e-mail address nobody can sign in.")
		}
		if a.Kind == "" {
			a.Kind, a.CreatedAt = KindPerson, s.now()
		}
		a.Password = hash
		a.Epoch++
		if err := tx.PutAccount(ctx, a); err != nil {
			return err
		}
		keep := int64(0)
		if by.Person == person {
			keep = by.Session
		}
		if err := tx.DeleteSessions(ctx, person, keep); err != nil {
			return err
		}
		if keep != 0 {
			if err := tx.SetSessionEpoch(ctx, keep, a.Epoch); err != nil {
				return err
			}
		}
		return s.audit(ctx, tx, by, Entry{Action: action, About: person})
	})
}
