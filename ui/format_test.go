package ui

import (
	"testing"
	"time"

	"watchbill/schedule"
)

// Dates of texts that were not written for a page are read like all others.
func TestReadable(t *testing.T) {
	now := time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"Primary 2026-12-07 is with Ben now":    "Primary Mon 7 Dec is with Ben now",
		"Weekends, 2026-12-19 to 2027-02-28":    "Weekends, Sat 19 Dec to Sun 28 Feb",
		"Away until 2027-11-01":                 "Away until Mon 1 Nov 2027",
		"2026-13-40 is no day, 12026-12-07 too": "2026-13-40 is no day, 12026-12-07 too",
		"":                                      "",
	} {
		if got := readable(text, now); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// The load before and after is one line, whichever side of the fair share they are on.
func TestLoadLine(t *testing.T) {
	for _, test := range []struct {
		before, after int64
		want          string
	}{
		{-13_000, -54_400, "13 → 54 points below the fair share"},
		{50_000, 91_000, "50 → 91 points above the fair share"},
		{-13_000, 303_000, "13 points below the fair share → 303 points above"},
		{200, 41_000, "at the fair share → 41 points above"},
		{-41_000, 0, "41 points below the fair share → at"},
		{-96_000, -96_000, "96 points below the fair share, as before"},
		{0, 0, "at the fair share, as before"},
	} {
		if got := loadLine(&schedule.Effect{Points: (test.after - test.before) / 1000, Before: test.before, After: test.after}); got != test.want {
			t.Errorf("%d to %d: got %q, want %q", test.before, test.after, got, test.want)
		}
	}
}
