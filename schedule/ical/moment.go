package ical

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"watchbill/schedule"
)

// A moment is a day or a time of day as a file writes it.
type moment struct {
	at   wall // of a day: its midnight
	day  bool
	zone *zone
}

func (m moment) instant() int64 { return m.zone.instant(m.at) }

// moment reads the value v of a property, or a part of it. Without a zone of its
// own a time is one of floating.
func (r *reader) moment(p property, v string, floating *zone) (moment, error) {
	if tzid := strings.TrimSpace(p.params["TZID"]); tzid != "" && !p.isDate() && !strings.HasSuffix(strings.TrimSpace(v), "Z") {
		floating = r.zone(p.line, tzid)
	}
	m, err := parseMoment(v, p.isDate(), floating)
	if m.day {
		m.zone = r.local
	}
	return m, err
}

// parseMoment reads 20261224, 20261224T0900, 20261224T090000 or the same with a
// Z or a distance from UTC, also with the dashes and colons of ISO 8601. Of a
// date it reads no time.
func parseMoment(v string, isDate bool, floating *zone) (moment, error) {
	m := moment{zone: floating}
	bad := func() (moment, error) {
		return m, fmt.Errorf("%q is no date or time", shorten(v))
	}
	day, clock, timed := strings.Cut(strings.ToUpper(strings.TrimSpace(v)), "T")
	day = strings.ReplaceAll(day, "-", "")
	if len(day) != 8 {
		return bad()
	}
	n, err := strconv.ParseUint(day, 10, 32)
	date := schedule.Date{Year: int(n / 10_000), Month: time.Month(n / 100 % 100), Day: int(n % 100)}
	if err != nil || !date.Valid() || date.Year < 1 {
		return bad()
	}
	m.at = wallOf(date, schedule.Midnight)
	if isDate || !timed {
		m.day = true
		return m, nil
	}
	if rest, ok := strings.CutSuffix(clock, "Z"); ok {
		clock, m.zone = rest, utc
	} else if i := strings.IndexAny(clock, "+-"); i >= 0 {
		offset, ok := distance(clock[i:])
		if !ok {
			return bad()
		}
		clock, m.zone = clock[:i], &zone{first: offset}
	}
	seconds, ok := clockOf(clock)
	if !ok {
		return bad()
	}
	m.at += wall(seconds)
	return m, nil
}

// clockOf reads 0900, 090000 or 24:00, and a leap second as the one before it.
func clockOf(s string) (int64, bool) {
	s = strings.ReplaceAll(s, ":", "")
	s, _, _ = strings.Cut(s, ".")
	if len(s) == 4 {
		s += "00"
	}
	n, err := strconv.ParseUint(s, 10, 32)
	hour, minute, second := int64(n/10_000), int64(n/100%100), int64(n%100)
	if err != nil || len(s) != 6 || hour > 24 || minute > 59 || second > 60 || hour == 24 && n%10_000 != 0 {
		return 0, false
	}
	return hour*3600 + minute*60 + min(second, 59), true
}

// A length is how long an event takes: days on the calendar first, and then
// seconds that have passed.
type length struct{ days, seconds int64 }

// most returns more seconds than the length can take.
func (l length) most() int64 { return (l.days+2)*secondsPerDay + l.seconds }

// maxDays keeps sums of days within reason: some thousand years.
const maxDays = 1 << 20

// parseDuration reads P15DT5H0M20S, P7W and the like.
func parseDuration(v string) (length, error) {
	s := strings.ToUpper(strings.TrimSpace(v))
	bad := fmt.Errorf("%q is no duration", shorten(v))
	if strings.HasPrefix(s, "-") {
		return length{}, errors.New("the duration " + strconv.Quote(shorten(v)) + " goes backwards")
	}
	s, ok := strings.CutPrefix(strings.TrimPrefix(s, "+"), "P")
	if !ok || s == "" {
		return length{}, bad
	}
	var l length
	for s != "" {
		s = strings.TrimPrefix(s, "T")
		end := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' })
		if end <= 0 {
			return l, bad
		}
		n, err := strconv.ParseInt(s[:end], 10, 64)
		if err != nil || n > math.MaxInt32 {
			return l, bad
		}
		switch s[end] {
		case 'W':
			l.days += 7 * n
		case 'D':
			l.days += n
		case 'H':
			l.seconds += 3600 * n
		case 'M':
			l.seconds += 60 * n
		case 'S':
			l.seconds += n
		default:
			return l, bad
		}
		s = s[end+1:]
	}
	if l.days > maxDays || l.seconds > maxDays*secondsPerDay {
		return l, bad
	}
	return l, nil
}
