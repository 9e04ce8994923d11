package api_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
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
	s.Server = s.replica()
	s.link = s.feed(schedule.Feed{Kind: schedule.FeedPerson, Owner: s.zoe, Tombstones: true})
	return s
}

// replica starts another server on the same database.
func (s *feedServer) replica() *httptest.Server {
	e := echo.New()
	api.NewFeeds(s.service, "https://watchbill.example", slog.New(slog.DiscardHandler)).Register(e)
	server := httptest.NewServer(e)
	s.t.Cleanup(server.Close)
	return server
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
		for accept, want := range map[string]string{
			"GZIP": "gzip", "*": "gzip", "deflate, gzip ; q=0.1": "gzip", "gzip, *;q=0": "gzip",
			"": "", "br": "", "gzip;q=0": "", "gzip; q=0.000, *": "", "*;q=0.0": "", "gzipped": "",
		} {
			if resp, _ := s.get("HEAD", s.link, "Accept-Encoding", accept); resp.Header.Get("Content-Encoding") != want {
				t.Errorf("who accepts %q gets %q", accept, resp.Header.Get("Content-Encoding"))
			}
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
		{schedule.Feed{Kind: schedule.FeedPerson, Alarms: true}, []string{"BEGIN:VALARM", "TRIGGER:-PT15M", "ACTION:DISPLAY", "DESCRIPTION:On call (primary): Zoë O'Brien SUMMARY:x – Zahlungen\\, Kasse",
			"URL:https://watchbill.example/shifts/3", `DESCRIPTION:primary: Mon 19 Oct 2026 09:00 CEST to Mon 26 Oct 2026 09:00 CE`}, "Away"},
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
		"/" + token + ".ics", token + ".ics/", token + ".ics.ics", token + ".Ics", "a/" + token + ".ics", "", "%2e%2e/" + token + ".ics", token + "%2eics%00", token + "%00.ics",
		"x.ics", token, token + ".ICS", token[:10] + ".ics", token + "a.ics", strings.Repeat("a", 5000) + ".ics", "%00.ics", "%ff%fe.ics", "..%2f..%2fetc.ics", ".ics", "a%2fb.ics",
	} {
		resp, body := s.get("GET", s.URL+"/feeds/"+bad)
		if resp.StatusCode != http.StatusNotFound || strings.Contains(body, "BEGIN") || resp.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%.40q: %d %v", bad, resp.StatusCode, resp.Header)
		}
	}
	// What people add to make a calendar read it anew changes nothing, and an
	// escaped letter is the letter.
	for _, good := range []string{"?x=1", "?token=other&_=%zz", "#y"} {
		if resp, _ := s.get("GET", s.link+good); resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", good, resp.StatusCode)
		}
	}
	s.ok(db.Write.Exec("UPDATE person SET deactivated_at = 1").Error)
	if resp, _ := s.get("GET", s.link); resp.StatusCode != http.StatusNotFound {
		t.Errorf("the feed of somebody who left: %d", resp.StatusCode)
	}
}

// Replicas and restarts agree on a feed's bytes and on when they last changed, and
// one that has never rendered it knows that a reader has the newest.
func TestFeedReplicas(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		s := newFeedServer(t, db)
		path := strings.TrimPrefix(s.link, s.URL)
		s.now = s.now.Add(time.Minute)
		resp, body := s.get("GET", s.link)
		etag, modified := resp.Header.Get("Etag"), resp.Header.Get("Last-Modified")
		if etag == "" || modified != "Thu, 01 Oct 2026 12:01:00 GMT" {
			t.Fatalf("%s, %s", etag, modified)
		}
		s.now = s.now.Add(3 * time.Hour)
		other := s.replica()
		if resp, body := s.get("GET", other.URL+path, "If-None-Match", etag); resp.StatusCode != http.StatusNotModified || body != "" || resp.Header.Get("Etag") != etag {
			t.Errorf("a fresh replica: %d %v", resp.StatusCode, resp.Header)
		}
		if resp, again := s.get("GET", other.URL+path); again != body || resp.Header.Get("Etag") != etag || resp.Header.Get("Last-Modified") != modified {
			t.Errorf("another replica has %v", resp.Header)
		}
		if resp, _ := s.get("GET", other.URL+path, "If-Modified-Since", modified); resp.StatusCode != http.StatusNotModified {
			t.Errorf("by date: %d", resp.StatusCode)
		}

		// The next day all is rendered anew, and nothing has changed.
		s.now = s.now.AddDate(0, 0, 1)
		for _, url := range []string{s.URL, other.URL, s.replica().URL} {
			if resp, again := s.get("GET", url+path); again != body || resp.Header.Get("Last-Modified") != modified {
				t.Errorf("on the next day %s has %v", url, resp.Header)
			}
		}

		// Two changes in one second are two for who asks by date.
		week := schedule.Stretch{Slot: "primary 2026-10-19", Start: time.Date(2026, 10, 19, 7, 0, 0, 0, time.UTC), End: time.Date(2026, 10, 26, 8, 0, 0, 0, time.UTC)}
		o, err := s.service.Put(t.Context(), s.zoe, s.team, week, 0, "nobody")
		s.ok(err)
		resp, _ = s.get("GET", s.link)
		first := resp.Header.Get("Last-Modified")
		s.ok(s.service.Undo(t.Context(), s.zoe, o.ID))
		resp, undone := s.get("GET", other.URL+path, "If-Modified-Since", first)
		if resp.StatusCode != http.StatusOK || resp.Header.Get("Etag") == etag {
			t.Errorf("two changes in one second: %d", resp.StatusCode)
		}
		s.now = s.now.Add(time.Minute)
		resp, again := s.get("GET", s.link, "If-Modified-Since", first)
		if resp.StatusCode != http.StatusOK || again != undone || resp.Header.Get("Last-Modified") <= first {
			t.Errorf("two changes in one second, read later: %d %v", resp.StatusCode, resp.Header)
		}
	})
}

// When the database takes no writes, feeds are still read.
func TestFeedWithoutWriting(t *testing.T) {
	db := migrationstest.Migrated(t, migrationstest.SQLite(t))
	s := newFeedServer(t, db)
	s.ok(db.Write.Exec("PRAGMA query_only = 1").Error)
	resp, body := s.get("GET", s.link)
	if resp.StatusCode != http.StatusOK || !strings.Contains(body, "BEGIN:VEVENT") {
		t.Fatalf("%d %s", resp.StatusCode, body)
	}
	if resp, _ := s.get("GET", s.link, "If-None-Match", resp.Header.Get("Etag")); resp.StatusCode != http.StatusNotModified {
		t.Errorf("%d", resp.StatusCode)
	}
}

// Who fetched a feed is noted at once, then every five minutes, and sooner when it
// is another program; an earlier fetch never replaces a later one.
func TestFeedFetched(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		s := newFeedServer(t, db)
		began := s.now
		replica := s.replica().URL + strings.TrimPrefix(s.link, s.URL)
		for _, c := range []struct {
			after time.Duration
			link  string
			agent string
			want  string
		}{
			{0, s.link, "Phone", "Phone 0s"}, {time.Second, s.link, "Tablet", "Phone 0s"}, {2 * time.Minute, s.link, "Phone", "Phone 0s"},
			{3 * time.Minute, replica, "Tablet", "Tablet 3m0s"}, {3*time.Minute + 30*time.Second, s.link, "Phone", "Tablet 3m0s"},
			{7 * time.Minute, s.link, "Tablet", "Tablet 3m0s"}, {8 * time.Minute, replica, "Tablet", "Tablet 8m0s"},
			{20 * time.Minute, s.link, strings.Repeat("ü", 300), strings.Repeat("ü", 100) + " 20m0s"},
		} {
			s.now = began.Add(c.after)
			s.get("GET", c.link, "User-Agent", c.agent)
			feeds, err := s.service.Store.Feeds(t.Context(), s.zoe)
			s.ok(err)
			if got := fmt.Sprint(feeds[0].FetchedBy, " ", feeds[0].FetchedAt.Sub(began)); got != c.want {
				t.Errorf("after %v by %.10s: %.40s, want %.40s", c.after, c.agent, got, c.want)
			}
		}
		feeds, err := s.service.Store.Feeds(t.Context(), s.zoe)
		s.ok(err)
		s.ok(s.service.Store.Fetched(t.Context(), feeds[0].ID, began, "Late"))
		if feeds, err = s.service.Store.Feeds(t.Context(), s.zoe); err != nil || feeds[0].FetchedBy == "Late" {
			t.Error("an earlier fetch replaced a later one", err)
		}
	})
}

// A feed of a large team stays under a megabyte: without descriptions, and then
// with less of the future, never without what is near.
func TestFeedSize(t *testing.T) {
	s := newFeedServer(t, migrationstest.Migrated(t, migrationstest.SQLite(t)))
	start := s.now.AddDate(0, 0, -10)
	for _, size := range []int{2500, 9000} {
		var shifts []schedule.Published
		for i := range size {
			from := start.Add(time.Duration(i) * time.Hour)
			shifts = append(shifts, schedule.Published{
				Slot: schedule.SlotID(fmt.Sprintf("desk%d %d", size, i)), Rotation: schedule.RotationID(fmt.Sprint("desk", size)), Person: s.zoe,
				Start: from, End: from.Add(time.Hour), Points: 1, Since: start, Plan: 1,
			})
		}
		s.ok(s.service.Store.Publish(t.Context(), s.team, shifts))
		link := s.feed(schedule.Feed{Kind: schedule.FeedRotation, Team: s.team, Rotation: shifts[0].Rotation, Owner: s.zoe})
		_, body := s.get("GET", link)
		n := strings.Count(body, "BEGIN:VEVENT")
		if len(body) >= 1_000_000 || !strings.HasSuffix(body, "END:VCALENDAR\r\n") || strings.Contains(body, "DESCRIPTION") || n < 2200 || n > size {
			t.Errorf("of %d shifts %d events in %d octets", size, n, len(body))
		}
		if first := "DTSTART:" + start.Format("20060102T150405Z"); !strings.Contains(body, first) {
			t.Errorf("there is no %s", first)
		}
	}
}
