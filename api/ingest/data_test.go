package ingest_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchbill/api/ingest"
)

// payloads is the folder of shared test data; tests that read it skip where it is absent.
const payloads = "../../../shared/data/payloads"

func shared(t testing.TB, path ...string) []byte {
	t.Helper()
	if _, err := os.Stat(payloads); err != nil {
		t.Skip("no shared test data here")
	}
	data, err := os.ReadFile(filepath.Join(append([]string{payloads}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func decode[T any](t testing.TB, data []byte) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

type sample struct{ File, Expected, Vendor, Format string }

// samples are the payloads with an expected record.
func samples(t testing.TB) []sample {
	var out []sample
	for _, s := range decode[[]sample](t, shared(t, "manifest.json")) {
		if s.Expected != "" && s.Vendor != "csv" && s.Vendor != "" && filepath.Dir(s.File) != "constructed/csv" {
			out = append(out, s)
		}
	}
	return out
}

// record is what is compared: events as a multiset, times as instants.
func record(t testing.TB, data []byte) map[string]any {
	t.Helper()
	r := decode[map[string]any](t, data)
	events := map[string]int{}
	for _, e := range r["events"].([]any) {
		e := e.(map[string]any)
		for _, name := range []string{"occurred_at", "end"} {
			if s, ok := e[name].(string); ok {
				at, err := time.Parse(time.RFC3339Nano, s)
				if err != nil {
					t.Fatal(err)
				}
				e[name] = at.UTC().Truncate(time.Microsecond).Format(time.RFC3339Nano)
			}
		}
		text, _ := json.Marshal(e)
		events[string(text)]++
	}
	r["events"] = events
	return r
}

func TestSharedPayloadsAsExpected(t *testing.T) {
	all := samples(t)
	if len(all) < 60 {
		t.Fatalf("only %d samples", len(all))
	}
	for _, s := range all {
		t.Run(s.File, func(t *testing.T) {
			want := record(t, shared(t, s.Expected))
			res := ingest.Normalize(s.Vendor, s.Format, shared(t, s.File), nil)
			data, err := res.Record()
			if err != nil {
				t.Fatal(err)
			}
			if got := record(t, data); !reflect.DeepEqual(got, want) {
				t.Errorf("%s (-want +got):\n%s", res.Why, cmp.Diff(want, got))
			}
		})
	}
}

func TestSharedFormatsAreGuessed(t *testing.T) {
	for _, s := range samples(t) {
		if s.Vendor == "malformed" {
			continue
		}
		res := ingest.Normalize(s.Vendor, "", shared(t, s.File), nil)
		if res.Format != s.Format {
			t.Errorf("%s: guessed %s, want %s", s.File, res.Format, s.Format)
		}
	}
}
