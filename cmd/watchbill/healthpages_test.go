package main

import (
	"context"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"watchbill/migrations/migrationstest"
)

// The pages about how teams are, for whom they are, and what programs read of them.
var healthPages = [][2]string{
	{"home", "/"}, {"health", "/teams/1/health"}, {"burden", "/teams/1/burden"}, {"whatif", "/teams/1/whatif"},
	{"whatif-people", "/teams/1/whatif?people=2"}, {"whatif-one-in", "/teams/1/whatif?one_in=5"}, {"whatif-without", "/teams/1/whatif?without=Order+backup"}, {"pulses", "/teams/1/pulse"}, {"pulse", "/teams/1/pulse/13"}, {"my-pulse", "/pulse"},
	{"diary", "/diary"}, {"indicators", "/teams/1/indicators"}, {"reviews", "/teams/1/reviews"}, {"items", "/teams/1/items"}, {"organisation", "/organisation"}, {"organisation-year", "/organisation?weeks=52"},
	{"organisation-pulse", "/organisation/pulse"}, {"api-health", "/api/v1/teams/1/health"}, {"api-organisation", "/api/v1/organisation/health?weeks=52"},
}

// newSurrounded is the demonstration with its year in a crowd: a thousand teams more, each
// of ten people and with a year of figures to be compared.
func newSurrounded(tb testing.TB, address string) *organisation {
	tb.Helper()
	o := openOrganisation(tb, address)
	ctx := context.WithoutCancel(tb.Context())
	o.ok(o.company(ctx, &console{err: io.Discard, now: func() time.Time { return o.now }}))
	o.repeat(crowdTeams, "INSERT INTO team (id, name, zone, horizon_weeks, frozen_weeks, version, created_at) SELECT i + 100, 'Platform reliability ' || i, zone, horizon_weeks, frozen_weeks, version, created_at FROM n, team WHERE id = 1")
	o.repeat(crowdTeams, "INSERT INTO team_rules (team_id, from_day, source, created_at) SELECT i + 100, from_day, source, created_at FROM n, team_rules WHERE team_id = 1")
	o.repeat(crowdTeams*crowdSize, "INSERT INTO person (id, name, email, zone, works, sleeps, holidays, created_at) SELECT i + 1000, 'Person Nakamura-Ångström ' || i, 'person' || i || '@example.com', zone, works, sleeps, holidays, created_at FROM n, person WHERE id = 1")
	o.repeat(crowdTeams*crowdSize, "INSERT INTO membership (team_id, person_id, manager, on_call, share) SELECT (i - 1) / %d + 101, i + 1000, manager, on_call, share FROM n, membership WHERE team_id = 1 AND person_id = 2", crowdSize)
	o.repeat(crowdTeams, "INSERT INTO burden_block (config, block, team_id, weeks, quiet, level1, interruptions, wakeups, off_hours, nights, incidents, notices, people, few) SELECT config, block, i + 100, weeks, quiet, level1, interruptions, wakeups + i %% 3, off_hours, nights, incidents, notices, people, few FROM n, burden_block WHERE team_id = 1")
	o.counted()
	for role, email := range map[string]string{"member": "ben@demo.example", "manager": "ana@demo.example", "administrator": "admin@demo.example"} {
		req := httptest.NewRequest(http.MethodPost, "/login", strings.NewReader(url.Values{"email": {email}, "password": {demoPassword}}.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		o.echo.ServeHTTP(w, req)
		if o.cookies[role] = w.Result().Cookies(); len(o.cookies[role]) == 0 {
			tb.Fatalf("%s: not logged in: %d", role, w.Code)
		}
	}
	o.counting()
	return o
}

// Of a thousand teams every one is in the figures once, by turning pages, and pages are small.
func TestOrganisationTurns(t *testing.T) {
	if testing.Short() {
		t.Skip("a company and a thousand teams take half a minute")
	}
	o := newSurrounded(t, migrationstest.SQLite(t))
	row := regexp.MustCompile(`<th scope="row"><a href="/teams/(\d+)/burden`)
	on := regexp.MustCompile(`href="([^"]*)">More<`)
	seen := map[string]bool{}
	pages := 0
	for next := "/organisation?weeks=52&of=off_hours"; next != ""; pages++ {
		body := o.page("administrator", next)
		if len(body) > 150_000 {
			t.Errorf("%s has %d bytes", next, len(body))
		}
		for _, m := range row.FindAllStringSubmatch(body, -1) {
			if seen[m[1]] {
				t.Fatalf("%s shows team %s again", next, m[1])
			}
			seen[m[1]] = true
		}
		link := on.FindStringSubmatch(body)
		if next = ""; link != nil {
			next, _, _ = strings.Cut(html.UnescapeString(link[1]), "#") // browsers keep it to themselves
		}
	}
	if len(seen) < crowdTeams || pages != (len(seen)+99)/100 {
		t.Errorf("%d pages show %d teams", pages, len(seen))
	}
	for _, odd := range []string{"x", "-7", "999999999999999999999", "999999", "1e3"} {
		o.shows("administrator", "/organisation?after="+odd, "The figures", "a page; CSV has all")
	}
}

// A page about how teams are takes 20 ms of processor time at a year of history, ten
// thousand people and a thousand teams.
func BenchmarkHealthPages(b *testing.B) {
	for _, kind := range []struct {
		name    string
		address func(testing.TB) string
	}{{"sqlite", migrationstest.SQLite}, {"postgres", migrationstest.Postgres}} {
		b.Run(kind.name, func(b *testing.B) {
			o := newSurrounded(b, kind.address(b))
			for _, role := range []string{"member", "manager", "administrator"} {
				for _, page := range healthPages {
					b.Run(role+"/"+page[0], func(b *testing.B) { o.measure(b, role, page[1]) })
				}
			}
		})
	}
}
