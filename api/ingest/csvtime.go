package ingest

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// pieces are what a date format is written in, the longer ones first, and how Go
// writes the same.
var pieces = []struct{ ours, gos string }{
	{"YYYY", "2006"}, {"YY", "06"}, {"MMM", "Jan"}, {"MM", "01"}, {"M", "1"}, {"DD", "02"}, {"D", "2"},
	{"HH", "15"}, {"hh", "03"}, {"h", "3"}, {"mm", "04"}, {"ss", "05"}, {"A", "PM"}, {"a", "pm"}, {"Z", "Z07:00"},
}

// layout turns a date format into Go's; an empty one stays empty.
func layout(format string) (string, error) {
	var out strings.Builder
	for rest := format; rest != ""; {
		found := false
		for _, p := range pieces {
			if after, ok := strings.CutPrefix(rest, p.ours); ok {
				out.WriteString(p.gos)
				rest, found = after, true
				break
			}
		}
		if found {
			continue
		}
		if c := rest[0]; c == 'T' || !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80) {
			out.WriteByte(c)
			rest = rest[1:]
			continue
		}
		return "", fmt.Errorf("%q is not understood at %q; write it like DD/MM/YYYY HH:mm:ss", format, rest)
	}
	if format != "" && !(strings.Contains(format, "D") && strings.Contains(format, "M") && strings.Contains(format, "YY")) {
		return "", fmt.Errorf("%q has no day, month or year", format)
	}
	return out.String(), nil
}

// slashed is a date of which nobody can say what is the day and what the month.
var slashed = regexp.MustCompile(`^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?:[ T,]+(.*))?$`)

// clocks are the ways to write the time of such a date.
var clocks = []string{"15:04", "15:04:05", "3:04 PM", "3:04:05 PM", "3:04PM", "3:04:05PM"}

// cellTime reads a time in a cell. The code says what is wrong with it; one that
// happened twice is its first occurrence, with a code as well, and ok.
func (t *table) cellTime(s string) (at time.Time, code string, ok bool) {
	if t.layout != "" {
		if wall, err := time.ParseInLocation(t.layout, s, time.UTC); err == nil {
			if strings.Contains(t.layout, "Z07:00") {
				return wall.UTC(), "", true
			}
			return t.onTheClock(wall)
		}
	}
	utc, ok := ParseTime(s, time.UTC)
	if !ok || utc.IsZero() {
		if m := slashed.FindStringSubmatch(s); m != nil && isClock(m[4]) && isDate(m[1], m[2]) {
			return time.Time{}, CSVAmbiguousDate, false
		}
		return time.Time{}, CSVBadTimestamp, false
	}
	// A time without a zone reads differently in another one.
	if other, _ := ParseTime(s, time.FixedZone("", 3600)); other.Equal(utc) {
		return utc, "", true
	}
	return t.onTheClock(utc)
}

func isClock(s string) bool {
	s = strings.ToUpper(strings.TrimSpace(s))
	for _, clock := range clocks {
		if _, err := time.Parse(clock, s); err == nil {
			return true
		}
	}
	return s == ""
}

// isDate reports whether one of two numbers can be a month and the other a day.
func isDate(a, b string) bool {
	for _, pair := range [][2]string{{a, b}, {b, a}} {
		if _, err := time.Parse("1-2-2006", pair[0]+"-"+pair[1]+"-2004"); err == nil {
			return true
		}
	}
	return false
}

// onTheClock finds the instant at which clocks of the table's zone showed a time,
// which is given as if it were in UTC.
func (t *table) onTheClock(wall time.Time) (at time.Time, code string, ok bool) {
	t.report.Zoneless++
	var found []time.Time
	for _, near := range []time.Duration{-26 * time.Hour, 26 * time.Hour} {
		_, offset := wall.Add(near).In(t.mapping.Zone).Zone()
		candidate := wall.Add(-time.Duration(offset) * time.Second)
		_, there := candidate.In(t.mapping.Zone).Zone()
		if there == offset && (len(found) == 0 || !found[0].Equal(candidate)) {
			found = append(found, candidate)
		}
	}
	switch {
	case len(found) == 0:
		return time.Time{}, CSVNonexistentTime, false
	case len(found) == 1:
		return found[0], "", true
	case found[1].Before(found[0]):
		return found[1], CSVAmbiguousTime, true
	}
	return found[0], CSVAmbiguousTime, true
}
