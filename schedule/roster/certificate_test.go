package roster_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"watchbill/schedule/roster"

	"pgregory.net/rapid"
)

// certified solves a problem and sends its certificate through JSON.
func certified(t interface{ Fatalf(string, ...any) }, p *roster.Problem, budget int64) (*roster.Solution, *roster.Certificate) {
	sol, _ := solved(t, p, roster.Options{Seed: 1, Budget: budget, Certificate: true})
	var text bytes.Buffer
	if err := sol.Certificate.Write(&text); err != nil {
		t.Fatalf("write: %v", err)
	}
	c, err := roster.ReadCertificate(&text)
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	return sol, c
}

// What the search says of its prices, the verifier finds too, and it never proves
// more than brute force allows.
func TestCertificatesOfRandomProblems(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := tiny(t)
		best := bruteForce(t, p)
		_, c := certified(t, p, 1_000_000)
		checked, err := roster.Verify(p, c)
		if err != nil {
			t.Fatalf("order %v, terms %v: %v", p.Order, c.Terms, err)
		}
		open := false // an earlier term is not verified, which steps may build on
		for k, x := range checked {
			if open = open || !x.Verified; !open && len(x.Refused) > 0 {
				text, _ := json.Marshal(c.Steps)
				t.Fatalf("order %v, terms %v: %v\n%s", p.Order, c.Terms, x.Refused, text)
			}
			if x.Certified > best[k] {
				t.Fatalf("%s is certified to be at least %d; %v is possible", x.Term, x.Certified, best)
			}
		}
	})
}

// The bounds of the shared problems are proven again, but for those that only a
// tree closed.
func TestCertificatesOfSharedProblems(t *testing.T) {
	if testing.Short() {
		t.Skip("the shared problems take a minute; -short leaves them out")
	}
	all := problems(t)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		p := all[name]
		if len(p.Slots) > 1000 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			_, c := certified(t, p, roster.BudgetFor(10*time.Second))
			checked, err := roster.Verify(p, c)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range checked {
				if len(x.Refused) > 0 {
					t.Errorf("%s: %v", x.Term, x.Refused)
				}
				t.Logf("%s: value %d, bound %d, certified %d", x.Term, x.Value, x.Bound, x.Certified)
			}
			if !checked[0].Verified || !checked[1].Verified {
				t.Errorf("the first terms are not certified: %+v", checked)
			}
		})
	}
}

// Bounds that are raised and prices that are changed do not get through.
func TestVerifyRefusesWhatIsWrong(t *testing.T) {
	p := generated("certified", 8, 2, 26, 7*day, roster.Window{Length: 21 * day, Max: 7 * day})
	_, c := certified(t, p, roster.BudgetFor(2*time.Second))
	text, _ := json.Marshal(c)
	again := func() *roster.Certificate {
		x, err := roster.ReadCertificate(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	if _, err := roster.Verify(p, again()); err != nil {
		t.Fatalf("the certificate as it was made: %v", err)
	}
	refused := func(x *roster.Certificate, term string) bool {
		checked, err := roster.Verify(p, x)
		return err != nil || slices.ContainsFunc(checked, func(c roster.Checked) bool { return c.Term == term && len(c.Refused) > 0 })
	}
	bounds := 0
	for i, st := range c.Steps {
		if st.Narrow {
			continue
		}
		bounds++
		x := again()
		x.Steps[i].Bound = max(st.Bound*2, st.Bound+20_000)
		if !refused(x, st.Term) {
			t.Errorf("step %d: %s is said to be %d instead of %d, and nobody minds", i, st.Term, x.Steps[i].Bound, st.Bound)
		}
		if st.Term == roster.TermSumDev || len(st.Prices) == 0 {
			continue // what loads can add up to may say as much without prices
		}
		x = again()
		x.Steps[i].Prices[slices.Sorted(maps.Keys(st.Prices))[0]] += 1 << 40
		if !refused(x, st.Term) {
			t.Errorf("step %d, %s: a price is changed, and nobody minds", i, st.Term)
		}
	}
	if bounds == 0 {
		t.Error("the certificate has no step that proves a bound; the test shows nothing")
	}
	x := again()
	x.Steps = nil
	checked, err := roster.Verify(p, x)
	if err != nil || !slices.ContainsFunc(checked, func(c roster.Checked) bool { return !c.Verified }) {
		t.Errorf("without steps all is verified: %+v %v", checked, err)
	}
	for name, spoil := range map[string]func(x *roster.Certificate){
		"a better value": func(x *roster.Certificate) { x.Terms[1].Value-- },
		"another bound":  func(x *roster.Certificate) { x.Terms[1].Bound = x.Terms[1].Value + 1 },
		"another roster": func(x *roster.Certificate) {
			ids := slices.Sorted(maps.Keys(x.Assignment))
			x.Assignment[ids[0]] = x.Assignment[ids[4]]
			x.Assignment[ids[1]] = x.Assignment[ids[4]]
		},
		"another problem": func(x *roster.Certificate) { x.Instance = "other" },
		"no such term":    func(x *roster.Certificate) { x.Steps = append(x.Steps, roster.Step{Part: "x", Term: "y", Scale: 1}) },
	} {
		x := again()
		spoil(x)
		if _, err := roster.Verify(p, x); err == nil {
			t.Errorf("%s is not refused", name)
		}
	}
	for name, st := range map[string]roster.Step{
		"a negative cost":      {Part: p.Slots[0].ID, Term: roster.TermSpacing, Scale: 1, Costs: map[string]int64{roster.TermPref: -1}},
		"a cost of what comes": {Part: p.Slots[0].ID, Term: roster.TermPref, Scale: 1, Costs: map[string]int64{roster.TermSpacing: 1}},
		"no such slot":         {Part: "x", Term: roster.TermPref, Scale: 1},
		"prices beyond sums":   {Part: p.Slots[0].ID, Term: roster.TermPref, Scale: 1, Prices: map[string]int64{p.Slots[0].ID: 1 << 62}},
		"no scale":             {Part: p.Slots[0].ID, Term: roster.TermPref},
		"a scale beyond sums":  {Part: p.Slots[0].ID, Term: roster.TermPref, Scale: 1 << 60},
		"a term before":        {Part: p.Slots[0].ID, Term: roster.TermMaxDev, Limit: 1 << 40, Scale: 1},
	} {
		x := again()
		x.Steps = append(x.Steps, st)
		if !refused(x, st.Term) {
			t.Errorf("%s is not refused: %+v", name, st)
		}
	}
}

// A certificate is checked in a moment, also where the search took long.
func TestVerifyIsQuick(t *testing.T) {
	p := randomProblem(rand.New(rand.NewPCG(3, 1)), 10, 60)
	_, c := certified(t, p, 5_000_000)
	start := time.Now()
	checked, err := roster.Verify(p, c)
	if err != nil || len(checked[0].Refused)+len(checked[1].Refused) > 0 {
		t.Fatalf("%+v %v", checked, err)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("it took %v", took)
	}
}
