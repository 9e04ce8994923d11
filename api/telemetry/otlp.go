package telemetry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"golang.org/x/net/http/httpguts"
)

// An exporter sends spans by OTLP over HTTP, as JSON. The library's own exporter brings
// gRPC in, and protobuf.
type exporter struct {
	url    string
	header http.Header
	client *http.Client
}

// sendWithin is how long the collector has to take spans, unless a variable says otherwise.
const sendWithin = 10 * time.Second

// exporterOf reads the variables of OpenTelemetry; nil when no traces are asked for.
func exporterOf(getenv func(string) string) (*exporter, error) {
	either := func(name string) string {
		if own := getenv("OTEL_EXPORTER_OTLP_TRACES_" + name); own != "" {
			return own
		}
		return getenv("OTEL_EXPORTER_OTLP_" + name)
	}
	name, to := "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
	if to == "" {
		name, to = "OTEL_EXPORTER_OTLP_ENDPOINT", getenv("OTEL_EXPORTER_OTLP_ENDPOINT")
		if to == "" {
			return nil, nil //nolint:nilnil // it is not wanted
		}
		to = strings.TrimSuffix(to, "/") + "/v1/traces"
	}
	if strings.EqualFold(getenv("OTEL_SDK_DISABLED"), "true") || getenv("OTEL_TRACES_EXPORTER") == "none" {
		return nil, nil //nolint:nilnil // it is not wanted
	}
	u, err := url.Parse(to)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("%s is no web address; write it like http://collector:4318", name)
	}
	if p := either("PROTOCOL"); p != "" && !strings.HasPrefix(p, "http/") {
		return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_PROTOCOL is %q, but traces are sent over HTTP only: collectors take that on port 4318", p)
	}
	e := &exporter{url: to, header: http.Header{"Content-Type": {"application/json"}}, client: &http.Client{
		Timeout: sendWithin, Transport: http.DefaultTransport.(*http.Transport).Clone(),
		// What asks to go elsewhere is not the collector, and is given neither spans nor keys.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	if ms := either("TIMEOUT"); ms != "" {
		n, err := strconv.Atoi(ms)
		if err != nil || n <= 0 {
			return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_TIMEOUT is a number of milliseconds, like 10000; it is %q", ms)
		}
		e.client.Timeout = time.Duration(n) * time.Millisecond
	}
	return e, e.take(either("HEADERS"))
}

// take takes over headers, as name=value,other=value.
func (e *exporter) take(headers string) error {
	for pair := range strings.SplitSeq(headers, ",") {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		key, value, ok := strings.Cut(pair, "=")
		value, err := url.PathUnescape(strings.TrimSpace(value))
		key = strings.TrimSpace(key)
		if !ok || err != nil || !httpguts.ValidHeaderFieldName(key) || !httpguts.ValidHeaderFieldValue(value) {
			return errors.New("OTEL_EXPORTER_OTLP_HEADERS cannot be read; it looks like name=value,other=value")
		}
		e.header.Set(key, value)
	}
	return nil
}

// The shape of OTLP as JSON: names in camelCase, 64-bit numbers as text, identities in
// hexadecimal.
type (
	otlpRequest struct {
		ResourceSpans [1]otlpResourceSpans `json:"resourceSpans"`
	}
	otlpResourceSpans struct {
		Resource   otlpResource      `json:"resource"`
		ScopeSpans [1]otlpScopeSpans `json:"scopeSpans"`
	}
	otlpResource struct {
		Attributes []otlpAttribute `json:"attributes"`
	}
	otlpScopeSpans struct {
		Scope struct {
			Name string `json:"name"`
		} `json:"scope"`
		Spans []otlpSpan `json:"spans"`
	}
	otlpSpan struct {
		TraceID    string          `json:"traceId"`
		SpanID     string          `json:"spanId"`
		ParentID   string          `json:"parentSpanId,omitempty"`
		TraceState string          `json:"traceState,omitempty"`
		Flags      uint32          `json:"flags"`
		Name       string          `json:"name"`
		Kind       int             `json:"kind"`
		Start      int64           `json:"startTimeUnixNano,string"`
		End        int64           `json:"endTimeUnixNano,string"`
		Attributes []otlpAttribute `json:"attributes,omitempty"`
		Status     otlpStatus      `json:"status"`
	}
	otlpStatus struct {
		Code    int    `json:"code,omitempty"`
		Message string `json:"message,omitempty"`
	}
	otlpAttribute struct {
		Key   string    `json:"key"`
		Value otlpValue `json:"value"`
	}
	otlpValue struct {
		Text   *string `json:"stringValue,omitempty"`
		Number *int64  `json:"intValue,omitempty,string"`
	}
)

// ExportSpans implements sdk.SpanExporter.
func (e *exporter) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	if len(spans) == 0 {
		return nil
	}
	var out otlpRequest
	all := &out.ResourceSpans[0]
	all.Resource.Attributes = otlpAttributes(spans[0].Resource().Attributes())
	all.ScopeSpans[0].Scope.Name = spans[0].InstrumentationScope().Name
	for _, s := range spans {
		all.ScopeSpans[0].Spans = append(all.ScopeSpans[0].Spans, otlpSpanOf(s))
	}
	body, err := json.Marshal(&out)
	if err != nil {
		return err
	}
	return e.send(ctx, body)
}

func (e *exporter) send(ctx context.Context, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header = e.header.Clone()
	resp, err := e.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20)) // so that the connection is used again
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("the collector answers %d", resp.StatusCode)
	}
	return nil
}

// CheckTraces sends no spans to the collector, and returns where that is; empty when traces
// are not asked for. An error says what is wrong with the variables, or that it does not
// take them.
func CheckTraces(ctx context.Context, getenv func(string) string) (host string, err error) {
	e, err := exporterOf(getenv)
	if err != nil || e == nil {
		return "", err
	}
	u, err := url.Parse(e.url)
	if err != nil {
		return "", err
	}
	if err := e.send(ctx, []byte(`{"resourceSpans":[]}`)); err != nil {
		return "", fmt.Errorf("traces do not get to %s: %w", u.Host, err)
	}
	return u.Host, e.Shutdown(ctx)
}

// Shutdown implements sdk.SpanExporter.
func (e *exporter) Shutdown(context.Context) error {
	e.client.CloseIdleConnections()
	return nil
}

func otlpSpanOf(s sdk.ReadOnlySpan) otlpSpan {
	c := s.SpanContext()
	out := otlpSpan{
		TraceID: c.TraceID().String(), SpanID: c.SpanID().String(), TraceState: c.TraceState().String(), Flags: uint32(c.TraceFlags()),
		Name: s.Name(), Kind: int(s.SpanKind()), Start: s.StartTime().UnixNano(), End: s.EndTime().UnixNano(),
		Attributes: otlpAttributes(s.Attributes()), Status: otlpStatus{Message: s.Status().Description},
	}
	if s.Parent().SpanID().IsValid() {
		out.ParentID = s.Parent().SpanID().String()
	}
	if s.Status().Code == codes.Error {
		out.Status.Code = 2 // STATUS_CODE_ERROR; the library's numbers are others
	}
	return out
}

func otlpAttributes(all []attribute.KeyValue) []otlpAttribute {
	out := make([]otlpAttribute, 0, len(all))
	for _, a := range all {
		one := otlpAttribute{Key: string(a.Key)}
		if a.Value.Type() == attribute.INT64 {
			n := a.Value.AsInt64()
			one.Value.Number = &n
		} else {
			text := a.Value.String()
			one.Value.Text = &text
		}
		out = append(out, one)
	}
	return out
}
