package health

import (
	"fmt"
	"testing"
)

// Figures are rounded as far as the difference to what was published asks for, and no further;
// which depends on who was asked and on what was published, and never on an answer.
func TestPulseBeside(t *testing.T) {
	type other struct {
		n, invited, common int
		step               float64
		alike              bool
	}
	for _, c := range []struct {
		name       string
		n, invited int
		others     []other
		step       float64
	}{
		{"nothing before", 6, 6, nil, 5},
		{"nothing before, to the point", 12, 12, nil, 1},
		{"the same people", 12, 12, []other{{12, 12, 12, 1, false}}, 1},
		{"one joined to eleven", 12, 12, []other{{11, 11, 11, 1, false}}, 5},
		{"one joined to five, whose sum fives do not hide", 6, 6, []other{{5, 5, 5, 5, false}}, 10},
		{"one joined to six", 7, 7, []other{{6, 6, 6, 5, false}}, 5},
		{"one joined to six who answered alike", 7, 7, []other{{6, 6, 6, 5, true}}, 10},
		{"two joined to six", 8, 8, []other{{6, 6, 6, 5, false}}, 10},
		{"four left of ten", 6, 6, []other{{10, 10, 6, 1, false}}, 25},
		{"five left", 10, 10, []other{{15, 15, 10, 1, false}}, 1},
		{"one for another in eleven", 11, 11, []other{{11, 11, 10, 1, false}}, 5},
		{"one for another in six", 6, 6, []other{{6, 6, 5, 5, false}}, 5},
		{"five for five", 11, 11, []other{{11, 11, 6, 1, false}}, 1},
		{"one of the same did not answer", 11, 12, []other{{12, 12, 12, 1, false}}, 5},
		{"as many of the same did not answer", 11, 12, []other{{11, 12, 12, 1, false}}, 1},
		{"nothing was told of the others", 12, 12, []other{{0, 11, 11, 0, false}}, 1},
		{"another team with one person in common", 12, 12, []other{{12, 12, 1, 1, false}}, 1},
		{"another team with one person more", 12, 12, []other{{20, 30, 9, 1, false}, {13, 13, 12, 1, false}}, 5},
	} {
		var ledger []PulseOverlap
		for _, o := range c.others {
			line := PulseOverlap{Invited: o.invited, Common: o.common}
			if o.n > 0 {
				line.Doc = PulseDoc{PulseResult: PulseResult{Published: true, N: &o.n}, Step: o.step}
			}
			if o.alike {
				line.Doc.Items = []PulseItemResult{{Bucket: &Bucket{}}}
			}
			ledger = append(ledger, line)
		}
		p := DefaultConfig().Privacy.beside(c.n, c.invited, ledger)
		if got := p.step(c.n); got != c.step || p.coarse != (c.step > DefaultConfig().Privacy.step(c.n)) {
			t.Errorf("%s: rounded to %v, want %v", c.name, got, c.step)
		}
	}
	p := DefaultConfig().Privacy.beside(6, 6, []PulseOverlap{{Invited: 5, Common: 5, Doc: PulseDoc{PulseResult: PulseResult{Published: true, N: new(5)}}}})
	if got := fmt.Sprint(p.round(0, 6), p.round(4, 6), p.round(51, 6), p.round(96, 6), p.round(100, 6)); got != "10 10 50 90 90" {
		t.Errorf("rounded: %s", got)
	}
}
