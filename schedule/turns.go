package schedule

import (
	"slices"
	"time"
)

// HandOver is the rule by which a rotation is handed over. Exactly one of Weekly,
// Days and Every is given.
type HandOver struct {
	// Weekly are moments of the week: one for a weekly turn, two for a split of
	// weekdays and weekend.
	Weekly []WeekMoment
	// Days are the lengths of turns in days, repeated from the rotation's first
	// day: {1} is daily, {14} every two weeks, {4, 3} four days and then three.
	Days []int
	// Every is a turn shorter than a day that divides it, on the wall clock:
	// 12h for day and night.
	Every time.Duration
	// At is the time of day, for Days and as the first turn of Every.
	At Clock
}

// A WeekMoment is a time of the week.
type WeekMoment struct {
	Day time.Weekday
	At  Clock
}

// Weekly hands over once a week.
func Weekly(day time.Weekday, at Clock) HandOver {
	return HandOver{Weekly: []WeekMoment{{day, at}}}
}

// EveryDays hands over every n days from the rotation's first day.
func EveryDays(n int, at Clock) HandOver { return HandOver{Days: []int{n}, At: at} }

// Clock returns the time of day of the hand-over; the earliest where there are
// several.
func (h HandOver) Clock() Clock {
	if h.Every != 0 {
		return h.At % Clock(h.Every/time.Second)
	}
	if len(h.Weekly) == 0 {
		return h.At
	}
	return slices.MinFunc(h.Weekly, func(a, b WeekMoment) int { return int(a.At - b.At) }).At
}

// dayStart returns when a day of duty begins, from the midnight of that day: at
// the hand-over, or at that of the day before when it is after noon, so that most
// of the day lies within it.
func (h HandOver) dayStart() Clock {
	at := h.Clock()
	if at > Noon {
		at -= secondsPerDay
	}
	return at
}

// severalADay says whether a day can have more than one hand-over.
func (h HandOver) severalADay() bool {
	for i, m := range h.Weekly {
		for _, n := range h.Weekly[:i] {
			if m.Day == n.Day {
				return true
			}
		}
	}
	return h.Every != 0
}

// validate reports what is wrong with the rule.
func (h HandOver) validate(bad *problems) {
	given := 0
	for _, is := range []bool{len(h.Weekly) > 0, len(h.Days) > 0, h.Every != 0} {
		if is {
			given++
		}
	}
	if given != 1 {
		bad.add("handover", "exactly one rule is needed: moments of the week, lengths in days, or hours")
	}
	if !h.At.Valid() || h.At == secondsPerDay {
		bad.add("handover", "the time of day lies from 00:00 to 23:59")
	}
	for _, m := range h.Weekly {
		if !m.At.Valid() || m.At == secondsPerDay {
			bad.add("handover", "the time of day lies from 00:00 to 23:59")
		}
		if m.Day < time.Sunday || m.Day > time.Saturday {
			bad.add("handover", "there is no day %d of the week; Sunday is 0 and Saturday 6", int(m.Day))
		}
	}
	for _, n := range h.Days {
		if n < 1 || n > 366 {
			bad.add("handover", "a turn of %d days; it should last from 1 to 366", n)
		}
	}
	if h.Every != 0 && (h.Every < time.Hour || h.Every > 24*time.Hour || 24*time.Hour%h.Every != 0) {
		bad.add("handover", "turns of %v do not divide a day; use 1, 2, 3, 4, 6, 8 or 12 hours", h.Every)
	}
}

// next returns the first nominal hand-over after nominal n, where first is the
// nominal start of the rotation, itself a hand-over.
func (h HandOver) next(n, first int64) int64 {
	switch {
	case len(h.Weekly) > 0:
		best := forever
		for _, m := range h.Weekly {
			// 1 January 1970 was a Thursday.
			const week = 7 * secondsPerDay
			phase := (int64(m.Day)-int64(time.Thursday))*secondsPerDay + int64(m.At)
			best = min(best, phase+(floorDiv(n-phase, week)+1)*week)
		}
		return best
	case len(h.Days) > 0:
		cycle := int64(0)
		for _, d := range h.Days {
			cycle += int64(d) * secondsPerDay
		}
		at := first + floorDiv(n-first, cycle)*cycle
		for i := 0; at <= n; i++ {
			at += int64(h.Days[i%len(h.Days)]) * secondsPerDay
		}
		return at
	}
	every := int64(h.Every / time.Second)
	return first + (floorDiv(n-first, every)+1)*every
}

// start returns the nominal moment at which a rotation that begins on a day
// first starts.
func (h HandOver) start(first Date) int64 {
	if len(h.Weekly) == 0 {
		return first.Nominal(h.At)
	}
	best := forever
	for _, m := range h.Weekly {
		if m.Day == first.Weekday() {
			best = min(best, first.Nominal(m.At))
		}
	}
	if best < forever {
		return best
	}
	return first.Nominal(h.Clock())
}
