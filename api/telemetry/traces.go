package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Tracing sends spans of what is done to a collector of OpenTelemetry. The nil Tracing
// does nothing, and costs nothing. No span has a text of an error: others' libraries put
// values, links and people into them. What went wrong stands in the log, which is cleaned
// and names the trace.
type Tracing struct {
	provider *sdk.TracerProvider
	tracer   trace.Tracer
}

// NewTracing returns what sends spans to where the variables of OpenTelemetry say; nil
// when they do not. Version is the program's. What cannot be sent is dropped, and the log
// is told once a minute. Close has to be called.
func NewTracing(getenv func(string) string, version string, log *slog.Logger, wall func() time.Time) (*Tracing, error) {
	to, err := exporterOf(getenv)
	if err != nil || to == nil {
		return nil, err
	}
	about, err := resource.New(context.Background(),
		resource.WithAttributes(attribute.String("service.name", "watchbill"), attribute.String("service.version", version)),
		resource.WithFromEnv(), resource.WithTelemetrySDK())
	if err != nil {
		return nil, fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	otel.SetLogger(logr.Discard())
	otel.SetErrorHandler(&faults{log: log, wall: wall})
	provider := sdk.NewTracerProvider(sdk.WithBatcher(to), sdk.WithResource(about))
	return &Tracing{provider, provider.Tracer("watchbill")}, nil
}

// Close sends what is left.
func (t *Tracing) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}

// faults tells the log that spans are lost, now and then.
type faults struct {
	log  *slog.Logger
	wall func() time.Time
	mu   sync.Mutex
	said time.Time
}

// Handle implements otel.ErrorHandler.
func (f *faults) Handle(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := f.wall(); now.Sub(f.said).Abs() >= time.Minute {
		f.said = now
		f.log.Warn("traces not sent", "error", err)
	}
}

// Do runs f in a span.
func (t *Tracing) Do(ctx context.Context, name string, f func(context.Context) error) error {
	if t == nil {
		return f(ctx)
	}
	ctx, span := t.tracer.Start(ctx, name)
	err := f(ctx)
	ended(span, err)
	return err
}

// Statement begins the span of a statement, of which only the text is told: values are
// people's, and how many rows there are is how many have answered. What no span asked for
// has none, or the least of what is looked for would be a trace of its own, and those of
// surveys be told after all. The function it returns ends it.
func (t *Tracing) Statement(ctx context.Context) func(system, text string, err error) {
	if t == nil || !trace.SpanFromContext(ctx).IsRecording() {
		return nil
	}
	_, span := t.tracer.Start(ctx, "SQL", trace.WithSpanKind(trace.SpanKindClient))
	return func(system, text string, err error) {
		span.SetAttributes(attribute.String("db.system.name", system), attribute.String("db.query.text", shortened(text)))
		ended(span, err)
	}
}

// longestText is how much of a statement is told, in bytes: a list in it has a place for
// each value, and thousands of spans wait in memory.
const longestText = 2000

func shortened(text string) string {
	if len(text) <= longestText {
		return text
	}
	return strings.ToValidUTF8(text[:longestText], "") + "…" // a copy: the rest is not kept
}

// ended ends a span, of which an error tells only the kind.
func ended(span trace.Span, err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		span.SetStatus(codes.Error, "")
		span.SetAttributes(attribute.String("error.type", kindOf(err)))
	}
	span.End()
}

// kindOf says what kind of error one is: that of the database by its code, others by the
// type of what began it.
func kindOf(err error) string {
	if e, ok := errors.AsType[interface {
		error
		SQLState() string
	}](err); ok {
		return e.SQLState()
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "timeout"
	}
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return fmt.Sprintf("%T", err)
		}
		err = inner
	}
}

// request begins the span of a request. The trace that it belongs to is taken over from
// proxies of ours only: anybody else could have everything recorded that they do.
func (t *Tracing) request(r *http.Request, method, route string, proxy bool) (context.Context, trace.Span) {
	ctx := r.Context()
	if proxy {
		ctx = propagation.TraceContext{}.Extract(ctx, propagation.HeaderCarrier(r.Header))
	}
	return t.tracer.Start(ctx, method+" "+route, trace.WithSpanKind(trace.SpanKindServer),
		trace.WithAttributes(attribute.String("http.request.method", method), attribute.String("http.route", route)))
}

// endRequest ends the span of a request.
func endRequest(span trace.Span, id string, status int) {
	span.SetAttributes(attribute.Int("http.response.status_code", status), attribute.String("watchbill.request_id", id))
	if status >= http.StatusInternalServerError {
		span.SetStatus(codes.Error, "")
	}
	span.End()
}

// Client gives what is fetched by a transport spans, with the host of what is asked and
// nothing else: links are secrets. Others are told nothing of the trace.
func (t *Tracing) Client(next http.RoundTripper) http.RoundTripper {
	if t == nil {
		return next
	}
	return fetching{t, next}
}

type fetching struct {
	t    *Tracing
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (f fetching) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, span := f.t.tracer.Start(r.Context(), r.Method, trace.WithSpanKind(trace.SpanKindClient),
		trace.WithAttributes(attribute.String("http.request.method", r.Method), attribute.String("server.address", r.URL.Hostname())))
	resp, err := f.next.RoundTrip(r.WithContext(ctx))
	if err == nil {
		span.SetAttributes(attribute.Int("http.response.status_code", resp.StatusCode))
	}
	ended(span, err)
	return resp, err
}

// traceID returns the trace that something belongs to; empty without one.
func traceID(ctx context.Context) string {
	if s := trace.SpanContextFromContext(ctx); s.IsValid() {
		return s.TraceID().String()
	}
	return ""
}
