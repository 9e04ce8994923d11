package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"watchbill/health"
)

// fakeOpsgenie answers as Opsgenie's published API does: lists of a hundred at most with
// a link to the next, no more than so many of one search, logs that go on where their
// offset says, limits, and faults where a test wants them.
type fakeOpsgenie struct {
	mu     sync.Mutex
	url    string
	alerts []time.Time
	asked  []string
	fault  func(n int, w http.ResponseWriter) bool // true: it answered
	cap    int                                     // of what a search lists; 20,000 when zero
	gone   string                                  // an alert that was deleted meanwhile
}

// createdAt is the search that we make: alerts made in [from, until), in milliseconds.
var createdAt = regexp.MustCompile(`^createdAt>=(\d+) AND createdAt<(\d+)$`)

func (f *fakeOpsgenie) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, r.URL.RequestURI())
	if r.Header.Get("Authorization") != "GenieKey good" {
		f.answer(w, http.StatusUnauthorized, map[string]any{"message": "Could not authenticate"})
		return
	}
	if f.fault != nil && f.fault(len(f.asked), w) {
		return
	}
	w.Header().Set("X-RateLimit-State", "OK")
	q := r.URL.Query()
	limit, err := strconv.Atoi(q.Get("limit"))
	if q.Get("limit") == "" {
		limit, err = 20, nil
	}
	if err != nil || limit < 1 || limit > 100 {
		f.answer(w, http.StatusUnprocessableEntity, map[string]any{"message": "Limit is not valid"})
		return
	}
	id, of, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/v2/alerts/"), "/")
	schedule, what, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/v2/schedules/"), "/")
	switch {
	case r.URL.Path == "/v2/users":
		f.users(w, q, limit)
	case r.URL.Path == "/v2/alerts":
		f.search(w, q, limit)
	case r.URL.Path == "/v2/schedules":
		f.answer(w, http.StatusOK, map[string]any{"data": []any{map[string]any{"id": "S1", "name": "Primary"}}})
	case of == "recipients" && id != f.gone:
		f.recipients(w, id)
	case of == "logs" && id != f.gone:
		f.logs(w, r.URL.Path, q, limit)
	case schedule == "S1" && what == "timeline" && q.Get("intervalUnit") == "days" && q.Get("date") != "":
		f.timeline(w, q)
	case schedule == "S1" && what == "overrides":
		f.answer(w, http.StatusOK, map[string]any{"data": []any{map[string]any{
			"alias": "O1", "user": map[string]any{"id": "U2", "username": "ben@elsewhere.example"}, "startDate": f.alerts[0], "endDate": f.alerts[0].Add(time.Hour), "_parent": map[string]any{"name": "Primary"},
		}}})
	default:
		f.answer(w, http.StatusNotFound, map[string]any{"message": "Not found"})
	}
}

func (f *fakeOpsgenie) answer(w http.ResponseWriter, status int, body map[string]any) {
	body["took"], body["requestId"] = 0.1, "r"
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// list answers with a part of a list, and a link to the next where there is more.
func (f *fakeOpsgenie) list(w http.ResponseWriter, path string, q url.Values, limit int, all []any) {
	most := f.cap
	if most == 0 {
		most = 20_000
	}
	offset, _ := strconv.Atoi(q.Get("offset"))
	if offset+limit > most {
		f.answer(w, http.StatusUnprocessableEntity, map[string]any{"message": "Sum of offset and limit is too large"})
		return
	}
	body := map[string]any{"data": all[min(offset, len(all)):min(offset+limit, len(all))], "paging": map[string]any{}}
	if offset+limit < len(all) {
		q.Set("offset", strconv.Itoa(offset+limit))
		body["paging"] = map[string]any{"next": f.url + path + "?" + q.Encode()}
	}
	f.answer(w, http.StatusOK, body)
}

func (f *fakeOpsgenie) users(w http.ResponseWriter, q url.Values, limit int) {
	var all []any
	for k := range 130 {
		name := fmt.Sprintf("user%d@elsewhere.example", k)
		if k == 1 {
			name = "ana@elsewhere.example"
		}
		all = append(all, map[string]any{"id": fmt.Sprintf("U%d", k), "username": name, "fullName": fmt.Sprint("User ", k), "timeZone": "Europe/Berlin"})
	}
	f.list(w, "/v2/users", q, limit, all)
}

func (f *fakeOpsgenie) search(w http.ResponseWriter, q url.Values, limit int) {
	m := createdAt.FindStringSubmatch(q.Get("query"))
	if m == nil || q.Get("sort") != "createdAt" || q.Get("order") != "asc" {
		f.answer(w, http.StatusUnprocessableEntity, map[string]any{"message": "Query is not valid"})
		return
	}
	from, _ := strconv.ParseInt(m[1], 10, 64)
	until, _ := strconv.ParseInt(m[2], 10, 64)
	all := []any{}
	for k, at := range f.alerts {
		if ms := at.UnixMilli(); ms >= from && ms < until {
			all = append(all, map[string]any{
				"id": fmt.Sprintf("A%d", k), "tinyId": strconv.Itoa(k), "alias": fmt.Sprint("alias ", k), "message": fmt.Sprint("Alert ", k), "status": "closed", "acknowledged": true,
				"isSeen": true, "tags": []any{}, "snoozed": false, "count": 1, "createdAt": at, "updatedAt": at.Add(20 * time.Minute), "source": "x", "owner": "ana@elsewhere.example", "priority": "P1",
				"responders": []any{map[string]any{"id": "T1", "type": "team"}}, "integration": map[string]any{"id": "I", "name": "Monitoring", "type": "API"},
				"report": map[string]any{"ackTime": 60_000, "closeTime": 1_200_000, "acknowledgedBy": "ana@elsewhere.example", "closedBy": "ana@elsewhere.example"},
			})
		}
	}
	f.list(w, "/v2/alerts", q, limit, all)
}

func (f *fakeOpsgenie) recipients(w http.ResponseWriter, id string) {
	k, _ := strconv.Atoi(id[1:])
	f.answer(w, http.StatusOK, map[string]any{"data": []any{map[string]any{
		"user": map[string]any{"id": "U1", "username": "ana@elsewhere.example"}, "state": "action", "method": "Acknowledge", "createdAt": f.alerts[k].Add(5 * time.Second), "updatedAt": f.alerts[k].Add(time.Minute),
	}}})
}

// linesOf is how many lines the log of an alert has: of the first more than are listed.
func (f *fakeOpsgenie) linesOf(id string) int {
	if id == "A0" {
		return 250
	}
	return 2
}

func (f *fakeOpsgenie) logs(w http.ResponseWriter, path string, q url.Values, limit int) {
	id := strings.Split(path, "/")[3]
	k, _ := strconv.Atoi(id[1:])
	from := 0
	if q.Get("offset") != "" {
		n, err := strconv.Atoi(strings.TrimPrefix(q.Get("offset"), "o_"))
		if err != nil || q.Get("direction") != "next" || q.Get("order") != "asc" {
			f.answer(w, http.StatusUnprocessableEntity, map[string]any{"message": "Offset is not valid"})
			return
		}
		from = n + 1
	}
	lines := []any{}
	last := from
	for n := from; n < f.linesOf(id) && len(lines) < limit; n++ {
		lines, last = append(lines, map[string]any{
			"log": fmt.Sprintf("Line %d of %s", n, id), "type": "alertRecipient", "owner": "ana@elsewhere.example", "createdAt": f.alerts[k].Add(time.Duration(n) * time.Second), "offset": fmt.Sprint("o_", n),
		}), n
	}
	paging := map[string]any{"first": f.url + path}
	if len(lines) > 0 { // also of the last lines there is a next, which has none
		q.Set("offset", fmt.Sprint("o_", last))
		paging["next"] = "https://elsewhere.invalid" + path + "?" + q.Encode()
	}
	f.answer(w, http.StatusOK, map[string]any{"data": lines, "paging": paging})
}

func (f *fakeOpsgenie) timeline(w http.ResponseWriter, q url.Values) {
	from, _ := time.Parse(time.RFC3339, q.Get("date"))
	f.answer(w, http.StatusOK, map[string]any{"data": map[string]any{"_parent": map[string]any{"id": "S1", "name": "Primary"}, "finalTimeline": map[string]any{"rotations": []any{map[string]any{
		"name": "R", "periods": []any{map[string]any{"startDate": from, "endDate": from.Add(24 * time.Hour), "type": "default", "recipient": map[string]any{"id": "U1", "type": "user", "name": "ana@elsewhere.example"}}},
	}}}}})
}

// troubled answers some requests with what may pass.
func troubled(n int, w http.ResponseWriter) bool {
	switch n % 23 {
	case 3:
		w.Header().Set("X-RateLimit-State", "THROTTLED")
		w.Header().Set("Retry-After", "20")
		w.WriteHeader(http.StatusTooManyRequests)
	case 8:
		w.Header().Set("X-RateLimit-State", "THROTTLED")
		w.Header().Set("X-RateLimit-Period-In-Sec", "60")
		w.WriteHeader(http.StatusTooManyRequests)
	case 13:
		w.WriteHeader(http.StatusServiceUnavailable)
	case 17:
		w.Header().Set("Content-Length", "5000")
		_, _ = w.Write([]byte(`{"data": [`))
	default:
		return false
	}
	return true
}

// The past of Opsgenie comes over whole, through limits and faults, with each alert's
// recipients and log and with who was on call, and nothing of it is fetched twice.
func TestPullOpsgenie(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		ctx := t.Context()
		f := &fakeOpsgenie{fault: troubled, gone: "A7"}
		for k := range 230 {
			f.alerts = append(f.alerts, d.now.Add(-70*24*time.Hour+time.Duration(k)*7*time.Hour).UTC().Truncate(time.Millisecond))
		}
		door, work := d.past("opsgenie", f)
		d.ok(d.health.SetPullKey(ctx, 0, door.ID, "good", "eu"))
		from, until := d.now.AddDate(0, 0, -75), d.now
		n, err := d.health.AskPull(ctx, 0, door.ID, from, until, false)
		d.ok(err)
		if n != 3 {
			t.Errorf("%d windows", n)
		}
		d.untilPulled(&door, work)
		d.wholeOpsgenie(t, &door, f)
		asked := len(f.asked)
		n, err = d.health.AskPull(ctx, 0, door.ID, from, until, false)
		d.ok(err)
		work()
		if n != 0 || len(f.asked) != asked {
			t.Errorf("what was fetched is fetched again: %d windows", n)
		}
		// Wanted again it changes nothing.
		before := d.eventsOf(&door)
		_, err = d.health.AskPull(ctx, 0, door.ID, from, from.AddDate(0, 0, 30), true)
		d.ok(err)
		d.untilPulled(&door, work)
		if pages, _ := d.pulled(&door); len(pages) != 230 || d.eventsOf(&door) != before {
			t.Errorf("again: %d pages, %d events became %d", len(pages), before, d.eventsOf(&door))
		}
	})
}

// untilPulled goes on until nothing waits. Each stop is a restart: whoever goes on knows
// only what is stored.
func (d *deployment) untilPulled(door *health.Integration, work func()) {
	d.t.Helper()
	for range 3000 {
		work()
		_, pulls := d.pulled(door)
		if !slices.ContainsFunc(pulls, func(p health.Pull) bool { return p.State == health.PullWaits }) {
			return
		}
		d.now = d.now.Add(25 * time.Second)
	}
	d.t.Fatal("it never ends")
}

func (d *deployment) eventsOf(door *health.Integration) (n int) {
	d.t.Helper()
	d.ok(d.db.Read.Raw("SELECT COUNT(*) FROM page_event WHERE integration_id = ?", door.ID).Scan(&n).Error)
	return n
}

// wholeOpsgenie compares what is here with what is over there.
func (d *deployment) wholeOpsgenie(t *testing.T, door *health.Integration, f *fakeOpsgenie) {
	t.Helper()
	pages, pulls := d.pulled(door)
	sum, fresh := 0, 0
	for _, p := range pulls {
		if sum, fresh = sum+p.Pages, fresh+p.Fresh; p.State != health.PullDone {
			t.Errorf("%+v", p)
		}
	}
	if len(pages) != len(f.alerts) || sum != len(f.alerts) || fresh != len(f.alerts) {
		t.Errorf("%d pages, told %d, fresh %d", len(pages), sum, fresh)
	}
	for k := range pages {
		p := &pages[k]
		if p.State != health.StateResolved || p.FirstAckAt.Sub(p.TriggeredAt) != time.Minute || slices.Contains(p.Flags, "partial") || slices.Contains(p.Flags, "late") {
			t.Fatalf("%+v", p)
		}
		if p.Key != f.gone && (len(p.People) != 1 || p.People[0].Basis != health.NoticeByAssignment) {
			t.Fatalf("%+v", p.People)
		}
	}
	var waiting int
	d.ok(d.db.Read.Raw("SELECT COUNT(*) FROM inbox WHERE state <> 'done'").Scan(&waiting).Error)
	if waiting != 0 {
		t.Errorf("%d deliveries were not read", waiting)
	}
	d.linesOfOpsgenie(t, door, f, len(pulls))
}

// linesOfOpsgenie compares what is no page, and how often it was asked for.
func (d *deployment) linesOfOpsgenie(t *testing.T, door *health.Integration, f *fakeOpsgenie, windows int) {
	t.Helper()
	lines := 0
	for k := range f.alerts {
		if id := fmt.Sprint("A", k); id != f.gone {
			lines += f.linesOf(id)
		}
	}
	for kind, want := range map[health.Kind]int{health.KindAlertLog: lines, health.KindIdentity: 130, health.KindShift: windows + 1} {
		var n int
		d.ok(d.db.Read.Raw("SELECT COUNT(*) FROM page_event WHERE integration_id = ? AND kind = ?", door.ID, string(kind)).Scan(&n).Error)
		if n != want {
			t.Errorf("%d of %s, want %d", n, kind, want)
		}
	}
	counted := map[string]int{}
	for _, uri := range f.asked {
		counted[uri]++
	}
	for uri, n := range counted {
		if strings.HasPrefix(uri, "/v2/alerts/") && n > 4 {
			t.Errorf("%s was asked %d times", uri, n)
		}
	}
}

// More alerts than one search lists: the window is halved until it holds no more.
func TestPullOpsgenieTooMany(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		f := &fakeOpsgenie{}
		for k := range 20_300 {
			f.alerts = append(f.alerts, d.now.Add(-40*time.Hour+time.Duration(k)*time.Second).UTC())
		}
		door, work := d.past("opsgenie", f)
		d.ok(d.health.SetPullKey(t.Context(), 0, door.ID, "good", "us"))
		_, err := d.health.AskPull(t.Context(), 0, door.ID, d.now.Add(-48*time.Hour), d.now, false)
		d.ok(err)
		f.fault = func(n int, w http.ResponseWriter) bool { // all is well but for what each alert has
			if n <= 3 { // two lists of users, and the look at the end of the search
				return false
			}
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusTooManyRequests)
			return true
		}
		work()
		_, pulls := d.pulled(&door)
		if len(pulls) != 2 || !pulls[0].Until.Equal(pulls[1].From) || !pulls[1].Until.Equal(d.now) || pulls[0].Until.Sub(pulls[0].From) != 24*time.Hour {
			t.Errorf("%+v", pulls)
		}
		if len(f.asked) != 4 || pulls[0].State != health.PullWaits || pulls[0].DueAt.Sub(d.now) != time.Hour {
			t.Errorf("asked %d times, %+v", len(f.asked), pulls[0])
		}
	})
}
