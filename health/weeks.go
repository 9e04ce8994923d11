package health

import (
	"time"

	"watchbill/schedule"
)

// A Week is a whole ISO week of a team: from one Monday's midnight to the next on the
// clock of a zone.
type Week struct {
	Monday   schedule.Date
	From, To time.Time
}

// Weeks returns the whole weeks in [from, to).
func Weeks(from, to time.Time, zone *time.Location) []Week {
	day := schedule.DateOf(from.In(zone))
	monday := day.AddDays(-(int(day.Weekday()) + 6) % 7)
	if monday.At(schedule.Midnight, zone).Before(from) {
		monday = monday.AddDays(7)
	}
	var out []Week
	for {
		next := monday.AddDays(7)
		w := Week{monday, monday.At(schedule.Midnight, zone), next.At(schedule.Midnight, zone)}
		if w.To.After(to) {
			return out
		}
		out = append(out, w)
		monday = next
	}
}

// QuietWeeks counts the weeks in which somebody was on call, and those of them in which
// nobody was interrupted outside working hours. A week that nobody covered is not quiet,
// it is unknown.
func (c *Config) QuietWeeks(people []Person, records []*Record, weeks []Week) (quiet, covered int) {
	for _, w := range weeks {
		calm, held := true, false
		for i := range people {
			t := c.Measure(&people[i], records[i], w.From, w.To)
			calm = calm && t.Quiet()
			held = held || t.OnCall > 0
		}
		if held {
			covered++
			if calm {
				quiet++
			}
		}
	}
	return quiet, covered
}
