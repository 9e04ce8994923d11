package fetch_test

import (
	"errors"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"watchbill/api/fetch"
	"watchbill/schedule"
)

// What is wrong with an address is said before anything is sent, as far as it can be known.
func TestTarget(t *testing.T) {
	public := fetch.New(fetch.Options{})
	inside := fetch.New(fetch.Options{Allow: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	const spaced = "  https://a.example/hook?x=1#top "
	for _, c := range []struct {
		client     *fetch.Client
		text, want string
	}{
		{public, spaced, "https://a.example/hook?x=1"}, {public, "https://a.example:22/", "https://a.example:22/"}, {public, "https://1.1.1.1/x", "https://1.1.1.1/x"},
		{inside, "http://10.1.2.3:3000/x", "http://10.1.2.3:3000/x"}, {inside, "http://hooks.internal/x", "http://hooks.internal/x"}, {inside, "https://10.1.2.3/x", "https://10.1.2.3/x"},
	} {
		if got, err := c.client.Target(c.text); err != nil || got != c.want {
			t.Errorf("%q: %q %v, want %q", c.text, got, err, c.want)
		}
	}
	for _, c := range []struct {
		client     *fetch.Client
		text, want string
	}{
		{public, "", "enter where"}, {public, "a.example/x", "no address"}, {public, "mailto:a@b.example", "no address"}, {public, "https:///x", "no address"}, {public, "https://a.example/\nx", "no address"},
		{public, "ftp://a.example/x", "begin with https://"}, {public, "javascript:alert(1)", "no address"}, {public, "file:///etc/passwd", "no address"}, {public, "https://" + strings.Repeat("a", 3000), "longer"},
		{public, "http://a.example/x", "there are none"}, {public, "https://ana:hunter2@a.example/x", "leave out"}, {public, "https://10.1.2.3/x", "not one of the public"}, {public, "https://127.0.0.1/x", "not one of the public"},
		{public, "https://[::1]/x", "not one of the public"}, {public, "https://169.254.169.254/x", "not one of the public"}, {inside, "http://1.1.1.1/x", "has no https"}, {inside, "http://127.0.0.1/x", "has no https"}, {inside, "https://192.168.1.1/x", "not one of the public"},
	} {
		got, err := c.client.Target(c.text)
		invalid, ok := errors.AsType[*schedule.InvalidError](err)
		if !ok || invalid.Field != "url" || !strings.Contains(invalid.Reason, c.want) || strings.Contains(invalid.Reason, "hunter2") {
			t.Errorf("%q: %q %v, want %q", c.text, got, err, c.want)
		}
	}
}

// Without TLS nothing is sent but to allowed networks, whatever a name leads to; what is
// posted arrives as it is, and of the answer the beginning comes back.
func TestPost(t *testing.T) {
	s := newSite(t)
	s.mux.HandleFunc("POST /hook", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, r.Header.Get("Webhook-Id")+r.UserAgent()+string(body)+strings.Repeat(".", 2<<20))
	})
	a, err := s.inside.Post(t.Context(), s.url+"/hook", map[string]string{"Webhook-Id": "msg_1", "User-Agent": "no"}, []byte(`{"a":1}`))
	if err != nil || a.Status != http.StatusAccepted || a.Header.Get("Retry-After") != "7" || !strings.HasPrefix(string(a.Body), `msg_1test{"a":1}...`) || len(a.Body) != 1<<20 {
		t.Errorf("%d %v %.40q %d %v", a.Status, a.Header, a.Body, len(a.Body), err)
	}
	var asked atomic.Int32
	resolver := nameserver(t, func() [4]byte { asked.Add(1); return [4]byte{127, 0, 0, 1} })
	elsewhere := fetch.New(fetch.Options{Agent: "test", Resolver: resolver, Timeout: 2 * time.Second, Allow: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	for _, link := range []string{"http://rebind.example" + s.url[strings.LastIndexByte(s.url, ':'):] + "/hook", "http://rebind.example/hook", s.url + "/hook"} {
		if a, err := elsewhere.Post(t.Context(), link, nil, nil); err == nil || !strings.Contains(err.Error(), "without https only networks") || strings.Contains(err.Error(), "127.0.0.1") {
			t.Errorf("%s: %d %v", link, a.Status, err)
		}
	}
	if asked.Load() == 0 {
		t.Error("no name was looked up")
	}
}
