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
	Changes  *Changes  // how my shifts have changed since I last said that I know; nil: not
	Drafts   []DraftNotice
	Items    []ItemRow // open ones that I look after, what is worth most first
	Hand     []HandOverNotice
	Open     []ToldPage    // pages that came to me and are not over, the newest
	OpenMore int           // and how many more
	Untold   int           // pages of the last week of which I said nothing
	Pulses   []MyPulseRow  // surveys in which I am asked, whether I have answered or not
	Diary    *DiaryAsk     // my last shift that ended, if my diary asks about it
	Problems []Problem     // what somebody has to mend about my shifts, or in teams I manage
	Rest     *MyRest       // my night was broken; nil: it was not, or my teams do not offer rest
	Owed     []OwedEnding  // what I lose soon if I do not take it
	Decide   []TeamLink    // teams I manage in which hours of time owed wait for approval
	Warnings []HomeWarning // what teams I manage gave reason to ask, and nobody has answered
	Due      []RestDue     // who is to rest in teams I manage
}

// MyRest is a broken night of the reader, and what they may hand over for it:
// POST /shifts/{id}/cover with until, and message when they say what it is for.
type MyRest struct {
	Say   string // "woken twice, 3 hours of work in sleeping hours"
	Rest  time.Time
	Shift *ShiftLine // the part of a shift; nil when none comes before they have rested
	On    bool       // it has begun
	Until string     // as the form has it; empty is to its end
	Asked bool       // cover is asked for already
}

// HomeWarning is a question about a team that its reader manages, and what was begun
// because of it.
type HomeWarning struct {
	Team, Question, Week, Href string
	Item                       *HealthLink // nil: nothing
	WhatIf                     string
}

// RestDue says that somebody is to rest, and which of their shifts comes before that is
// over.
type RestDue struct {
	Name, Team string
	Rest       time.Time
	Shift      *ShiftLine
	Asked      bool
}

// Changes are what has changed in somebody's coming shifts:
// POST /account/shifts/seen with until says that they know.
type Changes struct {
	List  []ShiftChange
	Until int64 // seconds: what happens later is told again
}

// ShiftChange is how one shift has changed for its reader.
type ShiftChange struct {
	ShiftID    int64
	Rotation   string
	Team       string
	Start, End time.Time
	What       string // "is yours now", "is not yours any more", "is at another time"
	Tone       string // good, warn
	Why        string
	When       time.Time
	Undo       int64 // the override that the reader may undo, or 0
}

// Problem is something about coming shifts that has to be mended, and what to do.
type Problem struct {
	ShiftLine
	Kind string // unfilled, twice, away, unknown, unreachable
	What string // in a sentence
	Do   string // "Ask for cover", "Take it", "Put somebody on it"
	Href string
}

// NextShift is the shift the first sentence is about.
type NextShift struct {
	ShiftLine
	On         bool   // it is running now
	Relieves   string // who hands over to me; empty when nobody does
	RelievedBy string // who takes over from me; empty when nobody does
	TeamZone   string
}
