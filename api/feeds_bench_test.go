package api_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"
	"time"

	"watchbill/api"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// processor returns the processor time that the program has used, on all cores.
func processor(tb testing.TB) time.Duration {
	tb.Helper()
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// sun publishes a follow-the-sun year of three sites around now: 1,096 shifts.
func (s *feedServer) sun() {
	s.t.Helper()
	ctx := s.t.Context()
	s.now = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	start := time.Date(2026, 11, 15, 0, 0, 0, 0, time.UTC)
	var shifts []schedule.Published
	for i := range 1096 {
		from := start.Add(time.Duration(i) * 8 * time.Hour)
		shifts = append(shifts, schedule.Published{
			Slot: schedule.SlotID(fmt.Sprintf("sun %s %d", from.Format(time.DateOnly), i%3)), Rotation: "sun", Person: s.zoe,
			Start: from, End: from.Add(8 * time.Hour), Points: 8, Since: start, Plan: 1,
		})
	}
	s.ok(s.service.Store.Publish(ctx, s.team, shifts))
}

// A year of a follow-the-sun team is written within 3 ms of processor time.
func BenchmarkFirstRendering(b *testing.B) {
	s := newFeedServer(b, migrationstest.Migrated(b, migrationstest.SQLite(b)))
	s.sun()
	path := s.feed(schedule.Feed{Kind: schedule.FeedRotation, Team: s.team, Rotation: "sun", Owner: s.zoe, Tombstones: true})[len(s.URL):]
	for _, encoding := range []string{"identity", "gzip"} {
		b.Run(encoding, func(b *testing.B) {
			b.ReportAllocs()
			before := processor(b)
			size := 0
			for b.Loop() {
				e := echo.New() // a replica that has rendered nothing yet
				api.NewFeeds(s.service, "https://watchbill.example", slog.New(slog.DiscardHandler)).Register(e)
				w := &sink{header: http.Header{}}
				req := httptest.NewRequest(http.MethodGet, path, nil).WithContext(b.Context()) // one who may go away, as over HTTP
				req.Header.Set("Accept-Encoding", encoding)
				e.ServeHTTP(w, req)
				if size = w.size; w.status != http.StatusOK {
					b.Fatal(w.status)
				}
			}
			b.ReportMetric(float64(processor(b)-before)/float64(time.Millisecond)/float64(b.N), "cpu-ms/op")
			b.ReportMetric(float64(size)/1000, "kB")
		})
	}
}

// After a change of the team's shifts its feed is rendered again, within the same time.
func BenchmarkRenderingAgain(b *testing.B) {
	s := newFeedServer(b, migrationstest.Migrated(b, migrationstest.SQLite(b)))
	s.sun()
	path := s.feed(schedule.Feed{Kind: schedule.FeedRotation, Team: s.team, Rotation: "sun", Owner: s.zoe, Tombstones: true})[len(s.URL):]
	e := echo.New()
	api.NewFeeds(s.service, "https://watchbill.example", slog.New(slog.DiscardHandler)).Register(e)
	var took time.Duration
	for b.Loop() {
		_, err := s.service.Store.RaiseVersion(b.Context(), s.team)
		s.ok(err)
		before := processor(b)
		w := &sink{header: http.Header{}}
		e.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil).WithContext(b.Context()))
		if took += processor(b) - before; w.status != http.StatusOK {
			b.Fatal(w.status)
		}
	}
	b.ReportMetric(float64(took)/float64(time.Millisecond)/float64(b.N), "cpu-ms/op")
}

// A sink counts what is written, as a connection takes it.
type sink struct {
	header http.Header
	status int
	size   int
}

func (s *sink) Header() http.Header    { return s.header }
func (s *sink) WriteHeader(status int) { s.status = status }

func (s *sink) Write(p []byte) (int, error) {
	s.size += len(p)
	return len(p), nil
}
