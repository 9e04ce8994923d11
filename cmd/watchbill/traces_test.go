package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"watchbill/api/auth"
	"watchbill/api/notify"
)

// A collector takes spans as those of OpenTelemetry do.
type collector struct {
	mu     sync.Mutex
	spans  []map[string]any
	header http.Header
	raw    strings.Builder
	status int
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	c.raw.Write(body)
	c.header = r.Header
	var in struct {
		ResourceSpans []struct {
			ScopeSpans []struct{ Spans []map[string]any }
		}
	}
	if r.URL.Path != "/v1/traces" || json.Unmarshal(body, &in) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	for _, rs := range in.ResourceSpans {
		for _, ss := range rs.ScopeSpans {
			c.spans = append(c.spans, ss.Spans...)
		}
	}
	w.WriteHeader(max(c.status, http.StatusOK))
}

// named returns the spans of a name.
func (c *collector) named(name string) []map[string]any {
	var found []map[string]any
	for _, s := range c.spans {
		if s["name"] == name {
			found = append(found, s)
		}
	}
	return found
}

// Requests, their statements and jobs are traced to a collector; values, secrets and names
// are not.
func TestTraces(t *testing.T) { both(t, traces) }

func traces(t *testing.T, d *deployment) {
	c := &collector{}
	front := httptest.NewServer(c)
	defer front.Close()
	env := map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": front.URL, "OTEL_EXPORTER_OTLP_HEADERS": "x-key=a%20b"}
	end, err := d.traced(&console{getenv: func(name string) string { return env[name] }})
	d.ok(err)
	d.requests.Each = true
	admin := d.setUp()
	token := d.token(1, auth.ScopeRead)
	const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	d.call(token, "GET", "/api/v1/teams/1", "", "Traceparent", parent)
	d.requests.Proxy = func(*http.Request) bool { return true }
	d.call(token, "GET", "/api/v1/teams/1/members", "", "Traceparent", parent)
	d.call("", "GET", "/feeds/hush-hush.ics", "")
	admin.get("/account")
	for _, path := range []string{"/healthz", "/pulse/hush-hush", "/diary", "/api/v1/people/me/diary"} {
		d.call(token, "GET", path, "", "Traceparent", parent, "Cookie", cookieOf(d, admin))
	}
	for _, stuck := range []bool{false, true} {
		line, err := tracedCarriers(byMail(&mailbox{}), d.tracing)[notify.Email].Open(t.Context())
		d.ok(err)
		d.ok(line.Send(t.Context(), &notify.Mail{Address: "ana@example.com", Name: "Ana Novak"}))
		_ = d.tracing.Do(t.Context(), "job odd", func(ctx context.Context) error {
			if !stuck {
				return context.Canceled
			}
			return fmt.Errorf("letter to ana@example.com: %w", d.db.Read.WithContext(ctx).Exec("SELECT hush FROM nothing WHERE name = ?", "hush-hush").Error)
		})
	}
	j := d.jobs()
	j.do(t.Context(), "prune", job{run: func(ctx context.Context) error { return j.access.Prune(ctx, d.now) }})
	end()
	if c.header.Get("X-Key") != "a b" || c.header.Get("Content-Type") != "application/json" {
		t.Errorf("headers are %v", c.header)
	}
	for _, want := range []string{"GET /api/v1/teams/:team", "GET /feeds/*", "GET /account", "job prune", "SQL", "open email", "letter email"} {
		if len(c.named(want)) == 0 {
			t.Errorf("there is no span %s", want)
		}
	}
	for _, s := range c.spans {
		if name := s["name"].(string); name == "GET /healthz" || strings.Contains(name, "diary") || strings.Contains(name, "/pulse/") {
			t.Errorf("%s is traced", name)
		}
	}
	if strings.Contains(d.out.String(), "diary") || strings.Contains(d.out.String(), "route=/pulse/") {
		t.Errorf("the log tells of diaries or surveys:\n%s", d.out.String())
	}
	odd := c.named("job odd")
	if status := fmt.Sprint(odd[0]["status"], odd[1]["status"]); len(odd) != 2 || status != "map[] map[code:2]" || !strings.Contains(fmt.Sprint(odd[1]["attributes"]), "error.type") {
		t.Errorf("what fails, and what is cut short: %v", odd)
	}
	if one := c.named("GET /api/v1/teams/:team"); len(one) == 1 && one[0]["traceId"] == "0af7651916cd43dd8448eb211c80319c" {
		t.Error("anybody's trace is taken over")
	}
	one := c.named("GET /api/v1/teams/:team/members")
	if len(one) != 1 || one[0]["traceId"] != "0af7651916cd43dd8448eb211c80319c" || one[0]["parentSpanId"] != "b7ad6b7169203331" {
		t.Fatalf("a proxy's trace is not: %v", one)
	}
	if !strings.Contains(d.out.String(), "trace_id=0af7651916cd43dd8448eb211c80319c") {
		t.Error("the log does not name the trace")
	}
	below := 0
	for _, s := range c.named("SQL") {
		if s["parentSpanId"] == nil {
			t.Errorf("a statement of nothing: %v", s)
		}
		if s["parentSpanId"] == one[0]["spanId"] {
			below++
		}
	}
	if below == 0 {
		t.Error("the request has no statements")
	}
	raw := c.raw.String()
	for _, leak := range []string{"hush-hush", token, "ana@example.com", secret, "Crew"} {
		if strings.Contains(raw, leak) {
			t.Errorf("spans have %q", leak)
		}
	}
	if !strings.Contains(raw, "SELECT") || !strings.Contains(raw, `"service.name"`) {
		t.Error(raw[:min(len(raw), 2000)])
	}
}

// What the provider is asked belongs to the log-in that needs it, and nothing of it is told
// but where it went.
func TestTracesOfSignOn(t *testing.T) {
	c := &collector{}
	front := httptest.NewServer(c)
	defer front.Close()
	d, p, _ := signOn(t, t.TempDir()+"/watchbill.db", nil)
	end, err := d.traced(&console{getenv: func(name string) string {
		return map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": front.URL}[name]
	}})
	d.ok(err)
	p.is("ben-1", "Ben Bailey", "ben@example.com", true)
	status, body := d.browser().sso()
	d.browser().expect(status, body, http.StatusOK, "Your account")
	end()
	done := c.named("GET /login/sso/done")
	if len(done) != 1 || len(c.named("POST")) != 1 || c.named("POST")[0]["parentSpanId"] != done[0]["spanId"] {
		t.Errorf("the log-in is %v, what was asked for it %v", done, c.named("POST"))
	}
	for _, leak := range []string{"ben-1", "Ben", "ben@", "code=", "state=", "/token"} {
		if strings.Contains(c.raw.String(), leak) {
			t.Errorf("spans have %q", leak)
		}
	}
}

// Without a collector nothing is traced; one that refuses stops nothing; settings that
// cannot be meant are refused.
func TestTracesNotSent(t *testing.T) {
	d := deploy(t, t.TempDir()+"/watchbill.db")
	end, err := d.traced(&console{getenv: func(string) string { return "" }})
	d.ok(err)
	if end(); d.tracing != nil {
		t.Error("traced without being asked")
	}
	for name, value := range map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_TIMEOUT": "soon", "OTEL_EXPORTER_OTLP_HEADERS": "a b=x"} {
		env := map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", name: value}
		if _, err := d.traced(&console{getenv: func(name string) string { return env[name] }}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s=%s: %v", name, value, err)
		}
	}
	c := &collector{status: http.StatusServiceUnavailable}
	front := httptest.NewServer(c)
	defer front.Close()
	for value, want := range map[string]string{"collector:4318": "OTEL_EXPORTER_OTLP_ENDPOINT", front.URL + "/hush": "traces do not get to 127.0.0.1"} {
		t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", value)
		if _, errs, code := ran("serve", "--check", "--demo"); code == 0 || !strings.Contains(errs, want) || strings.Contains(errs, "hush") {
			t.Errorf("%s: %d\n%s", value, code, errs)
		}
	}
	if end, err = d.traced(&console{getenv: func(name string) string {
		return map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": front.URL + "/v1/traces"}[name]
	}}); err != nil {
		t.Fatal(err)
	}
	if a := d.call("", "GET", "/login", ""); a.status >= 500 {
		t.Error(a.status)
	}
	end()
	if len(c.spans) == 0 || !strings.Contains(d.out.String(), `msg="traces not sent"`) {
		t.Errorf("%d spans:\n%s", len(c.spans), d.out.String())
	}
}
