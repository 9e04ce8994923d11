package schedule

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// The kinds of imports.
const (
	ImportAbsences = "absences" // when their owner is away
	ImportHolidays = "holidays" // days off of their owner or, with a team, of the team
	ImportShifts   = "shifts"   // who had what in another tool, of a team
)

// Which events of a calendar count as away.
const (
	FilterAll   = "all"
	FilterWords = "words" // those whose title has one of the words
	FilterBusy  = "busy"  // those that do not leave the time free
)

// An Import is somebody else's calendar: a file that was read once, or a link that
// is read again and again. It brings nothing before somebody has looked at what it
// would bring and said yes.
type Import struct {
	ID    ID
	Kind  string
	Owner ID // who added it
	Team  ID // nobody's: it is about the owner
	Label string
	URL   string // a secret; empty for a file
	ImportChoice
	CreatedAt   time.Time
	ConfirmedAt time.Time // zero: it waits for a yes
	Waits       bool      // there is a calendar that waits for a yes
	Waiting     []byte    // this calendar; lists of imports leave it out
	ETag        string
	Modified    string        // Last-Modified, as it was sent
	Refresh     time.Duration // as the calendar asks; may be zero
	TriedAt     time.Time
	ReadAt      time.Time // the last time that it could be read
	NextAt      time.Time // zero: it is not read again
	Failures    int       // in a row
	Problem     string    // why the last reading failed; empty when it did not
	Events      int       // that counted at the last reading
	Warnings    []string
}

// An ImportChoice is what somebody chose when they looked at a calendar.
type ImportChoice struct {
	// Of absences: which events count, and whether their titles are kept, which
	// the person's team sees.
	Filter     string
	Words      string // comma separated
	LeastHours int    // shorter events do not count; 24: only whole days
	Titles     bool
	// Of shifts: those count that begin before Until, when the team's own plans
	// take over; Rotation is that of events that name none, and People is who is
	// who.
	Until    Date
	Rotation RotationID
	People   map[string]ID // by the name in the calendar; nobody: they count for nobody
}

// Check says what is wrong with a choice.
func (c *ImportChoice) Check() error {
	var bad problems
	switch c.Filter {
	case FilterAll, FilterBusy:
	case FilterWords:
		if len(commaWords(c.Words)) == 0 {
			bad.add("words", "say which words, like: vacation, out of office")
		}
	default:
		bad.add("filter", "choose which events count: all, words or busy")
	}
	bad.check(CheckText("words", c.Words, 500))
	if c.LeastHours < 0 || c.LeastHours > 24 {
		bad.add("least", "the least length lies from 0 to 24 hours")
	}
	return bad.err()
}

// commaWords splits what is separated by commas, in lower case.
func commaWords(s string) []string {
	var out []string
	for part := range strings.SplitSeq(strings.ToLower(s), ",") {
		if part = strings.Join(strings.Fields(part), " "); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// Host is what may be shown of where an import comes from: the host of a link and
// nothing more of it, since the rest opens it to anybody.
func (i *Import) Host() string {
	_, rest, ok := strings.Cut(i.URL, "://")
	if !ok {
		return ""
	}
	host, _, _ := strings.Cut(rest, "/")
	host, _, _ = strings.Cut(host, "?")
	if at := strings.LastIndex(host, "@"); at >= 0 {
		host = host[at+1:]
	}
	return host
}

// Calendars reads other people's calendars and fetches them. What it refuses is an
// *InvalidError, whose reason never has a link in it.
type Calendars interface {
	// Read returns the events of a calendar that take up any of [from, to). Times
	// without a zone are read in the given one.
	Read(src []byte, from, to time.Time, zone *time.Location) (Reading, error)
	// Holidays returns the whole days of a calendar on the days [from, until).
	Holidays(src []byte, from, until Date) (Reading, error)
	// Link returns a link as it is fetched, or what is wrong with it.
	Link(text string) (string, error)
	// Fetch gets a calendar, unless it is as it was at the last time.
	Fetch(ctx context.Context, link, etag, modified string) (Fetched, error)
}

// A Fetched is a calendar as it was got.
type Fetched struct {
	Body           []byte
	ETag, Modified string
	Unchanged      bool // and so without a body
}

// A Reading is what a calendar says in a window.
type Reading struct {
	Name     string
	Refresh  time.Duration
	Events   []Occasion // by start
	Days     []Holiday  // of a calendar of holidays, instead of events
	Warnings []string   // with lines
	Floating int        // events at times without a zone
}

// An Occasion is one event of a calendar, or one of a series.
type Occasion struct {
	// Key is the same whenever the event is read, also after it was moved.
	Key        string
	Title      string
	Start, End time.Time
	AllDay     bool
	First      Date // of whole days
	Until      Date // not included
	Cancelled  bool
	Free       bool     // it leaves the time free
	Names      []string // whom it names
	Emails     []string // in lower case
}

// An ImportPreview is what an import would bring, or has brought.
type ImportPreview struct {
	// Of shifts: the people whom the calendar names, what the team's rotations
	// are called, and where shifts of one rotation overlap or leave nobody.
	People    []ImportedPerson
	Rotations []RotationID
	Holes     []Hole
	Lines     []ImportLine
	Counts    map[string]int // by What
	Warnings  []string
	Floating  int
	Zone      string
}

// What becomes of an event.
const (
	LineAdd    = "add"
	LineChange = "change"
	LineKeep   = "keep"
	LineRemove = "remove"
	LineSkip   = "skip"
)

// An ImportLine says what becomes of an event, and why it is left out.
type ImportLine struct {
	What       string
	Start, End time.Time
	AllDay     bool
	Title      string
	Why        string
}

func (p *ImportPreview) add(l ImportLine) {
	if p.Counts == nil {
		p.Counts = map[string]int{}
	}
	p.Counts[l.What]++
	p.Lines = append(p.Lines, l)
}

// maxImports bounds the imports of a person or a team, and maxImported what one
// brings: a plan has to weigh each absence.
const (
	maxImports  = 20
	maxImported = 1000
)

// errTooMany says that a choice lets through more than a plan can weigh.
func errTooMany(n int) error {
	return &InvalidError{"filter", fmt.Sprintf("%d events would count, and %d is the most: choose fewer, for example by words or by length", n, maxImported)}
}
