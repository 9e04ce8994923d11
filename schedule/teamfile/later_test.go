package teamfile_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"watchbill/schedule"
	"watchbill/schedule/teamfile"

	"github.com/google/go-cmp/cmp"
)

const changing = `team: Crew
zone: Europe/Berlin
from: 2026-12-07
weeks: 8
rotations:
  - {name: primary, handover: Mon 09:00}
people:
  - name: Ana
    skills: db
    limits: {on_call: 1 week in 2, rest: 11h}
    later:
`

// Skills and limits become others on their days, also after the file was taken apart
// and put together.
func TestLater(t *testing.T) {
	source := []byte(changing + "      - {from: 2027-01-04, skills: [db, net]}\n      - {from: 2027-02-01, limits: {weekends: 1 in 4 weeks}}\n      - {from: 2027-03-01, skills: [], limits: {}}\n")
	rules, people, f, err := teamfile.Split("x", source)
	if err != nil {
		t.Fatal(err)
	}
	day := func(month time.Month, day int) schedule.Date {
		return schedule.Date{Year: 2027, Month: month, Day: day}
	}
	const week = 7 * 24 * time.Hour
	until, between := schedule.During{Until: day(2, 1)}, schedule.During{From: day(2, 1), Until: day(3, 1)}
	want := schedule.Limits{
		Rests:    []schedule.RestLimit{{Rest: 11 * time.Hour, During: until}},
		OnCall:   []schedule.TimeLimit{{Max: week, Within: 2 * week, During: until}},
		Weekends: []schedule.CountLimit{{Max: 1, Within: 4 * week, During: between}},
	}
	later := []schedule.Learned{{From: day(1, 4), Skills: []string{"db", "net"}}, {From: day(3, 1)}}
	check := func(m *schedule.Member) {
		t.Helper()
		if diff := cmp.Diff(want, m.Limits); diff != "" {
			t.Errorf("limits (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(later, m.Later); diff != "" {
			t.Errorf("skills (-want +got):\n%s", diff)
		}
	}
	check(&f.Team.Members[0])
	again, err := teamfile.Compose(rules, f.From, f.Until, people, nil)
	if err != nil {
		t.Fatal(err)
	}
	if f, err = teamfile.Parse("x", again); err != nil {
		t.Fatalf("%v\n%s", err, again)
	}
	check(&f.Team.Members[0])
}

// Rotations are taken from a day on, and given back; none named are all.
func TestLaterTakes(t *testing.T) {
	source := strings.Replace(changing, "  - {name: primary, handover: Mon 09:00}\n", "  - {name: primary, handover: Mon 09:00}\n  - {name: secondary, handover: Mon 09:00}\n", 1)
	source = strings.Replace(source, "    skills: db\n", "    takes: secondary\n", 1) + "      - {from: 2027-01-04, takes: primary}\n      - {from: 2027-02-01, takes: []}\n"
	rules, people, f, err := teamfile.Split("x", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		m := &f.Team.Members[0]
		for on, want := range map[string]string{"2027-01-03": "[secondary]", "2027-01-04": "[primary]", "2027-01-31": "[primary]", "2027-02-01": "[primary secondary]"} {
			day, err := schedule.ParseDate(on)
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprint(m.RotationsOn(day)); got != want {
				t.Errorf("on %s Ana takes %s, want %s", on, got, want)
			}
			for i := range f.Team.Rotations {
				r := &f.Team.Rotations[i]
				if m.TakesOn(r, day) != strings.Contains(want, string(r.ID)) || !m.Takes(r) {
					t.Errorf("on %s Ana takes %s: %t", on, r.ID, m.TakesOn(r, day))
				}
			}
		}
		again, err := teamfile.Compose(rules, f.From, f.Until, people, nil)
		if err != nil {
			t.Fatal(err)
		}
		if f, err = teamfile.Parse("x", again); err != nil {
			t.Fatalf("%v\n%s", err, again)
		}
	}
}

// A limit that is over when the plan begins need not fit its turns.
func TestLaterOver(t *testing.T) {
	source := strings.Replace(changing, "1 week in 2", "1 day in 28", 1) + "      - {from: 2026-12-01, limits: {}}\n"
	if _, err := teamfile.Parse("x", []byte(source)); err != nil {
		t.Error(err)
	}
}

func TestLaterRefused(t *testing.T) {
	for entry, want := range map[string]string{
		"      - {skills: db}\n":             `"from" is missing; add the day from which it holds`,
		"      - {from: 2027-01-04}\n":       "this changes nothing; add takes:, skills: or limits:",
		"      - {from: soon, skills: db}\n": `"soon" is not a date`,
		"      - {from: 2027-01-04, skills: db}\n      - {from: 2027-01-04, limits: {}}\n": "the days must be in order",
		"      - {from: 2027-01-04, takes: secondary}\n":                                   `there is no rotation "secondary"`,
		"      - {from: 2027-02-01, takes: []}\n      - {from: 2027-01-04, limits: {}}\n":  "the days must be in order",
		"      - {from: 2027-01-04, limits: {on_call: 1 day in 28}}\n":                     "no turn that Ana takes fits into 1 day in 4 weeks",
		"      - {from: 2027-01-04, limits: {on_call: 1 week in 4, rest: long}}\n":         "rest",
		"      - {from: 2027-02-01, limits: {}}\n      - {from: 2027-01-04, limits: {}}\n": "the days must be in order",
		"      - {from: 2027-02-01, skills: []}\n      - {from: 2027-01-04, limits: {}}\n": "the days must be in order",
		"      - nothing\n": "keys and values",
	} {
		if _, err := teamfile.Parse("x", []byte(changing+entry)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", entry, err, want)
		}
	}
}
