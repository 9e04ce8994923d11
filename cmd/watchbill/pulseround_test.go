package main

import (
	"context"
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

// Of two teams that are the same but for one person only the first is told of, and the other
// is in nothing.
func TestPulseOfNearlyTheSame(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		admin := d.setUp()
		one, _, tokens := d.asked("One", 6, health.PulseShort)
		d.answeredBy(&one, tokens, 6, "12345123")
		in, err := importTeam(fmt.Sprintf("team: Two\nzone: UTC\nfrom: 2026-12-07\nweeks: 8\nrotations:\n  - {name: primary, handover: Mon 09:00}\npeople:\n%s", crowd("Two", 1)))
		d.ok(err)
		two, err := d.schedule.AddTeam(t.Context(), 0, in)
		d.ok(err)
		ids, err := d.askedOn(t.Context(), one.ID, schedule.DateOf(d.now))
		d.ok(err)
		for _, id := range ids {
			d.ok(d.schedule.Store.SaveMember(t.Context(), &schedule.Membership{Team: two.ID, Person: id, OnCall: true, Share: schedule.FullTime}))
		}
		_, err = d.pulse.Open(t.Context(), 0, &two, health.PulseOrder{Kind: health.PulseShort, Closes: d.now.Add(97 * time.Hour)})
		d.ok(err)
		d.answeredBy(&two, d.pulseTokens(&two), 7, "12345123")
		d.now = d.now.Add(97 * time.Hour)
		d.ok(d.askTeams(t.Context()))
		d.roundOver()
		status, body := admin.get(fmt.Sprintf("/teams/%d/pulse/1", one.ID))
		admin.expect(status, body, http.StatusOK, "6 of 6")
		status, body = admin.get(fmt.Sprintf("/teams/%d/pulse/1", two.ID))
		admin.expect(status, body, http.StatusOK, "Nothing is shown: but for one to four people this is another team")
		if strings.Contains(body, "of 7") || strings.Contains(body, "says") {
			t.Errorf("something is told: %s", body)
		}
		r, err := d.pulse.RoundResult(t.Context(), 0, true)
		d.ok(err)
		if r.Teams != 1 || r.Rest.Teams != 0 || len(r.Comments) != 0 {
			t.Errorf("%+v", r.PulseRoundDoc)
		}
	})
}

// Where one figure less those that were published would be of fewer than five people, they
// are in none: nine are six and three.
func TestPulseComplement(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		d.setUp()
		for _, team := range []struct {
			name         string
			size, answer int
		}{{"A", 6, 6}, {"B", 6, 5}, {"C", 12, 12}, {"D", 3, 3}, {"E", 8, 1}} {
			record, _, tokens := d.asked(team.name, team.size, health.PulseShort)
			d.answeredBy(&record, tokens, team.answer, "12345123")
		}
		d.now = d.now.Add(96 * time.Hour)
		d.ok(d.askTeams(t.Context()))
		d.roundOver()
		r, err := d.pulse.RoundResult(t.Context(), 0, true)
		d.ok(err)
		if !r.Published || *r.N != 23 || *r.Invited != 24 || r.Rest.Published || r.Rest.N != nil || r.Rest.Invited != nil || r.Rest.Reason != health.PulseBelowK {
			t.Errorf("%+v", r.PulseRoundDoc)
		}
		if len(r.Comments) != 6+5+3+1 { // of fifteen people
			t.Errorf("comments: %q", r.Comments)
		}
	})
}

// Waves that two replicas close at once are all in the round, which is published once, also
// by a program that was started after all of them were closed; and a wave that nothing could
// close does not hold it back for ever.
func TestPulseRoundAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, address string) {
		one := deploy(t, address)
		one.sealWith(strings.Repeat("secret ", 8))
		if one.db.File() != "" {
			one.pulse.Keys = keysBeside(one.db.File())
		}
		one.setUp()
		for i := range 6 {
			record, _, tokens := one.asked(fmt.Sprint("Small ", i), 4, health.PulseShort)
			one.answeredBy(&record, tokens, 3, "12345123")
		}
		for i := range 3 {
			record, _, tokens := one.asked(fmt.Sprint("Large ", i), 6, health.PulseShort)
			one.answeredBy(&record, tokens, 6, "12345123")
		}
		two := deploy(t, address)
		two.pulse.Keys = one.pulse.Keys
		at := func(now time.Time, do func(d *deployment) error) {
			t.Helper()
			one.now, two.now = now, now
			done := make(chan error)
			go func() { done <- do(two) }()
			one.ok(do(one))
			one.ok(<-done)
		}
		at(one.now.Add(96*time.Hour), func(d *deployment) error { return d.pulse.CloseDue(context.Background()) })
		late, _, _ := one.asked("Late", 5, health.PulseShort)
		waves, err := one.pulse.Store.Waves(t.Context(), late.ID)
		one.ok(err)
		end := time.Date(2026, 12, 28, 0, 0, 0, 0, time.UTC)
		if waves[0].Closes.After(end) {
			t.Fatal("the late wave is of another round")
		}
		three := deploy(t, address) // everything else was killed
		three.pulse.Keys, three.now = one.pulse.Keys, end
		three.ok(three.pulse.RollUpDue(t.Context()))
		if rounds, _ := three.pulse.Store.Rounds(t.Context()); len(rounds) != 0 {
			t.Error("a round is published while a wave of it is open")
		}
		at(end.Add(8*24*time.Hour), func(d *deployment) error { return d.pulse.RollUpDue(context.Background()) })
		r, err := three.pulse.RoundResult(t.Context(), 0, true)
		one.ok(err)
		if *r.N != 3*6+6*3 || *r.Rest.N != 6*3 || len(r.Comments) != 6*3+3*6 {
			t.Errorf("%+v with %d comments", r.PulseRoundDoc, len(r.Comments))
		}
		// The wave that was late finds the round over, and has its own result all the same.
		three.now = end.Add(9 * 24 * time.Hour)
		three.ok(three.pulse.CloseDue(t.Context()))
		o, err := three.pulse.Result(t.Context(), late.ID, 1)
		one.ok(err)
		if o.State != health.PulseClosed {
			t.Error("the late wave is open")
		}
	})
}

// A pool whose key is gone keeps no team from its result, and the round says that the rest
// is lost.
func TestPulseRoundLost(t *testing.T) {
	d := deploy(t, t.TempDir()+"/watchbill.db")
	d.setUp()
	for i, size := range []int{6, 7, 8, 4, 4} {
		record, _, tokens := d.asked(fmt.Sprint("Team ", i), size, health.PulseShort)
		d.answeredBy(&record, tokens, size, "12345123")
	}
	pools, err := d.pulse.Store.PoolsBefore(t.Context(), 1_000_000)
	d.ok(err)
	pool, err := d.pulse.Store.Pool(t.Context(), pools[0])
	d.ok(err)
	d.ok(d.pulse.Keys.ForgetKey(t.Context(), pool.Key))
	d.now = d.now.Add(96 * time.Hour)
	d.ok(d.askTeams(t.Context()))
	d.roundOver()
	r, err := d.pulse.RoundResult(t.Context(), 0, true)
	d.ok(err)
	if !r.Published || *r.N != 21 || r.Rest.Published || r.Rest.Reason != health.PulseLost || r.Said != health.PulseLost {
		t.Errorf("%+v after the key was lost", r.PulseRoundDoc)
	}
}
