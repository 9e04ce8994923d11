package ingest_test

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"encoding/json"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"watchbill/api/ingest"
	"watchbill/health"
)

// oursInFiles is who of the shared tables is one of our people.
func oursInFiles(who health.Identity) bool {
	return who.Name == "Ana Ruiz" || who.Email == "ana@example.org"
}

func TestSharedTables(t *testing.T) {
	shared(t, "manifest.json")
	files, _ := filepath.Glob(filepath.Join(payloads, "constructed/csv/*.csv"))
	if len(files) < 2 {
		t.Fatal(files)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".csv")
		mapping, err := ingest.ParseMapping(shared(t, "constructed/csv", name+".mapping.json"))
		if err != nil {
			t.Fatal(err)
		}
		rep, err := ingest.DryRun(shared(t, "constructed/csv", name+".csv"), mapping, oursInFiles)
		if err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(rep)
		if err != nil {
			t.Fatal(err)
		}
		want := decode[map[string]any](t, shared(t, "constructed/csv", name+".expected.json"))
		got := decode[map[string]any](t, data)
		delete(want, "note")
		delete(want, "row_numbering")
		for member, v := range got {
			if _, said := want[member]; !said && reflect.DeepEqual(v, []any{}) {
				delete(got, member)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func dryRun(t *testing.T, csv string, change func(*ingest.Mapping)) *ingest.Report {
	t.Helper()
	m := ingest.Mapping{Columns: map[string]string{"external_id": "id", "triggered_at": "at"}, Vendor: "generic"}
	if change != nil {
		change(&m)
	}
	rep, err := ingest.DryRun([]byte(csv), m, nil)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

func TestTablesAsTheyAreWritten(t *testing.T) {
	utf16le := func(s string) string {
		out := []byte{0xff, 0xfe}
		for _, unit := range utf16.Encode([]rune(s)) {
			out = binary.LittleEndian.AppendUint16(out, unit)
		}
		return string(out)
	}
	for _, test := range []struct{ name, csv string }{
		{"comma", "id,at,title\n1,2026-03-02T01:15:00Z,\"é, \"\"x\"\"\"\n"},
		{"semicolon and carriage returns", "id;at;title\r\n1;2026-03-02T01:15:00Z;\"é, \"\"x\"\"\"\r\n"},
		{"tab", "id\tat\ttitle\n1\t2026-03-02T01:15:00Z\té, \"\"\n"},
		{"byte order mark", "\xef\xbb\xbfid,at,title\n1,2026-03-02T01:15:00Z,\"é, \"\"x\"\"\""},
		{"two bytes to a letter", utf16le("id,at,title\n1,2026-03-02T01:15:00Z,\"é, \"\"x\"\"\"\n")},
		{"quoted heading with delimiters", "\"id\",at,title,\"a;b;c;d;e;f\"\n1,2026-03-02T01:15:00Z,é,\n"},
		{"what divides is said", "sep=;\r\nid;at;title\r\n1;2026-03-02T01:15:00Z;\"é, \"\"x\"\"\"\r\n"},
		{"carriage returns alone", "id,at,title\r1,2026-03-02T01:15:00Z,\"é, \"\"x\"\"\"\r"},
		{"carriage returns alone, and what divides", "sep=;\rid;at;title\r1;2026-03-02T01:15:00Z;\"é, \"\"x\"\"\""},
		{"blanks and empty lines", "id, at ,title\n\n1, 2026-03-02T01:15:00Z ,x\n\n"},
	} {
		if test.name == "tab" {
			test.csv = strings.Replace(test.csv, `""`, "x", 1)
		}
		rep := dryRun(t, test.csv, func(m *ingest.Mapping) { m.Columns["title"] = "title" })
		if rep.Rows != 1 || rep.Good != 1 || rep.Events[0].OccurredAt.Format(time.RFC3339) != "2026-03-02T01:15:00Z" || rep.Events[0].Key != "csv:generic:1:triggered" {
			t.Errorf("%s: %+v", test.name, rep)
		}
	}
	for _, test := range []struct{ name, csv, says string }{
		{"nothing", "", "heading"},
		{"other bytes", "id,at\n1,\xe9", "UTF-8"},
		{"half a letter", "\xff\xfei", "UTF-16"},
		{"lines that end in two ways", "id,at\r1,2026-03-02T01:15:00Z\r2,2026-03-02T01:15:00Z\n", "carriage return"},
		{"another heading", "a,b\n1,2\n", `there is no column "id"`},
	} {
		_, err := ingest.DryRun([]byte(test.csv), ingest.Mapping{Columns: map[string]string{"external_id": "id", "triggered_at": "id"}}, nil)
		if err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func TestCellsOfTables(t *testing.T) {
	tests := []struct{ cell, zone, format, want string }{
		{"2026-03-02T01:15:00Z", "Europe/Berlin", "", "2026-03-02T01:15:00Z"},
		{"2026-03-02 01:15:00", "Europe/Berlin", "", "2026-03-02T00:15:00Z"},
		{"2026-03-02T01:15:00+05:45", "Europe/Berlin", "", "2026-03-01T19:30:00Z"},
		{"1772414100", "Europe/Berlin", "", "2026-03-02T01:15:00Z"},
		{"03/04/2026 01:00", "UTC", "", "ambiguous_date_format"},
		{"13/04/2026", "UTC", "", "ambiguous_date_format"},
		{"04-03-2026 1:00 pm", "UTC", "", "ambiguous_date_format"},
		{"13/13/2026 01:00", "UTC", "", "bad_timestamp"},
		{"03/13/2026 25:61", "UTC", "", "bad_timestamp"},
		{"soon", "UTC", "", "bad_timestamp"},
		{"", "UTC", "", "bad_timestamp"},
		{"03/04/2026 01:00", "UTC", "DD/MM/YYYY HH:mm", "2026-04-03T01:00:00Z"},
		{"03/04/2026 01:00", "UTC", "MM/DD/YYYY HH:mm", "2026-03-04T01:00:00Z"},
		{"3/4/26 1:05 PM", "America/New_York", "M/D/YY h:mm A", "2026-03-04T18:05:00Z"},
		{"3/4/26 1:05:00 PM +0", "America/New_York", "M/D/YY h:mm A", "bad_timestamp"},
		{"04.03.2026 01:15:00", "Europe/Berlin", "DD.MM.YYYY HH:mm:ss", "2026-03-04T00:15:00Z"},
		{"31/02/2026 01:00", "UTC", "DD/MM/YYYY HH:mm", "bad_timestamp"},
		// Clocks that go forward and back, by an hour, by half of one, off the hour.
		{"2026-03-29 02:30:00", "Europe/Berlin", "", "nonexistent_local_time"},
		{"2026-10-25 02:30:00", "Europe/Berlin", "", "2026-10-25T00:30:00Z ambiguous_local_time"},
		{"2026-10-25 03:00:00", "Europe/Berlin", "", "2026-10-25T02:00:00Z"},
		{"2026-10-04 02:15:00", "Australia/Lord_Howe", "", "nonexistent_local_time"},
		{"2026-04-05 01:45:00", "Australia/Lord_Howe", "", "2026-04-04T14:45:00Z ambiguous_local_time"},
		{"2026-03-02 01:15:00", "Asia/Kathmandu", "", "2026-03-01T19:30:00Z"},
		{"2011-12-30 12:00:00", "Pacific/Apia", "", "nonexistent_local_time"},
	}
	for _, test := range tests {
		zone, err := time.LoadLocation(test.zone)
		if err != nil {
			t.Fatal(err)
		}
		rep := dryRun(t, "id,at\n1,"+test.cell+"\n", func(m *ingest.Mapping) { m.Zone, m.DateFormat = zone, test.format })
		var got []string
		for _, e := range rep.Events {
			got = append(got, e.OccurredAt.Format(time.RFC3339))
		}
		for _, p := range append(rep.Errors, rep.Warnings...) {
			got = append(got, p.Code)
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%q in %s as %q is %v, want %s", test.cell, test.zone, test.format, got, test.want)
		}
	}
}

func TestRowsOfTables(t *testing.T) {
	csv := "id,at,end,tta,ttr,urgency,priority,who,count\n" +
		"1,2026-03-02T01:00:00Z,,1.5,,,P1,ana@example.org,7\n" +
		"2,2026-03-02T01:00:00Z,,-1,,High,,,\n" +
		"3,2026-03-02T01:00:00Z,,x,90,High,,,\n" +
		"4,2026-03-02T01:00:00Z,,,90,Low,,,\n" +
		"4,2026-03-02T05:00:00Z,,,,High,,,\n" +
		",soon,,,,High,,,\n" +
		"5,2026-03-02T01:00:00Z,\"cut,,,,\n"
	columns := map[string]string{
		"external_id": "id", "triggered_at": "at", "resolved_at": "end", "ack_after_seconds": "tta", "resolve_after_seconds": "ttr", "urgency": "urgency", "severity": "priority",
		"responder_email": "who", "reported_interruptions": "count",
	}
	rep := dryRun(t, csv, func(m *ingest.Mapping) { m.Columns, m.Unit = columns, time.Minute })
	var codes []string
	for _, p := range rep.Errors {
		codes = append(codes, p.Code)
	}
	if got := strings.Join(codes, " "); got != "negative_duration bad_duration missing_external_id bad_timestamp bad_quotes" {
		t.Errorf("errors %s", got)
	}
	if rep.Rows != 7 || rep.Good != 2 || rep.Bad != 4 || rep.Duplicated != 1 || len(rep.Reported) != 1 || rep.Reported[0].Value != "7" {
		t.Errorf("%d rows, %d good, %d bad, %d twice, %v", rep.Rows, rep.Good, rep.Bad, rep.Duplicated, rep.Reported)
	}
	pages := health.Fold(rep.Events, health.DefaultRules())
	if len(pages) != 2 || !pages[0].CountsAsPage || pages[1].CountsAsPage {
		t.Fatalf("pages %+v", pages)
	}
	if got := pages[0].FirstAckAt.Format(time.RFC3339); got != "2026-03-02T01:01:30Z" || len(pages[0].Responders) != 1 {
		t.Errorf("acknowledged %s, %+v", got, pages[0].Responders)
	}
	if got := pages[1].ResolvedAt.Format(time.RFC3339); got != "2026-03-02T02:30:00Z" {
		t.Errorf("resolved %s", got)
	}
	var again bytes.Buffer
	if _, err := ingest.WriteBad(&again, []byte(csv), ingest.Mapping{Columns: columns, Unit: time.Minute}); err != nil {
		t.Fatal(err)
	}
	if lines := strings.Split(strings.TrimSpace(again.String()), "\n"); len(lines) < 5 || lines[0] != "id,at,end,tta,ttr,urgency,priority,who,count,reason" || !strings.HasSuffix(lines[1], "'-1,,High,,,,negative_duration") {
		t.Errorf("bad rows:\n%s", again.String())
	}
}

func TestMappingsThatCannotBe(t *testing.T) {
	for _, test := range []struct{ mapping, says string }{
		{`{`, "JSON"},
		{`{"mapping":{"external_id":"a"}}`, "no column is triggered_at"},
		{`{"mapping":{"external_id":"a","triggered_at":"b","mood":"c"}}`, `nothing is called "mood"`},
		{`{"mapping":{"external_id":"a","triggered_at":"b"},"default_time_zone":"Mars"}`, "default_time_zone"},
		{`{"mapping":{"external_id":"a","triggered_at":"b"},"duration_unit":"fortnights"}`, "duration_unit"},
		{`{"mapping":{"external_id":"a","triggered_at":"b"},"date_format":"Qx"}`, "date_format"},
		{`{"mapping":{"external_id":"a","triggered_at":"b"},"date_format":"HH:mm"}`, "no day"},
	} {
		if _, err := ingest.ParseMapping([]byte(test.mapping)); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", test.mapping, err)
		}
	}
	heading, err := ingest.CSVHeading([]byte("Number;Incident ID;Title; created at ;TTA;Sleep Hour Interruptions\n1;Q1;\xdcberlast;;;\n"))
	if err != nil {
		t.Fatal(err)
	}
	if heading.Encoding != ingest.EncodingWestern || heading.Divided != ';' || heading.First[2] != "Überlast" {
		t.Errorf("%+v", heading)
	}
	got := ingest.Suggest(heading.Columns, heading.First)
	want := map[string]string{"external_id": "Incident ID", "title": "Title", "triggered_at": "created at", "ack_after_seconds": "TTA", "reported_sleep_interruptions": "Sleep Hour Interruptions"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("suggested (-want +got):\n%s", diff)
	}
}

func FuzzDryRun(f *testing.F) {
	f.Add([]byte("id,at\n1,2026-03-02T01:00:00Z\n"), "DD/MM/YYYY")
	f.Add([]byte("\xff\xfei\x00d\x00"), "")
	f.Fuzz(func(t *testing.T, data []byte, format string) {
		m := ingest.Mapping{Columns: map[string]string{"external_id": "id", "triggered_at": "at", "title": "id"}, DateFormat: format}
		rep, err := ingest.DryRun(data, m, func(health.Identity) bool { return false })
		if err != nil {
			return
		}
		if rep.Rows != rep.Good+rep.Bad+rep.Duplicated {
			t.Fatalf("%d rows of which %d are good, %d bad, %d twice", rep.Rows, rep.Good, rep.Bad, rep.Duplicated)
		}
		if _, err := json.Marshal(rep); err != nil {
			t.Fatal(err)
		}
		health.Fold(rep.Events, health.DefaultRules())
		heading, err := ingest.CSVHeading(data)
		if err != nil || len(heading.Columns) == 0 {
			t.Fatalf("it was read, and has no heading: %v", err)
		}
		var bad bytes.Buffer
		if _, err := ingest.WriteBad(&bad, data, m); err != nil {
			t.Fatal(err)
		}
		read := csv.NewReader(&bad)
		read.FieldsPerRecord = -1
		rows, err := read.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			for _, cell := range row {
				if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
					t.Fatalf("a spreadsheet would take %q for a formula", cell)
				}
			}
		}
		if len(rows) != rep.Bad+1 {
			t.Fatalf("%d rows are kept out, and %d written", rep.Bad, len(rows)-1)
		}
	})
}

// What one record takes has a bound: a quote that is never closed, and lines of nothing
// but commas, are refused and not read.
func TestCSVLongRecords(t *testing.T) {
	m := ingest.Mapping{Columns: map[string]string{"external_id": "id", "triggered_at": "at"}}
	const heading = "id,at\n1,2026-01-01T00:00:00Z\n"
	for name, file := range map[string]string{
		"a quote that is never closed": heading + `2,"` + strings.Repeat("2026-01-01T00:00:00Z\n", 100_000),
		"commas":                       heading + strings.Repeat(",", 3<<20),
		"quoted lines":                 heading + strings.Repeat("\"\n\",", 1<<20),
	} {
		if _, err := ingest.DryRun([]byte(file), m, nil); err == nil || !strings.Contains(err.Error(), "row 3 has more than 1 MB") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ingest.CSVHeading([]byte(strings.Repeat(",", 1001))); err == nil || !strings.Contains(err.Error(), "1002 columns") {
		t.Errorf("a heading of 1002 columns: %v", err)
	}
	if _, err := ingest.CSVHeading([]byte(strings.Repeat(",", 3<<20))); err == nil {
		t.Error("a heading without an end is read")
	}
	long := heading + `2,2026-01-01T00:00:00Z` + "\n" + strings.Repeat("x", 900_000) + ",2026-01-01T00:00:00Z\n"
	if rep, err := ingest.DryRun([]byte(long), m, nil); err != nil || rep.Rows != 3 {
		t.Errorf("a row of nearly 1 MB: %v", err)
	}
}
