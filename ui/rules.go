package ui

import "time"

// RuleForm is the page "rules": one rotation, or a team's limits, points and
// holidays, for people who do not write team files.
type RuleForm struct {
	Frame
	Kind    string // "rotation" or "limits"
	Action  string // where the form posts
	IsNew   bool
	Error   string
	Errors  []LineError
	Base    string // the text that is changed
	RulesID int64
	From    Field

	// A rotation.
	Name, Covers, People, Weight, Skills, Pool, ZoneName, First, Last Field
	HolidayShifts                                                     bool
	Handover                                                          HandoverForm
	HandoverError                                                     Field
	Days                                                              []Option
	CanRemove                                                         bool

	// Limits, points and holidays.
	OnCall, Rest, Weekends, HolidayLimit               Field
	Business, Evening, Sleep, Weekend, Holiday, AddOne Field
	Holidays                                           []Option
	ShareHolidays                                      bool
	Regions                                            []Option
}

// HandoverForm are the fields of a hand-over; Kind says which of them count.
type HandoverForm struct {
	Kind                                          string
	WeeklyDay, WeeklyAt, Day1, At1, Day2, At2     string
	DailyAt, DaysN, DaysAt, HoursN, HoursAt, Text string
}

// RuleSet is what holds for a team from a day on, in a list.
type RuleSet struct {
	ID      int64
	From    time.Time
	Now     bool // holds today
	Past    bool
	Shown   bool
	Saved   time.Time
	By      string
	CanDrop bool
}

// Duty is a rotation in words.
type Duty struct {
	N           int // from one
	Name, Words string
}

// Conflict is the page "conflict": two people have changed the same rules.
type Conflict struct {
	Frame
	Theirs, Mine string
	By           string
	When         time.Time
	From         Field
	RulesID      int64
	Lines        []DiffLine
}

// DiffLine is a line of one of two texts or of both; Kind is "theirs", "mine" or "".
type DiffLine struct{ Kind, Text string }

// MemberPage is the page "member": all that a manager says of one member.
type MemberPage struct {
	Frame
	PersonID                                                             int64
	Name, Email                                                          string
	Base                                                                 string // what they were when the form was drawn
	Error                                                                string
	Clash                                                                string // how somebody else has changed them meanwhile
	Role, Share, From, Until, Skills, OnCall, Rest, Weekends, HolidayMax Field
	Works, Sleeps, Holidays, Takes                                       Field
	TakesPart                                                            bool
	Duties                                                               []Option // Value is checked when it is not empty
	Regions                                                              []Option
	Changes                                                              []MemberChangeLine
	ChangeFrom, ChangeShare                                              Field
	ChangeOnCall                                                         bool
	Terms                                                                TermsForm
	TermsHold                                                            bool // some of them already
}

// TermsForm asks for other rotations, skills or limits from a day on.
type TermsForm struct {
	From, Takes, Skills, OnCall, Rest, Weekends, HolidayMax Field
	Duties                                                  []Option // value "1" is one of theirs
	ChangeTakes, ChangeSkills, ChangeLimits                 bool
}

// Roles are the choices of a member's role.
func (MemberPage) Roles() []Option { return Settings{}.Roles() }

// MemberChangeLine is what holds for a member from a day on.
type MemberChangeLine struct {
	ID    int64
	From  time.Time
	Text  string
	Ahead bool // still to come, so that it can be taken back
	By    string
	Terms bool // rotations, skills or limits, and not a share or a pause
}
