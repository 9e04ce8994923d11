package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
	"watchbill/ui/browsertest"
)

// company deploys the demonstration today, because a real browser lets cookies
// expire by the real time.
func company(t *testing.T) *deployment {
	t.Helper()
	if testing.Short() {
		t.Skip("a company and a browser take half a minute")
	}
	d := deploy(t, migrationstest.SQLite(t))
	d.now = time.Now().UTC().Truncate(time.Second)
	d.ok(d.demonstrate(t.Context(), &console{err: &d.out, now: func() time.Time { return d.now }}))
	return d
}

// signIn logs somebody in who is not.
func (d *deployment) signIn(b *browsertest.Tab, email string) {
	d.t.Helper()
	b.Visit(d.url + "/login")
	b.Type("#email", email)
	b.Type("#password", demoPassword)
	b.Submit("main form[action^='/login'] button")
	if text := b.Text(); !strings.Contains(text, "My on-call") {
		d.t.Fatalf("%s is not logged in: %s", email, text)
	}
}

// Where the pages of the service are, for a role that may see them. Every page has a
// row; what only fixtures show says why.
func (d *deployment) pages() map[string][2]string {
	t := d.t
	admin := d.browser()
	status, body := admin.post("/login", "email", "admin@demo.example", "password", demoPassword)
	admin.expect(status, body, http.StatusOK, "My on-call")
	status, body = admin.post("/setup/team", "name", "Maps", "zone", "Europe/Berlin", "holidays", "DE-BE")
	admin.expect(status, body, http.StatusOK, "Who takes part?")
	status, body = admin.post("/setup/1/people", "do", "demo")
	admin.expect(status, body, http.StatusOK, "people")
	rows := []string{"do", "next"}
	for i := range 6 {
		rows = append(rows, "name", fmt.Sprintf("Person %d", i), "email", "", "zone", "Europe/Berlin", "holidays", "")
	}
	status, body = admin.post("/setup/1/people", rows...)
	admin.expect(status, body, http.StatusOK, "How should shifts rotate?")
	first := schedule.DateOf(d.now).AddDays(7).String()
	status, body = admin.post("/setup/1/rotation", "day", "Tue", "at", "09:30", "day2", "Fri", "at2", "17:00", "hours", "", "first", first, "length", "week", "do", "next")
	admin.expect(status, body, http.StatusOK, "Look at eight real weeks")
	status, body = admin.post("/admin/invitations", "email", "new@demo.example", "team", "1")
	invite := admin.link(status, body, "invite")
	status, body = admin.post("/admin/people/3/reset")
	reset := admin.link(status, body, "reset")
	plan, err := d.schedule.Store.LastPlan(t.Context(), 1)
	d.ok(err)
	from := plan.Until
	draft, err := d.schedule.AskDraft(t.Context(), 0, schedule.DraftOrder{Team: 1, From: from, Until: from.AddDays(28)})
	d.ok(err)
	d.ok(d.schedule.RunDraft(t.Context(), draft.ID))
	days, err := d.schedule.AddImport(t.Context(), 1, schedule.Import{Kind: schedule.ImportHolidays, Team: 1, Label: "days.ics"}, []byte(events(allDay("h", "20261225", "20261226", "Christmas"))))
	d.ok(err)
	table, err := d.health.AddTable(t.Context(), 1, 1, "past.csv", []byte(incidents))
	d.ok(err)
	p := &health.PageRecord{Integration: 1, Team: 1, Page: health.Page{Key: "told", OpenedBy: "told", State: health.StateTriggered, Urgency: health.UrgencyHigh, Title: "Checkout is slow", TriggeredAt: d.now, LastEventAt: d.now, CountsAsPage: true}}
	p.People = []health.Attendance{{Person: 1, NotifiedAt: d.now, Notices: []health.Notice{{At: d.now}}, Interruptions: 1}}
	d.ok(d.health.Store.InTx(t.Context(), func(tx health.Store) error { return tx.SavePage(t.Context(), p) }))
	token, _, err := d.health.MakeLink(t.Context(), 1, p.ID)
	d.ok(err)
	tell := "/tell/" + token
	team, err := d.schedule.Store.Team(t.Context(), 1)
	d.ok(err)
	if _, err = d.pulse.Open(t.Context(), 1, &team, health.PulseOrder{Kind: health.PulseQuarterly, Closes: d.now.AddDate(0, 0, 4)}); !errors.Is(err, schedule.ErrConflict) { // on some days it is open already
		d.ok(err)
	}
	survey := "/pulse/" + d.pulseTokens(&team)[0]
	d.webhooked(1)
	const ana, root = "ana@demo.example", "admin@demo.example"
	return map[string][2]string{
		"/setup": {}, "/login/sso": {}, "/login/sso/done": {}, "/teams/:team": {}, // before there is anybody; redirections
		"/login": {"", "/login"}, "/invite/:token": {"", invite}, "/reset/:token": {"", reset}, "/api/docs": {"", "/api/docs"},
		"/": {ana, "/"}, "/requests": {ana, "/requests"}, "/timeoff": {ana, "/timeoff"}, "/burden": {ana, "/burden"}, "/burden/pages": {ana, "/burden/pages"}, "/teams/:team/handover": {ana, "/teams/1/handover"}, "/tell/:token": {"", tell}, "/teams/:team/burden": {ana, "/teams/1/burden"}, "/teams/:team/health": {ana, "/teams/1/health"}, "/teams/:team/whatif": {ana, "/teams/1/whatif?people=2"}, "/teams/:team/indicators": {ana, "/teams/1/indicators"}, "/teams/:team/items": {ana, "/teams/1/items?new=1"}, "/teams/:team/items/:item": {ana, "/teams/1/items/1"}, "/teams/:team/reviews": {ana, "/teams/1/reviews"}, "/teams/:team/reviews/:week": {ana, d.lastReview()}, "/account": {ana, "/account"}, "/audit": {ana, "/audit"},
		"/teams/:team/schedule": {ana, "/teams/1/schedule"}, "/shifts/:shift": {ana, "/shifts/9"}, "/people/:person": {ana, "/people/2"},
		"/teams/:team/drafts": {ana, "/teams/1/drafts"}, "/teams/:team/drafts/:draft": {ana, fmt.Sprintf("/teams/1/drafts/%d", draft.ID)},
		"/teams/:team/drafts/compare": {ana, fmt.Sprintf("/teams/1/drafts/compare?a=published&b=%d", draft.ID)}, "/teams/:team/plans/:plan": {ana, "/teams/1/plans/1"},
		"/teams/:team/settings": {ana, "/teams/1/settings"}, "/teams/:team/settings/limits": {ana, "/teams/1/settings/limits"},
		"/teams/:team/settings/rotations/:rotation": {ana, "/teams/1/settings/rotations/new"}, "/teams/:team/members/:person": {ana, "/teams/1/members/2"},
		"/teams/:team/integrations": {ana, "/teams/1/integrations"}, "/teams/:team/integrations/:integration": {ana, "/teams/1/integrations/2"},
		"/teams/:team/integrations/:integration/deliveries/:delivery": {ana, "/teams/1/integrations/1/deliveries/1"}, "/teams/:team/integrations/:integration/people": {ana, "/teams/1/integrations/2/people"}, "/teams/:team/integrations/:integration/past": {ana, "/teams/1/integrations/1/past"},
		"/teams/:team/webhooks": {ana, "/teams/1/webhooks"}, "/teams/:team/webhooks/:webhook": {ana, "/teams/1/webhooks/1"}, "/teams/:team/webhooks/:webhook/deliveries/:delivery": {ana, "/teams/1/webhooks/1/deliveries/1"},
		"/admin/webhooks": {root, "/admin/webhooks"}, "/admin/webhooks/:webhook": {root, "/admin/webhooks/3"}, "/admin/webhooks/:webhook/deliveries/:delivery": {root, "/admin/webhooks/3/deliveries/2"},
		"/organisation": {root, "/organisation"}, "/admin/kept": {root, "/admin/kept"}, "/organisation/pulse": {ana, "/organisation/pulse"}, "/organisation/pulse/:from": {ana, d.lastRound()},
		"/diary": {ana, "/diary"}, "/diary/:entry": {ana, d.diaryEntry()}, "/diary.csv": {},
		"/pulse": {ana, "/pulse"}, "/pulse/:token": {"", survey}, "/teams/:team/pulse": {ana, "/teams/1/pulse"}, "/teams/:team/pulse/:wave": {ana, "/teams/1/pulse/1"},
		"/owed": {ana, "/owed"}, "/pay": {ana, "/pay"}, "/teams/:team/owed": {ana, "/teams/1/owed"}, "/teams/:team/pay": {ana, "/teams/1/pay"},
		"/teams/:team/pay/rules": {ana, "/teams/1/pay/rules"}, "/teams/:team/pay/:month": {ana, "/teams/1/pay/" + d.now.AddDate(0, -1, 0).Format("2006-01")},
		"/teams/:team/tables": {ana, "/teams/1/tables"}, "/teams/:team/tables/:table": {ana, fmt.Sprintf("/teams/1/tables/%d", table.ID)}, "/teams/:team/tables/:table/bad": {}, // the last is a file
		"/imports/:import": {ana, fmt.Sprintf("/imports/%d", days.ID)},
		"/gaps":            {root, "/gaps"}, "/gaps.csv": {}, "/teams": {root, "/teams"},
		"/admin": {root, "/admin"}, "/teams/:team/welcome": {root, "/teams/1/welcome"},
		"/setup/team": {root, "/setup/team"}, "/setup/:setup/team": {root, "/setup/1/team"}, "/setup/:setup/people": {root, "/setup/1/people"},
		"/setup/:setup/rotation": {root, "/setup/1/rotation"}, "/setup/:setup/check": {root, "/setup/1/check"},
	}
}

// notPages are the routes that answer programs.
var notPages = regexp.MustCompile(`^/(api/v1|api/openapi.json|api/docs.css|static|favicon.ico|feeds|hooks|healthz|readyz|metrics)`)

// Every page as the service really serves it: axe finds nothing, the console says
// nothing, nothing scrolls sideways, and it costs little.
func TestBrowserService(t *testing.T) {
	d := company(t)
	d.ok(d.surround(t.Context()))
	b := browsertest.Open(t, 4*time.Minute)
	b.Theme("light")
	where := d.pages()
	var order []string
	for _, route := range d.echo.Routes() {
		if route.Method != http.MethodGet || notPages.MatchString(route.Path) {
			continue
		}
		if _, ok := where[route.Path]; !ok {
			t.Errorf("the page %s has no row: say where it is and who sees it", route.Path)
		}
		order = append(order, route.Path)
	}
	slices.SortFunc(order, func(a, b string) int { return cmp.Or(cmp.Compare(where[a][0], where[b][0]), cmp.Compare(a, b)) })
	as, clients := "", map[string]*browser{"": d.browser()}
	for _, page := range order {
		who, path := where[page][0], where[page][1]
		if path == "" {
			continue
		}
		if who != as {
			if as != "" {
				b.Visit(d.url + "/account")
				b.Submit("form[action='/logout'] button")
			}
			d.signIn(b, who)
			clients[who] = d.browser()
			status, body := clients[who].post("/login", "email", who, "password", demoPassword)
			clients[who].expect(status, body, http.StatusOK, "My on-call")
			as = who
		}
		t.Run(page, func(t *testing.T) {
			b.T = t
			b.Theme("light")
			b.Size(1440, 900)
			b.Visit(d.url + path)
			b.Accessible("1440 light")
			b.Fits("served", 1440, 390, 320)
			b.Theme("dark")
			b.Accessible("320 dark")
			b.Quiet("served")
			clients[who].budget(t, path)
		})
		b.T = t
	}
}

// budget fails when a first visit of a page costs more than 100 KB, or its scripts
// more than 15.
func (b *browser) budget(t *testing.T, path string) {
	t.Helper()
	html, total := b.wire(t, path)
	scripts, seen := 0, map[string]bool{}
	for _, m := range regexp.MustCompile(`(?:href|src)="(/(?:static|api)/[^"#]+\.(?:css|js|svg|woff2))`).FindAllStringSubmatch(html, -1) {
		if seen[m[1]] {
			continue
		}
		seen[m[1]] = true
		_, n := b.wire(t, m[1])
		total += n
		if strings.HasSuffix(m[1], ".js") {
			scripts += n
		}
	}
	t.Logf("%s: %.1f KB over the wire, %.1f KB of them script", path, float64(total)/1e3, float64(scripts)/1e3)
	if total > 100_000 || scripts > 15_000 {
		t.Errorf("%s costs %d bytes, %d of them script", path, total, scripts)
	}
}

// wire gets something as a browser does; n is how many bytes its body was on the way.
func (b *browser) wire(t *testing.T, path string) (text string, n int) {
	t.Helper()
	_, text = b.get(path)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.d.url+path, nil)
	b.d.ok(err)
	req.Header.Set("Accept-Encoding", "gzip")
	resp, err := (&http.Client{Jar: b.Jar}).Do(req)
	b.d.ok(err)
	defer resp.Body.Close()
	packed, err := io.ReadAll(resp.Body)
	b.d.ok(err)
	return text, len(packed)
}

// Cover is asked for and accepted on pages alone, without any script.
func TestBrowserCoverWithoutScript(t *testing.T) {
	d := company(t)
	b := browsertest.Open(t, 2*time.Minute)
	b.NoScript()
	holder, taker, shift := d.coverable()
	d.signIn(b, holder.Email)
	b.Visit(fmt.Sprintf("%s/shifts/%d", d.url, shift.ID))
	b.Click(fmt.Sprintf("input[name=to][value='%d']", taker.ID))
	b.Type("#cover-message", "A wedding.")
	b.Submit("#cover form button")
	if text := b.Text(); !strings.Contains(text, "Asked.") {
		t.Fatalf("not asked: %s", text)
	}
	b.Visit(d.url + "/account")
	b.Submit("form[action='/logout'] button")
	d.signIn(b, taker.Email)
	b.Visit(d.url + "/requests")
	b.Submit("button[formaction$='/accept']")
	d.holds(shift, taker)
	b.Quiet("without script")
}

// The same with the keyboard alone: every control can be come to, and be seen.
func TestBrowserCoverByKeyboard(t *testing.T) {
	d := company(t)
	b := browsertest.Open(t, 2*time.Minute)
	b.Size(1440, 900)
	holder, taker, shift := d.coverable()
	signIn := func(email string) {
		b.Visit(d.url + "/login")
		b.TabTo("#email")
		b.Press(email)
		b.TabTo("#password")
		b.Press(demoPassword)
		b.Enter()
	}
	signIn(holder.Email)
	b.Visit(fmt.Sprintf("%s/shifts/%d", d.url, shift.ID))
	b.TabTo("input[name=to]:checked")
	for !browsertest.Eval[bool](b, fmt.Sprintf(`document.activeElement.value === "%d"`, taker.ID)) {
		b.Press(browsertest.Down)
	}
	b.TabTo("#cover-message")
	b.Press("A wedding.")
	b.TabTo("#cover form button")
	b.Enter()
	if text := b.Text(); !strings.Contains(text, "Asked.") {
		t.Fatalf("not asked: %s", text)
	}
	b.Visit(d.url + "/account")
	b.TabTo("form[action='/logout'] button")
	b.Enter()
	signIn(taker.Email)
	b.TabTo("a[href='/requests']")
	b.Enter()
	b.TabTo("button[formaction$='/accept']")
	b.Enter()
	d.holds(shift, taker)
	b.Quiet("by keyboard")
}

// coverable finds a coming shift of the demonstration that has no request yet, and
// somebody of whom no rule keeps it.
func (d *deployment) coverable() (holder, taker schedule.Profile, shift schedule.Shift) {
	d.t.Helper()
	shifts, err := d.schedule.Shifts(d.t.Context(), 1, d.now.AddDate(0, 0, 7), d.now.AddDate(0, 0, 80), time.Time{})
	d.ok(err)
	people, err := d.schedule.Store.People(d.t.Context(), nil)
	d.ok(err)
	open, err := d.schedule.Store.Requests(d.t.Context(), 1, schedule.RequestOpen)
	d.ok(err)
	byID := map[schedule.ID]schedule.Profile{}
	for _, p := range people {
		byID[p.ID] = p
	}
	for _, shift := range shifts {
		waits := slices.ContainsFunc(open, func(r schedule.Request) bool { return r.Slot == shift.Slot || r.Return.Slot == shift.Slot })
		if waits || shift.Person == 0 || shift.Override != 0 || !shift.Start.After(d.now) {
			continue
		}
		for _, p := range people {
			all, err := d.schedule.Effects(d.t.Context(), 1, []schedule.Move{{Stretch: allOf(&shift), To: p.ID}})
			d.ok(err)
			fits := slices.ContainsFunc(all[0], func(e schedule.Effect) bool { return e.Person == p.ID && !e.Broken() })
			if fits && p.ID != shift.Person {
				return byID[shift.Person], p, shift
			}
		}
	}
	d.t.Fatal("the demonstration has no shift that could be covered")
	return holder, taker, shift
}

// holds fails unless somebody has a shift.
func (d *deployment) holds(shift schedule.Shift, who schedule.Profile) {
	d.t.Helper()
	shifts, err := d.schedule.Shifts(d.t.Context(), 1, shift.Start, shift.End, time.Time{})
	d.ok(err)
	if !slices.ContainsFunc(shifts, func(t schedule.Shift) bool { return t.Slot == shift.Slot && t.Person == who.ID }) {
		d.t.Errorf("%s has not got %s", who.Name, shift.Slot)
	}
}
