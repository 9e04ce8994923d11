package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"watchbill/schedule"
	"watchbill/schedule/roster"
)

// Whatever somebody has, and whatever part of a slot they would get, the judge
// breaks a rule exactly when the generator's own evaluation does.
func TestJudgeAgreesWithTheGenerator(t *testing.T) {
	team := weekly(t, "Ana", "Ben")
	berlin := team.zone
	team.Rotations = append(team.Rotations, schedule.Rotation{
		ID: "nights", Zone: berlin, HandOver: schedule.Weekly(time.Friday, schedule.ClockAt(17, 0)), Weight: schedule.One, First: day(t, "2026-01-05"),
		Cover: []schedule.Window{{Hours: schedule.Hours{From: schedule.ClockAt(22, 0), Until: schedule.ClockAt(6, 0)}}}, Skills: []string{"db"},
	})
	team.Members[0].Rotations = append(team.Members[0].Rotations, "nights")
	team.Members[0].Absences = []schedule.Absence{{First: day(t, "2026-11-09"), Last: day(t, "2026-11-15")}}
	team.Members[0].Until = day(t, "2026-12-20")
	slots, err := team.slots()
	if err != nil {
		t.Fatal(err)
	}
	broken, kept := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		const daily = 24 * time.Hour
		pick := func(label string, all ...time.Duration) time.Duration { return rapid.SampledFrom(all).Draw(t, label) }
		team.Limits = schedule.Limits{
			Rest:   pick("rest", 0, 11*time.Hour, 60*time.Hour),
			OnCall: []schedule.TimeLimit{{Max: pick("most", 7*daily, 9*daily), Within: pick("within", 21*daily, 28*daily, 13*daily)}},
		}
		team.Members[0].Limits = schedule.Limits{}
		if rapid.Bool().Draw(t, "weekends") {
			team.Members[0].Limits.Weekends = []schedule.CountLimit{{Max: rapid.IntRange(0, 2).Draw(t, "n"), Within: 28 * daily}}
		}
		if rapid.Bool().Draw(t, "holidays") {
			team.Limits.Holidays = []schedule.CountLimit{{Max: rapid.IntRange(0, 1).Draw(t, "h"), Within: 182 * daily}}
		}
		team.Members[0].Skills = nil
		if rapid.Bool().Draw(t, "skilled") {
			team.Members[0].Skills = []string{"db"}
		}
		team.Members[0].Later, team.Members[0].Duties = nil, nil
		if rapid.Bool().Draw(t, "changes") { // on a day amid the slots
			on := schedule.DateOf(slots[rapid.IntRange(1, len(slots)-1).Draw(t, "on")].Start).AddDays(rapid.IntRange(0, 3).Draw(t, "later"))
			own := schedule.Limits{
				Rest:     pick("own rest", 0, 30*time.Hour),
				OnCall:   []schedule.TimeLimit{{Max: 7 * daily, Within: pick("own within", 14*daily, 35*daily)}},
				Weekends: []schedule.CountLimit{{Max: rapid.IntRange(0, 2).Draw(t, "own weekends"), Within: 21 * daily}},
			}
			was := team.Members[0].Limits.DuringDays(schedule.During{Until: on})
			team.Members[0].Limits = was.With(own.DuringDays(schedule.During{From: on}))
			if rapid.Bool().Draw(t, "moves") {
				other := []schedule.RotationID{rapid.SampledFrom(team.Members[0].Rotations).Draw(t, "to")}
				team.Members[0].Duties = []schedule.Duties{{Rotations: team.Members[0].Rotations}, {From: on, Rotations: other}}
			}
			if rapid.Bool().Draw(t, "learns") {
				team.Members[0].Later = []schedule.Learned{{From: on, Skills: [][]string{{"db"}, nil}[rapid.IntRange(0, 1).Draw(t, "what")]}}
			}
		}
		part := func(slot schedule.Slot) schedule.Slot {
			if !rapid.Bool().Draw(t, "cut") {
				return slot
			}
			hours := int(slot.End.Sub(slot.Start) / time.Hour)
			from := rapid.IntRange(0, hours-1).Draw(t, "from")
			until := rapid.IntRange(from+1, hours).Draw(t, "until")
			end := slot.Start.Add(time.Duration(until) * time.Hour)
			if until == hours {
				end = slot.End
			}
			return slot.Cut(slot.Start.Add(time.Duration(from)*time.Hour), end, berlin)
		}
		chosen := rapid.SliceOfNDistinct(rapid.IntRange(0, len(slots)-1), 1, 6, rapid.ID).Draw(t, "slots")
		c := schedule.Case{Person: 1}
		p := team.problem(nil, team.start())
		name := "Ana"
		for i, at := range chosen {
			slot := part(slots[at])
			c.Held = append(c.Held, schedule.Holding{TeamShift: schedule.TeamShift{Team: 1, Shift: schedule.Shift{
				Slot: slot.ID, Rotation: slot.Rotation, Person: 1, Start: slot.Start, End: slot.End,
			}}, New: i == 0})
			if i == 0 {
				p.Slots = append(p.Slots, team.slot(&slot, team.holidayKinds()))
			} else {
				p.History = append(p.History, team.pastOf(&slot, name))
			}
		}
		e, err := roster.Evaluate(p, roster.Assignment{p.Slots[0].ID: &name})
		if err != nil {
			t.Fatal(err)
		}
		rules, err := team.slotsOf([]schedule.Case{c}, 1)
		if err != nil {
			t.Fatal(err)
		}
		findings := team.judge(&c, 1, map[schedule.ID]string{1: name}, rules)
		mine := slices.DeleteFunc(slices.Clone(findings), func(f schedule.Finding) bool { return !f.Broken })
		if (len(mine) > 0) != (len(e.Violations) > 0) {
			t.Fatalf("the judge finds %v and the generator %q in %+v", findings, e.Violations, c.Held)
		}
		if len(mine) > 0 {
			broken++
		} else {
			kept++
		}
	})
	t.Logf("%d cases break a rule, %d do not", broken, kept)
	if broken == 0 || kept == 0 {
		t.Errorf("%d cases break a rule and %d do not: the test tries too little", broken, kept)
	}
}

// What the judge says is a sentence that names the rule.
func TestJudgeWords(t *testing.T) {
	in := schedule.JudgeInput{
		Team: schedule.TeamRecord{ID: 1, Name: "Crew", Zone: "Europe/Berlin"}, On: day(t, "2026-12-14"),
		Rules: schedule.TeamRules{ID: 1, Team: 1, From: day(t, "2026-12-07"), Source: `team: Crew
zone: Europe/Berlin
holidays: DE-BE
limits: {on_call: 1 week in 3, rest: 11h, weekends: 1 in 3 weeks, holidays: 1 in 8 weeks}
rotations:
  - {name: primary, handover: Mon 09:00}
  - {name: deep, handover: Mon 09:00, skills: db}
`},
	}
	for i, name := range []string{"Ana", "Ben", "Cleo", "Dan"} {
		p := schedule.Planning{Profile: schedule.Profile{ID: schedule.ID(i + 1), Name: name, Zone: "Europe/Berlin"}, Membership: schedule.Membership{Share: schedule.FullTime, OnCall: true}}
		switch name {
		case "Ana":
			p.Skills = "db"
		case "Ben":
			p.Takes = "primary"
			p.Leaves = []schedule.Leave{{First: day(t, "2026-12-21"), Last: day(t, "2026-12-27"), Note: "secret"}}
		case "Cleo":
			p.Until = day(t, "2026-12-15")
		}
		in.People = append(in.People, p)
	}
	shift := func(team schedule.ID, rotation string, week int, anew bool) schedule.Holding {
		from := time.Date(2026, 12, 7, 8, 0, 0, 0, time.UTC).AddDate(0, 0, 7*week)
		return schedule.Holding{New: anew, TeamShift: schedule.TeamShift{Team: team, Shift: schedule.Shift{
			Slot: schedule.SlotID(rotation + " " + from.Format(time.DateOnly)), Rotation: schedule.RotationID(rotation), Start: from, End: from.AddDate(0, 0, 7),
		}}}
	}
	for _, test := range []struct {
		person schedule.ID
		held   []schedule.Holding
		want   string // "" when nothing is broken
	}{
		{1, []schedule.Holding{shift(1, "primary", 1, true)}, ""},
		{1, []schedule.Holding{shift(1, "primary", 1, true), shift(1, "primary", 0, false)},
			"no rest after Primary on Mon 7 Dec; the rule is at least 11 hours|2 weeks on call within 3 weeks; the rule is at most 1 week in 3 weeks|2 weekends on call within 3 weeks; the rule is at most 1"},
		{1, []schedule.Holding{shift(1, "primary", 1, true), shift(2, "primary", 1, false)},
			"two shifts at once: also Primary in another team from Mon 14 Dec 09:00 to Mon 21 Dec 09:00"},
		{2, []schedule.Holding{shift(1, "deep", 1, true)}, "takes no part in deep|lacks the skill db, which deep needs"},
		// Who is away from Monday on hands over on Monday morning.
		{2, []schedule.Holding{shift(1, "primary", 1, true)}, ""},
		{2, []schedule.Holding{shift(1, "primary", 2, true)}, "away 21–27 Dec|2 public holidays on call within 8 weeks; the rule is at most 1"},
		{3, []schedule.Holding{shift(1, "primary", 1, true)}, "is in the team until 15 Dec"},
		{4, []schedule.Holding{shift(1, "deep", 1, true)}, "lacks the skill db, which deep needs"},
		{99, []schedule.Holding{shift(1, "primary", 1, true)}, "takes no part in the team's duties"},
	} {
		in.Cases = []schedule.Case{{Person: test.person, Held: test.held}}
		all, err := new(judge).judge(in)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range all[0] {
			if f.Broken {
				got = append(got, f.Text)
			}
		}
		if strings.Join(got, "|") != test.want {
			t.Errorf("person %d: got %q, want %q", test.person, strings.Join(got, "|"), test.want)
		}
	}
	in.Rules.Source = "rotations: none\n"
	all, err := new(judge).judge(in)
	if err != nil || len(all[0]) != 1 || !all[0][0].Broken || all[0][0].Rule != schedule.RuleUnknown {
		t.Errorf("rules that cannot be read: %v, %v", all, err)
	}
}
