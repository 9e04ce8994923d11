package main

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// A plan keeps to the rules of its first day: where others begin within its days, the
// draft says so, and whoever saves them is told which plan does not follow.
func TestRulesWithinADraft(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	admin := d.setUp()
	monday := schedule.Date{Year: 2026, Month: 12, Day: 7}
	change := func(from schedule.Date, hour string) (int, string) {
		rules, err := d.schedule.RulesOn(t.Context(), 1, from)
		d.ok(err)
		return admin.post("/teams/1/settings/rules", "from", from.String(), "base", rules.Source, "rules", regexp.MustCompile(`Mon \d+:00`).ReplaceAllString(rules.Source, "Mon "+hour))
	}
	status, body := change(monday.AddDays(28), "10:00")
	admin.expect(status, body, http.StatusOK, "It holds from 4 Jan 2027, for plans that begin then or later.")
	if strings.Contains(body, "runs then") {
		t.Error("a plan that is not there runs")
	}
	order := schedule.DraftOrder{Team: 1, From: monday, Until: monday.AddDays(56)}
	draft, p := d.planned(order)
	status, body = admin.get("/teams/1/drafts/" + strconv.FormatInt(int64(draft.ID), 10))
	admin.expect(status, body, http.StatusOK, "Other rules begin on Mon 4 Jan", "does not follow them", "from=2026-12-07&amp;until=2027-01-03")
	if hour := p.Shifts[7].Start.UTC().Hour(); hour != 8 {
		t.Errorf("the last shift begins at %d", hour)
	}
	order.Until = monday.AddDays(28)
	short, _ := d.planned(order)
	if _, body = admin.get("/teams/1/drafts/" + strconv.FormatInt(int64(short.ID), 10)); strings.Contains(body, "Other rules begin") {
		t.Error("rules that begin when the plan is over are told")
	}
	_, err := d.schedule.Publish(t.Context(), 1, draft.ID, "")
	d.ok(err)
	status, body = change(monday.AddDays(35), "11:00")
	admin.expect(status, body, http.StatusOK, "The published one that runs then, until 31 Jan 2027, keeps to the rules of its first day.")
	again, _ := d.planned(schedule.DraftOrder{Team: 1, From: monday, Until: monday.AddDays(56)})
	status, body = admin.get("/teams/1/drafts/" + strconv.FormatInt(int64(again.ID), 10))
	admin.expect(status, body, http.StatusOK, "Other rules begin on Mon 4 Jan")
	if strings.Contains(body, "Plan up to then") {
		t.Error("a plan that has to reach further is offered")
	}
}

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

	// Whoever has another name by now is the same, and the same draft made again differs
	// from itself in its number.
	people[0].Name += " Newname"
	d.ok(d.schedule.Store.SavePerson(ctx, &people[0]))
	d.now = d.now.Add(time.Minute)
	mine := path[strings.LastIndex(path, "/")+1:]
	twin := make(admin.post(path + "/again"))
	status, body = admin.get("/teams/1/drafts/compare?a=" + mine + "&b=" + twin[strings.LastIndex(twin, "/")+1:])
	admin.expect(status, body, http.StatusOK, "Every shift is with the same person in both", people[0].Name)
	if strings.Contains(body, "different days") {
		t.Error("the same days are different ones")
	}
	// Whoever has left before a plan begins, or comes after it, is not to be pinned in it.
	bodies := map[bool]int{}
	for _, until := range []schedule.Date{{}, {Year: 2026, Month: 12, Day: 1}} {
		d.ok(d.schedule.PutMember(ctx, 1, schedule.Membership{Team: 1, Person: 3, Share: schedule.FullTime, Until: until}))
		_, body = admin.get(path)
		bodies[strings.Contains(body, `<option value="3">Ben</option>`)]++
	}
	d.ok(d.schedule.PutMember(ctx, 1, schedule.Membership{Team: 1, Person: 3, Share: schedule.FullTime}))
	if bodies[true] != 1 {
		t.Error("somebody who has left can be pinned, or somebody who is there cannot")
	}
	status, body = admin.post("/teams/1/drafts", "from", "2027-02-01", "until", "2027-03-28", "name", "Spring")
	spring := make(status, body)
	status, body = admin.get("/teams/1/drafts/compare?a=" + mine + "&b=" + spring[strings.LastIndex(spring, "/")+1:])
	admin.expect(status, body, http.StatusOK, "plans for different days", "They have no day in common", "Spring (draft ")
	if strings.Contains(body, ">better<") {
		t.Error("a plan for other days is called better")
	}
	status, body = admin.get("/teams/1/drafts/compare?a=" + mine)
	admin.expect(status, body, http.StatusOK, "Choose two.")
	d.now = d.now.Add(time.Minute)

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
