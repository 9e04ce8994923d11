package main

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// A manager's way with drafts: make, look at what changes and for whom, pin, unpin,
// compare, publish with a note, and look at what was published before.
func TestDraftPages(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	ctx := t.Context()
	admin := d.setUp()
	j := &jobs{service: d.schedule, access: d.access, log: d.log}
	make := func(status int, body string) string {
		t.Helper()
		admin.expect(status, body, http.StatusOK, "computing", "Stop")
		d.ok(j.makeDrafts(ctx))
		drafts, err := d.schedule.Store.Drafts(ctx, 1)
		d.ok(err)
		return "/teams/1/drafts/" + strconv.FormatInt(int64(drafts[0].ID), 10)
	}
	status, body := admin.get("/teams/1/drafts")
	admin.expect(status, body, http.StatusOK, "No draft is waiting", "Nothing is published yet")
	status, body = admin.post("/teams/1/drafts", "from", "2026-12-07", "until", "2027-01-31", "name", "Winter", "seconds", "600", "seed", "x")
	admin.expect(status, body, http.StatusUnprocessableEntity, "no number, like 2", "Winter", "600")
	status, body = admin.post("/teams/1/drafts", "from", "2026-12-07", "until", "2027-01-31", "name", "Winter", "seconds", "600")
	admin.expect(status, body, http.StatusUnprocessableEntity, "from 1 to 60", "Winter")
	path := make(admin.post("/teams/1/drafts", "from", "2026-12-07", "until", "2027-01-31", "name", "Winter", "seconds", "1", "seed", "3"))
	status, body = admin.get(path)
	admin.expect(status, body, http.StatusOK, "Winter", "This is the first plan: 8 shifts begin", "as even as possible")
	status, body = admin.post(path+"/publish", "note", "Happy winter.")
	admin.expect(status, body, http.StatusOK, "Published.")
	status, body = admin.post(path+"/publish", "note", "Twice.")
	admin.expect(status, body, http.StatusConflict, "This draft is published already")
	status, body = admin.get("/teams/1/drafts")
	admin.expect(status, body, http.StatusOK, "Plan 1", "Happy winter.", "Again from 7 Dec 2026", `value="2027-02-01"`)
	status, body = admin.get("/teams/1/plans/1")
	admin.expect(status, body, http.StatusOK, "Happy winter.", "published by Root", "Week by week")
	if status, _ = admin.get("/teams/1/plans/2"); status != http.StatusNotFound {
		t.Errorf("a plan that does not exist answers %d", status)
	}

	// Somebody is away where they are on call: the draft says who loses and gets what.
	shifts, err := d.schedule.Shifts(ctx, 1, d.now, d.now.AddDate(0, 3, 0), d.now.AddDate(1, 0, 0))
	d.ok(err)
	away := shifts[3].Person
	people, err := d.schedule.Store.People(ctx, []schedule.ID{away})
	d.ok(err)
	day := schedule.DateOf(shifts[3].Start)
	_, err = d.schedule.AddLeave(ctx, away, schedule.Leave{Person: away, First: day, Last: day.AddDays(3), Note: "trip"})
	d.ok(err)
	path = make(admin.post("/teams/1/drafts", "from", "2026-12-07", "until", "2027-01-31"))
	status, body = admin.get(path)
	admin.expect(status, body, http.StatusOK, people[0].Name+"</span>", "loses Primary 28 Dec – 4 Jan", "gets Primary", "is away")
	status, body = admin.get("/teams/1/drafts/compare?a=published&b=" + path[strings.LastIndex(path, "/")+1:])
	admin.expect(status, body, http.StatusOK, "What is published", "differ", "Proven to be the most even")

	// Pin, and unpin again.
	status, body = admin.post(path+"/pin", "shift", "primary 2027-01-25")
	admin.expect(status, body, http.StatusUnprocessableEntity, "Choose a shift and a person")
	pinned := make(admin.post(path+"/pin", "shift", "primary 2027-01-25", "person", "2"))
	status, body = admin.get(pinned)
	admin.expect(status, body, http.StatusOK, "Unpin", "Mon 25 Jan 09:00", "pinned")
	free := make(admin.post(pinned+"/unpin", "shift", "primary 2027-01-25"))
	if _, body = admin.get(free); strings.Contains(body, "Unpin") {
		t.Error("the shift is still pinned")
	}
	status, body = admin.post(pinned+"/pin", "shift", "nothing 2027-01-25", "person", "2")
	failed := make(status, body)
	status, body = admin.get(failed)
	admin.expect(status, body, http.StatusOK, "There is no plan.", "no shift")

	// Another plan is published meanwhile: this one cannot be any more.
	status, body = admin.post(free + "/publish")
	admin.expect(status, body, http.StatusOK, "Published.")
	status, body = admin.get(pinned)
	admin.expect(status, body, http.StatusOK, "Plan 2 was published since", "Make it again")
	status, body = admin.post(pinned + "/publish")
	admin.expect(status, body, http.StatusConflict, "Plan 2 was published after")
	again := make(admin.post(pinned + "/again"))

	// What it does not know is said.
	d.now = d.now.AddDate(0, 0, 1)
	status, body = admin.post("/teams/1/members/3", "role", "member", "share", "50")
	admin.expect(status, body, http.StatusOK, "Saved.")
	for range 120 { // however much else happens in the team since then
		d.ok(d.schedule.Store.Audit(ctx, &schedule.AuditEntry{At: d.now, Action: "shift.cover", Team: 1}))
	}
	status, body = admin.get(again)
	admin.expect(status, body, http.StatusOK, "members have changed since this draft was made")
	status, body = admin.post(again + "/discard")
	admin.expect(status, body, http.StatusOK, "Discarded.")

	// The next plan is drafted by itself, and its manager is told at home.
	d.now = d.now.AddDate(0, 0, 9)
	d.ok(j.draftAhead(ctx))
	d.ok(j.makeDrafts(ctx))
	status, body = admin.post("/login", "email", "root@example.com", "password", secret)
	admin.expect(status, body, http.StatusOK, "The next plan of Crew is drafted", "Sun 31 Jan")
}
