package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"watchbill/schedule"
)

// A bad week of somebody moves the next plan, from the pages to the document: the points
// add up, everybody who sees the plan sees them, and only that person is told of nights.
func TestMeasuredBurdenInAPlan(t *testing.T) { both(t, measuredInAPlan) }

func measuredInAPlan(t *testing.T, d *deployment) {
	ctx := t.Context()
	d.now = time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	d.ok(d.demonstrate(ctx, &console{err: &d.out, now: func() time.Time { return d.now }}))
	people, err := d.schedule.Store.People(ctx, nil)
	d.ok(err)
	find := func(email string) schedule.Profile {
		return people[slices.IndexFunc(people, func(p schedule.Profile) bool { return p.Email == email })]
	}
	ana, ben := find("ana@demo.example"), find("ben@demo.example")
	doors, err := d.health.Store.Integrations(ctx, 1)
	d.ok(err)
	d.now = d.now.AddDate(0, 0, -7) // in a week that is over when the draft is made
	d.disturb(doors[0], ben.ID, ben.Zone, 3)
	d.now = d.now.AddDate(0, 0, 7)
	d.ok(d.measureBurden(ctx))

	boss := d.login(ana.Email)
	status, body := boss.post("/teams/1/repay", "gain", "100", "cap", "", "since", "soon")
	boss.expect(status, body, http.StatusUnprocessableEntity, "is no number of points", `value="soon"`)
	status, body = boss.post("/teams/1/repay", "gain", "100", "cap", "60", "since", "2026-11-02")
	boss.expect(status, body, http.StatusOK, "Saved. Drafts from now on follow it.")
	status, body = boss.post("/teams/1/repay", "base", `{"Gain":50}`, "gain", "25", "cap", "60", "since", "2026-11-02")
	boss.expect(status, body, http.StatusConflict, "Somebody else changed this meanwhile", "100 %, at most 60 points")

	last, err := d.schedule.Store.LastPlan(ctx, 1)
	d.ok(err)
	draft, planned := d.planned(schedule.DraftOrder{Team: 1, From: last.Until, Until: last.Until.AddDays(28)})
	var doc planDoc
	d.ok(json.Unmarshal([]byte(planned.Document), &doc))
	if doc.Repaid == nil || doc.Repaid.Through != (schedule.Date{Year: 2026, Month: 11, Day: 23}) {
		t.Fatalf("the plan says %+v of measured burden", doc.Repaid)
	}
	sum := points(0)
	for _, p := range doc.People {
		if sum += p.Repaid; p.Before+p.Points-p.Share-p.Repaid != p.After || p.Repaid < -60_000 || p.Repaid > 60_000 {
			t.Errorf("%s: %v + %v − %v − %v is not %v, or beyond the cap", p.Name, p.Before, p.Points, p.Share, p.Repaid, p.After)
		}
		if p.Name == ben.Name && p.Repaid >= 0 {
			t.Errorf("after three broken nights %s holds %v more", p.Name, p.Repaid)
		}
	}
	if sum != 0 {
		t.Errorf("what pages change adds up to %v", sum)
	}

	why := planned.Measured.Why(ben.ID)
	if !strings.HasSuffix(why, "nights broken in November") {
		t.Errorf("Ben is told %q", why)
	}
	at := fmt.Sprintf("/teams/1/drafts/%d", draft.ID)
	status, body = boss.get(at)
	boss.expect(status, body, http.StatusOK, "What pages change", "for pages")
	if strings.Contains(body, "nights broken") && !strings.Contains(planned.Measured.Why(ana.ID), "nights broken") || strings.Contains(body, why) {
		t.Errorf("a manager reads of somebody's nights:\n%s", body)
	}
	status, body = boss.get("/api/v1" + at)
	boss.expect(status, body, http.StatusOK, `"repaid"`)
	if strings.Contains(body, why) || strings.Contains(body, `"nights"`) {
		t.Errorf("a manager's program reads of somebody's nights:\n%s", body)
	}
	status, body = boss.post(at+"/publish", "note", "")
	boss.expect(status, body, http.StatusOK, "Published.")
	for email, told := range map[string]bool{ben.Email: true, "admin@demo.example": false, ana.Email: false} {
		b := d.login(email)
		for _, page := range []string{"/burden", "/teams/1/burden"} {
			status, body = b.get(page)
			if b.expect(status, body, http.StatusOK); strings.Contains(body, why) != told {
				t.Errorf("%s shows %s %q: %v", page, email, why, !told)
			}
		}
	}
}

// login is a browser in which somebody of the demonstration is logged in.
func (d *deployment) login(email string) *browser {
	d.t.Helper()
	b := d.browser()
	status, body := b.post("/login", "email", email, "password", demoPassword)
	b.expect(status, body, http.StatusOK, "My on-call")
	return b
}
