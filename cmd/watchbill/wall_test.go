package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"watchbill/api/auth"
)

// Connections end by the machine's clock: where the service lives in another time, as
// tests and the demonstration do, files are taken in all the same.
func TestUploadsInAnotherTime(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		d.now = time.Date(2020, 3, 2, 10, 0, 0, 0, time.UTC)
		ana := d.setUp()
		d.account(2, auth.KindPerson)
		d.ok(d.db.Write.Exec("UPDATE membership SET manager = TRUE WHERE person_id = 2").Error)
		door, _ := d.hooked("pagerduty")
		path := fmt.Sprintf("/api/v1/teams/1/integrations/%d/tables?name=past.csv", door.ID)
		if a := d.call(d.token(2, auth.ScopeWrite), "POST", path, incidents, "Content-Type", "text/csv"); a.status != http.StatusCreated {
			t.Errorf("%d %s", a.status, a.body)
		}
		status, body := ana.upload("/teams/1/tables", "past.csv", incidents, "pager", fmt.Sprint(door.ID))
		ana.expect(status, body, http.StatusOK, "not taken over")
	})
}
