package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"watchbill/api/ingest"
	"watchbill/health"
	"watchbill/schedule"
)

// tableReader implements health.TableReader with what reads tables on the command line.
type tableReader struct{}

var _ health.TableReader = tableReader{}

// Heading implements health.TableReader.
func (tableReader) Heading(file []byte) (health.TableHeading, error) {
	h, err := ingest.CSVHeading(file)
	if err != nil {
		return health.TableHeading{}, &schedule.InvalidError{Field: "file", Reason: err.Error()}
	}
	means := ingest.Suggest(h.Columns, h.First)
	dates := ""
	if at := slices.Index(h.Columns, means["triggered_at"]); at >= 0 && at < len(h.First) {
		dates = ingest.SuggestDates(h.First[at])
	}
	return health.TableHeading{Columns: h.Columns, First: h.First, Encoding: h.Encoding, Divided: h.Divided, Means: means, Dates: dates}, nil
}

// Fields implements health.TableReader.
func (tableReader) Fields() []string { return ingest.CSVFields }

// tableMapping is what somebody said of a table, as its reader takes it.
func tableMapping(t *health.Table, vendor string, now time.Time) (ingest.Mapping, error) {
	m := ingest.Mapping{Columns: t.Mapping.Columns, Vendor: vendor, DateFormat: t.Mapping.Dates, Now: now, Since: t.KeptSince}
	if t.Encoding == ingest.EncodingWestern {
		m.Encoding = t.Encoding
	}
	var err error
	if m.Zone, err = time.LoadLocation(t.Mapping.Zone); err != nil || t.Mapping.Zone == "" || t.Mapping.Zone == "Local" {
		return m, &schedule.InvalidError{Field: "zone", Reason: fmt.Sprintf("%q is no time zone; write one like Europe/Berlin", t.Mapping.Zone)}
	}
	if m.Unit, err = ingest.DurationUnit(t.Mapping.Unit); err != nil {
		return m, &schedule.InvalidError{Field: "unit", Reason: err.Error()}
	}
	return m, nil
}

// invalidTable says which field of a form an error of the reader is about.
func invalidTable(err error) error {
	var bad *ingest.MappingError
	if errors.As(err, &bad) {
		return &schedule.InvalidError{Field: bad.Field, Reason: bad.Reason}
	}
	return &schedule.InvalidError{Field: "file", Reason: err.Error()}
}

// errStopped carries an error of whoever is handed rows through the reader.
type errStopped struct{ error }

// Unwrap returns it.
func (e errStopped) Unwrap() error { return e.error }

// Rows implements health.TableReader.
func (tableReader) Rows(file []byte, t *health.Table, vendor string, now time.Time, each func(*health.TableRow) error) (health.TableReport, error) {
	m, err := tableMapping(t, vendor, now)
	if err != nil {
		return health.TableReport{}, err
	}
	rep, err := ingest.Rows(file, m, nil, func(r *ingest.Row) error {
		row := &health.TableRow{Number: r.Number, Key: r.PageKey, Events: r.Events}
		for _, n := range r.Reported {
			if row.Reported == nil {
				row.Reported = map[string]string{}
			}
			row.Reported[n.Name] = n.Value
		}
		if err := each(row); err != nil {
			return errStopped{err}
		}
		return nil
	})
	var stopped errStopped
	switch {
	case errors.As(err, &stopped):
		return health.TableReport{}, stopped.error
	case err != nil:
		return health.TableReport{}, invalidTable(err)
	}
	out := health.TableReport{Rows: rep.Rows, Good: rep.Good, Bad: rep.Bad, Doubled: rep.Duplicated, Warned: rep.Warned, Zoneless: rep.Zoneless}
	for i := range rep.Errors {
		out.Errors = append(out.Errors, tableProblem(&rep.Errors[i], &m))
	}
	for i := range rep.Warnings {
		out.Warnings = append(out.Warnings, tableProblem(&rep.Warnings[i], &m))
	}
	for _, d := range rep.Duplicates {
		out.Doubles = append(out.Doubles, health.TableDouble{Row: d.Row, Of: d.OfRow, Key: d.ExternalID})
	}
	return out, nil
}

// WriteBad implements health.TableReader.
func (tableReader) WriteBad(w io.Writer, file []byte, t *health.Table, vendor string, now time.Time) error {
	m, err := tableMapping(t, vendor, now)
	if err != nil {
		return err
	}
	if _, err = ingest.WriteBad(w, file, m); err != nil {
		return invalidTable(err)
	}
	return nil
}

func tableProblem(p *ingest.Problem, m *ingest.Mapping) health.TableProblem {
	out := health.TableProblem{Row: p.Row, Code: p.Code, Value: p.Value}
	if p.Column != nil {
		out.Column = *p.Column
	}
	out.Wrong, out.Right = p.Explain(m)
	return out
}
