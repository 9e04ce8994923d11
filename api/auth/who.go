package auth

import (
	"context"
	"time"
)

// A Scope limits what may be done through an API token.
type Scope string

// The scopes. A browser's session has ScopeWrite.
const (
	ScopeRead  Scope = "read"
	ScopeWrite Scope = "write"
)

// A Role is a person's place in a team.
type Role string

// The roles in a team.
const (
	RoleMember  Role = "member"
	RoleManager Role = "manager"
)

// A Who is whoever asks, as it was when the request came. The zero Who is nobody.
type Who struct {
	Person  int64
	Name    string
	Email   string // lower case; empty for most service accounts
	Zone    string // IANA
	Admin   bool
	Service bool // a service account: reads the API, nothing else
	Scope   Scope
	// Teams has the role in every team the person is in now, or will be. A
	// manager whose time in the team is still to come is a member until then.
	Teams map[int64]Role

	// Session and Token say how they came in; one of them is zero.
	Session int64
	Token   int64
}

// Program is the operator at the command line, or the program itself: it may do
// everything and is nobody in the audit log.
func Program() Who { return Who{Name: "Watchbill", Zone: "UTC", Admin: true, Scope: ScopeWrite} }

// Known says whether this is a person or a service account, and not nobody.
func (w Who) Known() bool { return w.Person != 0 }

// Member says whether the person is in the team, as a member or a manager.
func (w Who) Member(team int64) bool { return w.Teams[team] != "" }

// Manager says whether the person manages the team.
func (w Who) Manager(team int64) bool { return w.Teams[team] == RoleManager }

type whoKey struct{}

// With returns a context in which From finds w.
func With(ctx context.Context, w Who) context.Context { return context.WithValue(ctx, whoKey{}, w) }

// From returns who is asking, the zero Who when nobody is logged in.
func From(ctx context.Context) Who {
	w, _ := ctx.Value(whoKey{}).(Who)
	return w
}

// A Member is a membership as far as access goes: days are texts like
// "2026-12-24" in the team's zone, the last one included, empty without a bound.
type Member struct {
	Team    int64
	Zone    string
	Manager bool
	From    string
	Until   string
}

// teamsOf returns the roles that the memberships give at an instant.
func teamsOf(members []Member, now time.Time) map[int64]Role {
	teams := make(map[int64]Role, len(members))
	for _, m := range members {
		zone, err := time.LoadLocation(m.Zone)
		if err != nil {
			zone = time.UTC
		}
		today := now.In(zone).Format(time.DateOnly)
		switch {
		case m.Until != "" && m.Until < today:
		case m.Manager && m.From <= today:
			teams[m.Team] = RoleManager
		default:
			teams[m.Team] = RoleMember
		}
	}
	return teams
}
