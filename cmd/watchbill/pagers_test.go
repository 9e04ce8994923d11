package main

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// A manager connects a pager, sees what it sends, mends what cannot be read, says who
// is who, and changes and ends the link.
func TestPagers(t *testing.T) { both(t, pagers) }

func pagers(t *testing.T, d *deployment) {
	d.setUp()
	ana := d.person("ana@example.com")
	d.ok(d.db.Write.Exec("UPDATE membership SET manager = TRUE WHERE person_id = 2").Error)
	status, body := ana.get("/teams/1/integrations")
	ana.expect(status, body, 200, "No pager is connected yet")
	status, body = ana.post("/teams/1/integrations", "vendor", "", "name", "My <b>pager</b>")
	ana.expect(status, body, 422, "Choose which program sends the pages", "My &lt;b&gt;pager")
	status, body = ana.post("/teams/1/integrations", "vendor", "generic", "name", "Scripts")
	ana.expect(status, body, 200, "shown only now", "Set it up in your program", "Send each thing that happens")
	link := regexp.MustCompile(`http://[^"/]+(/hooks/generic/[A-Za-z0-9_-]{22})"`).FindStringSubmatch(body)
	if link == nil {
		t.Fatal(body)
	}
	for _, name := range []string{"Scripts", " scripts "} { // as a page does that is loaded again
		status, body := ana.post("/teams/1/integrations", "vendor", "generic", "name", name)
		ana.expect(status, body, 422, "The team has a pager called “Scripts” already; open that one", `value="`+name+`"`)
	}
	url := d.url + link[1]
	if _, body = ana.get("/teams/1/integrations/1"); strings.Contains(body, link[1]) {
		t.Error("the link is shown again")
	}
	if status, body := ana.get(link[1]); status != http.StatusMethodNotAllowed || !strings.Contains(body, "takes POST requests") {
		t.Errorf("opened in a browser: %d %s", status, body)
	}
	send := func(body string, want int, headers ...string) {
		t.Helper()
		if a := d.send(url, body, headers...); a.status != want {
			t.Fatalf("%s: %d %s", body, a.status, a.body)
		}
	}
	at := func(after time.Duration) string { return d.now.Add(after).Format(time.RFC3339) }
	send(`{"event": "triggered", "id": "1", "at": "`+at(-time.Hour)+`", "page": {"id": "a", "title": "Checkout <i>is</i> slow", "service": "checkout", "urgency": "high"}, "responders": [{"email": "Ben@Example.com", "name": "Ben on the pager"}]}`, 202)
	send(`{"event": "acknowledged", "id": "2", "at": "`+at(-50*time.Minute)+`", "page": {"id": "a"}, "by": {"email": "ben@example.com"}}`, 202)
	send(`{"event": "triggered", "id": "3", "at": "`+at(-time.Minute)+`", "page": {"id": "b", "title": "Disk"}, "responders": [{"id": "U7", "name": "Ana"}]}`, 202)
	send(`{"event": "triggered", "token": "hunter2", "note": "ana@example.com"}`, 202)
	send(`nonsense`, 202)
	d.readAll()
	status, body = ana.get("/teams/1/integrations/1")
	ana.expect(status, body, 200, "Checkout &lt;i&gt;is&lt;/i&gt; slow", "Ben on the pager (not known here)", "the page was given to them", "It is no JSON", `href="/teams/1/integrations/1/deliveries/5"`, "It looks like nothing that this pager sends", "2 unreadable deliveries", "2 unknown people")
	status, body = ana.get("/teams/1/integrations/1/deliveries/2")
	ana.expect(status, body, 200, "Acknowledged", "•••@•••")
	d.deadLetters(ana)
	d.whoIsWho(ana, url)

	status, body = ana.post("/teams/1/integrations/1", "name", "Scripts", "zone", "Europe/Berlin", "urgencies", "p2 = low\np3")
	ana.expect(status, body, 422, "has no equals sign", "p2 = low\np3")
	status, body = ana.post("/teams/1/integrations/1", "name", "Scripts", "zone", "Mars/Base", "urgencies", "p2 = low")
	ana.expect(status, body, 422, "is no time zone", `value="Mars/Base"`)
	status, body = ana.post("/teams/1/integrations/1", "name", "Cron", "zone", "Europe/Berlin", "rotation", "primary", "urgencies", "P2 = Low\r\n\r\nbig = high")
	ana.expect(status, body, 200, "Saved.", "big = high\np2 = low", "Cron")
	status, body = ana.post("/teams/1/integrations/1/secret", "secret", " ")
	ana.expect(status, body, 422, "Paste the secret")
	status, body = ana.post("/teams/1/integrations/1/secret", "secret", "whsec_%%%")
	ana.expect(status, body, 422, "This is no secret as it is shown there")
	status, body = ana.post("/teams/1/integrations/1/secret", "secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	ana.expect(status, body, 200, "Only what is signed with the secret")
	if strings.Contains(body, "MfKQ9r8G") {
		t.Error("the secret is shown")
	}
	send(`{"event": "ping"}`, 401)
	status, body = ana.post("/teams/1/integrations/1/secret/end")
	ana.expect(status, body, 200, "The secret has ended")
	send(`{"event": "ping"}`, 202)
	status, body = ana.post("/teams/1/integrations/1/test")
	ana.expect(status, body, 200, "A test was taken in")
	d.readAll()
	status, body = ana.get("/teams/1/integrations/1/deliveries/7")
	ana.expect(status, body, 200, "It is a test of the line, so nothing is counted.")
	status, body = ana.post("/teams/1/integrations/1/renew")
	ana.expect(status, body, 200, "The old one is dead")
	send(`{"event": "ping", "n": 1}`, 404)
	status, body = ana.post("/teams/1/integrations/1/off", "off", "1")
	ana.expect(status, body, 200, "It is off")
	status, body = ana.post("/teams/1/integrations/1/test")
	ana.expect(status, body, 200, "It is turned off and takes nothing")
	status, body = ana.get("/teams/1/integrations")
	ana.expect(status, body, 200, ">off<")
	status, body = ana.post("/teams/1/integrations/1/off", "off", "")
	ana.expect(status, body, 200, "takes deliveries again")
	status, body = ana.get("/audit?of=team-1")
	ana.expect(status, body, 200, "connected a pager", "changed the secret of a pager", "gave a pager a new link", "turned a pager’s link off", "had unreadable deliveries read again", "said who in a pager is")
	if status, _ := ana.get("/teams/1/integrations/99"); status != 404 {
		t.Errorf("a pager that does not exist: %d", status)
	}
}

// deadLetters goes on with deliveries that cannot be read.
func (d *deployment) deadLetters(ana *browser) {
	d.t.Helper()
	rows, err := d.health.Store.Deliveries(d.t.Context(), 1, health.DeliveryDead, 0, 10)
	d.ok(err)
	status, body := ana.get(fmt.Sprintf("/teams/1/integrations/1/deliveries/%d", rows[1].ID))
	ana.expect(status, body, 200, "unreadable", "•••@•••", "Read it again")
	if strings.Contains(body, "hunter2") {
		d.t.Error("a token is shown")
	}
	status, body = ana.post("/teams/1/integrations/1/dead/replay", "delivery", fmt.Sprint(rows[1].ID))
	ana.expect(status, body, 200, "1 delivery is read again")
	d.readAll()
	status, body = ana.post("/teams/1/integrations/1/dead/discard", "code", "invalid_json", "reason", "")
	ana.expect(status, body, 422, "why it shall not be read")
	status, body = ana.post("/teams/1/integrations/1/dead/discard", "code", "invalid_json", "reason", "sent \u202ednah yb")
	ana.expect(status, body, 422, "invisible letter")
	status, body = ana.post("/teams/1/integrations/1/dead/discard", "code", "invalid_json", "reason", "sent by hand")
	ana.expect(status, body, 200, "1 delivery is discarded", "1 unreadable delivery", "sent by hand")
	status, body = ana.post("/teams/1/integrations/1/dead/replay")
	ana.expect(status, body, 200, "1 delivery is read again")
	status, body = ana.post("/teams/1/integrations/1/dead/replay", "code", "invalid_json")
	ana.expect(status, body, 200, "None of these deliveries waits any more")
	d.readAll()
	if status, _ := ana.get("/teams/1/integrations/1/deliveries/999"); status != 404 {
		d.t.Errorf("a delivery that does not exist: %d", status)
	}
}

// whoIsWho goes on with people whom only the pager knows: what was paged becomes
// somebody's, and nothing is counted anew.
func (d *deployment) whoIsWho(ana *browser, url string) {
	d.t.Helper()
	total := func(person int) (all, theirs int) {
		d.t.Helper()
		d.ok(d.db.Read.Raw("SELECT COALESCE(SUM(interruptions), 0) FROM page_responder WHERE team_id = 1").Scan(&all).Error)
		d.ok(d.db.Read.Raw("SELECT COALESCE(SUM(interruptions), 0) FROM page_responder WHERE person_id = ?", person).Scan(&theirs).Error)
		return all, theirs
	}
	before, none := total(3)
	contacts, err := d.health.Store.Contacts(d.t.Context(), 1)
	d.ok(err)
	ben := contacts[0]
	if ben.Email != "ben@example.com" {
		ben = contacts[1]
	}
	status, body := ana.get("/teams/1/integrations/1/people")
	ana.expect(status, body, 200, "The same e-mail address is suggested", `<option value="3" selected>Ben`, "U7")
	if strings.Count(body, "is suggested:") != 1 {
		d.t.Error("somebody is suggested by their name")
	}
	status, body = ana.post(fmt.Sprintf("/teams/1/integrations/1/people/%d", ben.ID), "person", "99")
	ana.expect(status, body, 200, "Choose somebody of the team, or nobody")
	status, body = ana.post(fmt.Sprintf("/teams/1/integrations/1/people/%d", ben.ID), "person", "3")
	ana.expect(status, body, 200, "put right")
	after, theirs := total(3)
	if before == 0 || after != before || none != 0 || theirs != 1 {
		d.t.Errorf("the team has %d, then %d; Ben %d, then %d", before, after, none, theirs)
	}
	status, body = ana.get("/teams/1/integrations/1")
	ana.expect(status, body, 200, "Ben: the page was given to them", "1 unknown person")
	// What comes later is theirs at once, and others do not become theirs.
	if a := d.send(url, `{"event": "triggered", "id": "9", "page": {"id": "c"}, "responders": [{"email": "ben@example.com"}]}`); a.status != 202 {
		d.t.Fatal(a.body)
	}
	d.readAll()
	if all, theirs := total(3); all != before+1 || theirs != 2 {
		d.t.Errorf("after another page the team has %d and Ben %d", all, theirs)
	}
}

// Many pages to one person at once are shown as a storm, without saying whose it was.
func TestStormsShown(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		d.setUp()
		d.ok(d.db.Write.Exec("UPDATE membership SET manager = TRUE WHERE person_id = 2").Error)
		ana := d.person("ana@example.com")
		door, hook := d.hooked("generic")
		for k := range 12 { // six to each, of which only Ben's come at once
			who, every := "ben@example.com", time.Minute
			if k%2 == 0 {
				who, every = "cleo@example.com", 10*time.Minute
			}
			at := d.now.Add(-3*time.Hour + time.Duration(k)*every).Format(time.RFC3339)
			if a := d.send(hook, fmt.Sprintf(`{"event": "notified", "id": "%d", "at": %q, "page": {"id": "p%d", "created_at": %q, "urgency": "high"}, "responders": [%q]}`, k, at, k, at, who)); a.status != http.StatusAccepted {
				t.Fatal(a.body)
			}
		}
		d.readAll()
		page := fmt.Sprint("/teams/1/integrations/", door.ID)
		status, body := ana.get(page)
		ana.expect(status, body, 200, "Storms", `<span class="tag warn">6 pages</span>`)
		if n := strings.Count(body, ` pages</span>`); n != 1 {
			t.Errorf("%d storms", n)
		}
		status, body = ana.get("/api/v1" + page)
		ana.expect(status, body, 200, `"storms":[{"from":"2026-12-01T07:01:00Z","until":"2026-12-01T07:11:00Z","pages":6}]`)
	})
}

// Of a form that is sent by two at the same moment one connects a pager, and the other is
// told; a pager takes no other's name later either.
func TestPagerTwice(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		d.setUp()
		var made, refused int
		var wg sync.WaitGroup
		errs := make(chan error, 8)
		for range 8 {
			wg.Go(func() {
				_, _, err := d.health.AddIntegration(t.Context(), 1, health.Integration{Team: 1, Vendor: "generic", Name: "Scripts", Zone: "UTC"})
				errs <- err
			})
		}
		wg.Wait()
		close(errs)
		for err := range errs {
			if bad, ok := errors.AsType[*schedule.InvalidError](err); ok && bad.Field == "name" {
				refused++
			} else if err == nil {
				made++
			} else {
				t.Error(err)
			}
		}
		if made != 1 || refused != 7 {
			t.Errorf("%d were made and %d refused", made, refused)
		}
		other, _, err := d.health.AddIntegration(t.Context(), 1, health.Integration{Team: 1, Vendor: "generic", Name: "Backups", Zone: "UTC"})
		d.ok(err)
		for name, fine := range map[string]bool{"SCRIPTS": false, "scripts": false, "backups": true, "Backups": true} {
			err := d.health.ChangeIntegration(t.Context(), 1, other.ID, health.Settings{Name: name, Zone: "UTC"})
			if _, bad := errors.AsType[*schedule.InvalidError](err); bad == fine || !bad && err != nil {
				t.Errorf("%q: %v", name, err)
			}
		}
	})
}
