package ingest_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchbill/health"
)

// TestHooksAndLogTellOneNight folds what PagerDuty's webhooks tell of an incident with
// what its log tells later: nothing counts twice, and the log says who was woken.
func TestHooksAndLogTellOneNight(t *testing.T) {
	hook := func(id, kind, at, assignees string) string {
		return `{"event":{"id":"` + id + `","event_type":"incident.` + kind + `","occurred_at":"2026-03-02T` + at + `Z","agent":{"id":"U2","type":"user_reference","summary":"Bo"},` +
			`"data":{"id":"P","type":"incident","title":"Slow","urgency":"high","created_at":"2026-03-02T01:15:00Z","assignees":[` + assignees + `]}}}`
	}
	who := func(id string) string { return `{"id":"` + id + `","type":"user_reference"}` }
	entry := func(id, kind, at, more string) string {
		return `{"id":"` + id + `","type":"` + kind + `_log_entry","created_at":"2026-03-02T` + at + `Z","agent":{"id":"S","type":"service_reference"},"incident":{"id":"P","summary":"[#5] Slow"}` + more + `}`
	}
	notify := func(id, at, user, channel string) string {
		return entry(id, "notify", at, `,"user":`+who(user)+`,"channel":{"type":"auto","notification":{"type":"`+channel+`"}}`)
	}
	hooks := []string{
		hook("1", "triggered", "01:15:00.120", who("U1")),
		hook("2", "escalated", "01:30:00.450", who("U2")),
		hook("3", "acknowledged", "01:32:40.900", who("U2")),
		hook("4", "resolved", "01:40:10.300", ""),
	}
	log := `{"log_entries":[` + strings.Join([]string{
		entry("R9", "resolve", "01:40:10", ""),
		entry("R8", "acknowledge", "01:32:40", `,"agent":`+who("U2")),
		notify("R7", "01:30:20", "U2", "email"),
		notify("R6", "01:30:06", "U2", "phone"),
		entry("R5", "escalate", "01:30:00", `,"assignees":[`+who("U2")+`]`),
		notify("R4", "01:20:02", "U1", "sms"),
		notify("R3", "01:15:03", "U1", "push_notification"),
		entry("R2", "assign", "01:15:00", `,"assignees":[`+who("U1")+`]`),
		entry("R1", "trigger", "01:15:00", ""),
	}, ",") + `]}`
	at := time.Date(2026, 3, 2, 1, 41, 0, 0, time.UTC)
	var events []health.Event
	for i, body := range hooks {
		res := normalized(t, "pagerduty", body)
		events = append(events, res.Received(res.Events[0].OccurredAt.Add(time.Second), int64(i), health.SourceHook)...)
	}
	before := health.Fold(events, health.DefaultRules())[0]
	events = append(events, normalized(t, "pagerduty", log).Received(at.Add(3*time.Hour), 9, health.SourcePull)...)
	pages := health.Fold(events, health.DefaultRules())
	if len(pages) != 1 {
		t.Fatalf("%d pages", len(pages))
	}
	told := func(p health.Page) string {
		out := fmt.Sprintf("%s, %d escalations, %v", p.State, p.Escalations, p.Flags)
		for _, r := range p.Responders {
			first, basis := r.NotifiedAt()
			out += fmt.Sprintf("; %s notified %s by %s, %d times, worked %v", r.ID, first.Format("15:04:05.999"), basis, r.Interruptions, r.Responding)
		}
		return out
	}
	// Only the assignments are known until the log is read.
	want := "resolved, 1 escalations, []; U1 notified 01:15:00.12 by assignment, 1 times, worked 0s; U2 notified 01:30:00.45 by assignment, 1 times, worked 7m29.4s"
	if got := told(before); got != want {
		t.Errorf("by hooks\n%s, want\n%s", got, want)
	}
	want = "resolved, 1 escalations, []; U1 notified 01:15:03 by vendor, 2 times, worked 0s; U2 notified 01:30:06 by vendor, 1 times, worked 7m29.4s"
	if got := told(pages[0]); got != want {
		t.Errorf("with the log\n%s, want\n%s", got, want)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		random.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
		if diff := cmp.Diff(pages, health.Fold(append(events, events[:4]...), health.DefaultRules())); diff != "" {
			t.Fatalf("in another order (-want +got):\n%s", diff)
		}
	}
}
