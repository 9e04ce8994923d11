package ui

import "time"

// PersonPage is the page "person": how to reach somebody, and when they are on call
// and away. Opening somebody else's is noted for them to see.
type PersonPage struct {
	Frame
	ID           int64
	Name         string
	Email        string
	TheirZone    string
	Works        string // "09:00-17:00", or ""
	InTeams      []TeamLink
	Left         bool
	Former       bool // nothing tells any more who they were
	Me           bool
	Shifts       []ShiftLine // to come, in teams the reader may see
	Away         []Absence   // without labels, unless the reader manages a team of theirs
	MayLog       bool        // the reader may see what was done by and about them
	Access       *AdminPerson
	SignOn       bool // the account is linked to the sign-on provider
	ShiftsBefore int  // days that Shifts looks ahead
	Erasure      *Erasure
}

// Erasure is what would become of somebody who left, or became of them.
type Erasure struct {
	Done  time.Time // zero: they are known by name
	Due   time.Time // when it happens by itself; zero: it does not
	First []Obstacle
}

// Obstacle is what has to be done first, and on which page; empty: on this one.
type Obstacle struct{ Text, Path string }
