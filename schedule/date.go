package schedule

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"
)

// A Date is a day of the Gregorian calendar, in no particular zone. The zero
// Date is no date at all; where a field allows it, its doc says what it means.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the day on which t falls in t's own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// ParseDate reads a date written as 2026-12-21. Anything else, including a day
// its month does not have, is an *InvalidError without a field.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	var bad *time.ParseError
	if errors.As(err, &bad) && strings.Contains(bad.Message, "out of range") {
		return Date{}, &InvalidError{Reason: fmt.Sprintf("there is no day %s", s)}
	}
	if err != nil {
		return Date{}, &InvalidError{Reason: fmt.Sprintf("%q is not a date; write it like 2026-12-21", s)}
	}
	return DateOf(t), nil
}

// IsZero reports whether d is no date.
func (d Date) IsZero() bool { return d == Date{} }

// Valid reports whether the calendar has the day d. The zero Date is not valid.
func (d Date) Valid() bool { return !d.IsZero() && dateOfDays(d.days()) == d }

// String returns the date as 2026-12-21, and the zero Date as "no date".
func (d Date) String() string {
	if d.IsZero() {
		return "no date"
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day)
}

// Compare returns -1, 0 or +1 as d is before, on or after e.
func (d Date) Compare(e Date) int {
	return cmp.Or(cmp.Compare(d.Year, e.Year), cmp.Compare(d.Month, e.Month), cmp.Compare(d.Day, e.Day))
}

// Before reports whether d is an earlier day than e.
func (d Date) Before(e Date) bool { return d.Compare(e) < 0 }

// After reports whether d is a later day than e.
func (d Date) After(e Date) bool { return d.Compare(e) > 0 }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return weekdayOfDays(d.days()) }

// AddDays returns the day n days later, or earlier when n is negative.
func (d Date) AddDays(n int) Date { return dateOfDays(d.days() + int64(n)) }

// DaysSince returns how many days d is after e; negative when it is before.
func (d Date) DaysSince(e Date) int { return int(d.days() - e.days()) }

// AddMonths returns the same day of the month n months later or earlier, or the
// last day of that month when it is shorter: one month after 31 January is the
// last of February, never a day in March. Count from the first date and not
// from the previous result, or a short month shortens all that follow.
func (d Date) AddMonths(n int) Date {
	month := d.Year*12 + int(d.Month) - 1 + n
	first := Date{Year: floorDiv(month, 12), Month: time.Month(month-12*floorDiv(month, 12)) + 1, Day: 1}
	return Date{first.Year, first.Month, min(d.Day, daysIn(first))}
}

// Nominal returns the wall-clock moment c on day d in nominal seconds: the
// Unix time it would have if the wall clock were that of UTC.
func (d Date) Nominal(c Clock) int64 { return d.days()*secondsPerDay + int64(c) }

// At returns the instant at which a clock on the wall in loc first shows c or
// later on day d. A time that happens twice is its first; a time that is
// skipped is the end of the gap, so for Berlin 02:30 on a spring change is
// 03:00 summer time, and any time on a day that does not exist at all is the
// first instant of the day after it.
func (d Date) At(c Clock, loc *time.Location) time.Time {
	z := civil{loc: loc}
	return time.Unix(z.instant(d.Nominal(c)), 0).In(loc)
}

// Again returns the instant at which a clock on the wall in loc shows c on day d for
// the second time, if it does: the clock went back in between, and At is the first.
func (d Date) Again(c Clock, loc *time.Location) (time.Time, bool) {
	first := d.At(c, loc)
	_, change := first.ZoneBounds()
	if change.IsZero() {
		return time.Time{}, false
	}
	_, before := first.Zone()
	_, after := change.Zone()
	second := first.Add(time.Duration(before-after) * time.Second)
	start, _ := second.ZoneBounds()
	return second, start.Equal(change)
}

// MarshalText writes the date as 2026-12-21 and the zero Date as nothing.
func (d Date) MarshalText() ([]byte, error) {
	if d.IsZero() {
		return nil, nil
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads what MarshalText writes.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// days counts the days since 1 January 1970. Counting years from March puts
// the leap day last, so that every month before it has a fixed length.
func (d Date) days() int64 {
	year, month := d.Year, int(d.Month)-3
	if month < 0 {
		year, month = year-1, month+12
	}
	era := floorDiv(year, 400)
	year -= era * 400
	inYear := (153*month+2)/5 + d.Day - 1
	return int64(era*daysPerEra + year*365 + year/4 - year/100 + inYear - daysToEpoch)
}

const (
	secondsPerDay = 24 * 60 * 60
	daysPerEra    = 400*365 + 97 // the calendar repeats after 400 years
	daysToEpoch   = 719468       // from 1 March of year 0 to 1 January 1970
)

func dateOfDays(days int64) Date {
	y, m, d := time.Unix(days*secondsPerDay, 0).UTC().Date()
	return Date{y, m, d}
}

// weekdayOfDays knows that 1 January 1970 was a Thursday.
func weekdayOfDays(days int64) time.Weekday {
	return time.Weekday(((days+int64(time.Thursday))%7 + 7) % 7)
}

func daysIn(firstOfMonth Date) int {
	next := Date{firstOfMonth.Year, firstOfMonth.Month + 1, 1}
	if firstOfMonth.Month == time.December {
		next = Date{firstOfMonth.Year + 1, time.January, 1}
	}
	return next.DaysSince(firstOfMonth)
}

type integer interface{ ~int | ~int64 }

// floorDiv divides rounding down, also below zero, where Go rounds up.
func floorDiv[T integer](a, b T) T {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
