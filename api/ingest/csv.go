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
	unit := cmp.Or(n.str("duration_unit"), "seconds")
	var ok bool
	if m.Unit, ok = map[string]time.Duration{"seconds": time.Second, "minutes": time.Minute, "hours": time.Hour}[unit]; !ok {
		return Mapping{}, fmt.Errorf("duration_unit: %q is none of seconds, minutes and hours", unit)
	}
	return m, m.check()
}

// check says what a mapping lacks.
func (m Mapping) check() error {
	for field := range m.Columns {
		if !slices.Contains(CSVFields, field) && !strings.HasPrefix(field, reported) {
			return fmt.Errorf("mapping: nothing is called %q; fields are %s", field, strings.Join(CSVFields, ", "))
		}
	}
	for _, field := range []string{"external_id", "triggered_at"} {
		if m.Columns[field] == "" {
			return fmt.Errorf("mapping: no column is %s", field)
		}
	}
	_, err := layout(m.DateFormat)
	return err
}

// aliases are the headings under which exports have a field, in lower case.
var aliases = map[string][]string{
	"external_id":                     {"incident id", "incident_id", "alert id", "alertid", "id"},
	"title":                           {"title", "description", "message", "summary"},
	"urgency":                         {"urgency"},
	"severity":                        {"priority", "severity"},
	"service":                         {"service", "service name", "entity"},
	"triggered_at":                    {"created at", "created_at", "createdat", "triggered at", "triggered_at", "start time"},
	"acknowledged_at":                 {"acknowledged at", "acknowledged_at"},
	"resolved_at":                     {"resolved at", "resolved_at", "closed at", "closed_at"},
	"resolver_name":                   {"resolved by", "resolved_by", "closed by"},
	"auto_resolved":                   {"auto resolved", "auto_resolved"},
	"ack_after_seconds":               {"tta", "seconds to first ack", "seconds_to_first_ack", "time to acknowledge"},
	"resolve_after_seconds":           {"ttr", "seconds to resolve", "seconds_to_resolve", "time to resolve"},
	"responder_email":                 {"responder email", "assignee email", "owner"},
	"reported_interruptions":          {"interruptions", "total interruptions", "total_interruptions"},
	"reported_business_interruptions": {"business hour interruptions", "business_hour_interruptions"},
	"reported_off_interruptions":      {"off hour interruptions", "off_hour_interruptions"},
	"reported_sleep_interruptions":    {"sleep hour interruptions", "sleep_hour_interruptions"},
}

// Suggest returns which columns of a heading mean what, as far as their names say.
func Suggest(header []string) map[string]string {
	out := map[string]string{}
	for field, names := range aliases {
		for _, name := range names {
			at := slices.IndexFunc(header, func(column string) bool { return strings.EqualFold(strings.TrimSpace(column), name) })
			if at >= 0 {
				out[field] = header[at]
				break
			}
		}
	}
	return out
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
	// Errors, Warnings and Duplicates are the first ones; Bad and Duplicated count all.
	Errors, Warnings []Problem
	Duplicates       []Duplicate
	Events           []health.Event
	Reported         []Reported
	header           []string
	badRows          []badRow
}

// Reported is a number that an export gives for an incident, kept to compare with.
type Reported struct{ PageKey, Name, Value string }

type badRow struct {
	cells  []string
	reason string
}

// problemsShown is how many problems a report lists.
const problemsShown = 1000

// MaxCSV is how large an uploaded table may be.
const MaxCSV = 100 << 20

// DryRun reads a table as an import would. Known says whether somebody is one of our
// people; nobody is missed when it is nil. The error is about the file or its
// mapping; what is wrong with rows is in the report.
func DryRun(data []byte, m Mapping, known func(health.Identity) bool) (*Report, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	records, err := newRecords(data)
	if err != nil {
		return nil, err
	}
	t := &table{mapping: m, known: known, at: map[string]int{}, seen: map[string]int{}, report: &Report{header: records.header}}
	if t.mapping.Zone == nil {
		t.mapping.Zone = time.UTC
	}
	if t.mapping.Unit == 0 {
		t.mapping.Unit = time.Second
	}
	if t.layout, err = layout(m.DateFormat); err != nil {
		return nil, err
	}
	for field, column := range m.Columns {
		at := slices.Index(records.header, column)
		if at < 0 {
			return nil, fmt.Errorf("mapping: %s: there is no column %q; columns are %s", field, column, strings.Join(records.header, ", "))
		}
		t.at[field] = at
	}
	for {
		cells, err := records.next()
		if errors.Is(err, io.EOF) {
			return t.report, nil
		}
		t.report.Rows++
		t.row(records.row, cells, err)
	}
}

// WriteBad writes the rows that were kept out, with a column that says why. Cells
// that a spreadsheet would take for a formula are quoted.
func (rep *Report) WriteBad(w io.Writer) error {
	out := csv.NewWriter(w)
	rows := append([]badRow{{rep.header, "reason"}}, rep.badRows...)
	for _, bad := range rows {
		cells := make([]string, 0, len(bad.cells)+1)
		for _, cell := range bad.cells {
			cells = append(cells, plainCell(cell))
		}
		if err := out.Write(append(cells, bad.reason)); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func plainCell(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
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
