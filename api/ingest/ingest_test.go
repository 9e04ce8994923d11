package ingest_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"watchbill/api/ingest"
	"watchbill/health"
)

func TestSharedTimes(t *testing.T) {
	type vector struct {
		Source string
		Input  any
		UTC    *time.Time
		Error  bool
	}
	decoder := json.NewDecoder(strings.NewReader(string(shared(t, "time_formats.json"))))
	decoder.UseNumber()
	var all []vector
	if err := decoder.Decode(&all); err != nil {
		t.Fatal(err)
	}
	for _, v := range all {
		got, ok := ingest.ParseTime(fmt.Sprint(v.Input), nil)
		want := time.Time{}
		if v.UTC != nil {
			want = *v.UTC
		}
		if ok == v.Error || !got.Equal(want) {
			t.Errorf("%s: %v is %v, %v; want %v", v.Source, v.Input, got, ok, want)
		}
	}
}

func TestParseTime(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ in, want string }{
		{"2023-07-25 13:34:49 UTC", "2023-07-25T13:34:49Z"},
		{"2026-03-02T01:15:00.123456789+00:00", "2026-03-02T01:15:00.123456Z"},
		{"2026-03-02 01:15:00.5+05:45", "2026-03-01T19:30:00.5Z"},
		{"2026-03-02T01:15:00-0500", "2026-03-02T06:15:00Z"},
		{"2026-03-02T01:15:00+02", "2026-03-01T23:15:00Z"},
		{"2026-03-02T01:15Z", "2026-03-02T01:15:00Z"},
		{"2026-03-02t01:15:00z", "2026-03-02T01:15:00Z"},
		{" 2026-03-02T01:15:00Z\n", "2026-03-02T01:15:00Z"},
		{"2026-03-02T01:15:00", "2026-03-02T00:15:00Z"}, // on the clocks of Berlin
		{"2026-07-02 01:15:00", "2026-07-01T23:15:00Z"},
		{"1772420700", "2026-03-02T03:05:00Z"},
		{"1772420700.25", "2026-03-02T03:05:00.25Z"},
		{"1.7724207e9", "2026-03-02T03:05:00Z"},
		{"1.7724207e12", "2026-03-02T03:05:00Z"},
		{"1772420700123", "2026-03-02T03:05:00.123Z"},
		{"1772420700123456", "2026-03-02T03:05:00.123456Z"},
		{"1772420700123456789", "2026-03-02T03:05:00.123Z"},
		{"", "none"}, {"0", "none"}, {"None", "none"}, {"null", "none"},
		{"0001-01-01T00:00:00Z", "none"}, {"0001-01-01T00:00:00.000Z", "none"},
		{"yesterday", "bad"}, {"-5", "bad"}, {"+5", "bad"}, {"2026-02-30T00:00:00Z", "bad"}, {"2026-03-02", "bad"},
		{"03/04/2026 01:00", "bad"}, {"1e400", "bad"}, {"NaN", "bad"}, {"99999999999999999999", "bad"}, {"1772420700.", "bad"},
		{"1772420700.x", "bad"}, {"12345-01-01T00:00:00Z", "bad"}, {"2026-03-02T25:00:00Z", "bad"},
	}
	for _, test := range tests {
		got, ok := ingest.ParseTime(test.in, berlin)
		said := "bad"
		if ok && got.IsZero() {
			said = "none"
		} else if ok {
			said = got.Format(time.RFC3339Nano)
		}
		if said != test.want {
			t.Errorf("%q is %s, want %s", test.in, said, test.want)
		}
	}
}

func normalized(t *testing.T, vendor, body string) ingest.Result {
	t.Helper()
	res := ingest.Normalize(vendor, "", []byte(body), nil)
	if _, err := res.Record(); err != nil {
		t.Fatal(err)
	}
	return res
}

func TestMalformedBodies(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 65) + "1" + strings.Repeat("}", 65)
	wide := "[" + strings.Repeat("1,", 200_001) + "1]"
	tests := []struct{ name, body, reason string }{
		{"nothing", "", ingest.InvalidJSON},
		{"blanks", "  \n", ingest.InvalidJSON},
		{"cut", `{"event":{"id":`, ingest.InvalidJSON},
		{"more than one document", `{"event":1}{"event":2}`, ingest.InvalidJSON},
		{"a byte order mark", "\xef\xbb\xbf{}", ingest.InvalidJSON},
		{"two bytes to a letter", "{\x00}\x00", ingest.InvalidJSON},
		{"too deep", deep, ingest.InvalidJSON},
		{"too wide", wide, ingest.InvalidJSON},
		{"brackets in a text are no depth", `{"event":"` + strings.Repeat("[{", 500) + `"}`, ingest.SchemaMismatch},
		{"a list", "[]", ingest.SchemaMismatch},
		{"a number", "7", ingest.SchemaMismatch},
		{"null", "null", ingest.SchemaMismatch},
		{"another vendor's", `{"action":"Create","alert":{"alertId":"1"}}`, ingest.SchemaMismatch},
		{"no incident", `{"event":{"id":"x","event_type":"incident.triggered","data":{}}}`, ingest.SchemaMismatch},
		{"members of other types", `{"event":{"id":[],"event_type":"incident.triggered","data":[{}]}}`, ingest.SchemaMismatch},
	}
	for _, test := range tests {
		if res := normalized(t, "pagerduty", test.body); res.Disposition != ingest.Invalid || res.Reason != test.reason || res.Why == "" || len(res.Events) > 0 {
			t.Errorf("%s: %s, %s (%s)", test.name, res.Disposition, res.Reason, res.Why)
		}
	}
	if res := ingest.Normalize("pagerduty", "pagerduty.telex", []byte(`{}`), nil); res.Reason != ingest.UnknownFormat {
		t.Errorf("unknown format: %s", res.Reason)
	}
	if res := ingest.Normalize("pagerduty", "pagerduty.webhook.v4", []byte(v3("incident.triggered", `"id":"P"`)), nil); res.Disposition != ingest.PageEvent || res.Format != "pagerduty.webhook.v4" {
		t.Errorf("a webhook under another name: %s, %s", res.Disposition, res.Reason)
	}
	if res := ingest.Normalize("pagerduty", "pagerduty.webhook", []byte(`{"teams":[]}`), nil); res.Reason != ingest.SchemaMismatch {
		t.Errorf("teams for a webhook: %s, %s", res.Disposition, res.Reason)
	}
	if res := ingest.Normalize("pagerduty", "pagerduty.rest.teams", []byte(`{"teams":[]}`), nil); res.Disposition != ingest.Context || len(res.Events) > 0 {
		t.Errorf("teams: %s, %s", res.Disposition, res.Reason)
	}
	if res := ingest.Normalize("pagerduty", "pagerduty.rest.teams", []byte(`7`), nil); res.Reason != ingest.SchemaMismatch {
		t.Errorf("a number for teams: %s", res.Reason)
	}
	if res := ingest.Normalize("nobody", "", []byte(`{}`), nil); res.Reason != ingest.UnknownFormat {
		t.Errorf("unknown vendor: %s", res.Reason)
	}
}

func TestOneBodyTellsSoMuchAndNoMore(t *testing.T) {
	many := `{"event":"triggered","page":{"id":"1"},"responders":["` + strings.Repeat(`a@example.org","`, 300) + `b"]}`
	if res := normalized(t, "generic", many); len(res.Events) != 1 || len(res.Events[0].Responders) != 200 || len(res.Warnings) != 1 {
		t.Errorf("%d events, %+v", len(res.Events), res.Warnings)
	}
	event := `{"event":"triggered","page":{"id":"1"}},`
	if res := normalized(t, "generic", `{"events":[`+strings.Repeat(event, 10_000)+strings.TrimSuffix(event, ",")+`]}`); res.Reason != ingest.SchemaMismatch {
		t.Errorf("%d events, %s", len(res.Events), res.Reason)
	}
	long := strings.Repeat("é", 3000)
	res := normalized(t, "generic", `{"id":"`+long+`","event":"triggered","page":{"id":"`+long+`","title":"`+long+`"}}`)
	other := normalized(t, "generic", `{"id":"`+long[:2000]+`x","event":"triggered","page":{"id":"`+long[:1200]+`y"}}`)
	if e, o := res.Events[0], other.Events[0]; len([]rune(e.Title)) != 500 || len(e.PageKey) > 1000 || len(e.Key) > 200 || e.PageKey == o.PageKey || e.Key == o.Key {
		t.Errorf("title of %d, page key of %d, key of %d", len(e.Title), len(e.PageKey), len(e.Key))
	}
}

func TestBadTimeIsLeftOutWithAWarning(t *testing.T) {
	res := normalized(t, "pagerduty", `{"event":{"id":"1","event_type":"incident.triggered","occurred_at":"noonish","data":{"id":"P"}}}`)
	if len(res.Events) != 1 || !res.Events[0].OccurredAt.IsZero() || len(res.Warnings) != 1 || res.Warnings[0].Code != "bad_timestamp" || res.Warnings[0].Value != "noonish" {
		t.Fatalf("%+v", res)
	}
	when := time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	if e := res.Received(when, 7, health.SourceHook)[0]; !e.OccurredAt.Equal(when) || e.TimeBasis != health.TimeOfReceipt || e.InboxID != 7 {
		t.Errorf("received %+v", e)
	}
}

func TestOnlyPagesAreFolded(t *testing.T) {
	at := time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name, vendor, body string
		is                 ingest.Disposition
		pages, counted     int
	}{
		{"an incident that people declared", "datadog", `{"data":[{"type":"incidents","id":"i","attributes":{"title":"t","detected":"2026-03-02T01:00:00Z"}}]}`, ingest.Context, 0, 0},
		{"an incident's status", "rootly", `{"event":{"id":"e","type":"incident.resolved"},"data":{"id":"in","status":"resolved"}}`, ingest.Context, 0, 0},
		{"a change of a service", "pagerduty", v3("service.updated", `"id":"S"`), ingest.Context, 0, 0},
		{"a test of the line", "goalert", `{"AppName":"GoAlert","Type":"Test"}`, ingest.Ignored, 0, 0},
		{"a test alert", "grafana", `{"status":"firing","groupKey":"g","alerts":[{"status":"firing","labels":{"alertname":"TestAlert","instance":"Grafana"}}]}`, ingest.Ignored, 1, 0},
		{"an alert", "grafana", `{"status":"firing","groupKey":"g","alerts":[{"status":"firing","labels":{"alertname":"TestAlert","instance":"web-1"}}]}`, ingest.PageEvent, 1, 1},
		{"something private", "incident_io", `{"event_type":"private_incident.incident_updated_v2","private_incident.incident_updated_v2":{"id":"I"}}`, ingest.NeedsFetch, 0, 0},
	} {
		res := normalized(t, test.vendor, test.body)
		counted := 0
		pages := health.Fold(res.Received(at, 1, health.SourceHook), health.DefaultRules())
		for _, p := range pages {
			if p.CountsAsPage {
				counted++
			}
		}
		if res.Disposition != test.is || len(pages) != test.pages || counted != test.counted {
			t.Errorf("%s: %s, %d pages of which %d count", test.name, res.Disposition, len(pages), counted)
		}
	}
}

// TestEscalationSaysWhoWasNotified folds an escalation of incident.io: it is the one
// webhook with the vendor's word for everything.
func TestEscalationSaysWhoWasNotified(t *testing.T) {
	user := func(id string) string {
		return `[{"id":"` + id + `","email":"` + id + `@example.org","name":"` + id + `"}]`
	}
	event := func(name, at, urgency, users string) string {
		return `{"id":"` + name + at + `","event":"` + name + `","occurred_at":"2026-03-02T` + at + `Z","urgency":"` + urgency + `","users":` + users + `}`
	}
	res := normalized(t, "incident_io", `{"escalations":[{"id":"X","title":"CPU","created_at":"2026-03-02T01:15:00Z","status":"resolved","priority":{"name":"Urgent"},"events":[`+strings.Join([]string{
		event("resolved", "01:40:00", "high", user("bo")), event("acked", "01:32:00", "high", user("bo")),
		event("notified_users", "01:30:00", "high", user("bo")), event("notified_channels", "01:16:00", "low", "[]"),
		event("notified_users", "01:15:02", "high", user("ana")), event("triggered", "01:15:00", "high", "[]"),
	}, ",")+`]}]}`)
	pages := health.Fold(res.Received(time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC), 1, health.SourcePull), health.DefaultRules())
	if len(pages) != 1 || pages[0].State != health.StateResolved || pages[0].Urgency != health.UrgencyHigh || len(pages[0].Flags) > 0 || len(pages[0].Responders) != 2 {
		t.Fatalf("%+v", pages)
	}
	for _, r := range pages[0].Responders {
		if at, basis := r.NotifiedAt(); basis != health.NoticeByVendor || at.IsZero() || r.Interruptions != 1 {
			t.Errorf("%s: notified %v by %s, %d times", r.ID, at, basis, r.Interruptions)
		}
		if r.ID == "bo" && r.Responding != 8*time.Minute {
			t.Errorf("bo worked %v", r.Responding)
		}
	}
}

func TestFutureIsNotBelieved(t *testing.T) {
	res := normalized(t, "pagerduty", `{"event":{"id":"1","event_type":"incident.triggered","occurred_at":"2026-03-02T02:00:00Z","data":{"id":"P"}}}`)
	said := time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		ahead    time.Duration
		believed bool
	}{{0, true}, {5 * time.Minute, true}, {5*time.Minute + time.Second, false}, {48 * time.Hour, false}} {
		e := res.Received(said.Add(-test.ahead), 1, health.SourceHook)[0]
		if e.OccurredAt.Equal(said) != test.believed || e.StatedAt.IsZero() != test.believed {
			t.Errorf("%v ahead: %v, stated %v", test.ahead, e.OccurredAt, e.StatedAt)
		}
		p := health.Fold([]health.Event{e}, health.DefaultRules())[0]
		if p.Has(health.FlagFutureTimestamp) == test.believed {
			t.Errorf("%v ahead: flags %v", test.ahead, p.Flags)
		}
	}
}

func TestKeysTellEventsApart(t *testing.T) {
	at := time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	key := func(vendor, body string, at time.Time) string {
		res := ingest.Normalize(vendor, "", []byte(body), nil)
		if len(res.Events) != 1 {
			t.Fatalf("%s: %s: %d events", body, res.Why, len(res.Events))
		}
		return res.Received(at, 1, health.SourceHook)[0].Key
	}
	same := func(name, vendor, a, b string, bAt time.Time, want bool) {
		t.Helper()
		if got := key(vendor, a, at) == key(vendor, b, bAt); got != want {
			t.Errorf("%s: the same event: %v", name, got)
		}
	}
	ack := `{"action":"Acknowledge","integrationId":"i1","alert":{"alertId":"a","updatedAt":1420452224764002246}}`
	unack := strings.Replace(ack, "Acknowledge", "UnAcknowledge", 1)
	same("two actions of one instant", "opsgenie", ack, unack, at, false)
	same("another integration", "opsgenie", ack, strings.Replace(ack, "i1", "i2", 1), at.Add(time.Hour), true)
	same("another digit", "opsgenie", ack, strings.Replace(ack, "246", "247", 1), at, false)
	escalate := `{"action":"Escalate","escalationId":"e","repeatCount":0,"escalationTime":10,"alert":{"alertId":"a"}}`
	same("an escalation sent again", "opsgenie", escalate, escalate, at.Add(time.Hour), true)
	same("the next round of it", "opsgenie", escalate, strings.Replace(escalate, `Count":0`, `Count":1`, 1), at, false)
	group := `{"status":"firing","groupKey":"g","alerts":[{"status":"firing","startsAt":"2026-03-02T00:00:00Z","labels":{"a":"1"}}]}`
	same("a group sent twice at once", "alertmanager", group, group, at.Add(time.Minute), true)
	same("a group sent again later", "alertmanager", group, group, at.Add(4*time.Hour), false)
	same("Alertmanager's pair", "alertmanager", group, strings.Replace(group, `"g"`, `"g","externalURL":"http://b"`, 1), at, true)
	note := `{"AppName":"GoAlert","Type":"AlertStatus","AlertID":7,"LogEntry":"Closed by Bo"}`
	same("no times", "goalert", note, note, at.Add(time.Minute), true)
	same("no times, much later", "goalert", note, note, at.Add(time.Hour), false)
}

// one is a payload and what is expected of its first page event.
type one struct {
	vendor, body string
	kind         health.Kind
	page, at     string
	who          string // role and id, e-mail or name of each party
}

func TestWhatVendorsSend(t *testing.T) {
	for _, test := range vendorsSend {
		t.Run(test.vendor+" "+string(test.kind), func(t *testing.T) {
			res := normalized(t, test.vendor, test.body)
			if len(res.Events) == 0 {
				t.Fatalf("%s: %s", res.Reason, res.Why)
			}
			e := res.Events[0]
			var who []string
			for _, p := range e.Responders {
				who = append(who, strings.TrimRight(fmt.Sprintf("%s %s %s", p.Role, p.ID+p.Email+p.Name, p.Reply), " "))
			}
			at := ""
			if !e.OccurredAt.IsZero() {
				at = e.OccurredAt.Format(time.RFC3339)
			}
			if e.Kind != test.kind || e.PageKey != test.page || at != test.at || strings.Join(who, ", ") != test.who {
				t.Errorf("%s\nis  %s of %q at %q by %q (%s)\nnot %s of %q at %q by %q", test.body, e.Kind, e.PageKey, at, strings.Join(who, ", "), res.Format, test.kind, test.page, test.at, test.who)
			}
		})
	}
}
