package ui

import "time"

// Account is the page "account".
type Account struct {
	Frame
	Email string
	// POST /account with name, zone, work_from, work_until, sleep_from, sleep_until, language, theme.
	Name, ZoneName                             Field
	WorkFrom, WorkUntil, SleepFrom, SleepUntil Field
	ThemeName, Language                        Field
	Zones                                      []string
	// POST /account/password with old, new and again.
	Old, New, Again Field
	NoPassword      string // who keeps the password instead: the sign-on provider's name

	Sessions []Session

	// POST /account/news with kinds under the name of each medium, those that are shown as
	// kind, and lead; nil where nobody is written to.
	News   []NewsGroup
	Media  []NewsMedium
	Letter []Letter // the newest

	Feeds    []Feed
	FeedForm FeedForm
	NewFeed  *FeedLink // just made or reset, shown once

	Tokens       []Token
	TokenName    Field
	TokenScope   Field
	TokenExpires Field
	NewToken     string // shown once
}

// NewsGroup is what belongs together of it.
type NewsGroup struct {
	Title string
	List  []NewsChoice
}

// NewsChoice is something that people may be written to about.
type NewsChoice struct {
	Kind, Words string
	By          map[string]bool // by medium
	Lead        string          // how many hours before, where that is chosen
	Leads       []Option
}

// NewsMedium is by what people may be written to.
type NewsMedium struct {
	Name  string // email or slack
	Label string
}

// Letter is one that somebody was sent, or that could not be.
type Letter struct {
	Words   string
	By      string // what it went by
	At      time.Time
	State   string // sent, waits, failed
	Problem string
}

// Session is a browser that is signed in.
type Session struct {
	ID      string
	Client  string
	Where   string // address it was last seen at
	Seen    time.Time
	Current bool
}

// Token lets a program use the API.
type Token struct {
	ID      int64
	Name    string
	Scope   string
	Expires time.Time
	Used    time.Time // zero: never
	Made    time.Time
}

// Themes are the choices of the theme.
func (Account) Themes() []Option {
	return []Option{{Value: "", Label: "As the system"}, {Value: "light", Label: "Light"}, {Value: "dark", Label: "Dark"}}
}

// Languages are the choices of a language.
func (Account) Languages() []Option {
	return append([]Option{{Value: "", Label: "As my browser asks"}}, languageOptions()...)
}

// Others says whether there are sessions beside the reader's own.
func (a Account) Others() bool { return len(a.Sessions) > 1 }

// Scopes are the choices of a token's scope.
func (Account) Scopes() []Option {
	return []Option{{Value: "read", Label: "Read only"}, {Value: "write", Label: "Read and write"}}
}

// Lifetimes are the choices of a token's life in days.
func (Account) Lifetimes() []Option { return lifetimes }

var lifetimes = []Option{{Value: "30", Label: "30 days"}, {Value: "90", Label: "90 days"}, {Value: "365", Label: "1 year"}}
