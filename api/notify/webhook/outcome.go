package webhook

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"watchbill/schedule"
)

// delays are how long to wait after each try, as the text of Standard Webhooks has them:
// three days in all.
var delays = []time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

// MostTries is how often a delivery is tried before it is given up.
var MostTries = len(delays) + 1

const (
	// jitter is by which part a delay is longer at most, so that what failed at once does
	// not come again at once.
	jitter = 0.2
	// longestWait bounds what an endpoint may ask for.
	longestWait = 24 * time.Hour
	// shortestRest is how long an endpoint rests that has not answered or said that it is
	// too much, and longestRest how long at most when that goes on.
	shortestRest = 5 * time.Second
	longestRest  = 5 * time.Minute
	// failingFor is after how long an endpoint is turned off that has taken nothing, and
	// mostFaults how often it must have failed by then.
	failingFor = 5 * 24 * time.Hour
	mostFaults = 10
	// AnswerKept is how much is kept of an answer, in bytes.
	AnswerKept = 1 << 10
)

// note says what a try came to, for the delivery and for its endpoint.
func (s *Sender) note(e *Endpoint, d *Delivery, a *Answer, err error) {
	now := s.Now()
	d.Status, d.Answer, d.Problem = a.Status, kept(a.Body), ""
	if err == nil && a.Status >= 200 && a.Status < 300 {
		d.State, d.DoneAt = Taken, now
		e.Faults, e.FailingSince, e.RestsUntil, e.TookAt = 0, time.Time{}, time.Time{}, now
		return
	}
	d.Problem = problem(a.Status, err)
	e.Faults++
	if e.FailingSince.IsZero() {
		e.FailingSince = now
	}
	wait := min(after(a.RetryAfter, now), longestWait)
	if err != nil || busy(a.Status) {
		e.RestsUntil = now.Add(max(wait, min(longestRest, shortestRest<<min(e.Faults-1, 10))))
	}
	if d.Tries < MostTries {
		delay := delays[d.Tries-1]
		d.NextAt = now.Add(max(wait, delay) + time.Duration(float64(delay)*jitter*s.Jitter()))
	} else {
		d.State, d.DoneAt = GivenUp, now
	}
	switch {
	case a.Status == http.StatusGone:
		e.OffWhy = "it has answered 410, which is to say that it wants nothing any more"
	case e.Faults >= mostFaults && now.Sub(e.FailingSince) >= failingFor:
		e.OffWhy = "it has taken nothing for five days"
	default:
		return
	}
	e.OffAt, d.State, d.DoneAt = now, GivenUp, now
	s.Log.Warn("webhook fails", "endpoint_id", e.ID, "faults", e.Faults, "problem", d.Problem)
}

// busy says whether an answer is that it is too much, of the endpoint or of what stands
// before it.
func busy(status int) bool {
	return status == http.StatusTooManyRequests || status >= http.StatusBadGateway && status <= http.StatusGatewayTimeout
}

// problem says why a try came to nothing.
func problem(status int, err error) string {
	var refused *schedule.InvalidError
	switch {
	case errors.As(err, &refused):
		return refused.Reason
	case err != nil:
		return "it could not be sent"
	case status >= 300 && status < 400:
		return fmt.Sprintf("it has answered %d, which leads elsewhere: enter the address to which it leads", status)
	}
	return strings.TrimSpace(fmt.Sprintf("it has answered %d %s", status, http.StatusText(status)))
}

// after reads Retry-After: seconds, or a moment.
func after(header string, now time.Time) time.Duration {
	if n, err := strconv.Atoi(strings.TrimSpace(header)); err == nil {
		return time.Duration(max(0, min(n, int(longestWait/time.Second)))) * time.Second
	}
	if at, err := http.ParseTime(header); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// kept is the beginning of an answer, as text that every database takes.
func kept(body []byte) string {
	text := strings.ToValidUTF8(string(body[:min(len(body), AnswerKept)]), "�")
	return strings.ReplaceAll(text, "\x00", "�")
}
