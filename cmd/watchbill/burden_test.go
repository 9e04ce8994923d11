package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// disturb gives somebody a bad week: pages at two and at four in the morning of their
// own clock for some nights, and two hours of work on each.
func (d *deployment) disturb(door health.Integration, person schedule.ID, zone string, nights int) {
	d.t.Helper()
	loc, err := time.LoadLocation(zone)
	d.ok(err)
	today := schedule.DateOf(d.now.In(loc))
	for n := range nights {
		for _, hour := range []int{2, 4} {
			at := today.AddDays(-1-n).At(schedule.ClockAt(hour, 0), loc)
			name := fmt.Sprint("night ", n, hour)
			p := &health.PageRecord{Integration: door.ID, Team: door.Team, Page: health.Page{
				Key: name, OpenedBy: name, State: health.StateResolved, Urgency: health.UrgencyHigh, Service: "=HYPERLINK(\"http://x\")", Title: "@SUM(1)",
				TriggeredAt: at, FirstAckAt: at.Add(time.Minute), ResolvedAt: at.Add(2 * time.Hour), LastEventAt: at.Add(2 * time.Hour), CountsAsPage: true,
			}}
			p.People = []health.Attendance{{Person: person, NotifiedAt: at, Notices: []health.Notice{{At: at}}, AckedAt: at.Add(time.Minute), ResolvedAt: at.Add(2 * time.Hour), Responding: 119 * time.Minute, Interruptions: 1}}
			d.ok(d.health.Store.InTx(d.t.Context(), func(tx health.Store) error { return tx.SavePage(d.t.Context(), p) }))
		}
	}
}

// Who sees what of somebody's bad week, the same on the page, in JSON and in the table:
// themselves all of it, a manager that they need rest, an administrator that rests were
// short, team mates nothing.
func TestBurdenIsToldToWhomItConcerns(t *testing.T) { both(t, burdenByRole) }

func burdenByRole(t *testing.T, d *deployment) {
	ctx := t.Context()
	d.now = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	d.ok(d.demonstrate(ctx, &console{err: &d.out, now: func() time.Time { return d.now }}))
	doors, err := d.health.Store.Integrations(ctx, 1)
	d.ok(err)
	people, err := d.schedule.Store.People(ctx, nil)
	d.ok(err)
	ben := people[slices.IndexFunc(people, func(p schedule.Profile) bool { return p.Email == "ben@demo.example" })]
	d.disturb(doors[0], ben.ID, ben.Zone, 4)
	d.ok(d.measureBurden(ctx))
	const weeks = "?weeks=4"
	for _, role := range []struct {
		email              string
		self, rest, nights bool
	}{
		{"ben@demo.example", true, false, false},
		{"chloe@demo.example", false, false, false}, // a team mate
		{"ana@demo.example", false, true, true},
		{"admin@demo.example", false, true, false},
	} {
		b := d.browser()
		status, body := b.post("/login", "email", role.email, "password", demoPassword)
		b.expect(status, body, http.StatusOK, "My on-call")
		says := func(where, text string, want bool) {
			t.Helper()
			if strings.Contains(text, where) != want {
				t.Errorf("%s: %q is there: %v, want %v", role.email, where, !want, want)
			}
		}

		status, page := b.get("/teams/1/burden" + weeks)
		b.expect(status, page, http.StatusOK, "Who carries the load")
		says("Short rests", page, role.rest)
		says("Who needs rest now", page, role.nights)
		says("had 4 disrupted nights", page, role.nights)
		says("After these nights you need rest", page, role.self)
		says("=HYPERLINK", page, true) // the service, as text

		member := role.email != "admin@demo.example"
		status, paged := b.get("/api/v1/teams/1/pages")
		b.expect(status, paged, http.StatusOK, `"basis"`)
		says(`"name":"`+ben.Name, paged, member)
		if status, paged = b.get(fmt.Sprintf("/teams/1/integrations/%d", doors[0].ID)); status == http.StatusOK {
			says("<small>Somebody: ", paged, !member)
		}

		status, table := b.get("/api/v1/teams/1/burden.csv" + weeks)
		b.expect(status, table, http.StatusOK, "section,what")
		says("\nrest,", table, role.rest)
		says("\nrest needed,"+ben.Name+",4", table, role.nights)
		says("\nyou,wake-ups,8,", table, role.self)
		says(",=HYPERLINK", table, false)
		says("\"=HYPERLINK", table, false)
		says("'=HYPERLINK", table, true)

		status, text := b.get("/api/v1/teams/1/burden" + weeks)
		b.expect(status, text, http.StatusOK, "finding")
		var r struct {
			People []map[string]any
			Rest   []struct {
				Nights int `json:"disrupted_nights_7d"`
			} `json:"rest_needed"`
			Mine *struct{ Wakeups int }
		}
		d.ok(json.Unmarshal([]byte(text), &r))
		if got := len(r.Rest) > 0 && r.Rest[0].Nights == 4; got != role.nights {
			t.Errorf("%s: who needs rest: %+v", role.email, r.Rest)
		}
		if got := r.Mine != nil && r.Mine.Wakeups == 8; got != role.self {
			t.Errorf("%s: own figures %+v", role.email, r.Mine)
		}
		for _, p := range r.People {
			for key := range p {
				rest := key == "short_rests" || key == "short_weeks"
				known := []string{"person", "on_call_hours", "on_call_hours_l1", "oncall_weeks", "standby_points", "standby_points_by_band", "standby_points_per_week", "fair_share", "ratio"}
				if rest && !role.rest || !rest && !slices.Contains(known, key) {
					t.Errorf("%s: is told %s of a person", role.email, key)
				}
			}
		}

		status, page = b.get("/burden?weeks=4&from=2026-11-02")
		b.expect(status, page, http.StatusOK, "My burden")
		says("After these nights you need rest", page, role.self)
	}
	log, err := d.schedule.Store.AuditOf(ctx, schedule.AuditQuery{Person: ben.ID, Most: 100})
	d.ok(err)
	var looked []schedule.ID
	for _, e := range log {
		if e.Action == "burden.see" {
			looked = append(looked, e.By)
		}
	}
	if len(looked) != 2 || looked[0] == ben.ID || looked[0] == looked[1] {
		t.Errorf("who looked, by their log: %v; want the manager and the administrator, once each", looked)
	}
}

// What is wrong with an address is said, and the API says which field.
func TestBurdenPeriods(t *testing.T) { both(t, burdenPeriods) }

func burdenPeriods(t *testing.T, d *deployment) {
	b := d.setUp()
	d.ok(d.measureBurden(t.Context()))
	status, body := b.get("/teams/1/burden")
	b.expect(status, body, http.StatusOK, "Nobody was on call in these weeks")
	for query, want := range map[string]string{
		"?weeks=13": "a report is about 4, 12, 24 or 52", "?weeks=x": "weeks; a report", "?from=x": "is no day", "?from=1999-01-01": "outside the last ten years", "?from=2026-02-30": "is no day",
		"?from=%3Cb%3E": "&lt;b&gt;",
	} {
		status, body = b.get("/teams/1/burden" + query)
		b.expect(status, body, http.StatusOK, want, "These are the last twelve weeks")
		status, body = b.get("/api/v1/teams/1/burden" + query)
		b.expect(status, body, http.StatusUnprocessableEntity, `"field":"`+query[1:strings.Index(query, "=")]+`"`)
	}
	status, body = b.get("/teams/9/burden")
	b.expect(status, body, http.StatusNotFound)
}
