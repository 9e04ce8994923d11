package auth

import (
	"context"
	"time"

	"watchbill/schedule"
)

// The kinds of accounts.
const (
	KindPerson  = "person"
	KindService = "service"
)

// An Account is a person and what lets them in. Kind is empty for a person who is
// only planned and has no account.
type Account struct {
	Person        int64
	Name          string
	Email         string
	Zone          string
	DeactivatedAt time.Time // zero while active
	FormerAt      time.Time // since when nothing tells who they were; zero: something does

	Kind       string
	Password   string // hash; empty: no password is right
	Subject    string // at the OpenID provider; empty: none yet
	Admin      bool
	Epoch      int64 // sessions of an earlier one are over
	CreatedAt  time.Time
	LoggedInAt time.Time
}

func (a *Account) active() bool { return a.Person != 0 && a.DeactivatedAt.IsZero() }

// A Session is a browser in which somebody is logged in.
type Session struct {
	ID        int64
	Hash      string
	Person    int64
	Epoch     int64
	Address   string // from where it began
	Agent     string // the browser's name for itself
	CreatedAt time.Time
	SeenAt    time.Time // to the minute or so
	ExpiresAt time.Time
}

// A Token lets a program in, as the person or service account it belongs to.
type Token struct {
	ID        int64
	Hash      string
	Person    int64
	Name      string
	Scope     Scope
	CreatedBy int64
	CreatedAt time.Time
	ExpiresAt time.Time
	RevokedAt time.Time
	UsedAt    time.Time // to the minute or so
}

// An Invitation lets somebody make an account, and takes them into a team.
type Invitation struct {
	ID         int64
	Hash       string
	Email      string
	Team       int64 // none: an account only
	TeamName   string
	Manager    bool
	Admin      bool
	CreatedBy  int64
	Inviter    string // name of CreatedBy
	CreatedAt  time.Time
	ExpiresAt  time.Time
	AcceptedBy int64
	AcceptedAt time.Time
	RevokedAt  time.Time
}

// A Reset lets somebody choose a new password, once.
type Reset struct {
	Hash      string
	Person    int64
	CreatedBy int64
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    time.Time // also when it was taken back
}

// An Attempt counts log-ins that went wrong.
type Attempt struct {
	Failures int
	Last     time.Time
	Until    time.Time // no log-in before
}

// An Entry of the audit log says who did what about whom. Zero: nobody, nothing.
type Entry struct {
	ID     int64
	At     time.Time
	By     int64
	Action string
	About  int64
	Team   int64
	Detail string
}

// A Store keeps accounts and what opens them. What is asked for and not there is
// schedule.ErrNotFound, what is taken is schedule.ErrConflict.
type Store interface {
	// InTx runs f in one transaction; only the store handed to f may be used in it.
	InTx(ctx context.Context, f func(Store) error) error

	// Account, AccountByEmail and AccountBySubject find a person, with an account
	// or without.
	Account(ctx context.Context, person int64) (Account, error)
	AccountByEmail(ctx context.Context, email string) (Account, error)
	AccountBySubject(ctx context.Context, subject string) (Account, error)
	// Accounts returns all people and service accounts by name.
	Accounts(ctx context.Context) ([]Account, error)
	// FindPeople is Accounts without service accounts, by page; CountPeople counts
	// them on all pages.
	FindPeople(ctx context.Context, f schedule.Search) ([]Account, error)
	CountPeople(ctx context.Context, f schedule.Search) (int, error)
	ServiceAccounts(ctx context.Context) ([]Account, error)
	// AddPerson adds the person of an account, and sets a.Person.
	AddPerson(ctx context.Context, a *Account) error
	// SetProfile changes the name and the zone of a person.
	SetProfile(ctx context.Context, person int64, name, zone string) error
	// PutAccount adds or changes the account of a person; not the person.
	PutAccount(ctx context.Context, a Account) error
	// Administrators returns the active administrators and keeps others from
	// changing them until the transaction ends.
	Administrators(ctx context.Context) ([]int64, error)
	// SetDeactivated deactivates a person, or with a zero time lets them back.
	SetDeactivated(ctx context.Context, person int64, at time.Time) error

	Members(ctx context.Context, person int64) ([]Member, error)
	// AddMember makes a person a member of a team; if they are one already, it can
	// only make them a manager.
	AddMember(ctx context.Context, team, person int64, manager bool) error

	AddSession(ctx context.Context, s *Session) error
	SessionByHash(ctx context.Context, hash string) (Session, error)
	Sessions(ctx context.Context, person int64) ([]Session, error)
	SeeSession(ctx context.Context, id int64, at time.Time) error
	SetSessionEpoch(ctx context.Context, id, epoch int64) error
	DeleteSession(ctx context.Context, person, id int64) error
	DeleteSessionByHash(ctx context.Context, hash string) error
	// DeleteSessions ends all sessions of a person but one.
	DeleteSessions(ctx context.Context, person, except int64) error

	AddToken(ctx context.Context, t *Token) error
	TokenByHash(ctx context.Context, hash string) (Token, error)
	Tokens(ctx context.Context, person int64) ([]Token, error)
	UseToken(ctx context.Context, id int64, at time.Time) error
	RevokeToken(ctx context.Context, person, id int64, at time.Time) error
	RevokeTokens(ctx context.Context, person int64, at time.Time) error
	RevokeFeeds(ctx context.Context, person int64, at time.Time) error
	// CloseRequests withdraws the open requests of a person and declines those that
	// ask only them. Whoever calls it has raised the versions of their teams.
	CloseRequests(ctx context.Context, person, by int64, at time.Time) error
	// RaiseTeams makes readers see that something about the person's teams has
	// changed.
	RaiseTeams(ctx context.Context, person int64) error

	AddReset(ctx context.Context, r Reset) error
	ResetByHash(ctx context.Context, hash string) (Reset, error)
	// TakeReset uses a link that is good, else it is ErrNotFound.
	TakeReset(ctx context.Context, hash string, at time.Time) error
	EndResets(ctx context.Context, person int64, at time.Time) error

	// TakeSetup deletes the set-up code if it has this hash, else it is ErrNotFound.
	TakeSetup(ctx context.Context, hash string) error
	PutSetup(ctx context.Context, hash string, at time.Time) error

	AddInvitation(ctx context.Context, i *Invitation) error
	InvitationByHash(ctx context.Context, hash string) (Invitation, error)
	// Invitations returns those of a team, or with team 0 all of them, newest first.
	Invitations(ctx context.Context, team int64) ([]Invitation, error)
	Invitation(ctx context.Context, id int64) (Invitation, error)
	// TakeInvitation marks an open invitation as accepted, else it is ErrNotFound.
	TakeInvitation(ctx context.Context, id, person int64, at time.Time) error
	RevokeInvitation(ctx context.Context, id int64, at time.Time) error
	// RevokeInvitationsBy takes back what a person invited and nobody accepted.
	RevokeInvitationsBy(ctx context.Context, person int64, at time.Time) error

	// Attempt returns the count under a name, zero when there is none, and keeps
	// others from changing it until the transaction ends.
	Attempt(ctx context.Context, name string) (Attempt, error)
	PutAttempt(ctx context.Context, name string, a Attempt) error
	DeleteAttempt(ctx context.Context, name string) error

	// Prune deletes sessions that expired, or were not seen since idle, and attempts
	// older than attempts.
	Prune(ctx context.Context, now, idle, attempts time.Time) error

	Audit(ctx context.Context, e Entry) error
	// AuditOnce adds an entry unless there is one with the same text once.
	AuditOnce(ctx context.Context, e Entry, once string) error
	Log(ctx context.Context, q LogQuery) ([]Entry, error)
}
