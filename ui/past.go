package ui

import "time"

// Past is the page "past": what is fetched of the past from a pager's API.
type Past struct {
	Frame
	Pager      string
	PagerID    int64
	Vendor     string
	Can        bool // its API can be asked
	HasKey     bool
	Key        Field
	Region     Field
	Regions    []Option
	From       Field
	Until      Field
	Again      bool
	Error      string
	Left       int // windows that wait
	Finished   int
	Told       int // pages that the pager told of
	Fresh      int // of which nothing had been told before
	Unmapped   int // people of whom nobody has said who they are
	Gaps       int // pages that a nightly look found and no hook had told
	Looked     time.Time
	List       []PastRow
	ListedMore int
}

// PastRow is a window of the past.
type PastRow struct {
	From, Until time.Time
	State       string
	Why         string // it failed, or waits
	Told, Fresh int
	Requests    int
	Nightly     bool
}

// Tone is the colour of the state.
func (r PastRow) Tone() string {
	return map[string]string{"waits": "accent", "done": "good", "failed": "bad", "cancelled": "warn"}[r.State]
}

// Word is the state in a word.
func (r PastRow) Word() string {
	if r.State == "done" {
		return "fetched"
	}
	return r.State
}
