package ui

import "time"

// Settings is the page "team": a team's members, rules, invitations and feeds.
type Settings struct {
	Frame
	TeamZone string
	Members  []Member
	People   []string // e-mail addresses to suggest for the new member
	Add      MemberForm

	Rules       Field // the team file, as it was typed
	RuleErrors  []LineError
	RulesFrom   Field  // day on which the change takes effect
	RulesBase   string // the text that is changed
	RulesID     int64
	RuleSets    []RuleSet
	Duties      []Duty
	Limits      []string // in words
	TextOnly    bool     // the rules cannot be shown in words
	RulesSaved  time.Time
	RulesSaver  string
	Invite      InviteForm
	Invitations []Invitation
	Feeds       []Feed
	Imports     ImportBox
	FeedForm    FeedForm
	NewFeed     *FeedLink // just made or reset, shown once

	Name, ZoneName  Field
	Horizon, Frozen Field
	Repay           RepayForm
	TeamBase        string // what they were when the form was drawn
	TeamClash       string // what somebody else has saved meanwhile
	Zones           []string
	CanDelete       bool
}

// Member is one line of the members' list.
type Member struct {
	PersonID int64
	Name     string
	Email    string
	Role     string // "member" or "manager"
	Share    int    // percent of a full share of on-call
	From     string // 2006-01-02
	Until    string // 2006-01-02, not included; empty: open
	Me       bool
	Ended    bool
	Error    string // why the last change of this line was refused
}

// MemberForm is what was typed to add a member.
type MemberForm struct{ Email, Role, Share, From, Until Field }

// LineError is a mistake in a team file. Line 0 is about the whole file.
type LineError struct {
	Line int
	Text string
}

// InviteForm is what was typed to invite somebody; Link is the answer, shown once.
type InviteForm struct {
	Email, Role Field
	Link        string
}

// Invitation is one that has not been used.
type Invitation struct {
	ID      int64
	Email   string
	Team    string
	By      string
	Expires time.Time
	Admin   bool
}

// Roles are the choices of a member's role.
func (Settings) Roles() []Option {
	return []Option{{Value: "member", Label: "Member"}, {Value: "manager", Label: "Manager"}}
}
