package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"
)

// Rules about a rotation that there is not price nothing: they are refused where they are
// saved, with what was meant. Those that were saved before it went are told on the page.
func TestPayRotations(t *testing.T) { both(t, payRotations) }

func payRotations(t *testing.T, d *deployment) {
	ctx := t.Context()
	_, ana := d.paidCrew()
	rule := func(rotation string, more ...string) []string {
		return append([]string{"rules", "1", "name.0", "Night", "when.0", "22:00-06:00", "rate.0", "9", "rotations.0", rotation}, more...)
	}
	status, body := ana.payRules("2026-12-01", "EUR", "5", rule("primry, Primary", "unpaid", "shadow", "onces", "1", "once_name.0", "Feast",
		"once_from.0", "2026-12-25T00:00", "once_until.0", "2026-12-26T00:00", "once_rate.0", "30", "once_rotations.0", "secondary")...)
	ana.expect(status, body, http.StatusUnprocessableEntity, "There is no rotation &#34;primry&#34;; the nearest is &#34;primary&#34;; there is no rotation &#34;Primary&#34;; the nearest is &#34;primary&#34;.",
		"There is no rotation &#34;shadow&#34;; there are primary.", "There is no rotation &#34;secondary&#34;; there are primary.", `value="primry, Primary"`, " There are: primary.")
	status, body = ana.post("/teams/1/pay/rules/import", "text", `{"currency": "EUR", "tz": "Europe/Berlin", "weekly_rules": [{"name": "Night", "start": "22:00", "end": "06:00", "rate": 900, "rotations": ["primry"]}]}`)
	ana.expect(status, body, http.StatusOK, "not saved yet", "the nearest is &#34;primary&#34;")
	token := d.token(2, auth.ScopeWrite)
	d.refused(token, "POST", "/api/v1/teams/1/pay/rules", `{"from": "2026-12-01", "rules": {"currency": "EUR", "tz": "Europe/Berlin", "unpaid_rotations": ["primari"]}}`,
		http.StatusUnprocessableEntity, `no rotation \"primari\"; the nearest is \"primary\"`)
	a := d.call(token, "POST", "/api/v1/teams/1/pay/rules", `{"from": "2026-12-01", "rules": {"currency": "EUR", "tz": "Europe/Berlin", "weekly_rules": [{"name": "x", "start": "00:00", "end": "24:00", "rate": 1, "rotations": ["x"]}]}}`)
	if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "rules.weekly_rules[0].rotations") {
		t.Errorf("%d %s", a.status, a.body)
	}
	status, body = ana.payRules("2026-12-01", "EUR", "5", rule("primary")...)
	ana.expect(status, body, http.StatusOK, "Saved.")
	if strings.Contains(body, "There is no rotation") || strings.Contains(body, "there is no rotation") {
		t.Error("a rule about a rotation of the team is said to be about none")
	}

	// From February on the rotation has another name: the rule is about none any more.
	rules, err := d.schedule.RulesOn(ctx, 1, schedule.DateOf(d.now))
	d.ok(err)
	renamed := strings.Replace(rules.Source, "primary", "front", 1)
	first := schedule.Date{Year: 2027, Month: 2, Day: 1}
	d.ok(d.schedule.ChangeRules(ctx, 1, schedule.RulesChange{Team: 1, From: first, Source: renamed}))
	status, body = ana.payRules("2026-12-01", "EUR", "5", rule("front, primary")...)
	ana.expect(status, body, http.StatusOK, "Saved.")
	d.now = time.Date(2027, 2, 3, 9, 0, 0, 0, time.UTC)
	ana = d.person("ana@example.com")
	const told = "there is no rotation &#34;primary&#34; any more; there are front."
	status, body = ana.get("/teams/1/pay")
	ana.expect(status, body, http.StatusOK, "Night: "+told, "9.00 EUR Night (22:00-06:00, only of front, primary)")
	if n := strings.Count(body, told); n != 1 {
		t.Errorf("it is told %d times: of rules that others have replaced too", n)
	}
	status, body = ana.get("/teams/1/pay/rules")
	ana.expect(status, body, http.StatusOK, "T"+told[1:])
	status, body = ana.payRules("2027-02-03", "EUR", "5", rule("primary")...)
	ana.expect(status, body, http.StatusUnprocessableEntity, "T"+told[1:])
	status, body = ana.payRules("2027-02-03", "EUR", "5", rule("front")...)
	ana.expect(status, body, http.StatusOK, "Saved.")
	if strings.Contains(body, told) {
		t.Error("what was mended is told still")
	}
}

// What was saved once can be read for ever, though it could not be saved today.
func TestKeptPayRules(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		_, ana := d.paidCrew()
		const kept = `{"version": "1", "currency": "XYZ", "tz": "Europe/Berlin", "unit": "hour", "base_rate": 500, "salary": 3,
			"weekly_rules": [{"name": "", "start": "00:00", "end": "24:00", "rate": 900, "rotations": ["gone"]}]}`
		if _, err := health.ReadPayRules([]byte(kept)); err == nil {
			t.Fatal("they can be saved")
		}
		d.ok(d.db.Write.Exec("INSERT INTO pay_policy (team_id, from_day, rules, created_by, created_at) VALUES (1, '2026-12-01', ?, 2, ?)", kept, d.now.Unix()).Error)
		for _, path := range []string{"/teams/1/pay", "/teams/1/pay/2026-12", "/teams/1/pay/rules", "/pay", "/api/v1/teams/1/pay/2026-12", "/api/v1/teams/1/pay/rules"} {
			if status, body := ana.get(path); status != http.StatusOK {
				t.Errorf("%s: %d %s", path, status, body)
			}
		}
		st, err := d.payroll.Statement(t.Context(), 1, schedule.Date{Year: 2026, Month: 12, Day: 1})
		d.ok(err)
		for _, l := range st.Lines {
			if l.Rate != 500 || l.Currency != "XYZ" {
				t.Errorf("a line at %d %s", l.Rate, l.Currency)
			}
		}
		if len(st.Lines) == 0 {
			t.Error("nothing is paid")
		}
	})
}

// A time that comes twice when the clock goes back stays the one that it was, through the
// form and back, unless another is typed.
func TestPayTwiceTheSameTime(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		_, ana := d.paidCrew()
		second, end := time.Date(2027, 10, 31, 1, 30, 0, 0, time.UTC), time.Date(2027, 10, 31, 1, 45, 0, 0, time.UTC)
		rules := health.PayRules{Version: "x", Currency: "EUR", Zone: load(t, "Europe/Berlin"), Unit: health.PerHour, Base: 500, OneOffs: []health.OneOffRate{{Name: "Change", From: second, To: end, Rate: 900}}}
		d.ok(d.payroll.SetPay(t.Context(), &health.PayPolicy{Team: 1, From: schedule.Date{Year: 2027, Month: 1, Day: 1}, Rules: rules, By: 2}))
		status, body := ana.get("/teams/1/pay/rules")
		ana.expect(status, body, http.StatusOK, `value="2027-10-31T02:30"`, `name="once_from_which.0" value="2027-10-31T01:30:00Z" checked`, "The second 02:30 (winter time, UTC&#43;1)")
		for _, test := range []struct {
			from, which string
			want        time.Time // zero: the form comes back
		}{
			{"2027-10-31T02:30", "2027-10-31T01:30:00Z", second},
			{"2027-10-31T02:30", "2027-10-31T00:30:00Z", second.Add(-time.Hour)},
			{"2027-10-31T01:15", "2027-10-31T01:30:00Z", second.Add(-135 * time.Minute)},
			{"2027-10-31T02:30", "", time.Time{}},
			{"2027-10-31T02:15", "2027-10-31T01:30:00Z", time.Time{}},
			{"2027-10-31T02:30", "nonsense", time.Time{}},
		} {
			status, body = ana.payRules("2027-01-01", "EUR", "5", "onces", "1", "once_name.0", "Change", "once_rate.0", "9",
				"once_from.0", test.from, "once_from_which.0", test.which, "once_until.0", "2027-10-31T02:45", "once_until_which.0", "2027-10-31T01:45:00Z")
			if test.want.IsZero() {
				ana.expect(status, body, http.StatusUnprocessableEntity, "comes twice on that day", `value="`+test.from+`"`, `name="once_from_which.0"`, `name="once_until_which.0" value="2027-10-31T01:45:00Z" checked`)
				continue
			}
			ana.expect(status, body, http.StatusOK, "Saved.")
			policies, err := d.health.Store.PayPolicies(t.Context(), 1)
			d.ok(err)
			if o := policies[len(policies)-1].Rules.OneOffs[0]; !o.From.Equal(test.want) || !o.To.Equal(end) {
				t.Errorf("%s, chosen %q, is from %v to %v", test.from, test.which, o.From, o.To)
			}
		}
	})
}
