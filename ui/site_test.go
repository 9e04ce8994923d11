package ui

import (
	"errors"
	"strings"
	"testing"
	"time"

	"watchbill/schedule"
)

// A time of a form is one instant also when clocks change: one that is skipped is the
// end of the gap, one that happens twice its first, as for hand-overs.
func TestInstant(t *testing.T) {
	for _, test := range []struct{ zone, text, want string }{
		{"Europe/Berlin", "2026-12-24T09:00", "2026-12-24T08:00:00Z"},
		{"Europe/Berlin", "2026-12-24T09:00:59", "2026-12-24T08:00:59Z"},
		{"Europe/Berlin", "2027-03-28T02:30", "2027-03-28T01:00:00Z"},
		{"Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30:00Z"},
		{"America/New_York", "2027-03-14T02:30", "2027-03-14T07:00:00Z"},
		{"America/New_York", "2026-11-01T01:30", "2026-11-01T05:30:00Z"},
		{"Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30:00Z"},
		{"Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45:00Z"},
		{"Asia/Kathmandu", "2026-12-24T09:00", "2026-12-24T03:15:00Z"},
		{"America/Santiago", "2026-09-06T00:15", "2026-09-06T04:00:00Z"}, // no midnight
	} {
		got, err := instant(test.text, "from", test.zone, time.Time{})
		if err != nil || got.Format(time.RFC3339) != test.want {
			t.Errorf("instant(%q) in %s = %v, %v; want %s", test.text, test.zone, got, err, test.want)
		}
	}
	other := time.Unix(1, 0)
	if got, err := instant("", "from", "UTC", other); err != nil || !got.Equal(other) {
		t.Errorf("instant of nothing = %v, %v; want %v", got, err, other)
	}
	for _, text := range []string{"2026-12-24", "24 Dec 09:00", "2026-12-24T25:00", "2026-02-30T09:00", "2026-12-24T09:00Z", "T", "2026-12-24T", "2026-12-24T09:00:99"} {
		var bad *schedule.InvalidError
		if _, err := instant(text, "from", "Europe/Berlin", other); !errors.As(err, &bad) || bad.Field != "from" {
			t.Errorf("instant(%q): %v; want an error about the field", text, err)
		}
	}
}

func TestAddPeople(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"Ana Torres <ana@example.com>\r\nben.weber@example.fr", "Ana Torres <ana@example.com> Europe/Berlin; Ben Weber <ben.weber@example.fr> Europe/Paris"},
		{"ana@example.com, ben@example.com; cleo@example.com", "Ana <ana@example.com> Europe/Berlin; Ben <ben@example.com> Europe/Berlin; Cleo <cleo@example.com> Europe/Berlin"},
		{"\"O'Neil, Pat\" <pat@example.com>", "O'Neil Pat <pat@example.com> Europe/Berlin"},
		{"\"O'Neil, Pat\" <pat@example.com>, \"Weber; Ben\" <ben@example.com>", "O'Neil Pat <pat@example.com> Europe/Berlin; Weber Ben <ben@example.com> Europe/Berlin"},
		{"\"Ana <ana@example.com>, ben@example.com", "Ana <ana@example.com> Europe/Berlin; Ben <ben@example.com> Europe/Berlin"},
		{"Cleo, cleo@example.com, Asia/Tokyo\n\n ,;\nCleo", "Cleo <cleo@example.com> Asia/Tokyo"},
		{"ana@example.com\nANA@example.com", "Ana <ana@example.com> Europe/Berlin"},
	} {
		s := setupState{Zone: "Europe/Berlin"}
		err := s.addPeople(test.text)
		var got []string
		for _, p := range s.People {
			got = append(got, p.Name+" <"+p.Email+"> "+p.Zone)
		}
		if joined := strings.Join(got, "; "); err != nil || joined != test.want {
			t.Errorf("of %q: %s, %v; want %s", test.text, joined, err, test.want)
		}
	}
}
