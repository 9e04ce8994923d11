package main

import (
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// Replicas that are killed while they fetch the past and take over a file leave nothing
// half written, and whoever comes next goes on: in the end everything is there once, and
// after undoing the file nothing of it is.
func TestKilledWhilePast(t *testing.T) {
	if testing.Short() {
		t.Skip("starts and kills a dozen processes")
	}
	onBoth(t, killWhilePast)
}

func killWhilePast(t *testing.T, address string) {
	d := deploy(t, address)
	d.now = time.Now().UTC().Truncate(time.Second)
	f := &fakeOpsgenie{}
	for k := range 25 {
		f.alerts = append(f.alerts, d.now.Add(-20*24*time.Hour+time.Duration(k)*7*time.Hour).UTC())
	}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	f.url = server.URL
	puller, _ := d.hooked("opsgenie")
	filed, _ := d.hooked("generic")
	d.ok(d.health.SetPullKey(t.Context(), 0, puller.ID, "good", "us"))
	_, err := d.health.AskPull(t.Context(), 0, puller.ID, d.now.AddDate(0, 0, -25), d.now, false)
	d.ok(err)
	var csv strings.Builder
	csv.WriteString("id,title,created at,resolved at,owner\n")
	const rows = 3000
	for k := range rows {
		at := d.now.AddDate(-1, 0, 0).Add(time.Duration(k) * time.Hour)
		fmt.Fprintf(&csv, "Q%d,Title %d,%s,%s,ben@example.com\n", k, k, at.Format(time.RFC3339), at.Add(time.Minute).Format(time.RFC3339))
	}
	table, err := d.health.AddTable(t.Context(), 0, filed.ID, "past.csv", []byte(csv.String()))
	d.ok(err)
	d.ok(d.health.CommitTable(t.Context(), 0, filed.Team, table.ID))

	replicas := 2
	if d.db.File() != "" {
		replicas = 1
	}
	run := &pastRun{deployment: d, address: address, api: "opsgenie=" + server.URL, filed: filed.ID, table: table.ID, replicas: replicas}
	run.killUntil(t, health.TableDone)
	if is := run.at(t); is.Told != rows || is.Fresh != rows {
		t.Errorf("%+v", is)
	}
	run.until(t, "the past is fetched", func() bool {
		_, pulls := d.pulled(&puller)
		return !slices.ContainsFunc(pulls, func(p health.Pull) bool { return p.State == health.PullWaits })
	})
	run.until(t, "all is read", func() bool {
		n, err := d.health.Store.Undone(t.Context(), 1)
		return err == nil && n == 0
	})
	run.stop()
	d.wholeOpsgenie(t, &puller, f)

	d.ok(d.health.UndoTable(t.Context(), 0, filed.Team, table.ID))
	run.killUntil(t, health.TableUndone)
	run.stop()
	if n := len(d.told(filed.ID)); n != 0 || d.eventsOf(&filed) != 0 {
		t.Errorf("%d pages and %d events are left", n, d.eventsOf(&filed))
	}
	t.Logf("%d kills", run.kills)
}

// A pastRun is processes that come and go.
type pastRun struct {
	*deployment
	address, api string
	filed, table schedule.ID
	replicas     int
	live         []*process
	kills        int
}

func (r *pastRun) at(t *testing.T) health.Table {
	t.Helper()
	is, err := r.health.Store.Table(t.Context(), r.table)
	r.ok(err)
	return is
}

// free lets go what the killed had in their hands: nobody wants to wait for a minute.
func (r *pastRun) free() {
	r.t.Helper()
	r.ok(r.db.Write.Exec("UPDATE past_table SET claimed_until = 1 WHERE claimed_until IS NOT NULL").Error)
	r.ok(r.db.Write.Exec("UPDATE pull SET claimed_until = 1 WHERE claimed_until IS NOT NULL AND state = 'waits'").Error)
}

// killUntil kills replicas at random moments until the table is in a state. Whatever it
// says was told is there, and no more.
func (r *pastRun) killUntil(t *testing.T, state string) {
	t.Helper()
	for round := range 40 {
		for len(r.live) < r.replicas {
			r.live = append(r.live, launch(t, r.address, "--pager-api", r.api).serving(t))
		}
		if r.at(t).State == state {
			return // with somebody left to do the rest
		}
		if round < 6 {
			time.Sleep(time.Duration(50+rand.IntN(500)) * time.Millisecond)
			r.live[0].kill()
			r.live, r.kills = r.live[1:], r.kills+1
			r.free()
		} else {
			r.until(t, state, func() bool { return r.at(t).State == state })
		}
		if len(r.live) == 0 {
			r.consistent(t)
		}
	}
}

// consistent compares what a table says it told with what is there, while nobody works.
func (r *pastRun) consistent(t *testing.T) {
	t.Helper()
	is := r.at(t)
	var rows int
	r.ok(r.db.Write.Raw("SELECT COUNT(*) FROM past_row WHERE table_id = ?", r.table).Scan(&rows).Error)
	want := is.Told
	if is.State == health.TableUndoing || is.State == health.TableUndone {
		want -= is.HowFar
	}
	var pages, events int
	r.ok(r.db.Write.Raw("SELECT COUNT(*) FROM page WHERE integration_id = ?", r.filed).Scan(&pages).Error)
	r.ok(r.db.Write.Raw("SELECT COUNT(*) FROM page_event WHERE integration_id = ?", r.filed).Scan(&events).Error)
	if rows != want || pages != want || events != 2*want {
		t.Errorf("%s after a kill: told %d, how far %d; %d rows, %d pages, %d events", is.State, is.Told, is.HowFar, rows, pages, events)
	}
}

// until waits for what has to come true, with nobody killed.
func (r *pastRun) until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(90 * time.Second); !is(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			for _, p := range r.live {
				t.Log(p.log())
			}
			t.Fatalf("still not: %s; %+v", what, r.at(t))
		}
	}
}

func (r *pastRun) stop() {
	for _, p := range r.live {
		if strings.Contains(p.log(), "level=ERROR") {
			r.t.Error(p.log())
		}
		p.kill()
	}
	r.live = nil
}
