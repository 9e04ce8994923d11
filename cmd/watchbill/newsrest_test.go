package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"watchbill/schedule"
)

// Whoever had a broken night is told in the morning that rest is due, and who plans them that
// they are to rest: once, nothing of the night, and only where the team offers rest.
func TestNewsOfRest(t *testing.T) { both(t, newsOfRest) }

func newsOfRest(t *testing.T, d *deployment) {
	ctx, box := t.Context(), &mailbox{}
	d.now = time.Date(2026, 11, 26, 21, 0, 0, 0, time.UTC)
	d.ok(d.demonstrate(ctx, &console{err: &d.out, now: func() time.Time { return d.now }}))
	people, err := d.schedule.Store.People(ctx, nil)
	d.ok(err)
	doors, err := d.health.Store.Integrations(ctx, 1)
	d.ok(err)
	ana := people[slices.IndexFunc(people, func(p schedule.Profile) bool { return p.Email == "ana@demo.example" })]
	shifts, err := d.schedule.Shifts(ctx, 1, d.now, d.now.Add(time.Minute), time.Time{})
	d.ok(err)
	shift := shifts[slices.IndexFunc(shifts, func(x schedule.Shift) bool { return x.Person != ana.ID && x.Person != 0 })]
	tired := people[slices.IndexFunc(people, func(p schedule.Profile) bool { return p.ID == shift.Person })]
	zone, err := time.LoadLocation(tired.Zone)
	d.ok(err)
	d.news.Carriers = byMail(box)
	d.ok(d.news.Work(ctx))
	rest := func() []string { return of(box.take(), "Rest is due") }
	_ = rest()

	for _, hour := range []int{2, 4} {
		d.wake(doors[0], tired.ID, time.Date(2026, 11, 27, hour, 0, 0, 0, zone), 2*time.Hour, fmt.Sprint("at ", hour))
	}
	look := func(hour int) {
		d.now = time.Date(2026, 11, 27, hour, 1, 0, 0, zone)
		d.ok(d.news.Work(ctx))
	}
	look(9)
	d.hear("in a team that does not offer rest", rest())
	team, err := d.schedule.Store.Team(ctx, 1)
	d.ok(err)
	team.RestCover = true
	d.ok(d.schedule.Store.SaveTeam(ctx, &team))
	look(5)
	d.hear("in the night", of(rest(), tired.Email))
	_ = rest()
	look(10)
	var mine, managers string
	for i := range box.got {
		switch m := &box.got[i]; {
		case m.Address == tired.Email && strings.Contains(m.Subject, "Rest is due"):
			mine = m.Text
		case m.Address == ana.Email && strings.Contains(m.Subject, "Rest is due"):
			managers = m.Text
		}
	}
	if !strings.Contains(mine, "Eleven hours of rest after the last of it end on Fri 27 Nov 2026 17:00") || !strings.Contains(managers, tired.Name+" is to rest until Fri 27 Nov 2026 ") {
		t.Errorf("themselves:\n%s\nwho manages:\n%s", mine, managers)
	}
	for _, word := range []string{"woken", "wake", "page", "hours of work"} {
		if strings.Contains(strings.ReplaceAll(managers, "first page", ""), word) {
			t.Errorf("a manager is told of a night:\n%s", managers)
		}
	}
	got := rest()
	if !slices.Contains(got, ana.Email+": Rest is due: "+tired.Name+" in "+team.Name) || !slices.Contains(got, tired.Email+": Rest is due after your night") || len(got) > 3 {
		t.Errorf("heard of %v", got)
	}
	log, err := d.schedule.Store.AuditOf(ctx, schedule.AuditQuery{Person: tired.ID, Most: 100})
	d.ok(err)
	if n := len(slices.DeleteFunc(log, func(e schedule.AuditEntry) bool { return e.Action != "burden.see" || e.By != ana.ID })); n != 1 {
		t.Errorf("that the manager was told is in their log %d times, want once", n)
	}
	look(12)
	d.hear("once", rest())
	d.now = d.now.Add(26 * time.Hour)
	d.ok(d.news.Work(ctx))
	d.hear("they have slept", rest())
}
