package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"watchbill/schedule"
)

// A week is one line of the calendar: seven days from the day of the week on
// which the team hands over.
type week struct {
	from, until schedule.Date
	away        []string
	notes       []string
}

// weeksOf cuts a plan into weeks.
func weeksOf(d *planDoc) []week {
	from := d.From
	for day := handoverDay(d); from.Weekday() != day; {
		from = from.AddDays(-1)
	}
	var weeks []week
	for ; from.Before(d.Until); from = from.AddDays(7) {
		w := week{from: from, until: from.AddDays(7)}
		w.away = awayIn(d, w)
		w.notes = holidaysIn(d, w)
		weeks = append(weeks, w)
	}
	return weeks
}

// handoverDay returns the day of the week on which most shifts of a week or so
// begin, and Monday when there are none.
func handoverDay(d *planDoc) time.Weekday {
	var begin [7]int
	for _, s := range d.Shifts {
		if s.End.Sub(s.Start) >= 6*24*time.Hour {
			begin[s.Start.Weekday()]++
		}
	}
	best := time.Monday
	for day := range begin {
		if begin[day] > begin[best] {
			best = time.Weekday(day)
		}
	}
	return best
}

// awayIn says who is away in a week, with the days when it is not all of it.
func awayIn(d *planDoc, w week) []string {
	var away []string
	for _, p := range d.People {
		var days []schedule.Date
		for _, a := range d.Absences {
			from, until := laterDate(a.From, w.from), earlierDate(a.Until, w.until)
			if a.Person == p.Name && from.Before(until) {
				for ; from.Before(until); from = from.AddDays(1) {
					days = append(days, from)
				}
			}
		}
		days = distinctDays(days)
		switch len(days) {
		case 0:
		case 7:
			away = append(away, glueName(p.Name))
		default:
			away = append(away, glueName(p.Name)+noBreak+dayRuns(days))
		}
	}
	return away
}

// holidaysIn names the holidays of a week, those of a day together, with whose
// they are unless they are everybody's.
func holidaysIn(d *planDoc, w week) []string {
	var notes []string
	for on := w.from; on.Before(w.until); on = on.AddDays(1) {
		var names []string
		whose := map[string]bool{}
		for _, h := range d.Holidays {
			if h.Date != on {
				continue
			}
			names = append(names, h.Name)
			for _, p := range d.People {
				whose[p.Name] = whose[p.Name] || len(h.People) == 0 || slices.Contains(h.People, p.Name)
			}
		}
		if len(names) > 0 {
			notes = append(notes, shortDay(on.Weekday())+noBreak+strings.Join(names, " / ")+d.whose(whose))
		}
	}
	return notes
}

// whose names some of the plan's people in brackets, in as few words as can be;
// everybody is nothing.
func (d *planDoc) whose(some map[string]bool) string {
	var those, others []string
	for _, p := range d.People {
		if some[p.Name] {
			those = append(those, p.Name)
		} else {
			others = append(others, p.Name)
		}
	}
	switch {
	case len(others) == 0:
		return ""
	case len(others) < len(those) && len(others) <= 2:
		return " (not " + list(others) + ")"
	case len(those) <= 3:
		return " (" + list(those) + ")"
	}
	return fmt.Sprintf(" (%d of %d)", len(those), len(d.People))
}

// dayRuns writes days of one week, in order, as "Mon–Wed+Fri".
func dayRuns(days []schedule.Date) string {
	var runs []string
	for i := 0; i < len(days); {
		j := i
		for j+1 < len(days) && days[j+1] == days[j].AddDays(1) {
			j++
		}
		runs = append(runs, daySpan(days[i], days[j]))
		i = j + 1
	}
	return strings.Join(runs, "+")
}

// daySpan writes the days from the first to the last as "Mon–Wed".
func daySpan(first, last schedule.Date) string {
	if first == last {
		return shortDay(first.Weekday())
	}
	return shortDay(first.Weekday()) + "–" + shortDay(last.Weekday())
}

func nameOrNobody(person string) string {
	if person == "" {
		return unfilled
	}
	return glueName(person)
}

// unfilled stands where a name would.
const unfilled = "UNFILLED"

func shortDay(d time.Weekday) string { return d.String()[:3] }

// shortDate writes a day as "21 Dec".
func shortDate(d schedule.Date) string {
	return fmt.Sprintf("%d %s", d.Day, d.Month.String()[:3])
}

// dates writes the days from one to another, the second not included, as
// "21–27 Dec" or "28 Dec – 3 Jan".
func dates(from, until schedule.Date) string {
	last := until.AddDays(-1)
	switch {
	case from == last:
		return shortDate(from)
	case from.Month == last.Month && from.Year == last.Year:
		return fmt.Sprintf("%d–%s", from.Day, shortDate(last))
	}
	return shortDate(from) + " – " + shortDate(last)
}

func laterDate(a, b schedule.Date) schedule.Date {
	if a.Before(b) {
		return b
	}
	return a
}

func earlierDate(a, b schedule.Date) schedule.Date {
	if b.Before(a) {
		return b
	}
	return a
}
