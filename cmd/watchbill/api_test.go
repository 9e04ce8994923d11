package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// What the API says to a request; as is a role of the crew, have what the answer
// has in it.
type scenario struct {
	name   string
	as     string
	method string // GET when empty
	path   string
	body   string
	want   int
	have   []string
	not    []string
}

func (d *deployment) try(t *testing.T, tokens map[string]string, c *scenario) {
	t.Helper()
	method := c.method
	if method == "" {
		method = http.MethodGet
	}
	a := d.call(tokens[c.as], method, "/api/v1"+c.path, c.body)
	if a.status != c.want {
		t.Errorf("%s: status %d, want %d: %s", c.name, a.status, c.want, a.body)
	}
	for _, text := range c.have {
		if !strings.Contains(a.body, text) {
			t.Errorf("%s: there is no %s in %s", c.name, text, a.body)
		}
	}
	for _, text := range c.not {
		if strings.Contains(a.body, text) {
			t.Errorf("%s: there is %s in %s", c.name, text, a.body)
		}
	}
}

func TestAPIRefusesWhatIsWrongAndNamesIt(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		tokens := d.crewed()
		for _, c := range []scenario{
			{name: "no time", path: "/oncall?at=yesterday", want: 422, have: []string{`"field":"at","in":"query"`, `\"yesterday\" is no time; write it like 2026-12-24T09:00:00Z`}},
			{name: "a time without offset", path: "/oncall?at=2026-12-08T09:00:00", want: 422, have: []string{`"field":"at"`}},
			{name: "a year out of range", path: "/oncall?at=9999-12-31T23:59:59Z", want: 422, have: []string{"not in the years 2000 to 2199"}},
			{name: "an offset with a plain plus", path: "/oncall?at=2026-12-08T09:00:00+01:00", want: 200, have: []string{`"at":"2026-12-08T08:00:00Z"`}},
			{name: "an offset, escaped", path: "/oncall?at=2026-12-08T09:00:00%2B01:00", want: 200, have: []string{`"at":"2026-12-08T08:00:00Z"`}},
			{name: "an unknown parameter", path: "/oncall?when=now", want: 422, have: []string{`"field":"when","in":"query","reason":"there is no such parameter"`}},
			{name: "a parameter twice", path: "/oncall?team=1&team=2", want: 422, have: []string{`"field":"team"`, "there twice"}},
			{name: "a parameter without a value", path: "/oncall?team=", want: 422, have: []string{`"field":"team"`, "no value"}},
			{name: "a query that is none", path: "/oncall?at=%zz", want: 422, have: []string{"cannot be read"}},
			{name: "NUL", path: "/teams?cursor=%00", want: 422, have: []string{`"field":"cursor"`}},
			{name: "no number", path: "/oncall?team=crew", want: 422, have: []string{`"field":"team"`, `\"crew\" is no whole number`}},
			{name: "no ID", path: "/oncall?team=0", want: 422, have: []string{`"field":"team"`, "1 or more"}},
			{name: "no ID in the path", path: "/teams/crew", want: 422, have: []string{`"field":"team","in":"path"`}},
			{name: "a huge ID", path: "/teams/99999999999999999999", want: 422, have: []string{`"field":"team","in":"path"`}},
			{name: "no such team", as: "administrator", path: "/teams/77", want: 404},
			{name: "another team", as: "outsider", path: "/teams/1", want: 403},
			{name: "the end before the start", path: "/teams/1/shifts?from=2026-12-08T00:00:00Z&to=2026-12-07T00:00:00Z", want: 422, have: []string{`"field":"to","in":"query"`, "after the start"}},
			{name: "a long window", path: "/teams/1/shifts?from=2020-12-08T00:00:00Z&to=2026-12-07T00:00:00Z", want: 422, have: []string{`"field":"to"`, "two years"}},
			{name: "no cursor", path: "/teams/1/shifts?cursor=xyz", want: 422, have: []string{`"field":"cursor"`, "no cursor"}},
			{name: "a large page", path: "/teams/1/shifts?limit=501", want: 422, have: []string{`"field":"limit"`, "500 or less"}},
			{name: "no body", method: "POST", path: "/people/me/absences", want: 400, have: []string{"needs a body"}},
			{name: "no JSON", method: "POST", path: "/people/me/absences", body: `{"first"`, want: 400, have: []string{"ends too soon"}},
			{name: "two values", method: "POST", path: "/people/me/absences", body: `{} {}`, want: 400, have: []string{"no JSON"}},
			{name: "a name twice", method: "POST", path: "/people/me/absences", body: `{"first": "2027-01-01", "first": "2027-01-02"}`, want: 400, have: []string{`\"first\" is there twice`}},
			{name: "NUL in a text", method: "POST", path: "/people/me/absences", body: `{"note": "a\u0000"}`, want: 400, have: []string{"NUL"}},
			{name: "an unknown field", method: "POST", path: "/people/me/absences", body: `{"first": "2027-01-01", "last": "2027-01-02", "why": "x"}`, want: 422, have: []string{`"field":"why","in":"body","reason":"there is no such field"`}},
			{name: "no day", method: "POST", path: "/people/me/absences", body: `{"first": "2027-02-30", "last": "2027-03-02"}`, want: 422, have: []string{`"field":"first","in":"body"`, "is no day"}},
			{name: "a day out of range", method: "POST", path: "/people/me/absences", body: `{"first": "1027-02-03", "last": "2027-03-02"}`, want: 422, have: []string{"2000 to 2199"}},
			{name: "days and instants", method: "POST", path: "/people/me/absences", body: `{"first": "2027-02-03", "end": "2027-03-02T00:00:00Z"}`, want: 422, have: []string{`"field":"start"`, "not both"}},
			{name: "a half of days", method: "POST", path: "/people/me/absences", body: `{"first": "2027-02-03"}`, want: 422, have: []string{`"field":"last"`}},
			{name: "the last before the first", method: "POST", path: "/people/me/absences", body: `{"first": "2027-02-03", "last": "2027-02-01"}`, want: 422, have: []string{`"field":"last"`}},
			{name: "a number too large", method: "POST", path: "/people/me/absences", body: `{"first": "2027-02-03", "last": "2027-02-05", "cost": 101}`, want: 422, have: []string{`"field":"cost"`, "100 or less"}},
			{name: "a number no computer has", method: "POST", path: "/people/me/absences", body: `{"first": "2027-02-03", "last": "2027-02-05", "cost": 1e400}`, want: 400, have: []string{"the number 1e400 is larger than any here"}},
			{name: "null for a list", method: "POST", path: "/teams/1/effects", body: `{"moves": null}`, want: 422, have: []string{`"field":"moves","in":"body"`}},
			{name: "half a number", method: "POST", path: "/people/me/absences", body: `{"first": "2027-02-03", "last": "2027-02-05", "cost": 1.5}`, want: 422, have: []string{`"field":"cost"`, "whole number"}},
			{name: "a text for a number", method: "POST", path: "/people/me/absences", body: `{"first": "2027-02-03", "last": "2027-02-05", "cost": "1"}`, want: 422, have: []string{`"field":"cost"`}},
			{name: "no zone", method: "PATCH", path: "/people/me", body: `{"zone": "Mars/Olympus"}`, want: 422, have: []string{`"field":"zone","in":"body"`, "Europe/Berlin"}},
			{name: "no hours", method: "PATCH", path: "/people/me", body: `{"works": "nine to five"}`, want: 422, have: []string{`"field":"works"`, "09:00"}},
			{name: "no kind", method: "POST", path: "/feeds", body: `{"kind": "world"}`, want: 422, have: []string{`"field":"kind"`, "person, team, rotation, absences"}},
			{name: "a needed field", method: "POST", path: "/feeds", body: `{}`, want: 422, have: []string{`"field":"kind","in":"body","reason":"this is needed"`}},
			{name: "a field of a list", method: "POST", path: "/teams/1/effects", body: `{"moves": [{"shift": 1}, {"to": 2}]}`, want: 422, have: []string{`"field":"moves[1].shift"`, "this is needed"}},
			{name: "no reason", as: "manager", method: "POST", path: "/shifts/3/overrides", body: `{"nobody": true, "reason": " "}`, want: 422, have: []string{`"field":"reason"`, "say why"}},
			{name: "somebody and nobody", as: "manager", method: "POST", path: "/shifts/3/overrides", body: `{"nobody": true, "person": 2, "reason": "x"}`, want: 422, have: []string{`"field":"person"`}},
			{name: "outside of the shift", as: "manager", method: "POST", path: "/shifts/3/overrides", body: `{"nobody": true, "reason": "x", "end": "2027-06-01T00:00:00Z"}`, want: 422, have: []string{`"field":"start"`, "not all within the shift"}},
			{name: "a person of elsewhere", as: "manager", method: "POST", path: "/shifts/3/overrides", body: `{"person": 5, "reason": "x"}`, want: 422, have: []string{`"field":"person"`, "not in the team"}},
			{name: "rules that are none", as: "manager", method: "PUT", path: "/teams/1/rules/2027-03-01", body: `{"source": "team: Crew\nzone: Europe/Berlin\nrotations:\n  - {name: primary, handover: Mon 25:00}\n"}`, want: 422, have: []string{`"field":"source"`, ":4:"}},
			{name: "a past day for rules", as: "manager", method: "PUT", path: "/teams/1/rules/2020-03-01", body: `{"source": "x"}`, want: 422, have: []string{`"field":"from","in":"path"`}},
			{name: "a new member whose limits are none", as: "administrator", method: "PUT", path: "/teams/1/members/5", body: `{"limits": "team: Crew"}`, want: 422, have: []string{`"field":"limits","in":"body","reason":"unknown key \"team\"`}},
			{name: "a new member who takes what there is not", as: "administrator", method: "PUT", path: "/teams/1/members/5", body: `{"takes": "nothing"}`, want: 422, have: []string{`"field":"takes"`}},
			{name: "a new member with limits", as: "administrator", method: "PUT", path: "/teams/1/members/5", body: `{"limits": "{rest: 12h}", "takes": "primary"}`, want: 200, have: []string{`"limits":"{rest: 12h}"`}},
			{name: "the last manager", as: "manager", method: "PUT", path: "/teams/1/members/1", body: `{"role": "member"}`, want: 422, have: []string{`"field":"role"`, "somebody who manages it"}},
			{name: "a period of nothing", as: "manager", method: "POST", path: "/teams/1/drafts", body: `{"from": "2027-03-01", "until": "2027-03-01"}`, want: 422, have: []string{`"field":"until"`}},
			{name: "no such address", path: "/oncalls", want: 404, have: []string{"/api/docs"}},
		} {
			if c.as == "" {
				c.as = "member"
			}
			d.try(t, tokens, &c)
		}
	})
}

// All pages together are the list, whatever their size.
func TestAPIPages(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	tokens := d.crewed()
	const path = "/api/v1/teams/1/shifts?from=2026-12-01T00:00:00Z&to=2027-03-01T00:00:00Z"
	type page struct {
		Items []struct{ Key, Start string }
		Next  string
	}
	var whole page
	d.call(tokens["member"], "GET", path, "").into(t, 200, &whole)
	if len(whole.Items) != 9 || whole.Next != "" {
		t.Fatalf("%d shifts, next %q", len(whole.Items), whole.Next)
	}
	for _, limit := range []string{"1", "3", "8", "9", "10"} {
		var all page
		for cursor := ""; ; {
			var p page
			d.call(tokens["member"], "GET", path+"&limit="+limit+cursor, "").into(t, 200, &p)
			all.Items = append(all.Items, p.Items...)
			if p.Next == "" {
				break
			}
			cursor = "&cursor=" + p.Next
		}
		if len(all.Items) != 9 {
			t.Errorf("pages of %s: %d shifts", limit, len(all.Items))
			continue
		}
		for i := range all.Items {
			if all.Items[i] != whole.Items[i] {
				t.Errorf("pages of %s: %v at %d, want %v", limit, all.Items[i], i, whole.Items[i])
			}
		}
	}
}

// Who is on call is answered for any past instant as it was then, and nothing that
// was decided later changes it.
func TestAPIPastInstants(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		tokens := d.crewed()
		type onCall struct {
			Teams []struct {
				Rotations []struct {
					Rotation string
					Unfilled bool
					Now      []struct {
						ID         int
						Person     struct{ Name string }
						Start, End string
					}
					Next *struct{ Start string }
				}
			}
		}
		at := func(when string) onCall {
			var o onCall
			d.call(tokens["manager"], "GET", "/api/v1/oncall?team=1&at="+when, "").into(t, 200, &o)
			return o
		}
		before := at("2026-12-07T07:59:59Z")
		if r := before.Teams[0].Rotations[0]; len(r.Now) != 0 || r.Next == nil || r.Next.Start != "2026-12-07T08:00:00Z" {
			t.Errorf("before the plan: %+v", r)
		}
		first := at("2026-12-07T08:00:00Z").Teams[0].Rotations[0]
		if len(first.Now) != 1 || first.Now[0].Person.Name == "" || first.Now[0].End != "2026-12-14T08:00:00Z" {
			t.Fatalf("at the first moment: %+v", first)
		}
		// On Wednesday the manager puts nobody in until Thursday.
		d.now = time.Date(2026, 12, 9, 12, 0, 0, 0, time.UTC)
		shifts, err := d.schedule.Shifts(t.Context(), 1, d.now, d.now.Add(time.Hour), time.Time{})
		d.ok(err)
		_, err = d.schedule.Put(t.Context(), 1, 1, stretch(shifts[0].Slot, d.now, d.now.Add(24*time.Hour)), 0, "ill")
		d.ok(err)
		if r := at("2026-12-09T12:00:00Z").Teams[0].Rotations[0]; !r.Unfilled || r.Now[0].Person.Name != "" || r.Now[0].End != "2026-12-10T12:00:00Z" {
			t.Errorf("unfilled: %+v", r)
		}
		d.now = d.now.AddDate(0, 1, 0)
		for when, unfilled := range map[string]bool{"2026-12-09T11:59:59Z": false, "2026-12-09T12:00:00Z": true, "2026-12-10T11:59:59Z": true, "2026-12-10T12:00:00Z": false} {
			if r := at(when).Teams[0].Rotations[0]; r.Unfilled != unfilled || !unfilled && r.Now[0].Person != first.Now[0].Person {
				t.Errorf("a month later, at %s: %+v", when, r)
			}
		}
	})
}

func stretch(slot schedule.SlotID, start, end time.Time) schedule.Stretch {
	return schedule.Stretch{Slot: slot, Start: start, End: end}
}

func TestAPIDocuments(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	page := d.call("", "GET", "/api/docs", "")
	if page.status != 200 || !strings.Contains(page.body, "who-is-on-call") || strings.Contains(page.body, "<script") || strings.Contains(page.body, " style=") {
		t.Errorf("the page: %d %s", page.status, page.body)
	}
	if css := d.call("", "GET", "/api/docs.css", ""); css.status != 200 || !strings.HasPrefix(css.header.Get("Content-Type"), "text/css") {
		t.Errorf("the style sheet: %d", css.status)
	}
	if len(d.operations()) != len(matrix) {
		t.Errorf("%d routes, %d rows", len(d.operations()), len(matrix))
	}
}

// Whoever may not see a thing is not told that it is there.
func TestAPIHidesWhatIsNotTheirs(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	tokens := d.crewed()
	for _, path := range []string{"/shifts/1", "/requests/1", "/people/2", "/people/2/shifts"} {
		there, missing := d.call(tokens["outsider"], "GET", "/api/v1"+path, ""), d.call(tokens["outsider"], "GET", "/api/v1"+strings.NewReplacer("1", "999", "2", "999").Replace(path), "")
		if there.status != 404 || there.status != missing.status || there.body != missing.body {
			t.Errorf("%s: %d %s, and where there is nothing %d %s", path, there.status, there.body, missing.status, missing.body)
		}
	}
}

// Looking at a colleague is noted for them, once a day.
func TestAPILooksAreNoted(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	tokens := d.crewed()
	for range 3 {
		d.call(tokens["member"], "GET", "/api/v1/people/1", "").into(t, 200, nil)
	}
	var log struct {
		Items []struct {
			Action string
			By     struct{ Name string }
		}
		Next string
	}
	d.call(tokens["manager"], "GET", "/api/v1/people/me/audit?limit=500", "").into(t, 200, &log)
	looks := 0
	for _, e := range log.Items {
		if e.Action == "look.profile" && e.By.Name == "Ben" {
			looks++
		}
	}
	if looks != 1 {
		t.Errorf("%d looks in %+v", looks, log.Items)
	}
	d.call(tokens["administrator"], "GET", "/api/v1/audit?limit=1", "").into(t, 200, &log)
	if log.Next == "" || len(log.Items) != 1 {
		t.Fatalf("%+v", log)
	}
	first := log.Items[0]
	d.call(tokens["administrator"], "GET", "/api/v1/audit?limit=1&cursor="+log.Next, "").into(t, 200, &log)
	if log.Items[0] == first {
		t.Errorf("the same entry twice: %+v", first)
	}
}
