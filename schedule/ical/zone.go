package ical

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"watchbill/schedule"
)

// A wall is what a clock on the wall shows: the seconds that UTC had counted
// since 1970 when its clocks showed the same.
type wall int64

const secondsPerDay = 24 * 60 * 60

// day counts the days from 1970 to that of w.
func (w wall) day() int64 {
	d := int64(w) / secondsPerDay
	if int64(w)%secondsPerDay < 0 {
		d--
	}
	return d
}

// clock returns the seconds since the day began.
func (w wall) clock() int64 { return int64(w) - w.day()*secondsPerDay }

func (w wall) date() schedule.Date { return schedule.DateOf(time.Unix(int64(w), 0).UTC()) }

func wallOf(d schedule.Date, c schedule.Clock) wall { return wall(d.Nominal(c)) }

// A zone is one of the IANA database, or one that a file defines.
type zone struct {
	loc *time.Location
	// Without loc: the distance from UTC before the first change, and the
	// changes in order.
	first   int64
	changes []change
}

type change struct{ at, offset int64 }

var utc = &zone{loc: time.UTC}

// offset returns how far the zone is ahead of UTC at an instant, in seconds.
func (z *zone) offset(t int64) int64 {
	if z.loc != nil {
		_, seconds := time.Unix(t, 0).In(z.loc).Zone()
		return int64(seconds)
	}
	i, found := slices.BinarySearchFunc(z.changes, t, func(c change, t int64) int { return cmp.Compare(c.at, t) })
	if found {
		return z.changes[i].offset
	}
	if i == 0 {
		return z.first
	}
	return z.changes[i-1].offset
}

// wall returns what the zone's clocks show at an instant.
func (z *zone) wall(t int64) wall { return wall(t + z.offset(t)) }

// instant returns when the zone's clocks show w, as RFC 5545 has it: the first
// time of two, and for a time that is skipped, what it would have been without
// the change.
func (z *zone) instant(w wall) int64 {
	// No zone is a day away from UTC, so a day on either side is before and
	// after any change at hand.
	before, after := z.offset(int64(w)-secondsPerDay), z.offset(int64(w)+secondsPerDay)
	t := int64(w) - before
	if before == after || z.offset(t) == before {
		return t
	}
	if u := int64(w) - after; z.offset(u) == after {
		return u
	}
	return t
}

// maxZones is how many names of zones one file may use.
const maxZones = 200

// zone returns the zone that a TZID means: an IANA name, also behind a prefix; a
// VTIMEZONE of the file; a Windows name; or a distance from UTC. A name that
// means nothing gives the zone of the reader, and a warning.
func (r *reader) zone(line int, tzid string) *zone {
	name := strings.TrimSpace(tzid)
	if z, ok := r.zones[name]; ok {
		return z
	}
	if len(r.zones) == maxZones {
		r.warn(line, "the calendar names more than %d time zones; %q was read as %s", maxZones, shorten(name), r.local.loc)
		return r.local
	}
	z := r.findZone(name)
	if z == nil {
		r.warn(line, "nobody knows the time zone %q; its times were read as those of %s", shorten(name), r.local.loc)
		z = r.local
	}
	r.zones[name] = z
	return z
}

func (r *reader) findZone(name string) *zone {
	if z := database(name); z != nil {
		return z
	}
	if def, ok := r.defined[name]; ok {
		if alias, ok := def.get("X-LIC-LOCATION"); ok {
			if z := database(strings.TrimSpace(alias.value)); z != nil {
				return z
			}
		}
		if z := r.define(def); z != nil {
			return z
		}
	}
	lower := strings.ToLower(name)
	if iana, ok := windowsZones[strings.TrimPrefix(lower, "tzone://microsoft/")]; ok {
		return database(iana)
	}
	if _, city, ok := strings.Cut(lower, ") "); ok {
		if iana, ok := windowsZones[city]; ok {
			return database(iana)
		}
	}
	if offset, ok := distance(strings.TrimPrefix(strings.TrimPrefix(strings.ToUpper(name), "UTC"), "GMT")); ok {
		return &zone{first: offset}
	}
	return nil
}

// database returns a zone of the IANA database, nil when there is none of the
// name. Some programs put words and slashes before it, or do not care about
// case.
func database(name string) *zone {
	parts := strings.Split(name, "/")
	for n := range min(len(parts), 3) {
		tail := parts[len(parts)-min(len(parts), 3)+n:]
		if len(parts) > 1 && len(tail) < 2 {
			break
		}
		tried := strings.Join(tail, "/")
		if loc := location(tried); loc != nil {
			return &zone{loc: loc}
		}
		if loc := location(capitals(tried)); loc != nil {
			return &zone{loc: loc}
		}
	}
	return nil
}

// location loads a zone, but never the one of the machine, under any name.
func location(name string) *time.Location {
	lower := strings.ToLower(name)
	if name == "" || len(name) > 50 || strings.Contains(name, ".") || strings.HasPrefix(lower, "right/") ||
		slices.Contains([]string{"local", "localtime", "posixrules", "factory"}, lower) {
		return nil
	}
	if lower == "utc" || lower == "gmt" || lower == "z" {
		return time.UTC
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return loc
}

// capitals writes a name of a zone as the database does, but for a few.
func capitals(name string) string {
	b := []byte(strings.ToLower(name))
	for i, c := range b {
		if 'a' <= c && c <= 'z' && (i == 0 || strings.IndexByte("/_-", b[i-1]) >= 0) {
			b[i] = c - 'a' + 'A'
		}
	}
	return string(b)
}

// distance reads +0100, -03:30, +2 or +013015.
func distance(s string) (int64, bool) {
	s = strings.ReplaceAll(strings.TrimSpace(s), ":", "")
	if len(s) < 2 || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	digits := s[1:]
	if len(digits)%2 == 1 {
		digits = "0" + digits
	}
	var total, unit int64 = 0, 3600
	for ; digits != "" && unit > 0; digits, unit = digits[2:], unit/60 {
		n, err := strconv.ParseUint(digits[:2], 10, 8)
		if err != nil || unit < 3600 && n > 59 {
			return 0, false
		}
		total += int64(n) * unit
	}
	if digits != "" || total > 18*3600 {
		return 0, false
	}
	if s[0] == '-' {
		total = -total
	}
	return total, true
}

// shorten keeps what a file says from filling a message.
func shorten(s string) string {
	if len(s) > 80 {
		return strings.ToValidUTF8(s[:80], "") + "…"
	}
	return s
}
