package health_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"watchbill/health"
	"watchbill/schedule"
)

// Months are counted on the calendar, and one that is too short ends with its last day.
func TestPagesBefore(t *testing.T) {
	for now, want := range map[string]string{
		"2026-11-27T00:00:00Z": "2025-10-27T00:00:00Z", "2026-11-27T23:59:59Z": "2025-10-27T00:00:00Z", "2026-11-28T00:30:00+01:00": "2025-10-27T00:00:00Z",
		"2026-03-29T12:00:00Z": "2025-02-28T00:00:00Z", "2026-03-31T12:00:00Z": "2025-02-28T00:00:00Z", "2026-03-01T00:00:00Z": "2025-02-01T00:00:00Z",
		"2025-03-31T00:00:00Z": "2024-02-29T00:00:00Z", "2026-01-31T00:00:00Z": "2024-12-31T00:00:00Z",
	} {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := health.UsualKeeping.PagesBefore(at).Format(time.RFC3339); got != want {
			t.Errorf("at %s pages of before %s go, want %s", now, got, want)
		}
	}
	if zero := (health.Keeping{}); !zero.PagesBefore(time.Unix(1_790_000_000, 0)).IsZero() || !zero.KeptFrom(time.Unix(1_790_000_000, 0), time.UTC).IsZero() || zero.Check() != nil {
		t.Error("where nothing is said something is removed")
	}
	for _, bad := range []health.Keeping{{Pages: -1}, {Results: -1}, {Pages: health.LeastPagesKept - 1}} {
		if bad.Check() == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}

// The first week that is kept is one that begins two weeks and a half after what goes, the
// first such on the team's calendar, whatever clocks do; it never moves back; and there
// is a year of whole weeks.
func TestKeptFrom(t *testing.T) {
	zones := []string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "Africa/Cairo", "Pacific/Kiritimati", "Etc/GMT+12", "America/Santiago"}
	const room = 17 * 24 * time.Hour
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		keep := health.Keeping{Pages: rapid.IntRange(health.LeastPagesKept, 60).Draw(t, "months")}
		now := time.Unix(rapid.Int64Range(1_400_000_000, 2_000_000_000).Draw(t, "now"), 0).UTC()
		before, from := keep.PagesBefore(now), keep.KeptFrom(now, zone)
		begins := func(d schedule.Date) time.Time { return d.At(schedule.Midnight, zone) }
		if from.Weekday() != time.Monday || begins(from).Before(before.Add(room)) || !begins(from.AddDays(-7)).Before(before.Add(room)) {
			t.Errorf("at %v pages of before %v go, and weeks are kept from %v on", now, before, from)
		}
		later := now.Add(time.Duration(rapid.IntRange(0, 100_000).Draw(t, "later")) * time.Minute)
		if keep.KeptFrom(later, zone).Before(from) {
			t.Errorf("weeks are kept from %v on, and later from %v", from, keep.KeptFrom(later, zone))
		}
		if weeks := schedule.DateOf(now.In(zone)).DaysSince(from) / 7; keep.Pages >= health.UsualKeeping.Pages && weeks < 52 || weeks < 26 {
			t.Errorf("at %v only %d weeks are kept", now, weeks)
		}
	})
}
