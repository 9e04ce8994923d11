package ingest_test

import (
	"maps"
	"testing"
	"time"

	"watchbill/api/ingest"
	"watchbill/health"
)

// A CloudEvent is the same in each of its three shapes.
func TestCloudEventsInEveryMode(t *testing.T) {
	const data = `{"event":"acknowledged","page":{"id":"g"},"by":"ana@example.org"}`
	structured := `{"specversion":"1.0","id":"7","source":"/s","type":"t","time":"2026-03-02T01:15:00Z","data":` + data + `}`
	attributes := map[string]string{"ce-specversion": "1.0", "ce-id": "7", "ce-source": "/s", "ce-type": "t", "ce-time": "2026-03-02T01:15:00Z"}
	binary := func(more map[string]string) map[string]string {
		h := maps.Clone(attributes)
		maps.Copy(h, more)
		return h
	}
	for _, test := range []struct {
		name, format string
		headers      map[string]string
		body         string
	}{
		{"structured", "cloudevents.structured", map[string]string{"content-type": "application/cloudevents+json; charset=UTF-8"}, structured},
		{"structured, whatever headers say", "cloudevents.structured", binary(map[string]string{"content-type": "application/cloudevents+json"}), structured},
		{"a batch", "cloudevents.batch", map[string]string{"content-type": "application/cloudevents-batch+json"}, "[" + structured + "]"},
		{"packed", "cloudevents.structured", nil, `{"specversion":"1.0","id":"7","source":"/s","type":"t","time":"2026-03-02T01:15:00Z","data_base64":"eyJldmVudCI6ImFja25vd2xlZGdlZCIsInBhZ2UiOnsiaWQiOiJnIn0sImJ5IjoiYW5hQGV4YW1wbGUub3JnIn0="}`},
		{"binary", "cloudevents.binary", binary(map[string]string{"content-type": "application/json"}), data},
		{"binary of a kind of JSON", "cloudevents.binary", binary(map[string]string{"content-type": "application/vnd.page+json; v=2"}), data},
		{"binary of nobody says what", "cloudevents.binary", attributes, data},
	} {
		res := ingest.NormalizeDelivery("cloudevents", "", test.headers, []byte(test.body), nil)
		if res.Format != test.format || res.Disposition != ingest.PageEvent || len(res.Events) != 1 {
			t.Errorf("%s: %s %s (%s), %d events", test.name, res.Format, res.Disposition, res.Why, len(res.Events))
			continue
		}
		e := res.Events[0]
		if e.Kind != health.KindAcknowledged || e.PageKey != "g" || e.Key != "cloudevents:/s|7" || e.ExternalID != "7" || !e.OccurredAt.Equal(time.Date(2026, 3, 2, 1, 15, 0, 0, time.UTC)) || len(e.Responders) != 1 {
			t.Errorf("%s: %+v", test.name, e)
		}
	}
}

func TestCloudEventsInBinaryModeThatAreOdd(t *testing.T) {
	attributes := map[string]string{"ce-specversion": "1.0", "ce-id": "7", "ce-source": "/s", "ce-type": "t"}
	without := func(name string) map[string]string {
		h := maps.Clone(attributes)
		delete(h, name)
		return h
	}
	with := func(name, value string) map[string]string {
		h := maps.Clone(attributes)
		h[name] = value
		return h
	}
	for _, test := range []struct {
		name    string
		headers map[string]string
		body    string
		want    ingest.Disposition
		reason  string
	}{
		{"no body", attributes, "", ingest.Context, ""},
		{"a text", with("content-type", "text/plain"), "the disk is full", ingest.Context, ""},
		{"broken JSON", with("content-type", "application/json"), `{"event":`, ingest.Invalid, ingest.InvalidJSON},
		{"no id", without("ce-id"), "{}", ingest.Invalid, ingest.SchemaMismatch},
		{"no source", without("ce-source"), "{}", ingest.Invalid, ingest.SchemaMismatch},
		{"an id that is not encoded well", with("ce-id", "%zz"), "{}", ingest.Context, ""},
		{"no version", without("ce-specversion"), "{}", ingest.Invalid, ingest.SchemaMismatch},
		{"a page that is none", attributes, `{"event":"triggered","page":{}}`, ingest.Invalid, ingest.SchemaMismatch},
		{"a time that is none", with("ce-time", "soon"), `{"event":"triggered","page":{"id":"g"}}`, ingest.PageEvent, ""},
	} {
		res := ingest.NormalizeDelivery("cloudevents", "", test.headers, []byte(test.body), nil)
		if res.Disposition != test.want || res.Reason != test.reason {
			t.Errorf("%s: %s %s (%s)", test.name, res.Disposition, res.Reason, res.Why)
		}
	}
	// To anybody else, such headers say nothing.
	if res := ingest.NormalizeDelivery("generic", "", attributes, []byte(`{"event":"triggered","page":{"id":"g"}}`), nil); res.Format != "generic.event" || res.Events[0].Key == "cloudevents:/s|7" {
		t.Errorf("generic: %s %+v", res.Format, res.Events)
	}
}

func TestSplitMessage(t *testing.T) {
	for _, test := range []struct {
		in      string
		headers int
		id      string
		body    string
	}{
		{`{"a":1}`, 0, "", `{"a":1}`},
		{"", 0, "", ""},
		{"a: b", 0, "", "a: b"},
		{"ce-id: 7\n\n{}", 1, "7", "{}"},
		{"CE-ID: 7\r\nCe-Type: t\r\n\r\n{}\n", 2, "7", "{}\n"},
		{"POST /x HTTP/1.1\nce-id: 7\n\n", 1, "7", ""},
		{"ce-id: 7\nno header at all\n\n{}", 0, "", "ce-id: 7\nno header at all\n\n{}"},
		{"\xef\xbb\xbf{}", 0, "", "\xef\xbb\xbf{}"},
	} {
		headers, body := ingest.SplitMessage([]byte(test.in))
		if len(headers) != test.headers || headers["ce-id"] != test.id || string(body) != test.body {
			t.Errorf("%q: %v and %q", test.in, headers, body)
		}
	}
}
