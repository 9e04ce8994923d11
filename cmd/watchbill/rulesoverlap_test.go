package main

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// Rules of time owed that are added for a day for which there are some take their place,
// and those that are added for an earlier day hold until those that were there already; the
// form begins with those of now, and not with those to come.
func TestOwedRulesOverlap(t *testing.T) { both(t, owedRulesOverlap) }

func owedRulesOverlap(t *testing.T, d *deployment) {
	_, ana, ben, _ := d.owedCrew()
	set := func(from, sleep string, wants ...string) {
		t.Helper()
		status, body := ana.post("/teams/1/owed/rules", "from", from, "evening", "1", "weekend", "1.5", "holiday", "2", "sleep", sleep, "least", "60", "round_up", "15", "expire_days", "90", "warn_days", "14")
		ana.expect(status, body, http.StatusOK, append(wants, "Saved. Weeks from")...)
	}
	set("2027-02-01", "5", "each is put down when it is over")
	// Nothing holds yet, so nothing is settled: what was earned this week is put down.
	set("2026-11-23", "2", "until Mon 1 Feb", "other rules begin that are there already")
	set("2027-02-01", "4")
	set("2026-12-07", "3", "until Mon 1 Feb")
	status, body := ana.get("/teams/1/owed")
	ana.expect(status, body, http.StatusOK, `name="sleep" type="text" value="2"`, "2 in sleeping hours", "3 in sleeping hours", "4 in sleeping hours")
	if strings.Contains(body, "5 in sleeping hours") {
		t.Error("rules that were replaced are told as if they held")
	}
	status, body = ana.post("/teams/1/owed/rules", "from", "2026-11-23", "evening", "1", "weekend", "1.5", "holiday", "2", "sleep", "9", "least", "60", "round_up", "15", "expire_days", "90", "warn_days", "14")
	ana.expect(status, body, http.StatusUnprocessableEntity, "The weeks before", "are settled by the rules of then", `value="9"`)
	d.to(time.Date(2026, 12, 7, 9, 0, 0, 0, time.UTC))
	status, body = ben.get("/owed")
	ben.expect(status, body, http.StatusOK, "16 h", "3 in sleeping hours")
	ana = d.person("ana@example.com")
	status, body = ana.get("/teams/1/owed")
	ana.expect(status, body, http.StatusOK, `name="sleep" type="text" value="3"`)
}

// So it is with rules of pay.
func TestPayRulesOverlap(t *testing.T) { both(t, payRulesOverlap) }

func payRulesOverlap(t *testing.T, d *deployment) {
	_, ana := d.paidCrew()
	status, body := ana.payRules("2027-03-01", "EUR", "9")
	ana.expect(status, body, http.StatusOK, "Saved.")
	status, body = ana.payRules("2026-12-01", "EUR", "5")
	ana.expect(status, body, http.StatusOK, "until Mon 1 Mar", "other rules begin that are there already")
	status, body = ana.payRules("2027-03-01", "EUR", "8")
	ana.expect(status, body, http.StatusOK, "Saved.", "It was replaced by a later version for the same day")
	status, body = ana.get("/teams/1/pay/rules")
	ana.expect(status, body, http.StatusOK, `name="base" type="text" value="5`)
	if strings.Contains(body, `name="base" type="text" value="8`) || strings.Contains(body, `name="base" type="text" value="9`) {
		t.Error("the form begins with rules to come")
	}
	status, body = ana.get("/teams/1/pay/2026-12")
	ana.expect(status, body, http.StatusOK, "December 2026")
}
