package ui

import (
	"errors"
	"strings"
	"testing"
	"time"

	"watchbill/schedule"
)

// A time of a form is one instant also when clocks change: one that is skipped is the
// end of the gap, as for hand-overs, and of one that comes twice somebody says which.
func TestInstant(t *testing.T) {
	for _, test := range []struct{ zone, text, which, want string }{
		{"Europe/Berlin", "2026-12-24T09:00", "", "2026-12-24T08:00:00Z"},
		{"Europe/Berlin", "2026-12-24T09:00:59", "", "2026-12-24T08:00:59Z"},
		{"Europe/Berlin", "2027-03-28T02:30", "", "2027-03-28T01:00:00Z"},
		{"Europe/Berlin", "2026-10-25T01:59:59", "", "2026-10-24T23:59:59Z"},
		{"Europe/Berlin", "2026-10-25T02:00", "", ""},
		{"Europe/Berlin", "2026-10-25T02:30", "", ""},
		{"Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30:00Z", "2026-10-25T00:30:00Z"},
		{"Europe/Berlin", "2026-10-25T02:30", "2026-10-25T01:30:00Z", "2026-10-25T01:30:00Z"},
		{"Europe/Berlin", "2026-10-25T02:30", "2026-10-25T01:15:00Z", ""}, // chosen of another time
		{"Europe/Berlin", "2026-10-25T02:30", "second", ""},
		{"Europe/Berlin", "2026-10-25T02:59:59", "2026-10-25T01:59:59Z", "2026-10-25T01:59:59Z"},
		{"Europe/Berlin", "2026-10-25T03:00", "2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z"},
		{"America/New_York", "2027-03-14T02:30", "", "2027-03-14T07:00:00Z"},
		{"America/New_York", "2026-11-01T01:30", "", ""},
		{"America/New_York", "2026-11-01T01:30", "2026-11-01T05:30:00Z", "2026-11-01T05:30:00Z"},
		{"America/New_York", "2026-11-01T01:30", "2026-11-01T06:30:00Z", "2026-11-01T06:30:00Z"},
		{"America/New_York", "2026-11-01T02:00", "", "2026-11-01T07:00:00Z"},
		{"Australia/Lord_Howe", "2026-10-04T02:15", "", "2026-10-03T15:30:00Z"},
		{"Australia/Lord_Howe", "2026-04-05T01:15", "", "2026-04-04T14:15:00Z"}, // half an hour comes twice
		{"Australia/Lord_Howe", "2026-04-05T01:45", "", ""},
		{"Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T15:15:00Z", "2026-04-04T15:15:00Z"},
		{"Australia/Lord_Howe", "2026-04-05T02:00", "", "2026-04-04T15:30:00Z"},
		{"Asia/Kathmandu", "2026-12-24T09:00", "", "2026-12-24T03:15:00Z"},
		{"America/Santiago", "2026-09-06T00:15", "", "2026-09-06T04:00:00Z"}, // no midnight
		{"America/Havana", "2026-10-31T24:00", "", ""},                       // two midnights
		{"America/Havana", "2026-10-31T24:00", "2026-11-01T05:00:00Z", "2026-11-01T05:00:00Z"},
	} {
		got, err := instant(test.text, test.which, "from", test.zone, time.Time{})
		invalid, asked := errors.AsType[*schedule.InvalidError](err)
		if test.want == "" {
			if !asked || invalid.Field != "from" || !strings.Contains(invalid.Reason, "comes twice") {
				t.Errorf("instant(%q, %q) in %s = %v, %v; want to be asked which", test.text, test.which, test.zone, got, err)
			}
		} else if err != nil || got.Format(time.RFC3339) != test.want {
			t.Errorf("instant(%q, %q) in %s = %v, %v; want %s", test.text, test.which, test.zone, got, err, test.want)
		}
		if f := typed(test.text, test.which, test.zone); (f.Twice != nil && f.Twice.Chosen == "") != (test.want == "") || f.Value != test.text {
			t.Errorf("typed(%q, %q) in %s = %+v, want what was chosen if it comes twice", test.text, test.which, test.zone, f.Twice)
		}
	}
	other := time.Unix(1, 0)
	if got, err := instant("", "", "from", "UTC", other); err != nil || !got.Equal(other) {
		t.Errorf("instant of nothing = %v, %v; want %v", got, err, other)
	}
	for _, text := range []string{"2026-12-24", "24 Dec 09:00", "2026-12-24T25:00", "2026-02-30T09:00", "2026-12-24T09:00Z", "T", "2026-12-24T", "2026-12-24T09:00:99"} {
		var bad *schedule.InvalidError
		if _, err := instant(text, "", "from", "Europe/Berlin", other); !errors.As(err, &bad) || bad.Field != "from" {
			t.Errorf("instant(%q): %v; want an error about the field", text, err)
		}
		if f := typed(text, "", "Europe/Berlin"); f.Twice != nil {
			t.Errorf("typed(%q) offers %v", text, f.Twice)
		}
	}
}

// The two times that are called alike have names that tell them apart.
func TestTwice(t *testing.T) {
	for _, test := range []struct{ zone, text, first, second string }{
		{"Europe/Berlin", "2026-10-25T02:30", "The first 02:30 (summer time, UTC+2)", "The second 02:30 (winter time, UTC+1)"},
		{"Europe/London", "2026-10-25T01:00", "The first 01:00 (summer time, UTC+1)", "The second 01:00 (winter time, UTC)"},
		{"America/New_York", "2026-11-01T01:30", "The first 01:30 (summer time, UTC−4)", "The second 01:30 (winter time, UTC−5)"},
		{"America/St_Johns", "2026-11-01T01:30", "The first 01:30 (summer time, UTC−2:30)", "The second 01:30 (winter time, UTC−3:30)"},
		{"Australia/Lord_Howe", "2026-04-05T01:45", "The first 01:45 (summer time, UTC+11)", "The second 01:45 (winter time, UTC+10:30)"},
		{"Europe/Moscow", "2014-10-26T01:30", "The first 01:30 (UTC+4)", "The second 01:30 (UTC+3)"},
	} {
		two := twice(test.text, test.zone)
		if two == nil || two.Options[0].Label != test.first || two.Options[1].Label != test.second {
			t.Errorf("%s in %s: %+v, want %q and %q", test.text, test.zone, two, test.first, test.second)
		}
	}
}

// An instant is shown as which of two it is, and read again as itself.
func TestShownAt(t *testing.T) {
	for _, name := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Havana", "Europe/Dublin", "UTC"} {
		zone := zoneOf(name)
		for at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() == 2026; at = at.Add(15 * time.Minute) {
			f, which := shownAt(at, zone), ""
			if f.Twice != nil {
				which = f.Twice.Chosen
			}
			if back, err := instant(f.Value, which, "from", name, time.Time{}); err != nil || !back.Equal(at) {
				t.Fatalf("%v in %s is shown as %s %+v and read as %v, %v", at, name, f.Value, f.Twice, back, err)
			}
		}
	}
}

func TestSkipped(t *testing.T) {
	for _, test := range []struct{ zone, text, want string }{
		{"Europe/Berlin", "2027-03-28T02:30", " The clock goes forward over 02:30 on that day: 03:00 was taken."},
		{"Europe/Berlin", "2027-03-28T03:00", ""},
		{"Europe/Berlin", "2027-03-28T24:00", ""},
		{"Europe/Berlin", "2026-10-25T02:30", ""},
		{"Australia/Lord_Howe", "2026-10-04T02:15", " The clock goes forward over 02:15 on that day: 02:30 was taken."},
		{"Europe/Berlin", "2027-03-28T", ""},
		{"Nowhere", "2027-03-28T02:30", ""},
	} {
		if got := skipped(test.zone, "", test.text); got != test.want {
			t.Errorf("skipped(%q) in %s = %q, want %q", test.text, test.zone, got, test.want)
		}
	}
}

// What is looked at needs no question: it is the first until the second is chosen.
func TestMoment(t *testing.T) {
	for _, test := range []struct{ text, which, want string }{
		{"2026-10-25T02:30", "", "2026-10-25T00:30:00Z"},
		{"2026-10-25T02:30", "2026-10-25T01:30:00Z", "2026-10-25T01:30:00Z"},
		{"2026-10-25T01:30:00Z", "", "2026-10-25T01:30:00Z"},
	} {
		page := Schedule{Frame: Frame{Zone: "Europe/Berlin", Now: time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)}}
		page.moment(test.text, test.which)
		if got := page.At.Format(time.RFC3339); got != test.want || page.AtField.Value != "2026-10-25T02:30" || page.AtField.Twice == nil || page.AtField.Twice.Chosen != test.want {
			t.Errorf("moment(%q, %q) is %s, shown as %+v; want %s", test.text, test.which, got, page.AtField, test.want)
		}
	}
}
