package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// indicatorsReply is what the API says of indicators, as far as tests look at it.
type indicatorsReply struct {
	Kinds []struct{ Name, Meaning, Anchor string }
	Items []struct {
		Indicator, Period, Source string
		Value, Of                 *float64
		Version                   int
		Earlier                   []struct{ Value *float64 }
	}
	Retention struct {
		Share  *float64
		Hidden string
	}
}

// What is said of a team is kept with all that was said before, refused with a sentence, and
// never counts twice.
func TestIndicatorsOverTheAPI(t *testing.T) { both(t, indicatorsAPI) }

func indicatorsAPI(t *testing.T, d *deployment) {
	tokens := d.crewed()
	put := func(path, body string, headers ...string) answer {
		return d.call(tokens["manager"], http.MethodPut, "/api/v1/teams/1/indicators/"+path, body, headers...)
	}
	list := func() (r indicatorsReply) {
		d.call(tokens["member"], http.MethodGet, "/api/v1/teams/1/indicators", "").into(t, http.StatusOK, &r)
		return r
	}
	if r := list(); len(r.Kinds) != 7 || len(r.Items) != 0 {
		t.Errorf("before anything was said: %+v", r)
	}
	var kept struct {
		Version int
		ETag    string
		At      string
	}
	put("toil_share/2026-10", `{"value": 0.3}`).into(t, http.StatusOK, &kept)
	first := kept.ETag
	put("toil_share/2026-10", `{"value": 0.3}`).into(t, http.StatusOK, &kept)
	if kept.Version != 1 {
		t.Errorf("the same again is version %d", kept.Version)
	}
	put("toil_share/2026-10", `{"value": 0.4}`).into(t, http.StatusOK, &kept)
	if a := put("toil_share/2026-10", `{"value": 0.5}`, "If-Match", first); a.status != http.StatusConflict || !strings.Contains(a.body, `"version":2`) {
		t.Errorf("of an old version: %d %s", a.status, a.body)
	}
	put("toil_share/2026-10", `{"value": null}`, "If-Match", kept.ETag).into(t, http.StatusOK, &kept)
	put("incident_surveys/2026-W44", `{"value": 11, "of": 12}`).into(t, http.StatusOK, &kept)
	put("silenced_hours/2026-10", `{"value": null}`).into(t, http.StatusOK, nil) // nothing was said, and nothing is
	if r := list(); len(r.Items) != 2 || r.Items[1].Value != nil || len(r.Items[1].Earlier) != 2 || *r.Items[1].Earlier[1].Value != 0.4 || r.Items[0].Period != "2026-W44" || *r.Items[0].Of != 12 || r.Items[0].Source != "api" {
		t.Errorf("what is kept: %+v", r.Items)
	}
	for _, c := range []struct{ path, body, want string }{
		{"toil_share/2026-12", `{"value": 0.3}`, "December 2026 is not over; enter it from 2027-01-01 on"},
		{"toil_share/2026-10-01", `{"value": 0.3}`, "write one like 2026-10 or 2026-W44"},
		{"toil_share/1999-10", `{"value": 0.3}`, "more than ten years back"},
		{"toil/2026-10", `{"value": 0.3}`, "choose one of toil_share, ticket_age"},
		{"toil_share/2026-10", `{"value": 0.35}`, "like 0.3 for 30 %"}, {"toil_share/2026-10", `{"value": 1.1}`, "tenths from 0 to 1"}, {"toil_share/2026-10", `{"value": 0.3, "of": 2}`, "leave this empty"},
		{"ticket_age/2026-10", `{"value": -1}`, "give days from 0"}, {"silenced_hours/2026-W44", `{"value": 170}`, "has 169 hours at most"},
		{"customer_reports/2026-10", `{"value": 1.5}`, "whole number"}, {"incident_surveys/2026-10", `{"value": 3, "of": 2}`, "more than the 2 that were required"},
		{"incident_surveys/2026-10", `{"value": 0}`, "not said how many were required"}, {"retention/2026-10", `{"value": 3, "of": 4}`, "too few"},
		{"incident_surveys/2026-10", `{"value": 3, "of": 4}`, "days in common with the week of Mon 26 Oct 2026"},
	} {
		if a := put(c.path, c.body); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, c.want) {
			t.Errorf("%s %s: %d %s, want %q", c.path, c.body, a.status, a.body, c.want)
		}
	}
	if a := d.call(tokens["member"], http.MethodPut, "/api/v1/teams/1/indicators/toil_share/2026-10", `{"value": 0.3}`); a.status != http.StatusForbidden {
		t.Errorf("a member writes: %d", a.status)
	}
}

// A table is taken over whole or not at all.
func TestIndicatorTable(t *testing.T) { both(t, indicatorTable) }

func indicatorTable(t *testing.T, d *deployment) {
	tokens := d.crewed()
	var r struct {
		Kept    bool
		Changes int
		Items   []struct{ Changes bool }
		Errors  []struct {
			Row                  int
			Column, Wrong, Right string
		}
	}
	send := func(table string, dry bool) {
		t.Helper()
		body, err := json.Marshal(map[string]any{"table": table, "dry_run": dry})
		d.ok(err)
		r.Items, r.Errors = nil, nil
		d.call(tokens["manager"], http.MethodPost, "/api/v1/teams/1/indicators/table", string(body)).into(t, http.StatusOK, &r)
	}
	const good = "Indicator;Period;Value;Of\r\ntoil_share;2026-09;30 %;\r\ntoil_share;2026-10;0,4;\r\n\r\nincident_surveys;2026-W44;11;12\r\n"
	send(good+"toil_share;2026-10;0.5;\r\ntoil_share;2026-W36;0.5\r\nticket_age;2026-10;old;", false)
	if r.Kept || len(r.Items) != 0 || len(r.Errors) != 3 || r.Errors[0].Row != 6 || r.Errors[0].Wrong != "row 3 is about the same" || r.Errors[1].Column != "period" || r.Errors[2].Wrong != `"old" is no number` {
		t.Errorf("with wrong rows: %+v", r)
	}
	if send(good, true); r.Kept || r.Changes != 3 || len(r.Errors) != 0 {
		t.Errorf("a dry run: %+v", r)
	}
	if send(good, false); !r.Kept || r.Changes != 3 {
		t.Errorf("kept: %+v", r)
	}
	if send(good, false); !r.Kept || r.Changes != 0 || len(r.Items) != 3 {
		t.Errorf("the same again: %+v", r)
	}
	for table, want := range map[string]string{"": "it is empty", "indicator,value\n": `\"period\" is missing`, "indicator,period,value,colour\n": `no column \"colour\"`, "indicator,period,value\n": "no row", "indicator,period,value\n\"x": "row 2 cannot be read", "indicator,period,value,value\n": "name each once"} {
		body, err := json.Marshal(map[string]any{"table": table})
		d.ok(err)
		if a := d.call(tokens["manager"], http.MethodPost, "/api/v1/teams/1/indicators/table", string(body)); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, want) {
			t.Errorf("%q: %d %s, want %q", table, a.status, a.body, want)
		}
	}
}

// Of many who correct one value at once each correction is a version, and no two values are
// about the same days.
func TestIndicatorsAtOnce(t *testing.T) { both(t, indicatorsAtOnce) }

func indicatorsAtOnce(t *testing.T, d *deployment) {
	d.crewed()
	w := health.Whence{By: 1, Source: health.IndicatorByHand, Today: schedule.DateOf(d.now)}
	var group sync.WaitGroup
	for n := range 8 {
		group.Go(func() {
			for _, period := range []string{"2026-10", fmt.Sprintf("2026-W%d", 40+n%4)} {
				e, err := health.ReadIndicatorEntry("ticket_age", period, fmt.Sprint(n+1), "")
				if err == nil {
					_, err = d.health.PutIndicator(t.Context(), w, 1, e)
				}
				if err != nil && !strings.Contains(err.Error(), "days in common") {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	all, err := d.health.TeamIndicators(t.Context(), 1, w.Today, 12)
	d.ok(err)
	months, weeks := 0, 0
	for _, v := range all {
		if v.Period.Week {
			weeks++
		} else {
			months++
		}
	}
	if months > 0 && weeks > 0 || months+weeks < 8 {
		t.Errorf("%d versions of a month and %d of weeks in it", months, weeks)
	}
}

// The score takes what was said of its window, and doubts fewer pages by it.
func TestScoreTakesIndicators(t *testing.T) { both(t, scoreTakesIndicators) }

func scoreTakesIndicators(t *testing.T, d *deployment) {
	ctx := t.Context()
	d.now = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC) // a Monday
	d.ok(d.demonstrate(ctx, &console{err: &d.out, now: func() time.Time { return d.now }}))
	d.ok(d.measureBurden(ctx))
	manager := d.browser()
	manager.post("/login", "email", "ana@demo.example", "password", demoPassword)
	figures := func() (f health.ScoreInput) {
		status, body := manager.get("/api/v1/teams/1/health")
		manager.expect(status, body, http.StatusOK, `"model":"th-1"`)
		var r struct{ Figures *health.ScoreInput }
		d.ok(json.Unmarshal([]byte(body), &r))
		return *r.Figures
	}
	w := health.Whence{By: 1, Source: health.IndicatorByHand, Today: schedule.DateOf(d.now)}
	say := func(table string) {
		t.Helper()
		u, err := d.health.UploadIndicators(ctx, w, 1, []byte("indicator,period,value,of\n"+table))
		if err != nil || len(u.Errors) > 0 {
			t.Fatalf("%v %+v", err, u)
		}
	}
	withdraw := func(name, period string) {
		t.Helper()
		e, err := health.ReadIndicatorEntry(name, period, "", "")
		d.ok(err)
		_, err = d.health.PutIndicator(ctx, w, 1, e)
		d.ok(err)
	}
	for _, v := range []string{"toil_share", "ticket_age", "action_items"} { // what the demonstration says
		all, err := d.health.TeamIndicators(ctx, 1, w.Today, 24)
		d.ok(err)
		for _, x := range health.LatestIndicators(all) {
			if string(x.Name) == v {
				withdraw(v, x.Period.String())
			}
		}
	}
	before := figures()
	if before.ToilShare != nil || before.TicketAge != nil {
		t.Fatalf("nothing was said, and toil is %v, tickets %v", before.ToilShare, before.TicketAge)
	}
	// Weeks of the same length, so that the mean is plain; what lies before the window or in
	// it without its end says nothing.
	say("toil_share,2026-W46,20 %\ntoil_share,2026-W47,40 %\nticket_age,2026-W47,12\nticket_age,2026-W46,30\naction_items,2026-W47,9,10\ntoil_share,2025-01,100 %\nticket_age,2025-01,300\naction_items,2025-01,0,1000\n")
	after := figures()
	if after.ToilShare == nil || *after.ToilShare < 0.2999 || *after.ToilShare > 0.3001 || after.TicketAge == nil || *after.TicketAge != 12 {
		t.Errorf("toil %v, tickets %v", after.ToilShare, after.TicketAge)
	}
	n := 0.0
	if before.ActionItems != nil {
		n = *before.ActionItems
	}
	if after.ActionItems == nil || *after.ActionItems != n+10 {
		t.Errorf("action items %v after %v", after.ActionItems, n)
	}
	withdraw("ticket_age", "2026-W47")
	if f := figures(); f.TicketAge == nil || *f.TicketAge != 30 {
		t.Errorf("after one was withdrawn: %v", f.TicketAge)
	}
}

// On the page a value is entered, corrected, withdrawn and looked at by everybody in the team;
// what was typed stays when it is refused.
func TestIndicatorsPage(t *testing.T) { both(t, indicatorsPage) }

func indicatorsPage(t *testing.T, d *deployment) {
	ana := d.setUp()
	ben := d.person("ben@example.com")
	const page = "/teams/1/indicators"
	status, body := ana.get(page)
	ana.expect(status, body, http.StatusOK, "Nothing was said", "Enter or correct a value", "fewer than five people")
	status, body = ana.post(page, "indicator", "toil_share", "period", "2026-10", "value", "35 <b>%", "base", "0")
	ana.expect(status, body, http.StatusUnprocessableEntity, "is no number; give one like 0.3 or 30 %", `value="35 &lt;b&gt;%"`)
	status, body = ana.post(page, "indicator", "toil_share", "period", "2026-10", "value", "30 %", "base", "0")
	ana.expect(status, body, http.StatusOK, "Toil, October 2026: 30 %.", "by hand by ")
	status, body = ana.post(page, "indicator", "toil_share", "period", "2026-10", "value", "40 %", "base", "0")
	ana.expect(status, body, http.StatusConflict, "omebody has changed it meanwhile", "Now it is 30 %", `name="base" value="1"`, `value="40 %"`)
	status, body = ana.post(page, "indicator", "toil_share", "period", "2026-10", "value", "40 %", "base", "1")
	ana.expect(status, body, http.StatusOK, "before: 30 %")
	status, body = ana.get(page + "?indicator=toil_share&period=2026-10")
	ana.expect(status, body, http.StatusOK, `name="base" value="2"`, `value="0.4"`)
	status, body = ana.post(page+"/table", "table", "indicator,period,value\ntoil_share,2026-10,200", "do", "keep")
	ana.expect(status, body, http.StatusUnprocessableEntity, "Nothing was kept", "Row 2, value", "200 is more than all of it", "toil_share,2026-10,200")
	status, body = ana.post(page+"/table", "table", "indicator,period,value\ntoil_share,2026-09,20 %\ntoil_share,2026-10,40 %", "do", "look")
	ana.expect(status, body, http.StatusOK, "1 value changes", "1 is as before", "Keep it")
	status, body = ana.post(page+"/table", "table", "indicator,period,value\ntoil_share,2026-09,20 %\ntoil_share,2026-10,40 %", "do", "keep")
	ana.expect(status, body, http.StatusOK, "1 value is kept", "September 2026: 20 %")
	status, body = ana.post(page+"/table", "table", "", "do", "look")
	ana.expect(status, body, http.StatusUnprocessableEntity, "It is empty")
	status, body = ana.post(page, "indicator", "toil_share", "period", "2026-10", "value", "", "base", "2")
	ana.expect(status, body, http.StatusOK, "Toil, October 2026: withdrawn.")
	status, body = ben.get(page)
	ben.expect(status, body, http.StatusOK, "Who enters them", "withdrawn")
	if strings.Contains(body, "<form class=\"form\"") {
		t.Error("a member is shown the form")
	}
}
