package main

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"

	"github.com/google/go-cmp/cmp"
)

// Words that tell who Ben was: what he was called here and at a pager, his addresses and his
// number there.
var benWas = []string{"benedikt zuckmayer", "b. zuckmayer", "benedikt@zuckmayer.example", "zucki@pager.example", "PZUCK99"}

// named returns what in the whole database has one of some words, as table, column and text.
func (d *deployment) named(words ...string) (found []string) {
	d.t.Helper()
	list := "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
	if d.db.File() != "" {
		list = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1"
	}
	var tables []string
	d.ok(d.db.Read.Raw(list).Scan(&tables).Error)
	for _, table := range tables {
		var rows []map[string]any
		d.ok(d.db.Read.Table(table).Find(&rows).Error)
		for _, row := range rows {
			for column, value := range row {
				text := fmt.Sprint(value)
				if b, ok := value.([]byte); ok {
					text = string(b)
				}
				low := strings.ToLower(text)
				for _, word := range words {
					if at := strings.Index(low, strings.ToLower(word)); at >= 0 {
						found = append(found, fmt.Sprintf("%s.%s: …%s", table, column, text[max(0, at-20):min(len(text), at+40)]))
					}
				}
			}
		}
	}
	return found
}

// known has Ben known under a name that nobody else has, at work, talked about, paged, paid
// and planned, and then gone.
func (d *deployment) known() (admin, ana, ben *browser, door health.Integration, hook string) {
	d.t.Helper()
	ctx := d.t.Context()
	admin = d.setUp()
	d.ok(d.db.Write.Exec("UPDATE person SET name = 'Benedikt Zuckmayer', email = 'benedikt@zuckmayer.example', version = version + 1 WHERE id = 3").Error)
	status, body := admin.post("/teams/1/members/2", "role", "manager")
	admin.expect(status, body, http.StatusOK, "Saved.")
	status, body = admin.post("/admin/invitations", "email", "benedikt@zuckmayer.example", "team", "1")
	admin.expect(status, body, http.StatusOK)
	draft, err := d.schedule.AskDraft(ctx, 1, schedule.DraftOrder{Team: 1, From: schedule.Date{Year: 2026, Month: 12, Day: 7}, Until: schedule.Date{Year: 2027, Month: 2, Day: 1}})
	d.ok(err)
	d.ok(d.schedule.RunDraft(ctx, draft.ID))
	_, err = d.schedule.Publish(ctx, 1, draft.ID, "as Benedikt Zuckmayer wished")
	d.ok(err)
	d.person("ana@example.com")
	ben = d.person("benedikt@zuckmayer.example")
	for _, kind := range []string{schedule.FeedPerson, schedule.FeedTeam} {
		_, _, err = d.schedule.AddFeed(ctx, schedule.Feed{Kind: kind, Owner: 3, Team: map[string]schedule.ID{schedule.FeedTeam: 1}[kind], Label: "Benedikt Zuckmayer at home"})
		d.ok(err)
	}
	d.token(3, auth.ScopeRead)
	status, body = ben.post("/timeoff", "from", "2027-03-01", "until", "2027-03-04", "label", "Benedikt Zuckmayer sees a doctor")
	ben.expect(status, body, http.StatusOK, "doctor")

	door, hook = d.hooked("opsgenie")
	at := time.Date(2026, 12, 10, 2, 0, 0, 0, time.UTC)
	d.now = at.Add(time.Hour)
	for i, action := range []string{"Create", "Acknowledge", "Close"} {
		when := at.Add(time.Duration(i) * time.Minute)
		a := d.send(hook, fmt.Sprintf(`{"action": %q, "alert": {"alertId": "a1", "createdAt": %d, "updatedAt": %d, "message": "Ask B. Zuckmayer", "username": "zucki@pager.example", "userId": "PZUCK99", "responders": [{"id": "PZUCK99", "type": "user", "name": "B. Zuckmayer"}]}}`,
			action, at.UnixMilli(), when.UnixMilli()*1_000_000))
		if a.status != http.StatusAccepted {
			d.t.Fatal(a.body)
		}
	}
	d.readAll()
	d.ok(d.db.Write.Exec("INSERT INTO identity (integration_id, match_key, vendor_user_id, email, name, created_at) VALUES (?, 'id:PZUCK99', 'PZUCK99', 'zucki@pager.example', 'B. Zuckmayer', 1) ON CONFLICT DO NOTHING", door.ID).Error)
	contacts, err := d.health.Store.Contacts(ctx, door.ID)
	if d.ok(err); len(contacts) == 0 {
		d.t.Fatal("the pager knows nobody")
	}
	for _, c := range contacts {
		d.ok(d.health.MapContact(ctx, 1, door.ID, c.ID, 3))
	}
	d.ok(d.db.Write.Exec("UPDATE identity SET person_id = 3 WHERE match_key = 'id:PZUCK99'").Error)
	d.ok(d.measureBurden(ctx))
	d.written(door)
	return d.login("root@example.com"), d.login("ana@example.com"), d.login("benedikt@zuckmayer.example"), door, hook
}

// written has Ben in texts of others, of every kind.
func (d *deployment) written(door health.Integration) {
	d.t.Helper()
	for _, q := range []string{
		"INSERT INTO shift_note (team_id, rotation, at, author_id, written_at, text) VALUES (1, 'primary', 1796900000, 2, 1796900000, 'Thanks BENEDIKT ZUCKMAYER!')",
		"INSERT INTO request (team_id, slot, rotation, person_id, start_at, end_at, to_person_id, message, state, expires_at, created_by, created_at) VALUES (1, 's', 'primary', 2, 1, 2, 3, 'Dear Benedikt Zuckmayer', 'declined', 1, 2, 1)",
		"INSERT INTO review (team_id, week, zone, config, made_at, doc) VALUES (1, '2026-12-07', 'UTC', 'x', 1, '{\"who\":\"\\nBenedikt Zuckmayer <benedikt@zuckmayer.example>\"}')",
		"INSERT INTO review_note (team_id, week, version, text, at) VALUES (1, '2026-12-07', 1, 'Benedikt Zuckmayer looks at it', 1)",
		"INSERT INTO owed_entry (team_id, person_id, at, kind, lot, minutes, reason, first_day, last_day) VALUES (1, 3, 1, 'taken', '', 60, 'Benedikt Zuckmayer asked', '', '')",
		"INSERT INTO team_setup (owner_id, state, updated_at) VALUES (1, '{\"name\":\"Benedikt Zuckmayer\"}', 1)",
		fmt.Sprintf("INSERT INTO inbox (integration_id, received_at, delivery_key, headers, body, state, next_at, error) VALUES (%d, 1, 'dead', '{}', '{\"by\":\"zucki@pager.example\"}', 'dead', 1, 'zucki@pager.example is no team')", door.ID),
		"INSERT INTO calendar_import (kind, owner_id, team_id, label, url, people, created_at) VALUES ('shifts', 2, 1, 'Old tool of B. Zuckmayer', 'https://calendar.example/benedikt%40zuckmayer.example/x.ics', '{\"Benedikt Zuckmayer\":3}', 1)",
		fmt.Sprintf("INSERT INTO identity (integration_id, match_key, name, created_at) VALUES (%d, 'name:Benedikt Zuckmayer', 'Benedikt Zuckmayer', 1)", door.ID),
		fmt.Sprintf("INSERT INTO identity (integration_id, match_key, email, created_at) VALUES (%d, 'mail:benedikt@zuckmayer.example', 'benedikt@zuckmayer.example', 1)", door.ID),
		"INSERT INTO calendar_import (kind, owner_id, label, created_at) VALUES ('absences', 3, 'Benedikt Zuckmayer', 1)",
	} {
		d.ok(d.db.Write.Exec(q).Error)
	}
}

// Of somebody who left nothing tells who it was, in any column of any table, while shifts,
// figures and pay stay as they were; others see a label.
func TestLeaverIsForgotten(t *testing.T) { both(t, leaverIsForgotten) }

func leaverIsForgotten(t *testing.T, d *deployment) {
	ctx := t.Context()
	admin, ana, ben, door, _ := d.known()
	if found := d.named(benWas...); len(found) < 25 {
		t.Fatalf("the search finds only %v", found)
	}
	figures := func() string {
		t.Helper()
		var all []string
		for _, q := range []string{
			"SELECT measure FROM burden_team_week ORDER BY week", "SELECT tally FROM burden_person_week ORDER BY week, person_id", "SELECT slot || person_id || start_at FROM shift ORDER BY id",
			"SELECT kind || minutes FROM owed_entry ORDER BY id", "SELECT action || COALESCE(about_id, 0) FROM audit WHERE action NOT LIKE 'look%' AND action NOT LIKE 'person%' AND action NOT LIKE 'log%' ORDER BY id",
		} {
			var some []string
			d.ok(d.db.Read.Raw(q).Scan(&some).Error)
			all = append(all, some...)
		}
		return strings.ReplaceAll(strings.Join(all, "\n"), "B. Zuckmayer", "Former member 1") // an alert has a name
	}
	told := d.told(door.ID)["a1"]
	d.leaverIsInTheWay(admin, ana)
	before := figures()
	status, body := admin.get("/people/3")
	admin.expect(status, body, http.StatusOK, "Forget now…", "It does not happen by itself here", "Nobody can undo this")
	status, body = ana.post("/admin/people/3/erase")
	ana.expect(status, body, http.StatusForbidden)
	status, body = admin.post("/admin/people/3/erase")
	admin.expect(status, body, http.StatusOK, "Done: nothing here tells any more who this was.", "Former member 1")
	status, body = admin.post("/admin/people/3/erase") // two clicks
	admin.expect(status, body, http.StatusOK, "Done: nothing here tells")

	if found := d.named(benWas...); len(found) > 0 {
		t.Errorf("it is still told who it was:\n%s", strings.Join(found, "\n"))
	}
	if after := figures(); after != before {
		t.Errorf("figures are others:\n%s", cmp.Diff(before, after))
	}
	// What the pager tells of the page now folds to the same page, of the same person.
	d.ok(d.health.Store.InTx(ctx, func(tx health.Store) error {
		events, err := tx.Events(ctx, health.PageName{Integration: door.ID, Key: "a1"})
		if err == nil && len(events) == 0 {
			err = fmt.Errorf("the events are gone")
		}
		return err
	}))
	if now := d.told(door.ID)["a1"]; now.ID != told.ID || now.TriggeredAt != told.TriggeredAt || !strings.Contains(now.Title, "Former member 1") {
		t.Errorf("the page was %+v and is %+v", told, now)
	}
	d.leaverIsLabelled(ana)
	d.leaverIsOut(admin, ben)
}

// leaverIsInTheWay has everything refused that has to be done first, in one sentence each.
func (d *deployment) leaverIsInTheWay(admin, ana *browser) {
	d.t.Helper()
	status, body := admin.post("/admin/people/3/erase")
	admin.expect(status, body, http.StatusOK, "Benedikt Zuckmayer still has access: deactivate them first.")
	status, body = admin.post("/admin/people/3/deactivate")
	admin.expect(status, body, http.StatusOK, "Deactivated")
	status, body = admin.post("/admin/people/3/erase")
	admin.expect(status, body, http.StatusOK, "published shifts that are not over", "of Crew on", "give them to somebody else first")
	d.now = time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	*ana, *admin = *d.login("ana@example.com"), *d.login("root@example.com")
	status, body = ana.payRules("2026-12-01", "EUR", "5")
	ana.expect(status, body, http.StatusOK, "Saved.")
	status, body = admin.get("/people/3")
	admin.expect(status, body, http.StatusOK, "On-call pay of Crew for ", " is not published, and Benedikt Zuckmayer was on call in it", `href="/teams/1/pay"`)
	if strings.Contains(body, "Forget now") {
		d.t.Error("what is refused is offered")
	}
	status, body = admin.post("/admin/people/3/erase")
	admin.expect(status, body, http.StatusOK, "publish it first")
	a := d.call(d.token(1, auth.ScopeWrite), "DELETE", "/api/v1/people/3", "")
	if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "publish it first") {
		d.t.Errorf("the API says %d %s", a.status, a.body)
	}
	for _, month := range []string{"2026-12", "2027-01", "2027-02"} {
		status, body = ana.get("/teams/1/pay/" + month)
		ana.expect(status, body, http.StatusOK)
		status, body = ana.post("/teams/1/pay/"+month+"/publish", "seen", seenField.FindStringSubmatch(body)[1])
		ana.expect(status, body, http.StatusOK)
	}
	var out struct {
		First []struct{ What string }
	}
	d.call(d.token(1, auth.ScopeRead), "GET", "/api/v1/people/3/erasure", "").into(d.t, http.StatusOK, &out)
	if len(out.First) != 0 {
		d.t.Errorf("in the way is %v", out.First)
	}
}

// leaverIsLabelled looks at what others see.
func (d *deployment) leaverIsLabelled(ana *browser) {
	d.t.Helper()
	for path, want := range map[string]string{
		"/teams/1/schedule?from=2026-12-07": "Former member 1", "/teams/1/pay/2027-01": "Former member 1", "/api/v1/teams/1/pay/2027-01/lines.csv": "Former member 1",
		"/teams/1/handovers": "", "/audit?of=team-1": "", "/teams/1/burden": "", "/teams/1": "", "/": "", "/teams/1/plans/1": "",
	} {
		status, body := ana.get(path)
		if status == http.StatusNotFound && want == "" {
			continue
		}
		ana.expect(status, body, http.StatusOK, want)
		if regexp.MustCompile(`(?i)zuckmayer|zucki`).MatchString(body) {
			d.t.Errorf("%s tells who it was", path)
		}
	}
	f, link, err := d.schedule.AddFeed(d.t.Context(), schedule.Feed{Kind: schedule.FeedTeam, Owner: 2, Team: 1, Label: "Team"})
	d.ok(err)
	status, body := ana.get("/feeds/" + link + ".ics")
	ana.expect(status, body, http.StatusOK, "Former member 1")
	if f.ID == 0 || strings.Contains(strings.ToLower(body), "zuck") {
		d.t.Error("a calendar tells who it was")
	}
}

// leaverIsOut has nobody come in as who is gone; whoever comes with the address is new.
func (d *deployment) leaverIsOut(admin, ben *browser) {
	d.t.Helper()
	status, body := ben.get("/account")
	if status == http.StatusOK && strings.Contains(body, "Former member") {
		d.t.Error("a session goes on")
	}
	status, body = d.browser().post("/login", "email", "benedikt@zuckmayer.example", "password", secret)
	if status == http.StatusOK || strings.Contains(body, "My on-call") {
		d.t.Error("somebody comes in with the old address")
	}
	status, body = admin.post("/admin/people/3/activate")
	admin.expect(status, body, http.StatusOK, "Nothing tells any more who this was")
	status, body = admin.get("/people/3")
	admin.expect(status, body, http.StatusOK, "Former member 1", "Nobody can undo it")
	status, body = admin.post("/admin/invitations", "email", "benedikt@zuckmayer.example", "team", "1")
	path := admin.link(status, body, "invite")
	again := d.browser()
	status, body = again.post(path, "name", "Benedikt Zuckmayer", "password", secret, "zone", "Europe/Berlin")
	again.expect(status, body, http.StatusOK, "My on-call")
	p, err := d.schedule.Store.PersonByEmail(d.t.Context(), "benedikt@zuckmayer.example")
	d.ok(err)
	if p.ID == 3 {
		d.t.Error("whoever comes back is who they were")
	}
}

// Whoever left for longer than a while is forgotten by itself, once, whoever of several
// replicas looks, and waits while something is in the way.
func TestLeaversInTime(t *testing.T) { both(t, leaversInTime) }

func leaversInTime(t *testing.T, d *deployment) {
	ctx := t.Context()
	admin, _, _, _, _ := d.known()
	d.keep(health.Keeping{Leavers: 13})
	for _, person := range []string{"3", "4"} {
		status, body := admin.post("/admin/people/" + person + "/deactivate")
		admin.expect(status, body, http.StatusOK, "Deactivated")
	}
	left := d.now
	works := func(n int) {
		t.Helper()
		done := make(chan error)
		for range n {
			go func() { done <- d.leavers.Work(ctx) }()
		}
		for range n {
			d.ok(<-done)
		}
	}
	labels := func() (all []string) {
		t.Helper()
		d.ok(d.db.Read.Raw("SELECT name FROM person WHERE former_at IS NOT NULL ORDER BY id").Scan(&all).Error)
		return all
	}
	works(1)
	d.now = left.AddDate(0, 13, 0).Add(-time.Second)
	works(1)
	if got := labels(); len(got) != 0 {
		t.Fatalf("too early, forgotten are %v", got)
	}
	admin = d.login("root@example.com")
	status, body := admin.get("/people/3")
	admin.expect(status, body, http.StatusOK, "It happens by itself after", "Forget now…")
	status, body = admin.get("/admin/kept")
	admin.expect(status, body, http.StatusOK, "Who left, by name", "13 months")
	d.now = left.AddDate(0, 13, 0)
	works(3)
	if got := labels(); len(got) != 2 || got[0] == got[1] {
		t.Errorf("forgotten are %v", got)
	}
	var entries int
	d.ok(d.db.Read.Raw("SELECT COUNT(*) FROM audit WHERE action = 'person.erase'").Scan(&entries).Error)
	if found := d.named(benWas...); entries != 2 || len(found) > 0 {
		t.Errorf("%d entries of the log, and it is told who it was in %v", entries, found)
	}
	// What is only ever added to can be changed by nobody again.
	for _, q := range []string{"UPDATE audit SET detail = 'Former member 1'", "UPDATE owed_entry SET reason = 'Former member 1'", "UPDATE audit SET action = 'x'"} {
		if err := d.db.Write.Exec(q).Error; err == nil || !strings.Contains(err.Error(), "only ever added to") {
			t.Errorf("%s: %v", q, err)
		}
	}
}

// What others go by as well stays theirs: only the leaver's own rows have the label.
func TestLeaverSharesAName(t *testing.T) { both(t, leaverSharesAName) }

func leaverSharesAName(t *testing.T, d *deployment) {
	admin := d.setUp()
	door, _ := d.hooked("generic")
	d.ok(d.db.Write.Exec("UPDATE person SET name = 'Dagmar', version = version + 1 WHERE id = 5").Error)
	d.ok(d.db.Write.Exec("INSERT INTO calendar_import (kind, owner_id, team_id, label, people, created_at) VALUES ('shifts', 2, 1, 'Old', '{\"Dagmar\":5,\"Max\":3}', 1)").Error)
	const note = "Max Weber and Primary took it, ops@example.com knows. Thanks, Max!"
	for _, q := range []string{
		"UPDATE person SET name = 'Max', version = version + 1 WHERE id = 3",
		"UPDATE person SET name = 'Max Weber', version = version + 1 WHERE id = 4",
		fmt.Sprintf("INSERT INTO identity (integration_id, match_key, email, name, person_id, created_at) VALUES (%d, 'mail:ops@example.com', 'ops@example.com', 'Primary', 3, 1)", door.ID),
		fmt.Sprintf("INSERT INTO identity (integration_id, match_key, vendor_user_id, email, name, person_id, created_at) VALUES (%d, 'id:W', 'W', 'ops@example.com', 'Max Weber', 4, 1)", door.ID),
		"INSERT INTO shift_note (team_id, rotation, at, author_id, written_at, text) VALUES (1, 'primary', 1796900000, 2, 1796900000, '" + note + "')",
	} {
		d.ok(d.db.Write.Exec(q).Error)
	}
	for _, what := range []string{"3/deactivate", "3/erase", "5/deactivate", "5/erase"} {
		status, body := admin.post("/admin/people/" + what)
		admin.expect(status, body, http.StatusOK)
	}
	told := func(query string) string {
		t.Helper()
		var all []string
		d.ok(d.db.Read.Raw(query).Scan(&all).Error)
		return strings.Join(all, "|")
	}
	for query, want := range map[string]string{
		"SELECT name FROM person WHERE id IN (3, 4) ORDER BY id":                                                 "Former member 1|Max Weber",
		"SELECT people FROM calendar_import":                                                                     `{"Former member 2":5,"Max":3}`,
		"SELECT text FROM shift_note":                                                                            note,
		"SELECT name || ' ' || email FROM identity WHERE person_id = 3":                                          "Former member 1 former-member-1@left.invalid",
		"SELECT match_key || ' ' || vendor_user_id || name || email FROM identity WHERE person_id = 4":           "id:W WMax Weberops@example.com",
		"SELECT CAST(COUNT(*) AS TEXT) FROM identity WHERE person_id = 3 AND match_key = 'mail:ops@example.com'": "0",
	} {
		if got := told(query); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
}
