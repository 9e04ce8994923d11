package roster

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	hour = int64(3600)
	day  = 24 * hour
	week = 7 * day
)

// A calendar writes nominal times as dates. Years are written only where the
// plan is so long that a day and a month could mean two dates.
type calendar struct{ years bool }

func newCalendar(p *Problem) calendar {
	first, last := int64(maxSeconds), int64(-maxSeconds)
	for i := range p.Slots {
		first, last = min(first, p.Slots[i].NStart), max(last, p.Slots[i].NEnd)
	}
	return calendar{years: last-first >= 365*day}
}

// date writes the day of a nominal time.
func (c calendar) date(at int64) string {
	layout := "Mon 2 Jan"
	if c.years {
		layout = "Mon 2 Jan 2006"
	}
	return time.Unix(at, 0).UTC().Format(layout)
}

// span writes the days that a nominal stretch touches, both included; a stretch
// under two days that does not keep to whole days has times.
func (c calendar) span(start, end int64) string {
	first, last := c.date(start), c.date(end-1)
	whole := start%day == 0 && end%day == 0
	switch {
	case !whole && end-start < 2*day && first == last:
		return first + " " + clock(start) + " to " + clock(end)
	case !whole && end-start < 2*day:
		return first + " " + clock(start) + " to " + c.date(end) + " " + clock(end)
	case first == last:
		return first
	}
	return first + " to " + last
}

func clock(at int64) string { return time.Unix(at, 0).UTC().Format("15:04") }

// spell writes small numbers as words.
func spell(n int64) string {
	words := []string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}
	if n >= 0 && n < int64(len(words)) {
		return words[n]
	}
	return fmt.Sprint(n)
}

// windowWords writes a window rule as people say it: one week in four, 2 days
// in 7, at most 60 hours in any 7 days.
func windowWords(w Window) string {
	switch {
	case w.Length%week == 0 && w.Max%week == 0:
		return fmt.Sprintf("%s %s in %s", spell(w.Max/week), noun(w.Max/week, "week"), spell(w.Length/week))
	case w.Length%day == 0 && w.Max%day == 0:
		return fmt.Sprintf("%d %s in %d", w.Max/day, noun(w.Max/day, "day"), w.Length/day)
	}
	return fmt.Sprintf("at most %s in any %s", lengthWords(w.Max), anyWords(w.Length))
}

// countWords writes a count rule: at most 2 weekends in any 4 weeks.
func countWords(c Count) string {
	return fmt.Sprintf("at most %d %s in any %s", c.Max, noun(c.Max, markWord(c.Mark)), anyWords(c.Length))
}

// markWord names a kind of mark. "holiday 2" are the holidays of some of the
// people, and holidays to them.
func markWord(mark string) string {
	if word := strings.TrimRight(mark, " 0123456789"); word != "" {
		return word
	}
	return mark
}

// restWords writes the rule of rest.
func restWords(gap int64) string {
	if gap == 0 {
		return "one shift at a time"
	}
	return lengthWords(gap) + " of rest between shifts"
}

// duringWords says when a rule holds, to stand behind it: " from 4 Jan 2027 on".
func duringWords(t During) string {
	day := func(at int64) string { return time.Unix(at, 0).UTC().Format("2 Jan 2006") }
	switch {
	case t.From != 0 && t.Until != 0:
		return " from " + day(t.From) + " to " + day(t.Until-1)
	case t.From != 0:
		return " from " + day(t.From) + " on"
	case t.Until != 0:
		return " until " + day(t.Until-1)
	}
	return ""
}

// lengthWords writes a length of time in the largest unit that divides it.
func lengthWords(d int64) string {
	units := []struct {
		size int64
		name string
	}{{week, "week"}, {day, "day"}, {hour, "hour"}, {60, "minute"}}
	for _, u := range units {
		if d%u.size == 0 && d >= u.size && !(u.size == week && d < 2*week) {
			return fmt.Sprintf("%d %s", d/u.size, noun(d/u.size, u.name))
		}
	}
	return fmt.Sprintf("%d %s", d, noun(d, "second"))
}

// anyWords writes a length of time to stand after "any": day, 7 days.
func anyWords(d int64) string { return strings.TrimPrefix(lengthWords(d), "1 ") }

func noun(n int64, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

// listWords joins words with commas and a last "and".
func listWords(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// A crowd is a set of members, by index and in the order of the problem.
type crowd []int

// names lists them all when they are few, and counts them otherwise.
func (c crowd) names(p *Problem, most int) string {
	if len(c) > most {
		return crowdWords(len(c))
	}
	ids := make([]string, len(c))
	for i, m := range c {
		ids[i] = p.Members[m].ID
	}
	return listWords(ids)
}

// crowdWords counts people.
func crowdWords(n int) string {
	if n == 1 {
		return "one person"
	}
	return fmt.Sprintf("%d people", n)
}

// crowdVerb returns "is" for one and "are" for any other number.
func crowdVerb(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// pick returns the verb for one or for many.
func (c crowd) pick(one, many string) string {
	if len(c) == 1 {
		return one
	}
	return many
}

func (c crowd) has(m int) bool { return slices.Contains(c, m) }

func (c *crowd) add(m int) {
	if !c.has(m) {
		*c = append(*c, m)
	}
}
