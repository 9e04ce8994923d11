package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"watchbill/api/auth"
	"watchbill/schedule"
)

// shownAtOnce publishes at one process, and looks at the other.
func (d *pair) shownAtOnce(t *testing.T) {
	d.addTeam(t, d.crewText())
	first := d.draft(t, d.b, 1, d.eight()...)
	a, b := d.as(t, d.admin, d.a), d.as(t, d.admin, d.b)
	status, body := a.post("/account/feeds", "shows", "team:1", "label", "wall")
	link := regexp.MustCompile(`/feeds/[A-Za-z0-9_-]+\.ics`).FindString(feedLink.FindString(body))
	a.expect(status, body, http.StatusOK, "shown only now", link)
	before := d.at(t, d.b).call("", "GET", link, "")
	status, body = a.post(fmt.Sprintf("/teams/1/drafts/%d/publish", first.ID))
	a.expect(status, body, http.StatusOK, "Published.")
	was := before.header.Get("Etag")
	for round := range 6 {
		after := d.at(t, d.b).call("", "GET", link, "", "If-None-Match", was)
		if after.status != http.StatusOK || after.header.Get("Etag") == was || strings.Count(after.body, "BEGIN:VEVENT") != 8 {
			t.Fatalf("round %d: the feed is %d %s\n%.300s", round, after.status, after.header, after.body)
		}
		was = after.header.Get("Etag")
		if same := d.at(t, d.a).call("", "GET", link, "", "If-None-Match", was); same.status != http.StatusNotModified {
			t.Errorf("round %d: the one that has published says %d to what the other has given", round, same.status)
		}
		shift := d.coming()[2]
		other := d.other(shift.Person)
		status, body = a.post(fmt.Sprintf("/shifts/%d/override", shift.ID), "person", fmt.Sprint(other.ID), "reason", "round", "anyway", "1")
		a.expect(status, body, http.StatusOK)
		answer := d.oncall(t, b, shift.Start)
		if !strings.Contains(answer, `"`+other.Name+`"`) {
			t.Fatalf("round %d: the other says %s, want %s", round, answer, other.Name)
		}
		status, body = b.get(fmt.Sprintf("/shifts/%d", shift.ID))
		b.expect(status, body, http.StatusOK, other.Name)
	}
}

// coming are the shifts of the first team from next week on.
func (d *pair) coming() []schedule.Shift {
	from := d.monday.At(schedule.Noon, time.UTC)
	shifts, err := d.schedule.Shifts(context.Background(), 1, from, from.AddDate(0, 0, 56), time.Time{})
	d.ok(err)
	return shifts
}

// other is somebody of the crew, not the one named.
func (d *pair) other(than schedule.ID) schedule.Profile {
	people, err := d.schedule.Store.People(context.Background(), nil)
	d.ok(err)
	for _, p := range people {
		if p.ID != than && strings.HasSuffix(p.Email, "@example.com") && !strings.HasPrefix(p.Email, "root") {
			return p
		}
	}
	return schedule.Profile{}
}

// oncall is what a process says about who is on call at a moment.
func (d *pair) oncall(t *testing.T, b *browser, at time.Time) string {
	t.Helper()
	status, body := b.get("/api/v1/oncall?team=1&at=" + at.UTC().Format(time.RFC3339))
	b.expect(status, body, http.StatusOK)
	return body
}

// acceptedOnce has two people accept one request at the same moment, each at another
// process.
func (d *pair) acceptedOnce(t *testing.T) {
	people := map[schedule.ID]*browser{}
	for _, name := range []string{"ana", "ben", "cleo", "dan"} {
		id, b := d.person(t, name+"@example.com")
		people[id] = b
	}
	for _, shift := range d.coming()[3:8] {
		holder := d.as(t, people[shift.Person], d.a)
		status, body := holder.post(fmt.Sprintf("/shifts/%d/cover", shift.ID), "to", "all", "message", "please")
		holder.expect(status, body, http.StatusOK, "Asked.")
		open, err := d.schedule.Store.Requests(t.Context(), 1, schedule.RequestOpen)
		d.ok(err)
		var wait sync.WaitGroup
		var mu sync.Mutex
		var told []string
		processes := []*process{d.a, d.b}
		for id, b := range people {
			if id == shift.Person || len(processes) == 0 {
				continue
			}
			taker := d.as(t, b, processes[0])
			processes = processes[1:]
			wait.Go(func() {
				_, body := taker.post(fmt.Sprintf("/requests/%d/accept", open[0].ID))
				mu.Lock()
				defer mu.Unlock()
				told = append(told, body)
			})
		}
		wait.Wait()
		both := strings.Join(told, "")
		if strings.Count(both, "It is yours now") != 1 || strings.Count(both, "omebody else was faster") != 1 {
			t.Fatalf("the two are told\n%s", both)
		}
		overrides, err := d.schedule.Store.Overrides(t.Context(), 1, shift.Start, shift.End)
		d.ok(err)
		living := 0
		for _, o := range overrides {
			if o.Slot == shift.Slot && o.CancelledAt.IsZero() {
				living++
			}
		}
		if living != 1 {
			t.Fatalf("%d have it", living)
		}
	}
}

// keyForBoth makes a call with a key at one process and again at the other, and
// another one at both at once.
func (d *pair) keyForBoth(t *testing.T) {
	id, _ := d.person(t, "ben@example.com")
	token := d.token(int64(id), auth.ScopeWrite)
	add := func(p *process, key string, day schedule.Date) answer {
		body := fmt.Sprintf(`{"first": "%s", "last": "%s", "note": "trip"}`, day, day.AddDays(2))
		return d.at(t, p).call(token, "POST", "/api/v1/people/me/absences", body, "Idempotency-Key", key)
	}
	day := d.monday.AddDays(200)
	first := add(d.a, "9f0c1a52-7d1e-4b9e-8c6c-000000000001", day)
	again := add(d.b, "9f0c1a52-7d1e-4b9e-8c6c-000000000001", day)
	if first.status != 201 || again.status != 201 || again.body != first.body || again.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("first %d %s, then %d %s", first.status, first.body, again.status, again.body)
	}
	statuses := d.at(t, d.a).atOnce(8, func(i int) answer {
		return add([]*process{d.a, d.b}[i%2], "9f0c1a52-7d1e-4b9e-8c6c-000000000002", day.AddDays(20))
	})
	if statuses[201] < 1 || statuses[201]+statuses[409] != 8 {
		t.Errorf("at once: %v", statuses)
	}
	leaves, err := d.schedule.Store.Leaves(t.Context(), []schedule.ID{id})
	d.ok(err)
	if len(leaves) != 2 {
		t.Errorf("%d absences, want 2", len(leaves))
	}
}

// countedTogether fails to log in at both processes: going to the other is no way
// round the wait, and neither is trying at once.
func (d *pair) countedTogether(t *testing.T) {
	_, _ = d.person(t, "dan@example.com")
	status := func(p *process, email, password string) int {
		status, _ := d.as(t, d.browser(), p).post("/login", "email", email, "password", password)
		return status
	}
	for i := range 5 {
		if got := status([]*process{d.a, d.b}[i%2], "dan@example.com", "wrong"); got != http.StatusUnprocessableEntity && got != http.StatusUnauthorized {
			t.Fatalf("attempt %d: %d", i+1, got)
		}
	}
	// The first wait is a second, which may be over by now.
	if tx := d.db.Write.Exec("UPDATE attempt SET until_at = until_at + 60 WHERE failures = 5 AND name LIKE 'account:%'"); tx.Error != nil || tx.RowsAffected != 1 {
		t.Fatalf("%d accounts have failed five times: %v", tx.RowsAffected, tx.Error)
	}
	for _, p := range []*process{d.a, d.b} {
		if got := status(p, "dan@example.com", secret); got != http.StatusTooManyRequests {
			t.Errorf("after five wrong ones, two and three: %d", got)
		}
	}
	var looked atomic.Int32
	var wait sync.WaitGroup
	for i := range 12 {
		wait.Go(func() {
			if status([]*process{d.a, d.b}[i%2], "cleo@example.com", "wrong") != http.StatusTooManyRequests {
				looked.Add(1)
			}
		})
	}
	wait.Wait()
	if n := looked.Load(); n != 5 && n != 6 { // one more when a second begins
		t.Errorf("%d of 12 wrong passwords at once were looked at, want 5", n)
	}
}

var draftMade = regexp.MustCompile(`msg="draft made" team_id=\d+ draft_id=(\d+)\b`)

// made counts by draft how often one of the processes says that it has made it.
func (d *pair) made() map[string]int {
	count := map[string]int{}
	for _, m := range draftMade.FindAllStringSubmatch(d.a.log()+d.b.log(), -1) {
		count[m[1]]++
	}
	return count
}

// madeOnce asks for more drafts than one process makes in a second.
func (d *pair) madeOnce(t *testing.T) {
	var ids []schedule.ID
	for i := range 4 {
		asked, err := d.schedule.AskDraft(t.Context(), 0, schedule.DraftOrder{Team: 1, From: d.monday, Until: d.monday.AddDays(56), Seed: int64(i + 1)})
		d.ok(err)
		ids = append(ids, asked.ID)
	}
	for _, id := range ids {
		if is := d.waitFor(t, id, schedule.DraftReady); is.Tries != 1 {
			t.Errorf("draft %d was begun %d times", id, is.Tries)
		}
		until(t, fmt.Sprint("draft ", id, " said to be made"), func() bool { return d.made()[fmt.Sprint(id)] > 0 })
		d.ok(d.schedule.Discard(t.Context(), 0, id))
	}
	if made := d.made(); len(made) != 5 {
		t.Errorf("made: %v", made)
	} else {
		for id, n := range made {
			if n != 1 {
				t.Errorf("draft %s was made %d times", id, n)
			}
		}
	}
}

// dueOnce starts both processes at the same moment with calendars to read and a plan
// to draft.
func (d *pair) dueOnce(t *testing.T) {
	_, ben := d.person(t, "ben@example.com")
	var fetched atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fetched.Add(1)
		time.Sleep(50 * time.Millisecond)
		_, _ = io.WriteString(w, events(allDay("x", "20280101", "20280104", "Trip")))
	}))
	t.Cleanup(other.Close)
	const links = 5
	for i := range links {
		status, body := d.as(t, ben, d.a).upload("/timeoff/imports", "", "", "kind", "absences", "url", fmt.Sprintf("%s/%d.ics", other.URL, i))
		d.as(t, ben, d.a).expect(status, body, http.StatusOK, "What would come of it")
	}
	var ids []int64
	d.ok(d.db.Read.Raw("SELECT id FROM calendar_import WHERE url <> ''").Scan(&ids).Error)
	for _, id := range ids {
		status, body := d.as(t, ben, d.b).post(fmt.Sprint("/imports/", id), "filter", "all", "least", "4")
		d.as(t, ben, d.b).expect(status, body, http.StatusOK, "It is taken over")
	}
	fetched.Store(0)
	d.ok(d.db.Write.Exec("UPDATE calendar_import SET next_at = 1, tried_at = 1 WHERE url <> ''").Error)
	d.ok(d.db.Write.Exec("UPDATE team SET horizon_weeks = 20 WHERE id = 1").Error)
	for _, p := range []*process{d.a, d.b} {
		p.signal(syscall.SIGTERM)
	}
	for _, p := range []**process{&d.a, &d.b} {
		<-(*p).ended
		if code := (*p).cmd.ProcessState.ExitCode(); code != 0 || strings.Contains((*p).log(), "level=ERROR") {
			t.Errorf("told to stop, it ended with %d\n%s", code, (*p).log())
		}
		*p = launch(d.whole, d.address)
	}
	d.a.serving(t)
	d.b.serving(t)
	until(t, "all are read", func() bool {
		var due int
		err := d.db.Read.Raw("SELECT COUNT(*) FROM calendar_import WHERE url <> '' AND read_at = tried_at AND next_at > tried_at").Scan(&due).Error
		return err == nil && due == links
	})
	var ahead []schedule.Draft
	until(t, "the next plan is drafted", func() bool {
		drafts, err := d.schedule.Store.Drafts(t.Context(), 1)
		ahead = nil
		for _, draft := range drafts {
			if draft.From == d.monday.AddDays(56) {
				ahead = append(ahead, draft)
			}
		}
		return err == nil && len(ahead) > 0 && ahead[0].State == schedule.DraftReady
	})
	if fetched.Load() != links || len(ahead) != 1 || ahead[0].Tries != 1 {
		t.Errorf("%d calendars were fetched %d times; the next plan was drafted %d times", links, fetched.Load(), len(ahead))
	}
}
