package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"watchbill/api/auth"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// Two change the same thing: the second, who has not seen what the first did, is
// told both versions.
func TestAPIStaleChanges(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		tokens := d.crewed()
		boss := tokens["manager"]
		for _, c := range []struct {
			name, read, path, method string
			body, other              string
			yours, present           string
		}{
			{"team", "/teams/1", "/teams/1", "PATCH", `{"name": "Crew of two"}`, `{"horizon_weeks": 12}`, `"horizon_weeks":12`, `"name":"Crew of two"`},
			{"profile", "/people/me", "/people/me", "PATCH", `{"zone": "Asia/Kathmandu"}`, `{"name": "Anna"}`, `"name":"Anna"`, `"zone":"Asia/Kathmandu"`},
			{"member", "", "/teams/1/members/3", "PUT", `{"share": 80}`, `{"share": 50}`, `"share":50`, `"share":80`},
			{
				"rules", "", "/teams/1/rules/2027-02-01", "PUT", `{"source": ` + quoted(strings.Replace(ruleText, "3", "2", 1)) + `}`,
				`{"source": ` + quoted(ruleText) + `}`, "1 week in 3", "1 week in 2",
			},
		} {
			tag := ""
			if c.read != "" {
				a := d.call(boss, "GET", "/api/v1"+c.read, "")
				if tag = a.header.Get("Etag"); a.status != 200 || tag == "" {
					t.Fatalf("%s: %d, ETag %q", c.name, a.status, tag)
				}
				if a := d.call(boss, "GET", "/api/v1"+c.read, "", "If-None-Match", tag); a.status != 304 || a.body != "" {
					t.Errorf("%s unchanged: %d %s", c.name, a.status, a.body)
				}
			} else if c.name == "rules" {
				a := d.call(boss, c.method, "/api/v1"+c.path, `{"source": `+quoted(ruleText)+`}`)
				if tag = a.header.Get("Etag"); a.status != 200 {
					t.Fatalf("%s: %d %s", c.name, a.status, a.body)
				}
			} else {
				var list struct {
					Items []struct {
						Person struct{ ID int }
						ETag   string
					}
				}
				d.call(boss, "GET", "/api/v1/teams/1/members", "").into(t, 200, &list)
				for _, m := range list.Items {
					if m.Person.ID == 3 {
						tag = m.ETag
					}
				}
			}
			first := d.call(boss, c.method, "/api/v1"+c.path, c.body, "If-Match", tag)
			if first.status != 200 || first.header.Get("Etag") == tag {
				t.Fatalf("%s, the first: %d %s", c.name, first.status, first.body)
			}
			second := d.call(tokens["manager"], c.method, "/api/v1"+c.path, c.other, "If-Match", tag)
			if second.status != http.StatusConflict || second.header.Get("Etag") != first.header.Get("Etag") {
				t.Errorf("%s, the second: %d, ETag %s, want %s", c.name, second.status, second.header.Get("Etag"), first.header.Get("Etag"))
			}
			for part, text := range map[string]string{`"yours":`: c.yours, `"present":`: c.present} {
				if at := strings.Index(second.body, part); at < 0 || !strings.Contains(second.body[at:], text) {
					t.Errorf("%s: there is no %s after %s in %s", c.name, text, part, second.body)
				}
			}
			third := d.call(boss, c.method, "/api/v1"+c.path, c.other, "If-Match", second.header.Get("Etag"))
			if third.status != 200 {
				t.Errorf("%s, having looked: %d %s", c.name, third.status, third.body)
			}
		}
		if a := d.call(boss, "PUT", "/api/v1/teams/1/members/3", `{}`, "If-None-Match", "*"); a.status != 409 {
			t.Errorf("adding somebody who is there: %d %s", a.status, a.body)
		}
	})
}

// Of many changes at the same instant with the same ETag one is done.
func TestAPIChangesAtOnce(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		tokens := d.crewed()
		tag := d.call(tokens["manager"], "GET", "/api/v1/teams/1", "").header.Get("Etag")
		done := d.atOnce(8, func(i int) answer {
			return d.call(tokens["manager"], "PATCH", "/api/v1/teams/1", fmt.Sprintf(`{"horizon_weeks": %d}`, 20+i), "If-Match", tag)
		})
		if done[200] != 1 || done[409] != 7 {
			t.Errorf("answers by status: %v", done)
		}
	})
}

// atOnce makes calls at the same time and counts the answers by status.
func (d *deployment) atOnce(n int, call func(int) answer) map[int]int {
	var mu sync.Mutex
	var wait sync.WaitGroup
	count := map[int]int{}
	for i := range n {
		wait.Go(func() {
			a := call(i)
			mu.Lock()
			defer mu.Unlock()
			count[a.status]++
			if a.status >= 500 {
				d.t.Error(a.body)
			}
		})
	}
	wait.Wait()
	return count
}

// Two people accept one request at the same instant: one has it, and the others are
// told.
func TestAPITwoAcceptAtOnce(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		tokens := d.crewed()
		for round := range 4 {
			var r struct {
				ID     int
				Person struct{ ID int64 }
				State  string
			}
			shift := d.shiftOf(t, 3, round)
			d.call(d.token(3, auth.ScopeWrite), "POST", fmt.Sprintf("/api/v1/shifts/%d/requests", shift.ID),
				fmt.Sprintf(`{"start": %q, "end": %q}`, shift.Start.Add(time.Hour).Format(time.RFC3339), shift.Start.Add(2*time.Hour).Format(time.RFC3339))).into(t, 201, &r)
			who := []string{tokens["member"], tokens["manager"], d.token(4, auth.ScopeWrite)}
			path := fmt.Sprintf("/api/v1/requests/%d", r.ID)
			done := d.atOnce(len(who), func(i int) answer { return d.call(who[i], "POST", path+"/accept", "") })
			if done[200] != 1 || done[409] != len(who)-1 {
				t.Errorf("answers by status: %v", done)
			}
			d.call(tokens["member"], "GET", path, "").into(t, 200, &r)
			if r.State != "accepted" {
				t.Errorf("the request is %s", r.State)
			}
		}
	})
}

// shiftOf returns a coming shift of a person of the crew; the same one each time, a
// little later.
func (d *deployment) shiftOf(t *testing.T, person schedule.ID, round int) schedule.Shift {
	t.Helper()
	shifts, err := d.schedule.PersonShifts(t.Context(), person, d.now, d.now.AddDate(0, 3, 0))
	d.ok(err)
	for _, s := range shifts {
		if s.Team == 1 && s.Start.After(d.now) && s.End.Sub(s.Start) > 24*time.Hour {
			s.Start = s.Start.Add(time.Duration(5*round) * time.Hour)
			return s.Shift
		}
	}
	t.Fatalf("%d has no shift", person)
	return schedule.Shift{}
}

// A call that is made again with its key is answered again and not done again.
func TestAPIOnce(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		tokens := d.crewed()
		const path, body, key = "/api/v1/people/me/absences", `{"first": "2027-05-03", "last": "2027-05-07", "note": "trip"}`, "9f0c1a52-7d1e-4b9e-8c6c-000000000001"
		me := tokens["member"]
		first := d.call(me, "POST", path, body, "Idempotency-Key", key)
		if first.status != 201 {
			t.Fatal(first.status, first.body)
		}
		again := d.call(me, "POST", path, body, "Idempotency-Key", key)
		if again.status != 201 || again.body != first.body || again.header.Get("Idempotency-Replayed") != "true" || again.header.Get("Content-Type") != first.header.Get("Content-Type") {
			t.Errorf("again: %d %v %s, want %s", again.status, again.header, again.body, first.body)
		}
		other := d.call(me, "POST", path, strings.Replace(body, "trip", "tour", 1), "Idempotency-Key", key)
		if other.status != 422 || !strings.Contains(other.body, `"field":"Idempotency-Key","in":"header"`) {
			t.Errorf("with another body: %d %s", other.status, other.body)
		}
		if a := d.call(tokens["manager"], "POST", path, body, "Idempotency-Key", key); a.status != 201 || a.body == first.body {
			t.Errorf("another person with the same key: %d %s", a.status, a.body)
		}
		if a := d.call(me, "POST", path, body, "Idempotency-Key", "short"); a.status != 422 {
			t.Errorf("a short key: %d %s", a.status, a.body)
		}
		// What was refused did nothing and may be tried again.
		const key2 = "9f0c1a52-7d1e-4b9e-8c6c-000000000002"
		for range 2 {
			if a := d.call(me, "POST", path, body, "Idempotency-Key", key2); a.status != 422 || a.header.Get("Idempotency-Replayed") != "" {
				t.Errorf("refused: %d %s", a.status, a.body)
			}
		}
		if a := d.call(me, "POST", path, strings.ReplaceAll(body, "-05-", "-06-"), "Idempotency-Key", key2); a.status != 201 {
			t.Errorf("after a refusal: %d %s", a.status, a.body)
		}
		// A day later the key is forgotten.
		d.now = d.now.Add(25 * time.Hour)
		d.ok(d.api.ForgetCalls(t.Context(), d.now))
		if a := d.call(me, "POST", path, body, "Idempotency-Key", key); a.status != 422 {
			t.Errorf("a day later: %d %s", a.status, a.body)
		}
	})
}

// Of many calls at the same instant with one key one is done; the others get its
// answer or are told to wait.
func TestAPIOnceAtOnce(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		tokens := d.crewed()
		done := d.atOnce(10, func(int) answer {
			return d.call(tokens["member"], "POST", "/api/v1/feeds", `{"kind": "person", "label": "once"}`, "Idempotency-Key", "9f0c1a52-7d1e-4b9e-8c6c-000000000003")
		})
		if done[201] < 1 || done[201]+done[409] != 10 {
			t.Errorf("answers by status: %v", done)
		}
		var list struct{ Items []struct{ Label string } }
		d.call(tokens["member"], "GET", "/api/v1/feeds", "").into(t, 200, &list)
		if len(list.Items) != 2 {
			t.Errorf("%d links, want Ben's and the one that was made: %v", len(list.Items), list.Items)
		}
	})
}

// The database keeps no answer that can be read: links and tokens are in them.
func TestAPIAnswersAreSealed(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	tokens := d.crewed()
	const key = "9f0c1a52-7d1e-4b9e-8c6c-000000000004"
	var feed struct{ URL string }
	d.call(tokens["member"], "POST", "/api/v1/feeds", `{"kind": "person"}`, "Idempotency-Key", key).into(t, 201, &feed)
	if !strings.HasPrefix(feed.URL, d.url+"/feeds/") {
		t.Fatal(feed.URL)
	}
	var rows []struct{ Name, Request, Answer string }
	d.ok(d.db.Read.Raw("SELECT name, request, answer FROM idempotency").Scan(&rows).Error)
	if len(rows) != 1 || rows[0].Answer == "" {
		t.Fatalf("%+v", rows)
	}
	for _, secret := range []string{key, "/feeds/", feed.URL} {
		if strings.Contains(fmt.Sprint(rows), secret) {
			t.Errorf("%q is in %v", secret, rows)
		}
	}
}

func TestAPILimit(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	tokens := d.crewed()
	d.api.Limit = 3
	for i, want := range []string{"2", "1", "0"} {
		a := d.call(tokens["member"], "GET", "/api/v1/teams", "")
		if a.status != 200 || a.header.Get("RateLimit-Limit") != "3" || a.header.Get("RateLimit-Remaining") != want || a.header.Get("RateLimit-Reset") != "60" {
			t.Errorf("call %d: %d %v", i, a.status, a.header)
		}
	}
	if a := d.call(tokens["member"], "GET", "/api/v1/teams", ""); a.status != 429 || a.header.Get("Retry-After") != "60" || a.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("one too many: %d %v %s", a.status, a.header, a.body)
	}
	if a := d.call(tokens["manager"], "GET", "/api/v1/teams", ""); a.status != 200 {
		t.Errorf("somebody else: %d", a.status)
	}
	d.now = d.now.Add(time.Minute)
	if a := d.call(tokens["member"], "GET", "/api/v1/teams", ""); a.status != 200 {
		t.Errorf("a minute later: %d", a.status)
	}
}

// A page of another site cannot write with somebody's cookie.
func TestAPICookies(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	d.crewed()
	b := d.person("ben@example.com")
	ask := func(site, kind string) int {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, d.url+"/api/v1/people/me", strings.NewReader(`{"sleeps": "23:00-07:00"}`))
		d.ok(err)
		req.Header.Set("Content-Type", kind)
		req.Header.Set("Sec-Fetch-Site", site)
		resp, err := b.Do(req)
		d.ok(err)
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	for _, c := range []struct {
		site, kind string
		want       int
	}{{"same-origin", "application/json", 200}, {"cross-site", "application/json", 403}, {"same-site", "application/json", 403}, {"same-origin", "text/plain", 415}} {
		if got := ask(c.site, c.kind); got != c.want {
			t.Errorf("%s with %s: %d, want %d", c.site, c.kind, got, c.want)
		}
	}
}

func quoted(s string) string { return `"` + strings.ReplaceAll(s, "\n", `\n`) + `"` }

// An address that is there says which methods it takes; one that is not there does not.
func TestWrongMethod(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	tokens := d.crewed()
	ben := d.person("ben@example.com")
	for _, c := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{"DELETE", "/api/v1/feeds", 405, "GET, HEAD, POST"}, {"POST", "/api/v1/oncall", 405, "GET, HEAD"}, {"PUT", "/api/v1/teams/1", 405, "GET, HEAD, PATCH"},
		{"GET", "/api/v1/overrides/1/undo", 405, "POST"}, {"GET", "/api/v1/nothing", 404, ""}, {"GET", "/api/v1/teams/999999", 403, ""},
		{"POST", "/feeds/abc.ics", 405, "GET, HEAD"}, {"DELETE", "/", 405, "GET, HEAD"}, {"GET", "/logout", 405, "POST"}, {"PUT", "/teams/1/settings", 405, "GET, HEAD"},
		{"GET", "/nothing", 404, ""}, {"GET", "/feeds/abc.ics", 404, ""}, {"POST", "/healthz", 405, "GET, HEAD"}, {"GET", "/shifts/999999", 404, ""}, {"POST", "/static/app.css", 405, "GET, HEAD"},
	} {
		var status int
		var header http.Header
		body := ""
		if strings.HasPrefix(c.path, "/api/") {
			a := d.call(tokens["manager"], c.method, c.path, "")
			status, header, body = a.status, a.header, a.body
			if a.header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s %s: %s", c.method, c.path, a.header.Get("Content-Type"))
			}
		} else {
			req, err := http.NewRequestWithContext(t.Context(), c.method, d.url+c.path, nil)
			d.ok(err)
			resp, err := ben.Do(req)
			d.ok(err)
			status, header = resp.StatusCode, resp.Header
			_ = resp.Body.Close()
		}
		if status != c.status || header.Get("Allow") != c.allow {
			t.Errorf("%s %s: %d, Allow %q, want %d and %q: %.200s", c.method, c.path, status, header.Get("Allow"), c.status, c.allow, body)
		}
	}
	if a := d.call(tokens["manager"], "DELETE", "/api/v1/feeds", ""); !strings.Contains(a.body, "This address does not take DELETE; it takes GET, HEAD, POST.") {
		t.Error(a.body)
	}
	if a := d.call("", "DELETE", "/api/v1/teams", ""); a.status != 401 {
		t.Errorf("nobody gets %d", a.status)
	}
}

// What answers GET answers HEAD, with the same head and without a body.
func TestHead(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	token := d.crewed()["manager"]
	for _, path := range []string{"/api/v1/oncall", "/api/v1/teams/1", "/api/v1/teams/1/shifts?limit=2", "/api/v1/teams/9", "/api/v1/oncall?at=x", "/api/openapi.json", "/api/docs", "/healthz", "/readyz", "/login", "/nothing", "/static/nothing.css"} {
		if !strings.HasPrefix(path, "/api/v1") {
			token = ""
		}
		get, head := d.call(token, "GET", path, ""), d.call(token, "HEAD", path, "")
		if head.status != get.status || head.body != "" || get.body == "" {
			t.Errorf("HEAD %s is %d %q, GET is %d", path, head.status, head.body, get.status)
		}
		for _, name := range []string{"Content-Type", "Etag", "Cache-Control", "Content-Security-Policy"} {
			if head.header.Get(name) != get.header.Get(name) {
				t.Errorf("%s of %s: %q, and %q of GET", name, path, head.header.Get(name), get.header.Get(name))
			}
		}
	}
	if a := d.call("", "HEAD", "/api/v1/oncall", ""); a.status != http.StatusUnauthorized {
		t.Errorf("nobody gets %d", a.status)
	}
	if a := d.call("", "HEAD", "/logout", ""); a.status != http.StatusMethodNotAllowed || a.header.Get("Allow") != "POST" {
		t.Errorf("%d, Allow %q", a.status, a.header.Get("Allow"))
	}
}

func TestAPIVersion(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		tokens := d.crewed()
		versions, err := d.db.Versions(t.Context())
		d.ok(err)
		var is struct {
			Version string
			Schema  int64
		}
		d.call(tokens["service"], "GET", "/api/v1/version", "").into(t, 200, &is)
		if is.Version != version() || is.Schema != versions[len(versions)-1] {
			t.Errorf("%+v", is)
		}
	})
}

// refused sends a call that is to be refused with words.
func (d *deployment) refused(token, method, path, body string, status int, words string) {
	d.t.Helper()
	if a := d.call(token, method, path, body); a.status != status || !strings.Contains(a.body, words) {
		d.t.Errorf("%s %s %s: %d %s, want %d with %q", method, path, body, a.status, a.body, status, words)
	}
}

// A program reads a link anew and chooses anew what of it counts.
func TestAPIImports(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		tokens := d.crewed()
		var err error
		d.schedule.Calendars, err = newCalendars([]string{"127.0.0.0/8"})
		d.ok(err)
		cal := newFeed(t)
		cal.text.Store(events(allDay("a", "20270101", "20270104", "Holiday"), allDay("b", "20270201", "20270203", "Visit")))
		token := tokens["member"]
		type calendar struct {
			ID      int64
			Waits   bool
			Events  int
			Problem string
			Choice  struct{ Filter, Words string }
		}
		var added, is calendar
		d.call(token, "POST", "/api/v1/imports", fmt.Sprintf(`{"kind": "absences", "url": %q}`, cal.url)).into(t, 201, &added)
		base := fmt.Sprintf("/api/v1/imports/%d", added.ID)
		d.refused(token, "PUT", base+"/choice", `{"filter": "all"}`, 409, "waits for a yes")
		d.refused(token, "POST", base+"/read", `{}`, 422, "only a link that was confirmed")
		d.call(token, "POST", base+"/confirm", `{}`).into(t, 200, nil)
		d.refused(token, "POST", base+"/read", ``, 409, "wait half a minute")
		d.now = d.now.Add(time.Minute)
		cal.text.Store(events(allDay("a", "20270101", "20270104", "Holiday"), allDay("b", "20270201", "20270203", "Visit"), allDay("c", "20270301", "20270303", "Holiday")))
		d.call(token, "POST", base+"/read", ``).into(t, 200, &is)
		if is.Events != 3 || is.Waits {
			t.Errorf("%+v", is)
		}
		d.refused(token, "PUT", base+"/choice", `{"filter": "words"}`, 422, "say which words")
		d.call(token, "PUT", base+"/choice", `{"filter": "words", "words": "holiday"}`).into(t, 200, &is)
		if is.Events != 2 || is.Choice.Words != "holiday" {
			t.Errorf("%+v", is)
		}
		cal.text.Store("<html>log in</html>")
		d.now = d.now.Add(time.Minute)
		d.refused(token, "POST", base+"/read", ``, 422, "web page")
		d.refused(tokens["manager"], "POST", base+"/read", ``, 404, "")
		d.refused(tokens["manager"], "PUT", base+"/choice", `{"filter": "all"}`, 404, "")
	})
}
