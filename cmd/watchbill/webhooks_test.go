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
	"watchbill/health"
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

// endpoint makes an endpoint that is told of some kinds, of all when none is given.
func (r *hearer) endpoint(team schedule.ID, name string, kinds ...webhook.Kind) webhook.Endpoint {
	r.t.Helper()
	if len(kinds) == 0 {
		kinds = webhook.Kinds()
	}
	e, err := r.d.webhooks.Add(r.t.Context(), 1, team, webhook.Settings{Name: name, URL: r.url, Kinds: kinds})
	r.d.ok(err)
	r.secrets = append(r.secrets, e.Secret)
	return e
}

// Every kind of event, once, for whoever wants it: with who is on call when, and nothing
// that people wrote to each other.
func TestWebhookKinds(t *testing.T) { both(t, webhookKinds) }

func webhookKinds(t *testing.T, d *deployment) {
	ctx := t.Context()
	d.setUp()
	other, err := importTeam(strings.NewReplacer("Crew", "Other", "@example.com", "@other.example").Replace(crew))
	d.ok(err)
	_, err = d.schedule.AddTeam(ctx, 1, other)
	d.ok(err)
	r := d.hearer()
	early := d.firstPlan() // before there is an endpoint: nobody is told
	d.now = d.now.Add(time.Minute)
	r.endpoint(1, "Crew")
	r.endpoint(0, "All")
	r.endpoint(2, "Other")
	r.endpoint(1, "Gaps only", webhook.GapFound)
	expect := func(what string, want ...string) []received {
		t.Helper()
		got := r.take()
		all := slices.Concat(want, want) // of the team, and of all teams
		for _, kind := range want {
			if kind == "gap.found" {
				all = append(all, kind)
			}
		}
		slices.Sort(all)
		if !slices.Equal(types(got), all) {
			t.Fatalf("%s: told %q, want %q", what, types(got), all)
		}
		ids := map[string]bool{}
		for i := range got {
			ids[got[i].id] = true
			if strings.Contains(got[i].body, "sister") || strings.Contains(got[i].body, "@") || len(got[i].body) > 20_000 {
				t.Errorf("%s: %s", what, got[i].body)
			}
		}
		if len(ids) != len(got) {
			t.Errorf("%s: names %v of %d", what, ids, len(got))
		}
		d.now = d.now.Add(time.Minute)
		return got
	}
	expect("what was before")

	shift := early[1]
	part := schedule.Stretch{Slot: shift.Slot, Start: shift.Start, End: shift.Start.Add(24 * time.Hour)}
	o, err := d.schedule.Put(ctx, 1, 1, part, 0, "my sister marries")
	d.ok(err)
	got := expect("a gap", "override.created", "gap.found")
	for i := range got {
		if body := got[i].body; got[i].event.Type == "gap.found" && !strings.Contains(body, `"gaps":[{"slot":`) || got[i].event.Type == "override.created" && !strings.Contains(body, `"person":null,"instead_of":{"id":`) {
			t.Error(body)
		}
	}
	d.ok(d.schedule.Undo(ctx, 1, o.ID))
	expect("no gap", "override.removed")

	ask := func(to schedule.ID) schedule.ID {
		asked, err := d.schedule.Ask(ctx, shift.Person, schedule.Request{Team: 1, Person: shift.Person, To: to, Stretch: schedule.Stretch{Slot: shift.Slot, Start: shift.Start, End: shift.End}, Message: "My sister marries."})
		d.ok(err)
		return asked.ID
	}
	taker := d.whoCan(1, shift).Person
	id := ask(taker)
	expect("asked", "cover.requested")
	d.ok(d.schedule.Decline(ctx, taker, id))
	if got := expect("declined", "cover.declined"); strings.Contains(got[0].body, fmt.Sprintf(`{"id":%d,`, taker)) {
		t.Errorf("it says who has declined: %s", got[0].body)
	}
	id = ask(0)
	d.ok(d.schedule.Withdraw(ctx, shift.Person, id))
	expect("asked and withdrawn at once", "cover.requested", "cover.withdrawn")
	id = ask(0)
	_, err = d.schedule.Accept(ctx, taker, id)
	d.ok(err)
	for _, x := range expect("taken", "cover.requested", "cover.taken", "override.created") {
		if x.event.Type == "cover.taken" && !strings.Contains(x.body, fmt.Sprintf(`"taken_by":{"id":%d,`, taker)) {
			t.Error(x.body)
		}
	}

	plan, err := d.schedule.Store.LastPlan(ctx, 1)
	d.ok(err)
	draft, err := d.schedule.AskDraft(ctx, 1, schedule.DraftOrder{Team: 1, From: plan.Until, Until: plan.Until.AddDays(28)})
	d.ok(err)
	expect("a draft that is made")
	d.ok(d.schedule.RunDraft(ctx, draft.ID))
	expect("a draft", "draft.ready")
	_, err = d.schedule.Publish(ctx, 1, draft.ID, "")
	d.ok(err)
	expect("published", "shifts.published")

	team, err := d.schedule.Store.Team(ctx, 1)
	d.ok(err)
	_, err = d.pulse.Open(ctx, 0, &team, health.PulseOrder{Kind: health.PulseShort, Closes: d.now.Add(time.Hour)})
	d.ok(err)
	expect("a survey", "wave.opened")
	d.now = d.now.Add(time.Hour)
	d.ok(d.pulse.CloseDue(ctx))
	expect("a survey with no answers") // nothing of it is published
}
