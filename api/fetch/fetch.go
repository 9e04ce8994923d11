// Package fetch gets what is behind a link that somebody typed, and lets no link
// lead to where only the service itself can reach.
//
// The address is checked when a connection is about to be made, after names were
// resolved, so neither a redirect nor a name that changes its address in between
// gets past. What goes wrong is a *schedule.InvalidError about the field "url" in a
// sentence for whoever typed the link, without the link: it may be a secret.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"watchbill/schedule"
)

// Options say what a Client may do.
type Options struct {
	// Allow are addresses that may be reached although they are not public, at any
	// port.
	Allow []netip.Prefix
	// Agent is the User-Agent. Some servers answer a page without one.
	Agent string
	// MaxBytes bounds an answer after it was decompressed; 5 MB when zero.
	MaxBytes int64
	// Timeout bounds everything from the first name looked up to the last byte; 30
	// seconds when zero.
	Timeout time.Duration
	// Resolver looks names up; nil is the machine's.
	Resolver *net.Resolver
	// Around returns what watches a transport, and goes through it; nil: nothing does.
	Around func(http.RoundTripper) http.RoundTripper
}

// A Client gets things. It is safe for use by many goroutines.
type Client struct {
	o      Options
	dialer *net.Dialer
	http   *http.Client
}

const (
	maxRedirects = 5
	maxLink      = 2000
)

// New returns a client.
func New(o Options) *Client {
	if o.MaxBytes == 0 {
		o.MaxBytes = 5 << 20
	}
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	c := &Client{o: o}
	c.dialer = &net.Dialer{Timeout: 5 * time.Second, Resolver: o.Resolver, ControlContext: c.guard}
	var way http.RoundTripper = &http.Transport{
		Proxy:                  nil, // it would be asked instead of the guard
		DialContext:            c.dialer.DialContext,
		TLSHandshakeTimeout:    5 * time.Second,
		ResponseHeaderTimeout:  min(10*time.Second, o.Timeout),
		MaxResponseHeaderBytes: 64 << 10,
		DisableKeepAlives:      true,
		ForceAttemptHTTP2:      true,
	}
	if o.Around != nil {
		way = o.Around(way)
	}
	c.http = &http.Client{CheckRedirect: follow, Transport: way}
	return c
}

// errGuarded says that an address must not be reached.
var errGuarded = errors.New("not a public address")

// guard is called with the address of every connection before it is made.
func (c *Client) guard(_ context.Context, _, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return errGuarded
	}
	if !c.allowed(at.Addr()) && (!Public(at.Addr()) || !webPort(at.Port())) {
		return errGuarded
	}
	return nil
}

// webPort reports whether calendars are served at a port.
func webPort(port uint16) bool { return port == 80 || port == 443 || port == 8080 || port == 8443 }

// errRedirect says that a redirect is not followed.
var errRedirect = errors.New("redirect not followed")

// follow decides on a redirect.
func follow(req *http.Request, via []*http.Request) error {
	last := via[len(via)-1].URL
	switch {
	case len(via) > maxRedirects:
		return errRedirect
	case req.URL.Scheme != "https" && (req.URL.Scheme != "http" || last.Scheme == "https"):
		return errRedirect // what was private on the way does not become public
	}
	req.Header.Del("Referer") // the link is a secret
	if req.URL.Host != last.Host {
		req.Header.Del("If-None-Match")
		req.Header.Del("If-Modified-Since")
	}
	return nil
}

func bad(format string, args ...any) error {
	return &schedule.InvalidError{Field: "url", Reason: fmt.Sprintf(format, args...)}
}

// Link returns a link as it is fetched: webcal becomes https, and what is behind #
// goes. The error says what is wrong with it.
func Link(text string) (string, error) {
	text = strings.TrimSpace(text)
	for _, scheme := range []string{"webcals://", "webcal://"} {
		if len(text) > len(scheme) && strings.EqualFold(text[:len(scheme)], scheme) {
			text = "https://" + text[len(scheme):]
		}
	}
	u, err := url.Parse(text)
	switch {
	case len(text) > maxLink:
		return "", bad("the link is longer than %d letters", maxLink)
	case err != nil || u.Opaque != "":
		return "", bad("this is no link; it should be like https://calendar.example/team.ics")
	case u.Scheme != "http" && u.Scheme != "https":
		return "", bad("the link should begin with https:// or webcal://")
	case u.Hostname() == "":
		return "", bad("the link has no host; it should be like https://calendar.example/team.ics")
	}
	u.Fragment, u.RawFragment = "", ""
	return u.String(), nil
}

// Get fetches a link that Link has returned, unless it is as it was when it had the
// ETag and the Last-Modified given.
func (c *Client) Get(ctx context.Context, link, etag, modified string) (schedule.Fetched, error) {
	ctx, stop := context.WithTimeout(ctx, c.o.Timeout)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
	if err != nil {
		return schedule.Fetched{}, bad("this is no link; it should be like https://calendar.example/team.ics")
	}
	req.Header.Set("User-Agent", c.o.Agent)
	req.Header.Set("Accept", "text/calendar, text/plain;q=0.5, */*;q=0.1")
	if etag != "" {
		req.Header.Set("If-None-Match", etag)
	}
	if modified != "" {
		req.Header.Set("If-Modified-Since", modified)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return schedule.Fetched{}, c.explain(ctx, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusNotModified && etag+modified != "" {
		return schedule.Fetched{Unchanged: true, ETag: etag, Modified: modified}, nil
	}
	if err := status(resp.StatusCode); err != nil {
		return schedule.Fetched{}, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, c.o.MaxBytes+1))
	switch {
	case int64(len(body)) > c.o.MaxBytes:
		return schedule.Fetched{}, bad("the calendar is larger than %d MB", c.o.MaxBytes>>20)
	case err != nil:
		return schedule.Fetched{}, c.explain(ctx, err)
	}
	return schedule.Fetched{Body: body, ETag: header(resp, "ETag"), Modified: header(resp, "Last-Modified")}, nil
}

// header returns a header of an answer that is sent back with the next request.
func header(resp *http.Response, name string) string {
	v := resp.Header.Get(name)
	if len(v) > 500 {
		return ""
	}
	return v
}

// status says what an answer that is no calendar means.
func status(code int) error {
	switch {
	case code == http.StatusOK:
		return nil
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		return bad("the server wants a log-in (%d); use the calendar's secret or public address", code)
	case code == http.StatusNotFound || code == http.StatusGone:
		return bad("there is no calendar at this link (%d); it may have been reset", code)
	case code == http.StatusTooManyRequests || code >= 500:
		return bad("the calendar's server answers %d; this may pass", code)
	}
	return bad("the calendar's server answers %d instead of a calendar", code)
}

// explain says what kept an answer from coming. Errors of net/http have the link in
// them, so nothing of their text is passed on.
func (c *Client) explain(ctx context.Context, err error) error {
	var dns *net.DNSError
	var gone net.Error
	switch {
	case errors.Is(err, errGuarded):
		return bad("the link leads to an address or a port that is not for calendars on the internet; whoever runs this service can allow more")
	case errors.Is(err, errRedirect):
		return bad("the link leads on too often, or from https to something else")
	case errors.Is(ctx.Err(), context.DeadlineExceeded) || errors.As(err, &gone) && gone.Timeout():
		return bad("the calendar's server did not answer in time; this may pass")
	case ctx.Err() != nil:
		return ctx.Err() // the service is stopping
	case errors.As(err, &dns):
		return bad("there is no host of this name")
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		return bad("the answer broke off; this may pass")
	}
	return bad("the calendar's server could not be reached, or its certificate is wrong; this may pass")
}
