package main

import (
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"
)

// fire keeps a page of a service that fired at an instant.
func (d *deployment) fire(door health.Integration, service, title string, at time.Time) {
	d.t.Helper()
	key := fmt.Sprint(service, title, at.UnixNano())
	p := &health.PageRecord{Integration: door.ID, Team: door.Team, Page: health.Page{
		Key: key, OpenedBy: key, State: health.StateResolved, Urgency: health.UrgencyHigh, Service: service, Title: title,
		TriggeredAt: at, ResolvedAt: at.Add(time.Hour), LastEventAt: at.Add(time.Hour), CountsAsPage: true,
	}}
	d.ok(d.health.Store.InTx(d.t.Context(), func(tx health.Store) error { return tx.SavePage(d.t.Context(), p) }))
}

// An alert is made an action item, given to somebody, moved, done, and looked at again:
// does it page less?
func TestItems(t *testing.T) { both(t, items) }

func items(t *testing.T, d *deployment) {
	d.setUp()
	door, _ := d.hooked("generic")
	long := strings.Repeat("<b>Queue & co</b> ", 28) // five hundred letters, with markup
	for n := range 24 {
		d.fire(door, "check & out", strings.TrimSpace(long), d.now.AddDate(0, 0, -3*n-1))
	}
	ana := d.person("ana@example.com")
	query := url.Values{"new": {"1"}, "service": {"check & out"}, "alert": {strings.TrimSpace(long)}}
	status, body := ana.get("/teams/1/items?" + query.Encode())
	ana.expect(status, body, http.StatusOK, "Note something", "Fix: &lt;b&gt;Queue", html.EscapeString("check & out"))
	if strings.Contains(body, "<b>Queue") {
		t.Error("an alert's markup is markup here")
	}
	status, body = ana.post("/teams/1/items", "title", "Fix the queue", "service", "check & out", "alert", long, "owner", "2", "due", "2026-11-30")
	ana.expect(status, body, http.StatusUnprocessableEntity, "2026-11-30 cannot be met", `value="Fix the queue"`)
	status, body = ana.post("/teams/1/items", "title", " ", "due", "soon", "owner", "77")
	ana.expect(status, body, http.StatusUnprocessableEntity, "is no day", `value="soon"`)
	status, body = ana.post("/teams/1/items", "title", "Fix the queue", "service", "check & out", "alert", long, "owner", "1000", "due", "2026-12-04")
	ana.expect(status, body, http.StatusUnprocessableEntity, "Choose somebody who is in the team")
	status, body = ana.post("/teams/1/items", "title", "Fix the queue", "service", "check & out", "alert", long, "owner", "3", "due", "2026-12-04", "value", "3", "effort", "1", "link", "javascript:alert(1)")
	ana.expect(status, body, http.StatusUnprocessableEntity, "A link begins with https://")
	status, body = ana.post("/teams/1/items", "title", "Fix the queue", "kind", "action", "service", "check & out", "alert", long, "owner", "3", "due", "2026-12-04", "value", "3", "effort", "1", "why", "One\r\nTwo")
	ana.expect(status, body, http.StatusOK, "Noted: Fix the queue", "Ben", "large value, small effort")

	// It is Ben's, and he finds it.
	ben := d.person("ben@example.com")
	status, body = ben.get("/")
	ben.expect(status, body, http.StatusOK, "My action items", "Fix the queue")
	d.now = d.now.AddDate(0, 0, 7) // Tue 8 Dec
	ana, ben = d.person("ana@example.com"), d.person("ben@example.com")
	status, body = ben.get("/teams/1/items")
	ben.expect(status, body, http.StatusOK, "The one open item is overdue", "4 days overdue", "0 of 1 due")
	for range 2 { // two clicks
		status, body = ben.post("/teams/1/items/1", "title", "Fix the queue", "kind", "action", "service", "check & out", "alert", long, "owner", "3", "due", "2026-12-20", "value", "3", "effort", "1", "base", "1")
		ben.expect(status, body, http.StatusOK, "Saved.", "missed Fri 4 Dec")
	}

	// Ana looked at the first version; what she types is kept and not saved.
	status, body = ana.post("/teams/1/items/1", "title", "Fix the queue for good", "kind", "action", "service", "check & out", "alert", long, "owner", "2", "due", "2026-12-11", "base", "1")
	ana.expect(status, body, http.StatusConflict, "Ben changed this while you were writing", "Fix the queue for good", "Due is now", "Sun 20 Dec 2026", `name="base" value="2"`)
	status, body = ana.post("/teams/1/items/1/close", "state", "done", "base", "1", "reason", "It was easy.")
	ana.expect(status, body, http.StatusConflict, "omebody has changed it meanwhile", "It was easy.")
	status, body = ana.post("/teams/1/items/1/close", "state", "dropped", "base", "2")
	ana.expect(status, body, http.StatusUnprocessableEntity, "ay why nothing will be done")
	status, body = ana.post("/teams/1/items/1/close", "state", "gone", "base", "2")
	ana.expect(status, body, http.StatusUnprocessableEntity, "hoose open, done or dropped")
	status, body = ana.post("/teams/1/items/1/close", "state", "done", "base", "2", "reason", "It was easy.")
	ana.expect(status, body, http.StatusOK, "Well done", "too early to say", "It was easy.")

	// It was moved after it was missed: it is not on time, whenever it was done.
	status, body = ben.get("/teams/1/items?state=done")
	ben.expect(status, body, http.StatusOK, "0 of 1 due", "done Tue 8 Dec")
	d.now = d.now.AddDate(0, 0, 56)
	ana, ben = d.person("ana@example.com"), d.person("ben@example.com")
	d.fire(door, "check & out", strings.TrimSpace(long), d.now.AddDate(0, 0, -30))
	status, body = ben.get("/teams/1/items/1")
	ben.expect(status, body, http.StatusOK, "It pages clearly less since", "24 pages in 11.", "1 page in 8.0 weeks", "not why")

	// Somebody leaves, and their item says so.
	status, body = ana.post("/teams/1/items", "title", "Write the runbook", "owner", "4")
	ana.expect(status, body, http.StatusOK, "Noted: Write the runbook")
	d.ok(d.schedule.PutMember(t.Context(), 0, schedule.Membership{Team: 1, Person: 4, Share: schedule.FullTime, OnCall: true, Until: schedule.DateOf(d.now).AddDays(-1)}))
	status, body = ana.get("/teams/1/items/2")
	ana.expect(status, body, http.StatusOK, "has left the team")
	status, body = ana.post("/teams/1/items/2", "title", "Write a runbook", "kind", "action", "owner", "4", "base", "1")
	ana.expect(status, body, http.StatusOK, "Saved.") // they stay named until somebody else is
	status, body = ana.post("/teams/1/items", "title", "Another", "owner", "4")
	ana.expect(status, body, http.StatusUnprocessableEntity, "Choose somebody who is in the team")

	// So does one of somebody who leaves altogether; nobody gives them another.
	status, body = ana.post("/teams/1/items", "title", "Turn the old queue off", "owner", "5")
	ana.expect(status, body, http.StatusOK, "Noted: Turn the old queue off")
	d.ok(d.access.Deactivate(auth.With(t.Context(), auth.Program()), 5))
	status, body = ana.get("/teams/1/items/3")
	ana.expect(status, body, http.StatusOK, "Dan", "has left the team")
	_, body = ana.get("/teams/1/items?new=1")
	if strings.Contains(body, `<option value="5"`) {
		t.Error("an item can be given to somebody who has left")
	}
	status, body = ana.post("/teams/1/items", "title", "Another", "owner", "5")
	ana.expect(status, body, http.StatusUnprocessableEntity, "Choose somebody who is in the team")
	_, err := d.health.AddItem(t.Context(), 2, 1, health.ItemText{Kind: health.ItemAction, Title: "Another", Owner: 5}, schedule.DateOf(d.now))
	if invalid, ok := errors.AsType[*schedule.InvalidError](err); !ok || invalid.Field != "owner" {
		t.Errorf("an item is given to somebody who has left: %v", err)
	}
	members, err := d.health.Members(t.Context(), 1)
	d.ok(err)
	for _, m := range members {
		if m.Person == 5 && m.Until != schedule.DateOf(d.now).AddDays(-1) {
			t.Errorf("who left today was there until %v", m.Until)
		}
	}
	status, body = ana.post("/teams/1/items/3", "title", "Turn the old queue off", "kind", "action", "owner", "2", "base", "1")
	ana.expect(status, body, http.StatusOK, "Saved.")
}

// An item of another team is not there, whoever asks by this one.
func TestItemsOfOthers(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		tokens := d.crewed()
		today := schedule.DateOf(d.now)
		other, err := d.health.AddItem(t.Context(), 5, 2, health.ItemText{Title: "Theirs"}, today)
		d.ok(err)
		path := fmt.Sprintf("/api/v1/teams/1/items/%d", other.ID)
		for _, role := range []string{"member", "manager", "administrator"} {
			if a := d.call(tokens[role], "GET", path, ""); a.status != http.StatusNotFound || strings.Contains(a.body, "Theirs") {
				t.Errorf("another team's item as %s: %d %s", role, a.status, a.body)
			}
			if a := d.call(tokens[role], "PATCH", path, `{"title": "Ours"}`); a.status != http.StatusNotFound {
				t.Errorf("another team's item changed as %s: %d", role, a.status)
			}
		}
		if a := d.call(tokens["outsider"], "GET", "/api/v1/teams/1/items", ""); a.status != http.StatusForbidden && a.status != http.StatusNotFound {
			t.Errorf("a team's items as an outsider: %d", a.status)
		}
		if a := d.call(tokens["member"], "POST", "/api/v1/teams/1/items", `{"title": "x", "owner": 5}`); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "in the team") {
			t.Errorf("an item for somebody of another team: %d %s", a.status, a.body)
		}
	})
}

// Of eight who close one item with one ETag at the same instant, one does.
func TestItemsAtOnce(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		tokens := d.crewed()
		tag := d.call(tokens["member"], "GET", "/api/v1/teams/1/items/1", "").header.Get("Etag")
		done := d.atOnce(8, func(i int) answer {
			return d.call(tokens["member"], "PATCH", "/api/v1/teams/1/items/1", fmt.Sprintf(`{"state": "done", "reason": "by %d"}`, i), "If-Match", tag)
		})
		if done[200] != 1 || done[409] != 7 {
			t.Errorf("answers by status: %v", done)
		}
		steps, err := d.health.Store.ItemChanges(t.Context(), 1)
		d.ok(err)
		if len(steps) != 2 {
			t.Errorf("the history has %d steps: %+v", len(steps), steps)
		}
		a := d.call(tokens["member"], "PATCH", "/api/v1/teams/1/items/1", `{"title": "Mine"}`, "If-Match", tag)
		if a.status != http.StatusConflict || !strings.Contains(a.body, `"present"`) || !strings.Contains(a.body, "Mine") {
			t.Errorf("an old version: %d %s", a.status, a.body)
		}
	})
}

func TestItemTwice(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		d.setUp()
		// Sent twice, by clicks or by two requests at once, it is one item; by somebody else, or
		// later, it is another.
		before, err := d.health.Store.Items(t.Context(), health.ItemFilter{Team: 1})
		d.ok(err)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if _, err := d.health.AddItem(t.Context(), 2, 1, health.ItemText{Kind: health.ItemAction, Title: "Twice"}, schedule.DateOf(d.now)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		_, err = d.health.AddItem(t.Context(), 3, 1, health.ItemText{Kind: health.ItemAction, Title: "Twice"}, schedule.DateOf(d.now))
		d.ok(err)
		d.now = d.now.Add(time.Hour)
		_, err = d.health.AddItem(t.Context(), 2, 1, health.ItemText{Kind: health.ItemAction, Title: "Twice"}, schedule.DateOf(d.now))
		d.ok(err)
		after, err := d.health.Store.Items(t.Context(), health.ItemFilter{Team: 1})
		d.ok(err)
		if n := len(after) - len(before); n != 3 {
			t.Errorf("%d items of the same name, not 3", n)
		}
	})
}
