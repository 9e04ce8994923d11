package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// A large organisation is compared over HTTP: the page, JSON and the table tell the same,
// and none of them anything of the team of two; only an administrator sees them; scores
// begin at the quarter's prior, and say so.
func TestTeamsAreCompared(t *testing.T) { both(t, compared) }

func compared(t *testing.T, d *deployment) {
	ctx := t.Context()
	d.now = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	d.ok(d.demonstrate(ctx, &console{err: &d.out, now: func() time.Time { return d.now }}))
	admin := d.demoLogin("admin@demo.example")
	status, body := admin.get("/organisation")
	admin.expect(status, body, http.StatusOK, "Too few teams to compare")
	status, body = admin.get("/api/v1/organisation/health")
	admin.expect(status, body, http.StatusOK, `"hidden":"`, `"all":null`, `"funnel":null`, `"teams":[]`, `"prior":null`)

	d.crowd(24)
	d.ok(d.db.Write.Exec("DELETE FROM burden_block").Error) // the storms of the demonstration are not what this is about
	d.manyBlocks(24)
	for _, email := range []string{"ana@demo.example", "ben@demo.example"} {
		b := d.demoLogin(email)
		for _, path := range []string{"/organisation", "/api/v1/organisation/health", "/api/v1/organisation/health.csv", "/api/v1/burden"} {
			if status, _ := b.get(path); status != http.StatusForbidden {
				t.Errorf("%s sees %s: %d", email, path, status)
			}
		}
		if _, body := b.get("/"); strings.Contains(body, `href="/organisation"`) {
			t.Errorf("%s is led to the organisation", email)
		}
	}
	for _, query := range []string{"?weeks=4", "?weeks=12", "?weeks=52&of=off_hours", "?weeks=4&from=2026-06-01&of=incidents"} {
		var got struct {
			From schedule.Date
			Few  int `json:"teams_of_too_few"`
			All  struct {
				Wakeups health.Rate `json:"wakeups_per_ocw"`
			}
			Teams []struct {
				Name, Place, Ask string
				Rate             health.Rate `json:"per_ocw"`
			}
		}
		_, text := admin.get("/api/v1/organisation/health" + query)
		d.ok(json.Unmarshal([]byte(text), &got))
		status, page := admin.get("/organisation" + query)
		admin.expect(status, page, http.StatusOK, "1 team lies further", "Team 100", "Where to ask", "One team had fewer than three people")
		_, table := admin.get("/api/v1/organisation/health.csv" + query)
		if len(got.Teams) < 23 || got.Few < 1 {
			t.Errorf("%s: %.600s: %d teams, %d few", query, text, len(got.Teams), got.Few)
		}
		for _, team := range got.Teams {
			if (team.Ask != "") != (team.Name == "Team 100") || team.Name == "Team 123" {
				t.Errorf("%s: %+v", query, team)
			}
			row := fmt.Sprintf("team %s,", team.Name)
			if !strings.Contains(table, row) || !strings.Contains(page, ">"+team.Name+"<") || !strings.Contains(page, fmt.Sprintf(`<td class="n">%.0f</td>`, team.Rate.Count)) {
				t.Errorf("%s: the table or the page has no %+v", query, team)
			}
		}
		_, page, _ = strings.Cut(page, "<main")
		for where, text := range map[string]string{"page": page, "JSON": text, "table": table} {
			for _, secret := range []string{"Team 123", "7777", "23331"} { // of the team of two, and with its four weeks by three
				if strings.Contains(text, secret) {
					t.Errorf("%s: %s has %s", query, where, secret)
				}
			}
		}
	}
	d.comparedBadly(admin)
	d.scoredByPrior(admin)
}

// manyBlocks gives the teams of a crowd a year: the first far more wake-ups than others,
// the last a crew of two.
func (d *deployment) manyBlocks(teams int) {
	last := health.BlockOf(schedule.DateOf(d.now))
	ctx := d.t.Context()
	d.ok(d.health.Store.InTx(ctx, func(tx health.Store) error {
		for i := range teams {
			for n := range 13 {
				b := health.TeamBlock{Team: schedule.ID(100 + i), Block: last.AddDays(-28 * (n + 1)), Weeks: 4, Level1: 4 * 7 * 86400, Notices: 5, Wakeups: 3 + i%3, People: 6}
				switch i {
				case 0:
					b.Wakeups = 40
				case teams - 1:
					b.Wakeups, b.People, b.Few = 7777, 2, []schedule.ID{1, 2}
				}
				b.OffHours, b.Incidents, b.Interruptions, b.Nights = b.Wakeups, b.Wakeups, b.Wakeups, b.Wakeups
				if err := tx.SaveBlock(ctx, "th-1", &b); err != nil {
					return err
				}
			}
		}
		return nil
	}))
}

// comparedBadly asks for what there is not.
func (d *deployment) comparedBadly(admin *browser) {
	for query, want := range map[string]string{"?weeks=13": "a report is about 4, 12, 24 or 52", "?from=x": "is no day", "?of=score": "wakeups, off_hours or incidents", "?of=%3Cb%3E": "wakeups, off_hours or incidents"} {
		status, body := admin.get("/organisation" + query)
		admin.expect(status, body, http.StatusOK, want, "These are wake-ups of the last twelve weeks")
		status, body = admin.get("/api/v1/organisation/health" + query)
		admin.expect(status, body, http.StatusUnprocessableEntity, `"field":"`+query[1:strings.Index(query, "=")]+`"`)
	}
}

// scoredByPrior makes the quarter's prior: scores begin at it then, and name it.
func (d *deployment) scoredByPrior(admin *browser) {
	ctx := d.t.Context()
	type scored struct {
		Prior *string
		Score struct{ Config string }
	}
	look := func() (s scored) {
		_, text := admin.get("/api/v1/teams/1/health")
		d.ok(json.Unmarshal([]byte(text), &s))
		return s
	}
	before := look()
	d.ok(d.measureBurden(ctx))
	for range 2 {
		d.ok(d.db.Write.Exec("INSERT INTO burden_state (team_id, since_day, version, until_at, config) SELECT id, '2025-01-06', version, 0, 'th-1' FROM team WHERE id >= 100 AND id NOT IN (SELECT team_id FROM burden_state)").Error)
		d.ok(d.rollup.Pool(ctx))
	}
	after := look()
	if before.Prior != nil || after.Prior == nil || *after.Prior != "2026-Q4" || before.Score.Config == after.Score.Config {
		d.t.Errorf("scored by %+v, and with a prior by %+v", before, after)
	}
	priors, err := d.health.Store.Priors(ctx, "th-1")
	d.ok(err)
	if len(priors) != 1 || priors[0].Teams < 23 || priors[0].Priors["wake"].M0 > 5 {
		d.t.Errorf("priors are %+v", priors)
	}
	status, page := admin.get("/organisation")
	admin.expect(status, page, http.StatusOK, "In 2026-Q4 scores of teams begin at")
}
