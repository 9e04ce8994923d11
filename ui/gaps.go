package ui

import "time"

// Gaps is the page "gaps": what has to be mended ahead in every team that the reader
// manages; of all teams for administrators.
type Gaps struct {
	Frame
	Found            // GET /gaps with q, and after or before: a team's id; the whole is in /gaps.csv
	List  []TeamGaps // by name, those of the page
	Open  int        // shifts, or parts of one, that nobody has
	Other int        // what else is to be mended
	Short int        // teams that are not planned for all of the ninety days
}

// TeamGaps is what has to be mended in a team.
type TeamGaps struct {
	ID       int64
	Name     string
	Planned  time.Time // noon of the last day that is planned; zero: nothing is published
	Next     string    // the first day that is not; empty: nothing is published
	Short    bool      // that is within the ninety days
	Open     time.Duration
	Problems []Problem
}

// Hours are those of the shifts that nobody has, rounded up.
func (t TeamGaps) Hours() int { return int((t.Open + time.Hour - 1) / time.Hour) }
