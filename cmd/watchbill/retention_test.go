package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"
)

// What is kept is said to whoever sends, fetches or uploads what is older, and what was
// removed to administrators.
func TestKept(t *testing.T) { both(t, kept) }

func kept(t *testing.T, d *deployment) {
	admin := d.setUp()
	ana := d.person("ana@example.com")
	d.ok(d.db.Write.Exec("UPDATE membership SET manager = TRUE WHERE person_id = 2").Error)
	door, hook := d.hooked("opsgenie")
	status, body := admin.get("/admin/kept")
	admin.expect(status, body, 200, "no limit", "Nothing was removed.")

	fired := d.now.AddDate(0, -20, 0).Truncate(time.Minute)
	d.fire(door, "Checkout", "is slow", fired)
	d.fire(door, "Checkout", "is slow", d.now.AddDate(0, -2, 0))
	d.readAll()
	pages := d.told(door.ID)
	d.ok(d.measureBurden(t.Context()))
	d.keep(health.UsualKeeping)
	d.ok(d.remover.Work(t.Context()))
	d.ok(d.remover.Work(t.Context())) // nothing is left to do
	if left := d.told(door.ID); len(pages) != 2 || len(left) != 1 {
		t.Fatalf("of %d pages are left %d", len(pages), len(left))
	}
	state, err := d.health.Store.BurdenState(t.Context(), 1)
	d.ok(err)
	zone, err := schedule.Zone(state.Zone)
	d.ok(err)
	day := state.KeptFrom.At(schedule.Midnight, zone)
	if state.KeptFrom != health.UsualKeeping.KeptFrom(d.now, zone) {
		t.Errorf("all pages are kept from %v on", state.KeptFrom)
	}

	status, body = admin.get("/admin/kept")
	admin.expect(status, body, 200, "13 months", "1 removed so far", "1 page, older than", "What people said of pages")
	status, body = ana.get("/admin/kept")
	ana.expect(status, body, 403)
	var told struct {
		Pages int `json:"pages_months"`
		Kept  []struct {
			What, For string
			Removed   int
		}
		Removed []struct {
			Kind string
			N    int
		}
	}
	a := d.call(d.token(1, auth.ScopeRead), "GET", "/api/v1/retention", "")
	d.ok(json.Unmarshal([]byte(a.body), &told))
	if a.status != 200 || told.Pages != 13 || len(told.Kept) < 10 || told.Kept[0].Removed != 1 || told.Kept[0].For != "13 months" || len(told.Removed) == 0 {
		t.Errorf("the API says %s", a.body)
	}

	base := fmt.Sprintf("/teams/1/integrations/%d", door.ID)
	status, body = ana.get(base)
	ana.expect(status, body, 200, "Pages are kept", "what happened before is not taken in", day.Format("2 Jan 2006"))
	status, body = ana.get("/teams/1/burden?weeks=52&from=" + health.MondayOf(schedule.DateOf(d.now)).AddDays(-7*80).String())
	ana.expect(status, body, 200, "Weeks before "+day.Format("2 January 2006")+" stay as they were measured")

	// A row of a file from the last second before, and one from the first after.
	file := "Incident ID,Title,Created at\nOLD,Too old," + day.Add(-time.Second).UTC().Format(time.RFC3339) + "\nNEW,Just in time," + day.UTC().Format(time.RFC3339) + "\n"
	status, body = ana.upload("/teams/1/tables", "past.csv", file, "pager", fmt.Sprint(door.ID))
	ana.expect(status, body, 200, "<dt>Good</dt><dd>1</dd>", "Row 2, Created at", "lies before "+day.Format("2 January 2006"), "leave the row out")
	status, body = ana.post("/teams/1/tables/1/commit")
	ana.expect(status, body, 200, "It is being taken over")
	d.takeTables()
	if left := d.told(door.ID); len(left) != 2 || left["NEW"].ID == 0 {
		t.Errorf("kept are %v", left)
	}

	ana.post(base+"/past/key", "key", "good", "region", "us")
	status, body = ana.post(base+"/past", "from", state.KeptFrom.AddDays(-3).String(), "until", "")
	ana.expect(status, body, 422, "Pages are not kept for so long; ask for those from "+day.Format("2 January 2006")+" on")

	// A late delivery about what is gone says that it was left out, and changes nothing.
	if a := d.send(hook, fmt.Sprintf(`{"action": "Close", "alert": {"alertId": "gone", "createdAt": %d, "updatedAt": %d, "message": "is slow"}}`, fired.UnixMilli(), fired.UnixMilli()*1_000_000)); a.status != 202 {
		t.Fatal(a.body)
	}
	d.readAll()
	latest, err := d.health.Store.Deliveries(t.Context(), door.ID, "", 0, 1)
	d.ok(err)
	status, body = ana.get(fmt.Sprintf("%s/deliveries/%d", base, latest[0].ID))
	ana.expect(status, body, 200, "from before "+day.Format("2 January 2006")+" was left out: pages are not kept for longer")
	if left := d.told(door.ID); len(left) != 2 {
		t.Errorf("kept are %v", left)
	}
}

// A past that comes over is taken in however old it is and stays whole for a month, so that
// it can be looked at and undone; then its pages go, and what they came to by the week stays.
func TestPastComesOver(t *testing.T) { both(t, pastComesOver) }

func pastComesOver(t *testing.T, d *deployment) {
	d.setUp()
	ana := d.person("ana@example.com")
	d.ok(d.db.Write.Exec("UPDATE membership SET manager = TRUE WHERE person_id = 2").Error)
	door, hook := d.hooked("opsgenie")
	d.keep(health.UsualKeeping)
	d.ok(d.measureBurden(t.Context()))
	remove := func() {
		t.Helper()
		d.ok(d.measureBurden(t.Context()))
		d.ok(d.remover.Work(t.Context()))
	}
	since := func() schedule.Date {
		t.Helper()
		state, err := d.health.Store.BurdenState(t.Context(), 1)
		d.ok(err)
		return state.KeptFrom
	}

	// A sample of a vendor's documents, sent to see whether the link works, is seen, counts
	// nowhere, and shuts nothing out.
	sample := time.Date(2021, 6, 1, 12, 0, 0, 0, time.UTC)
	if a := d.send(hook, fmt.Sprintf(`{"action": "Create", "alert": {"alertId": "sample", "createdAt": %d, "updatedAt": %d, "message": "Sample"}}`, sample.UnixMilli(), sample.UnixMilli()*1_000_000)); a.status != 202 {
		t.Fatal(a.body)
	}
	d.readAll()
	if p := d.told(door.ID)["sample"]; p.ID == 0 || p.CountsAsPage {
		t.Fatalf("the sample is kept as %+v", p)
	}
	remove()
	if left := d.told(door.ID); len(left) != 0 || !since().IsZero() {
		t.Fatalf("of the sample are left %v, and all is kept from %v on", left, since())
	}

	fired := d.now.AddDate(0, -30, 0).Truncate(time.Minute)
	file := "Incident ID,Title,Created at\nOLD,Long ago," + fired.UTC().Format(time.RFC3339) + "\n"
	status, body := ana.upload("/teams/1/tables", "past.csv", file, "pager", fmt.Sprint(door.ID))
	ana.expect(status, body, 200, "<dt>Good</dt><dd>1</dd>")
	status, body = ana.post("/teams/1/tables/1/commit")
	ana.expect(status, body, 200, "It is being taken over")
	d.takeTables()
	// With a past that is fetched comes who was on call, which is about no page.
	d.ok(d.db.Write.Exec("INSERT INTO page_event (integration_id, event_key, page_key, kind, occurred_at, received_at, event) VALUES (?, 'turn', '', 'oncall_shift', ?, ?, '{}')",
		door.ID, fired.UnixMicro(), d.now.UnixMicro()).Error)
	turns := func() (n int) {
		t.Helper()
		d.ok(d.db.Read.Raw("SELECT COUNT(*) FROM page_event WHERE event_key = 'turn'").Scan(&n).Error)
		return n
	}
	measured := func() (measure string) {
		t.Helper()
		week := health.MondayOf(schedule.DateOf(fired))
		d.ok(d.db.Read.Raw("SELECT measure FROM burden_team_week WHERE team_id = 1 AND week = ?", week.String()).Scan(&measure).Error)
		return measure
	}
	remove()
	want := measured()
	if left := d.told(door.ID); len(left) != 1 || turns() != 1 || !since().IsZero() || !strings.Contains(want, `"incidents":1`) {
		t.Fatalf("of the past are left %v, all is kept from %v on, and the week came to %s", left, since(), want)
	}

	d.now = d.now.Add(health.BodiesKept + time.Hour)
	for range 100 { // some weeks at a time
		d.ok(d.measureBurden(t.Context()))
	}
	remove()
	if left := d.told(door.ID); len(left) != 0 || turns() != 0 || since().IsZero() || measured() != want {
		t.Errorf("of the past are left %v, all is kept from %v on, and the week came to %s, want %s", left, since(), measured(), want)
	}
	ana = d.login("ana@example.com")
	status, body = ana.upload("/teams/1/tables", "more.csv", strings.ReplaceAll(file, "OLD", "MORE"), "pager", fmt.Sprint(door.ID))
	ana.expect(status, body, 200, "<dt>Good</dt><dd>0</dd>", "lies before")
}
