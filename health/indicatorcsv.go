package health

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"watchbill/schedule"
)

// Bounds of a table of indicators.
const (
	MaxIndicatorFile  = 256 << 10
	mostIndicatorRows = 2000
)

// An IndicatorUpload is what a table of indicators would change, or has changed.
type IndicatorUpload struct {
	Steps  []IndicatorStep // in the order of the rows; empty when a row is wrong
	Errors []TableProblem  // with one of them nothing is kept
}

// Changes counts the values that are not what was said before.
func (u *IndicatorUpload) Changes() (n int) {
	for i := range u.Steps {
		if u.Steps[i].Changes() {
			n++
		}
	}
	return n
}

// LookAtIndicators says what a table of indicators would change, and keeps nothing.
func (s *Service) LookAtIndicators(ctx context.Context, w Whence, team schedule.ID, data []byte) (*IndicatorUpload, error) {
	book, err := readIndicators(ctx, s.Store, team)
	if err != nil {
		return nil, err
	}
	return book.upload(w, data)
}

// UploadIndicators keeps what a table says of a team, all of it or, when a row is wrong,
// nothing.
func (s *Service) UploadIndicators(ctx context.Context, w Whence, team schedule.ID, data []byte) (u *IndicatorUpload, err error) {
	err = s.Store.InTx(ctx, func(tx Store) error {
		book, err := openIndicators(ctx, tx, team)
		if err != nil {
			return err
		}
		if u, err = book.upload(w, data); err != nil || len(u.Errors) > 0 || u.Changes() == 0 {
			return err
		}
		var fresh []IndicatorValue
		for i := range u.Steps {
			if step := &u.Steps[i]; step.Changes() {
				step.At = s.Now()
				fresh = append(fresh, step.IndicatorValue)
			}
		}
		if err := tx.AddIndicators(ctx, fresh); err != nil {
			return err
		}
		return tx.Audit(ctx, &schedule.AuditEntry{At: s.Now(), By: w.By, Action: "indicator.upload", Team: team, Detail: plural(len(fresh), "value", "values")})
	})
	return u, err
}

// upload enters the rows of a table.
func (b *indicatorBook) upload(w Whence, data []byte) (*IndicatorUpload, error) {
	rows, err := readIndicatorRows(data)
	if err != nil {
		return nil, err
	}
	u, seen := &IndicatorUpload{}, map[string]int{}
	for i := range rows {
		row := &rows[i]
		e, fault := row.entry()
		if fault == nil {
			key := string(e.Name) + e.Period.String()
			if first, ok := seen[key]; ok {
				fault = &indicatorFault{"period", fmt.Sprintf("row %d is about the same", first), "keep one of them"}
			}
			seen[key] = row.line
		}
		var step IndicatorStep
		if fault == nil {
			step, fault = b.enter(w, &e)
		}
		if fault != nil {
			u.Errors = append(u.Errors, TableProblem{Row: row.line, Column: fault.field, Code: "bad_" + fault.field, Value: cutText(row.cells[fault.field], 100), Wrong: fault.wrong, Right: fault.right})
			continue
		}
		u.Steps = append(u.Steps, step)
	}
	if len(u.Errors) > 0 {
		u.Steps = nil
	}
	return u, nil
}

// An indicatorRow is a row of a table by the names of its columns.
type indicatorRow struct {
	line  int
	cells map[string]string
}

// entry reads a row.
func (r *indicatorRow) entry() (e IndicatorEntry, fault *indicatorFault) {
	e.Name = IndicatorName(strings.ToLower(r.cells["indicator"]))
	i, ok := IndicatorOf(e.Name)
	if !ok {
		return e, (&IndicatorValue{Name: IndicatorName(r.cells["indicator"])}).check(schedule.Date{})
	}
	if e.Period, ok = ParseIndicatorPeriod(r.cells["period"]); !ok {
		return e, &indicatorFault{"period", fmt.Sprintf("%q is no month and no week", cutText(r.cells["period"], 40)), "write one like 2026-10 or 2026-W44"}
	}
	e.Value, e.Whole, fault = i.read(r.cells["value"], r.cells["of"])
	return e, fault
}

// ReadIndicatorEntry reads what somebody typed of an indicator and a period; an empty value
// withdraws what was said. What is wrong is a *schedule.InvalidError.
func ReadIndicatorEntry(name, period, value, of string) (e IndicatorEntry, err error) {
	row := indicatorRow{cells: map[string]string{"indicator": name, "period": period, "value": strings.TrimSpace(value), "of": strings.TrimSpace(of)}}
	withdrawn := row.cells["value"] == "" && row.cells["of"] == ""
	if withdrawn {
		row.cells["value"], row.cells["of"] = "0", ""
	}
	e, fault := row.entry()
	if fault != nil && (!withdrawn || fault.field == "indicator" || fault.field == "period") {
		return e, fault.invalid()
	}
	if withdrawn {
		e.Value, e.Whole = nil, 0
	}
	return e, nil
}

// read reads a number and its whole, as people write them.
func (i *Indicator) read(value, of string) (*float64, float64, *indicatorFault) {
	if part, whole, is := strings.Cut(value, "/"); is && i.Unit == UnitParts && of == "" {
		value, of = part, whole
	}
	text, percent := strings.CutSuffix(strings.TrimSpace(value), "%")
	x, ok := readNumber(text)
	switch {
	case value == "":
		return nil, 0, &indicatorFault{"value", "it is empty", "give a number, or leave the row out"}
	case !ok || percent && i.Unit != UnitShare:
		return nil, 0, &indicatorFault{"value", fmt.Sprintf("%q is no number", cutText(value, 40)), "give one like " + i.example()}
	case i.Unit == UnitShare && !percent && x > 1:
		return nil, 0, &indicatorFault{"value", fmt.Sprintf("%g is more than all of it", x), "write 30 % or 0.3"}
	}
	if percent {
		x /= 100
	}
	whole := 0.0
	if of != "" {
		if whole, ok = readNumber(of); !ok {
			return nil, 0, &indicatorFault{"of", fmt.Sprintf("%q is no number", cutText(of, 40)), "give a whole number"}
		}
	}
	return &x, whole, nil
}

func (i *Indicator) example() string {
	return map[IndicatorUnit]string{UnitShare: "0.3 or 30 %", UnitDays: "4.5", UnitHours: "12", UnitCount: "3", UnitParts: "11, with 12 in the column “of”"}[i.Unit]
}

// readNumber reads a decimal number with a point or a comma.
func readNumber(text string) (float64, bool) {
	text = strings.TrimSpace(text)
	if strings.Trim(text, "0123456789.,-") != "" || len(text) > 20 {
		return 0, false // no exponents, no infinity
	}
	if !strings.Contains(text, ".") && strings.Count(text, ",") == 1 {
		text = strings.Replace(text, ",", ".", 1)
	}
	x, err := strconv.ParseFloat(text, 64)
	return x, err == nil
}

// readIndicatorRows reads a table that is divided by commas, semicolons or tabs.
func readIndicatorRows(data []byte) (rows []indicatorRow, err error) {
	bad := func(reason string) ([]indicatorRow, error) {
		return nil, &schedule.InvalidError{Field: "file", Reason: reason}
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		return bad("it is empty; the first row names the columns: indicator, period, value, of")
	case len(data) > MaxIndicatorFile:
		return bad(fmt.Sprintf("it is larger than %d KB; split it, by year for example", MaxIndicatorFile>>10))
	case !utf8.Valid(data) || bytes.ContainsRune(data, 0):
		return bad("it is no text in UTF-8; save it as CSV in UTF-8")
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord, r.TrimLeadingSpace, r.Comma = -1, true, divider(data)
	var columns []string
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		} else if broken := (*csv.ParseError)(nil); errors.As(err, &broken) {
			return bad(fmt.Sprintf("row %d cannot be read: a quotation mark is open or stands inside a cell; write \"\" for one", broken.StartLine))
		} else if err != nil {
			return nil, err
		}
		if columns == nil {
			if columns, err = indicatorColumns(cells); err != nil {
				return nil, err
			}
			continue
		}
		row := indicatorRow{cells: map[string]string{}}
		row.line, _ = r.FieldPos(0)
		for k, cell := range cells[:min(len(cells), len(columns))] {
			row.cells[columns[k]] = strings.TrimSpace(cell)
		}
		if strings.Join(cells, "") != "" {
			rows = append(rows, row)
		}
		if len(rows) > mostIndicatorRows {
			return bad(fmt.Sprintf("it has more than %d rows; split it, by year for example", mostIndicatorRows))
		}
	}
	if len(rows) == 0 {
		return bad("it has a heading and no row; write one for each value")
	}
	return rows, nil
}

// divider is what stands most often in the heading of those that divide cells.
func divider(data []byte) rune {
	heading, _, _ := bytes.Cut(bytes.TrimLeft(data, "\r\n"), []byte("\n"))
	best := ','
	for _, d := range []rune{';', '\t'} {
		if bytes.Count(heading, []byte(string(d))) > bytes.Count(heading, []byte(string(best))) {
			best = d
		}
	}
	return best
}

// indicatorColumns reads the heading.
func indicatorColumns(cells []string) ([]string, error) {
	has := map[string]bool{}
	var out []string
	for _, cell := range cells {
		name := strings.ToLower(strings.TrimSpace(cell))
		switch {
		case name == "indicator" || name == "period" || name == "value" || name == "of":
			if has[name] {
				return nil, &schedule.InvalidError{Field: "file", Reason: fmt.Sprintf("two columns are called %q; name each once", name)}
			}
			has[name] = true
		case name != "":
			return nil, &schedule.InvalidError{Field: "file", Reason: fmt.Sprintf("there is no column %q; the first row names the columns: indicator, period, value, of", cutText(cell, 40))}
		}
		out = append(out, name)
	}
	for _, name := range []string{"indicator", "period", "value"} {
		if !has[name] {
			return nil, &schedule.InvalidError{Field: "file", Reason: fmt.Sprintf("the column %q is missing; the first row names the columns: indicator, period, value, of", name)}
		}
	}
	return out, nil
}
