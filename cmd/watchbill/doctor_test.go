package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"watchbill/migrations"
	"watchbill/migrations/migrationstest"
)

// sick is a database with an administrator, a team that has a plan for a year, a pager, a
// feed and a calendar: nothing is wrong with it.
type sick struct {
	*testing.T
	db      *migrations.DB
	address string
	now     time.Time
}

// moment is a time in a statement: {now} in seconds, {micro} in microseconds, or the {day},
// so many seconds before or after.
var moment = regexp.MustCompile(`\{(now|micro|day)([-+]\d+)?\}`)

// exec changes the database; {} is an empty document.
func (s *sick) exec(statement string) {
	s.Helper()
	statement = moment.ReplaceAllStringFunc(statement, func(word string) string {
		m := moment.FindStringSubmatch(word)
		seconds, _ := strconv.Atoi(m[2])
		at := s.now.Add(time.Duration(seconds) * time.Second)
		return map[string]string{"now": fmt.Sprint(at.Unix()), "micro": fmt.Sprint(at.UnixMicro()), "day": "'" + at.Format(time.DateOnly) + "'"}[m[1]]
	})
	if err := s.db.Write.Exec(strings.ReplaceAll(statement, "{}", "'{}'")).Error; err != nil {
		s.Fatalf("%s: %v", statement, err)
	}
}

func healthy(t *testing.T, address string) *sick {
	s := &sick{t, migrationstest.Migrated(t, address), address, time.Now().UTC().Truncate(time.Second)}
	s.exec("INSERT INTO person (id, name, email, zone, created_at) VALUES (1, 'Ana', 'ana@example.com', 'UTC', {now-9000000})")
	s.exec("INSERT INTO team (id, name, zone, horizon_weeks, created_at) VALUES (1, 'Payments', 'UTC', 8, {now-9000000})")
	s.exec("INSERT INTO plan (team_id, number, document, from_day, until_day, published_at) VALUES (1, 1, {}, {day-9000000}, {day+30000000}, {now-9000000})")
	s.exec("INSERT INTO integration (id, team_id, vendor, name, zone, token_hash, created_at) VALUES (1, 1, 'generic', 'Bell', 'UTC', 'x', {now-9000000})")
	s.exec("INSERT INTO feed (token_hash, kind, owner_id, created_at) VALUES ('x', 'person', 1, {now-100})")
	return s
}

// told runs the doctor and returns the codes of its findings, and what it said.
func (s *sick) told(args ...string) (codes []string, d diagnosis) {
	s.Helper()
	out, errs, code := ran(append([]string{"doctor", "--json", "--db", s.address}, args...)...)
	if err := json.Unmarshal([]byte(out), &d); err != nil {
		s.Fatalf("%v\n%s\n%s", err, out, errs)
	}
	if (code == 1) != d.needs() || code > 1 {
		s.Errorf("exit code %d\n%s", code, out)
	}
	for _, f := range d.Findings {
		codes = append(codes, f.Code)
		if f.What == "" || f.Why == "" || f.Do == "" {
			s.Errorf("%+v", f)
		}
	}
	return codes, d
}

// Each finding is found where it is, alone, and on each kind of database.
func TestDoctorFindings(t *testing.T) {
	for _, c := range []struct {
		code string
		what string // a part of what is said
		do   []string
	}{
		{"", "", nil},
		{"job.drafts", "Payments", []string{"INSERT INTO draft (team_id, state, from_day, until_day, based_on, created_at) VALUES (1, 'queued', {day}, {day+600000}, 1, {now-700})"}},
		{"claim.drafts", "Payments (12m0s)", []string{"INSERT INTO draft (team_id, state, from_day, until_day, based_on, created_at, beat_at) VALUES (1, 'running', {day}, {day+600000}, 1, {now-800}, {now-700})"}},
		{"draft.old", "Payments", []string{"INSERT INTO draft (team_id, state, from_day, until_day, based_on, created_at, finished_at) VALUES (1, 'ready', {day+30000000}, {day+40000000}, 1, {now-2000000}, {now-2000000})"}},
		{"job.requests", "1, of Payments", []string{"INSERT INTO request (team_id, slot, rotation, person_id, start_at, end_at, state, expires_at, created_by, created_at) VALUES (1, 'a', 'a', 1, {now+100}, {now+200}, 'open', {now-1000}, 1, {now-9000})"}},
		{"job.imports", "1", []string{"INSERT INTO calendar_import (kind, owner_id, label, created_at, confirmed_at, next_at) VALUES ('absences', 1, 'mine', {now-9000}, {now-9000}, {now-1000})"}},
		{"calendar.failing", "absences of somebody's own, 3 times in a row (nobody answers)", []string{"INSERT INTO calendar_import (kind, owner_id, label, created_at, confirmed_at, next_at, failures, problem) VALUES ('absences', 1, 'mine', {now-9000}, {now-9000}, {now+1000}, 3, 'nobody answers')"}},
		{"inbox.lag", "1, the oldest for 17m0s", []string{"INSERT INTO inbox (integration_id, received_at, delivery_key, headers, next_at) VALUES (1, {micro-1000}, 'a', {}, {micro-1000})"}},
		{"inbox.dead", "1, of Bell of Payments (1)", []string{"INSERT INTO inbox (integration_id, received_at, delivery_key, headers, next_at, state, error_code) VALUES (1, {micro-1000}, 'a', {}, {micro-1000}, 'dead', 'shape')"}},
		{"job.pulls", "1", []string{"INSERT INTO pull (integration_id, from_at, until_at, nightly, asked_at, state, due_at) VALUES (1, {now-99999}, {now-9999}, TRUE, {now-2000}, 'waits', {now-2000})"}},
		{"pull.failed", "Bell of Payments (the key is not good)", []string{"INSERT INTO pull (integration_id, from_at, until_at, nightly, asked_at, state, due_at, error) VALUES (1, {now-99999}, {now-9999}, TRUE, {now-2000}, 'failed', {now-2000}, 'the key is not good')"}},
		{"pager.silent", "Bell of Payments", silence()},
		{"news.failing", "1 given up; email: nobody is <…>", []string{"INSERT INTO outbox (topic, person_id, medium, kind, tries, made_at, next_at, given_up_at, problem) VALUES ('a', 1, 'email', 'cover', 3, {now-9000}, {now-9000}, {now-100}, 'nobody is <ana@example.com>')"}},
		{"webhook.failing", "Chat of Payments (for 2h0m0s)", []string{"INSERT INTO webhook (team_id, name, url, wants, secret, created_at, failing_since) VALUES (1, 'Chat', 'https://chat.example/x', {}, 'x', {now-9000}, {now-7200})"}},
		{"webhook.failing", "Chat of all teams (turned off: it is gone)", []string{"INSERT INTO webhook (name, url, wants, secret, created_at, off_at, off_why) VALUES ('Chat', 'https://chat.example/x', {}, 'x', {now-9000}, {now-7200}, 'it is gone')"}},
		{"team.gaps", "Payments", []string{"INSERT INTO shift (team_id, plan_id, slot, rotation, start_at, end_at, points, since) SELECT 1, id, 'primary 2026-01-01', 'primary', {now+9000}, {now+99000}, 1, {now-9000} FROM plan"}},
		{"plan.ends", "Payments", []string{"UPDATE plan SET until_day = {day+300000}"}},
		{"feed.quiet", "90 days: 1,", []string{"UPDATE feed SET created_at = {now-9000000}"}},
		{"clock", "which is yet to come", []string{"INSERT INTO audit (at, action) VALUES ({now+999}, 'x.y')"}},
		{"unreadable", "calendar links cannot be looked at", []string{"DROP TABLE feed"}},
		{"schema", "of a newer program", []string{"INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, TRUE)"}},
		{"schema", "none of this program's tables", []string{"DROP TABLE goose_db_version"}},
	} {
		t.Run(c.code, func(t *testing.T) {
			eachKind(t, func(t *testing.T, address string) {
				s := healthy(t, address)
				for _, statement := range c.do {
					s.exec(statement)
				}
				codes, d := s.told()
				if c.code == "" {
					if len(codes) > 0 {
						t.Errorf("%+v", d.Findings)
					}
					return
				}
				if !slices.Equal(codes, []string{c.code}) || !strings.Contains(d.Findings[0].What, c.what) {
					t.Errorf("%+v, want %s: %s", d.Findings, c.code, c.what)
				}
			})
		})
	}
}

// silence are deliveries that came every hour until two days ago.
func silence() (all []string) {
	for i := range 20 {
		all = append(all, fmt.Sprintf("INSERT INTO inbox (integration_id, received_at, delivery_key, headers, next_at, state) VALUES (1, {micro-%d}, 'k%d', {}, {micro-%[1]d}, 'done')", 200_000+3600*i, i))
	}
	return all
}

// A file that is damaged is found, and rows that point at none.
func TestDoctorDamage(t *testing.T) {
	s := healthy(t, migrationstest.SQLite(t))
	s.exec("PRAGMA foreign_keys = OFF")
	s.exec("UPDATE feed SET owner_id = 7")
	codes, d := s.told()
	if !slices.Equal(codes, []string{"damaged"}) || !strings.Contains(d.Findings[0].What, "1 row of feed without the row of person that it names") {
		t.Errorf("%+v", d.Findings)
	}
	s = healthy(t, migrationstest.SQLite(t))
	for i := range 3000 {
		s.exec(fmt.Sprintf("INSERT INTO audit (at, action, detail) VALUES ({now-9}, 'x.y', '%s %d')", strings.Repeat("x", 40), i))
	}
	s.exec("PRAGMA wal_checkpoint(TRUNCATE)")
	if err := s.db.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(s.address, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	info, err := file.Stat()
	if err == nil {
		_, err = file.WriteAt([]byte(strings.Repeat("no page", 500)), info.Size()-8192)
	}
	if err != nil || file.Close() != nil {
		t.Fatal(err)
	}
	for _, how := range [][]string{nil, {"--quick"}} {
		if codes, d := s.told(how...); !slices.Contains(codes, "damaged") && !slices.Contains(codes, "unreadable") {
			t.Errorf("%v: %+v", how, d.Findings)
		}
	}
}

// The doctor leaves a database as it is, also one that is being served, and writes nothing
// beside one that is not.
func TestDoctorChangesNothing(t *testing.T) {
	eachKind(t, func(t *testing.T, address string) {
		s := healthy(t, address)
		tx := s.db.Write.Begin()
		if err := tx.Exec("UPDATE team SET name = 'Half'").Error; err != nil {
			t.Fatal(err)
		}
		if codes, d := s.told(); len(codes) > 0 || d.Bytes == 0 || len(d.Looked) < 10 {
			t.Errorf("%+v", d)
		}
		if err := tx.Rollback().Error; err != nil {
			t.Fatal(err)
		}
		if err := s.db.Close(); err != nil {
			t.Fatal(err)
		}
		before := folder(t, address)
		s.told()
		if after := folder(t, address); !slices.Equal(before, after) {
			t.Errorf("files were %v and are %v", before, after)
		}
		db, err := migrations.Look(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		for _, handle := range []string{"UPDATE team SET name = 'x'", "CREATE TABLE x (y INTEGER)"} {
			if err := db.Write.Exec(handle).Error; err == nil {
				t.Errorf("%s was done", handle)
			}
		}
	})
}

// What is said to a person has all that is said to a program.
func TestDoctorWords(t *testing.T) {
	s := healthy(t, migrationstest.SQLite(t))
	s.exec("UPDATE plan SET until_day = {day+300000}")
	s.exec("UPDATE feed SET created_at = {now-9000000}")
	s.exec("UPDATE team SET name = 'Pay' || char(27) || '[31mments'")
	out, errs, code := ran("doctor", "--db", s.address)
	for _, want := range []string{"sqlite at version", "looked at: the database itself", "NEEDS SOMEBODY (plan.ends)", "worth knowing (feed.quiet)", "why: ", "do:  "} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if strings.Contains(out, "\x1b") || code != 1 || !strings.Contains(errs, "needs somebody") {
		t.Errorf("%d\n%q\n%s", code, out, errs)
	}
	if _, errs, code := ran("doctor", "--db", filepath.Join(t.TempDir(), "none.db")); code != 1 || !strings.Contains(errs, "there is no database") {
		t.Errorf("%d\n%s", code, errs)
	}
}

// What a PostgreSQL server does otherwise is found at it.
func TestDoctorServer(t *testing.T) {
	s := healthy(t, migrationstest.Postgres(t))
	var name string
	if err := s.db.Read.Raw("SELECT current_database()").Scan(&name).Error; err != nil {
		t.Fatal(err)
	}
	s.exec("ALTER DATABASE " + name + " SET default_transaction_isolation = 'serializable'")
	if codes, d := s.told(); !slices.Equal(codes, []string{"isolation"}) || d.needs() {
		t.Errorf("%+v", d.Findings)
	}
	s.exec("ALTER DATABASE " + name + " RESET default_transaction_isolation")
	db, err := migrations.Look(t.Context(), s.address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	d := newDoctor(db, s.now.Add(-5*time.Minute), false)
	if err := d.lookAtServer(t.Context()); err != nil || len(d.Findings) != 1 || !strings.Contains(d.Findings[0].What, "behind the database's") {
		t.Errorf("%v, %+v", err, d.Findings)
	}
}

// A log that does not end and a file that is mostly empty are told.
func TestDoctorSizes(t *testing.T) {
	for _, c := range []struct {
		is   migrations.Sizes
		want string
	}{{migrations.Sizes{All: 1 << 30, WAL: 4 << 20}, ""}, {migrations.Sizes{All: 1 << 30, WAL: 1 << 30}, "wal"}, {migrations.Sizes{All: 1 << 30, Free: 900 << 20}, "free"}} {
		d := new(doctor)
		d.judgeSizes(&c.is)
		got := ""
		if len(d.Findings) > 0 {
			got = d.Findings[0].Code
		}
		if got != c.want {
			t.Errorf("%+v: %q, want %q", c.is, got, c.want)
		}
	}
}

// Room on the disk is judged by what is free and what the database has.
func TestDoctorRoom(t *testing.T) {
	for _, c := range []struct {
		free, all uint64
		want      string
	}{{10 << 30, 100 << 30, ""}, {500 << 20, 100 << 30, "disk"}, {2 << 30, 100 << 30, "backup.room"}, {2 << 30, 4 << 30, "backup.room"}} {
		d := &doctor{diagnosis: diagnosis{Bytes: 3 << 30}}
		d.lookAtRoom(c.free, c.all)
		got := ""
		if len(d.Findings) > 0 {
			got = d.Findings[0].Code
		}
		if got != c.want {
			t.Errorf("%s of %s: %q, want %q", bytesOf(int64(c.free)), bytesOf(int64(c.all)), got, c.want)
		}
	}
}

// What a PostgreSQL server says of itself is judged.
func TestServerFaults(t *testing.T) {
	for _, c := range []struct {
		is   migrations.Server
		want string
	}{
		{migrations.Server{}, ""},
		{migrations.Server{Version: 15, Connections: 5, MaxConnections: 97}, ""},
		{migrations.Server{Version: 11, MaxConnections: 97}, "too old"},
		{migrations.Server{Version: 15, Standby: true, MaxConnections: 97}, "standby"},
		{migrations.Server{Version: 15, Connections: 90, MaxConnections: 97}, "of 97 connections 90 are in use"},
	} {
		if got := strings.Join(serverFaults(c.is), "; "); !strings.Contains(got, c.want) || (c.want == "") != (got == "") {
			t.Errorf("%+v: %q, want %q", c.is, got, c.want)
		}
	}
}
