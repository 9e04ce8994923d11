package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"watchbill/api/auth"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// formFields are the names that forms of pages have, and what a good one has there.
var formFields = map[string][]string{
	"add": {"2"}, "admin": {"1"}, "again": {secret}, "alarms": {"1"}, "anyway": {"1"}, "at": {"2026-12-10T03:00"}, "back": {"/account"}, "backup": {"1"},
	"base": {"{}"}, "busy": {"1"}, "business": {"1"}, "code": {"abc"}, "cost": {"2", "100"}, "covers": {"Mon-Fri 09:00-17:00"}, "day": {"2026-12-20"}, "days": {"30"}, "do": {"next"},
	"email": {"eve@example.com", "ben@example.com"}, "evening": {"1.5"}, "expires": {"2026-12-05T10:00"}, "file": {crew}, "filter": {"busy", "words"}, "first": {"2026-12-20"}, "from": {"2026-12-21", "2026-12-10T09:00"},
	"from_time": {"10:00"}, "full": {"1"}, "holiday": {"2"}, "holiday_limit": {"1"}, "holiday_max": {"1"}, "holiday_shifts": {"1"}, "holidays": {"DE-BE"}, "hours": {"Mon-Fri 09:00-17:00"},
	"kind": {"absences", "person", "team", "holidays", "shifts"}, "label": {"mine"}, "last": {"2026-12-28"}, "least": {"4"}, "length": {"1"}, "message": {"please"}, "name": {"Eve"}, "new": {secret}, "next": {"/"},
	"note": {"note"}, "offer": {"0"}, "old": {secret}, "on_call": {"1 week in 3"}, "other": {"3"}, "password": {secret}, "paste": {"Eve <eve@example.com>"}, "people": {"2"}, "person": {"2", "none"}, "pool": {"1"},
	"reason": {"because"}, "rest": {"11h"}, "role": {"manager", "member"}, "rotation": {"primary"}, "rules": {"rotations:\n  - {name: primary, handover: Mon 09:00}\n"}, "rules_id": {"1"}, "scope": {"read", "team"}, "seconds": {"1"},
	"seed": {"2"}, "share": {"80"}, "share_holidays": {"1"}, "shift": {"1"}, "shows": {"all"}, "skills": {"db"}, "sleep": {"1"}, "sleep_from": {"23:00"}, "sleep_until": {"07:00"}, "sleeps": {"23:00-07:00"}, "slot": {"primary 2026-12-21"},
	"takes_part": {"1"}, "team": {"1"}, "thaw": {"1"}, "theme": {"dark"}, "titles": {"1"}, "to": {"all", "2"}, "tokens": {"1"}, "tombstones": {"1"}, "until": {"2027-01-31", "2026-12-12T09:00"}, "until_time": {"12:00"},
	"url": {"https://203.0.113.1/x.ics"}, "weekday": {"1"}, "weekend": {"2"}, "weekends": {"1"}, "weight": {"1"}, "words": {"away"}, "work_from": {"09:00"}, "work_until": {"17:00"}, "works": {"09:00-17:00"}, "zone": {"Europe/Berlin"},
	"first_day": {"Mon"}, "handover": {"Mon 09:00"}, "takes": {"primary"}, "words0": {"x"}, "filename": {"x.ics"},
}

// oddTexts are what no form of ours has.
var oddTexts = []string{
	"", " ", "\x00", "a\x00b", "\xff\xfe", "caf\xe9", "\u202eevil", "\u200b", "\u200b\u200b", "\ufeff", "𝔘𝔫𝔦", "ß", "0", "-1", "1e9", "NaN", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
	"99999999999999999999", "0000-00-00", "2026-02-30", "99999-01-01", "9999-12-31", "0001-01-01", "-0001-01-01", "2026-12-21T25:00", "0001-01-01T00:00", "9999-12-31T23:59", "24:00", "99:99", "Europe/Berlin\x00", "../../etc/passwd", "Local", "//evil.example", "https://evil.example",
	"javascript:alert(1)", "<script>alert(1)</script>", "'; DROP TABLE shift; --", "%00", "%s%d%v", "{{.}}", "null", "{}", "[]", `{"ID":1}`, "\r\nSet-Cookie: x=1", "=cmd()", strings.Repeat("a", 10_000), strings.Repeat("é", 5_000), strings.Repeat("\n", 3_000),
	strings.Repeat("[", 5_000), strings.Repeat("- ", 3_000), "a: &a [*a, *a]", "eve@example.com\nben@example.com", "\"<x>\"@example.com", "Eve <eve@exa\x00mple.com>", "1 week in 999999999999", "99999999h", "-1h", "0.0000001", "http://127.0.0.1/", "http://[::1]:80/", "file:///etc/passwd", "webcal://",
}

// Nothing that a form, a query or a path can bring makes a page fail, or leads
// anybody elsewhere.
func TestOddForms(t *testing.T) {
	times := 16
	if testing.Short() {
		times = 3
	}
	both(t, func(t *testing.T, d *deployment) {
		d.crewed()
		d.ok(d.db.Write.Exec("UPDATE account SET admin = TRUE WHERE person_id = 1").Error)
		o := &oddForms{odd: rand.New(rand.NewPCG(1, uint64(len(t.Name())))), d: d, names: slices.Sorted(maps.Keys(formFields))}
		client := &http.Client{Jar: d.person("ana@example.com").Jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		all := d.echo.Routes()
		slices.SortFunc(all, func(a, b *echo.Route) int {
			return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method))
		})
		for _, route := range all {
			if strings.HasPrefix(route.Path, "/api") || route.Method == "echo_route_not_found" || route.Path == "/logout" || strings.Contains(route.Path, "/sessions/") {
				continue
			}
			// What the last route did to Ana is undone.
			d.ok(d.db.Write.Exec("UPDATE account SET admin = TRUE WHERE person_id = 1").Error)
			d.ok(d.db.Write.Exec("UPDATE person SET deactivated_at = NULL").Error)
			d.ok(d.db.Write.Exec("UPDATE membership SET manager = TRUE, until_day = '' WHERE person_id = 1").Error)
			for range times {
				req, shown := o.request(route)
				if req == nil {
					continue
				}
				resp, err := client.Do(req)
				d.ok(err)
				_ = resp.Body.Close()
				if resp.StatusCode >= 500 {
					t.Errorf("%s: %d", shown, resp.StatusCode)
				}
				if to := resp.Header.Get("Location"); strings.HasPrefix(to, "//") || to != "" && !strings.HasPrefix(to, "/") {
					t.Errorf("%s leads to %s", shown, to)
				}
			}
		}
	})
}

// oddForms makes requests of which most is right.
type oddForms struct {
	odd   *rand.Rand
	d     *deployment
	names []string
}

func (o *oddForms) text() string { return oddTexts[o.odd.IntN(len(oddTexts))] }

func (o *oddForms) form() url.Values {
	form := url.Values{}
	for _, name := range o.names {
		good := formFields[name]
		switch n := o.odd.IntN(60); {
		case n < 2:
			form.Add(name, o.text())
		case n < 50:
			form.Add(name, good[o.odd.IntN(len(good))])
		}
	}
	return form
}

var pathParts = regexp.MustCompile(`:[a-z]+|\*`)

// request returns a request of a route, and how to show it; nil when it cannot even
// be sent.
func (o *oddForms) request(route *echo.Route) (req *http.Request, shown string) {
	path := pathParts.ReplaceAllStringFunc(route.Path, func(string) string {
		switch n := o.odd.IntN(20); {
		case n < 15:
			return "1"
		case n < 18:
			return []string{"2", "new", "0"}[n-15]
		}
		return url.PathEscape(o.text())
	})
	form := o.form()
	var body bytes.Buffer
	kind := "application/x-www-form-urlencoded"
	switch {
	case route.Method != http.MethodPost:
		path += "?" + form.Encode()
	case strings.HasSuffix(route.Path, "/imports") && o.odd.IntN(2) == 0:
		m := multipart.NewWriter(&body)
		form.Del("url")
		for name, values := range form {
			o.d.ok(m.WriteField(name, values[0]))
		}
		part, err := m.CreateFormFile("file", o.text())
		o.d.ok(err)
		_, err = part.Write([]byte(events(allDay("h\x00", "20261225", "20261226", "Chr\x00ist\xffmas"), allDay("\u202eh", "99991225", "99991226", "Christmas"))))
		o.d.ok(err)
		o.d.ok(m.Close())
		kind = m.FormDataContentType()
	default:
		body.WriteString(form.Encode())
	}
	req, err := http.NewRequestWithContext(context.Background(), route.Method, o.d.url+path, &body)
	if err != nil {
		return nil, ""
	}
	req.Header.Set("Content-Type", kind)
	req.Header.Set("User-Agent", "odd\xff\u202e browser")
	return req, fmt.Sprintf("%s %.200q with %.2000q", route.Method, path, form.Encode())
}

// Behind a proxy that speaks TLS no cookie travels without it, and every answer has
// the headers that keep pages to themselves, refusals included.
func TestBehindTLS(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	d.ok(d.routes("https://watchbill.example"))
	front := httptest.NewServer(d.echo)
	defer front.Close()
	form := "application/x-www-form-urlencoded"
	for _, c := range []struct{ method, path, kind, body string }{
		{"GET", "/login", "", ""}, {"GET", "/nowhere", "", ""}, {"GET", "/static/nothing.css", "", ""}, {"GET", "/api/v1/teams", "", ""}, {"GET", "/feeds/x.ics", "", ""},
		{"POST", "/account/theme", form, "theme=dark&back=//evil.example"}, {"POST", "/login", form, "email=" + strings.Repeat("a", 3<<20)}, {"POST", "/login", form, "email=%zz"},
		{"POST", "/login", form, "email=%00"}, {"PUT", "/login", "", ""}, {"POST", "/account/feeds", "multipart/form-data", "x"},
	} {
		req, err := http.NewRequestWithContext(t.Context(), c.method, front.URL+c.path, strings.NewReader(c.body))
		d.ok(err)
		req.Header.Set("Content-Type", c.kind)
		req.Header.Set("Cookie", "flash=good%3AHello")
		resp, err := http.DefaultTransport.RoundTrip(req)
		d.ok(err)
		_ = resp.Body.Close()
		for name, want := range map[string]string{
			"Content-Security-Policy": "frame-ancestors 'none'", "X-Content-Type-Options": "nosniff", "Strict-Transport-Security": "max-age=",
		} {
			if got := resp.Header.Get(name); !strings.Contains(got, want) {
				t.Errorf("%s %s (%d): %s is %q", c.method, c.path, resp.StatusCode, name, got)
			}
		}
		for _, cookie := range resp.Cookies() {
			if !cookie.Secure || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode {
				t.Errorf("%s %s (%d): the cookie %s", c.method, c.path, resp.StatusCode, cookie)
			}
		}
		if to := resp.Header.Get("Location"); strings.Contains(to, "evil") {
			t.Errorf("%s %s leads to %s", c.method, c.path, to)
		}
		if resp.StatusCode >= 500 || c.method == "POST" && c.path == "/login" && resp.StatusCode < 400 {
			t.Errorf("%s %s %.20s: %d", c.method, c.path, c.body, resp.StatusCode)
		}
	}
}

// What belongs to another team cannot be reached through one's own: whoever manages
// team 2 puts its number before everything that team 1 has, and nothing of it moves.
func TestInnerBelongsToOuter(t *testing.T) {
	both(t, innerBelongsToOuter)
}

func innerBelongsToOuter(t *testing.T, d *deployment) {
	d.crewed()
	ctx := t.Context()
	day := schedule.DateOf(d.now).AddDays(300)
	other := int64(5) // Ana of the other team
	d.ok(d.schedule.PutMember(ctx, 1, schedule.Membership{Team: 2, Person: schedule.ID(other), Manager: true, Share: schedule.FullTime}))
	d.ok(d.schedule.ScheduleMember(ctx, 1, schedule.MemberChange{Team: 1, Person: 2, From: day, Share: schedule.FullTime / 2, OnCall: true}))
	skills := "db"
	d.ok(d.schedule.ScheduleTerms(ctx, 1, schedule.MemberTerms{Team: 1, Person: 2, From: day, Skills: &skills}))
	_, err := d.schedule.AddLeave(ctx, 2, schedule.Leave{Person: 2, First: day, Last: day, Note: "the dentist"})
	d.ok(err)
	_, _, err = d.schedule.AddFeed(ctx, schedule.Feed{Kind: schedule.FeedTeam, Team: 1, Owner: 1, Label: "ours"})
	d.ok(err)
	_, err = d.schedule.AddImport(ctx, 1, schedule.Import{Kind: schedule.ImportHolidays, Team: 1, Label: "days.ics"}, []byte(events(allDay("h", "20261225", "20261226", "Christmas"))))
	d.ok(err)
	ana := d.person("ana@other.example")
	ana.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	dump := func() string {
		text := ""
		for _, table := range []string{"membership", "membership_change", "membership_terms", "draft", "plan", "shift", "override", "request", "feed", "calendar_import", "absence", "team_rules", "invitation", "token"} {
			var rows []map[string]any
			if err := d.db.Read.Table(table).Order("1").Find(&rows).Error; err != nil {
				t.Fatalf("%s: %v", table, err)
			}
			text += fmt.Sprintln(table, rows)
		}
		return text
	}
	before := dump()
	token := d.token(other, auth.ScopeWrite)
	before = strings.Split(before, "\ntoken")[0]
	inner := regexp.MustCompile(`[:{](team|[a-z]+)\}?`)
	for _, route := range d.echo.Routes() {
		rest := strings.TrimPrefix(route.Path, "/api/v1")
		if route.Method == "echo_route_not_found" || !strings.Contains(rest, ":") || strings.Contains(rest, ":token") || strings.Contains(rest, ":setup") || strings.Contains(rest, ":session") {
			continue
		}
		// Of a route with a team in it only the team is one's own; rotations have
		// numbers within the rules of the team.
		if strings.HasPrefix(rest, "/teams/") && strings.Count(rest, ":") == 1 || strings.Contains(rest, ":rotation") ||
			strings.HasPrefix(rest, "/admin") || strings.HasSuffix(rest, "/members/:person") || strings.HasSuffix(rest, "/members/:person/changes") || strings.HasSuffix(rest, "/members/:person/terms") {
			continue
		}
		path := inner.ReplaceAllStringFunc(route.Path, func(name string) string {
			switch name {
			case ":team", ":person":
				return "2"
			case ":from":
				return day.String()
			}
			return "1"
		})
		if strings.HasPrefix(route.Path, "/api") {
			body := ""
			if route.Method != http.MethodGet {
				body = `{"reason": "x"}`
			}
			if a := d.call(token, route.Method, path, body); a.status < 400 {
				t.Errorf("%s %s: %d %.200s", route.Method, path, a.status, a.body)
			}
			continue
		}
		var status int
		var page string
		if route.Method == http.MethodPost {
			status, page = ana.post(path, "reason", "x", "role", "member", "person", "2", "from", day.String(), "until", day.AddDays(9).String(), "name", "x")
		} else {
			status, page = ana.get(path)
		}
		if status < 400 || strings.Contains(page, "dentist") {
			t.Errorf("%s %s: %d", route.Method, path, status)
		}
	}
	if after := strings.Split(dump(), "\ntoken")[0]; after != before {
		a, b := strings.Split(before, "\n"), strings.Split(after, "\n")
		for i := range a {
			if a[i] != b[i] {
				t.Errorf("was\n%s\nis\n%s", a[i], b[i])
			}
		}
	}
}
