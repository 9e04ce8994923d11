package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"watchbill/api/fetch"
	"watchbill/health"
)

// fakePagerDuty answers as PagerDuty's published API does: pages of a hundred, a cap of
// 10,000, limits, and faults where a test wants them.
type fakePagerDuty struct {
	mu        sync.Mutex
	incidents []time.Time
	asked     []string
	fault     func(n int, w http.ResponseWriter) bool // true: it answered
	cap       int                                     // of what is listed
}

func (f *fakePagerDuty) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, r.URL.RequestURI())
	if r.Header.Get("Authorization") != "Token token=good" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if f.fault != nil && f.fault(len(f.asked), w) {
		return
	}
	q := r.URL.Query()
	limit, _ := strconv.Atoi(q.Get("limit"))
	offset, _ := strconv.Atoi(q.Get("offset"))
	w.Header().Set("ratelimit-remaining", "900")
	answer := map[string]any{"limit": limit, "offset": offset, "more": false}
	switch id, isLog := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, "/incidents/"), "/log_entries"); {
	case limit > 100 || offset+limit > 10_000:
		w.WriteHeader(http.StatusBadRequest)
		return
	case r.URL.Path == "/users":
		answer["users"] = []any{map[string]any{"id": "U1", "type": "user", "name": "Ana", "email": "ana@elsewhere.example"}}
	case r.URL.Path == "/oncalls":
		answer["oncalls"] = []any{}
	case r.URL.Path == "/incidents":
		from, _ := time.Parse(time.RFC3339, q.Get("since"))
		until, _ := time.Parse(time.RFC3339, q.Get("until"))
		list := []any{}
		n := 0
		for k, at := range f.incidents {
			if at.Before(from) || !at.Before(until) {
				continue
			}
			if n++; n > offset && len(list) < limit {
				list = append(list, f.incident(k, at))
			}
		}
		answer["incidents"], answer["more"] = list, n > offset+limit || f.cap > 0 && offset == 9900 && n > f.cap
	case isLog:
		k, _ := strconv.Atoi(id[1:])
		answer["log_entries"] = []any{map[string]any{
			"id": "L" + id, "type": "notify_log_entry", "created_at": f.incidents[k].Add(5 * time.Second), "incident": map[string]any{"id": id},
			"channel": map[string]any{"type": "notification", "notification": map[string]any{"type": "push_notification"}}, "user": map[string]any{"id": "U1", "type": "user_reference", "summary": "Ana"},
		}}
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func (f *fakePagerDuty) incident(k int, at time.Time) map[string]any {
	return map[string]any{
		"id": fmt.Sprintf("P%d", k), "type": "incident", "incident_number": k, "title": fmt.Sprint("Incident ", k), "status": "resolved", "urgency": "high",
		"created_at": at, "resolved_at": at.Add(20 * time.Minute), "service": map[string]any{"id": "S", "summary": "Checkout"},
	}
}

// past has the deployment fetch from a server instead of a vendor.
func (d *deployment) past(vendor string, h http.Handler) (health.Integration, func()) {
	d.t.Helper()
	server := httptest.NewServer(h)
	d.t.Cleanup(server.Close)
	door, _ := d.hooked(vendor)
	d.server.past.Fetch = fetch.New(fetch.Options{Agent: "test", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Timeout: 5 * time.Second, MaxBytes: 1 << 20})
	d.server.past.Addresses = map[string]string{vendor: server.URL}
	d.puller.Pause = func(context.Context) {}
	return door, func() {
		d.t.Helper()
		d.ok(d.puller.Work(d.t.Context()))
		for {
			n, err := d.reader.Work(d.t.Context())
			d.ok(err)
			if n == 0 {
				return
			}
		}
	}
}

func (d *deployment) pulled(door *health.Integration) (pages []health.PageRecord, pulls []health.Pull) {
	d.t.Helper()
	pages, err := d.health.Store.PagesOf(d.t.Context(), health.PageFilter{Team: door.Team, Integration: door.ID, To: d.now.AddDate(1, 0, 0), Most: 1000})
	d.ok(err)
	pulls, err = d.health.Store.Pulls(d.t.Context(), door.ID)
	d.ok(err)
	return pages, pulls
}

// The past comes over whole, through limits and faults, and is never fetched twice
// unless that is wanted.
func TestPullPagerDuty(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		ctx := t.Context()
		f := &fakePagerDuty{cap: 120}
		for k := range 230 {
			f.incidents = append(f.incidents, d.now.Add(-70*24*time.Hour+time.Duration(k)*7*time.Hour).UTC().Truncate(time.Second))
		}
		f.fault = func(n int, w http.ResponseWriter) bool {
			switch n % 17 {
			case 5:
				w.Header().Set("ratelimit-reset", "20")
				w.WriteHeader(http.StatusTooManyRequests)
			case 9:
				w.WriteHeader(http.StatusBadGateway)
			case 13:
				w.Header().Set("Content-Length", "5000")
				_, _ = w.Write([]byte(`{"incidents": [`))
			default:
				return false
			}
			return true
		}
		door, work := d.past("pagerduty", f)
		from := d.now.AddDate(0, 0, -75)
		if _, err := d.health.AskPull(ctx, 0, door.ID, from, d.now, false); err == nil {
			t.Error("it was asked without a key")
		}
		d.ok(d.health.SetPullKey(ctx, 0, door.ID, "good", "eu"))
		n, err := d.health.AskPull(ctx, 0, door.ID, from, d.now, false)
		d.ok(err)
		if n != 3 {
			t.Errorf("%d windows", n)
		}
		if n, err = d.health.AskPull(ctx, 0, door.ID, from, d.now, false); n != 0 || err != nil {
			t.Errorf("asked again: %d windows, %v", n, err)
		}
		for range 2000 { // each stop is a restart: whoever goes on knows only what is stored
			work()
			_, pulls := d.pulled(&door)
			if !slices.ContainsFunc(pulls, func(p health.Pull) bool { return p.State == health.PullWaits }) {
				break
			}
			d.now = d.now.Add(25 * time.Second)
		}
		pages, pulls := d.pulled(&door)
		sum, fresh := 0, 0
		for _, p := range pulls {
			if sum, fresh = sum+p.Pages, fresh+p.Fresh; p.State != health.PullDone {
				t.Errorf("%+v", p)
			}
		}
		if len(pages) != 230 || sum != 230 || fresh != 230 {
			t.Errorf("%d pages, told %d, fresh %d", len(pages), sum, fresh)
		}
		for k := range pages {
			if p := &pages[k]; len(p.People) != 1 || p.People[0].Basis != health.NoticeByVendor || p.State != health.StateResolved || slices.Contains(p.Flags, "late") {
				t.Fatalf("%+v", p)
			}
		}
		asked := len(f.asked)
		n, err = d.health.AskPull(ctx, 0, door.ID, from, from.AddDate(0, 0, 60), false)
		d.ok(err)
		work()
		if n != 0 || len(f.asked) != asked {
			t.Errorf("what was fetched is fetched again: %d windows", n)
		}
	})
}

// A key that is not known ends it, with a sentence; what is cancelled stops.
func TestPullRefused(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		ctx := t.Context()
		f := &fakePagerDuty{incidents: []time.Time{d.now.Add(-time.Hour).UTC()}}
		door, work := d.past("pagerduty", f)
		d.ok(d.health.SetPullKey(ctx, 0, door.ID, "bad", "us"))
		_, err := d.health.AskPull(ctx, 0, door.ID, d.now.AddDate(0, 0, -40), d.now, false)
		d.ok(err)
		work()
		_, pulls := d.pulled(&door)
		if pulls[0].State != health.PullFailed || !strings.Contains(pulls[0].Error, "does not know the key") {
			t.Errorf("%+v", pulls[0])
		}
		d.ok(d.health.SetPullKey(ctx, 0, door.ID, "good", "us"))
		n, err := d.health.AskPull(ctx, 0, door.ID, d.now.AddDate(0, 0, -40), d.now, false)
		d.ok(err)
		d.ok(d.health.CancelPulls(ctx, 0, door.ID))
		asked := len(f.asked)
		work()
		if n != 2 || len(f.asked) != asked {
			t.Errorf("%d windows; a cancelled one was fetched", n)
		}
		d.ok(d.health.LookForGaps(ctx))
		d.ok(d.health.LookForGaps(ctx))
		work()
		pages, pulls := d.pulled(&door)
		nightly := slices.DeleteFunc(pulls, func(p health.Pull) bool { return !p.Nightly })
		if len(pages) != 1 || len(nightly) != 1 || nightly[0].Fresh != 1 || nightly[0].State != health.PullDone {
			t.Errorf("%d pages, %+v", len(pages), nightly)
		}
	})
}
