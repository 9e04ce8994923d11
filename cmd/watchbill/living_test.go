package main

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"watchbill/api/auth"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// published deploys the crew with a published plan of eight weeks.
func published(t *testing.T, address string) (d *deployment, admin *browser, shifts []schedule.Shift, emails map[schedule.ID]string) {
	t.Helper()
	d = deploy(t, address)
	admin = d.setUp()
	day := schedule.DateOf(d.now).AddDays(6)
	draft, err := d.schedule.AskDraft(t.Context(), 1, schedule.DraftOrder{Team: 1, From: day, Until: day.AddDays(56)})
	d.ok(err)
	d.ok(d.schedule.RunDraft(t.Context(), draft.ID))
	_, err = d.schedule.Publish(t.Context(), 1, draft.ID, "")
	d.ok(err)
	d.now = d.now.Add(time.Hour)
	shifts, err = d.schedule.Shifts(t.Context(), 1, d.now, d.now.AddDate(0, 0, 62), time.Time{})
	d.ok(err)
	people, err := d.schedule.Store.People(t.Context(), nil)
	d.ok(err)
	emails = map[schedule.ID]string{}
	for _, p := range people {
		emails[p.ID] = p.Email
	}
	return d, admin, shifts, emails
}

// Living with a plan, on the pages of those concerned.
func TestLivingWithIt(t *testing.T) {
	onBoth(t, living)
}

func living(t *testing.T, address string) {
	d, admin, shifts, emails := published(t, address)
	ctx := t.Context()
	first := fmt.Sprintf("/shifts/%d", shifts[0].ID)
	holder, next := d.person(emails[shifts[0].Person]), d.person(emails[shifts[1].Person])

	// What has changed is told once.
	status, body := holder.get("/")
	holder.expect(status, body, http.StatusOK, "Your shifts have changed", "Plan 1 was published by Root", "is yours now")
	until := regexp.MustCompile(`name="until" value="(\d+)"`).FindStringSubmatch(body)[1]
	status, body = holder.post("/account/shifts/seen", "until", "soon")
	holder.expect(status, body, http.StatusOK, "Open this page again")
	status, body = holder.post("/account/shifts/seen", "until", until)
	holder.expect(status, body, http.StatusOK, "You are told here when something else changes")
	if _, body = holder.get("/"); regexp.MustCompile("Your shifts have changed").MatchString(body) {
		t.Error("what has been seen is told again")
	}

	// The effect stands on the pages before anybody decides, with the rule.
	status, body = holder.get(first)
	holder.expect(status, body, http.StatusOK, "1 week on call within 3 weeks; the rule is at most 1 week in 3 weeks",
		"2 weeks on call within 3 weeks", "a manager would have to allow it", "points", "the fair share")
	status, body = holder.post(first+"/cover", "to", fmt.Sprint(shifts[1].Person), "message", "A wedding")
	holder.expect(status, body, http.StatusOK, "Asked.")
	status, body = next.get("/requests")
	next.expect(status, body, http.StatusOK, "<b>You</b>", "2 weeks on call within 3 weeks", "only a manager of the team can allow it")
	status, body = next.post("/requests/1/accept")
	next.expect(status, body, http.StatusOK, "cannot take this: 2 weeks on call within 3 weeks; the rule is at most 1 week in 3 weeks")
	if status, _ = next.post("/requests/1/approve", "reason", "me"); status != http.StatusForbidden {
		t.Errorf("a member allows it: %d", status)
	}
	status, body = admin.get("/requests")
	admin.expect(status, body, http.StatusOK, "Allow it against the rule")
	status, body = admin.post("/requests/1/approve")
	admin.expect(status, body, http.StatusOK, "Say why")
	status, body = admin.post("/requests/1/approve", "reason", "both want it so")
	admin.expect(status, body, http.StatusOK, "Allowed.")
	status, body = next.get(first)
	next.expect(status, body, http.StatusOK, "both want it so (against a rule: 2 weeks on call within 3 weeks", "Undo")
	status, body = holder.get("/")
	holder.expect(status, body, http.StatusOK, "is not yours any more", "both want it so")

	// Either of them undoes it; nobody else.
	d.now = d.now.Add(time.Minute)
	other := d.person(emails[shifts[2].Person])
	if status, _ = other.post("/overrides/1/undo"); status != http.StatusForbidden {
		t.Errorf("somebody else undoes it: %d", status)
	}
	status, body = next.post("/overrides/1/undo")
	next.expect(status, body, http.StatusOK, "Taken back")
	status, body = next.get("/requests")
	next.expect(status, body, http.StatusOK, "undone")

	// What was declined stands where whoever asked looks, until they have asked again, or it is over.
	status, body = holder.post(first+"/cover", "to", fmt.Sprint(shifts[1].Person), "message", "A wedding after all")
	holder.expect(status, body, http.StatusOK, "Asked.")
	status, body = next.post("/requests/2/decline")
	next.expect(status, body, http.StatusOK, "Declined.")
	status, body = holder.get("/")
	holder.expect(status, body, http.StatusOK, "A wedding after all", "declined by ")
	if _, body = next.get("/"); strings.Contains(body, "A wedding after all") {
		t.Error("what somebody has declined is told to them again")
	}
	status, body = holder.post(first+"/cover", "to", "all", "message", "Whoever can")
	holder.expect(status, body, http.StatusOK, "Asked.")
	if _, body = holder.get("/"); strings.Contains(body, "A wedding after all") || !strings.Contains(body, "Whoever can") {
		t.Error("what was declined stands beside what is asked now")
	}
	status, body = holder.post("/requests/3/withdraw")
	holder.expect(status, body, http.StatusOK, "Withdrawn.")

	// A manager is told of the rule before an override, and may go on.
	status, body = admin.post(first+"/override", "person", fmt.Sprint(shifts[1].Person), "reason", "needs must")
	admin.expect(status, body, http.StatusUnprocessableEntity, "2 weeks on call within 3 weeks", "Put them on it all the same", "needs must")
	status, body = admin.post(first+"/override", "person", fmt.Sprint(shifts[1].Person), "reason", "needs must", "anyway", "1")
	admin.expect(status, body, http.StatusOK, "Changed.", "needs must (against a rule")
	status, body = admin.post("/overrides/2/undo")
	admin.expect(status, body, http.StatusOK, "Taken back")

	// Time off shows what it clashes with, and asks for cover of it.
	at := shifts[4].Start.In(time.UTC)
	person := d.person(emails[shifts[4].Person])
	status, body = person.post("/timeoff", "from", at.AddDate(0, 0, 1).Format(time.DateOnly), "until", at.AddDate(0, 0, 2).Format(time.DateOnly), "label", "secret trip")
	person.expect(status, body, http.StatusOK, "You are on call then", "Ask for cover")
	leave := regexp.MustCompile(`/timeoff/\d+/cover`).FindString(body)
	status, body = person.get("/")
	person.expect(status, body, http.StatusOK, "Needs mending", "You are away then")
	status, body = person.post(leave, "shift", "x")
	person.expect(status, body, http.StatusOK, "Choose one of the shifts")
	status, body = person.post(leave)
	person.expect(status, body, http.StatusOK, "Asked everybody for cover of 1 shift", "Cover is asked for")
	status, body = person.post(leave)
	person.expect(status, body, http.StatusOK, "Nothing is left to ask for")
	if status, _ = holder.post(leave); status != http.StatusNotFound {
		t.Errorf("somebody else asks for it: %d", status)
	}
	status, body = admin.get("/teams/1/schedule")
	admin.expect(status, body, http.StatusOK, "Needs mending", "Put somebody on it")

	status, body = admin.get("/gaps")
	admin.expect(status, body, http.StatusOK, "1 team is not planned for all of that time", "Put somebody on it", "Plan on")
	status, body = admin.get("/gaps.csv")
	admin.expect(status, body, http.StatusOK, "team,rotation,kind,person,start,end,hours\nCrew,", ",away,", "Crew,,unplanned,,20")
	status, body = person.get("/gaps")
	person.expect(status, body, http.StatusOK, "You manage no team")

	// A running shift is taken over at once, and the holder is told.
	d.now = shifts[0].Start.Add(26 * time.Hour)
	taker := d.person(emails[d.whoCan(1, shifts[0]).Person])
	status, body = taker.get(first)
	taker.expect(status, body, http.StatusOK, "Not reached, or cannot go on?")
	status, body = taker.post(first+"/takeover", "message", "you had fever")
	taker.expect(status, body, http.StatusOK, "You have it from now on")
	status, body = holder.get("/")
	holder.expect(status, body, http.StatusOK, "is not yours any more", "you had fever", "/overrides/3/undo")
	d.now = d.now.Add(time.Hour)
	status, body = holder.post("/overrides/3/undo")
	holder.expect(status, body, http.StatusOK, "You are on call now")

	// History, as it was and not as it is.
	when := url.QueryEscape(shifts[0].Start.Add(26*time.Hour + 30*time.Minute).Format(time.RFC3339))
	status, body = holder.get("/teams/1/schedule?at=" + when)
	people, err := d.schedule.Store.People(ctx, nil)
	d.ok(err)
	for _, p := range people {
		if p.Email == emails[d.holderOf(shifts[0], d.now.Add(-30*time.Minute))] {
			holder.expect(status, body, http.StatusOK, "As it was on", "what was known then", `<p class="big">`+p.Name)
		}
	}
	status, body = holder.get("/teams/1/schedule?at=noon")
	holder.expect(status, body, http.StatusOK, "Write a day and a time")
	status, body = holder.get("/teams/1/schedule?at=2027-01-12T03:00")
	holder.expect(status, body, http.StatusOK, "As it is planned for")
	d.notReached(first, shifts[0].Person, emails)
}

// notReached has a member put a teammate on for the rest of a running shift, which is
// refused in words where the form is wrong or somebody was faster, and then undone.
func (d *deployment) notReached(shift string, holder schedule.ID, emails map[schedule.ID]string) {
	var others []schedule.ID
	for id := range emails {
		if id != holder {
			others = append(others, id)
		}
	}
	slices.Sort(others)
	asker := d.person(emails[others[0]])
	status, body := asker.get("/teams/1/schedule")
	asker.expect(status, body, http.StatusOK, "Not reached?", shift+"?open=takeover#takeover")
	status, body = asker.get(shift + "?open=takeover") // the form is open without script too
	asker.expect(status, body, http.StatusOK, `id="takeover" open`, "Who is on call instead of")
	can := regexp.MustCompile(`name="person" value="(\d+)"`).FindAllStringSubmatch(body, -1)
	to := can[len(can)-1][1]
	was := fmt.Sprint(holder)
	for _, bad := range [][]string{
		{"Choose who is on call from now on", "was", was, "message", "phone is off"},
		{"This person is not in the team", "was", was, "person", "9999", "message", "phone is off"},
		{"The form is broken", "was", "x", "person", to, "message", "phone is off"},
		{"has it by now; look at the shift again", "was", to, "person", to, "message", "phone is off"},
	} {
		status, body = asker.post(shift+"/takeover", bad[1:]...)
		asker.expect(status, body, http.StatusUnprocessableEntity, bad[0], `value="phone is off"`)
	}
	status, body = asker.post(shift+"/takeover", "was", was, "person", to)
	asker.expect(status, body, http.StatusOK, "on call from now on", "was not reached")
	status, body = asker.post(shift+"/takeover", "was", was, "person", to)
	asker.expect(status, body, http.StatusUnprocessableEntity, "has it by now")
	id, err := strconv.ParseInt(to, 10, 64)
	d.ok(err)
	for _, person := range []schedule.ID{schedule.ID(id), holder} {
		told := d.person(emails[person])
		status, body = told.get("/")
		told.expect(status, body, http.StatusOK, "was not reached", "/undo")
		if person == holder {
			status, body = told.post(regexp.MustCompile(`/overrides/\d+/undo`).FindString(body))
			told.expect(status, body, http.StatusOK, "Taken back")
		}
	}
}

// What is to be mended is shown, and what cannot go back is said.
func TestLeaversAndUndo(t *testing.T) {
	d, admin, shifts, emails := published(t, migrationstest.SQLite(t))
	ctx := t.Context()
	first := fmt.Sprintf("/shifts/%d", shifts[0].ID)
	holder := shifts[0].Person

	// A manager asks for somebody else.
	status, body := admin.post(first+"/cover", "to", "all", "message", "She is ill")
	admin.expect(status, body, http.StatusOK, "Asked.", "(asked by Root)")
	status, body = admin.post(first+"/cover", "to", "all", "message", "again")
	admin.expect(status, body, http.StatusUnprocessableEntity, "asked before and is still open")
	can := d.whoCan(1, shifts[0]).Person
	taker := d.person(emails[can])
	status, body = taker.post("/requests/1/accept")
	taker.expect(status, body, http.StatusOK, "It is yours now")

	status, body = taker.get("/requests")
	taker.expect(status, body, http.StatusOK, "accepted", "/overrides/1/undo")

	// Whoever was covered has left: nothing can go back to them.
	d.now = d.now.Add(time.Minute)
	d.ok(d.access.Deactivate(auth.With(ctx, auth.Program()), int64(holder)))
	status, body = taker.post("/overrides/1/undo")
	taker.expect(status, body, http.StatusOK, "cannot go back to somebody who is not in the team any more")
	status, body = admin.get("/teams/1/schedule")
	admin.expect(status, body, http.StatusOK, "Needs mending", "is not in the team then", "?open=override#override")
	status, body = admin.post(first+"/override", "person", fmt.Sprint(holder), "reason", "back")
	admin.expect(status, body, http.StatusUnprocessableEntity, "takes no part in the team")
	status, body = admin.post(first+"/override", "person", fmt.Sprint(holder), "reason", "back", "anyway", "1")
	admin.expect(status, body, http.StatusUnprocessableEntity, "This person has left")

	// A manager undoes something against a rule, with a reason.
	ask := func(i int, reason string) {
		t.Helper()
		path := fmt.Sprintf("/shifts/%d/override", shifts[i].ID)
		status, body := admin.post(path, "person", fmt.Sprint(can), "reason", reason, "anyway", "1")
		admin.expect(status, body, http.StatusOK, "Changed.")
		d.now = d.now.Add(time.Minute)
	}
	next := 1
	for shifts[next].Person == can || shifts[next].Person == holder {
		next++
	}
	was := shifts[next].Person
	ask(next, "first")
	status, body = admin.post(fmt.Sprintf("/shifts/%d/override", shifts[next+1].ID), "person", fmt.Sprint(was), "reason", "second", "anyway", "1")
	if status == http.StatusOK {
		d.now = d.now.Add(time.Minute)
		status, body = admin.post("/overrides/2/undo")
		admin.expect(status, body, http.StatusUnprocessableEntity, "cannot take this", "Undo it only with a reason", `name="reason"`)
		status, body = admin.post("/overrides/2/undo", "reason", "we talked about it")
		admin.expect(status, body, http.StatusOK, "Taken back")
		status, body = admin.get("/audit")
		admin.expect(status, body, http.StatusOK, "we talked about it")
	} else {
		t.Errorf("%d %s", status, body)
	}
}

// holderOf is who has a shift at an instant.
func (d *deployment) holderOf(shift schedule.Shift, at time.Time) schedule.ID {
	d.t.Helper()
	shifts, err := d.schedule.Shifts(d.t.Context(), 1, at, at.Add(time.Second), at)
	d.ok(err)
	for _, t := range shifts {
		if t.Slot == shift.Slot {
			return t.Person
		}
	}
	return 0
}

// The page of a shift that was split says who has it now, who has which part, and what
// nobody has; not who had it first.
func TestShiftPageSaysWhoHasItNow(t *testing.T) {
	d, admin, shifts, emails := published(t, migrationstest.SQLite(t))
	ctx := t.Context()
	first := shifts[0]
	taker := shifts[1].Person
	holder, other := d.person(emails[first.Person]), d.person(emails[taker])
	put := func(from, until int, person schedule.ID) {
		_, err := d.schedule.Put(ctx, 1, 1, schedule.Stretch{Slot: first.Slot, Start: first.Start.AddDate(0, 0, from), End: first.Start.AddDate(0, 0, until)}, person, "a wedding")
		d.ok(err)
	}
	put(2, 4, taker)
	put(4, 6, 0)
	page := fmt.Sprintf("/shifts/%d", first.ID)
	name := func(id schedule.ID) string {
		people, err := d.schedule.Store.People(ctx, []schedule.ID{id})
		d.ok(err)
		return people[0].Name
	}
	see := func(b *browser, words ...string) {
		t.Helper()
		status, body := b.get(page)
		b.expect(status, body, http.StatusOK, words...)
	}
	see(holder, "You are on call in", "Cannot make it?", "Nobody has Fri 11 Dec 09:00 → Sun 13 Dec 09:00.")
	see(other, "You are on call in", "Cannot make it?")
	see(admin, name(first.Person)+" is on call in", "Change this shift", "Nobody has it instead of "+name(first.Person)+"<small>")
	for _, c := range []struct {
		day           int
		holder, other string
	}{
		{1, "You are on call now.", name(first.Person) + " is on call now."},
		{3, name(taker) + " is on call now.", "You are on call now."},
		{5, "Nobody is on call now.", "Nobody is on call now."},
		{6, "You are on call now.", name(first.Person) + " is on call now."},
	} {
		d.now = first.Start.AddDate(0, 0, c.day).Add(time.Hour)
		see(d.person(emails[first.Person]), c.holder) // sessions of the days before have ended
		see(d.person(emails[taker]), c.other)
	}
}
