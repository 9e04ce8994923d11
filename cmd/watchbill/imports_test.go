package main

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// upload posts a form with a file; values are pairs of a name and a value.
func (b *browser) upload(path, name, content string, values ...string) (int, string) {
	b.d.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i < len(values); i += 2 {
		b.d.ok(form.WriteField(values[i], values[i+1]))
	}
	if name != "" {
		part, err := form.CreateFormFile("file", name)
		b.d.ok(err)
		_, err = io.WriteString(part, content)
		b.d.ok(err)
	}
	b.d.ok(form.Close())
	resp, err := b.Post(b.d.url+path, form.FormDataContentType(), &body)
	b.d.ok(err)
	return b.read(resp)
}

func events(lines ...string) string {
	return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:Ben's days\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VCALENDAR\r\n"
}

func allDay(uid, from, until, title string) string {
	return fmt.Sprintf("BEGIN:VEVENT\r\nUID:%s\r\nDTSTART;VALUE=DATE:%s\r\nDTEND;VALUE=DATE:%s\r\nSUMMARY:%s\r\nEND:VEVENT", uid, from, until, title)
}

// feed is another server's calendar.
type feed struct {
	text    atomic.Value
	fetched atomic.Int32
	url     string
}

func newFeed(t *testing.T) *feed {
	f := &feed{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.fetched.Add(1)
		text := f.text.Load().(string)
		if r.URL.Path != "/hush/basic.ics" {
			http.NotFound(w, r)
			return
		}
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(srv.Close)
	f.url = srv.URL + "/hush/basic.ics"
	return f
}

// A file and a link say when people are away: looked at first, then taken over, and
// kept up. What they say reaches plans.
func TestImports(t *testing.T) {
	both(t, func(_ *testing.T, d *deployment) { imports(d) })
}

func imports(d *deployment) {
	admin := d.setUp()
	ctx := d.t.Context()
	ben, ana := d.person("ben@example.com"), d.person("ana@example.com")
	ok := http.StatusOK

	// What is no calendar is refused where it was put in.
	for content, want := range map[string]string{"<html>log in</html>": "web page", "": "choose a calendar", "hello": "not a calendar", strings.Repeat("x", 5<<20+1): "larger than 5 MB"} {
		name := "trip.ics"
		if content == "" {
			name = ""
		}
		status, body := ben.upload("/timeoff/imports", name, content, "kind", "absences", "label", "Trips")
		ben.expect(status, strings.ToLower(body), http.StatusUnprocessableEntity, strings.ToLower(want), "trips")
	}
	if status, _ := ben.upload("/timeoff/imports", "x", strings.Repeat("x", 7<<20), "kind", "absences"); status != http.StatusRequestEntityTooLarge {
		d.t.Errorf("seven megabytes: %d", status)
	}
	status, body := ben.upload("/timeoff/imports", "", "", "kind", "absences", "url", "gopher://x")
	ben.expect(status, body, http.StatusUnprocessableEntity, "should begin with https", "gopher://x")
	status, body = ben.upload("/timeoff/imports", "", "", "kind", "shifts", "url", "https://x.example")
	ben.expect(status, body, http.StatusUnprocessableEntity, "Choose what the calendar has")

	trip := events(allDay("a", "20261207", "20261214", "Skiing"), "BEGIN:VEVENT\r\nUID:m\r\nDTSTART:20261216T090000Z\r\nDURATION:PT1H\r\nSUMMARY:Stand-up\r\nRRULE:FREQ=DAILY;COUNT=3\r\nEND:VEVENT",
		"BEGIN:VEVENT\r\nUID:bad\r\nSUMMARY:No start\r\nEND:VEVENT", allDay("past", "20261101", "20261103", "Past"))
	status, body = ben.upload("/timeoff/imports", "trip.ics", trip, "kind", "absences")
	ben.expect(status, body, ok, "What would come of it", "Skiing", "Stand-up", "it is shorter than 4 hours", "no DTSTART", "line ", "Nothing has happened yet")
	status, body = ben.get("/imports/1?filter=words&words=&least=0")
	ben.expect(status, body, http.StatusUnprocessableEntity, "Say which words")
	status, body = ben.get("/imports/1?filter=all&least=0")
	ben.expect(status, body, ok, "4 events are added")
	for name, b := range map[string]*browser{"Ana": ana, "the administrator": admin} {
		if status, body := b.get("/imports/1"); status != http.StatusForbidden || strings.Contains(body, "Skiing") {
			d.t.Errorf("%s sees the calendar of somebody else: %d", name, status)
		}
	}
	status, body = ben.post("/imports/1", "filter", "all", "words", "", "least", "24")
	ben.expect(status, body, ok, "It is taken over", "1 event counts")
	status, body = ben.get("/timeoff")
	ben.expect(status, body, ok, "trip.ics", "Mon 7 – Sun 13 Dec")
	if strings.Contains(body, "Skiing") {
		d.t.Error("a title that was not to be kept is kept")
	}

	// A link, which no service reads from inside its own network unless told to.
	cal := newFeed(d.t)
	cal.text.Store(events(allDay("b", "20270101", "20270104", "Family"), allDay("c", "20261221", "20261226", "Home")))
	status, body = ana.upload("/timeoff/imports", "", "", "kind", "absences", "url", cal.url)
	ana.expect(status, body, http.StatusUnprocessableEntity, "not for calendars on the internet")
	if cal.fetched.Load() > 0 {
		d.t.Error("it was fetched")
	}
	var err error
	d.schedule.Calendars, err = newCalendars([]string{"127.0.0.0/8"})
	d.ok(err)
	status, body = ana.upload("/timeoff/imports", "", "", "kind", "absences", "url", cal.url)
	ana.expect(status, body, ok, "Ben&#39;s days", "Family", "Home", "127.0.0.1")
	status, body = ana.post("/imports/2", "filter", "all", "least", "4", "titles", "1")
	ana.expect(status, body, ok, "read again by itself", "2 events count", "again in 1 hour")
	cal.text.Store(events(allDay("b", "20270101", "20270105", "Family")))
	work := &jobs{service: d.schedule, access: d.access, log: d.log}
	d.ok(work.service.ReadDue(ctx))
	d.now = d.now.Add(2 * time.Hour)
	ana = d.person("ana@example.com")
	d.ok(work.service.ReadDue(ctx))
	status, body = ana.get("/timeoff")
	ana.expect(status, body, ok, "Fri 1 – Mon 4 Jan", "Family")
	if cal.fetched.Load() != 2 || strings.Contains(body, "Home") {
		d.t.Errorf("fetched %d times", cal.fetched.Load())
	}
	cal.text.Store("<html>log in</html>")
	d.now = d.now.Add(time.Minute)
	status, body = ana.post("/imports/2/read")
	ana.expect(status, body, ok, "web page", "Could not be read")
	for _, path := range []string{"/timeoff", "/imports/2", "/audit"} {
		if _, body := ana.get(path); strings.Contains(body, "hush") {
			d.t.Errorf("%s shows the link", path)
		}
	}
	if strings.Contains(d.out.String(), "hush") {
		d.t.Errorf("the log has the link: %s", d.out.String())
	}

	// What overlaps what was entered by hand makes a plan all the same, and the
	// plan keeps to both.
	status, body = ben.post("/timeoff", "from", "2026-12-10", "until", "2026-12-11", "label", "mine")
	ben.expect(status, body, ok, "Noted.")
	d.plannedWithout(func(p *schedule.PlanInput) {
		if len(p.People) == 0 {
			d.t.Error("nobody")
		}
	}, "Ben 2026-12-07", "Ana 2026-12-28")
}

// plannedWithout makes a draft of eight weeks and checks that nobody has any of the shifts
// given like "Ben 2026-12-07".
func (d *deployment) plannedWithout(look func(*schedule.PlanInput), not ...string) {
	d.t.Helper()
	ctx := d.t.Context()
	from := schedule.DateOf(time.Date(2026, 12, 7, 0, 0, 0, 0, time.UTC))
	in, err := d.schedule.PlanInput(ctx, 1, from, from.AddDays(56))
	d.ok(err)
	look(&in)
	plan, err := d.schedule.Plan(ctx, in, func(int) bool { return true })
	d.ok(err)
	for _, s := range plan.Shifts {
		for _, p := range in.People {
			for _, n := range not {
				if p.Profile.ID == s.Person && n == p.Name+" "+schedule.DateOf(s.Start).String() {
					d.t.Errorf("%s has %s", p.Name, s.Slot)
				}
			}
		}
	}
}

// Days off of an imported calendar count in plans: for the team, and for whoever has
// none of their own.
func TestImportedHolidaysReachPlans(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	admin := d.setUp()
	ana := d.person("ana@example.com")
	ok := http.StatusOK
	status, body := admin.upload("/teams/1/imports", "company.ics", events(allDay("h", "20261209", "20261210", "Founders' Day"), allDay("i", "20270106", "20270107", "Epiphany")), "kind", "holidays")
	admin.expect(status, body, ok, "Founders&#39; Day", "2 events are added")
	status, body = admin.post("/imports/1")
	admin.expect(status, body, ok, "taken over")
	status, body = admin.get("/teams/1/settings")
	admin.expect(status, body, ok, "company.ics", "2 events count")
	status, body = ana.upload("/timeoff/imports", "india.ics", events(allDay("j", "20270126", "20270127", "Republic Day")), "kind", "holidays")
	ana.expect(status, body, ok, "Republic Day")
	status, body = ana.post("/imports/2")
	ana.expect(status, body, ok, "taken over")
	if status, _ := ana.get("/imports/1"); status != http.StatusForbidden {
		t.Errorf("a member sees the team's import: %d", status)
	}
	ctx := t.Context()
	draft, err := d.schedule.AskDraft(ctx, 1, schedule.DraftOrder{Team: 1, From: schedule.DateOf(d.now).AddDays(6), Until: schedule.DateOf(d.now).AddDays(62)})
	d.ok(err)
	d.ok(d.schedule.RunDraft(ctx, draft.ID))
	made, err := d.schedule.Store.Draft(ctx, draft.ID)
	d.ok(err)
	for _, want := range []string{`{\"date\":\"2026-12-09\",\"name\":\"Founders' Day\",\"people\":[\"Ben\",\"Cleo\",\"Dan\"]}`, `\"name\":\"Republic Day\",\"people\":[\"Ana\"]`} {
		if !strings.Contains(strings.NewReplacer(" ", "", `\n`, "").Replace(made.Plan), strings.ReplaceAll(want, " ", "")) {
			t.Errorf("no %s in %s", want, made.Plan)
		}
	}
	// A team file of the service names no files of the machine.
	status, body = admin.post("/teams/1/settings/rules/check", "from", "2026-12-07", "rules", "team: Crew\nzone: Europe/Berlin\nholidays: [../../etc/secret.ics]\nrotations:\n  - {name: primary, handover: Mon 09:00}\n")
	admin.expect(status, body, http.StatusUnprocessableEntity, "only the plan command reads")
}

// A rota of Ana, Ben and Cleo in another tool, by the week until the crew's own plans
// begin, of which Ana had more than her part.
func rota(titles func(name, email string) string, extra ...string) string {
	lines := append([]string{}, extra...)
	people := []string{"Ana", "Ben", "Ana", "Cleo"}
	for week := range 12 {
		start := time.Date(2026, 9, 14, 7, 0, 0, 0, time.UTC).AddDate(0, 0, 7*week)
		name := people[week%4]
		lines = append(lines, fmt.Sprintf("BEGIN:VEVENT\r\nUID:w%d\r\nDTSTART:%s\r\nDTEND:%s\r\n%s\r\nEND:VEVENT", week,
			start.Format("20060102T150405Z"), start.AddDate(0, 0, 7).Format("20060102T150405Z"), titles(name, strings.ToLower(name)+"@example.com")))
	}
	return events(lines...)
}

// What people had in another tool seeds the balances: whoever had more gets less. It
// counts once, however often it is read, and no more when it is removed.
func TestSeed(t *testing.T) {
	both(t, func(_ *testing.T, d *deployment) { seed(d) })
}

func seed(d *deployment) {
	admin := d.setUp()
	ok, ctx := http.StatusOK, d.t.Context()
	pagerDuty := rota(func(name, email string) string {
		return "ATTENDEE:" + email + "\r\nSUMMARY:On Call - " + name + " Surname - Crew Primary"
	}, "BEGIN:VEVENT\r\nUID:x\r\nDTSTART:20260907T070000Z\r\nDTEND:20260914T070000Z\r\nATTENDEE:zoe@elsewhere.example\r\nSUMMARY:On Call - Zoe - Crew Primary\r\nEND:VEVENT")
	status, body := admin.upload("/teams/1/imports", "pd.ics", pagerDuty, "kind", "shifts")
	admin.expect(status, body, ok, "Who is who", "ana@example.com", "zoe@elsewhere.example", "unknown", "nobody here is zoe@elsewhere.example", "2026-12-01")
	status, body = admin.get("/imports/1?until=soon&rotation=primary&name=zoe@elsewhere.example&who=5")
	admin.expect(status, body, http.StatusUnprocessableEntity, "is no day", "soon", "zoe@elsewhere.example")
	status, body = admin.get("/imports/1?until=2026-12-07&rotation=secondary")
	admin.expect(status, body, http.StatusUnprocessableEntity, "no rotation")
	status, body = admin.get("/imports/1?until=2026-12-07&rotation=primary&name=zoe@elsewhere.example&who=999")
	admin.expect(status, body, http.StatusUnprocessableEntity, "not in the team")
	status, body = admin.post("/imports/1", "until", "2026-12-07", "rotation", "primary", "name", "zoe@elsewhere.example", "who", "0")
	admin.expect(status, body, ok, "taken over", "12 events count", "zoe@elsewhere.example is nobody in the team")

	brings := func() map[string]int64 {
		d.t.Helper()
		day := schedule.Date{Year: 2026, Month: 12, Day: 7}
		in, err := d.schedule.PlanInput(ctx, 1, day, day.AddDays(28))
		d.ok(err)
		out := map[string]int64{}
		for _, p := range in.People {
			out[p.Name] = in.Before[p.Profile.ID] / 1000
		}
		if n := len(in.Recent); out["Ana"] != 0 && n != 12 {
			d.t.Errorf("%d recent shifts", n)
		}
		return out
	}
	first := brings()
	if first["Ana"] <= 0 || first["Ben"] >= 0 || first["Ben"]-first["Cleo"] > 1 || first["Cleo"]-first["Ben"] > 1 || first["Dan"] != 0 {
		d.t.Fatalf("people bring %v", first)
	}
	// The same again is no change, and another version takes its place.
	status, body = admin.upload("/teams/1/imports", "pd.ics", pagerDuty, "kind", "shifts")
	admin.expect(status, body, ok, "12 stay as they are")
	status, body = admin.post("/imports/1", "until", "2026-12-07", "rotation", "primary")
	admin.expect(status, body, ok, "taken over")
	if again := brings(); fmt.Sprint(again) != fmt.Sprint(first) {
		d.t.Fatalf("read again: %v and not %v", again, first)
	}

	// The first plan evens it out, and the next does not count it again.
	admin.post("/teams/1/drafts", "from", "2026-12-07", "until", "2027-01-31")
	work := &jobs{service: d.schedule, access: d.access, log: d.log}
	d.ok(work.makeDrafts(ctx))
	plan, err := d.schedule.Publish(ctx, 1, 1, "")
	d.ok(err)
	held := map[schedule.ID]int{}
	shifts, err := d.schedule.Shifts(ctx, 1, plan.From.At(0, time.UTC), plan.Until.At(0, time.UTC), time.Time{})
	d.ok(err)
	for _, s := range shifts {
		held[s.Person]++
	}
	ids := map[string]schedule.ID{}
	people, err := d.schedule.Store.People(ctx, nil)
	d.ok(err)
	for _, p := range people {
		ids[p.Name] = p.ID
	}
	if held[ids["Ana"]] > 1 || held[ids["Ben"]] < 2 {
		d.t.Errorf("shifts in the first plan: %v of %v", held, ids)
	}
	next := func() schedule.PlanInput {
		in, err := d.schedule.PlanInput(ctx, 1, plan.Until, plan.Until.AddDays(56))
		d.ok(err)
		return in
	}
	before := next()
	d.ok(d.schedule.RemoveImport(ctx, 1, 1))
	after := next()
	for name, id := range ids {
		if diff := before.Before[id] - after.Before[id]; diff/1000 != first[name] {
			d.t.Errorf("%s brought %d and loses %d", name, first[name], diff)
		}
	}

	// A link: who is who can be chosen later too, and it is read until the day on
	// which the plans here take over.
	var err2 error
	d.schedule.Calendars, err2 = newCalendars([]string{"127.0.0.0/8"})
	d.ok(err2)
	cal := newFeed(d.t)
	cal.text.Store(pagerDuty)
	status, body = admin.upload("/teams/1/imports", "", "", "kind", "shifts", "url", cal.url, "label", "PD")
	admin.expect(status, body, ok, "zoe@elsewhere.example", "unknown")
	status, body = admin.post("/imports/2", "until", "2026-12-07", "rotation", "primary", "name", "zoe@elsewhere.example", "who", "0")
	admin.expect(status, body, ok, "12 events count", "again in ")
	status, body = admin.post("/imports/2", "until", "2026-12-07", "name", "zoe@elsewhere.example", "who", "5")
	admin.expect(status, body, ok, "13 events count")
	d.now = time.Date(2026, 12, 10, 9, 0, 0, 0, time.UTC)
	d.ok(d.schedule.ReadDue(ctx))
	read, err := d.schedule.Store.Import(ctx, 2)
	d.ok(err)
	if !read.NextAt.IsZero() || read.Problem != "" {
		d.t.Errorf("after the plans took over it is read again at %v (%s)", read.NextAt, read.Problem)
	}
	d.ok(d.schedule.RemoveImport(ctx, 1, 2))
	d.now = time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC)

	// Other tools' titles, and their people by name.
	for n, title := range []func(name, email string) string{
		func(name, _ string) string { return "SUMMARY:" + name + " On-Call (GoAlert: Crew, EU)" },
		func(name, _ string) string { return "SUMMARY:[L1] " + strings.ToLower(name) },
		func(name, email string) string { return "SUMMARY:" + email },
		func(name, _ string) string { return "SUMMARY:crew primary shift: " + name },
		func(name, _ string) string { return "SUMMARY:On call (primary): " + name + " – Crew" },
		func(name, _ string) string { return "SUMMARY:" + name + " - Crew schedule" },
		func(name, _ string) string { return "ATTENDEE;CN=" + name + ":MAILTO:\r\nSUMMARY:Crew" },
	} {
		file := fmt.Sprintf("tool%d.ics", n)
		status, body = admin.upload("/teams/1/imports", file, rota(title), "kind", "shifts")
		admin.expect(status, body, ok, "12 events are added")
		if strings.Contains(body, "unknown") {
			d.t.Errorf("title %d has somebody unknown", n)
		}
	}
}
