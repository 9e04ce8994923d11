package roster_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"watchbill/schedule/roster"
)

const shared = "../../../shared/data/roster"

// problems returns the shared roster problems by name; the test is skipped where
// the folder is absent.
func problems(t testing.TB) map[string]*roster.Problem {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(shared, "problems", "*.json"))
	if len(files) == 0 {
		t.Skip("the shared roster problems are not here")
	}
	all := map[string]*roster.Problem{}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		p, err := roster.Read(f)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		_ = f.Close()
		all[p.Name] = p
	}
	return all
}

type referenceTerm struct {
	Term   string
	Value  int64
	Bound  int64
	Proven bool `json:"lex_proven"` // this term and all before it
}

func references(t testing.TB) map[string][]referenceTerm {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(shared, "reference.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file map[string]struct {
		Reference struct{ Terms []referenceTerm }
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	all := map[string][]referenceTerm{}
	for name, r := range file {
		all[name] = r.Reference.Terms
	}
	return all
}

// Every hard rule holds; a value that the reference proves is reached, and its
// bounds do not contradict ours.
func TestSharedProblems(t *testing.T) {
	if testing.Short() {
		t.Skip("the shared problems take a minute; -short leaves them out")
	}
	all, refs := problems(t), references(t)
	for name, p := range all {
		large := strings.HasPrefix(name, "l")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sol, _ := solved(t, p, roster.Options{Seed: 1, Budget: roster.BudgetFor(10 * time.Second)})
			for k, ref := range refs[name] {
				got := sol.Terms[k]
				if ref.Proven && got.Value > ref.Value && !large {
					t.Errorf("%s is %d; %d is possible", ref.Term, got.Value, ref.Value)
				}
				if regenerated := strings.HasPrefix(name, "r"); regenerated && !got.Proven {
					t.Errorf("%s is not proven: %+v", ref.Term, got)
				}
				if got.Value != ref.Value {
					break // what follows is measured against another start
				}
				if got.Bound > ref.Value {
					t.Errorf("%s cannot have the bound %d: the reference has %d", ref.Term, got.Bound, ref.Value)
				}
			}
			if weekly := !strings.Contains(p.Note, "daily") && !large; weekly && !sol.Terms[1].Proven {
				t.Errorf("max_dev is not proven: %+v", sol.Terms)
			}
		})
	}
}
