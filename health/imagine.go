package health

import (
	"errors"
	"fmt"
	"strconv"

	"watchbill/schedule"
)

// A WhatIf asks what would be if something about a team were otherwise. The zero value
// changes nothing.
type WhatIf struct {
	People int // more people, full time
	OneIn  int // nobody on call for more than one week in so many; zero: as the rules have it
	// Without is the label of a service or an alert that never paged; empty: none.
	Without string
	// Second adds people who stand behind, and of a hundred pages how many are theirs.
	Second *int
}

// The bounds of what may be asked.
const (
	MostMorePeople = 10
	LeastOneIn     = 2
	MostOneIn      = 12
	mostLabel      = 500
)

// SecondShares are how many of a hundred pages may be taken to go to those who stand
// behind.
var SecondShares = []int{0, 25, 50}

// Asked reports whether anything would be otherwise.
func (q *WhatIf) Asked() bool {
	return q.People > 0 || q.OneIn > 0 || q.Without != "" || q.Second != nil
}

// ParseWhatIf reads a question from an address. What is wrong comes as one or more
// *schedule.InvalidError, joined; what is right is read all the same.
func ParseWhatIf(people, oneIn, without, second string) (q WhatIf, err error) {
	var bad []error
	number := func(field, text string, least, most int, what string) int {
		if text == "" {
			return 0
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < least || n > most {
			bad = append(bad, &schedule.InvalidError{Field: field, Reason: fmt.Sprintf("%s; it should be a number from %d to %d", what, least, most)})
			return 0
		}
		return n
	}
	q.People = number("people", people, 0, MostMorePeople, "so many more people cannot be tried")
	q.OneIn = number("one_in", oneIn, LeastOneIn, MostOneIn, "such a limit cannot be tried")
	if err := schedule.CheckText("without", without, mostLabel); err != nil {
		bad = append(bad, err)
	} else {
		q.Without = without
	}
	if second != "" {
		for _, share := range SecondShares {
			if strconv.Itoa(share) == second {
				q.Second = &share
			}
		}
		if q.Second == nil {
			bad = append(bad, &schedule.InvalidError{Field: "second", Reason: "a share that cannot be tried; it should be 0, 25 or 50 of a hundred pages"})
		}
	}
	return q, errors.Join(bad...)
}

// A PlanChange is what of a question the generator of plans needs to know.
type PlanChange struct {
	People int
	OneIn  int
	Second bool
}

// An ImaginedPlan is a plan that nobody has published: of a team as it is or as it might
// be, with nothing left over from before.
type ImaginedPlan struct {
	From   schedule.Date // a Monday, from which on everything is planned
	Weeks  int
	Shifts []Shift // person 0: nobody
	People []ImaginedPerson
	Levels int
	Limit  string // how much anybody may be on call, in words; empty: no limit
	Slots  int
	// Unfilled is how many shifts nobody could have; Why says why, and Mend what would
	// help, in the generator's words.
	Unfilled  int
	Why, Mend []string
}

// An ImaginedPerson is somebody in an imagined plan.
type ImaginedPerson struct {
	Person
	Name     string
	New      bool
	Part     float64 // of the weeks of the plan, in which they are in the team
	Entitled float64 // full-time equivalent times the days they could be on call
}

// ImaginedWeeks returns for how many weeks so many people are planned: whole rounds, a
// quarter at least, so far as that is a year at most.
func ImaginedWeeks(people int) int {
	if people <= 0 {
		return scheduleWeeks
	}
	return min(mostCycle, (scheduleWeeks+people-1)/people*people)
}
