package schedule

import (
	"strings"
	"time"
)

// Weekdays is a set of days of the week.
type Weekdays uint8

// The sets that most rules name.
const (
	NoDay    Weekdays = 0
	EveryDay Weekdays = 1<<7 - 1
	Workdays Weekdays = 1<<time.Monday | 1<<time.Tuesday | 1<<time.Wednesday | 1<<time.Thursday | 1<<time.Friday
	Weekend  Weekdays = EveryDay &^ Workdays
)

// WeekdaysOf returns the set of the given days.
func WeekdaysOf(days ...time.Weekday) Weekdays {
	var set Weekdays
	for _, d := range days {
		set |= 1 << d
	}
	return set
}

// Has reports whether the day is in the set.
func (w Weekdays) Has(day time.Weekday) bool { return w>>day&1 == 1 }

// String lists the days from Monday on: "Mon Tue Wed". The empty set is
// "no day".
func (w Weekdays) String() string {
	var names []string
	for i := range 7 {
		if day := time.Weekday((i + 1) % 7); w.Has(day) {
			names = append(names, day.String()[:3])
		}
	}
	if names == nil {
		return "no day"
	}
	return strings.Join(names, " ")
}
