package health

import (
	"context"
	"time"

	"watchbill/schedule"
)

// A Mark says that between two moments something changed from which the burden of
// somebody, or that of nobody but the team, is measured.
type Mark struct {
	ID       schedule.ID
	Team     schedule.ID
	Person   schedule.ID // nobody: it is the team's alone
	From, To time.Time
}

// A BurdenState says how far a team has been measured.
type BurdenState struct {
	Team  schedule.ID
	Since schedule.Date // a Monday; nothing before it is measured
	// KeptFrom is the Monday of the first week of which all pages are kept. What was
	// measured before it stays, and is never measured again. It only ever moves on; zero
	// while nothing was removed.
	KeptFrom schedule.Date
	Until    time.Time // up to when the schedule was looked at
	Config   string    // the version by which everything is measured
	Zone     string    // the team's
	// Version is that of the schedule that was looked at, and Newest the one it has.
	Version, Newest int64
}

// Begins returns the first week that is still measured.
func (s *BurdenState) Begins() schedule.Date {
	if s.Since.Before(s.KeptFrom) {
		return s.KeptFrom
	}
	return s.Since
}

// A ClockChange says that somebody lives, works and sleeps so from an instant on; the
// first of them holds always.
type ClockChange struct {
	Person              schedule.ID
	From                time.Time
	Zone, Works, Sleeps string
}

// A DayRow is a day of somebody as it is kept.
type DayRow struct {
	Person schedule.ID
	Date   schedule.Date
	Tally  Tally
	Open   Open
}

// A PersonWeek is the sum of somebody's days from a Monday on, and what only a week
// can tell.
type PersonWeek struct {
	Person schedule.ID   `json:"-"`
	Week   schedule.Date `json:"-"`
	Tally
	// Nights in which work on incidents left less than the daily rest, and whether
	// there was less than the weekly one.
	ShortRests int  `json:"short_rests,omitempty"`
	ShortWeek  bool `json:"short_week,omitempty"`
}

// A Facts is what was told of some time, of everybody in a team.
type Facts struct {
	Notices   []Notification         // that are somebody's; in order of time
	Strangers []time.Time            // when people were notified whom nobody knows
	Incidents []Incident             // with who worked on them; in order of their trigger
	Titles    map[schedule.ID]string // of incidents
	Uncovered []time.Time            // when pages fired while nobody was on call
}

// A BurdenStore keeps what was measured. Like all of a [Store] it is used within a
// transaction to write.
type BurdenStore interface {
	// BurdenStates says of every team how far it was measured; a zero value with its zone
	// and version stands for one that never was.
	BurdenStates(ctx context.Context) ([]BurdenState, error)
	// MarkedTeams returns teams that have marks.
	MarkedTeams(ctx context.Context, most int) ([]schedule.ID, error)
	// LockBurden keeps others from measuring a team until the transaction ends, and
	// says how far it was measured; false when somebody else has it.
	LockBurden(ctx context.Context, team schedule.ID) (BurdenState, bool, error)
	SaveBurden(ctx context.Context, s *BurdenState) error
	BurdenState(ctx context.Context, team schedule.ID) (BurdenState, error) // without a lock

	AddMarks(ctx context.Context, marks []Mark) error
	Marks(ctx context.Context, team schedule.ID, most int) ([]Mark, error) // the oldest first
	// TakeMarks returns marks, of the oldest, in any order, and removes them.
	TakeMarks(ctx context.Context, team schedule.ID, most int) ([]Mark, error)

	// FirstNotice returns when the first page of a team fired; zero without any.
	FirstNotice(ctx context.Context, team schedule.ID) (time.Time, error)
	// Paged returns who was ever notified in a team.
	Paged(ctx context.Context, team schedule.ID) ([]schedule.ID, error)
	// Facts returns what was told of pages with a notice in [from, to), of pages that
	// began in it, and of those that began up to two weeks before and reach into it.
	Facts(ctx context.Context, team schedule.ID, from, to time.Time) (Facts, error)

	Duties(ctx context.Context, team schedule.ID, from, to time.Time) ([]Shift, error) // that overlap; person 0: a gap
	ReplaceDuties(ctx context.Context, team schedule.ID, gone, come []Shift) error

	ClockChanges(ctx context.Context, people []schedule.ID) ([]ClockChange, error) // by person and time
	AddClockChange(ctx context.Context, c *ClockChange) error

	// Days returns a team's days in [from, until) of one person.
	Days(ctx context.Context, team schedule.ID, config string, person schedule.ID, from, until schedule.Date) ([]DayRow, error)
	SaveDays(ctx context.Context, team schedule.ID, config string, days []DayRow) error
	// PersonWeeks returns the weeks that begin in [from, until); of one person or of all.
	PersonWeeks(ctx context.Context, team schedule.ID, config string, person schedule.ID, from, until schedule.Date) ([]PersonWeek, error)
	SavePersonWeeks(ctx context.Context, team schedule.ID, config string, weeks []PersonWeek) error
	TeamWeeks(ctx context.Context, team schedule.ID, config string, from, until schedule.Date) ([]TeamWeek, error)
	SaveTeamWeek(ctx context.Context, team schedule.ID, config string, w *TeamWeek) error
	// SumWeeks returns the sum of weeks in which somebody was on call first: of one
	// team or of all.
	SumWeeks(ctx context.Context, team schedule.ID, config string, from, until schedule.Date) (TeamSum, error)

	// NoteSeen writes down that somebody has seen what is about people, once a day.
	NoteSeen(ctx context.Context, by, team schedule.ID, people []schedule.ID, at time.Time) error
}

// A TeamSum is what weeks were for teams, in figures.
type TeamSum struct {
	Teams, Weeks, Quiet                                 int
	Level1, OnCall, Engaged                             int64 // seconds
	Interruptions, Wakeups, OffHours, Nights, Incidents int
}
