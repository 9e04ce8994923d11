package api_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"watchbill/migrations/migrationstest"
)

// How many deliveries a second are answered 202 over real HTTP, sender and receiver
// sharing the machine, against a bare net/http handler that reads as much and keeps
// nothing.
func BenchmarkHook(b *testing.B) {
	for _, kind := range []struct {
		name    string
		address func(testing.TB) string
	}{{"sqlite", migrationstest.SQLite}, {"postgres", migrationstest.Postgres}} {
		b.Run(kind.name, func(b *testing.B) {
			e, _ := openDoor(b, kind.address(b))
			post(b, "hook", e, "/hooks/generic/token", http.StatusAccepted)
			post(b, "bare", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				w.WriteHeader(http.StatusAccepted)
			}), "/", http.StatusAccepted)
		})
	}
}

// sent is where a benchmark counts what it sends, so that nothing is sent twice.
var sent atomic.Int64

// post sends deliveries over connections that stay open, 128 at once.
func post(b *testing.B, name string, h http.Handler, path string, want int) {
	srv := httptest.NewServer(h)
	defer srv.Close()
	b.Run(name, func(b *testing.B) {
		b.SetParallelism(128 / runtime.GOMAXPROCS(0))
		b.RunParallel(func(p *testing.PB) {
			conn, err := net.Dial("tcp", srv.Listener.Addr().String())
			if err != nil {
				b.Error(err)
				return
			}
			defer conn.Close()
			answers := bufio.NewReader(conn)
			for p.Next() {
				body := fmt.Sprintf(`{"event": "triggered", "id": "%d", "page": {"id": "%s"}}`, sent.Add(1), strings.Repeat("x", 900))
				_, err := fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", path, len(body), body)
				if err != nil {
					b.Error(err)
					return
				}
				resp, err := http.ReadResponse(answers, nil)
				if err != nil || resp.StatusCode != want {
					b.Error(resp, err)
					return
				}
				_, _ = io.Copy(io.Discard, resp.Body)
			}
		})
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
	})
}
