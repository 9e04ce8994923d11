package main

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// Somebody is asked in the language of their account; behind a link that says none as their
// browser asks; and where that says none either as their team is. The letter speaks alike.
func TestPulseLanguage(t *testing.T) { both(t, pulseLanguage) }

func pulseLanguage(t *testing.T, d *deployment) {
	ctx, box := t.Context(), &mailbox{}
	admin := d.setUp()
	d.news.Carriers = byMail(box)
	in, err := importTeam(fmt.Sprintf("team: Spoken\nzone: Europe/Berlin\nfrom: 2026-12-07\nweeks: 8\nrotations:\n  - {name: primary, handover: Mon 09:00}\npeople:\n%s", crowd("Spoken", 6)))
	d.ok(err)
	in.People[0].Manager = true
	team, err := d.schedule.AddTeam(ctx, 0, in)
	d.ok(err)
	settings := []string{"version", "0", "first", "2026-12-07", "at", "09:00", "days", "4", "weeks", "4", "least", "5", "least_said", "10"}
	at := fmt.Sprintf("/teams/%d/pulse/settings", team.ID)
	status, body := admin.post(at, append(settings, "language", "tlh")...)
	admin.expect(status, body, http.StatusUnprocessableEntity, "The survey is not there in “tlh”; choose one of en, de")
	status, body = admin.post(at, append(settings, "language", "de")...)
	admin.expect(status, body, http.StatusOK, "Saved.", `<option value="de" selected>Deutsch</option>`)

	one, two := d.person("p1@spoken.example"), d.person("p2@spoken.example")
	profile := []string{"name", "Person 1", "zone", "Europe/Berlin"}
	status, body = one.post("/account", append(profile, "language", "xx")...)
	one.expect(status, body, http.StatusUnprocessableEntity, "choose one of en, de")
	status, body = one.post("/account", append(profile, "language", "en")...)
	one.expect(status, body, http.StatusOK, "Saved.", `<option value="en" selected>English</option>`)
	if strings.Contains(body, "tlh") {
		t.Error("what was refused is kept")
	}

	_, err = d.pulse.Open(ctx, 0, &team, health.PulseOrder{Kind: health.PulseShort, Closes: d.now.Add(96 * time.Hour)})
	d.ok(err)
	d.ok(d.news.Work(ctx))
	german := regexp.MustCompile(`(?s)Spoken fragt.* Uhr CET\..*Der Link gehört dir.*/pulse/[\w-]{22}\n.*Wähle, worüber es dir schreibt: http\S*/account#news\n`)
	english := regexp.MustCompile(`(?s)Spoken asks.*, [0-9:]+ CET\..*The link is yours.*/pulse/[\w-]{22}\?lang=en\n.*Choose what it writes to you about: http`)
	if len(box.got) != 6 {
		t.Fatalf("%d letters, want 6", len(box.got))
	}
	for _, m := range box.got {
		want, subject := german, "Wie geht es dir mit der Rufbereitschaft? Spoken"
		if m.Address == "p1@spoken.example" {
			want, subject = english, "How is on-call for you? Spoken"
		}
		if !want.MatchString(m.Text) || m.Subject != subject {
			t.Errorf("to %s: %s\n%s", m.Address, m.Subject, m.Text)
		}
	}
	link := regexp.MustCompile(`/pulse/[\w-]{22}(\?lang=\w+)?`)
	_, body = one.get("/pulse")
	mine := link.FindString(body)
	_, body = two.get("/pulse")
	plain := link.FindString(body)
	if !strings.HasSuffix(mine, "?lang=en") || strings.Contains(plain, "lang") {
		t.Errorf("links are %s and %s", mine, plain)
	}
	for _, c := range []struct{ path, accepts, want string }{
		{mine, "de", "How is on-call treating you?"}, {plain, "", "Wie geht es dir"}, {plain, "fr, es;q=0.5", "Wie geht es dir"}, {plain, "fr, en;q=0.1", "How is on-call treating you?"},
		{plain, "de-AT;q=0.9, en;q=0.3", "Wie geht es dir"}, {plain, "en;q=0", "Wie geht es dir"}, {plain + "?lang=en", "de", "How is on-call treating you?"}, {plain + "?lang=xx", "", "Wie geht es dir"},
	} {
		if body := d.spoken(c.path, c.accepts); !strings.Contains(body, c.want) {
			t.Errorf("%s with %q lacks %q", c.path, c.accepts, c.want)
		}
	}
	d.untraced(two, plain)
}

// spoken is the page behind a link, for a browser that accepts languages.
func (d *deployment) spoken(path, accepts string) string {
	d.t.Helper()
	a := d.call("", http.MethodGet, path, "", "Accept-Language", accepts)
	if a.status != http.StatusOK {
		d.t.Errorf("%s: %d", path, a.status)
	}
	return a.body
}

// untraced fails if the language in which somebody was asked and has answered is in a table,
// the log or the box, or makes the box longer.
func (d *deployment) untraced(b *browser, link string) {
	d.t.Helper()
	all, err := d.pulse.Store.OpenWaves(d.t.Context(), 0)
	d.ok(err)
	w := &all[slices.IndexFunc(all, func(w health.PulseWave) bool { return w.Team > 1 })]
	before, length, log := d.everything(), len(d.sealed(w)), d.out.Len()
	d.spoken(link, "de")
	if diff := changed(before, d.everything()); len(diff) > 0 {
		d.t.Errorf("being asked in a language changed %v", diff)
	}
	status, body := b.post(link, answers("12345123", "lang", "de")...)
	b.expect(status, body, http.StatusOK, "Danke")
	if diff := changed(before, d.everything()); len(diff) != 1 || diff["pulse_box"] != 1 {
		d.t.Errorf("answering in a language changed %v", diff)
	}
	if len(d.sealed(w)) != length {
		d.t.Error("the box has another length")
	}
	if bytes.Contains(bytes.ToLower(d.out.Bytes()[log:]), []byte("lang")) {
		d.t.Errorf("the log has the language: %s", d.out.Bytes()[log:])
	}
}

// The language of an account is told to its owner, and to nobody else, also not by an ETag.
func TestLanguageIsOnesOwn(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		tokens := d.crewed()
		type profile struct {
			Language *string
			Errors   []struct{ Field string }
		}
		var p profile
		tag := func(as string) string { return d.call(tokens[as], "GET", "/api/v1/people/2", "").header.Get("Etag") }
		mate := tag("manager")
		d.call(tokens["member"], "PATCH", "/api/v1/people/me", `{"language": "klingon"}`).into(t, 422, &p)
		if len(p.Errors) != 1 || p.Errors[0].Field != "language" {
			t.Errorf("refused as %+v", p.Errors)
		}
		own := tag("member")
		d.call(tokens["member"], "PATCH", "/api/v1/people/me", `{"language": "de"}`, "If-Match", own).into(t, 200, &p)
		if p.Language == nil || *p.Language != "de" || tag("member") == own || tag("manager") != mate {
			t.Errorf("kept %+v", p)
		}
		for _, as := range []string{"manager", "administrator"} {
			if a := d.call(tokens[as], "GET", "/api/v1/people/2", ""); a.status != 200 || strings.Contains(a.body, "language") {
				t.Errorf("%s is told %d %s", as, a.status, a.body)
			}
		}
		d.call(tokens["member"], "PATCH", "/api/v1/people/me", `{"language": ""}`).into(t, 200, &p)
		if *p.Language != "" {
			t.Errorf("taken back: %q", *p.Language)
		}
		// What managers change of people keeps it, and so does one's zone.
		d.call(tokens["member"], "PATCH", "/api/v1/people/me", `{"language": "de"}`).into(t, 200, nil)
		d.call(tokens["manager"], "PUT", "/api/v1/teams/1/members/2", `{"share": 80}`).into(t, 200, nil)
		d.call(tokens["member"], "PATCH", "/api/v1/people/me", `{"zone": "Asia/Kathmandu"}`).into(t, 200, &p)
		people, err := d.schedule.Store.People(t.Context(), []schedule.ID{2})
		d.ok(err)
		if *p.Language != "de" || people[0].Language != "de" {
			t.Errorf("afterwards %+v", people)
		}
	})
}
