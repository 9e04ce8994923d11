package scheduledb_test

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"watchbill/migrations"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
	"watchbill/schedule/scheduledb"

	"github.com/google/go-cmp/cmp"
)

// filled is the last version of the schema that testdata/upgrade has rows for: a
// file for each migration that adds tables. Raise it with the next one.
const filled = 44

// renamed are tables whose rows are in another by now.
var renamed = map[string]string{"outbox_muted": "outbox_choice"}

// A database of every earlier version, with rows in every table, is brought up to
// date without losing one, and is read and goes on working through the store.
func TestUpgrade(t *testing.T) {
	for version := range int64(filled) {
		t.Run(fmt.Sprint(version+1), func(t *testing.T) {
			for _, kind := range []struct {
				name    string
				address func(testing.TB) string
			}{{"sqlite", migrationstest.SQLite}, {"postgres", migrationstest.Postgres}} {
				t.Run(kind.name, func(t *testing.T) { upgrade(t, kind.address(t), version+1) })
			}
		})
	}
}

// A backup that is restored has all rows of all tables, and what is only ever added to is
// still guarded.
func TestBackupKeepsEveryTable(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	db := full(t, migrationstest.SQLite(t))
	backup, restored := filepath.Join(dir, "backup.db"), filepath.Join(dir, "restored.db")
	ok(db.Backup(ctx, backup))
	ok(migrations.Restore(ctx, backup, restored))
	again := migrationstest.Migrated(t, restored)
	if diff := cmp.Diff(counts(t, db), counts(t, again)); diff != "" {
		t.Errorf("rows before the backup and after it:\n%s", diff)
	}
	guarded(t, again)
}

// full is a database with rows in every table.
func full(t *testing.T, address string) *migrations.DB {
	t.Helper()
	db := migrationstest.Migrated(t, address)
	for v := range filled {
		rows, err := os.ReadFile(fmt.Sprintf("testdata/upgrade/%05d.sql", v+1))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(rows)) {
			if renamed[strings.Fields(line)[2]] != "" {
				continue
			}
			if err := db.Write.Exec(line).Error; err != nil {
				t.Fatal(line, err)
			}
		}
	}
	return db
}

// guarded says that what is only ever added to is guarded.
func guarded(t *testing.T, db *migrations.DB) {
	t.Helper()
	for _, table := range []string{"owed_entry", "owed_policy", "pay_policy", "pay_statement", "pay_line"} {
		for _, change := range []string{"DELETE FROM " + table, "UPDATE " + table + " SET id = id + 100"} {
			if err := db.Write.Exec(change).Error; err == nil || !strings.Contains(err.Error(), "only ever added to") {
				t.Errorf("%s: %v", change, err)
			}
		}
	}
}

func upgrade(t *testing.T, address string, from int64) {
	ctx := t.Context()
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	db, err := migrations.Open(ctx, address)
	ok(err)
	defer func() { ok(db.Close()) }()
	for v := int64(1); v <= from; v++ {
		ok(db.MigrateTo(ctx, v))
		rows, err := os.ReadFile(fmt.Sprintf("testdata/upgrade/%05d.sql", v))
		if !errors.Is(err, fs.ErrNotExist) {
			ok(err)
		}
		for line := range strings.Lines(string(rows)) {
			ok(db.Write.Exec(line).Error)
		}
	}
	before := counts(t, db)
	for table, n := range before {
		if n == 0 {
			t.Errorf("table %s has no row in testdata/upgrade", table)
		}
	}
	_, err = db.Migrate(ctx)
	ok(err)
	after := counts(t, db)
	for was, is := range renamed {
		if n, ok := before[was]; ok {
			delete(before, was)
			before[is] = n
		}
	}
	maps.DeleteFunc(after, func(table string, _ int) bool { _, was := before[table]; return !was })
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("rows before and after the upgrade:\n%s", diff)
	}

	now := time.Unix(1796000400, 0).UTC()
	s := &schedule.Service{Store: scheduledb.New(db.Write, db.Read), Now: func() time.Time { return now }}
	shifts, err := s.Shifts(ctx, 1, now, now.AddDate(0, 1, 0), time.Time{})
	ok(err)
	text := ""
	for _, x := range shifts {
		text += fmt.Sprintf("%s by %d %d–%d; ", x.Key, x.Person, x.Start.Unix(), x.End.Unix())
	}
	const want = "primary 2026-12-07 by 1 1796630400–1797235200; primary 2026-12-14~1 by 1 1797235200–1797321600; primary 2026-12-14 by 0 1797321600–1797840000; "
	if text != want {
		t.Errorf("shifts\n%s, want\n%s", text, want)
	}
	f, err := s.OpenFeed(ctx, "upgrade")
	ok(err)
	c, err := s.FeedContent(ctx, &f)
	ok(err)
	if len(c.Events) != 2 || c.Events[0].Person != "Zoë" || f.FetchedBy != "curl" {
		t.Errorf("the feed %+v shows %+v", f, c.Events)
	}
	leaves, err := s.Store.Leaves(ctx, []schedule.ID{1})
	ok(err)
	requests, err := s.Store.Requests(ctx, 1)
	ok(err)
	members, err := s.Store.Members(ctx, 1)
	ok(err)
	plans, err := s.Store.Plans(ctx, 1)
	ok(err)
	entries, err := s.Store.AuditOf(ctx, schedule.AuditQuery{Person: 1, Most: 10})
	ok(err)
	if len(leaves) != 2 || len(requests) != 1 || len(members) != 1 || members[0].Share != 800 || len(plans) != 1 || len(entries) != 1 {
		t.Errorf("leaves %+v, requests %+v, members %+v, plans %+v, audit %+v", leaves, requests, members, plans, entries)
	}
	if plans[0].Balances.After[1] != 500 {
		t.Errorf("the plan has %+v", plans[0].Balances)
	}
	_, err = s.Put(ctx, 1, 1, schedule.Stretch{Slot: "primary 2026-12-07", Start: shifts[0].Start, End: shifts[0].End}, 0, "goes on")
	ok(err)
}

// counts returns how many rows each table has.
func counts(t *testing.T, db *migrations.DB) map[string]int {
	t.Helper()
	query := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'goose_%'"
	if db.Write.Name() == "postgres" {
		query = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_name NOT LIKE 'goose_%'"
	}
	var tables []string
	if err := db.Read.Raw(query).Scan(&tables).Error; err != nil {
		t.Fatal(err)
	}
	rows := map[string]int{}
	for _, table := range tables {
		var n int
		if err := db.Read.Raw("SELECT COUNT(*) FROM " + table).Scan(&n).Error; err != nil {
			t.Fatal(err)
		}
		rows[table] = n
	}
	return rows
}
