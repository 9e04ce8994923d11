package main

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// Whoever is owed time that ends soon hears of it two weeks before, alone and once, and not
// of what they have taken.
func TestNewsOfTimeOwed(t *testing.T) { both(t, newsOfTimeOwed) }

func newsOfTimeOwed(t *testing.T, d *deployment) {
	_, ana, _, _ := d.owedCrew()
	ana.turnOn("2026-11-23")
	d.to(time.Date(2026, 12, 7, 9, 0, 0, 0, time.UTC))
	status, body := ana.post("/teams/1/owed/3/decide", "do", "approve", "hours", "16")
	ana.expect(status, body, http.StatusOK, "Approved.")
	box := &mailbox{}
	d.news.Carriers = byMail(box)
	d.to(time.Date(2027, 2, 21, 10, 0, 0, 0, time.UTC)) // it ends on 8 March
	d.hear("too early", d.letters(box))
	ben := d.person("ben@example.com")
	status, body = ben.post("/owed/1/take", "hours", "8", "first", "2027-02-24")
	ben.expect(status, body, http.StatusOK, "Booked")
	d.now = d.now.AddDate(0, 0, 3)
	d.ok(d.news.Work(t.Context()))
	if len(box.got) != 1 || !strings.Contains(box.got[0].Text, "Of the time that Crew owes you, 8 h end within four weeks, the first of it on Mon 8 Mar 2027 00:00 CET.") || !strings.Contains(box.got[0].Text, d.url+"/owed") {
		t.Errorf("%+v", box.got)
	}
	d.hear("soon", box.take(), "ben@example.com: Time that you are owed ends soon: Crew")
	for range 12 {
		d.now = d.now.AddDate(0, 0, 1)
		d.hear("once", d.letters(box))
	}
}

// What was taken in time is told to nobody.
func TestNewsOfTimeTaken(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		_, ana, ben, _ := d.owedCrew()
		ana.turnOn("2026-11-23")
		d.to(time.Date(2026, 12, 7, 9, 0, 0, 0, time.UTC))
		status, body := ana.post("/teams/1/owed/3/decide", "do", "approve", "hours", "16")
		ana.expect(status, body, http.StatusOK, "Approved.")
		status, body = ben.post("/owed/1/take", "hours", "16", "first", "2027-02-15", "last", "2027-02-16")
		ben.expect(status, body, http.StatusOK, "Booked")
		box := &mailbox{}
		d.news.Carriers = byMail(box)
		d.to(time.Date(2027, 2, 25, 10, 0, 0, 0, time.UTC))
		d.hear("nothing is left", d.letters(box))
	})
}
