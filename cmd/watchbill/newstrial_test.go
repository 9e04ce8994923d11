package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"watchbill/api/notify"
	"watchbill/api/notify/slacktest"
)

// Whoever wants to know whether letters reach them sends themselves one by all that there
// is, in the middle of the night too, and reads what whoever did not take it says; once in
// five minutes. It is tried no second time, and what fails keeps no other letter.
func TestNewsTrial(t *testing.T) { both(t, newsTrial) }

func newsTrial(t *testing.T, d *deployment) {
	d.setUp()
	ana := d.person("ana@example.com")
	status, body := ana.post("/account/news/test")
	ana.expect(status, body, http.StatusOK, "Nobody is written to here")
	if _, body := ana.get("/account"); strings.Contains(body, "Send me a test") {
		t.Error("a test is offered where nobody is written to")
	}
	box := &mailbox{trouble: map[string]error{}}
	w := d.slack(box)
	status, body = ana.get("/account")
	ana.expect(status, body, http.StatusOK, "Send me a test")
	d.now = time.Date(2026, 12, 2, 2, 0, 0, 0, time.UTC)
	status, body = ana.post("/account/news/test")
	ana.expect(status, body, http.StatusOK, "The test did not get through. Slack: ", "taken over by E-mail", "You have sent yourself a test")
	d.hear("in the night", box.take(), "ana@example.com: A test from Watchbill")
	status, body = ana.post("/account/news/test")
	ana.expect(status, body, http.StatusOK, "The last test was sent at ", "wait five minutes")

	w.Add(map[string]slacktest.Person{"ana@example.com": {ID: "U1"}})
	d.now = d.now.Add(10 * time.Minute)
	status, body = ana.post("/account/news/test")
	ana.expect(status, body, http.StatusOK, "The test was taken over by E-mail and Slack")
	if got := w.Messages(); len(got) != 1 || !strings.Contains(got[0].Text, "Whatever Watchbill writes to you arrives here") {
		t.Errorf("at Slack there is %+v", got)
	}
	d.hear("again", box.take(), "ana@example.com: A test from Watchbill")

	d.now = d.now.Add(10 * time.Minute)
	box.trouble["ana@example.com"] = &notify.RefusedError{Reason: "550 no such <b>user</b>"}
	status, body = ana.post("/account/news/test")
	ana.expect(status, body, http.StatusOK, "E-mail: refused: 550 no such &lt;b&gt;user&lt;/b&gt;", "taken over by Slack")
	box.trouble, box.shut = nil, true
	d.now = d.now.Add(10 * time.Minute)
	status, body = ana.post("/account/news/test")
	ana.expect(status, body, http.StatusOK, "E-mail: nobody answers")
	box.shut = false
	d.now = d.now.Add(2 * time.Hour)
	d.hear("it is not tried again", d.letters(box))
	status, body = d.person("ben@example.com").post("/account/news", "kind", "test")
	ana.expect(status, body, http.StatusOK, "There is no news of this kind")
}
