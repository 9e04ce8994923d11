package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"watchbill/api/auth"
	"watchbill/migrations/migrationstest"
)

// signOn deploys the service with a provider, with the crew set up, on the real
// time, because the provider is on it.
func signOn(t *testing.T, address string, change func(*provider, *auth.SignOn)) (*deployment, *provider, *browser) {
	t.Helper()
	var p *provider
	d := deploy(t, address, func(d *deployment, o *auth.Options) {
		d.now = time.Now().UTC()
		redirect := d.url + "/login/sso/done"
		p = newProvider(t, redirect)
		o.SignOn = p.settings(redirect)
		if change != nil {
			change(p, o.SignOn)
		}
	})
	return d, p, d.setUp()
}

// sso logs in through the provider and returns where that ends.
func (b *browser) sso() (int, string) { return b.get("/login/sso?next=/account") }

// away begins a log-in and goes to the provider, and returns the address that the
// provider sends the browser back to, not followed.
func (b *browser) away() string {
	b.d.t.Helper()
	to := ""
	client := &http.Client{Jar: b.Jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == "/login/sso/done" {
			to = r.URL.RequestURI()
			return http.ErrUseLastResponse
		}
		return nil
	}}
	resp, err := client.Get(b.d.url + "/login/sso?next=/account")
	b.d.ok(err)
	_ = resp.Body.Close()
	if to == "" {
		b.d.t.Fatalf("the provider led nowhere: %d", resp.StatusCode)
	}
	return to
}

func TestSignOn(t *testing.T) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": migrationstest.SQLite, "postgres": migrationstest.Postgres} {
		t.Run(name, func(t *testing.T) {
			d, p, admin := signOn(t, address(t), nil)
			b := d.browser()
			status, body := b.get("/login?next=/timeoff")
			b.expect(status, body, http.StatusOK, "Sign in with Acme", `href="/login/sso?next=%2Ftimeoff"`, `autocomplete="current-password"`)

			// Ben is planned, and has no account until he comes with an address that the
			// provider has verified.
			p.is("ben-1", "Ben Bailey", "Ben@example.com", false)
			status, body = b.sso()
			b.expect(status, body, http.StatusUnauthorized, "has not verified that ben@example.com is yours")
			p.is("ben-1", "Ben Bailey", "Ben@example.com", true)
			status, body = b.sso()
			b.expect(status, body, http.StatusOK, "Your account", "ben@example.com", "You sign in with Acme, which keeps your password")

			// Later his address is another, and he is still Ben.
			p.is("ben-1", "Ben Baxter", "baxter@example.com", true)
			b = d.browser()
			status, body = b.sso()
			b.expect(status, body, http.StatusOK, "ben@example.com")
			// Whoever has his old address now is not.
			p.is("eve-1", "Eve", "ben@example.com", true)
			status, body = d.browser().sso()
			b.expect(status, body, http.StatusUnauthorized, "belongs to somebody else at Acme")
			status, body = admin.get("/admin")
			admin.expect(status, body, http.StatusOK, "Acme answers")

			// Nobody knows Zoe, until she is invited.
			p.is("zoe-1", "Zoe", "zoe@example.com", true)
			zoe := d.browser()
			status, body = zoe.sso()
			zoe.expect(status, body, http.StatusUnauthorized, "There is no account for zoe@example.com here", "invitation")
			status, body = admin.post("/admin/invitations", "email", "zoe@example.com", "team", "1")
			path := admin.link(status, body, "invite")
			status, body = zoe.get(path)
			zoe.expect(status, body, http.StatusOK, "Join with Acme")
			status, body = zoe.get("/login/sso?invitation=" + strings.TrimPrefix(path, "/invite/"))
			zoe.expect(status, body, http.StatusOK, "My on-call", "Crew")
			status, body = d.browser().get(path)
			zoe.expect(status, body, http.StatusGone, "It has been used")

			// Who has left stays out, whatever the provider says.
			status, body = admin.post("/admin/people/3/deactivate")
			admin.expect(status, body, http.StatusOK, "Deactivated")
			p.user = "ben-1"
			if _, body = b.get("/account"); !strings.Contains(body, "Sign in") {
				t.Error("a leaver's session goes on")
			}
			status, body = b.sso()
			b.expect(status, body, http.StatusUnauthorized, "This account is closed")
		})
	}
}

// What the provider's answer must not get past.
func TestSignOnForged(t *testing.T) {
	d, p, _ := signOn(t, migrationstest.SQLite(t), nil)
	set := func(name string, value any) func(map[string]any) signing {
		return func(claims map[string]any) signing { claims[name] = value; return properly }
	}
	p.is("ben-1", "Ben", "ben@example.com", true)
	for name, spoil := range map[string]func(map[string]any) signing{
		"another nonce":    set("nonce", strings.Repeat("A", 43)),
		"no nonce":         func(c map[string]any) signing { delete(c, "nonce"); return properly },
		"expired":          set("exp", time.Now().Add(-time.Minute).Unix()),
		"another audience": set("aud", []string{"somebody-else"}),
		"no audience":      set("aud", []string{}),
		"two audiences, no party": func(c map[string]any) signing {
			c["aud"] = []string{"watchbill", "x"}
			delete(c, "azp")
			return properly
		},
		"another party":        set("azp", "somebody-else"),
		"another issuer":       set("iss", "https://evil.example"),
		"no subject":           set("sub", ""),
		"another access token": set("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"),
		"alg none":             func(map[string]any) signing { return unsigned },
		"another key":          func(map[string]any) signing { return byAnother },
		"the client's secret":  func(map[string]any) signing { return bySecret },
	} {
		t.Run(name, func(t *testing.T) {
			p.spoil = spoil
			refusedSignOn(t, d, "cannot be trusted")
		})
	}
	p.spoil = nil
	t.Run("no ID token", func(t *testing.T) {
		p.noToken = true
		refusedSignOn(t, d, "cannot be trusted")
		p.noToken = false
	})
	t.Run("information of another", func(t *testing.T) {
		p.spoilInfo = func(c map[string]any) { c["sub"] = "root" }
		refusedSignOn(t, d, "cannot be trusted")
	})
	t.Run("address without verification", func(t *testing.T) {
		p.spoilInfo = func(c map[string]any) { delete(c, "email_verified") }
		refusedSignOn(t, d, "has not verified")
	})
	t.Run("no address", func(t *testing.T) {
		p.spoilInfo = func(c map[string]any) { delete(c, "email") }
		refusedSignOn(t, d, "does not tell your e-mail address")
	})
	p.spoilInfo = nil
	// Unspoilt, it works; so it was not something else that failed. An address in
	// the ID token itself is as good.
	p.spoil = func(c map[string]any) signing {
		c["email"], c["email_verified"] = "ben@example.com", "true"
		return properly
	}
	b := d.browser()
	status, body := b.sso()
	b.expect(status, body, http.StatusOK, "Your account")
}

func refusedSignOn(t *testing.T, d *deployment, reason string) {
	t.Helper()
	b := d.browser()
	b.d = d
	status, body := b.sso()
	if status != http.StatusUnauthorized || !strings.Contains(body, reason) {
		t.Errorf("status %d, and the page does not say %q", status, reason)
	}
	if _, body := b.get("/account"); !strings.Contains(body, "Sign in") {
		t.Error("they are logged in")
	}
}

// A code is good once, and only in the browser that asked for it.
func TestSignOnBrowsers(t *testing.T) {
	d, p, _ := signOn(t, migrationstest.SQLite(t), nil)
	p.is("ana-1", "Ana", "ana@example.com", true)
	again := "Begin again"

	// Log-in CSRF: the attacker's answer in the victim's browser, without a log-in
	// begun there and with one.
	attack := d.browser().away()
	victim := d.browser()
	status, body := victim.get(attack)
	victim.expect(status, body, http.StatusUnauthorized, again)
	victim.away()
	status, body = victim.get(attack)
	victim.expect(status, body, http.StatusUnauthorized, again)
	if _, body := victim.get("/account"); !strings.Contains(body, "Sign in") {
		t.Error("the victim is logged in as the attacker")
	}

	// The same answer twice, and the second time with the cookie put back.
	b := d.browser()
	back := b.away()
	home, err := url.Parse(d.url)
	d.ok(err)
	kept := b.Jar.Cookies(home)
	status, body = b.get(back)
	b.expect(status, body, http.StatusOK, "Your account")
	status, body = b.get(back)
	b.expect(status, body, http.StatusUnauthorized, again)
	thief := d.browser()
	thief.Jar.SetCookies(home, kept)
	status, body = thief.get(back)
	thief.expect(status, body, http.StatusUnauthorized, "not a second time")

	// A stolen code in a browser with its own state: the code's challenge is another.
	stolen, err := url.Parse(d.browser().away())
	d.ok(err)
	thief = d.browser()
	mine, err := url.Parse(thief.away())
	d.ok(err)
	q := mine.Query()
	q.Set("code", stolen.Query().Get("code"))
	status, body = thief.get("/login/sso/done?" + q.Encode())
	thief.expect(status, body, http.StatusUnauthorized, again)

	for query, reason := range map[string]string{
		"error=access_denied": "did not let you in", "error=server_error&error_description=%3Cscript%3E": "could not log you in",
		"": "could not log you in", "code=x&iss=https://evil.example": "another provider", "code=x": again,
	} {
		b := d.browser()
		mine, err := url.Parse(b.away())
		d.ok(err)
		status, body := b.get("/login/sso/done?state=" + mine.Query().Get("state") + "&" + query)
		b.expect(status, body, http.StatusUnauthorized, reason)
	}
	for _, leak := range []string{stolen.Query().Get("code"), stolen.Query().Get("state"), clientSecret} {
		if strings.Contains(d.out.String(), leak) {
			t.Error("a secret is in the log")
		}
	}
	// Where it leads afterwards is ours.
	b = d.browser()
	resp, err := b.Get(d.url + "/login/sso?next=https://evil.example/")
	d.ok(err)
	_ = resp.Body.Close()
	if got := resp.Request.URL.Host; got != strings.TrimPrefix(d.url, "http://") {
		t.Errorf("after the log-in the browser is at %s", got)
	}
}

// The provider may be down when the service starts, and later.
func TestSignOnDown(t *testing.T) {
	d, p, admin := signOn(t, migrationstest.SQLite(t), func(p *provider, _ *auth.SignOn) { p.down.Store(true) })
	b := d.browser()
	status, body := b.sso()
	b.expect(status, body, http.StatusServiceUnavailable, "Acme does not answer", "password")
	status, body = admin.get("/admin")
	admin.expect(status, body, http.StatusOK, "Acme does not answer")
	p.down.Store(false)
	p.is("ana-1", "Ana", "ana@example.com", true)
	d.now = d.now.Add(6 * time.Second) // it is not asked again at once
	back := b.away()
	p.down.Store(true)
	status, body = b.get(back)
	b.expect(status, body, http.StatusServiceUnavailable, "Acme does not answer")
	p.down.Store(false)
	status, body = b.sso()
	b.expect(status, body, http.StatusOK, "Your account")
	d.now = d.now.Add(time.Hour) // the proof is ours to end, not the provider's
	status, body = b.get("/account")
	b.expect(status, body, http.StatusOK, "Your account")
}

// Domains, people nobody knows, and who administrates by a group.
func TestSignOnNewPeople(t *testing.T) {
	d, p, admin := signOn(t, migrationstest.SQLite(t), func(_ *provider, o *auth.SignOn) {
		o.Create, o.Domains, o.AdminGroup = true, []string{"example.com"}, "pager-admins"
	})
	p.is("x", "X", "x@evil.example", true)
	status, body := d.browser().sso()
	admin.expect(status, body, http.StatusUnauthorized, "Addresses like x@evil.example are not let in")
	p.is("y", "Yan Ng", "yan@example.com", true)
	b := d.browser()
	status, body = b.sso()
	b.expect(status, body, http.StatusOK, "Yan Ng", "yan@example.com")
	if status, _ = b.get("/admin"); status != http.StatusForbidden {
		t.Errorf("the administration for somebody new: %d", status)
	}
	group := func(names ...string) func(map[string]any) signing {
		return func(c map[string]any) signing { c["groups"] = names; return properly }
	}
	p.spoil = group("dev", "pager-admins")
	_, _ = b.sso()
	if status, _ = d.relogged(b).get("/admin"); status != http.StatusOK {
		t.Errorf("the administration for one of the group: %d", status)
	}
	p.spoil = group("dev")
	if status, _ = d.relogged(b).get("/admin"); status != http.StatusForbidden {
		t.Errorf("the administration for one who left the group: %d", status)
	}
	// Who is in no group any more is told of without groups by some providers, and others
	// tell groups only when they are asked once more.
	open, shut := http.StatusOK, http.StatusForbidden
	for _, c := range []struct {
		name  string
		id    func(map[string]any) signing
		info  func(map[string]any)
		admin int
	}{
		{"in the group", group("pager-admins"), nil, open},
		{"without a word", nil, nil, shut},
		{"asked once more", nil, func(c map[string]any) { c["groups"] = []string{"pager-admins"} }, open},
		{"too many groups to tell", func(c map[string]any) signing {
			c["_claim_names"], c["_claim_sources"] = map[string]any{"groups": "src1"}, map[string]any{"src1": map[string]any{"endpoint": "https://graph.example/groups"}}
			return properly
		}, nil, open},
		{"in no group", nil, func(c map[string]any) { c["groups"] = []string{} }, shut},
	} {
		p.spoil, p.spoilInfo = c.id, c.info
		if status, _ = d.relogged(b).get("/admin"); status != c.admin {
			t.Errorf("the administration for one %s: %d, want %d", c.name, status, c.admin)
		}
	}
	p.spoilInfo = nil
	// The last one stays, even out of the group.
	p.spoil = group("pager-admins")
	b = d.relogged(b)
	status, body = b.post("/admin/people/1/admin")
	b.expect(status, body, http.StatusOK, "no administrator any more")
	p.spoil = group()
	if status, _ = d.relogged(b).get("/admin"); status != http.StatusOK {
		t.Errorf("the administration for the last administrator: %d", status)
	}
}

// relogged logs in again through the provider.
func (d *deployment) relogged(b *browser) *browser {
	d.t.Helper()
	status, body := b.post("/logout")
	b.expect(status, body, http.StatusOK, "Sign in")
	status, body = b.sso()
	b.expect(status, body, http.StatusOK, "Your account")
	return b
}
