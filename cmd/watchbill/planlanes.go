package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"watchbill/schedule"
)

// A lane is one column of the calendar: a rotation, or of a rotation that is
// covered several times a day one of those times, so that a name stands where
// its hours are. The sites of a follow-the-sun are told apart by their windows,
// day and night by when they begin.
type lane struct {
	title  string
	shifts []shiftDoc // by start
}

// maxLanes is the number of times a day beyond which columns would be too many.
const maxLanes = 6

// lanesOf deals the shifts of a plan out to lanes, in the order of the rotations.
func lanesOf(d *planDoc) []lane {
	var lanes []lane
	for _, r := range d.Rotations {
		windows := windowsOf(d, r)
		if len(windows) > maxLanes {
			windows = nil
		}
		if len(windows) < 2 {
			lanes = append(lanes, byClock(sentence(r), d.shiftsOf(func(s *shiftDoc) bool { return s.Rotation == r }))...)
			continue
		}
		for _, w := range windows {
			shifts := d.shiftsOf(func(s *shiftDoc) bool { return s.Rotation == r && s.Window == w })
			lanes = append(lanes, byClock(strings.TrimSpace(sentence(r)+" "+w), shifts)...)
		}
	}
	return lanes
}

// windowsOf returns the names of a rotation's windows, as they first come up.
func windowsOf(d *planDoc, rotation string) []string {
	var names []string
	for i := range d.Shifts {
		if s := &d.Shifts[i]; s.Rotation == rotation && !slices.Contains(names, s.Window) {
			names = append(names, s.Window)
		}
	}
	return names
}

func (d *planDoc) shiftsOf(which func(*shiftDoc) bool) []shiftDoc {
	var out []shiftDoc
	for i := range d.Shifts {
		if which(&d.Shifts[i]) {
			out = append(out, d.Shifts[i])
		}
	}
	return out
}

// byClock divides shifts by the time of day at which they begin when most days
// have several of those times. One that a holiday or a clock change moved stands
// with the time before it.
func byClock(title string, shifts []shiftDoc) []lane {
	days := map[schedule.Clock]map[schedule.Date]bool{}
	all := map[schedule.Date]bool{}
	for _, s := range shifts {
		at, on := schedule.ClockOf(s.Start), schedule.DateOf(s.Start)
		if days[at] == nil {
			days[at] = map[schedule.Date]bool{}
		}
		days[at][on], all[on] = true, true
	}
	var usual []schedule.Clock
	for at := range days {
		if 2*len(days[at]) > len(all) {
			usual = append(usual, at)
		}
	}
	if len(usual) < 2 || len(usual) > maxLanes {
		return []lane{{title, shifts}}
	}
	slices.Sort(usual)
	lanes := make([]lane, len(usual))
	for i, at := range usual {
		lanes[i].title = fmt.Sprintf("%s %v", title, at)
	}
	for _, s := range shifts {
		i, exact := slices.BinarySearch(usual, schedule.ClockOf(s.Start))
		if !exact {
			i = (i + len(usual) - 1) % len(usual)
		}
		lanes[i].shifts = append(lanes[i].shifts, s)
	}
	return lanes
}

// duty says who has a lane in a week: a name when one person has all of it, and
// else each name with their days.
func (l lane) duty(w week) cell {
	var order []string
	var all []schedule.Date
	days := map[string][]schedule.Date{}
	for _, s := range l.shifts {
		on := s.daysIn(w)
		if len(on) == 0 {
			continue
		}
		if _, ok := days[s.Person]; !ok {
			order = append(order, s.Person)
		}
		days[s.Person] = append(days[s.Person], on...)
		all = append(all, on...)
	}
	if len(order) == 0 {
		return cell{text: "·"}
	}
	all = distinctDays(all)
	plain := true
	for _, person := range order {
		days[person] = distinctDays(days[person])
		plain = plain && slices.Equal(days[person], all)
	}
	names := make([]string, len(order))
	for i, person := range order {
		names[i] = nameOrNobody(person)
		if !plain {
			names[i] += noBreak + dayRuns(days[person])
		}
	}
	c := cell{text: strings.Join(names, ", ")}
	if slices.Contains(order, "") {
		c.tone = alarm
	}
	return c
}

// daysIn returns the days of a week that a shift has duty on. As everywhere a
// shift does not have the day on whose morning it is handed over.
func (d *shiftDoc) daysIn(w week) []schedule.Date {
	first, last := schedule.DateOf(d.Start), schedule.DateOf(d.End.Add(-time.Second))
	if last.After(first) && last == schedule.DateOf(d.End) && schedule.ClockOf(d.End) <= schedule.Noon {
		last = last.AddDays(-1)
	}
	var days []schedule.Date
	for on := laterDate(first, w.from); !on.After(last) && on.Before(w.until); on = on.AddDays(1) {
		days = append(days, on)
	}
	return days
}

func distinctDays(days []schedule.Date) []schedule.Date {
	slices.SortFunc(days, schedule.Date.Compare)
	return slices.Compact(days)
}
