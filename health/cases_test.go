package health_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"watchbill/health"
)

const shared = "../../shared/data/health"

// A sharedCase is a worked case.
type sharedCase struct {
	Tolerance float64         `json:"tolerance"`
	Input     json.RawMessage `json:"input"`
	Expected  any             `json:"expected"`
}

// readCase reads a worked case, and skips where they are not at hand.
func readCase(t *testing.T, name string) sharedCase {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(shared, name+".json"))
	if err != nil {
		t.Skip("the worked cases are not at hand: ", err)
	}
	var c sharedCase
	if err := json.Unmarshal(data, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// plain turns a value into what JSON makes of it.
func plain(t *testing.T, v any) any {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// expect compares what is wanted with what there is, which may have more fields.
func expect(t *testing.T, path string, want, got any, tolerance float64) {
	t.Helper()
	switch want := want.(type) {
	case map[string]any:
		have, ok := got.(map[string]any)
		if !ok {
			t.Errorf("%s: got %v, want an object", path, got)
			return
		}
		for _, key := range slices.Sorted(maps.Keys(want)) {
			value, ok := have[key]
			if !ok {
				t.Errorf("%s.%s: is missing", path, key)
				continue
			}
			expect(t, path+"."+key, want[key], value, tolerance)
		}
	case []any:
		have, ok := got.([]any)
		if !ok || len(have) != len(want) {
			t.Errorf("%s: got %v, want %v", path, got, want)
			return
		}
		for i := range want {
			expect(t, fmt.Sprintf("%s[%d]", path, i), want[i], have[i], tolerance)
		}
	case float64:
		have, ok := got.(float64)
		if !ok || math.Abs(have-want) > max(tolerance, 1e-12) {
			t.Errorf("%s: got %v, want %v", path, got, want)
		}
	default:
		if want != got {
			t.Errorf("%s: got %v, want %v", path, got, want)
		}
	}
}

// TestWorkedCases evaluates every worked case that the program can evaluate as it is.
func TestWorkedCases(t *testing.T) {
	for _, name := range []string{"case_01_bands", "case_03_standby_week", "case_04_grouping", "case_06_edge_events", "case_09_fairness", "case_11_rates", "case_15_rest",
		"case_17_health_steady", "case_19_health_no_survey", "case_21_health_monotone", "case_23_health_flags", "case_25_end_to_end"} {
		t.Run(name, func(t *testing.T) {
			c := readCase(t, name)
			got, err := health.Evaluate(c.Input)
			if err != nil {
				t.Fatal(err)
			}
			expect(t, "expected", c.Expected, plain(t, got), c.Tolerance)
		})
	}
}

// TestDefaultConfigIsTheSpecification compares the configuration with the file that the
// model was specified in, and writes it as it was read.
func TestDefaultConfigIsTheSpecification(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(shared, "config_th-1.json"))
	if err != nil {
		t.Skip("the worked cases are not at hand: ", err)
	}
	var want any
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	expect(t, "config", want, plain(t, health.DefaultConfig()), 0)
}

// TestScoreOracle compares with periods of both forms, figures and events, that were
// scored by a program written in another language from the specification alone: with
// figures missing, waves suppressed, no time on call, many clocks.
func TestScoreOracle(t *testing.T) {
	data, err := os.ReadFile("testdata/score_oracle.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []sharedCase
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	for i, c := range all {
		got, err := health.Evaluate(c.Input)
		if err != nil {
			t.Errorf("period %d: %v", i, err)
			continue
		}
		expect(t, fmt.Sprintf("period %d", i), c.Expected, plain(t, got), 1e-6)
	}
}
