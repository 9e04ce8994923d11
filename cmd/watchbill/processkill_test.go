package main

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"watchbill/schedule"
)

// takenOver stops the process that makes a draft: the other makes it, and the first
// changes nothing when it goes on.
func (d *pair) takenOver(t *testing.T) {
	d.addTeam(t, d.hard())
	d.b.signal(syscall.SIGSTOP)
	asked, err := d.schedule.AskDraft(t.Context(), 0, schedule.DraftOrder{Team: 2, From: d.monday, Until: d.monday.AddDays(182), Seconds: 1})
	d.ok(err)
	d.waitFor(t, asked.ID, schedule.DraftRunning)
	d.a.signal(syscall.SIGSTOP)
	d.b.signal(syscall.SIGCONT)
	// Nobody wants to wait for half a minute: the last beat was so long ago.
	time.Sleep(100 * time.Millisecond) // what it had sent before it stopped arrives
	d.ok(d.db.Write.Exec("UPDATE draft SET beat_at = beat_at - 31 WHERE id = ?", asked.ID).Error)
	until(t, "the other has begun", func() bool {
		is, err := d.schedule.Store.Draft(t.Context(), asked.ID)
		return err == nil && is.State == schedule.DraftRunning && is.Tries == 2
	})
	// The first one gets to its end while the other is in the middle.
	d.b.signal(syscall.SIGSTOP)
	d.a.signal(syscall.SIGCONT)
	d.a.saying(t, fmt.Sprintf(`draft taken over" team_id=2 draft_id=(%d)`, asked.ID))
	is, err := d.schedule.Store.Draft(t.Context(), asked.ID)
	d.ok(err)
	if is.State != schedule.DraftRunning || is.Tries != 2 || is.Plan != "" {
		t.Errorf("the first maker left the draft %s in try %d", is.State, is.Tries)
	}
	d.b.signal(syscall.SIGCONT)
	is = d.waitFor(t, asked.ID, schedule.DraftReady)
	d.b.saying(t, fmt.Sprintf(`draft made" team_id=2 draft_id=(%d)`, asked.ID))
	if is.Tries != 2 || d.made()[fmt.Sprint(asked.ID)] != 1 {
		t.Errorf("the draft is of try %d; made: %v", is.Tries, d.made())
	}
	next, err := d.schedule.AskDraft(t.Context(), 0, schedule.DraftOrder{Team: 1, From: d.monday, Until: d.monday.AddDays(56)})
	d.ok(err)
	d.waitFor(t, next.ID, schedule.DraftReady)
	d.ok(d.schedule.Discard(t.Context(), 0, next.ID))
}

// locking keeps transactions from ending, which write to the audit log last, until
// it is called off; waiting waits until one is held up.
func (d *pair) locking(t *testing.T) (waiting, off func()) {
	t.Helper()
	tx := d.db.Write.Begin()
	d.ok(tx.Exec("LOCK TABLE audit IN EXCLUSIVE MODE").Error)
	return func() {
		until(t, "a transaction waits", func() bool {
			var n int
			err := d.db.Read.Raw("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&n).Error
			return err == nil && n > 0
		})
	}, func() { d.ok(tx.Rollback().Error) }
}

// publishing posts that a draft is to be published, and returns the status of the
// answer, or none when there is none.
func (d *pair) publishing(t *testing.T, p *process, draft schedule.ID) chan int {
	t.Helper()
	client := *d.admin.Client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answered := make(chan int, 1)
	go func() {
		resp, err := client.PostForm(fmt.Sprintf("%s/teams/1/drafts/%d/publish", p.url, draft), nil)
		if err != nil {
			answered <- 0
			return
		}
		_ = resp.Body.Close()
		answered <- resp.StatusCode
	}()
	return answered
}

// unlocked stops a process in the middle of publishing, with the team's row in its
// hands: the other goes on soon, and publishes what the first one then has not.
func (d *pair) unlocked(t *testing.T) {
	draft := d.pinned(t, 1)
	was := d.plans(t)
	waiting, off := d.locking(t)
	answered := d.publishing(t, d.a, draft)
	waiting()
	d.a.signal(syscall.SIGSTOP)
	off()
	began := time.Now()
	status := <-d.publishing(t, d.b, draft)
	waited := time.Since(began)
	d.a.signal(syscall.SIGCONT)
	if first := <-answered; status != http.StatusSeeOther || first < 500 || d.plans(t) != was+1 || waited > 10*time.Second {
		t.Errorf("%d from the other after %v, %d from the one that stood still, %d plans more", status, waited, first, d.plans(t)-was)
	}
	d.as(t, d.admin, d.a).get("/healthz")
	d.a.mu.Lock()
	defer d.a.mu.Unlock()
	text := d.a.said.String()
	if !strings.Contains(text, "level=ERROR") {
		t.Error("it does not say that it could not publish")
	}
	d.a.said.Reset() // that one is expected
	d.a.said.WriteString(strings.ReplaceAll(text, "level=ERROR", "level=EXPECTED"))
}

// plans counts what was published for the crew.
func (d *pair) plans(t *testing.T) int {
	t.Helper()
	plans, err := d.schedule.Store.Plans(t.Context(), 1)
	d.ok(err)
	return len(plans)
}

// pinned makes a draft of the crew that differs from the one before in much.
func (d *pair) pinned(t *testing.T, i int) schedule.ID {
	t.Helper()
	members, err := d.schedule.Store.Members(t.Context(), 1)
	d.ok(err)
	pins := map[schedule.SlotID]schedule.ID{schedule.SlotID("primary " + d.monday.AddDays(7).String()): members[i%4].Person}
	draft, err := d.schedule.MakeDraft(t.Context(), 0, schedule.DraftOrder{Team: 1, From: d.monday, Until: d.monday.AddDays(56), Pins: pins, Seed: int64(i + 1), Thaw: true})
	d.ok(err)
	return draft.ID
}

// killedPublishing kills a process while it publishes and while others read from the
// other one: they see the old plan or the new one, and nothing between.
func (d *pair) killedPublishing(t *testing.T) {
	status, body := d.as(t, d.admin, d.b).post("/account/feeds", "shows", "team:1", "label", "load")
	link := regexp.MustCompile(`/feeds/[A-Za-z0-9_-]+\.ics`).FindString(feedLink.FindString(body))
	d.as(t, d.admin, d.b).expect(status, body, http.StatusOK, link)
	var wait sync.WaitGroup
	var mu sync.Mutex
	seen, done := map[string]string{}, make(chan struct{})
	for range 3 {
		wait.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				a := d.at(t, d.b).call("", "GET", link, "")
				mu.Lock()
				seen[a.header.Get("Etag")] = a.body
				mu.Unlock()
			}
		})
	}
	renewed := 0
	for i := range 6 {
		was, before := d.plans(t), d.current(d.schedule.Store)
		draft := d.pinned(t, i+2)
		answered := d.publishing(t, d.a, draft)
		time.Sleep(time.Duration(12*i) * time.Millisecond)
		d.a.kill()
		<-answered
		after := d.current(d.schedule.Store)
		switch {
		case d.plans(t) == was && after == before:
			d.ok(d.schedule.Discard(t.Context(), 0, draft))
		case d.plans(t) == was+1 && strings.Count(after, "\n") == 8:
			renewed++
		default:
			t.Fatalf("after a kill there are %d plans more and\n%s\nbefore\n%s", d.plans(t)-was, after, before)
		}
		d.restart(t, &d.a)
	}
	draft := d.pinned(t, 9)
	if status := <-d.publishing(t, d.a, draft); status != http.StatusSeeOther {
		t.Errorf("the process that was killed and started again publishes with %d", status)
	}
	renewed++
	d.at(t, d.b).call("", "GET", link, "")
	close(done)
	wait.Wait()
	t.Logf("%d of 7 were published; %d calendars were seen", renewed, len(seen))
	if len(seen) > renewed+1 {
		t.Errorf("%d calendars were seen of %d plans", len(seen), renewed+1)
	}
	for etag, body := range seen {
		if strings.Count(body, "BEGIN:VEVENT") < 8 {
			t.Errorf("half a calendar, %s:\n%s", etag, body)
		}
	}
}

// killedImporting kills a process while it takes a calendar of 300 events over: all
// are there or none, and the next try brings them.
func (d *pair) killedImporting(t *testing.T) {
	ana, b := d.person(t, "ana@example.com")
	var lines []string
	for i := range 300 {
		day := d.monday.AddDays(2 * i)
		lines = append(lines, allDay(fmt.Sprint("e", i), strings.ReplaceAll(day.String(), "-", ""), strings.ReplaceAll(day.AddDays(1).String(), "-", ""), "Away"))
	}
	whole := 0
	for i := range 6 {
		status, body := d.as(t, b, d.b).upload("/timeoff/imports", fmt.Sprint("trip", i, ".ics"), events(lines...), "kind", "absences")
		d.as(t, b, d.b).expect(status, body, http.StatusOK, "What would come of it")
		imports, err := d.schedule.Store.Imports(t.Context(), ana, 0)
		d.ok(err)
		id := imports[len(imports)-1].ID
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			resp, err := b.PostForm(fmt.Sprintf("%s/imports/%d", d.a.url, id), map[string][]string{"filter": {"all"}, "least": {"4"}})
			if err == nil {
				_ = resp.Body.Close()
			}
		}()
		time.Sleep(time.Duration(40*i) * time.Millisecond)
		d.a.kill()
		<-ended
		d.restart(t, &d.a)
		is, err := d.schedule.Store.Import(t.Context(), id)
		d.ok(err)
		leaves, err := d.schedule.Store.ImportedLeaves(t.Context(), id)
		d.ok(err)
		switch {
		case is.Waits && len(leaves) == 0:
			status, body = d.as(t, b, d.a).post(fmt.Sprint("/imports/", id), "filter", "all", "least", "4")
			d.as(t, b, d.a).expect(status, body, http.StatusOK, "It is taken over")
		case !is.Waits && len(leaves) == 300:
			whole++
		default:
			t.Fatalf("after a kill at %d ms the import waits: %t, and brought %d", 40*i, is.Waits, len(leaves))
		}
		if leaves, err = d.schedule.Store.ImportedLeaves(t.Context(), id); err != nil || len(leaves) != 300 {
			t.Errorf("%d absences in the end, %v", len(leaves), err)
		}
		d.ok(d.schedule.RemoveImport(t.Context(), ana, id))
	}
	t.Logf("%d of 6 were taken over before the kill", whole)
}

// stopped tells a process to stop while somebody waits for an answer and it makes a
// draft: it answers, takes nothing new, and the other makes the draft at once.
func (d *pair) stopped(t *testing.T) {
	draft := d.pinned(t, 1)
	d.b.signal(syscall.SIGSTOP)
	long, err := d.schedule.AskDraft(t.Context(), 0, schedule.DraftOrder{Team: 2, From: d.monday, Until: d.monday.AddDays(182), Seconds: 1})
	d.ok(err)
	d.waitFor(t, long.ID, schedule.DraftRunning)
	waiting, off := d.locking(t)
	answered := d.publishing(t, d.a, draft)
	waiting()
	d.a.signal(syscall.SIGTERM)
	queued := d.waitFor(t, long.ID, schedule.DraftQueued)
	until(t, "nothing new is taken", func() bool {
		resp, err := http.Get(d.a.url + "/healthz")
		if err == nil {
			_ = resp.Body.Close()
		}
		return err != nil
	})
	off()
	if status := <-answered; status != http.StatusSeeOther || queued.Tries != 0 {
		t.Errorf("the request that was at work gets %d, and the draft was tried %d times", status, queued.Tries)
	}
	<-d.a.ended
	if code := d.a.cmd.ProcessState.ExitCode(); code != 0 || strings.Contains(d.a.log(), "level=ERROR") {
		t.Errorf("it ended with %d\n%s", code, d.a.log())
	}
	d.b.signal(syscall.SIGCONT)
	if made := d.waitFor(t, long.ID, schedule.DraftReady); made.Tries != 1 {
		t.Errorf("it was begun %d times", made.Tries)
	}
	if strings.Contains(d.b.log(), "level=ERROR") {
		t.Error(d.b.log())
	}
}
