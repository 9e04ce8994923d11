package auth_test

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"watchbill/api/auth"
	"watchbill/api/auth/authdb"
	"watchbill/api/httperr"
	"watchbill/migrations"
	"watchbill/migrations/migrationstest"

	"github.com/labstack/echo/v4"
)

// A world is a service on a database with a clock that stands still, behind HTTP.
type world struct {
	*auth.Service
	t    testing.TB
	db   *migrations.DB
	now  time.Time
	url  string
	echo *echo.Echo
}

const (
	password = "three otters under a lamp"
	other    = "seven quiet bridges burn"
)

var (
	ctx     = context.Background()
	begin   = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	program = auth.Program()
)

// both runs a test on both databases.
func both(t *testing.T, test func(w *world)) {
	t.Helper()
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) { test(newWorld(t, db, auth.Options{})) })
}

// lite runs a test on SQLite, where it asks nothing particular of the database.
func lite(t *testing.T) *world {
	t.Helper()
	return newWorld(t, migrationstest.Migrated(t, migrationstest.SQLite(t)), auth.Options{})
}

func newWorld(t testing.TB, db *migrations.DB, opt auth.Options) *world {
	t.Helper()
	w := &world{t: t, db: db, now: begin}
	opt.Now = func() time.Time { return w.now }
	if opt.Hashing == (auth.Hashing{}) {
		opt.Hashing = auth.Hashing{KiB: 8, Passes: 1, Threads: 1}
	}
	var err error
	if w.Service, err = auth.New(authdb.New(db.Write, db.Read), opt); err != nil {
		t.Fatal(err)
	}
	w.echo = echo.New()
	w.echo.HTTPErrorHandler = func(err error, c echo.Context) {
		p := httperr.Of(err)
		if p.Internal() {
			t.Errorf("%s: %v", c.Request().URL, err)
		}
		for name, values := range p.Header {
			c.Response().Header()[name] = values
		}
		_ = c.String(p.Status, p.Message)
	}
	w.echo.Use(w.Identify)
	w.echo.GET("/who", func(c echo.Context) error { return c.JSON(200, auth.From(c.Request().Context())) })
	w.echo.POST("/who", func(c echo.Context) error { return c.JSON(200, auth.From(c.Request().Context())) })
	w.echo.GET("/mine", func(c echo.Context) error { return c.NoContent(204) }, auth.Required)
	w.echo.POST("/login", func(c echo.Context) error {
		_, err := w.LogIn(c.Request().Context(), c.FormValue("email"), c.FormValue("password"))
		return then(c, err)
	})
	w.echo.POST("/logout", func(c echo.Context) error { return then(c, w.LogOut(c.Request().Context())) })
	w.echo.POST("/password", func(c echo.Context) error {
		return then(c, w.ChangePassword(c.Request().Context(), c.FormValue("present"), c.FormValue("next")))
	})
	server := httptest.NewServer(w.echo)
	t.Cleanup(server.Close)
	w.url = server.URL
	return w
}

func then(c echo.Context, err error) error {
	if err != nil {
		return err
	}
	return c.NoContent(204)
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// scan reads one value.
func (w *world) count(query string, args ...any) (n int64) {
	w.t.Helper()
	w.ok(w.db.Read.Raw(query, args...).Scan(&n).Error)
	return n
}

func (w *world) exec(query string, args ...any) {
	w.t.Helper()
	w.ok(w.db.Write.Exec(query, args...).Error)
}

// setUp makes the first administrator, ada@example.com.
func (w *world) setUp() int64 {
	w.t.Helper()
	code, err := w.SetupCode(ctx)
	w.ok(err)
	w.ok(w.SetUp(ctx, code, "Ada Lovelace", "Ada@Example.com ", password, "Europe/London"))
	return w.count("SELECT id FROM person WHERE email = 'ada@example.com'")
}

// person adds a person who has an account with the password.
func (w *world) person(name, email string) int64 {
	w.t.Helper()
	w.exec("INSERT INTO person (name, email, zone, created_at) VALUES (?, ?, 'Europe/Berlin', 0)", name, email)
	id := w.count("SELECT id FROM person WHERE email = ?", email)
	w.ok(w.SetPassword(ctx, program, id, password))
	return id
}

func (w *world) team(name string) int64 {
	w.t.Helper()
	w.exec("INSERT INTO team (name, zone, horizon_weeks, created_at) VALUES (?, 'Pacific/Auckland', 4, 0)", name)
	return w.count("SELECT id FROM team WHERE name = ?", name)
}

func (w *world) member(team, person int64, manager bool) {
	w.t.Helper()
	w.exec("INSERT INTO membership (team_id, person_id, manager, share) VALUES (?, ?, ?, 1000)", team, person, manager)
}

// A browser keeps its cookies.
type browser struct {
	w *world
	http.Client
}

func (w *world) browser() *browser {
	jar, err := cookiejar.New(nil)
	w.ok(err)
	return &browser{w, http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// logIn returns a browser in which somebody is logged in.
func (w *world) logIn(email string) *browser {
	w.t.Helper()
	b := w.browser()
	if status, body := b.post("/login", "email", email, "password", password); status != 204 {
		w.t.Fatalf("log in as %s: %d %s", email, status, body)
	}
	return b
}

func (b *browser) get(path string, headers ...string) (int, string) {
	b.w.t.Helper()
	r, err := http.NewRequest(http.MethodGet, b.w.url+path, nil)
	b.w.ok(err)
	return b.do(r, headers)
}

func (b *browser) post(path string, fields ...string) (int, string) {
	b.w.t.Helper()
	r, err := http.NewRequest(http.MethodPost, b.w.url+path, strings.NewReader(pairs(fields).Encode()))
	b.w.ok(err)
	return b.do(r, []string{"Content-Type", "application/x-www-form-urlencoded"})
}

func pairs(all []string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(all); i += 2 {
		v.Set(all[i], all[i+1])
	}
	return v
}

func (b *browser) do(r *http.Request, headers []string) (int, string) {
	b.w.t.Helper()
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := b.Do(r)
	b.w.ok(err)
	defer res.Body.Close()
	body := new(strings.Builder)
	if _, err := io.Copy(body, res.Body); err != nil {
		b.w.t.Fatal(err)
	}
	return res.StatusCode, body.String()
}

// in says whether somebody is logged in.
func (b *browser) in() bool {
	b.w.t.Helper()
	status, _ := b.get("/mine")
	return status == 204
}
