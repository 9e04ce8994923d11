package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"
)

// What a week gave reason to ask is asked once, whoever looks and how often; it stays as it
// was asked, is answered by those who manage the team, and ends with its cause.
func TestWarnings(t *testing.T) { both(t, warnings) }

func warnings(t *testing.T, d *deployment) {
	ctx := t.Context()
	d.now = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC) // a Monday
	d.ok(d.demonstrate(ctx, &console{err: &d.out, now: func() time.Time { return d.now }}))
	d.warningLeads()
	doors, err := d.health.Store.Integrations(ctx, 1)
	d.ok(err)
	people, err := d.schedule.Store.People(ctx, nil)
	d.ok(err)
	ben := people[slices.IndexFunc(people, func(p schedule.Profile) bool { return p.Email == "ben@demo.example" })]
	since := schedule.Date{Year: 2026, Month: 11, Day: 16}
	nights := func() (out []health.RaisedWarning) {
		all, err := d.health.Store.Warnings(ctx, 1, since)
		d.ok(err)
		return slices.DeleteFunc(all, func(w health.RaisedWarning) bool { return w.Cause != health.CauseNights })
	}
	if n := len(nights()); n != 0 {
		t.Fatalf("%d questions about nights before any", n)
	}

	// The week of 23 November is over when its pages come; the look of this morning was
	// before them, so that of the next week asks.
	d.disturb(doors[0], ben.ID, ben.Zone, 5)
	d.ok(d.warnTeams(ctx))
	if n := len(nights()); n != 0 {
		t.Fatalf("the week was looked at again: %d questions", n)
	}
	d.now = d.now.AddDate(0, 0, 7)
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() { d.ok(d.warnTeams(ctx)) })
	}
	wait.Wait()
	got := nights()
	if len(got) != 1 || got[0].Figures.WorstNights < health.ManyNights || !strings.HasSuffix(got[0].Question, "?") || got[0].Config == "" {
		t.Fatalf("asked: %+v", got)
	}
	w := got[0]
	if w.Ended.IsZero() { // the week after was quiet
		t.Errorf("it goes on: %+v", w)
	}
	d.now = d.now.AddDate(0, 0, 7)
	d.ok(d.warnTeams(ctx))
	if n := len(nights()); n != 1 {
		t.Errorf("%d questions a week later", n)
	}
	d.warningIsAnswered(w.ID)
	d.warningIsRecounted(&w)
}

// warningLeads makes an item of a question that goes on, two at once, and follows the links
// from one to the other and to what would be.
func (d *deployment) warningLeads() {
	ctx, t := d.t.Context(), d.t
	open, err := d.rollup.FreshWarnings(ctx, []schedule.ID{1})
	d.ok(err)
	find := func(cause health.Cause) *health.RaisedWarning {
		at := slices.IndexFunc(open, func(w health.RaisedWarning) bool { return w.Cause == cause })
		if at < 0 {
			t.Fatalf("no question of %s in %+v", cause, open)
		}
		return &open[at]
	}
	pulse, shift := find(health.CauseDecline), find(health.CauseShift)
	if i := shift.Open(); i == nil || i.Service != demoBackup || pulse.Open() != nil {
		t.Errorf("items about what was asked: %+v, %+v", shift.Items, pulse.Items)
	}
	const title = "Show everybody how to restore the orders"
	ana, ben := d.login("ana@demo.example"), d.login("ben@demo.example")
	form := fmt.Sprintf("/teams/1/items?new=1&amp;warning=%d#new", pulse.ID)
	status, body := ana.get("/teams/1/health")
	ana.expect(status, body, http.StatusOK, form, "Action: Send the alert of the order backup to chat, Ben Weber,", "/teams/1/whatif?without=Order&#43;backup", "What would help?")
	if strings.Contains(body, fmt.Sprintf("warning=%d&", shift.ID)) {
		t.Error("what has an open item is offered to be made another")
	}
	status, body = ana.get("/")
	ana.expect(status, body, http.StatusOK, "Action: Send the alert of the order backup", fmt.Sprintf("/teams/1/health#asked-%d", pulse.ID))
	status, body = ana.get(fmt.Sprintf("/teams/1/items?new=1&warning=%d", pulse.ID))
	ana.expect(status, body, http.StatusOK, fmt.Sprintf(`name="warning" value="%d"`, pulse.ID), "only those who manage the team see")
	status, body = ben.get(fmt.Sprintf("/teams/1/items?new=1&warning=%d", pulse.ID))
	if ben.expect(status, body, http.StatusOK); strings.Contains(body, `name="warning"`) {
		t.Error("who does not manage the team is offered to make an item of a question")
	}
	if status, _ = ben.post("/teams/1/items", "title", title, "warning", fmt.Sprint(pulse.ID)); status != http.StatusForbidden {
		t.Errorf("who does not manage the team makes an item of a question: %d", status)
	}
	for _, wrong := range [][2]string{{"9999", "No question of this number"}, {"x", "There is no such question"}, {"-1", "There is no such question"}} {
		status, body = ana.post("/teams/1/items", "title", title, "warning", wrong[0])
		ana.expect(status, body, http.StatusUnprocessableEntity, wrong[1], title)
	}
	before, err := d.health.Store.Items(ctx, health.ItemFilter{Team: 1})
	d.ok(err)
	got := make([]int, 2)
	bodies := make([]string, 2)
	var wait sync.WaitGroup
	for n := range got {
		b := d.login("ana@demo.example")
		wait.Go(func() {
			got[n], bodies[n] = b.post("/teams/1/items", "title", fmt.Sprint(title, n), "owner", "2", "warning", fmt.Sprint(pulse.ID))
		})
	}
	wait.Wait()
	after, err := d.health.Store.Items(ctx, health.ItemFilter{Team: 1})
	d.ok(err)
	if slices.Sort(got); got[0] != http.StatusOK || got[1] != http.StatusConflict || len(after) != len(before)+1 {
		t.Fatalf("two at once: %v, and %d items more", got, len(after)-len(before))
	}
	item := after[len(after)-1]
	for _, body := range bodies { // one says which there is, and keeps what was typed
		if !strings.Contains(body, "Noted: "+item.Title) && (!strings.Contains(body, "There is an open item about it already") || !strings.Contains(body, "Action: "+item.Title) || strings.Count(body, `value="`+title) != 1) {
			t.Errorf("neither noted nor told of the other: %s", body)
		}
	}
	d.warningHasItem(pulse.ID, &item)
}

// warningHasItem looks at what is shown, of a question with an item, to whom.
func (d *deployment) warningHasItem(asked schedule.ID, item *health.Item) {
	t, ana, ben := d.t, d.login("ana@demo.example"), d.login("ben@demo.example")
	offer, path := fmt.Sprintf("warning=%d", asked), fmt.Sprintf("/teams/1/items/%d", item.ID)
	for _, page := range []string{"/", "/teams/1/health"} {
		status, body := ana.get(page)
		if ana.expect(status, body, http.StatusOK, "Action: "+item.Title, path); strings.Contains(body, offer) {
			t.Errorf("%s offers to make another of it", page)
		}
	}
	status, body := ana.get(path)
	ana.expect(status, body, http.StatusOK, "Came from", fmt.Sprintf("health#asked-%d", asked))
	status, body = ben.get(path)
	if ben.expect(status, body, http.StatusOK, item.Title); strings.Contains(body, "asked-") || strings.Contains(body, "Came from") {
		t.Error("who does not manage the team sees what was asked about it")
	}
	api := "/api/v1/teams/1/items"
	body = fmt.Sprintf(`{"title": "Another", "warning": %d}`, asked)
	manager, member := d.token(int64(item.CreatedBy), auth.ScopeWrite), d.token(int64(item.Owner), auth.ScopeWrite)
	if a := d.call(manager, "POST", api, body); a.status != http.StatusConflict || !strings.Contains(a.body, `"present":{"id":`+fmt.Sprint(item.ID)) {
		t.Errorf("of a question with an item: %d %s", a.status, a.body)
	}
	if item.Owner == item.CreatedBy {
		t.Fatal("the owner is to be somebody else")
	}
	if a := d.call(member, "POST", api, body); a.status != http.StatusForbidden {
		t.Errorf("of a question that is not theirs to see: %d %s", a.status, a.body)
	}
	if a := d.call(manager, "GET", "/api/v1/teams/1/health", ""); !strings.Contains(a.body, fmt.Sprintf(`"items":[%d]`, item.ID)) || !strings.Contains(a.body, `"whatif":{"without":"Order backup: `) {
		t.Errorf("what was asked leads nowhere: %s", a.body)
	}
	// Once it is closed it may be made one again, which the first stays beside.
	status, body = ana.post(path+"/close", "state", "done", "base", "1")
	ana.expect(status, body, http.StatusOK, "Well done")
	status, body = ana.get("/teams/1/health")
	ana.expect(status, body, http.StatusOK, "Action: "+item.Title, offer)
}

// warningIsAnswered answers a question, on the page and over the API, as who may and as who
// may not.
func (d *deployment) warningIsAnswered(id schedule.ID) {
	t := d.t
	path, api := fmt.Sprintf("/teams/1/warnings/%d", id), fmt.Sprintf("/api/v1/teams/1/warnings/%d/answer", id)
	ana, ben, admin := d.login("ana@demo.example"), d.login("ben@demo.example"), d.login("admin@demo.example")
	for _, b := range []*browser{ben, admin} {
		if status, _ := b.post(path, "text", "I looked"); status != http.StatusForbidden {
			t.Errorf("who does not manage the team answers: %d", status)
		}
		status, body := b.get("/teams/1/health")
		if b.expect(status, body, http.StatusOK); strings.Contains(body, "What was asked before") || strings.Contains(body, path) {
			t.Error("who does not manage the team sees what was asked")
		}
	}
	status, body := ana.post(path, "base", "0", "text", strings.Repeat("x", 2001))
	ana.expect(status, body, http.StatusUnprocessableEntity, "xxxx", "2000")
	status, body = ana.post(path, "base", "0", "text", "We looked: <b>it was</b> the probe.")
	ana.expect(status, body, http.StatusOK, "Written down.", "We looked: &lt;b&gt;it was&lt;/b&gt; the probe.", "Over since the week of")
	status, body = ana.post(path, "base", "0", "text", "Something else.")
	ana.expect(status, body, http.StatusConflict, "Somebody has answered meanwhile", "Something else.", "the probe")
	for _, wrong := range []string{"/teams/2/warnings/" + fmt.Sprint(id), "/teams/1/warnings/9999", "/teams/1/warnings/x"} {
		if status, _ = ana.post(wrong, "text", "x"); status != http.StatusNotFound {
			t.Errorf("%s: %d", wrong, status)
		}
	}
	people, err := d.schedule.Store.People(t.Context(), nil)
	d.ok(err)
	anas := int64(people[slices.IndexFunc(people, func(p schedule.Profile) bool { return p.Email == "ana@demo.example" })].ID)
	token := d.token(anas, auth.ScopeWrite)
	if got := d.call(token, "POST", api, `{"text": "", "version": 1}`); got.status != http.StatusOK || !strings.Contains(got.body, `"version":2,"text":""`) {
		t.Errorf("%d: %s", got.status, got.body)
	}
	if got := d.call(token, "POST", api, `{"text": "late", "version": 1}`); got.status != http.StatusConflict {
		t.Errorf("of an answer that holds no more: %d: %s", got.status, got.body)
	}
	if got := d.call(d.token(anas, auth.ScopeRead), "POST", api, `{"text": "read", "version": 2}`); got.status != http.StatusForbidden {
		t.Errorf("with a token for reading: %d", got.status)
	}
}

// warningIsRecounted has later pages change the figures of a question: it stays as it was
// asked, and the new figure stands beside it.
func (d *deployment) warningIsRecounted(w *health.RaisedWarning) {
	ctx, t := d.t.Context(), d.t
	weeks, err := d.health.Store.PersonWeeks(ctx, 1, d.rollup.Config.Version, 0, w.Week, w.Week.AddDays(7))
	d.ok(err)
	for i := range weeks {
		weeks[i].Nights = nil
	}
	d.ok(d.health.Store.SavePersonWeeks(ctx, 1, d.rollup.Config.Version, weeks))
	ana := d.login("ana@demo.example")
	status, body := ana.get("/teams/1/health")
	ana.expect(status, body, http.StatusOK, w.Evidence, "Counted again since: ", fmt.Sprintf("after %d.", w.Figures.WorstNights))
	status, body = ana.get("/api/v1/teams/1/health")
	ana.expect(status, body, http.StatusOK, `"recounted":"Counted again since`)
	var r struct {
		Warnings []struct {
			ID      schedule.ID
			Figures health.WarningFigures
		}
	}
	d.ok(json.Unmarshal([]byte(body), &r))
	for _, is := range r.Warnings {
		if is.ID == w.ID && is.Figures.WorstNights != w.Figures.WorstNights {
			t.Errorf("what was asked has changed: %+v", is)
		}
	}
}
