package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchbill/health"
	"watchbill/schedule"
)

// A service that is killed while it publishes what a month is paid has published it
// whole, or not at all; another that publishes the same at that moment, or the next that
// is started, publishes it once.
func TestKilledWhilePublishingPay(t *testing.T) {
	if testing.Short() {
		t.Skip("starts and kills processes")
	}
	rounds := kills(t, 5)
	onBoth(t, func(t *testing.T, address string) { killWhilePublishingPay(t, address, rounds) })
}

// paidMonths is how many months each team of these tests has to publish.
const paidMonths = 5

func killWhilePublishingPay(t *testing.T, address string, rounds int) {
	d := deploy(t, address)
	d.now = time.Now().UTC().Truncate(time.Second)
	d.setUp()
	for _, sql := range d.slowLines() {
		d.ok(d.db.Write.Exec(sql).Error)
	}
	replicas := 2
	if d.db.File() != "" {
		replicas = 1
	}
	run := &payRun{deployment: d, address: address}
	var teams []schedule.ID
	for range (rounds + paidMonths - 1) / paidMonths {
		teams = append(teams, run.addTeam(t))
	}
	for len(run.live) < replicas {
		run.live = append(run.live, launch(t, address).serving(t))
	}
	whole := 0
	for round := range rounds {
		if round%paidMonths == 0 {
			run.begin(t, teams[round/paidMonths])
		}
		if run.kill(t, round) {
			whole++
		}
		run.month = schedule.DateOf(time.Date(run.month.Year, run.month.Month+1, 1, 12, 0, 0, 0, time.UTC))
	}
	t.Logf("after %d of %d kills the month was published; writing takes %v", whole, rounds, run.takes)
}

// slowLines has the database take its time over each line of pay, so that a kill finds
// some written and some not.
func (d *deployment) slowLines() []string {
	if d.db.File() != "" {
		return []string{`CREATE TRIGGER slow AFTER INSERT ON pay_line BEGIN
			SELECT COUNT(*) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) SELECT i FROM n); END`}
	}
	return []string{
		"CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.005); RETURN NEW; END'",
		"CREATE TRIGGER slow AFTER INSERT ON pay_line FOR EACH ROW EXECUTE FUNCTION slow()",
	}
}

// A payRun is processes that publish one month after the other and are killed.
type payRun struct {
	*deployment
	address string
	live    []*process
	ana     *browser
	team    schedule.ID
	month   schedule.Date
	takes   time.Duration // from asking to the answer, when nobody is killed
}

// begins is the first month that the teams have to publish.
func (r *payRun) begins() schedule.Date {
	now := time.Now().UTC()
	return schedule.DateOf(time.Date(now.Year(), now.Month()-paidMonths-1, 1, 12, 0, 0, 0, time.UTC))
}

// addTeam adds a team with months that are over and not paid yet.
func (r *payRun) addTeam(t *testing.T) schedule.ID {
	t.Helper()
	ctx, first := t.Context(), r.begins()
	monday := first.AddDays((8-int(first.Weekday()))%7 - 7)
	teams, err := r.schedule.Store.Teams(ctx)
	r.ok(err)
	r.now = monday.AddDays(-3).At(schedule.Midnight, time.UTC)
	text := strings.NewReplacer("team: Crew", fmt.Sprint("team: Paid ", len(teams)), "from: 2026-12-07", "from: "+monday.String(), "weeks: 8", "weeks: 30",
		"limits: {on_call: 1 week in 3}\n", "", ", away: [2026-12-21 to 2027-01-03]", "", "people:", "  - {name: secondary, handover: Wed 17:00}\npeople:").Replace(crew)
	admin := r.person("root@example.com")
	status, body := admin.post("/admin/teams", "file", text)
	admin.expect(status, body, http.StatusOK, "The team is there")
	team := schedule.ID(len(teams) + 1)
	draft, err := r.schedule.MakeDraft(ctx, 1, schedule.DraftOrder{Team: team, From: monday, Until: monday.AddDays(30 * 7), Seconds: 1})
	r.ok(err)
	_, err = r.schedule.Publish(ctx, 1, draft.ID, "")
	r.ok(err)
	rules, err := health.ReadPayRules([]byte(`{"currency": "EUR", "tz": "Europe/Berlin", "base_rate": 500, "overlap": "once", "weekly_rules": [
		{"name": "Weekend", "days": [5, 6], "start": "00:00", "end": "00:00", "rate": 1500}, {"name": "Night", "start": "18:00", "end": "09:00", "rate": 750}]}`))
	r.ok(err)
	r.ok(r.payroll.SetPay(ctx, &health.PayPolicy{Team: team, From: first, Rules: rules, By: 2}))
	return team
}

// begin turns to a team. Its first month is published with nobody killed, to see how long
// that takes.
func (r *payRun) begin(t *testing.T, team schedule.ID) {
	t.Helper()
	r.ok(r.db.Write.Exec("UPDATE membership SET manager = TRUE WHERE person_id = 2").Error)
	r.now = time.Now().UTC().Truncate(time.Second)
	r.ana, r.team, r.month = r.person("ana@example.com"), team, r.begins()
	begun := time.Now()
	if status := <-r.publish(r.live[0], r.expected(t).Seen); status != http.StatusSeeOther {
		t.Fatalf("the first month is published with %d\n%s", status, r.live[0].log())
	}
	r.takes = time.Since(begun)
	r.month = schedule.DateOf(time.Date(r.month.Year, r.month.Month+1, 1, 12, 0, 0, 0, time.UTC))
}

// expected is the month as it would be published, or was.
func (r *payRun) expected(t *testing.T) *health.Statement {
	t.Helper()
	s, err := r.payroll.Statement(context.Background(), r.team, r.month)
	r.ok(err)
	return s
}

// publish posts that the month is to be published, and tells the status of the answer;
// none when whoever was asked did not live to answer.
func (r *payRun) publish(p *process, seen string) chan int {
	client := *r.ana.Client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	path, answered := fmt.Sprintf("%s/teams/%d/pay/%s/publish", p.url, r.team, r.month.String()[:7]), make(chan int, 1)
	go func() {
		resp, err := client.PostForm(path, url.Values{"seen": {seen}})
		if err != nil {
			answered <- 0
			return
		}
		_ = resp.Body.Close()
		answered <- resp.StatusCode
	}()
	return answered
}

// kill kills a process while it publishes the month, in every other round while the
// other one, where there is one, is asked for the same. It says whether the month was
// published then; at the end it is, once.
func (r *payRun) kill(t *testing.T, round int) (published bool) {
	t.Helper()
	want := r.expected(t)
	victim := r.live[0]
	others := r.live[1:]
	if round%2 == 0 {
		others = nil
	}
	answered := []chan int{r.publish(victim, want.Seen)}
	for _, p := range others {
		answered = append(answered, r.publish(p, want.Seen))
	}
	time.Sleep(time.Duration(rand.Int64N(int64(r.takes) * 5 / 4)))
	victim.kill()
	told := <-answered[0]
	for _, a := range answered[1:] {
		if status := <-a; status != http.StatusSeeOther {
			t.Fatalf("whoever lives answers %d\n%s", status, r.live[1].log())
		}
	}
	published = r.whole(t, want)
	if !published && (told == http.StatusSeeOther || len(others) > 0) {
		t.Errorf("%v of team %d is not published, and somebody was told it is", r.month, r.team)
	}
	r.live = append(r.live[1:], launch(t, r.address).serving(t))
	if status := <-r.publish(r.live[len(r.live)-1], want.Seen); status != http.StatusSeeOther {
		t.Errorf("whoever was started then answers %d", status)
	}
	if !r.whole(t, want) {
		t.Errorf("%v of team %d is not published in the end", r.month, r.team)
	}
	return published
}

// whole says whether the month is published, and fails unless it is so whole and once, or
// nothing of it is there.
func (r *payRun) whole(t *testing.T, want *health.Statement) bool {
	t.Helper()
	count := func(sql string, values ...any) (n int) {
		r.ok(r.db.Write.Raw(sql, values...).Scan(&n).Error)
		return n
	}
	statements := count("SELECT COUNT(*) FROM pay_statement WHERE team_id = ? AND month = ?", r.team, r.month.String())
	lines := count("SELECT COUNT(*) FROM pay_line l JOIN pay_statement s ON s.id = l.statement_id WHERE s.team_id = ? AND s.month = ?", r.team, r.month.String())
	noted := count("SELECT COUNT(*) FROM audit WHERE action = 'pay.publish' AND team_id = ? AND detail LIKE ?", r.team, health.MonthName(r.month)+",%")
	orphans := count("SELECT COUNT(*) FROM pay_line WHERE statement_id NOT IN (SELECT id FROM pay_statement)")
	if statements == 0 && lines+noted+orphans == 0 {
		return false
	}
	if statements != 1 || lines != len(want.Lines) || noted != 1 || orphans != 0 {
		t.Fatalf("%v of team %d: %d statements, %d lines of %d and %d of none, %d notes in the log", r.month, r.team, statements, lines, len(want.Lines), orphans, noted)
	}
	got := r.expected(t)
	for i := range got.Lines {
		got.Lines[i].Statement = 0
	}
	if diff := cmp.Diff(want.Lines, got.Lines); diff != "" || got.Seen != want.Seen {
		t.Errorf("%v of team %d is published otherwise than it was seen, -seen +published:\n%s", r.month, r.team, diff)
	}
	return true
}
