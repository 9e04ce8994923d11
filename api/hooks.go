package api

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"watchbill/api/ingest"
	"watchbill/health"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// Hooks take what pagers send. Whatever is authentic and durable is answered 202,
// also when it makes no sense: senders take a 4xx for a reason to stop sending. What
// cannot be written now is answered 503, which they send again.
type Hooks struct {
	Receiver *health.Receiver
	BaseURL  string // as senders know the service: some sign it
	Log      *slog.Logger
	Wall     func() time.Time // by which connections end, whatever time it is in the service

	room room
}

// bodyWithin is how long a body may take to come. Senders themselves give up after 3 to 15
// seconds; without an end, one that sends a byte now and then would hold its place for ever.
const bodyWithin = 15 * time.Second

// Register adds the address of hooks, with the token in it or in the Authorization
// header.
func (s *Hooks) Register(e *echo.Echo) {
	e.POST("/hooks/:vendor/:token", s.hook)
	e.POST("/hooks/:vendor", s.hook)
	e.GET("/hooks/:vendor/:token", s.visited)
	e.GET("/hooks/:vendor", s.visited)
}

// IsHook says whether a route takes what pagers send: it bounds by itself what a
// request may bring.
func IsHook(c echo.Context) bool { return strings.HasPrefix(c.Path(), "/hooks/") }

// hookAnswer is what a sender is told.
type hookAnswer struct {
	ID    int64  `json:"id,omitempty"`
	Again bool   `json:"duplicate,omitempty"`
	Error string `json:"error,omitempty"`
}

// visited tells somebody who opened the address what it is for.
func (s *Hooks) visited(c echo.Context) error {
	c.Response().Header().Set("Allow", http.MethodPost)
	return c.JSON(http.StatusMethodNotAllowed, hookAnswer{Error: "This address takes POST requests of a pager. Paste it there as the address of a webhook."})
}

func (s *Hooks) hook(c echo.Context) error {
	r := c.Request()
	c.Response().Header().Set("Cache-Control", "no-store")
	token := c.Param("token")
	bearer := token == ""
	if bearer {
		token = bearerOf(r)
	}
	door, err := s.Receiver.Door(r.Context(), c.Param("vendor"), token)
	switch {
	case errors.Is(err, schedule.ErrNotFound) && bearer:
		return c.JSON(http.StatusUnauthorized, hookAnswer{Error: "The token in the Authorization header is wrong or was replaced, or belongs to another kind of pager."})
	case errors.Is(err, schedule.ErrNotFound):
		return c.JSON(http.StatusNotFound, hookAnswer{Error: "There is nothing at this address. The link may have been replaced or turned off: ask whoever manages the team in Watchbill."})
	case err != nil:
		return s.later(c, "integration not looked up", err)
	}
	return s.take(c, &door)
}

// bearerOf is the token of the Authorization header.
func bearerOf(r *http.Request) string {
	kind, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(kind, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// take reads, checks and writes a delivery to a door that is open.
func (s *Hooks) take(c echo.Context, door *health.Integration) error {
	r := c.Request()
	vendor, _ := health.VendorOf(door.Vendor)
	size := vendor.Limit()
	if r.ContentLength >= 0 {
		size = min(r.ContentLength, size)
	}
	if !s.room.enter(door.Team, size) {
		return s.later(c, "too much at once", health.ErrBusy)
	}
	defer s.room.leave(door.Team, size)
	if s.Wall != nil { // where that cannot be said it has a minute
		_ = http.NewResponseController(c.Response()).SetReadDeadline(s.Wall().Add(bodyWithin))
	}
	raw, body, err := arrived(r, vendor.Limit())
	switch {
	case errors.Is(err, errTooLarge):
		s.Receiver.Note(door.ID, health.CountTooLarge)
		return c.JSON(http.StatusRequestEntityTooLarge, hookAnswer{Error: "This is more than " + strconv.FormatInt(vendor.Limit()>>20, 10) + " MiB."})
	case err != nil:
		return s.later(c, "delivery cut off", health.ErrBusy) // a 4xx would be the last of it
	}
	if len(door.Secrets) > 0 && !s.authentic(r, door, body, raw) {
		if s.Receiver.Refuse(door.ID) {
			s.Log.WarnContext(r.Context(), "many deliveries with a wrong signature", "integration_id", door.ID, "team_id", door.Team, "vendor", door.Vendor)
		}
		return c.JSON(http.StatusUnauthorized, hookAnswer{Error: "The signature is missing or wrong. The secret here and there have to be the same."})
	}
	d := &health.Delivery{Integration: door.ID, Headers: kept(r.Header), Body: body}
	if !bytes.Equal(body, raw) {
		delete(d.Headers, "content-encoding")
	}
	if door.Vendor != "pagerduty" { // elsewhere it may name the webhook, and be the same for ever
		delete(d.Headers, "x-webhook-id")
	}
	if err := s.Receiver.Take(r.Context(), d); err != nil {
		return s.later(c, "delivery not taken in", err, "integration_id", door.ID)
	}
	return c.JSON(http.StatusAccepted, hookAnswer{ID: int64(d.ID), Again: d.Again})
}

// retryAfter is when a sender shall try again, in seconds.
const retryAfter = "2"

// later asks the sender to send it again, and says in the log why unless it is their
// own pace.
func (s *Hooks) later(c echo.Context, what string, err error, args ...any) error {
	if !errors.Is(err, health.ErrBusy) && !errors.Is(err, context.Canceled) {
		s.Log.ErrorContext(c.Request().Context(), what, append(args, "error", err)...)
	}
	c.Response().Header().Set("Retry-After", retryAfter)
	return c.JSON(http.StatusServiceUnavailable, hookAnswer{Error: "It cannot be taken in now. Send it again."})
}

// authentic says whether a delivery was signed. Senders that compress sign what they
// compressed, or what they send.
func (s *Hooks) authentic(r *http.Request, door *health.Integration, bodies ...[]byte) bool {
	scheme, now := ingest.SchemeOf(door.Vendor), s.Receiver.Now()
	for _, body := range bodies {
		signed := ingest.Signed{Header: r.Header, Body: body, Address: s.BaseURL + r.URL.RequestURI()}
		if ingest.Verify(scheme, signed, door.Secrets, now) == nil {
			return true
		}
	}
	return false
}

var errTooLarge = errors.New("too large")

// arrived reads what came and what it is when inflated. What says that it is too large
// is not waited for.
func arrived(r *http.Request, limit int64) (raw, body []byte, err error) {
	if r.ContentLength > limit {
		return nil, nil, errTooLarge
	}
	if raw, err = readWhole(r.Body, limit); err == nil {
		body, err = inflate(r, raw, limit)
	}
	return raw, body, err
}

// readWhole reads up to a limit.
func readWhole(in io.Reader, limit int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(in, limit+1))
	if err == nil && int64(len(body)) > limit {
		err = errTooLarge
	}
	return body, err
}

// inflate returns what was compressed. What cannot be inflated stays as it came: it is
// authentic all the same, and whoever reads it will say what is wrong.
func inflate(r *http.Request, raw []byte, limit int64) ([]byte, error) {
	if !strings.EqualFold(strings.TrimSpace(r.Header.Get("Content-Encoding")), "gzip") {
		return raw, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return raw, nil
	}
	body, err := readWhole(z, limit)
	if errors.Is(err, errTooLarge) {
		return nil, err
	} else if err != nil {
		return raw, nil
	}
	return body, nil
}

// maxHeader bounds what is kept of a header.
const maxHeader = 500

// kept returns the headers that are needed to read a delivery, by lower-case name;
// never what lets anybody in.
func kept(h http.Header) map[string]string {
	out := map[string]string{}
	for name, values := range h {
		name = strings.ToLower(name)
		switch name {
		case "content-type", "content-encoding", "user-agent", "x-webhook-id", "webhook-id", "webhook-timestamp", "svix-id", "svix-timestamp":
		default:
			if !strings.HasPrefix(name, "ce-") || len(out) > 40 {
				continue
			}
		}
		if value := values[0]; value != "" {
			out[name] = strings.ToValidUTF8(value[:min(len(value), maxHeader)], "�")
		}
	}
	return out
}
