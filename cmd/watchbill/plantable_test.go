package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
