package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"
)

// Whoever was paged says that they are on it, whether there was something to do and
// whether it woke them: on pages, through the API, and by a link that needs no log-in.
// Nobody else says it for them.
func TestTellingAboutPages(t *testing.T) { both(t, tellingAboutPages) }

func tellingAboutPages(t *testing.T, d *deployment) {
	d.setUp()
	for id := range int64(3) {
		d.account(id+2, auth.KindPerson)
	}
	ben, ana := d.person("ben@example.com"), d.person("ana@example.com")
	door, hook := d.hooked("generic")
	at := func(before time.Duration) string { return d.now.Add(-before).Format(time.RFC3339) }
	for _, body := range []string{
		`{"event": "triggered", "id": "1", "at": "` + at(4*time.Minute) + `", "page": {"id": "a", "title": "Checkout <i>is</i> slow", "severity": "sev-0", "urgency": "high"}, "responders": [{"email": "ben@example.com"}]}`,
		`{"event": "triggered", "id": "2", "at": "` + at(3*time.Hour) + `", "page": {"id": "b", "title": "Disk", "urgency": "high"}, "responders": [{"email": "ben@example.com"}]}`,
		`{"event": "resolved", "id": "3", "at": "` + at(2*time.Hour) + `", "page": {"id": "b"}}`,
	} {
		if a := d.send(hook, body); a.status != http.StatusAccepted {
			t.Fatal(a.body)
		}
	}
	d.readAll()
	contacts, err := d.health.Store.Contacts(t.Context(), door.ID)
	d.ok(err)
	d.ok(d.health.MapContact(t.Context(), 2, door.ID, contacts[0].ID, 3))

	status, body := ben.get("/")
	ben.expect(status, body, 200, "Open pages that came to you", "Checkout &lt;i&gt;is", "1 page of the last week")
	if _, body = ana.get("/"); strings.Contains(body, "Checkout") {
		t.Error("Ana sees what came to Ben")
	}
	status, body = ben.post("/burden/pages/1", "say", "on-it", "back", "/")
	ben.expect(status, body, 200, "Noted.", "My on-call", "since ")
	status, body = ben.post("/burden/pages/2", "say", "on-it")
	ben.expect(status, body, 200, "The page is over")
	status, body = ben.post("/burden/pages/2", "say", "nonsense")
	ben.expect(status, body, 200, "Press one of the buttons")
	status, body = ben.post("/burden/pages/2/note", "note", "The export\r\nfills it.\u202e")
	ben.expect(status, body, 422, "invisible letter", "The export\nfills it.")
	status, body = ben.post("/burden/pages/2/note", "note", " The export\r\nfills it. ")
	ben.expect(status, body, 200, "Your note is kept", "The export\nfills it.")
	for _, path := range []string{"/burden/pages/1", "/burden/pages/1/note", "/burden/pages/1/link", "/burden/pages/9", "/burden/pages/x"} {
		if status, _ := ana.post(path, "say", "no-action", "note", "x"); status != http.StatusNotFound {
			t.Errorf("POST %s by Ana: %d, want 404", path, status)
		}
	}
	d.tellByAPI(t)
	d.tellByLink(t, ben)
	b, err := d.health.Store.Facts(t.Context(), 1, d.now.Add(-time.Hour), d.now.Add(time.Hour))
	d.ok(err)
	if len(b.Incidents) != 1 || !b.Incidents[0].CheckInAt.Equal(d.now) || b.Notices[0].Verdict != health.NoAction {
		t.Errorf("measured: %+v", b)
	}
	log, err := d.schedule.Store.AuditOf(t.Context(), schedule.AuditQuery{Team: 1, Most: 500})
	d.ok(err)
	for _, e := range log {
		if strings.HasPrefix(e.Action, "page.") {
			t.Errorf("the team's log has %+v", e)
		}
	}
	// When somebody told about a page is how soon they answered: their own log has it alone.
	for of, want := range map[string]int{"3 /people/me/audit": 3, "1 /audit": 0, "1 /people/3/audit": 0} {
		who, path, _ := strings.Cut(of, " ")
		id, err := strconv.ParseInt(who, 10, 64)
		d.ok(err)
		a := d.call(d.token(id, auth.ScopeRead), "GET", "/api/v1"+path+"?limit=200", "")
		got := 0
		for _, action := range []string{"page.say", "page.link", "page.unlink"} {
			if strings.Contains(a.body, `"`+action+`"`) {
				got++
			}
		}
		if a.status != 200 || got != want {
			t.Errorf("%s: %d with %d of what is said of pages, want %d: %.300s", of, a.status, got, want, a.body)
		}
	}
	root := d.person("root@example.com")
	if _, body = root.get("/audit?of=all"); strings.Contains(body, "about a page") {
		t.Error("an administrator reads when Ben told about a page")
	}
}

// tellByAPI is the same through the API, by tokens of several people.
func (d *deployment) tellByAPI(t *testing.T) {
	t.Helper()
	mine, reads, other, root := d.token(3, auth.ScopeWrite), d.token(3, auth.ScopeRead), d.token(2, auth.ScopeWrite), d.token(1, auth.ScopeWrite)
	const pages = "/api/v1/people/me/pages"
	a := d.call(mine, "PATCH", pages+"/2", `{"actionable": "no", "woke": "yes"}`)
	if a.status != 200 || !strings.Contains(a.body, `"actionable":"no"`) || !strings.Contains(a.body, `"woke":"yes"`) || !strings.Contains(a.body, "fills it.") {
		t.Errorf("told: %d %s", a.status, a.body)
	}
	a = d.call(mine, "PATCH", pages+"/2", `{"woke": "unsaid"}`)
	if a.status != 200 || !strings.Contains(a.body, `"actionable":"no"`) || !strings.Contains(a.body, `"woke":"unsaid"`) {
		t.Errorf("taken back: %d %s", a.status, a.body)
	}
	d.refused(mine, "PATCH", pages+"/2", `{}`, 422, "say something about the page")
	d.refused(mine, "PATCH", pages+"/2", `{"actionable": "maybe"}`, 422, "actionable")
	d.refused(mine, "PATCH", pages+"/2", `{"note": "`+strings.Repeat("x", 2001)+`"}`, 422, "note")
	d.refused(mine, "PATCH", pages+"/2", `{"on_it": true}`, 409, "over")
	d.refused(reads, "PATCH", pages+"/2", `{"woke": "yes"}`, 403, "")
	d.refused(reads, "POST", pages+"/2/link", "", 403, "")
	d.refused(other, "PATCH", pages+"/2", `{"woke": "yes"}`, 404, "")
	d.refused(other, "GET", "/api/v1/people/3/pages", "", 404, "")
	d.refused(root, "GET", "/api/v1/people/3/pages", "", 404, "")
	d.refused(root, "POST", "/api/v1/people/3/pages/2/link", "", 404, "")
	if a := d.call(reads, "GET", pages, ""); a.status != 200 || strings.Count(a.body, `"id":`) != 2 {
		t.Errorf("read: %d %s", a.status, a.body)
	}
	var link struct{ URL string }
	a = d.call(mine, "POST", pages+"/2/link", "")
	d.ok(json.Unmarshal([]byte(a.body), &link))
	at, err := url.Parse(link.URL)
	d.ok(err)
	path := at.Path
	nobody := d.browser()
	if status, _ := nobody.get(path); status != 200 {
		t.Errorf("the API's link: %d", status)
	}
	if a = d.call(mine, "DELETE", pages+"/2/link", ""); a.status != http.StatusNoContent {
		t.Errorf("ended: %d %s", a.status, a.body)
	}
	if status, _ := nobody.get(path); status != http.StatusNotFound {
		t.Errorf("a link that was ended: %d", status)
	}
}

// tellByLink is the same by a link, without logging in.
func (d *deployment) tellByLink(t *testing.T, ben *browser) {
	t.Helper()
	find := regexp.MustCompile(`value="http://[^"/]+(/tell/[A-Za-z0-9_-]{22})"`)
	status, body := ben.post("/burden/pages/1/link")
	ben.expect(status, body, 200, "It is not shown again", `name="back" value="/burden/pages#p1"`)
	first := find.FindStringSubmatch(body)[1]
	status, body = ben.post("/burden/pages/1/link")
	ben.expect(status, body, 200, "Make another link")
	link := find.FindStringSubmatch(body)[1]
	nobody := d.browser()
	for _, dead := range []string{first, "/tell/" + strings.Repeat("A", 22), "/tell/x", "/tell/" + strings.Repeat("%F0", 3000)} {
		if status, body := nobody.get(dead); status != http.StatusRequestURITooLong && (status != http.StatusNotFound || !strings.Contains(body, "This link does not work.")) {
			t.Errorf("GET %.40s: %d %s", dead, status, body)
		}
		if status, _ := nobody.post(dead, "say", "woke"); status != http.StatusNotFound && status != http.StatusRequestURITooLong {
			t.Errorf("POST %.40s: %d", dead, status)
		}
	}
	before, err := d.health.OwnPage(t.Context(), 3, 1)
	d.ok(err)
	for range 3 { // programs that look at mail follow links
		status, body = nobody.get(link)
		nobody.expect(status, body, 200, "Checkout &lt;i&gt;is", "Nothing to do", "It woke me", `aria-pressed="true"`)
	}
	if after, err := d.health.OwnPage(t.Context(), 3, 1); err != nil || after != before {
		t.Errorf("opening the link changed %+v to %+v, %v", before, after, err)
	}
	a := d.call("", "GET", link, "")
	if a.header.Get("Referrer-Policy") != "strict-origin" || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", a.header)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.url+link, strings.NewReader("say=woke"))
	d.ok(err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	resp, err := http.DefaultClient.Do(req)
	d.ok(err)
	d.ok(resp.Body.Close())
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("from another site: %d", resp.StatusCode)
	}
	for _, say := range []string{"no-action", "woke", "no-action"} {
		status, body = nobody.post(link, "say", say)
		nobody.expect(status, body, 200, "Noted.")
	}
	status, body = nobody.post(link, "say", "unsay-awake", "note", "not by link")
	nobody.expect(status, body, 200, "Noted.", `value="untag"`, `value="woke"`)
	status, body = nobody.post(link, "say", "x")
	nobody.expect(status, body, 200, "Press one of the buttons")
	for _, odd := range []string{"/tell/a%00b", "/tell/a%0D%0ASet-Cookie:x=1", "/tell/..%2F..%2Flogin"} {
		if status, _ := nobody.post(odd, "say", "x"); status != http.StatusNotFound {
			t.Errorf("POST %s: %d", odd, status)
		}
	}
	if got, err := d.health.OwnPage(t.Context(), 3, 1); err != nil || got.CheckIn.Verdict != health.NoAction || got.CheckIn.Waking != health.WakingUnsaid || got.CheckIn.Note != "" {
		t.Errorf("said by link: %+v, %v", got.CheckIn, err)
	}
	now := d.now
	d.now = now.Add(health.LongestOpen + 72*time.Hour)
	if status, _ = nobody.get(link); status != http.StatusNotFound {
		t.Errorf("a link that ran out: %d", status)
	}
	d.now = now
	d.ok(d.db.Write.Exec("UPDATE person SET deactivated_at = 1 WHERE id = 3").Error)
	if status, _ = nobody.post(link, "say", "woke"); status != http.StatusNotFound {
		t.Errorf("the link of who has left: %d", status)
	}
	d.ok(d.db.Write.Exec("UPDATE person SET deactivated_at = NULL WHERE id = 3").Error)
	status, _ = ben.post(fmt.Sprint("/burden/pages/", 1, "/link/end"))
	if again, _ := nobody.get(link); status != 200 || again != http.StatusNotFound {
		t.Errorf("ended: %d, then the link: %d", status, again)
	}
}
