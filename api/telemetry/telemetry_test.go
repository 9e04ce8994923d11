package telemetry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"watchbill/api/telemetry"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
)

func TestClean(t *testing.T) {
	const secret = "Zm9vYmFyYmF6cXV4cXV1eGNvcmdlZ3JhdWx0"
	for in, want := range map[string]string{
		"":                 "",
		"connection reset": "connection reset",
		`Get "https://ana:pass@calendar.example:8443/feed/` + secret + `.ics?key=1": EOF`: `Get "https://calendar.example:8443": EOF`,
		"postgres://user:password@db/name is not there":                                   "postgres://db is not there",
		"550 <ana.o'hara@example.com> unknown":                                            "550 <[address]> unknown",
		"user ana@例え.jp, ben@b":                                                           "user [address], [address]",
		"token wb_" + secret + " is wrong":                                                "token [hidden] is wrong",
		"/feeds/" + secret + ".ics":                                                       "/feeds/[hidden].ics",
		"one\ntwo\r\n":                                                                    "one; two",
		"a\x1b[31mred\x00 \u009b2J \u202egnp.exe \u2028x":                                 "a\ufffd[31mred\ufffd \ufffd2J \ufffdgnp.exe \ufffdx",
	} {
		if got := telemetry.Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, seed := range []string{"https://a@b/c", "a@b", "\x1b[0m", strings.Repeat("x", 40), "http://http://a@b@c", "\n\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := telemetry.Clean(text)
		if i := strings.IndexFunc(got, unicode.IsControl); i >= 0 {
			t.Errorf("%q has a control character at %d", got, i)
		}
		if again := telemetry.Clean(got); len(again) > len(got) {
			t.Errorf("%q grows to %q", got, again)
		}
		for _, word := range strings.FieldsFunc(got, func(r rune) bool {
			return r > 127 || !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '_'
		}) {
			if len(word) >= 32 {
				t.Errorf("%q has %q", got, word)
			}
		}
	})
}

// What is told to the log is one line, whatever is in it, in both formats.
func TestLogInjection(t *testing.T) {
	evil := "x\nlevel=ERROR msg=forged\r\n\x1b[2J\u2028\u009b"
	for _, format := range []string{telemetry.FormatText, telemetry.FormatJSON} {
		var out bytes.Buffer
		log := telemetry.NewLog(&out, format, slog.LevelInfo)
		log.With("with", evil).WithGroup("g").Error("told", "text", evil, "error", errors.New(evil), slog.Group("group", "in", evil), "any", []string{evil})
		text := strings.TrimSuffix(out.String(), "\n")
		if strings.IndexFunc(text, unicode.IsControl) >= 0 || strings.Contains(text, "\u2028") {
			t.Errorf("%s: %q", format, text)
		}
		if format == telemetry.FormatJSON && !json.Valid(out.Bytes()) {
			t.Errorf("no JSON: %s", text)
		}
		if log.Debug("hidden"); strings.Contains(out.String(), "hidden") {
			t.Errorf("%s: a line below the level", format)
		}
	}
}

// A service answers requests and is watched.
type service struct {
	*echo.Echo
	figures *telemetry.Metrics
	log     bytes.Buffer
	clock   time.Time
	took    time.Duration
}

func newService() *service {
	s := &service{Echo: echo.New(), figures: telemetry.NewMetrics(), clock: time.Unix(1_800_000_000, 0)}
	q := &telemetry.Requests{
		Log: telemetry.NewLog(&s.log, telemetry.FormatJSON, slog.LevelInfo), Each: true, Metrics: s.figures,
		Wall:  func() time.Time { return s.clock },
		Proxy: func(r *http.Request) bool { return strings.HasPrefix(r.RemoteAddr, "10.") },
		Who:   func(context.Context) telemetry.Person { return telemetry.Person{ID: 7, Token: 8} },
	}
	s.Use(q.Observe)
	answer := func(c echo.Context) error {
		s.clock = s.clock.Add(s.took)
		return c.String(http.StatusOK, telemetry.RequestID(c.Request().Context()))
	}
	s.GET("/feeds/:token", answer)
	s.GET("/healthz", answer)
	s.POST("/pulse/:token", answer)
	s.GET("/bad", func(echo.Context) error { return errors.New("broken") })
	return s
}

func (s *service) ask(method, path string, header ...string) *httptest.ResponseRecorder {
	r := &http.Request{Method: method, URL: &url.URL{Path: path}, Header: http.Header{}, RemoteAddr: "10.0.0.1:1"}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	if r.Header.Get("From-Outside") != "" {
		r.RemoteAddr = "192.0.2.1:1"
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func (s *service) line(t *testing.T) map[string]any {
	t.Helper()
	defer s.log.Reset()
	if s.log.Len() == 0 {
		return nil
	}
	line := map[string]any{}
	if err := json.Unmarshal(s.log.Bytes(), &line); err != nil {
		t.Fatalf("%v: %s", err, s.log.String())
	}
	return line
}

func TestRequestNames(t *testing.T) {
	s := newService()
	seen := map[string]bool{}
	for _, c := range []struct {
		sent    string
		outside bool
		kept    bool
	}{
		{"", false, false}, {"abc-1.2_3:4", false, true}, {"abc-1.2_3:4", true, false}, {strings.Repeat("a", 64), false, true}, {strings.Repeat("a", 65), false, false},
		{"a b", false, false}, {"a\x1b[31m", false, false}, {"<script>", false, false}, {"ä", false, false},
	} {
		header := []string{telemetry.HeaderID, c.sent}
		if c.outside {
			header = append(header, "From-Outside", "1")
		}
		w := s.ask("GET", "/feeds/secret", header...)
		id := w.Header().Get(telemetry.HeaderID)
		if (id == c.sent) != c.kept || len(id) < 2 || id != w.Body.String() || seen[id] && !c.kept {
			t.Errorf("%q from outside %v: named %q, and %q within", c.sent, c.outside, id, w.Body.String())
		}
		seen[id] = true
		if line := s.line(t); line["request_id"] != id {
			t.Errorf("the log has %v, want %q", line, id)
		}
	}
}

func TestRequestLines(t *testing.T) {
	s := newService()
	for _, c := range []struct {
		method, path string
		took         time.Duration
		want         string // level, route, status, person; nothing: no line
	}{
		{"GET", "/feeds/secret", 0, "INFO /feeds/:token 200 7"},
		{"GET", "/feeds/secret", 2 * time.Second, "WARN /feeds/:token 200 7"},
		{"GET", "/secret/of/mine", 0, "INFO none 404 7"},
		{"POST", "/feeds/secret", 0, "INFO /feeds/:token 405 7"},
		{"BREW\nlevel=x", "/feeds/secret", 0, "INFO /feeds/:token 405 7"},
		{"GET", "/bad", 0, "WARN /bad 500 7"},
		{"GET", "/healthz", 0, ""},
		{"POST", "/pulse/secret", 0, ""},
		{"POST", "/pulse/secret", 2 * time.Second, "WARN /pulse/:token 200 <nil>"},
	} {
		s.took = c.took
		s.ask(c.method, c.path)
		if strings.Contains(s.log.String(), "secret") {
			t.Errorf("the log has the path: %s", s.log.String())
		}
		got, line := "", s.line(t)
		if line != nil {
			got = fmt.Sprint(line["level"], " ", line["route"], " ", line["status"], " ", line["person_id"])
		}
		if got != c.want {
			t.Errorf("%s %s: %q, want %q", c.method, c.path, got, c.want)
		}
	}
}

// What is read at /metrics is well written, and of bounded size, whatever was asked for.
func TestFigures(t *testing.T) {
	s := newService()
	tally := s.figures.Tally("watchbill_job", "job", "jobs", []float64{1, 10})
	tally.Done("prune", "ok", s.clock, 2*time.Second)
	tally.Done("prune", "failed", s.clock.Add(time.Minute), 20*time.Second)
	s.figures.Gauge("watchbill_waiting", "What waits.", func() []telemetry.Sample {
		return []telemetry.Sample{{telemetry.Labels{"queue", `in"box` + "\n"}, 3}, {telemetry.Labels{"queue", "out"}, 0.5}}
	})
	s.figures.Counter("watchbill_told_total", "What was told.", func() []telemetry.Sample { return nil })
	s.took = 50 * time.Millisecond
	for i := range 3000 {
		s.ask("GET", fmt.Sprint("/nowhere/", i))
		s.ask(fmt.Sprint("M", i), "/feeds/secret")
	}
	s.ask("GET", "/feeds/secret")
	var out bytes.Buffer
	if err := s.figures.Write(&out); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	for _, want := range []string{
		`watchbill_http_requests_total{route="/feeds/:token",method="GET",status="2xx"} 1`,
		`watchbill_http_requests_total{route="none",method="GET",status="4xx"} 3000`,
		`watchbill_http_requests_total{route="/feeds/:token",method="other",status="4xx"} 3000`,
		`watchbill_http_request_duration_seconds_bucket{route="/feeds/:token",method="GET",le="0.02"} 0`,
		`watchbill_http_request_duration_seconds_bucket{route="/feeds/:token",method="GET",le="0.1"} 1`,
		`watchbill_job_runs_total{job="prune",result="failed"} 1`,
		`watchbill_job_last_end_timestamp_seconds{job="prune",result="ok"} 1800000000`,
		`watchbill_waiting{queue="in\"box\n"} 3`,
		"# TYPE watchbill_waiting gauge", "process_resident_memory_bytes ", "go_goroutines ",
	} {
		if !strings.Contains(text, want+"\n") && !strings.HasSuffix(want, " ") || !strings.Contains(text, want) {
			t.Errorf("there is no %s", want)
		}
	}
	if strings.Contains(text, "secret") || strings.Contains(text, "watchbill_told") {
		t.Error("a secret, or a figure without a value")
	}
	if t.Failed() {
		t.Log(text)
	}
	lint(t, text)
}

// lint has Prometheus' own checker read figures. Those of Go and the process come from a
// library, which explains none of them.
func lint(t *testing.T, text string) {
	t.Helper()
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	problems = slices.DeleteFunc(problems, func(p promlint.Problem) bool {
		return strings.HasPrefix(p.Metric, "go_") || strings.HasPrefix(p.Metric, "process_")
	})
	if len(problems) > 0 {
		t.Errorf("%v", problems)
	}
}
