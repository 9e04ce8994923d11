package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"watchbill/health"
	"watchbill/health/healthdb/healthdbtest"
	"watchbill/migrations"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// TestLoad has a program of its own serve an organisation with as many pages as
// WATCHBILL_LOAD says, ten thousand for each team of ten people, and before that one a
// tenth as large. It asks for what people, their calendars and pagers ask for, and prints
// how long that took, one kind after the other and all at once, what memory and disk it
// took, and what all this has grown by. It fails where an answer is not the right one, and
// when a page that was accepted is not there.
func TestLoad(t *testing.T) {
	pages, _ := strconv.Atoi(os.Getenv("WATCHBILL_LOAD"))
	if pages < fewestPages {
		t.Skipf("make load runs it: WATCHBILL_LOAD says how many pages there are, %d at the least", fewestPages)
	}
	for _, kind := range []struct {
		name    string
		address func(testing.TB) string
	}{{"sqlite", migrationstest.SQLite}, {"postgres", migrationstest.Postgres}} {
		t.Run(kind.name, func(t *testing.T) {
			var found []*loadRun
			for _, some := range []int{pages / 10, pages} {
				t.Run(fmt.Sprint(some), func(t *testing.T) { found = append(found, serveLoad(t, kind.address(t), some)) })
			}
			if !t.Failed() && len(found) == 2 {
				t.Log(grown(found[0], found[1]))
			}
		})
	}
}

// A loadRun is what one organisation asked of the program, and what it took.
type loadRun struct {
	pages   int
	asks    []*ask
	ready   time.Duration // until it answered
	settled time.Duration // until it had done what a first start does
	memory  float64       // the most that it had, in megabytes
	disk    float64       // in megabytes

	sent []string // keys of the pages that were accepted
}

// An ask is one kind of request. Latencies are sorted once all are there.
type ask struct {
	name, method, role string
	path, body         func(n int) string
	tag                func(n int) string // what a calendar has already
	want               int

	mu           sync.Mutex
	alone, mixed []time.Duration
}

const (
	fewestPages = 10 * 4 * healthdbtest.Pages // four teams in a tenth

	loadDoors  = 20 // pagers that send, and calendars that are subscribed to
	aloneFor   = 3 * time.Second
	mixedFor   = 15 * time.Second
	aloneBy    = 4 // at once
	mixedBy    = 8
	mostSettle = 10 * time.Minute
)

func serveLoad(t *testing.T, address string, pages int) *loadRun {
	l := &loadRun{pages: pages}
	o := openOrganisation(t, address)
	o.now = time.Now().UTC().Truncate(time.Second)
	hooks, feeds := o.filled(pages / healthdbtest.Pages)
	l.asks = o.asks(l, hooks, feeds)
	cookies := o.cookies
	o.ok(o.db.Close())
	began := time.Now()
	p := launch(t, address, "--keep-pages", "0", "--keep-results", "0", "--api-limit", "0").serving(t)
	l.ready = time.Since(began)
	l.settled = settle(t, p)
	client := &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: mixedBy, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	for _, a := range l.asks {
		a.alone = keepAsking(t, aloneFor, aloneBy, func(int) error { return a.send(client, p.url, cookies[a.role]) })
	}
	keepAsking(t, mixedFor, mixedBy, func(n int) error {
		a := l.asks[n%len(l.asks)]
		began := time.Now()
		err := a.send(client, p.url, cookies[a.role])
		a.mu.Lock()
		defer a.mu.Unlock()
		a.mixed = append(a.mixed, time.Since(began))
		return err
	})
	l.memory = memoryOf(t, p.cmd.Process.Pid)["VmHWM"]
	l.check(t, address)
	return l
}

// filled fills a service with so many teams and their pages, and returns the paths of some
// hooks and feeds.
func (o *organisation) filled(teams int) (hooks, feeds []string) {
	ctx := context.WithoutCancel(o.tb.Context())
	o.crowded(teams)
	monday := health.MondayOf(schedule.DateOf(o.now)).At(schedule.Midnight, time.UTC)
	c := &healthdbtest.Crowd{DB: o.db, TB: o.tb, Teams: teams, Crew: crowdSize, From: monday.AddDate(0, 0, -7*healthdbtest.Weeks)}
	c.Connect()
	c.Fill()
	for n := 1; n > 0; {
		var err error
		n, err = o.rollup.Team(ctx, 1)
		o.ok(err)
	}
	c.Copy()
	c.Counted()
	for n := 1; n > 0; {
		var err error
		n, err = o.rollup.AddUp(ctx)
		o.ok(err)
	}
	doors := min(loadDoors, teams)
	for i := range doors {
		team := schedule.ID(1 + i*teams/doors)
		_, token, err := o.health.AddIntegration(ctx, 0, health.Integration{Team: team, Vendor: "generic", Name: "Load", Zone: "UTC"})
		o.ok(err)
		hooks = append(hooks, "/hooks/generic/"+token)
		_, token, err = o.schedule.AddFeed(ctx, schedule.Feed{Owner: (team-1)*crowdSize + 1, Kind: schedule.FeedTeam, Team: team})
		o.ok(err)
		feeds = append(feeds, "/feeds/"+token+".ics")
	}
	return hooks, feeds
}

// asks is what is asked for, of teams all over the organisation.
func (o *organisation) asks(l *loadRun, hooks, feeds []string) []*ask {
	teams := l.pages / healthdbtest.Pages
	of := func(format string) func(int) string {
		return func(n int) string { return fmt.Sprintf(format, 1+n%teams) }
	}
	in := func(all []string) func(int) string { return func(n int) string { return all[n%len(all)] } }
	tags := make([]string, len(feeds))
	for i, feed := range feeds {
		tags[i] = o.get("member", feed).Header().Get("ETag")
	}
	key := func(n int) string { return fmt.Sprint("load-", n) }
	return []*ask{
		{name: "a feed, unchanged", path: in(feeds), tag: in(tags), want: http.StatusNotModified},
		{name: "a feed", path: in(feeds), want: http.StatusOK},
		{name: "a page comes in", method: http.MethodPost, path: in(hooks), body: func(n int) string {
			l.sent = append(l.sent, key(n))
			return generic(key(n))
		}, want: http.StatusAccepted},
		{name: "who is on call in a team", role: "administrator", path: of("/api/v1/oncall?team=%d"), want: http.StatusOK},
		{name: "who is on call in all", role: "administrator", path: in([]string{"/api/v1/oncall"}), want: http.StatusOK},
		{name: "home of an engineer", role: "member", path: in([]string{"/"}), want: http.StatusOK},
		{name: "schedule of a team", role: "administrator", path: of("/teams/%d/schedule"), want: http.StatusOK},
		{name: "burden of a team", role: "administrator", path: of("/teams/%d/burden"), want: http.StatusOK},
		{name: "health of a team", role: "administrator", path: of("/teams/%d/health"), want: http.StatusOK},
		{name: "all teams", role: "administrator", path: in([]string{"/organisation"}), want: http.StatusOK},
	}
}

// send asks once. It says what is wrong with the answer.
func (a *ask) send(client *http.Client, base string, cookies []*http.Cookie) error {
	n := rand.IntN(1 << 40)
	var body io.Reader
	if a.body != nil {
		a.mu.Lock()
		body = strings.NewReader(a.body(n))
		a.mu.Unlock()
	}
	req, err := http.NewRequest(a.method, base+a.path(n), body)
	if err != nil {
		return err
	}
	req.Header.Set("Accept-Encoding", "gzip")
	if a.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if a.tag != nil {
		req.Header.Set("If-None-Match", a.tag(n))
	}
	for _, c := range cookies {
		req.AddCookie(c)
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	_, err = text.ReadFrom(resp.Body)
	_ = resp.Body.Close()
	if err == nil && resp.StatusCode != a.want {
		err = fmt.Errorf("%s: %s answers %d, want %d", a.name, req.URL.Path, resp.StatusCode, a.want)
	}
	return err
}

// keepAsking does something by so many at once for a while, and returns how long each
// time took. The first that goes wrong ends it.
func keepAsking(t *testing.T, during time.Duration, by int, do func(n int) error) (took []time.Duration) {
	t.Helper()
	var all sync.WaitGroup
	var mu sync.Mutex
	var failed error
	end := time.Now().Add(during)
	for worker := range by {
		all.Go(func() {
			for n := worker; time.Now().Before(end); n += by {
				began := time.Now()
				err := do(n)
				mu.Lock()
				took = append(took, time.Since(began))
				if err != nil {
					failed, end = err, began
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if failed != nil {
		t.Fatal(failed)
	}
	return took
}

// settle waits until a process has done what a first start does, and says how long that was.
func settle(t *testing.T, p *process) time.Duration {
	t.Helper()
	began, quiet := time.Now(), 0
	for last := time.Duration(0); quiet < 3; {
		time.Sleep(time.Second)
		now := processorOf(t, p.cmd.Process.Pid)
		if quiet++; now-last > 100*time.Millisecond {
			quiet = 0
		}
		if last = now; time.Since(began) > mostSettle {
			t.Fatalf("the program is at work for %v: %s", mostSettle, p.log())
		}
	}
	return time.Since(began) - 3*time.Second
}

// processorOf is what a process has had of the processors, in hundredths of seconds.
func processorOf(t *testing.T, pid int) time.Duration {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(after)
	user, err1 := strconv.Atoi(fields[11])
	system, err2 := strconv.Atoi(fields[12])
	if err1 != nil || err2 != nil {
		t.Fatal(string(stat))
	}
	return time.Duration(user+system) * 10 * time.Millisecond
}

// check says whether every page that was accepted is there once, and how large all is.
func (l *loadRun) check(t *testing.T, address string) {
	t.Helper()
	db, err := migrations.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var there int
	end := time.Now().Add(time.Minute)
	for there < len(l.sent) && time.Now().Before(end) {
		time.Sleep(200 * time.Millisecond)
		if err := db.Read.Raw("SELECT COUNT(*) FROM page WHERE page_key LIKE 'load-%'").Scan(&there).Error; err != nil {
			t.Fatal(err)
		}
	}
	if there != len(l.sent) {
		t.Errorf("of %d pages that were accepted %d are there", len(l.sent), there)
	}
	var size float64
	query := "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
	if migrations.IsPostgres(address) {
		query = "SELECT pg_database_size(current_database())"
	}
	if err := db.Read.Raw(query).Scan(&size).Error; err != nil {
		t.Fatal(err)
	}
	l.disk = size / 1e6
}

// grown writes what two organisations took beside each other.
func grown(few, all *loadRun) string {
	var text strings.Builder
	text.WriteString("\n")
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "pages\t%d\t\t\t%d\t\t\t\t\t\n", few.pages, all.pages)
	fmt.Fprintf(w, "ms\tp50\tp99\ta second\tp50\tp99\ta second\tp50 grows by\tp50 among all\tp99 among all\t\n")
	for i, a := range all.asks {
		f := few.asks[i]
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%s\t%d\t%.1f\t%s\t%s\t\n", a.name, ms(at(f.alone, .5)), ms(at(f.alone, .99)), len(f.alone)/int(aloneFor.Seconds()),
			ms(at(a.alone, .5)), ms(at(a.alone, .99)), len(a.alone)/int(aloneFor.Seconds()), float64(at(a.alone, .5))/float64(at(f.alone, .5)), ms(at(a.mixed, .5)), ms(at(a.mixed, .99)))
	}
	for _, f := range []struct {
		name     string
		few, all float64
	}{
		{"memory, MB", few.memory, all.memory}, {"disk, MB", few.disk, all.disk}, {"ready, ms", float64(few.ready.Milliseconds()), float64(all.ready.Milliseconds())},
		{"first work done, s", few.settled.Seconds(), all.settled.Seconds()}, {"pages accepted", float64(len(few.sent)), float64(len(all.sent))}, {"of them lost", 0, 0},
	} {
		fmt.Fprintf(w, "%s\t%.0f\t\t\t%.0f\t\t\t%.1f\t\t\t\n", f.name, f.few, f.all, f.all/max(f.few, 1))
	}
	_ = w.Flush() // into memory
	return text.String()
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d)/float64(time.Millisecond)) }

// at returns the latency below which a share of the requests are.
func at(took []time.Duration, share float64) time.Duration {
	if len(took) == 0 {
		return 0
	}
	slices.Sort(took)
	return took[min(int(share*float64(len(took))), len(took)-1)]
}
