package fetch_test

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"watchbill/api/fetch"
	"watchbill/schedule"

	"golang.org/x/net/dns/dnsmessage"
)

const calendar = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"

func TestPublic(t *testing.T) {
	for text, want := range map[string]bool{
		"1.1.1.1": true, "8.8.8.8": true, "2606:4700::1111": true, "64:ff9b::101:101": true, "::ffff:8.8.8.8": true, "172.32.0.1": true, "100.128.0.1": true,
		"127.0.0.1": false, "127.1.2.3": false, "0.0.0.0": false, "0.1.2.3": false, "10.1.2.3": false, "172.16.0.1": false, "172.31.255.255": false,
		"192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false, "100.100.100.200": false, "168.63.129.16": false, "192.0.0.192": false,
		"192.0.2.1": false, "198.18.0.1": false, "198.51.100.7": false, "203.0.113.9": false, "224.0.0.1": false, "239.1.1.1": false, "240.0.0.1": false, "255.255.255.255": false,
		"::": false, "::1": false, "::ffff:127.0.0.1": false, "::ffff:169.254.169.254": false, "::127.0.0.1": false, "fe80::1": false, "fe80::1%eth0": false,
		"fec0::1": false, "fc00::1": false, "fd00:ec2::254": false, "ff02::1": false, "64:ff9b::7f00:1": false, "64:ff9b::a9fe:a9fe": false, "64:ff9b:1::1": false,
		"2001:db8::1": false, "2001::1": false, "2002:7f00:1::": false, "3fff::1": false, "100::1": false, "4000::1": false,
	} {
		if got := fetch.Public(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func TestLink(t *testing.T) {
	const spaced = " webcal://cal.example/a.ics#x "
	for in, want := range map[string]string{
		spaced: "https://cal.example/a.ics", "WEBCALS://cal.example/a": "https://cal.example/a", "http://cal.example": "http://cal.example",
		"https://u:p@cal.example/a?b=c": "https://u:p@cal.example/a?b=c",
	} {
		if got, err := fetch.Link(in); err != nil || got != want {
			t.Errorf("%q: %q %v, want %q", in, got, err, want)
		}
	}
	for in, want := range map[string]string{
		"": "begin with https", "cal.example/a.ics": "begin with https", "ftp://cal.example/a": "begin with https", "file:///etc/passwd": "begin with https", "https:///a": "no host",
		"mailto:a@b": "no link", "https://cal.example/" + strings.Repeat("x", 2000): "longer", "https://cal.example/\x00": "no link", "http://[::1": "no link", "https://cal.example:99999999/%zz": "no link",
	} {
		_, err := fetch.Link(in)
		var invalid *schedule.InvalidError
		if !errors.As(err, &invalid) || invalid.Field != "url" || !strings.Contains(invalid.Reason, want) {
			t.Errorf("%q: %v, want %q", in, err, want)
		}
	}
}

// A site is a server on this machine, and clients that may and may not reach it.
type site struct {
	t      *testing.T
	url    string
	mux    *http.ServeMux
	inside *fetch.Client // may reach this machine
	public *fetch.Client
}

func newSite(t *testing.T) *site {
	s := &site{t: t, mux: http.NewServeMux()}
	srv := httptest.NewServer(s.mux)
	t.Cleanup(srv.Close)
	s.url = srv.URL
	s.inside = fetch.New(fetch.Options{Agent: "test", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, MaxBytes: 1 << 20, Timeout: time.Second})
	s.public = fetch.New(fetch.Options{Agent: "test", Timeout: time.Second})
	return s
}

func (s *site) on(path string, f http.HandlerFunc) { s.mux.HandleFunc("GET "+path, f) }

func (s *site) refused(c *fetch.Client, link, want string) {
	s.t.Helper()
	begin := time.Now()
	_, err := c.Get(s.t.Context(), link, "", "")
	var invalid *schedule.InvalidError
	if !errors.As(err, &invalid) || !strings.Contains(invalid.Reason, want) {
		s.t.Errorf("%s: %v, want %q", link, err, want)
	}
	if err != nil && (strings.Contains(err.Error(), "127.0.0.1") || strings.Contains(err.Error(), "hush")) {
		s.t.Errorf("the error says where: %v", err)
	}
	if took := time.Since(begin); took > 3*time.Second {
		s.t.Errorf("%s took %v", link, took)
	}
}

func TestGet(t *testing.T) {
	s := newSite(t)
	var agent, referer, conditional atomic.Value
	s.on("/hush.ics", func(w http.ResponseWriter, r *http.Request) {
		agent.Store(r.UserAgent())
		if r.Header.Get("If-None-Match") == `"v1"` && r.Header.Get("If-Modified-Since") == "then" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("ETag", `"v1"`)
		w.Header().Set("Last-Modified", "then")
		_, _ = io.WriteString(w, calendar)
	})
	s.on("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/end", http.StatusFound) })
	s.on("/end", func(w http.ResponseWriter, r *http.Request) {
		referer.Store(r.Referer())
		conditional.Store(r.Header.Get("If-None-Match"))
		_, _ = io.WriteString(w, calendar)
	})
	s.on("/gzip", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = io.WriteString(z, calendar)
		_ = z.Close()
	})
	got, err := s.inside.Get(t.Context(), s.url+"/hush.ics", "", "")
	if err != nil || string(got.Body) != calendar || got.ETag != `"v1"` || got.Modified != "then" || agent.Load() != "test" {
		t.Fatalf("%+v %v", got, err)
	}
	if got, err = s.inside.Get(t.Context(), s.url+"/hush.ics", got.ETag, got.Modified); err != nil || !got.Unchanged || got.ETag != `"v1"` {
		t.Fatalf("%+v %v", got, err)
	}
	if got, err = s.inside.Get(t.Context(), s.url+"/moved", `"v1"`, ""); err != nil || string(got.Body) != calendar || referer.Load() != "" || conditional.Load() != `"v1"` {
		t.Fatalf("%+v %v, referer %q", got, err, referer.Load())
	}
	if got, err = s.inside.Get(t.Context(), s.url+"/gzip", "", ""); err != nil || string(got.Body) != calendar {
		t.Fatalf("%+v %v", got, err)
	}
}

// What servers do wrong, or by intent.
func TestFaults(t *testing.T) {
	s := newSite(t)
	wait := func(r *http.Request) { <-r.Context().Done() }
	s.on("/silent", func(_ http.ResponseWriter, r *http.Request) { wait(r) })
	s.on("/slow", func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			_, _ = io.WriteString(w, "B")
			w.(http.Flusher).Flush()
			time.Sleep(100 * time.Millisecond)
		}
	})
	s.on("/endless", func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, strings.Repeat("BEGIN:VCALENDAR\r\n", 1000)); err != nil {
				return
			}
		}
	})
	s.on("/bomb", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		zeros := make([]byte, 1<<20)
		for range 512 {
			if _, err := z.Write(zeros); err != nil {
				return
			}
		}
		_ = z.Close()
	})
	s.on("/short", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, calendar)
	})
	s.on("/broken-gzip", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = io.WriteString(w, "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x00cut")
	})
	s.on("/unasked-304", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotModified) })
	s.on("/headers", func(w http.ResponseWriter, _ *http.Request) {
		for i := range 1000 {
			w.Header().Set(fmt.Sprint("X-", i), strings.Repeat("x", 1000))
		}
	})
	for _, code := range []int{204, 400, 401, 403, 404, 410, 429, 500, 503} {
		s.on(fmt.Sprint("/status/", code), func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) })
	}
	s.on("/round", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/round", http.StatusFound) })
	for name, to := range map[string]string{
		"loopback": "http://127.0.0.2:80/x", "metadata": "http://169.254.169.254/latest/meta-data", "v6": "http://[::1]:80/", "mapped": "http://[::ffff:10.0.0.1]/", "file": "file:///etc/passwd",
		"decimal": "http://2130706434/", "name": "http://localhost.localdomain.invalid/", "short-ip": "http://127.2/",
	} {
		s.on("/to/"+name, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", to)
			w.WriteHeader(http.StatusFound)
		})
	}
	for path, want := range map[string]string{
		"/silent": "in time", "/slow": "in time", "/endless": "larger than 1 MB", "/bomb": "larger than 1 MB", "/short": "broke off", "/broken-gzip": "broke off", "/unasked-304": "304",
		"/headers": "could not be reached", "/round": "too often", "/status/204": "204", "/status/400": "400", "/status/401": "log-in", "/status/403": "log-in", "/status/404": "no calendar",
		"/status/410": "no calendar", "/status/429": "may pass", "/status/500": "may pass", "/status/503": "may pass",
		"/to/loopback": "not for calendars", "/to/metadata": "not for calendars", "/to/v6": "not for calendars", "/to/mapped": "not for calendars", "/to/file": "too often",
	} {
		t.Run(path[1:], func(t *testing.T) { s.refused(s.inside, s.url+path, want) })
	}
	for _, path := range []string{"/to/decimal", "/to/name", "/to/short-ip"} {
		if got, err := s.inside.Get(t.Context(), s.url+path, "", ""); err == nil {
			t.Errorf("%s: got %q", path, got.Body)
		}
	}
	s.refused(s.public, s.url+"/hush", "not for calendars")
	s.refused(s.public, strings.Replace(s.url, "127.0.0.1", "localhost", 1)+"/hush", "not for calendars")
	s.refused(s.public, "http://no-such-host.invalid/hush", "")
	for _, link := range []string{"http://1.1.1.1:22/", "http://1.1.1.1:6379/", "http://[2606:4700::1111]:25/"} {
		s.refused(s.public, link, "not for calendars")
	}
	stopping, stop := context.WithCancel(t.Context())
	stop()
	if _, err := s.inside.Get(stopping, s.url+"/silent", "", ""); !errors.Is(err, context.Canceled) {
		t.Errorf("when stopping: %v", err)
	}
}

// A hush in the link does not go on to where it leads.
func TestRedirectKeepsSecrets(t *testing.T) {
	s := newSite(t)
	var seen atomic.Value
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen.Store(r.Header.Clone())
		_, _ = io.WriteString(w, calendar)
	}))
	t.Cleanup(other.Close)
	s.on("/hush/calendar.ics", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusMovedPermanently)
	})
	link := strings.Replace(s.url, "http://", "http://user:hush@", 1) + "/hush/calendar.ics"
	if _, err := s.inside.Get(t.Context(), link, `"hush"`, "hush"); err != nil {
		t.Fatal(err)
	}
	for name, values := range seen.Load().(http.Header) {
		if strings.Contains(strings.Join(values, " "), "hush") || name == "Authorization" || name == "Referer" {
			t.Errorf("%s: %v", name, values)
		}
	}
}

// A name that is public when it is looked up and private when it is reached gets
// nowhere: the address of the connection is what counts.
func TestRebinding(t *testing.T) {
	s := newSite(t)
	var reached atomic.Bool
	s.on("/hush.ics", func(http.ResponseWriter, *http.Request) { reached.Store(true) })
	var asked atomic.Int32
	answers := [][4]byte{{127, 0, 0, 1}, {169, 254, 169, 254}, {10, 0, 0, 1}}
	resolver := nameserver(t, func() [4]byte { return answers[int(asked.Add(1))%len(answers)] })
	c := fetch.New(fetch.Options{Agent: "test", Resolver: resolver, Timeout: 2 * time.Second})
	_, port, err := net.SplitHostPort(strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	for range 4 {
		s.refused(c, "http://rebind.example:"+port+"/hush.ics", "not for calendars")
		s.refused(c, "http://rebind.example/hush.ics", "not for calendars")
	}
	if reached.Load() || asked.Load() < 4 {
		t.Errorf("reached %v after %d names", reached.Load(), asked.Load())
	}
}

// nameserver resolves every name to the address that f says at that moment.
func nameserver(t *testing.T, f func() [4]byte) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			m.Response, m.Authoritative, m.Additionals = true, true, nil
			if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
				m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 0}, Body: &dnsmessage.AResource{A: f()}}}
			}
			if out, err := m.Pack(); err == nil {
				_, _ = conn.WriteTo(out, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}
