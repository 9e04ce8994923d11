package health

import (
	"context"
	"io"
	"time"

	"watchbill/schedule"
)

// The states of a table.
const (
	TableWaits   = "waits"   // it was looked at, and tells nothing yet
	TableReading = "reading" // it is being taken over
	TableDone    = "done"
	TableUndoing = "undoing" // what it told is being taken back
	TableUndone  = "undone"
	TableFailed  = "failed" // a part of it could not be written down
)

// A Table is a file of past incidents that somebody uploaded for an integration. What
// it tells is kept apart from what hooks and pulls tell, so that it can be taken back.
type Table struct {
	ID          schedule.ID
	Team        schedule.ID
	Integration schedule.ID
	Name        string // of the file
	Size        int64  // bytes
	Sum         string // of its bytes, as lower-case hex of SHA-256
	Encoding    string
	Mapping     TableMapping
	State       string
	AddedAt     time.Time
	AddedBy     schedule.ID
	CommittedAt time.Time
	CommittedBy schedule.ID
	UndoneAt    time.Time
	UndoneBy    schedule.ID

	Rows, Good, Bad, Doubled int // records, and how many of them what is true of
	From, Until              time.Time
	Told                     int // pages that are taken over so far
	Fresh                    int // of which nothing had been told before
	// HowFar is how many records were dealt with.
	HowFar int
	Tries  int // that failed since the last that did not
	DueAt  time.Time
	// Claim is the number of whoever deals with it, until ClaimedUntil; see ADR 18.
	Claim        int
	ClaimedUntil time.Time
	Error        string
	HasFile      bool // its bytes are still kept
	// KeptSince keeps out rows of before: all pages are kept since then. Whoever reads a table
	// sets it; it is not kept.
	KeptSince time.Time
}

// A TableMapping says what the columns of a table mean.
type TableMapping struct {
	// Columns are the names of columns by the field that they fill.
	Columns map[string]string `json:"columns"`
	Zone    string            `json:"zone"` // IANA: of times without one
	// Dates is how times are written that are not as ISO 8601 has it, like
	// DD/MM/YYYY HH:mm.
	Dates string `json:"dates,omitempty"`
	Unit  string `json:"unit"` // of durations: seconds, minutes or hours
}

// A TableHeading says how a table is written.
type TableHeading struct {
	Columns  []string
	First    []string // cells of the first record
	Encoding string   // utf-8, utf-16 or windows-1252
	Divided  rune
	Means    map[string]string // what columns seem to mean: the column by the field
	Dates    string            // how times seem to be written where that leaves no doubt; empty like ISO 8601
}

// A TableRow is what a record of a table tells of a page.
type TableRow struct {
	Table    schedule.ID
	Number   int // of the record; the heading is 1
	Key      string
	Events   []Event
	Reported map[string]string // numbers that the file gives, which are no events
}

// A TableProblem is something wrong with a cell, or with a record when it has no column.
type TableProblem struct {
	Row    int
	Column string
	Code   string
	Value  string
	Wrong  string // what is wrong, in words
	Right  string // what would be right
}

// A TableDouble is a record about an incident that an earlier one has.
type TableDouble struct {
	Row, Of int
	Key     string
}

// A TableReport says what the records of a table are good for.
type TableReport struct {
	Rows, Good, Bad, Doubled, Warned int
	Zoneless                         int            // times without a zone
	Errors, Warnings                 []TableProblem // the first of them
	Doubles                          []TableDouble  // the first of them
}

// A TableReader reads tables. What is wrong with a file, or with what somebody said of
// it, is a *schedule.InvalidError.
type TableReader interface {
	Heading(file []byte) (TableHeading, error)
	// Fields are what a column can mean.
	Fields() []string
	// Rows hands over what each good record tells. Nothing may lie ahead of now.
	Rows(file []byte, t *Table, vendor string, now time.Time, each func(*TableRow) error) (TableReport, error)
	// WriteBad writes the records that are kept out as a table, with the reasons.
	WriteBad(w io.Writer, file []byte, t *Table, vendor string, now time.Time) error
}

// A TableStore keeps tables.
type TableStore interface {
	Tables(ctx context.Context, team schedule.ID) ([]Table, error) // the newest first
	Table(ctx context.Context, id schedule.ID) (Table, error)
	// TableFile returns the bytes of a table, packed as AddTable was given them; it is
	// schedule.ErrNotFound once they are forgotten.
	TableFile(ctx context.Context, id schedule.ID) ([]byte, error)
	AddTable(ctx context.Context, t *Table, packed []byte) error
	// SaveTable writes a table, but for its file, if its state and claim are still as they
	// were; it is schedule.ErrConflict otherwise.
	SaveTable(ctx context.Context, t, was *Table) error
	// DecideTable is SaveTable for what people decide, and leaves how many pages were told
	// as it is: somebody may be counting.
	DecideTable(ctx context.Context, t, was *Table) error
	RemoveTable(ctx context.Context, t *Table) error // one that tells nothing; on the condition of SaveTable
	// ClaimTable gives one that is being read or undone to whoever asks, and of one
	// integration one at a time. It is schedule.ErrNotFound when there is none.
	ClaimTable(ctx context.Context, now, until time.Time) (Table, error)
	// ForgetTables forgets tables that nobody took over and files of those that were
	// dealt with, before an instant each.
	ForgetTables(ctx context.Context, waiting, files time.Time) error

	AddTableRows(ctx context.Context, t *Table, rows []TableRow) error // one that is there already stays
	RemoveTableRows(ctx context.Context, table schedule.ID, keys []string) error
	TableKeys(ctx context.Context, table schedule.ID, most int) ([]string, error) // some of its pages
	// TableRows returns what tables of an integration tell of pages, the one first that
	// was taken over first.
	TableRows(ctx context.Context, integration schedule.ID, keys []string) ([]TableRow, error)
	// RemoveEvents removes events by their keys.
	RemoveEvents(ctx context.Context, integration schedule.ID, keys []string) error
	// ToldElsewhere returns of which pages something is told by hooks or pulls.
	ToldElsewhere(ctx context.Context, integration schedule.ID, keys []string) ([]string, error)
}
