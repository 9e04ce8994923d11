package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"watchbill/api/ingest"
	"watchbill/health"
	"watchbill/schedule"
)

// hooked makes a team with an integration of a vendor and returns the address of its
// hook.
func (d *deployment) hooked(vendor string, secrets ...string) (health.Integration, string) {
	d.t.Helper()
	ctx := d.t.Context()
	teams, err := d.schedule.Store.Teams(ctx)
	d.ok(err)
	if len(teams) == 0 {
		in, err := importTeam(crew)
		d.ok(err)
		team, err := d.schedule.AddTeam(ctx, 0, in)
		d.ok(err)
		teams = append(teams, team)
	}
	have, err := d.health.Store.Integrations(ctx, teams[0].ID)
	d.ok(err)
	name := "Pager"
	if len(have) > 0 {
		name = fmt.Sprint("Pager ", len(have)+1)
	}
	i, token, err := d.health.AddIntegration(ctx, 0, health.Integration{Team: teams[0].ID, Vendor: vendor, Name: name, Zone: "UTC", Secrets: secrets})
	d.ok(err)
	return i, d.url + "/hooks/" + vendor + "/" + token
}

// send posts a body; headers are pairs.
func (d *deployment) send(url, body string, headers ...string) answer {
	d.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, url, strings.NewReader(body))
	d.ok(err)
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	d.ok(err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	d.ok(err)
	return answer{resp.StatusCode, resp.Header, string(b)}
}

// readAll reads all that came in.
func (d *deployment) readAll() {
	d.t.Helper()
	for {
		n, err := d.reader.Work(d.t.Context())
		d.ok(err)
		if n == 0 {
			return
		}
	}
}

// pagerSigned is PagerDuty's signature of a body.
func pagerSigned(secret, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	return "v1=" + hex.EncodeToString(mac.Sum(nil))
}

type pageDelivery struct {
	Format      string
	Headers     map[string]string
	ReceivedAt  time.Time `json:"received_at"`
	SignatureOK bool      `json:"signature_ok"`
	Body        json.RawMessage
	RawBody     string `json:"raw_body"`
	Inject      string
}

type pageScenario struct {
	Name       string
	Deliveries []pageDelivery
	Expected   struct {
		Pages       []map[string]any
		InboxRows   int `json:"inbox_rows"`
		Duplicates  int
		DeadLetters int   `json:"dead_letters"`
		Statuses    []int `json:"http_statuses"`
	}
}

// unwritable fails to write what comes in while it is down.
type unwritable struct {
	health.Store
	down *bool
}

func (u unwritable) Receive(ctx context.Context, all []*health.Delivery) error {
	if *u.down {
		return errors.New("the disk is full")
	}
	return u.Store.Receive(ctx, all)
}

// Deliveries lead to the end that the scenarios say, over real HTTP and on both
// databases, whatever the order in which they come.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("../../../shared/data/payloads/constructed/scenarios/*.json")
	if err != nil || len(files) == 0 {
		t.Skip("the samples beside the repository are not here")
	}
	both(t, func(t *testing.T, d *deployment) {
		random := rand.New(rand.NewPCG(7, 7))
		for _, file := range files {
			text, err := os.ReadFile(file)
			d.ok(err)
			var s pageScenario
			d.ok(json.Unmarshal(text, &s))
			for round := range 4 {
				if round > 0 && slices.ContainsFunc(s.Deliveries, func(x pageDelivery) bool { return x.Inject != "" }) {
					break // what was refused comes again later
				}
				d.t = t
				d.play(&s, random, round)
			}
		}
	})
}

func (d *deployment) play(s *pageScenario, random *rand.Rand, round int) {
	t := d.t
	vendor, _, _ := strings.Cut(s.Deliveries[0].Format, ".")
	const secret = "s3cr3t"
	var secrets []string
	if vendor == "pagerduty" {
		secrets = []string{secret, "the one before"}
	}
	door, url := d.hooked(vendor, secrets...)
	down := false
	store := d.receiver.Store
	d.receiver.Store = unwritable{store, &down}
	defer func() { d.receiver.Store = store }()
	order := random.Perm(len(s.Deliveries))
	if round == 0 {
		slices.Sort(order)
	}
	var statuses []int
	for _, i := range order {
		x := &s.Deliveries[i]
		body := string(x.Body)
		if x.RawBody != "" {
			body = x.RawBody
		}
		d.now, down = x.ReceivedAt, x.Inject != ""
		headers := []string{}
		for name, value := range x.Headers {
			headers = append(headers, name, value)
		}
		if vendor == "pagerduty" {
			headers = append(headers, "X-PagerDuty-Signature", pagerSigned(secret, body))
		}
		a := d.send(url, body, headers...)
		statuses = append(statuses, a.status)
		if a.status == 503 && a.header.Get("Retry-After") == "" {
			t.Errorf("%s: 503 without Retry-After", s.Name)
		}
		if round%2 == 1 {
			d.readAll()
		}
	}
	d.out.Reset()
	d.now = d.now.Add(time.Hour)
	d.readAll()
	d.ok(d.receiver.Flush(t.Context()))
	if want := s.Expected.Statuses; round == 0 && want != nil && !slices.Equal(statuses, want) {
		t.Errorf("%s: statuses %v, want %v", s.Name, statuses, want)
	}
	d.compare(s, &door)
}

// compare holds what there is against what a scenario leads to.
func (d *deployment) compare(s *pageScenario, door *health.Integration) {
	t, ctx := d.t, d.t.Context()
	rows, err := d.health.Store.Deliveries(ctx, door.ID, "", 0, 100)
	d.ok(err)
	dead, twice := 0, 0
	for i := range rows {
		events, err := d.health.Store.EventsOf(ctx, rows[i].ID)
		d.ok(err)
		switch {
		case rows[i].State == health.DeliveryDead:
			dead++
		case len(events) == 0:
			twice++ // all that it tells was told before
		}
	}
	counts, err := d.health.Store.Counts(ctx, door.ID, schedule.Date{})
	d.ok(err)
	for _, c := range counts {
		if c.Kind == health.CountAgain {
			twice += int(c.N)
		}
	}
	if e := s.Expected; len(rows) != e.InboxRows || dead != e.DeadLetters || twice != e.Duplicates {
		t.Errorf("%s: %d rows, %d dead, %d twice, want %d, %d, %d", s.Name, len(rows), dead, twice, e.InboxRows, e.DeadLetters, e.Duplicates)
	}
	pages, err := d.health.Store.PagesOf(ctx, health.PageFilter{Team: door.Team, Integration: door.ID, To: d.now.AddDate(1, 0, 0), Most: 100})
	d.ok(err)
	if len(pages) != len(s.Expected.Pages) {
		t.Fatalf("%s: %d pages, want %d", s.Name, len(pages), len(s.Expected.Pages))
	}
	for i := range pages {
		got, want := pageFacts(&pages[i]), s.Expected.Pages[i]
		for _, member := range []string{"page_key", "state", "triggered_at", "first_ack_at", "resolved_at", "episodes", "reopens", "escalations", "alerts", "renotifications", "late"} {
			value, ok := want[member]
			if ok && fmt.Sprint(fact(value)) != fmt.Sprint(got[member]) {
				t.Errorf("%s: %s is %v, want %v", s.Name, member, got[member], value)
			}
		}
		responders, _ := want["responders"].([]any)
		for _, r := range responders {
			d.compareResponder(s.Name, &pages[i], r.(map[string]any))
		}
	}
}

// fact is a value of a scenario as pageFacts has it: numbers and instants by value.
func fact(v any) any {
	if text, ok := v.(string); ok {
		if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return at.UTC()
		}
	}
	if v == nil {
		return time.Time{}
	}
	return v
}

func pageFacts(p *health.PageRecord) map[string]any {
	return map[string]any{
		"page_key": p.Key, "state": p.State, "triggered_at": p.TriggeredAt, "first_ack_at": p.FirstAckAt, "resolved_at": p.ResolvedAt, "episodes": len(p.Firings),
		"reopens": p.Reopens, "escalations": p.Escalations, "alerts": p.Alerts, "renotifications": p.Renotifications, "late": p.Has(health.FlagLate),
	}
}

func (d *deployment) compareResponder(name string, p *health.PageRecord, want map[string]any) {
	d.t.Helper()
	for i := range p.Responders {
		r := &p.Responders[i]
		if id, ok := want["vendor_user_id"]; ok && r.ID != id || want["email"] != nil && r.Email != want["email"] {
			continue
		}
		var a *health.Attendance
		for k := range p.People {
			contact, err := d.health.Store.Contact(d.t.Context(), p.People[k].Contact)
			d.ok(err)
			if contact.ID != 0 && contact.Identity == r.Identity {
				a = &p.People[k]
			}
		}
		if a == nil {
			d.t.Fatalf("%s: nobody attends as %+v", name, r.Identity)
		}
		for member, got := range map[string]any{
			"interruptions": a.Interruptions, "first_notified_at": a.NotifiedAt, "acked_at": a.AckedAt, "resolved_at": a.ResolvedAt, "responding_seconds": a.Responding.Seconds(),
		} {
			if value, ok := want[member]; ok && fmt.Sprint(fact(value)) != fmt.Sprint(got) {
				d.t.Errorf("%s: %s of %v is %v, want %v", name, member, r.Identity, got, value)
			}
		}
		return
	}
	d.t.Errorf("%s: there is no responder %v", name, want)
}

// What a sender is answered.
func TestHooks(t *testing.T) { both(t, hooks) }

func hooks(t *testing.T, d *deployment) {
	door, url := d.hooked("pagerduty", "s3cr3t")
	body := `{"event":{"id":"1"}}`
	sign := []string{"X-PagerDuty-Signature", pagerSigned("s3cr3t", body), "X-Webhook-Id", "a"}
	first := d.send(url, body, sign...)
	again := d.send(url, body, sign...)
	if first.status != 202 || again.status != 202 || again.body != strings.Replace(first.body, "}", `,"duplicate":true}`, 1) {
		t.Errorf("taken in: %d %s and %d %s", first.status, first.body, again.status, again.body)
	}
	token := url[strings.LastIndex(url, "/")+1:]
	open := d.url + "/hooks/pagerduty"
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte(body))
	d.ok(z.Close())
	var bomb bytes.Buffer
	z = gzip.NewWriter(&bomb)
	_, _ = z.Write(bytes.Repeat([]byte(" "), 2<<20))
	d.ok(z.Close())
	for _, c := range []struct {
		name, url, body string
		status          int
		headers         []string
	}{
		{"by the header", open, body, 202, append(sign, "Authorization", "Bearer "+token)},
		{"by a wrong header", open, body, 401, append(sign, "Authorization", "Bearer nothing")},
		{"without any token", open, body, 401, sign},
		{"to another vendor", strings.Replace(url, "pagerduty", "grafana", 1), body, 404, sign},
		{"with a wrong token", url + "x", body, 404, sign},
		{"without a signature", url, body, 401, nil},
		{"signed with another secret", url, body, 401, []string{"X-PagerDuty-Signature", pagerSigned("other", body)}},
		{"signed and changed", url, body + " ", 401, sign},
		{"compressed, signed before", url, packed.String(), 202, []string{"Content-Encoding", "gzip", "X-PagerDuty-Signature", pagerSigned("s3cr3t", body), "X-Webhook-Id", "b"}},
		{"compressed, signed after", url, packed.String(), 202, []string{"Content-Encoding", "gzip", "X-PagerDuty-Signature", pagerSigned("s3cr3t", packed.String()), "X-Webhook-Id", "c"}},
		{"compressed and much larger", url, bomb.String(), 413, []string{"Content-Encoding", "gzip", "X-PagerDuty-Signature", pagerSigned("s3cr3t", bomb.String())}},
		{"broken compression", url, packed.String()[:20], 202, []string{"Content-Encoding", "gzip", "X-PagerDuty-Signature", pagerSigned("s3cr3t", packed.String()[:20])}},
		{"no JSON", url, "<html>", 202, []string{"X-PagerDuty-Signature", pagerSigned("s3cr3t", "<html>")}},
		{"nothing", url, "", 202, []string{"X-PagerDuty-Signature", pagerSigned("s3cr3t", "")}},
		{"too large", url, strings.Repeat("x", 1<<20+1), 413, []string{"X-PagerDuty-Signature", "v1=00"}},
		{"as large as may be", url, strings.Repeat("x", 1<<20), 202, []string{"X-PagerDuty-Signature", pagerSigned("s3cr3t", strings.Repeat("x", 1<<20))}},
	} {
		if a := d.send(c.url, c.body, c.headers...); a.status != c.status || a.header.Get("Set-Cookie") != "" || !json.Valid([]byte(a.body)) {
			t.Errorf("%s: %d, want %d: %s", c.name, a.status, c.status, a.body)
		}
	}
	_, large := d.hooked("alertmanager")
	if a := d.send(large, strings.Repeat("x", 4<<20)); a.status != 202 {
		t.Errorf("4 MiB from Alertmanager: %d", a.status)
	}
	if a := d.send(large, strings.Repeat("x", 4<<20+1)); a.status != 413 {
		t.Errorf("more than 4 MiB from Alertmanager: %d", a.status)
	}
	d.readAll()
	d.ok(d.receiver.Flush(t.Context()))
	counts, err := d.health.Store.Counts(t.Context(), door.ID, schedule.Date{})
	d.ok(err)
	text := ""
	for _, c := range counts {
		text += fmt.Sprint(c.Kind, c.N, " ")
	}
	if text != "again2 refused3 taken7 too_large2 " {
		t.Errorf("counted: %s", text)
	}
	codes, err := d.health.Store.DeadCodes(t.Context(), door.ID)
	d.ok(err)
	if fmt.Sprint(codes) != "map[invalid_json:3 schema_mismatch:3 unknown_encoding:1]" {
		t.Errorf("dead letters: %v", codes)
	}
	hooksTurnedOff(t, d, &door, url, body, sign)
	if strings.Contains(d.out.String(), token) {
		t.Error("the token is in the log")
	}
}

// hooksTurnedOff goes on with an integration that is turned off, and gets a new link.
func hooksTurnedOff(t *testing.T, d *deployment, door *health.Integration, url, body string, sign []string) {
	d.ok(d.health.TurnOff(t.Context(), 0, door.ID, true))
	if a := d.send(url, body, sign...); a.status != 404 {
		t.Errorf("turned off: %d", a.status)
	}
	d.ok(d.health.TurnOff(t.Context(), 0, door.ID, false))
	if a := d.send(url, body, sign...); a.status != 202 {
		t.Errorf("turned on: %d", a.status)
	}
	token, err := d.health.RenewLink(t.Context(), 0, door.ID)
	d.ok(err)
	if a := d.send(url, body, sign...); a.status != 404 {
		t.Errorf("the old link: %d", a.status)
	}
	url = url[:strings.LastIndex(url, "/")+1] + token
	if a := d.send(url, body, sign...); a.status != 202 {
		t.Errorf("the new link: %d", a.status)
	}
	d.ok(d.health.SetSecret(t.Context(), 0, door.ID, "new"))
	for secret, status := range map[string]int{"s3cr3t": 202, "new": 202, "other": 401} {
		if a := d.send(url, body, "X-PagerDuty-Signature", pagerSigned(secret, body)); a.status != status {
			t.Errorf("signed with %s while changing over: %d", secret, a.status)
		}
	}
	d.ok(d.health.EndSecret(t.Context(), 0, door.ID))
	for secret, status := range map[string]int{"s3cr3t": 401, "new": 202} {
		if a := d.send(url, body, "X-PagerDuty-Signature", pagerSigned(secret, body)); a.status != status {
			t.Errorf("signed with %s after that: %d", secret, a.status)
		}
	}
}

// Whatever can be read can be chosen, and asks for a secret where it can be signed.
func TestVendorsAreKnown(t *testing.T) {
	for _, id := range ingest.Vendors() {
		if _, ok := health.VendorOf(id); !ok {
			t.Errorf("%s can be read and not chosen", id)
		}
	}
	for _, v := range health.Vendors() {
		if signs := ingest.SchemeOf(v.ID) != ""; signs != v.Signs {
			t.Errorf("%s signs: %v, and is said to: %v", v.ID, signs, v.Signs)
		}
	}
}

// Whoever was paged is whoever was on call by what was known when the page fired:
// what is decided later changes nothing, and a gap is one.
func TestPagedAsItWasThen(t *testing.T) { both(t, pagedAsItWasThen) }

func pagedAsItWasThen(t *testing.T, d *deployment) {
	ctx := t.Context()
	door, url := d.hooked("alertmanager")
	monday := schedule.DateOf(d.now).AddDays(6)
	d.ok(publishDays(ctx, d.schedule, monday, monday.AddDays(28), nil))
	shifts, err := d.schedule.Shifts(ctx, 1, d.now, d.now.AddDate(0, 2, 0), time.Time{})
	d.ok(err)
	first, next := shifts[0].Person, shifts[1].Person
	fired := shifts[0].Start.Add(3 * time.Hour)
	alert := func(name string, at time.Time) string {
		return fmt.Sprintf(`{"version":"4","groupKey":%q,"status":"firing","alerts":[{"status":"firing","labels":{"alertname":%q,"severity":"critical"},"startsAt":%q}]}`, "{}:"+name, name, at.Format(time.RFC3339))
	}
	// The rest of the shift goes to somebody else after the page, before it is told.
	d.now = fired.Add(time.Hour)
	_, err = d.schedule.Put(ctx, 1, 1, schedule.Stretch{Slot: shifts[0].Slot, Start: d.now, End: shifts[0].End}, next, "ill")
	d.ok(err)
	d.now = fired.Add(2 * time.Hour)
	for name, at := range map[string]time.Time{"before": fired, "after": fired.Add(90 * time.Minute), "no plan": fired.AddDate(0, -2, 0)} {
		if a := d.send(url, alert(name, at)); a.status != 202 {
			t.Fatal(a.body)
		}
	}
	_, err = d.schedule.Put(ctx, 1, 1, schedule.Stretch{Slot: shifts[1].Slot, Start: shifts[1].Start, End: shifts[1].End}, 0, "nobody")
	d.ok(err)
	d.now = shifts[1].Start.Add(time.Hour)
	d.send(url, alert("gap", shifts[1].Start.Add(30*time.Minute)))
	// A pager of a rotation that the team has no more.
	gone, token, err := d.health.AddIntegration(ctx, 0, health.Integration{Team: door.Team, Vendor: "alertmanager", Name: "Gone", Zone: "UTC", Rotation: "primary"})
	d.ok(err)
	d.ok(d.db.Write.Exec("UPDATE integration SET rotation = 'storage' WHERE id = ?", gone.ID).Error)
	d.send(d.url+"/hooks/alertmanager/"+token, alert("gone", fired))
	_, _, err = d.health.AddIntegration(ctx, 0, health.Integration{Team: door.Team, Vendor: "alertmanager", Name: "Mistyped", Zone: "UTC", Rotation: "primry"})
	if err == nil || !strings.Contains(err.Error(), `the nearest is "primary"`) {
		t.Errorf("a mistyped rotation: %v", err)
	}
	set := health.Settings{Name: "Gone", Zone: "UTC", Rotation: "storage"}
	d.ok(d.health.ChangeIntegration(ctx, 0, gone.ID, set)) // it stays until somebody chooses another
	set.Rotation = "attic"
	if err := d.health.ChangeIntegration(ctx, 0, gone.ID, set); err == nil || !strings.Contains(err.Error(), "there is no rotation") {
		t.Errorf("another rotation that there is not: %v", err)
	}
	d.readAll()
	pages, err := d.health.Store.PagesOf(ctx, health.PageFilter{Team: door.Team, To: d.now, Most: 10})
	d.ok(err)
	got := map[string]string{}
	for _, p := range pages {
		text := fmt.Sprint("uncovered ", p.Uncovered)
		for _, a := range p.People {
			text += fmt.Sprintf(", %d by %s", a.Person, a.Basis)
		}
		got[p.Key] = text
	}
	for name, want := range map[string]string{
		"before": fmt.Sprintf("uncovered false, %d by schedule", first), "after": fmt.Sprintf("uncovered false, %d by schedule", next), "gap": "uncovered true", "gone": "uncovered true", "no plan": "uncovered false",
	} {
		if got["{}:"+name] != want {
			t.Errorf("%s: %s, want %s", name, got["{}:"+name], want)
		}
	}
}
