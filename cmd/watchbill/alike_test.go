package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"watchbill/api/auth"
	"watchbill/schedule"
)

// Nobody learns from an answer what other teams there are, or what they have: a team of
// others is answered as one that there is not, and what is another team's as what is nobody's,
// by every page, table and call that can be read.
func TestOthersAreLikeNobodys(t *testing.T) { both(t, othersLikeNobodys) }

func othersLikeNobodys(t *testing.T, d *deployment) {
	d.crewed() // the first team has a pager and an item, each of number 1
	d.ok(d.schedule.PutMember(t.Context(), 1, schedule.Membership{Team: 2, Person: 5, Manager: true, Share: schedule.FullTime}))
	token, ana := d.token(5, auth.ScopeRead), d.person("ana@other.example")
	ana.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	ask := func(path string) int {
		if strings.HasPrefix(path, "/api") {
			return d.call(token, http.MethodGet, path, "").status
		}
		status, _ := ana.get(path)
		return status
	}
	parts, asked := regexp.MustCompile(`:[a-z]+`), 0
	for _, route := range d.echo.Routes() {
		if route.Method != http.MethodGet || !strings.Contains(route.Path, "/teams/:team") {
			continue
		}
		fill := func(team, inner string) string {
			return parts.ReplaceAllString(strings.Replace(route.Path, ":team", team, 1), inner)
		}
		asked++
		if theirs, nobodys := ask(fill("1", "1")), ask(fill("999", "1")); theirs != nobodys || theirs < 400 {
			t.Errorf("%s of another team: %d, of none: %d", route.Path, theirs, nobodys)
		}
		if inner := parts.FindAllString(route.Path, -1); len(inner) != 2 || inner[1] != ":integration" && inner[1] != ":item" {
			continue
		}
		if theirs, nobodys := ask(fill("2", "1")), ask(fill("2", "999")); theirs != nobodys || theirs < 400 {
			t.Errorf("%s with another team's: %d, with nobody's: %d", route.Path, theirs, nobodys)
		}
	}
	if asked < 80 {
		t.Errorf("only %d addresses were asked", asked)
	}
}
