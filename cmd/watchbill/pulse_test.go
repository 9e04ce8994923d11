package main

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"
)

// asked makes a team of so many people, all on call, and returns it with their tokens of
// an open wave.
func (d *deployment) asked(name string, people int, kind string) (schedule.TeamRecord, health.PulseWave, []string) {
	d.t.Helper()
	ctx := d.t.Context()
	in, err := importTeam(fmt.Sprintf("team: %s\nzone: Europe/Berlin\nfrom: 2026-12-07\nweeks: 8\nrotations:\n  - {name: primary, handover: Mon 09:00}\npeople:\n%s", name, crowd(name, people)))
	d.ok(err)
	in.People[0].Manager = true
	team, err := d.schedule.AddTeam(ctx, 0, in)
	d.ok(err)
	w, err := d.pulse.Open(ctx, 0, &team, health.PulseOrder{Kind: kind, Closes: d.now.Add(96 * time.Hour)})
	d.ok(err)
	return team, w, d.pulseTokens(&team)
}

func crowd(name string, people int) string {
	var b strings.Builder
	for i := range people {
		fmt.Fprintf(&b, "  - {name: Person %d, email: p%d@%s.example}\n", i+1, i+1, strings.ToLower(strings.ReplaceAll(name, " ", "-")))
	}
	return b.String()
}

// pulseTokens are the links of those who are asked in a team's open wave, in the order of
// the people.
func (d *deployment) pulseTokens(team *schedule.TeamRecord) []string {
	d.t.Helper()
	ids, err := d.askedOn(d.t.Context(), team.ID, schedule.DateOf(d.now))
	d.ok(err)
	var tokens []string
	for _, id := range ids {
		all, err := d.pulse.Invitations(d.t.Context(), id)
		d.ok(err)
		for _, i := range all {
			if i.Team == team.ID {
				tokens = append(tokens, i.Token)
			}
		}
	}
	return tokens
}

// answers is a form with an answer to each question from a row of digits.
func answers(row string, more ...string) []string {
	var values []string
	for i, r := range row {
		values = append(values, fmt.Sprintf("q%d", i+1), string(r))
	}
	return append(values, more...)
}

// From a wave that opens to a result that is published, over HTTP, without a log-in on the
// way: nothing is told before it closes, then the published figures, alike wherever they
// are shown.
func TestPulse(t *testing.T) { both(t, pulse) }

func pulse(t *testing.T, d *deployment) {
	admin := d.setUp()
	team, w, tokens := d.asked("Asked", 8, health.PulseShort)
	if len(tokens) != 8 {
		t.Fatalf("%d links, want 8", len(tokens))
	}
	page := fmt.Sprintf("/teams/%d/pulse", team.ID)
	anybody := d.browser()
	status, body := anybody.get("/pulse/" + tokens[0])
	anybody.expect(status, body, http.StatusOK, "Asked · Pulse 1", "How is on-call treating you?", "without it wearing me down", "Does not apply", "leave out names")
	if strings.Contains(body, "Person 1") || len(anybody.Jar.Cookies(mustURL(d.url))) > 0 {
		t.Error("the survey knows somebody, or wants to")
	}
	// What was typed stays when something is missing.
	status, body = anybody.post("/pulse/"+tokens[0], answers("4534254", "comment", "It rings & rings.")...)
	anybody.expect(status, body, http.StatusUnprocessableEntity, "One question is still unanswered", "It rings &amp; rings.")
	if n := strings.Count(body, " checked"); n != 7 {
		t.Errorf("%d answers are kept, want 7", n)
	}
	status, body = anybody.post("/pulse/"+tokens[0], answers("30000000")...)
	anybody.expect(status, body, http.StatusUnprocessableEntity, "Answers count from 4 of the first 8 questions on")
	status, body = anybody.post("/pulse/"+tokens[0], answers("45342544", "comment", strings.Repeat("ü", 501))...)
	anybody.expect(status, body, http.StatusUnprocessableEntity, "Up to 500 letters; this is 501.")

	for i, row := range []string{"45342544", "24224433", "55441545", "34323424", "13215323", "40432534"} {
		status, body = anybody.post("/pulse/"+tokens[i], answers(row, "comment", fmt.Sprint("Comment ", i), "share", fmt.Sprint(i%2))...)
		anybody.expect(status, body, http.StatusOK, "Thank you", "Results open Saturday 5 December, 11:00, if at least 5 people have answered.")
	}
	status, body = anybody.post("/pulse/"+tokens[0], answers("11111111")...)
	anybody.expect(status, body, http.StatusConflict, "This link has been used")
	status, body = anybody.get("/pulse/" + tokens[0])
	anybody.expect(status, body, http.StatusConflict, "This link has been used")
	for _, bad := range []string{"AAAAAAAAAAAAAAAAAAAAAA", "x", tokens[0] + "A", "%00"} {
		if status, _ := anybody.get("/pulse/" + bad); status != http.StatusNotFound {
			t.Errorf("the link %q: %d, want 404", bad, status)
		}
	}
	status, body = admin.get(page)
	admin.expect(status, body, http.StatusOK, "Pulse 1 is open until", "8 people were asked")
	status, body = admin.get(page + "/1")
	admin.expect(status, body, http.StatusOK, "It is open.")
	if strings.Contains(body, "of 100") {
		t.Error("something is told of a wave that is open")
	}
	status, body = admin.post(page, "kind", "pulse", "closes", "2026-12-09T18:00")
	admin.expect(status, body, http.StatusConflict, "The team is being asked already")

	d.now = d.now.Add(96 * time.Hour)
	status, body = anybody.post("/pulse/"+tokens[6], answers("45342544")...)
	anybody.expect(status, body, http.StatusGone, "This survey is closed")
	for range 2 { // also when two replicas do
		d.ok(d.pulse.CloseDue(t.Context()))
	}
	// Case 13 of the specification, but for an answer that does not count.
	status, body = admin.get(page + "/1")
	admin.expect(status, body, http.StatusOK, "of 100", ">6 of 8<", "75 %; from 70 % on", "Comment 1", "Comment 3", "Comment 5", "With fewer, those whose authors said so are shown")
	if strings.Contains(body, "Comment 2") {
		t.Error("a comment is shown below ten answers whose author did not want it")
	}
	got := regexp.MustCompile(`(?s)<h2 id="it-h">.*?</table>`).FindString(body)
	for i, value := range []string{"55", "80", "50", "40", "55", "85", "50", "70"} {
		if !strings.Contains(got, ">"+value+"<") {
			t.Errorf("question %d: %s is not told in %s", i+1, value, got)
		}
	}
	d.alike(&team, body)
	d.commentsForgotten(team.ID, w.Closes)
	if _, err := d.pulse.Store.Box(t.Context(), w.ID); err == nil {
		t.Error("the box is still there")
	}
	status, body = anybody.get("/pulse/" + tokens[6])
	anybody.expect(status, body, http.StatusGone, "This survey is closed")
}

// commentsForgotten looks a year later, when nothing but comments is gone, and comes back.
func (d *deployment) commentsForgotten(team schedule.ID, closed time.Time) {
	d.t.Helper()
	now := d.now
	defer func() { d.now = now }()
	var kept int64
	count := func() int64 {
		d.ok(d.db.Read.Raw("SELECT COUNT(*) FROM pulse_comment").Scan(&kept).Error)
		return kept
	}
	d.now = closed.AddDate(1, 0, 0)
	d.ok(d.pulse.ForgetComments(d.t.Context()))
	o, err := d.pulse.Result(d.t.Context(), team, 1)
	if d.ok(err); count() != 3 || len(o.Comments) != 3 {
		d.t.Errorf("twelve months later there are %d comments and %d are told, want 3", kept, len(o.Comments))
	}
	d.now = d.now.Add(time.Minute)
	for _, want := range []int64{3, 0} { // before they are removed and after
		o, err := d.pulse.Result(d.t.Context(), team, 1)
		if d.ok(err); count() != want || len(o.Comments) != 0 || o.Doc.Said != health.PulseForgotten || !o.Doc.Published {
			d.t.Errorf("%d comments are kept, want %d; told is %+v", kept, want, o)
		}
		d.ok(d.pulse.ForgetComments(d.t.Context()))
	}
}

func mustURL(text string) *url.URL {
	u, err := url.Parse(text)
	if err != nil {
		panic(err)
	}
	return u
}

// Fewer than five answers are not told of in any way, and a team of fewer is told so
// before it is asked.
func TestPulseOfFew(t *testing.T) { both(t, pulseOfFew) }

func pulseOfFew(t *testing.T, d *deployment) {
	admin := d.setUp()
	few, _, ofFew := d.asked("Silent", 8, health.PulseShort)
	small, _, ofSmall := d.asked("Small", 4, health.PulseQuarterly)
	anybody := d.browser()
	status, body := anybody.get("/pulse/" + ofSmall[0])
	anybody.expect(status, body, http.StatusOK, "Your team has 4 people on call. A team of fewer than 5 never gets a result of its own")
	for _, token := range ofFew[:4] {
		status, body = anybody.post("/pulse/"+token, answers("11111111", "comment", "secret", "share", "1")...)
		anybody.expect(status, body, http.StatusOK, "Thank you")
	}
	for _, token := range ofSmall {
		status, body = anybody.post("/pulse/"+token, answers("11111111000000000", "comment", "secret", "share", "1")...)
		anybody.expect(status, body, http.StatusOK, "Thank you", "Your team is too small for a result of its own.")
	}
	d.now = d.now.Add(96 * time.Hour)
	d.ok(d.pulse.CloseDue(t.Context()))
	for id, want := range map[schedule.ID]string{few.ID: "Fewer than 5 answered, so nothing is shown.", small.ID: "A team of fewer than five never gets a result of its own."} {
		status, body := admin.get(fmt.Sprintf("/teams/%d/pulse/1", id))
		admin.expect(status, body, http.StatusOK, want)
		if strings.Contains(body, "secret") || strings.Contains(body, "of 100") || strings.Contains(body, "4 of 8") {
			t.Errorf("something is told: %s", body)
		}
	}
}

// Somebody who is logged in finds their own link and nobody else's; whoever is not on call
// is not asked.
func TestPulseInvitations(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		d.setUp()
		team, err := d.schedule.Store.Team(t.Context(), 1)
		d.ok(err)
		_, err = d.pulse.Open(t.Context(), 0, &team, health.PulseOrder{Kind: health.PulseShort, Closes: d.now.Add(48 * time.Hour)})
		d.ok(err)
		link := regexp.MustCompile(`/pulse/[\w-]{22}`)
		links := map[string]bool{}
		for _, email := range []string{"ana@example.com", "ben@example.com", "cleo@example.com", "dan@example.com"} {
			b := d.person(email)
			status, body := b.get("/pulse")
			b.expect(status, body, http.StatusOK, "Crew · Pulse 1", "too small for a result")
			links[link.FindString(body)] = true
		}
		if len(links) != 4 || links[""] {
			t.Errorf("links: %v", links)
		}
		for at := range links {
			b := d.browser()
			status, body := b.post(at, answers("12345123")...)
			b.expect(status, body, http.StatusOK, "Thank you")
		}
	})
}

// pulsed asks a team in a wave that is closed.
func (d *deployment) pulsed(id schedule.ID) {
	d.t.Helper()
	team, err := d.schedule.Store.Team(d.t.Context(), id)
	d.ok(err)
	d.now = d.now.Add(-2 * time.Hour)
	_, err = d.pulse.Open(d.t.Context(), 0, &team, health.PulseOrder{Kind: health.PulseShort, Closes: d.now.Add(time.Hour)})
	d.ok(err)
	d.now = d.now.Add(2 * time.Hour)
	d.ok(d.pulse.CloseDue(d.t.Context()))
}

// alike fails unless what programs and spreadsheets are told is what the page says.
func (d *deployment) alike(team *schedule.TeamRecord, page string) {
	d.t.Helper()
	p, err := d.schedule.Store.PersonByEmail(d.t.Context(), "p2@asked.example")
	d.ok(err)
	d.account(int64(p.ID), auth.KindPerson)
	token := d.token(int64(p.ID), auth.ScopeRead)
	at := fmt.Sprintf("/api/v1/teams/%d/pulse", team.ID)
	var one struct {
		Answered  int      `json:"answered"`
		Rate      float64  `json:"response_rate"`
		Index     float64  `json:"index"`
		Comments  []string `json:"comments"`
		Why       string   `json:"comments_reason"`
		Questions []struct {
			Value *float64
		}
	}
	d.call(token, http.MethodGet, at+"/1", "").into(d.t, http.StatusOK, &one)
	got := fmt.Sprint(one.Answered, one.Rate, one.Index, len(one.Comments), one.Why)
	for _, q := range one.Questions {
		got += fmt.Sprint(" ", *q.Value)
	}
	if want := "6 0.75 60 3below_k 55 80 50 40 55 85 50 70"; got != want {
		d.t.Errorf("the API says %s, want %s", got, want)
	}
	csv := d.call(token, http.MethodGet, at+"/1/table", "")
	for _, line := range []string{"result,answered,6,,,", "result,response rate,0.75,,,", "result,index,60,,,", "likely to get.\",70,,,", "comment,Comment 5"} {
		if csv.status != http.StatusOK || !strings.Contains(csv.body, line) {
			d.t.Errorf("the table (%d) lacks %q:\n%s", csv.status, line, csv.body)
		}
	}
	for _, body := range []string{csv.body, d.call(token, http.MethodGet, at, "").body} {
		if strings.Contains(body, "Comment 2") || strings.Contains(body, "60.5") {
			d.t.Errorf("more is told than on the page: %s", body)
		}
	}
	if !strings.Contains(page, "/api/v1/teams/") {
		d.t.Error("the page does not lead to the table")
	}
}
