package main

import (
	"strings"
	"testing"
)

// No name in a plan's table is run by a spreadsheet.
func TestPlanTableRunsNothing(t *testing.T) {
	for _, name := range []string{"=1+1", "+1x", "-x", "@x", "\t=x", " =x", "＝1", "|x", "\r=x"} {
		var out strings.Builder
		doc := &planDoc{}
		doc.Shifts = append(doc.Shifts, shiftDoc{ID: "s", Person: name})
		if err := doc.writeCSV(&out); err != nil || !strings.Contains(out.String(), "'"+strings.ReplaceAll(name, "\r", " ")) {
			t.Errorf("%q: %q, %v", name, out.String(), err)
		}
	}
}
