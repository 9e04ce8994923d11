package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"
)

// A replica whose clock has jumped years ahead writes what it does down as done then, and
// puts off until then what is to be done again. Once it is gone the others go on, and
// none of it waits for that day.
func TestClockAhead(t *testing.T) {
	onBoth(t, func(t *testing.T, address string) {
		d, ahead := deploy(t, address), deploy(t, address)
		d.now = time.Date(2026, 12, 3, 10, 0, 0, 0, time.UTC)
		admin := d.setUp()
		door := d.manned(schedule.Date{Year: 2026, Month: 12, Day: 7})
		d.at("2026-12-14T12:00:00+01:00")
		d.ok(d.makeReviews(t.Context()))
		ahead.at("2031-06-18T12:00:00+02:00")
		for _, test := range []struct {
			name string
			run  func(t *testing.T, d, ahead *deployment, admin *browser, door *health.Integration)
		}{
			{"weekly reviews", reviewsBehind}, {"what came in", inboxBehind}, {"the past", pullsBehind}, {"tables", tablesBehind},
			{"drafts", draftsBehind}, {"log-ins", logInsBehind}, {"calendars", calendarsBehind},
		} {
			t.Run(test.name, func(t *testing.T) { test.run(t, d, ahead, admin, &door) })
		}
	})
}

// bring does what the job does, and fails unless it finds something.
func (d *deployment) bring(t *testing.T, want int) {
	t.Helper()
	pages, err := d.health.BringForward(t.Context())
	d.ok(err)
	calendars, err := d.schedule.BringForwardImports(t.Context())
	d.ok(err)
	if pages+calendars != want {
		t.Errorf("%d of what was put off is due, want %d", pages+calendars, want)
	}
}

func reviewsBehind(t *testing.T, d, ahead *deployment, admin *browser, _ *health.Integration) {
	d.ok(ahead.makeReviews(t.Context()))
	if n := len(d.weeksOf(1)); n < 5 {
		t.Fatalf("%d reviews: it made none of weeks to come", n)
	}
	d.at("2026-12-28T12:00:00+01:00")
	d.ok(d.makeReviews(t.Context()))
	d.ok(d.makeReviews(t.Context()))
	weeks := d.weeksOf(1)
	for i, want := range []string{"2026-12-07", "2026-12-14", "2026-12-21"} {
		if weeks[i] != want {
			t.Errorf("review %d is of the week of %s, want %s", i, weeks[i], want)
		}
	}
	status, body := d.person("root@example.com").get("/api/v1/teams/1/reviews?limit=3")
	admin.expect(status, body, http.StatusOK, `"week":"2026-12-21"`, `"week":"2026-12-14"`, `"week":"2026-12-07"`)
	status, body = d.person("root@example.com").get("/teams/1/reviews")
	admin.expect(status, body, http.StatusOK, "/teams/1/reviews/2026-12-21")
	if strings.Contains(body, "/teams/1/reviews/2031") {
		t.Error("weeks to come are listed")
	}
}

func inboxBehind(t *testing.T, d, ahead *deployment, _ *browser, _ *health.Integration) {
	_, url := ahead.hooked("generic")
	if a := ahead.send(url, generic("ahead")); a.status != http.StatusAccepted {
		t.Fatalf("%d %s", a.status, a.body)
	}
	unread := func() int {
		n, err := d.health.Store.Undone(t.Context(), 10)
		d.ok(err)
		return n
	}
	d.readAll()
	if unread() != 1 {
		t.Fatalf("%d are put off", unread())
	}
	d.bring(t, 1)
	d.readAll()
	if unread() != 0 {
		t.Errorf("%d are not read", unread())
	}
	d.bring(t, 0)
}

func pullsBehind(t *testing.T, d, ahead *deployment, _ *browser, _ *health.Integration) {
	ctx := t.Context()
	door, _ := d.hooked("pagerduty")
	d.ok(d.health.SetPullKey(ctx, 0, door.ID, "good", "eu"))
	nightly := func() (n int) {
		_, pulls := d.pulled(&door)
		for _, p := range pulls {
			if p.Nightly {
				n++
			}
		}
		return n
	}
	d.ok(ahead.health.LookForGaps(ctx))
	d.ok(d.health.LookForGaps(ctx))
	d.ok(d.health.LookForGaps(ctx))
	if nightly() != 2 {
		t.Errorf("%d nights were asked for, want that of each clock", nightly())
	}
	d.ok(d.db.Write.Exec("UPDATE pull SET state = 'done'").Error)
	_, err := d.health.AskPull(ctx, 0, door.ID, d.now.AddDate(0, 0, -3), d.now, false)
	d.ok(err)
	claimed, err := ahead.health.Store.ClaimPull(ctx, ahead.now, ahead.now.Add(time.Minute))
	d.ok(err)
	claimed.DueAt = ahead.now.Add(time.Minute)
	d.ok(ahead.health.Store.SavePull(ctx, &claimed))
	d.bring(t, 2)
	again, err := d.health.Store.ClaimPull(ctx, d.now, d.now.Add(time.Minute))
	d.ok(err)
	if again.ID != claimed.ID || again.Claim != claimed.Claim+1 {
		t.Errorf("%+v was claimed after %+v", again, claimed)
	}
	d.bring(t, 0) // what is claimed as it should be stays claimed
	d.ok(d.db.Write.Exec("UPDATE pull SET state = 'done'").Error)
}

func tablesBehind(t *testing.T, d, ahead *deployment, _ *browser, door *health.Integration) {
	ctx := t.Context()
	table, err := d.health.AddTable(ctx, 0, door.ID, "past.csv", []byte("id,title,created at\nQ1,Disk,2026-10-01T10:00:00Z\n"))
	d.ok(err)
	d.ok(d.health.CommitTable(ctx, 0, door.Team, table.ID))
	_, err = ahead.health.Store.ClaimTable(ctx, ahead.now, ahead.now.Add(time.Minute))
	d.ok(err)
	d.ok(d.tables.Work(ctx))
	if is, err := d.health.Store.Table(ctx, table.ID); err != nil || is.State != health.TableReading {
		t.Fatalf("%s, %v", is.State, err)
	}
	d.bring(t, 1)
	d.ok(d.tables.Work(ctx))
	if is, err := d.health.Store.Table(ctx, table.ID); err != nil || is.State != health.TableDone {
		t.Errorf("%s, %v", is.State, err)
	}
}

func draftsBehind(t *testing.T, d, ahead *deployment, _ *browser, _ *health.Integration) {
	ctx := t.Context()
	from := schedule.Date{Year: 2027, Month: 3, Day: 1}
	asked, err := d.schedule.AskDraft(ctx, 0, schedule.DraftOrder{Team: 1, From: from, Until: from.AddDays(14)})
	d.ok(err)
	_, mine, err := ahead.schedule.ClaimDraft(ctx, asked.ID)
	if d.ok(err); !mine {
		t.Fatal("it is not claimed")
	}
	work := &jobs{service: d.schedule, access: d.access, log: d.log}
	d.ok(work.makeDrafts(ctx)) // it is put back
	d.ok(work.makeDrafts(ctx))
	is, err := d.schedule.Store.Draft(ctx, asked.ID)
	d.ok(err)
	if is.State != schedule.DraftReady || is.Tries != 2 {
		t.Errorf("it is %s after %d tries", is.State, is.Tries)
	}
}

func logInsBehind(t *testing.T, d, ahead *deployment, _ *browser, _ *health.Integration) {
	d.person("cleo@example.com")
	b := ahead.browser()
	for range 7 {
		_, _ = b.post("/login", "email", "cleo@example.com", "password", "not that one")
	}
	b = d.browser()
	status, body := b.post("/login", "email", "cleo@example.com", "password", secret)
	b.expect(status, body, http.StatusOK, "My on-call")
	token := d.token(4, auth.ScopeRead, func(t *auth.Token) { t.ExpiresAt = ahead.now.AddDate(1, 0, 0) })
	ahead.call(token, "GET", "/api/v1/me", "")
	d.call(token, "GET", "/api/v1/me", "")
	var used int64
	d.ok(d.db.Read.Raw("SELECT MAX(used_at) FROM token").Scan(&used).Error)
	if at := time.Unix(used, 0).UTC(); !at.Equal(d.now) {
		t.Errorf("a token was used last at %v, and not now", at)
	}
}

func calendarsBehind(t *testing.T, d, ahead *deployment, _ *browser, _ *health.Integration) {
	ctx := t.Context()
	cal := newFeed(t)
	cal.text.Store(events(allDay("b", "20270401", "20270404", "Family")))
	ana := d.person("ana@example.com")
	for _, replica := range []*deployment{d, ahead} {
		var err error
		replica.schedule.Calendars, err = newCalendars([]string{"127.0.0.0/8"})
		d.ok(err)
	}
	status, body := ana.upload("/timeoff/imports", "", "", "kind", "absences", "url", cal.url)
	ana.expect(status, body, http.StatusOK, "Family")
	status, body = ana.post("/imports/1", "filter", "all", "least", "4")
	ana.expect(status, body, http.StatusOK, "read again by itself")
	d.ok(ahead.schedule.ReadDue(ctx))
	d.now = d.now.Add(3 * time.Hour)
	fetched := cal.fetched.Load()
	d.bring(t, 1)
	d.ok(d.schedule.ReadDue(ctx))
	if cal.fetched.Load() != fetched+1 {
		t.Errorf("it was fetched %d times more", cal.fetched.Load()-fetched)
	}
	d.bring(t, 0)
}
