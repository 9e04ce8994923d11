package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"watchbill/schedule"
)

// A team is set up in five steps: what is wrong is said beside what was typed, the
// steps can be gone back, and at the end there is a plan.
func TestWizard(t *testing.T) {
	both(t, func(_ *testing.T, d *deployment) { wizard(d) })
}

func wizard(d *deployment) {
	ctx := d.t.Context()
	code, err := d.access.SetupCode(ctx)
	d.ok(err)
	admin := d.browser()
	status, body := admin.post("/setup", "code", code, "name", "Root", "email", "root@example.com", "password", secret, "zone", "Europe/Berlin")
	admin.expect(status, body, http.StatusOK, "You are the administrator", "Which team is it?")
	status, body = admin.post("/setup/team", "name", " ", "zone", "Mars/Olympus", "holidays", "XX")
	admin.expect(status, body, http.StatusUnprocessableEntity, "A team needs a name", "Mars/Olympus")
	status, body = admin.post("/setup/team", "name", "Crew", "zone", "Europe/Berlin", "holidays", "DE-BE")
	admin.expect(status, body, http.StatusOK, "Who takes part?")
	// Later steps wait for earlier ones.
	status, body = admin.get("/setup/1/check")
	admin.expect(status, body, http.StatusOK, "Who takes part?")
	status, body = admin.post("/setup/1/people", "do", "next")
	admin.expect(status, body, http.StatusUnprocessableEntity, "at least one person")
	for _, bad := range []string{"not@an@address", "ana@example", "Ben @ben"} {
		status, body = admin.post("/setup/1/people", "do", "read", "paste", bad+"\r\nDan")
		admin.expect(status, body, http.StatusUnprocessableEntity, bad+"&#34; is no address; write it like", "Dan")
	}
	status, body = admin.post("/setup/1/people", "do", "read", "paste", "Ana Torres <ana@example.com>\r\nben.weber@example.fr\r\nCleo, Asia/Tokyo\r\nRoot root@example.com\r\nana@example.com")
	admin.expect(status, body, http.StatusOK, "4 people", "Ben Weber", "Europe/Paris", "Asia/Tokyo", "has an account", "zone guessed")
	rows := []string{"name", "Ana Torres", "email", "ana@", "zone", "Europe/Berlin", "holidays", "", "name", "Ben Weber", "email", "ben.weber@example.fr", "zone", "Europe/Nowhere", "holidays", "FR"}
	status, body = admin.post("/setup/1/people", append(rows, "do", "next")...)
	admin.expect(status, body, http.StatusUnprocessableEntity, "not an e-mail address", "ana@", "Write a zone like", "Europe/Nowhere")
	good := strings.NewReplacer("ana@", "ana@example.com", "Europe/Nowhere", "Europe/Paris")
	for i := range rows {
		rows[i] = good.Replace(rows[i])
	}
	rows = append(rows, "name", "Cleo", "email", "", "zone", "Asia/Tokyo", "holidays", "JP", "name", "Root", "email", "root@example.com", "zone", "Europe/Berlin", "holidays", "",
		"name", "Nobody", "email", "", "zone", "UTC", "holidays", "", "drop", "4")
	status, body = admin.post("/setup/1/people", append(rows, "do", "next")...)
	admin.expect(status, body, http.StatusOK, "How should shifts rotate?", "Sustainable: at most one week in four", "2026-12-07")
	shift := []string{"day", "Tue", "at", "09:30", "day2", "Fri", "at2", "17:00", "hours", "", "first", "2026-12-08"}
	status, body = admin.post("/setup/1/rotation", append(shift, "length", "week", "backup", "1", "do", "preview")...)
	admin.expect(status, body, http.StatusOK, "Too often: one week in two. Four more people")
	status, body = admin.post("/setup/1/rotation", append(shift[:10:10], "first", "2026-11-01", "length", "month", "do", "next")...)
	admin.expect(status, body, http.StatusUnprocessableEntity, "Choose how long", "This day is past", "2026-11-01", "09:30")
	status, body = admin.post("/setup/1/rotation", append(shift, "length", "week", "do", "next")...)
	admin.expect(status, body, http.StatusOK, "Look at eight real weeks", "even", "Ana", "Weihnachtstag")
	// Back, and what was typed is still there.
	status, body = admin.get("/setup/1/people")
	admin.expect(status, body, http.StatusOK, "ben.weber@example.fr", "Who takes part?")
	status, body = admin.get("/setup/team")
	admin.expect(status, body, http.StatusOK, "Not finished yet", "Crew")
	status, body = admin.post("/setup/1/publish")
	admin.expect(status, body, http.StatusOK, "Crew is on call", "Make my calendar link", "ana@example.com", "Cleo")
	if status, _ := admin.get("/setup/1/check"); status != http.StatusNotFound {
		d.t.Errorf("the set-up is still there: %d", status)
	}
	plan, err := d.schedule.Store.LastPlan(ctx, 1)
	d.ok(err)
	if plan.From != (schedule.Date{Year: 2026, Month: 12, Day: 8}) || plan.Until.DaysSince(plan.From) != 56 {
		d.t.Errorf("the plan is for %v to %v", plan.From, plan.Until)
	}
	status, body = admin.post("/teams/1/invitations", "email", "ana@example.com", "role", "member")
	admin.expect(status, body, http.StatusOK, "/invite/")
	status, body = d.browser().get(regexp.MustCompile(`/invite/[\w-]+`).FindString(body))
	admin.expect(status, body, http.StatusOK, `value="Ana Torres"`)

	// The same name again is refused at the first step, and by the last one too.
	status, body = admin.post("/setup/team", "name", "Crew", "zone", "Europe/Berlin")
	admin.expect(status, body, http.StatusUnprocessableEntity, "There is a team called")
	// Every length makes a team that can be planned, also of invented people.
	for i, length := range []string{"day", "weeks", "split"} {
		base := "/setup/" + string(rune('2'+i))
		status, body = admin.post("/setup/team", "name", "Team "+length, "zone", "Europe/London", "holidays", "GB")
		admin.expect(status, body, http.StatusOK, "Who takes part?")
		status, body = admin.post(base+"/people", "do", "demo")
		admin.expect(status, body, http.StatusOK, "Ingrid Solberg", "Invented")
		var people []string
		for _, p := range []string{"Ann", "Bea", "Cid", "Dee", "Eva"} {
			people = append(people, "name", p, "email", "", "zone", "Europe/London", "holidays", "")
		}
		status, body = admin.post(base+"/people", append(people, "do", "next")...)
		admin.expect(status, body, http.StatusOK, "How should shifts rotate?")
		status, body = admin.post(base+"/rotation", append(shift, "length", length, "backup", "1", "do", "next")...)
		admin.expect(status, body, http.StatusOK, "Week by week", "Backup")
		status, body = admin.post(base + "/publish")
		admin.expect(status, body, http.StatusOK, "Team "+length+" is on call")
	}
}
