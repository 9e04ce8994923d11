package ui

import "time"

// Tables is the page "tables": files of past pages that a team has taken over, and the
// form that adds one.
type Tables struct {
	Frame
	List   []TableLine
	Pagers []Option
	Pager  Field
	File   Field
	Limit  int // megabytes
	Error  string
}

// TableLine is one file in a list.
type TableLine struct {
	ID          int64
	Name        string
	Pager       string
	State       string // waits, reading, done, undoing, undone, failed
	By          string
	Added       time.Time
	Rows, Told  int
	Fresh       int
	From, Until time.Time // of its pages; zero: not known yet
}

// TablePage is the page "table": what taking a file over would do, or has done.
type TablePage struct {
	Frame
	TableLine
	PagerID     int64
	Size        string
	Encoding    string // in words
	Divided     string // in words
	Committed   time.Time
	CommittedBy string
	Undone      time.Time
	UndoneBy    string
	Good, Bad   int
	Doubled     int
	Why         string     // it stumbles
	Same        *TableLine // a file with the same bytes that counts

	// Of a file that is still kept.
	Look          bool
	Columns       []TableColumn
	TableZone     Field // of times without one
	Zones         []string
	Dates         Field
	Unit          Field
	Error         string
	Asks          string // what has to be said of the columns before anything can be read
	Refused       bool   // it cannot be read as it is mapped
	Zoneless      int
	Again         int
	Differs       int
	Elsewhere     int
	New           int
	Strangers     []TableStranger
	StrangersMore int
	Errors        []TableIssue
	ErrorsMore    int
	Warnings      []TableIssue
	WarningsMore  int
	Doubles       []TableDouble
	Reported      []TableNumber
}

// TableColumn is a column of a file, with what it means.
type TableColumn struct {
	Name   string
	Sample string
	Means  Field
	Among  []Option
}

// TableStranger is somebody whom a file names and nobody knows here.
type TableStranger struct {
	Name string
	Rows int
}

// TableIssue is something wrong with a cell or a row.
type TableIssue struct {
	Row          int
	Column       string
	Wrong, Right string
}

// TableDouble is a row about an incident that an earlier row has.
type TableDouble struct {
	Row, Of int
	Key     string
}

// TableNumber is a number that a file gives, in sum.
type TableNumber struct {
	Name string
	N    int64
}

// Tone is the colour of the state.
func (t TableLine) Tone() string {
	return map[string]string{"waits": "warn", "reading": "accent", "done": "good", "undoing": "accent", "undone": "", "failed": "bad"}[t.State]
}

// Word is the state in a word.
func (t TableLine) Word() string {
	return map[string]string{"waits": "not taken over", "reading": "being taken over", "done": "taken over", "undoing": "being undone", "undone": "undone", "failed": "stuck"}[t.State]
}

// Units are what durations may be counted in.
func (TablePage) Units() []Option {
	return []Option{{Value: "seconds", Label: "Seconds"}, {Value: "minutes", Label: "Minutes"}, {Value: "hours", Label: "Hours"}}
}
