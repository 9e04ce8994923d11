package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// lastReview is where the newest review of the first team is.
func (d *deployment) lastReview() string {
	d.t.Helper()
	all, err := d.reviews.Store.Reviews(d.t.Context(), 1, schedule.Date{}, 1)
	d.ok(err)
	if len(all) == 0 {
		d.t.Fatal("there is no review")
	}
	return "/teams/1/reviews/" + all[0].Week.String()
}

// reviewed keeps a review of a team's last week.
func (d *deployment) reviewed(team schedule.ID) {
	d.t.Helper()
	week := health.MondayOf(schedule.DateOf(d.now)).AddDays(-7)
	v := &health.Review{Team: team, Week: week, Zone: "Europe/Berlin", Config: "th-1", MadeAt: d.now}
	v.Version, v.From, v.To = 1, week.At(schedule.Midnight, time.UTC), week.AddDays(7).At(schedule.Midnight, time.UTC)
	_, err := d.reviews.Store.AddReview(d.t.Context(), v)
	d.ok(err)
}

// weeksOf returns the weeks of a team's reviews, the oldest first.
func (d *deployment) weeksOf(team schedule.ID) (weeks []string) {
	d.t.Helper()
	all, err := d.reviews.Store.Reviews(d.t.Context(), team, schedule.Date{}, 100)
	d.ok(err)
	for _, v := range slices.Backward(all) {
		weeks = append(weeks, v.Week.String())
	}
	return weeks
}

func (d *deployment) expectWeeks(team schedule.ID, when string, want ...string) {
	d.t.Helper()
	if got := d.weeksOf(team); !slices.Equal(got, want) {
		d.t.Errorf("%s: reviews of %v, want %v", when, got, want)
	}
}

// manned publishes a plan for the crew from a day on, and returns a pager of theirs.
func (d *deployment) manned(from schedule.Date) health.Integration {
	d.t.Helper()
	ctx := d.t.Context()
	door, _ := d.hooked("generic")
	draft, err := d.schedule.AskDraft(ctx, 0, schedule.DraftOrder{Team: 1, From: from, Until: from.AddDays(84)})
	d.ok(err)
	d.ok(d.schedule.RunDraft(ctx, draft.ID))
	_, err = d.schedule.Publish(ctx, 0, draft.ID, "")
	d.ok(err)
	return door
}

func (d *deployment) at(text string) {
	d.t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	d.ok(err)
	d.now = at.UTC()
}

// A review is made when the week is over in the team's zone, once over two replicas, for
// every Monday that was missed, and not before there is anything to review.
func TestReviewsAreMadeOnMonday(t *testing.T) {
	onBoth(t, func(t *testing.T, address string) {
		d := deploy(t, address)
		other := deploy(t, address)
		d.now = time.Date(2026, 12, 3, 10, 0, 0, 0, time.UTC)
		door := d.manned(schedule.Date{Year: 2026, Month: 12, Day: 7})
		d.ok(d.makeReviews(t.Context()))
		d.expectWeeks(1, "before anybody was on call")

		d.at("2026-12-14T00:00:00+01:00") // Monday in Berlin, Sunday in UTC
		d.fire(door, "checkout", "Queue is long", d.now.Add(-3*time.Hour))
		d.now = d.now.Add(-time.Second)
		d.ok(d.makeReviews(t.Context()))
		d.expectWeeks(1, "a second before the week is over")
		d.now = d.now.Add(time.Second)
		other.now = d.now
		var wait sync.WaitGroup
		for range 3 {
			for _, replica := range []*deployment{d, other} {
				wait.Go(func() {
					if err := replica.makeReviews(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
		}
		wait.Wait()
		d.ok(d.makeReviews(t.Context())) // a replica may have waited for the other's measuring
		d.expectWeeks(1, "on Monday", "2026-12-07")
		entries, err := d.schedule.Store.AuditOf(t.Context(), schedule.AuditQuery{Team: 1, Most: 100})
		d.ok(err)
		made := 0
		for _, e := range entries {
			if e.Action == "review.make" {
				made++
			}
		}
		if made != 1 {
			t.Errorf("the log has %d reviews made, want 1", made)
		}

		// Nothing runs for three Mondays.
		d.at("2027-01-05T12:00:00+01:00")
		d.ok(d.makeReviews(t.Context()))
		d.expectWeeks(1, "after three Mondays", "2026-12-07", "2026-12-14", "2026-12-21", "2026-12-28")
	})
}

// A team that moves to another zone in the middle of a week has one review of it, and a
// week of a clock change is 167 or 169 hours.
func TestReviewsThroughClocks(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		ctx := t.Context()
		d.now = time.Date(2026, 12, 3, 10, 0, 0, 0, time.UTC)
		d.manned(schedule.Date{Year: 2026, Month: 12, Day: 7})
		d.at("2026-12-14T00:30:00+01:00")
		d.ok(d.makeReviews(ctx))
		move := func(zone string) {
			t.Helper()
			team, err := d.schedule.Store.Team(ctx, 1)
			d.ok(err)
			team.Zone = zone
			d.ok(d.schedule.SaveTeam(ctx, 0, team, nil))
		}
		d.at("2026-12-17T12:00:00Z")
		move("Pacific/Auckland")
		d.at("2026-12-20T12:00:00Z") // Monday there
		d.ok(d.makeReviews(ctx))
		d.expectWeeks(1, "Monday in Auckland", "2026-12-07", "2026-12-14")
		move("America/Los_Angeles")
		d.ok(d.makeReviews(ctx))
		d.at("2026-12-21T09:00:00Z")
		d.ok(d.makeReviews(ctx))
		d.expectWeeks(1, "Monday in Los Angeles", "2026-12-07", "2026-12-14")
		v, err := d.reviews.Store.Review(ctx, 1, schedule.Date{Year: 2026, Month: 12, Day: 14})
		d.ok(err)
		if v.Zone != "Pacific/Auckland" || v.To.Sub(v.From) != 168*time.Hour {
			t.Errorf("the week is of %s and %v long", v.Zone, v.To.Sub(v.From))
		}
		move("Europe/Berlin")
		for _, c := range []struct {
			monday string
			hours  int
		}{{"2027-03-22", 167}, {"2027-10-25", 169}} {
			week, err := schedule.ParseDate(c.monday)
			d.ok(err)
			d.now = week.AddDays(8).At(schedule.Noon, time.UTC)
			team, err := d.schedule.Store.Team(ctx, 1)
			d.ok(err)
			_, err = d.reviews.Make(ctx, &team, week)
			d.ok(err)
			v, err := d.reviews.Store.Review(ctx, 1, week)
			d.ok(err)
			if hours := int(v.To.Sub(v.From).Hours()); hours != c.hours {
				t.Errorf("the week of %s has %d hours, want %d", c.monday, hours, c.hours)
			}
			b := d.person("ana@example.com")
			status, body := b.get("/teams/1/reviews/" + c.monday)
			b.expect(status, body, http.StatusOK, fmt.Sprintf("%d hours", c.hours))
		}
	})
}

// A review stays as it was made; a page that comes late is told beside it. What is
// another team's, or nobody's, is not there.
func TestReviewStays(t *testing.T) { both(t, reviewStays) }

func reviewStays(t *testing.T, d *deployment) {
	ctx := t.Context()
	d.now = time.Date(2026, 12, 3, 10, 0, 0, 0, time.UTC)
	door := d.manned(schedule.Date{Year: 2026, Month: 12, Day: 7})
	long := strings.TrimSpace(strings.Repeat("<i>Queue</i> | [x](y) ", 24))
	d.at("2026-12-13T12:00:00+01:00")
	_, err := d.health.AddItem(ctx, 2, 1, health.ItemText{Title: "Fix *the* queue"}, schedule.Date{Year: 2026, Month: 12, Day: 13})
	d.ok(err)
	d.at("2026-12-14T00:05:00+01:00")
	for n := range 4 {
		d.fire(door, "checkout", long, time.Date(2026, 12, 8+n, 22, 30, 0, 0, time.UTC))
	}
	d.fire(door, "ledger", "Balance", time.Date(2026, 12, 10, 11, 0, 0, 0, time.UTC))
	// Whoever was paged says that there was nothing to do.
	at := time.Date(2026, 12, 9, 10, 0, 0, 0, time.UTC)
	idle := &health.PageRecord{Integration: door.ID, Team: 1, Page: health.Page{
		Key: "idle", OpenedBy: "idle", State: health.StateResolved, Urgency: health.UrgencyHigh, Service: "disk", Title: "Disk is nearly full",
		TriggeredAt: at, ResolvedAt: at.Add(time.Hour), LastEventAt: at.Add(time.Hour), CountsAsPage: true,
	}}
	idle.People = []health.Attendance{{Person: 2, NotifiedAt: at, Notices: []health.Notice{{At: at}}, Interruptions: 1}}
	d.ok(d.health.Store.InTx(ctx, func(tx health.Store) error { return tx.SavePage(ctx, idle) }))
	nothing := health.NoAction
	d.ok(d.health.Say(ctx, 2, idle.ID, health.Saying{Verdict: &nothing}))
	d.ok(d.makeReviews(ctx))
	ana := d.person("ana@example.com")
	const path = "/teams/1/reviews/2026-12-07"
	status, body := ana.get(path)
	ana.expect(status, body, http.StatusOK, "7 – 13 Dec 2026", "&lt;i&gt;Queue&lt;/i&gt;", "4 at night", "1 with nothing to do", "new", "Who was on call", "The next two weeks", "Tue 8 → Wed 9 Dec")
	if strings.Contains(body, "<i>Queue") || strings.Contains(body, "Changed since") {
		t.Error("an alert's markup is markup, or something changed at once")
	}
	_, before := ana.get("/api/v1" + path)

	// A page comes late.
	d.at("2026-12-15T12:00:00Z")
	d.fire(door, "checkout", long, time.Date(2026, 12, 12, 3, 0, 0, 0, time.UTC))
	d.ok(d.measureBurden(ctx))
	d.ok(d.makeReviews(ctx))
	ana = d.person("ana@example.com")
	status, body = ana.get(path)
	ana.expect(status, body, http.StatusOK, "Changed since it was made", "ages 6 → 7")
	_, after := ana.get("/api/v1" + path)
	var was, is map[string]any
	d.ok(json.Unmarshal([]byte(before), &was))
	d.ok(json.Unmarshal([]byte(after), &is))
	if was["changed_since"] != nil || is["changed_since"] == nil {
		t.Errorf("changed since: %v, then %v", was["changed_since"], is["changed_since"])
	}
	delete(was, "changed_since")
	delete(is, "changed_since")
	if fmt.Sprint(was) != fmt.Sprint(is) {
		t.Errorf("the review was\n%v\nand is\n%v", was, is)
	}
	status, text := ana.get("/api/v1" + path + "/text")
	ana.expect(status, text, http.StatusOK, "# Week of Mon 7 Dec 2026", "4 × &lt;i&gt;Queue&lt;/i&gt; \\| \\[x\\](y)", "Fix \\*the\\* queue", "*Changed since: ")

	// An item is made of a page, and says so.
	status, body = ana.post("/teams/1/items", "title", "Clean the disk", "service", "disk", "alert", "Disk is nearly full", "page", fmt.Sprint(idle.ID))
	ana.expect(status, body, http.StatusOK, "Noted: Clean the disk")
	status, body = ana.get("/teams/1/items/2")
	ana.expect(status, body, http.StatusOK, "the page “Disk is nearly full” of Wed 9 Dec 2026")
	status, body = ana.post("/teams/1/items", "title", "Another", "page", "4711")
	ana.expect(status, body, http.StatusOK, "Noted: Another")
	status, body = ana.get("/teams/1/items/3")
	ana.expect(status, body, http.StatusOK, "a page that is not kept any more")

	for _, other := range []string{"/teams/1/reviews/2026-12-08", "/teams/1/reviews/2026-11-30", "/teams/1/reviews/soon", "/teams/9/reviews/2026-12-07"} {
		if status, _ := ana.get(other); status != http.StatusNotFound && status != http.StatusForbidden {
			t.Errorf("%s: %d", other, status)
		}
	}

	// Two write what was agreed.
	for range 2 { // two clicks
		status, body = ana.post(path, "base", "0", "text", "We mend the queue.")
		ana.expect(status, body, http.StatusOK, "Written down.", "We mend the queue.")
	}
	ben := d.person("ben@example.com")
	status, body = ben.post(path, "base", "0", "text", "Ben mends the queue.")
	ben.expect(status, body, http.StatusConflict, "Somebody else wrote this meanwhile", "We mend the queue.", "Ben mends the queue.", `name="base" value="1"`)
	status, body = ben.post(path, "base", "1", "text", strings.Repeat("x", 10001))
	ben.expect(status, body, http.StatusUnprocessableEntity, "longer than 10000 letters")
	status, body = ben.post(path, "base", "1", "text", "Ben mends the queue.")
	ben.expect(status, body, http.StatusOK, "Written down.")
	status, body = ben.get("/teams/1/reviews")
	ben.expect(status, body, http.StatusOK, "7 – 13 Dec 2026", "talked about")
}

// Nobody is singled out: with two people on call no figures are told, and who had too
// little rest is counted for those alone who answer for it.
func TestReviewTellsWhatMayBeTold(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		ctx := t.Context()
		d.now = time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
		d.ok(d.demonstrate(ctx, &console{err: &d.out, now: func() time.Time { return d.now }}))
		path := d.lastReview()
		for email, told := range map[string]bool{"ana@demo.example": true, "ben@demo.example": false, "admin@demo.example": true} {
			b := d.browser()
			status, body := b.post("/login", "email", email, "password", demoPassword)
			b.expect(status, body, http.StatusOK, "My on-call")
			status, text := b.get("/api/v1" + path)
			b.expect(status, text, http.StatusOK, "rest_breaches")
			if hidden := strings.Contains(text, `"rest_breaches":null`); hidden == told {
				t.Errorf("%s is told of rest: %v, want %v", email, !hidden, told)
			}
			status, md := b.get("/api/v1" + path + "/text")
			b.expect(status, md, http.StatusOK, "# Week of")
			if strings.Contains(md, "too little rest") != told {
				t.Errorf("%s reads of rest in Markdown: %v, want %v", email, !told, told)
			}
			outside := email == "admin@demo.example"
			if strings.Contains(text, `"nights":[]`) != outside || strings.Contains(md, "- Night of") == outside {
				t.Errorf("%s is outside the team: %v, and is told of its nights:\n%s", email, outside, md)
			}
			for _, secret := range []string{"short_rests", "tta", "engaged_hours", "burden_points"} {
				if strings.Contains(text, secret) {
					t.Errorf("%s reads %s", email, secret)
				}
			}
		}
	})
}
