package ingest

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// layouts are the ways vendors write an instant, with a blank for T already
// replaced. Fractions of a second are read by all of them.
var layouts = []string{
	"2006-01-02T15:04:05Z07:00",
	"2006-01-02T15:04:05Z0700",
	"2006-01-02T15:04:05Z07",
	"2006-01-02T15:04Z07:00",
}

// naive are the ways without a zone.
var naive = []string{"2006-01-02T15:04:05", "2006-01-02T15:04"}

// ParseTime reads an instant as vendors write them: RFC 3339 with any offset, a
// blank for T, a trailing UTC, or a number of seconds, milli-, micro- or
// nanoseconds, told apart by its digits. A time without a zone is in zone, UTC
// when that is nil. The result is in UTC, to the microsecond, and to the
// millisecond where nanoseconds carry a counter in their last digits. Nothing,
// the year 1 and the number zero are no time: the zero time and true. What cannot
// be read is false.
func ParseTime(s string, zone *time.Location) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if s == "" || s == "0" || s == "null" || s == "None" {
		return time.Time{}, true
	}
	if t, ok := parseEpoch(s); ok {
		return sane(t)
	}
	utc := s
	if plain, ok := strings.CutSuffix(s, " UTC"); ok {
		utc = strings.TrimSuffix(plain, "Z") + "Z"
	}
	if len(utc) > 10 && (utc[10] == ' ' || utc[10] == 't') {
		utc = utc[:10] + "T" + utc[11:]
	}
	utc = strings.ReplaceAll(utc, " ", "")
	if strings.HasSuffix(utc, "z") {
		utc = utc[:len(utc)-1] + "Z"
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, utc); err == nil {
			return sane(t)
		}
	}
	if zone == nil {
		zone = time.UTC
	}
	for _, layout := range naive {
		if t, err := time.ParseInLocation(layout, utc, zone); err == nil {
			return sane(t)
		}
	}
	return time.Time{}, false
}

// parseEpoch reads a number of seconds or of parts of seconds since 1970.
func parseEpoch(s string) (time.Time, bool) {
	whole, fraction, cut := strings.Cut(s, ".")
	if strings.ContainsAny(s, "eE") { // 1.42045219e9, as some encoders write large numbers
		f, err := strconv.ParseFloat(s, 64)
		if err != nil || f < 0 || f > math.MaxInt64/2 {
			return time.Time{}, false
		}
		whole, fraction, cut = strconv.FormatInt(int64(f), 10), "", false
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || n < 0 || whole[0] == '+' {
		return time.Time{}, false
	}
	switch digits := len(whole); {
	case digits <= 11:
		nanos := int64(0)
		if cut {
			if len(fraction) == 0 || len(fraction) > 9 || strings.Trim(fraction, "0123456789") != "" {
				return time.Time{}, false
			}
			nanos, _ = strconv.ParseInt((fraction + "000000000")[:9], 10, 64)
		}
		return time.Unix(n, nanos), true
	case digits <= 14:
		return time.UnixMilli(n), true
	case digits <= 17:
		return time.UnixMicro(n), true
	default:
		return time.Unix(0, n).Truncate(time.Millisecond), true
	}
}

// sane turns the year 1, which several vendors write for nothing, into nothing,
// and refuses years that nobody is on call in.
func sane(t time.Time) (time.Time, bool) {
	t = t.UTC().Truncate(time.Microsecond)
	switch year := t.Year(); {
	case year <= 1:
		return time.Time{}, true
	case year > 9999:
		return time.Time{}, false
	}
	return t, true
}
