package ical

import (
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// A frequency is what a rule counts.
type frequency int

const (
	hourly frequency = iota + 1
	daily
	weekly
	monthly
	yearly
)

// A rule is a recurrence rule (RRULE), with what it leaves to the event's start
// filled in.
type rule struct {
	freq     frequency
	interval int64
	count    int // zero: no limit
	until    *moment
	week     time.Weekday // on which weeks begin

	months    uint16 // bit 1 is January; zero: any
	monthDays []int  // negative from the end, as all that follow
	yearDays  []int
	weeks     []int
	weekdays  uint8 // bit 0 is Sunday; zero: any
	ordinals  []ordinal
	inYear    bool // ordinals count in the year, not in the month
	hours     []int
	minutes   []int
	seconds   []int
	positions []int
}

// An ordinal is like the second Monday or the last Friday.
type ordinal struct {
	weekday time.Weekday
	n       int
}

// parseRule reads a rule; nil for one that says nothing.
func parseRule(value string, start moment) (*rule, error) {
	r := &rule{interval: 1, week: time.Monday}
	said := false
	for part := range strings.SplitSeq(strings.ToUpper(value), ";") {
		key, v, _ := strings.Cut(strings.TrimSpace(part), "=")
		if key == "" {
			continue
		}
		said = true
		if err := r.part(strings.TrimSpace(key), strings.TrimSpace(v), start); err != nil {
			return nil, err
		}
	}
	if !said {
		return nil, nil //nolint:nilnil // a rule that says nothing is none
	}
	if r.freq == 0 {
		return nil, errors.New("it does not say how often (FREQ)")
	}
	if r.freq == hourly && start.day {
		return nil, errors.New("whole days do not recur by the hour")
	}
	if len(r.weeks) > 0 && r.freq != yearly {
		return nil, errors.New("BYWEEKNO goes only with FREQ=YEARLY")
	}
	r.fill(start)
	return r, nil
}

// part reads one KEY=value.
func (r *rule) part(key, v string, start moment) error {
	var err error
	switch key {
	case "FREQ":
		return r.frequency(v)
	case "INTERVAL":
		var n int
		n, err = number(v, 1, 100_000)
		r.interval = int64(n)
	case "COUNT":
		r.count, err = number(v, 1, 1<<31-1)
	case "UNTIL":
		var m moment
		m, err = parseMoment(v, false, start.zone)
		r.until = &m
	case "WKST":
		var ok bool
		if r.week, ok = weekdayNames[v]; !ok {
			err = errors.New("weeks begin on no day")
		}
	default:
		err = r.filter(key, v)
	}
	if err != nil {
		return fmt.Errorf("%s=%s: %w", shorten(key), shorten(v), err)
	}
	return nil
}

// filter reads a part that says which days and times of a period are meant.
func (r *rule) filter(key, v string) (err error) {
	switch key {
	case "BYMONTH":
		var months []int
		months, err = numbers(v, 1, 12)
		for _, m := range months {
			r.months |= 1 << m
		}
	case "BYMONTHDAY":
		r.monthDays, err = numbers(v, -31, 31)
	case "BYYEARDAY":
		r.yearDays, err = numbers(v, -366, 366)
	case "BYWEEKNO":
		r.weeks, err = numbers(v, -53, 53)
	case "BYSETPOS":
		r.positions, err = numbers(v, -100_000, 100_000)
	case "BYDAY":
		err = r.byDay(v)
	case "BYHOUR":
		r.hours, err = clockNumbers(v, 23)
	case "BYMINUTE":
		r.minutes, err = clockNumbers(v, 59)
	case "BYSECOND":
		r.seconds, err = clockNumbers(v, 59)
	case "RSCALE":
		if v != "GREGORIAN" {
			err = errors.New("only the Gregorian calendar is known")
		}
	case "SKIP":
		if v != "OMIT" {
			err = errors.New("days that do not exist can only be left out")
		}
	default:
		if !strings.HasPrefix(key, "X-") {
			err = errors.New("nobody knows this part")
		}
	}
	return err
}

func (r *rule) frequency(v string) error {
	switch v {
	case "YEARLY":
		r.freq = yearly
	case "MONTHLY":
		r.freq = monthly
	case "WEEKLY":
		r.freq = weekly
	case "DAILY":
		r.freq = daily
	case "HOURLY":
		r.freq = hourly
	case "MINUTELY", "SECONDLY":
		return fmt.Errorf("FREQ=%s is more often than any calendar shows", v)
	default:
		return fmt.Errorf("FREQ=%s: nobody knows how often that is", shorten(v))
	}
	return nil
}

var weekdayNames = map[string]time.Weekday{"MO": 1, "TU": 2, "WE": 3, "TH": 4, "FR": 5, "SA": 6, "SU": 0}

// byDay reads MO,WE or 2TU,-1FR.
func (r *rule) byDay(v string) error {
	for s := range strings.SplitSeq(strings.TrimSuffix(v, ","), ",") {
		s = strings.TrimSpace(s)
		if len(s) < 2 {
			return errors.New("not a weekday")
		}
		day, ok := weekdayNames[s[len(s)-2:]]
		if !ok {
			return errors.New("not a weekday")
		}
		if len(s) == 2 {
			r.weekdays |= 1 << day
			continue
		}
		n, err := number(s[:len(s)-2], -53, 53)
		if err != nil || n == 0 {
			return errors.New("not a weekday")
		}
		r.ordinals = append(r.ordinals, ordinal{day, n})
		if len(r.ordinals) > 7*106 {
			return errors.New("too many weekdays")
		}
	}
	return nil
}

// fill completes the rule with the event's start.
func (r *rule) fill(start moment) {
	if len(r.ordinals) > 0 && (r.freq < monthly || len(r.weeks) > 0) {
		for _, o := range r.ordinals { // a number means nothing here
			r.weekdays |= 1 << o.weekday
		}
		r.ordinals = nil
	}
	r.inYear = r.freq == yearly && r.months == 0
	date := start.at.date()
	free := len(r.monthDays) == 0 && len(r.yearDays) == 0 && r.weekdays == 0 && len(r.ordinals) == 0
	switch {
	case !free:
	case r.freq == weekly || len(r.weeks) > 0:
		r.weekdays = 1 << date.Weekday()
	case r.freq == monthly:
		r.monthDays = []int{date.Day}
	case r.freq == yearly:
		r.monthDays = []int{date.Day}
		if r.months == 0 {
			r.months = 1 << date.Month
		}
	}
	if start.day {
		r.hours, r.minutes, r.seconds = nil, nil, nil
	}
	clock := int(start.at.clock())
	if len(r.hours) == 0 && r.freq != hourly {
		r.hours = []int{clock / 3600}
	}
	if len(r.minutes) == 0 {
		r.minutes = []int{clock / 60 % 60}
	}
	if len(r.seconds) == 0 {
		r.seconds = []int{clock % 60}
	}
}

func number(s string, least, most int) (int, error) {
	n, err := strconv.Atoi(strings.TrimPrefix(strings.TrimSpace(s), "+"))
	if err != nil || n < least || n > most {
		return 0, fmt.Errorf("not a number from %d to %d", least, most)
	}
	return n, nil
}

// numbers reads a list of numbers other than zero, without those twice.
func numbers(s string, least, most int) ([]int, error) {
	var out []int
	known := map[int]bool{}
	for v := range strings.SplitSeq(strings.TrimSuffix(s, ","), ",") {
		n, err := number(v, least, most)
		if err != nil {
			return nil, err
		}
		if n == 0 {
			return nil, errors.New("there is no day or place zero")
		}
		if !known[n] && len(out) < 1000 {
			known[n] = true
			out = append(out, n)
		}
	}
	return out, nil
}

// clockNumbers reads hours, minutes or seconds, and returns them in order.
func clockNumbers(s string, most int) ([]int, error) {
	var mask uint64
	for v := range strings.SplitSeq(strings.TrimSuffix(s, ","), ",") {
		n, err := number(v, 0, most)
		if err != nil {
			return nil, err
		}
		mask |= 1 << n
	}
	var out []int
	for ; mask != 0; mask &= mask - 1 {
		out = append(out, bits.TrailingZeros64(mask))
	}
	return out, nil
}
