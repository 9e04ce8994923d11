package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"watchbill/api/auth"
	"watchbill/api/notify"
	"watchbill/schedule"
)

// Whoever is on call within two days and is not known to a pager that has told whom it knows,
// or does not get letters, is told, and so is who manages the team; where nothing is known
// nobody is alarmed.
func TestNobodyGetsToThem(t *testing.T) { both(t, nobodyGetsToThem) }

func nobodyGetsToThem(t *testing.T, d *deployment) {
	ctx := t.Context()
	d.paidCrew() // eight weeks from 7 December
	d.now = time.Date(2027, 1, 15, 9, 0, 0, 0, time.UTC)
	shifts, err := d.schedule.Shifts(ctx, 1, d.now, d.now.Add(7*24*time.Hour), time.Time{})
	d.ok(err)
	on, next := shifts[0], shifts[1]
	door, _ := d.hooked("pagerduty")
	deaf := func() map[schedule.ID]schedule.Unreached {
		t.Helper()
		all, err := d.schedule.Unreached(ctx, 1)
		d.ok(err)
		out := map[schedule.ID]schedule.Unreached{}
		for _, x := range all {
			out[x.Person] = x.Unreached
		}
		return out
	}
	knows := func(person schedule.ID, key string) {
		t.Helper()
		d.ok(d.db.Write.Exec("INSERT INTO identity (integration_id, match_key, vendor_user_id, email, created_at) SELECT ?, ?, ?, email, 1 FROM person WHERE id = ?", door.ID, "id:"+key, key, person).Error)
	}
	quiet := func(when string) {
		t.Helper()
		if got := deaf(); len(got) != 0 {
			t.Errorf("%s: nothing gets to %v", when, got)
		}
	}
	quiet("with a pager that has told nothing")
	box := &mailbox{}
	d.news.Carriers = byMail(box)
	quiet("with letters that nobody was written")

	// The pager has told whom it knows: it does not know who is on call.
	d.ok(d.db.Write.Exec("INSERT INTO page_event (integration_id, event_key, page_key, kind, occurred_at, received_at, event) VALUES (?, 'user', '', 'identity', 1, 1, '{}')", door.ID).Error)
	quiet("with a list that may be of before they came")
	d.ok(d.db.Write.Exec("INSERT INTO pull (integration_id, from_at, until_at, nightly, asked_at, state, due_at, done_at) VALUES (?, 1, 2, FALSE, 1, 'done', 1, ?)", door.ID, d.now.Unix()).Error)
	if got := deaf(); len(got) != 1 || got[on.Person].Pager != door.ID || got[on.Person].Named != "Pager" {
		t.Errorf("nothing gets to %v", got)
	}
	people, err := d.schedule.Store.People(ctx, []schedule.ID{on.Person, next.Person})
	d.ok(err)
	emails := map[schedule.ID]string{people[0].ID: people[0].Email, people[1].ID: people[1].Email}
	names := map[schedule.ID]string{people[0].ID: people[0].Name, people[1].ID: people[1].Name}
	manager := d.login("root@example.com")
	status, body := manager.get("/teams/1/schedule")
	manager.expect(status, body, http.StatusOK, "Pager knows nobody with "+names[on.Person]+"’s address, so a page may reach nobody", fmt.Sprintf("/teams/1/integrations/%d/people", door.ID))
	theirs := d.person(emails[on.Person])
	status, body = theirs.get("/")
	theirs.expect(status, body, http.StatusOK, "Pager knows nobody with your address")
	mate := d.person(emails[next.Person])
	for _, path := range []string{"/", "/teams/1/schedule"} {
		if _, body = mate.get(path); next.Person != 2 && strings.Contains(body, "knows nobody with") { // Ana manages
			t.Errorf("%s tells a mate", path)
		}
	}
	a := d.call(d.token(1, auth.ScopeRead), "GET", "/api/v1/teams/1/issues", "")
	if !strings.Contains(a.body, `"kind":"unreachable"`) || !strings.Contains(a.body, fmt.Sprintf(`"unknown_to":%d`, door.ID)) {
		t.Errorf("the API says %s", a.body)
	}
	knows(on.Person, "P1")
	quiet("with an address that the pager knows")

	// Letters: the last one was refused, then one arrives.
	letter := func(topic, column string, at time.Time) {
		t.Helper()
		d.ok(d.db.Write.Exec("INSERT INTO outbox (topic, person_id, medium, kind, tries, made_at, next_at, "+column+", problem) VALUES (?, ?, ?, ?, 1, 1, 1, ?, ?)",
			topic, on.Person, string(notify.Email), string(notify.CoverAsked), at.Unix(), "refused: no such mailbox").Error)
	}
	letter("one", "sent_at", d.now.Add(-2*time.Hour))
	quiet("with a letter that arrived")
	letter("two", "given_up_at", d.now.Add(-time.Hour))
	if got := deaf(); len(got) != 1 || got[on.Person].Letters != "refused: no such mailbox" || got[on.Person].Pager != 0 {
		t.Errorf("nothing gets to %v", got)
	}
	status, body = theirs.get("/")
	theirs.expect(status, body, http.StatusOK, "The last letter to you did not arrive: refused: no such mailbox", `href="/account"`)
	letter("three", "sent_at", d.now)
	quiet("with a letter that arrived again")
	letter("four", "given_up_at", d.now.Add(time.Minute))
	d.news.Carriers = nil
	quiet("where nothing carries letters")

	// Who is on call only later is told of nothing yet.
	d.news.Carriers = byMail(box)
	d.ok(d.db.Write.Exec("UPDATE outbox SET person_id = ?", next.Person).Error)
	d.now = next.Start.Add(-49 * time.Hour)
	quiet("more than two days before")
	d.now = next.Start.Add(-47 * time.Hour)
	if got := deaf(); len(got) != 1 || got[next.Person].Letters == "" {
		t.Errorf("within two days nothing gets to %v", got)
	}
}
