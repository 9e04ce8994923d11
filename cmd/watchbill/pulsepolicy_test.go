package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// wavesOf are the openings and closings of a team's waves on its clock, the oldest first.
func (d *deployment) wavesOf(team schedule.ID) []string {
	d.t.Helper()
	waves, err := d.pulse.Store.Waves(d.t.Context(), team)
	d.ok(err)
	var out []string
	for i := range waves {
		w := &waves[len(waves)-1-i]
		zone, err := time.LoadLocation(w.Zone)
		d.ok(err)
		out = append(out, fmt.Sprintf("%d %s %s – %s", w.Number, w.Kind, w.Opens.In(zone).Format("02.01. 15:04"), w.Closes.In(zone).Format("02.01. 15:04")))
	}
	return out
}

// A team is asked every four weeks on its own calendar, also when clocks change, once over two
// replicas, and not while it is being asked already; each third time at length. What
// nothing ran for is not made up for.
func TestPulseSchedule(t *testing.T) {
	onBoth(t, func(t *testing.T, address string) {
		one := deploy(t, address)
		admin := one.setUp()
		two := deploy(t, address)
		fields := []string{"version", "0", "on", "1", "first", "2026-12-07", "at", "09:00", "days", "4", "weeks", "4", "long", "1", "least", "5", "least_said", "10"}
		status, body := admin.post("/teams/1/pulse/settings", fields...)
		admin.expect(status, body, http.StatusOK, "Saved.", "The next survey opens Mon 7 Dec 09:00.")
		status, body = admin.post("/teams/1/pulse/settings", fields...)
		admin.expect(status, body, http.StatusConflict, "Somebody has said when the team is asked meanwhile")
		run := func(at string) {
			t.Helper()
			now, err := time.Parse(time.RFC3339, at)
			one.ok(err)
			one.now, two.now = now, now
			done := make(chan error)
			go func() { done <- two.askTeams(t.Context()) }()
			one.ok(one.askTeams(t.Context()))
			one.ok(<-done)
		}
		for _, at := range []string{
			"2026-12-07T07:59:00Z", "2026-12-07T08:00:00Z", "2026-12-07T08:01:00Z", "2026-12-11T08:00:00Z", "2026-12-11T09:00:00Z",
			"2027-01-04T08:00:00Z", "2027-02-01T08:30:00Z", "2027-03-02T09:00:00Z", // the fourth is missed by more than a day
			"2027-03-29T06:59:00Z", "2027-03-29T07:00:00Z", // summer time
		} {
			run(at)
		}
		got := strings.Join(one.wavesOf(1), "\n")
		want := strings.Join([]string{
			"1 pulse 07.12. 09:00 – 11.12. 09:00", "2 pulse 04.01. 09:00 – 08.01. 09:00", "3 quarterly 01.02. 09:30 – 05.02. 09:00", "4 pulse 29.03. 09:00 – 02.04. 09:00",
		}, "\n")
		if got != want {
			t.Errorf("waves:\n%s\nwant:\n%s", got, want)
		}
		// One opened by hand stands in place of the next.
		run("2027-04-20T10:00:00Z")
		team, err := one.schedule.Store.Team(t.Context(), 1)
		one.ok(err)
		_, err = one.pulse.Open(t.Context(), 1, &team, health.PulseOrder{Kind: health.PulseShort, Closes: one.now.AddDate(0, 0, 2)})
		one.ok(err)
		run("2027-04-26T07:30:00Z")
		if n := len(one.wavesOf(1)); n != 5 {
			t.Errorf("%d waves, want 5", n)
		}
	})
}

// Settings that do not hold are refused with what would, and what was typed stays.
func TestPulseSettings(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	admin := d.setUp()
	good := map[string]string{"version": "0", "on": "1", "first": "2026-12-07", "at": "09:00", "days": "4", "weeks": "4", "least": "5", "least_said": "10", "own": ""}
	for _, c := range []struct{ field, value, say string }{
		{"first", "soon", "Choose the day of the first wave"}, {"at", "25:00", "Choose a time of day"}, {"days", "0", "open for 1 to 13 days"}, {"weeks", "1", "2 to 26 weeks"},
		{"weeks", "x", "2 to 26 weeks"}, {"least", "4", "Results take 5 answers at the least"}, {"least_said", "9", "Comments take 10 answers at the least"}, {"least", "11", "no fewer than results"},
		{"own", "Is Ben too strict with us?", "as a sentence that one can agree with"}, {"own", "ben listens to all of us.", "“ben” is the name of somebody in the team"}, {"own", "Short.", "10 to 140 letters"},
		{"own", "One is a question.\nTwo is a question.\nThree is a question.\nFour is a question.", "3 questions of your own are enough"}, {"own", "This has a \u202e hidden letter.", "invisible letter"},
	} {
		values := []string{}
		for k, v := range good {
			if k == c.field {
				v = c.value
			}
			values = append(values, k, v)
		}
		status, body := admin.post("/teams/1/pulse/settings", values...)
		admin.expect(status, body, http.StatusUnprocessableEntity, c.say)
	}
	good["own"], good["least"] = "Our runbooks are up to date.\nBenchmarks are run before releases.", "7"
	values := []string{}
	for k, v := range good {
		values = append(values, k, v)
	}
	status, body := admin.post("/teams/1/pulse/settings", values...)
	admin.expect(status, body, http.StatusOK, "Saved.", "Our runbooks are up to date.\nBenchmarks")
	team, err := d.schedule.Store.Team(t.Context(), 1)
	d.ok(err)
	w, err := d.pulse.Open(t.Context(), 0, &team, health.PulseOrder{Kind: health.PulseQuarterly, Closes: d.now.Add(time.Hour)})
	d.ok(err)
	if w.Least != 7 || len(w.Questions) != 19 || !w.Small() {
		t.Errorf("the wave takes %d answers to %d questions", w.Least, len(w.Questions))
	}
}

// What became of a pulse is written by who manages the team, and read by whoever has
// answered the next.
func TestPulseSaid(t *testing.T) { both(t, pulseSaid) }

func pulseSaid(t *testing.T, d *deployment) {
	d.setUp()
	team, w, tokens := d.asked("Heard", 6, health.PulseQuarterly)
	boss, member := d.person("p1@heard.example"), d.person("p2@heard.example")
	at := fmt.Sprintf("/teams/%d/pulse/1", team.ID)
	status, body := boss.post(at+"/said", "base", "0", "said", "Nights.", "did", "Fewer.")
	boss.expect(status, body, http.StatusOK, "It is still open.")
	for i, token := range tokens {
		status, body := member.post("/pulse/"+token, answers(fmt.Sprintf("4444244444443%d444", 1+i%5), "q9", "6", "q16", "11")...)
		member.expect(status, body, http.StatusOK, "Thank you")
	}
	d.now = w.Closes
	d.ok(d.askTeams(t.Context()))
	status, body = member.get(at)
	member.expect(status, body, http.StatusOK, "Asked besides", "This is told from ten answers on", "75–100", "Nothing has been written down.")
	status, _ = member.post(at+"/said", "base", "0", "said", "Nights.", "did", "Fewer.")
	if status != http.StatusForbidden {
		t.Errorf("a member may say what became of it: %d", status)
	}
	status, body = boss.post(at+"/said", "base", "0", "said", "Nights are hard.", "did", "")
	boss.expect(status, body, http.StatusUnprocessableEntity, "Write both", "Nights are hard.")
	status, body = boss.post(at+"/said", "base", "0", "said", "Nights are hard.", "did", "We delayed the alert.")
	boss.expect(status, body, http.StatusOK, "Written down.", "We delayed the alert.")
	status, body = boss.post(at+"/said", "base", "0", "said", "Other.", "did", "Other.")
	boss.expect(status, body, http.StatusConflict, "Somebody has written about this wave meanwhile", "Other.")
	_, err := d.pulse.Open(t.Context(), 0, &team, health.PulseOrder{Kind: health.PulseShort, Closes: d.now.Add(time.Hour)})
	d.ok(err)
	anybody := d.browser()
	status, body = anybody.post("/pulse/"+d.pulseTokens(&team)[0], answers("44442444")...)
	anybody.expect(status, body, http.StatusOK, "Last time you said", "Nights are hard.", "So we", "We delayed the alert.")
	status, body = member.get("/")
	member.expect(status, body, http.StatusOK, "How is on-call treating you? Heard is asked until")
}

// What pages do about the pulse the API does: by the same rules, refused with the names of
// the fields, all at once, and never over what somebody else has written meanwhile.
func TestAPIPulsePolicy(t *testing.T) { both(t, apiPulsePolicy) }

func apiPulsePolicy(t *testing.T, d *deployment) {
	tokens := d.crewed()
	boss, at := tokens["manager"], "/api/v1/teams/1/pulse/policy"
	type policy struct {
		On                   bool
		First, At            string
		Days, Weeks, Version int
		Own                  []string
		ETag                 string
		Next                 string `json:"next_opens_at"`
		LeastSaid            int    `json:"least_said"`
		Errors               []struct{ Field, In, Reason string }
		Yours, Present       json.RawMessage
		Detail, Said, Did    string
	}
	var usual, is policy
	d.call(boss, "GET", at, "").into(t, 200, &usual)
	if usual.On || usual.Version != 0 || usual.Weeks != 4 || usual.Next != "" {
		t.Errorf("the usual: %+v", usual)
	}
	d.call(boss, "PUT", at, `{"on": true, "first": "soon", "at": "25:00", "days": 0, "weeks": 1, "long": true, "least": 4, "least_said": 9, "own": ["Short.", "Is it good enough?", "Ben listens to us all."]}`).into(t, 422, &is)
	var fields []string
	for _, e := range is.Errors {
		fields = append(fields, e.Field)
		if e.In != "body" || e.Reason == "" {
			t.Errorf("refused as %+v", e)
		}
	}
	if got := strings.Join(fields, ","); got != "first,at,days,weeks,least,least_said,own,own,own" {
		t.Errorf("refused are %s", got)
	}
	d.call(boss, "PUT", at, `{"on": true, "first": "2026-12-07"}`).into(t, 422, nil)
	d.call(boss, "PUT", at, pulsePolicy, "If-Match", usual.ETag).into(t, 200, &is)
	if !is.On || is.Version != 1 || is.First != "2026-12-07" || is.At != "09:00" || is.Own[0] != "Our runbooks are up to date." || is.Next != "2026-12-07T08:00:00Z" {
		t.Errorf("kept is %+v", is)
	}
	stale := d.call(boss, "PUT", at, strings.Replace(pulsePolicy, `"days": 4`, `"days": 5`, 1), "If-Match", usual.ETag)
	stale.into(t, 409, &is)
	if !strings.Contains(string(is.Yours), `"days":5`) || !strings.Contains(string(is.Present), `"days":4`) {
		t.Errorf("the second is told %s", stale.body)
	}
	done := d.atOnce(6, func(i int) answer {
		return d.call(boss, "PUT", at, strings.Replace(pulsePolicy, `"days": 4`, fmt.Sprintf(`"days": %d`, 6+i), 1), "If-Match", stale.header.Get("Etag"))
	})
	if done[200] != 1 || done[409] != 5 {
		t.Errorf("of six at once: %v", done)
	}
	d.call(boss, "GET", at, "").into(t, 200, &is)
	page := d.person("ana@example.com")
	status, body := page.get("/teams/1/pulse")
	page.expect(status, body, 200, "Our runbooks are up to date.", fmt.Sprintf(`value="%d"`, is.Days))
}

// What became of a wave is written through the API as on the page.
func TestAPIPulseSaid(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		tokens := d.crewed()
		boss, at := tokens["manager"], "/api/v1/teams/1/pulse/1/said"
		var v struct {
			Said, Did, At, ETag, Detail string
			Version                     int
			Errors                      []struct{ Field string }
		}
		d.call(tokens["member"], "GET", at, "").into(t, 200, &v)
		none := v.ETag
		if v.Version != 0 || v.At != "" || none == "" {
			t.Errorf("before anything: %+v", v)
		}
		d.call(boss, "PUT", at, `{"said": "Nights are hard.", "did": " "}`).into(t, 422, &v)
		if len(v.Errors) != 1 || v.Errors[0].Field != "did" {
			t.Errorf("refused as %+v", v.Errors)
		}
		d.call(boss, "PUT", at, `{"said": "Nights.", "did": "`+strings.Repeat("x", 601)+`"}`).into(t, 422, &v)
		d.call(boss, "PUT", at, `{"said": "Nights are hard.", "did": "We delayed the alert."}`, "If-Match", none).into(t, 200, &v)
		if v.Version != 1 || v.Did != "We delayed the alert." || v.At == "" {
			t.Errorf("kept: %+v", v)
		}
		if a := d.call(boss, "PUT", at, `{"said": "Other.", "did": "Other."}`, "If-Match", none); a.status != 409 || !strings.Contains(a.body, `"present":{"said":"Nights are hard."`) {
			t.Errorf("over what was not seen: %d %s", a.status, a.body)
		}
		var wave struct{ Became *struct{ Did string } }
		d.call(boss, "GET", "/api/v1/teams/1/pulse/1", "").into(t, 200, &wave)
		if wave.Became == nil || wave.Became.Did != "We delayed the alert." {
			t.Errorf("the wave says %+v", wave)
		}
		d.call(boss, "PUT", at, `{"said": "", "did": ""}`).into(t, 200, nil)
		d.call(boss, "GET", "/api/v1/teams/1/pulse/1", "").into(t, 200, &wave)
		if wave.Became != nil {
			t.Errorf("taken back, the wave says %+v", wave.Became)
		}
		team, err := d.schedule.Store.Team(t.Context(), 1)
		d.ok(err)
		w, err := d.pulse.Open(t.Context(), 0, &team, health.PulseOrder{Kind: health.PulseShort, Closes: d.now.Add(time.Hour)})
		d.ok(err)
		d.call(boss, "PUT", fmt.Sprintf("/api/v1/teams/1/pulse/%d/said", w.Number), `{"said": "a", "did": "b"}`).into(t, 409, &v)
		if v.Detail != "it is still open" {
			t.Errorf("of an open wave: %s", v.Detail)
		}
	})
}
