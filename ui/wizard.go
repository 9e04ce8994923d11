package ui

// Wizard is the page "wizard": a team is set up in five steps. Step is "team",
// "people", "rotation" or "check"; the fifth is the page "welcome".
type Wizard struct {
	Frame
	Step  string
	Base  string // of the steps, without a slash at its end; empty before the first is done
	Error string // of the step as a whole
	Steps []WizardStep

	// The team: POST /setup/team or /setup/{id}/team.
	Name, ZoneName, Holidays Field
	Zones                    []string
	Regions                  []Option
	Unfinished               []Unfinished

	// The people: POST /setup/{id}/people.
	Paste   Field
	Members []WizardPerson
	Demo    bool // they are invented

	// The rotation: POST /setup/{id}/rotation.
	Length, Day, At, Day2, At2, Hours, First Field
	Backup                                   bool
	Lengths, Days, Covers                    []Option
	Cadence                                  *CadenceView

	// The check: POST /setup/{id}/publish.
	Plan *Draft
}

// WizardStep is one of the five in the line above the page. Path is empty for those
// that cannot be opened yet.
type WizardStep struct {
	Name, Path    string
	Done, Current bool
}

// Unfinished is a team whose set-up somebody left.
type Unfinished struct {
	ID   int64
	Name string
	Path string
}

// WizardPerson is one row of the people.
type WizardPerson struct {
	N                           int // from zero
	Name, Email, Zone, Holidays Field
	Known                       bool // has an account already
	Guessed                     bool // the zone is a guess
}

// CadenceView is what a rotation means for everybody in it.
type CadenceView struct {
	Between, Weeks, Weekends string
	Tone, Text               string
	Rows                     []CadenceRow
	Weekend                  []CadenceBar
}

// CadenceRow is a person with their turns in the first weeks.
type CadenceRow struct {
	Name string
	Bars []CadenceBar
}

// CadenceBar is a stretch of the chart, in percent.
type CadenceBar struct {
	X, W   float64
	Backup bool
}

// Welcome is the page "welcome": a team has its first plan.
type Welcome struct {
	Frame
	Steps   []WizardStep
	Plan    DraftLine
	Mine    bool   // the reader has shifts in it
	NoPlan  string // why there is none, or ""
	Invite  []WelcomePerson
	Without []string // people without an address, who cannot be invited
}

// WelcomePerson is somebody who has no account yet.
type WelcomePerson struct{ Name, Email string }
