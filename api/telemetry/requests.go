package telemetry

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"go.opentelemetry.io/otel/trace"
)

// HeaderID is the header with the name of a request.
const HeaderID = "X-Request-Id"

type requestKey struct{}

// RequestID returns the name of the request that is being answered; empty when there is
// none, as in jobs.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

// A Person is who asks, by number.
type Person struct{ ID, Token int64 }

// Requests looks on while requests are answered: it names each, counts it, and tells the
// log about it when it is over.
type Requests struct {
	Log *slog.Logger
	// Each says that the log has a line for every request, and not only for those that
	// take long or fail.
	Each    bool
	Metrics *Metrics
	Tracing *Tracing // nil: no traces
	Wall    func() time.Time
	// Proxy says whether a request comes from a proxy of ours, whose name for it counts.
	Proxy func(*http.Request) bool
	// Who says who asks, once that is known.
	Who func(context.Context) Person

	once  sync.Once
	known map[string]bool // patterns of routes
}

const (
	// slow is how long a request may take without being worth a warning.
	slow = time.Second
	// unmatched is the route of requests that have none.
	unmatched = "none"
)

// Observe is the outermost middleware. It answers errors, so that it knows how.
func (q *Requests) Observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		began := q.Wall()
		r := c.Request()
		proxy := q.Proxy != nil && q.Proxy(r)
		id := nameOf(r, proxy)
		c.Response().Header().Set(HeaderID, id)
		ctx := r.Context()
		var span trace.Span
		if route := q.route(c); q.Tracing != nil && !quiet(route) && !nameless(route) {
			ctx, span = q.Tracing.request(r, methodOf(r), route, proxy)
		}
		c.SetRequest(r.WithContext(context.WithValue(ctx, requestKey{}, id)))
		defer func() {
			q.ended(c, q.Wall().Sub(began))
			if span != nil {
				endRequest(span, id, c.Response().Status)
			}
		}()
		if err := next(c); err != nil {
			c.Error(err)
		}
		return nil
	}
}

// nameOf returns what a request is called: as a proxy of ours calls it, else something new.
func nameOf(r *http.Request, proxy bool) string {
	if id := r.Header.Get(HeaderID); proxy && id != "" && wellFormed(id) {
		return id
	}
	return rand.Text()
}

// longestID is how long the name of a request may be.
const longestID = 64

// wellFormed says whether a text may be the name of a request: it stands in headers, on
// pages and in the log.
func wellFormed(id string) bool {
	return len(id) <= longestID && strings.IndexFunc(id, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && !strings.ContainsRune("._:-", r)
	}) < 0
}

// ended notes a request that is over.
func (q *Requests) ended(c echo.Context, took time.Duration) {
	route, method, status := q.route(c), methodOf(c.Request()), c.Response().Status
	q.Metrics.request(route, method, status, took)
	level := slog.LevelInfo
	switch {
	case took > slow || status >= http.StatusInternalServerError:
		level = slog.LevelWarn
	case !q.Each || nameless(route):
		return
	case quiet(route):
		level = slog.LevelDebug
	}
	ctx := c.Request().Context()
	if !q.Log.Enabled(ctx, level) {
		return
	}
	attrs := []slog.Attr{slog.String("method", method), slog.String("route", route), slog.Int("status", status), slog.Duration("took", took.Round(time.Microsecond)), slog.Int64("bytes", c.Response().Size)}
	if nameless(route) {
		attrs = attrs[:4]
	} else if q.Who != nil {
		who := q.Who(ctx)
		if who.ID != 0 {
			attrs = append(attrs, slog.Int64("person_id", who.ID))
		}
		if who.Token != 0 {
			attrs = append(attrs, slog.Int64("token_id", who.Token))
		}
	}
	q.Log.LogAttrs(ctx, level, "request", attrs...)
}

// nameless says whether nobody shall be able to tell who used a route, or when: surveys
// are answered there, and diaries are written.
func nameless(route string) bool {
	return route == "/pulse/:token" || strings.Contains(route, "/diary")
}

// quiet says whether a route is asked again and again by machines that look whether the
// service is there, or for what pages are made of.
func quiet(route string) bool {
	return slices.Contains([]string{"/healthz", "/readyz", "/metrics", "/static/*", "/favicon.ico"}, route)
}

// route returns the pattern of a request's route, of which there are as many as are
// registered: what was asked for besides is one.
func (q *Requests) route(c echo.Context) string {
	q.once.Do(func() {
		q.known = map[string]bool{}
		for _, r := range c.Echo().Routes() {
			q.known[r.Path] = true
		}
	})
	if path := c.Path(); q.known[path] {
		return path
	}
	return unmatched
}

// methodOf returns a request's method, of those that there are: anybody can send another.
func methodOf(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return r.Method
	}
	return "other"
}
