package main

import (
	"cmp"
	"database/sql"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/migrations"
	"watchbill/migrations/migrationstest"
)

// kills is how often a test kills: so often, or as often as WATCHBILL_CHAOS says.
func kills(t *testing.T, short int) int {
	t.Helper()
	n, err := strconv.Atoi(cmp.Or(os.Getenv("WATCHBILL_CHAOS"), fmt.Sprint(short)))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Whatever got a 202 is there once, however often the service is killed while it takes
// deliveries in and reads them.
func TestKilledWhileReceiving(t *testing.T) {
	if testing.Short() {
		t.Skip("starts and kills processes")
	}
	rounds := kills(t, 4)
	onBoth(t, func(t *testing.T, address string) { killWhileReceiving(t, address, rounds) })
}

func killWhileReceiving(t *testing.T, address string, rounds int) {
	d := deploy(t, address)
	_, url := d.hooked("generic")
	path := url[len(d.url):]
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	c := &chaos{accepted: map[string]bool{}}
	for round := range rounds {
		p := launch(t, address).serving(t)
		stop := make(chan struct{})
		var senders sync.WaitGroup
		for sender := range 8 {
			senders.Go(func() { c.send(p.url+path, fmt.Sprint(round, "-", sender), stop) })
		}
		time.Sleep(time.Duration(random.IntN(400)) * time.Millisecond)
		p.kill()
		close(stop)
		senders.Wait()
	}
	d.now = time.Now()
	d.readAll()
	told := map[string]int{}
	var keys []string
	d.ok(d.db.Read.Raw("SELECT page_key FROM page_event").Scan(&keys).Error)
	for _, key := range keys {
		told[key]++
	}
	pages := map[string]int{}
	d.ok(d.db.Read.Raw("SELECT page_key FROM page").Scan(&keys).Error)
	for _, key := range keys {
		pages[key]++
	}
	for key := range c.accepted {
		if told[key] != 1 || pages[key] != 1 {
			t.Errorf("%s got a 202 and is there %d times, with %d pages", key, told[key], pages[key])
		}
	}
	var undone int
	d.ok(d.db.Read.Raw("SELECT COUNT(*) FROM inbox WHERE state <> 'done'").Scan(&undone).Error)
	if undone > 0 || len(c.accepted) == 0 {
		t.Errorf("%d deliveries were not read, %d accepted", undone, len(c.accepted))
	}
	t.Logf("%d kills, %d deliveries got a 202, %d are there", rounds, len(c.accepted), len(told))
}

// chaos remembers what got a 202.
type chaos struct {
	mu       sync.Mutex
	accepted map[string]bool
}

// send sends one delivery after the other until it shall stop. Every third is sent
// twice, as a sender does who did not hear the answer.
func (c *chaos) send(url, name string, stop chan struct{}) {
	client := &http.Client{Timeout: 5 * time.Second}
	defer client.CloseIdleConnections()
	for n := 0; ; n++ {
		key := fmt.Sprint(name, "-", n/3*2+n%3%2)
		select {
		case <-stop:
			return
		default:
		}
		resp, err := client.Post(url, "application/json", strings.NewReader(generic(key)))
		if err != nil {
			continue
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode == http.StatusAccepted {
			c.mu.Lock()
			c.accepted[key] = true
			c.mu.Unlock()
		}
	}
}

// generic is a delivery of a page that fires.
func generic(key string) string {
	return fmt.Sprintf(`{"event": "triggered", "id": %q, "page": {"id": %q, "title": "Chaos"}}`, key, key)
}

// calm takes out of the log what a test has provoked.
func (d *deployment) calm() {
	d.out.Reset()
}

// While the disk is full nothing is taken in, and everything that was is there; once
// there is room again it goes on.
func TestFullDisk(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	_, url := d.hooked("generic")
	var pages int
	d.ok(d.db.Write.Raw("PRAGMA page_count").Scan(&pages).Error)
	d.ok(d.db.Write.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages+40)).Error)
	accepted, refused := 0, 0
	for n := range 400 {
		body := generic(fmt.Sprint(n) + strings.Repeat(" ", 900))
		switch a := d.send(url, body); {
		case a.status == http.StatusAccepted:
			accepted++
		case a.status == http.StatusServiceUnavailable && a.header.Get("Retry-After") != "":
			refused++
		default:
			t.Fatalf("delivery %d: %d %s", n, a.status, a.body)
		}
	}
	if !strings.Contains(d.out.String(), "full") {
		t.Error("the log does not say that the disk is full")
	}
	d.calm()
	if _, err := d.reader.Work(t.Context()); err == nil {
		t.Log("there was room to read")
	}
	d.ok(d.db.Write.Exec("PRAGMA max_page_count = 1000000").Error)
	if a := d.send(url, generic("after")); a.status != http.StatusAccepted {
		t.Errorf("with room again: %d %s", a.status, a.body)
	}
	d.now = d.now.Add(time.Hour)
	d.readAll()
	var rows, events int
	d.ok(d.db.Read.Raw("SELECT COUNT(*) FROM inbox WHERE state = 'done'").Scan(&rows).Error)
	d.ok(d.db.Read.Raw("SELECT COUNT(*) FROM page_event").Scan(&events).Error)
	if rows != accepted+1 || events != rows || refused == 0 || accepted == 0 {
		t.Errorf("%d were accepted and %d refused; there are %d and %d events", accepted, refused, rows, events)
	}
	t.Logf("%d were accepted, %d refused", accepted, refused)
}

// While another program has the database locked, senders are asked to come again,
// before they give up, and nothing is lost.
func TestLockedDatabase(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		_, url := d.hooked("generic")
		if a := d.send(url, generic("before")); a.status != http.StatusAccepted {
			t.Fatal(a.body)
		}
		unlock := lockDatabase(t, d)
		began := time.Now()
		var wg sync.WaitGroup
		for n := range 5 {
			wg.Go(func() {
				if a := d.send(url, generic(fmt.Sprint("locked ", n))); a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" {
					t.Errorf("while it is locked: %d %s", a.status, a.body)
				}
			})
		}
		wg.Wait()
		if took := time.Since(began); took > 4500*time.Millisecond {
			t.Errorf("senders waited for %v", took)
		}
		unlock()
		for _, key := range []string{"locked 0", "after"} {
			if a := d.send(url, generic(key)); a.status != http.StatusAccepted {
				t.Errorf("after that: %d %s", a.status, a.body)
			}
		}
		d.calm()
		d.readAll()
		var events int
		d.ok(d.db.Read.Raw("SELECT COUNT(DISTINCT page_key) FROM page_event").Scan(&events).Error)
		if events < 3 {
			t.Errorf("%d events", events)
		}
	})
}

// lockDatabase keeps everybody else from writing until the function it returns is
// called.
func lockDatabase(t *testing.T, d *deployment) (unlock func()) {
	t.Helper()
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	if d.db.Write.Name() == "postgres" {
		tx := d.db.Write.Begin()
		ok(tx.Exec("LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE").Error)
		return func() { ok(tx.Rollback().Error) }
	}
	var file string
	ok(d.db.Read.Raw("SELECT file FROM pragma_database_list WHERE name = 'main'").Scan(&file).Error)
	other, err := migrations.Open(t.Context(), file)
	ok(err)
	pool, err := other.Write.DB()
	ok(err)
	var tx *sql.Tx
	tx, err = pool.Begin()
	ok(err)
	return func() {
		ok(tx.Rollback())
		ok(other.Close())
	}
}

// While readers do not keep up, no more is taken in than they may be behind.
func TestSlowWorker(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		_, url := d.hooked("generic")
		d.receiver.Most = 10
		accepted := 0
		for n := range 30 {
			switch a := d.send(url, generic(fmt.Sprint(n))); a.status {
			case http.StatusAccepted:
				accepted++
			case http.StatusServiceUnavailable:
			default:
				t.Fatal(a.body)
			}
			d.now = d.now.Add(time.Second)
		}
		d.now = d.now.Add(time.Second)
		if a := d.send(url, generic("more")); a.status != http.StatusServiceUnavailable || accepted != 10 {
			t.Errorf("with %d waiting: %d", accepted, a.status)
		}
		d.readAll()
		d.now = d.now.Add(time.Second)
		if a := d.send(url, generic("after")); a.status != http.StatusAccepted {
			t.Errorf("after they were read: %d", a.status)
		}
		d.readAll()
		pages, err := d.health.Store.PagesOf(t.Context(), health.PageFilter{Team: 1, To: d.now.AddDate(1, 0, 0), Most: 100})
		d.ok(err)
		if len(pages) != accepted+1 {
			t.Errorf("%d pages of %d deliveries", len(pages), accepted+1)
		}
	})
}
