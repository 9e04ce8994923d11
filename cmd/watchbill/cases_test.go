package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// Somebody joins, and somebody leaves, on days within a published plan. What has begun
// and nearly all that was promised stays; whoever joins has no more to do than the others
// from then on, and nothing to catch up with; whoever left keeps their past and name.
func TestJoinerAndLeaverWithinAPlan(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	ctx := t.Context()
	admin := d.setUp()
	monday := schedule.Date{Year: 2026, Month: 12, Day: 7}
	d.ok(publishDays(ctx, d.schedule, monday, monday.AddDays(112), nil))
	all := func() []schedule.Shift {
		shifts, err := d.schedule.Shifts(ctx, 1, monday.At(schedule.Midnight, time.UTC), monday.AddDays(230).At(schedule.Midnight, time.UTC), time.Time{})
		d.ok(err)
		return shifts
	}
	was := all()

	d.now = monday.AddDays(23).At(schedule.Noon, time.UTC) // in the fourth week
	admin.post("/login", "email", "root@example.com", "password", secret)
	joins, leaves := monday.AddDays(56), monday.AddDays(84) // the ninth and the thirteenth week
	eve := d.joins("Eve", joins)
	leaver := was[15].Person // who has one of the last weeks
	d.ok(d.schedule.PutMember(ctx, 1, schedule.Membership{Team: 1, Person: leaver, Share: schedule.FullTime, Until: leaves.AddDays(-1)}))
	status, body := admin.get("/teams/1/schedule")
	admin.expect(status, body, http.StatusOK, "is not in the team then") // until it is planned again

	d.ok(publishDays(ctx, d.schedule, monday, monday.AddDays(112), nil))
	is := all()
	moved := 0
	for i := range is {
		x := &is[i]
		begins := schedule.DateOf(x.Start)
		switch {
		case i < 4 && x.Person != was[i].Person:
			t.Errorf("the week from %v has begun and is %d's instead of %d's", x.Start, x.Person, was[i].Person)
		case x.Person == eve && begins.Before(joins):
			t.Errorf("who joins on %v is on call on %v", joins, begins)
		case x.Person == leaver && !begins.Before(leaves), x.Person == 0:
			t.Errorf("%d has the week from %v", x.Person, begins)
		case x.Person != was[i].Person:
			moved++
		}
	}
	if moved > 4 {
		t.Errorf("%d weeks change hands because of two people", moved)
	}

	// The next plan: five weeks of work for four people, whoever joined included.
	d.ok(publishDays(ctx, d.schedule, monday.AddDays(112), monday.AddDays(112+84), nil))
	held := map[schedule.ID]int{}
	for _, x := range all()[16:] {
		held[x.Person]++
	}
	if len(held) != 4 || held[eve] < 2 || held[eve] > 5 {
		t.Errorf("in the next twelve weeks people hold %v; who joined is %d", held, eve)
	}

	// Whoever has left stays who they were.
	d.now = leaves.AddDays(7).At(schedule.Noon, time.UTC)
	admin.post("/login", "email", "root@example.com", "password", secret)
	people, err := d.schedule.Store.People(ctx, []schedule.ID{leaver})
	d.ok(err)
	status, body = admin.post(fmt.Sprintf("/admin/people/%d/deactivate", leaver))
	admin.expect(status, body, http.StatusOK, "Has left")
	for i := range was {
		if is[i].Person != leaver {
			continue
		}
		status, body = admin.get(fmt.Sprintf("/shifts/%d", is[i].ID))
		admin.expect(status, body, http.StatusOK, people[0].Name)
	}
}

// joins puts somebody new into the crew.
func (d *deployment) joins(name string, from schedule.Date) schedule.ID {
	d.t.Helper()
	p := schedule.Profile{Name: name, Zone: "Europe/Berlin", CreatedAt: d.now}
	d.ok(d.schedule.Store.AddPerson(d.t.Context(), &p))
	d.ok(d.schedule.PutMember(d.t.Context(), 1, schedule.Membership{Team: 1, Person: p.ID, Share: schedule.FullTime, From: from, OnCall: true}))
	return p.ID
}

// With more people than turns somebody has none: that is as even as it can be and not
// an alarm, they are in the table as well as the others, and the next plan begins with
// them.
func TestMorePeopleThanTurns(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	ctx := t.Context()
	admin := d.setUp()
	for i := range 25 {
		d.joins(fmt.Sprintf("P%02d", i), schedule.Date{})
	}
	monday := schedule.Date{Year: 2026, Month: 12, Day: 7}
	turns := map[schedule.ID]int{}
	idle := func(from schedule.Date, weeks int) map[schedule.ID]bool {
		t.Helper()
		draft, p := d.planned(schedule.DraftOrder{Team: 1, From: from, Until: from.AddDays(7 * weeks), Seconds: 1})
		var doc struct {
			Even   struct{ Unfilled int }
			People []struct {
				Name string
				Days float64
			}
		}
		d.ok(json.Unmarshal([]byte(p.Document), &doc))
		none := map[schedule.ID]bool{}
		for id := range p.After {
			none[id] = true
		}
		for _, s := range p.Shifts {
			turns[s.Person]++
			delete(none, s.Person)
		}
		if len(doc.People) != 29 || doc.Even.Unfilled != 0 {
			t.Errorf("%d people are in the table, %d shifts are unfilled", len(doc.People), doc.Even.Unfilled)
		}
		status, body := admin.get(fmt.Sprintf("/teams/1/drafts/%d", draft.ID))
		admin.expect(status, body, http.StatusOK, "P00", "P24", "Is it even?")
		for id := range none {
			if p.After[id] >= 0 {
				t.Errorf("%d has nothing to do and is %d ahead", id, p.After[id])
			}
		}
		_, err := d.schedule.Publish(ctx, 1, draft.ID, "")
		d.ok(err)
		return none
	}
	first := idle(monday, 26)
	if len(first) != 3 {
		t.Fatalf("%d people have no turn in 26 weeks of 29 people", len(first))
	}
	idle(monday.AddDays(182), 26)
	for id, n := range turns {
		if n > 2 {
			t.Errorf("%d has %d turns of 52 for 29 people", id, n)
		}
	}
	if len(turns) != 29 {
		t.Errorf("after two plans %d of 29 people have had a turn", len(turns))
	}
}

// Rules that are read through the API and written back are the same rules, and plan the
// same shifts on both sides of a clock change.
func TestRulesWrittenBackAreTheSame(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	tokens := d.crewed()
	var list struct {
		Items []struct{ From, Source string }
	}
	d.call(tokens["manager"], "GET", "/api/v1/teams/1/rules", "").into(t, 200, &list)
	was := list.Items[0]
	from := schedule.Date{Year: 2027, Month: 2, Day: 1} // when the published plan ends
	for range 3 {
		if a := d.call(tokens["manager"], "PUT", "/api/v1/teams/1/rules/"+from.String(), `{"source": `+quoted(was.Source)+`}`); a.status != 200 {
			t.Fatalf("%d %s", a.status, a.body)
		}
		d.call(tokens["manager"], "GET", "/api/v1/teams/1/rules", "").into(t, 200, &list)
		last := list.Items[len(list.Items)-1]
		if list.Items[0].From == from.String() {
			last = list.Items[0]
		}
		if last.Source != was.Source || last.From != from.String() || len(list.Items) != 2 {
			t.Fatalf("written back: %+v", list.Items)
		}
	}
	_, p := d.planned(schedule.DraftOrder{Team: 1, From: from, Until: from.AddDays(84)}) // the clocks go forward within
	zone, err := time.LoadLocation("Europe/Berlin")
	d.ok(err)
	for _, s := range p.Shifts {
		if local := s.Start.In(zone); local.Hour() != 9 || local.Weekday() != time.Monday {
			t.Errorf("a shift begins %v", local)
		}
	}
}
