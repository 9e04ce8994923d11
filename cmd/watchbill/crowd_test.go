package main

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"watchbill/api"
	"watchbill/api/auth/authdb"
	"watchbill/migrations"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
	"watchbill/schedule/scheduledb"
	"watchbill/ui"

	"github.com/google/go-cmp/cmp"
)

// A crowd is as large as an organisation gets: ten thousand people in a thousand teams.
// The first team was really planned; the others are copies of it, in the database.
const (
	crowdTeams = 1000
	crowdSize  = 10
)

func newCrowd(tb testing.TB, address string) *organisation {
	tb.Helper()
	o := openOrganisation(tb, address)
	o.crowded(crowdTeams)
	o.counting()
	return o
}

// crowded fills a service with so many teams.
func (o *organisation) crowded(teams int) {
	o.tb.Helper()
	ctx := context.WithoutCancel(o.tb.Context())
	in, err := importTeam(orgTeam(0, "Mon 09:00"))
	o.ok(err)
	in.HorizonWeeks, in.People[0].Manager = 8, true
	team, err := o.schedule.AddTeam(ctx, 0, in)
	o.ok(err)
	d, err := o.schedule.MakeDraft(ctx, 0, schedule.DraftOrder{Team: team.ID, From: schedule.DateOf(o.now), Until: schedule.DateOf(o.now).AddDays(8 * 7)})
	o.ok(err)
	_, err = o.schedule.Publish(ctx, 0, d.ID, "")
	o.ok(err)
	o.copyTeams(teams - 1)
	for team := schedule.ID(2); team <= 4; team++ {
		o.ok(o.schedule.PutMember(ctx, 0, schedule.Membership{Team: team, Person: 1, Manager: true, Share: schedule.FullTime}))
	}
	o.logIns(ctx)
}

// copyTeams adds so many teams like the first, each with people of its own.
func (o *organisation) copyTeams(more int) {
	o.tb.Helper()
	run := func(query string, args ...any) {
		o.tb.Helper()
		o.repeat(more, query, args...)
	}
	run("INSERT INTO team (id, name, zone, horizon_weeks, frozen_weeks, version, created_at) SELECT i + 1, 'Platform reliability ' || i, zone, horizon_weeks, frozen_weeks, version, created_at FROM n, team WHERE id = 1")
	run("INSERT INTO team_rules (team_id, from_day, source, created_at) SELECT i + 1, from_day, source, created_at FROM n, team_rules WHERE team_id = 1")
	run("INSERT INTO person (id, name, email, zone, works, sleeps, holidays, created_at) SELECT id + i * %[1]d, 'Person ' || i || ' Nakamura-Ångström ' || id, 'person' || (id + i * %[1]d) || '@example.com', zone, works, sleeps, holidays, created_at FROM n, person WHERE id <= %[1]d", crowdSize)
	run("INSERT INTO membership (team_id, person_id, manager, on_call, share) SELECT i + 1, person_id + i * %d, manager, on_call, share FROM n, membership WHERE team_id = 1", crowdSize)
	run("INSERT INTO plan (id, team_id, number, draft_id, document, from_day, until_day, published_at) SELECT i + 1, i + 1, number, draft_id, document, from_day, until_day, published_at FROM n, plan WHERE team_id = 1")
	run("INSERT INTO shift (team_id, plan_id, slot, rotation, person_id, start_at, end_at, points, since) SELECT i + 1, i + 1, slot, rotation, person_id + i * %d, start_at, end_at, points, since FROM n, shift WHERE team_id = 1", crowdSize)
	o.counted()
}

// repeat runs a query in which n has the numbers i from one to so many.
func (o *organisation) repeat(times int, query string, args ...any) {
	o.tb.Helper()
	o.ok(o.db.Write.Exec(fmt.Sprintf("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) ", times) + fmt.Sprintf(query, args...)).Error)
}

// counted lets PostgreSQL know of rows that came with their own numbers.
func (o *organisation) counted() {
	o.tb.Helper()
	if o.db.Write.Name() == "postgres" {
		for _, table := range []string{"team", "person", "plan"} {
			o.ok(o.db.Write.Exec("SELECT setval(pg_get_serial_sequence('" + table + "', 'id'), (SELECT MAX(id) FROM " + table + "))").Error)
		}
		o.ok(o.db.Write.Exec("VACUUM ANALYZE").Error)
	}
}

// A page takes no more with ten thousand people in a thousand teams than with few.
func BenchmarkCrowd(b *testing.B) {
	for _, kind := range []struct {
		name    string
		address func(testing.TB) string
	}{{"sqlite", migrationstest.SQLite}, {"postgres", migrationstest.Postgres}} {
		b.Run(kind.name, func(b *testing.B) {
			o := newCrowd(b, kind.address(b))
			for _, role := range []string{"member", "manager", "administrator"} {
				for _, page := range crowdPages {
					b.Run(role+"/"+page[0], func(b *testing.B) { o.measure(b, role, page[1]) })
				}
			}
		})
	}
}

var crowdPages = [][2]string{
	{"home", "/"}, {"schedule", "/teams/1/schedule"}, {"settings", "/teams/1/settings"}, {"account", "/account"}, {"requests", "/requests"},
	{"admin", "/admin"}, {"admin-found", "/admin?q=nakamura"}, {"teams", "/teams?q=reliab"}, {"audit", "/audit"}, {"gaps", "/gaps"}, {"person", "/people/5"}, {"items", "/teams/1/items"}, {"burden", "/teams/1/burden"},
	{"api-people", "/api/v1/people"}, {"api-teams", "/api/v1/teams"}, {"api-oncall", "/api/v1/oncall"},
}

// With ten thousand people in a thousand teams every page stays small, and everybody and
// every team is found: by turning pages, and by a part of the name.
func TestCrowd(t *testing.T) {
	o := newCrowd(t, migrationstest.SQLite(t))
	for _, role := range []string{"member", "manager", "administrator"} {
		for _, page := range crowdPages {
			if strings.HasPrefix(page[1], "/api/") {
				continue // not for browsers
			}
			o.queries = 0
			if w := o.get(role, page[1]); w.Body.Len() > 100_000 || o.queries > 300 {
				t.Errorf("%s as %s: %d bytes and %d queries", page[1], role, w.Body.Len(), o.queries)
			}
		}
	}
	row := regexp.MustCompile(`<a class="name" href="/(?:people|teams)/(\d+)`)
	on := regexp.MustCompile(`href="([^"]*)">More<`)
	for path, all := range map[string]int{"/teams": crowdTeams, "/admin": crowdTeams*crowdSize + 1, "/admin?q=nakamura": (crowdTeams - 1) * crowdSize, "/teams?q=RELIABILITY+99": 11, "/gaps?q=reliability+1": 111} {
		seen := map[string]bool{}
		for next := path; next != ""; {
			body := o.page("administrator", next)
			list := row
			if strings.HasPrefix(path, "/gaps") {
				list = regexp.MustCompile(`id="gap-(\d+)`)
			} else if at := strings.Index(body, `id="teams"`); at > 0 {
				body = body[:at]
			}
			for _, m := range list.FindAllStringSubmatch(body, -1) {
				if seen[m[1]] {
					t.Fatalf("%s shows %s again", next, m[1])
				}
				seen[m[1]] = true
			}
			link := on.FindStringSubmatch(body)
			if next = ""; link != nil {
				next = html.UnescapeString(link[1])
			}
		}
		if len(seen) != all {
			t.Errorf("%s leads to %d, want %d", path, len(seen), all)
		}
	}
	o.shows("administrator", "/admin?q=PERSON4321@", "person4321@example.com", "1 person found")
	o.shows("administrator", "/teams/777/schedule", "All teams")
	o.shows("administrator", "/audit?of=team-500", `<option value="team-500" selected>`)
	// Where there are many teams an invitation names its own.
	for name, want := range map[string]string{
		"platform RELIABILITY 12": "shown only now", "bility 999": "shown only now", "": "shown only now", "reliability 99": "Several teams have", "nowhere": "No team has &#34;nowhere&#34; in its name",
	} {
		if body := o.send("administrator", "/admin/invitations", url.Values{"email": {"zoe@example.com"}, "team_name": {name}}); !strings.Contains(body, want) {
			t.Errorf("an invitation to %q does not say %q", name, want)
		}
	}
	// Teams that an administrator looked at stay at hand.
	visited := o.get("administrator", "/teams/700/schedule").Result().Cookies()
	o.cookies["administrator"] = append(o.cookies["administrator"], visited...)
	o.shows("administrator", "/requests", `href="/teams/700/schedule"`)
	// A member finds their own teams and no others.
	if body := o.page("member", "/teams?q=reliability"); strings.Contains(body, "Platform reliability") {
		t.Error("a member finds teams of others")
	}
	o.shows("member", "/teams", "Team 00", "The teams that you are in")
	o.shows("manager", "/teams?after=999999", "Team 00", "Platform reliability 1<", "Platform reliability 3<")
}

// With ten thousand people in a thousand teams the API asks no more of the database than
// with few, and reads of people only those whom it tells of; what it says of all teams is
// what it says of each.
func TestCrowdAPI(t *testing.T) {
	o := newCrowd(t, migrationstest.SQLite(t))
	o.now = o.now.Add(8 * time.Hour) // so that some of what is asked about is past
	ctx := t.Context()
	for _, team := range []schedule.ID{3, 900} { // who is next comes in a month only, and somebody else takes its first hour
		shifts, err := o.schedule.Shifts(ctx, team, o.now.AddDate(0, 0, 30), o.now.AddDate(0, 2, 0), time.Time{})
		o.ok(err)
		last := &shifts[len(shifts)-1]
		o.ok(o.schedule.Store.AddOverride(ctx, &schedule.Override{Team: team, Slot: last.Slot, Rotation: last.Rotation, Person: 2, Start: last.Start, End: last.Start.Add(time.Hour), Kind: schedule.Overridden, CreatedAt: o.now}))
		o.ok(o.db.Write.Exec("DELETE FROM shift WHERE team_id = ? AND start_at BETWEEN ? AND ?", team, o.now.Unix(), last.Start.Unix()-1).Error)
	}
	past, soon := "at="+o.now.Add(-4*time.Hour).Format(time.RFC3339), "at="+o.now.Add(time.Hour).Format(time.RFC3339)
	for _, role := range []string{"member", "manager", "administrator"} {
		for _, path := range []string{
			"/api/v1/oncall", "/api/v1/oncall?" + past, "/api/v1/oncall?" + soon, "/api/v1/people", "/api/v1/people?limit=500", "/api/v1/teams", "/api/v1/teams/1/handovers", "/api/v1/teams/1/handover",
		} {
			o.queries, o.all = 0, 0
			if o.get(role, path); o.queries > 40 || o.all > 0 {
				t.Errorf("%s as %s: %d queries, %d of them of everybody", path, role, o.queries, o.all)
			}
		}
	}
	for _, at := range []string{past, soon} {
		var all api.OnCall
		o.ok(json.Unmarshal([]byte(o.page("administrator", "/api/v1/oncall?"+at)), &all))
		if len(all.Teams) != crowdTeams {
			t.Fatalf("%s: %d teams", at, len(all.Teams))
		}
		for i := range all.Teams {
			id := all.Teams[i].Team.ID
			if id%100 != 0 && id != 3 {
				continue
			}
			var one api.OnCall
			o.ok(json.Unmarshal([]byte(o.page("administrator", fmt.Sprintf("/api/v1/oncall?team=%d&%s", id, at))), &one))
			if diff := cmp.Diff(one.Teams, all.Teams[i:i+1], cmp.Comparer(func(a, b api.Instant) bool { return a == b })); diff != "" || len(one.Teams[0].Rotations) == 0 {
				t.Errorf("team %d, %s, alone and among all: %s", id, at, diff)
			}
		}
	}
	// Everybody is on one page.
	seen, next := 0, ""
	for {
		var page api.People
		o.ok(json.Unmarshal([]byte(o.page("administrator", "/api/v1/people?limit=499"+next)), &page))
		for _, p := range page.Items {
			if seen++; int(p.ID) != seen {
				t.Fatalf("person %d is on place %d", p.ID, seen)
			}
		}
		if next = "&cursor=" + page.Next; page.Next == "" {
			break
		}
	}
	if seen != crowdTeams*crowdSize+1 {
		t.Errorf("%d people", seen)
	}
}

// What pages keep of people is read again when any of them has changed, whoever changed it.
func TestNamesStayTrue(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		ctx := t.Context()
		store, accounts := scheduledb.New(db.Write, db.Read), authdb.New(db.Write, db.Read)
		site := &ui.Site{Schedule: &schedule.Service{Store: store}}
		ok := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		var id schedule.ID
		for _, change := range []struct {
			name string
			do   func() error
			want string
		}{
			{"nobody", func() error { return nil }, ""},
			{"added", func() error {
				p := schedule.Profile{Name: "Ana", Zone: "UTC", CreatedAt: time.Unix(0, 0)}
				err := store.AddPerson(ctx, &p)
				id = p.ID
				return err
			}, "Ana UTC true"},
			{"changed", func() error {
				return store.SavePerson(ctx, &schedule.Profile{ID: id, Name: "Anna", Zone: "Europe/Berlin"})
			}, "Anna Europe/Berlin true"},
			{"joined", func() error { return accounts.SetProfile(ctx, int64(id), "Anne", "UTC") }, "Anne UTC true"},
			{"left", func() error { return accounts.SetDeactivated(ctx, int64(id), time.Unix(9, 0)) }, "Anne UTC false"},
			{"back", func() error { return accounts.SetDeactivated(ctx, int64(id), time.Time{}) }, "Anne UTC true"},
		} {
			ok(change.do())
			for range 2 {
				names, err := site.Everybody(ctx)
				ok(err)
				got := ""
				if p, known := names[id]; known {
					got = fmt.Sprint(p.Name, " ", p.Zone, " ", p.DeactivatedAt.IsZero())
				}
				if got != change.want {
					t.Errorf("%s: %q, want %q", change.name, got, change.want)
				}
			}
		}
		// In a transaction that is given up nothing has changed, and what is kept is still true.
		_ = store.InTx(ctx, func(tx schedule.Store) error {
			ok(tx.SavePerson(ctx, &schedule.Profile{ID: id, Name: "Nobody", Zone: "UTC"}))
			return schedule.ErrConflict
		})
		names, err := site.Everybody(ctx)
		ok(err)
		if names[id].Name != "Anne" {
			t.Error(names[id].Name)
		}
	})
}

// send sends a form as somebody and returns the page that answers.
func (o *organisation) send(role, path string, form url.Values) string {
	o.tb.Helper()
	req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, c := range o.cookies[role] {
		req.AddCookie(c)
	}
	w := httptest.NewRecorder()
	o.echo.ServeHTTP(w, req)
	return w.Body.String()
}

// page is a page as text.
func (o *organisation) page(role, path string) string {
	o.tb.Helper()
	w := o.get(role, path)
	var in io.Reader = w.Body
	if w.Header().Get("Content-Encoding") == "gzip" {
		var err error
		in, err = gzip.NewReader(w.Body)
		o.ok(err)
	}
	text, err := io.ReadAll(in)
	o.ok(err)
	return string(text)
}

func (o *organisation) shows(role, path string, words ...string) {
	o.tb.Helper()
	body := o.page(role, path)
	for _, word := range words {
		if !strings.Contains(body, word) {
			o.tb.Errorf("%s as %s does not say %q", path, role, word)
		}
	}
}
