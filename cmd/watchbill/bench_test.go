package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"watchbill/api/telemetry"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// feedBench is the service as it is served, with a line in a log for each request, and the
// feed of a team that has two rotations by the week for a year.
func feedBench(b *testing.B, address string) (handler http.Handler, path string) {
	b.Helper()
	s, path := feedServed(b, address)
	return s.echo, path
}

func feedServed(b *testing.B, address string) (s *server, path string) {
	b.Helper()
	ok := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	now := time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC)
	log, err := os.Create(filepath.Join(b.TempDir(), "log"))
	ok(err)
	b.Cleanup(func() { _ = log.Close() })
	con := &console{err: log, log: telemetry.NewLog(log, telemetry.FormatText, slog.LevelInfo), now: func() time.Time { return now }}
	s, err = newServer(b.Context(), con, address, "https://watchbill.example", time.Second)
	ok(err)
	b.Cleanup(func() { _ = s.db.Close() })
	in, err := importTeam(crew)
	ok(err)
	ctx := context.WithoutCancel(b.Context())
	team, err := s.schedule.AddTeam(ctx, 0, in)
	ok(err)
	people, err := s.schedule.Store.People(ctx, nil)
	ok(err)
	plan := schedule.Plan{Team: team.ID, Number: 1, PublishedAt: now, Document: "{}"}
	ok(s.schedule.Store.AddPlan(ctx, &plan))
	var shifts []schedule.Published
	for week := range 52 {
		for i, rotation := range []schedule.RotationID{"primary", "secondary"} {
			from := now.AddDate(0, 0, 7*week-14)
			shifts = append(shifts, schedule.Published{
				Slot: schedule.SlotID(fmt.Sprint(rotation, " ", from.Format(time.DateOnly))), Rotation: rotation, Plan: plan.ID,
				Person: people[(week+i)%len(people)].ID, Start: from, End: from.AddDate(0, 0, 7), Points: 168, Since: now,
			})
		}
	}
	ok(s.schedule.Store.Publish(ctx, team.ID, shifts))
	_, token, err := s.schedule.AddFeed(ctx, schedule.Feed{Kind: schedule.FeedTeam, Team: team.ID, Owner: people[0].ID, Tombstones: true})
	ok(err)
	return s, "/feeds/" + token + ".ics"
}

// What a feed that has not changed takes, with traces and without.
func BenchmarkFeedTraced(b *testing.B) {
	for name, endpoint := range map[string]string{"off": "", "on": "http://127.0.0.1:1"} {
		b.Run(name, func(b *testing.B) {
			s, path := feedServed(b, migrationstest.SQLite(b))
			end, err := s.traced(&console{getenv: func(name string) string {
				return map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}[name]
			}})
			if err != nil {
				b.Fatal(err)
			}
			defer end()
			first := httptest.NewRecorder()
			s.echo.ServeHTTP(first, httptest.NewRequest(http.MethodGet, path, nil))
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Header.Set("If-None-Match", first.Header().Get("Etag"))
			b.ReportAllocs()
			for b.Loop() {
				w := httptest.NewRecorder()
				if s.echo.ServeHTTP(w, r); w.Code != http.StatusNotModified {
					b.Fatal(w.Code)
				}
			}
		})
	}
}

// A feed that has not changed is answered at 0.35 of the requests per second that a
// bare net/http server manages, and compressed at 0.30 of them. They take turns, so
// that all have the same machine.
func BenchmarkFeed(b *testing.B) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": migrationstest.SQLite, "postgres": migrationstest.Postgres} {
		b.Run(name, func(b *testing.B) {
			handler, path := feedBench(b, address(b))
			first := httptest.NewRecorder()
			handler.ServeHTTP(first, httptest.NewRequest(http.MethodGet, path, nil))
			if first.Code != http.StatusOK {
				b.Fatal(first.Code)
			}
			bare := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })
			rivals := []*rival{
				{name: "hello", handler: bare, status: http.StatusOK},
				{name: "unchanged", handler: handler, header: [2]string{"If-None-Match", first.Header().Get("Etag")}, status: http.StatusNotModified},
				{name: "gzip", handler: handler, header: [2]string{"Accept-Encoding", "gzip"}, status: http.StatusOK},
			}
			for _, r := range rivals {
				r.start(b, path)
			}
			b.ResetTimer()
			for range b.N {
				for _, r := range rivals {
					r.run(b)
				}
			}
			rate := func(r *rival) float64 { return float64(r.answers) / r.took.Seconds() }
			b.ReportMetric(rate(rivals[0]), "hello/s")
			b.ReportMetric(rate(rivals[1])/rate(rivals[0]), "unchanged-of-hello")
			b.ReportMetric(rate(rivals[2])/rate(rivals[0]), "gzip-of-hello")
		})
	}
}

// A rival answers requests in turns.
type rival struct {
	name    string
	handler http.Handler
	header  [2]string
	status  int
	url     string
	answers int
	took    time.Duration
}

func (r *rival) start(b *testing.B, path string) {
	server := httptest.NewServer(r.handler)
	b.Cleanup(server.Close)
	r.url = server.URL + path
	r.ask(b, 10)
}

// run asks for a while, several at once.
func (r *rival) run(b *testing.B) {
	const clients, each = 8, 250
	began := time.Now()
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() { r.ask(b, each) })
	}
	wg.Wait()
	r.took += time.Since(began)
	r.answers += clients * each
}

func (r *rival) ask(b *testing.B, n int) {
	for range n {
		req, err := http.NewRequest(http.MethodGet, r.url, nil)
		if err != nil {
			b.Error(err)
			return
		}
		if r.header[0] != "" {
			req.Header.Set(r.header[0], r.header[1])
		}
		resp, err := benchTransport.RoundTrip(req)
		if err != nil {
			b.Error(err)
			return
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != r.status {
			b.Errorf("%s: status %d", r.name, resp.StatusCode)
			return
		}
	}
}

var benchTransport = &http.Transport{MaxIdleConnsPerHost: 16, DisableCompression: true}

// The program as it is built: how large it is, how soon it answers on a new
// database and on one that is there, and what it takes when nobody asks anything.
// Linux counts more of the program's file as its memory when it was just written, and
// lies in large pieces that are mapped whole, than when it is read from the disk, as
// after a start of the machine; own memory is all but files.
func BenchmarkProgram(b *testing.B) {
	if runtime.GOOS != "linux" {
		b.Skip("memory is counted as Linux does")
	}
	dir := b.TempDir()
	built := filepath.Join(dir, "watchbill")
	if out, err := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", built, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	file, err := os.ReadFile(built)
	if err != nil {
		b.Fatal(err)
	}
	var fresh, again time.Duration
	var written, read, own float64
	b.ResetTimer()
	for i := range b.N {
		program := filepath.Join(dir, strconv.Itoa(i))
		if err := os.WriteFile(program, file, 0o700); err != nil {
			b.Fatal(err)
		}
		db := program + ".db"
		took, _ := startUp(b, program, db, 0)
		fresh += took
		took, kept := startUp(b, program, db, 2*time.Second)
		again += took
		written += kept["VmRSS"]
		forget(b, program)
		_, kept = startUp(b, program, db, 2*time.Second)
		read += kept["VmRSS"]
		own += kept["RssAnon"]
	}
	n := float64(b.N)
	b.ReportMetric(float64(len(file))/1e6, "binary-MB")
	b.ReportMetric(float64(fresh.Milliseconds())/n, "start-new-ms")
	b.ReportMetric(float64(again.Milliseconds())/n, "start-ms")
	b.ReportMetric(written/n, "idle-written-MB")
	b.ReportMetric(read/n, "idle-read-MB")
	b.ReportMetric(own/n, "idle-own-MB")
}

// forget makes the system read a file from the disk again.
func forget(b *testing.B, path string) {
	b.Helper()
	for _, c := range []*exec.Cmd{exec.Command("sync", path), exec.Command("dd", "if="+path, "iflag=nocache", "count=0")} {
		if out, err := c.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
	}
}

// startUp starts the program, and returns how long it takes until it is ready and
// how much memory it has after a while, in megabytes, by the system's names for it.
func startUp(b *testing.B, program, db string, idle time.Duration) (time.Duration, map[string]float64) {
	b.Helper()
	const address = "127.0.0.1:18096"
	cmd := exec.Command(program, "serve", "--db", db, "--addr", address)
	var messages bytes.Buffer
	cmd.Stderr = &messages
	began := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	for {
		resp, err := http.Get("http://" + address + "/readyz")
		if err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				break
			}
		}
		if time.Since(began) > 30*time.Second {
			b.Fatalf("not ready: %s", &messages)
		}
		time.Sleep(time.Millisecond)
	}
	took := time.Since(began)
	time.Sleep(idle)
	return took, memoryOf(b, cmd.Process.Pid)
}

// memoryOf returns how much memory a process has, in megabytes, by the system's names for it.
func memoryOf(tb testing.TB, pid int) map[string]float64 {
	tb.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		tb.Fatal(err)
	}
	memory := map[string]float64{}
	for line := range strings.Lines(string(status)) {
		name, value, _ := strings.Cut(line, ":")
		if kilobytes, ok := strings.CutSuffix(strings.TrimSpace(value), " kB"); ok {
			n, err := strconv.ParseFloat(kilobytes, 64)
			if err != nil {
				tb.Fatal(err)
			}
			memory[name] = n * 1024 / 1e6
		}
	}
	return memory
}
