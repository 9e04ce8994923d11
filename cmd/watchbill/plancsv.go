package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"time"
)

// writeCSV writes the shifts of a plan for a spreadsheet: one line each, by
// start. The person is empty where nobody has the shift.
func (d *planDoc) writeCSV(w io.Writer) error {
	rows := [][]string{{"shift", "rotation", "person", "start", "end", "points"}}
	for _, s := range d.Shifts {
		rows = append(rows, []string{
			inert(s.ID), inert(s.Rotation), inert(s.Person),
			s.Start.Format(time.RFC3339), s.End.Format(time.RFC3339), fmt.Sprint(s.Points),
		})
	}
	return csv.NewWriter(w).WriteAll(rows)
}

// inert keeps a spreadsheet from taking a name for a formula.
func inert(text string) string {
	if strings.HasPrefix(text, "=") || strings.HasPrefix(text, "+") || strings.HasPrefix(text, "-") || strings.HasPrefix(text, "@") {
		return "'" + text
	}
	return text
}
