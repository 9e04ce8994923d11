package schedule_test

import (
	"fmt"
	"testing"
	"time"

	"watchbill/schedule"
)

// week is the published week that begins so many weeks after the first.
func week(n int, person schedule.ID, points int64) schedule.Published {
	from := time.Date(2026, 12, 7, 8, 0, 0, 0, time.UTC).AddDate(0, 0, 7*n)
	return schedule.Published{
		Slot: schedule.SlotID("primary " + from.Format(time.DateOnly)), Rotation: "primary", Person: person, Start: from, End: from.AddDate(0, 0, 7), Points: points,
	}
}

func TestDifferences(t *testing.T) {
	begins := time.Date(2026, 12, 7, 0, 0, 0, 0, time.UTC)
	ends, now := begins.AddDate(0, 0, 35), begins.AddDate(0, 0, 1)
	old := week(2, 9, 168)
	old.Until = begins
	current := []schedule.Published{week(0, 1, 168), week(1, 2, 168), week(2, 3, 168), week(3, 1, 168), old, week(5, 2, 168)}
	longer := week(1, 2, 200)
	longer.End = longer.End.AddDate(0, 0, 1)
	planned := []schedule.Published{week(0, 2, 168), longer, week(2, 1, 168), week(3, 1, 99), week(4, 0, 168)}
	text := ""
	differences := schedule.Differences(current, planned, begins, ends, now)
	for _, d := range differences {
		text += fmt.Sprintf("%s %v→%v; ", d.Start().Format("2/1"), who(d.Was), who(d.Is))
	}
	// The first week has begun, the fifth is new and nobody's, the sixth is not planned here.
	if want := "14/12 2→2; 21/12 3→1; 28/12 1→1; 4/1 none→0; "; text != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	text = ""
	for _, a := range schedule.AffectedBy(differences) {
		text += fmt.Sprintf("%d: loses %d, gets %d; ", a.Person, len(a.Loses), len(a.Gets))
	}
	if want := "2: loses 1, gets 1; 3: loses 1, gets 0; 1: loses 0, gets 1; "; text != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	gone := schedule.Differences(current, nil, begins, ends, now)
	if len(gone) != 3 || gone[0].Is != nil || gone[2].Was.Slot != week(3, 0, 0).Slot {
		t.Errorf("without any shift %+v", gone)
	}
}

func who(p *schedule.Published) string {
	if p == nil {
		return "none"
	}
	return fmt.Sprint(p.Person)
}

func TestDuring(t *testing.T) {
	day := func(text string) schedule.Date {
		d, err := schedule.ParseDate(text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	from, until := day("2027-01-04"), day("2027-02-01") // four weeks
	change := func(on string, share schedule.Share, onCall bool) schedule.MemberChange {
		return schedule.MemberChange{From: day(on), Share: share, OnCall: onCall}
	}
	for _, c := range []struct {
		name    string
		member  schedule.Membership
		changes []schedule.MemberChange
		want    string
	}{
		{"nothing changes", schedule.Membership{Share: 800, OnCall: true}, nil, "800 [] true"},
		{"changed before", schedule.Membership{Share: 800, OnCall: true}, []schedule.MemberChange{change("2026-12-01", 500, true)}, "500 [] true"},
		{"half time from the middle", schedule.Membership{Share: 1000, OnCall: true}, []schedule.MemberChange{change("2027-01-18", 500, true)}, "750 [] true"},
		{"a week's pause", schedule.Membership{Share: 1000, OnCall: true}, []schedule.MemberChange{change("2027-01-11", 1000, false), change("2027-01-18", 1000, true)},
			"750 [2027-01-11 to 2027-01-17 (not in the rotation)] true"},
		{"comes back", schedule.Membership{Share: 1000}, []schedule.MemberChange{change("2027-01-18", 1000, true)}, "500 [2027-01-04 to 2027-01-17 (not in the rotation)] true"},
		{"pauses all the time", schedule.Membership{Share: 1000, OnCall: true}, []schedule.MemberChange{change("2027-01-01", 1000, false), change("2027-03-01", 1000, true)}, "0 [] false"},
		{"has left before", schedule.Membership{Share: 1000, OnCall: true, Until: day("2026-12-31")}, nil, "0 [] false"},
		{"joins late, at half time soon", schedule.Membership{Share: 1000, OnCall: true, From: day("2027-01-18")}, []schedule.MemberChange{change("2027-01-25", 500, true)}, "750 [] true"},
		{"changes later", schedule.Membership{Share: 1000, OnCall: true}, []schedule.MemberChange{change("2027-02-01", 0, false)}, "1000 [] true"},
	} {
		p := schedule.Planning{Membership: c.member, Changes: c.changes}
		share, pauses, ok := p.During(from, until)
		if got := fmt.Sprintf("%d %v %t", int64(share), pauses, ok); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}
