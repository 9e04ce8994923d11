package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"watchbill/schedule"
	"watchbill/schedule/ical"

	"github.com/cespare/xxhash/v2"
	"github.com/labstack/echo/v4"
)

// Feeds serves calendars by secret links. What was rendered is kept until what it
// shows changes, so that a reader who asks again costs one look-up. What a feed's
// bytes were last, and since when, is in the database: a reader who has them is
// told so by any replica, also by one that has never rendered them.
type Feeds struct {
	Schedule *schedule.Service
	BaseURL  string // of the pages that events link to
	Log      *slog.Logger

	cache feedCache
	zips  sync.Pool // of *gzip.Writer
	mu    sync.Mutex
	noted map[schedule.ID]time.Time // when this replica last noted a fetch

	unchanged, cached, fresh, unknown atomic.Uint64
}

// NewFeeds returns feeds whose events link to pages under an address.
func NewFeeds(service *schedule.Service, base string, log *slog.Logger) *Feeds {
	return &Feeds{Schedule: service, BaseURL: base, Log: log, cache: feedCache{most: cacheBytes}}
}

const (
	// cacheBytes bounds the rendered feeds that are kept.
	cacheBytes = 16 << 20
	// fetchNoted is how exactly the last fetch of a feed is known, and
	// otherNoted how soon it is known that another program reads it too.
	fetchNoted = 5 * time.Minute
	otherNoted = time.Minute
	// noteWithin is how long a reader waits for the fetch to be noted.
	noteWithin = time.Second
	// renderTries is how often a feed is rendered again that changes meanwhile.
	renderTries = 3
)

// feed answers GET and HEAD of /feeds/{token}.ics. A wrong token is not found,
// however wrong it is.
func (s *Feeds) feed(c echo.Context) error {
	ctx, h := c.Request().Context(), c.Response().Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Robots-Tag", "noindex")
	h.Set("Referrer-Policy", "no-referrer")
	token, ok := strings.CutSuffix(c.Param("*"), ".ics")
	f, err := schedule.OpenFeed{}, schedule.ErrNotFound
	if ok && len(token) < 100 && !strings.Contains(token, "/") {
		f, err = s.Schedule.OpenFeed(ctx, token)
	}
	if errors.Is(err, schedule.ErrNotFound) {
		s.unknown.Add(1)
		return noFeed(c)
	} else if err != nil {
		return err
	}
	s.note(ctx, &f, c.Request().UserAgent())
	h.Set("Cache-Control", "private, max-age=300")
	h.Set("Vary", "Accept-Encoding")
	stamp := s.stamp(&f)
	r := s.cache.get(f.ID)
	etag := ""
	if r != nil && r.stamp == stamp {
		etag = r.etag
	} else if r = nil; f.Last.Stamp == stamp {
		etag = f.Last.Etag
	}
	if has(c.Request(), etag) {
		s.unchanged.Add(1)
		h.Set("Etag", etag)
		return c.NoContent(http.StatusNotModified)
	}
	answers := &s.cached
	if r == nil {
		answers = &s.fresh
		if r, err = s.render(ctx, token, &f); err != nil {
			return err
		}
	}
	s.serve(c, &f, r)
	if c.Response().Status == http.StatusNotModified { // asked by date
		answers = &s.unchanged
	}
	answers.Add(1)
	return nil
}

// Answers says how often this replica answered a feed, by how: unchanged, rendered
// before (cached), rendered anew, or unknown.
func (s *Feeds) Answers() map[string]uint64 {
	return map[string]uint64{"unchanged": s.unchanged.Load(), "cached": s.cached.Load(), "rendered": s.fresh.Load(), "unknown": s.unknown.Load()}
}

// noFeed is the answer to a token that leads nowhere.
func noFeed(c echo.Context) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.String(http.StatusNotFound, "There is no calendar at this address. It may have been reset: look for the new link on your account page.\n")
}

// stamp is what the bytes of a feed are made of. The format is part of it: raise it
// with every change of how events are written.
func (s *Feeds) stamp(f *schedule.OpenFeed) string {
	sum := sha256.Sum256([]byte("format 3 " + s.BaseURL + " " + f.Stamp))
	return hex.EncodeToString(sum[:16])
}

// has says whether a reader named the bytes they have, among others perhaps.
func has(r *http.Request, etag string) bool {
	have := r.Header["If-None-Match"]
	if len(have) == 0 || etag == "" {
		return false
	}
	for one := range strings.SplitSeq(have[0], ",") {
		if strings.TrimPrefix(strings.TrimSpace(one), "W/") == strings.TrimPrefix(etag, "W/") {
			return true
		}
	}
	return false
}

// serve writes the bytes, or that the reader has them.
func (s *Feeds) serve(c echo.Context, f *schedule.OpenFeed, r *rendered) {
	h := c.Response().Header()
	h.Set("Content-Type", "text/calendar; charset=utf-8")
	h.Set("Content-Disposition", `inline; filename="on-call.ics"`)
	h.Set("Etag", r.etag)
	body := r.plain
	if acceptsGzip(c.Request()) {
		h.Set("Content-Encoding", "gzip")
		body = r.compressed(&s.zips)
	}
	changed := r.changed
	if f.Last.Etag == r.etag {
		changed = f.Last.ChangedAt
	}
	if changed.After(s.Schedule.Now()) {
		changed = time.Time{} // it changed twice within a second; readers by date ask again
	}
	http.ServeContent(c.Response(), c.Request(), "", changed, bytes.NewReader(body))
}

// acceptsGzip says whether a reader takes gzip: by its name, in any case, else with
// all that is not named; a quality of nothing is a no.
func acceptsGzip(r *http.Request) bool {
	others := false
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, quality, _ := strings.Cut(part, ";")
		_, value, _ := strings.Cut(quality, "=")
		q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		wanted := err != nil || q > 0
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "gzip", "x-gzip":
			return wanted
		case "*":
			others = wanted
		}
	}
	return others
}

// render makes the feed's bytes and remembers them.
func (s *Feeds) render(ctx context.Context, token string, f *schedule.OpenFeed) (*rendered, error) {
	for try := 1; ; try++ {
		content, err := s.Schedule.FeedContent(ctx, f)
		if err != nil {
			return nil, err
		}
		plain, err := s.fit(&content)
		if err != nil {
			return nil, err
		}
		// A sum that need not be hard to forge: it tells one reader's own bytes apart.
		r := &rendered{feed: f.ID, stamp: s.stamp(f), plain: plain, etag: fmt.Sprintf(`W/"%016x"`, xxhash.Sum64(plain))}
		last, err := s.remember(ctx, f, r)
		if err != nil {
			// The bytes are good all the same.
			s.Log.ErrorContext(ctx, "rendered feed not remembered", "feed_id", f.ID, "error", err)
			return r, nil
		}
		if last || try == renderTries {
			s.cache.put(r)
			return r, nil
		}
		// Another replica was faster, with what may be newer.
		if *f, err = s.Schedule.OpenFeed(ctx, token); err != nil {
			return nil, err
		}
	}
}

// remember sets when the bytes became what they are and tells all replicas; false
// when another one has told something else meanwhile. Each change has a second of
// its own, for readers who ask by date.
func (s *Feeds) remember(ctx context.Context, f *schedule.OpenFeed, r *rendered) (bool, error) {
	r.changed = f.Last.ChangedAt
	if f.Last.Etag != r.etag {
		r.changed = s.Schedule.Now()
		if next := f.Last.ChangedAt.Add(time.Second); r.changed.Before(next) {
			r.changed = next
		}
	}
	is := schedule.Rendering{Stamp: r.stamp, Etag: r.etag, ChangedAt: r.changed}
	if is.Stamp == f.Last.Stamp && is.Etag == f.Last.Etag {
		return true, nil
	}
	mine, err := s.Schedule.Store.Rendered(ctx, f.ID, f.Last, is)
	if mine {
		f.Last = is
	}
	return mine, err
}

// maxBytes is what some calendars take at most.
const maxBytes = 1_000_000

// fit writes the calendar within what calendars take: without descriptions when it
// would be too long with them, and then without what is farthest ahead.
func (s *Feeds) fit(content *schedule.FeedContent) ([]byte, error) {
	show := *content
	for try := 1; ; try++ {
		plain, err := s.calendar(&show, try == 1)
		if err != nil || len(plain) < maxBytes {
			return plain, err
		}
		if try > 1 {
			show.Events = show.Events[:len(show.Events)*(maxBytes-1)/len(plain)*99/100]
		}
	}
}

// note writes down who fetched the feed, now and then. That is not worth an error
// to whoever reads it.
func (s *Feeds) note(ctx context.Context, f *schedule.OpenFeed, agent string) {
	now := s.Schedule.Now()
	agent = strings.ToValidUTF8(agent[:min(len(agent), 200)], "")
	wait := fetchNoted
	if agent != f.FetchedBy {
		wait = otherNoted
	}
	if now.Sub(f.FetchedAt).Abs() < wait {
		return
	}
	s.mu.Lock()
	recent := now.Sub(s.noted[f.ID]) < otherNoted && !f.FetchedAt.IsZero()
	if s.noted == nil || len(s.noted) > 10_000 {
		s.noted = map[schedule.ID]time.Time{}
	}
	s.noted[f.ID] = now
	s.mu.Unlock()
	if recent {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteWithin)
	defer cancel()
	if err := s.Schedule.Store.Fetched(ctx, f.ID, now, agent); err != nil {
		s.Log.ErrorContext(ctx, "fetch of a feed not noted", "feed_id", f.ID, "error", err)
	}
}

// calendar writes what a feed shows in the words of calendars.
func (s *Feeds) calendar(c *schedule.FeedContent, descriptions bool) ([]byte, error) {
	out := ical.NewWriter(c.Name, len(c.Events))
	w := newFeedWords(s.BaseURL)
	for i := range c.Events {
		e := &c.Events[i]
		event := ical.Event{
			UID: e.UID, Start: e.Shift.Start, End: e.Shift.End, First: e.First, Last: e.Last,
			Changed: e.Shift.ChangedAt, Sequence: e.Shift.Changes, Busy: c.Feed.Busy, Alarm: c.Feed.Alarms && !e.Cancelled, Cancelled: e.Cancelled,
		}
		if c.Feed.Kind == schedule.FeedAbsences {
			event.Summary, event.Categories, event.Alarm = "Away: "+e.Person, []string{"Away", e.Team}, false
		} else {
			w.describe(&event, e)
		}
		if !descriptions {
			event.Description = ""
		}
		if err := out.Add(&event); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}
