package schedule

import (
	"fmt"
	"strconv"
	"strings"
)

// A Cadence is how often people are on call when they take turns evenly.
type Cadence struct {
	People int
	Duties int // rotations that the same people take
	Days   int // of a turn
}

// weeksPerYear counts the weeks, and the weekends, of a year.
const weeksPerYear = 52

// OneIn says that a person has one turn in so many, in tenths.
func (c Cadence) OneIn() int { return 10 * c.People / max(1, c.Duties) }

// Between returns the days between the end of a turn and the beginning of the same
// person's next, rounded down.
func (c Cadence) Between() int { return max(0, (c.People-c.Duties)*c.Days/max(1, c.Duties)) }

// WeeksPerYear returns how many weeks a year a person is on call, in tenths.
func (c Cadence) WeeksPerYear() int { return perYear(c.Duties, c.People) }

// WeekendsPerYear returns how many weekends a year a person is on call, in tenths. A
// turn shorter than a week leaves half of the weekends whole.
func (c Cadence) WeekendsPerYear() int {
	if c.Days >= 7 {
		return perYear(c.Duties, c.People)
	}
	return perYear(2*c.Duties, c.People) // Saturday and Sunday fall to different people
}

func perYear(duties, people int) int {
	if people == 0 {
		return 0
	}
	return min((20*weeksPerYear*duties+people)/(2*people), 10*weeksPerYear)
}

// What a cadence is like. People who are on call more often than one turn in four
// rarely stand it for long.
const (
	CadenceGood = "good"
	CadenceWarn = "warn"
	CadenceBad  = "bad"
)

// enough is the rhythm to aim at, and roomy the one with room for time off.
const (
	enough = 4
	roomy  = 6
)

// Verdict says what a cadence is like, and how many more people would make it one in
// four.
func (c Cadence) Verdict() (tone, text string) {
	turn := "turn"
	switch c.Days {
	case 1:
		turn = "day"
	case 7:
		turn = "week"
	}
	one := "one " + turn + " in " + inWords(c.OneIn()/10)
	missing := enough*c.Duties - c.People
	switch r := c.OneIn(); {
	case c.People == 0:
		return CadenceBad, "Nobody takes part yet."
	case c.People < c.Duties:
		return CadenceBad, fmt.Sprintf("Too few: %s at once, and %s.", people(c.Duties), people(c.People))
	case r < 20:
		return CadenceBad, fmt.Sprintf("Without a break: somebody is on call almost every %s. %s", turn, more(missing))
	case r < 10*enough-10:
		return CadenceBad, fmt.Sprintf("Too often: %s. %s", one, more(missing))
	case r < 10*enough:
		return CadenceWarn, fmt.Sprintf("Often: %s. %s", one, more(missing))
	case r < 10*roomy:
		return CadenceGood, fmt.Sprintf("Sustainable: at most %s. Holidays need a little planning.", one)
	}
	return CadenceGood, fmt.Sprintf("Comfortable: at most %s, with room for time off.", one)
}

func more(n int) string {
	if n == 1 {
		return "One more person would make it one in four."
	}
	return fmt.Sprintf("%s more people would make it one in four.", upperFirst(inWords(n)))
}

func people(n int) string {
	if n == 1 {
		return "one person"
	}
	return inWords(n) + " people"
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// inWords writes a small number in words.
func inWords(n int) string {
	words := []string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}
	if n < len(words) {
		return words[n]
	}
	return strconv.Itoa(n)
}

// Limit returns the strictest limit of turns that so many people can keep while one of
// them is away, as a team file writes it; "" when there is none.
func (c Cadence) Limit() string {
	turns := min((c.People-1)/max(1, c.Duties), enough)
	if turns < 2 {
		return ""
	}
	if c.Days%7 == 0 {
		return fmt.Sprintf("%s in %d weeks", weeksOf(c.Days/7), turns*c.Days/7)
	}
	return fmt.Sprintf("%s in %d days", daysOf(c.Days), turns*c.Days)
}

func weeksOf(n int) string {
	if n == 1 {
		return "1 week"
	}
	return fmt.Sprintf("%d weeks", n)
}

func daysOf(n int) string {
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}
