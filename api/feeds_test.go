package api_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"watchbill/api"
	"watchbill/migrations"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
	"watchbill/schedule/scheduledb"

	"github.com/labstack/echo/v4"
)

// A feedServer serves the feeds of a team in which Zoë has four weeks around the
// end of summer time.
type feedServer struct {
	*httptest.Server
	t       testing.TB
	service *schedule.Service
	now     time.Time
	team    schedule.ID
	zoe     schedule.ID
	link    string
}

func newFeedServer(t testing.TB, db *migrations.DB) *feedServer {
	t.Helper()
	s := &feedServer{t: t, now: time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)}
	berlin, err := time.LoadLocation("Europe/Berlin")
	s.ok(err)
	s.service = &schedule.Service{Store: scheduledb.New(db.Write, db.Read), Now: func() time.Time { return s.now }}
	s.service.Plan = func(_ context.Context, in schedule.PlanInput, _ func(int) bool) (p schedule.Planned, err error) {
		for day := in.From; day.Before(in.Until); day = day.AddDays(7) {
			p.Shifts = append(p.Shifts, schedule.Published{
				Slot: schedule.SlotID("primary " + day.String()), Rotation: "primary", Points: 1, Person: in.People[0].Profile.ID,
				Start: day.At(schedule.ClockAt(9, 0), berlin), End: day.AddDays(7).At(schedule.ClockAt(9, 0), berlin),
			})
		}
		return p, nil
	}
	from := schedule.Date{Year: 2026, Month: time.October, Day: 5}
	team, err := s.service.AddTeam(context.Background(), 0, schedule.TeamImport{
		Name: "Zahlungen, Kasse; \\Süd", Zone: "Europe/Berlin", HorizonWeeks: 4, Rules: "x", From: from,
		People: []schedule.Planning{
			{Profile: schedule.Profile{Name: "Zoë O'Brien\r\nSUMMARY:x", Email: "zoe@example.com", Zone: "Europe/Berlin"}, Membership: schedule.Membership{OnCall: true}},
			{Profile: schedule.Profile{Name: "Ben", Email: "ben@example.com", Zone: "Europe/Berlin"}, Membership: schedule.Membership{OnCall: true}},
		},
	})
	s.ok(err)
	s.team = team.ID
	zoe, err := s.service.Store.PersonByEmail(context.Background(), "zoe@example.com")
	s.ok(err)
	s.zoe = zoe.ID
	d, err := s.service.AskDraft(context.Background(), 0, schedule.DraftOrder{Team: s.team, From: from, Until: from.AddDays(28)})
	s.ok(err)
	s.ok(s.service.RunDraft(context.Background(), d.ID))
	_, err = s.service.Publish(context.Background(), 0, d.ID, "")
	s.ok(err)
	e := echo.New()
	(&api.Feeds{Schedule: s.service, BaseURL: "https://watchbill.example"}).Register(e)
	s.Server = httptest.NewServer(e)
	t.Cleanup(s.Close)
	s.link = s.feed(schedule.Feed{Kind: schedule.FeedPerson, Owner: s.zoe, Tombstones: true})
	return s
}

func (s *feedServer) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// feed makes a feed and returns its link.
func (s *feedServer) feed(f schedule.Feed) string {
	s.t.Helper()
	_, token, err := s.service.AddFeed(context.Background(), f)
	s.ok(err)
	return s.URL + "/feeds/" + token + ".ics"
}

func (s *feedServer) get(method, link string, header ...string) (*http.Response, string) {
	s.t.Helper()
	req, err := http.NewRequest(method, link, nil)
	s.ok(err)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	s.ok(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	s.ok(err)
	return resp, string(body)
}

func TestFeed(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		s := newFeedServer(t, db)
		resp, body := s.get("GET", s.link)
		for name, want := range map[string]string{
			"Content-Type": "text/calendar; charset=utf-8", "Cache-Control": "private, max-age=300", "X-Content-Type-Options": "nosniff",
			"X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer", "Vary": "Accept-Encoding", "Content-Disposition": `inline; filename="on-call.ics"`,
		} {
			if got := resp.Header.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		// The week in which the clock goes back has 169 hours.
		for _, line := range []string{
			"DTSTART:20261019T070000Z", "DTEND:20261026T080000Z", "SEQUENCE:1", "STATUS:CONFIRMED", "TRANSP:TRANSPARENT", "X-MICROSOFT-CDO-BUSYSTATUS:FREE",
			fmt.Sprintf("UID:primary_2026-10-19.%d-6abe4b40@watchbill", s.team), "LAST-MODIFIED:20261001T120000Z", "DTSTAMP:20261001T120000Z",
			"REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-WR-CALNAME:On call",
		} {
			if !strings.Contains(body, "\r\n"+line+"\r\n") {
				t.Errorf("there is no line %s in\n%s", line, body)
			}
		}
		if n := strings.Count(body, "\r\nSUMMARY:"); n != 4 {
			t.Errorf("%d events, want 4", n)
		}
		for line := range strings.SplitSeq(body, "\r\n") {
			if len(line) > 75 || strings.ContainsAny(line, "\r\n") {
				t.Errorf("line %q", line)
			}
		}
	})
}

// A reader who asks again gets 304 until something changes, and what was taken away
// stays as cancelled.
func TestFeedAgain(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		s := newFeedServer(t, db)
		s.now = s.now.Add(time.Minute)
		resp, body := s.get("GET", s.link)
		etag := resp.Header.Get("Etag")
		s.now = s.now.Add(time.Minute)
		resp, again := s.get("GET", s.link)
		modified := resp.Header.Get("Last-Modified")
		if again != body || modified == "" {
			t.Fatalf("an unchanged feed has other bytes, or no date (%q)", modified)
		}
		for _, header := range [][]string{
			{"If-None-Match", etag}, {"If-None-Match", `"x", ` + strings.TrimPrefix(etag, "W/")}, {"If-None-Match", "*"}, {"If-Modified-Since", modified},
		} {
			if resp, body := s.get("GET", s.link, header...); resp.StatusCode != http.StatusNotModified || body != "" {
				t.Errorf("%v: %d", header, resp.StatusCode)
			}
		}
		for _, header := range [][]string{
			{"If-None-Match", `"other"`, "If-Modified-Since", modified}, {"If-Modified-Since", "yesterday"}, {"If-Modified-Since", "Thu, 01 Jan 1970 00:00:00 GMT"},
		} {
			if resp, _ := s.get("GET", s.link, header...); resp.StatusCode != http.StatusOK {
				t.Errorf("%v: %d", header, resp.StatusCode)
			}
		}
		resp, head := s.get("HEAD", s.link)
		if resp.StatusCode != http.StatusOK || head != "" || resp.Header.Get("Etag") != etag {
			t.Errorf("HEAD: %d, %q, %s", resp.StatusCode, head, resp.Header.Get("Etag"))
		}
		resp, zipped := s.get("GET", s.link, "Accept-Encoding", "br, gzip;q=0.5")
		unzip, err := gzip.NewReader(strings.NewReader(zipped))
		s.ok(err)
		plain, err := io.ReadAll(unzip)
		s.ok(err)
		if resp.Header.Get("Content-Encoding") != "gzip" || string(plain) != body {
			t.Error("the compressed feed is another one")
		}
		ben, err := s.service.Store.PersonByEmail(t.Context(), "ben@example.com")
		s.ok(err)
		week := schedule.Stretch{Slot: "primary 2026-10-19", Start: time.Date(2026, 10, 19, 7, 0, 0, 0, time.UTC), End: time.Date(2026, 10, 26, 8, 0, 0, 0, time.UTC)}
		_, err = s.service.Put(t.Context(), ben.ID, s.team, week, ben.ID, "ill")
		s.ok(err)
		resp, body = s.get("GET", s.link, "If-None-Match", etag)
		if resp.StatusCode != http.StatusOK || !strings.Contains(body, "STATUS:CANCELLED") || !strings.Contains(body, "SUMMARY:Cancelled: On call") || !strings.Contains(body, "SEQUENCE:2") {
			t.Errorf("after the change: %d\n%s", resp.StatusCode, body)
		}
		feeds, err := s.service.Store.Feeds(t.Context(), s.zoe)
		s.ok(err)
		if text, _ := json.Marshal(feeds); feeds[0].FetchedBy == "" || feeds[0].FetchedAt.IsZero() {
			t.Errorf("nobody noted who fetched it: %s", text)
		}
	})
}

// Kinds and options of feeds.
func TestFeedKinds(t *testing.T) {
	db := migrationstest.Migrated(t, migrationstest.SQLite(t))
	s := newFeedServer(t, db)
	_, err := s.service.AddLeave(t.Context(), s.zoe, schedule.Leave{Person: s.zoe, First: schedule.Date{Year: 2026, Month: 12, Day: 24}, Last: schedule.Date{Year: 2026, Month: 12, Day: 26}, Note: "secret"})
	s.ok(err)
	for _, test := range []struct {
		feed  schedule.Feed
		lines []string
		not   string
	}{
		{schedule.Feed{Kind: schedule.FeedTeam, Team: s.team, Busy: true}, []string{"TRANSP:OPAQUE", "X-MICROSOFT-CDO-BUSYSTATUS:BUSY", "X-WR-CALNAME:On call: Zahlungen Kasse Süd"}, "Away"},
		{schedule.Feed{Kind: schedule.FeedRotation, Team: s.team, Rotation: "primary"}, []string{"CATEGORIES:On-call,Zahlungen\\, Kasse\\; \\\\Süd"}, "Away"},
		{schedule.Feed{Kind: schedule.FeedRotation, Team: s.team, Rotation: "secondary"}, []string{"X-WR-CALNAME:On call: Zahlungen Kasse Süd secondary", "END:VCALENDAR"}, "VEVENT"},
		{schedule.Feed{Kind: schedule.FeedAbsences, Team: s.team}, []string{"DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261227", "UID:away-1.1-6abe4b40@watchbill"}, "secret"},
	} {
		test.feed.Owner = s.zoe
		resp, body := s.get("GET", s.feed(test.feed))
		for _, line := range test.lines {
			if resp.StatusCode != http.StatusOK || !strings.Contains(body, line+"\r\n") {
				t.Errorf("%s: no %s in\n%s", test.feed.Kind, line, body)
			}
		}
		if strings.Contains(body, test.not) {
			t.Errorf("%s shows %s", test.feed.Kind, test.not)
		}
	}
}

// Wrong tokens are not found, however wrong they are.
func TestFeedTokens(t *testing.T) {
	db := migrationstest.Migrated(t, migrationstest.SQLite(t))
	s := newFeedServer(t, db)
	token := strings.TrimSuffix(strings.TrimPrefix(s.link, s.URL+"/feeds/"), ".ics")
	for _, bad := range []string{
		"x.ics", token, token + ".ICS", token[:10] + ".ics", token + "a.ics", strings.Repeat("a", 5000) + ".ics", "%00.ics", "%ff%fe.ics", "..%2f..%2fetc.ics", ".ics", "a%2fb.ics",
	} {
		resp, body := s.get("GET", s.URL+"/feeds/"+bad)
		if resp.StatusCode != http.StatusNotFound || strings.Contains(body, "BEGIN") {
			t.Errorf("%.40q: %d", bad, resp.StatusCode)
		}
	}
	s.ok(db.Write.Exec("UPDATE person SET deactivated_at = 1").Error)
	if resp, _ := s.get("GET", s.link); resp.StatusCode != http.StatusNotFound {
		t.Errorf("the feed of somebody who left: %d", resp.StatusCode)
	}
}

func BenchmarkFeed(b *testing.B) {
	s := newFeedServer(b, migrationstest.Migrated(b, migrationstest.SQLite(b)))
	e := echo.New()
	(&api.Feeds{Schedule: s.service}).Register(e)
	hello := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })
	first := httptest.NewRecorder()
	path := strings.TrimPrefix(s.link, s.URL)
	e.ServeHTTP(first, httptest.NewRequest(http.MethodGet, path, nil))
	for _, c := range []struct {
		name    string
		handler http.Handler
		header  []string
	}{
		{"hello", hello, nil},
		{"unchanged", e, []string{"If-None-Match", first.Header().Get("Etag")}},
		{"gzip", e, []string{"Accept-Encoding", "gzip"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			server := httptest.NewServer(c.handler)
			defer server.Close()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					req, _ := http.NewRequest(http.MethodGet, server.URL+path, nil)
					if c.header != nil {
						req.Header.Set(c.header[0], c.header[1])
					}
					resp, err := http.DefaultTransport.RoundTrip(req)
					if err != nil {
						b.Error(err)
						return
					}
					_, _ = io.Copy(io.Discard, resp.Body)
					_ = resp.Body.Close()
				}
			})
		})
	}
}
