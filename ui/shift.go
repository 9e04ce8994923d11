package ui

import "time"

// Shift is the page "shift": one shift, and everything that can be done with it.
// A nil form is one the reader may not use.
type Shift struct {
	Frame
	ID         int64
	Rotation   string
	Kind       string    // "primary" or "backup"
	Who        string    // who has it: now, while it runs; empty: unfilled
	Mine       bool      // Who is the reader
	From       time.Time // since or from when
	Yours      bool      // a part that is not over is the reader's
	Holes      []Stretch // parts to come that nobody has, while somebody has others
	Start, End time.Time
	TeamZone   string
	State      string // "published", "past", "running"
	Open       string // which form the address asks to be open: "takeover" or "override"
	Relieves   string
	RelievedBy string
	Parts      []ShiftLine // who really has which part, when cover has split the shift
	History    []Event
	Requests   []Request // open ones about this shift

	Cover    *CoverForm
	Take     *TakeForm
	StandIn  *StandInForm
	Swap     *SwapForm
	Override *OverrideForm
	Undo     []Undo
}

// A Stretch is a part of a shift.
type Stretch struct{ Start, End time.Time }

// Event is something that happened to a shift, a draft or a person.
type Event struct {
	When time.Time
	Who  string // empty: the program itself
	Text string // what, beginning with a verb: "gave the night of 8 Dec to Marcus Bell"
}

// CoverForm asks for cover: POST /shifts/{id}/cover with to, from, until,
// message and expires.
type CoverForm struct {
	To         Field // "all" or a person's id
	From       Field // 2006-01-02T15:04 in Frame.Zone; empty: from the start
	Until      Field
	Message    Field
	Expires    Field
	Candidates []Candidate // least clash first, then least load
	Error      string
}

// Candidate is somebody who might take a shift.
type Candidate struct {
	ID      int64
	Name    string
	Me      bool
	Sides   []Side // one, theirs
	Blocked string // why a hard rule forbids it, or ""
}

// TakeForm takes the shift at once: POST /shifts/{id}/take.
type TakeForm struct {
	Sides   []Side // one, the reader's
	Blocked string
}

// StandInForm puts somebody on for what is left of somebody else's running shift, the
// reader or whoever can: POST /shifts/{id}/takeover with person, was and message.
type StandInForm struct {
	Was     int64 // who has it
	Name    string
	Who     Field // a person's id
	Message Field
	Can     []Candidate // the reader first, then least clash, then least load
	Cannot  []Candidate // against a hard rule
	Error   string
}

// SwapForm proposes an exchange: POST /shifts/{id}/swap with other, message and expires.
type SwapForm struct {
	Other   Field // id of the shift wanted in return
	Message Field
	Expires Field
	Offers  []SwapOffer
	Error   string
}

// SwapOffer is a shift of somebody else that could be had in return.
type SwapOffer struct {
	ShiftLine
	Sides   []Side
	Blocked string
}

// OverrideForm puts somebody else, or nobody, on the shift: POST
// /shifts/{id}/override with person, from, until and reason.
type OverrideForm struct {
	Who     Field // a person's id, or "none"
	From    Field
	Until   Field
	Reason  Field
	Options []Option
	Anyway  bool // a rule is against it: sent again with anyway it is done all the same
	Error   string
}

// Undo takes an override or an accepted cover back: POST /overrides/{id}/undo.
type Undo struct {
	ID         int64
	Text       string    // what would be undone
	Start, End time.Time // the part of the shift; zero: all of it
	Against    string    // the rule that is against it: sent again with a reason it is done all the same
}

// Requests is the page "requests".
type Requests struct {
	Frame
	ForMe  []Request // open, for me to answer
	Mine   []Request // open, asked by me
	Others []Request // open, between others, for managers
	Over   []Request // answered, withdrawn and expired, newest first
}
