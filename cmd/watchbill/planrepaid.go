package main

import (
	"fmt"

	"watchbill/schedule"
)

// A repaidDoc says which pages moved a plan, and how. Whose pages did what is not in it:
// that is for the person alone.
type repaidDoc struct {
	From    schedule.Date `json:"from"`    // the first week that no plan before knew
	Through schedule.Date `json:"through"` // the first day that does not count yet
	Worth   points        `json:"worth"`   // standby points of a point of burden
	Text    string        `json:"text"`
	// Why says why somebody's points moved: "Ana: −12 points, four nights broken in
	// March". Only who has the pages in a file is told; the service tells each person
	// their own.
	Why []string `json:"why,omitempty"`
}

// repay takes what measured burden adds to balances into the plan.
func (pl *planning) repay(m *schedule.Measured, ids map[string]schedule.ID) {
	if m == nil {
		return
	}
	pl.measured = map[string]points{}
	for name, id := range ids {
		pl.measured[name] = points(m.Points[id])
	}
	pl.repaid = &repaidDoc{From: m.From, Through: m.Through, Worth: points(1000*m.Worth + 0.5)}
	pl.repaid.Text = pl.repaid.text()
}

// text says what moved the plan.
func (r *repaidDoc) text() string {
	when := fmt.Sprintf("pages until %s", shortDate(r.Through.AddDays(-1)))
	if r.From.Before(r.Through) {
		when = fmt.Sprintf("pages from %s to %s", shortDate(r.From), shortDate(r.Through.AddDays(-1)))
	}
	if r.Worth == 0 && !r.From.Before(r.Through) {
		return "pages are being measured anew, so they move nobody's points in this plan; what they come to goes into the next"
	}
	if r.Worth == 0 {
		return "no page counts yet, so nobody's points move for what pages did"
	}
	return fmt.Sprintf("%s count, and what came in late for weeks before: whoever was paged for more than their time on call explains holds less, "+
		"and the others hold that. A point of burden is worth %s, what it has cost on average", when, plural(r.Worth.down()))
}

// repaidTerm is what the difference is less because of pages, as a formula has it.
func (d *planDoc) repaidTerm() string {
	if d.Repaid == nil {
		return ""
	}
	return " − pages"
}
