package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// owedCrew is the crew, of which Ana manages and Ben was called out last week, two
// nights for two hours twice each.
func (d *deployment) owedCrew() (admin, ana, ben *browser, door health.Integration) {
	d.t.Helper()
	admin = d.setUp()
	status, body := admin.post("/teams/1/members/2", "role", "manager")
	admin.expect(status, body, http.StatusOK, "Saved.")
	door, _ = d.hooked("generic")
	d.now = time.Date(2026, 12, 3, 10, 0, 0, 0, time.UTC) // a Thursday
	d.disturb(door, 3, "Europe/Berlin", 2)                // Tuesday and Wednesday night
	d.ok(d.measureBurden(d.t.Context()))
	ana, ben = d.person("ana@example.com"), d.person("ben@example.com")
	return admin, ana, ben, door
}

// turnOn makes the team owe time by the usual rules.
func (b *browser) turnOn(from string) {
	b.d.t.Helper()
	status, body := b.post("/teams/1/owed/rules", "from", from, "evening", "1", "weekend", "1.5", "holiday", "2", "sleep", "2", "least", "60", "round_up", "15", "expire_days", "90", "warn_days", "14")
	b.expect(status, body, http.StatusOK, "Saved. Weeks from")
}

// to moves the clock, and does what the jobs do.
func (d *deployment) to(now time.Time) {
	d.t.Helper()
	d.now = now
	d.ok(errors.Join(d.measureBurden(d.t.Context()), d.health.ExpireOwed(d.t.Context())))
}

// The story of time owed: a team turns it on, a bad week is put down when it is over, a
// manager approves it, the person takes a Friday off and the plan keeps it free.
func TestTimeOwed(t *testing.T) { both(t, timeOwed) }

func timeOwed(t *testing.T, d *deployment) {
	_, ana, ben, door := d.owedCrew()
	status, body := ben.get("/owed")
	ben.expect(status, body, http.StatusOK, "No team of yours owes time off")
	status, body = ana.get("/teams/1/owed")
	ana.expect(status, body, http.StatusOK, "This team owes no time off for call-outs")
	status, body = ana.post("/teams/1/owed/rules", "from", "2026-12-01", "evening", "1", "weekend", "x", "holiday", "2", "sleep", "2", "least", "-5", "round_up", "15", "expire_days", "90", "warn_days", "14")
	ana.expect(status, body, http.StatusUnprocessableEntity, "Write a number like 1, 1.5 or 2.", "Write a whole number", `value="x"`, `value="-5"`)
	status, body = ana.post("/teams/1/owed/rules", "from", "2026-12-01", "evening", "1", "weekend", "1.5", "holiday", "2", "sleep", "2", "least", "60", "round_up", "15", "expire_days", "90", "warn_days", "14")
	ana.expect(status, body, http.StatusUnprocessableEntity, "choose a Monday")
	ana.turnOn("2026-11-23")
	ana.turnOn("2026-11-23") // two clicks
	if policies, err := d.health.Store.OwedPolicies(t.Context(), 1); err != nil || len(policies) != 1 {
		t.Errorf("rules that were saved twice are %+v, %v", policies, err)
	}
	d.to(d.now)
	status, body = ben.get("/owed") // the week is not over
	ben.expect(status, body, http.StatusOK, "Nothing has been earned yet", "2 in sleeping hours")

	d.to(time.Date(2026, 12, 7, 9, 0, 0, 0, time.UTC))
	// Two nights: called at two and again at four, two hours but a minute each, and every
	// hour is worth two: 952 minutes, to the quarter.
	status, body = ben.get("/owed")
	ben.expect(status, body, http.StatusOK, "16 h", "Earned in the week of 30 Nov – 6 Dec 2026", "waiting", "There is nothing to take yet")
	d.to(d.now.Add(time.Hour)) // measured again: nothing twice
	entries, err := d.health.Store.OwedEntries(t.Context(), 1, 0)
	d.ok(err)
	if len(entries) != 1 || entries[0].Minutes != 960 || entries[0].Person != 3 {
		t.Fatalf("entries %+v", entries)
	}

	const waits = "Hours of time owed wait for your approval"
	status, body = ana.get("/") // how many, and whose, is not told here
	if ana.expect(status, body, http.StatusOK, waits, `href="/teams/1/owed"`); strings.Contains(body, "16 h") {
		t.Error("the first page tells what somebody is owed")
	}
	status, body = ben.get("/")
	if ben.expect(status, body, http.StatusOK); strings.Contains(body, waits) {
		t.Error("who does not manage the team is told what waits in it")
	}
	status, body = ana.get("/teams/1/owed")
	ana.expect(status, body, http.StatusOK, "16 h waiting…", "Ben")
	if strings.Contains(body, "30 Nov") || strings.Contains(body, "W49") {
		t.Error("a manager reads which week earned the time")
	}
	status, body = ana.post("/teams/1/owed/3/decide", "do", "decline", "hours", "1:00")
	ana.expect(status, body, http.StatusUnprocessableEntity, "Say why; the person reads it.", `value="1:00"`)
	status, body = ana.post("/teams/1/owed/3/decide", "do", "approve", "hours", "20:00")
	ana.expect(status, body, http.StatusUnprocessableEntity, "Only 16 h wait for a decision")
	status, body = ana.post("/teams/1/owed/3/decide", "do", "decline", "hours", "1", "reason", "The last hour was planned.")
	ana.expect(status, body, http.StatusOK, "Declined.")
	status, body = ana.post("/teams/1/owed/3/decide", "do", "approve", "hours", "15", "seen", "1")
	ana.expect(status, body, http.StatusUnprocessableEntity, "look again")
	status, body = ana.post("/teams/1/owed/3/decide", "do", "approve", "hours", "15")
	ana.expect(status, body, http.StatusOK, "Approved.")
	if _, body = ana.get("/"); strings.Contains(body, waits) {
		t.Error("what is decided still waits")
	}
	now := d.now
	d.now = now.Add(-2 * time.Minute) // of another replica, whose clock is behind
	status, body = ana.post("/teams/1/owed/3/decide", "do", "approve", "hours", "15")
	ana.expect(status, body, http.StatusUnprocessableEntity, "somebody else has decided")
	d.now = now

	status, body = ben.get("/owed")
	ben.expect(status, body, http.StatusOK, `val">15 h<`, "The last hour was planned.", "Declined by Ana", "until Sun 7 Mar")
	status, body = ben.post("/owed/1/take", "hours", "16", "first", "2026-12-11")
	ben.expect(status, body, http.StatusUnprocessableEntity, "15 h can be taken", `value="2026-12-11"`)
	for typed, want := range map[string]string{"": "Say how much time, like 7:30", "soon": "“soon” is no amount of time; write it like 7:30"} {
		status, body = ben.post("/owed/1/take", "hours", typed, "first", "2026-12-11")
		ben.expect(status, body, http.StatusUnprocessableEntity, want, `value="2026-12-11"`)
	}
	for day, want := range map[string]string{"2026-11-01": "choose 2026-11-06 or later", "2028-01-01": "choose 2027-12-08 or earlier"} {
		status, body = ben.post("/owed/1/take", "hours", "1", "first", day)
		ben.expect(status, body, http.StatusUnprocessableEntity, want, `id="t1-first-err"`)
	}
	status, body = ben.post("/owed/1/take", "hours", "8")
	ben.expect(status, body, http.StatusUnprocessableEntity, "Say which days, or why without any")
	status, body = ben.post("/owed/1/take", "hours", "8 h", "first", "2026-12-11")
	ben.expect(status, body, http.StatusOK, "Booked, and in the time off")
	status, body = ben.post("/owed/1/take", "hours", "1", "first", "2026-12-11")
	ben.expect(status, body, http.StatusUnprocessableEntity, "overlaps another entry")
	status, body = ben.get("/timeoff")
	ben.expect(status, body, http.StatusOK, "Fri 11 Dec", "Time owed")
	status, body = ben.get("/owed")
	ben.expect(status, body, http.StatusOK, `val">7 h<`, "Taken for Fri 11 Dec, booked by you")

	d.calledOff(ana, ben)
	d.correctedLater(ana, ben, door)
}

// calledOff calls days off off: the absence and the booking go together, once.
func (d *deployment) calledOff(ana, ben *browser) {
	d.t.Helper()
	entries, err := d.health.Store.OwedEntries(d.t.Context(), 1, 3)
	d.ok(err)
	taken := fmt.Sprint(entries[len(entries)-1].ID)
	if status, _ := d.person("cleo@example.com").post("/owed/1/return", "entry", taken); status != http.StatusNotFound {
		d.t.Errorf("somebody else's days called off: %d", status)
	}
	status, body := ben.post("/owed/1/return", "entry", taken)
	ben.expect(status, body, http.StatusOK, "Called off.")
	status, body = ben.post("/owed/1/return", "entry", taken, "seen", taken) // two clicks
	ben.expect(status, body, http.StatusOK, "This has been given back already")
	_, body = ben.get("/timeoff")
	if strings.Contains(body, "11 Dec") {
		d.t.Error("the day is still in the time off")
	}
	status, body = ana.post("/teams/1/owed/take", "person", "", "hours", "1")
	ana.expect(status, body, http.StatusUnprocessableEntity, "Choose whose time it is")
	status, body = ana.post("/teams/1/owed/take", "person", "3", "hours", "20")
	ana.expect(status, body, http.StatusUnprocessableEntity, "Say which days, or why without any")
	status, body = ana.post("/teams/1/owed/take", "person", "3", "hours", "20", "first", "2026-12-14", "last", "2026-12-16")
	ana.expect(status, body, http.StatusUnprocessableEntity, "Only 15 h can be taken; say why it may be more", `selected>Ben`)
	_, body = ben.get("/timeoff")
	if strings.Contains(body, "14 Dec") || strings.Contains(body, "Mon 14") {
		d.t.Error("refused, and the days are in the time off all the same")
	}
	status, body = ana.post("/teams/1/owed/take", "person", "3", "hours", "20", "first", "2026-12-14", "last", "2026-12-16", "reason", "In advance, agreed")
	ana.expect(status, body, http.StatusOK, "Booked", "−5 h", "taken beyond what there is", "In advance, agreed")
	status, body = ben.get("/timeoff")
	ben.expect(status, body, http.StatusOK, "Mon 14 – Wed 16 Dec")
	// Two clicks take once, and whoever looked before something was added looks again.
	_, body = ana.get("/teams/1/owed")
	upTo := regexp.MustCompile(`name="upto" value="(\d+)"`).FindStringSubmatch(body)[1]
	status, body = ana.post("/teams/1/owed/take", "person", "3", "hours", "1", "reason", "Paid out", "upto", upTo)
	ana.expect(status, body, http.StatusOK, "Put down.", "−6 h")
	status, body = ana.post("/teams/1/owed/take", "person", "3", "hours", "1", "reason", "Paid out", "upto", upTo)
	ana.expect(status, body, http.StatusUnprocessableEntity, "Something has changed in this account since you looked", `value="Paid out"`, "−6 h")
	if again := regexp.MustCompile(`name="upto" value="(\d+)"`).FindStringSubmatch(body)[1]; again == upTo {
		d.t.Error("the form that is shown again is as old as the one before")
	}
	entries, err = d.health.Store.OwedEntries(d.t.Context(), 1, 3)
	d.ok(err)
	status, body = ana.post("/teams/1/owed/3/return", "entry", fmt.Sprint(entries[len(entries)-1].ID))
	ana.expect(status, body, http.StatusOK, "−5 h")
	for _, person := range []string{"5", "99", "0", "x", "-1"} {
		if status, body := ana.post("/teams/1/owed/take", "person", person, "hours", "1", "reason", "x"); person != "5" && status != http.StatusNotFound && status != http.StatusUnprocessableEntity {
			d.t.Errorf("time of %s: %d %s", person, status, body)
		}
	}
}

// correctedLater has pages come late: what was put down stays, and another line mends it.
func (d *deployment) correctedLater(ana, ben *browser, door health.Integration) {
	d.t.Helper()
	ctx := d.t.Context()
	d.now = time.Date(2026, 12, 5, 9, 0, 0, 0, time.UTC) // as if a night was told a week later
	at := d.now.Add(-6 * time.Hour)
	p := &health.PageRecord{Integration: door.ID, Team: 1, Page: health.Page{Key: "late", OpenedBy: "late", State: health.StateResolved, Urgency: health.UrgencyHigh,
		TriggeredAt: at, FirstAckAt: at, ResolvedAt: at.Add(time.Hour), LastEventAt: at.Add(time.Hour), CountsAsPage: true}}
	p.People = []health.Attendance{{Person: 3, NotifiedAt: at, Notices: []health.Notice{{At: at}}, AckedAt: at, ResolvedAt: at.Add(time.Hour), Responding: time.Hour, Interruptions: 1}}
	d.ok(d.health.Store.InTx(ctx, func(tx health.Store) error { return tx.SavePage(ctx, p) }))
	d.to(time.Date(2026, 12, 8, 9, 0, 0, 0, time.UTC))
	status, body := ben.get("/owed")
	ben.expect(status, body, http.StatusOK, "2 h", "−5 h", "what is approved next makes up for it")
	status, body = ana.post("/teams/1/owed/3/decide", "do", "approve", "hours", "2")
	ana.expect(status, body, http.StatusOK, "Approved.", "−3 h")
	entries, err := d.health.Store.OwedEntries(ctx, 1, 3)
	d.ok(err)
	earned := slices.DeleteFunc(slices.Clone(entries), func(e health.OwedEntry) bool { return e.Kind != health.OwedEarned })
	if len(earned) != 2 || earned[1].Minutes != 120 || earned[1].Lot != "2026-W49" {
		d.t.Errorf("the late page: %+v", earned)
	}
	for _, sql := range []string{"UPDATE owed_entry SET minutes = 6000", "DELETE FROM owed_entry", "UPDATE owed_policy SET off = TRUE", "DELETE FROM owed_policy"} {
		if err := d.db.Write.Exec(sql).Error; err == nil || !strings.Contains(err.Error(), "only ever added to") {
			d.t.Errorf("%s: %v", sql, err)
		}
	}
}

// Time that is not taken ends by itself, once, however many replicas look; whoever leaves
// keeps what they are owed.
func TestTimeOwedEnds(t *testing.T) { both(t, timeOwedEnds) }

func timeOwedEnds(t *testing.T, d *deployment) {
	admin, ana, _, _ := d.owedCrew()
	ana.turnOn("2026-11-30")
	d.to(time.Date(2026, 12, 7, 9, 0, 0, 0, time.UTC))
	status, body := ana.post("/teams/1/owed/3/decide", "do", "approve", "hours", "16")
	ana.expect(status, body, http.StatusOK, "Approved.")
	status, body = admin.post("/teams/1/members/3/remove")
	admin.expect(status, body, http.StatusOK)
	d.to(time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC))
	ben := d.person("ben@example.com")
	status, body = ben.get("/owed")
	ben.expect(status, body, http.StatusOK, "16 h must be taken by Sun 7 Mar")
	status, body = ben.get("/")
	ben.expect(status, body, http.StatusOK, "Of your time owed, 16 h must be taken by Sun 7 Mar.")
	if _, body = ana.get("/"); strings.Contains(body, "must be taken") {
		t.Error("somebody else reads what Ben is owed")
	}
	ana = d.person("ana@example.com")
	status, body = ana.get("/teams/1/owed")
	ana.expect(status, body, http.StatusOK, "not in the team any more", "16 h must be taken by")
	status, body = ben.post("/owed/1/take", "hours", "0:45", "reason", "Came in late")
	ben.expect(status, body, http.StatusOK, "Put down.")
	d.now = time.Date(2027, 3, 7, 23, 0, 1, 0, time.UTC) // Monday in Berlin
	status, body = ben.get("/owed")                      // nobody has written it off yet
	ben.expect(status, body, http.StatusOK, "Lost because it was not taken: 15 h 15 min.", "There is nothing to take yet")
	counts := d.atOnce(8, func(int) answer {
		return answer{status: map[bool]int{true: 200, false: 500}[d.health.ExpireOwed(context.Background()) == nil]}
	})
	if counts[200] != 8 {
		t.Errorf("the job failed: %v", counts)
	}
	entries, err := d.health.Store.OwedEntries(t.Context(), 1, 3)
	d.ok(err)
	if last := entries[len(entries)-1]; len(entries) != 4 || last.Kind != health.OwedExpired || last.Minutes != 915 {
		t.Errorf("after eight replicas looked: %+v", entries)
	}
	ben = d.person("ben@example.com")
	status, body = ben.get("/owed")
	ben.expect(status, body, http.StatusOK, "Ended without having been taken", "Lost because it was not taken: 15 h 15 min.")
}

// Two managers decide at once, and two bookings meet: nothing is approved or taken twice.
func TestTimeOwedTogether(t *testing.T) { both(t, timeOwedTogether) }

func timeOwedTogether(t *testing.T, d *deployment) {
	_, ana, _, _ := d.owedCrew()
	ana.turnOn("2026-11-30")
	d.to(time.Date(2026, 12, 7, 9, 0, 0, 0, time.UTC))
	zone, err := time.LoadLocation("Europe/Berlin")
	d.ok(err)
	name := health.OwedName{Team: 1, Person: 3}
	try := func(err error) answer {
		switch {
		case err == nil:
			return answer{status: 200}
		case errors.Is(err, schedule.ErrConflict):
			return answer{status: 409}
		}
		if _, ok := errors.AsType[*schedule.InvalidError](err); ok {
			return answer{status: 422}
		}
		t.Error(err)
		return answer{status: 500}
	}
	counts := d.atOnce(6, func(i int) answer {
		o := health.OwedOrder{OwedName: name, By: 1, Zone: zone, Minutes: 960, Reason: "because"}
		return try(d.health.DecideOwed(context.Background(), o, i%2 == 0))
	})
	if counts[200] != 1 || counts[409] != 5 {
		t.Errorf("six decisions at once: %v", counts)
	}
	o, err := d.health.OwedOf(t.Context(), name, zone)
	d.ok(err)
	if o.Pending != 0 || o.Left != 0 && o.Left != 960 {
		t.Errorf("after them %+v", o.Account)
	}
	if o.Left == 0 { // it was declined: some more, approved
		d.ok(d.health.Store.InTx(t.Context(), func(tx health.Store) error {
			return tx.AddOwed(t.Context(), []health.OwedEntry{{Team: 1, Person: 3, At: d.now, Kind: health.OwedEarned, Lot: "2026-W50", Minutes: 960}, {Team: 1, Person: 3, At: d.now, Kind: health.OwedApproved, Lot: "2026-W50", Minutes: 960}})
		}))
	}
	counts = d.atOnce(6, func(i int) answer {
		day := schedule.Date{Year: 2026, Month: 12, Day: 14}.AddDays(i)
		_, err := d.health.TakeOwed(context.Background(), health.TakeOrder{OwedOrder: health.OwedOrder{OwedName: name, By: 3, Zone: zone, Minutes: 400}, First: day, Last: day})
		return try(err)
	})
	if counts[200] != 2 || counts[422] != 4 {
		t.Errorf("six bookings of 400 minutes out of 960: %v", counts)
	}
	leaves, err := d.schedule.Store.Leaves(t.Context(), []schedule.ID{3})
	d.ok(err)
	if len(leaves) != 2 {
		t.Errorf("%d absences for two bookings", len(leaves))
	}
	// One booking is called off by six at once, and then again: the others are told.
	entries, err := d.health.Store.OwedEntries(t.Context(), 1, 3)
	d.ok(err)
	taken := entries[len(entries)-1]
	off := func(int) answer {
		return try(d.health.ReturnOwed(context.Background(), health.OwedOrder{OwedName: name, By: 3, Zone: zone}, taken.ID))
	}
	counts = d.atOnce(6, off)
	if counts[200] != 1 || counts[409] != 5 || off(0).status != 409 {
		t.Errorf("called off by six at once: %v, and then again %v", counts, off(0))
	}
}
