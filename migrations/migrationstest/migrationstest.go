// Package migrationstest gives tests real databases: SQLite always, PostgreSQL
// when a server is named by the environment (PGHOST, as pg_virtualenv sets it).
package migrationstest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"watchbill/migrations"
)

// Run runs a test on a fresh, migrated database of each kind.
func Run(t *testing.T, test func(t *testing.T, db *migrations.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, Migrated(t, SQLite(t))) })
	t.Run("postgres", func(t *testing.T) { test(t, Migrated(t, Postgres(t))) })
}

// SQLite returns the address of a database that does not exist yet.
func SQLite(t testing.TB) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "watchbill test.db")
}

// Postgres returns the address of a new, empty database that is dropped at the
// end. Without a server the test is skipped, or fails when WATCHBILL_REQUIRE
// asks for one.
func Postgres(t testing.TB) string {
	t.Helper()
	if os.Getenv("PGHOST") == "" {
		if slices.Contains(strings.Split(os.Getenv("WATCHBILL_REQUIRE"), ","), "postgres") {
			t.Fatal("WATCHBILL_REQUIRE asks for PostgreSQL, and PGHOST names no server")
		}
		t.Skip("no PostgreSQL: PGHOST names no server (pg_virtualenv -t make test starts one)")
	}
	admin := open(t, address("postgres"))
	name := fmt.Sprintf("watchbill_test_%d_%d", os.Getpid(), rand.Uint64())
	if err := admin.Write.Exec("CREATE DATABASE " + name).Error; err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := admin.Write.Exec("DROP DATABASE " + name + " WITH (FORCE)").Error; err != nil {
			t.Error(err)
		}
		_ = admin.Close()
	})
	return address(name)
}

// address returns the URL of a database of the server in the environment.
func address(name string) string {
	u := url.URL{Scheme: "postgres", User: url.UserPassword(os.Getenv("PGUSER"), os.Getenv("PGPASSWORD")), Path: "/" + name}
	q := url.Values{"host": {os.Getenv("PGHOST")}}
	if port := os.Getenv("PGPORT"); port != "" {
		q.Set("port", port)
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// Migrated opens a database and brings it up to date.
func Migrated(t testing.TB, address string) *migrations.DB {
	t.Helper()
	db := open(t, address)
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	return db
}

func open(t testing.TB, address string) *migrations.DB {
	t.Helper()
	db, err := migrations.Open(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	return db
}
