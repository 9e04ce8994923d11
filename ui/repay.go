package ui

import (
	"math"
	"time"
)

// RepayForm is what of a team's settings says how measured burden moves plans.
type RepayForm struct {
	Gain, Cap, Since Field
	On               bool
	Rest             bool   // a broken night is offered rest after
	Base             string // what it was when the form was drawn
	Clash            string // what somebody else has saved meanwhile
}

// Gains are the choices of how much is repaid.
func (RepayForm) Gains() []Option {
	return []Option{{Value: "0", Label: "Nothing: plans look at the schedule alone"}, {Value: "100", Label: "All of it"}, {Value: "50", Label: "Half of it"}, {Value: "25", Label: "A quarter of it"}}
}

// Moved are those whose points moved for what pages did, by how much.
func (d Draft) Moved() []FairRow {
	var out []FairRow
	for _, r := range d.Fair {
		if r.Repaid != 0 {
			out = append(out, r)
		}
	}
	return out
}

// more says how many points somebody holds more or less.
func more(v float64) string {
	unit := " points"
	if math.Abs(v) == 1 {
		unit = " point"
	}
	if v > 0 {
		return "+" + num(v) + unit
	}
	return num(v) + unit
}

// RepaidPlan is what measured burden did to the reader in a plan.
type RepaidPlan struct {
	Plan     string
	From, To time.Time
	Text     string
}
