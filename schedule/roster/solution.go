package roster

import (
	"encoding/json"
	"io"
)

// SolutionFormat names the format of a solution.
const SolutionFormat = "oncall-roster-solution/1"

// A Solution is a roster that keeps every hard rule, what it is worth, how good
// a roster could be at best, and why slots are uncovered.
type Solution struct {
	Format     string     `json:"format"`
	Instance   string     `json:"instance"`
	Assignment Assignment `json:"assignment"`
	Terms      []Term     `json:"terms"` // in the problem's order
	Conflicts  []Conflict `json:"conflicts"`
	Remedies   []Remedy   `json:"remedies"`
	Team       *TeamSize  `json:"team,omitempty"`
	// Certificate is there when it was asked for.
	Certificate *Certificate `json:"-"`
	Seconds     float64      `json:"seconds"` // filled in by the caller, who has the clock
	Seed        int64        `json:"seed"`
}

// A Term is one term of the objective at its value, with a lower bound that
// holds for every roster whose earlier terms have the values printed.
type Term struct {
	Term  string `json:"term"`
	Value int64  `json:"value"`
	Bound int64  `json:"bound"`
	// Proven means that no roster is better in this term or an earlier one.
	Proven bool `json:"proven"`
}

// Write writes the solution as indented JSON with a final newline.
func (s *Solution) Write(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	enc.SetEscapeHTML(false)
	return enc.Encode(s)
}
