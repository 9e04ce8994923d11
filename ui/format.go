package ui

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"watchbill/schedule"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// zoneOf is a zone by its name, or UTC; zoneName says so then, so that no time is shown
// wrongly.
func zoneOf(name string) *time.Location {
	zone, err := schedule.Zone(name)
	if err != nil {
		return time.UTC
	}
	return zone
}

// dayOf is "Mon 7 Dec", with the year when it is far from now.
func dayOf(t, now time.Time) string {
	if far(t, now) {
		return t.Format("Mon 2 Jan 2006")
	}
	return t.Format("Mon 2 Jan")
}

func far(t, now time.Time) bool {
	return t.Year() != now.Year() && !now.IsZero() && t.Sub(now).Abs() > 180*24*time.Hour
}

// span is "Mon 7 Dec 09:00 → Mon 14 Dec 09:00", leaving out what repeats.
func span(a, b, now time.Time) string {
	if sameDay(a, b) {
		return dayOf(a, now) + " " + a.Format("15:04") + " → " + b.Format("15:04")
	}
	if a.Format("15:04") == "00:00" && b.Format("15:04") == "00:00" {
		return days(a, b, now)
	}
	return dayOf(a, now) + " " + a.Format("15:04") + " → " + dayOf(b, now) + " " + b.Format("15:04")
}

// elsewhere is a span on the clock of another zone, with the zone's name; nothing when
// that clock shows the same.
func elsewhere(here, zone string, a, b, now time.Time) string {
	there := span(a, b, now.In(a.Location()))
	if zone == "" || there == here {
		return ""
	}
	return there + " " + city(zone) + " time"
}

// days shows whole days, last one included: "Thu 24 – Sat 26 Dec". End is not included.
func days(a, b, now time.Time) string {
	last := b.Add(-time.Second)
	if sameDay(a, last) {
		return dayOf(a, now)
	}
	first := "Mon 2 Jan"
	switch {
	case a.Year() != last.Year() && far(last, now):
		first = "Mon 2 Jan 2006"
	case a.Year() == last.Year() && a.Month() == last.Month():
		first = "Mon 2"
	}
	return a.Format(first) + " – " + dayOf(last, now)
}

func sameDay(a, b time.Time) bool {
	ay, am, ad := a.Date()
	by, bm, bd := b.Date()
	return ay == by && am == bm && ad == bd
}

// window is a period in a title: "16 Nov 2026 – 10 Jan 2027". End is not included.
func window(a, b time.Time) string {
	last := b.Add(-time.Second)
	switch {
	case a.Year() != last.Year():
		return a.Format("2 Jan 2006") + " – " + last.Format("2 Jan 2006")
	case a.Month() != last.Month():
		return a.Format("2 Jan") + " – " + last.Format("2 Jan 2006")
	case a.Day() != last.Day():
		return a.Format("2") + " – " + last.Format("2 Jan 2006")
	}
	return a.Format("2 Jan 2006")
}

// week is window without the year: "28 Dec – 3 Jan".
func week(a, b time.Time) string {
	last := b.Add(-time.Second)
	if a.Month() == last.Month() {
		return a.Format("2") + " – " + last.Format("2 Jan")
	}
	return a.Format("2 Jan") + " – " + last.Format("2 Jan")
}

// left is a length of time in its two largest units. The script knows the same words.
func left(d time.Duration) string {
	minutes := max(0, int(d/time.Minute))
	d3, h, m := minutes/1440, minutes/60%24, minutes%60
	switch {
	case d3 > 6 || d3 > 0 && h == 0:
		return unit(d3, "day")
	case d3 > 0:
		return unit(d3, "day") + " " + unit(h, "hour")
	case h > 0 && m > 0:
		return unit(h, "hour") + " " + unit(m, "minute")
	case h > 0:
		return unit(h, "hour")
	}
	return unit(m, "minute")
}

func unit(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return strconv.Itoa(n) + " " + word + "s"
}

// ago is how long before now something was, coarsely.
func ago(t, now time.Time) string {
	d := now.Sub(t)
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return unit(int(d/time.Minute), "minute") + " ago"
	case d < 24*time.Hour:
		return unit(int(d/time.Hour), "hour") + " ago"
	}
	return unit(int(d/(24*time.Hour)), "day") + " ago"
}

// city is the last part of a zone's name: "Europe/Berlin" is Berlin.
func city(zone string) string {
	if zone == "" {
		return "UTC"
	}
	return strings.ReplaceAll(zone[strings.LastIndexByte(zone, '/')+1:], "_", " ")
}

// isoDay shows a day as a form holds it, 2006-01-02, in words.
func isoDay(s string) string {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return s
	}
	return t.Format("2 Jan 2006")
}

var isoDays = regexp.MustCompile(`\b\d{4}-\d\d-\d\d\b`)

// readable puts the dates of a text that was not written for a page as pages have
// them: "Primary 2026-12-07" becomes "Primary Mon 7 Dec".
func readable(text string, now time.Time) string {
	return isoDays.ReplaceAllStringFunc(text, func(s string) string {
		day, err := time.Parse(time.DateOnly, s)
		if err != nil {
			return s
		}
		return dayOf(day, now)
	})
}

// num rounds to halves where it can and to one decimal elsewhere.
func num(v float64) string {
	s := strconv.FormatFloat(math.Round(v*10)/10, 'f', 1, 64)
	return strings.Replace(strings.TrimSuffix(s, ".0"), "-", "−", 1)
}

// dash is num, with a dash for nothing.
func dash(v float64) string {
	if math.Abs(v) < .05 {
		return "–"
	}
	return num(v)
}

// signed is a difference: "+2", "−1.5", "even".
func signed(v float64) string {
	switch {
	case math.Abs(v) < .25:
		return "even"
	case v > 0:
		return "+" + num(v)
	}
	return num(v)
}

func deltaClass(v float64) string {
	switch {
	case math.Abs(v) < .25:
		return "even"
	case v > 0:
		return "over"
	}
	return "under"
}

// initials are at most two letters of a name.
func initials(name string) string {
	var out []rune
	words := strings.Fields(name)
	for i, w := range words {
		if i > 0 && i < len(words)-1 {
			continue
		}
		r, _ := utf8.DecodeRuneInString(w)
		out = append(out, unicode.ToUpper(r))
	}
	if len(out) == 0 {
		return "?"
	}
	return string(out)
}

func first(name string) string {
	w, _, _ := strings.Cut(strings.TrimSpace(name), " ")
	return w
}

func plural(n int, one, many string) string {
	if n == 1 {
		return fmt.Sprintf("%d %s", n, one)
	}
	return fmt.Sprintf("%d %s", n, many)
}
