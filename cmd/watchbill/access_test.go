package main

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"watchbill/api/auth"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// eachDatabase runs a test of the whole service on SQLite and PostgreSQL.
func eachDatabase(t *testing.T, test func(d *deployment)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(deploy(t, migrationstest.SQLite(t))) })
	t.Run("postgres", func(t *testing.T) { test(deploy(t, migrationstest.Postgres(t))) })
}

// link finds the path of a link that a page shows once.
func (b *browser) link(status int, body, kind string) string {
	b.d.t.Helper()
	found := regexp.MustCompile(`value="http://[^"/]*(/` + kind + `/[A-Za-z0-9_-]{43})"`).FindStringSubmatch(body)
	if status != http.StatusOK || found == nil {
		b.d.t.Fatalf("no %s link in (%d)\n%s", kind, status, body)
	}
	return found[1]
}

// A manager invites somebody to their team: the link works once, and only while
// whoever made it could still make it.
func TestAccessInvitations(t *testing.T) {
	eachDatabase(t, func(d *deployment) {
		admin := d.setUp()
		status, body := admin.post("/teams/1/members/2", "role", "manager")
		admin.expect(status, body, http.StatusOK, "Saved.")
		ana := d.person("ana@example.com")
		status, body = ana.post("/teams/1/invitations", "email", "nobody at all", "role", "member")
		ana.expect(status, body, http.StatusUnprocessableEntity, "not an e-mail address", "nobody at all")
		status, body = ana.post("/teams/1/invitations", "email", "Eve@Example.com", "role", "member")
		first := ana.link(status, body, "invite")
		status, body = ana.post("/teams/1/invitations", "email", "eve@example.com", "role", "manager")
		path := ana.link(status, body, "invite")
		if _, body = ana.get("/teams/1/settings"); strings.Contains(body, path) || strings.Count(body, "eve@example.com") < 1 {
			d.t.Error("the link is shown again, or the invitation is not listed")
		}

		eve := d.browser()
		for _, dead := range []string{first, "/invite/" + strings.Repeat("A", 43), "/invite/x", "/reset/" + strings.Repeat("A", 43)} {
			status, body = eve.get(dead)
			eve.expect(status, body, http.StatusNotFound, "There is no such page")
			if strings.Contains(body, "Crew") || strings.Contains(body, "eve@") {
				d.t.Errorf("%s tells about the invitation", dead)
			}
		}
		status, body = eve.get(path)
		eve.expect(status, body, http.StatusOK, "Join Crew", "Ana invited you", "eve@example.com", `autocomplete="new-password"`)
		status, body = eve.post(path, "name", "Eve", "password", "short", "zone", "Mars/Base")
		eve.expect(status, body, http.StatusUnprocessableEntity, "at least 12 characters", "time zone is not known", `value="Eve"`)
		status, body = eve.post(path, "name", "Eve", "password", secret, "zone", "Europe/Berlin")
		eve.expect(status, body, http.StatusOK, "Welcome")
		status, body = eve.get("/teams/1/settings") // she manages the team
		eve.expect(status, body, http.StatusOK, "Ana")
		status, body = d.browser().get(path)
		eve.expect(status, body, http.StatusGone, "It has been used")
		status, body = d.browser().post(path, "name", "Mallory", "password", secret, "zone", "UTC")
		eve.expect(status, body, http.StatusGone, "It has been used")

		// Somebody who has an account is added at once; a stranger's team is not hers.
		status, body = ana.post("/teams/1/invitations", "email", "root@example.com", "role", "member")
		ana.expect(status, body, http.StatusOK, "has an account already and is in the team now")
		for _, try := range []string{"/admin/invitations", "/teams/2/invitations"} {
			if status, _ := ana.post(try, "email", "mallory@example.com", "team", "1", "admin", "1"); status != http.StatusForbidden {
				d.t.Errorf("%s as a manager of team 1: %d", try, status)
			}
		}

		// Who is only planned gets an account by an invitation, and keeps their place.
		status, body = ana.post("/teams/1/invitations", "email", "ben@example.com", "role", "member")
		bens := ana.link(status, body, "invite")
		ben := d.browser()
		status, body = ben.post(bens, "name", "Benedict", "password", secret, "zone", "Europe/Berlin")
		ben.expect(status, body, http.StatusOK, "Welcome")

		// What a manager made is worthless once they manage no more, or when it is old.
		status, body = ana.post("/teams/1/invitations", "email", "frank@example.com", "role", "manager")
		franks := ana.link(status, body, "invite")
		status, body = admin.post("/teams/1/members/2", "role", "member")
		admin.expect(status, body, http.StatusOK, "Saved.")
		if status, _ = d.browser().get(franks); status != http.StatusNotFound {
			d.t.Errorf("the invitation of somebody who manages no more: %d", status)
		}
		status, body = admin.post("/admin/invitations", "email", "gina@example.com", "team", "1", "admin", "1")
		ginas := admin.link(status, body, "invite")
		d.now = d.now.Add(8 * 24 * time.Hour)
		if status, _ = d.browser().get(ginas); status != http.StatusNotFound {
			d.t.Errorf("an invitation of last week: %d", status)
		}
	})
}

// Many open one link at the same moment: one gets in, the others are told.
func TestAccessInvitationTogether(t *testing.T) {
	eachDatabase(t, func(d *deployment) {
		admin := d.setUp()
		status, body := admin.post("/admin/invitations", "email", "eve@example.com", "team", "1")
		path := admin.link(status, body, "invite")
		statuses := make([]int, 6)
		var wg sync.WaitGroup
		for i := range statuses {
			wg.Go(func() {
				client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
				resp, err := client.PostForm(d.url+path, url.Values{"name": {"Eve"}, "password": {fmt.Sprintf("%s %d", secret, i)}, "zone": {"UTC"}})
				if err != nil {
					d.t.Error(err)
					return
				}
				_ = resp.Body.Close()
				statuses[i] = resp.StatusCode
			})
		}
		wg.Wait()
		slices.Sort(statuses)
		if statuses[0] != http.StatusSeeOther || statuses[1] != http.StatusGone || statuses[5] != http.StatusGone {
			d.t.Errorf("six at once: %v, want one 303 and five 410", statuses)
		}
		if status, _ := admin.post("/admin/invitations", "email", "mallory@example.com", "team", "77"); status != http.StatusUnprocessableEntity {
			d.t.Errorf("an invitation to a team that is not there: %d", status)
		}
	})
}

// Whoever tries secrets is slowed down, and learns nothing meanwhile.
func TestAccessGuessing(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	b := d.browser()
	for i := range 31 {
		status, _ := b.post("/setup", "code", fmt.Sprintf("0000-0000-0000-%04d", i), "name", "Eve", "email", "eve@example.com", "password", secret, "zone", "UTC")
		if want := http.StatusUnprocessableEntity; i < 30 && status != want {
			t.Fatalf("code %d: %d", i, status)
		} else if i == 30 && status != http.StatusTooManyRequests {
			t.Errorf("the 31st code: %d", status)
		}
	}
	d.now = d.now.Add(2 * time.Hour)
	admin := d.setUp()
	status, body := admin.post("/admin/invitations", "email", "eve@example.com", "team", "1")
	good := admin.link(status, body, "invite")
	for i := range 31 {
		status, _ = b.get(fmt.Sprintf("/%s/%s%02d", []string{"invite", "reset"}[i%2], strings.Repeat("A", 41), i))
	}
	if status != http.StatusNotFound && status != http.StatusTooManyRequests {
		t.Errorf("the 31st link: %d", status)
	}
	if status, _ = b.get(good); status != http.StatusTooManyRequests {
		t.Errorf("a good link while the address waits: %d", status)
	}
	d.now = d.now.Add(time.Hour)
	status, body = b.get(good)
	b.expect(status, body, http.StatusOK, "eve@example.com")
}

// Behind proxies each reader has an address of their own, and nobody else's header
// makes them another.
func TestAccessBehindProxies(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	d.setUp()
	try := func(from, email string) int {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.url+"/login", strings.NewReader(url.Values{"email": {email}, "password": {"wrong"}}.Encode()))
		d.ok(err)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("X-Forwarded-For", from)
		resp, err := http.DefaultTransport.RoundTrip(req)
		d.ok(err)
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	var err error
	d.echo.IPExtractor, err = behind([]string{"127.0.0.1", "2001:db8::/32"})
	d.ok(err)
	for i := range 31 {
		// What the client wrote itself stands before what the proxy added.
		_ = try(fmt.Sprintf("203.0.113.%d, 198.51.100.7", i), fmt.Sprintf("somebody%d@example.com", i))
	}
	if got := try("198.51.100.7", "x@example.com"); got != http.StatusTooManyRequests {
		t.Errorf("the one who guesses: %d", got)
	}
	if got := try("198.51.100.8", "y@example.com"); got != http.StatusUnauthorized {
		t.Errorf("somebody else behind the same proxy: %d", got)
	}
	d.echo.IPExtractor = nil
	d.now = d.now.Add(48 * time.Hour)
	for i := range 31 {
		_ = try(fmt.Sprintf("203.0.113.%d", i), fmt.Sprintf("somebody%d@example.com", i))
	}
	if got := try("203.0.113.99", "z@example.com"); got != http.StatusTooManyRequests {
		t.Errorf("one who writes the header and is no proxy: %d", got)
	}
}

// Somebody leaves: everything that opened a door is dead at once, on every replica,
// and what they did stays.
func TestAccessLeaver(t *testing.T) {
	eachDatabase(t, func(d *deployment) {
		ctx := d.t.Context()
		admin := d.setUp()
		day := schedule.DateOf(d.now).AddDays(6)
		draft, err := d.schedule.AskDraft(ctx, 0, schedule.DraftOrder{Team: 1, From: day, Until: day.AddDays(56)})
		d.ok(err)
		d.ok(d.schedule.RunDraft(ctx, draft.ID))
		_, err = d.schedule.Publish(ctx, 0, draft.ID, "")
		d.ok(err)
		ben := d.person("ben@example.com")
		status, body := ben.post("/account/tokens", "name", "bot", "scope", "write", "days", "30")
		token := regexp.MustCompile(`wb_[A-Za-z0-9_-]{43}`).FindString(body)
		ben.expect(status, body, http.StatusOK, token)
		_, body = ben.post("/account/feeds", "label", "phone", "back", "/")
		feed := regexp.MustCompile(`/feeds/[A-Za-z0-9_-]+\.ics`).FindString(body)
		shifts, err := d.schedule.PersonShifts(ctx, 3, d.now, d.now.AddDate(0, 2, 0))
		d.ok(err)
		status, body = ben.post(fmt.Sprintf("/shifts/%d/cover", shifts[0].ID), "to", "all", "message", "Please")
		ben.expect(status, body, http.StatusOK, "Asked.")
		before, err := d.schedule.Store.Team(ctx, 1)
		d.ok(err)

		status, body = admin.post("/admin/people/3/deactivate")
		admin.expect(status, body, http.StatusOK, "Deactivated", "Has left", "Activate")
		if status, body := ben.get("/account"); !strings.Contains(body, "Sign in") {
			d.t.Errorf("a leaver's session: %d", status)
		}
		if status := d.bearer("GET", "/", token); status != http.StatusSeeOther && status != http.StatusUnauthorized {
			d.t.Errorf("a leaver's token: %d", status)
		}
		if status, _ := ben.get(feed); status != http.StatusNotFound && status != http.StatusGone {
			d.t.Errorf("a leaver's feed: %d", status)
		}
		if status, _ := ben.post("/login", "email", "ben@example.com", "password", secret); status != http.StatusUnauthorized {
			d.t.Errorf("a leaver logs in: %d", status)
		}
		open, err := d.schedule.Store.Requests(ctx, 1, schedule.RequestOpen)
		d.ok(err)
		after, err := d.schedule.Store.Team(ctx, 1)
		d.ok(err)
		if len(open) != 0 || after.Version <= before.Version {
			d.t.Errorf("%d requests are open; version %d, then %d", len(open), before.Version, after.Version)
		}
		still, err := d.schedule.PersonShifts(ctx, 3, d.now, d.now.AddDate(0, 2, 0))
		d.ok(err)
		if len(still) != len(shifts) {
			d.t.Errorf("%d shifts were theirs, now %d", len(shifts), len(still))
		}

		status, body = admin.post("/admin/people/1/deactivate")
		admin.expect(status, body, http.StatusOK, "cannot deactivate yourself")
		status, body = admin.post("/admin/people/1/admin")
		admin.expect(status, body, http.StatusOK, "the last administrator")
		status, body = admin.post("/admin/people/3/activate")
		admin.expect(status, body, http.StatusOK, "Activated")
		status, body = d.browser().post("/login", "email", "ben@example.com", "password", secret)
		admin.expect(status, body, http.StatusOK, "My on-call")
		if status, _ := ben.get(feed); status == http.StatusOK {
			d.t.Error("the feed is alive again")
		}
	})
}

// Who forgot a password gets a link from an administrator, once.
func TestAccessReset(t *testing.T) {
	eachDatabase(t, func(d *deployment) {
		admin := d.setUp()
		ben := d.person("ben@example.com")
		status, body := ben.post("/account/tokens", "name", "bot", "scope", "read", "days", "30")
		token := regexp.MustCompile(`wb_[A-Za-z0-9_-]{43}`).FindString(body)
		ben.expect(status, body, http.StatusOK, token)
		status, body = admin.post("/admin/people/3/reset")
		dead := admin.link(status, body, "reset")
		status, body = admin.post("/admin/people/3/reset")
		path := admin.link(status, body, "reset")
		fresh := d.browser()
		if status, _ = fresh.get(dead); status != http.StatusNotFound {
			d.t.Errorf("an earlier link: %d", status)
		}
		status, body = fresh.get(path)
		fresh.expect(status, body, http.StatusOK, "ben@example.com", `autocomplete="new-password"`)
		status, body = fresh.post(path, "password", "password1234")
		fresh.expect(status, body, http.StatusUnprocessableEntity, "tried first")
		status, body = fresh.post(path, "password", "seven quiet bridges burn", "tokens", "1")
		fresh.expect(status, body, http.StatusOK, "Your password is changed", "Sign in")
		if _, body := ben.get("/account"); !strings.Contains(body, "Sign in") {
			d.t.Error("a session has outlived the password")
		}
		if status := d.bearer("GET", "/", token); status == http.StatusForbidden {
			d.t.Error("a token is alive that was to end")
		}
		if status, _ = fresh.post(path, "password", secret); status != http.StatusNotFound {
			d.t.Errorf("the link again: %d", status)
		}
		status, body = fresh.post("/login", "email", "ben@example.com", "password", "seven quiet bridges burn")
		fresh.expect(status, body, http.StatusOK, "My on-call")
		for _, path := range []string{"/admin/people/3/reset", "/admin/people/3/admin", "/admin/people/1/deactivate"} {
			if status, _ = fresh.post(path, "admin", "1"); status != http.StatusForbidden {
				d.t.Errorf("%s as somebody: %d", path, status)
			}
		}
		status, body = admin.post("/admin/people/3/reset")
		path = admin.link(status, body, "reset")
		d.now = d.now.Add(25 * time.Hour)
		if status, _ = d.browser().get(path); status != http.StatusNotFound {
			d.t.Errorf("a link of yesterday: %d", status)
		}
	})
}

// A look at somebody's data is noted once a day, and they can see it; the log is for
// those it concerns, and never changes.
func TestAccessLog(t *testing.T) {
	eachDatabase(t, func(d *deployment) {
		admin := d.setUp()
		status, body := admin.post("/teams/1/members/2", "role", "manager")
		admin.expect(status, body, http.StatusOK, "Saved.")
		ana, ben := d.person("ana@example.com"), d.person("ben@example.com")
		status, body = ben.post("/timeoff", "from", "2026-12-21", "until", "2026-12-22", "label", "the hospital")
		ben.expect(status, body, http.StatusOK, "Noted.")
		for range 3 {
			status, body = ana.get("/people/3")
			ana.expect(status, body, http.StatusOK, "ben@example.com", "the hospital", "Ben can see that you opened this page")
		}
		cleo := d.person("cleo@example.com")
		status, body = cleo.get("/people/3")
		cleo.expect(status, body, http.StatusOK, "ben@example.com", "22 Dec")
		if strings.Contains(body, "hospital") {
			d.t.Error("a colleague reads why somebody is away")
		}
		status, body = ben.get("/people/3") // himself
		ben.expect(status, body, http.StatusOK, "Your account")
		status, body = ben.get("/audit")
		ben.expect(status, body, http.StatusOK, "<b>Ana</b> looked at the profile of", "<b>Ana</b> looked at the absences of", "<b>Cleo</b> looked at the profile of", "noted time off")
		if n := strings.Count(body, "<b>Ana</b> looked at the profile of"); n != 1 {
			d.t.Errorf("one look is noted %d times", n)
		}
		if strings.Contains(body, "signed in</div>") && strings.Contains(body, "<b>Cleo</b> signed in") {
			d.t.Error("somebody else's log-in is in the log")
		}
		d.now = d.now.Add(24 * time.Hour)
		_, _ = ana.get("/people/3")
		status, body = ben.get("/audit?q=looked+at+the+PROFILE")
		ben.expect(status, body, http.StatusOK, "looked at the profile of")
		if n := strings.Count(body, "<b>Ana</b> looked at the profile of"); n != 2 || strings.Contains(body, "noted time off") {
			d.t.Errorf("after two days %d looks are noted, or the search finds too much", n)
		}
		status, body = ben.get("/audit?q=100%25_nothing")
		ben.expect(status, body, http.StatusOK, "Nothing matches")

		// Through the API it is a look as well.
		status, body = cleo.post("/account/tokens", "name", "bot", "scope", "read", "days", "30")
		token := regexp.MustCompile(`wb_[A-Za-z0-9_-]{43}`).FindString(body)
		cleo.expect(status, body, http.StatusOK, token)
		d.now = d.now.Add(24 * time.Hour)
		if status := d.bearer("GET", "/api/v1/people/3", token); status != http.StatusOK {
			d.t.Errorf("a colleague through the API: %d", status)
		}
		status, body = ben.get("/audit?q=cleo")
		if n := strings.Count(body, "<b>Cleo</b> looked at the profile of"); status != http.StatusOK || n != 2 {
			d.t.Errorf("%d looks of Cleo are noted, want 2", n)
		}

		// Whose log is whose.
		for _, try := range []struct {
			as   *browser
			path string
			want int
		}{
			{ben, "/audit?of=all", 403}, {ben, "/audit?of=team-1", 403}, {ben, "/audit?person=2", 403}, {ben, "/audit?of=nonsense", 404}, {ben, "/audit?before=x", 404},
			{ana, "/audit?of=team-1", 200}, {ana, "/audit?of=team-2", 403}, {ana, "/audit?of=all", 403}, {ana, "/audit?person=3", 403},
			{admin, "/audit?of=team-1", 200}, {admin, "/audit?person=3", 200}, {admin, "/audit?of=", 200}, {admin, "/people/99", 404},
		} {
			if status, _ := try.as.get(try.path); status != try.want {
				d.t.Errorf("%s: %d, want %d", try.path, status, try.want)
			}
		}
		status, body = ben.get("/audit")
		ben.expect(status, body, http.StatusOK, "<b>Root</b> looked at the log of")

		// Pages of the log.
		for range 120 {
			d.now = d.now.Add(time.Minute)
			status, body = ben.post("/account/zone", "zone", "Europe/Berlin", "back", "/")
		}
		ben.expect(status, body, http.StatusOK, "Times are now")
		status, body = ben.get("/audit?of=")
		older := regexp.MustCompile(`href="(/audit\?before=\d+[^"]*)">Older`).FindStringSubmatch(body)
		if status != 200 || older == nil || strings.Count(body, "<li><time") != 100 || strings.Contains(body, ">Newer") && strings.Contains(body, "after=") {
			d.t.Fatalf("the first page: %d, %d entries, older %v", status, strings.Count(body, "<li><time"), older)
		}
		_, body = ben.get(strings.ReplaceAll(older[1], "&amp;", "&"))
		newer := regexp.MustCompile(`href="(/audit\?after=\d+[^"]*)"`).FindStringSubmatch(body)
		if newer == nil || strings.Count(body, "changed their profile") != 20 {
			d.t.Errorf("the second page has %d of 20 entries, newer %v", strings.Count(body, "changed their profile"), newer)
		} else if _, body = ben.get(strings.ReplaceAll(newer[1], "&amp;", "&")); strings.Count(body, "<li><time") != 100 || !strings.Contains(body, "before=") {
			d.t.Error("the way back is not the first page")
		}

		// Nobody can change what was noted, whatever they say to the database.
		for _, sql := range []string{"UPDATE audit SET detail = 'never happened'", "DELETE FROM audit", "UPDATE audit SET by_id = NULL WHERE id = 1"} {
			if err := d.db.Write.Exec(sql).Error; err == nil || !strings.Contains(err.Error(), "only ever added to") {
				d.t.Errorf("%s: %v", sql, err)
			}
		}
	})
}

// Behind TLS all cookies that open something are for this host and TLS only.
func TestAccessCookies(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t), func(_ *deployment, o *auth.Options) { o.Secure = true })
	code, err := d.access.SetupCode(t.Context())
	d.ok(err)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.PostForm(d.url+"/setup", url.Values{
		"code": {code}, "name": {"Root"}, "email": {"root@example.com"}, "password": {secret}, "zone": {"UTC"},
	})
	d.ok(err)
	_ = resp.Body.Close()
	var session *http.Cookie
	for _, c := range resp.Cookies() {
		if strings.Contains(c.Name, "session") {
			session = c
		}
	}
	if session == nil || session.Name != "__Host-watchbill_session" || !session.Secure || !session.HttpOnly || session.Path != "/" || session.Domain != "" || session.SameSite != http.SameSiteLaxMode {
		t.Fatalf("the session's cookie is %v", session)
	}
	for name, want := range map[string]int{session.Name: http.StatusOK, "watchbill_session": http.StatusSeeOther} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.url+"/account", nil)
		d.ok(err)
		req.AddCookie(&http.Cookie{Name: name, Value: session.Value})
		resp, err := client.Do(req)
		d.ok(err)
		_ = resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("with the cookie %s: %d, want %d", name, resp.StatusCode, want)
		}
	}
}

// Another site cannot make a browser write, log in included.
func TestAccessForeignOrigin(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	admin := d.setUp()
	for _, route := range d.echo.Routes() {
		if route.Method != http.MethodPost || strings.HasPrefix(route.Path, "/hooks/") || strings.HasPrefix(route.Path, "/api/") {
			continue
		}
		for _, header := range [][2]string{{"Origin", "https://evil.example"}, {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.url+regexp.MustCompile(`:[a-z]+`).ReplaceAllString(route.Path, "1"),
				strings.NewReader("email=root@example.com&password="+strings.ReplaceAll(secret, " ", "+")))
			d.ok(err)
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.Header.Set(header[0], header[1])
			for _, c := range admin.Jar.Cookies(req.URL) {
				req.AddCookie(c)
			}
			resp, err := http.DefaultTransport.RoundTrip(req)
			d.ok(err)
			_ = resp.Body.Close()
			if resp.StatusCode != http.StatusForbidden || strings.Contains(resp.Header.Get("Set-Cookie"), "session") {
				t.Errorf("POST %s with %v: %d", route.Path, header, resp.StatusCode)
			}
		}
	}
}
