package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"gorm.io/gorm"

	"watchbill/api/auth"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// An organisation is 500 people in 50 teams with two years of published shifts, a year
// of them to come. The first team hands over by the week and the second by the day;
// both were really planned, and people have changed since what they have.
type organisation struct {
	*server
	tb      testing.TB
	now     time.Time
	queries int
	all     int // of the queries, those that read everybody
	cookies map[string][]*http.Cookie
}

const (
	orgTeams = 50
	orgSize  = 10
)

// openOrganisation opens a service with nobody in it, at six in the morning of a Monday.
func openOrganisation(tb testing.TB, address string) *organisation {
	tb.Helper()
	o := &organisation{tb: tb, now: time.Date(2026, 11, 30, 6, 0, 0, 0, time.UTC), cookies: map[string][]*http.Cookie{}}
	var err error
	o.server, err = newServer(tb.Context(), &console{err: io.Discard, now: func() time.Time { return o.now }}, address, "http://watchbill.example", 300*time.Millisecond)
	o.ok(err)
	tb.Cleanup(func() { _ = o.db.Close() })
	o.log = slog.New(slog.DiscardHandler)
	return o
}

func newOrganisation(b *testing.B, address string) *organisation {
	b.Helper()
	o := openOrganisation(b, address)
	o.now = time.Date(2025, 12, 1, 6, 0, 0, 0, time.UTC)
	ctx := context.WithoutCancel(b.Context())
	var teams []schedule.ID
	for i := range orgTeams {
		handover := "Mon 09:00"
		if i == 1 {
			handover = "daily 09:00"
		}
		in, err := importTeam(orgTeam(i, handover))
		o.ok(err)
		in.HorizonWeeks, in.People[0].Manager = 8, true
		team, err := o.schedule.AddTeam(ctx, 0, in)
		o.ok(err)
		teams = append(teams, team.ID)
	}
	for _, team := range teams[:2] { // two years, one after the other
		o.now = time.Date(2025, 12, 1, 6, 0, 0, 0, time.UTC)
		o.plan(ctx, team)
		o.asked(ctx, team)
		o.now = time.Date(2026, 11, 30, 6, 0, 0, 0, time.UTC)
		o.plan(ctx, team)
		o.wanted(ctx, team)
	}
	for i, team := range teams[2:] {
		o.copyPlans(ctx, teams[0], team, schedule.ID((i+2)*orgSize))
	}
	// The manager has two teams more, and a member of the first is in the others.
	for _, team := range teams[1:4] {
		o.ok(o.schedule.PutMember(ctx, 0, schedule.Membership{Team: team, Person: 1, Manager: true, Share: schedule.FullTime}))
		o.ok(o.schedule.PutMember(ctx, 0, schedule.Membership{Team: team, Person: 2, OnCall: true, Share: schedule.FullTime / 2}))
	}
	o.logIns(ctx)
	o.counting()
	return o
}

// counting counts the queries from here on.
func (o *organisation) counting() {
	o.tb.Helper()
	for _, db := range []*gorm.DB{o.db.Read, o.db.Write} {
		o.ok(db.Callback().Query().Before("gorm:query").Register("count", o.count))
		o.ok(db.Callback().Row().Before("gorm:row").Register("count", o.count))
		if o.db.Read == o.db.Write {
			break
		}
	}
}

func (o *organisation) ok(err error) {
	o.tb.Helper()
	if err != nil {
		o.tb.Fatal(err)
	}
}

func (o *organisation) count(query *gorm.DB) {
	o.queries++
	if strings.HasSuffix(strings.TrimSpace(query.Statement.SQL.String()), "FROM person") && strings.Contains(query.Statement.SQL.String(), "email") {
		o.all++
	}
}

func orgTeam(i int, handover string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "team: Team %02d\nzone: Europe/Berlin\nfrom: 2025-12-01\nweeks: 52\nholidays: DE-BE\nlimits: {on_call: 1 week in 3, rest: 11h}\nrotations:\n", i)
	fmt.Fprintf(&b, "  - {name: primary, handover: %s}\n  - {name: secondary, handover: %s, weight: 0.5}\npeople:\n", handover, handover)
	for k := range orgSize {
		fmt.Fprintf(&b, "  - {name: Person %02d %d, email: p%d@example.com, away: [2026-12-%02d to 2026-12-%02d]}\n", i, k, i*orgSize+k+1, 2*k+1, 2*k+3)
	}
	return b.String()
}

// plan plans and publishes a year from today on.
func (o *organisation) plan(ctx context.Context, team schedule.ID) {
	o.tb.Helper()
	today := schedule.DateOf(o.now)
	d, err := o.schedule.MakeDraft(ctx, 0, schedule.DraftOrder{Team: team, From: today, Until: today.AddDays(52 * 7)})
	o.ok(err)
	_, err = o.schedule.Publish(ctx, 0, d.ID, "")
	if err != nil {
		d, _ := o.schedule.Store.Draft(ctx, d.ID)
		o.tb.Log(d.State, d.Message)
	}
	o.ok(err)
}

// asked has people ask for cover all through the year that is past by now.
func (o *organisation) asked(ctx context.Context, team schedule.ID) {
	o.tb.Helper()
	shifts, err := o.schedule.Shifts(ctx, team, o.now, o.now.AddDate(0, 11, 0), time.Time{})
	o.ok(err)
	for i := range shifts {
		t := &shifts[i]
		if i%(len(shifts)/90+1) != 0 || !t.Start.After(o.now) {
			continue
		}
		o.now = latestOf(o.now, t.Start.AddDate(0, 0, -7))
		r, err := o.schedule.Ask(ctx, t.Person, schedule.Request{Team: team, Stretch: allOf(t), Person: t.Person, Message: "A wedding."})
		o.ok(err)
		if i%3 == 0 {
			o.ok(o.schedule.Withdraw(ctx, t.Person, r.ID))
			continue
		}
		for person := t.Person%orgSize + 1; person <= orgSize; person++ {
			if _, err := o.schedule.Accept(ctx, person+(t.Person-1)/orgSize*orgSize, r.ID); err == nil {
				break
			}
		}
	}
}

// wanted leaves requests open: cover by everybody, by one, and swaps.
func (o *organisation) wanted(ctx context.Context, team schedule.ID) {
	o.tb.Helper()
	shifts, err := o.schedule.Shifts(ctx, team, o.now.AddDate(0, 0, 7), o.now.AddDate(0, 0, 80), time.Time{})
	o.ok(err)
	for i := 0; i+3 < len(shifts) && i < 36; i += 3 {
		t, other := &shifts[i], &shifts[i+3]
		r := schedule.Request{Team: team, Stretch: allOf(t), Person: t.Person, Message: "It would suit me better."}
		switch {
		case i%2 == 0:
		case t.Person == other.Person:
			continue
		default:
			r.To, r.Return = other.Person, allOf(other)
		}
		_, err := o.schedule.Ask(ctx, t.Person, r)
		o.ok(err)
	}
}

func latestOf(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// copyPlans gives a team the plans of another, for people from a number on.
func (o *organisation) copyPlans(ctx context.Context, from, to, first schedule.ID) {
	o.tb.Helper()
	plans, err := o.schedule.Store.Plans(ctx, from)
	o.ok(err)
	shifts, err := o.schedule.Store.Published(ctx, from, time.Unix(0, 0), o.now.AddDate(2, 0, 0))
	o.ok(err)
	for i := len(plans) - 1; i >= 0; i-- {
		p, err := o.schedule.Store.Plan(ctx, from, plans[i].Number)
		o.ok(err)
		old := p.ID
		p.ID, p.Team, p.Draft = 0, to, 0
		o.ok(o.schedule.Store.AddPlan(ctx, &p))
		var own []schedule.Published
		for _, s := range shifts {
			if s.Plan == old && s.Until.IsZero() {
				s.ID, s.Team, s.Plan, s.Person = 0, to, p.ID, (s.Person-1)%orgSize+first+1
				own = append(own, s)
			}
		}
		o.ok(o.schedule.Store.Publish(ctx, to, own))
	}
}

// logIns logs in a member, a manager and an administrator.
func (o *organisation) logIns(ctx context.Context) {
	o.tb.Helper()
	code, err := o.access.SetupCode(ctx)
	o.ok(err)
	o.ok(o.access.SetUp(ctx, code, "Root", "root@example.com", secret, "Europe/Berlin"))
	for role, email := range map[string]string{"administrator": "root@example.com", "manager": "p1@example.com", "member": "p2@example.com", "member-by-day": "p12@example.com"} {
		p, err := o.schedule.Store.PersonByEmail(ctx, email)
		if errors.Is(err, schedule.ErrNotFound) {
			continue // the crowd has one team of them
		}
		o.ok(err)
		o.ok(o.access.SetPassword(ctx, auth.Program(), int64(p.ID), secret))
		form := url.Values{"email": {email}, "password": {secret}}
		req := httptest.NewRequest(http.MethodPost, "/login", strings.NewReader(form.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		o.echo.ServeHTTP(w, req)
		if o.cookies[role] = w.Result().Cookies(); len(o.cookies[role]) == 0 {
			o.tb.Fatalf("%s: not logged in: %d", role, w.Code)
		}
	}
}

// get asks for a page as somebody.
func (o *organisation) get(role, path string) *httptest.ResponseRecorder {
	o.tb.Helper()
	req := httptest.NewRequest(http.MethodGet, path, nil)
	for _, c := range o.cookies[role] {
		req.AddCookie(c)
	}
	req.Header.Set("Accept-Encoding", "gzip") // as browsers do
	w := httptest.NewRecorder()
	o.echo.ServeHTTP(w, req)
	if w.Code != http.StatusOK && w.Code != http.StatusForbidden {
		o.tb.Fatalf("%s as %s: %d", path, role, w.Code)
	}
	return w
}

// shiftOf finds a shift of somebody in the coming months.
func (o *organisation) shiftOf(team, person schedule.ID) string {
	o.tb.Helper()
	shifts, err := o.schedule.Shifts(o.tb.Context(), team, o.now.AddDate(0, 0, 30), o.now.AddDate(0, 6, 0), time.Time{})
	o.ok(err)
	for _, t := range shifts {
		if t.Person == person {
			return fmt.Sprint("/shifts/", t.ID)
		}
	}
	o.tb.Fatalf("team %d has no shift for %d", team, person)
	return ""
}

// A page of a large organisation takes 20 ms of processor time, whoever looks at it.
func BenchmarkPages(b *testing.B) {
	for _, kind := range []struct {
		name    string
		address func(testing.TB) string
	}{{"sqlite", migrationstest.SQLite}, {"postgres", migrationstest.Postgres}} {
		b.Run(kind.name, func(b *testing.B) {
			o := newOrganisation(b, kind.address(b))
			for _, role := range []string{"member", "member-by-day", "manager", "administrator"} {
				for _, page := range [][2]string{
					{"home", "/"}, {"schedule", "/teams/1/schedule"}, {"schedule-by-day", "/teams/2/schedule"}, {"requests", "/requests"}, {"timeoff", "/timeoff"},
					{"shift", o.shiftOf(1, 2)}, {"shift-by-day", o.shiftOf(2, 12)}, {"settings", "/teams/2/settings"}, {"account", "/account"},
				} {
					b.Run(role+"/"+page[0], func(b *testing.B) { o.measure(b, role, page[1]) })
				}
			}
		})
	}
}

func (o *organisation) measure(b *testing.B, role, path string) {
	if o.get(role, path).Code == http.StatusForbidden {
		b.Skip("not for this role")
	}
	o.queries = 0
	size := o.get(role, path).Body.Len()
	queries := o.queries
	before := processorTime(b)
	for b.Loop() {
		o.get(role, path)
	}
	b.ReportMetric(float64(processorTime(b)-before)/float64(time.Millisecond)/float64(b.N), "cpu-ms/op")
	b.ReportMetric(float64(queries), "queries")
	b.ReportMetric(float64(size)/1000, "kB")
	b.ReportMetric(0, "ns/op") // the machine is not ours alone
}

// processorTime is what the program has used, on all cores.
func processorTime(tb testing.TB) time.Duration {
	tb.Helper()
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}
