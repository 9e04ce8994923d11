package main

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"watchbill/api/auth"
)

// What a pager signs with, the key of its API and the links of others' calendars are
// told to nobody once they are saved: on no page, in no answer, no note of the log, and
// not in what the service writes to its console.
func TestSecretsAreToldToNobody(t *testing.T) { both(t, secretsKept) }

func secretsKept(t *testing.T, d *deployment) {
	admin := d.setUp()
	token := d.token(1, auth.ScopeWrite)
	texts := map[string]string{"secret": "sign-0001", "newer": "sign-0002", "newest": "sign-0003", "key": "vendor-key-0004", "other key": "vendor-key-0005"}
	var made struct {
		ID  int64
		URL string
	}
	d.call(token, "POST", "/api/v1/teams/1/integrations", `{"vendor": "pagerduty", "name": "Pager", "secret": "sign-0001"}`).into(t, http.StatusCreated, &made)
	if strings.Contains(made.URL, "sign-") {
		t.Errorf("the link has the secret: %s", made.URL)
	}
	texts["link"] = made.URL[strings.LastIndex(made.URL, "/")+1:]
	one := fmt.Sprintf("/teams/1/integrations/%d", made.ID)
	tell := func(name string, status int, body string) {
		t.Helper()
		if status >= 500 || status == http.StatusNotFound {
			t.Errorf("%s: %d", name, status)
		}
		for what, text := range texts {
			if strings.Contains(body, text) {
				t.Errorf("%s (%d) tells the %s", name, status, what)
			}
		}
	}
	post := func(path string, values ...string) {
		t.Helper()
		status, body := admin.post(path, values...)
		tell("POST "+path, status, body)
	}
	post(one+"/secret", "secret", texts["newer"])
	post(one+"/past/key", "key", texts["key"], "region", "us")
	post(one+"/past/key", "key", texts["other key"], "region", "mars")
	for _, c := range [][2]string{{"/secret", `{"secret": "sign-0003"}`}, {"/key", `{"key": "vendor-key-0004", "region": "eu"}`}} {
		a := d.call(token, "PUT", "/api/v1"+one+c[0], c[1])
		if tell("PUT "+c[0], a.status, a.body); a.status != http.StatusNoContent {
			t.Errorf("PUT %s: %d %s", c[0], a.status, a.body)
		}
	}
	// What is signed wrong, and what cannot be read, is no place to find them either.
	d.send(made.URL, `{"messages": []}`)
	d.send(made.URL, `{"event": 1}`, "X-PagerDuty-Signature", pagerSigned(texts["newest"], `{"event": 1}`))
	d.readAll()
	for _, path := range []string{"/teams/1/integrations", one, one + "/past", one + "/people", "/teams/1", "/admin", "/audit", "/teams/1/settings"} {
		status, body := admin.get(path)
		tell(path, status, body)
	}
	for _, path := range []string{"/teams/1/integrations", one, one + "/deliveries", one + "/pulls", "/audit", "/teams/1/audit", "/teams/1"} {
		a := d.call(token, "GET", "/api/v1"+path, "")
		tell("GET "+path, a.status, a.body)
	}
	tell("the console", 0, d.out.String())
}

// Of what opens a door the database has hashes only: docs/service.md says so.
func TestDatabaseKeepsHashes(t *testing.T) {
	dir := t.TempDir()
	d := deploy(t, filepath.Join(dir, "watchbill.db"))
	admin := d.setUp()
	front, err := url.Parse(d.url)
	d.ok(err)
	secrets := map[string]string{"password": secret}
	for _, cookie := range admin.Jar.Cookies(front) {
		secrets["session"] = cookie.Value
	}
	status, body := admin.post("/account/tokens", "name", "script", "scope", "read", "days", "30")
	secrets["token"] = regexp.MustCompile(auth.TokenPrefix + `[\w-]+`).FindString(body)
	if status != http.StatusOK || secrets["token"] == "" || secrets["session"] == "" {
		t.Fatalf("%d: %v", status, secrets)
	}
	_, body = admin.post("/admin/people/2/reset")
	secrets["reset"] = strings.TrimPrefix(regexp.MustCompile(`/reset/[\w-]+`).FindString(body), "/reset/")
	var feed struct{ URL string }
	d.call(d.token(1, auth.ScopeWrite), "POST", "/api/v1/feeds", `{"kind": "person"}`).into(t, http.StatusCreated, &feed)
	secrets["feed"] = strings.TrimSuffix(feed.URL[strings.LastIndex(feed.URL, "/")+1:], ".ics")
	_, link := d.hooked("generic")
	secrets["hook"] = link[strings.LastIndex(link, "/")+1:]
	copied := filepath.Join(dir, "copy.db")
	d.ok(d.db.Write.Exec("VACUUM INTO ?", copied).Error)
	all, err := os.ReadFile(copied)
	d.ok(err)
	for what, text := range secrets {
		if len(text) < 10 {
			t.Errorf("%s: %q", what, text)
		}
		if strings.Contains(string(all), text) {
			t.Errorf("a copy of the database has the %s", what)
		}
	}
}
