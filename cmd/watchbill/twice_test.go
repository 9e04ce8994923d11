package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"watchbill/schedule"
)

// In autumn an hour comes twice. Where it matters which of two equal times is meant, the
// form comes back as it was typed and asks, and the second can be chosen.
func TestTheHourThatComesTwice(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		admin := d.setUp()
		draft, err := d.schedule.AskDraft(t.Context(), 1, schedule.DraftOrder{Team: 1, From: schedule.Date{Year: 2027, Month: 10, Day: 25}, Until: schedule.Date{Year: 2027, Month: 11, Day: 8}})
		d.ok(err)
		d.ok(d.schedule.RunDraft(t.Context(), draft.ID))
		_, err = d.schedule.Publish(t.Context(), 1, draft.ID, "")
		d.ok(err)
		first := time.Date(2027, 10, 31, 0, 30, 0, 0, time.UTC)
		shifts, err := d.schedule.Shifts(t.Context(), 1, first, first.AddDate(0, 0, 5), time.Time{})
		d.ok(err)
		d.overrideTwice(t, admin, shifts[0], first)
		d.coverTwice(t, shifts[1], first)
		d.awayTwice(t, first)
		status, body := admin.get("/teams/1/schedule?at=2027-10-31T02:30")
		admin.expect(status, body, http.StatusOK, `name="at_which" value="2027-10-31T00:30:00Z" checked`, `name="at_which" value="2027-10-31T01:30:00Z">`)
		status, body = admin.get("/teams/1/schedule?at=2027-10-31T02:30&at_which=2027-10-31T01:30:00Z")
		admin.expect(status, body, http.StatusOK, `value="2027-10-31T02:30"`, `name="at_which" value="2027-10-31T01:30:00Z" checked`)
		d.askedTwice(t)
	})
}

func (d *deployment) overrideTwice(t *testing.T, admin *browser, shift schedule.Shift, first time.Time) {
	path := fmt.Sprintf("/shifts/%d/override", shift.ID)
	second := first.Add(time.Hour)
	status, body := admin.post(path, "person", "none", "from", "2027-10-31T02:30", "until", "2027-10-31T02:45", "reason", "the change of clocks")
	admin.expect(status, body, http.StatusUnprocessableEntity, "02:30 comes twice on that day, because the clock goes back: choose the first or the second.",
		`value="2027-10-31T02:30"`, "the change of clocks",
		`name="from_which" value="2027-10-31T00:30:00Z"><span>The first 02:30 (summer time, UTC&#43;2)`,
		`name="from_which" value="2027-10-31T01:30:00Z"><span>The second 02:30 (winter time, UTC&#43;1)`,
		`name="until_which" value="2027-10-31T00:45:00Z"><span>The first 02:45`)
	// A choice of another time is none; what is chosen stays when something else is wrong.
	status, body = admin.post(path, "person", "none", "from", "2027-10-31T02:15", "from_which", "2027-10-31T01:30:00Z", "reason", "x")
	admin.expect(status, body, http.StatusUnprocessableEntity, "02:15 comes twice", `name="from_which" value="2027-10-31T01:15:00Z">`)
	choice := []string{"person", "none", "from", "2027-10-31T02:30", "from_which", "2027-10-31T01:30:00Z", "until", "2027-10-31T02:45", "until_which", "2027-10-31T01:45:00Z"}
	status, body = admin.post(path, choice...)
	admin.expect(status, body, http.StatusUnprocessableEntity, `value="2027-10-31T01:30:00Z" checked`, `value="2027-10-31T01:45:00Z" checked`)
	overrides, err := d.schedule.Store.Overrides(t.Context(), 1, shift.Start, shift.End)
	if d.ok(err); len(overrides) != 0 {
		t.Fatalf("what was refused is done: %+v", overrides)
	}
	status, body = admin.post(path, append(choice, "reason", "the change of clocks", "anyway", "1")...)
	admin.expect(status, body, http.StatusOK, "Changed.", "the change of clocks")
	overrides, err = d.schedule.Store.Overrides(t.Context(), 1, shift.Start, shift.End)
	if d.ok(err); len(overrides) != 1 || !overrides[0].Start.Equal(second) || !overrides[0].End.Equal(second.Add(15*time.Minute)) {
		t.Errorf("it is %+v, want from %v for a quarter of an hour", overrides, second)
	}
}

// An open request that ends an hour sooner leaves nobody alone: the first is proposed.
func (d *deployment) coverTwice(t *testing.T, shift schedule.Shift, first time.Time) {
	people, err := d.schedule.Store.People(t.Context(), []schedule.ID{shift.Person})
	d.ok(err)
	holder := d.person(people[0].Email)
	path := fmt.Sprintf("/shifts/%d/cover", shift.ID)
	status, body := holder.post(path, "to", "all", "expires", "2027-10-31T02:30")
	holder.expect(status, body, http.StatusUnprocessableEntity, "02:30 comes twice", `name="expires_which" value="2027-10-31T00:30:00Z" checked`)
	status, body = holder.post(path, "to", "all", "expires", "2027-10-31T02:30", "expires_which", "2027-10-31T01:30:00Z", "from", "2027-11-01T09:00")
	holder.expect(status, body, http.StatusOK, "Asked.")
	asked, err := d.schedule.Store.Requests(t.Context(), 1, schedule.RequestOpen)
	if d.ok(err); len(asked) != 1 || !asked[0].ExpiresAt.Equal(first.Add(time.Hour)) {
		t.Errorf("asked: %+v", asked)
	}
}

func (d *deployment) awayTwice(t *testing.T, first time.Time) {
	cleo := d.person("cleo@example.com")
	status, body := cleo.post("/timeoff", "from", "2027-10-31", "until", "2027-10-31", "from_time", "02:30", "until_time", "09:00", "label", "train")
	cleo.expect(status, body, http.StatusUnprocessableEntity, "02:30 comes twice", `name="from_time_which" value="2027-10-31T00:30:00Z">`, `name="from_time_which" value="2027-10-31T01:30:00Z">`, "train")
	status, body = cleo.post("/timeoff", "from", "2027-10-31", "until", "2027-10-31", "from_time", "02:30", "from_time_which", "2027-10-31T01:30:00Z", "until_time", "09:00", "label", "train")
	cleo.expect(status, body, http.StatusOK, "Noted.", "train")
	status, body = cleo.post("/timeoff", "from", "2028-03-26", "until", "2028-03-26", "from_time", "02:30", "label", "spring")
	cleo.expect(status, body, http.StatusOK, "Noted.", "The clock goes forward over 02:30 on that day: 03:00 was taken.")
	p, err := d.schedule.Store.PersonByEmail(t.Context(), "cleo@example.com")
	d.ok(err)
	leaves, err := d.schedule.Store.Leaves(t.Context(), []schedule.ID{p.ID})
	d.ok(err)
	for _, l := range leaves {
		if l.Note == "train" && !l.Start.Equal(first.Add(time.Hour)) {
			t.Errorf("away from %v, want the second 02:30", l.Start)
		}
	}
}

// A survey that would close in that hour is proposed to close in the first, too.
func (d *deployment) askedTwice(t *testing.T) {
	d.now = time.Date(2027, 10, 25, 10, 0, 0, 0, time.UTC)
	admin := d.person("root@example.com")
	status, body := admin.post("/teams/1/pulse", "kind", "pulse", "closes", "2027-10-31T02:30")
	admin.expect(status, body, http.StatusUnprocessableEntity, "02:30 comes twice", `name="closes_which" value="2027-10-31T00:30:00Z" checked`)
	status, body = admin.post("/teams/1/pulse", "kind", "pulse", "closes", "2027-10-31T02:30", "closes_which", "2027-10-31T01:30:00Z")
	admin.expect(status, body, http.StatusOK, "It is open.")
	waves, err := d.pulse.Store.Waves(t.Context(), 1)
	if d.ok(err); len(waves) != 1 || !waves[0].Closes.Equal(time.Date(2027, 10, 31, 1, 30, 0, 0, time.UTC)) {
		t.Errorf("asked: %+v", waves)
	}
}
