package fetch

import (
	"context"
	"errors"
	"io"
	"net/http"

	"watchbill/schedule"
)

// An Answer is what a program's API answered, whatever its status.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Ask asks a program's API, by an address that somebody here made. It follows no
// redirect: the headers open that API and nothing else.
func (c *Client) Ask(ctx context.Context, link string, header http.Header) (Answer, error) {
	ctx, stop := context.WithTimeout(ctx, c.o.Timeout)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
	if err != nil {
		return Answer{}, err
	}
	req.Header = header.Clone()
	req.Header.Set("User-Agent", c.o.Agent)
	client := http.Client{Transport: c.http.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return Answer{}, c.silent(ctx, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, c.o.MaxBytes+1))
	switch {
	case err != nil:
		return Answer{}, c.silent(ctx, err)
	case int64(len(body)) > c.o.MaxBytes:
		return Answer{}, &schedule.InvalidError{Field: "url", Reason: "the answer is larger than it may be"}
	}
	return Answer{resp.StatusCode, resp.Header, body}, nil
}

// silent says in words for whoever looks why no answer came whole.
func (c *Client) silent(ctx context.Context, err error) error {
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, errGuarded):
		return bad("its address is not one of the public internet")
	case errors.Is(ctx.Err(), context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout():
		return bad("it did not answer in time")
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		return bad("its answer broke off")
	}
	return bad("it could not be reached")
}
