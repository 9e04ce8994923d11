package auth

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"watchbill/schedule"
)

// TokenPrefix begins every API token, so that people and scanners know one.
const TokenPrefix = "wb_"

// MaxTokenLife is how long a token can last at most.
const MaxTokenLife = 366 * 24 * time.Hour

// maxTokens bounds how many tokens of somebody are good at the same time.
const maxTokens = 50

// shownAfter is how long a token that has run out is still listed.
const shownAfter = 30 * 24 * time.Hour

// secret returns 256 random bits as text.
func secret() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// MakeToken makes an API token of whoever asks and returns its text, which is not
// kept and so is told only now. It acts for its owner, with the rights they have
// when it is used, until it expires or is revoked, or they leave.
func (s *Service) MakeToken(ctx context.Context, name string, scope Scope, life time.Duration) (Token, string, error) {
	w := From(ctx)
	if err := w.Must(ManageAccess, Person(w.Person)); err != nil {
		return Token{}, "", err
	}
	return s.makeToken(ctx, w, w.Person, name, scope, life)
}

func (s *Service) makeToken(ctx context.Context, by Who, owner int64, name string, scope Scope, life time.Duration) (Token, string, error) {
	name, err := cleanName(name)
	errs := []error{err}
	if scope != ScopeRead && scope != ScopeWrite {
		errs = append(errs, invalid("scope", `A token may either "read" or "write".`))
	}
	if life < time.Minute || life > MaxTokenLife {
		errs = append(errs, invalid("days", "A token lasts from 1 to 366 days."))
	}
	if err := errors.Join(errs...); err != nil {
		return Token{}, "", err
	}
	text := TokenPrefix + secret()
	now := s.now()
	t := Token{Hash: hashSecret(text), Person: owner, Name: name, Scope: scope, CreatedBy: by.Person, CreatedAt: now, ExpiresAt: now.Add(life)}
	err = s.store.InTx(ctx, func(tx Store) error {
		a, err := tx.Account(ctx, owner)
		switch {
		case err != nil:
			return err
		case !a.active() || a.Kind == "":
			return invalid("person", "Only somebody who is active and has an account can have tokens.")
		}
		all, err := tx.Tokens(ctx, owner)
		if err != nil {
			return err
		}
		if n := count(all, func(t Token) bool { return t.open(now) }); n >= maxTokens {
			return invalid("name", fmt.Sprintf("There are %d tokens already; revoke those that nothing uses.", n))
		}
		if err := tx.AddToken(ctx, &t); err != nil {
			return err
		}
		return s.audit(ctx, tx, by, Entry{Action: "token.make", About: owner, Detail: fmt.Sprintf("%s, may %s, until %s", name, scope, t.ExpiresAt.Format(time.DateOnly))})
	})
	if err != nil {
		return Token{}, "", err
	}
	return t, text, nil
}

func count[T any](all []T, good func(T) bool) (n int) {
	for _, one := range all {
		if good(one) {
			n++
		}
	}
	return n
}

// open says whether a token still lets somebody in, as far as it itself goes.
func (t *Token) open(now time.Time) bool { return t.RevokedAt.IsZero() && now.Before(t.ExpiresAt) }

// Tokens returns the tokens of whoever asks, the newest first: those that are good
// and those that ran out lately, so that it is seen why something stopped.
func (s *Service) Tokens(ctx context.Context) ([]Token, error) {
	w := From(ctx)
	if err := w.Must(ManageAccess, Person(w.Person)); err != nil {
		return nil, err
	}
	return s.listed(ctx, w.Person)
}

func (s *Service) listed(ctx context.Context, owner int64) ([]Token, error) {
	all, err := s.store.Tokens(ctx, owner)
	if err != nil {
		return nil, err
	}
	since := s.now().Add(-shownAfter)
	shown := all[:0]
	for _, t := range all {
		if t.RevokedAt.IsZero() && t.ExpiresAt.After(since) {
			t.Hash = ""
			shown = append(shown, t)
		}
	}
	return shown, nil
}

// RevokeToken ends one of one's own tokens at once.
func (s *Service) RevokeToken(ctx context.Context, id int64) error {
	w := From(ctx)
	if err := w.Must(ManageAccess, Person(w.Person)); err != nil {
		return err
	}
	return s.revokeToken(ctx, w, w.Person, id)
}

func (s *Service) revokeToken(ctx context.Context, by Who, owner, id int64) error {
	return s.store.InTx(ctx, func(tx Store) error {
		if err := tx.RevokeToken(ctx, owner, id, s.now()); err != nil {
			return err
		}
		return s.audit(ctx, tx, by, Entry{Action: "token.revoke", About: owner})
	})
}

// A ServiceAccount reads the API for a program that belongs to nobody.
type ServiceAccount struct {
	ID            int64
	Name          string
	DeactivatedAt time.Time
	UsedAt        time.Time // when one of its tokens was used last
	Tokens        []Token
}

// AddServiceAccount adds a service account. It can do nothing until it has a token.
func (s *Service) AddServiceAccount(ctx context.Context, name string) (int64, error) {
	w := From(ctx)
	if err := w.Must(Grant, On{}); err != nil {
		return 0, err
	}
	name, err := cleanName(name)
	if err != nil {
		return 0, err
	}
	a := Account{Name: name, Zone: "UTC", Kind: KindService, CreatedAt: s.now()}
	err = s.store.InTx(ctx, func(tx Store) error {
		all, err := tx.ServiceAccounts(ctx)
		if err != nil {
			return err
		}
		if count(all, func(b Account) bool { return b.Name == name && b.active() }) > 0 {
			return invalid("name", fmt.Sprintf("There is a service account called %q already; choose another name.", name))
		}
		if err := tx.AddPerson(ctx, &a); err != nil {
			return err
		}
		if err := tx.PutAccount(ctx, a); err != nil {
			return err
		}
		return s.audit(ctx, tx, w, Entry{Action: "service.add", About: a.Person, Detail: name})
	})
	return a.Person, err
}

// ServiceAccounts returns all service accounts with their tokens, by name.
func (s *Service) ServiceAccounts(ctx context.Context) ([]ServiceAccount, error) {
	if err := From(ctx).Must(Administrate, On{}); err != nil {
		return nil, err
	}
	accounts, err := s.store.ServiceAccounts(ctx)
	if err != nil {
		return nil, err
	}
	var all []ServiceAccount
	for _, a := range accounts {
		sa := ServiceAccount{ID: a.Person, Name: a.Name, DeactivatedAt: a.DeactivatedAt}
		if sa.Tokens, err = s.listed(ctx, a.Person); err != nil {
			return nil, err
		}
		for _, t := range sa.Tokens {
			if t.UsedAt.After(sa.UsedAt) {
				sa.UsedAt = t.UsedAt
			}
		}
		all = append(all, sa)
	}
	return all, nil
}

// isService returns schedule.ErrNotFound for whoever is not a service account.
func (s *Service) isService(ctx context.Context, id int64) error {
	a, err := s.store.Account(ctx, id)
	if err == nil && a.Kind != KindService {
		err = fmt.Errorf("service account %d: %w", id, schedule.ErrNotFound)
	}
	return err
}

// MakeServiceToken makes a token of a service account, for reading, and returns its
// text, which is told only now.
func (s *Service) MakeServiceToken(ctx context.Context, account int64, name string, life time.Duration) (Token, string, error) {
	w := From(ctx)
	if err := w.Must(Grant, On{}); err != nil {
		return Token{}, "", err
	}
	if err := s.isService(ctx, account); err != nil {
		return Token{}, "", err
	}
	return s.makeToken(ctx, w, account, name, ScopeRead, life)
}

// RevokeServiceToken ends a token of a service account at once.
func (s *Service) RevokeServiceToken(ctx context.Context, account, id int64) error {
	w := From(ctx)
	if err := w.Must(Administrate, On{}); err != nil {
		return err
	}
	if err := s.isService(ctx, account); err != nil {
		return err
	}
	return s.revokeToken(ctx, w, account, id)
}
