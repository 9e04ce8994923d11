package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"
)

// roundOver publishes the round that is running, as if its four weeks were over.
func (d *deployment) roundOver() {
	d.t.Helper()
	at := d.now
	d.now = d.now.AddDate(0, 0, 28)
	d.ok(d.pulse.RollUpDue(d.t.Context()))
	d.now = at
}

// lastRound is where the newest round is.
func (d *deployment) lastRound() string {
	r, err := d.pulse.RoundResult(d.t.Context(), 0, false)
	d.ok(err)
	return "/organisation/pulse/" + r.From().String()
}

// answeredBy lets so many of a team answer, alike but for the first question, with a
// comment each.
func (d *deployment) answeredBy(team *schedule.TeamRecord, tokens []string, n int, row string) {
	d.t.Helper()
	for i := range n {
		r := &health.PulseReply{Comment: fmt.Sprintf("%s says %d", team.Name, i)}
		for _, c := range row {
			r.Answers = append(r.Answers, int(c-'0'))
		}
		r.Answers[0] = 1 + i%5
		d.ok(d.pulse.Answer(d.t.Context(), tokens[i], r))
	}
}

// What all teams are together is what was published of each, and one group of everybody
// else; the same on the page, as JSON and in the table; comments of teams that see none
// are for administrators, and of nobody who has shown theirs to the team.
func TestPulseRound(t *testing.T) { both(t, pulseRound) }

func pulseRound(t *testing.T, d *deployment) {
	admin := d.setUp()
	var member schedule.ID
	for _, team := range []struct {
		name           string
		people, answer int
		row            string
	}{
		{"Large", 12, 12, "14444444"}, {"Middle", 8, 6, "13333333"}, {"Shy", 8, 4, "12222422"}, {"Small", 3, 3, "12221422"}, {"Full", 5, 5, "15555155"}, {"Mute", 6, 0, ""},
	} {
		record, _, tokens := d.asked(team.name, team.people, health.PulseShort)
		d.answeredBy(&record, tokens, team.answer, team.row)
		p, err := d.schedule.Store.PersonByEmail(t.Context(), "p2@small.example")
		if err == nil {
			member = p.ID
		}
	}
	d.now = d.now.Add(96 * time.Hour)
	for range 2 {
		d.ok(d.askTeams(t.Context()))
	}
	status, body := admin.get("/organisation/pulse")
	admin.expect(status, body, http.StatusOK, "Nothing has been published yet.")
	d.now = time.Date(2026, 12, 28, 0, 0, 0, 0, time.UTC)
	admin = d.person("root@example.com") // whose session was over
	for range 2 {                        // also when two replicas do
		d.ok(d.askTeams(t.Context()))
	}
	r, err := d.pulse.RoundResult(t.Context(), 0, true)
	d.ok(err)
	// Large 75 to the point, Middle and Full each a quarter that counts as its middle, and the
	// rest 25: 4 and 3 of 17 people.
	if !r.Published || r.Teams != 3 || *r.N != 30 || *r.Invited != 12+8+5+17 || !r.Rest.Published || r.Rest.Teams != 3 || *r.Rest.N != 7 || *r.Rest.Invited != 17 {
		t.Fatalf("%+v", r.PulseRoundDoc)
	}
	if v := *r.Items[1].Value; v != 55 { // (12·75 + 6·37.5 + 5·87.5 + 7·12.5) / 30
		t.Errorf("the second question has %v", v)
	}
	if b := r.Rest.Items[1].Bucket; b == nil || b.From != 0 || b.To != 25 {
		t.Errorf("the rest, who answered alike, is told as %+v", r.Rest.Items[1])
	}
	if len(r.Comments) != 4+3+6+5 || slices.ContainsFunc(r.Comments, func(c string) bool { return strings.HasPrefix(c, "Large") }) {
		t.Errorf("comments: %q", r.Comments)
	}
	d.account(int64(member), auth.KindPerson)
	program, of := d.token(int64(member), auth.ScopeRead), r.From().String()
	small := d.person("p2@small.example")
	status, body = small.get("/organisation/pulse")
	small.expect(status, body, http.StatusOK, "30 of 42", "3 teams have no result. Together 7 of 17 people answered", "Administrators see them")
	status, page := admin.get("/organisation/pulse/" + of)
	admin.expect(status, page, http.StatusOK, "30 of 42", "Shy says 3")
	for what, text := range map[string]string{"page": body, "JSON": d.call(program, http.MethodGet, "/api/v1/pulse/"+of, "").body, "list": d.call(program, http.MethodGet, "/api/v1/pulse", "").body, "table": d.call(program, http.MethodGet, "/api/v1/pulse/"+of+"/table", "").body} {
		if strings.Contains(text, "says") {
			t.Errorf("the %s tells a member comments of others", what)
		}
	}
	for _, bad := range []string{"2026-12-01", "2026-12-28", "soon", "2000-12-04"} {
		if status, _ := admin.get("/organisation/pulse/" + bad); status != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", bad, status)
		}
	}
	for _, table := range []string{"pulse_box", "pulse_pool"} {
		if rows := d.everything()[table]; len(rows) != 0 {
			t.Errorf("%s has %v", table, rows)
		}
	}
}
