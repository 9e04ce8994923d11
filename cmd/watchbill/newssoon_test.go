package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"watchbill/schedule"
)

// Whoever has a shift hears that it begins, once, as long before as they have chosen, on
// their own clock; who sleeps then hears of it the evening before.
func TestNewsOfShiftsThatBegin(t *testing.T) { both(t, newsThatBegins) }

func newsThatBegins(t *testing.T, d *deployment) {
	ctx, box := t.Context(), &mailbox{}
	people := d.hearing(box)
	shifts := d.firstPlan()
	_ = d.later(box)
	at := func(when time.Time) []string {
		d.now = when
		return of(d.letters(box), "On call from")
	}
	first := people[nameOf(people, shifts[0].Person)]
	d.hear("too early", at(shifts[0].Start.Add(-24*time.Hour-time.Second)))
	d.now = shifts[0].Start.Add(-24 * time.Hour)
	d.ok(d.news.Work(ctx))
	if len(box.got) != 1 || !strings.Contains(box.got[0].Text, "You have primary in Crew from Mon 7 Dec 2026 09:00 CET until Mon 14 Dec 2026 09:00 CET.") ||
		!strings.Contains(box.got[0].Text, fmt.Sprintf("%s/shifts/%d", d.url, shifts[0].ID)) {
		t.Errorf("%+v", box.got)
	}
	d.hear("a day before", box.take(), first.Email+": On call from Mon 7 Dec 09:00 CET: primary in Crew")
	d.hear("once", at(shifts[0].Start.Add(-time.Hour)))
	d.hear("it runs", at(shifts[0].Start.Add(time.Hour)))

	// Somebody else has the next by the time, who has chosen three days, on another clock.
	next := &shifts[1]
	free := others(people, next.Person)
	other := free[0]
	if other.ID == first.ID { // it would go on
		other = free[1]
	}
	b := d.person(other.Email)
	status, body := b.post("/account/news", "kind", "shift.soon", "email", "shift.soon", "lead", "72")
	b.expect(status, body, http.StatusOK, "Saved.", `<option value="72" selected>3 days before</option>`, `name="email" value="shift.changed" checked`)
	for _, lead := range []string{"5", "-1", "x", "99999999999999999999"} {
		status, body = b.post("/account/news", "kind", "shift.soon", "lead", lead)
		b.expect(status, body, http.StatusOK, "Choose one of the list for how long before a shift", `<option value="72" selected>`, `name="email" value="shift.soon" checked`)
	}
	status, body = b.post("/account/news", "kind", "nothing")
	b.expect(status, body, http.StatusOK, "There is no news of this kind")
	d.ok(d.db.Write.Exec("UPDATE person SET zone = 'Asia/Kathmandu' WHERE id = ?", other.ID).Error)
	_, err := d.schedule.Put(ctx, 1, 1, schedule.Stretch{Slot: next.Slot, Rotation: next.Rotation, Start: next.Start, End: next.End}, other.ID, "A course")
	d.ok(err)
	_ = d.later(box)
	d.hear("too early for three days", at(next.Start.Add(-72*time.Hour-time.Minute)))
	d.hear("three days before", at(next.Start.Add(-71*time.Hour)), other.Email+": On call from Mon 14 Dec 13:45 +0545: primary in Crew")
	d.hear("whoever had it", at(next.Start.Add(-time.Hour)))
}

// A shift that begins in somebody's night is told the evening before, what goes on begins
// nothing, and what was due before the update is told to nobody.
func TestNewsOfShiftsInTheNight(t *testing.T) { both(t, newsBeforeTheNight) }

func newsBeforeTheNight(t *testing.T, d *deployment) {
	ctx, box := t.Context(), &mailbox{}
	d.setUp()
	shifts := d.firstPlan()
	d.news.Carriers = byMail(box)
	d.now = shifts[0].Start.Add(-23 * time.Hour)
	d.hear("due before the update", d.letters(box))
	people := map[string]schedule.Profile{}
	everybody, err := d.schedule.Store.People(ctx, nil)
	d.ok(err)
	for _, p := range everybody {
		people[p.Name] = p
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	d.ok(err)
	slot, dan := &shifts[0], others(people, shifts[0].Person)[0]
	night := time.Date(2026, 12, 9, 3, 0, 0, 0, berlin)
	d.ok(d.news.Store.SetLead(ctx, dan.ID, time.Hour))
	_, err = d.schedule.Put(ctx, 1, 1, schedule.Stretch{Slot: slot.Slot, Rotation: slot.Rotation, Start: night, End: night.Add(9 * time.Hour)}, dan.ID, "An operation at night")
	d.ok(err)
	_ = d.later(box)
	soon := func(when time.Time) []string {
		d.now = when
		return slices.DeleteFunc(d.letters(box), func(s string) bool { return !strings.HasPrefix(s, dan.Email) })
	}
	d.hear("in the afternoon", soon(time.Date(2026, 12, 8, 18, 0, 0, 0, berlin)))
	d.hear("in the evening", soon(time.Date(2026, 12, 8, 21, 30, 0, 0, berlin)), dan.Email+": On call from Wed 9 Dec 03:00 CET: primary in Crew")
	d.hear("in the night", soon(time.Date(2026, 12, 9, 2, 0, 0, 0, berlin)))

	// The same person goes on with the next: nothing begins for them.
	next := &shifts[1]
	_, err = d.schedule.Put(ctx, 1, 1, schedule.Stretch{Slot: next.Slot, Rotation: next.Rotation, Start: next.Start, End: next.End}, slot.Person, "Goes on")
	d.ok(err)
	d.now = d.now.Add(12 * time.Hour)
	_ = d.letters(box)
	d.now = next.Start.Add(-20 * time.Hour)
	d.hear("what goes on", of(d.letters(box), "On call from"))

	// Of what is day after day the first is told; who hears an hour before hears each time.
	third := &shifts[2]
	for i, x := range others(people, third.Person) {
		for n := range 2 {
			start := time.Date(2026, 12, 22+2*n, 10, 0, 0, 0, berlin).AddDate(0, 0, -n)
			start = start.Add(time.Duration(6*i) * time.Hour)
			_, err = d.schedule.Put(ctx, 1, 1, schedule.Stretch{Slot: third.Slot, Rotation: third.Rotation, Start: start, End: start.Add(5 * time.Hour)}, x.ID, "In the day")
			d.ok(err)
		}
		d.ok(d.news.Store.SetLead(ctx, x.ID, []time.Duration{24 * time.Hour, time.Hour}[i]))
	}
	heard := map[string]int{}
	for d.now = time.Date(2026, 12, 20, 10, 0, 0, 0, berlin); d.now.Before(time.Date(2026, 12, 24, 10, 0, 0, 0, berlin)); d.now = d.now.Add(30 * time.Minute) {
		for _, l := range of(d.letters(box), "On call from") {
			heard[strings.Split(l, "@")[0]]++
		}
	}
	both := others(people, third.Person)
	for i, want := range []int{1, 2} {
		if name := strings.Split(both[i].Email, "@")[0]; heard[name] != want {
			t.Errorf("%s heard %d times that a shift begins, want %d: %v", name, heard[name], want, heard)
		}
	}
}
