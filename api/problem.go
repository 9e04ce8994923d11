package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"watchbill/api/httperr"
	"watchbill/api/telemetry"
	"watchbill/schedule"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"
)

// A Problem is the body of every answer that is an error, application/problem+json
// of RFC 9457. Errors name the fields that were wrong. Yours and Present are there
// when somebody else was faster: what was to be changed, and what it is now.
type Problem struct {
	Type    string         `json:"type" doc:"Always about:blank: the status says what kind of problem it is"`
	Title   string         `json:"title" doc:"The status in words"`
	Status  int            `json:"status" doc:"The HTTP status"`
	Detail  string         `json:"detail,omitempty" doc:"What went wrong, for the person who asked"`
	Request string         `json:"request_id,omitempty" doc:"What the request is called in the log of the service, as in the header X-Request-Id; there where the fault is the service's"`
	Errors  []FieldProblem `json:"errors,omitempty" doc:"What is wrong, field by field"`
	Yours   any            `json:"yours,omitempty" doc:"With a stale If-Match: what you wanted to have"`
	Present any            `json:"present,omitempty" doc:"With a stale If-Match: what there is now; its ETag is in the header. Of an item that is there already: that one"`

	header http.Header
}

// A FieldProblem says why a field was refused.
type FieldProblem struct {
	Field  string `json:"field" doc:"Path to the field, like members[3].until"`
	In     string `json:"in" enum:"body,query,path,header" doc:"Where the field is"`
	Reason string `json:"reason" doc:"What is wrong and what would be right"`
}

// Error returns the detail.
func (p *Problem) Error() string { return p.Detail }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders implements huma.HeadersError.
func (p *Problem) GetHeaders() http.Header { return p.header }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return problemType }

const problemType = "application/problem+json"

// newProblem returns a problem of a status.
func newProblem(status int, detail string) *Problem {
	title := http.StatusText(status)
	if title == "" {
		title = "Client closed the request"
	}
	return &Problem{Type: "about:blank", Title: title, Status: status, Detail: detail}
}

// problemOf says what may be told about an error, and logs what is our own fault.
func (s *Server) problemOf(ctx context.Context, err error, method, route string) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	told := httperr.Of(err)
	if told.Internal() {
		s.Log.ErrorContext(ctx, "request failed", "method", method, "route", route, "error", err)
	}
	p := newProblem(told.Status, told.Message)
	p.header = told.Header
	if told.Internal() {
		p.Request = telemetry.RequestID(ctx)
	}
	if errors.Is(err, schedule.ErrConflict) {
		// What services say of a conflict is written for people.
		if text, _, ok := strings.Cut(err.Error(), ": "+schedule.ErrConflict.Error()); ok {
			p.Detail = text
		}
	}
	for _, f := range told.Fields {
		p.Errors = append(p.Errors, FieldProblem{Field: f.Field, In: place(method, route, f.Field), Reason: f.Reason})
	}
	if len(p.Errors) > 0 && p.Errors[0].Field != "" {
		p.Detail = p.Errors[0].Field + ": " + p.Errors[0].Reason
	}
	return p
}

// place is where a field came from that a service refused.
func place(method, route, field string) string {
	switch {
	case strings.Contains(route, "{"+field+"}"):
		return "path"
	case method == http.MethodGet:
		return "query"
	}
	return "body"
}

// Fail answers with what an error means. It is the error handler of everything
// under /api/ that met no handler of ours, or was refused before it did.
func (s *Server) Fail(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	err = httperr.Unrouted(err, c)
	p := s.problemOf(c.Request().Context(), err, c.Request().Method, c.Path())
	if p.Status == http.StatusNotFound && errors.Is(err, echo.ErrNotFound) {
		p.Detail = "There is no such address; " + docsPath + " lists what there is."
	}
	for name, values := range p.header {
		c.Response().Header()[name] = values
	}
	c.Response().Header().Set(echo.HeaderContentType, problemType)
	if c.Request().Method == http.MethodHead {
		err = c.NoContent(p.Status)
	} else {
		err = c.JSON(p.Status, p)
	}
	if err != nil {
		s.Log.ErrorContext(c.Request().Context(), "answer failed", "route", c.Path(), "error", err)
	}
}

// reword turns the errors of huma into ours. It is a huma.Transformer.
func reword(c huma.Context, _ string, v any) (any, error) {
	model, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	p := newProblem(model.Status, model.Detail)
	if model.Status >= http.StatusInternalServerError {
		p.Request = telemetry.RequestID(c.Context())
	}
	for _, e := range model.Errors {
		if e != nil {
			p.Errors = append(p.Errors, fieldProblem(e))
		}
	}
	switch {
	case model.Status == http.StatusUnsupportedMediaType:
		p.Detail, p.Errors = "Send application/json.", nil
	case model.Status == http.StatusInternalServerError:
		p.Detail, p.Errors = "internal error", nil
	case len(p.Errors) > 0 && p.Errors[0].Field == "":
		p.Detail = p.Errors[0].Reason
	case len(p.Errors) > 0:
		p.Detail = p.Errors[0].Field + ": " + p.Errors[0].Reason
	case model.Status == http.StatusBadRequest:
		p.Detail = "The request needs a body: JSON, or the file where one is sent."
	}
	return p, nil
}

// fieldProblem says what huma found in our words.
func fieldProblem(e *huma.ErrorDetail) FieldProblem {
	in, field, _ := strings.Cut(e.Location, ".")
	p := FieldProblem{Field: field, In: in, Reason: e.Message}
	if name, ok := between(e.Message, "expected required property ", " to be present"); ok {
		p.Field, p.Reason = strings.TrimPrefix(field+"."+name, "."), "this is needed"
		return p
	}
	if m := badGo.FindStringSubmatch(e.Message); m != nil {
		p.Field, p.Reason = m[1], "this number is too large, or not whole"
		return p
	}
	for _, w := range wording {
		if w.pattern.MatchString(e.Message) {
			p.Reason = w.pattern.ReplaceAllString(e.Message, w.reason)
			break
		}
	}
	p.Reason = strings.Replace(p.Reason, "%q", fmt.Sprintf("%.100q", fmt.Sprint(e.Value)), 1)
	return p
}

// badGo is what encoding/json says of a number that does not fit.
var badGo = regexp.MustCompile(`^json: cannot unmarshal .* into Go struct field [^ ]*?\.([a-z_.0-9]+) of type`)

// wording has huma's sentences about fields and ours.
var wording = []struct {
	pattern *regexp.Regexp
	reason  string
}{
	{regexp.MustCompile(`^unexpected property$`), "there is no such field"},
	{regexp.MustCompile(`^unknown query parameter$`), "there is no such parameter"},
	{regexp.MustCompile(`^required \w+ parameter is missing$`), "this is needed"},
	{regexp.MustCompile(`^(expected|invalid) integer$`), "%q is no whole number"},
	{regexp.MustCompile(`^(expected number|invalid float)$`), "%q is no number"},
	{regexp.MustCompile(`^(expected|invalid) boolean$`), "%q is neither true nor false"},
	{regexp.MustCompile(`^expected string$`), "this must be a text"},
	{regexp.MustCompile(`^expected array$`), "this must be a list"},
	{regexp.MustCompile(`^expected object$`), "this must be an object"},
	{regexp.MustCompile(`^expected number >= (.*)$`), "%q is too small; it must be $1 or more"},
	{regexp.MustCompile(`^expected number <= (.*)$`), "%q is too large; it must be $1 or less"},
	{regexp.MustCompile(`^expected length >= 1$`), "this is empty"},
	{regexp.MustCompile(`^expected length >= (\d+)$`), "this must have at least $1 characters"},
	{regexp.MustCompile(`^expected length <= (\d+)$`), "this is longer than $1 characters"},
	{regexp.MustCompile(`^expected array length <= (\d+)$`), "these are more than $1"},
	{regexp.MustCompile(`^expected array length >= (\d+)$`), "these must be $1 at least"},
	{regexp.MustCompile(`^expected value to be one of "(.*)"$`), "%q is not known; choose one of: $1"},
	{regexp.MustCompile(`^expected string to be RFC 3339 date-time$`), "%q is no time; write it like 2026-12-24T09:00:00Z or 2026-12-24T10:00:00+01:00"},
	{regexp.MustCompile(`^expected string to be RFC 3339 date$`), "%q is no day; write it like 2026-12-24"},
	{regexp.MustCompile(`^expected string to match pattern \^\(me\|.*$`), "%q is no person; write a number, or me"},
	{regexp.MustCompile(`^expected string to match pattern \^\[0-9\]\{4\}-\[0-9\]\{2\}\$$`), "%q is no month; write it like 2026-11"},
	{regexp.MustCompile(`^invalid value: (.*)$`), "$1"},
	{regexp.MustCompile(`^invalid character .*`), "the body is no JSON: $0"},
}

// between returns what stands between two texts that begin and end a third.
func between(text, before, after string) (string, bool) {
	rest, ok := strings.CutPrefix(text, before)
	if !ok {
		return "", false
	}
	return strings.CutSuffix(rest, after)
}

// fieldsOf returns the fields that an error names.
func fieldsOf(err error) []httperr.Field {
	if err == nil {
		return nil
	}
	return httperr.Of(err).Fields
}
