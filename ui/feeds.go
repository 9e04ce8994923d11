package ui

import "time"

// FeedLink is a calendar feed's address, shown while it is known.
type FeedLink struct {
	Label   string
	URL     string // https address; empty when it was shown once and is only kept hashed
	Fetched time.Time
	Client  string
}

// Feed is a calendar feed.
type Feed struct {
	ID         int64
	Shows      string // in words
	Label      string
	Owner      string // whose it is, when not the reader's
	Busy       bool   // events take up time
	Tombstones bool   // sends cancellations for shifts that were taken away
	Alarms     bool   // reminds before shifts
	Made       time.Time
	Fetched    time.Time // zero: never
	Client     string
}

// FeedForm is what was typed to make a feed.
type FeedForm struct {
	Shows, Label       Field
	Choices            []Option
	Busy, Gone, Alarms bool
	Tried              bool // it was refused
}
