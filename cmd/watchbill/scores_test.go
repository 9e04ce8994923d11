package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

type toldScore struct {
	Until  string
	Score  *float64
	AsTold *struct {
		Score  *float64
		Config string
		Prior  *string
	} `json:"as_told"`
}

// Scores are kept as they were told when their weeks were over. A configuration that
// changes computes others beside them and leaves a mark; what comes late changes none.
func TestScoresAreKept(t *testing.T) { both(t, scoresKept) }

func scoresKept(t *testing.T, d *deployment) {
	ctx := t.Context()
	d.now = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC) // a Monday
	d.ok(d.demonstrate(ctx, &console{err: &d.out, now: func() time.Time { return d.now }}))
	ben := d.login("ben@demo.example")
	look := func() (trend []toldScore, config string, events string) {
		var r struct {
			Score  struct{ Config string }
			Trend  []toldScore
			Events []struct{ Date, Text string }
		}
		status, body := ben.get("/api/v1/teams/1/health")
		ben.expect(status, body, http.StatusOK)
		d.ok(json.Unmarshal([]byte(body), &r))
		for _, e := range r.Events {
			if strings.HasPrefix(e.Text, "Configuration changed: ") {
				events += e.Date + " " + e.Text + "\n"
			}
		}
		return r.Trend, r.Score.Config, events
	}
	before, config, changed := look()
	if changed != "" {
		t.Errorf("nothing has changed, and it is marked: %s", changed)
	}
	for _, p := range before {
		if p.AsTold == nil || p.AsTold.Config != config || p.AsTold.Score == nil || p.Score == nil {
			t.Errorf("until %s: %v, and told %+v", p.Until, p.Score, p.AsTold)
		}
	}
	status, page := ben.get("/teams/1/health")
	if ben.expect(status, page, http.StatusOK, "Every four weeks"); strings.Contains(page, "Configuration changed") {
		t.Error("the page marks a change that was none")
	}

	// Other rates to begin at: other scores beside those that were told.
	d.ok(d.health.Store.InTx(ctx, func(tx health.Store) error {
		return tx.AddPrior(ctx, &health.PooledPrior{Quarter: "2026-Q4", Config: "th-1", MadeAt: d.now, Teams: 12, Weeks: 600, Priors: map[string]health.Prior{"wake": {M0: 3, B: 1}}})
	}))
	after, other, changed := look()
	if want := "2026-11-30 Configuration changed: rates begin at what all teams had before 2026-Q4\n"; changed != want || other == config {
		t.Errorf("marked: %q, want %q; configuration %s after %s", changed, want, other, config)
	}
	for i, p := range after {
		if *p.AsTold.Score != *before[i].AsTold.Score || p.AsTold.Config != config || *p.Score >= *before[i].Score {
			t.Errorf("until %s: %v told %+v, before %v told %+v", p.Until, *p.Score, p.AsTold, *before[i].Score, before[i].AsTold)
		}
	}
	status, page = ben.get("/teams/1/health")
	ben.expect(status, page, http.StatusOK, "Configuration changed: rates begin at", "As told then")
	status, table := ben.get("/api/v1/teams/1/health.csv")
	ben.expect(status, table, http.StatusOK, "as told then,2026-11-30,", config)

	// The next week is kept by the new one, where the mark stays; looking again keeps nothing.
	d.now = d.now.AddDate(0, 0, 7)
	d.ok(d.warnTeams(ctx))
	d.ok(d.warnTeams(ctx))
	kept, err := d.health.Store.KeptScores(ctx, 1, schedule.Date{Year: 2026, Month: 11, Day: 30})
	d.ok(err)
	if len(kept) != 2 || kept[0].Config != config || kept[0].Prior != "" || kept[1].Config != other || kept[1].Prior != "2026-Q4" {
		t.Errorf("kept: %+v", kept)
	}
	ben = d.login("ben@demo.example") // a week is longer than anybody stays logged in
	if _, _, changed := look(); changed != "2026-12-07 Configuration changed: rates begin at what all teams had before 2026-Q4\n" {
		t.Errorf("a week later it is marked: %q", changed)
	}
	d.keptOnce(kept[0])
	if status, text := d.login("ana@demo.example").get("/api/v1/teams/2/health"); status != http.StatusOK || strings.Contains(text, `"as_told":{`) {
		t.Errorf("a team of which nothing is told: %d, %s", status, text)
	}
	if few, err := d.health.Store.KeptScores(ctx, 2, schedule.Date{Year: 2025, Month: 1, Day: 1}); err != nil || len(few) != 0 {
		t.Errorf("of a team of which nothing is told was kept: %+v, %v", few, err)
	}
}

// keptOnce keeps another figure of the same weeks and configuration, which is not kept.
func (d *deployment) keptOnce(k health.KeptScore) {
	d.t.Helper()
	ctx, was := d.t.Context(), *k.Score
	k.Score = new(float64)
	d.ok(d.health.Store.InTx(ctx, func(tx health.Store) error { return tx.KeepScore(ctx, 1, &k) }))
	all, err := d.health.Store.KeptScores(ctx, 1, k.Until)
	d.ok(err)
	if *all[0].Score != was {
		d.t.Errorf("a score that was kept changed from %v to %v", was, *all[0].Score)
	}
}
