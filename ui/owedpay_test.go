package ui

import (
	"testing"
	"time"

	"watchbill/health"
	"watchbill/schedule"

	"github.com/google/go-cmp/cmp"
)

// Rules that the form shows are read again as they were: whole days from nine to nine,
// and stretches that end with a second.
func TestPayRulesRoundTrip(t *testing.T) {
	at := func(text string) time.Time {
		x, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	clock := func(h int) schedule.Clock { return schedule.ClockAt(h, 0) }
	want := health.PayRules{
		Version: "new", Currency: "EUR", Zone: time.UTC, Unit: health.PerHour, Overlap: health.PayOnce, PerCallOut: 2500, Paged: true, Times: health.ByBand[schedule.Weight]{1000, 1000, 1000, 1000, 1000},
		Weekly: []health.WeeklyRate{
			{Name: "from nine", Hours: schedule.Hours{Days: schedule.Workdays, From: clock(9), Until: clock(9)}, Rate: 1},
			{Name: "night", Hours: schedule.Hours{Days: schedule.Workdays, From: clock(18), Until: clock(9)}, Rate: 2},
			{Name: "day", Hours: schedule.Hours{Days: schedule.Workdays, Until: clock(24)}, Rate: 3},
		},
		OneOffs: []health.OneOffRate{{Name: "Christmas", From: at("2026-12-25T00:00:00Z"), To: at("2026-12-25T23:59:59Z"), Rate: 4}},
	}
	var page PayRulesPage
	page.From.Value = "2026-12-01"
	page.fill(&want)
	policy, err := page.policy()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, policy.Rules, cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })); diff != "" {
		t.Error(diff)
	}
}

// The last line that is shown keeps its figure when decisions before it were about
// several weeks at once.
func TestTeamLinesBeyondWhatIsShown(t *testing.T) {
	now := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	var entries []health.OwedEntry
	for i := range owedShown + 3 {
		e := health.OwedEntry{ID: schedule.ID(i + 1), Person: 1, At: now.AddDate(0, 0, i-200), Kind: health.OwedApproved, Minutes: 60, By: 2}
		if i < 3 { // decided at once
			e.At, e.Minutes = now.AddDate(0, 0, -300), 600
		}
		entries = append(entries, e)
	}
	lines, more := teamLines([]health.Owed{{Entries: entries}}, &owedWords{now: now, zone: time.UTC})
	if len(lines) != owedShown || more != 1 || lines[owedShown-1].Minutes != "1 h" {
		t.Errorf("%d lines and %d more, the last one of %s", len(lines), more, lines[len(lines)-1].Minutes)
	}
}
