package schedule

import (
	"fmt"
	"time"
)

// A Clock is a time of day on the wall, in seconds after 00:00. It names what
// the clock shows, not how long ago midnight was: on a day with a clock change
// the two differ. 24:00 is allowed and is 00:00 of the next day.
type Clock int

// Midnight and Noon are the two times of day that rules of this package name.
const (
	Midnight Clock = 0
	Noon     Clock = 12 * 60 * 60
)

// ClockAt returns the time of day of an hour from 0 to 24 and a minute from 0
// to 59. It does not check them; Valid does.
func ClockAt(hour, minute int) Clock { return Clock(hour*3600 + minute*60) }

// ClockOf returns the time of day that t shows in t's own location.
func ClockOf(t time.Time) Clock {
	h, m, s := t.Clock()
	return Clock(h*3600 + m*60 + s)
}

// ParseClock reads a time of day written as 09:00, 9:00, 17:30:15 or 24:00.
// Anything else is an *InvalidError without a field.
func ParseClock(s string) (Clock, error) {
	if s == "24:00" || s == "24:00:00" {
		return secondsPerDay, nil
	}
	for _, layout := range []string{"15:04", time.TimeOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return ClockOf(t), nil
		}
	}
	return 0, &InvalidError{Reason: fmt.Sprintf("%q is not a time of day; write it like 09:00 or 17:30", s)}
}

// Valid reports whether c lies from 00:00 to 24:00, both included.
func (c Clock) Valid() bool { return 0 <= c && c <= secondsPerDay }

// String returns the time as 09:00, with seconds only when there are some.
func (c Clock) String() string {
	h, m, s := int(c)/3600, int(c)/60%60, int(c)%60
	if s != 0 {
		return fmt.Sprintf("%02d:%02d:%02d", h, m, s)
	}
	return fmt.Sprintf("%02d:%02d", h, m)
}

// MarshalText writes the time as String does.
func (c Clock) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what ParseClock reads.
func (c *Clock) UnmarshalText(text []byte) error {
	parsed, err := ParseClock(string(text))
	if err != nil {
		return err
	}
	*c = parsed
	return nil
}
