package main

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"watchbill/api/auth"
	"watchbill/api/notify"
	"watchbill/api/telemetry"
)

// logFlags say what the service tells the log, and how.
type logFlags struct {
	Format string `default:"text" enum:"text,json" env:"WATCHBILL_LOG_FORMAT" placeholder:"FORMAT" help:"How lines of the log are written: text or json (default ${default})."`
	Level  string `default:"" env:"WATCHBILL_LOG_LEVEL" placeholder:"LEVEL" help:"What the log is told at least: debug, info, warn or error (default info, and warn for a demonstration)."`
}

// log returns the log of a service. A demonstration shows on its console how to log in,
// and not a line for every request.
func (f *logFlags) log(w io.Writer, demo bool) (*slog.Logger, error) {
	level := slog.LevelInfo
	if demo {
		level = slog.LevelWarn
	}
	if f.Level != "" {
		if err := level.UnmarshalText([]byte(f.Level)); err != nil || strings.ContainsAny(f.Level, "+-") {
			return nil, fmt.Errorf("--log-level is debug, info, warn or error; it is %q", f.Level)
		}
	}
	return telemetry.NewLog(w, f.Format, level), nil
}

// metricsFlags say who may read the figures of the service.
type metricsFlags struct {
	Token     string `env:"WATCHBILL_METRICS_TOKEN" secret:"" placeholder:"TEXT" help:"A secret of 32 letters or more: who sends it as a bearer token reads the figures at /metrics; without one nobody does. Others on this machine see flags: better use the variable, or a file."`
	TokenFile string `env:"WATCHBILL_METRICS_TOKEN_FILE" placeholder:"FILE" help:"File with the token."`
}

// check says what is wrong with the settings; of a file that cannot be read nothing, which
// is told elsewhere.
func (f *metricsFlags) check() error {
	_, err := f.read()
	if _, unreadable := errors.AsType[*fs.PathError](err); unreadable {
		return nil
	}
	return err
}

// read returns the token; empty when nobody shall read the figures.
func (f *metricsFlags) read() (string, error) {
	token := f.Token
	if f.TokenFile != "" {
		if token != "" {
			return "", errors.New("--metrics-token and --metrics-token-file: give one of them")
		}
		b, err := os.ReadFile(f.TokenFile)
		if err != nil {
			return "", fmt.Errorf("--metrics-token-file: %w", err)
		}
		if token = strings.TrimSpace(string(b)); token == "" {
			return "", &fs.PathError{Op: "--metrics-token-file: read", Path: f.TokenFile, Err: errors.New("it is empty")}
		}
	}
	if token != "" && len(token) < shortestSecret {
		return "", fmt.Errorf("the token of --metrics-token or its file has %d letters; it needs %d, as `openssl rand -base64 32` makes them", len(token), shortestSecret)
	}
	return token, nil
}

// readFigures answers /metrics. Whether there is something to read is told to nobody
// without the token, but that one is wanted is no secret.
func (s *server) readFigures(c echo.Context) error {
	h := c.Response().Header()
	h.Set(echo.HeaderCacheControl, "no-store")
	if s.metricsToken == "" {
		return c.String(http.StatusNotFound, "There are no figures here: the service is started without --metrics-token-file.\n")
	}
	kind, token, _ := strings.Cut(c.Request().Header.Get(echo.HeaderAuthorization), " ")
	want, got := sha256.Sum256([]byte(s.metricsToken)), sha256.Sum256([]byte(strings.TrimSpace(token)))
	if !strings.EqualFold(kind, "Bearer") || subtle.ConstantTimeCompare(want[:], got[:]) != 1 {
		h.Set(echo.HeaderWWWAuthenticate, `Bearer realm="Watchbill figures"`)
		return c.String(http.StatusUnauthorized, "The figures need the token of --metrics-token-file, in the header Authorization: Bearer ….\n")
	}
	h.Set(echo.HeaderContentType, "text/plain; version=0.0.4; charset=utf-8")
	return s.figures.Write(c.Response())
}

// observe puts what looks on outermost: it has to know how requests end, and nothing that
// goes wrong may be told elsewhere than in the log.
func (s *server) observe() {
	s.requests = &telemetry.Requests{
		Log: s.log, Metrics: s.figures, Wall: func() time.Time { return s.wall() },
		Who: func(ctx context.Context) telemetry.Person {
			w := auth.From(ctx)
			return telemetry.Person{ID: w.Person, Token: w.Token}
		},
	}
	s.echo.Use(s.requests.Observe, middleware.RecoverWithConfig(middleware.RecoverConfig{
		DisableStackAll: true,
		LogErrorFunc: func(c echo.Context, err error, stack []byte) error {
			s.log.ErrorContext(c.Request().Context(), "program fault", "route", c.Path(), "error", err, "stack", string(stack))
			return err
		},
	}))
}

// traced has what is done sent to a collector, when the variables of OpenTelemetry say
// where one is. What it returns sends the rest.
func (s *server) traced(con *console) (end func(), err error) {
	t, err := telemetry.NewTracing(con.getenv, version(), s.log, s.wall)
	if t == nil || err != nil {
		return func() {}, err
	}
	s.tracing, s.requests.Tracing = t, t
	s.access.Observe(t.Client)
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := t.Close(ctx); err != nil {
			s.log.Warn("traces not sent", "error", err)
		}
	}, s.db.Observe(t.Statement)
}

// tracedCarriers have spans of the letters that they carry.
func tracedCarriers(all map[notify.Medium]notify.Carrier, t *telemetry.Tracing) map[notify.Medium]notify.Carrier {
	if t == nil {
		return all
	}
	traced := map[notify.Medium]notify.Carrier{}
	for medium, carrier := range all {
		traced[medium] = tracedCarrier{carrier, medium, t}
	}
	return traced
}

// A tracedCarrier tells by what letters go, and not whose they are or what they say.
type tracedCarrier struct {
	notify.Carrier
	medium notify.Medium
	t      *telemetry.Tracing
}

// Open implements notify.Carrier.
func (c tracedCarrier) Open(ctx context.Context) (notify.Line, error) {
	var line notify.Line
	err := c.t.Do(ctx, "open "+string(c.medium), func(ctx context.Context) (err error) {
		line, err = c.Carrier.Open(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return tracedLine{line, c}, nil
}

type tracedLine struct {
	notify.Line
	c tracedCarrier
}

// Send implements notify.Line.
func (l tracedLine) Send(ctx context.Context, m *notify.Mail) error {
	return l.c.t.Do(ctx, "letter "+string(l.c.medium), func(ctx context.Context) error { return l.Line.Send(ctx, m) })
}

// fromProxy says whether a request comes straight from one of our proxies.
func fromProxy(proxies []string) (func(*http.Request) bool, error) {
	networks, err := networksOf(proxies)
	if err != nil {
		return nil, err
	}
	return func(r *http.Request) bool {
		host, _, err := net.SplitHostPort(r.RemoteAddr)
		if err != nil {
			return false
		}
		ip := net.ParseIP(host)
		for _, n := range networks {
			if n.Contains(ip) {
				return true
			}
		}
		return false
	}, nil
}
