package healthdb_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/health/healthdb"
	"watchbill/health/healthdb/healthdbtest"
	"watchbill/migrations"
	"watchbill/migrations/migrationstest"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// A listener hears each statement.
type listener struct {
	logger.Interface
	heard []statement
}

type statement struct {
	query string
	args  []any
}

// Trace asks gorm what was run; what it scans it tells with the values in it.
func (l *listener) Trace(_ context.Context, _ time.Time, told func() (string, int64), _ error) {
	before := len(l.heard)
	if query, _ := told(); len(l.heard) == before {
		l.heard = append(l.heard, statement{query: query})
	}
}

// ParamsFilter is what gorm tells most statements to.
func (l *listener) ParamsFilter(_ context.Context, query string, args ...any) (string, []any) {
	l.heard = append(l.heard, statement{query, args})
	return query, args
}

// What grows with each page that comes in is found by an index, in all that pages and
// jobs read and write of it, by what is measured and by what is folded. PostgreSQL, which
// would rather read a small table, is told not to.
func TestNothingIsScanned(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		heard := &listener{Interface: logger.Discard}
		listening := *db
		listening.Write = db.Write.Session(&gorm.Session{Logger: heard})
		listening.Read = db.Read.Session(&gorm.Session{Logger: heard})
		b := newBench(t, &listening)
		c := &crowd{healthdbtest.Crowd{DB: &listening, TB: t, Teams: 1, Crew: 8, From: monday}}
		for _, r := range reads(c) {
			r.try(t, c.store())
		}
		ana := b.person("Ana")
		events := list(event("e1", "p1", health.KindTriggered, 0, assigned("U1", "")), event("e2", "p1", health.KindResolved, time.Hour))
		b.send(events, "d1")
		b.work()
		b.now = night.AddDate(0, 0, 1)
		b.measure(b.rollup(weekly(nil, 0)))
		ok := func(err error) { b.ok(err) }
		ok(b.store.InTx(t.Context(), func(tx health.Store) error { return tx.(*healthdb.Store).MapContact(t.Context(), 1, ana, ana, b.now) }))
		b.measure(b.rollup(weekly(nil, 0)))
		seen := map[string]bool{}
		for _, s := range heard.heard {
			if seen[s.query] || !planned(s.query) {
				continue
			}
			seen[s.query] = true
			for _, line := range plan(t, db, s) {
				if scans(line, s.query) {
					t.Errorf("%s\n%s", line, strings.Join(strings.Fields(s.query), " "))
				}
			}
		}
		if len(seen) < 50 {
			t.Errorf("%d statements were looked at", len(seen))
		}
	})
}

// grows are the tables that have rows for each page.
var grows = []string{"page", "page_event", "page_responder", "notice", "inbox", "check_in", "check_in_link", "past_row", "burden_day", "burden_person_week", "burden_team_week", "review"}

// planned says whether the way to rows is looked for at all.
func planned(query string) bool {
	return regexp.MustCompile(`(?i)^(SELECT|UPDATE|DELETE|INSERT.*\bSELECT\b)`).MatchString(strings.Join(strings.Fields(query), " "))
}

// scans says whether a line of a plan reads the whole of a table that grows; aliases are
// looked up in the statement. An index of what waits or is dead alone may be read from end
// to end.
func scans(line, query string) bool {
	if strings.Contains(line, "inbox_ended") || strings.Contains(line, "inbox_due") {
		return false
	}
	if strings.Contains(line, "burden_all") { // the weeks of all teams
		return strings.Contains(query, "AND team_id")
	}
	found := regexp.MustCompile(`^SCAN (\w+)|Seq Scan on (\w+)`).FindStringSubmatch(line)
	if found == nil {
		return false
	}
	name := found[1] + found[2]
	return slices.ContainsFunc(grows, func(table string) bool {
		return name == table || regexp.MustCompile(`(?i)(FROM|JOIN) "?`+table+`"? `+name+`\b`).MatchString(query)
	})
}

// plan asks the database how it would find the rows.
func plan(t *testing.T, db *migrations.DB, s statement) []string {
	t.Helper()
	var lines []string
	err := db.Write.Transaction(func(tx *gorm.DB) error {
		explain, column := "EXPLAIN QUERY PLAN ", 3
		if tx.Name() == "postgres" {
			explain, column = "EXPLAIN ", 0
			if err := tx.Exec("SET LOCAL enable_seqscan = off").Error; err != nil {
				return err
			}
		}
		rows, err := tx.Statement.ConnPool.QueryContext(t.Context(), explain+s.query, s.args...)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			cells := []any{new(any), new(any), new(any), new(any)}[:column+1]
			if err := rows.Scan(cells...); err != nil {
				return err
			}
			lines = append(lines, fmt.Sprint(*cells[column].(*any)))
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(s.query, err)
	}
	return lines
}
