package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// A deployment is the whole service over real HTTP on a fresh database, with a
// clock of its own.
type deployment struct {
	*server
	t   *testing.T
	url string
	now time.Time
	out bytes.Buffer
	// tokens counts those that were made.
	tokens int
}

// deploy serves on a database; the jobs do not run by themselves. access changes how
// people get in.
func deploy(t *testing.T, address string, access ...func(*deployment, *auth.Options)) *deployment {
	t.Helper()
	d := &deployment{t: t, now: time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC)}
	front := httptest.NewUnstartedServer(nil)
	d.url = "http://" + front.Listener.Addr().String()
	var err error
	d.server, err = newServer(t.Context(), &console{err: &d.out, now: func() time.Time { return d.now }}, address, d.url, time.Second, func(o *auth.Options) {
		for _, change := range access {
			change(d, o)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	front.Config.Handler = d.echo
	front.Start()
	t.Cleanup(func() {
		front.Close()
		_ = d.db.Close()
		if strings.Contains(d.out.String(), "level=ERROR") {
			t.Error(d.out.String())
		}
	})
	return d
}

// onBoth runs a test with the address of a fresh database of each kind.
func onBoth(t *testing.T, test func(t *testing.T, address string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, migrationstest.SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, migrationstest.Postgres(t)) })
}

// both runs a test on a deployment with each kind of database.
func both(t *testing.T, test func(t *testing.T, d *deployment)) {
	t.Helper()
	onBoth(t, func(t *testing.T, address string) { test(t, deploy(t, address)) })
}

func (d *deployment) ok(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// A browser keeps cookies and follows redirects.
type browser struct {
	*http.Client
	d *deployment
}

func (d *deployment) browser() *browser {
	jar, err := cookiejar.New(nil)
	d.ok(err)
	return &browser{&http.Client{Jar: jar}, d}
}

func (b *browser) get(path string) (int, string) {
	b.d.t.Helper()
	resp, err := b.Get(b.d.url + path)
	b.d.ok(err)
	return b.read(resp)
}

// post sends a form; values are pairs of a name and a value.
func (b *browser) post(path string, values ...string) (int, string) {
	b.d.t.Helper()
	form := url.Values{}
	for i := 0; i < len(values); i += 2 {
		form.Add(values[i], values[i+1])
	}
	resp, err := b.PostForm(b.d.url+path, form)
	b.d.ok(err)
	return b.read(resp)
}

func (b *browser) read(resp *http.Response) (int, string) {
	b.d.t.Helper()
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	b.d.ok(err)
	return resp.StatusCode, string(body)
}

// expect fails unless the page has all the texts.
func (b *browser) expect(status int, body string, want int, texts ...string) {
	b.d.t.Helper()
	for _, text := range texts {
		if !strings.Contains(body, text) {
			b.d.t.Fatalf("there is no %q in (%d)\n%s", text, status, regexp.MustCompile(`(?s)<head>.*</head>|<svg.*?</svg>`).ReplaceAllString(body, ""))
		}
	}
	if status != want {
		b.d.t.Fatalf("status %d, want %d", status, want)
	}
}

const crew = `team: Crew
zone: Europe/Berlin
from: 2026-12-07
weeks: 8
limits: {on_call: 1 week in 3}
rotations:
  - {name: primary, handover: Mon 09:00}
people:
  - {name: Ana, email: ana@example.com}
  - {name: Ben, email: ben@example.com}
  - {name: Cleo, email: cleo@example.com, away: [2026-12-21 to 2027-01-03]}
  - {name: Dan, email: dan@example.com}
`

const secret = "a watch well kept"

// person gives somebody of the crew a password and logs them in.
func (d *deployment) person(email string) *browser {
	d.t.Helper()
	p, err := d.schedule.Store.PersonByEmail(d.t.Context(), email)
	d.ok(err)
	d.ok(d.access.SetPassword(d.t.Context(), auth.Program(), int64(p.ID), secret))
	b := d.browser()
	status, body := b.post("/login", "email", email, "password", secret)
	b.expect(status, body, http.StatusOK, "My on-call")
	return b
}

// setUp makes the first administrator and the crew.
func (d *deployment) setUp() *browser {
	d.t.Helper()
	code, err := d.access.SetupCode(d.t.Context())
	d.ok(err)
	admin := d.browser()
	status, body := admin.get("/")
	admin.expect(status, body, http.StatusOK, "time zone", `name="code"`)
	status, body = admin.post("/setup", "code", "WRONG", "name", "Root", "email", "root@example.com", "password", secret, "zone", "Europe/Berlin")
	admin.expect(status, body, http.StatusUnprocessableEntity, "not the code", "root@example.com")
	status, body = admin.post("/setup", "code", code, "name", "Root", "email", "root@example.com", "password", secret, "zone", "Europe/Berlin")
	admin.expect(status, body, http.StatusOK, "You are the administrator")
	status, body = admin.post("/admin/teams", "file", strings.Replace(crew, "Mon 09:00", "Monday at 9", 1))
	admin.expect(status, body, http.StatusUnprocessableEntity, "eam.yaml:7", "Monday at 9")
	status, body = admin.post("/admin/teams", "file", crew)
	admin.expect(status, body, http.StatusOK, "Crew", "Ana", "The team is there")
	return admin
}

// The story of the issue: set up, plan, publish, see who is on, ask for cover as
// one person, accept as another, and watch the calendar change.
func TestStory(t *testing.T) {
	both(t, func(_ *testing.T, d *deployment) { story(d) })
}

func story(d *deployment) {
	ctx := d.t.Context()
	admin := d.setUp()
	status, body := admin.post("/teams/1/drafts", "from", "2026-12-07", "until", "2027-01-31")
	admin.expect(status, body, http.StatusOK, "computing")
	d.ok((&jobs{service: d.schedule, access: d.access, log: d.log}).makeDrafts(ctx))
	status, body = admin.get("/teams/1/drafts/1")
	admin.expect(status, body, http.StatusOK, "as even as possible", "Publish")
	status, body = admin.post("/teams/1/drafts/1/publish")
	admin.expect(status, body, http.StatusOK, "Published.", "8 weeks")

	first, err := d.schedule.Shifts(ctx, 1, d.now, d.now.AddDate(0, 0, 14), time.Time{})
	d.ok(err)
	names := map[schedule.ID]string{}
	people, err := d.schedule.Store.People(ctx, nil)
	d.ok(err)
	for _, p := range people {
		names[p.ID] = p.Email
	}
	holder := d.person(names[first[0].Person])
	status, body = holder.get("/")
	holder.expect(status, body, http.StatusOK, "You are next on call in ", "5 days", "Make my calendar link")
	status, body = holder.post("/account/feeds", "label", "phone", "tombstones", "1", "back", "/")
	link := regexp.MustCompile(`http://[^"<]*/feeds/[A-Za-z0-9_-]+\.ics`).FindString(body)
	holder.expect(status, body, http.StatusOK, "shown only now", link)
	_, calendar := d.browser().get(strings.TrimPrefix(link, d.url))
	if !strings.Contains(calendar, "STATUS:CONFIRMED") || strings.Contains(calendar, "CANCELLED") {
		d.t.Fatal(calendar)
	}

	shift := fmt.Sprintf("/shifts/%d", first[0].ID)
	status, body = holder.post(shift+"/cover", "to", "all", "message", "Parents' evening", "from", "yesterday")
	holder.expect(status, body, http.StatusUnprocessableEntity, "is no date and time", "Parents&#39; evening")
	status, body = holder.post(shift+"/cover", "to", "all", "message", "Parents' evening")
	holder.expect(status, body, http.StatusOK, "Asked.")
	taker := d.person(names[first[1].Person])
	status, body = taker.get("/requests")
	taker.expect(status, body, http.StatusOK, "Parents&#39; evening", "only a manager of the team can allow it")
	d.now = d.now.Add(time.Minute)
	// Taking it would be two weeks running: the rule is told by its name.
	status, body = taker.post("/requests/1/accept")
	taker.expect(status, body, http.StatusOK, "cannot take this", "2 weeks on call within 3 weeks; the rule is at most 1 week in 3 weeks")
	taker = d.person(names[d.whoCan(1, first[0]).Person])
	status, body = taker.get("/requests")
	taker.expect(status, body, http.StatusOK, "Parents&#39; evening", "Take")
	status, body = taker.post("/requests/1/accept")
	taker.expect(status, body, http.StatusOK, "It is yours now")
	status, body = taker.post("/requests/1/accept") // in another window
	taker.expect(status, body, http.StatusOK, "You have accepted it already.")
	status, body = holder.post("/requests/1/withdraw")
	holder.expect(status, body, http.StatusOK, "It was accepted before it could be withdrawn.")
	status, body = admin.post("/requests/1/accept")
	if status != http.StatusForbidden {
		taker.expect(status, body, http.StatusOK, "omebody else was faster")
	}
	_, calendar = d.browser().get(strings.TrimPrefix(link, d.url))
	if !strings.Contains(calendar, "STATUS:CANCELLED") || !strings.Contains(calendar, "SUMMARY:Cancelled: ") {
		d.t.Fatal(calendar)
	}
	status, body = taker.get("/teams/1/schedule?tz=team")
	taker.expect(status, body, http.StatusOK, "Cover for")

	// The crew's rules change, with the mistakes by line.
	status, body = admin.post("/teams/1/settings/rules", "rules", "team: Crew\nzone: Europe/Berlin\nrotations:\n  - {name: primary, handover: Mon 25:00}\n", "from", "2027-02-01")
	admin.expect(status, body, http.StatusUnprocessableEntity, "Line 4")
	status, body = admin.post("/teams/1/settings/rules", "rules", "team: Crew\nzone: Europe/Berlin\nrotations:\n  - {name: primary, handover: Tue 09:00}\n", "from", "2027-02-01")
	admin.expect(status, body, http.StatusOK, "Saved.")
	status, body = holder.post("/timeoff", "from", "2027-01-04", "until", "2027-01-31", "label", "trip")
	holder.expect(status, body, http.StatusOK, "Noted.")
	status, body = holder.post("/logout")
	holder.expect(status, body, http.StatusOK, "password")
	if status, _ := holder.get("/teams/1/schedule"); status != http.StatusOK || !strings.Contains(holder.last(), "/login?next=") {
		d.t.Errorf("after logging out the schedule is at %s", holder.last())
	}
}

// whoCan finds somebody whom no rule keeps from taking a shift.
func (d *deployment) whoCan(team schedule.ID, shift schedule.Shift) schedule.Effect {
	d.t.Helper()
	members, err := d.schedule.Store.Members(d.t.Context(), team)
	d.ok(err)
	for _, m := range members {
		all, err := d.schedule.Effects(d.t.Context(), team, []schedule.Move{{Stretch: schedule.Stretch{Slot: shift.Slot, Start: shift.Start, End: shift.End}, To: m.Person}})
		d.ok(err)
		for _, e := range all[0] {
			if e.Person == m.Person && !e.Broken() {
				return e
			}
		}
	}
	d.t.Fatalf("nobody can take %s", shift.Slot)
	return schedule.Effect{}
}

// last is where the browser ends up when it asks for the schedule.
func (b *browser) last() string {
	resp, err := b.Get(b.d.url + "/teams/1/schedule")
	b.d.ok(err)
	defer resp.Body.Close()
	return resp.Request.URL.RequestURI()
}

// Who may use which route: the least that somebody must be. Every route has a row.
var routes = map[string]string{
	"GET /healthz": "nobody", "GET /readyz": "nobody", "GET /metrics": "nobody", "GET /static/*": "nobody", "GET /favicon.ico": "nobody", "GET /feeds/*": "nobody", "HEAD /feeds/*": "nobody",
	"POST /hooks/:vendor/:token": "nobody", "POST /hooks/:vendor": "nobody", "GET /hooks/:vendor/:token": "nobody", "GET /hooks/:vendor": "nobody",
	"GET /api/openapi.json": "nobody", "GET /api/docs": "nobody", "GET /api/docs.css": "nobody",
	"GET /setup": "nobody", "POST /setup": "nobody", "GET /login": "nobody", "POST /login": "nobody", "POST /logout": "nobody", "POST /account/theme": "nobody",
	"GET /": "known", "GET /gaps": "known", "GET /teams": "known", "GET /gaps.csv": "known", "GET /requests": "known", "GET /timeoff": "known", "POST /timeoff": "known", "POST /timeoff/wishes": "known",
	"POST /timeoff/:leave/remove": "known", "POST /timeoff/:leave/cover": "known", "POST /account/shifts/seen": "known", "POST /timeoff/wishes/:leave/remove": "known", "GET /account": "known", "POST /account": "known",
	"POST /account/password": "known", "POST /account/news": "known", "POST /account/news/test": "known", "POST /account/sessions/:session/end": "known", "POST /account/feeds": "known", "POST /account/feeds/:feed/reset": "known",
	"POST /account/feeds/:feed/revoke": "known", "POST /account/zone": "known", "GET /audit": "known",
	"GET /diary": "known", "POST /diary": "known", "GET /diary.csv": "known", "POST /diary/ask": "known", "POST /diary/forget": "known", "GET /diary/:entry": "known", "POST /diary/:entry": "known", "POST /diary/:entry/share": "known", "POST /diary/:entry/remove": "known",
	"GET /pulse": "known", "GET /organisation": "admin", "GET /organisation/pulse": "known", "GET /organisation/pulse/:from": "known", "GET /pulse/:token": "nobody", "POST /pulse/:token": "nobody", "GET /teams/:team/pulse": "member", "POST /teams/:team/pulse": "manager", "GET /teams/:team/pulse/:wave": "member", "POST /teams/:team/pulse/settings": "manager", "POST /teams/:team/pulse/:wave/said": "manager",
	"GET /pay": "known", "GET /teams/:team/pay": "manager", "GET /teams/:team/pay/rules": "manager", "POST /teams/:team/pay/rules": "manager", "POST /teams/:team/pay/rules/import": "manager",
	"GET /teams/:team/pay/:month": "manager", "POST /teams/:team/pay/:month/publish": "manager",
	"GET /owed": "known", "POST /owed/:team/take": "known", "POST /owed/:team/return": "known",
	"GET /teams/:team/owed": "manager", "POST /teams/:team/owed/rules": "manager", "POST /teams/:team/owed/take": "manager", "POST /teams/:team/owed/:person/decide": "manager", "POST /teams/:team/owed/:person/return": "manager",
	"GET /teams/:team": "member", "GET /teams/:team/schedule": "member", "GET /teams/:team/burden": "member", "GET /teams/:team/health": "member", "GET /teams/:team/whatif": "member", "POST /teams/:team/warnings/:warning": "manager", "GET /teams/:team/indicators": "member", "POST /teams/:team/indicators": "manager", "POST /teams/:team/indicators/table": "manager", "GET /teams/:team/items": "member", "POST /teams/:team/items": "member", "GET /teams/:team/items/:item": "member", "POST /teams/:team/items/:item": "member",
	"POST /teams/:team/items/:item/close": "member", "GET /teams/:team/reviews": "member", "GET /teams/:team/reviews/:week": "member", "POST /teams/:team/reviews/:week": "member",
	"GET /teams/:team/handover": "member", "POST /teams/:team/handover": "member", "POST /teams/:team/handover/read": "member", "POST /teams/:team/handover/notes": "member", "POST /teams/:team/handover/notes/:note": "member", "GET /burden": "known", "GET /burden/pages": "known", "POST /burden/pages/:page": "known", "POST /burden/pages/:page/note": "known", "POST /burden/pages/:page/link": "known", "POST /burden/pages/:page/link/end": "known", "GET /tell/:token": "nobody", "POST /tell/:token": "nobody", "GET /shifts/:shift": "member", "POST /shifts/:shift/cover": "member", "POST /shifts/:shift/take": "member", "POST /shifts/:shift/takeover": "member",
	"POST /shifts/:shift/swap": "member", "POST /requests/:request/accept": "member", "POST /requests/:request/decline": "member",
	"POST /requests/:request/withdraw": "manager", "POST /swaps/:request/accept": "member", "POST /swaps/:request/decline": "member", "POST /swaps/:request/withdraw": "manager",
	"POST /shifts/:shift/override": "manager", "POST /overrides/:override/undo": "manager", "POST /requests/:request/approve": "manager", "POST /swaps/:request/approve": "manager", "GET /teams/:team/drafts": "manager", "POST /teams/:team/drafts": "manager",
	"GET /teams/:team/drafts/compare": "manager", "GET /teams/:team/drafts/:draft": "manager", "POST /teams/:team/drafts/:draft/pin": "manager",
	"POST /teams/:team/drafts/:draft/unpin": "manager", "POST /teams/:team/drafts/:draft/again": "manager", "POST /teams/:team/drafts/:draft/offer": "manager", "GET /teams/:team/plans/:plan": "manager",
	"POST /teams/:team/drafts/:draft/publish": "manager", "POST /teams/:team/drafts/:draft/discard": "manager", "GET /teams/:team/settings": "manager",
	"POST /teams/:team/settings/rules": "manager", "POST /teams/:team/settings/rules/check": "manager", "POST /teams/:team": "manager", "POST /teams/:team/repay": "manager",
	"POST /teams/:team/members": "manager", "POST /teams/:team/members/:person": "manager", "POST /teams/:team/members/:person/remove": "manager", "POST /teams/:team/feeds": "manager",
	"POST /teams/:team/feeds/:feed/reset": "manager", "POST /teams/:team/feeds/:feed/revoke": "manager",
	"POST /account/tokens": "known", "POST /account/tokens/:token/revoke": "known", "POST /account/sessions/end": "known",
	"GET /people/:person": "known", "POST /admin/people/:person/unlink": "admin",
	"GET /login/sso": "nobody", "GET /login/sso/done": "nobody",
	"GET /invite/:token": "nobody", "POST /invite/:token": "nobody", "POST /invite/:token/join": "nobody", "GET /reset/:token": "nobody", "POST /reset/:token": "nobody",
	"POST /teams/:team/invitations": "manager", "POST /teams/:team/invitations/:invitation/revoke": "manager",
	"POST /admin/invitations": "admin", "POST /admin/invitations/:invitation/revoke": "admin", "POST /admin/people/:person/admin": "admin", "POST /admin/people/:person/reset": "admin",
	"POST /timeoff/imports": "known", "POST /teams/:team/imports": "manager", "GET /imports/:import": "manager", "POST /imports/:import": "manager",
	"POST /imports/:import/read": "manager", "POST /imports/:import/remove": "manager",
	"GET /teams/:team/settings/rotations/:rotation": "manager", "POST /teams/:team/settings/rotations/:rotation": "manager", "POST /teams/:team/settings/rotations/:rotation/remove": "manager",
	"GET /teams/:team/settings/limits": "manager", "POST /teams/:team/settings/limits": "manager", "POST /teams/:team/settings/rules/:rules/remove": "manager",
	"GET /teams/:team/members/:person": "manager", "POST /teams/:team/members/:person/changes": "manager", "POST /teams/:team/members/:person/changes/:change/remove": "manager",
	"POST /teams/:team/members/:person/terms": "manager", "POST /teams/:team/members/:person/terms/:terms/remove": "manager",
	"GET /teams/:team/webhooks": "manager", "POST /teams/:team/webhooks": "manager", "GET /teams/:team/webhooks/:webhook": "manager", "POST /teams/:team/webhooks/:webhook": "manager",
	"POST /teams/:team/webhooks/:webhook/secret": "manager", "POST /teams/:team/webhooks/:webhook/off": "manager", "POST /teams/:team/webhooks/:webhook/test": "manager", "POST /teams/:team/webhooks/:webhook/remove": "manager",
	"GET /teams/:team/webhooks/:webhook/deliveries/:delivery": "manager", "POST /teams/:team/webhooks/:webhook/deliveries/:delivery/resend": "manager",
	"GET /admin/webhooks": "admin", "POST /admin/webhooks": "admin", "GET /admin/webhooks/:webhook": "admin", "POST /admin/webhooks/:webhook": "admin",
	"POST /admin/webhooks/:webhook/secret": "admin", "POST /admin/webhooks/:webhook/off": "admin", "POST /admin/webhooks/:webhook/test": "admin", "POST /admin/webhooks/:webhook/remove": "admin",
	"GET /admin/webhooks/:webhook/deliveries/:delivery": "admin", "POST /admin/webhooks/:webhook/deliveries/:delivery/resend": "admin",
	"GET /teams/:team/integrations": "manager", "POST /teams/:team/integrations": "manager", "GET /teams/:team/integrations/:integration": "manager",
	"POST /teams/:team/integrations/:integration": "manager", "POST /teams/:team/integrations/:integration/secret": "manager", "POST /teams/:team/integrations/:integration/secret/end": "manager",
	"POST /teams/:team/integrations/:integration/renew": "manager", "POST /teams/:team/integrations/:integration/off": "manager", "POST /teams/:team/integrations/:integration/test": "manager",
	"POST /teams/:team/integrations/:integration/dead/replay": "manager", "POST /teams/:team/integrations/:integration/dead/discard": "manager", "GET /teams/:team/integrations/:integration/deliveries/:delivery": "manager",
	"GET /teams/:team/integrations/:integration/past": "manager", "POST /teams/:team/integrations/:integration/past": "manager", "POST /teams/:team/integrations/:integration/past/key": "manager",
	"POST /teams/:team/integrations/:integration/past/key/end": "manager", "POST /teams/:team/integrations/:integration/past/cancel": "manager",
	"GET /teams/:team/tables": "manager", "POST /teams/:team/tables": "manager", "GET /teams/:team/tables/:table": "manager", "POST /teams/:team/tables/:table": "manager", "POST /teams/:team/tables/:table/commit": "manager",
	"POST /teams/:team/tables/:table/undo": "manager", "POST /teams/:team/tables/:table/remove": "manager", "GET /teams/:team/tables/:table/bad": "manager",
	"GET /teams/:team/integrations/:integration/people": "manager", "POST /teams/:team/integrations/:integration/people/:contact": "manager",
	"GET /setup/team": "admin", "POST /setup/team": "admin", "GET /setup/:setup/team": "admin", "GET /setup/:setup/people": "admin", "GET /setup/:setup/rotation": "admin",
	"GET /setup/:setup/check": "admin", "POST /setup/:setup/team": "admin", "POST /setup/:setup/people": "admin", "POST /setup/:setup/rotation": "admin",
	"POST /setup/:setup/publish": "admin", "POST /setup/:setup/discard": "admin", "GET /teams/:team/welcome": "admin",
	"GET /admin": "admin", "GET /admin/kept": "admin", "POST /admin/teams": "admin",
	"POST /admin/people/:person/deactivate": "admin", "POST /admin/people/:person/activate": "admin", "POST /admin/people/:person/erase": "admin", "POST /admin/services": "admin",
	"POST /admin/services/:person/tokens": "admin", "POST /admin/services/:person/tokens/:token/revoke": "admin", "POST /admin/services/:person/deactivate": "admin",
}

// Every route against every role: whoever is less than a route needs is sent to
// log in or refused, and whoever is enough is neither, and nothing fails.
func TestRoutesAndRoles(t *testing.T) { both(t, routesAndRoles) }

func routesAndRoles(t *testing.T, d *deployment) {
	ctx := t.Context()
	admin := d.setUp()
	other, err := importTeam(strings.NewReplacer("Crew", "Other", "@example.com", "@other.example").Replace(crew))
	d.ok(err)
	_, err = d.schedule.AddTeam(ctx, 1, other)
	d.ok(err)
	status, body := admin.post("/teams/1/members/2", "role", "manager")
	admin.expect(status, body, http.StatusOK, "Saved.")
	day := schedule.DateOf(d.now).AddDays(6)
	draft, err := d.schedule.AskDraft(ctx, 0, schedule.DraftOrder{Team: 1, From: day, Until: day.AddDays(56)})
	d.ok(err)
	d.ok(d.schedule.RunDraft(ctx, draft.ID))
	_, err = d.schedule.Publish(ctx, 0, draft.ID, "")
	d.ok(err)
	_, err = d.schedule.AddImport(ctx, 2, schedule.Import{Kind: schedule.ImportHolidays, Team: 1, Label: "days.ics"}, []byte(events(allDay("h", "20261225", "20261226", "Christmas"))))
	d.ok(err)
	d.reviewed(1)
	_, err = d.health.AddItem(ctx, 2, 1, health.ItemText{Title: "Raise the limit"}, schedule.DateOf(d.now))
	d.ok(err)
	_, hook := d.hooked("generic")
	if a := d.send(hook, `{"event": "triggered", "page": {"id": "a"}, "responders": [{"id": "U1"}]}`); a.status != http.StatusAccepted {
		t.Fatal(a.body)
	}
	d.readAll()
	_, err = d.health.AddTable(ctx, 2, 1, "past.csv", []byte(incidents))
	d.ok(err)
	d.webhooked(1)
	roles := []struct {
		name string
		rank int
		as   *browser
	}{
		{"nobody", 0, d.browser()}, {"outsider", 1, d.person("ana@other.example")}, {"member", 2, d.person("ben@example.com")},
		{"manager", 3, d.person("ana@example.com")}, {"administrator", 4, admin},
	}
	ranks := map[string]int{"nobody": 0, "known": 1, "member": 2, "manager": 3, "admin": 4}
	tokens := d.bearers(admin)
	ids := regexp.MustCompile(`:[a-z]+`)
	// Tokens first: some routes revoke them.
	for _, route := range d.echo.Routes() {
		if strings.HasPrefix(route.Path, "/api/v1") || route.Method == "echo_route_not_found" {
			continue
		}
		for name, token := range tokens {
			status := d.bearer(route.Method, ids.ReplaceAllString(route.Path, "1"), token)
			if outside := slices.Contains(outsidePages, route.Path); status >= 500 || outside == (status == http.StatusForbidden) {
				t.Errorf("%s %s with the token of a %s: %d", route.Method, route.Path, name, status)
			}
		}
	}
	all := d.echo.Routes()
	slices.SortFunc(all, func(a, b *echo.Route) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method))
	})
	for _, route := range all { // in one order, because what one does another finds
		key := route.Method + " " + route.Path
		if strings.HasPrefix(route.Path, "/api/v1") || route.Method == "echo_route_not_found" {
			continue // the API has a matrix of its own
		}
		need, ok := routes[key]
		if !ok {
			t.Errorf("the route %s has no row: say who may use it", key)
			continue
		}
		for _, role := range roles {
			if strings.Contains(route.Path, "withdraw") && role.name == "member" || route.Path == "/logout" {
				continue
			}
			path := ids.ReplaceAllString(route.Path, "1")
			req, err := http.NewRequestWithContext(context.Background(), route.Method, d.url+path, nil)
			d.ok(err)
			client := &http.Client{Jar: role.as.Jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
			resp, err := client.Do(req)
			d.ok(err)
			_ = resp.Body.Close()
			kept := resp.StatusCode == http.StatusForbidden || strings.HasPrefix(resp.Header.Get("Location"), "/login") || resp.StatusCode == http.StatusNotFound
			enough := role.rank >= ranks[need]
			if resp.StatusCode >= 500 || !enough && !kept || enough && resp.StatusCode == http.StatusForbidden && role.name != "administrator" {
				t.Errorf("%s as %s: %d (needs %s)", key, role.name, resp.StatusCode, need)
			}
		}
	}
}

// outsidePages are the routes that ask for no person; everything else are pages,
// which refuse API tokens whoever they belong to.
var outsidePages = []string{"/api/openapi.json", "/api/docs", "/api/docs.css", "/healthz", "/readyz", "/metrics", "/static/*", "/favicon.ico", "/feeds/*", "/hooks/:vendor/:token", "/hooks/:vendor", "/pulse/:token"}

// bearers makes an administrator's token for reading, one for writing, and one of a
// service account, through the pages, where each is shown once.
func (d *deployment) bearers(admin *browser) map[string]string {
	d.t.Helper()
	text := func(status int, body string) string {
		token := regexp.MustCompile(`wb_[A-Za-z0-9_-]{43}`).FindString(body)
		admin.expect(status, body, http.StatusOK, "shown only once", token)
		if token == "" {
			d.t.Fatal(body)
		}
		return token
	}
	status, body := admin.post("/account/tokens", "name", "", "scope", "read", "days", "30")
	admin.expect(status, body, http.StatusUnprocessableEntity, "A name is needed")
	text(admin.post("/account/tokens", "name", "the first, which the matrix revokes", "scope", "read", "days", "30"))
	status, body = admin.post("/admin/services", "name", "Wallboard")
	admin.expect(status, body, http.StatusOK, "Make a token for it")
	id := regexp.MustCompile(`/admin/services/(\d+)/tokens`).FindStringSubmatch(body)
	all := map[string]string{
		"reader":  text(admin.post("/account/tokens", "name", "bot", "scope", "read", "days", "30")),
		"writer":  text(admin.post("/account/tokens", "name", "bot", "scope", "write", "days", "30")),
		"service": text(admin.post("/admin/services/"+id[1]+"/tokens", "name", "office", "days", "90")),
	}
	for _, page := range []string{"/account", "/admin"} {
		if _, body := admin.get(page); strings.Contains(body, all["reader"]) || strings.Contains(body, all["service"]) {
			d.t.Errorf("%s shows a token again", page)
		}
	}
	return all
}

func (d *deployment) bearer(method, path, token string) int {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), method, d.url+path, nil)
	d.ok(err)
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultTransport.RoundTrip(req)
	d.ok(err)
	_ = resp.Body.Close()
	return resp.StatusCode
}

// The demonstration comes up with everything alive.
func TestDemonstration(t *testing.T) {
	if testing.Short() {
		t.Skip("the demonstration plans half a minute under the race detector")
	}
	d := deploy(t, migrationstest.SQLite(t))
	d.ok(d.demonstrate(t.Context(), &console{err: &d.out, now: func() time.Time { return d.now }}))
	b := d.browser()
	status, body := b.post("/login", "email", "ana@demo.example", "password", demoPassword)
	b.expect(status, body, http.StatusOK, "My on-call")
	for path, text := range map[string]string{
		"/teams/1/schedule": "Needs cover", "/requests": "evening", "/teams/1/drafts": "published", "/timeoff": "family visit",
		"/teams/1/settings": "handover: Mon 09:00", "/audit": "published a plan", "/account": "ana@demo.example", "/teams/1/drafts/compare?a=1&b=1": "Compare",
	} {
		status, body := b.get(path)
		b.expect(status, body, http.StatusOK, text)
	}
	// The first request that she reads can be accepted, a later one is against a rule.
	_, body = b.get("/requests")
	if accept, approve := strings.Index(body, "/accept"), strings.Index(body, "/approve"); accept < 0 || approve < accept {
		t.Errorf("she could accept at %d of her requests and allow at %d", accept, approve)
	}
}
