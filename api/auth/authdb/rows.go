package authdb

import (
	"watchbill/api/auth"
	"watchbill/migrations/column"
)

func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func detext(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// A personRow is what this package writes of a person; the rest has defaults.
type personRow struct {
	ID            int64 `gorm:"primaryKey"`
	Name          string
	Email         *string
	Zone          string
	CreatedAt     column.Instant
	DeactivatedAt column.Instant
}

func (personRow) TableName() string { return "person" }

type accountRow struct {
	PersonID   int64 `gorm:"primaryKey;autoIncrement:false"`
	Kind       string
	Password   string
	Subject    *string
	Admin      bool
	Epoch      int64
	CreatedAt  column.Instant
	LoggedInAt column.Instant
}

func (accountRow) TableName() string { return "account" }

func accountOf(a auth.Account) accountRow {
	return accountRow{a.Person, a.Kind, a.Password, text(a.Subject), a.Admin, a.Epoch, column.At(a.CreatedAt), column.At(a.LoggedInAt)}
}

// A bothRow is a person with the account they may have.
type bothRow struct {
	PersonID      int64
	Name          string
	Email         *string
	Zone          string
	DeactivatedAt column.Instant
	FormerAt      column.Instant
	Kind          *string
	Password      *string
	Subject       *string
	Admin         *bool
	Epoch         *int64
	CreatedAt     column.Instant
	LoggedInAt    column.Instant
}

func (r bothRow) value() auth.Account {
	return auth.Account{
		Person: r.PersonID, Name: r.Name, Email: detext(r.Email), Zone: r.Zone, DeactivatedAt: r.DeactivatedAt.Time, FormerAt: r.FormerAt.Time,
		Kind: detext(r.Kind), Password: detext(r.Password), Subject: detext(r.Subject), Admin: r.Admin != nil && *r.Admin,
		Epoch: deref(r.Epoch), CreatedAt: r.CreatedAt.Time, LoggedInAt: r.LoggedInAt.Time,
	}
}

type memberRow struct {
	TeamID   int64
	Zone     string
	Manager  bool
	FromDay  string
	UntilDay string
	PersonID int64
	ID       int64 `gorm:"primaryKey"`
	OnCall   bool
	Share    int64
}

func (memberRow) TableName() string { return "membership" }

func (r memberRow) value() auth.Member {
	return auth.Member{Team: r.TeamID, Zone: r.Zone, Manager: r.Manager, From: r.FromDay, Until: r.UntilDay}
}

type sessionRow struct {
	ID        int64 `gorm:"primaryKey"`
	TokenHash string
	PersonID  int64
	Epoch     int64
	Address   string
	Agent     string
	CreatedAt column.Instant
	SeenAt    column.Instant
	ExpiresAt column.Instant
}

func (sessionRow) TableName() string { return "session" }

func (r sessionRow) value() auth.Session {
	return auth.Session{
		ID: r.ID, Hash: r.TokenHash, Person: r.PersonID, Epoch: r.Epoch, Address: r.Address, Agent: r.Agent,
		CreatedAt: r.CreatedAt.Time, SeenAt: r.SeenAt.Time, ExpiresAt: r.ExpiresAt.Time,
	}
}

type tokenRow struct {
	ID        int64 `gorm:"primaryKey"`
	TokenHash string
	PersonID  int64
	Name      string
	Scope     auth.Scope
	CreatedBy *int64
	CreatedAt column.Instant
	ExpiresAt column.Instant
	RevokedAt column.Instant
	UsedAt    column.Instant
}

func (tokenRow) TableName() string { return "token" }

func (r tokenRow) value() auth.Token {
	return auth.Token{
		ID: r.ID, Hash: r.TokenHash, Person: r.PersonID, Name: r.Name, Scope: r.Scope, CreatedBy: deref(r.CreatedBy),
		CreatedAt: r.CreatedAt.Time, ExpiresAt: r.ExpiresAt.Time, RevokedAt: r.RevokedAt.Time, UsedAt: r.UsedAt.Time,
	}
}

type invitationRow struct {
	ID         int64 `gorm:"primaryKey"`
	TokenHash  string
	Email      string
	TeamID     *int64
	Manager    bool
	CreatedBy  *int64
	CreatedAt  column.Instant
	ExpiresAt  column.Instant
	AcceptedBy *int64
	AcceptedAt column.Instant
	RevokedAt  column.Instant
	Admin      bool
}

func (invitationRow) TableName() string { return "invitation" }

// A namedInvitation is an invitation with the names it refers to.
type namedInvitation struct {
	Row      invitationRow `gorm:"embedded"`
	TeamName *string
	Inviter  *string
}

func (n namedInvitation) value() auth.Invitation {
	r := n.Row
	return auth.Invitation{
		ID: r.ID, Hash: r.TokenHash, Email: r.Email, Team: deref(r.TeamID), TeamName: detext(n.TeamName), Manager: r.Manager, Admin: r.Admin,
		CreatedBy: deref(r.CreatedBy), Inviter: detext(n.Inviter), CreatedAt: r.CreatedAt.Time, ExpiresAt: r.ExpiresAt.Time,
		AcceptedBy: deref(r.AcceptedBy), AcceptedAt: r.AcceptedAt.Time, RevokedAt: r.RevokedAt.Time,
	}
}

type setupRow struct {
	ID        int64 `gorm:"primaryKey;autoIncrement:false"`
	CodeHash  string
	CreatedAt column.Instant
}

func (setupRow) TableName() string { return "setup" }

type attemptRow struct {
	Name     string `gorm:"primaryKey"`
	Failures int
	LastAt   column.Instant
	UntilAt  column.Instant
}

func (attemptRow) TableName() string { return "attempt" }
