package ui

import "time"

// ImportBox lists other people's calendars, with the form that adds one: POST with
// kind, label, url and file, as multipart/form-data.
type ImportBox struct {
	Rows             []ImportRow
	Kinds            []Option
	Kind, URL, Label Field
	Error            string
}

// ImportRow is one calendar in a list.
type ImportRow struct {
	ID      int64
	Label   string
	Kind    string // "Time off", "Public holidays" …
	Host    string // of a link; empty for a file
	Unsure  bool   // somebody has to look at it and say yes
	Events  int
	Read    time.Time // zero: never
	Next    time.Time // zero: not by itself
	Problem string
}

// Import is the page "import": what a calendar would bring, or brings.
type Import struct {
	Frame
	ImportRow
	Back      string // where its kind is listed
	Confirmed bool
	Absences  bool // its events are absences: there is a choice
	// The form: POST /imports/{id} with filter, words, least and titles.
	Filter, Words, Least Field
	Titles               bool
	Error                string

	// Of the shifts of another tool: POST /imports/{id} with until, rotation, and
	// name and who in turn for each of Names.
	Past            bool
	Until, Rotation Field
	Rotations       []Option
	Members         []Option
	Names           []ImportName
	MoreNames       int // that are not shown, and stay what they are
	Holes           []ImportHole
	MoreHoles       int // that are not shown

	Counts   []Effect // in words
	Lines    []ImportLine
	More     int // lines that are not shown
	Warnings []string
	Clashes  int
}

// ImportLine says what becomes of one event.
type ImportLine struct {
	What       string // add, change, keep, remove, skip
	Start, End time.Time
	AllDay     bool
	Title      string
	Why        string
}

// ImportName is somebody whom the calendar of another tool names, who that is, and
// what their shifts come to.
type ImportName struct {
	Label                     string
	Who                       string // a person's id; 0: nobody
	Known                     bool
	Shifts, Hours             int
	Points, Share, Difference float64
}

// ImportHole is where another tool had nobody, or several at once.
type ImportHole struct {
	Rotation   string
	Start, End time.Time
	Overlap    bool
}

// Word is what becomes of the event, in a word.
func (l ImportLine) Word() string {
	return map[string]string{"add": "new", "change": "moved", "keep": "as before", "remove": "goes", "skip": "left out"}[l.What]
}

// Tone is the colour of the word.
func (l ImportLine) Tone() string {
	return map[string]string{"add": "good", "change": "accent", "remove": "warn"}[l.What]
}

// Filters are the choices of what counts as away.
func (Import) Filters() []Option {
	return []Option{{Value: "all", Label: "Every event"}, {Value: "words", Label: "Those with certain words in the title"}, {Value: "busy", Label: "Those that are not marked as free"}}
}

// Lengths are the choices of the least length.
func (Import) Lengths() []Option {
	return []Option{{Value: "0", Label: "Of any length"}, {Value: "4", Label: "Of four hours or more"}, {Value: "24", Label: "Whole days only"}}
}
