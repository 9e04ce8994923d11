package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"
)

// What a team asks besides the eight questions, in its own words or in the long survey, is told
// to that team and is in nothing that all teams are told: whatever is answered, the round is the
// same in every letter, on the page, as JSON, in the table and in the database; and of a team
// without a result it is told nowhere, also not where its eight are in the rest.
func TestPulseOwnQuestionsStayInTheTeam(t *testing.T) {
	onBoth(t, func(t *testing.T, address string) {
		const own = "Our runbooks are up to date."
		d := deploy(t, address)
		d.setUp()
		var teams []schedule.TeamRecord
		for _, size := range []int{12, 8, 6, 3, 4} {
			name := fmt.Sprintf("Own %d", size)
			in, err := importTeam(fmt.Sprintf("team: %s\nzone: UTC\nfrom: 2026-12-07\nweeks: 8\nrotations:\n  - {name: primary, handover: Mon 09:00}\npeople:\n%s", name, crowd(name, size)))
			d.ok(err)
			team, err := d.schedule.AddTeam(t.Context(), 0, in)
			d.ok(err)
			policy := health.DefaultPulsePolicy(team.ID, schedule.DateOf(d.now))
			policy.Own = []string{own}
			d.ok(d.pulse.SetPolicy(t.Context(), 0, policy))
			teams = append(teams, team)
		}
		root, err := d.schedule.Store.PersonByEmail(t.Context(), "root@example.com")
		d.ok(err)
		seen := make([]string, 0, 2)
		for i, besides := range []string{"1", "5"} { // two rounds, alike but for what was answered besides
			for j := range teams {
				_, err := d.pulse.Open(t.Context(), 0, &teams[j], health.PulseOrder{Kind: health.PulseQuarterly, Closes: d.now.Add(96 * time.Hour)})
				d.ok(err)
				for k, token := range d.pulseTokens(&teams[j]) {
					r := &health.PulseReply{}
					for q := range 18 {
						a := 1 + (k+q)%5
						if q >= 8 {
							a = int(besides[0] - '0')
						}
						r.Answers = append(r.Answers, a)
					}
					d.ok(d.pulse.Answer(t.Context(), token, r))
				}
			}
			d.now = d.now.Add(96 * time.Hour)
			d.ok(d.askTeams(t.Context()))
			d.now = d.now.AddDate(0, 0, 24)
			d.ok(d.askTeams(t.Context()))
			seen = append(seen, d.roundSeen(int64(root.ID), i+1))
			for j, want := range []bool{true, true, true, false, false} {
				o, err := d.pulse.Result(t.Context(), teams[j].ID, i+1)
				d.ok(err)
				if (o.Doc.Item("own1") != nil) != want || (o.Doc.Item("sleep") != nil) != want {
					t.Errorf("team of %d: own question told %v, want %v", o.Invited, !want, want)
				}
			}
		}
		if seen[0] != seen[1] {
			t.Errorf("rounds differ by what was answered besides:\n%s\nand\n%s", seen[0], seen[1])
		}
		for _, word := range []string{own, "own1", "toil", "recommend", "recovered within"} {
			if strings.Contains(seen[0], word) {
				t.Errorf("the round has %q: %s", word, seen[0])
			}
		}
		if !strings.Contains(seen[0], `"answered":7`) || !strings.Contains(seen[0], `"teams":3`) {
			t.Errorf("the small teams are not in the rest: %s", seen[0])
		}
	})
}

// roundSeen is everything that there is of the newest round, but for when it was.
func (d *deployment) roundSeen(root int64, number int) string {
	d.t.Helper()
	r, err := d.pulse.RoundResult(d.t.Context(), 0, true)
	d.ok(err)
	rounds := d.everything()["pulse_round"]
	if len(rounds) != number {
		d.t.Fatalf("%d rounds, want %d", len(rounds), number)
	}
	token, at := d.token(root, auth.ScopeRead), "/api/v1/pulse/"+r.From().String()
	var out []string
	for _, path := range []string{at, at + "/table"} {
		a := d.call(token, http.MethodGet, path, "")
		if a.status != http.StatusOK {
			d.t.Fatalf("%s: %d %s", path, a.status, a.body)
		}
		out = append(out, a.body)
	}
	status, page := d.person("root@example.com").get("/organisation/pulse/" + r.From().String())
	if status != http.StatusOK {
		d.t.Fatal(page)
	}
	_, main, _ := strings.Cut(page, "<main")
	for _, table := range []string{"q1", "own1", "toil"} {
		if strings.Contains(main, `"`+table+`"`) {
			d.t.Errorf("the page names %s", table)
		}
	}
	out = append(out, slices.MaxFunc(rounds, strings.Compare))
	all := strings.Join(out, "\n")
	for _, day := range []schedule.Date{r.From(), r.Until(), r.Until().AddDays(-1)} {
		all = strings.ReplaceAll(all, day.String(), "DAY")
	}
	_, doc, _ := strings.Cut(all[strings.LastIndex(all, "doc="):], "=") // without its number and place
	return all[:strings.LastIndex(all, "\n")] + doc
}
