package api_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"watchbill/api"
	"watchbill/health"
	"watchbill/health/healthdb"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
	"watchbill/schedule/scheduledb"

	"github.com/labstack/echo/v4"
)

// slowDoors are hooks of ten teams, from /hooks/generic/1 to /hooks/generic/10, behind which
// it is as late as wall says.
func slowDoors(t *testing.T, wall func() time.Time) *httptest.Server {
	db := migrationstest.Migrated(t, migrationstest.SQLite(t))
	store := healthdb.New(db.Write, db.Read)
	for n := range 10 {
		team := schedule.TeamRecord{Name: fmt.Sprint("Crew ", n), Zone: "UTC", HorizonWeeks: 8, CreatedAt: time.Unix(1, 0)}
		if err := scheduledb.New(db.Write, db.Read).AddTeam(t.Context(), &team); err != nil {
			t.Fatal(err)
		}
		i := health.Integration{Team: team.ID, Vendor: "generic", Name: "Pager", Zone: "UTC", CreatedAt: time.Unix(1, 0)}
		if err := store.AddIntegration(t.Context(), &i, health.TokenHash(fmt.Sprint(n+1))); err != nil {
			t.Fatal(err)
		}
	}
	e := echo.New()
	r := health.NewReceiver(store, func() time.Time { return time.Now().UTC() })
	(&api.Hooks{Receiver: r, Log: slog.New(slog.DiscardHandler), Wall: wall}).Register(e)
	srv := httptest.NewServer(e)
	t.Cleanup(srv.Close)
	return srv
}

// begin announces a body of a megabyte, and returns once the service has begun to read it
// or has refused it.
func begin(t *testing.T, srv *httptest.Server, team int) (*bufio.Reader, string) {
	t.Helper()
	conn, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_, err = fmt.Fprintf(conn, "POST /hooks/generic/%d HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", team, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewReader(conn)
	line, err := answers.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return answers, line
}

// A sender that begins many deliveries and ends none keeps its own team waiting, and
// nobody else.
func TestOneSlowSender(t *testing.T) {
	srv := slowDoors(t, time.Now)
	begun := 0
	for range 70 {
		if _, line := begin(t, srv, 1); line == "HTTP/1.1 100 Continue\r\n" {
			begun++
		}
	}
	if _, line := begin(t, srv, 2); line != "HTTP/1.1 100 Continue\r\n" {
		t.Errorf("with %d bodies of another team on their way: %s", begun, line)
	}
	if begun == 0 || begun == 70 {
		t.Errorf("%d of 70 slow bodies are read at once", begun)
	}
}

// Nor do nine teams together that begin all they can.
func TestManySlowSenders(t *testing.T) {
	srv := slowDoors(t, time.Now)
	begun := 0
	for team := range 9 {
		for range 9 {
			if _, line := begin(t, srv, team+1); line == "HTTP/1.1 100 Continue\r\n" {
				begun++
			}
		}
	}
	if _, line := begin(t, srv, 10); line != "HTTP/1.1 100 Continue\r\n" {
		t.Errorf("with %d bodies of nine other teams on their way: %s", begun, line)
	}
	if begun < 30 || begun > 64 {
		t.Errorf("%d slow bodies of a megabyte are read at once", begun)
	}
}

// A body that does not come in time is asked for again, and its place is free.
func TestBodyThatDoesNotCome(t *testing.T) {
	srv := slowDoors(t, func() time.Time { return time.Now().Add(-14 * time.Second) })
	answers, line := begin(t, srv, 1)
	if line != "HTTP/1.1 100 Continue\r\n" {
		t.Fatal(line)
	}
	if _, err := answers.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(answers, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
		t.Errorf("%d, again after %q", resp.StatusCode, resp.Header.Get("Retry-After"))
	}
}

// Of a sender that gives all its deliveries the name of its webhook none is lost.
func TestConstantName(t *testing.T) {
	srv := slowDoors(t, time.Now)
	for n := range 3 {
		header := http.Header{"X-Webhook-Id": {"my-webhook"}}
		for again := range 2 {
			body := fmt.Sprintf(`{"event": "triggered", "page": {"id": "p%d"}}`, n)
			if got := deliver(t, srv.URL, body, header); got != (again > 0) {
				t.Errorf("delivery %d, time %d: duplicate is %v", n, again+1, got)
			}
		}
	}
}

// deliver sends a body to the first team, and says whether it was there before.
func deliver(t *testing.T, address, body string, header http.Header) bool {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+"/hooks/generic/1", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = header
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct{ Duplicate bool }
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || resp.StatusCode != http.StatusAccepted {
		t.Fatal(resp.StatusCode, err)
	}
	return answer.Duplicate
}
