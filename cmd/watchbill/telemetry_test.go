package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/goccy/go-yaml"
	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"watchbill/api/auth"
	"watchbill/api/telemetry"
	"watchbill/migrations/migrationstest"
)

const figuresToken = "figures-0123456789-0123456789-0123456789"

// scrape reads the figures as Prometheus does.
func (d *deployment) scrape() string {
	d.t.Helper()
	a := d.call(figuresToken, "GET", "/metrics", "")
	if a.status != http.StatusOK || a.header.Get("Content-Type") != "text/plain; version=0.0.4; charset=utf-8" || a.header.Get("Cache-Control") != "no-store" {
		d.t.Fatalf("%d %v %s", a.status, a.header, a.body)
	}
	return a.body
}

// value returns a figure; NaN is never one of ours, so -1 says that there is none.
func valueOf(figures, name string) float64 {
	for line := range strings.Lines(figures) {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			var v float64
			if _, err := fmt.Sscan(rest, &v); err == nil {
				return v
			}
		}
	}
	return -1
}

// Figures are for whoever has the token, and are as they should be.
func TestFigures(t *testing.T) { both(t, figures) }

func figures(t *testing.T, d *deployment) {
	if a := d.call("", "GET", "/metrics", ""); a.status != http.StatusNotFound || !strings.Contains(a.body, "--metrics-token-file") {
		t.Errorf("without a token set: %d %s", a.status, a.body)
	}
	d.metricsToken = figuresToken
	admin := d.setUp()
	for _, token := range []string{"", figuresToken[1:], figuresToken + "x", d.token(1, auth.ScopeRead)} {
		if a := d.call(token, "GET", "/metrics", ""); a.status != http.StatusUnauthorized || !strings.HasPrefix(a.header.Get("Www-Authenticate"), "Bearer ") || strings.Contains(a.body, "watchbill_") {
			t.Errorf("with %q: %d %v %s", token, a.status, a.header, a.body)
		}
	}
	if status, body := admin.get("/metrics"); status != http.StatusUnauthorized || strings.Contains(body, "watchbill_") {
		t.Errorf("an administrator's browser: %d", status)
	}
	_, hook := d.hooked("generic")
	for _, body := range []string{`{"event": "triggered", "page": {"id": "a"}}`, "{"} {
		if a := d.send(hook, body); a.status != http.StatusAccepted {
			t.Fatal(a.body)
		}
	}
	d.now = d.now.Add(90 * time.Second)
	var feed struct{ URL string }
	token := d.token(1, auth.ScopeWrite)
	d.call(token, "POST", "/api/v1/feeds", `{"kind": "person"}`).into(t, http.StatusCreated, &feed)
	path := strings.TrimPrefix(feed.URL, d.url)
	etag := d.call("", "GET", path, "").header.Get("Etag")
	d.call("", "GET", path, "")
	d.call("", "GET", path, "", "If-None-Match", etag)
	d.call("", "HEAD", path, "", "If-None-Match", etag)
	d.call("", "GET", "/feeds/wrong.ics", "")
	text := d.scrape()
	for name, want := range map[string]float64{
		"watchbill_database_up": 1, "watchbill_inbox_waiting": 2, "watchbill_inbox_oldest_age_seconds": 90, "watchbill_dead_letters": 0, "watchbill_outbox_waiting": 0, "watchbill_drafts_waiting": 0,
		`watchbill_feed_answers_total{result="rendered"}`: 1, `watchbill_feed_answers_total{result="cached"}`: 1, `watchbill_feed_answers_total{result="unchanged"}`: 2, `watchbill_feed_answers_total{result="unknown"}`: 1,
		`watchbill_http_requests_total{route="/feeds/*",method="GET",status="2xx"}`: 2, `watchbill_http_requests_total{route="/feeds/*",method="HEAD",status="3xx"}`: 1, `watchbill_http_requests_total{route="/hooks/:vendor/:token",method="POST",status="2xx"}`: 2,
		`watchbill_http_requests_total{route="/metrics",method="GET",status="4xx"}`: 6,
	} {
		if got := valueOf(text, name); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	d.readAll()
	if again := d.scrape(); valueOf(again, "watchbill_inbox_waiting") != 2 {
		t.Error("what waits was counted again at once")
	}
	lintFigures(t, text)
	later := time.Now().Add(2 * queuesKept)
	d.wall = func() time.Time { return later }
	if again := d.scrape(); valueOf(again, "watchbill_inbox_waiting") != 0 || valueOf(again, "watchbill_dead_letters") != 1 || valueOf(again, "watchbill_inbox_oldest_age_seconds") != 0 {
		t.Errorf("after reading:\n%s", again)
	}
}

func lintFigures(t *testing.T, text string) {
	t.Helper()
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if !strings.HasPrefix(p.Metric, "go_") && !strings.HasPrefix(p.Metric, "process_") { // a library's, which explains none
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
}

// A database that is gone is a figure, and not an answer that never comes.
func TestFiguresWithoutDatabase(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	d.metricsToken = figuresToken
	d.ok(d.db.Close())
	text := d.scrape()
	if valueOf(text, "watchbill_database_up") != 0 || strings.Contains(text, "watchbill_inbox_waiting ") || valueOf(text, "go_goroutines") < 1 {
		t.Error(text)
	}
	if n := strings.Count(d.out.String(), "queues not counted"); n != 1 {
		t.Errorf("the log is told %d times", n)
	}
}

// However many ask, what waits is counted once.
func TestRemembered(t *testing.T) {
	now, looks := time.Unix(0, 0), 0
	get := remembered(time.Minute, func() time.Time { return now }, func() int { looks++; return looks })
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { get() })
	}
	all.Wait()
	if now = now.Add(time.Minute); get() != 2 || looks != 2 {
		t.Errorf("%d looks", looks)
	}
}

// What jobs did is counted, and one that failed is in the log with its name and its tick.
func TestJobFigures(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	d.metricsToken = figuresToken
	j := d.jobs()
	j.do(t.Context(), "good", job{run: func(context.Context) error { return nil }})
	j.do(t.Context(), "bad", job{run: func(context.Context) error {
		return errors.New("Get \"https://calendar.example/Zm9vYmFyYmF6cXV4cXV1eGNvcmdlZ3JhdWx0.ics\": no answer for ana@example.com\nnext line")
	}})
	ended, stop := context.WithCancel(t.Context())
	stop()
	j.do(ended, "stopped", job{run: func(ctx context.Context) error { return ctx.Err() }})
	text := d.scrape()
	for name, want := range map[string]float64{
		`watchbill_job_runs_total{job="good",result="ok"}`: 1, `watchbill_job_runs_total{job="bad",result="failed"}`: 1, `watchbill_job_runs_total{job="bad",result="ok"}`: -1,
		`watchbill_job_runs_total{job="stopped",result="failed"}`: -1, `watchbill_job_duration_seconds_count{job="bad"}`: 1,
	} {
		if got := valueOf(text, name); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	lintFigures(t, text)
	log := d.out.String()
	if !regexp.MustCompile(`level=ERROR msg="job failed" job=bad tick=20\S+Z took=\S+ error="Get \\"https://calendar.example\\": no answer for \[address\]; next line"\n`).MatchString(log) {
		t.Error(log)
	}
	d.out.Reset()
}

// A request has one name: in the header, in the log, on the page of an error and in the
// answer of the API.
func TestRequestNames(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	admin := d.setUp()
	token := d.token(1, auth.ScopeRead)
	d.requests.Each = true
	resp, err := admin.Get(d.url + "/account")
	d.ok(err)
	_, _ = admin.read(resp)
	id := resp.Header.Get(telemetry.HeaderID)
	if want := regexp.MustCompile(`level=INFO msg=request method=GET route=/account status=200 took=\S+ bytes=\d+ person_id=1 request_id=` + id + "\n"); id == "" || !want.MatchString(d.out.String()) {
		t.Errorf("%q:\n%s", id, d.out.String())
	}
	if resp, err = admin.Get(d.url + "/nowhere"); err != nil {
		t.Fatal(err)
	}
	if _, body := admin.read(resp); strings.Contains(body, resp.Header.Get(telemetry.HeaderID)) {
		t.Error("a page that is not there quotes the request")
	}
	d.call(token, "GET", "/api/v1/me", "")
	if !strings.Contains(d.out.String(), "token_id=1") {
		t.Error(d.out.String())
	}
	d.ok(d.db.Close())
	for _, path := range []string{"/account", "/api/v1/me"} {
		d.out.Reset()
		a := d.call(map[bool]string{true: token}[path != "/account"], "GET", path, "", "Cookie", cookieOf(d, admin))
		id := a.header.Get(telemetry.HeaderID)
		log := d.out.String()
		if a.status != http.StatusInternalServerError || !strings.Contains(a.body, id) || strings.Count(log, "request_id="+id) < 2 || !strings.Contains(log, `level=ERROR msg="request failed"`) || !strings.Contains(log, "level=WARN msg=request") {
			t.Errorf("%s: %d, %q\n%s\n%s", path, a.status, id, a.body, log)
		}
	}
	d.out.Reset()
}

func cookieOf(d *deployment, b *browser) string {
	req, err := http.NewRequest(http.MethodGet, d.url, nil)
	d.ok(err)
	for _, c := range b.Jar.Cookies(req.URL) {
		return c.Name + "=" + c.Value
	}
	return ""
}

// The name that a proxy of ours gives is kept, another is not.
func TestRequestNameOfProxy(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	for _, c := range []struct {
		proxies []string
		kept    bool
	}{{nil, false}, {[]string{"10.0.0.0/8"}, false}, {[]string{"127.0.0.1", "::1"}, true}} {
		var err error
		d.requests.Proxy, err = fromProxy(c.proxies)
		d.ok(err)
		if got := d.call("", "GET", "/healthz", "", telemetry.HeaderID, "from-proxy").header.Get(telemetry.HeaderID); (got == "from-proxy") != c.kept {
			t.Errorf("%v: named %q", c.proxies, got)
		}
	}
}

// A program fault is answered, and told to the log and nowhere else, on one line.
func TestProgramFault(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	d.echo.GET("/fault", func(c echo.Context) error { panic("of ana@example.com\nlevel=forged") })
	a := d.call("", "GET", "/fault", "")
	log := d.out.String()
	if id := a.header.Get(telemetry.HeaderID); a.status != http.StatusInternalServerError || !strings.Contains(a.body, id) || strings.Contains(a.body, "goroutine") ||
		!strings.Contains(log, `msg="program fault" route=/fault error="of [address]; level=forged"`) || !strings.Contains(log, "TestProgramFault") || !strings.Contains(log, "request_id="+id) {
		t.Errorf("%d %s\n%s", a.status, a.body, log)
	}
	d.out.Reset()
}

// The whole demonstration is walked through by everybody over all routes, with secrets
// that are known, and neither the log nor the figures have one of them, or anybody's name.
func TestNothingIsToldToOperators(t *testing.T) {
	t.Setenv("OTEL_BSP_MAX_QUEUE_SIZE", "1000000")
	d := company(t)
	c := &collector{}
	front := httptest.NewServer(c)
	defer front.Close()
	flush, err := d.traced(&console{getenv: func(name string) string {
		return map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": front.URL}[name]
	}})
	d.ok(err)
	d.ok(d.surround(t.Context()))
	d.metricsToken, d.requests.Each = figuresToken, true
	d.out.Reset() // how to log in is told at the start
	pages := d.pages()
	secrets := d.secretsAndNames()
	browsers := map[string]*browser{"": d.browser()}
	for _, email := range []string{"ana@demo.example", "admin@demo.example"} {
		b := d.browser()
		status, body := b.post("/login", "email", email, "password", demoPassword)
		b.expect(status, body, http.StatusOK, "My on-call")
		browsers[email] = b
		secrets["cookie of "+email] = strings.SplitN(cookieOf(d, b), "=", 2)[1]
	}
	for route, page := range pages {
		if page[1] == "" {
			continue
		}
		browsers[page[0]].get(page[1])
		if strings.Contains(route, ":token") {
			secrets[route] = page[1][strings.LastIndex(page[1], "/")+1:]
			browsers[page[0]].post(page[1], "q", "x")
		}
	}
	requests := d.walk(browsers, secrets)
	flush()
	log, spans := d.out.String(), c.raw.String()
	text := d.scrape()
	said := regexp.MustCompile(`(?m)^#.*$`).ReplaceAllString(text, "") // explanations have words that are names of teams
	if lines := strings.Count(log, "msg=request "); lines < requests/2 {
		t.Errorf("%d lines for %d requests: the test sees too little", lines, requests)
	}
	if len(c.spans) < requests {
		t.Errorf("%d spans for %d requests: the test sees too little", len(c.spans), requests)
	}
	for what, secret := range secrets {
		if len(secret) < 3 {
			t.Errorf("%s: %q", what, secret)
		}
		word := regexp.MustCompile(`(^|\W)` + regexp.QuoteMeta(secret) + `($|\W)`)
		for place, in := range map[string]string{"the log": log, "figures": said, "spans": spans} {
			if found := word.FindStringIndex(in); found != nil {
				t.Errorf("%s: %s has %q: …%s…", what, place, secret, in[max(0, found[0]-100):min(len(in), found[1]+60)])
			}
		}
	}
	for line := range strings.Lines(log) {
		if strings.IndexFunc(strings.TrimSuffix(line, "\n"), unicode.IsControl) >= 0 || !strings.HasPrefix(line, "time=") && !strings.HasPrefix(line, "watchbill:") {
			t.Errorf("a line of the log is %q", line)
		}
	}
	lintFigures(t, text)
	series := 0
	routes := map[string]bool{"none": true}
	for _, r := range d.echo.Routes() {
		routes[r.Path] = true
	}
	for line := range strings.Lines(text) {
		if m := regexp.MustCompile(`route="([^"]*)"`).FindStringSubmatch(line); m != nil {
			if series++; !routes[m[1]] {
				t.Errorf("there is no route %s", m[1])
			}
		}
	}
	t.Logf("%d requests, %d lines of log, %d kB of figures, %d series of routes, %d spans", requests, strings.Count(log, "\n"), len(text)>>10, series, len(c.spans))
}

// secretsAndNames are the names and addresses of everybody, and what opens doors.
func (d *deployment) secretsAndNames() map[string]string {
	d.t.Helper()
	secrets := map[string]string{"password": demoPassword, "token": d.token(1, auth.ScopeWrite), "figures' token": figuresToken}
	var rows []struct{ Name, Email string }
	d.ok(d.db.Read.Raw("SELECT name, COALESCE(email, '') AS email FROM person UNION SELECT name, '' FROM team").Scan(&rows).Error)
	for _, r := range rows {
		secrets["name "+r.Name] = r.Name
		if r.Email != "" {
			secrets["address "+r.Email] = r.Email
		}
	}
	var feed struct{ URL string }
	d.call(secrets["token"], "POST", "/api/v1/feeds", `{"kind": "person"}`).into(d.t, http.StatusCreated, &feed)
	secrets["feed"] = strings.TrimSuffix(feed.URL[strings.LastIndex(feed.URL, "/")+1:], ".ics")
	_, link := d.hooked("generic")
	secrets["hook"] = link[strings.LastIndex(link, "/")+1:]
	d.send(link, `{"event": "triggered", "page": {"id": "a", "title": "Ana's <secret>"}}`)
	d.call("", "GET", "/feeds/"+secrets["feed"]+".ics", "")
	return secrets
}

// walk asks every route as everybody, with secrets where it has a place for one, and some
// that there are not. It returns how often it asked.
func (d *deployment) walk(browsers map[string]*browser, secrets map[string]string) (n int) {
	d.t.Helper()
	ids := regexp.MustCompile(`:[a-z]+`)
	ask := func(b *browser, method, path string) {
		n++
		req, err := http.NewRequestWithContext(d.t.Context(), method, d.url+path, strings.NewReader("email=ana@demo.example&password=wrong+"+secrets["hook"]))
		if err != nil {
			return
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("User-Agent", "Ana Novak")
		req.Header.Set(telemetry.HeaderID, secrets["feed"])
		client := &http.Client{Jar: b.Jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		resp, err := client.Do(req)
		if err != nil {
			return // a method that nobody sends
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
	for _, route := range d.echo.Routes() {
		path := strings.ReplaceAll(strings.ReplaceAll(route.Path, ":token", secrets["hook"]), "*", secrets["feed"]+".ics")
		path = ids.ReplaceAllString(path, "1") + "?next=" + secrets["feed"] + "&q=ana@demo.example%0alevel=forged"
		for name, b := range browsers {
			if route.Path != "/logout" && !strings.Contains(route.Path, "/deactivate") {
				ask(b, route.Method, path)
				ask(b, map[bool]string{true: "PUT", false: "DELETE"}[name == ""], path)
			}
		}
	}
	for _, path := range []string{"/nowhere/", "/feeds/a/", "/hooks/pagerduty/x/", "/api/v1/", "/api/v1/teams/", "/tell/", "/%0aforged%0d%1b[31m/"} {
		ask(browsers[""], "GET", path+secrets["feed"])
		ask(browsers[""], "BREW", path+secrets["hook"])
	}
	return n
}

func TestLogFlags(t *testing.T) {
	for _, c := range []struct {
		flags logFlags
		demo  bool
		want  string // levels that are written; nothing: refused
	}{
		{logFlags{Format: "text"}, false, "INFO WARN ERROR"}, {logFlags{Format: "json"}, true, "WARN ERROR"}, {logFlags{Format: "json", Level: "debug"}, true, "DEBUG INFO WARN ERROR"},
		{logFlags{Format: "text", Level: "Error"}, false, "ERROR"}, {logFlags{Format: "text", Level: "loud"}, false, ""}, {logFlags{Format: "text", Level: "info+2"}, false, ""},
	} {
		var out bytes.Buffer
		log, err := c.flags.log(&out, c.demo)
		if err != nil {
			if c.want != "" || !strings.Contains(err.Error(), "debug, info, warn or error") {
				t.Errorf("%+v: %v", c.flags, err)
			}
			continue
		}
		log.Debug("told")
		log.Info("told")
		log.Warn("told")
		log.Error("told")
		got := strings.Join(regexp.MustCompile(`DEBUG|INFO|WARN|ERROR`).FindAllString(out.String(), -1), " ")
		if got != c.want || strings.HasPrefix(out.String(), "{") != (c.flags.Format == "json") {
			t.Errorf("%+v: %q, want %q", c.flags, out.String(), c.want)
		}
	}
}

func TestMetricsFlags(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	for content, c := range map[string]struct {
		flags metricsFlags
		want  string
	}{
		"":                  {metricsFlags{}, ""},
		"blank":             {metricsFlags{TokenFile: file}, "it is empty"},
		figuresToken + "\n": {metricsFlags{TokenFile: file}, figuresToken},
		"short":             {metricsFlags{TokenFile: file}, "has 5 letters; it needs 32"},
		"both":              {metricsFlags{Token: figuresToken, TokenFile: file}, "give one of them"},
		"none":              {metricsFlags{TokenFile: file + "x"}, "--metrics-token-file: open"},
	} {
		if err := os.WriteFile(file, []byte(strings.TrimPrefix(content, "blank")), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := c.flags.read()
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, c.want) || c.want == "" && got != "" || strings.Contains(got, content) && err != nil && content != "" && content != "blank" && content != "both" && content != "none" {
			t.Errorf("%q: %q, want %q", content, got, c.want)
		}
	}
}

// The configuration of Prometheus in docs/operation.md can be read, and its rules ask for
// figures that there are. Where promtool is installed it says so too.
func TestAlertRules(t *testing.T) {
	page, err := os.ReadFile("../../docs/operation.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(page, -1)
	if len(blocks) != 2 {
		t.Fatalf("%d blocks of YAML", len(blocks))
	}
	var config struct {
		Scrape []struct {
			Job string `yaml:"job_name"`
		} `yaml:"scrape_configs"`
	}
	var rules struct {
		Groups []struct {
			Rules []struct {
				Alert, Expr, For string
				Annotations      map[string]string
			}
		}
	}
	if err := errors.Join(yaml.Unmarshal(blocks[0][1], &config), yaml.Unmarshal(blocks[1][1], &rules)); err != nil || len(config.Scrape) != 1 || len(rules.Groups) != 1 {
		t.Fatalf("%v: %+v %+v", err, config, rules)
	}
	d := deploy(t, migrationstest.SQLite(t))
	d.metricsToken = figuresToken
	d.call("", "GET", "/healthz", "")
	d.jobs().do(t.Context(), "none", job{run: func(context.Context) error { return nil }})
	figures := d.scrape()
	for _, r := range rules.Groups[0].Rules {
		for _, name := range regexp.MustCompile(`watchbill_\w+`).FindAllString(r.Expr, -1) {
			if !regexp.MustCompile(`(?m)^` + name + `[{ ]`).MatchString(figures) {
				t.Errorf("%s: there is no %s", r.Alert, name)
			}
		}
		if r.Annotations["summary"] == "" {
			t.Errorf("%s says nothing", r.Alert)
		}
	}
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("the rest needs promtool")
	}
	dir := t.TempDir()
	for i, args := range [][]string{{"check", "config", "--syntax-only"}, {"check", "rules"}} {
		file := filepath.Join(dir, fmt.Sprint(i, ".yml"))
		d.ok(os.WriteFile(file, blocks[i][1], 0o600))
		if out, err := exec.Command(promtool, append(args, file)...).CombinedOutput(); err != nil {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
	}
	check := exec.Command(promtool, "check", "metrics")
	check.Stdin = strings.NewReader(regexp.MustCompile(`(?m)^(go|process)_.*\n`).ReplaceAllString(figures, ""))
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("check metrics: %v\n%s", err, out)
	}
}
