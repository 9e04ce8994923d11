package roster

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"
)

// The problems of ../shared that cannot be covered, each with as many conflicts
// as slots that must stay open and no slot in two of them, small enough for a
// manager and right by trying everything.
func TestExplainReference(t *testing.T) {
	for _, test := range []struct {
		name              string
		conflicts         int
		slots, extra      int
		remedy            string
		reasons, mostOpen int
	}{
		{"s09_3p_1l_26w_infeasible", 6, 4, 1, "window:0:window=1814400", 1, 6},
		{"s11_8p_2l_26w_infeasible_skill", 6, 4, 1, "skill:db:m003", 2, 6},
		{"m05_30p_3l_52w_skills", 1, 2, 1, "window:0:max=1209600", 7, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := reference(t, test.name)
			a := covered(p)
			if open := len(p.Slots) - len(a); open != test.mostOpen {
				t.Fatalf("%d slots open, want %d", open, test.mostOpen)
			}
			began := time.Now()
			conflicts, remedies, team := explain(context.Background(), p, a, 1, BudgetFor(time.Second))
			t.Logf("explained in %v", time.Since(began))
			if len(conflicts) != test.conflicts {
				t.Errorf("%d conflicts, want %d", len(conflicts), test.conflicts)
			}
			seen := map[string]bool{}
			for _, c := range conflicts {
				if why := judge(p, c); why != "" {
					t.Errorf("conflict %v %v %s", c.Slots, c.Reasons, why)
				}
				if len(c.Slots) != test.slots || len(c.Reasons) != test.reasons {
					t.Errorf("conflict %v %v, want %d slots and %d reasons", c.Slots, c.Reasons, test.slots, test.reasons)
				}
				for _, s := range c.Slots {
					if seen[s] {
						t.Errorf("slot %s is in two conflicts", s)
					}
					seen[s] = true
				}
			}
			done := map[string]int{}
			for _, r := range remedies {
				done[r.Change] = r.Uncovered
			}
			if n, ok := done[test.remedy]; !ok || n != 0 {
				t.Errorf("remedies %v, want %s to cover everything", done, test.remedy)
			}
			if team == nil || team.Extra != test.extra || team.People != len(p.Members)+test.extra {
				t.Errorf("team %+v, want %d more people", team, test.extra)
			}
			again, others, size := explain(context.Background(), p, a, 1, BudgetFor(time.Second))
			if !reflect.DeepEqual(again, conflicts) || !reflect.DeepEqual(others, remedies) || !reflect.DeepEqual(size, team) {
				t.Error("the same problem and seed were explained differently the second time")
			}
			ended, cancel := context.WithCancel(context.Background())
			cancel()
			if again, _, _ := explain(ended, p, a, 1, BudgetFor(time.Second)); !reflect.DeepEqual(again, conflicts) {
				t.Errorf("after the context's end: conflicts %v, want the same as before it", again)
			}
		})
	}
}

// A company of 475 people with a few weeks that cannot be covered.
func TestExplainLarge(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second or two")
	}
	p := reference(t, "l01_500p_50rot_52w_2l")
	var stay []Member
	for i, m := range p.Members {
		if i%20 != 0 {
			stay = append(stay, m)
		}
	}
	p.Members = stay
	a := covered(p)
	began := time.Now()
	conflicts, remedies, team := explain(context.Background(), p, a, 1, BudgetFor(30*time.Second)/4)
	t.Logf("%d open explained in %v", len(p.Slots)-len(a), time.Since(began))
	if len(conflicts) == 0 || len(remedies) == 0 || team == nil {
		t.Fatalf("%v %v %v", conflicts, remedies, team)
	}
	for _, c := range conflicts {
		t.Log(c.Text)
		if len(c.Slots) > 8 {
			t.Errorf("a conflict of %d slots: %v", len(c.Slots), c)
		}
	}
}

func TestExplainNothing(t *testing.T) {
	p := &newScene("Ana", "Ben").shifts("primary", 0, 2).oneIn(2).Problem
	conflicts, remedies, team := explain(context.Background(), p, covered(p), 1, 1_000_000)
	if conflicts != nil || remedies != nil || team != nil {
		t.Errorf("a full plan is explained by %v %v %v", conflicts, remedies, team)
	}
}

// reference reads a problem of ../shared.
func reference(t *testing.T, name string) *Problem {
	t.Helper()
	f, err := os.Open(filepath.Join("../../../shared/data/roster/problems", name+".json"))
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	p, err := Read(f)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// covered makes a roster for coverage alone.
func covered(p *Problem) Assignment {
	f := newFinder(context.Background(), p, Assignment{}, 1)
	a := Assignment{}
	for s, m := range f.newTrial(1, 200_000_000).start {
		a[s] = &m
	}
	return a
}

// Daily shifts under two windows make conflicts too large for trying everything;
// that each is minimal is shown by covers of it without one slot or reason.
func TestExplainDaily(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second or two")
	}
	p := reference(t, "m01_12p_daily_182d")
	p.Members = []Member{p.Members[0], p.Members[3], p.Members[6], p.Members[9]}
	conflicts, _, _ := explain(context.Background(), p, covered(p), 1, BudgetFor(2*time.Second))
	if len(conflicts) < 5 {
		t.Errorf("%d conflicts for four people where it takes six", len(conflicts))
	}
	for _, c := range conflicts {
		for i := range c.Slots {
			if rest := slices.Delete(slices.Clone(c.Slots), i, i+1); !coverFound(p, rest, c.Reasons) {
				t.Errorf("%v: no cover found without slot %s", c, c.Slots[i])
			}
		}
		for i := range c.Reasons {
			if rest := slices.Delete(slices.Clone(c.Reasons), i, i+1); !coverFound(p, c.Slots, rest) {
				t.Errorf("%v: no cover found without %s", c, c.Reasons[i])
			}
		}
	}
}

// coverFound searches for a cover of some slots under some reasons and has the
// evaluator check it. Shifts must not overlap.
func coverFound(p *Problem, slots, reasons []string) bool {
	q, _ := relaxed(p, reasons)
	q.Slots = slices.DeleteFunc(q.Slots, func(s Slot) bool { return !slices.Contains(slots, s.ID) })
	q.Baseline = nil
	a := covered(q)
	return len(a) == len(slots) && keeps(q, a, true)
}
