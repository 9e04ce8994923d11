package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"watchbill/api/auth"
	"watchbill/migrations/migrationstest"
	"watchbill/ui/browsertest"
)

// paged deploys a crew of whom Ben was paged three times.
func paged(t *testing.T, address string) (d *deployment, ben *browser) {
	t.Helper()
	d = deploy(t, address)
	d.now = time.Now().UTC().Truncate(time.Second) // a real browser lets cookies expire
	d.setUp()
	d.account(3, auth.KindPerson)
	ben = d.person("ben@example.com")
	door, hook := d.hooked("generic")
	at := func(before time.Duration) string { return d.now.Add(-before).Format(time.RFC3339) }
	for _, body := range []string{
		`{"event": "triggered", "id": "1", "at": "` + at(30*time.Hour) + `", "page": {"id": "a", "title": "Disk", "urgency": "high"}, "responders": [{"email": "ben@example.com"}]}`,
		`{"event": "triggered", "id": "2", "at": "` + at(20*time.Hour) + `", "page": {"id": "b", "title": "Queue", "urgency": "high"}, "responders": [{"email": "ben@example.com"}]}`,
		`{"event": "triggered", "id": "3", "at": "` + at(10*time.Hour) + `", "page": {"id": "c", "title": "Checkout", "urgency": "high"}, "responders": [{"email": "ben@example.com"}]}`,
	} {
		if a := d.send(hook, body); a.status != http.StatusAccepted {
			t.Fatal(a.body)
		}
	}
	d.readAll()
	contacts, err := d.health.Store.Contacts(t.Context(), door.ID)
	d.ok(err)
	d.ok(d.health.MapContact(t.Context(), 2, door.ID, contacts[0].ID, 3))
	return d, ben
}

// Where only pages are listed of which nothing was said, the one that was just told about
// stays: it has a second question, and what moves up would be pressed by a second tap.
func TestToldPageStays(t *testing.T) {
	onBoth(t, func(t *testing.T, address string) {
		_, ben := paged(t, address)
		status, body := ben.get("/burden/pages?only=untold")
		ben.expect(status, body, 200, "Nothing said (3)", `value="/burden/pages?only=untold&amp;told=2#p2"`)
		status, body = ben.post("/burden/pages/2", "say", "no-action", "back", "/burden/pages?only=untold&told=2#p2")
		ben.expect(status, body, 200, "Nothing said (2)", `action="/burden/pages/2"`, `value="woke"`)
		if _, body = ben.get("/burden/pages?only=untold"); strings.Contains(body, `action="/burden/pages/2"`) {
			t.Error("a page of which something was said is among those of which nothing was")
		}
	})
}

// What was pressed by a key has the focus when the page comes back, and a second tap that
// comes with the page takes nothing back.
func TestBrowserTold(t *testing.T) {
	d, _ := paged(t, migrationstest.SQLite(t))
	b := browsertest.Open(t, 2*time.Minute)
	b.Size(1440, 900)
	d.signIn(b, "ben@example.com")
	focus := func() string {
		return browsertest.Eval[string](b, `(e => (e.closest("form")?.getAttribute("action") ?? e.tagName) + " " + e.value)(document.activeElement)`)
	}
	b.Visit(d.url + "/burden/pages")
	b.TabTo("form[action='/burden/pages/2'] button[value=no-action]")
	b.Enter()
	if got := focus(); got != "/burden/pages/2 untag" {
		t.Errorf("after a key the focus is on %q", got)
	}
	// press says whether the page sends what a button says, a while after it was drawn.
	press := func(css, at string) bool {
		return browsertest.Eval[bool](b, `(() => { dispatchEvent(new Event("pageshow")); performance.now = () => `+at+`; let sent = false; const last = e => { sent = !e.defaultPrevented; e.preventDefault(); }; addEventListener("submit", last); const x = document.querySelector("`+css+`"); x.form.requestSubmit(x); removeEventListener("submit", last); delete performance.now; return sent; })()`)
	}
	const same, other = "form[action='/burden/pages/2'] button[value=untag]", "form[action='/burden/pages/2'] button[value=woke]"
	if press(same, "0") || !press(same, "1e9") || !press(other, "0") {
		t.Error("a second tap on the same button at once is to be left out, and nothing else")
	}
	// Clicks that come before the page has gone are one, unless it is come back to.
	const twice = `(() => { let n = 0; const last = e => { n += !e.defaultPrevented; e.preventDefault(); }; addEventListener("submit", last); dispatchEvent(new Event("pageshow")); const x = document.querySelector("` + other + `"); for (let i = 0; i < 3; i++) x.form.requestSubmit(x); const once = n; dispatchEvent(new Event("pageshow")); x.form.requestSubmit(x); removeEventListener("submit", last); dispatchEvent(new Event("pageshow")); return once + " " + n; })()`
	if got := browsertest.Eval[string](b, twice); got != "1 2" {
		t.Errorf("three clicks and one after coming back are sent %s times, want 1 2", got)
	}
	b.Click("form[action='/burden/pages/1'] button[value=woke]")
	b.Until(`document.querySelector("form[action='/burden/pages/1'] button[value='unsay-awake']")`)
	if got := focus(); !strings.HasPrefix(got, "BODY") {
		t.Errorf("after a click the focus is on %q", got)
	}
	b.Visit(d.url + "/teams/1/handover")
	b.Quiet("told")
}
