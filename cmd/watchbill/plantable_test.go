package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// TestTable renders plans, each in a file that also says what must come of it.
func TestTable(t *testing.T) {
	files, err := filepath.Glob("testdata/table/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var doc planDoc
		if err := json.Unmarshal(archive.Files[0].Data, &doc); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		var b strings.Builder
		if err := doc.writeTable(&b, paper{}); err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(b.String(), "\n") {
			if n := textWidth(line); n > widestTable {
				t.Errorf("%s: line %d of the table is %d wide: %s", file, i+1, n, line)
			}
		}
		if *update {
			archive.Files[1].Data = []byte(b.String())
			if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(string(archive.Files[1].Data), b.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", file, diff)
		}
	}
}

// A table fits the terminal it is for, down to the narrowest that there is.
func TestTableFitsTheTerminal(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/table/december.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var doc planDoc
	if err := json.Unmarshal(archive.Files[0].Data, &doc); err != nil {
		t.Fatal(err)
	}
	con := &console{outTerminal: true, getenv: func(string) string { return "" }}
	for _, width := range []int{200, 100, 80, 60} {
		con.outWidth = width
		on := con.paper()
		on.colour = false
		var b strings.Builder
		if err := doc.writeTable(&b, on); err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(b.String(), "\n") {
			if n := textWidth(line); n > min(width, widestTable) {
				t.Errorf("in %d cells a line of %d: %s", width, n, line)
			}
		}
		for _, word := range []string{"UNFILLED", "Difference", "O'Brien"} {
			if !strings.Contains(b.String(), word) {
				t.Errorf("in %d cells the table does not have %q", width, word)
			}
		}
	}
}

// Columns stand for times of the day where most days have several of them, and
// not where a holiday or a clock change moves one.
func TestLanes(t *testing.T) {
	berlin := weekly(t, "Ana").zone
	at := func(day, hour int) time.Time { return time.Date(2027, 3, day, hour, 0, 0, 0, berlin) }
	shift := func(window string, day, from, until int) shiftDoc {
		return shiftDoc{Rotation: "ops", Window: window, Person: "Ana", Start: at(day, from), End: at(day, until)}
	}
	var hourly, nights, moved []shiftDoc
	for day := 22; day < 29; day++ {
		for hour := range 24 {
			hourly = append(hourly, shift("", day, hour, hour+1))
		}
		nights = append(nights, shift("", day, 7, 19), shift("", day, 19, 31))
		from := 9
		if day == 25 {
			from = 10
		}
		moved = append(moved, shift("", day, from, 33))
	}
	sites := []shiftDoc{shift("apac", 22, 1, 9), shift("emea", 22, 9, 17)}
	for _, test := range []struct {
		name   string
		shifts []shiftDoc
		want   []string
	}{
		{"day and night", nights, []string{"Ops 07:00", "Ops 19:00"}},
		{"too many times", hourly, []string{"Ops"}},
		{"one of seven moved", moved, []string{"Ops"}},
		{"sites", sites, []string{"Ops apac", "Ops emea"}},
		{"no turn", nil, []string{"Ops"}},
	} {
		var got []string
		n := 0
		for _, l := range lanesOf(&planDoc{Rotations: []string{"ops"}, Shifts: test.shifts}) {
			got, n = append(got, l.title), n+len(l.shifts)
		}
		if diff := cmp.Diff(test.want, got); diff != "" || n != len(test.shifts) {
			t.Errorf("%s: %d of %d shifts; (-want +got):\n%s", test.name, n, len(test.shifts), diff)
		}
	}
}
