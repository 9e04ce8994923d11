package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"watchbill/schedule"
)

// However many names a pager or a calendar has, and however many people a team, the page on
// which it is said who is who stays small; everybody on it is found, and who is not on it
// stays what they are.
func TestManyNames(t *testing.T) {
	both(t, func(_ *testing.T, d *deployment) { manyNames(d) })
}

// wire is how long a page is as browsers get it.
func wire(body string) int {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.WriteString(z, body)
	_ = z.Close()
	return b.Len()
}

func manyNames(d *deployment) {
	admin := d.setUp()
	ok, ctx := http.StatusOK, d.t.Context()
	for i := range 300 {
		p := schedule.Profile{Name: fmt.Sprintf("Person %03d Nakamura", i), Zone: "UTC", CreatedAt: d.now}
		d.ok(d.schedule.Store.AddPerson(ctx, &p))
		d.ok(d.schedule.PutMember(ctx, 0, schedule.Membership{Team: 1, Person: p.ID, OnCall: i < 10, Share: schedule.FullTime}))
	}
	door, _ := d.hooked("alertmanager")
	d.ok(d.db.Write.Exec("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) INSERT INTO identity (integration_id, match_key, vendor_user_id, email, name, mapped_at, created_at) "+
		"SELECT ?, 'U' || i, 'U' || i, 'user' || i || '@example.com', 'Their Name ' || i, 1, 1 FROM n", door.ID).Error)
	path := fmt.Sprintf("/teams/1/integrations/%d/people", door.ID)
	status, body := admin.get(path)
	admin.expect(status, body, ok, "9990 people more", "Find")
	if n := wire(body); n > 100_000 || len(body) > 500_000 {
		d.t.Errorf("who is who has %d bytes, %d on the wire", len(body), n)
	}
	status, body = admin.get(path + "?q=USER4321@")
	admin.expect(status, body, ok, "Their Name 4321", "1 person found", "show all")
	var id int64
	d.ok(d.db.Read.Raw("SELECT id FROM identity WHERE match_key = 'U4321'").Scan(&id).Error)
	status, body = admin.post(fmt.Sprintf("%s/%d?q=user4321@", path, id), "person", "2")
	admin.expect(status, body, ok, "put right", "1 person found", `<option value="2" selected>Ana`)
	status, body = admin.get(path + "?q=nobody%20at%20all")
	admin.expect(status, body, ok, "Nobody of whom it knows is called that")

	for _, page := range []string{"settings", "items", "owed", "pay", "schedule", "integrations", "drafts", "burden", "handover"} {
		status, body := admin.get("/teams/1/" + page)
		if n := wire(body); status != ok || n > 100_000 {
			d.t.Errorf("%s of a large team: %d, %d bytes, %d on the wire", page, status, len(body), n)
		}
	}

	// A calendar whose titles say a number each time.
	lines := []string{}
	for i := range 3000 {
		start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * 2 * time.Hour)
		name := fmt.Sprintf("case %d", i)
		if i == 7 {
			name = "zoe@elsewhere.example"
		}
		if i == 8 {
			name = "Ana"
		}
		lines = append(lines, fmt.Sprintf("BEGIN:VEVENT\r\nUID:w%d\r\nDTSTART:%s\r\nDTEND:%s\r\nSUMMARY:%s\r\nEND:VEVENT", i, start.Format("20060102T150405Z"), start.Add(2*time.Hour).Format("20060102T150405Z"), name))
	}
	var err error
	d.schedule.Calendars, err = newCalendars([]string{"127.0.0.0/8"})
	d.ok(err)
	cal := newFeed(d.t)
	cal.text.Store(events(lines...))
	status, body = admin.upload("/teams/1/imports", "", "", "kind", "shifts", "url", cal.url, "label", "PD")
	admin.expect(status, body, ok, "Who is who", "names more, which stay what they are", "more; where titles say something else each time")
	if n := wire(body); n > 100_000 || len(body) > 500_000 {
		d.t.Errorf("the import has %d bytes, %d on the wire", len(body), n)
	}
	status, body = admin.post("/imports/1", "until", "2026-12-07", "rotation", "primary", "name", "zoe@elsewhere.example", "who", "2")
	admin.expect(status, body, ok, "2 events count")
	if n := wire(body); n > 100_000 {
		d.t.Errorf("the import has %d bytes on the wire when it is taken over", n)
	}
	// What the form does not have stays what it was.
	status, body = admin.post("/imports/1", "until", "2026-12-07", "rotation", "primary", "name", "case 1", "who", "3")
	admin.expect(status, body, ok, "3 events count")
	i, err := d.schedule.Store.Import(ctx, 1)
	d.ok(err)
	if i.People["zoe@elsewhere.example"] != 2 || i.People["case 1"] != 3 || i.People["Ana"] == 0 || len(strings.Join(i.Warnings, "")) > 10_000 {
		d.t.Errorf("zoe is %d, and the warnings have %d lines", i.People["zoe@elsewhere.example"], len(i.Warnings))
	}
}
