package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"watchbill/schedule"
)

// invitationLife is how long an invitation is good.
const invitationLife = 7 * 24 * time.Hour

// An Inviting says whom to let in: into a team, or with no team into an account
// only; as a manager of the team, as an administrator.
type Inviting struct {
	Email   string
	Team    int64
	Manager bool
	Admin   bool
}

// An Invited is what came of inviting somebody. Whoever has an account already, and
// may be taken in without being asked, is added to the team at once, and Secret is
// empty. Else it is the secret of a link, told only now, that lets the first who has
// it in, once, within a week.
type Invited struct {
	Invitation
	Secret string
}

// Invite lets somebody in. An earlier invitation of theirs to the same team is
// taken back.
func (s *Service) Invite(ctx context.Context, in Inviting) (Invited, error) {
	w := From(ctx)
	if err := s.mayInvite(w, in.Team, in.Admin); err != nil {
		return Invited{}, err
	}
	email, err := cleanEmail(in.Email)
	if err != nil {
		return Invited{}, err
	}
	now := s.now()
	out := Invited{Secret: secret(), Invitation: Invitation{
		Email: email, Team: in.Team, Manager: in.Manager && in.Team != 0, Admin: in.Admin,
		CreatedBy: w.Person, CreatedAt: now, ExpiresAt: now.Add(invitationLife),
	}}
	out.Hash = hashSecret(out.Secret)
	err = s.store.InTx(ctx, func(tx Store) error {
		a, err := tx.AccountByEmail(ctx, email)
		if orNone(err) != nil {
			return err
		}
		on, err := s.about(ctx, tx, a.Person)
		may := w.May(TakeIn, on)
		switch {
		case err != nil:
			return err
		case a.Person != 0 && !may && (a.Kind != KindPerson || !a.active()):
			// Their account would be made by whoever opens the link.
			return invalid("email", "An administrator has to invite this address.")
		case a.Person != 0 && !a.active():
			return invalid("email", "This address is of somebody who has left; an administrator can let them back in.")
		case a.Kind == KindPerson && may:
			return s.takeIn(ctx, tx, w, a, &out)
		}
		if err := s.takeBack(ctx, tx, email, in.Team, now); err != nil {
			return err
		}
		if err := tx.AddInvitation(ctx, &out.Invitation); err != nil {
			return err
		}
		return s.audit(ctx, tx, w, Entry{Action: "invitation.make", About: a.Person, Team: in.Team, Detail: email})
	})
	return out, err
}

// mayInvite says whether somebody may invite into a team, or make administrators.
func (s *Service) mayInvite(w Who, team int64, admin bool) error {
	on := On{}
	if team != 0 {
		on = Team(team)
	}
	if err := w.Must(Invite, on); err != nil {
		return err
	}
	if admin {
		return w.Must(Grant, On{})
	}
	return nil
}

// MayAbout returns ErrForbidden unless whoever asks may do something about a person,
// who is in some teams now, or will be.
func (s *Service) MayAbout(ctx context.Context, a Action, person int64) error {
	w := From(ctx)
	on, err := s.about(ctx, s.store, person)
	if err != nil {
		return err
	}
	return w.Must(a, on)
}

// about is a person as the object of an action, with the teams that they have not left.
func (s *Service) about(ctx context.Context, tx Store, person int64) (On, error) {
	on := Person(person)
	if person == 0 {
		return on, nil
	}
	members, err := tx.Members(ctx, person)
	for team := range teamsOf(members, s.now()) {
		on.Teams = append(on.Teams, team)
	}
	return on, err
}

// Planned returns whom an invitation is for, when they are planned already and have
// no account yet; else nobody, so that a link tells nothing about those who have one.
func (s *Service) Planned(ctx context.Context, i *Invitation) (Account, error) {
	a, err := s.store.AccountByEmail(ctx, i.Email)
	if err := orNone(err); err != nil || a.Kind != "" {
		return Account{}, err
	}
	return a, nil
}

// takeIn adds somebody who has an account to the team.
func (s *Service) takeIn(ctx context.Context, tx Store, w Who, a Account, out *Invited) error {
	out.Secret, out.Hash = "", ""
	if out.Team == 0 {
		return invalid("email", fmt.Sprintf("%s has an account already.", a.Name))
	}
	if out.Admin && !a.Admin {
		return invalid("admin", fmt.Sprintf("%s has an account already; make them an administrator on their page.", a.Name))
	}
	if err := tx.AddMember(ctx, out.Team, a.Person, out.Manager); err != nil {
		return err
	}
	return s.audit(ctx, tx, w, Entry{Action: "member.save", About: a.Person, Team: out.Team, Detail: "invited, and added because they have an account"})
}

// takeBack ends open invitations of an address to a team.
func (s *Service) takeBack(ctx context.Context, tx Store, email string, team int64, now time.Time) error {
	all, err := tx.Invitations(ctx, team)
	if err != nil {
		return err
	}
	for _, i := range all {
		if i.Email == email && i.Team == team && i.open(now) {
			if err := tx.RevokeInvitation(ctx, i.ID, now); err != nil {
				return err
			}
		}
	}
	return nil
}

func (i *Invitation) open(now time.Time) bool {
	return i.AcceptedAt.IsZero() && i.RevokedAt.IsZero() && now.Before(i.ExpiresAt)
}

// Invitations returns the open invitations of a team or, with no team, all that
// there are; the newest first.
func (s *Service) Invitations(ctx context.Context, team int64) ([]Invitation, error) {
	if err := s.mayInvite(From(ctx), team, false); err != nil {
		return nil, err
	}
	all, err := s.store.Invitations(ctx, team)
	if err != nil {
		return nil, err
	}
	now := s.now()
	open := all[:0]
	for _, i := range all {
		if i.Hash = ""; i.open(now) {
			open = append(open, i)
		}
	}
	return open, nil
}

// RevokeInvitation takes an open invitation back.
func (s *Service) RevokeInvitation(ctx context.Context, id int64) error {
	w := From(ctx)
	i, err := s.store.Invitation(ctx, id)
	if err != nil {
		return err
	}
	if err := s.mayInvite(w, i.Team, i.Admin); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(tx Store) error {
		if err := tx.RevokeInvitation(ctx, id, s.now()); err != nil {
			return err
		}
		return s.audit(ctx, tx, w, Entry{Action: "invitation.revoke", Team: i.Team, Detail: i.Email})
	})
}

// ErrUsed is the schedule.ErrConflict of an invitation that was accepted before.
var ErrUsed = fmt.Errorf("this invitation was used: %w", schedule.ErrConflict)

// InvitationOf returns the invitation of a link's secret. One that was accepted is
// ErrUsed; whatever else is wrong with it is schedule.ErrNotFound, without a reason.
func (s *Service) InvitationOf(ctx context.Context, text string) (Invitation, error) {
	v, err := visitOf(ctx)
	if err != nil {
		return Invitation{}, err
	}
	if err := s.mayGuess(ctx, v.address); err != nil {
		return Invitation{}, err
	}
	i, err := s.store.InvitationByHash(ctx, hashSecret(text))
	if orNone(err) != nil {
		return Invitation{}, err
	}
	if !i.AcceptedAt.IsZero() {
		return i, ErrUsed
	}
	good := i.ID != 0 && i.open(s.now())
	if good {
		if good, err = s.stillMeant(ctx, &i); err != nil {
			return Invitation{}, err
		}
	}
	if !good {
		if err := s.guessed(ctx, v.address); err != nil {
			return Invitation{}, err
		}
		return Invitation{}, fmt.Errorf("invitation: %w", schedule.ErrNotFound)
	}
	i.Hash = ""
	return i, nil
}

// stillMeant says whether whoever made an invitation could still make it.
func (s *Service) stillMeant(ctx context.Context, i *Invitation) (bool, error) {
	if i.CreatedBy == 0 {
		return true, nil
	}
	a, err := s.store.Account(ctx, i.CreatedBy)
	if err != nil || !a.active() {
		return false, err
	}
	w, err := s.who(ctx, a)
	if err != nil {
		return false, err
	}
	w.Scope, w.Session = ScopeWrite, 1 // as from a browser
	if s.mayInvite(w, i.Team, i.Admin) != nil {
		return false, nil
	}
	// Who is planned elsewhere by now is not let in by a manager who has no part in
	// that.
	planned, err := s.Planned(ctx, i)
	if err != nil || planned.Person == 0 {
		return err == nil, err
	}
	on, err := s.about(ctx, s.store, planned.Person)
	return w.May(TakeIn, on), err
}

// Accept makes an account of an invitation, with a password, and returns its
// address. The caller logs them in.
func (s *Service) Accept(ctx context.Context, text, name, password, zone string) (string, error) {
	i, err := s.InvitationOf(ctx, text)
	if err != nil {
		return "", err
	}
	name, err = cleanName(name)
	if err := errors.Join(err, checkZone(zone), CheckPassword(password, i.Email, name)); err != nil {
		return "", err
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return "", err
	}
	err = s.accept(ctx, &i, Account{Name: name, Zone: zone, Password: hash})
	if errors.Is(err, schedule.ErrConflict) {
		err = ErrUsed // by somebody who was a moment faster, whatever they collided at
	}
	return i.Email, err
}

// accept uses an invitation up for an account with the name, zone and password
// given.
func (s *Service) accept(ctx context.Context, i *Invitation, as Account) error {
	return s.store.InTx(ctx, func(tx Store) error {
		a, err := tx.AccountByEmail(ctx, i.Email)
		switch {
		case orNone(err) != nil:
			return err
		case a.Kind != "":
			return invalid("email", "There is an account with this address already. Sign in with it, then open the link again.")
		case a.Person != 0 && !a.active():
			return fmt.Errorf("invitation: %w", schedule.ErrNotFound)
		}
		a.Name, a.Zone, a.Email = as.Name, as.Zone, i.Email
		if a.Person == 0 {
			a.CreatedAt = s.now()
			err = tx.AddPerson(ctx, &a)
		} else {
			err = tx.SetProfile(ctx, a.Person, a.Name, a.Zone)
		}
		if err != nil {
			return err
		}
		a.Kind, a.Password, a.Admin, a.CreatedAt = KindPerson, as.Password, i.Admin, s.now()
		if err := tx.PutAccount(ctx, a); err != nil {
			return err
		}
		return s.join(ctx, tx, i, a.Person)
	})
}

// join uses an invitation up for somebody.
func (s *Service) join(ctx context.Context, tx Store, i *Invitation, person int64) error {
	if err := tx.TakeInvitation(ctx, i.ID, person, s.now()); errors.Is(err, schedule.ErrNotFound) {
		return ErrUsed // or taken back, just now
	} else if err != nil {
		return err
	}
	if i.Team != 0 {
		if err := tx.AddMember(ctx, i.Team, person, i.Manager); err != nil {
			return err
		}
	}
	return s.audit(ctx, tx, Who{Person: person}, Entry{Action: "invitation.accept", About: person, Team: i.Team})
}

// Join uses an invitation for whoever is logged in, when it is for their address:
// they had no account when it was made, and have one now.
func (s *Service) Join(ctx context.Context, text string) error {
	i, err := s.InvitationOf(ctx, text)
	if err != nil {
		return err
	}
	w := From(ctx)
	if err := w.Must(ManageAccess, Person(w.Person)); err != nil {
		return err
	}
	if w.Email != i.Email {
		return ErrForbidden
	}
	return s.joinAs(ctx, w.Person, &i)
}

// joinAs uses an invitation for somebody who has an account.
func (s *Service) joinAs(ctx context.Context, person int64, i *Invitation) error {
	return s.store.InTx(ctx, func(tx Store) error {
		a, err := tx.Account(ctx, person)
		if err != nil {
			return err
		}
		if i.Admin && !a.Admin {
			a.Admin = true
			if err := tx.PutAccount(ctx, a); err != nil {
				return err
			}
		}
		return s.join(ctx, tx, i, person)
	})
}

// AddAccount lets somebody log in who was not invited: it adds them, or gives
// somebody who is only planned an account. They have no password yet; see MakeReset.
func (s *Service) AddAccount(ctx context.Context, email, name, zone string, admin bool) (int64, error) {
	w := From(ctx)
	if err := w.Must(Grant, On{}); err != nil {
		return 0, err
	}
	email, err := cleanEmail(email)
	if err != nil {
		return 0, err
	}
	var a Account
	err = s.store.InTx(ctx, func(tx Store) error {
		if a, err = tx.AccountByEmail(ctx, email); orNone(err) != nil {
			return err
		}
		if a.Kind != "" {
			return invalid("email", "There is an account with this address already.")
		}
		if a.Person == 0 {
			name, err := cleanName(name)
			if err := errors.Join(err, checkZone(zone)); err != nil {
				return err
			}
			a.Name, a.Email, a.Zone, a.CreatedAt = name, email, zone, s.now()
			if err := tx.AddPerson(ctx, &a); err != nil {
				return err
			}
		}
		a.Kind, a.Admin, a.CreatedAt = KindPerson, admin, s.now()
		if err := tx.PutAccount(ctx, a); err != nil {
			return err
		}
		return s.audit(ctx, tx, w, Entry{Action: "account.add", About: a.Person, Detail: email})
	})
	return a.Person, err
}

// Find returns the account of an address, schedule.ErrNotFound when there is none.
func (s *Service) Find(ctx context.Context, email string) (Account, error) {
	if err := From(ctx).Must(Administrate, On{}); err != nil {
		return Account{}, err
	}
	email, err := cleanEmail(email)
	if err != nil {
		return Account{}, err
	}
	return s.store.AccountByEmail(ctx, email)
}
