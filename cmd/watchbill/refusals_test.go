package main

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// What is refused says what was refused: to see something, to do something, or what
// another site sent; and a sentence begins and ends like one.
func TestRefusals(t *testing.T) {
	onBoth(t, func(t *testing.T, address string) {
		d := deploy(t, address)
		d.setUp()
		ana := d.person("ana@example.com")
		status, body := ana.get("/audit?of=all")
		ana.expect(status, body, http.StatusForbidden, "This is not yours to see.")
		status, body = ana.post("/teams/1/integrations", "vendor", "generic", "name", "x")
		ana.expect(status, body, http.StatusForbidden, "This is not yours to do.")
		status, body = ana.get("/teams/1/handover?at=x")
		ana.expect(status, body, http.StatusUnprocessableEntity, "<h1>Choose a shift from the list.</h1>")
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.url+"/account/zone", strings.NewReader(url.Values{"zone": {"Europe/Rome"}}.Encode()))
		d.ok(err)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "cross-site")
		resp, err := ana.Do(req)
		d.ok(err)
		page, err := io.ReadAll(resp.Body)
		d.ok(err)
		d.ok(resp.Body.Close())
		ana.expect(resp.StatusCode, string(page), http.StatusForbidden, "This came from another site.", "Nothing was done.")
	})
}
