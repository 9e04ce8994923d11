package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchbill/health"
	"watchbill/migrations/migrationstest"
)

// Replicas that are killed while they fetch from PagerDuty, within a list, between two
// pages of it, while a window is halved or in the middle of logs, lose nothing and fetch
// nothing twice: what is there in the end is what one that nobody killed has, and each
// kill has cost one request at most.
func TestKilledWhilePullingPagerDuty(t *testing.T) {
	if testing.Short() {
		t.Skip("starts and kills processes")
	}
	rounds := kills(t, 8)
	onBoth(t, func(t *testing.T, address string) { killWhilePulling(t, address, rounds) })
}

// manyIncidents are more than a list of PagerDuty's takes here, so that the window is
// halved, and each half is two pages.
func manyIncidents(now time.Time) *fakePagerDuty {
	f := &fakePagerDuty{cap: 110}
	for k := range 210 {
		f.incidents = append(f.incidents, now.Add(-28*24*time.Hour+time.Duration(k)*3*time.Hour))
	}
	return f
}

func killWhilePulling(t *testing.T, address string, rounds int) {
	now := time.Now().UTC().Truncate(time.Second)
	want := undisturbed(t, now)
	d := deploy(t, address)
	d.now = now
	run := &pullRun{deployment: d, address: address, replicas: 2, reached: make(chan doomed)}
	if d.db.File() != "" {
		run.replicas = 1
	}
	f := manyIncidents(now)
	run.ask()
	run.hurdles(f, rounds, want.asked)
	server := httptest.NewServer(run.handler(f))
	t.Cleanup(server.Close)
	run.url = server.URL
	for range run.replicas {
		run.start(t)
	}
	run.killed(t)
	until(t, "all is read", func() bool {
		n, err := d.health.Store.Undone(t.Context(), 1)
		return err == nil && n == 0
	})
	for _, p := range run.live {
		if strings.Contains(p.log(), "level=ERROR") {
			t.Error(p.log())
		}
	}
	got := run.pulledNow(t)
	f.mu.Lock()
	defer f.mu.Unlock()
	if diff := cmp.Diff(want.lines, got.lines); diff != "" {
		t.Errorf("-undisturbed +killed:\n%s", diff)
	}
	t.Logf("%d kills; %d requests, %d when nobody is killed", run.kills, len(f.asked), want.asked)
	if run.kills < rounds || len(f.asked) > want.asked+run.kills+run.limited {
		t.Errorf("%d of %d kills and %d answers that it was too much cost %d requests more", run.kills, rounds, run.limited, len(f.asked)-want.asked)
	}
}

// fetched is what has come over.
type fetched struct {
	asked int
	lines []string
}

// undisturbed fetches the same in one go.
func undisturbed(t *testing.T, now time.Time) fetched {
	t.Helper()
	d := deploy(t, migrationstest.SQLite(t))
	d.now = now
	run, f := &pullRun{deployment: d}, manyIncidents(now)
	door, work := d.past("pagerduty", f)
	run.askOf(&door)
	d.untilPulled(&door, work)
	out := run.pulledNow(t)
	out.asked = len(f.asked)
	return out
}

// A pullRun is processes that fetch and are killed at it.
type pullRun struct {
	*deployment
	address, url string
	replicas     int
	door         *health.Integration
	live         map[int]*process
	started      int
	kills        int
	limited      int
	asking       atomic.Int64 // the process that asked last
	reached      chan doomed
}

// A doomed process has come to where it is killed.
type doomed struct {
	process int
	held    chan struct{} // its request is answered when this is closed; nil: at once
}

func (r *pullRun) ask() {
	door, _ := r.hooked("pagerduty")
	r.askOf(&door)
}

func (r *pullRun) askOf(door *health.Integration) {
	r.t.Helper()
	r.door = door
	r.ok(r.health.SetPullKey(r.t.Context(), 0, door.ID, "good", "eu"))
	n, err := r.health.AskPull(r.t.Context(), 0, door.ID, r.now.AddDate(0, 0, -29), r.now, false)
	if r.ok(err); n != 1 {
		r.t.Fatalf("%d windows", n)
	}
	// What looks for gaps has been here today, and asks for nothing.
	r.ok(r.health.LookForGaps(r.t.Context()))
	r.ok(r.db.Write.Exec("UPDATE pull SET state = 'cancelled' WHERE nightly").Error)
}

// hurdles makes the vendor say now and then that it is too much, and chooses the requests
// at which whoever makes them is killed.
func (r *pullRun) hurdles(f *fakePagerDuty, rounds, requests int) {
	at := map[int]bool{}
	for len(at) < rounds {
		// The first of each stretch goes through, or nobody would come any further.
		at[2+rand.IntN(requests-2)/2*2] = true
	}
	f.fault = func(n int, w http.ResponseWriter) bool {
		if at[n] {
			end := doomed{process: int(r.asking.Load())}
			if rand.IntN(3) == 0 {
				end.held = make(chan struct{})
			}
			if r.reached <- end; end.held != nil {
				<-end.held
			}
		} else if n%70 == 35 {
			r.limited++
			w.Header().Set("ratelimit-reset", "1")
			w.WriteHeader(http.StatusTooManyRequests)
			return true
		}
		return false
	}
}

// handler tells processes apart by where they were told that the API is.
func (r *pullRun) handler(f *fakePagerDuty) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		who, path, _ := strings.Cut(strings.TrimPrefix(req.URL.Path, "/"), "/")
		n, err := strconv.Atoi(who)
		if err != nil {
			r.t.Errorf("asked for %s", req.URL)
		}
		r.asking.Store(int64(n))
		req.URL.Path = "/" + path
		f.ServeHTTP(w, req)
	})
}

func (r *pullRun) start(t *testing.T) {
	t.Helper()
	if r.live == nil {
		r.live = map[int]*process{}
	}
	r.started++
	r.live[r.started] = launch(t, r.address, "--pager-api", fmt.Sprintf("pagerduty=%s/%d", r.url, r.started)).serving(t)
}

// killed kills whoever fetches, where it was decided, and starts another, until nothing is
// left to fetch.
func (r *pullRun) killed(t *testing.T) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	last := time.Now()
	for {
		select {
		case end := <-r.reached:
			if end.held == nil { // while it reads the answer, keeps it, or waits for the next
				time.Sleep(time.Duration(rand.IntN(8000)) * time.Microsecond)
			}
			r.live[end.process].kill()
			delete(r.live, end.process)
			r.kills++
			if end.held != nil {
				close(end.held)
			}
			// Nobody wants to wait for a minute.
			r.ok(r.db.Write.Exec("UPDATE pull SET claimed_until = 1 WHERE claimed_until IS NOT NULL AND state = 'waits'").Error)
			r.start(t)
			last = time.Now()
		case <-tick.C:
			if _, pulls := r.pulled(r.door); !slices.ContainsFunc(pulls, func(p health.Pull) bool { return p.State == health.PullWaits }) {
				return
			}
			if time.Since(last) > 90*time.Second {
				t.Fatal("it is not fetched in the end")
			}
		}
	}
}

// pulledNow is what has come over, as text: every page, every event, how far it came.
func (r *pullRun) pulledNow(t *testing.T) fetched {
	t.Helper()
	var out fetched
	pages, pulls := r.pulled(r.door)
	for i := range pages {
		p := &pages[i]
		out.lines = append(out.lines, fmt.Sprint("page ", p.Key, p.Number, p.State, p.TriggeredAt.UTC(), p.ResolvedAt.UTC(), p.Flags, len(p.People)))
	}
	pulls = slices.DeleteFunc(pulls, func(p health.Pull) bool { return p.Nightly })
	for _, p := range pulls {
		out.lines = append(out.lines, fmt.Sprint("pull ", p.From.UTC(), p.Until.UTC(), p.State, p.Pages, p.Fresh))
	}
	var events []struct {
		EventKey, PageKey, Kind string
		OccurredAt              int64
	}
	r.ok(r.db.Read.Raw("SELECT event_key, page_key, kind, occurred_at FROM page_event").Scan(&events).Error)
	for _, e := range events {
		if e.Kind == string(health.KindIdentity) {
			e.OccurredAt = 0 // when it was asked for
		}
		out.lines = append(out.lines, fmt.Sprint("event ", e))
	}
	var undone int
	r.ok(r.db.Read.Raw("SELECT COUNT(*) FROM inbox WHERE state <> 'done'").Scan(&undone).Error)
	out.lines = append(out.lines, fmt.Sprint("not read: ", undone))
	slices.Sort(out.lines)
	if len(pages) != 210 || len(pulls) != 2 {
		t.Errorf("%d pages of %d windows", len(pages), len(pulls))
	}
	return out
}
