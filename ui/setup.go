package ui

// Setup is the page "setup": the first start of an installation.
type Setup struct {
	Frame
	Code, Name, Email, Password, ZoneName Field
	Zones                                 []string // suggestions, IANA names
	Error                                 string   // of the form as a whole
}

// Login is the page "login".
type Login struct {
	Frame
	Email, Password Field
	Next            string // where to go afterwards; a path of ours
	Error           string
	NoPassword      bool         // only sign-on is allowed
	Providers       []SignOnLink // usually one or none
}

// SignOnLink is a provider of single sign-on.
type SignOnLink struct{ Name, URL string }

// Invite is the page "invite": somebody accepts an invitation.
type Invite struct {
	Frame
	Token          string
	Invalid        string // why the invitation cannot be used, or ""
	Error          string // of the form as a whole
	Provider       string // of single sign-on, which can be used instead; or ""
	Join           bool   // the reader is logged in as the one who is invited
	TeamName       string // empty for an invitation to no team yet
	InvitedBy      string
	Email          string
	Name, Password Field
	ZoneName       Field
	Zones          []string
}

// Reset is the page "reset": somebody chooses a new password by a link.
type Reset struct {
	Frame
	Token    string
	Email    string
	Password Field
	Tokens   bool // the tokens are to end as well
}
