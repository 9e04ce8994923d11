package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// paidCrew is the crew with eight weeks published, of which Ana manages; it is the middle
// of January.
func (d *deployment) paidCrew() (admin, ana *browser) {
	d.t.Helper()
	ctx := d.t.Context()
	admin = d.setUp()
	status, body := admin.post("/teams/1/members/2", "role", "manager")
	admin.expect(status, body, http.StatusOK, "Saved.")
	draft, err := d.schedule.AskDraft(ctx, 1, schedule.DraftOrder{Team: 1, From: schedule.Date{Year: 2026, Month: 12, Day: 7}, Until: schedule.Date{Year: 2027, Month: 2, Day: 1}})
	d.ok(err)
	d.ok(d.schedule.RunDraft(ctx, draft.ID))
	_, err = d.schedule.Publish(ctx, 1, draft.ID, "")
	d.ok(err)
	d.now = time.Date(2027, 1, 15, 9, 0, 0, 0, time.UTC)
	return admin, d.person("ana@example.com")
}

// payRules posts the form of rules: pairs after the base.
func (b *browser) payRules(from, currency, base string, more ...string) (int, string) {
	b.d.t.Helper()
	return b.post("/teams/1/pay/rules", append([]string{"do", "save", "from", from, "currency", currency, "zone", "Europe/Berlin", "unit", "hour", "base", base, "overlap", "once"}, more...)...)
}

var seenField = regexp.MustCompile(`name="seen" value="([0-9a-f]+)"`)

// The story of pay: rules, a month as it would be, published once, corrected in the next.
func TestPay(t *testing.T) { both(t, payStory) }

func payStory(t *testing.T, d *deployment) {
	ctx := t.Context()
	_, ana := d.paidCrew()
	status, body := ana.get("/teams/1/pay")
	ana.expect(status, body, http.StatusOK, "Make rules", "pays nothing for being on call")
	d.wrongRules(ana)
	weekend := []string{"rules", "2", "name.0", "Weekend", "when.0", "Sat Sun", "rate.0", "15", "name.1", "Night", "when.1", "Mon-Fri 18:00-09:00", "rate.1", "7.50",
		"onces", "1", "once_name.0", "Christmas", "once_from.0", "2026-12-25T00:00", "once_until.0", "2026-12-26T00:00", "once_rate.0", "30"}
	status, body = ana.payRules("2026-12-01", "EUR", "5", weekend...)
	ana.expect(status, body, http.StatusOK, "Saved.", "15.00 EUR Weekend (Sat Sun)", "7.50 EUR Night (Mon-Fri 18:00-09:00)", "30.00 EUR Christmas", "January 2027", "running", "December 2026", "to publish")
	status, body = ana.payRules("2026-12-01", "EUR", "5", weekend...) // two clicks
	ana.expect(status, body, http.StatusOK, "Saved.")
	if policies, err := d.health.Store.PayPolicies(ctx, 1); err != nil || len(policies) != 1 {
		t.Errorf("rules that were saved twice are %+v, %v", policies, err)
	}
	status, body = ana.get("/teams/1/pay/2026-12")
	// 24 days and 15 hours from Monday the 7th, nine o'clock, to the end of the year.
	seen := seenField.FindStringSubmatch(body)
	ana.expect(status, body, http.StatusOK, "Publish December 2026", "not published", "Christmas", "48 h", "15.00 EUR an hour", "720.00 EUR", "Primary")
	if seen == nil {
		t.Fatal(body)
	}
	status, body = ana.post("/teams/1/pay/2027-01/publish", "seen", seen[1])
	ana.expect(status, body, http.StatusOK, "is not over yet")
	status, body = ana.post("/teams/1/pay/2026-12/publish", "seen", "abc")
	ana.expect(status, body, http.StatusOK, "has changed since you looked")
	statement, err := d.payroll.Statement(ctx, 1, schedule.Date{Year: 2026, Month: 12, Day: 1})
	d.ok(err)
	var held int64
	for _, l := range statement.Lines {
		held += l.Count
	}
	if want := int64((24*24 + 15) * 3600); held != want {
		t.Errorf("%d seconds are paid of %d", held, want)
	}
	sum := health.PaySums(statement.Lines)[0].Minor

	status, body = ana.post("/teams/1/pay/2026-12/publish", "seen", seen[1])
	ana.expect(status, body, http.StatusOK, "is published and stays", "Statement 1, published Fri 15 Jan by Ana")
	status, body = ana.post("/teams/1/pay/2026-12/publish", "seen", seen[1])
	ana.expect(status, body, http.StatusOK, "December 2026 is published already")
	status, body = ana.payRules("2026-12-15", "EUR", "6")
	ana.expect(status, body, http.StatusUnprocessableEntity, "December 2026 is published and stays; begin on")

	// A shift of December is told to have been somebody else's: December stays, January mends it.
	shifts, err := d.schedule.Shifts(ctx, 1, time.Date(2026, 12, 7, 12, 0, 0, 0, time.UTC), time.Date(2026, 12, 8, 0, 0, 0, 0, time.UTC), time.Time{})
	d.ok(err)
	first := shifts[0]
	other := schedule.ID(2)
	if first.Person == other {
		other = 3
	}
	now := d.now
	d.now = time.Date(2026, 12, 6, 9, 0, 0, 0, time.UTC) // as an import of the past would
	_, err = d.schedule.Put(ctx, 1, 1, schedule.Stretch{Slot: first.Slot, Start: first.Start, End: first.Start.Add(24 * time.Hour)}, other, "was ill")
	d.ok(err)
	d.now = now
	again, err := d.payroll.Statement(ctx, 1, schedule.Date{Year: 2026, Month: 12, Day: 1})
	d.ok(err)
	if got := health.PaySums(again.Lines)[0].Minor; got != sum || again.Seen != statement.Seen {
		t.Errorf("what was published came to %d and is %d", sum, got)
	}
	d.now = time.Date(2027, 2, 1, 9, 0, 0, 0, time.UTC)
	ana = d.person("ana@example.com")
	status, body = ana.get("/teams/1/pay/2027-01")
	ana.expect(status, body, http.StatusOK, "correction of December 2026", "correct a month before", "−")
	january, err := d.payroll.Statement(ctx, 1, schedule.Date{Year: 2027, Month: 1, Day: 1})
	d.ok(err)
	var mended, moved int64
	for _, l := range january.Lines {
		if l.Correction {
			mended += l.Amount
			if l.Person == other {
				moved += l.Amount
			}
		}
	}
	next, err := d.payroll.Statement(ctx, 1, schedule.Date{Year: 2027, Month: 2, Day: 1})
	d.ok(err)
	if slices.ContainsFunc(next.Lines, func(l health.PaidLine) bool { return l.Correction }) {
		t.Error("two months that are not published correct the same")
	}
	// Monday from nine: nine hours of the base rate, and fifteen of the night.
	if mended != 0 || moved != 9*500+15*750 {
		t.Errorf("corrections come to %d, of them %d for whoever was there", mended, moved)
	}
	_, err = d.payroll.Publish(ctx, 1, 1, january.Month, january.Seen)
	d.ok(err)
	february, err := d.payroll.Statement(ctx, 1, schedule.Date{Year: 2027, Month: 2, Day: 1})
	d.ok(err)
	if slices.ContainsFunc(february.Lines, func(l health.PaidLine) bool { return l.Correction }) {
		t.Error("it is corrected twice")
	}
	for _, sql := range []string{"UPDATE pay_line SET amount = 0", "DELETE FROM pay_statement", "UPDATE pay_policy SET rules = '{}'", "DELETE FROM pay_line"} {
		if err := d.db.Write.Exec(sql).Error; err == nil || !strings.Contains(err.Error(), "only ever added to") {
			t.Errorf("%s: %v", sql, err)
		}
	}
	d.whoSeesPay(first.Person, other)
}

// A pager that tells of no acknowledgement: its pages pay nothing, and the month says so,
// as it was published too; where being paged is enough they are call-outs.
func TestPayOfPagesWithoutAcknowledgement(t *testing.T) { both(t, payWithoutAcks) }

func payWithoutAcks(t *testing.T, d *deployment) {
	_, ana := d.paidCrew()
	_, url := d.hooked("alertmanager")
	berlin := load(t, "Europe/Berlin")
	fire := func(name string, at time.Time) {
		t.Helper()
		if a := d.send(url, fmt.Sprintf(`{"version":"4","groupKey":%q,"status":"firing","alerts":[{"status":"firing","labels":{"alertname":%q,"severity":"critical"},"startsAt":%q}]}`, "{}:"+name, name, at.Format(time.RFC3339))); a.status != http.StatusAccepted {
			t.Fatal(a.body)
		}
		d.readAll()
	}
	january := d.now
	d.now = time.Date(2026, 12, 16, 20, 0, 0, 0, berlin)
	fire("night", time.Date(2026, 12, 16, 2, 0, 0, 0, berlin))
	fire("again", time.Date(2026, 12, 16, 2, 20, 0, 0, berlin))
	fire("noon", time.Date(2026, 12, 16, 12, 0, 0, 0, berlin))
	d.now = time.Date(2027, 1, 12, 8, 0, 0, 0, berlin)
	fire("new year", time.Date(2027, 1, 12, 2, 0, 0, 0, berlin))
	d.now = january

	unpaid := "2 pages outside working hours paid nothing, because nobody acknowledged them"
	status, body := ana.payRules("2026-12-01", "EUR", "5")
	ana.expect(status, body, http.StatusOK, "Saved.")
	_, body = ana.get("/teams/1/pay/2026-12")
	if strings.Contains(body, "paid nothing") {
		t.Error("where call-outs are not paid, the month says that pages paid nothing")
	}
	status, body = ana.payRules("2026-12-01", "EUR", "5", "work_hour", "40", "paged", "1")
	ana.expect(status, body, http.StatusUnprocessableEntity, "Being paged is paid as a call-out; say what one is worth", `name="paged" value="1" checked`)
	status, body = ana.payRules("2026-12-01", "EUR", "5", "per_call_out", "25", "work_hour", "40")
	ana.expect(status, body, http.StatusOK, "Saved.", "25.00 EUR for each call-out; 40.00 EUR")
	status, body = ana.get("/teams/1/pay/2026-12")
	ana.expect(status, body, http.StatusOK, unpaid, "“Being paged is enough”", "Publish December 2026")
	if strings.Contains(body, "25.00 EUR each") {
		t.Error("a page without an acknowledgement is paid")
	}
	stale := seenField.FindStringSubmatch(body)[1]
	fire("late", time.Date(2026, 12, 20, 3, 0, 0, 0, berlin))
	status, body = ana.post("/teams/1/pay/2026-12/publish", "seen", stale)
	ana.expect(status, body, http.StatusOK, "has changed since you looked", "3 pages outside working hours")
	status, body = ana.post("/teams/1/pay/2026-12/publish", "seen", seenField.FindStringSubmatch(body)[1])
	ana.expect(status, body, http.StatusOK, "is published and stays", "3 pages outside working hours")

	fire("later", time.Date(2026, 12, 21, 3, 0, 0, 0, berlin))
	status, body = ana.get("/teams/1/pay/2026-12")
	ana.expect(status, body, http.StatusOK, "Statement 1, published", "3 pages outside working hours")
	status, body = ana.get("/api/v1/teams/1/pay/2026-12")
	ana.expect(status, body, http.StatusOK, `"unpaid_pages":3`, `"3 pages outside working hours`)
	status, body = ana.get("/teams/1/pay/2027-01")
	ana.expect(status, body, http.StatusOK, "1 page outside working hours paid nothing, because nobody acknowledged it")
	status, body = ana.payRules("2027-01-01", "EUR", "5", "per_call_out", "25", "work_hour", "40", "paged", "1")
	ana.expect(status, body, http.StatusOK, "Saved.", "25.00 EUR for each call-out, and being paged is enough")
	status, body = ana.get("/teams/1/pay/rules")
	ana.expect(status, body, http.StatusOK, `name="paged" value="1" checked`)
	status, body = ana.get("/teams/1/pay/2027-01")
	ana.expect(status, body, http.StatusOK, "1 call-out", "25.00 EUR each")
	if strings.Contains(body, "paid nothing") || strings.Contains(body, "correction of") || strings.Contains(body, "Work on pages") {
		t.Error("where being paged is enough, a page pays nothing, hours are made up, or what was published is corrected")
	}
}

// wrongRules tries rules that are wrong: each is named with its rule, and what was typed
// is kept.
func (d *deployment) wrongRules(ana *browser) {
	d.t.Helper()
	status, body := ana.payRules("2026-12-01", "EURO", "5,555", "rules", "2", "name.0", "", "when.0", "Someday", "rate.0", "x", "name.1", "Night", "when.1", "", "rate.1", "-1",
		"onces", "1", "once_name.0", "Party", "once_from.0", "2026-12-25T00:00", "once_until.0", "", "once_rate.0", "1")
	ana.expect(status, body, http.StatusUnprocessableEntity, "Write it like Sat Sun, or Mon-Fri 18:00-09:00.", "is no amount", `value="Someday"`, `value="5,555"`, "Say when, like Sat Sun", "Say when, like 2026-12-24T18:00")
	status, body = ana.payRules("2026-12-01", "EURO", "5", "rules", "1", "name.0", "", "when.0", "Sat", "rate.0", "1")
	ana.expect(status, body, http.StatusUnprocessableEntity, "Write it in capitals as banks do, like EUR.", "A rule needs a name; it is on the pay slip.")
	status, body = ana.payRules("2026-12-01", "JPY", "7.5")
	ana.expect(status, body, http.StatusUnprocessableEntity, "write whole JPY, like 750")
	// Buttons change the form and save nothing.
	status, body = ana.post("/teams/1/pay/rules", "do", "up.1", "rules", "2", "name.0", "Aaa", "name.1", "Bbb", "currency", "EUR", "from", "2026-12-01")
	ana.expect(status, body, http.StatusOK, `value="Bbb"`)
	if strings.Index(body, `value="Bbb"`) > strings.Index(body, `value="Aaa"`) {
		d.t.Error("the rule did not go up")
	}
	for _, do := range []string{"add", "once", "drop.0", "drop.99", "up.-1", "down.1", "undo.0", "nonsense", "up.x"} {
		if status, _ := ana.post("/teams/1/pay/rules", "do", do, "rules", "2", "name.0", "Aaa", "name.1", "Bbb", "rate.1", "9999999999999999"); status != http.StatusOK {
			d.t.Errorf("%s: %d", do, status)
		}
	}
	status, body = ana.post("/teams/1/pay/rules/import", "text", `{"currency": "EUR", "tz": "Mars", "weekly_rules": [{"name": "x", "days": [9], "start": "00:00", "end": "25:00", "rate": 1}], "salary": 3}`)
	ana.expect(status, body, http.StatusUnprocessableEntity, "As JSON", `class="errs"`)
	status, body = ana.post("/teams/1/pay/rules/import", "text", `{"currency": "KWD", "tz": "Asia/Kuwait", "unit": "day", "base_rate": 1500, "weekly_rules": [{"name": "Friday", "days": [4], "start": "00:00", "end": "00:00", "rate": 2500}]}`)
	ana.expect(status, body, http.StatusOK, "not saved yet", `value="1.500"`, `value="2.500"`, `value="Fri"`, "Asia/Kuwait")
	policies, err := d.health.Store.PayPolicies(d.t.Context(), 1)
	d.ok(err)
	if len(policies) != 0 {
		d.t.Errorf("%d rules were saved", len(policies))
	}
}

// whoSeesPay holds that pay is told to oneself, to who manages the team and to
// administrators, on pages, in JSON and in the table, and that they are told who looked.
func (d *deployment) whoSeesPay(mine, other schedule.ID) {
	d.t.Helper()
	ctx := d.t.Context()
	people, err := d.schedule.Store.People(ctx, nil)
	d.ok(err)
	email := map[schedule.ID]string{}
	for _, p := range people {
		email[p.ID] = p.Email
	}
	member := schedule.ID(4)
	b := d.person(email[member])
	for _, path := range []string{"/teams/1/pay", "/teams/1/pay/2026-12", "/teams/1/pay/rules", "/api/v1/teams/1/pay", "/api/v1/teams/1/pay/2026-12", "/api/v1/teams/1/pay/2026-12/lines.csv"} {
		if status, _ := b.get(path); status != http.StatusForbidden {
			d.t.Errorf("%s as a member: %d", path, status)
		}
	}
	status, body := b.get("/pay")
	b.expect(status, body, http.StatusOK, "December 2026", "Statement 1, published")
	for id, address := range email {
		if name, _, _ := strings.Cut(address, "@"); id != member && id != 2 && name != "" && id != 1 && strings.Contains(body, ">"+name) {
			d.t.Errorf("the own page names %s", name)
		}
	}
	admin := d.person("root@example.com")
	status, body = admin.get("/api/v1/teams/1/pay/2026-12")
	admin.expect(status, body, http.StatusOK, `"published":true`, `"correction":true`[:3])
	status, body = admin.get("/api/v1/teams/1/pay/2026-12/lines.csv")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\ufeff"))).ReadAll()
	d.ok(err)
	if status != http.StatusOK || len(rows) < 5 || rows[1][13] == "" || rows[1][14] != "EUR" {
		d.t.Errorf("the table has %d rows: %d %v", len(rows), status, rows[:min(2, len(rows))])
	}
	log, err := d.schedule.Store.AuditOf(ctx, schedule.AuditQuery{Person: member, Most: 100})
	d.ok(err)
	if !slices.ContainsFunc(log, func(e schedule.AuditEntry) bool { return e.Action == "pay.see" && e.By == 1 }) {
		d.t.Error("the log of whom was looked at says nothing of it")
	}
	for _, path := range []string{"/teams/1/pay/2026-11", "/teams/1/pay/2026-13", "/teams/1/pay/x", "/teams/9/pay/2026-12"} {
		if status, _ := admin.get(path); status != http.StatusNotFound {
			d.t.Errorf("%s: %d", path, status)
		}
	}
}

// Two replicas publish at once: one does, and the lines are there once.
func TestPayPublishedOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, address string) {
		one := deploy(t, address)
		one.paidCrew()
		two := deploy(t, address)
		two.now = one.now
		ctx := context.Background()
		rules := health.PayRules{Version: "x", Currency: "EUR", Zone: load(t, "Europe/Berlin"), Unit: health.PerHour, Base: 500}
		month := schedule.Date{Year: 2026, Month: 12, Day: 1}
		one.ok(one.payroll.SetPay(ctx, &health.PayPolicy{Team: 1, From: month, Rules: rules, By: 2}))
		s, err := one.payroll.Statement(ctx, 1, month)
		one.ok(err)
		counts := one.atOnce(8, func(i int) answer {
			_, err := []*deployment{one, two}[i%2].payroll.Publish(ctx, 2, 1, month, s.Seen)
			switch {
			case err == nil:
				return answer{status: 200}
			case errors.Is(err, schedule.ErrConflict):
				return answer{status: 409}
			}
			return answer{status: 500, body: err.Error()}
		})
		lines, err := one.health.Store.PaidLines(ctx, 1, 0, month)
		one.ok(err)
		if counts[200] != 1 || counts[409] != 7 || len(lines) != len(s.Lines) {
			t.Errorf("eight at once: %v; %d lines of %d", counts, len(lines), len(s.Lines))
		}
	})
}

// changedMeanwhile is a store of which something changes right before a transaction.
type changedMeanwhile struct {
	health.Store
	change func()
}

func (c changedMeanwhile) InTx(ctx context.Context, f func(health.Store) error) error {
	c.change()
	return c.Store.InTx(ctx, f)
}

// Rules that change while a month is published, in the middle of rules of before and of later
// on, keep it from being published by those that were there.
func TestPayRulesWhilePublishing(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		d.paidCrew()
		ctx := context.Background()
		month := schedule.Date{Year: 2026, Month: 12, Day: 1}
		set := func(from schedule.Date, base int64) {
			t.Helper()
			d.ok(d.payroll.SetPay(ctx, &health.PayPolicy{Team: 1, From: from, By: 2, Rules: health.PayRules{Version: "x", Currency: "EUR", Zone: load(t, "Europe/Berlin"), Unit: health.PerHour, Base: base}}))
		}
		set(month, 500)
		set(month.AddDays(200), 900)
		s, err := d.payroll.Statement(ctx, 1, month)
		d.ok(err)
		racing := *d.payroll
		racing.Store = changedMeanwhile{d.payroll.Store, func() { set(month.AddDays(10), 1000) }}
		if _, err := racing.Publish(ctx, 2, 1, month, s.Seen); !errors.Is(err, schedule.ErrConflict) {
			t.Errorf("published by rules that do not hold: %v", err)
		}
	})
}

func load(t *testing.T, zone string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// A month in which the clock goes back is an hour longer; rules that change in the middle
// price each part; another clock and currency begin with a month, and no hour is paid
// twice or lost between.
func TestPayMonths(t *testing.T) { both(t, payMonths) }

func payMonths(t *testing.T, d *deployment) {
	ctx := t.Context()
	admin := d.setUp()
	status, body := admin.post("/teams/1/members/2", "role", "manager")
	admin.expect(status, body, http.StatusOK, "Saved.")
	d.now = time.Date(2026, 9, 20, 9, 0, 0, 0, time.UTC)
	draft, err := d.schedule.AskDraft(ctx, 1, schedule.DraftOrder{Team: 1, From: schedule.Date{Year: 2026, Month: 9, Day: 21}, Until: schedule.Date{Year: 2026, Month: 12, Day: 28}})
	d.ok(err)
	d.ok(d.schedule.RunDraft(ctx, draft.ID))
	_, err = d.schedule.Publish(ctx, 1, draft.ID, "")
	d.ok(err)
	d.now = time.Date(2026, 12, 2, 9, 0, 0, 0, time.UTC)
	rules := health.PayRules{Version: "x", Currency: "EUR", Zone: load(t, "Europe/Berlin"), Unit: health.PerHour, Base: 500}
	set := func(from schedule.Date, change func(*health.PayRules)) error {
		r := rules
		change(&r)
		return d.payroll.SetPay(ctx, &health.PayPolicy{Team: 1, From: from, Rules: r, By: 2})
	}
	october, november := schedule.Date{Year: 2026, Month: 10, Day: 1}, schedule.Date{Year: 2026, Month: 11, Day: 1}
	d.ok(set(october, func(*health.PayRules) {}))
	d.ok(set(schedule.Date{Year: 2026, Month: 10, Day: 16}, func(r *health.PayRules) { r.Base = 800 }))
	var invalid *schedule.InvalidError
	if err := set(schedule.Date{Year: 2026, Month: 10, Day: 20}, func(r *health.PayRules) { r.Currency = "JPY" }); !errors.As(err, &invalid) || invalid.Field != "from" {
		t.Errorf("another currency within a month: %v", err)
	}
	if err := set(october, func(r *health.PayRules) { r.Currency = "JPY" }); !errors.As(err, &invalid) || !strings.Contains(invalid.Reason, "begin on 2026-11-01") {
		t.Errorf("another currency before rules that begin within the month: %v", err)
	}
	s, err := d.payroll.Statement(ctx, 1, october)
	d.ok(err)
	seconds, amount := int64(0), int64(0)
	for _, l := range s.Lines {
		seconds, amount = seconds+l.Count, amount+l.Amount
	}
	if seconds != (31*24+1)*3600 || amount != 15*24*500+(16*24+1)*800 {
		t.Errorf("October is %d hours and %d cents", seconds/3600, amount)
	}
	_, err = d.payroll.Publish(ctx, 2, 1, october, s.Seen)
	d.ok(err)
	rules.Currency, rules.Zone, rules.Base = "JPY", load(t, "Asia/Tokyo"), 750
	yen := health.PayPolicy{Team: 1, From: november, Rules: rules, By: 2}
	d.ok(d.payroll.SetPay(ctx, &yen))
	if yen.Rules.Version != "3" {
		t.Errorf("the third rules are version %s", yen.Rules.Version)
	}
	s, err = d.payroll.Statement(ctx, 1, november)
	d.ok(err)
	if !s.From.Equal(time.Date(2026, 10, 31, 23, 0, 0, 0, time.UTC)) || !s.To.Equal(time.Date(2026, 11, 30, 15, 0, 0, 0, time.UTC)) {
		t.Errorf("November is from %v to %v", s.From, s.To)
	}
	if sums := health.PaySums(s.Lines); len(sums) != 1 || sums[0].String() != health.Money(750*(30*24-8), "JPY") {
		t.Errorf("November comes to %v", sums)
	}
	if _, err := d.payroll.Publish(ctx, 2, 1, schedule.Date{Year: 2026, Month: 12, Day: 1}, "x"); err == nil {
		t.Error("December is published while it runs")
	}
}
