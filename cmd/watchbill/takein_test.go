package main

import (
	"net/http"
	"strings"
	"testing"

	"watchbill/api/auth"
	"watchbill/schedule"
)

// Whoever manages a team takes in people of teams that they manage. All others are
// asked first, and until they say yes nothing about them is told: neither by number
// nor by address, nor by the link that asks them.
func TestTakingIn(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		tokens := d.crewed() // Ana (1) manages Crew; Ana (5), Ben (6) and Cleo (7) are of Other
		ctx := t.Context()
		d.elsewhere("eva@other.example")
		_, err := d.schedule.AddLeave(ctx, 6, schedule.Leave{Person: 6, First: schedule.DateOf(d.now).AddDays(20), Last: schedule.DateOf(d.now).AddDays(22), Note: "the hospital"})
		d.ok(err)
		manager := tokens["manager"]
		for path, status := range map[string]int{"/api/v1/teams/1/members/6": 404, "/api/v1/teams/1/members/999999": 404, "/api/v1/teams/1/members/5": 404} {
			if a := d.call(manager, "PUT", path, `{}`); a.status != status || strings.Contains(a.body, "other.example") {
				t.Errorf("%s: %d %s", path, a.status, a.body)
			}
		}
		ana := d.person("ana@example.com")
		for _, email := range []string{"ben@other.example", "nobody@other.example"} {
			status, body := ana.post("/teams/1/members", "email", email, "role", "manager", "share", "80", "from", "2027-03-01")
			ana.expect(status, body, http.StatusUnprocessableEntity, "is of nobody in a team that you manage; make an invitation",
				`value="`+email+`"`, `value="80"`, `value="2027-03-01"`, `value="manager" selected`)
		}
		status, body := ana.get("/people/6")
		ana.expect(status, body, http.StatusNotFound, "")

		// The link tells whoever opens it no more than what was typed, and who has no
		// account yet does not get one by it.
		status, body = ana.post("/teams/1/invitations", "email", "ben@other.example", "role", "member")
		link := ana.link(status, body, "invite")
		status, body = ana.get(link)
		ana.expect(status, body, http.StatusOK, "Join Crew", "when and why you are away")
		if strings.Contains(body, `value="Ben"`) || strings.Contains(body, "hospital") {
			t.Error("the link tells about Ben")
		}
		status, body = ana.post(link+"/join", "x", "")
		ana.expect(status, body, http.StatusForbidden, "")
		status, body = ana.post(link, "name", "Ben", "password", secret, "zone", "UTC")
		ana.expect(status, body, http.StatusUnprocessableEntity, "There is an account with this address already")
		status, body = ana.post("/teams/1/invitations", "email", "eva@other.example", "role", "member")
		ana.expect(status, body, http.StatusUnprocessableEntity, "An administrator has to invite this address.")

		// A colleague in one team is not for all the teams of another's manager.
		d.ok(d.schedule.PutMember(ctx, 1, schedule.Membership{Team: 2, Person: 1, Share: schedule.FullTime}))
		a := d.call(d.token(1, auth.ScopeWrite), "PUT", "/api/v1/teams/1/members/6", `{}`)
		if a.status != http.StatusForbidden || !strings.Contains(a.body, "so that they can say yes") {
			t.Errorf("a colleague: %d %s", a.status, a.body)
		}
		ana = d.person("ana@example.com")
		status, body = ana.get("/people/6")
		ana.expect(status, body, http.StatusOK, "ben@other.example")
		if strings.Contains(body, "hospital") {
			t.Error("a colleague reads why Ben is away")
		}
		d.ok(d.schedule.RemoveMember(ctx, 1, 2, 1))

		ben := d.person("ben@other.example")
		status, body = ben.get(link)
		ben.expect(status, body, http.StatusOK, "Join Crew", "/join")
		status, body = ben.post(link+"/join", "x", "")
		ben.expect(status, body, http.StatusOK, "You are in.")
		ana = d.person("ana@example.com")
		status, body = ana.get("/people/6")
		ana.expect(status, body, http.StatusOK, "ben@other.example", "the hospital")

		// When he leaves, reasons are nobody's business there any more.
		last := schedule.DateOf(d.now).AddDays(-1)
		d.ok(d.schedule.PutMember(ctx, 1, schedule.Membership{Team: 1, Person: 6, Share: schedule.FullTime, Until: last}))
		ana = d.person("ana@example.com")
		if _, body = ana.get("/people/6"); strings.Contains(body, "hospital") {
			t.Error("the manager of a team that Ben has left reads why he is away")
		}

		// Administrators ask nobody.
		if a := d.call(tokens["administrator"], "PUT", "/api/v1/teams/1/members/7", `{}`); a.status != http.StatusOK {
			t.Errorf("an administrator: %d %s", a.status, a.body)
		}
	})
}

// elsewhere plans somebody without an account in the other team, which Ana of that team
// manages.
func (d *deployment) elsewhere(email string) {
	d.t.Helper()
	p := schedule.Profile{Name: "Somebody", Email: email, Zone: "Europe/Berlin", CreatedAt: d.now}
	d.ok(d.schedule.Store.AddPerson(d.t.Context(), &p))
	d.ok(d.schedule.PutMember(d.t.Context(), 1, schedule.Membership{Team: 2, Person: 5, Manager: true, Share: schedule.FullTime}))
	d.ok(d.schedule.PutMember(d.t.Context(), 1, schedule.Membership{Team: 2, Person: p.ID, Share: schedule.FullTime}))
}

// An invitation to an address that has since been planned in another team does not let
// whoever holds the link in as that person.
func TestInvitationOfSomebodyPlannedSince(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		d.crewed()
		ana := d.person("ana@example.com")
		status, body := ana.post("/teams/1/invitations", "email", "dora@other.example", "role", "member")
		link := ana.link(status, body, "invite")
		d.elsewhere("dora@other.example")
		status, body = d.browser().get(link)
		ana.expect(status, body, http.StatusNotFound, "")
		status, body = d.browser().post(link, "name", "Dora", "password", secret, "zone", "UTC")
		ana.expect(status, body, http.StatusNotFound, "")
	})
}
