package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
)

// A teamText is a team file that a test can change and write again.
type teamText struct {
	Team      string            `yaml:"team"`
	Zone      string            `yaml:"zone"`
	From      string            `yaml:"from"`
	Weeks     int               `yaml:"weeks"`
	Holidays  string            `yaml:"holidays,omitempty"`
	Limits    limitsText        `yaml:"limits,omitempty"`
	Rotations []rotationText    `yaml:"rotations"`
	People    []memberText      `yaml:"people"`
	Pinned    map[string]string `yaml:"pinned,omitempty"`
	Past      map[string]string `yaml:"past,omitempty"`
}

type limitsText struct {
	OnCall   []string `yaml:"on_call,omitempty"`
	Rest     string   `yaml:"rest,omitempty"`
	Weekends []string `yaml:"weekends,omitempty"`
	Holidays []string `yaml:"holidays,omitempty"`
}

type rotationText struct {
	Name     string   `yaml:"name"`
	Handover string   `yaml:"handover"`
	Covers   string   `yaml:"covers,omitempty"`
	Skills   []string `yaml:"skills,omitempty"`
	People   int      `yaml:"people,omitempty"`
}

type memberText struct {
	Name   string      `yaml:"name"`
	Zone   string      `yaml:"zone,omitempty"`
	From   string      `yaml:"from,omitempty"`
	Until  string      `yaml:"until,omitempty"`
	Takes  []string    `yaml:"takes,omitempty"`
	Skills []string    `yaml:"skills,omitempty"`
	Away   []string    `yaml:"away,omitempty"`
	Limits *limitsText `yaml:"limits,omitempty"`
}

// impossible are teams that cannot cover everything, each for another reason.
func impossible() map[string]teamText {
	team := func(t teamText) teamText {
		t.Team, t.Zone = "Test", "Europe/Berlin"
		if t.From == "" {
			t.From = "2027-01-04"
		}
		if t.Weeks == 0 {
			t.Weeks = 8
		}
		if t.Rotations == nil {
			t.Rotations = []rotationText{{Name: "primary", Handover: "Mon 09:00"}}
		}
		return t
	}
	week := []string{"1 week in 4"}
	return map[string]teamText{
		"too few people": team(teamText{Limits: limitsText{OnCall: week}, People: []memberText{{Name: "Ana"}, {Name: "Ben"}, {Name: "Cleo"}}}),
		"december": team(teamText{From: "2026-12-14", Limits: limitsText{OnCall: week}, Past: map[string]string{"primary 2026-12-07": "Ana"}, People: []memberText{
			{Name: "Ana"}, {Name: "Ben", Away: []string{"2026-12-24 to 2027-01-03"}}, {Name: "Cleo", Away: []string{"2026-12-24 to 2027-01-03"}},
			{Name: "Dev", Away: []string{"2026-12-21 to 2027-01-03"}}, {Name: "Eve", Away: []string{"2026-12-28 to 2027-01-03"}},
			{Name: "Finn", Away: []string{"2026-12-15", "2026-12-28 to 2027-01-10"}},
		}}),
		"everybody away": team(teamText{Rotations: []rotationText{{Name: "primary", Handover: "Mon 09:00"}, {Name: "secondary", Handover: "Mon 09:00"}}, People: []memberText{
			{Name: "Ana", Away: []string{"2027-01-18 to 2027-01-31"}}, {Name: "Ben", Zone: "Australia/Sydney", Away: []string{"2027-01-20"}},
			{Name: "Cleo", Away: []string{"2027-01-19 10:00 to 2027-01-19 12:00"}},
		}}),
		"a skill": team(teamText{Limits: limitsText{OnCall: []string{"1 week in 2"}}, Rotations: []rotationText{
			{Name: "primary", Handover: "Mon 09:00"}, {Name: "db", Handover: "Mon 09:00", Skills: []string{"db"}},
		}, People: []memberText{{Name: "Ana", Skills: []string{"db"}}, {Name: "Ben", Takes: []string{"primary"}}, {Name: "Cleo"}, {Name: "Dev"}, {Name: "Eve"}}}),
		"rest": team(teamText{Weeks: 2, Limits: limitsText{Rest: "48h"}, Rotations: []rotationText{{Name: "primary", Handover: "daily 09:00"}},
			People: []memberText{{Name: "Ana"}, {Name: "Ben"}}}),
		"weekends": team(teamText{Limits: limitsText{Weekends: []string{"1 in 4 weeks"}}, People: []memberText{{Name: "Ana"}, {Name: "Ben"}, {Name: "Cleo"}}}),
		"public holidays": team(teamText{From: "2026-12-21", Weeks: 2, Holidays: "DE", Limits: limitsText{Holidays: []string{"1 in 8 weeks"}},
			Rotations: []rotationText{{Name: "primary", Handover: "daily 09:00"}}, People: []memberText{{Name: "Ana"}, {Name: "Ben"}}}),
		"limits of their own": team(teamText{People: []memberText{
			{Name: "Ana", Limits: &limitsText{OnCall: week}}, {Name: "Ben", Limits: &limitsText{OnCall: []string{"1 week in 3"}}},
		}}),
		"pins": team(teamText{Limits: limitsText{OnCall: []string{"1 week in 3"}}, Pinned: map[string]string{"primary 2027-01-04": "Ana", "primary 2027-01-18": "Cleo"},
			People: []memberText{{Name: "Ana"}, {Name: "Ben", Away: []string{"2027-01-11 to 2027-01-17"}}, {Name: "Cleo"}, {Name: "Dev", Until: "2027-01-10"}}}),
		"joiner and leaver": team(teamText{Rotations: []rotationText{{Name: "primary", Handover: "Mon 09:00", People: 2}},
			People: []memberText{{Name: "Ana"}, {Name: "Ben", Until: "2027-01-31"}, {Name: "Cleo", From: "2027-02-15"}}}),
		"too long": team(teamText{Weeks: 2, Limits: limitsText{OnCall: []string{"40 hours in 7 days"}},
			Rotations: []rotationText{{Name: "day", Handover: "Mon 08:00", Covers: "every day 08:00-20:00"}}, People: []memberText{{Name: "Ana"}, {Name: "Ben"}}}),
		"nobody takes enough": team(teamText{Rotations: []rotationText{{Name: "primary", Handover: "Mon 09:00"}, {Name: "late", Handover: "Mon 09:00"}},
			Limits: limitsText{Rest: "11h"}, People: []memberText{{Name: "Ana", Takes: []string{"primary", "late"}}, {Name: "Ben", Takes: []string{"primary"}}}}),
	}
}

// planned plans a team and returns the plan.
func (t teamText) planned(tt *testing.T) *planDoc {
	tt.Helper()
	src, err := yaml.Marshal(t)
	if err != nil {
		tt.Fatal(err)
	}
	name := filepath.Join(tt.TempDir(), "team.yaml")
	if err := os.WriteFile(name, src, 0o600); err != nil {
		tt.Fatal(err)
	}
	var out, messages strings.Builder
	con := &console{in: strings.NewReader(""), out: &out, err: &messages, now: time.Now, getenv: func(string) string { return "" }}
	if code := run([]string{"plan", name, "--format", "json", "--time-limit", "4s"}, con); code != 0 {
		tt.Fatalf("exits with %d: %s\n%s", code, messages.String(), src)
	}
	var d planDoc
	if err := json.NewDecoder(strings.NewReader(out.String())).Decode(&d); err != nil && err != io.EOF {
		tt.Fatal(err)
	}
	return &d
}

// Whoever does what a remedy says, in the team file, gets what it promises.
func TestRemediesAreTrue(t *testing.T) {
	if testing.Short() {
		t.Skip("plans many teams")
	}
	kinds := map[string]bool{}
	for name, team := range impossible() {
		t.Run(name, func(t *testing.T) {
			d := team.planned(t)
			if d.Even.Unfilled == 0 || len(d.Unfilled) == 0 || len(d.Remedies) == 0 {
				t.Fatalf("%d unfilled, reasons %v, remedies %v", d.Even.Unfilled, d.Unfilled, d.Remedies)
			}
			for _, r := range d.Remedies {
				for change := range strings.SplitSeq(r.Change, " ") {
					kind, _, _ := strings.Cut(change, ":")
					kinds[kind] = true
				}
				if got := team.with(t, r.Change).planned(t).Even.Unfilled; got != int64(r.Unfilled) {
					t.Errorf("%q (%s) leaves %d unfilled", r.Text, r.Change, got)
				}
			}
		})
	}
	for _, kind := range []string{"people", "window", "count", "min_gap", "absence", "presence", "limit", "skill", "layer", "pin"} {
		if !kinds[kind] {
			t.Errorf("no remedy of the kind %s was tried", kind)
		}
	}
}

// with makes a change to the team file as a manager would.
func (t teamText) with(tt *testing.T, change string) teamText {
	tt.Helper()
	t.People = slices.Clone(t.People)
	for one := range strings.SplitSeq(change, " ") {
		if strings.HasPrefix(one, "20") {
			continue // a slot's name has a space in it
		}
		parts := strings.Split(one, ":")
		switch kind := parts[0]; kind {
		case "people":
			n, _ := strconv.Atoi(parts[1])
			for i := range n {
				t.People = append(t.People, memberText{Name: fmt.Sprintf("New %d", i+1), Skills: []string{"db"}})
			}
		case "window", "count", "min_gap":
			t.relax(tt, parts)
		case "pin":
			_, slot, _ := strings.Cut(change, ":")
			kept := map[string]string{}
			for s, who := range t.Pinned {
				if s != slot {
					kept[s] = who
				}
			}
			t.Pinned = kept
		default:
			t.free(tt, parts)
		}
	}
	return t
}

// relax changes a limit of the team.
func (t *teamText) relax(tt *testing.T, parts []string) {
	tt.Helper()
	n, err := strconv.Atoi(parts[len(parts)-1][strings.Index(parts[len(parts)-1], "=")+1:])
	if err != nil {
		tt.Fatal(err)
	}
	switch {
	case parts[0] == "min_gap":
		t.Limits.Rest = fmt.Sprintf("%dh", n/3600)
	case parts[0] == "count" && t.Limits.Weekends != nil:
		_, within, _ := strings.Cut(t.Limits.Weekends[0], " ")
		t.Limits.Weekends = []string{fmt.Sprint(n, " ", within)}
	case parts[0] == "count":
		_, within, _ := strings.Cut(t.Limits.Holidays[0], " ")
		t.Limits.Holidays = []string{fmt.Sprint(n, " ", within)}
	case strings.HasPrefix(parts[2], "max="):
		_, within, _ := strings.Cut(t.Limits.OnCall[0], " in ")
		if !strings.Contains(within, " ") {
			within += " weeks"
		}
		t.Limits.OnCall = []string{fmt.Sprintf("%d hours in %s", n/3600, within)}
	default:
		most, _, _ := strings.Cut(t.Limits.OnCall[0], " in ")
		t.Limits.OnCall = []string{fmt.Sprintf("%s in %d hours", most, n/3600)}
	}
}

// free changes one of the people.
func (t *teamText) free(tt *testing.T, parts []string) {
	tt.Helper()
	name := parts[len(parts)-1]
	if parts[0] == "absence" {
		name = parts[1]
	}
	i := slices.IndexFunc(t.People, func(m memberText) bool { return m.Name == name })
	if i < 0 {
		tt.Fatalf("nobody is called %q in %v", name, parts)
	}
	m := &t.People[i]
	switch parts[0] {
	case "absence":
		k, _ := strconv.Atoi(parts[2])
		m.Away = slices.Delete(slices.Clone(m.Away), k, k+1)
	case "presence":
		m.From, m.Until = "", ""
	case "limit":
		m.Limits = nil
	case "skill":
		m.Skills = append(slices.Clone(m.Skills), parts[1])
	case "layer":
		if m.Takes != nil {
			m.Takes = append(slices.Clone(m.Takes), parts[1])
		}
	default:
		tt.Fatalf("no way to do %v", parts)
	}
}
