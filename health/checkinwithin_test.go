package health_test

import (
	"testing"
	"time"

	"watchbill/health"
)

func TestCheckInWithin(t *testing.T) {
	for severity, want := range map[string]time.Duration{
		"SEV0": 5 * time.Minute, "sev-0": 5 * time.Minute, "P0": 5 * time.Minute,
		"SEV1": 30 * time.Minute, "Sev 1": 30 * time.Minute, "P1": 30 * time.Minute, "p-1": 30 * time.Minute,
		"critical": 30 * time.Minute, "Crit": 30 * time.Minute, "fatal": 30 * time.Minute, "EMERGENCY": 30 * time.Minute,
		"": 0, "SEV2": 0, "P2": 0, "high": 0, "error": 0, "page": 0, "SEV10": 0, "P10": 0, "1": 0,
	} {
		if got, due := health.CheckInWithin(severity); got != want || due != (want > 0) {
			t.Errorf("%q: %v, %v; want %v", severity, got, due, want)
		}
	}
}
