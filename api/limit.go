package api

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"watchbill/api/auth"

	"github.com/labstack/echo/v4"
)

// limitWindow is the time for which calls are counted.
const limitWindow = time.Minute

// maxCallers bounds whose calls are counted at a time.
const maxCallers = 20_000

// A limiter counts the calls of each token and each session, in windows that begin
// with the first call. It counts those of this replica: the limit keeps a program
// that runs wild from taking the service with it, and a row written for every call
// would cost more than the calls.
type limiter struct {
	*Server

	mu      sync.Mutex
	callers map[string]*window
}

type window struct {
	ends time.Time
	left int
}

// take counts a call and says what is left, until when, and whether it was one too
// many.
func (l *limiter) take(caller string) (left int, ends time.Time, ok bool) {
	now := l.Schedule.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.callers[caller]
	if w == nil || !now.Before(w.ends) {
		l.makeRoom(now)
		w = &window{now.Add(limitWindow), l.Limit}
		l.callers[caller] = w
	}
	if w.left == 0 {
		return 0, w.ends, false
	}
	w.left--
	return w.left, w.ends, true
}

// makeRoom forgets windows that have ended when there are many.
func (l *limiter) makeRoom(now time.Time) {
	if l.callers == nil || len(l.callers) >= maxCallers {
		kept := map[string]*window{}
		for caller, w := range l.callers {
			if now.Before(w.ends) {
				kept[caller] = w
			}
		}
		if len(kept) >= maxCallers {
			kept = map[string]*window{}
		}
		l.callers = kept
	}
}

// limited is the middleware that refuses calls beyond the limit, and tells everybody
// where they are. It stands behind auth.Identify; nobody is refused elsewhere.
func (l *limiter) limited(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		w := auth.From(c.Request().Context())
		if l.Limit <= 0 || !w.Known() {
			return next(c)
		}
		left, ends, ok := l.take(fmt.Sprintf("%d %d", w.Token, w.Session))
		wait := strconv.Itoa(max(1, int(ends.Sub(l.Schedule.Now())/time.Second)))
		h := c.Response().Header()
		h.Set("Ratelimit-Limit", strconv.Itoa(l.Limit))
		h.Set("Ratelimit-Remaining", strconv.Itoa(left))
		h.Set("Ratelimit-Reset", wait)
		if !ok {
			p := newProblem(http.StatusTooManyRequests, fmt.Sprintf("These are more than %d calls in a minute. Try again in %s seconds.", l.Limit, wait))
			p.header = http.Header{"Retry-After": {wait}}
			return p
		}
		return next(c)
	}
}
