package ingest_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"watchbill/api/ingest"
	"watchbill/health"
)

func FuzzNormalize(f *testing.F) {
	for _, test := range vendorsSend {
		f.Add(test.vendor, []byte(test.body))
	}
	files, _ := filepath.Glob(filepath.Join(payloads, "*/*/*.json"))
	for _, file := range files {
		if data, err := os.ReadFile(file); err == nil && len(data) < 8000 && !strings.Contains(file, "expected") {
			f.Add(filepath.Base(filepath.Dir(file)), data)
		}
	}
	at := time.Date(2026, 3, 2, 1, 15, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, vendor string, body []byte) {
		res := ingest.Normalize(vendor, "", body, nil)
		if res.Disposition == "" || (res.Disposition == ingest.Invalid) != (res.Reason != "") {
			t.Fatalf("disposition %q, reason %q", res.Disposition, res.Reason)
		}
		if _, err := res.Record(); err != nil {
			t.Fatal(err)
		}
		keys := map[string]bool{}
		events := res.Received(at, 1, health.SourceHook)
		for _, e := range events {
			if e.Key == "" || len(e.Key) > 300 || len(e.PageKey) > 1100 || len([]rune(e.Title)) > 500 || e.Kind == "" || e.Urgency == "" {
				t.Fatalf("event %+v", e)
			}
			for _, s := range []string{e.Key, e.PageKey, e.AlertKey, e.Title, e.Service, e.Severity, e.ExternalID} {
				if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
					t.Fatalf("text %q", s)
				}
			}
			if e.OccurredAt.IsZero() || !e.Kind.Context() && e.OccurredAt.After(at.Add(health.FutureAfter)) {
				t.Fatalf("at %v", e.OccurredAt)
			}
			keys[e.Key] = true
		}
		health.Fold(events, health.DefaultRules())
	})
}

func FuzzCloudEventsWithHeaders(f *testing.F) {
	f.Add([]byte("ce-specversion: 1.0\nce-id: 7\nce-source: /s\nce-type: t\n\n{\"event\":\"triggered\",\"page\":{\"id\":\"g\"}}"))
	f.Add([]byte("POST / HTTP/1.1\r\nCe-Specversion: 1.0\r\nce-id: %ff%00\r\nce-source: %\r\nce-type: \xff\r\nContent-Type: a; b=\r\n\r\nx"))
	f.Add([]byte(`{"specversion":"1.0","id":"1","source":"s","type":"t","data_base64":"e30="}`))
	at := time.Date(2026, 3, 2, 1, 15, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, message []byte) {
		headers, body := ingest.SplitMessage(message)
		res := ingest.NormalizeDelivery("cloudevents", "", headers, body, nil)
		if res.Disposition == "" || (res.Disposition == ingest.Invalid) != (res.Reason != "") {
			t.Fatalf("disposition %q, reason %q", res.Disposition, res.Reason)
		}
		if _, err := res.Record(); err != nil {
			t.Fatal(err)
		}
		for _, e := range res.Received(at, 1, health.SourceHook) {
			for _, s := range []string{e.Key, e.PageKey, e.Title, e.ExternalID} {
				if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
					t.Fatalf("text %q", s)
				}
			}
		}
	})
}

func FuzzParseTime(f *testing.F) {
	for _, s := range []string{"2026-03-02T01:15:00Z", "1772420700123", "1.7e9", "2023-07-25 13:34:49 UTC", "1e400", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := ingest.ParseTime(s, nil)
		if !ok && !got.IsZero() {
			t.Fatalf("%q is no time and %v", s, got)
		}
		if ok && !got.IsZero() {
			if again, ok := ingest.ParseTime(got.Format(time.RFC3339Nano), nil); !ok || !again.Equal(got) {
				t.Fatalf("%q is %v and then %v", s, got, again)
			}
		}
	})
}

func FuzzVerify(f *testing.F) {
	f.Add("X-PagerDuty-Signature", "v1=00,v1=", "123", []byte(`{}`))
	f.Add("X-Rootly-Signature", "t=1772413500,v1=9c98205bc575710483d74233041322a046acc59717582b2454e69623bb231d9f", "", []byte(`{}`))
	f.Add("Webhook-Signature", "v1,xx", "1772413500", []byte(`{}`))
	f.Fuzz(func(t *testing.T, name, value, stamp string, body []byte) {
		header := http.Header{"Webhook-Id": {"m"}, "Webhook-Timestamp": {stamp}, "X-Grafana-Alerting-Timestamp": {stamp}}
		header.Set(name, value)
		for _, scheme := range []ingest.Scheme{"pagerduty_v1", "standard_webhooks", "rootly_t_v1", "firehydrant_hmac_hex", "grafana_hmac", "victorops_sha1"} {
			// Nobody who fuzzes knows the secret.
			if ingest.Verify(scheme, ingest.Signed{Header: header, Body: body}, []string{"bm90IGEgc2VjcmV0IGFueW9uZSBrbm93cw=="}, time.Unix(1_772_413_500, 0)) == nil {
				t.Fatalf("%s: %q accepted", scheme, value)
			}
		}
	})
}
