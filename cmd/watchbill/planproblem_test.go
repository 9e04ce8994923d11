package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchbill/schedule"
	"watchbill/schedule/roster"
)

// A slot weighs what its hours cost each one on their own clock; what there is to
// share is the mean over those who could have it then.
func TestSlotsWeighDifferentlyForDifferentPeople(t *testing.T) {
	team := weekly(t, "Ana", "Ben", "Cleo", "Later")
	team.Rotations = team.Rotations[:1]
	team.until = team.from.AddDays(7)
	sydney, err := time.LoadLocation("Australia/Sydney")
	if err != nil {
		t.Fatal(err)
	}
	team.Rotations[0].Cover = []schedule.Window{{Hours: schedule.Hours{
		Days: schedule.Workdays, From: schedule.ClockAt(9, 0), Until: schedule.ClockAt(17, 0),
	}}}
	team.People[2].Zones = schedule.In(sydney)
	team.memberNamed("Later").From = team.until // nobody to share with yet

	slots, err := team.slots()
	if err != nil {
		t.Fatal(err)
	}
	p := team.problem(slots, team.start())
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	// Berlin's office hours are 40 hours of work there. Sydney, which changed its
	// clocks the day before, has 18:00 to 02:00: 4 hours of evening and 4 of sleep
	// a day, and the last 2 of Friday are Saturday morning.
	const berlin, away = 40, 5*8*3/2 + 1
	mean := int64(2*berlin+away+1) / 3
	want := map[string]int64{"Ana": berlin, "Ben": berlin, "Cleo": away, "Later": berlin}
	if p.Slots[0].Weight != mean {
		t.Errorf("weighs %d, want %d", p.Slots[0].Weight, mean)
	}
	if diff := cmp.Diff(want, p.Slots[0].Weights); diff != "" {
		t.Errorf("weights (-want +got):\n%s", diff)
	}
}

// People of several regions have holidays of their own, and a limit on holidays
// counts for each those that are theirs.
func TestHolidayLimitsCountOnesOwnHolidays(t *testing.T) {
	team := weekly(t, "Ana", "Ben")
	team.Limits.Holidays = []schedule.CountLimit{{Max: 1, Within: 365 * 24 * time.Hour}}
	team.People[1].Holidays = schedule.NewCalendar(schedule.Holiday{Date: day(t, "2026-10-12"), Name: "Fiesta Nacional"})

	slots, err := team.slots()
	if err != nil {
		t.Fatal(err)
	}
	p := team.problem(slots, team.start())
	if p.Rules.Counts != nil {
		t.Errorf("common counts %v; they should be each one's own", p.Rules.Counts)
	}
	mine := func(m roster.Member) map[int64]bool {
		days := map[int64]bool{}
		for _, s := range p.Slots {
			for _, d := range s.Marks[m.Limits.Counts[0].Mark] {
				days[d] = true
			}
		}
		return days
	}
	at := func(s string) int64 { return day(t, s).Nominal(schedule.Midnight) }
	for i, want := range []map[int64]bool{
		{at("2026-12-25"): true, at("2027-01-01"): true},
		{at("2026-10-12"): true},
	} {
		if diff := cmp.Diff(want, mine(p.Members[i])); diff != "" {
			t.Errorf("%s counts (-want +got):\n%s", p.Members[i].ID, diff)
		}
	}
}

// Rotations that the same people take share what is fair; where others take them
// it is shared apart, unless the team file names a pool.
func TestPools(t *testing.T) {
	team := weekly(t, "Ana", "Ben")
	pools := func() []string { return []string{team.pool(&team.Rotations[0]), team.pool(&team.Rotations[1])} }
	if p := pools(); p[0] != p[1] {
		t.Errorf("the same people, and pools %q", p)
	}
	team.Members[0].Rotations = team.Members[0].Rotations[:1]
	if p := pools(); p[0] == p[1] {
		t.Errorf("others, and both have pool %q", p)
	}
	team.Rotations[0].Pool, team.Rotations[1].Pool = "all", "all"
	if p := pools(); p[0] != "all" || p[1] != "all" {
		t.Errorf("pools %q, want those of the file", p)
	}
}

// An absence from a Monday on does not take the shift that ends on that morning,
// on whatever clock the person is.
func TestAbsencesBeginAtTheHandOver(t *testing.T) {
	team := weekly(t, "Ana")
	m := &team.Members[0]
	m.Absences = []schedule.Absence{{First: day(t, "2026-10-12"), Last: day(t, "2026-10-18")}}
	for zone, want := range map[string]bool{
		"Europe/Berlin": true, "Europe/London": true, "America/New_York": true,
		"Australia/Sydney": false, // their Monday is over when Berlin hands over
	} {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		team.People[0].Zones = schedule.In(loc)
		start, _ := team.span(m, m.Absences[0])
		handOver := day(t, "2026-10-12").At(schedule.ClockAt(9, 0), team.zone)
		if got := !start.Before(handOver); got != want {
			t.Errorf("%s: away from %v, hand-over at %v: keeps the week before %t, want %t", zone, start, handOver, got, want)
		}
	}
}
