package main

import (
	"testing"

	"watchbill/health"
)

// A CloudEvent whose attributes are headers is one event however often it comes, and
// another when its id is another, though its data is the same.
func TestCloudEventsInBinaryMode(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		door, url := d.hooked("cloudevents")
		send := func(id, body string) answer {
			return d.send(url, body, "ce-specversion", "1.0", "ce-id", id, "ce-source", "/probe", "ce-type", "page", "ce-time", "2026-03-02T01:15:00Z")
		}
		const triggered = `{"event":"triggered","page":{"id":"disk","title":"Disk full"}}`
		first, again, other := send("1", triggered), send("1", triggered), send("2", triggered)
		if first.status != 202 || again.status != 202 || other.status != 202 || again.body == first.body || other.body == first.body {
			t.Errorf("%d %s, %d %s, %d %s", first.status, first.body, again.status, again.body, other.status, other.body)
		}
		if a := send("3", `{"event":"resolved","page":{"id":"disk"}}`); a.status != 202 {
			t.Errorf("%d %s", a.status, a.body)
		}
		if a := send("4", `{"event":`); a.status != 202 {
			t.Errorf("%d %s", a.status, a.body)
		}
		d.readAll()
		pages, err := d.health.Store.PagesOf(t.Context(), health.PageFilter{Team: door.Team, Integration: door.ID, To: d.now.AddDate(1, 0, 0), Most: 10})
		d.ok(err)
		if len(pages) != 1 || pages[0].Title != "Disk full" || pages[0].State != health.StateResolved {
			t.Errorf("pages %+v", pages)
		}
	})
}
