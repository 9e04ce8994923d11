package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"watchbill/api/notify"
	"watchbill/api/notify/slacktest"
	"watchbill/health"
	"watchbill/schedule"
)

// slack sets up a workspace in which everybody is whose number is named, besides mail.
func (d *deployment) slack(box *mailbox) *slacktest.Workspace {
	d.t.Helper()
	clock := func() time.Time { return d.now }
	w := slacktest.New(d.t, clock)
	flags := slackFlags{Token: slacktest.Token, API: w.URL}
	carrier, err := flags.carrier(clock)
	d.ok(err)
	d.news.Carriers = map[notify.Medium]notify.Carrier{notify.Slack: carrier}
	if box != nil {
		d.news.Carriers[notify.Email] = box
	}
	return w
}

// invites a team of six to a survey, who are all at Slack.
func (d *deployment) invites(w *slacktest.Workspace) (wave *health.PulseWave, tokens []string) {
	d.t.Helper()
	team, opened, tokens := d.asked("Asked", 6, health.PulseShort)
	d.ok(d.db.Write.Exec("UPDATE team SET name = 'Asked <!channel>' WHERE id = ?", team.ID).Error)
	people := map[string]slacktest.Person{}
	for i := range 6 {
		people[fmt.Sprintf("p%d@asked.example", i+1)] = slacktest.Person{ID: fmt.Sprintf("U%d", i+1)}
	}
	w.Add(people)
	return &opened, tokens
}

var pulseLink = regexp.MustCompile(`/pulse/([\w-]{22})$`)

// Where there is only Slack everybody is told there: with their own link, once, whichever of
// two replicas dies between sending and noting it, and nothing but them uses it up.
func TestNewsAtSlack(t *testing.T) { both(t, newsAtSlack) }

func newsAtSlack(t *testing.T, d *deployment) {
	ctx := t.Context()
	d.setUp()
	w := d.slack(nil)
	wave, tokens := d.invites(w)
	other := *d.news // a replica, which dies after each message that it sends
	other.Store = dying{d.news.Store}
	var work sync.WaitGroup
	for _, o := range []*notify.Outbox{d.news, &other} {
		work.Go(func() { _ = o.Work(ctx) })
	}
	work.Wait()
	for range 8 {
		d.now = d.now.Add(time.Minute)
		_ = other.Work(ctx)
		d.ok(d.news.Work(ctx))
	}
	got := w.Messages()
	mine := map[string]bool{}
	for _, m := range got {
		link := pulseLink.FindStringSubmatch(m.Links()[0])
		if len(link) != 2 || !slices.Contains(tokens, link[1]) || strings.Contains(m.Text, link[1]) || strings.Contains(m.Text, "<") || !strings.Contains(m.Shown(), "Asked <!channel> asks how on-call is") {
			t.Fatalf("%+v", m)
		}
		mine[m.Channel+link[1]] = true
	}
	if len(got) != 6 || len(mine) != 6 {
		t.Errorf("%d messages with %d links, want 6", len(got), len(mine))
	}
	var kept []string
	d.ok(d.db.Read.Raw("SELECT topic || kind || problem || medium FROM outbox UNION ALL SELECT topic FROM outbox_told").Scan(&kept).Error)
	for _, text := range kept {
		if slices.ContainsFunc(tokens, func(token string) bool { return strings.Contains(text, token) }) || strings.Contains(text, "email") {
			t.Errorf("kept: %s", text)
		}
	}

	// A program that looks what is behind a link does not answer in somebody's place.
	anybody := d.browser()
	for range 3 {
		for _, method := range []string{http.MethodHead, http.MethodGet} {
			req, err := http.NewRequestWithContext(ctx, method, got[0].Links()[0], http.NoBody)
			d.ok(err)
			req.Header.Set("User-Agent", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)")
			resp, err := http.DefaultClient.Do(req)
			d.ok(err)
			d.ok(resp.Body.Close())
			if resp.StatusCode != http.StatusOK {
				t.Errorf("%s: %s", method, resp.Status)
			}
		}
	}
	path := strings.TrimPrefix(got[0].Links()[0], d.url)
	status, body := anybody.post(path, answers("45342544")...)
	anybody.expect(status, body, http.StatusOK, "Thank you")
	d.now = wave.Closes.Add(-time.Minute)
	d.ok(d.news.Work(ctx))
	if n := len(w.Messages()); n != 6 {
		t.Errorf("somebody is reminded: %d messages", n)
	}
}

// A dying store notes nothing of what was sent.
type dying struct{ notify.Store }

func (dying) Save(context.Context, *notify.Sent) error { return errors.New("killed") }

// Each chooses what they are told by which medium. Who has not is told by e-mail, where there
// is any, and once.
func TestNewsByChosenMedia(t *testing.T) { both(t, newsByMedia) }

func newsByMedia(t *testing.T, d *deployment) {
	box := &mailbox{}
	d.setUp()
	w := d.slack(box)
	_, _ = d.invites(w)
	choose := func(person string, values ...string) {
		t.Helper()
		p := d.person(person + "@asked.example")
		status, body := p.post("/account/news", values...)
		p.expect(status, body, http.StatusOK, "Saved.")
		for i := 0; i+1 < len(values); i += 2 {
			p.expect(status, body, http.StatusOK, fmt.Sprintf(`name="%s" value="%s" checked`, values[i], values[i+1]))
		}
		if n := strings.Count(body, " checked><span class=\"vh\">"); n != len(values)/2 {
			t.Errorf("%s: %d are chosen, want %d", person, n, len(values)/2)
		}
	}
	choose("p2", "slack", "pulse.opened")
	choose("p3", "slack", "pulse.opened", "email", "pulse.opened", "email", "cover.asked")
	choose("p4", "slack", "cover.asked")
	p1 := d.person("p1@asked.example")
	status, body := p1.get("/account")
	p1.expect(status, body, http.StatusOK, `name="email" value="pulse.opened" checked`, `name="slack" value="pulse.opened">`)
	told := func(want string) {
		t.Helper()
		d.ok(d.news.Work(t.Context()))
		is := map[string]bool{}
		for _, m := range w.Messages() {
			is["slack "+m.Channel[1:]] = true
		}
		for _, m := range box.got {
			is["email "+m.Address[1:2]] = true
		}
		list := []string{}
		for one := range is {
			list = append(list, one)
		}
		if slices.Sort(list); strings.Join(list, ", ") != want || len(list) != len(w.Messages())+len(box.got) {
			t.Errorf("told %v by %d letters, want %s", list, len(w.Messages())+len(box.got), want)
		}
	}
	told("email 1, email 3, email 5, email 6, slack 2, slack 3")
	d.now = d.now.Add(10 * time.Minute)
	told("email 1, email 3, email 5, email 6, slack 2, slack 3")

	// What was chosen of e-mail holds while there is none, and Slack was refused for good.
	delete(d.news.Carriers, notify.Email)
	for person, want := range map[string]string{"p1": "pulse.opened", "p4": "", "p2": "pulse.opened"} {
		p, err := d.schedule.Store.PersonByEmail(t.Context(), person+"@asked.example")
		d.ok(err)
		choices, err := d.news.Choices(t.Context(), p.ID)
		d.ok(err)
		var is []string
		for _, c := range choices {
			if c.Kind == notify.PulseOpened && len(c.By) > 0 {
				is = append(is, string(c.Kind))
			}
		}
		if strings.Join(is, " ") != want {
			t.Errorf("%s at Slack alone: %v, want %q", person, is, want)
		}
	}
}

// A medium that is down keeps nobody from hearing by another; each is told once, when it is
// up again; and people see what went how.
func TestNewsWhenOneMediumIsDown(t *testing.T) { both(t, newsOneDown) }

func newsOneDown(t *testing.T, d *deployment) {
	ctx, box := t.Context(), &mailbox{}
	d.setUp()
	w := d.slack(box)
	_, _ = d.invites(w)
	var people []schedule.Profile
	for i := range 6 {
		p, err := d.schedule.Store.PersonByEmail(ctx, fmt.Sprintf("p%d@asked.example", i+1))
		d.ok(err)
		d.ok(d.news.Choose(ctx, p.ID, notify.Wishes{By: map[notify.Medium][]notify.Kind{notify.Email: {notify.PulseOpened}, notify.Slack: {notify.PulseOpened}}}))
		people = append(people, p)
	}
	w.Fail("auth.test", slacktest.Fault{Error: "account_inactive"})
	if err := d.news.Work(ctx); err == nil || !strings.Contains(err.Error(), "the app was removed from the workspace") || strings.Contains(err.Error(), slacktest.Token) {
		t.Errorf("with a dead app: %v", err)
	}
	if len(box.got) != 6 || len(w.Messages()) != 0 {
		t.Errorf("%d letters and %d messages", len(box.got), len(w.Messages()))
	}
	admin := d.person("root@example.com")
	status, body := admin.get("/admin")
	admin.expect(status, body, http.StatusOK, "E-mail: 6 letters sent, the last ", "Slack does not get out: the app was removed from the workspace, or the workspace is closed (account_inactive)")
	w.Add(map[string]slacktest.Person{"p2@asked.example": {ID: "U2", Deleted: true}})
	box.shut = true
	w.Fail("chat.postMessage", slacktest.Fault{Status: http.StatusTooManyRequests, After: "70"})
	for minute := range 4 {
		d.now = d.now.Add(time.Minute)
		d.ok(d.news.Work(ctx)) // e-mail has nothing left to do
		if n, want := len(w.Messages()), []int{0, 0, 5, 5}[minute]; n != want {
			t.Errorf("after %d minutes %d messages, want %d", minute+1, n, want)
		}
	}
	if len(box.got) != 6 {
		t.Errorf("%d letters", len(box.got))
	}
	for i, want := range []string{"slack 1 ", "slack 1 refused: their account at Slack is deactivated"} {
		all, err := d.news.History(ctx, people[i].ID)
		d.ok(err)
		at := slices.IndexFunc(all, func(s notify.Sent) bool { return s.Medium == notify.Slack })
		if at < 0 || len(all) != 2 || fmt.Sprint(all[at].Medium, " ", all[at].Tries, " ", all[at].Problem) != want {
			t.Errorf("%s: %+v, want %s", people[i].Email, all, want)
		}
	}
	p2 := d.person("p2@asked.example")
	status, body = p2.get("/account")
	p2.expect(status, body, http.StatusOK, "not delivered", "Slack · ", "their account at Slack is deactivated", "E-mail · ")
	status, body = admin.get("/admin")
	admin.expect(status, body, http.StatusOK, "Slack: 5 letters sent, the last ", ", 1 not delivered.", "Person 2 <span class=\"mut sm\">Slack · ", "their account at Slack is deactivated")
	if strings.Contains(body, slacktest.Token) || strings.Contains(body, "survey asks") {
		t.Error("an administrator reads the token, or of what people hear")
	}
}

// Who sleeps is not woken at Slack either.
func TestNewsAtSlackWaits(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		d.setUp()
		w := d.slack(nil)
		d.now = time.Date(2026, 12, 2, 1, 0, 0, 0, time.UTC)
		_, _ = d.invites(w)
		d.ok(d.news.Work(t.Context()))
		n := len(w.Messages())
		d.now = d.now.Add(8 * time.Hour)
		d.ok(d.news.Work(t.Context()))
		if m := len(w.Messages()); n != 0 || m != 6 {
			t.Errorf("%d messages at night and %d in the morning, want 0 and 6", n, m)
		}
	})
}

// Settings of Slack say what is wrong with them, and never what the token is.
func TestSlackFlags(t *testing.T) {
	for _, x := range []struct {
		flags slackFlags
		want  string
	}{
		{slackFlags{Token: "xoxb-secret", TokenFile: "f"}, "give one of them"}, {slackFlags{API: "https://slack.example"}, "--slack-token-file is missing"},
		{slackFlags{TokenFile: t.TempDir() + "/none"}, "--slack-token-file: "}, {slackFlags{Token: "secret"}, "begins with xoxb-"},
	} {
		if _, err := x.flags.carrier(time.Now); err == nil || !strings.Contains(err.Error(), x.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%+v: %v, want %q", x.flags, err, x.want)
		}
	}
	if c, err := (&slackFlags{}).carrier(time.Now); c != nil || err != nil {
		t.Errorf("none: %v %v", c, err)
	}
}
