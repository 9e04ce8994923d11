package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// incidents is a table as PagerDuty's reports are, with rows that are wrong in all ways.
const incidents = `Incident ID,Title,Urgency,Created at,Resolved at,Closed by,TTA,Assigned to,Interruptions
Q1,Checkout is slow,High,2025-03-02 02:15:00,2025-03-02 03:15:00,ben@example.com,120,ben@example.com,3
Q2,"Disk ""/var"" is full",Low,2025-03-03 14:00:00,2025-03-03 14:30:00,,,,0
Q3,"=HYPERLINK(""http://x"")",High,2025-03-30 02:30:00,,,,,1
Q4,Ahead,High,2031-03-03 14:00:00,,,,,1
Q5,Backwards,High,2025-03-05 10:00:00,2025-03-05 09:00:00,,,,1
Q1,Again,High,2025-03-06 10:00:00,,,,,1
Q6,Payments,High,2025-03-07 03:00:00,2025-03-07 04:00:00,Somebody Else,,Somebody Else,2
`

// takeTables does what was begun with tables, as a job does.
func (d *deployment) takeTables() {
	d.t.Helper()
	d.ok(d.tables.Work(d.t.Context()))
}

// told are the pages of a pager by their key, and of one with several those after the
// first by their number as well.
func (d *deployment) told(door schedule.ID) map[string]health.PageRecord {
	d.t.Helper()
	i, err := d.health.Store.Integration(d.t.Context(), door)
	d.ok(err)
	pages, err := d.health.Store.PagesOf(d.t.Context(), health.PageFilter{Team: i.Team, Integration: door, To: d.now.AddDate(1, 0, 0), Most: 10_000})
	d.ok(err)
	out := map[string]health.PageRecord{}
	for _, p := range pages {
		key := p.Key
		if p.Number > 0 {
			key += fmt.Sprint(" ", p.Number)
		}
		out[key] = p
	}
	return out
}

// A manager looks at a file of past pages, says what its columns mean, takes it over,
// says who is who, and undoes it.
func TestTables(t *testing.T) { both(t, tables) }

func tables(t *testing.T, d *deployment) {
	d.setUp()
	ana := d.person("ana@example.com")
	d.ok(d.db.Write.Exec("UPDATE membership SET manager = TRUE WHERE person_id = 2").Error)
	door, hook := d.hooked("pagerduty")
	d.ok(d.measureBurden(t.Context())) // before there is anything so old
	pager := fmt.Sprint(door.ID)
	status, body := ana.get("/teams/1/tables")
	ana.expect(status, body, 200, "No file yet", "up to 100 MB")
	status, body = ana.upload("/teams/1/tables", "", "", "pager", pager)
	ana.expect(status, body, 422, "Choose a file with a heading and rows", `value="`+pager+`" selected`)
	status, body = ana.upload("/teams/1/tables", "a.csv", incidents, "pager", "99")
	ana.expect(status, body, 422, "Choose whose pages these are")
	status, body = ana.upload("/teams/1/tables", "a.csv", "Incident ID\x00", "pager", "new:opsgenie")
	ana.expect(status, body, 422, "save it as UTF-8", `value="new:opsgenie" selected`)
	if all, err := d.health.Store.Integrations(t.Context(), 1); err != nil || len(all) != 1 {
		t.Errorf("a file that cannot be read left a pager: %v, %v", all, err)
	}

	status, body = ana.upload("/teams/1/tables", `C:\reports\pages <b>.csv`, incidents, "pager", pager)
	ana.expect(status, body, 200, "pages &lt;b&gt;.csv", "not taken over", "<dt>Rows</dt><dd>7</dd>", "<dt>Good</dt><dd>4</dd>", "Row 5, Created at", "has not been yet",
		"Row 6, Resolved at", "lies before the page began", "Row 7 is about Q1, as row 2 is", "Somebody Else", "Interruptions, to compare", "<dd>6, by the file</dd>", "<dt>New pages</dt><dd>4</dd>")
	base := "/teams/1/tables/1"
	columns := []string{"means", "external_id", "means", "title", "means", "urgency", "means", "triggered_at", "means", "resolved_at", "means", "resolver_name", "means", "ack_after_seconds", "means", "responder_name", "means", ""}
	mapped := func(more ...string) (int, string) { return ana.post(base, append(slices.Clone(columns), more...)...) }
	status, body = mapped("zone", "Mars/Base", "unit", "seconds")
	ana.expect(status, body, 422, "is no time zone", `value="Mars/Base"`)
	status, body = mapped("zone", "UTC", "unit", "fortnights")
	ana.expect(status, body, 422, "none of seconds, minutes and hours")
	status, body = mapped("zone", "UTC", "unit", "seconds", "dates", "Qx")
	ana.expect(status, body, 422, "is not understood", `value="Qx"`)
	status, body = ana.post(base, "means", "external_id", "means", "external_id", "zone", "UTC", "unit", "seconds")
	ana.expect(status, body, 422, "Two columns are said to be “Number of the incident”")
	status, body = ana.post(base, "means", "external_id", "zone", "UTC", "unit", "seconds")
	ana.expect(status, body, 422, "Choose which column says when an incident began")
	status, body = mapped("zone", "Europe/Berlin", "unit", "seconds")
	ana.expect(status, body, 200, "<dt>Good</dt><dd>3</dd>", "Clocks in Europe/Berlin never showed")
	if _, bad := ana.get(base + "/bad"); !strings.HasPrefix(bad, "Incident ID,") || !strings.Contains(bad, `"'=HYPERLINK(""http://x"")"`) || strings.Contains(bad, "Payments") || !strings.Contains(bad, ",nonexistent_local_time\n") {
		t.Error(bad)
	}
	if n := len(d.told(door.ID)); n != 0 {
		t.Fatalf("%d pages before anything was taken over", n)
	}

	// A hook told of one of them, and has another title.
	if a := d.send(hook, `{"event": {"id": "E1", "event_type": "incident.triggered", "resource_type": "incident", "occurred_at": "2025-03-02T01:16:00Z", "data": {"id": "Q1", "type": "incident", "title": "By the hook", "urgency": "high", "created_at": "2025-03-02T01:16:00Z"}}}`); a.status != http.StatusAccepted {
		t.Fatal(a.body)
	}
	d.readAll()
	status, body = ana.get(base)
	ana.expect(status, body, 200, "<dt>New pages</dt><dd>2</dd>", "<dt>Told by the pager itself as well</dt><dd>1")
	status, body = ana.post(base + "/commit")
	ana.expect(status, body, 200, "It is being taken over", "being taken over")
	status, body = ana.post(base + "/commit")
	ana.expect(status, body, 200, "It is being taken over.")
	d.takeTables()
	status, body = ana.get(base)
	ana.expect(status, body, 200, ">taken over<", "<dt>Pages taken over</dt><dd>3</dd>", "<dt>Not known before</dt><dd>2</dd>", "by Ana")
	d.takenOver(door.ID)
	d.sameAgain(ana, pager)
	d.undone(ana, base, door.ID)
	status, body = ana.upload("/teams/1/tables", "left.csv", incidents, "pager", "new:opsgenie")
	ana.expect(status, body, 200, "Opsgenie, from files", "not taken over")
	status, body = ana.get("/teams/1/integrations")
	ana.expect(status, body, 200, "Opsgenie, from files", ">off<")
	// The first look at a file asks and does not scold; a second file of the same pager
	// is of the same pager.
	status, body = ana.upload("/teams/1/tables", "kept.csv", "Nr.,Was\n1,Something\n", "pager", "new:opsgenie")
	ana.expect(status, body, 200, "Opsgenie, from files", "Choose which column has the number of the incident")
	if strings.Contains(body, `role="alert"`) {
		t.Error("the first look at a file is a red one")
	}
	if all, err := d.health.Store.Integrations(t.Context(), 1); err != nil || len(all) != 2 {
		t.Errorf("%d pagers: %v", len(all), err)
	}
	status, body = ana.upload("/teams/1/tables", "jira.csv", "Issue key,Summary,Created,Resolved\nOPS-1,Down,02/Mar/25 1:15 AM,02/Mar/25 2:15 AM\n", "pager", "new:opsgenie")
	ana.expect(status, body, 200, `value="D/MMM/YY h:mm A"`, "<dt>Good</dt><dd>1</dd>", "<dt>New pages</dt><dd>1</dd>")
	status, body = ana.get("/audit?of=team-1")
	ana.expect(status, body, 200, "uploaded a file of past pages", "took over a file of past pages", "undid a file of past pages", "threw a file of past pages away")
}

// takenOver looks at what came of the file.
func (d *deployment) takenOver(door schedule.ID) {
	d.t.Helper()
	pages := d.told(door)
	q1, q2, q6 := pages["Q1"], pages["Q2"], pages["Q6"]
	if len(pages) != 3 || q1.State != health.StateResolved || q1.Title != "By the hook" || !q1.TriggeredAt.Equal(time.Date(2025, 3, 2, 1, 16, 0, 0, time.UTC)) ||
		!q1.FirstAckAt.Equal(time.Date(2025, 3, 2, 1, 17, 0, 0, time.UTC)) {
		d.t.Errorf("%d pages, Q1 %+v", len(pages), q1)
	}
	if q2.CountsAsPage || q2.Title != `Disk "/var" is full` || !q6.CountsAsPage || !q6.TriggeredAt.Equal(time.Date(2025, 3, 7, 2, 0, 0, 0, time.UTC)) {
		d.t.Errorf("Q2 %+v, Q6 %+v", q2, q6)
	}
	contacts, err := d.health.Store.Contacts(d.t.Context(), door)
	d.ok(err)
	if len(contacts) != 2 {
		d.t.Fatalf("%+v", contacts)
	}
	for _, c := range contacts {
		if c.Name == "Somebody Else" {
			d.ok(d.health.MapContact(d.t.Context(), 2, door, c.ID, 3))
		}
	}
	for {
		n, err := d.rollup.Work(d.t.Context())
		d.ok(err)
		if n == 0 {
			break
		}
	}
	if got := d.weekOf(2025, 3, 3); got != 1 {
		d.t.Errorf("%d interruptions in the week", got)
	}
}

// weekOf is how many times a team was interrupted in the week from a Monday on.
func (d *deployment) weekOf(year int, month time.Month, day int) (n int) {
	d.t.Helper()
	d.ok(d.db.Read.Raw("SELECT COALESCE(SUM(interruptions), 0) FROM burden_team_week WHERE team_id = 1 AND week = ?", schedule.Date{Year: year, Month: month, Day: day}.String()).Scan(&n).Error)
	return n
}

// sameAgain adds the same file once more, which changes nothing, and one that says
// otherwise.
func (d *deployment) sameAgain(ana *browser, pager string) {
	d.t.Helper()
	var before, after int
	d.ok(d.db.Read.Raw("SELECT COUNT(*) FROM page_event").Scan(&before).Error)
	status, body := ana.upload("/teams/1/tables", "again.csv", strings.Replace(incidents, "2025-03-07 04:00:00", "2025-03-07 05:00:00", 1), "pager", pager)
	ana.expect(status, body, 200, "<dt>New pages</dt><dd>0</dd>", "Known from an earlier file</dt><dd>2 ", "An earlier file says otherwise</dt><dd>1 ", "undo the earlier one first", `value="Europe/Berlin"`)
	status, body = ana.post("/teams/1/tables/2/commit")
	ana.expect(status, body, 200, "being taken over")
	status, body = ana.upload("/teams/1/tables", "same.csv", incidents, "pager", pager)
	ana.expect(status, body, 200, "The same file was taken over before: <a href=\"/teams/1/tables/1\">")
	status, body = ana.post("/teams/1/tables/3/remove")
	ana.expect(status, body, 200, "The file is thrown away")
	d.takeTables()
	d.ok(d.db.Read.Raw("SELECT COUNT(*) FROM page_event").Scan(&after).Error)
	if before != after {
		d.t.Errorf("%d events became %d", before, after)
	}
	if p := d.told(1)["Q6"]; !p.ResolvedAt.Equal(time.Date(2025, 3, 7, 3, 0, 0, 0, time.UTC)) {
		d.t.Errorf("the later file changed it: %v", p.ResolvedAt)
	}
}

// undone undoes the first file, which leaves what the second and the hook told, then
// the second, which leaves the hook's.
func (d *deployment) undone(ana *browser, base string, door schedule.ID) {
	d.t.Helper()
	status, body := ana.post(base + "/remove")
	ana.expect(status, body, 200, "What it told counts; undo it first.")
	status, body = ana.post(base + "/undo")
	ana.expect(status, body, 200, "It is being undone")
	d.takeTables()
	status, body = ana.get(base)
	ana.expect(status, body, 200, ">undone<", "Nothing of it counts any more")
	if p := d.told(door)["Q6"]; !p.ResolvedAt.Equal(time.Date(2025, 3, 7, 4, 0, 0, 0, time.UTC)) {
		d.t.Errorf("what the second file says does not count: %v", p.ResolvedAt)
	}
	status, body = ana.post("/teams/1/tables/2/undo")
	ana.expect(status, body, 200, "It is being undone")
	d.takeTables()
	pages := d.told(door)
	if len(pages) != 1 || pages["Q1"].State != health.StateTriggered || !pages["Q1"].FirstAckAt.IsZero() {
		d.t.Errorf("%+v", pages)
	}
	for {
		n, err := d.rollup.Work(d.t.Context())
		d.ok(err)
		if n == 0 {
			break
		}
	}
	if got := d.weekOf(2025, 3, 3); got != 0 {
		d.t.Errorf("%d interruptions are left in the week", got)
	}
	status, body = ana.post(base + "/remove")
	ana.expect(status, body, 200, "The file is thrown away")
}
