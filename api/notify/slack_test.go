package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"watchbill/api/notify"
	"watchbill/api/notify/slacktest"
)

// A workspace with Zoë in it, and what writes there.
type workspace struct {
	*slacktest.Workspace
	t       *testing.T
	mu      sync.Mutex // the workspace looks at the clock while it answers
	now     time.Time
	carrier notify.Carrier
}

// clock is what time it is.
func (w *workspace) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// pass lets time pass.
func (w *workspace) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func slackWith(t *testing.T) *workspace {
	t.Helper()
	w := &workspace{t: t, now: time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC)}
	w.Workspace = slacktest.New(t, w.clock)
	w.Add(map[string]slacktest.Person{"zoe@example.com": {ID: "UZOE"}, "gone@example.com": {ID: "UGONE", Deleted: true}, "bot@example.com": {ID: "UBOT", Bot: true}})
	app := notify.SlackApp{Token: slacktest.Token, API: w.URL, Now: w.clock}
	var err error
	if w.carrier, err = app.Carrier(); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *workspace) send(m *notify.Mail) error {
	w.t.Helper()
	line, err := w.carrier.Open(w.t.Context())
	if err != nil {
		return err
	}
	defer func() { _ = line.Close() }()
	return line.Send(w.t.Context(), m)
}

func slackLetter(at time.Time) *notify.Mail {
	return &notify.Mail{
		ID: "1f", Name: "Zoë", Address: "zoe@example.com", Subject: "*Eve* <!channel> & <@UZOE> asks\r\nyou", At: at,
		Text: "<!here|all> takes <https://evil.example|this>, ~now~.\n\n> My *sister*\n> <!everyone>\u202e\n\nUntil \x07noon.",
		Link: "https://watchbill.example/pulse/0123456789abcdefghijkl", Foot: "It is from Watchbill:", Choose: "https://watchbill.example/account#news",
	}
}

// A message reaches its person, in what they read nothing rings anybody, and neither Slack
// nor a lock screen looks at its link before they do.
func TestSlack(t *testing.T) {
	w := slackWith(t)
	for range 2 {
		if err := w.send(slackLetter(w.now)); err != nil {
			t.Fatal(err)
		}
	}
	got := w.Messages()
	if len(got) != 2 || got[0].Channel != "DZOE" {
		t.Fatalf("%+v", got)
	}
	if n, m := w.Calls("users.lookupByEmail"), w.Calls("conversations.open"); n != 1 || m != 1 {
		t.Errorf("looked up %d times and opened %d times, want once each", n, m)
	}
	const want = "*Eve* <!channel> & <@UZOE> asks  you\n<!here|all> takes <https://evil.example|this>, ~now~.\nMy *sister*\n<!everyone>Until noon.\n" +
		"\n\nIt is from Watchbill: "
	if is := got[0].Shown(); is != want {
		t.Errorf("shown\n%q, want\n%q", is, want)
	}
	if links := strings.Join(got[0].Links(), " "); links != "https://watchbill.example/pulse/0123456789abcdefghijkl https://watchbill.example/account#news" {
		t.Errorf("links %s", links)
	}
	if text := got[0].Text; strings.ContainsAny(text, "<>\u202e\x07") || strings.Contains(text, "/pulse/") || !strings.Contains(text, "&lt;!channel&gt; &amp; &lt;@UZOE&gt;") {
		t.Errorf("as text: %q", text)
	}
	var sent map[string]any
	if err := json.Unmarshal([]byte(got[0].Raw), &sent); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{"unfurl_links": false, "unfurl_media": false, "mrkdwn": false, "link_names": false, "parse": "none"} {
		if is, ok := sent[name]; !ok || is != want {
			t.Errorf("%s is %v, want %v", name, is, want)
		}
	}
}

// What Slack says of a person or a message is for ever. What it says of the app or of itself
// is not, and nobody has lost their news by then.
func TestSlackRefused(t *testing.T) {
	for _, x := range []struct {
		method, code, to string
		final            bool
		words            string
	}{
		{"", "", "nobody@example.com", true, "knows nobody"},
		{"", "", "gone@example.com", true, "deactivated"},
		{"", "", "bot@example.com", true, "no person"},
		{"conversations.open", "user_disabled", "", true, "deactivated"},
		{"conversations.open", "cannot_dm_bot", "", true, "no person"},
		{"chat.postMessage", "channel_not_found", "", true, "gone"},
		{"chat.postMessage", "msg_too_long", "", true, "too long"},
		{"chat.postMessage", "messages_tab_disabled", "", false, "App Home"},
		{"chat.postMessage", "restricted_action", "", false, "does not let"},
		{"chat.postMessage", "fatal_error", "", false, "fault"},
		{"chat.postMessage", "what_is\r\nnew", "", false, "Slack says what_is  new to chat.postMessage"},
		{"auth.test", "invalid_auth", "", false, "does not know the token"},
		{"auth.test", "account_inactive", "", false, "removed"},
		{"auth.test", "token_revoked", "", false, "revoked"},
	} {
		w := slackWith(t)
		m := slackLetter(w.now)
		if x.to != "" {
			m.Address = x.to
		}
		if x.code != "" {
			w.Fail(x.method, slacktest.Fault{Error: x.code})
		}
		err := w.send(m)
		var refused *notify.RefusedError
		if err == nil || errors.As(err, &refused) != x.final || !strings.Contains(err.Error(), x.words) || strings.Contains(err.Error(), slacktest.Token) {
			t.Errorf("%s %s %s: %v", x.method, x.code, x.to, err)
		}
		if len(w.Messages()) != 0 {
			t.Errorf("%s %s: it was sent", x.method, x.code)
		}
	}
	w := slackWith(t)
	w.Lacks("users:read.email")
	var refused *notify.RefusedError
	if err := w.send(slackLetter(w.now)); err == nil || errors.As(err, &refused) || !strings.Contains(err.Error(), "users:read.email") {
		t.Errorf("without a permission: %v", err)
	}
}

// Whose conversation is not what it was is looked up anew before they are given up.
func TestSlackLooksAgain(t *testing.T) {
	w := slackWith(t)
	if err := w.send(slackLetter(w.now)); err != nil {
		t.Fatal(err)
	}
	w.Add(map[string]slacktest.Person{"zoe@example.com": {ID: "UNEW"}})
	var refused *notify.RefusedError
	if err := w.send(slackLetter(w.now)); err == nil || errors.As(err, &refused) {
		t.Errorf("at what was remembered: %v", err)
	}
	if err := w.send(slackLetter(w.now)); err != nil {
		t.Error(err)
	}
	w.pass(25 * time.Hour) // and a day later anyway
	if err := w.send(slackLetter(w.now)); err != nil || w.Calls("users.lookupByEmail") != 3 {
		t.Errorf("%v after %d look-ups", err, w.Calls("users.lookupByEmail"))
	}
	got := w.Messages()
	if len(got) != 3 || got[1].Channel != "DNEW" || got[2].Channel != "DNEW" {
		t.Errorf("%+v", got)
	}
}

// Slack says for how long nothing is to be sent, and it is not even asked until then.
func TestSlackIsBusy(t *testing.T) {
	for method, fault := range map[string]slacktest.Fault{
		"chat.postMessage": {Status: http.StatusTooManyRequests, After: "90"}, "users.lookupByEmail": {Status: http.StatusTooManyRequests, After: "90"},
		"auth.test": {Status: http.StatusTooManyRequests, After: "90"}, "conversations.open": {Error: "ratelimited", After: "90"},
	} {
		w := slackWith(t)
		w.Fail(method, fault)
		var busy *notify.BusyError
		if err := w.send(slackLetter(w.now)); !errors.As(err, &busy) || busy.Wait != 90*time.Second {
			t.Fatalf("%s: %v", method, err)
		}
		calls := w.Calls(method) + w.Calls("auth.test")
		w.pass(89 * time.Second)
		if err := w.send(slackLetter(w.now)); !errors.As(err, &busy) || busy.Wait != time.Second || w.Calls(method)+w.Calls("auth.test") != calls {
			t.Errorf("%s, too early: %v", method, err)
		}
		w.pass(time.Second)
		if err := w.send(slackLetter(w.now)); err != nil || len(w.Messages()) != 1 {
			t.Errorf("%s, afterwards: %v", method, err)
		}
	}
	w := slackWith(t)
	w.Fail("chat.postMessage", slacktest.Fault{Status: http.StatusTooManyRequests, After: "soon"})
	var busy *notify.BusyError
	if err := w.send(slackLetter(w.now)); !errors.As(err, &busy) || busy.Wait != 30*time.Second {
		t.Errorf("without a number: %v", err)
	}
}

// What arrived is not sent again, also when Slack could not say so any more; what did not
// arrive is.
func TestSlackDoesNotRepeat(t *testing.T) {
	for name, x := range map[string]struct {
		fault slacktest.Fault
		lacks string
		want  int
	}{
		"cut after it was taken":                {slacktest.Fault{Cut: true, Done: true}, "", 1},
		"a fault after it was taken":            {slacktest.Fault{Status: http.StatusBadGateway, Done: true}, "", 1},
		"cut before it was taken":               {slacktest.Fault{Cut: true}, "", 1},
		"a fault of Slack":                      {slacktest.Fault{Error: "internal_error"}, "", 1},
		"cut, by an app that may not read back": {slacktest.Fault{Cut: true, Done: true}, "im:history", 2},
	} {
		t.Run(name, func(t *testing.T) {
			w := slackWith(t)
			other := slackLetter(w.now)
			other.ID = "20"
			if err := w.send(other); err != nil {
				t.Fatal(err)
			}
			if x.lacks != "" {
				w.Lacks(x.lacks)
			}
			w.Fail("chat.postMessage", x.fault)
			m := slackLetter(w.now)
			var refused *notify.RefusedError
			if err := w.send(m); err == nil || errors.As(err, &refused) {
				t.Fatalf("at first: %v", err)
			}
			m.Tried, m.At = m.At, m.At.Add(100*time.Hour)
			w.pass(100 * time.Hour)
			if err := w.send(m); err != nil {
				t.Fatal(err)
			}
			if n := len(w.Messages()) - 1; n != x.want {
				t.Errorf("it arrived %d times, want %d", n, x.want)
			}
		})
	}
	w := slackWith(t)
	w.Fail("conversations.history", slacktest.Fault{Status: http.StatusServiceUnavailable})
	m := slackLetter(w.now)
	m.Tried = w.now
	if err := w.send(m); err == nil || len(w.Messages()) != 0 {
		t.Errorf("what nobody can look for: %v", err)
	}
}

// Nothing else than Slack is given the token, and a program that is told to stop does not
// wait for it.
func TestSlackKeepsItsToken(t *testing.T) {
	var heard []string
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { heard = append(heard, r.Header.Get("Authorization")) }))
	defer elsewhere.Close()
	wrong := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
	}))
	defer wrong.Close()
	now := func() time.Time { return time.Unix(1796000400, 0) }
	app := notify.SlackApp{Token: slacktest.Token, API: wrong.URL, Now: now}
	carrier, err := app.Carrier()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := carrier.Open(t.Context()); err == nil || strings.Contains(err.Error(), slacktest.Token) || len(heard) != 0 {
		t.Errorf("%v; elsewhere heard %q", err, heard)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := carrier.Open(stopped); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	for _, x := range []struct{ token, api, want string }{
		{"", "", "xoxb-"}, {"xoxp-secret", "", "xoxb-"}, {"xoxb-secret\nwith more", "", "one word"}, {"xoxb-secret", "slack.example", "is like https"},
		{"xoxb-secret", "http://slack.example/api", "without TLS"}, {"xoxb-secret", "https://me@slack.example/", "is like https"}, {"xoxb-secret", "https://slack.example/?a=b", "is like https"},
	} {
		app := notify.SlackApp{Token: x.token, API: x.api, Now: now}
		if _, err := app.Carrier(); err == nil || !strings.Contains(err.Error(), x.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%+v: %v", x, err)
		}
	}
}
