// Package pull asks the APIs of pagers for the past: which request comes next, and
// what of its answer is kept. What the answers say is read like anything that pagers
// send, in package ingest.
package pull

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"watchbill/api/fetch"
	"watchbill/health"
	"watchbill/schedule"
)

// A Client asks vendors' APIs.
type Client struct {
	Fetch *fetch.Client
	// Addresses are used instead of a vendor's own, by its name.
	Addresses map[string]string
}

// FormatHeader names the format of a delivery that was fetched. Nothing from outside
// bears it, because what is kept of headers is a list without it.
const FormatHeader = "x-watchbill-pull"

// howFar is how far the reader of a window is.
type howFar struct {
	Part   string   `json:"part"`             // of what a vendor has
	Offset int      `json:"offset,omitempty"` // in that part
	Todo   []string `json:"todo,omitempty"`   // pages of which more is asked, the next first
	Log    string   `json:"log,omitempty"`    // how far that is
	Fits   bool     `json:"fits,omitempty"`   // the window does not hold too much
}

// Step makes the next request of a pull.
func (c *Client) Step(ctx context.Context, i *health.Integration, k *health.PullKey, p *health.Pull) (health.PullStep, error) {
	q := &query{client: c, vendor: i.Vendor, pull: p, base: c.Addresses[i.Vendor], header: http.Header{}}
	for _, r := range health.Regions(i.Vendor) {
		if q.base == "" && r.ID == k.Region {
			q.base = r.Address
		}
	}
	if q.base == "" {
		return health.PullStep{}, &health.PullError{Reason: "the past of this pager cannot be fetched", Lasts: true}
	}
	if p.HowFar != "" {
		if err := json.Unmarshal([]byte(p.HowFar), &q.at); err != nil {
			return health.PullStep{}, err
		}
	}
	err := q.step(ctx, k.Key)
	if err != nil {
		return health.PullStep{}, err
	}
	text, err := json.Marshal(q.at)
	q.out.HowFar = string(text)
	return q.out, err
}

// A query is one request and what becomes of its answer.
type query struct {
	client *Client
	vendor string
	pull   *health.Pull
	base   string
	header http.Header
	at     howFar
	out    health.PullStep
}

func (q *query) step(ctx context.Context, key string) error {
	if q.vendor == "opsgenie" {
		q.header.Set("Authorization", "GenieKey "+key)
		return q.opsgenie(ctx)
	}
	q.header.Set("Authorization", "Token token="+key)
	q.header.Set("Accept", "application/vnd.pagerduty+json;version=2")
	return q.pagerduty(ctx)
}

// errGone says that there is no such thing, or that the key may not see it.
var errGone = errors.New("not found")

// get asks and reads the answer into a document.
func (q *query) get(ctx context.Context, path string, values url.Values, into any) ([]byte, error) {
	answer, err := q.client.Fetch.Ask(ctx, q.base+path+"?"+values.Encode(), q.header)
	var invalid *schedule.InvalidError
	switch {
	case errors.As(err, &invalid):
		return nil, &health.PullError{Reason: "It does not answer: " + invalid.Reason + "."}
	case err != nil:
		return nil, err
	}
	q.out.Rate = rateOf(answer.Header)
	if err := q.refusal(&answer, path); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(answer.Body, into); err != nil {
		return nil, &health.PullError{Reason: "Its answer cannot be read: it is no JSON."}
	}
	return answer.Body, nil
}

// refusal says what an answer means that is not what was asked for.
func (q *query) refusal(answer *fetch.Answer, path string) error {
	switch code := answer.Status; {
	case code == http.StatusOK:
		return nil
	case code == http.StatusUnauthorized:
		return &health.PullError{Reason: "It does not know the key: it may have been removed there, or belong to another region.", Lasts: true}
	case code == http.StatusNotFound:
		return errGone
	case code == http.StatusPaymentRequired || code == http.StatusForbidden:
		return &health.PullError{Reason: fmt.Sprintf("The key may not read %s (%d): make one that may read everything.", path, code), Lasts: true}
	case code == http.StatusTooManyRequests:
		return &health.PullError{Reason: "It was asked too often, and is asked again when it allows that.", Wait: waitOf(answer.Header)}
	case code >= 500 || code == http.StatusRequestTimeout:
		return &health.PullError{Reason: fmt.Sprintf("It answers %d, which may pass.", code)}
	default:
		return &health.PullError{Reason: fmt.Sprintf("It refuses the request %s (%d).", path, code), Lasts: true}
	}
}

// waitOf is how long a vendor wants to be left alone: half a minute where it does not
// say.
func waitOf(h http.Header) time.Duration {
	for _, name := range []string{"Ratelimit-Reset", "Retry-After", "X-Ratelimit-Period-In-Sec"} {
		if n, err := strconv.Atoi(h.Get(name)); err == nil && n > 0 {
			return time.Duration(n) * time.Second
		}
	}
	return 30 * time.Second
}

// rateOf is what a vendor says of its limits.
func rateOf(h http.Header) string {
	text := ""
	for _, name := range []string{"Ratelimit-Limit", "Ratelimit-Remaining", "Ratelimit-Reset", "X-Ratelimit-State"} {
		if v := h.Get(name); v != "" && len(v) < 50 {
			text += name + ": " + v + "; "
		}
	}
	return text
}

// keep adds an answer as a delivery.
func (q *query) keep(name, format string, body []byte) {
	q.out.Deliveries = append(q.out.Deliveries, health.Delivery{
		Key: fmt.Sprintf("pull:%d:%s", q.pull.ID, name), Headers: map[string]string{FormatHeader: q.vendor + ".rest." + format}, Body: body,
	})
}

// lost says that an API has not what it should have.
func (q *query) lost(path string) error {
	return &health.PullError{Reason: "There is no " + path + " at its address.", Lasts: true}
}

// part goes on with another part.
func (q *query) part(name string) { q.at = howFar{Part: name} }

// halve makes the window end in its middle, and begin again: a vendor lists only so
// many of one.
func (q *query) halve() error {
	middle := q.pull.From.Add(q.pull.Until.Sub(q.pull.From) / 2).Truncate(time.Second)
	if !middle.After(q.pull.From) {
		return &health.PullError{Reason: "It has more pages in a single second than it lists.", Lasts: true}
	}
	q.out.Until = middle
	return nil
}

// ids are the names of what a list has.
func ids(list []struct {
	ID string `json:"id"`
}) []string {
	out := make([]string, 0, len(list))
	for _, x := range list {
		if x.ID != "" {
			out = append(out, x.ID)
		}
	}
	return out
}
