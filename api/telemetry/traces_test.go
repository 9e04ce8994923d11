package telemetry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"watchbill/api/telemetry"
)

// lines is a log that several goroutines write.
type lines struct {
	mu  sync.Mutex
	out bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.String()
}

func tracing(t *testing.T, env map[string]string) (*telemetry.Tracing, *lines) {
	t.Helper()
	log := new(lines)
	tr, err := telemetry.NewTracing(func(name string) string { return env[name] }, "1", telemetry.NewLog(log, telemetry.FormatText, slog.LevelInfo), time.Now)
	if err != nil || tr == nil {
		t.Fatal(tr, err)
	}
	return tr, log
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// A collector that is down, never answers, or refuses everything holds nothing up: spans
// are dropped, memory is bounded, the log is told and not flooded, and the end comes in time.
func TestTracesWithoutCollector(t *testing.T) {
	hold := make(chan struct{})
	stuck := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		select {
		case <-hold:
		case <-r.Context().Done():
		}
	}))
	defer stuck.Close()
	defer close(hold)
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusInternalServerError) }))
	defer broken.Close()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	down := "http://" + closed.Addr().String()
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	list := "SELECT a FROM b WHERE c IN (?" + strings.Repeat(",?", 50000) + ")"
	for name, endpoint := range map[string]string{"stuck": stuck.URL, "broken": broken.URL, "down": down} {
		t.Run(name, func(t *testing.T) {
			tr, log := tracing(t, map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint})
			before, began := heap(), time.Now()
			const many = 20000
			for range many {
				err := tr.Do(t.Context(), "job", func(ctx context.Context) error {
					tr.Statement(ctx)("sqlite", string([]byte(list[:20000])), nil)
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			each, after := time.Since(began)/many, heap()
			grown := max(after, before) - before
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			ending := time.Now()
			err := tr.Close(ctx)
			took := time.Since(ending)
			t.Logf("%v each, %d kB more, closed in %v: %v", each, grown>>10, took, err)
			if grown > 16<<20 || each > time.Millisecond || took > 3*time.Second {
				t.Error("that is too much")
			}
			if name == "stuck" {
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("closed with %v", err)
				}
			} else if n := strings.Count(log.String(), `msg="traces not sent"`); n != 1 {
				t.Errorf("the log is told %d times:\n%s", n, log)
			}
			// Whoever is late is not held up either.
			if err := tr.Do(t.Context(), "late", func(context.Context) error { return nil }); err != nil {
				t.Error(err)
			}
		})
	}
}

// What is sent has the kind of an error and no word of it, a long statement's beginning,
// and goes nowhere else.
func TestTracesTell(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("spans are sent elsewhere") }))
	defer other.Close()
	var raw bytes.Buffer
	elsewhere := false
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if elsewhere {
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
			return
		}
		_, _ = io.Copy(&raw, r.Body)
	}))
	defer front.Close()
	env := map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": front.URL + "/"}
	tr, _ := tracing(t, env)
	client := &http.Client{Transport: tr.Client(http.DefaultTransport)}
	cause := errors.New("550 hush ana@example.com")
	err := tr.Do(t.Context(), "letter", func(ctx context.Context) error {
		tr.Statement(ctx)("sqlite", strings.Repeat("é", 3000), fmt.Errorf("value hush: %w", context.DeadlineExceeded))
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://ana:hush@127.0.0.1:1/hush.ics?hush=1#hush", nil)
		if err != nil {
			return err
		}
		if resp, err := client.Do(req); err == nil {
			_ = resp.Body.Close()
			t.Error("something answered")
		}
		return fmt.Errorf("letter 7: %w", cause)
	})
	if !errors.Is(err, cause) {
		t.Error(err)
	}
	if tr.Statement(t.Context()) != nil {
		t.Error("a statement of nothing has a span")
	}
	if err := tr.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	text := raw.String()
	if !json.Valid(raw.Bytes()) || strings.Contains(text, "hush") || strings.Contains(text, "ana") || strings.Count(text, "é") != 1000 || strings.Contains(text, "\ufffd") {
		t.Error(text)
	}
	for _, want := range []string{`*errors.errorString`, `"timeout"`, `"127.0.0.1"`, `"code":2`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
	elsewhere = true
	if host, err := telemetry.CheckTraces(t.Context(), func(name string) string { return env[name] }); err == nil || host != "" || !strings.Contains(err.Error(), "307") {
		t.Errorf("%q, %v", host, err)
	}
}
