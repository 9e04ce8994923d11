package ui

import (
	"time"

	"watchbill/health"
)

// Tell is the page "tell", to which a link leads that needs no log-in: what was this
// page for you? POST /tell/{token} with say.
type Tell struct {
	Frame
	Token string
	Page  ToldPage
	Noted string    // what became of a press; below the buttons, which stay where they were
	Ends  time.Time // when the link is dead
}

// MyPages is the page "mypages": the pages that came to the reader, to be told about.
type MyPages struct {
	Frame
	List   []ToldPage
	Only   string // "untold", or "" for all
	Days   int
	Untold int // pages of which nothing was said
	More   bool
	Link   string // that was just made; it is not shown again
	Of     string // the page that Link is for
	Ends   time.Time
}

// ToldPage is a page with what its reader said of it.
type ToldPage struct {
	ID      int64
	Title   string
	Service string
	Team    string
	State   string
	Open    bool
	When    time.Time // it rang for the reader first
	Said    SaidTags
	Note    Field
	Linked  bool // there is a link
	CanLink bool
}

// SaidTags is what somebody said of a page, with what they may say.
type SaidTags struct {
	OnIt       time.Time // since when somebody is on it; zero: not said
	MayOnIt    bool
	Actionable string // "yes", "no" or ""
	Woke       string // "yes", "no" or ""
}

// Nothing reports whether nothing was said of what counts.
func (t SaidTags) Nothing() bool { return t.OnIt.IsZero() && t.Actionable == "" && t.Woke == "" }

// stateWords say how a page stands.
var stateWords = map[health.State]string{
	health.StateTriggered: "open", health.StateAcknowledged: "acknowledged", health.StateResolved: "resolved", health.StateMerged: "part of another", health.StateCancelled: "cancelled",
}

// told shows a page of somebody.
func told(p *health.OwnPage, now time.Time) ToldPage {
	c := &p.CheckIn
	return ToldPage{
		ID: int64(p.ID), Title: p.Title, Service: p.Service, State: stateWords[p.State], Open: p.State.Open(), When: p.NotifiedAt,
		Said: SaidTags{OnIt: c.OnItAt, MayOnIt: p.MaySayOnIt(now), Actionable: yesNo(int(c.Verdict)), Woke: yesNo(int(c.Waking))},
		Note: Field{Value: c.Note}, Linked: !p.Linked.IsZero(), CanLink: now.Before(p.LinkEnds()),
	}
}

// yesNo is what was said to a question, of which the answers are numbered.
func yesNo(answer int) string { return [...]string{"", "yes", "no"}[answer] }

// sayings are what a button says, by its value.
var sayings = map[string]func() health.Saying{
	"on-it":       func() health.Saying { return health.Saying{OnIt: new(true)} },
	"not-on-it":   func() health.Saying { return health.Saying{OnIt: new(false)} },
	"action":      func() health.Saying { return health.Saying{Verdict: new(health.Actionable)} },
	"no-action":   func() health.Saying { return health.Saying{Verdict: new(health.NoAction)} },
	"untag":       func() health.Saying { return health.Saying{Verdict: new(health.Untagged)} },
	"woke":        func() health.Saying { return health.Saying{Waking: new(health.Woken)} },
	"awake":       func() health.Saying { return health.Saying{Waking: new(health.AwakeAnyway)} },
	"unsay-awake": func() health.Saying { return health.Saying{Waking: new(health.WakingUnsaid)} },
}
