package main

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// healthReply is what the API says of how a team is, as far as tests look at it.
type healthReply struct {
	Hidden string
	Score  *struct {
		Model    string
		Score    *float64
		Lost     map[string]float64 `json:"points_lost"`
		Guard    *float64           `json:"guardrail_loss"`
		Interval *[2]float64        `json:"interval80"`
		Scope    string
		Label    string `json:"confidence_label"`
	}
	Figures   json.RawMessage
	Wave      *int
	Questions []struct{ Code, Question string }
	Helps     []struct{ Text string }
	Trend     []struct{ Score *float64 }
	Watch     []struct{ Wakeups int }
	Pulses    []struct {
		On    string
		Index float64
	}
	Warnings []struct{ Cause, Question string }
}

// How a team is: the same for everybody in it, questions for those who manage it alone, and
// nothing that names anybody.
func TestHealthIsAboutTheTeam(t *testing.T) { both(t, healthByRole) }

func healthByRole(t *testing.T, d *deployment) {
	ctx := t.Context()
	d.now = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC) // a Monday
	d.ok(d.demonstrate(ctx, &console{err: &d.out, now: func() time.Time { return d.now }}))
	doors, err := d.health.Store.Integrations(ctx, 1)
	d.ok(err)
	people, err := d.schedule.Store.People(ctx, nil)
	d.ok(err)
	ben := people[slices.IndexFunc(people, func(p schedule.Profile) bool { return p.Email == "ben@demo.example" })]
	d.disturb(doors[0], ben.ID, ben.Zone, 5)
	d.now = d.now.AddDate(0, 0, 7) // the week was looked at before its pages came, and is again with the next
	d.ok(d.warnTeams(ctx))
	var first string
	for _, email := range []string{"ben@demo.example", "chloe@demo.example", "ana@demo.example", "admin@demo.example"} {
		b := d.browser()
		status, body := b.post("/login", "email", email, "password", demoPassword)
		b.expect(status, body, http.StatusOK, "My on-call")
		status, body = b.get("/api/v1/teams/1/health")
		b.expect(status, body, http.StatusOK, `"model":"th-1"`)
		var r healthReply
		d.ok(json.Unmarshal([]byte(body), &r))
		for i := range people {
			if strings.Contains(body, people[i].Name) || strings.Contains(body, people[i].Email) {
				t.Errorf("%s: names %s: %s", email, people[i].Name, body)
			}
		}
		manages := email == "ana@demo.example"
		if asked := slices.ContainsFunc(r.Warnings, func(w struct{ Cause, Question string }) bool { return w.Cause == "nights" }); asked != manages || !manages && len(r.Warnings) > 0 {
			t.Errorf("%s: warnings %+v", email, r.Warnings)
		}
		if r.Score == nil || r.Score.Score == nil {
			t.Fatalf("%s: no score: %s", email, body)
		}
		rest := *r.Score.Score + *r.Score.Guard
		for _, points := range r.Score.Lost {
			rest += points
		}
		if math.Abs(rest-100) > 1e-9 || len(r.Helps) == 0 || len(r.Trend) != 7 || len(r.Watch) == 0 {
			t.Errorf("%s: adds up to %v; %s", email, rest, body)
		}
		if last := r.Trend[6].Score; last == nil || *last != *r.Score.Score {
			t.Errorf("%s: the trend ends at %v, the score is %v", email, last, *r.Score.Score)
		}
		d.healthTable(b, &r, manages)
		status, page := b.get("/teams/1/health")
		b.expect(status, page, http.StatusOK, "What it is made of", "What would help most", "no diagnosis, no measure of a person, no league table")
		if strings.Contains(page, "Who can take over the next nights?") != manages {
			t.Errorf("%s: the question of nights is there: %v", email, !manages)
		}
		figures := string(r.Figures)
		if first == "" {
			first = figures
		} else if figures != first {
			t.Errorf("%s: figures are %s, for somebody else %s", email, figures, first)
		}
	}
	stranger := d.browser()
	if status, _ := stranger.get("/api/v1/teams/1/health"); status != http.StatusUnauthorized {
		t.Errorf("nobody: status %d", status)
	}
}

// healthTable checks that the table says what JSON says, to whoever asks.
func (d *deployment) healthTable(b *browser, r *healthReply, manages bool) {
	status, body := b.get("/api/v1/teams/1/health.csv")
	b.expect(status, body, http.StatusOK, "section,what,figure,low,high,unit,text", health.ScoreIsNot)
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	d.ok(err)
	exact := func(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
	got := map[string][]string{}
	for _, row := range rows {
		got[row[0]+": "+row[1]] = row[2:5]
	}
	want := map[string][]string{"score: score": {exact(*r.Score.Score), exact(r.Score.Interval[0]), exact(r.Score.Interval[1])}, "took: guardrail": {exact(*r.Score.Guard), "", ""}}
	for name, lost := range r.Score.Lost {
		want["took: "+name] = []string{exact(lost), "", ""}
	}
	var figures map[string]any
	d.ok(json.Unmarshal(r.Figures, &figures))
	for name, value := range figures {
		if x, ok := value.(float64); ok {
			want["figure: "+name] = []string{exact(x), "", ""}
		}
	}
	for _, p := range r.Pulses {
		want["pulse: "+p.On] = []string{exact(p.Index), "", ""}
	}
	for key, figures := range want {
		if !slices.Equal(got[key], figures) {
			d.t.Errorf("%s is %v in the table, %v in JSON", key, got[key], figures)
		}
	}
	if strings.Contains(body, "asked,") != manages {
		d.t.Errorf("the table has questions: %v, for whoever manages the team: %v", !manages, manages)
	}
	if strings.Contains(body, "Asked: ") != manages {
		d.t.Errorf("events have questions: %v, for whoever manages the team: %v", !manages, manages)
	}
}

// A team in which nobody was on call is told of with a reason, and never a zero.
func TestHealthOfNobody(t *testing.T) { both(t, healthOfNobody) }

func healthOfNobody(t *testing.T, d *deployment) {
	b := d.setUp()
	for range 2 { // before anything was measured, and after
		status, body := b.get("/api/v1/teams/1/health")
		b.expect(status, body, http.StatusOK, `"score":null`)
		var r healthReply
		d.ok(json.Unmarshal([]byte(body), &r))
		if r.Hidden == "" || r.Score != nil || string(r.Figures) != "null" || len(r.Trend)+len(r.Watch)+len(r.Warnings) > 0 {
			t.Errorf("something is told: %s", body)
		}
		d.ok(d.measureBurden(t.Context()))
	}
	status, body := b.get("/teams/1/health")
	b.expect(status, body, http.StatusOK, "Nothing is told of these weeks.", "Fewer than three people")
	if status, body := b.get("/api/v1/teams/9/health"); status != http.StatusNotFound {
		t.Errorf("no such team: %d, %s", status, body)
	}
}

// Where no pager ever spoke nobody knows whether nights are quiet: what pages tell is left
// out of the score, and is asked about.
func TestHealthWithoutPager(t *testing.T) { both(t, healthWithoutPager) }

func healthWithoutPager(t *testing.T, d *deployment) {
	ctx := t.Context()
	d.now = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	d.ok(d.demonstrate(ctx, &console{err: &d.out, now: func() time.Time { return d.now }}))
	d.now = d.now.AddDate(0, 0, 14) // three of the small team were on call by then
	d.ok(d.measureBurden(ctx))
	b := d.browser()
	status, body := b.post("/login", "email", "ana@demo.example", "password", demoPassword)
	b.expect(status, body, http.StatusOK, "My on-call")
	status, body = b.get("/api/v1/teams/2/health")
	b.expect(status, body, http.StatusOK, `"wakeups":null`, `"paged_incidents":null`, `"rest_breaches":null`, `"NO_PAGER"`, `"watch":[]`)
	var r struct {
		Score struct{ Components map[string]any }
	}
	d.ok(json.Unmarshal([]byte(body), &r))
	if c := r.Score.Components; c["personal_time"] != nil || c["load"] != nil || c["fairness"] == nil {
		t.Errorf("components %v", c)
	}
	status, body = b.get("/teams/2/health")
	b.expect(status, body, http.StatusOK, "is no pager connected?")
	if status, body = b.get("/api/v1/teams/1/health"); status != http.StatusOK || strings.Contains(body, "NO_PAGER") {
		t.Errorf("a team that is paged: %d, %s", status, body)
	}
}

// The pulse in the score: a wave below its threshold changes not one byte of what is told,
// one that is published is scored as it was published.
func TestHealthTakesThePulse(t *testing.T) { both(t, healthAndPulse) }

func healthAndPulse(t *testing.T, d *deployment) {
	ctx := t.Context()
	d.now = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	d.ok(d.demonstrate(ctx, &console{err: &d.out, now: func() time.Time { return d.now }}))
	d.ok(d.measureBurden(ctx))
	b := d.browser()
	status, body := b.post("/login", "email", "ana@demo.example", "password", demoPassword)
	b.expect(status, body, http.StatusOK, "My on-call")
	team, err := d.schedule.Store.Team(ctx, 1)
	d.ok(err)
	// The wave of the demonstration that is open ends first.
	open, err := d.pulse.Store.OpenWaves(ctx, 0)
	d.ok(err)
	for i := range open {
		if end := open[i].Closes.Add(time.Minute); d.now.Before(end) {
			d.now = end
		}
	}
	d.ok(d.pulse.CloseDue(ctx))
	anybody := d.browser()
	wave := func(length time.Duration, rows ...string) (before, after string) {
		w, err := d.pulse.Open(ctx, 0, &team, health.PulseOrder{Kind: health.PulseShort, Closes: d.now.Add(length)})
		d.ok(err)
		tokens := d.pulseTokens(&team)
		for i, row := range rows {
			status, body := anybody.post("/pulse/"+tokens[i], answers(row+strings.Repeat("0", len(w.Questions)-len(row)))...)
			anybody.expect(status, body, http.StatusOK, "Thank you")
		}
		d.now = w.Closes.Add(time.Minute)
		_, before = b.get("/api/v1/teams/1/health")
		d.ok(d.pulse.CloseDue(ctx))
		_, after = b.get("/api/v1/teams/1/health")
		return before, after
	}
	before, after := wave(24*time.Hour, "11111111", "11111111", "11111111", "11111111")
	if before != after {
		t.Errorf("four answers changed\n%s\nto\n%s", before, after)
	}
	before, after = wave(24*time.Hour, "45342544", "24224433", "55441545", "34323424", "13215323", "40432534")
	var was, is healthReply
	d.ok(json.Unmarshal([]byte(before), &was))
	d.ok(json.Unmarshal([]byte(after), &is))
	if is.Score.Scope != health.ScopeFull || is.Wave == nil || !strings.Contains(string(is.Figures), `"index":60`) || is.Score.Score == nil {
		t.Errorf("six answers: %s", after)
	}
	if last := len(is.Trend) - 1; *is.Trend[last].Score != *is.Score.Score || was.Wave != nil && *is.Wave == *was.Wave {
		t.Errorf("a pulse of 60 took the score from %v to %v", *was.Score.Score, *is.Score.Score)
	}
}
