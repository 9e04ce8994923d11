package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"watchbill/health"
)

// whatIfReply is what the API says would be, as far as tests look at it.
type whatIfReply struct {
	Said, Hidden string
	Sources      []struct{ Without string }
	Now, Then    *struct {
		OneIn    float64 `json:"on_call_one_week_in"`
		Shifts   int     `json:"shifts_n"`
		Unfilled int
		Why      []string `json:"why_unfilled"`
		Remedies []string
		People   []struct {
			ID   *int
			Name string
		}
		Expected *struct{ Score *health.Expected }
	}
	Change *struct {
		Interruptions health.Expected
		Score         *health.Expected
	}
	Assumed []string
}

// What would be, asked over HTTP of the demonstration: more people, a limit that cannot be
// kept and what would mend it, an alert gone; the same question has the same answer, and
// what cannot be asked is named.
func TestWhatIf(t *testing.T) { both(t, whatIfAsked) }

func whatIfAsked(t *testing.T, d *deployment) {
	d.now = time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	d.ok(d.demonstrate(t.Context(), &console{err: &d.out, now: func() time.Time { return d.now }}))
	d.ok(d.measureBurden(t.Context()))
	ben := d.login("ben@demo.example")
	ask := func(q string) (r whatIfReply) {
		t.Helper()
		status, body := ben.get("/api/v1/teams/1/what-if?" + q)
		ben.expect(status, body, http.StatusOK)
		d.ok(json.Unmarshal([]byte(body), &r))
		return r
	}
	open := ask("")
	if open.Then != nil || open.Said != "" || len(open.Sources) == 0 {
		t.Fatalf("nothing was asked: %+v", open)
	}
	two := ask("people=2")
	if two.Then == nil || two.Then.Unfilled > 0 || len(two.Then.People) != len(two.Now.People)+2 || two.Then.OneIn <= two.Now.OneIn || two.Change == nil || two.Change.Interruptions.High > 0 ||
		two.Change.Score == nil || !strings.HasPrefix(two.Said, "With two more people each would be on call one week in 5") {
		t.Errorf("two more people: %+v", two)
	}
	for _, p := range two.Then.People {
		if (p.ID == nil) != strings.HasPrefix(p.Name, "New person ") {
			t.Errorf("%s has the id %v", p.Name, p.ID)
		}
	}
	if again := ask("people=2"); again.Said != two.Said || *again.Change.Score != *two.Change.Score {
		t.Errorf("the same question: %q, and %q", two.Said, again.Said)
	}
	five := ask("one_in=5")
	if five.Then.Unfilled == 0 || five.Then.Expected != nil || five.Change != nil || len(five.Then.Why) == 0 || len(five.Then.Remedies) == 0 || !strings.Contains(five.Said, "would be nobody's") {
		t.Errorf("one in five: %+v", five)
	}
	quiet := ask("without=" + url.PathEscape(open.Sources[0].Without))
	if quiet.Change == nil || quiet.Change.Interruptions.Mean >= 0 || quiet.Change.Score.Low < 0 {
		t.Errorf("without %s: %+v", open.Sources[0].Without, quiet)
	}
	status, page := ben.get("/teams/1/whatif?people=2")
	ben.expect(status, page, http.StatusOK, "With two more people each would be on call", "What this rests on", "New person 2", `value="2"`)
	d.whatIfRefuses(ben)
}

// whatIfRefuses asks what cannot be asked.
func (d *deployment) whatIfRefuses(ben *browser) {
	for q, field := range map[string]string{
		"people=99": "people", "people=-1": "people", "people=1e9": "people", "one_in=1": "one_in", "one_in=%F0%9F%92%A9": "one_in", "second=25": "second", "second=24": "second",
		"without=nothing": "without", "without=" + strings.Repeat("x", 600): "without", "without=%3Cscript%3E": "without",
	} {
		status, body := ben.get("/api/v1/teams/1/what-if?" + q)
		ben.expect(status, body, http.StatusUnprocessableEntity, `"field":"`+field+`"`)
		status, body = ben.get("/teams/1/whatif?" + q)
		ben.expect(status, body, http.StatusUnprocessableEntity, "This cannot be asked.", `aria-invalid="true"`)
		if strings.Contains(body, "<script>") && !strings.Contains(body, "&lt;script&gt;") && strings.Contains(q, "script") {
			d.t.Errorf("%s is not escaped", q)
		}
	}
	status, body := ben.get("/teams/2/whatif")
	ben.expect(status, body, http.StatusForbidden)
}
