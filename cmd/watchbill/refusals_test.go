package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"watchbill/schedule"
)

// outside asks for something at times at which the shift is not: the form comes back as it
// was typed.
func (d *deployment) outside(manager *browser) {
	d.t.Helper()
	shifts, err := d.schedule.Shifts(d.t.Context(), 1, d.now.AddDate(0, 0, 5), d.now.AddDate(0, 0, 6), time.Time{})
	d.ok(err)
	people, err := d.schedule.Store.People(d.t.Context(), []schedule.ID{shifts[0].Person})
	d.ok(err)
	for form, b := range map[string]*browser{"cover": d.person(people[0].Email), "override": manager} {
		status, body := b.post(fmt.Sprintf("/shifts/%d/%s", shifts[0].ID, form), "to", "all", "person", "none", "from", "2028-01-01T09:00", "until", "2028-01-02T09:00", "message", "A wedding", "reason", "A wedding", "anyway", "1")
		b.expect(status, body, http.StatusUnprocessableEntity, "The time is not within the shift", "A wedding", `value="2028-01-01T09:00"`)
	}
}

// What is refused says what was refused: to see something, to do something, or what
// another site sent; and a sentence begins and ends like one.
func TestRefusals(t *testing.T) {
	onBoth(t, func(t *testing.T, address string) {
		d := deploy(t, address)
		_, manager := d.paidCrew()
		d.outside(manager)
		ben := d.person("ben@example.com")
		status, body := ben.get("/audit?of=all")
		ben.expect(status, body, http.StatusForbidden, "This is not yours to see.")
		status, body = ben.post("/teams/1/integrations", "vendor", "generic", "name", "x")
		ben.expect(status, body, http.StatusForbidden, "This is not yours to do.")
		status, body = ben.get("/teams/1/handover?at=x")
		ben.expect(status, body, http.StatusUnprocessableEntity, "<h1>Choose a shift from the list.</h1>")
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.url+"/account/zone", strings.NewReader(url.Values{"zone": {"Europe/Rome"}}.Encode()))
		d.ok(err)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "cross-site")
		resp, err := ben.Do(req)
		d.ok(err)
		page, err := io.ReadAll(resp.Body)
		d.ok(err)
		d.ok(resp.Body.Close())
		ben.expect(resp.StatusCode, string(page), http.StatusForbidden, "This came from another site.", "Nothing was done.")
	})
}
