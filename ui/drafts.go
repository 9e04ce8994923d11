package ui

import (
	"strings"
	"time"
)

// Drafts is the page "drafts": plans that are being computed, wait to be
// looked at, or have been published.
type Drafts struct {
	Frame
	List    []DraftLine
	Plans   []PlanLine
	Choices []Option // of what can be compared
	// The form that makes one: POST /teams/{id}/drafts with from, until, name, seconds, seed and thaw.
	From, Until, Name, Seconds, Seed Field
	Thaw                             bool
	Error                            string
	NoRules                          bool      // the team has no rules yet
	Periods                          []Period  // what it would mostly be for
	FrozenUntil                      time.Time // zero: nothing is frozen
}

// PlanLine is one published plan in a list.
type PlanLine struct {
	Number   int
	From, To time.Time
	By       string
	When     time.Time
	Note     string
}

// Period is a stretch of days that a draft may be for, the last one included.
type Period struct{ Label, From, Until string }

// DraftNotice is a draft that waits for somebody to decide.
type DraftNotice struct {
	Team, Path     string
	Failed         bool
	From, To, Ends time.Time // of the draft; Ends is the last day that is published
}

// DraftLine is one draft in a list.
type DraftLine struct {
	ID       int64
	Name     string
	From, To time.Time
	State    string // computing, ready, failed, published, discarded
	Progress int    // percent, while computing
	Step     string // what is being done, or why it failed
	By       string
	Made     time.Time
	Summary  string // "2 unfilled, 14 changes, spread 1.5"
}

// Tone is the colour of the state's tag; the word stands in it.
func (d DraftLine) Tone() string {
	switch d.State {
	case "computing":
		return "accent"
	case "published":
		return "good"
	case "failed":
		return "bad"
	}
	return ""
}

// Draft is the page "draft": may this plan be published?
type Draft struct {
	Frame
	DraftLine
	Rotations []string // columns of Weeks
	Weeks     []PlanWeek
	Fair      []FairRow
	FairNote  string
	Repaid    string // what pages changed about the plan; empty where they change nothing
	WhyMine   string // why the reader's points moved for that, which only they see
	Proof     string // one sentence: how good the plan is
	ProofWhy  string // in figures: how that is known
	ProofTone string // "good" when proven, "warn" when not
	Unfilled  []Unfilled
	Changes   []Change
	New       int  // shifts for which nothing is published yet
	First     bool // nothing was ever published
	Affected  []AffectedLine
	Ending    []EndingLine // what was agreed on that publishing ends
	Against   []string     // the rules that are broken by what goes back: "Ben: 14 days on call …"
	Others    []Option     // what to compare with
	Editable  bool         // publish, pin and discard are offered
	Overtaken string       // why it cannot be published any more, or ""
	Stale     string       // what it does not know yet, or ""
	Later     *LaterRules  // rules that begin within its days; nil: none do
	Mistakes  []LineError  // why there is no plan
	Offers    []string     // what more changes would gain
	Warnings  []string
	Pinned    []PinnedShift
	Published bool   // this is a version that was published: Made and By say when and who
	NoteText  string // of whoever published it

	// The form that pins: POST /teams/{team}/drafts/{id}/pin with shift and person.
	PinShift, PinPerson Field
	PinShifts           []Option
	PinPeople           []Option
	Note                Field // publish: a word to those affected
	Reason              Field // publish: why what goes back may break a rule
	Error               string
}

// LaterRules are rules that begin within the days of a draft, which it does not follow:
// a plan keeps to those of its first day.
type LaterRules struct {
	On          time.Time // they begin
	Before      time.Time // the last day before them
	From, Until string    // the days up to then, for a draft that ends there
}

// Base is the draft's address.
func (d Draft) Base() string { return "/teams/" + itoa(d.Team.ID) + "/drafts/" + itoa(d.ID) }

// PlanWeek is a row of the week calendar; Cells follow the rotations.
type PlanWeek struct {
	From, To time.Time
	Holidays string
	Cells    [][]PlanShift
}

// PlanShift is one shift of a plan.
type PlanShift struct {
	Person     string // empty: unfilled
	Start, End time.Time
	Whole      bool   // it is the whole week's only shift, so its times go without saying
	Was        string // who has it in the published schedule, when that is somebody else
	New        bool   // differs from the published schedule
	Pinned     bool
}

// Unfilled is a shift that nobody can take, and what would help.
type Unfilled struct {
	Rotation   string
	Start, End time.Time
	Reasons    []string // "Priya is away", "Marcus: at most one week in four"
	Remedies   []string // "Allow one week in three", "Ask Search for help"
	More       int      // shifts with the same reason
}

// AffectedLine says what changes for one person.
type AffectedLine struct {
	Name              string
	Loses, Gets       []ShiftLine
	MoreLost, MoreGot int
}

// EndingLine is a cover, swap or decision that publishing ends, because the plan moves
// its shift or that of the other half of a swap.
type EndingLine struct {
	ID         int64
	Kind       string // cover, swap, override
	Who        string // empty is nobody
	For        string // who had it
	Rotation   string
	Start, End time.Time
	Will       string // who has the shift then; empty: nobody, or there is none
	Back       bool   // the plan leaves this shift alone: it goes back with the other half
}

// EndingIDs is what the form that publishes says is known to end.
func (d Draft) EndingIDs() string {
	var ids []string
	for _, e := range d.Ending {
		ids = append(ids, itoa(e.ID))
	}
	return strings.Join(ids, ",")
}

// PinnedShift is a shift that was given to somebody, whatever else.
type PinnedShift struct{ Slot, Shift, Person string }

// Change is one difference between a draft and what is published.
type Change struct {
	Rotation   string
	Start, End time.Time
	Was, Will  string // names; empty is nobody
	Why        string
}

// Compare is the page "compare": two drafts side by side.
type Compare struct {
	Frame
	A, B       DraftLine
	KeyA, KeyB string   // as they were chosen
	Choices    []Option // what can be chosen
	Measures   []Measure
	Weeks      []CompareRow // only what differs
	People     []ComparePerson
	OtherDays  bool // the two are for different days
	Common     bool // of which some are the same
}

// Measure is one figure of both drafts. Better is "a", "b" or "" when even.
type Measure struct{ Name, A, B, Better string }

// CompareRow is a shift that the drafts give to different people.
type CompareRow struct {
	Rotation     string
	Start, End   time.Time
	A, B         string
	OnlyA, OnlyB bool // the other has no such shift
}

// ComparePerson is one person's load in both drafts.
type ComparePerson struct {
	Name string
	Me   bool
	A, B FairRow
}
