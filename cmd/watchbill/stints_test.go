package main

import (
	"fmt"
	"slices"
	"testing"

	"watchbill/api/auth"
	"watchbill/schedule"
)

// How many stay in a team counts who was taken out of it: also who comes back, in each of two
// teams by itself, and not who was added by mistake.
func TestWhoStays(t *testing.T) { both(t, whoStays) }

func whoStays(t *testing.T, d *deployment) {
	ctx := t.Context()
	d.setUp()
	teams := make([]schedule.TeamRecord, 2)
	for i, name := range []string{"Six", "Seven"} {
		in, err := importTeam(fmt.Sprintf("team: %s\nzone: Asia/Kathmandu\nfrom: 2026-12-07\nweeks: 8\nrotations:\n  - {name: primary, handover: Mon 09:00}\npeople:\n%s", name, crowd("Both", 6+i)))
		d.ok(err)
		in.People[0].Manager = true
		teams[i], err = d.schedule.AddTeam(ctx, 1, in)
		d.ok(err)
	}
	id := func(n int) schedule.ID {
		p, err := d.schedule.Store.PersonByEmail(ctx, fmt.Sprintf("p%d@both.example", n))
		d.ok(err)
		return p.ID
	}
	stays := func(what string, want ...string) {
		t.Helper()
		var got []string
		for i := range teams {
			r, err := d.health.TeamRetention(ctx, teams[i].ID, schedule.DateOf(d.now))
			d.ok(err)
			if r.Hidden != "" {
				got = append(got, "hidden")
				continue
			}
			got = append(got, fmt.Sprint(r.Kept, " of ", r.Then))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s, %v stay, want %v", what, got, want)
		}
	}
	moves := func(what string, want ...string) {
		t.Helper()
		all, err := (&burdenSchedules{schedule: d.schedule}).Comings(ctx, teams[0].ID, schedule.DateOf(d.now).AddDays(-40), schedule.DateOf(d.now).AddDays(40))
		d.ok(err)
		var got []string
		for _, e := range all {
			got = append(got, fmt.Sprint(e.Date, " ", e.Text))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s, in the report are %q, want %q", what, got, want)
		}
	}
	d.now = d.now.AddDate(1, 1, 0) // 1 January 2028
	stays("while all are there", "6 of 6", "7 of 7")
	d.ok(d.schedule.RemoveMember(ctx, 1, teams[0].ID, id(2)))
	d.ok(d.schedule.RemoveMember(ctx, 1, teams[0].ID, id(3)))
	stays("with two taken out of one team", "4 of 6", "7 of 7")
	moves("with two taken out", "2028-01-01 2 people left")

	// Somebody is added by mistake, and taken out at once: they were never there.
	other, err := d.schedule.Store.PersonByEmail(ctx, "root@example.com")
	d.ok(err)
	add := schedule.Membership{Team: teams[0].ID, Person: other.ID, OnCall: true, Share: schedule.FullTime}
	d.ok(d.schedule.PutMember(ctx, 1, add))
	d.ok(d.schedule.RemoveMember(ctx, 1, teams[0].ID, other.ID))
	stays("after a mistake", "4 of 6", "7 of 7")
	moves("after a mistake", "2028-01-01 2 people left")

	// One comes back after three weeks, one at once.
	d.now = d.now.AddDate(0, 0, 21)
	back := schedule.Membership{Team: teams[0].ID, Person: id(2), OnCall: true, Share: schedule.FullTime, From: schedule.DateOf(d.now)}
	d.ok(d.schedule.PutMember(ctx, 1, back))
	stays("with one back", "5 of 6", "7 of 7")
	moves("with one back", "2028-01-01 2 people left", "2028-01-22 1 person joined")
	d.ok(d.schedule.RemoveMember(ctx, 1, teams[0].ID, id(4)))
	back.Person = id(4)
	d.ok(d.schedule.PutMember(ctx, 1, back))
	stays("with one taken out and back at once", "5 of 6", "7 of 7")
	moves("with one taken out and back at once", "2028-01-01 2 people left", "2028-01-22 1 person joined")

	// Who leaves altogether has left both teams.
	d.ok(d.access.Deactivate(auth.With(ctx, auth.Program()), int64(id(5))))
	stays("with one gone", "4 of 6", "6 of 7")
	d.now = d.now.AddDate(0, 11, 0) // those who left in January are counted as then until a year later
	stays("before a year is over", "4 of 6", "6 of 7")
	d.now = d.now.AddDate(0, 2, 0)
	stays("a year later", "hidden", "6 of 6")
}
