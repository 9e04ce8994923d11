package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"watchbill/api/auth"
	"watchbill/api/auth/authdb"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// both runs a test on a deployment with each kind of database.
func both(t *testing.T, test func(t *testing.T, d *deployment)) {
	for _, kind := range []struct {
		name    string
		address func(testing.TB) string
	}{{"sqlite", migrationstest.SQLite}, {"postgres", migrationstest.Postgres}} {
		t.Run(kind.name, func(t *testing.T) { test(t, deploy(t, kind.address(t))) })
	}
}

// token gives a person a token for a year, unless it is edited.
func (d *deployment) token(person int64, scope auth.Scope, edit ...func(*auth.Token)) string {
	d.t.Helper()
	secret := auth.TokenPrefix + secretOf(fmt.Sprint(d.t.Name(), person, scope, d.tokens))
	d.tokens++
	sum := sha256.Sum256([]byte(secret))
	token := auth.Token{
		Hash: hex.EncodeToString(sum[:]), Person: person, Name: "test", Scope: scope, CreatedBy: person,
		CreatedAt: d.now.Add(-time.Hour), ExpiresAt: d.now.AddDate(1, 0, 0),
	}
	for _, e := range edit {
		e(&token)
	}
	store := authdb.New(d.db.Write, d.db.Read)
	d.ok(store.AddToken(d.t.Context(), &token))
	if !token.RevokedAt.IsZero() {
		d.ok(store.RevokeToken(d.t.Context(), person, token.ID, token.RevokedAt))
	}
	return secret
}

// account lets a person have tokens.
func (d *deployment) account(person int64, kind string) {
	d.t.Helper()
	d.ok(authdb.New(d.db.Write, d.db.Read).PutAccount(d.t.Context(), auth.Account{Person: person, Kind: kind, CreatedAt: d.now}))
}

// An answer is what the API said.
type answer struct {
	status int
	header http.Header
	body   string
}

// call sends a request to the API with a token, and a body unless it is empty;
// headers are pairs.
func (d *deployment) call(token, method, path, body string, headers ...string) answer {
	d.t.Helper()
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(context.Background(), method, d.url+path, r)
	d.ok(err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	d.ok(err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	d.ok(err)
	return answer{resp.StatusCode, resp.Header, string(b)}
}

// into reads the body of an answer that must have a status.
func (a answer) into(t *testing.T, status int, v any) {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	if v == nil {
		return
	}
	if err := json.Unmarshal([]byte(a.body), v); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
}

// secretOf makes what passes for a secret of a name, the same each time.
func secretOf(name string) string {
	sum := sha256.Sum256([]byte(name))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// crewed makes the crew with eight published weeks and returns tokens by role. Ana
// manages, Ben is a member, and Other is another team.
func (d *deployment) crewed() map[string]string {
	d.t.Helper()
	ctx := d.t.Context()
	in, err := importTeam(crew)
	d.ok(err)
	in.People[0].Manager = true
	_, err = d.schedule.AddTeam(ctx, 0, in)
	d.ok(err)
	other, err := importTeam(strings.NewReplacer("Crew", "Other", "@example.com", "@other.example").Replace(crew))
	d.ok(err)
	_, err = d.schedule.AddTeam(ctx, 0, other)
	d.ok(err)
	day := schedule.DateOf(d.now).AddDays(6)
	draft, err := d.schedule.AskDraft(ctx, 1, schedule.DraftOrder{Team: 1, From: day, Until: day.AddDays(56)})
	d.ok(err)
	d.ok(d.schedule.RunDraft(ctx, draft.ID))
	_, err = d.schedule.Publish(ctx, 1, draft.ID, "")
	d.ok(err)
	boss := schedule.Profile{Name: "Root", Email: "root@example.com", Zone: "UTC", CreatedAt: d.now}
	robot := schedule.Profile{Name: "Robot", Zone: "UTC", CreatedAt: d.now}
	d.ok(d.schedule.Store.AddPerson(ctx, &boss))
	d.ok(d.schedule.Store.AddPerson(ctx, &robot))
	for id := range 8 {
		d.account(int64(id)+1, auth.KindPerson)
	}
	d.ok(authdb.New(d.db.Write, d.db.Read).PutAccount(ctx, auth.Account{Person: int64(boss.ID), Kind: auth.KindPerson, Admin: true, CreatedAt: d.now}))
	d.account(int64(robot.ID), auth.KindService)
	return map[string]string{
		"nobody":                   "",
		"expired token":            d.token(1, auth.ScopeWrite, func(t *auth.Token) { t.ExpiresAt = d.now }),
		"revoked token":            d.token(1, auth.ScopeWrite, func(t *auth.Token) { t.RevokedAt = d.now.Add(-time.Minute) }),
		"outsider":                 d.token(5, auth.ScopeWrite),
		"service":                  d.token(int64(robot.ID), auth.ScopeWrite),
		"read-only token":          d.token(1, auth.ScopeRead),
		"member":                   d.token(2, auth.ScopeWrite),
		"manager":                  d.token(1, auth.ScopeWrite),
		"administrator":            d.token(int64(boss.ID), auth.ScopeWrite),
		"read-only token of admin": d.token(int64(boss.ID), auth.ScopeRead),
	}
}

// A row of the matrix says who may use a route of the API.
type row struct {
	// need is the least that somebody must be: known, member, manager, admin.
	need string
	// service says that a service account may, too.
	service bool
	path    string // with IDs of the crew, when 1 does not do
	body    string // of writes: one that is good
}

// matrix has a row for every route of the API.
var matrix = map[string]row{
	"GET /oncall":              {need: "known", service: true},
	"GET /teams":               {need: "known", service: true},
	"GET /teams/{team}":        {need: "member", service: true},
	"GET /teams/{team}/shifts": {need: "member", service: true},
}

// Every route of the API against every role and both databases: who is less than
// it needs is refused, who is enough is not, and nothing fails.
func TestAPIRoutesAndRoles(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		tokens := d.crewed()
		params := regexp.MustCompile(`\{[a-z]+\}`)
		for key := range d.operations() {
			row, ok := matrix[key]
			if !ok {
				t.Errorf("the route %s has no row: say who may use it", key)
				continue
			}
			method, path, _ := strings.Cut(key, " ")
			if row.path != "" {
				path = row.path
			}
			path = "/api/v1" + params.ReplaceAllString(path, "1")
			for _, role := range []string{
				"nobody", "expired token", "revoked token", "outsider", "service", "read-only token", "read-only token of admin", "member", "manager", "administrator",
			} {
				a := d.call(tokens[role], method, path, row.body)
				if problem := row.check(role, method, &a); problem != "" {
					t.Errorf("%s as %s: %s: %d %s", key, role, problem, a.status, a.body)
				}
			}
		}
		for key := range matrix {
			if !d.operations()[key] {
				t.Errorf("the row %s has no route", key)
			}
		}
	})
}

// check says what is wrong with the answer that a role got.
func (r row) check(role, method string, a *answer) string {
	ranks := map[string]int{"outsider": 1, "member": 2, "manager": 3, "administrator": 4, "read-only token": 3, "read-only token of admin": 4}
	needs := map[string]int{"known": 1, "member": 2, "manager": 3, "admin": 4}
	enough := ranks[role] >= needs[r.need] || role == "service" && r.service
	if method != http.MethodGet && (strings.HasPrefix(role, "read-only") || role == "service") {
		enough = false
	}
	refused := a.status == http.StatusForbidden || a.status == http.StatusNotFound
	switch {
	case a.status >= 500:
		return "it fails"
	case role == "nobody" || role == "expired token" || role == "revoked token":
		if a.status != http.StatusUnauthorized || a.header.Get("Www-Authenticate") == "" {
			return "not refused as nobody"
		}
	case !enough && !refused:
		return "not refused"
	case enough && (refused || a.status == http.StatusUnauthorized || a.status == http.StatusUnprocessableEntity || a.status == http.StatusBadRequest):
		return "refused"
	}
	if a.status >= 400 && a.header.Get("Content-Type") != "application/problem+json" {
		return "not a problem: " + a.header.Get("Content-Type")
	}
	return ""
}

// operations are the routes of the API, of echo and of the document alike.
func (d *deployment) operations() map[string]bool {
	d.t.Helper()
	var doc struct {
		Paths map[string]map[string]json.RawMessage
	}
	d.call("", "GET", "/api/openapi.json", "").into(d.t, http.StatusOK, &doc)
	all := map[string]bool{}
	for path, methods := range doc.Paths {
		for method := range methods {
			all[strings.ToUpper(method)+" "+path] = true
		}
	}
	named := regexp.MustCompile(`:([a-z]+)`)
	for _, route := range d.echo.Routes() {
		path, ok := strings.CutPrefix(route.Path, "/api/v1")
		if !ok || route.Method == "echo_route_not_found" {
			continue
		}
		if key := route.Method + " " + named.ReplaceAllString(path, "{$1}"); !all[key] {
			d.t.Errorf("the route %s is not in the OpenAPI document", key)
		}
	}
	return all
}
