package ui

import "time"

// Schedule is the page "schedule": who is on, who is next, is it covered, is
// it even?
type Schedule struct {
	Frame
	TeamZone string // IANA name; hand-over is set in it
	InTeam   bool   // times are shown in the team's zone, which Frame.Zone then is
	MyZone   string // the reader's own zone

	// At is the moment looked at instead of now, with what was known then when it
	// is past; zero: now.
	At      time.Time
	AtField Field // the form that asks for one: GET with at

	From, To time.Time // what the chart shows; From is a midnight in Frame.Zone
	Earlier  string    // addresses of the periods before and after, and of today's
	Later    string
	Today    string

	Cards     []NowCard   // every rotation at this moment
	Next      *ShiftLine  // the reader's next shift, or nil
	Gaps      []ShiftLine // unfilled shifts in the period
	Rotations []RotationLine
	People    []PersonLine
	Shifts    []ChartShift
	Away      []ChartAway
	Holidays  []Holiday
	Covered   float64 // share of the hours that have somebody, 0 to 1
	Fair      []FairRow
	FairNote  string    // what the points are, and the period they are counted over
	Asks      []Request // open, for the reader to answer
	Problems  []Problem // what has to be mended in the next ninety days
	CanDraft  bool      // the reader may make a draft
}

// NowCard is one rotation at this moment.
type NowCard struct {
	Rotation, Kind string
	ShiftID        int64
	Person         string // empty: nobody is on call
	PersonZone     string
	Until          time.Time // zero outside the hours covered
	Next           string    // who is next, or ""
	Reach          bool      // the reader may put somebody else on, when they cannot be reached
	Idle           string    // why nobody needs to be on: "Covers Mon–Fri 08:00–18:00"
}

// RotationLine is a coverage row of the chart.
type RotationLine struct {
	ID         int64
	Name, Kind string // Kind is "primary" or "backup": how its shifts are drawn
}

// PersonLine is a person's row of the chart.
type PersonLine struct {
	ID   int64
	Name string
	Me   bool
}

// ChartShift is one shift of the chart. Person 0 means unfilled.
type ChartShift struct {
	ID, Rotation, Person int64
	Start, End           time.Time
	Swapped              bool
	Note                 string // "Swapped with Marcus"
}

// ChartAway is time off as the chart shows it.
type ChartAway struct {
	Person     int64
	Start, End time.Time
	Label      string // empty for a reader who may not know the reason
}

// Holiday is a public holiday, from midnight to midnight.
type Holiday struct {
	Name       string
	Start, End time.Time
}
