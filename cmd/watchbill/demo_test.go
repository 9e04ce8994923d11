package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/migrations/migrationstest"
)

// Of the teams of the demonstration one goes down, and whoever manages it can follow
// the question about that to its cause; of another nothing is told, because it is small; all of them are told of together.
func TestDemonstrationOfHealth(t *testing.T) {
	if testing.Short() {
		t.Skip("the demonstration plans half a minute under the race detector")
	}
	// A Friday, a Monday before anything opens, the first of a month that is a Sunday.
	for _, now := range []time.Time{time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC), time.Date(2026, 11, 30, 4, 0, 0, 0, time.UTC), time.Date(2026, 11, 1, 0, 30, 0, 0, time.UTC)} {
		t.Run(now.Format("Mon 2 Jan"), func(t *testing.T) {
			d := deploy(t, migrationstest.SQLite(t))
			d.now = now
			d.ok(d.demonstrate(t.Context(), &console{err: &d.out, now: func() time.Time { return d.now }}))
			d.ok(d.surround(t.Context()))
			d.ok(d.measureBurden(t.Context()))
			d.demonstratesDecline()
			d.demonstratesCause()
			d.demonstratesSmallTeam()
			d.demonstratesOrganisation()
		})
	}
}

func (d *deployment) demonstratesDecline() {
	t := d.t
	ana, ben := d.login("ana@demo.example"), d.login("ben@demo.example")
	status, body := ana.get("/teams/1/indicators")
	ana.expect(status, body, http.StatusOK, "50 %", "19 days", "4.5 days", "by hand")
	status, body = ana.get("/teams/1/health")
	ana.expect(status, body, http.StatusOK, "To ask", "What would the team say has become harder?", "The pulse went from", "</b> Plan 3")
	asked := between(body, `aria-labelledby="wa-h"`, "</section>")
	if !strings.Contains(asked, "Thinking about my next shift") && !strings.Contains(asked, "enough time to recover") {
		t.Errorf("no question about nights fell: %s", asked)
	}
	links := regexp.MustCompile(`href="(/[^"#]+)"`).FindAllStringSubmatch(asked, -1)
	kinds := map[string]int{}
	for _, l := range links {
		path := strings.ReplaceAll(l[1], "&amp;", "&")
		kind := regexp.MustCompile(`^/teams/1/(\w+)`).FindStringSubmatch(path)[1]
		kinds[kind]++
		status, page := ana.get(path)
		ana.expect(status, page, http.StatusOK)
		if kind == "pulse" {
			ana.expect(status, page, http.StatusOK, "Questions", "Change", "−")
		}
	}
	if kinds["pulse"] == 0 || kinds["burden"] == 0 || kinds["reviews"] == 0 {
		t.Errorf("the questions lead to %v", kinds)
	}
	status, body = ben.get("/teams/1/health")
	ben.expect(status, body, http.StatusOK, "Plan 3", "What changed")
	if strings.Contains(body, "To ask") {
		t.Error("somebody who does not manage the team is asked")
	}
}

// demonstratesCause follows what was asked about nights to the alert that wakes people,
// the item about it, and what would be without it.
func (d *deployment) demonstratesCause() {
	ana := d.login("ana@demo.example")
	status, body := ana.get("/teams/1/health")
	ana.expect(status, body, http.StatusOK, "What has changed at night in the last weeks?", "More wake-ups have gathered", demoFound[health.CauseShift][0], "wake-ups in 8")
	status, body = ana.get("/teams/1/burden?weeks=4")
	ana.expect(status, body, http.StatusOK, demoBackup)
	status, body = ana.get("/teams/1/items")
	ana.expect(status, body, http.StatusOK, "Send the alert of the order backup to chat")
	status, body = ana.get("/teams/1/whatif")
	ana.expect(status, body, http.StatusOK, demoBackup)
}

// demonstratesOrganisation finds the same team beyond what chance explains of all.
func (d *deployment) demonstratesOrganisation() {
	t := d.t
	status, body := d.login("admin@demo.example").get("/api/v1/organisation/health")
	var r struct {
		Told   int `json:"teams_told"`
		Funnel *struct{ Above, Below int }
		Teams  []struct{ Name, Place string }
		Prior  *string
	}
	if err := json.Unmarshal([]byte(body), &r); err != nil || status != http.StatusOK || r.Told < health.FewestCompared || r.Funnel == nil || r.Prior == nil {
		t.Fatalf("all teams: %d, %v, %s", status, err, body)
	}
	for _, team := range r.Teams {
		if (team.Name == "Payments") != (team.Place == "above what chance explains") {
			t.Errorf("%s lies %s", team.Name, team.Place)
		}
	}
}

func (d *deployment) demonstratesSmallTeam() {
	t := d.t
	ana, ines := d.login("ana@demo.example"), d.login("ines@demo.example")
	status, body := ana.get("/teams/2/pulse")
	ana.expect(status, body, http.StatusOK, "Pulse 3 is open", "4 people were asked", "So few never get a result of their own", "A team of fewer than five never gets a result of its own.")
	if strings.Contains(body, "My link") {
		t.Error("Ana is not asked in the small team, and is shown the way to her link")
	}
	status, body = ana.get("/teams/2/pulse/3")
	ana.expect(status, body, http.StatusOK, "It is open.", "4 people were asked, and a team of fewer than 5 never gets a result of its own.")
	for n := 1; n <= 2; n++ {
		for _, b := range []*browser{ana, ines} {
			status, body = b.get(fmt.Sprintf("/teams/2/pulse/%d", n))
			b.expect(status, body, http.StatusOK, "A team of fewer than five never gets a result of its own.", "everybody was told so before")
			if strings.Contains(body, "What was answered to each question") {
				t.Errorf("something is told of four people: %s", body)
			}
			status, body = b.get(fmt.Sprintf("/api/v1/teams/2/pulse/%d", n))
			b.expect(status, body, http.StatusOK, `"small_team"`)
		}
	}
	status, body = ana.get("/teams/2/health")
	ana.expect(status, body, http.StatusOK, "Nothing is told of these weeks.")
	status, body = ines.get("/pulse")
	ines.expect(status, body, http.StatusOK, "the team is too small for a result of its own")
	status, body = ines.get("/pulse/" + between(body, `href="/pulse/`, `"`))
	ines.expect(status, body, http.StatusOK, "Your team has 4 people on call. A team of fewer than 5 never gets a result of its own")
	ines.expect(status, body, http.StatusOK, `name="comment"`, "They see comments mixed with those of other teams, without their team", "Your team does not see them.")
	if strings.Contains(body, `name="share"`) {
		t.Error("four people are asked whether their team may see a comment, which it never does")
	}
	status, body = ines.get("/organisation/pulse")
	ines.expect(status, body, http.StatusOK, " teams by what was published of each, and of the people of ", " teams have no result.", "Administrators see them")
	status, body = ana.get("/pulse")
	ana.expect(status, body, http.StatusOK)
	if strings.Contains(body, "Platform · Pulse") {
		t.Error("who manages the small team and is not on call in it is asked")
	}
}
