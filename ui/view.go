package ui

import (
	"time"

	"watchbill/schedule"
)

// Frame is what every page needs around its own content. Pages embed it.
// Times anywhere in a page are instants: the templates show them in Zone, and
// leave out what Now makes plain.
type Frame struct {
	Title  string     // of the tab, without the product's name
	Person *Me        // who is looking; nil before they have signed in
	Nav    string     // current entry: home, schedule, burden, requests, timeoff, drafts, team, pagers, owed, pay, account, admin, audit
	Teams  []TeamLink // the teams this person is in; for administrators all, where there are few
	Team   *TeamLink  // the team this page is about, or nil
	Flash  *Flash     // what just happened, or nil
	Theme  string     // "light", "dark" or "" to follow the system
	Zone   string     // IANA name of the zone in which times are shown
	Now    time.Time
	// BrowserZoneNote lets the script ask when the browser's zone is not Zone.
	// Leave it false where Zone is the team's because the reader chose so.
	BrowserZoneNote bool
	Path            string // path and query of this page; forms that only change a setting return to it
	Waiting         int    // requests that wait for this person's answer
	// Recent are the teams that an administrator looked at last, and MoreTeams tells that
	// there are more than Teams has.
	Recent    []TeamLink
	MoreTeams bool
}

func (f Frame) frame() Frame { return f }

// framed is any page.
type framed interface{ frame() Frame }

// Me is the person who is signed in.
type Me struct {
	Name  string
	Zone  string // their own, whatever zone the page is in
	Admin bool
}

// TeamLink names a team in the navigation. Manager shows drafts and settings.
type TeamLink struct {
	ID      int64
	Name    string
	Manager bool
	Member  bool // sees what shifts leave to each other
}

// Flash is one sentence about what just happened. Kind is "good", "warn",
// "bad" or "info".
type Flash struct{ Kind, Text string }

// Field is one input of a form: what was typed and, after a refusal, why.
type Field struct {
	Value, Error string
	Twice        *Twice // of a date and time that comes twice; nil of all others
}

// Twice is the choice between two instants that a clock calls alike, because it goes
// back in between. It is sent as the field's name with _which, as an instant.
type Twice struct {
	Options [2]Option
	Chosen  string // the Value of one of them, or empty
}

// Option is one choice of a select. Label is shown, Value is sent.
type Option struct{ Value, Label string }

// Effect is one consequence in words. Tone is "good", "warn", "bad" or "" for neither.
type Effect struct{ Text, Tone string }

// Side is what a request would mean for one person: what is against it, the load
// before and after, and what else there is to know.
type Side struct {
	Who     string   // "You" or a name; empty where the place says whom it is about
	Broken  []string // a sentence for each hard rule that is broken; none: nothing is against it
	Load    string   // "13 below the fair share → 54 below"
	Details []string // how close the other rules come
}

// ShiftLine is one shift in a list.
type ShiftLine struct {
	ID         int64
	Rotation   string
	Kind       string // "primary" or "backup": how it is drawn
	Team       string
	Person     string // empty when nobody is on it
	Mine       bool
	Start, End time.Time
	Note       string // "Swapped with Marcus", or ""
}

// Request is a request for cover, or a proposal to swap when Swap is set.
type Request struct {
	ID          int64
	Swap        bool
	State       string // open, accepted, declined, withdrawn, expired, cancelled, undone
	ByMe        bool   // the reader asked
	From        string // who asked
	To          string // whom: a name, or "everyone in Payments"
	ShiftID     int64
	Rotation    string
	Start, End  time.Time // what is asked for, which may be part of the shift
	Give        *ShiftLine
	Message     string
	Asked       time.Time
	Expires     time.Time // zero: when the shift starts
	Answered    time.Time
	AnsweredBy  string
	Sides       []Side
	CanAccept   bool
	CanDecline  bool
	CanWithdraw bool   // the reader asked, or manages the team
	Blocked     string // why the reader, or whom it asks, cannot accept, or ""
	Against     bool   // it is a hard rule that is in the way
	CanApprove  bool   // the reader manages the team and may allow it all the same
	Note        string // why it ended, where the state does not say it
	Reminded    bool   // it is about to expire
	AskedBy     string // who asked for somebody else, or ""
	Undo        int64  // what accepting it made, while the reader may undo it: POST /overrides/{id}/undo

	of *schedule.Request
}

// Path is where the request's forms post: /requests/{id} or /swaps/{id}.
func (r Request) Path() string {
	if r.Swap {
		return "/swaps/" + itoa(r.ID)
	}
	return "/requests/" + itoa(r.ID)
}

// StateTone is the colour of the state's tag; the word stands in it.
func (r Request) StateTone() string {
	switch r.State {
	case "open":
		return "accent"
	case "accepted":
		return "good"
	case "declined", "expired", "undone", "cancelled":
		return "warn"
	}
	return ""
}

// Absence is a stretch of somebody's time off.
type Absence struct {
	ID         int64
	Person     string
	Start, End time.Time // half-open
	AllDay     bool
	Label      string // "Holiday", "Parental leave"; may be empty
	Source     string // "you", or the name of a calendar
	Fixed      bool   // it comes from that calendar and goes with it
	Clashes    []Clash
	Uncovered  int // clashes for which no cover was asked
}

// Clash is the part of a shift that falls into time off.
type Clash struct {
	ShiftLine
	Asked bool // cover was asked for
}

// FairRow is one person's load over a period, and what would be fair.
type FairRow struct {
	PersonID   int64
	Name       string
	Me         bool
	Percent    int     // full-time equivalent in percent
	Days       float64 // days on call
	Weekends   float64 // with any duty
	Holidays   float64 // public holidays
	Points     float64 // weighted days
	Share      float64 // what would be fair, in points
	Repaid     float64 // what is theirs besides because of what pages did; below zero they hold less
	Difference float64 // Points - Share - Repaid + what was carried over
}

// HomeTeam is the team that Schedule in the navigation leads to: the current
// one, else the first.
func (f Frame) HomeTeam() *TeamLink {
	if f.Team != nil {
		return f.Team
	}
	if len(f.Teams) > 0 {
		return &f.Teams[0]
	}
	if len(f.Recent) > 0 {
		return &f.Recent[0]
	}
	return nil
}

// HasMore tells whether there is a second part of the navigation.
func (f Frame) HasMore() bool {
	team := f.HomeTeam()
	return len(f.Teams) > 1 || f.Person != nil && f.Person.Admin || team != nil && team.Manager
}
