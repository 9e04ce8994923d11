package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A program makes an endpoint, sees its secret once, tries it, reads what was sent, and
// removes it; others find nothing there.
func TestWebhooksByAPI(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		tokens := d.crewed()
		d.now = d.now.Add(time.Minute) // what was published is over
		r := d.hearer()
		manager, admin := tokens["manager"], tokens["administrator"]
		d.refused(manager, "POST", "/api/v1/webhooks", `{"team": 1, "name": " ", "url": "status.example", "events": []}`, http.StatusUnprocessableEntity, "give it a name")
		d.refused(manager, "POST", "/api/v1/webhooks", `{"team": 1, "name": "x", "url": "https://a.example", "events": ["shifts.eaten"]}`, http.StatusUnprocessableEntity, "no kind of event")
		d.refused(manager, "POST", "/api/v1/webhooks", `{"team": 1, "name": "x", "url": "https://169.254.169.254/", "events": ["gap.found"]}`, http.StatusUnprocessableEntity, "not one of the public internet")
		d.refused(manager, "POST", "/api/v1/webhooks", `{"team": 1, "name": "x", "url": "https://a.example", "events": ["shifts.published"], "secret": "whsec_mine"}`, http.StatusUnprocessableEntity, "secret")
		d.refused(manager, "POST", "/api/v1/webhooks", `{"name": "x", "url": "https://a.example", "events": ["shifts.published"]}`, http.StatusForbidden, "may not")
		var made struct {
			ID           int64
			Team         int64
			Secret, Name string
			Events       []string
		}
		d.call(manager, "POST", "/api/v1/webhooks", fmt.Sprintf(`{"team": 1, "name": "Bot", "url": %q, "events": ["shifts.published"]}`, r.url)).into(t, http.StatusCreated, &made)
		if !hookSecret.MatchString(made.Secret) || made.Team != 1 || len(made.Events) != 1 {
			t.Fatalf("%+v", made)
		}
		r.secrets = []string{made.Secret}
		one := fmt.Sprint("/api/v1/webhooks/", made.ID)
		for _, path := range []string{one, "/api/v1/webhooks?team=1", one + "/deliveries"} {
			a := d.call(manager, "GET", path, "")
			if a.status != http.StatusOK || strings.Contains(a.body, "whsec_") {
				t.Errorf("%s: %d %s", path, a.status, a.body)
			}
			for _, role := range []string{"outsider", "service", "member"} {
				if a := d.call(tokens[role], "GET", path, ""); a.status != http.StatusNotFound && a.status != http.StatusForbidden {
					t.Errorf("%s as %s: %d", path, role, a.status)
				}
			}
		}
		var test struct{ Delivery int64 }
		d.call(manager, "POST", one+"/test", "").into(t, http.StatusOK, &test)
		d.ok(d.db.Write.Exec("UPDATE webhook SET off_at = 1 WHERE id <> ?", made.ID).Error) // nobody answers there
		if got := r.take(); len(got) != 1 || got[0].event.Type != "webhook.test" {
			t.Fatalf("%+v", got)
		}
		var told struct {
			State, Message, Type string
			Status, Tries        int
			Body                 struct{ Type string }
		}
		delivery := fmt.Sprint(one, "/deliveries/", test.Delivery)
		d.call(manager, "GET", delivery, "").into(t, http.StatusOK, &told)
		if told.State != "taken" || told.Status != 204 || told.Tries != 1 || told.Body.Type != "webhook.test" || !strings.HasPrefix(told.Message, "msg_") {
			t.Errorf("%+v", told)
		}
		if a := d.call(manager, "POST", delivery+"/resend", ""); a.status != http.StatusNoContent {
			t.Errorf("%d %s", a.status, a.body)
		}
		if got := r.take(); len(got) != 1 || got[0].id != told.Message {
			t.Errorf("%+v", got)
		}
		d.refused(manager, "POST", fmt.Sprint(one, "/deliveries/1/resend"), "", http.StatusNotFound, "not exist") // of another endpoint
		var all struct{ Items []struct{ ID int64 } }
		d.call(admin, "GET", "/api/v1/webhooks", "").into(t, http.StatusOK, &all)
		if len(all.Items) != 1 || d.call(manager, "GET", fmt.Sprint("/api/v1/webhooks/", all.Items[0].ID), "").status != http.StatusNotFound {
			t.Errorf("those of all teams: %+v", all)
		}
		if a := d.call(manager, "DELETE", one, ""); a.status != http.StatusNoContent {
			t.Errorf("%d %s", a.status, a.body)
		}
		d.refused(manager, "GET", one, "", http.StatusNotFound, "not exist")
	})
}
