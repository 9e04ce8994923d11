package auth

import (
	"context"
	"fmt"
	"time"

	"watchbill/schedule"
)

// Accounts returns everybody by name, service accounts and people without an
// account among them. Hashes are left out.
func (s *Service) Accounts(ctx context.Context) ([]Account, error) {
	if err := From(ctx).Must(Administrate, On{}); err != nil {
		return nil, err
	}
	all, err := s.store.Accounts(ctx)
	for i := range all {
		if all[i].Password != "" {
			all[i].Password = "set"
		}
	}
	return all, err
}

// People returns a page of people by name, with and without an account, and how many are on
// all pages. Hashes are left out.
func (s *Service) People(ctx context.Context, f schedule.Search) (page []Account, all int, err error) {
	if err := From(ctx).Must(Administrate, On{}); err != nil {
		return nil, 0, err
	}
	if all, err = s.store.CountPeople(ctx, f); err != nil {
		return nil, 0, err
	}
	page, err = s.store.FindPeople(ctx, f)
	for i := range page {
		page[i].Password = ""
	}
	return page, all, err
}

// Deactivate makes somebody, or a service account, a leaver: their sessions, tokens
// and feeds are dead at once, what they invited is taken back and their open
// requests are closed. Their past stays, and their shifts to come wait for somebody
// to decide. It may be said again. The last administrator cannot leave.
func (s *Service) Deactivate(ctx context.Context, person int64) error {
	w := From(ctx)
	if err := w.Must(Administrate, On{}); err != nil {
		return err
	}
	if person == w.Person {
		return invalid("person", "You cannot deactivate yourself; another administrator can.")
	}
	return s.store.InTx(ctx, func(tx Store) error {
		if err := tx.RaiseTeams(ctx, person); err != nil {
			return err
		}
		if err := s.notLast(ctx, tx, person); err != nil {
			return err
		}
		a, err := tx.Account(ctx, person)
		if err != nil {
			return err
		}
		now := s.now()
		if a.DeactivatedAt.IsZero() {
			if err := tx.SetDeactivated(ctx, person, now); err != nil {
				return err
			}
			if err := s.audit(ctx, tx, w, Entry{Action: "person.deactivate", About: person}); err != nil {
				return err
			}
		}
		if a.Kind != "" {
			a.Epoch++
			if err := tx.PutAccount(ctx, a); err != nil {
				return err
			}
		}
		return s.close(ctx, tx, w, person, now)
	})
}

// close ends what opened doors for somebody, and what they wait for.
func (s *Service) close(ctx context.Context, tx Store, w Who, person int64, now time.Time) error {
	for _, end := range []func() error{
		func() error { return tx.DeleteSessions(ctx, person, 0) },
		func() error { return tx.RevokeTokens(ctx, person, now) },
		func() error { return tx.RevokeFeeds(ctx, person, now) },
		func() error { return tx.RevokeInvitationsBy(ctx, person, now) },
		func() error { return tx.EndResets(ctx, person, now) },
		func() error { return tx.CloseRequests(ctx, person, w.Person, now) },
	} {
		if err := end(); err != nil {
			return err
		}
	}
	return nil
}

// notLast refuses what would leave nobody to administrate.
func (s *Service) notLast(ctx context.Context, tx Store, person int64) error {
	admins, err := tx.Administrators(ctx)
	if err != nil {
		return err
	}
	if len(admins) == 1 && admins[0] == person {
		return invalid("person", "This is the last administrator; make somebody else one first.")
	}
	return nil
}

// Activate lets a leaver back in, with the password and the places in teams that
// they had. Tokens, feeds and sessions stay dead.
func (s *Service) Activate(ctx context.Context, person int64) error {
	w := From(ctx)
	if err := w.Must(Administrate, On{}); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(tx Store) error {
		if err := tx.RaiseTeams(ctx, person); err != nil {
			return err
		}
		a, err := tx.Account(ctx, person)
		if err != nil || a.active() {
			return err
		}
		if !a.FormerAt.IsZero() {
			return invalid("person", "Nothing tells any more who this was, so nobody can be let back in; invite them, and they begin anew.")
		}
		if err := tx.SetDeactivated(ctx, person, time.Time{}); err != nil {
			return err
		}
		return s.audit(ctx, tx, w, Entry{Action: "person.activate", About: person})
	})
}

// SetAdmin makes somebody an administrator, or no longer. There is always one.
func (s *Service) SetAdmin(ctx context.Context, person int64, admin bool) error {
	w := From(ctx)
	if err := w.Must(Grant, On{}); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(tx Store) error {
		if !admin {
			if err := s.notLast(ctx, tx, person); err != nil {
				return err
			}
		}
		a, err := tx.Account(ctx, person)
		switch {
		case err != nil:
			return err
		case a.Admin == admin:
			return nil
		case admin && (a.Kind != KindPerson || !a.active()):
			return invalid("person", "Only somebody who can sign in can be an administrator; invite them, or give them a password, first.")
		}
		a.Admin = admin
		if err := tx.PutAccount(ctx, a); err != nil {
			return err
		}
		action := "admin.grant"
		if !admin {
			action = "admin.revoke"
			if err := tx.RevokeInvitationsBy(ctx, person, s.now()); err != nil {
				return err
			}
		}
		return s.audit(ctx, tx, w, Entry{Action: action, About: person})
	})
}

// resetLife is how long a link for a new password is good.
const resetLife = 24 * time.Hour

// MakeReset returns the secret of a link by which somebody chooses a new password,
// once, within a day. Earlier links of theirs are dead.
func (s *Service) MakeReset(ctx context.Context, person int64) (string, error) {
	w := From(ctx)
	if err := w.Must(Grant, On{}); err != nil {
		return "", err
	}
	text := secret()
	err := s.store.InTx(ctx, func(tx Store) error {
		a, err := tx.Account(ctx, person)
		switch {
		case err != nil:
			return err
		case !a.active():
			return invalid("person", "Who has left does not sign in; activate them first.")
		case a.Kind == KindService:
			return invalid("person", "A service account has no password; it reads through tokens.")
		case a.Email == "":
			return invalid("person", "Without an e-mail address nobody can sign in.")
		}
		now := s.now()
		if err := tx.EndResets(ctx, person, now); err != nil {
			return err
		}
		if err := tx.AddReset(ctx, Reset{Hash: hashSecret(text), Person: person, CreatedBy: w.Person, CreatedAt: now, ExpiresAt: now.Add(resetLife)}); err != nil {
			return err
		}
		return s.audit(ctx, tx, w, Entry{Action: "password.link", About: person})
	})
	return text, err
}

// reset finds whose password a link is for. Anything but a good link is
// schedule.ErrNotFound, whatever is wrong with it.
func (s *Service) reset(ctx context.Context, text string) (Account, error) {
	v, err := visitOf(ctx)
	if err != nil {
		return Account{}, err
	}
	if err := s.mayGuess(ctx, v.address); err != nil {
		return Account{}, err
	}
	r, err := s.store.ResetByHash(ctx, hashSecret(text))
	if orNone(err) != nil {
		return Account{}, err
	}
	if r.Person == 0 || !r.UsedAt.IsZero() || !s.now().Before(r.ExpiresAt) {
		if err := s.guessed(ctx, v.address); err != nil {
			return Account{}, err
		}
		return Account{}, fmt.Errorf("link for a password: %w", schedule.ErrNotFound)
	}
	a, err := s.store.Account(ctx, r.Person)
	if err == nil && !a.active() {
		err = fmt.Errorf("link for a password: %w", schedule.ErrNotFound)
	}
	return a, err
}

// ResetOf returns the e-mail address that a link gives a new password to, or
// schedule.ErrNotFound when it does not, or no longer.
func (s *Service) ResetOf(ctx context.Context, text string) (string, error) {
	a, err := s.reset(ctx, text)
	return a.Email, err
}

// ResetPassword chooses a new password by a link. All sessions of the person end
// and, when tokens says so, their API tokens.
func (s *Service) ResetPassword(ctx context.Context, text, password string, tokens bool) error {
	a, err := s.reset(ctx, text)
	if err != nil {
		return err
	}
	if err := CheckPassword(password, a.Email, a.Name); err != nil {
		return err
	}
	by := Who{Person: a.Person}
	return s.putPassword(ctx, by, a.Person, password, "password.reset", func(tx Store) error {
		if err := tx.TakeReset(ctx, hashSecret(text), s.now()); err != nil {
			return err // somebody was faster
		}
		// Whoever was locked out by failures comes in with the new one.
		if err := tx.DeleteAttempt(ctx, accountName(a.Email)); err != nil {
			return err
		}
		if !tokens {
			return nil
		}
		return tx.RevokeTokens(ctx, a.Person, s.now())
	})
}
