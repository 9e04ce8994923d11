package roster_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"watchbill/schedule/roster"
)

const good = `{"format":"oncall-roster/1","name":"n","note":"","tz":"UTC","order":["uncovered"],
"horizon":{"start":0,"end":100},"rules":{"min_gap":0,"soft_gap":0,"windows":[]},
"members":[{"id":"ana","layers":["a"],"skills":[],"from":null,"until":null,"capacity":{"p":1},"prior":0,"unavailable":[],"avoid":[]}],
"slots":[{"id":"s","layer":"a","pool":"p","start":0,"end":100,"nstart":0,"nend":100,"weight":1,"skills":[]}],
"pinned":[],"history":[]}`

func TestReadSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ name, from, to, want string }{
		{"empty", good, "", "empty"},
		{"no object", good, "[1]", "one JSON object"},
		{"cut off", good, good[:200], "ends in the middle"},
		{"not JSON", `"n"`, `n`, "not JSON"},
		{"two problems", good, good + good, "more text after the problem"},
		{"other format", "oncall-roster/1", "oncall-roster/9", `should be "oncall-roster/1"`},
		{"unknown rule", `"soft_gap":0,`, `"soft_gap":0,"max_nights":3,`, "max_nights"},
		{"text for a number", `"weight":1`, `"weight":"1"`, "weight"},
		{"unknown term", `["uncovered"]`, `["uncoverd"]`, `order[0]: unknown term "uncoverd"`},
		{"term twice", `["uncovered"]`, `["pref","pref"]`, "listed twice"},
		{"no term", `["uncovered"]`, `[]`, "names no term"},
		{"changes without baseline", `["uncovered"]`, `["changes"]`, "needs a baseline"},
		{"horizon", `"end":100},"rules"`, `"end":0},"rules"`, "horizon: ends at 0, not after its start 0"},
		{"slot ends first", `"nend":100`, `"nend":-1`, "slots[0].nend: ends at -1"},
		{"weight", `"weight":1`, `"weight":-1`, "slots[0].weight: -1 is out of range"},
		{"absence", `"unavailable":[]`, `"unavailable":[[5,5]]`, "members[0].unavailable[0]: ends at 5"},
		{"window", `"windows":[]`, `"windows":[{"window":0,"max":1}]`, "rules.windows[0].window: 0 is out of range"},
		{"pin of nobody", `"pinned":[]`, `"pinned":[{"slot":"s","member":"bob"}]`, `pinned[0].member: there is no member "bob"`},
		{"pin of nothing", `"pinned":[]`, `"pinned":[{"slot":"x","member":"ana"}]`, `pinned[0].slot: there is no slot "x"`},
		{"pin against a rule", `"unavailable":[],"avoid":[]}],`, `"unavailable":[[0,9]],"avoid":[]}],"pinned":[{"slot":"s","member":"ana"}],`, "ana cannot hold s: absent"},
		{"no name", `"id":"ana"`, `"id":""`, "members[0].id: is empty"},
		{"history of nobody", `"history":[]`, `"history":[{"member":"bob","layer":"a","start":0,"end":1,"nstart":0,"nend":1}]`, `history[0].member: there is no member "bob"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := strings.Replace(good, c.from, c.to, 1)
			if c.name == "pin against a rule" {
				in = strings.Replace(in, `"pinned":[],"history"`, `"history"`, 1)
			}
			_, err := roster.Read(strings.NewReader(in))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestReadReportsEverythingAtOnce(t *testing.T) {
	in := strings.NewReplacer(`"weight":1`, `"weight":-1`, `"tz":"UTC"`, `"tz":"UTC","seed":4`, `"id":"ana"`, `"id":""`).Replace(good)
	_, err := roster.Read(strings.NewReader(in))
	var invalid *roster.InvalidError
	if !errors.As(err, &invalid) || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("want two errors, one a line; got %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(good))
	rng := rand.New(rand.NewPCG(1, 2))
	for range 8 {
		text, err := json.Marshal(randomProblem(rng, 3, 5))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		p, err := roster.Read(bytes.NewReader(in))
		if err != nil || len(p.Slots) > 12 || len(p.Members) > 6 {
			return
		}
		solved(t, p, roster.Options{Budget: 20_000})
		text, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := roster.Read(bytes.NewReader(text)); err != nil {
			t.Fatalf("what was read cannot be read again: %v", err)
		}
	})
}
