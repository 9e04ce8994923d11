package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// whatIfReply is what the API says would be, as far as tests look at it.
type whatIfReply struct {
	Said, Hidden string
	Sources      []struct{ Without string }
	Now, Then    *struct {
		OneIn    float64 `json:"on_call_one_week_in"`
		Shifts   int     `json:"shifts_n"`
		Unfilled int
		Why      []string `json:"why_unfilled"`
		Remedies []string
		People   []struct {
			ID   *int
			Name string
		}
		Expected *struct{ Score *health.Expected }
	}
	Change *struct {
		Interruptions health.Expected
		Score         *health.Expected
	}
	Assumed []string
}

// What would be, asked over HTTP of the demonstration: more people, a limit that cannot be
// kept and what would mend it, an alert gone; the same question has the same answer, and
// what cannot be asked is named.
func TestWhatIf(t *testing.T) {
	if testing.Short() {
		t.Skip("making plans takes minutes under the race detector")
	}
	both(t, whatIfAsked)
}

func whatIfAsked(t *testing.T, d *deployment) {
	d.now = time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	d.ok(d.demonstrate(t.Context(), &console{err: &d.out, now: func() time.Time { return d.now }}))
	d.ok(d.measureBurden(t.Context()))
	ben := d.login("ben@demo.example")
	ask := func(q string) (r whatIfReply) {
		t.Helper()
		status, body := ben.get("/api/v1/teams/1/what-if?" + q)
		ben.expect(status, body, http.StatusOK)
		d.ok(json.Unmarshal([]byte(body), &r))
		return r
	}
	open := ask("")
	if open.Then != nil || open.Said != "" || len(open.Sources) == 0 {
		t.Fatalf("nothing was asked: %+v", open)
	}
	two := ask("people=2")
	if two.Then == nil || two.Then.Unfilled > 0 || len(two.Then.People) != len(two.Now.People)+2 || two.Then.OneIn <= two.Now.OneIn || two.Change == nil || two.Change.Interruptions.High > 0 ||
		two.Change.Score == nil || !strings.HasPrefix(two.Said, "With two more people, each would be on call one week in ") {
		t.Errorf("two more people: %+v", two)
	}
	for _, p := range two.Then.People {
		if (p.ID == nil) != strings.HasPrefix(p.Name, "New person ") {
			t.Errorf("%s has the id %v", p.Name, p.ID)
		}
	}
	if again := ask("people=2"); again.Said != two.Said || *again.Change.Score != *two.Change.Score {
		t.Errorf("the same question: %q, and %q", two.Said, again.Said)
	}
	if his := ask("one_in=5"); len(his.Then.Why)+len(his.Then.Remedies) > 0 || his.Then.Unfilled == 0 {
		t.Errorf("whoever does not manage the team is told who is away: %+v", his.Then)
	}
	ana := d.login("ana@demo.example")
	status, body := ana.get("/api/v1/teams/1/what-if?one_in=5")
	ana.expect(status, body, http.StatusOK)
	var five whatIfReply
	d.ok(json.Unmarshal([]byte(body), &five))
	if five.Then.Unfilled == 0 || five.Then.Expected != nil || five.Change != nil || len(five.Then.Why) == 0 || len(five.Then.Remedies) == 0 || !strings.Contains(five.Said, "would be nobody's") {
		t.Errorf("one in five: %+v", five)
	}
	quiet := ask("without=" + url.PathEscape(open.Sources[0].Without))
	if quiet.Change == nil || quiet.Change.Interruptions.Mean >= 0 || quiet.Change.Score.Low < 0 {
		t.Errorf("without %s: %+v", open.Sources[0].Without, quiet)
	}
	status, page := ben.get("/teams/1/whatif?people=2")
	ben.expect(status, page, http.StatusOK, "With two more people, each would be on call", "What this rests on", "New person 2", `value="2"`)
	d.whatIfRefuses(ben)
}

// whatIfRefuses asks what cannot be asked.
func (d *deployment) whatIfRefuses(ben *browser) {
	for q, field := range map[string]string{
		"people=99": "people", "people=-1": "people", "people=1e9": "people", "one_in=1": "one_in", "one_in=%F0%9F%92%A9": "one_in", "second=25": "second", "second=24": "second",
		"without=nothing": "without", "without=" + strings.Repeat("x", 600): "without", "without=%3Cscript%3E": "without",
	} {
		status, body := ben.get("/api/v1/teams/1/what-if?" + q)
		ben.expect(status, body, http.StatusUnprocessableEntity, `"field":"`+field+`"`)
		status, body = ben.get("/teams/1/whatif?" + q)
		ben.expect(status, body, http.StatusUnprocessableEntity, "This cannot be asked.", `aria-invalid="true"`)
		if strings.Contains(body, "<script>") && !strings.Contains(body, "&lt;script&gt;") && strings.Contains(q, "script") {
			d.t.Errorf("%s is not escaped", q)
		}
	}
	status, body := ben.get("/teams/2/whatif")
	ben.expect(status, body, http.StatusForbidden)
}

// Only one answer at a time is worked out for a team: whoever asks meanwhile is told so,
// with what they asked, and no answer waits for another.
func TestWhatIfIsBusy(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	d.now = time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	d.ok(d.demonstrate(t.Context(), &console{err: &d.out, now: func() time.Time { return d.now }}))
	d.ok(d.measureBurden(t.Context()))
	ben := d.login("ben@demo.example")
	plan, begun, on := d.imagining.Plan, make(chan struct{}, 2), make(chan struct{})
	d.imagining.Plan = func(ctx context.Context, team schedule.ID, change health.PlanChange) (*health.ImaginedPlan, error) {
		begun <- struct{}{}
		<-on
		return plan(ctx, team, change)
	}
	done := make(chan error, 1)
	go func() {
		_, err := d.imagining.Answer(t.Context(), 1, health.WhatIf{People: 1})
		done <- err
	}()
	<-begun
	status, body := ben.get("/teams/1/whatif?people=3")
	ben.expect(status, body, http.StatusTooManyRequests, "Others are asking just now.", `value="3"`)
	status, body = ben.get("/api/v1/teams/1/what-if?people=3")
	ben.expect(status, body, http.StatusTooManyRequests)
	status, body = ben.get("/teams/1/whatif")
	ben.expect(status, body, http.StatusOK, "Ask what would be.")
	close(on)
	d.ok(<-done)
	d.imagining.Plan = plan
	status, body = ben.get("/teams/1/whatif?people=3")
	ben.expect(status, body, http.StatusOK, "With three more people, each would")
}

// Whoever stands behind takes the turns of whoever is called first, and a team that has
// somebody is told so.
func TestChangeTeam(t *testing.T) {
	team := schedule.Team{
		Rotations: []schedule.Rotation{{ID: "days", Weight: schedule.One}, {ID: "nights", Weight: schedule.One}},
		Members:   []schedule.Member{{Person: "Ana"}, {Person: "Ben", Rotations: []schedule.RotationID{"nights"}, Duties: []schedule.Duties{{Rotations: []schedule.RotationID{"nights"}}}}},
		Limits:    schedule.Limits{Rest: 11 * time.Hour, OnCall: []schedule.TimeLimit{{Max: 24 * time.Hour, Within: 48 * time.Hour}}},
	}
	was := slices.Clone(team.Members[1].Rotations)
	if err := changeTeam(&team, health.PlanChange{OneIn: 5, Second: true}); err != nil {
		t.Fatal(err)
	}
	if len(team.Rotations) != 4 || !second(team.Rotations[2].ID) || !second(team.Rotations[3].ID) || team.Rotations[2].Weight != schedule.One/2 {
		t.Errorf("rotations: %+v", team.Rotations)
	}
	ben := team.Members[1]
	if team.Members[0].Rotations != nil || len(ben.Rotations) != 2 || len(ben.Duties[0].Rotations) != 2 || ben.Rotations[1] != "second nights" || len(was) != 1 {
		t.Errorf("members: %+v", team.Members)
	}
	const week = 7 * 24 * time.Hour
	if l := team.Limits; len(l.OnCall) != 1 || l.OnCall[0].Max != week || l.OnCall[0].Within != 5*week || l.Rest != 11*time.Hour {
		t.Errorf("limits: %+v", l)
	}
	if err := changeTeam(&team, health.PlanChange{Second: true}); err == nil {
		t.Error("a second of a second was added")
	}
}

// A plan of a team that has nobody who stands behind, with somebody: everybody is there for
// both, new people know what the rotations ask for, and what is published stays as it is.
func TestImaginedSecond(t *testing.T) {
	if testing.Short() {
		t.Skip("making plans takes minutes under the race detector")
	}
	d := deploy(t, migrationstest.SQLite(t))
	d.now = time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	in, err := importTeam(`team: Ledger
zone: Europe/Berlin
from: 2026-11-30
weeks: 12
limits: {on_call: 1 week in 2, rest: 11h}
rotations:
  - {name: primary, handover: Mon 09:00, skills: ledger}
people:
  - {name: Ana, skills: ledger}
  - {name: Ben, skills: ledger}
  - {name: Chloe, skills: ledger}
  - {name: Dmitri, skills: ledger, limits: {on_call: 1 week in 6}}
`)
	d.ok(err)
	team, err := d.schedule.AddTeam(t.Context(), 0, in)
	d.ok(err)
	now, err := d.imagining.Plan(t.Context(), team.ID, health.PlanChange{})
	d.ok(err)
	then, err := d.imagining.Plan(t.Context(), team.ID, health.PlanChange{People: 1, Second: true})
	d.ok(err)
	if now.Levels != 1 || now.Unfilled > 0 || len(now.People) != 4 || now.Weeks != 16 || now.Limit != "1 week in 2" {
		t.Errorf("as it is: %+v", now)
	}
	if then.Levels != 2 || then.Unfilled > 0 || len(then.People) != 5 || then.Weeks != 15 {
		t.Errorf("with somebody who stands behind: %+v", then)
	}
	held := map[schedule.ID][3]int{}
	for _, s := range then.Shifts {
		n := held[s.Person]
		n[s.Level]++
		held[s.Person] = n
	}
	for _, p := range then.People {
		n := held[p.ID]
		if n[1]+n[2] == 0 || p.New != (p.ID >= newPerson) || p.New && n[1] == 0 || p.Part != 1 || p.Entitled != 105 {
			t.Errorf("%s has %v: %+v", p.Name, n, p)
		}
	}
	for _, plan := range []*health.ImaginedPlan{now, then} {
		if from := plan.From.At(schedule.Midnight, time.UTC); from.Weekday() != time.Monday || !from.After(d.now) {
			t.Errorf("the weeks that count begin on %v", plan.From)
		}
	}
	five, err := d.imagining.Plan(t.Context(), team.ID, health.PlanChange{OneIn: 5})
	d.ok(err)
	if five.Unfilled == 0 || len(five.Why) == 0 || !strings.Contains(strings.Join(five.Mend, "\n"), "more") {
		t.Errorf("one in five with four people: %+v", five)
	}
	published, err := d.schedule.Store.Plans(t.Context(), team.ID)
	d.ok(err)
	drafts, err := d.schedule.Store.Drafts(t.Context(), team.ID)
	d.ok(err)
	if len(published)+len(drafts) > 0 {
		t.Errorf("asking left %d plans and %d drafts", len(published), len(drafts))
	}
}
