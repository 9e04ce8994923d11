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
	"watchbill/health"
	"watchbill/schedule"
)

// A mailbox takes letters, unless it is shut.
type mailbox struct {
	mu      sync.Mutex
	shut    bool
	trouble map[string]error // by address
	got     []notify.Mail
}

func (m *mailbox) Open(context.Context) (notify.Line, error) {
	if m.shut {
		return nil, errors.New("nobody answers")
	}
	return m, nil
}

func (m *mailbox) Send(_ context.Context, mail *notify.Mail) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.trouble[mail.Address]; err != nil {
		return err
	}
	read := *mail
	read.Text = mail.Plain()
	m.got = append(m.got, read)
	return nil
}

func (m *mailbox) Close() error { return nil }

func byMail(m *mailbox) map[notify.Medium]notify.Carrier {
	return map[notify.Medium]notify.Carrier{notify.Email: m}
}

// letters looks once for news and returns what was sent, as address and subject, sorted.
func (d *deployment) letters(m *mailbox) []string {
	d.t.Helper()
	d.ok(d.news.Work(d.t.Context()))
	return m.take()
}

func (m *mailbox) take() (out []string) {
	for _, l := range m.got {
		out = append(out, l.Address+": "+l.Subject)
	}
	slices.Sort(out)
	m.got = nil
	return out
}

func (d *deployment) hear(what string, got []string, want ...string) {
	d.t.Helper()
	if !slices.Equal(got, want) {
		d.t.Errorf("%s: heard of\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// firstPlan publishes eight weeks of the crew and returns its shifts.
func (d *deployment) firstPlan() []schedule.Shift {
	d.t.Helper()
	ctx := d.t.Context()
	draft, err := d.schedule.AskDraft(ctx, 1, schedule.DraftOrder{Team: 1, From: schedule.Date{Year: 2026, Month: 12, Day: 7}, Until: schedule.Date{Year: 2027, Month: 2, Day: 1}})
	d.ok(err)
	d.ok(d.schedule.RunDraft(ctx, draft.ID))
	_, err = d.schedule.Publish(ctx, 1, draft.ID, "")
	d.ok(err)
	shifts, err := d.schedule.Shifts(ctx, 1, d.now, d.now.AddDate(0, 2, 0), time.Time{})
	d.ok(err)
	return shifts
}

// Whoever is asked for cover hears of it once, and whoever asked hears what became of it.
func TestNewsOfCover(t *testing.T) { both(t, newsOfCover) }

func newsOfCover(t *testing.T, d *deployment) {
	ctx, box := t.Context(), &mailbox{}
	d.setUp()
	d.news.Carriers = byMail(box)
	shift := d.firstPlan()[0]
	everybody, err := d.schedule.Store.People(ctx, nil)
	d.ok(err)
	var holder schedule.Profile
	var others []string
	for _, p := range everybody {
		switch {
		case p.ID == shift.Person:
			holder = p
		case p.Email != "root@example.com":
			others = append(others, p.Email+": NAME asks for cover in Crew")
		}
	}
	slices.Sort(others)
	for i := range others {
		others[i] = strings.Replace(others[i], "NAME", holder.Name, 1)
	}
	d.hear("before", d.letters(box))
	ask := schedule.Request{Team: 1, Person: shift.Person, Stretch: schedule.Stretch{Slot: shift.Slot, Start: shift.Start, End: shift.End}, Message: "My sister\nmarries."}
	asked, err := d.schedule.Ask(ctx, shift.Person, ask)
	d.ok(err)

	box.shut = true
	if err := d.news.Work(ctx); err == nil {
		t.Error("nobody notices that nothing is sent")
	}
	d.now = d.now.Add(time.Minute)
	box.shut = false
	d.ok(d.news.Work(ctx))
	text := box.got[0].Text
	for _, want := range []string{"> My sister\n> marries.", d.url + "/requests", "primary", "CET", "/account#news"} {
		if !strings.Contains(text, want) {
			t.Errorf("the letter lacks %q:\n%s", want, text)
		}
	}
	d.hear("asked", box.take(), others...)
	d.hear("asked again", d.letters(box))
	d.now = asked.ExpiresAt.Add(-time.Hour)
	for i := range others {
		others[i] = strings.Replace(others[i], " asks for", " still asks for", 1)
	}
	reminded := append(slices.Clone(others), holder.Email+": On call from Mon 7 Dec 09:00 CET: primary in Crew", "root@example.com: The week in Crew, from Mon 7 Dec 2026")
	slices.Sort(reminded)
	for _, want := range [][]string{reminded, nil} {
		_, err = d.schedule.Remind(ctx, 1)
		d.ok(err)
		d.hear("reminded", d.letters(box), want...)
	}

	taker := schedule.ID(0)
	for _, p := range everybody {
		if p.ID != shift.Person && p.Email != "root@example.com" {
			taker = p.ID
			if _, err = d.schedule.Accept(ctx, p.ID, asked.ID); err == nil {
				break
			}
		}
	}
	d.ok(err)
	d.hear("taken", d.letters(box), fmt.Sprintf("%s: Agreed: cover for %s in Crew", holder.Email, holder.Name))
	if taker == 0 {
		t.Error("nobody took it")
	}
	d.hear("afterwards", d.letters(box))
}

// At night nobody is written to who sleeps, unless it is about the next hours; who does
// not want to hear of something does not.
func TestNewsWaitsAndIsChosen(t *testing.T) { both(t, newsWaits) }

func newsWaits(t *testing.T, d *deployment) {
	ctx, box := t.Context(), &mailbox{}
	d.setUp()
	d.news.Carriers = byMail(box)
	shifts := d.firstPlan()
	d.now = time.Date(2026, 12, 1, 23, 30, 0, 0, time.UTC) // half past midnight in Berlin
	ask := func(s *schedule.Shift, expires time.Time) {
		others, err := d.schedule.Store.Members(ctx, 1)
		d.ok(err)
		to := others[slices.IndexFunc(others, func(m schedule.Membership) bool { return m.Person != s.Person && m.OnCall })].Person
		_, err = d.schedule.Ask(ctx, s.Person, schedule.Request{Team: 1, Person: s.Person, To: to, Stretch: schedule.Stretch{Slot: s.Slot, Start: s.Start, End: s.End}, ExpiresAt: expires})
		d.ok(err)
	}
	ask(&shifts[2], time.Time{})
	d.hear("asleep", d.letters(box))
	ask(&shifts[3], d.now.Add(2*time.Hour))
	if got := d.letters(box); len(got) != 1 {
		t.Errorf("of what cannot wait: %v", got)
	}
	d.now = d.now.Add(8 * time.Hour)
	if got := d.letters(box); len(got) == 0 || !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "asks for cover") }) {
		t.Errorf("in the morning: %v", got)
	}

	ana := d.person("ana@example.com")
	status, body := ana.get("/account")
	ana.expect(status, body, http.StatusOK, "What Watchbill writes to you", `name="email" value="cover.asked" checked`)
	status, body = ana.post("/account/news", "email", "pulse.opened", "email", "shift.handed")
	ana.expect(status, body, http.StatusOK, "Saved.", `value="cover.asked">`, `value="pulse.opened" checked`)
	status, body = ana.post("/account/news", "email", "<b>")
	ana.expect(status, body, http.StatusOK, "There is no news of this kind", `value="pulse.opened" checked`)
	shift := shifts[slices.IndexFunc(shifts, func(s schedule.Shift) bool {
		p, err := d.schedule.Store.People(ctx, []schedule.ID{s.Person})
		return err == nil && p[0].Email != "ana@example.com" && s.Slot != shifts[2].Slot && s.Slot != shifts[3].Slot
	})]
	_, err := d.schedule.Ask(ctx, shift.Person, schedule.Request{Team: 1, Person: shift.Person, Stretch: schedule.Stretch{Slot: shift.Slot, Start: shift.Start, End: shift.End}})
	d.ok(err)
	for _, got := range d.letters(box) {
		if strings.HasPrefix(got, "ana@") {
			t.Errorf("Ana did not want to hear of %s", got)
		}
	}
}

// A letter that a server does not take is tried again, later each time, and given up when
// its address is wrong; the others are not kept from theirs, and its person sees why.
func TestNewsThatIsNotDelivered(t *testing.T) { both(t, newsUndelivered) }

func newsUndelivered(t *testing.T, d *deployment) {
	ctx, box := t.Context(), &mailbox{trouble: map[string]error{}}
	d.setUp()
	d.news.Carriers = byMail(box)
	_, _, _ = d.asked("Asked", 6, health.PulseShort)
	box.trouble["p1@asked.example"] = errors.New("452 mailbox\r\nfull")
	box.trouble["p2@asked.example"] = &notify.RefusedError{Reason: "550 no such user"}
	seen := map[string]int{}
	for range 30 {
		for _, got := range d.letters(box) {
			seen[got[:2]]++
		}
		d.now = d.now.Add(time.Minute)
	}
	if want := map[string]int{"p3": 1, "p4": 1, "p5": 1, "p6": 1}; fmt.Sprint(seen) != fmt.Sprint(want) {
		t.Errorf("sent %v, want %v", seen, want)
	}
	tries := map[string]string{}
	for _, email := range []string{"p1@asked.example", "p2@asked.example", "p3@asked.example"} {
		p, err := d.schedule.Store.PersonByEmail(ctx, email)
		d.ok(err)
		all, err := d.news.History(ctx, p.ID)
		if d.ok(err); len(all) != 1 {
			t.Fatalf("%s: %+v", email, all)
		}
		tries[email[:2]] = fmt.Sprint(all[0].Tries, all[0].GivenUp.IsZero(), all[0].SentAt.IsZero(), all[0].Problem)
	}
	if want := "map[p1:4 true true452 mailbox  full p2:1 false truerefused: 550 no such user p3:1 true false]"; fmt.Sprint(tries) != want {
		t.Errorf("%v\nwant %s", tries, want)
	}
	one := d.person("p2@asked.example")
	status, body := one.get("/account")
	one.expect(status, body, http.StatusOK, "not delivered", "550 no such user")
	delete(box.trouble, "p1@asked.example")
	d.now = d.now.Add(2 * time.Hour)
	d.hear("at last", d.letters(box), "p1@asked.example: How is on-call for you? Asked")
	d.now = d.now.Add(24 * time.Hour)
	d.hear("afterwards", d.letters(box))
}

// A letter brings its own link, which lies in no table; two replicas send it once.
func TestNewsOfASurvey(t *testing.T) { both(t, newsOfASurvey) }

func newsOfASurvey(t *testing.T, d *deployment) {
	ctx, box := t.Context(), &mailbox{}
	d.setUp()
	d.news.Carriers = byMail(box)
	other := *d.news // a replica
	team, w, tokens := d.asked("Asked", 6, health.PulseShort)
	var both sync.WaitGroup
	for _, o := range []*notify.Outbox{d.news, &other} {
		both.Go(func() {
			if err := o.Work(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	link := regexp.MustCompile(`/pulse/([\w-]{22})\n`)
	mine := map[string]bool{}
	for _, m := range box.got {
		found := link.FindStringSubmatch(m.Text)
		if len(found) != 2 || !slices.Contains(tokens, found[1]) || strings.Contains(m.Subject, found[1]) {
			t.Fatalf("the letter has no link of the survey:\n%s", m.Text)
		}
		mine[m.Address+found[1]] = true
	}
	if len(box.got) != 6 || len(mine) != 6 {
		t.Errorf("%d letters with %d links, want 6", len(box.got), len(mine))
	}
	var kept []string
	d.ok(d.db.Read.Raw("SELECT topic || kind || problem FROM outbox UNION ALL SELECT topic FROM outbox_told").Scan(&kept).Error)
	for _, text := range kept {
		for _, token := range tokens {
			if strings.Contains(text, token) {
				t.Errorf("a link is kept: %s", text)
			}
		}
	}
	box.take()
	anybody := d.browser()
	for i := range 5 {
		status, body := anybody.post("/pulse/"+tokens[i], answers("45342544")...)
		anybody.expect(status, body, http.StatusOK, "Thank you")
	}
	d.now = w.Closes.Add(time.Minute)
	d.hear("nobody is reminded", d.letters(box))
	d.ok(d.pulse.CloseDue(ctx))
	got := d.letters(box)
	if len(got) != 6 || got[0] != "p1@asked.example: What Asked said about on-call" {
		t.Errorf("results: %v", got)
	}
	_ = team
}

// An early warning reaches who manages the team, as a question and once, and nobody else.
func TestNewsOfAWarning(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		ctx, box := t.Context(), &mailbox{}
		d.setUp()
		d.news.Carriers = byMail(box)
		d.ok(d.db.Write.Exec("UPDATE membership SET manager = (person_id = (SELECT id FROM person WHERE email = 'cleo@example.com')) WHERE team_id = 1").Error)
		w := health.RaisedWarning{Team: 1, Config: "th-1", At: d.now, Warning: health.Warning{
			Week: schedule.Date{Year: 2026, Month: 11, Day: 23}, Cause: health.CauseNights, Question: "What would have to change so that nobody is woken up four nights of seven?", Evidence: "secret",
		}}
		d.ok(d.health.Store.AddWarning(ctx, &w))
		d.ok(d.news.Work(ctx))
		if len(box.got) != 1 || !strings.Contains(box.got[0].Text, w.Question) || strings.Contains(box.got[0].Text, "secret") || !strings.Contains(box.got[0].Text, d.url+"/teams/1/health") {
			t.Errorf("%+v", box.got)
		}
		d.hear("asked", box.take(), "cleo@example.com: A question about Crew")
		d.hear("once", d.letters(box))
	})
}

// What was handed over is told to whoever has the next shift, without what it says.
func TestNewsOfAHandOver(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		ctx, box := t.Context(), &mailbox{}
		d.setUp()
		d.news.Carriers = byMail(box)
		shifts := d.firstPlan()
		now, next := shifts[0], shifts[1]
		people, err := d.schedule.Store.People(ctx, []schedule.ID{now.Person, next.Person})
		d.ok(err)
		of := map[schedule.ID]schedule.Profile{people[0].ID: people[0], people[1].ID: people[1]}
		d.now = now.End.Add(-time.Hour)
		name, by := health.TurnName{Team: 1, Rotation: now.Rotation, At: now.Start}, health.Writer{Person: now.Person}
		_, err = d.handOvers.AddNote(ctx, by, name, "The disk is secret.")
		d.ok(err)
		d.hear("before", d.letters(box))
		d.ok(d.handOvers.HandOver(ctx, by, name))
		d.ok(d.news.Work(ctx))
		if len(box.got) != 1 || box.got[0].Address != of[next.Person].Email || strings.Contains(box.got[0].Text, "secret") ||
			!strings.Contains(box.got[0].Text, of[now.Person].Name+" has handed over") {
			t.Fatalf("%+v", box.got)
		}
		path := regexp.MustCompile(`/teams/1/handover\S*`).FindString(box.got[0].Text)
		reader := d.person(of[next.Person].Email)
		status, body := reader.get(path)
		reader.expect(status, body, http.StatusOK, "The disk is secret.", "I have read it")
		box.take()
		d.hear("once", d.letters(box))
	})
}
