package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"time"

	"watchbill/health"
)

// writeCSV writes the shifts of a plan for a spreadsheet: one line each, by
// start. The person is empty where nobody has the shift. No name is run as a formula.
func (d *planDoc) writeCSV(w io.Writer) error {
	rows := [][]string{{"shift", "rotation", "person", "start", "end", "points"}}
	for _, s := range d.Shifts {
		rows = append(rows, []string{
			health.SafeCell(s.ID), health.SafeCell(s.Rotation), health.SafeCell(s.Person),
			s.Start.Format(time.RFC3339), s.End.Format(time.RFC3339), fmt.Sprint(s.Points),
		})
	}
	return csv.NewWriter(w).WriteAll(rows)
}
