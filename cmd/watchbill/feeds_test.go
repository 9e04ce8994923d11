package main

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

var feedLink = regexp.MustCompile(`http://[^"<&]*/feeds/[A-Za-z0-9_-]+\.ics`)

// Everybody makes feeds of what they may see, and managers end those of their team.
func TestFeedPages(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	admin := d.setUp()
	other, err := importTeam(strings.NewReplacer("Crew", "Other", "@example.com", "@other.example").Replace(crew))
	d.ok(err)
	_, err = d.schedule.AddTeam(t.Context(), 1, other)
	d.ok(err)
	day := schedule.DateOf(d.now).AddDays(6)
	draft, err := d.schedule.AskDraft(t.Context(), 0, schedule.DraftOrder{Team: 1, From: day, Until: day.AddDays(56)})
	d.ok(err)
	d.ok(d.schedule.RunDraft(t.Context(), draft.ID))
	_, err = d.schedule.Publish(t.Context(), 0, draft.ID, "")
	d.ok(err)
	ana := d.person("ana@example.com")
	status, body := ana.get("/account")
	ana.expect(status, body, http.StatusOK, "My shifts in all teams", "Crew: primary", "Crew: who is away", "Remind 15 minutes before")
	if strings.Contains(body, "Other: primary") {
		t.Error("Ana can choose a team that she is not in")
	}
	links := map[string]string{}
	for shows, name := range map[string]string{"person": "On call", "team:1": "On call: Crew", "rotation:1:primary": "On call: Crew primary", "absences:1": "Away: Crew"} {
		status, body = ana.post("/account/feeds", "shows", shows, "label", "", "alarms", "1")
		ana.expect(status, body, http.StatusOK, "shown only now", "webcal://", "calendar.google.com", "every 4 to 24 hours", "Never fetched", "reminds")
		links[shows] = strings.TrimPrefix(feedLink.FindString(body), d.url)
		if _, calendar := d.browser().get(links[shows]); !strings.Contains(calendar, "\r\nNAME:"+name+"\r\n") {
			t.Errorf("%s is\n%.300s", shows, calendar)
		}
	}
	for _, bad := range []string{"team:2", "rotation:1:nothing", "rotation:2:primary", "absences:99", "x", "team:", "person:1"} {
		status, body = ana.post("/account/feeds", "shows", bad, "label", "My wall <1>", "busy", "1")
		ana.expect(status, body, http.StatusUnprocessableEntity, "not there any more", "My wall &lt;1&gt;")
	}
	status, body = ana.post("/account/feeds", "shows", "person", "label", strings.Repeat("x", 101))
	ana.expect(status, body, http.StatusUnprocessableEntity, "longer than 100 letters")

	status, body = ana.post("/account/feeds/1/reset")
	ana.expect(status, body, http.StatusOK, "shown only now")
	fresh := strings.TrimPrefix(feedLink.FindString(body), d.url)
	dead := 0
	for _, link := range links {
		if status, _ := d.browser().get(link); status == http.StatusNotFound {
			dead++
		}
	}
	if status, _ := d.browser().get(fresh); status != http.StatusOK || dead != 1 {
		t.Errorf("after the reset the new link gives %d, and %d old ones are dead", status, dead)
	}

	// The team's page shows who made what; a manager ends it, whoever's it is.
	status, body = admin.get("/teams/1/settings")
	admin.expect(status, body, http.StatusOK, "Made by Ana", "Crew: primary", "Go-http-client")
	status, _ = admin.post("/teams/1/feeds/2/reset")
	if status != http.StatusNotFound {
		t.Errorf("resetting the feed of somebody else: %d", status)
	}
	status, _ = admin.post("/teams/2/feeds/2/revoke")
	if status != http.StatusNotFound {
		t.Errorf("revoking a feed of another team: %d", status)
	}
	feeds, err := d.schedule.Store.FeedsOfTeam(t.Context(), 1)
	d.ok(err)
	for _, f := range feeds {
		status, body = admin.post(fmt.Sprintf("/teams/1/feeds/%d/revoke", f.ID))
		admin.expect(status, body, http.StatusOK, "The link is dead.")
	}
	for shows, link := range links {
		if status, _ := d.browser().get(link); shows != "person" && status != http.StatusNotFound {
			t.Errorf("after revoking, %s gives %d", shows, status)
		}
	}
	status, body = admin.post("/teams/1/feeds", "shows", "team:1", "label", "Wall", "tombstones", "1")
	admin.expect(status, body, http.StatusOK, "shown only now", "Wall")
	status, body = admin.post("/teams/1/feeds", "shows", "team:2", "label", "Wall")
	admin.expect(status, body, http.StatusUnprocessableEntity, "not there any more")
}
