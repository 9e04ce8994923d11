package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"watchbill/schedule"
)

// Somebody who is taken over for in another tool after its calendar was imported has the
// shift no more as soon as it is read again, at once if somebody wants so. That somebody
// leaves the team, or everything, keeps nobody from reading it: what they had stays theirs
// and is nobody else's.
func TestImportsOfShiftsThatChange(t *testing.T) {
	both(t, func(_ *testing.T, d *deployment) { importsThatChange(d) })
}

func importsThatChange(d *deployment) {
	admin := d.setUp()
	ctx := d.t.Context()
	var err error
	d.schedule.Calendars, err = newCalendars([]string{"127.0.0.0/8"})
	d.ok(err)
	title := func(name, email string) string {
		return "ATTENDEE:" + email + "\r\nSUMMARY:On Call - " + name + " - Crew Primary"
	}
	rotaNow := rota(title)
	cal := newFeed(d.t)
	cal.text.Store(rotaNow)
	status, body := admin.upload("/teams/1/imports", "", "", "kind", "shifts", "url", cal.url, "label", "PD")
	admin.expect(status, body, http.StatusOK, "Who is who")
	status, body = admin.post("/imports/1", "until", "2026-12-07", "rotation", "primary")
	admin.expect(status, body, http.StatusOK, "12 events count")

	id := func(email string) schedule.ID {
		p, err := d.schedule.Store.PersonByEmail(ctx, email)
		d.ok(err)
		return p.ID
	}
	ana, ben, cleo := id("ana@example.com"), id("ben@example.com"), id("cleo@example.com")
	had := func(at time.Time) schedule.ID {
		d.t.Helper()
		who, known, err := d.wasOnCall(ctx, 1, "", at)
		d.ok(err)
		if !known {
			d.t.Errorf("nobody is known to have been on call at %v", at)
		}
		return who
	}
	read := func() string {
		d.t.Helper()
		d.now = d.now.Add(time.Minute)
		status, body := admin.post("/imports/1/read")
		admin.expect(status, body, http.StatusOK)
		i, err := d.schedule.Store.Import(ctx, 1)
		d.ok(err)
		return i.Problem
	}
	// An override there: Cleo takes Wednesday of Ana's first week.
	wednesday := time.Date(2026, 9, 16, 12, 0, 0, 0, time.UTC)
	if who := had(wednesday); who != ana {
		d.t.Fatalf("%d had it", who)
	}
	whole := "DTSTART:20260914T070000Z\r\nDTEND:20260921T070000Z\r\n"
	part := func(from, to, name, email, uid string) string {
		return "BEGIN:VEVENT\r\nUID:" + uid + "\r\nDTSTART:" + from + "\r\nDTEND:" + to + "\r\n" + title(name, email) + "\r\nEND:VEVENT\r\n"
	}
	changed := strings.Replace(rotaNow, whole, "DTSTART:20260914T070000Z\r\nDTEND:20260916T070000Z\r\n", 1)
	changed = strings.Replace(changed, "BEGIN:VEVENT", strings.TrimSuffix(part("20260916T070000Z", "20260917T070000Z", "Cleo", "CLEO@example.com", "o1")+
		part("20260917T070000Z", "20260921T070000Z", "Ana", "ana@example.com", "o2"), "\r\n")+"\r\nBEGIN:VEVENT", 1)
	cal.text.Store(changed)
	if problem := read(); problem != "" {
		d.t.Fatal(problem)
	}
	if before, during, after := had(wednesday.AddDate(0, 0, -1)), had(wednesday), had(wednesday.AddDate(0, 0, 1)); before != ana || during != cleo || after != ana {
		d.t.Errorf("%d, %d and %d had it, want %d, %d and %d", before, during, after, ana, cleo, ana)
	}

	// Ben leaves the team, and Cleo leaves altogether; Ana goes on.
	d.ok(d.schedule.RemoveMember(ctx, 1, 1, ben))
	status, body = admin.post(fmt.Sprintf("/admin/people/%d/deactivate", cleo))
	admin.expect(status, body, http.StatusOK, "Has left")
	changed = strings.Replace(changed, "UID:w11", "UID:w11b", 1)
	changed = strings.Replace(changed, "20261130T070000Z\r\nDTEND:20261207T070000Z", "20261130T070000Z\r\nDTEND:20261206T070000Z", 1)
	cal.text.Store(changed)
	if problem := read(); problem != "" {
		d.t.Errorf("after people have left: %s", problem)
	}
	if who := had(time.Date(2026, 9, 23, 12, 0, 0, 0, time.UTC)); who != ben {
		d.t.Errorf("%d had the week of somebody who has left the team since", who)
	}
	if who := had(wednesday); who != cleo {
		d.t.Errorf("%d had the day of somebody who has left since", who)
	}
	brings, err := d.schedule.Store.ImportedBalances(ctx, 1)
	d.ok(err)
	if brings[ben] != 0 || brings[cleo] != 0 {
		d.t.Errorf("who has left brings something: %v", brings)
	}
	// Nor does somebody who takes no part any more.
	d.ok(d.schedule.PutMember(ctx, 1, schedule.Membership{Team: 1, Person: ana, Share: schedule.FullTime}))
	cal.text.Store(rotaNow)
	if problem := read(); problem != "" {
		d.t.Errorf("after somebody takes no part any more: %s", problem)
	}
	if who := had(wednesday); who != ana {
		d.t.Errorf("%d had what Ana has again", who)
	}
	// Nobody new is chosen who is not there.
	status, body = admin.post("/imports/1", "until", "2026-12-07", "rotation", "primary", "name", "ana@example.com", "who", "6")
	admin.expect(status, body, http.StatusUnprocessableEntity, "not in the team")
}
