package api

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"watchbill/schedule"
	"watchbill/schedule/ical"

	"github.com/labstack/echo/v4"
)

// Feeds serves calendars by secret links. What was rendered is kept until what it
// shows changes, so that a reader who asks again costs two look-ups.
type Feeds struct {
	Schedule *schedule.Service
	BaseURL  string // of the pages that events link to

	mu    sync.Mutex
	cache map[schedule.ID]*rendered
}

// A rendered feed is its bytes and what they are made of.
type rendered struct {
	stamp   string
	etag    string
	plain   []byte
	zipped  []byte
	changed time.Time // when these bytes were made first
	noted   time.Time // when the last fetch was written down
	notedBy string
}

// fetchNoted is how exactly the last fetch of a feed is known.
const fetchNoted = 5 * time.Minute

// maxCached bounds the feeds that are kept, some tens of kilobytes each.
const maxCached = 5000

// feed answers GET and HEAD of /feeds/{token}.ics. A wrong token is not found,
// however wrong it is.
func (s *Feeds) feed(c echo.Context) error {
	ctx, h := c.Request().Context(), c.Response().Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Robots-Tag", "noindex")
	h.Set("Referrer-Policy", "no-referrer")
	token, ok := strings.CutSuffix(c.Param("token"), ".ics")
	f, err := schedule.Feed{}, schedule.ErrNotFound
	if ok && len(token) < 100 {
		f, err = s.Schedule.Store.FeedByToken(ctx, schedule.FeedTokenHash(token))
	}
	if errors.Is(err, schedule.ErrNotFound) {
		h.Set("Cache-Control", "no-store")
		return c.String(http.StatusNotFound, "There is no calendar at this address. It may have been reset: look for the new link on your account page.\n")
	} else if err != nil {
		return err
	}
	r, err := s.render(ctx, f)
	if err != nil {
		return err
	}
	if err := s.note(ctx, &f, r, c.Request().UserAgent()); err != nil {
		return err
	}
	h.Set("Content-Type", "text/calendar; charset=utf-8")
	h.Set("Content-Disposition", `inline; filename="on-call.ics"`)
	h.Set("Cache-Control", "private, max-age=300")
	h.Set("Vary", "Accept-Encoding")
	h.Set("Etag", r.etag)
	body := r.plain
	if acceptsGzip(c.Request()) {
		h.Set("Content-Encoding", "gzip")
		body = r.zipped
	}
	changed := r.changed
	if s.Schedule.Now().Sub(changed) < 2*time.Second {
		changed = time.Time{} // dates have whole seconds, and within this one it may change again
	}
	http.ServeContent(c.Response(), c.Request(), "", changed, bytes.NewReader(body))
	return nil
}

func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if (name == "gzip" || name == "*") && strings.TrimSpace(q) != "q=0" {
			return true
		}
	}
	return false
}

// render returns the feed's bytes, those it has when nothing has changed.
func (s *Feeds) render(ctx context.Context, f schedule.Feed) (*rendered, error) {
	stamp, err := s.Schedule.Stamp(ctx, &f)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	have := s.cache[f.ID]
	s.mu.Unlock()
	if have != nil && have.stamp == stamp {
		return have, nil
	}
	content, err := s.Schedule.FeedContent(ctx, f)
	if err != nil {
		return nil, err
	}
	var plain, zipped bytes.Buffer
	if err := ical.Encode(&plain, s.calendar(&content)); err != nil {
		return nil, err
	}
	zip := gzip.NewWriter(&zipped)
	if _, err := zip.Write(plain.Bytes()); err != nil {
		return nil, err
	}
	if err := zip.Close(); err != nil {
		return nil, err
	}
	r := &rendered{
		stamp: stamp, etag: fmt.Sprintf(`W/"%x"`, sha256.Sum256(plain.Bytes())), plain: plain.Bytes(), zipped: zipped.Bytes(),
		changed: s.Schedule.Now(), noted: f.FetchedAt, notedBy: f.FetchedBy,
	}
	if have != nil && have.etag == r.etag {
		r.changed = have.changed
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cache == nil || len(s.cache) >= maxCached {
		s.cache = map[schedule.ID]*rendered{}
	}
	s.cache[f.ID] = r
	return r, nil
}

// note writes down who fetched the feed, now and then.
func (s *Feeds) note(ctx context.Context, f *schedule.Feed, r *rendered, agent string) error {
	now := s.Schedule.Now()
	agent = strings.ToValidUTF8(agent[:min(len(agent), 200)], "")
	s.mu.Lock()
	stale := now.Sub(r.noted) >= fetchNoted || agent != r.notedBy
	if stale {
		r.noted, r.notedBy = now, agent
	}
	s.mu.Unlock()
	if !stale {
		return nil
	}
	return s.Schedule.Store.Fetched(ctx, f.ID, now, agent)
}

// calendar writes what a feed shows in the words of calendars.
func (s *Feeds) calendar(c *schedule.FeedContent) ical.Calendar {
	cal := ical.Calendar{Name: c.Name}
	for i := range c.Events {
		e := &c.Events[i]
		out := ical.Event{
			UID: e.UID, Start: e.Shift.Start, End: e.Shift.End, First: e.First, Last: e.Last,
			Changed: e.Shift.ChangedAt, Sequence: e.Shift.Changes, Busy: c.Feed.Busy, Cancelled: e.Cancelled,
		}
		if c.Feed.Kind == schedule.FeedAbsences {
			out.Summary, out.Categories = "Away: "+e.Person, []string{"Away", e.Team}
		} else {
			s.describe(&out, e)
		}
		cal.Events = append(cal.Events, out)
	}
	return cal
}

func (s *Feeds) describe(out *ical.Event, e *schedule.FeedEvent) {
	who := e.Person
	if e.Shift.Person == 0 {
		who = "UNFILLED"
	}
	out.Summary = fmt.Sprintf("On call (%s): %s – %s", e.Shift.Rotation, who, e.Team)
	if e.Cancelled {
		out.Summary = "Cancelled: " + out.Summary
	}
	out.Categories = []string{"On-call", e.Team}
	zone, err := time.LoadLocation(e.Zone)
	if err != nil {
		zone = time.UTC
	}
	out.Description = fmt.Sprintf("%s, %s to %s", e.Shift.Rotation, e.Shift.Start.In(zone).Format(feedTime), e.Shift.End.In(zone).Format(feedTime))
	switch {
	case e.Shift.Kind == schedule.Covered:
		out.Description += "\nTaken over"
	case e.Shift.Kind == schedule.Swapped:
		out.Description += "\nSwapped"
	case e.Shift.Override != 0:
		out.Description += "\nChanged by a manager"
	}
	if s.BaseURL != "" {
		out.URL = s.BaseURL + "/"
	}
}

// feedTime is how descriptions give times on the team's clock.
const feedTime = "Mon 2 Jan 2006 15:04 MST"
