package main

import (
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

const noted = `# Ours.
team: Crew
zone: Europe/Berlin
limits: {on_call: 1 week in 3} # agreed
rotations:
  - {name: primary, handover: Mon 09:00} # after stand-up
`

// fields are the named inputs of a page with their values, as a browser would send
// them, without those that are not checked.
func fields(body string) (values []string) {
	for _, m := range regexp.MustCompile(`<input[^>]* name="([^"]+)"[^>]*>`).FindAllStringSubmatch(body, -1) {
		value := regexp.MustCompile(` value="([^"]*)"`).FindStringSubmatch(m[0])
		if strings.Contains(m[0], `type="checkbox"`) && !strings.Contains(m[0], "checked") || strings.Contains(m[0], `type="radio"`) && !strings.Contains(m[0], "checked") || value == nil {
			continue
		}
		values = append(values, m[1], html.UnescapeString(value[1]))
	}
	for _, m := range regexp.MustCompile(`(?s)<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>`).FindAllStringSubmatch(body, -1) {
		values = append(values, m[1], html.UnescapeString(m[2]))
	}
	for _, m := range regexp.MustCompile(`(?s)<select[^>]* name="([^"]+)"[^>]*>.*?</select>`).FindAllStringSubmatch(body, -1) {
		if v := regexp.MustCompile(`value="([^"]*)" selected`).FindStringSubmatch(m[0]); v != nil {
			values = append(values, m[1], v[1])
		}
	}
	return values
}

// form is the first form of a page that posts to an address, with some values changed.
func form(body, action string, changed ...string) []string {
	i := strings.Index(body, `action="`+action+`"`)
	if i < 0 {
		return nil
	}
	one, _, _ := strings.Cut(body[i:], "</form>")
	values := fields(one)
	for k := 0; k < len(changed); k += 2 {
		there := false
		for at := 0; at < len(values); at += 2 {
			if values[at] == changed[k] {
				values[at+1], there = changed[k+1], true
			}
		}
		if !there {
			values = append(values, changed[k], changed[k+1])
		}
	}
	return values
}

// Skills and limits are set ahead on a member's page, keep what was typed when they are
// refused, and are taken back before they hold.
func TestTermsOnThePage(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	admin := d.setUp()
	const page = "/teams/1/members/2"
	for _, c := range []struct {
		fields []string
		status int
		words  string
	}{
		{[]string{"from", "soon", "change_skills", "1", "skills", "db"}, 422, "Write the day like 2026-12-07"},
		{[]string{"from", "2027-01-04", "skills", "db"}, 422, "Nothing changes; tick rotations, skills or limits"},
		{[]string{"from", "2026-01-04", "change_skills", "1", "skills", "db"}, 422, "2026-01-04 is past"},
		{[]string{"from", "2027-01-04", "change_takes", "1"}, 422, "Choose at least one rotation"},
		{[]string{"from", "2027-01-04", "change_takes", "1", "takes", "tertiary"}, 422, "There is no rotation"},
		{[]string{"from", "2027-01-04", "change_limits", "1", "on_call", "often"}, 422, "is not a limit; write it like 1 week in 4"},
		{[]string{"from", "2027-01-04", "change_limits", "1", "on_call", "1 day in 28"}, 422, "No turn that"},
		{[]string{"from", "2027-01-04", "change_takes", "1", "takes", "primary", "change_skills", "1", "skills", "db,net", "change_limits", "1", "on_call", "1 week in 6"}, 200, "takes every rotation; skills db, net; on call at most 1 week in 6"},
	} {
		status, body := admin.post(page+"/terms", c.fields...)
		admin.expect(status, body, c.status, c.words)
		if c.status != 200 && !strings.Contains(body, `value="`+c.fields[1]+`"`) {
			t.Errorf("%q is not kept", c.fields)
		}
	}
	status, body := admin.get(page)
	admin.expect(status, body, http.StatusOK, "From Mon 4 Jan")
	status, body = admin.post(page+"/terms/1/remove", "x", "")
	admin.expect(status, body, http.StatusOK, "Nothing is to change.")
	status, body = admin.post(page+"/terms/1/remove", "x", "")
	admin.expect(status, body, http.StatusNotFound, "")
}

// Rules are changed by forms, which keep what they do not show; from a day on; and by
// two people at once without losing anything.
func TestRuleForms(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	ctx := t.Context()
	admin := d.setUp()
	status, body := admin.post("/teams/1/settings/rules", "rules", noted, "from", "2026-12-07")
	admin.expect(status, body, http.StatusOK, "Saved.")
	source := func() string {
		rules, err := d.schedule.Store.Rules(ctx, 1)
		d.ok(err)
		text := ""
		for _, r := range rules {
			text += r.From.String() + "\n" + r.Source
		}
		return text
	}
	one := "/teams/1/settings/rotations/1"
	status, body = admin.get(one)
	admin.expect(status, body, http.StatusOK, "primary", `value="weekly" checked`)
	stale := form(body, one, "weight", "0.75")
	// Nothing changed: nothing is written differently.
	status, page := admin.post(one, form(body, one)...)
	admin.expect(status, page, http.StatusOK, "It holds from 7 Dec 2026", "Hands over every Mon at 09:00")
	if got := source(); got != "2026-12-07\n"+noted {
		t.Fatalf("saved without a change the rules are\n%s", got)
	}
	status, page = admin.post(one, form(body, one, "handover", "twice", "day1", "Mon", "at1", "09:00", "day2", "Mon", "at2", "09:00", "people", "0", "covers", "always")...)
	admin.expect(status, page, http.StatusUnprocessableEntity, "write a number from 1 to 100", "is there twice", "always")
	status, page = admin.post(one, form(body, one, "handover", "twice", "day2", "Fri", "at2", "17:00", "covers", "Mon-Fri 08:00-20:00\r\nnight: 20:00-08:00 Europe/London")...)
	admin.expect(status, page, http.StatusOK, "Mon at 09:00 and Fri at 17:00", "night: 20:00-08:00 Europe/London")
	// Sent twice, as by a second click, it is saved once.
	status, page = admin.post(one, form(body, one, "handover", "twice", "day2", "Fri", "at2", "17:00", "covers", "Mon-Fri 08:00-20:00\r\nnight: 20:00-08:00 Europe/London")...)
	admin.expect(status, page, http.StatusOK, "It holds from 7 Dec 2026")
	want := strings.Replace(noted, "handover: Mon 09:00}", "handover: 'Mon 09:00, Fri 17:00', covers: ['Mon-Fri 08:00-20:00', {name: night, hours: 20:00-08:00, zone: Europe/London}]}", 1)
	if got := source(); got != "2026-12-07\n"+want {
		t.Fatalf("got\n%s\nwant\n%s", got, want)
	}

	// Somebody who had the page open before sees both.
	status, page = admin.post(one, stale...)
	admin.expect(status, page, http.StatusConflict, "Two of you changed the rules", "weight: 0.75", "Fri 17:00", "Root")
	status, page = admin.post("/teams/1/settings/rules", form(page, "/teams/1/settings/rules")...)
	admin.expect(status, page, http.StatusOK, "Saved.")
	if got := source(); !strings.Contains(got, "weight: 0.75} # after stand-up") {
		t.Fatal(got)
	}

	// A second rotation from a day on; the first one stays until then.
	added := "/teams/1/settings/rotations/new"
	status, body = admin.get(added)
	admin.expect(status, body, http.StatusOK, "Add a rotation")
	status, page = admin.post(added, form(body, added, "name", "")...)
	admin.expect(status, page, http.StatusUnprocessableEntity, "needs a name")
	status, page = admin.post(added, form(body, added, "name", "backup", "weight", "0.5", "from", "2027-02-01")...)
	admin.expect(status, page, http.StatusOK, "It holds from 1 Feb 2027", "What holds from when", "to come")
	rules, err := d.schedule.Store.Rules(ctx, 1)
	d.ok(err)
	later := strconv.FormatInt(int64(rules[1].ID), 10)
	status, body = admin.get("/teams/1/settings?rules=" + later + "#duties")
	admin.expect(status, body, http.StatusOK, "Backup", "weighs 0.5")
	if status, _ = admin.get("/teams/1/settings?rules=99"); status != http.StatusNotFound {
		t.Errorf("rules that are not there answer %d", status)
	}
	status, body = admin.get("/teams/1/settings/rotations/2?rules_id=" + later)
	admin.expect(status, body, http.StatusOK, "backup", "Remove the rotation")
	status, page = admin.post("/teams/1/settings/rotations/2/remove", form(body, "/teams/1/settings/rotations/2/remove")...)
	admin.expect(status, page, http.StatusOK, "The rotation is gone")
	status, page = admin.post("/teams/1/settings/rotations/1/remove", "rules_id", later)
	admin.expect(status, page, http.StatusUnprocessableEntity, "at least one rotation")
	status, page = admin.post("/teams/1/settings/rules/" + later + "/remove")
	admin.expect(status, page, http.StatusOK, "Taken back")
	if strings.Contains(source(), "2027-02-01") {
		t.Error(source())
	}

	// Limits, points and holidays.
	limits := "/teams/1/settings/limits"
	status, body = admin.get(limits)
	admin.expect(status, body, http.StatusOK, "1 week in 3")
	status, page = admin.post(limits, form(body, limits, "rest", "eleven", "holiday", "x", "add", "DE-XX")...)
	admin.expect(status, page, http.StatusUnprocessableEntity, "write it like 11h", "eleven", "is not a weight")
	status, page = admin.post(limits, form(body, limits, "rest", "11h", "holiday", "4", "add", "DE-BE", "on_call", "1 week in 4\r\n2 weeks in 9")...)
	admin.expect(status, page, http.StatusOK, "Holidays of Germany, Berlin", "1 week in 4", "2 weeks in 9", "at least 11h")
	if got := source(); !strings.Contains(got, "limits: {on_call: [1 week in 4, 2 weeks in 9], rest: 11h} # agreed") || !strings.Contains(got, "# Ours.") {
		t.Error(got)
	}

	// What a form cannot change without losing something is said.
	status, body = admin.post("/teams/1/settings/rules", "rules", "team: Crew\nzone: Europe/Berlin\nrotations:\n  - &p\n    name: primary\n    handover: Mon 09:00\n", "from", "2026-12-07")
	admin.expect(status, body, http.StatusOK, "Saved.")
	_, body = admin.get(one)
	status, page = admin.post(one, form(body, one, "weight", "2")...)
	admin.expect(status, page, http.StatusUnprocessableEntity, "a form cannot change without losing something")
	status, page = admin.post("/teams/1/settings/rules", "rules", "team: Crew\nzone: Asia/Tokyo\nrotations: [{name: a, handover: Mon 09:00}]\n", "from", "2026-12-07")
	admin.expect(status, page, http.StatusUnprocessableEntity, "change it under Name and zone")
	status, page = admin.post("/teams/1/settings/rules", "rules", "team: Crew\nzone: Europe/Berlin\nholidays: /etc/passwd.ics\nrotations: [{name: a, handover: Mon 09:00}]\n", "from", "2026-12-07")
	admin.expect(status, page, http.StatusUnprocessableEntity, "only the plan command reads")
	status, page = admin.post("/teams/1/settings/rules", "rules", noted, "from", "2026-11-30")
	admin.expect(status, page, http.StatusUnprocessableEntity, "is past")

	// Name, zone and planning ahead; the zone of the rules follows.
	_, body = admin.get("/teams/1/settings")
	general := form(body, "/teams/1#general", "name", "Sailors", "zone", "Europe/London", "horizon", "6", "frozen", "2")
	status, page = admin.post("/teams/1", general...)
	admin.expect(status, page, http.StatusOK, "Sailors", "zone: Europe/London")
	status, page = admin.post("/teams/1", general...) // twice is once
	admin.expect(status, page, http.StatusOK, "Saved.")
	status, page = admin.post("/teams/1", form(body, "/teams/1#general", "name", "Crew", "zone", "Europe/London", "horizon", "9", "frozen", "1")...)
	admin.expect(status, page, http.StatusConflict, "Somebody else changed this meanwhile", "Sailors, hand-over on the clock of Europe/London, planned 6 weeks ahead, 2 weeks frozen",
		`value="9"`, `value="Crew"`)
	status, page = admin.post("/teams/1", form(page, "/teams/1#general")...)
	admin.expect(status, page, http.StatusOK, "Saved.", `value="9"`)
	status, page = admin.post("/teams/1", form(page, "/teams/1#general", "horizon", "many", "name", "Sailors")...)
	admin.expect(status, page, http.StatusUnprocessableEntity, "is no number of weeks", `value="many"`, `value="Sailors"`)
	status, page = admin.post("/teams/1", form(page, "/teams/1#general", "horizon", "900", "name", "Sailors")...)
	admin.expect(status, page, http.StatusUnprocessableEntity, "it should be from 1 to 104", `value="900"`)
	status, page = admin.post("/teams/1", form(page, "/teams/1#general", "horizon", "6", "frozen", "2", "name", "Sailors")...)
	admin.expect(status, page, http.StatusOK, "Saved.", "Sailors")
	_, p := d.planned(schedule.DraftOrder{Team: 1, From: schedule.Date{Year: 2026, Month: 12, Day: 7}, Until: schedule.Date{Year: 2027, Month: 1, Day: 4}})
	if p.Shifts[0].Start.Hour() != 9 {
		t.Errorf("the first shift begins at %v, want nine in London", p.Shifts[0].Start)
	}
}

// Members are changed by a form with all that plans need to know, now and from a day on.
func TestMemberForm(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	ctx := t.Context()
	admin := d.setUp()
	ana := "/teams/1/members/2"
	status, body := admin.get(ana)
	admin.expect(status, body, http.StatusOK, "Ana", "ana@example.com", "primary")
	stale := form(body, ana, "share", "60")
	status, page := admin.post(ana, form(body, ana, "share", "101", "until", "never", "works", "whenever", "on_call", "sometimes")...)
	admin.expect(status, page, http.StatusUnprocessableEntity, "whenever", "sometimes")
	status, page = admin.post(ana, form(body, ana, "works", "whenever", "on_call", "sometimes", "skills", "db, ops")...)
	admin.expect(status, page, http.StatusUnprocessableEntity, "not a stretch of hours", "is not a limit", "db, ops")
	status, page = admin.post(ana, form(body, ana, "share", "80", "skills", "db, ops", "works", "Mon-Thu 09:00-17:00", "sleeps", "23:00-06:00", "holidays", "ES", "on_call", "1 week in 5", "role", "manager", "until", "2027-06-30")...)
	admin.expect(status, page, http.StatusOK, "Saved.", "Manager · 80 %", "until 30 Jun 2027")
	status, page = admin.post(ana, form(body, ana, "share", "80", "skills", "db, ops", "works", "Mon-Thu 09:00-17:00", "sleeps", "23:00-06:00", "holidays", "ES", "on_call", "1 week in 5", "role", "manager", "until", "2027-06-30")...)
	admin.expect(status, page, http.StatusOK, "Saved.") // sent twice
	status, page = admin.post(ana, stale...)
	admin.expect(status, page, http.StatusConflict, "Somebody else changed Ana meanwhile", "share 80 %", `value="60"`)
	status, page = admin.post(ana, form(page, ana)...)
	admin.expect(status, page, http.StatusOK, "Saved.", "Member · 60 %")
	members, err := d.schedule.Store.Members(ctx, 1)
	d.ok(err)
	_, body = admin.get(ana)
	status, page = admin.post(ana, form(body, ana, "takes_part", "")...)
	admin.expect(status, page, http.StatusOK, "Saved.")
	if members[0].OnCall != true {
		t.Error("Ana did not take part")
	}

	// A pause, and coming back.
	changes := ana + "/changes"
	status, page = admin.post(changes, "from", "2026-11-01", "share", "100")
	admin.expect(status, page, http.StatusUnprocessableEntity, "is past")
	status, page = admin.post(changes, "from", "soon", "share", "100")
	admin.expect(status, page, http.StatusUnprocessableEntity, "Write the day like", "soon")
	status, page = admin.post(changes, "from", "2027-01-04", "share", "100")
	admin.expect(status, page, http.StatusOK, "pauses", "Take back")
	status, page = admin.post(changes, "from", "2027-02-01", "share", "50", "takes_part", "1")
	admin.expect(status, page, http.StatusOK, "takes part with 50 %")
	status, page = admin.post(changes + "/1/remove")
	admin.expect(status, page, http.StatusOK, "Taken back.")
	if strings.Contains(page, "pauses") {
		t.Error("the pause is still there")
	}
	if status, _ = admin.get("/teams/1/members/99"); status != http.StatusNotFound {
		t.Errorf("somebody who is no member answers %d", status)
	}
}

// Wishes for days of the week reach the plan, and are taken back as one.
func TestWishes(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	ctx := t.Context()
	d.setUp()
	ana := d.person("ana@example.com")
	status, body := ana.post("/timeoff/wishes", "weekday", "moonday", "cost", "1", "from", "2026-12-07", "until", "2027-01-31")
	ana.expect(status, body, http.StatusUnprocessableEntity, "hoose one of the list", "2026-12-07")
	status, body = ana.post("/timeoff/wishes", "weekday", "fri", "cost", "1000", "from", "2026-12-07", "until", "2027-01-31")
	ana.expect(status, body, http.StatusUnprocessableEntity, "from 1 to 100")
	status, body = ana.post("/timeoff/wishes", "weekday", "fri", "cost", "1", "from", "2026-12-07", "until", "2026-12-09")
	ana.expect(status, body, http.StatusUnprocessableEntity, "o such day lies")
	status, body = ana.post("/timeoff/wishes", "weekday", "weekend", "cost", "20", "from", "2026-12-14", "until", "2026-12-27")
	ana.expect(status, body, http.StatusOK, "Weekends, Sat 19 Dec to Sun 27 Dec", "matters very much")
	person, err := d.schedule.Store.PersonByEmail(ctx, "ana@example.com")
	d.ok(err)
	leaves, err := d.schedule.Store.Leaves(ctx, []schedule.ID{person.ID})
	d.ok(err)
	if len(leaves) != 2 {
		t.Fatalf("%+v", leaves)
	}
	monday := schedule.Date{Year: 2026, Month: 12, Day: 7}
	_, p := d.planned(schedule.DraftOrder{Team: 1, From: monday, Until: monday.AddDays(56)})
	for _, s := range p.Shifts {
		if day := schedule.DateOf(s.Start); s.Person == person.ID && (day == monday.AddDays(7) || day == monday.AddDays(14)) {
			t.Errorf("Ana has %s, which she would rather not", s.Slot)
		}
	}
	status, body = ana.post("/timeoff/wishes", "weekday", "weekend", "cost", "20", "from", "2026-12-14", "until", "2026-12-27")
	ana.expect(status, body, http.StatusUnprocessableEntity, "here are wishes for all of these days already")
	status, body = ana.post("/timeoff/wishes/" + strconv.FormatInt(int64(leaves[1].ID), 10) + "/remove")
	ana.expect(status, body, http.StatusOK, "No wishes yet")
	if leaves, err = d.schedule.Store.Leaves(ctx, []schedule.ID{person.ID}); err != nil || len(leaves) != 0 {
		t.Errorf("%+v %v", leaves, err)
	}
}

// A thousand letters of a reason are a thousand in every script.
func TestReasonsInLetters(t *testing.T) {
	_, admin, shifts, _ := published(t, migrationstest.SQLite(t))
	for i, status := range []int{http.StatusUnprocessableEntity, http.StatusOK} {
		got, body := admin.post(fmt.Sprintf("/shifts/%d/override", shifts[len(shifts)-1].ID), "person", "none", "reason", strings.Repeat("ж", 1001-i), "anyway", "1")
		if got != status {
			t.Errorf("%d letters: %d %.300s", 1001-i, got, body)
		}
	}
}

// A team's own address leads to its schedule.
func TestTeamAddress(t *testing.T) {
	d, admin, _, _ := published(t, migrationstest.SQLite(t))
	status, body := admin.get("/teams/1")
	admin.expect(status, body, http.StatusOK, "Schedule")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.url+"/teams/1", nil)
	d.ok(err)
	resp, err := (&http.Client{Jar: admin.Jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(req)
	d.ok(err)
	defer resp.Body.Close()
	if to := resp.Header.Get("Location"); resp.StatusCode != http.StatusFound || to != "/teams/1/schedule" {
		t.Errorf("%d %s", resp.StatusCode, to)
	}
	status, body = admin.get("/teams/999")
	admin.expect(status, body, http.StatusNotFound, "There is no such page")
}
