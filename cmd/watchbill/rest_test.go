package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// After a broken night somebody may hand over what comes next with one click; whoever
// plans them sees that rest is due and nothing of the night, and nobody else anything.
func TestRestAfterABrokenNight(t *testing.T) { both(t, restAfterANight) }

func restAfterANight(t *testing.T, d *deployment) {
	ctx := t.Context()
	d.now = time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	d.ok(d.demonstrate(ctx, &console{err: &d.out, now: func() time.Time { return d.now }}))
	people, err := d.schedule.Store.People(ctx, nil)
	d.ok(err)
	doors, err := d.health.Store.Integrations(ctx, 1)
	d.ok(err)
	find := func(id schedule.ID) schedule.Profile {
		return people[slices.IndexFunc(people, func(p schedule.Profile) bool { return p.ID == id })]
	}
	ana := people[slices.IndexFunc(people, func(p schedule.Profile) bool { return p.Email == "ana@demo.example" })]
	shifts, err := d.schedule.Shifts(ctx, 1, d.now, d.now.Add(time.Minute), time.Time{})
	d.ok(err)
	shift := shifts[slices.IndexFunc(shifts, func(x schedule.Shift) bool { return x.Person != ana.ID && x.Person != 0 })]
	tired := find(shift.Person)
	zone, err := time.LoadLocation(tired.Zone)
	d.ok(err)
	for _, hour := range []int{2, 4} {
		d.wake(doors[0], tired.ID, time.Date(2026, 11, 27, hour, 0, 0, 0, zone), 2*time.Hour, fmt.Sprint("at ", hour))
	}

	boss, person := d.login(ana.Email), d.login(tired.Email)
	status, body := person.get("/")
	if person.expect(status, body, http.StatusOK); strings.Contains(body, "Your night was broken") {
		t.Error("rest is offered though the team does not")
	}
	status, body = boss.post("/teams/1/repay", "gain", "0", "rest", "1")
	boss.expect(status, body, http.StatusOK, "Saved.")
	status, body = person.get("/")
	person.expect(status, body, http.StatusOK, "Your night was broken: woken twice, 4 hours of work in sleeping hours.", "You are on call now", "Ask for cover")
	status, body = boss.get("/")
	boss.expect(status, body, http.StatusOK, "Rest is due", tired.Name, "Who could take it")
	if strings.Contains(body, "woken") || strings.Contains(body, "Your night") {
		t.Error("a manager is told of somebody's night")
	}
	var rest struct {
		Offered bool
		Mine    *struct {
			Wakeups int
			Relief  *struct {
				Shift      schedule.ID
				Start, End time.Time
				Asked      bool
			}
		}
		Due []map[string]any
	}
	for email, want := range map[string][2]bool{tired.Email: {true, false}, ana.Email: {false, true}, "admin@demo.example": {false, false}} {
		rest.Mine, rest.Due = nil, nil
		b := d.login(email)
		status, body = b.get("/api/v1/teams/1/rest")
		b.expect(status, body, http.StatusOK, `"offered":true`)
		d.ok(json.Unmarshal([]byte(body), &rest))
		if got := [2]bool{rest.Mine != nil && rest.Mine.Wakeups == 2, len(rest.Due) > 0}; got != want {
			t.Errorf("%s is told %s, want %v", email, body, want)
		}
		for _, due := range rest.Due {
			for key := range due {
				if !slices.Contains([]string{"person", "rest_until", "relief"}, key) {
					t.Errorf("a manager is told %s of a night", key)
				}
			}
		}
		if r := rest.Mine; r != nil && (r.Relief == nil || r.Relief.Shift != shift.ID || !r.Relief.Start.Equal(d.now) || r.Relief.End.Sub(d.now) > 36*time.Hour || r.Relief.Asked) {
			t.Errorf("they may hand over %+v", r.Relief)
		}
	}

	// One click, and what it is for stays with them.
	_, body = person.get("/")
	until := between(body, `name="until" value="`, `"`)
	status, body = person.post(fmt.Sprintf("/shifts/%d/cover", shift.ID), "to", "all", "until", until)
	person.expect(status, body, http.StatusOK, "Asked. You will see here who takes it.")
	requests, err := d.schedule.Store.Requests(ctx, 1, schedule.RequestOpen)
	d.ok(err)
	asked := requests[slices.IndexFunc(requests, func(r schedule.Request) bool { return r.Person == tired.ID && r.Slot == shift.Slot })]
	if asked.Message != "" || !asked.End.After(d.now) {
		t.Errorf("the request is %+v", asked)
	}
	status, body = person.get("/")
	person.expect(status, body, http.StatusOK, "Cover is asked for.")
	log, err := d.schedule.Store.AuditOf(ctx, schedule.AuditQuery{Person: tired.ID, Most: 100})
	d.ok(err)
	looks := 0
	for _, e := range log {
		if e.Action == "burden.see" && e.By == ana.ID {
			looks++
		}
	}
	if looks != 1 {
		t.Errorf("the manager's look is in their log %d times, want once", looks)
	}

	d.now = d.now.Add(26 * time.Hour) // they have slept
	nights, err := d.rollup.BrokenNights(ctx, []schedule.ID{1}, []schedule.ID{tired.ID})
	d.ok(err)
	if len(nights) > 0 {
		t.Errorf("a day later they are still to rest: %+v", nights)
	}
}

// between is what stands between two texts.
func between(text, before, after string) string {
	_, rest, _ := strings.Cut(text, before)
	found, _, _ := strings.Cut(rest, after)
	return found
}

// A night is broken by two wake-ups or an hour of work in the sleeping hours of whoever
// was paged, and the rest after it is eleven hours or the night that follows.
func TestBrokenNights(t *testing.T) { both(t, brokenNights) }

func brokenNights(t *testing.T, d *deployment) {
	ctx := t.Context()
	d.now = time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	d.ok(d.demonstrate(ctx, &console{err: &d.out, now: func() time.Time { return d.now }}))
	doors, err := d.health.Store.Integrations(ctx, 1)
	d.ok(err)
	zone, err := time.LoadLocation("Europe/Berlin")
	d.ok(err)
	people, err := d.schedule.Store.People(ctx, nil)
	d.ok(err)
	var who schedule.Profile
	for _, p := range people {
		if p.Zone == "Europe/Berlin" && p.Sleeps == "" {
			who = p
		}
	}
	if who.ID == 0 {
		t.Fatal("nobody of the demonstration lives in Berlin with usual hours")
	}
	page := 0
	for _, c := range []struct {
		name  string
		pages []string // on the wall clock, with minutes of work
		now   string
		want  string
	}{
		{"one wake-up", []string{"2027-03-03T03:00 20"}, "2027-03-03T09:00", ""},
		{"an hour of work", []string{"2027-03-05T03:00 60"}, "2027-03-05T09:00", "1 1h0m0s until 05 15:00, 06 08:00"},
		{"two wake-ups", []string{"2027-03-08T23:30 5", "2027-03-09T05:00 10"}, "2027-03-09T05:30", "2 15m0s until 09 16:10, 10 08:00"},
		{"it has gone into the morning", []string{"2027-03-11T07:00 180"}, "2027-03-11T11:00", "1 1h0m0s until 11 21:00, 12 08:00"},
		{"a day later", nil, "2027-03-12T07:59", "1 1h0m0s until 11 21:00, 12 08:00"},
		{"slept", nil, "2027-03-12T08:00", ""},
		{"the night of a clock change", []string{"2027-03-28T01:30 30", "2027-03-28T04:00 10"}, "2027-03-28T09:00", "2 40m0s until 28 15:10, 29 08:00"},
	} {
		for _, text := range c.pages {
			var minutes int
			when, work, _ := strings.Cut(text, " ")
			_, err := fmt.Sscan(work, &minutes)
			d.ok(err)
			at, err := time.ParseInLocation("2006-01-02T15:04", when, zone)
			d.ok(err)
			d.wake(doors[0], who.ID, at, time.Duration(minutes)*time.Minute, fmt.Sprint("case ", page))
			page++
		}
		if d.now, err = time.ParseInLocation("2006-01-02T15:04", c.now, zone); err != nil {
			t.Fatal(err)
		}
		nights, err := d.rollup.BrokenNights(ctx, []schedule.ID{1}, []schedule.ID{who.ID})
		d.ok(err)
		got := ""
		if len(nights) > 0 {
			n := nights[0]
			got = fmt.Sprintf("%d %v until %s, %s", n.Wakeups, n.Work, n.Rest.In(zone).Format("02 15:04"), n.Next.In(zone).Format("02 15:04"))
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// wake pages somebody, who works on it for so long.
func (d *deployment) wake(door health.Integration, person schedule.ID, at time.Time, work time.Duration, name string) {
	d.t.Helper()
	p := &health.PageRecord{Integration: door.ID, Team: door.Team, Page: health.Page{
		Key: name, OpenedBy: name, State: health.StateResolved, Urgency: health.UrgencyHigh, Service: "night",
		TriggeredAt: at, FirstAckAt: at, ResolvedAt: at.Add(work), LastEventAt: at.Add(work), CountsAsPage: true,
	}}
	p.People = []health.Attendance{{Person: person, NotifiedAt: at, Notices: []health.Notice{{At: at}}, AckedAt: at, ResolvedAt: at.Add(work), Responding: work, Interruptions: 1}}
	d.ok(d.health.Store.InTx(d.t.Context(), func(tx health.Store) error { return tx.SavePage(d.t.Context(), p) }))
}
