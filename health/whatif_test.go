package health_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"watchbill/health"
)

// TestWhatHelps checks on random figures that what helps does so, by what the model says,
// and that it is told in words; and that losses of metrics add up to those of components.
func TestWhatHelps(t *testing.T) {
	c := health.DefaultConfig()
	rapid.Check(t, func(t *rapid.T) {
		in := drawFigures(t)
		before := marshal(t, in)
		s := c.Score(&in)
		last := math.Inf(1)
		for _, h := range c.WhatHelps(&in) {
			if s.Score == nil || h.Gain < 0.5 || h.Gain > last || math.Abs(*s.Score+h.Gain-h.Score) > 1e-9 || h.Score > 100 {
				t.Fatalf("%+v of %v", h, s.Score)
			}
			if h.Interval[0] > h.Score+1e-9 || h.Interval[1] < h.Score-1e-9 || h.To < 0 || !strings.Contains(h.Text, "instead of") {
				t.Fatalf("%+v", h)
			}
			last = h.Gain
		}
		lost := map[string]float64{}
		for _, l := range c.Losses(&in, &s, 100) {
			lost[l.Component] += l.Points
			if l.Text == "" || l.Source == "" {
				t.Fatalf("%+v says nothing", l)
			}
		}
		for name, points := range s.PointsLost {
			if math.Abs(lost[name]-points) > 0.1*7 {
				t.Fatalf("%s lost %v, its metrics %v", name, points, lost[name])
			}
		}
		if after := marshal(t, in); string(before) != string(after) {
			t.Fatalf("asking changed the figures: %s became %s", before, after)
		}
	})
}

// TestWords checks the sentences about the team of case 25.
func TestWords(t *testing.T) {
	c := health.DefaultConfig()
	want := readCase(t, "case_25_end_to_end").Expected.(map[string]any)["health_input"]
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	in, unknown, err := health.ReadScoreInput(data, &c)
	if err != nil || len(unknown) > 0 {
		t.Fatal(err, unknown)
	}
	s := c.Score(&in)
	var got []string
	for _, l := range c.Losses(&in, &s, 3) {
		got = append(got, l.Text)
	}
	for _, h := range c.WhatHelps(&in)[:3] {
		got = append(got, h.Text)
	}
	expected := []string{
		"The pulse index is 60 of 100.",
		"Most disrupted nights of one person in seven days: 3; 1 is worth all points, 4 none.",
		"13 wake-ups in 8 on-call weeks (80 % range 1.01 to 2.04 a week); 0.25 a week is worth all points, 3.5 none.",
		"With 1 instead of 13 wake-ups in 8 on-call weeks, the score would be 69 instead of 65.",
		"With a pulse of 75 instead of 60 the score would be 69 instead of 65.",
		"With none instead of 4 breaches of rest in 8 on-call weeks, the score would be 68 instead of 65.",
	}
	for i := range expected {
		if got[i] != expected[i] {
			t.Errorf("got  %s\nwant %s", got[i], expected[i])
		}
	}
}

// TestCompareScores checks that only what both periods have is compared.
func TestCompareScores(t *testing.T) {
	c := health.DefaultConfig()
	in := health.ScoreInput{OnCallWeeks: some(8), PagedIncidents: some(56), OverloadedShare: some(0.1), AlertShare: some(0.1), StandbyCV: some(0.2), StandbyTop: some(1.5),
		ScheduleWeeks: some(8), CycleWeeks: some(4), Pulse: drawn(0.8)}
	before := c.Score(&in)
	in.Pulse, in.OverloadedShare = nil, some(0)
	now := c.Score(&in)
	got, ok := c.CompareScores(&before, &now)
	if !ok || len(got.NotCompared) != 1 || got.NotCompared[0] != "experience" || got.Change <= 0 || got.Components["load"] <= 0 || got.Components["fairness"] != 0 {
		t.Errorf("got %v, %+v", ok, got)
	}
	other := now
	other.Config = "another"
	if _, ok := c.CompareScores(&before, &other); ok {
		t.Errorf("scores of two configurations were compared")
	}
}
