package health_test

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"watchbill/health"
)

// TestPulseCase evaluates case 13: the wave as it is, and its first four answers.
func TestPulseCase(t *testing.T) {
	c := readCase(t, "case_13_pulse")
	want := c.Expected.(map[string]any)
	got, err := health.Evaluate(c.Input)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "six", want["six"], plain(t, got), c.Tolerance)
	var input map[string]any
	if err := json.Unmarshal(c.Input, &input); err != nil {
		t.Fatal(err)
	}
	input["responses"] = input["responses"].([]any)[:4]
	four, err := json.Marshal(input)
	if err != nil {
		t.Fatal(err)
	}
	if got, err = health.Evaluate(four); err != nil {
		t.Fatal(err)
	}
	expect(t, "four", want["four"], plain(t, got), c.Tolerance)
}

func privacy() health.Privacy { return health.DefaultConfig().Privacy }

// wave makes answers of rows of digits, one a person; 0 is none.
func wave(rows ...string) []health.PulseAnswers {
	var out []health.PulseAnswers
	for _, row := range rows {
		var a health.PulseAnswers
		for _, digit := range row {
			a = append(a, int(digit-'0'))
		}
		out = append(out, a)
	}
	return out
}

// TestPulseCountsPeople checks who counts, and what is told of how many.
func TestPulseCountsPeople(t *testing.T) {
	items := health.PulseItems()
	six := wave("44444444", "33333333", "44443333", "22222222", "55555555", "12341234")
	tests := []struct {
		name    string
		answers []health.PulseAnswers
		n       int // 0: nothing is told
		reason  string
		index   float64
	}{
		{"nobody", nil, 0, health.PulseBelowK, 0},
		{"four", six[:4], 0, health.PulseBelowK, 0},
		{"five", six[:5], 5, "", 60},
		{"half answered counts", append(slices.Clone(six[:4]), wave("44440000")...), 5, "", 60},
		{"less than half does not", append(slices.Clone(six[:4]), wave("44400000")...), 0, health.PulseBelowK, 0},
		{"a value that is none is no answer", append(slices.Clone(six[:4]), wave("44496666")...), 0, health.PulseBelowK, 0},
		{"an empty row", append(slices.Clone(six[:4]), health.PulseAnswers{}), 0, health.PulseBelowK, 0},
		// Of the last four questions each has four answers, so the first four are half.
		{"half of the questions", wave("44444444", "33333333", "44443333", "22222222", "55550000"), 5, "", 65},
		{"too few questions", wave("44444444", "33333333", "44443333", "22220000", "00005555"), 5, health.PulseTooFewItems, 0},
	}
	for _, test := range tests {
		got := health.ScorePulse(items, test.answers, 8, privacy())
		if got.Published != (test.n > 0) || got.Reason != test.reason {
			t.Errorf("%s: got published %v, reason %q", test.name, got.Published, got.Reason)
			continue
		}
		if test.n == 0 {
			if got.N != nil || got.Rate != nil || got.Index != nil || got.SD != nil || got.Items != nil {
				t.Errorf("%s: something is told of too few: %+v", test.name, got)
			}
			continue
		}
		if *got.N != test.n || *got.Rate != float64(test.n)/8 {
			t.Errorf("%s: got %d at %v, want %d", test.name, *got.N, *got.Rate, test.n)
		}
		switch {
		case test.reason != "" && (got.Index != nil || got.SD != nil):
			t.Errorf("%s: got an index of %v", test.name, *got.Index)
		case test.reason == "" && *got.Index != test.index:
			t.Errorf("%s: got an index of %v, want %v", test.name, *got.Index, test.index)
		}
	}
}

// TestPulseAlike checks that what everybody answered is told as a bucket, and that the
// index does not tell it either.
func TestPulseAlike(t *testing.T) {
	items := []health.PulseItem{{ID: "a"}, {ID: "b", Reversed: true}}
	tests := []struct {
		answer string
		a, b   health.Bucket
		index  float64
	}{
		{"11", health.Bucket{From: 0, To: 25}, health.Bucket{From: 75, To: 100}, 37.5},
		{"24", health.Bucket{From: 0, To: 25}, health.Bucket{From: 0, To: 25}, 12.5},
		{"33", health.Bucket{From: 25, To: 50}, health.Bucket{From: 25, To: 50}, 37.5},
		{"42", health.Bucket{From: 75, To: 100}, health.Bucket{From: 75, To: 100}, 87.5},
		{"51", health.Bucket{From: 75, To: 100}, health.Bucket{From: 75, To: 100}, 87.5},
	}
	for _, test := range tests {
		r := test.answer
		got := health.ScorePulse(items, wave(r, r, r, r, r), 5, privacy())
		if a, b := got.Items[0], got.Items[1]; a.Value != nil || b.Value != nil || *a.Bucket != test.a || *b.Bucket != test.b {
			t.Errorf("%s: got %+v and %+v", r, a, b)
		}
		if got.Bucket == nil || *got.Index != test.index || *got.SD != 5 {
			t.Errorf("%s: got index %v in %v, deviation %v; want %v and 5", r, *got.Index, got.Bucket, *got.SD, test.index)
		}
		many := health.ScorePulse(items, wave(r, r, r, r, r, r, r, r, r, r), 10, privacy())
		if many.Items[0].Value == nil || many.Bucket != nil {
			t.Errorf("%s: ten may be told: got %+v", r, many)
		}
	}
}

// TestPulseTellsOnlyRoundFigures checks on random waves that whatever is told is about
// enough people and rounded, that the order of the answers tells nothing, and that fewer
// than half an answer changes nothing.
func TestPulseTellsOnlyRoundFigures(t *testing.T) {
	items := health.PulseItems()
	rapid.Check(t, func(t *rapid.T) {
		row := rapid.SliceOfN(rapid.IntRange(0, 5), 8, 8)
		answers := rapid.SliceOfN(rapid.Map(row, func(r []int) health.PulseAnswers { return r }), 0, 14).Draw(t, "answers")
		got := health.ScorePulse(items, answers, 14, privacy())
		shuffled := rapid.Permutation(answers).Draw(t, "shuffled")
		shuffled = append(shuffled, health.PulseAnswers{1, 1, 1})
		if again, err := json.Marshal(health.ScorePulse(items, shuffled, 14, privacy())); err != nil || string(again) != string(marshal(t, got)) {
			t.Fatalf("in another order %s, was %s", again, marshal(t, got))
		}
		if !got.Published {
			return
		}
		if *got.N < 5 {
			t.Fatalf("%d are told of", *got.N)
		}
		step := 1.0
		if *got.N < 10 {
			step = 5
		}
		round := func(x float64) bool { return x >= 0 && x <= 100 && math.Mod(x, step) == 0 }
		if got.Index != nil && got.Bucket == nil && (!round(*got.Index) || !round(*got.SD) || *got.SD == 0) {
			t.Fatalf("index %v, deviation %v of %d", *got.Index, *got.SD, *got.N)
		}
		for _, item := range got.Items {
			if item.Value != nil && !round(*item.Value) {
				t.Fatalf("%s is %v of %d", item.ID, *item.Value, *got.N)
			}
		}
	})
}

func marshal(t *rapid.T, v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestNetPromoter checks the thresholds of the answers, and that few are not told of.
func TestNetPromoter(t *testing.T) {
	ten := []int{10, 9, 9, 10, 8, 7, 7, 6, 0, 3}
	if got, ok := health.NetPromoter(ten, privacy()); !ok || got != 10 {
		t.Errorf("got %v, %v, want 10", got, ok)
	}
	if got, ok := health.NetPromoter(append(ten[:9:9], 11), privacy()); ok {
		t.Errorf("nine answers: got %v", got)
	}
}
