package ui

import "time"

// Admin is the page "admin": people, teams, invitations and sign-on.
type Admin struct {
	Frame
	Found           // people: GET /admin with q, and after or before: a person's id
	People          []AdminPerson
	Services        []AdminService
	ServiceName     Field
	AllTeams        []AdminTeam // the first of them
	TeamCount       int
	Invitations     []Invitation
	MoreInvitations int // that are not listed
	// POST /admin/invitations with email, team and admin.
	Email, TeamID Field
	TeamOptions   []Option // none where there are many: then TeamID has a name
	Link          string   // of the invitation just made, shown once
	// POST /admin/teams with name and zone, or with the team file itself.
	TeamName, TeamZone Field
	TeamFile           Field
	Zones              []string
	SignOn             SignOn
	// News are the media by which people are written to; none where nobody is.
	News        []NewsState
	Undelivered []Undelivered // the newest letters that did not arrive
}

// NewsState is how a medium has been in the last seven days.
type NewsState struct {
	Label                  string
	Sent, GivenUp, Waiting int
	Last                   time.Time // sent; zero: nothing was
	Problem                string    // why nothing gets out, if it does not
	At                     time.Time // noticed
}

// Undelivered is a letter that did not arrive.
type Undelivered struct {
	Name, By, Problem string
	At                time.Time
	Waits             bool // it is tried again
}

// AdminPerson is one account.
type AdminPerson struct {
	ID       int64
	Name     string
	Email    string
	Teams    []string
	Admin    bool
	Account  bool // can log in
	Inactive bool
	Me       bool
	Seen     time.Time // zero: never
	Coming   int       // published shifts still to come
	// ResetLink is where they choose a new password; just made, shown once.
	ResetLink string
}

// AdminService is a service account.
type AdminService struct {
	ID       int64
	Name     string
	Inactive bool
	Used     time.Time // zero: never
	Tokens   []Token
	NewToken string // just made, shown once
	// POST /admin/services/{id}/tokens with name and days.
	TokenName, TokenExpires Field
}

// Lifetimes are the choices of a token's life in days.
func (AdminService) Lifetimes() []Option { return lifetimes }

// AdminTeam is one team.
type AdminTeam struct {
	ID       int64
	Name     string
	Zone     string
	Members  int
	Managers []string
}

// SignOn is the state of single sign-on.
type SignOn struct {
	On       bool
	Name     string
	Issuer   string
	Problem  string // why it does not work at the moment, or ""
	Checked  time.Time
	Password bool // passwords are allowed beside it
}

// Audit is the page "audit": who did what, about whom, when.
type Audit struct {
	Frame
	Rows []AuditRow
	// GET /audit with q, of (empty for one's own, all, or team-{id}) and person.
	Query, Of    Field
	Scopes       []Option // what the reader may see beside their own
	Whose        int64    // whose log it is, when it is somebody else's
	WhoseName    string
	Newer, Older string
}

// AuditRow is one line of the log.
type AuditRow struct {
	When  time.Time
	Who   string // empty: the program itself
	What  string // "published a plan"
	About string // whom or what it concerns
	Note  string
}

// ErrorPage is the page "error".
type ErrorPage struct {
	Frame
	Status int
	What   string // what happened: "There is no such page"
	Do     string // what to do about it
	ID     string // to quote to an administrator; may be empty
	Back   string // where to go on; empty: the first page
}
