package ingest_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"watchbill/api/ingest"
)

var update = flag.Bool("update", false, "write testdata again")

// The whole record of each payload that vendors send, one event a line, so that a
// change of any member is seen.
func TestRecordsOfWhatVendorsSend(t *testing.T) {
	const golden = "testdata/records.txt"
	var out bytes.Buffer
	for _, test := range vendorsSend {
		data, err := ingest.Normalize(test.vendor, "", []byte(test.body), nil).Record()
		if err != nil {
			t.Fatal(err)
		}
		var record struct {
			Format      string
			Disposition string
			Reason      *string `json:"reject_reason"`
			Events      []json.RawMessage
			Warnings    []json.RawMessage
		}
		if err := json.Unmarshal(data, &record); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "%s\n%s: %s, %s\n", test.body, test.vendor, record.Format, record.Disposition)
		for _, line := range append(record.Events, record.Warnings...) {
			var flat bytes.Buffer
			if err := json.Compact(&flat, line); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&out, "  %s\n", &flat)
		}
		out.WriteByte('\n')
	}
	if *update {
		if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	have, wanted := strings.Split(out.String(), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(have), len(wanted)) {
		if have[i] != wanted[i] {
			t.Fatalf("line %d of %s\n got %s\nwant %s\n(go test ./api/ingest -run Records -update writes it again)", i+1, golden, have[i], wanted[i])
		}
	}
	if len(have) != len(wanted) {
		t.Fatalf("%d lines, want %d of %s", len(have), len(wanted), golden)
	}
}
