package ui

import "time"

// Home is the page "home": when am I next on call?
type Home struct {
	Frame
	Next     *NextShift  // nil: nothing is planned for me
	Shifts   []ShiftLine // mine, coming, soonest first; may begin with the current one
	Asks     []Request   // open, for me to answer
	Asked    []Request   // what I asked for and is not over
	TimeOff  []Absence
	Feed     *FeedLink // nil until I have made one
	ManyMore int       // coming shifts that Shifts leaves out
}

// NextShift is the shift the first sentence is about.
type NextShift struct {
	ShiftLine
	On         bool   // it is running now
	Relieves   string // who hands over to me; empty when nobody does
	RelievedBy string // who takes over from me; empty when nobody does
	TeamZone   string
}

// FeedLink is a calendar feed's address, shown while it is known.
type FeedLink struct {
	Label   string
	URL     string // https address; empty when it was shown once and is only kept hashed
	Fetched time.Time
	Client  string
}
