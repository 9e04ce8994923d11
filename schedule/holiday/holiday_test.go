package holiday_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"watchbill/schedule"
	"watchbill/schedule/holiday"
)

func on(y int, m time.Month, d int) schedule.Date { return schedule.Date{Year: y, Month: m, Day: d} }

func TestKnownHolidays(t *testing.T) {
	for _, c := range []struct {
		code string
		day  schedule.Date
		name string // empty: no holiday
	}{
		{"DE", on(2026, time.December, 25), "Weihnachtstag"},
		{"DE", on(2026, time.January, 6), ""},
		{"DE-BY", on(2026, time.January, 6), "Heilige Drei Könige"},
		{"DE-BE", on(2026, time.March, 8), "Frauentag"},
		{"de-by", on(2026, time.April, 6), "Ostermontag"},
		{"US", on(2026, time.November, 26), "Thanksgiving"},
		{"US", on(2026, time.July, 3), "(substitute)"}, // the 4th is a Saturday
		{"GB", on(2026, time.December, 28), "(substitute)"},
		{"GB", on(2026, time.December, 26), "Boxing"},
		{"FR", on(2026, time.July, 14), "Fête Nationale"},
		{"GR", on(2026, time.April, 13), "Δευτέρα του Πάσχα"}, // Orthodox Easter
		{"AU-VIC", on(2026, time.April, 25), "Anzac"},
	} {
		got, err := holiday.Between(c.code, c.day, c.day.AddDays(1))
		if err != nil {
			t.Errorf("%s: %v", c.code, err)
			continue
		}
		switch {
		case c.name == "" && len(got) > 0:
			t.Errorf("%s %v: %v, want no holiday", c.code, c.day, got)
		case c.name != "" && len(got) == 0:
			t.Errorf("%s %v: no holiday, want %s", c.code, c.day, c.name)
		case c.name != "" && !strings.Contains(strings.ToLower(got[0].Name), strings.ToLower(c.name)):
			t.Errorf("%s %v: %v, want %s", c.code, c.day, got, c.name)
		}
	}
}

func TestUnknownCode(t *testing.T) {
	for code, want := range map[string]string{"DE-XX": "DE-BY", "XX": "DE, DK", "AU": "AU-NSW", "": "ics"} {
		_, err := holiday.Between(code, on(2026, 1, 1), on(2027, 1, 1))
		var invalid *schedule.InvalidError
		if !errors.As(err, &invalid) || !strings.Contains(invalid.Reason, want) {
			t.Errorf("%q: %v, want an InvalidError with %q", code, err, want)
		}
	}
}

// Every code gives holidays within the days asked for, in order, once each.
func TestEveryCode(t *testing.T) {
	from, until := on(2026, time.June, 1), on(2028, time.June, 1)
	for _, code := range holiday.Codes() {
		got, err := holiday.Between(code, from, until)
		if err != nil || len(got) < 8 {
			t.Errorf("%s: %d holidays in two years, %v", code, len(got), err)
		}
		for i, h := range got {
			if h.Date.Before(from) || !h.Date.Before(until) || h.Name == "" {
				t.Errorf("%s: %v", code, h)
			}
			if i > 0 && h.Date.Before(got[i-1].Date) {
				t.Errorf("%s: %v after %v", code, h, got[i-1])
			}
		}
	}
}
