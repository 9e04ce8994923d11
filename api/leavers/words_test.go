package leavers_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"watchbill/api/leavers"

	"pgregory.net/rapid"
)

// Names and addresses are found as words, however they are capitalised, and within JSON.
func TestReplace(t *testing.T) {
	w := leavers.NewWords(17, []string{"Zoë Müller", "Will", "Z. Müller", `Smith & "Sons"`, ""}, []string{"zoe@example.com"})
	for text, want := range map[string]string{
		"":                                 "",
		"Zoë Müller took it":               "Former member 17 took it",
		"ZOË MÜLLER, zoë müller":           "Former member 17, Former member 17",
		"Zoë Müllers":                      "Zoë Müllers",
		"Thanks Z. Müller!":                "Thanks Former member 17!",
		"Will did; will do; Willing":       "Former member 17 did; will do; Willing",
		"<ZOE@example.com>":                "<former-member-17@left.invalid>",
		"xzoe@example.com zoe@example.com": "xzoe@example.com former-member-17@left.invalid",
		`{"a":"to:\nZoë Müller\t"}`:        `{"a":"to:\nFormer member 17\t"}`,
		`{"Will":{"by":"Will"}}`:           `{"Will":{"by":"Former member 17"}}`,
		`{"a":"Smith \u0026 \"Sons\""}`:    `{"a":"Former member 17"}`,
		"Zoë MüllerZoë Müller Zoë Müller":  "Zoë MüllerZoë Müller Former member 17",
	} {
		if got := w.Replace(text); got != want || w.Tells(text) != (text != want) {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	if got, want := w.ReplaceNames(`{"Will":3,"Zoë Müller":4}`), `{"Former member 17":3,"Former member 17":4}`; got != want {
		t.Errorf("names of people become %s, want %s", got, want)
	}
	none := leavers.NewWords(1, nil, nil)
	if none.Replace("Ana") != "Ana" || len(none.Spelt()) != 0 {
		t.Error("without words something is replaced")
	}
}

// What others go by is left alone, in whole, and as a word of theirs where it is only one.
func TestAlone(t *testing.T) {
	others := []string{"Max Weber", "zoë müller", "Primary", "ops@example.com", "secondary-night"}
	got := leavers.Alone([]string{"Max", "Weber Max", "Zoë Müller", "Zoë", "primary", "Primary", "night", "OPS@example.com", "zoe@example.com", "Ana"}, others)
	if want := []string{"Weber Max", "Zoë", "zoe@example.com", "Ana"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// Whatever is around it, a name is gone from a text and from JSON of JSON of it, which stays
// JSON, and what is replaced once is not replaced again.
func TestReplaceAnywhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[A-ZÅ][a-zé&"<\\]{1,8} [A-Z][a-z']{1,8}`).Draw(t, "name")
		around := rapid.StringMatching(`[ ,.\n"<{]{1,4}`)
		text := around.Draw(t, "before") + name + around.Draw(t, "after")
		w := leavers.NewWords(3, []string{name}, nil)
		inner, _ := json.Marshal(map[string]string{"said": text})
		outer, _ := json.Marshal(map[string]string{"doc": string(inner)})
		for _, s := range []string{text, string(inner), string(outer)} {
			got := w.Replace(s)
			if strings.Contains(got, name) || !strings.Contains(got, "Former member 3") || w.Replace(got) != got {
				t.Fatalf("%q becomes %q", s, got)
			}
			if s != text && !json.Valid([]byte(got)) {
				t.Fatalf("%q becomes %q, which is no JSON", s, got)
			}
		}
		if len(w.Spelt()) == 0 || regexp.MustCompile(`^$`).MatchString(w.Spelt()[0]) {
			t.Fatal("a database has nothing to look for")
		}
	})
}
