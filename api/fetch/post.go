package fetch

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
)

// Post sends a body to an address that somebody typed and follows no redirect. Of the
// answer the first MaxBytes come back; that the rest is late or broken does not matter, nor
// that there is more. Without TLS it sends to allowed networks only.
func (c *Client) Post(ctx context.Context, link string, header map[string]string, body []byte) (Answer, error) {
	ctx, stop := context.WithTimeout(ctx, c.o.Timeout)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, link, bytes.NewReader(body))
	if err != nil {
		return Answer{}, bad("this is no address")
	}
	for name, value := range header {
		req.Header.Set(name, value)
	}
	req.Header.Set("User-Agent", c.o.Agent)
	req.GetBody = nil // what was sent once is not sent again: whoever asked decides on that
	client := http.Client{Transport: c.http.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if req.URL.Scheme != "https" {
		client.Transport = c.inside()
	}
	resp, err := client.Do(req)
	if err != nil {
		return Answer{}, c.unsent(ctx, req.URL, err)
	}
	defer resp.Body.Close()
	first, _ := io.ReadAll(io.LimitReader(resp.Body, c.o.MaxBytes))
	return Answer{resp.StatusCode, resp.Header, first}, nil
}

// inside is a transport that reaches allowed networks only.
func (c *Client) inside() *http.Transport {
	t := c.http.Transport.(*http.Transport).Clone()
	dialer := *c.dialer
	dialer.ControlContext = func(_ context.Context, _, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || !c.allowed(at.Addr()) {
			return errGuarded
		}
		return nil
	}
	t.DialContext = dialer.DialContext
	return t
}

// allowed says whether an address is one of those that may be reached although it is not
// public.
func (c *Client) allowed(at netip.Addr) bool {
	for _, p := range c.o.Allow {
		if p.Contains(at.Unmap().WithZone("")) {
			return true
		}
	}
	return false
}

// unsent says in words for whoever typed the address why nothing was answered.
func (c *Client) unsent(ctx context.Context, link *url.URL, err error) error {
	var dns *net.DNSError
	switch {
	case errors.Is(err, errGuarded) && link.Scheme != "https":
		return bad("without https only networks are told that whoever runs this service has allowed, and this address is in none of them")
	case errors.Is(err, errGuarded):
		return bad("the address is not one of the public internet, or its port is none of 443, 8443, 80 and 8080; whoever runs this service can allow more")
	case errors.As(err, &dns):
		return bad("there is no host of this name")
	case errors.Is(err, http.ErrSchemeMismatch) || strings.Contains(err.Error(), "tls: ") || strings.Contains(err.Error(), "x509: "):
		return bad("the certificate there is not one that can be trusted, or it speaks no TLS")
	}
	return c.silent(ctx, err)
}

// Target returns an address as it is posted to. The error says what is wrong with it, as
// far as that can be known before anything is sent.
func (c *Client) Target(text string) (string, error) {
	text = strings.TrimSpace(text)
	u, err := url.Parse(text)
	switch {
	case text == "":
		return "", bad("enter where it is sent, like https://status.example/hooks/watchbill")
	case len(text) > maxLink:
		return "", bad("the address is longer than %d letters", maxLink)
	case err != nil || u.Opaque != "" || u.Hostname() == "" || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		return "", bad("this is no address; it should be like https://status.example/hooks/watchbill")
	case u.Scheme != "https" && u.Scheme != "http":
		return "", bad("the address should begin with https://")
	case u.Scheme == "http" && len(c.o.Allow) == 0:
		return "", bad("the address should begin with https://; without it only networks are told that whoever runs this service has allowed, and there are none")
	case u.User != nil:
		return "", bad("leave out the name and password before the @: what is sent is signed instead")
	}
	if at, err := netip.ParseAddr(u.Hostname()); err == nil && !c.allowed(at) && (u.Scheme == "http" || !Public(at)) {
		return "", bad("the address is not one of the public internet, or has no https; whoever runs this service can allow its network")
	}
	u.Fragment, u.RawFragment = "", ""
	return u.String(), nil
}
