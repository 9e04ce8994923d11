package holiday_test

import (
	"strings"
	"testing"
	"time"

	"watchbill/schedule/holiday"
)

// Every code has a name of its own, and every guess is one that can be used.
func TestNames(t *testing.T) {
	seen := map[string]string{}
	for _, code := range holiday.CodesByName() {
		name := holiday.Name(code)
		if name == code || seen[name] != "" {
			t.Errorf("%s is called %q, like %s", code, name, seen[name])
		}
		seen[name] = code
	}
	for code, want := range map[string]string{"de-be": "Germany, Berlin", "US": "United States", "XX": "XX", "DE-XX": "DE-XX", "team.ics": "TEAM.ICS"} {
		if got := holiday.Name(code); got != want {
			t.Errorf("%s is called %q, want %q", code, got, want)
		}
	}
}

func TestGuesses(t *testing.T) {
	for domain, want := range map[string]string{"de": "Europe/Berlin", "uk": "Europe/London", "es": "Europe/Madrid", "us": "", "com": "", "": "", "au": "", "JP": "Asia/Tokyo"} {
		for range 20 { // the order of a map must not matter
			if got := holiday.ZoneOf(domain); got != want {
				t.Fatalf(".%s lives in %q, want %q", domain, got, want)
			}
		}
	}
	codes := " " + strings.Join(holiday.Codes(), " ") + " "
	for _, zone := range []string{"Europe/Berlin", "Australia/Perth", "Asia/Tokyo", "America/Toronto"} {
		if _, err := time.LoadLocation(zone); err != nil || !strings.Contains(codes, " "+holiday.OfZone(zone)+" ") {
			t.Errorf("%s has the holidays %q: %v", zone, holiday.OfZone(zone), err)
		}
	}
	if holiday.OfZone("UTC") != "" {
		t.Error("UTC has holidays")
	}
}
