package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"watchbill/api/notify/webhook"
	"watchbill/schedule"
)

// webhooked makes two endpoints of a team and one of all teams, nobody answers at any of
// them, with a test that waits at the first and at the last.
func (d *deployment) webhooked(team schedule.ID) {
	d.t.Helper()
	for i, of := range []schedule.ID{team, team, 0} {
		e, err := d.webhooks.Add(d.t.Context(), 1, of, webhook.Settings{Name: fmt.Sprint("Status page ", i), URL: "https://status.example/hook", Kinds: webhook.Kinds()})
		d.ok(err)
		if i != 1 {
			_, err = d.webhooks.SendTest(d.t.Context(), 1, e.ID)
			d.ok(err)
		}
	}
}

// A hearer takes what is posted to it, as the text of Standard Webhooks says that one
// does: it believes only what is signed with one of its secrets and not old.
type hearer struct {
	t   *testing.T
	d   *deployment
	url string

	mu      sync.Mutex
	secrets []string
	got     []received
	answer  http.HandlerFunc // instead of 204
}

type received struct {
	id, body   string
	signatures int
	event      struct {
		Type      string
		Timestamp time.Time
		Data      map[string]any
	}
}

func (d *deployment) hearer() *hearer {
	d.t.Helper()
	r := &hearer{t: d.t, d: d}
	srv := httptest.NewServer(r)
	d.t.Cleanup(srv.Close)
	r.url = srv.URL + "/hook"
	d.tellIn([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")})
	return r
}

func (r *hearer) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	x := received{id: req.Header.Get("webhook-id"), body: string(body)}
	sent, _ := strconv.ParseInt(req.Header.Get("webhook-timestamp"), 10, 64)
	if old := r.d.now.Sub(time.Unix(sent, 0)); err != nil || req.Method != http.MethodPost || old.Abs() > 5*time.Minute || req.Header.Get("Content-Type") != "application/json" || x.id == "" {
		r.t.Errorf("%s %s, old by %s: %v %v", req.Method, req.URL, old, req.Header, err)
	}
	believed := false
	for _, signature := range strings.Fields(req.Header.Get("webhook-signature")) {
		x.signatures++
		for _, secret := range r.secrets {
			key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
			if err != nil || len(key) < 24 {
				r.t.Errorf("secret %q: %v", secret, err)
			}
			mac := hmac.New(sha256.New, key)
			mac.Write([]byte(x.id + "." + strconv.FormatInt(sent, 10) + "." + x.body))
			believed = believed || hmac.Equal([]byte("v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil))), []byte(signature))
		}
	}
	if err := json.Unmarshal(body, &x.event); err != nil || !believed {
		r.t.Errorf("believed %v, %v: %s", believed, err, body)
	}
	r.got = append(r.got, x)
	if r.answer != nil {
		r.answer(w, req)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// take looks and sends once, and returns what came.
func (r *hearer) take() []received {
	r.t.Helper()
	r.d.ok(r.d.looker.Look(r.t.Context()))
	r.d.ok(r.d.sender.Work(r.t.Context()))
	r.mu.Lock()
	defer r.mu.Unlock()
	got := r.got
	r.got = nil
	return got
}

func types(got []received) (out []string) {
	for i := range got {
		out = append(out, got[i].event.Type)
	}
	slices.Sort(out)
	return out
}

var hookSecret = regexp.MustCompile(`whsec_[A-Za-z0-9+/]{43}=`)

// A manager makes an endpoint, tries it, and it is told what is published: signed, once.
func TestWebhooks(t *testing.T) { both(t, webhookStory) }

func webhookStory(t *testing.T, d *deployment) {
	d.setUp()
	r := d.hearer()
	ana := d.person("ana@example.com")
	d.ok(d.db.Write.Exec("UPDATE membership SET manager = TRUE WHERE person_id = 2").Error)
	status, body := ana.get("/teams/1/webhooks")
	ana.expect(status, body, 200, "No program is told anything yet", "Shifts were published")
	status, body = ana.post("/teams/1/webhooks", "name", "", "url", "ftp://x/<b>")
	ana.expect(status, body, 422, "Give it a name", "should begin with https://", "Choose what it is told", "ftp://x/&lt;b&gt;")
	status, body = ana.post("/teams/1/webhooks", "name", "Status page", "url", r.url, "events", "shifts.published")
	ana.expect(status, body, 200, "shown only now", "Its secret")
	secret := hookSecret.FindString(strings.ReplaceAll(body, "&#43;", "+"))
	if secret == "" {
		t.Fatal(body)
	}
	r.secrets = []string{secret}
	status, body = ana.post("/teams/1/webhooks", "name", " status  Page ", "url", r.url, "events", "shifts.published")
	ana.expect(status, body, 422, "There is an endpoint called “Status page” already")
	if _, body = ana.get("/teams/1/webhooks/1"); strings.Contains(body, "whsec_") {
		t.Error("the secret is shown again")
	}
	status, body = ana.post("/teams/1/webhooks/1/test")
	ana.expect(status, body, 200, "A test is on its way", "webhook.test", "waits")
	if got := r.take(); !slices.Equal(types(got), []string{"webhook.test"}) {
		t.Fatalf("%+v", got)
	}
	d.firstPlan()
	got := r.take()
	if !slices.Equal(types(got), []string{"shifts.published"}) || got[0].event.Timestamp.Unix() != d.now.Unix() {
		t.Fatalf("%+v", got)
	}
	changes, _ := got[0].event.Data["changes"].([]any)
	plan, _ := got[0].event.Data["plan"].(map[string]any)
	if len(changes) != 8 || plan["number"] != 1.0 || !strings.Contains(got[0].body, `"is":{"shift":1,"person":{"id":`) || strings.Contains(got[0].body, "@") || strings.Contains(got[0].body, `"was"`) {
		t.Fatal(got[0].body)
	}
	if again := r.take(); len(again) != 0 {
		t.Errorf("told twice: %+v", again)
	}
	status, body = ana.get("/teams/1/webhooks/1")
	ana.expect(status, body, 200, "2 deliveries taken", "answered 204")
	status, body = ana.get("/teams/1/webhooks/1/deliveries/2")
	ana.expect(status, body, 200, got[0].id, "&#34;type&#34;: &#34;shifts.published&#34;", "It was empty")
	status, body = ana.post("/teams/1/webhooks/1/deliveries/2/resend")
	ana.expect(status, body, 200, "sent again, under the same name")
	if again := r.take(); len(again) != 1 || again[0].id != got[0].id || again[0].body != got[0].body {
		t.Errorf("sent again: %+v, was %+v", again, got)
	}
	status, body = ana.post("/teams/1/webhooks/1/off", "off", "1")
	ana.expect(status, body, 200, "It is off", "told nothing")
	status, body = ana.post("/teams/1/webhooks/1/test")
	ana.expect(status, body, 200, "turn it on first")
	status, body = ana.post("/teams/1/webhooks/1/off")
	ana.expect(status, body, 200, "from now on")
	status, body = ana.post("/teams/1/webhooks/1/remove")
	ana.expect(status, body, 200, "It is removed", "No program is told anything yet")
	for _, path := range []string{"/teams/1/webhooks/1", "/teams/1/webhooks/1/deliveries/1"} {
		if status, _ := ana.get(path); status != 404 {
			t.Errorf("%s: %d", path, status)
		}
	}
}
