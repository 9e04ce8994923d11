package ingest_test

import (
	"testing"
	"time"

	"watchbill/api/ingest"
	"watchbill/health"
)

// BenchmarkNormalize reads a webhook of PagerDuty, as a worker does for each delivery.
func BenchmarkNormalize(b *testing.B) {
	body := []byte(v3("incident.triggered", `"id":"P","type":"incident","title":"t","urgency":"high","status":"triggered","created_at":"2026-03-02T01:15:00Z",`+
		`"service":{"id":"S","summary":"db","type":"service_reference"},"assignees":[{"id":"U1","type":"user_reference","summary":"Ana"}]`))
	at := time.Date(2026, 3, 2, 1, 15, 0, 0, time.UTC)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if got := ingest.Normalize("pagerduty", "", body, nil).Received(at, 1, health.SourceHook); len(got) != 1 {
			b.Fatal(got)
		}
	}
}

// BenchmarkFold folds a page of thirty events.
func BenchmarkFold(b *testing.B) {
	at := time.Date(2026, 3, 2, 1, 15, 0, 0, time.UTC)
	var events []health.Event
	for i, kind := range []string{"incident.triggered", "incident.acknowledged", "incident.unacknowledged", "incident.escalated", "incident.acknowledged", "incident.resolved"} {
		for range 5 {
			body := []byte(v3(kind, `"id":"P","type":"incident","assignees":[{"id":"U1","type":"user_reference"}]`))
			e := ingest.Normalize("pagerduty", "", body, nil).Received(at, 1, health.SourceHook)[0]
			e.Key += string(rune('a' + len(events)))
			e.OccurredAt = at.Add(time.Duration(i*5+len(events)) * time.Minute)
			events = append(events, e)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if got := health.Fold(events, health.DefaultRules()); len(got) == 0 {
			b.Fatal(got)
		}
	}
}
