package migrations_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"watchbill/migrations"
	"watchbill/migrations/migrationstest"

	"github.com/google/go-cmp/cmp"
)

// Both folders lead to the same tables, columns and indexes.
func TestSchemasAreAlike(t *testing.T) {
	lite := migrationstest.Migrated(t, migrationstest.SQLite(t))
	post := migrationstest.Migrated(t, migrationstest.Postgres(t))
	a := columns(t, lite, `
		SELECT m.name || '.' || c.name || CASE WHEN c."notnull" = 1 OR c.pk > 0 THEN ' not null' ELSE '' END
		FROM sqlite_master m JOIN pragma_table_xinfo(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'goose_%'`)
	b := columns(t, post, `
		SELECT table_name || '.' || column_name || CASE WHEN is_nullable = 'NO' THEN ' not null' ELSE '' END
		FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'goose_%'`)
	if diff := cmp.Diff(a, b); diff != "" {
		t.Errorf("columns of SQLite and PostgreSQL differ:\n%s", diff)
	}
	a = columns(t, lite, `SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL`)
	b = columns(t, post, `SELECT indexname FROM pg_indexes WHERE schemaname = 'public'
		AND indexname NOT LIKE '%_pkey' AND indexname NOT LIKE '%_key' AND tablename NOT LIKE 'goose_%'`)
	if diff := cmp.Diff(a, b); diff != "" {
		t.Errorf("indexes of SQLite and PostgreSQL differ:\n%s", diff)
	}
}

func columns(t *testing.T, db *migrations.DB, query string) []string {
	t.Helper()
	var all []string
	if err := db.Read.Raw(query).Scan(&all).Error; err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("no rows")
	}
	slices.Sort(all)
	return all
}

// Every step can be taken back and again.
func TestDownAndUp(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		ctx := context.Background()
		versions, err := db.Versions(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range slices.Backward(versions) {
			if err := db.MigrateTo(ctx, v-1); err != nil {
				t.Fatal(err)
			}
		}
		if steps, err := db.Migrate(ctx); err != nil || steps != len(versions) {
			t.Fatalf("%d steps and %v, want %d", steps, err, len(versions))
		}
	})
}

// Programs that start together migrate once.
func TestMigrateTogether(t *testing.T) {
	for _, kind := range []struct {
		name    string
		address func(testing.TB) string
	}{{"sqlite", migrationstest.SQLite}, {"postgres", migrationstest.Postgres}} {
		t.Run(kind.name, func(t *testing.T) {
			address := kind.address(t)
			var wg sync.WaitGroup
			took := make([]int, 4)
			for i := range took {
				wg.Go(func() {
					db, err := migrations.Open(context.Background(), address)
					if err != nil {
						t.Error(err)
						return
					}
					defer db.Close()
					if took[i], err = db.Migrate(context.Background()); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			slices.Sort(took)
			if took[2] != 0 || took[3] == 0 {
				t.Errorf("steps taken by four programs: %v", took)
			}
		})
	}
}

// The reading pool of SQLite cannot write, and foreign keys hold.
func TestSQLiteSettings(t *testing.T) {
	db := migrationstest.Migrated(t, migrationstest.SQLite(t))
	if err := db.Read.Exec("DELETE FROM team").Error; err == nil || !strings.Contains(err.Error(), "readonly") {
		t.Errorf("writing through the reading pool gave %v", err)
	}
	err := db.Write.Exec("INSERT INTO absence (person_id, created_at) VALUES (99, 0)").Error
	if err == nil {
		t.Error("an absence of nobody was accepted")
	}
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "1", "foreign_keys": "1", "busy_timeout": "5000"} {
		var got string
		if err := db.Write.Raw("PRAGMA " + pragma).Scan(&got).Error; err != nil || got != want {
			t.Errorf("%s is %s, want %s (%v)", pragma, got, want, err)
		}
	}
}

// A program that stops in the middle of a transaction does not keep others waiting
// for ever, and nothing of what it did stays.
func TestStalledTransaction(t *testing.T) {
	address := migrationstest.Postgres(t)
	db := migrationstest.Migrated(t, address)
	var timeout string
	if err := db.Read.Raw("SHOW idle_in_transaction_session_timeout").Scan(&timeout).Error; err != nil || timeout != "30s" {
		t.Errorf("a transaction may do nothing for %s: %v", timeout, err)
	}
	stalled := migrationstest.Migrated(t, address+"&idle_in_transaction_session_timeout=50ms")
	const add = "INSERT INTO team (id, name, zone, horizon_weeks, created_at) VALUES (1, ?, 'UTC', 8, 0)"
	tx := stalled.Write.Begin()
	if err := tx.Exec(add, "half").Error; err != nil {
		t.Fatal(err)
	}
	if err := db.Write.Exec(add, "whole").Error; err != nil { // it waits for the other
		t.Error(err)
	}
	if err := tx.Commit().Error; err == nil {
		t.Error("the stalled transaction is committed")
	}
	if err := stalled.Ping(t.Context()); err != nil {
		t.Errorf("the stalled program does not go on: %v", err)
	}
}

func TestOpenErrors(t *testing.T) {
	for _, address := range []string{"/no/such/folder/watchbill.db", "postgres://nobody@127.0.0.1:1/none?connect_timeout=1", "postgres://nobody:%zz@127.0.0.1/none"} {
		if db, err := migrations.Open(context.Background(), address); err == nil {
			t.Errorf("%s was opened", address)
			_ = db.Close()
		}
	}
}

// PostgreSQL looks at tables that have grown large before it knew anything of them.
func TestLargeTablesAreKnown(t *testing.T) {
	address := migrationstest.Postgres(t)
	db := migrationstest.Migrated(t, address)
	if err := db.Write.Exec("INSERT INTO person (name, zone, created_at) SELECT 'Person ' || i, 'UTC', 0 FROM generate_series(1, 30000) i").Error; err != nil {
		t.Fatal(err)
	}
	if steps, err := db.Migrate(t.Context()); err != nil || steps != 0 {
		t.Fatal(steps, err)
	}
	var known []struct {
		Relname   string
		Reltuples float64
	}
	if err := db.Read.Raw("SELECT relname, reltuples FROM pg_class WHERE relname IN ('person', 'page') ORDER BY relname DESC").Scan(&known).Error; err != nil {
		t.Fatal(err)
	}
	if len(known) != 2 || known[0].Reltuples != 30000 || known[1].Reltuples >= 0 {
		t.Errorf("PostgreSQL takes the tables to have %v rows, want 30000 people and nothing known of pages, of which there are none", known)
	}
}
