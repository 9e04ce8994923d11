package ingest

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"watchbill/health"
)

// Mapping says what the columns of a table of incidents mean.
type Mapping struct {
	// Columns are the names of columns by the field that they fill: see CSVFields.
	Columns map[string]string
	// Vendor is whose incidents these are; a webhook of the same vendor about the
	// same incident is believed before the table.
	Vendor string
	Zone   *time.Location // of times without one; UTC when nil
	// DateFormat is how times are written where they are not as ISO 8601 has it:
	// like DD/MM/YYYY HH:mm. Dates with slashes are never guessed.
	DateFormat string
	// Unit is what durations are counted in; a second when zero.
	Unit time.Duration
	// Encoding is EncodingWestern where the file is neither UTF-8 nor UTF-16.
	Encoding string
	// Now keeps out what lies ahead of it, or before the year 2000: zero keeps nothing out.
	Now time.Time
	// Since keeps out what began before it, because it would not be kept.
	Since time.Time
}

// CSVFields are what a column can mean. An incident needs external_id and
// triggered_at. Columns that only count something, like interruptions, are kept as
// reported_interruptions and never become events.
var CSVFields = []string{
	"external_id", "alert_key", "title", "urgency", "severity", "service", "triggered_at", "acknowledged_at", "resolved_at",
	"ack_after_seconds", "resolve_after_seconds", "acknowledger_name", "acknowledger_email", "resolver_name", "resolver_email",
	"responder_name", "responder_email", "auto_resolved",
}

// reported is how the names of fields begin that are kept as they are.
const reported = "reported_"

// ParseMapping reads a mapping as it is stored: an object with mapping, vendor,
// default_time_zone, date_format and duration_unit (seconds, minutes or hours).
func ParseMapping(data []byte) (Mapping, error) {
	n, err := parse(data)
	if err != nil {
		return Mapping{}, fmt.Errorf("the mapping is not JSON: %w", err)
	}
	m := Mapping{Columns: map[string]string{}, Vendor: cmp.Or(n.str("vendor"), "generic"), DateFormat: n.str("date_format")}
	columns, _ := n.get("mapping").v.(map[string]any)
	for _, field := range sortedKeys(columns) {
		if column := n.str("mapping", field); column != "" {
			m.Columns[field] = column
		}
	}
	zone := cmp.Or(n.str("default_time_zone"), "UTC")
	if m.Zone, err = time.LoadLocation(zone); err != nil || zone == "Local" {
		return Mapping{}, fmt.Errorf("default_time_zone: %q is not a time zone; write it like Europe/Berlin", zone)
	}
	if m.Unit, err = DurationUnit(cmp.Or(n.str("duration_unit"), "seconds")); err != nil {
		return Mapping{}, fmt.Errorf("duration_unit: %w", err)
	}
	return m, m.check()
}

// DurationUnit is what durations are counted in.
func DurationUnit(word string) (time.Duration, error) {
	unit, ok := map[string]time.Duration{"seconds": time.Second, "minutes": time.Minute, "hours": time.Hour}[word]
	if !ok {
		return 0, fmt.Errorf("%q is none of seconds, minutes and hours", word)
	}
	return unit, nil
}

// A MappingError says what is wrong with a mapping, by itself or for a file.
type MappingError struct{ Field, Reason string }

// Error names the field as it is called in a mapping that is stored.
func (e *MappingError) Error() string {
	if name, known := map[string]string{"columns": "mapping", "dates": "date_format"}[e.Field]; known {
		return name + ": " + e.Reason
	}
	return "mapping: " + e.Field + ": " + e.Reason
}

// check says what a mapping lacks.
func (m Mapping) check() error {
	for field := range m.Columns {
		if !slices.Contains(CSVFields, field) && !strings.HasPrefix(field, reported) {
			return &MappingError{"columns", fmt.Sprintf("nothing is called %q; fields are %s", field, strings.Join(CSVFields, ", "))}
		}
	}
	for _, field := range []string{"external_id", "triggered_at"} {
		if m.Columns[field] == "" {
			return &MappingError{"columns", "no column is " + field}
		}
	}
	if _, err := layout(m.DateFormat); err != nil {
		return &MappingError{"dates", err.Error()}
	}
	return nil
}

// Codes of what can be wrong in a row. The first group keeps the row out.
const (
	CSVBadTimestamp     = "bad_timestamp"
	CSVAmbiguousDate    = "ambiguous_date_format"
	CSVNonexistentTime  = "nonexistent_local_time"
	CSVResolvedBefore   = "resolved_before_triggered"
	CSVMissingID        = "missing_external_id"
	CSVNegativeDuration = "negative_duration"
	CSVBadDuration      = "bad_duration"
	CSVFieldCount       = "wrong_field_count"
	CSVBadQuotes        = "bad_quotes"
	CSVAhead            = "in_the_future"
	CSVLongAgo          = "too_long_ago"
	CSVNotKept          = "not_kept"

	CSVAmbiguousTime  = "ambiguous_local_time"
	CSVUnknownUrgency = "unknown_urgency"
	CSVUnknownPerson  = "unknown_person"
)

// Problem is something wrong with a cell, or with a row when it has no column.
// Rows are counted as records, the heading is the first.
type Problem struct {
	Row    int     `json:"row"`
	Column *string `json:"column"`
	Code   string  `json:"code"`
	Value  string  `json:"value"`
}

// Duplicate is a row about an incident that an earlier row has.
type Duplicate struct {
	Row        int    `json:"row"`
	OfRow      int    `json:"of_row"`
	ExternalID string `json:"external_id"`
}

// Report says what an import of a table would do.
type Report struct {
	Rows, Good, Bad, Duplicated int
	// Errors, Warnings and Duplicates are the first ones; Bad, Warned and Duplicated
	// count all.
	Errors, Warnings []Problem
	Warned           int
	Duplicates       []Duplicate
	Zoneless         int // times without a zone
	Events           []health.Event
	Reported         []Reported
	header           []string
}

// A Row is what a record tells that an import would take over.
type Row struct {
	Number   int // of the record; the heading is 1
	PageKey  string
	Events   []health.Event
	Reported []Reported
}

// Reported is a number that an export gives for an incident, kept to compare with.
type Reported struct{ PageKey, Name, Value string }

// problemsShown is how many problems a report lists.
const problemsShown = 1000

// MaxCSV is how large an uploaded table may be.
const MaxCSV = 100 << 20

// DryRun reads a table as an import would. Known says whether somebody is one of our
// people; nobody is missed when it is nil. The error is about the file or its
// mapping; what is wrong with rows is in the report.
func DryRun(data []byte, m Mapping, known func(health.Identity) bool) (*Report, error) {
	var events []health.Event
	var numbers []Reported
	rep, err := Rows(data, m, known, func(r *Row) error {
		events, numbers = append(events, r.Events...), append(numbers, r.Reported...)
		return nil
	})
	if err == nil {
		rep.Events, rep.Reported = events, numbers
	}
	return rep, err
}

// Rows is DryRun for tables of any length: each row that would be taken over is handed
// to each and not kept. An error of each ends it.
func Rows(data []byte, m Mapping, known func(health.Identity) bool, each func(*Row) error) (*Report, error) {
	t, records, err := newTable(data, m)
	if err != nil {
		return nil, err
	}
	t.known, t.each = known, each
	return t.report, t.read(records)
}

// newTable finds the columns of a mapping in a table.
func newTable(data []byte, m Mapping) (*table, *records, error) {
	if err := m.check(); err != nil {
		return nil, nil, err
	}
	records, err := newRecords(data, m.Encoding)
	if err != nil {
		return nil, nil, err
	}
	t := &table{mapping: m, at: map[string]int{}, seen: map[string]int{}, report: &Report{header: records.header}}
	if t.mapping.Zone == nil {
		t.mapping.Zone = time.UTC
	}
	if t.mapping.Unit == 0 {
		t.mapping.Unit = time.Second
	}
	if t.layout, err = layout(m.DateFormat); err != nil {
		return nil, nil, err
	}
	for _, field := range sortedKeys(m.Columns) {
		at := slices.Index(records.header, m.Columns[field])
		if at < 0 {
			return nil, nil, &MappingError{field, fmt.Sprintf("there is no column %q; columns are %s", m.Columns[field], strings.Join(records.header, ", "))}
		}
		t.at[field] = at
	}
	return t, records, nil
}

// read reads all records.
func (t *table) read(records *records) error {
	for {
		cells, err := records.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if errors.Is(err, errRecordLong) {
			return fmt.Errorf("row %d has more than 1 MB; look for a quote there that is never closed", records.row)
		}
		t.report.Rows++
		if err := t.row(records.row, cells, err); err != nil {
			return err
		}
	}
}

// WriteBad writes the rows that would be kept out, with a column that says why. Cells
// that a spreadsheet would take for a formula are quoted.
func WriteBad(w io.Writer, data []byte, m Mapping) (*Report, error) {
	t, records, err := newTable(data, m)
	if err != nil {
		return nil, err
	}
	out := csv.NewWriter(w)
	t.each = func(*Row) error { return nil }
	t.bad = func(cells []string, problems []Problem) error {
		reasons := make([]string, len(problems))
		for i, p := range problems {
			reasons[i] = p.Code
		}
		return out.Write(append(plainCells(cells), strings.Join(reasons, ", ")))
	}
	if err := out.Write(append(plainCells(records.header), "reason")); err != nil {
		return nil, err
	}
	if err := t.read(records); err != nil {
		return nil, err
	}
	out.Flush()
	return t.report, out.Error()
}

// plainCells are cells as no spreadsheet takes them for a formula: those that begin like
// one, also in the wide letters of Asia, get an apostrophe.
func plainCells(cells []string) []string {
	out := make([]string, 0, len(cells)+1)
	for _, cell := range cells {
		if first, _ := utf8.DecodeRuneInString(cell); cell != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
			cell = "'" + cell
		}
		out = append(out, cell)
	}
	return out
}

// MarshalJSON writes a report in the form oncall.ingest.csv_dry_run/1.
func (rep *Report) MarshalJSON() ([]byte, error) {
	events := []member{}
	pages := map[string]bool{}
	for _, e := range rep.Events {
		pages[e.PageKey] = true
		m := member{{"page_key", e.PageKey}, {"kind", e.Kind}, {"occurred_at", instant(e.OccurredAt)}}
		switch e.Kind {
		case health.KindTriggered:
			m = append(m, pair{"urgency", e.Urgency})
		case health.KindResolved:
			m = append(m, pair{"resolver", orNull(cmp.Or(e.Actor.Name, e.Actor.Email))})
			if e.Auto {
				m = append(m, pair{"auto", true})
			}
		}
		if e.TimeBasis == health.TimeDerived {
			m = append(m, pair{"derived", true})
		}
		events = append(events, m)
	}
	return json.Marshal(member{
		{"schema", "oncall.ingest.csv_dry_run/1"},
		{"rows_total", rep.Rows}, {"rows_ok", rep.Good}, {"rows_error", rep.Bad}, {"rows_duplicate", rep.Duplicated},
		{"pages_to_create", len(pages)},
		{"errors", append([]Problem{}, rep.Errors...)},
		{"duplicates", append([]Duplicate{}, rep.Duplicates...)},
		{"warnings", append([]Problem{}, rep.Warnings...)},
		{"events", events},
	})
}
