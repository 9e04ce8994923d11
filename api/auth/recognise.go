package auth

import (
	"context"
	"errors"
	"slices"

	"watchbill/schedule"
)

// recognise returns whose account an identity is of. Who came before is known by
// the subject, whatever their address is now. Who comes first is known by an
// address that the provider has verified: it is linked to the account, or to the
// planned person, who has it.
func (s *Service) recognise(ctx context.Context, id *identity, invitation string) (Account, error) {
	invited, err := s.broughtAlong(ctx, id, invitation)
	if err != nil {
		return Account{}, err
	}
	var a Account
	try := func(tx Store) error {
		var err error
		a, err = tx.AccountBySubject(ctx, id.subject)
		if orNone(err) != nil {
			return err
		}
		if a.Person == 0 {
			if a, err = s.link(ctx, tx, id, invited != nil); err != nil {
				return err
			}
		} else if !a.active() || a.Kind != KindPerson {
			return noSignOn("This account is closed. An administrator can open it.", nil)
		}
		return s.followGroups(ctx, tx, id, &a)
	}
	err = s.store.InTx(ctx, try)
	if errors.Is(err, schedule.ErrConflict) {
		err = s.store.InTx(ctx, try) // the same person came twice at once: now they are known
	}
	if err == nil && invited != nil && a.Email == invited.Email {
		err = s.joinAs(ctx, a.Person, invited)
	}
	return a, err
}

// broughtAlong returns the invitation with which somebody left for the provider, if
// it is good and for them.
func (s *Service) broughtAlong(ctx context.Context, id *identity, invitation string) (*Invitation, error) {
	if invitation == "" || !id.verified {
		return nil, nil
	}
	i, err := s.InvitationOf(ctx, invitation)
	switch {
	case errors.Is(err, schedule.ErrNotFound) || errors.Is(err, ErrUsed):
		return nil, nil // they may be known all the same
	case err != nil || i.Email != id.email:
		return nil, err
	}
	return &i, nil
}

// link finds the account of somebody who comes for the first time, or makes it.
func (s *Service) link(ctx context.Context, tx Store, id *identity, invited bool) (Account, error) {
	email, err := cleanEmail(id.email)
	switch {
	case err != nil:
		return Account{}, noSignOn(s.client.Label+" does not tell your e-mail address, so your account cannot be found.", nil)
	case !id.verified:
		return Account{}, noSignOn(s.client.Label+" has not verified that "+email+" is yours. Verify it there, then begin again.", nil)
	case !s.client.allows(email):
		return Account{}, noSignOn("Addresses like "+email+" are not let in here. Ask an administrator.", nil)
	}
	a, err := tx.AccountByEmail(ctx, email)
	switch {
	case orNone(err) != nil:
		return Account{}, err
	case a.Person != 0 && !a.active():
		return Account{}, noSignOn("This account is closed. An administrator can open it.", nil)
	case a.Subject != "":
		return Account{}, noSignOn("The account of "+email+" belongs to somebody else at "+s.client.Label+". An administrator can mend that.", nil)
	case a.Person == 0:
		if a, err = s.welcome(ctx, tx, id, email, invited); err != nil {
			return Account{}, err
		}
	}
	if a.Kind == "" {
		a.Kind, a.CreatedAt = KindPerson, s.now()
	}
	a.Subject = id.subject
	if err := tx.PutAccount(ctx, a); err != nil {
		return Account{}, err
	}
	return a, s.audit(ctx, tx, Who{Person: a.Person}, Entry{Action: "signon.link", About: a.Person, Detail: s.client.Label})
}

// welcome adds a person whom nobody knows here, if that is allowed or they are
// invited.
func (s *Service) welcome(ctx context.Context, tx Store, id *identity, email string, invited bool) (Account, error) {
	if !s.client.Create && !invited {
		return Account{}, noSignOn("There is no account for "+email+" here. Ask a manager of your team for an invitation.", nil)
	}
	name, err := cleanName(id.name)
	if err != nil {
		name = email
	}
	a := Account{Name: name, Email: email, Zone: id.zone, CreatedAt: s.now()}
	if checkZone(a.Zone) != nil {
		a.Zone = "UTC" // the first page asks for the browser's
	}
	return a, tx.AddPerson(ctx, &a)
}

// followGroups lets the provider decide who administrates, where it has a say. It
// never leaves nobody.
func (s *Service) followGroups(ctx context.Context, tx Store, id *identity, a *Account) error {
	if s.client.AdminGroup == "" || !id.grouped {
		return nil
	}
	admin := slices.Contains(id.groups, s.client.AdminGroup)
	if admin == a.Admin {
		return nil
	}
	if !admin {
		admins, err := tx.Administrators(ctx)
		if err != nil || len(admins) == 1 {
			return err
		}
	}
	a.Admin = admin
	if err := tx.PutAccount(ctx, *a); err != nil {
		return err
	}
	action := "admin.grant"
	if !admin {
		action = "admin.revoke"
	}
	return s.audit(ctx, tx, Who{}, Entry{Action: action, About: a.Person, Detail: "group at " + s.client.Label})
}

// Unlink forgets who somebody is at the provider, so that the next log-in with
// their verified address is linked anew.
func (s *Service) Unlink(ctx context.Context, person int64) error {
	w := From(ctx)
	if err := w.Must(Grant, On{}); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(tx Store) error {
		a, err := tx.Account(ctx, person)
		if err != nil || a.Subject == "" {
			return err
		}
		a.Subject = ""
		if err := tx.PutAccount(ctx, a); err != nil {
			return err
		}
		return s.audit(ctx, tx, w, Entry{Action: "signon.unlink", About: person})
	})
}

// OnlySignOn says whether whoever asks has no password and logs in at the provider.
func (s *Service) OnlySignOn(ctx context.Context) (bool, error) {
	a, err := s.store.Account(ctx, From(ctx).Person)
	return a.Password == "" && a.Subject != "", orNone(err)
}
