package auth

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"strings"

	"watchbill/schedule"
)

// NeedsSetup says whether there is no administrator yet, so that the set-up page
// is the only one.
func (s *Service) NeedsSetup(ctx context.Context) (bool, error) {
	admins, err := s.store.Administrators(ctx)
	return len(admins) == 0, err
}

// crockford has no letters that look like digits.
var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// SetupCode makes the code that the console shows at a first start, and makes an
// earlier one worthless. It is empty when nothing is left to set up.
func (s *Service) SetupCode(ctx context.Context) (string, error) {
	b := make([]byte, 10)
	_, _ = rand.Read(b) // never fails
	code := crockford.EncodeToString(b)
	err := s.store.InTx(ctx, func(tx Store) error {
		admins, err := tx.Administrators(ctx)
		if err != nil || len(admins) > 0 {
			code = ""
			return err
		}
		return tx.PutSetup(ctx, hashSecret(code), s.now())
	})
	if err != nil || code == "" {
		return "", err
	}
	return code[:4] + "-" + code[4:8] + "-" + code[8:12] + "-" + code[12:], nil
}

// cleanCode reads a code as people type it.
func cleanCode(code string) string {
	code = strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(strings.TrimSpace(code)))
	return code[:min(len(code), 64)]
}

// SetUp makes the first person, an administrator. It needs the code from the
// console, and is schedule.ErrConflict once there is an administrator. The caller
// logs them in.
func (s *Service) SetUp(ctx context.Context, code, name, email, password, zone string) error {
	name, err1 := cleanName(name)
	email, err2 := cleanEmail(email)
	if err := errors.Join(err1, err2, checkZone(zone), CheckPassword(password, email, name)); err != nil {
		return err
	}
	v, _ := visitOf(ctx) // none at the command line
	if v != nil {
		if err := s.mayGuess(ctx, v.address); err != nil {
			return err
		}
	}
	wrong := invalid("code", "This is not the code that the console shows. Only the one of the last start counts.")
	err := s.setUp(ctx, code, Account{Name: name, Email: email, Zone: zone}, password, wrong)
	if v != nil && errors.Is(err, wrong) {
		return errors.Join(s.guessed(ctx, v.address), wrong)
	}
	return err
}

func (s *Service) setUp(ctx context.Context, code string, as Account, password string, wrong error) error {
	return s.store.InTx(ctx, func(tx Store) error {
		admins, err := tx.Administrators(ctx)
		if err != nil {
			return err
		}
		if len(admins) > 0 {
			return schedule.ErrConflict
		}
		if err := tx.TakeSetup(ctx, hashSecret(cleanCode(code))); errors.Is(err, schedule.ErrNotFound) {
			return wrong
		} else if err != nil {
			return err
		}
		// Nobody else can wait for this transaction yet.
		hash, err := s.hasher.hash(ctx, password)
		if err != nil {
			return err
		}
		a, err := tx.AccountByEmail(ctx, as.Email)
		if orNone(err) != nil {
			return err
		}
		a.Email, a.CreatedAt = as.Email, s.now()
		if a.Person == 0 {
			a.Name, a.Zone = as.Name, as.Zone
			if err := tx.AddPerson(ctx, &a); err != nil {
				return err
			}
		}
		a.Kind, a.Password, a.Admin = KindPerson, hash, true
		a.Epoch++
		if err := tx.PutAccount(ctx, a); err != nil {
			return err
		}
		return s.audit(ctx, tx, Who{Person: a.Person}, Entry{Action: "set up", About: a.Person})
	})
}
