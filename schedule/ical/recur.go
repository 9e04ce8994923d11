package ical

import (
	"slices"
	"time"

	"watchbill/schedule"
)

// What the rules of one file may cost, in days and times looked at.
const (
	fileBudget  = 5_000_000
	eventBudget = 1_000_000
)

// each calls f with the times of the rule in [lo, hi), in order, on the wall of
// the start's zone and as instants; of days, the instants mean nothing. It is
// false when the budget did not last.
func (r *rule) each(start moment, lo, hi wall, budget *int, f func(w wall, t int64)) bool {
	g := &generator{rule: r, start: start, lo: lo, hi: hi, budget: budget, f: f, left: r.count}
	if r.count == 0 {
		g.left = -1
	}
	g.startAt = start.instant()
	g.cost = 1 + (len(r.monthDays)+len(r.yearDays)+len(r.weeks)+len(r.ordinals))/8
	g.limit = hi
	if r.until != nil {
		g.untilAt, g.untilWall = g.last()
		g.limit = min(hi, g.untilWall+2*secondsPerDay)
	}
	if r.freq == hourly {
		return g.hours()
	}
	return g.periods()
}

// A generator is one walk along a rule.
type generator struct {
	*rule
	start     moment
	startAt   int64
	cost      int // of looking at one day
	lo, hi    wall
	limit     wall // nothing from here on is wanted
	untilAt   int64
	untilWall wall
	budget    *int
	left      int // to come; negative: no limit
	f         func(wall, int64)
	times     []candidate // of the period at hand
}

type candidate struct {
	w     wall
	t     int64 // instant, when known
	known bool
}

// last returns the last moment that UNTIL includes. Whole days know only days;
// of a time that ends with a day, the day counts whole.
func (g *generator) last() (at int64, w wall) {
	u := *g.until
	switch {
	case g.start.day:
		w = wall(u.at.day() * secondsPerDay)
		return 0, w
	case u.day:
		w = u.at + secondsPerDay - 1
		return g.start.zone.instant(w), w
	}
	at = u.instant()
	return at, g.start.zone.wall(at)
}

// spend takes n from the budget.
func (g *generator) spend(n int) bool {
	*g.budget -= n
	return *g.budget >= 0
}

// emit hands on the times of a period; false when the rule has come to its end.
func (g *generator) emit() bool {
	times := g.times
	if len(g.positions) > 0 {
		times = g.placed()
	}
	for _, c := range times {
		if c.w < g.start.at && !c.known || c.known && c.t < g.startAt {
			continue
		}
		if c.w >= g.limit || g.until != nil && g.beyond(&c) {
			return false
		}
		if c.w >= g.lo {
			if !c.known && !g.start.day {
				c.t = g.start.zone.instant(c.w)
			}
			g.f(c.w, c.t)
		}
		if g.left--; g.left == 0 {
			return false
		}
	}
	return true
}

// beyond reports whether c is after UNTIL. Only near it the clock changes can
// matter.
func (g *generator) beyond(c *candidate) bool {
	if g.start.day {
		return c.w > g.untilWall
	}
	if c.w < g.untilWall-secondsPerDay || c.w > g.untilWall+secondsPerDay {
		return c.w > g.untilWall
	}
	if !c.known {
		c.t, c.known = g.start.zone.instant(c.w), true
	}
	return c.t > g.untilAt
}

// placed picks the places of BYSETPOS.
func (g *generator) placed() []candidate {
	var places []int
	for _, p := range g.positions {
		if p < 0 {
			p += len(g.times) + 1
		}
		if p >= 1 && p <= len(g.times) {
			places = append(places, p-1)
		}
	}
	slices.Sort(places)
	var out []candidate
	for _, p := range slices.Compact(places) {
		out = append(out, g.times[p])
	}
	return out
}

// periods walks along days, weeks, months or years.
func (g *generator) periods() bool {
	base, step := g.base()
	k := int64(0)
	if g.count == 0 {
		// What lies before the window needs no counting.
		k = max(0, (g.unit(g.lo)-base)/step-2)
	}
	for ; ; k++ {
		first, n := g.period(base + k*step)
		if wall(first*secondsPerDay) >= g.limit {
			return true
		}
		g.times = g.times[:0]
		for d := first; d < first+n; d++ {
			if !g.spend(g.cost) {
				return false
			}
			date := wall(d * secondsPerDay).date()
			if g.months != 0 && g.months&(1<<date.Month) == 0 {
				d = dayNumber(date.Year, int(date.Month)+1) - 1 // no other day of the month either
				continue
			}
			if g.matches(d, date, first, n) && !g.addTimes(d) {
				return false
			}
		}
		if !g.emit() {
			return true
		}
	}
}

// addTimes adds the times of a day.
func (g *generator) addTimes(day int64) bool {
	if !g.spend(len(g.rule.hours) * len(g.minutes) * len(g.seconds)) {
		return false
	}
	for _, h := range g.rule.hours {
		for _, m := range g.minutes {
			for _, s := range g.seconds {
				g.times = append(g.times, candidate{w: wall(day*secondsPerDay + int64(h*3600+m*60+s))})
			}
		}
	}
	return true
}

// hours walks along the hours that pass, whatever the clocks do.
func (g *generator) hours() bool {
	base, step := g.start.instant(), 3600*g.interval
	base -= g.start.at.clock() % 3600
	k := int64(0)
	if g.count == 0 {
		k = max(0, (int64(g.lo)-base)/step-48)
	}
	for ; ; k++ {
		t := base + k*step
		w := g.start.zone.wall(t)
		if w >= g.limit+secondsPerDay {
			return true
		}
		if !g.spend(g.cost) {
			return false
		}
		hour, date := int(w.clock()/3600), w.date()
		if g.months != 0 && g.months&(1<<date.Month) == 0 || len(g.rule.hours) > 0 && !slices.Contains(g.rule.hours, hour) ||
			!g.matches(w.day(), date, w.day(), 1) {
			continue
		}
		if !g.spend(len(g.minutes) * len(g.seconds)) {
			return false
		}
		g.times = g.times[:0]
		past := int64(w) % 3600 // not zero after a change of half an hour
		if past < 0 {
			past += 3600
		}
		for _, m := range g.minutes {
			for _, s := range g.seconds {
				into := int64(m*60+s) - past
				g.times = append(g.times, candidate{w + wall(into), t + into, true})
			}
		}
		if !g.emit() {
			return true
		}
	}
}

// unit returns the number of the day, week, month or year in which w lies, and
// base that of the start, with the distance between two periods.
func (g *generator) unit(w wall) int64 {
	day := w.day()
	switch g.freq {
	case weekly:
		return weekStart(day, g.week)
	case monthly:
		d := w.date()
		return int64(d.Year)*12 + int64(d.Month) - 1
	case yearly:
		return int64(w.date().Year)
	}
	return day
}

func (g *generator) base() (base, step int64) {
	step = g.interval
	if g.freq == weekly {
		step *= 7
	}
	return g.unit(g.start.at), step
}

// period returns the first day of a period and how many days it has.
func (g *generator) period(unit int64) (first, days int64) {
	switch g.freq {
	case weekly:
		return unit, 7
	case monthly:
		first = dayNumber(int(unit/12), int(unit%12)+1)
		return first, dayNumber(int((unit+1)/12), int((unit+1)%12)+1) - first
	case yearly:
		if len(g.weeks) > 0 {
			first = firstWeek(int(unit), g.week)
			return first, firstWeek(int(unit)+1, g.week) - first
		}
		first = dayNumber(int(unit), 1)
		return first, dayNumber(int(unit)+1, 1) - first
	}
	return unit, 1
}

// matches reports whether the rule wants a day of a period, if it wants the
// month.
func (g *generator) matches(day int64, date schedule.Date, first, days int64) bool {
	weekday := weekdayOf(day)
	if len(g.ordinals) == 0 && g.weekdays != 0 && g.weekdays&(1<<weekday) == 0 {
		return false
	}
	if len(g.weeks) > 0 && !counted(g.weeks, int(day-first)/7+1, int(days)/7) {
		return false
	}
	return g.inItsMonth(date, weekday) && g.inItsYear(day, date, weekday)
}

// inItsMonth reports whether the rule wants a day for its place in its month.
func (g *generator) inItsMonth(date schedule.Date, weekday time.Weekday) bool {
	ordinals := len(g.ordinals) > 0 && !g.inYear
	if len(g.monthDays) == 0 && !ordinals {
		return true
	}
	length := int(dayNumber(date.Year, int(date.Month)+1) - dayNumber(date.Year, int(date.Month)))
	return (len(g.monthDays) == 0 || counted(g.monthDays, date.Day, length)) && (!ordinals || g.wanted(weekday, date.Day, length))
}

// inItsYear reports whether the rule wants a day for its place in its year.
func (g *generator) inItsYear(day int64, date schedule.Date, weekday time.Weekday) bool {
	ordinals := len(g.ordinals) > 0 && g.inYear
	if len(g.yearDays) == 0 && !ordinals {
		return true
	}
	first := dayNumber(date.Year, 1)
	nth, length := int(day-first)+1, int(dayNumber(date.Year+1, 1)-first)
	return (len(g.yearDays) == 0 || counted(g.yearDays, nth, length)) && (!ordinals || g.wanted(weekday, nth, length))
}

// wanted reports whether a weekday, the nth day of length, is one of BYDAY.
func (g *generator) wanted(weekday time.Weekday, nth, length int) bool {
	if g.weekdays&(1<<weekday) != 0 {
		return true
	}
	for _, o := range g.ordinals {
		if o.weekday == weekday && (o.n == (nth-1)/7+1 || o.n == -((length-nth)/7+1)) {
			return true
		}
	}
	return false
}

// counted reports whether the nth of length is listed, from either end.
func counted(list []int, nth, length int) bool {
	return slices.Contains(list, nth) || slices.Contains(list, nth-length-1)
}

// dayNumber counts the days from 1970 to the first of a month, which may be the
// 13th.
func dayNumber(year, month int) int64 {
	if month == 13 {
		year, month = year+1, 1
	}
	return wallOf(schedule.Date{Year: year, Month: time.Month(month), Day: 1}, 0).day()
}

// weekdayOf knows that 1 January 1970 was a Thursday.
func weekdayOf(day int64) time.Weekday { return time.Weekday(((day+4)%7 + 7) % 7) }

func weekStart(day int64, week time.Weekday) int64 {
	return day - int64(weekdayOf(day)-week+7)%7
}

// firstWeek returns the first day of a year's first week: the one with at least
// four days in the year.
func firstWeek(year int, week time.Weekday) int64 {
	return weekStart(dayNumber(year, 1)+3, week)
}
