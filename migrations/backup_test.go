package migrations_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"watchbill/migrations"
	"watchbill/migrations/migrationstest"
)

// A backup is whole and for its owner's eyes, also while a transaction is open;
// what it cannot write leaves nothing behind.
func TestBackup(t *testing.T) {
	ctx := t.Context()
	db := migrationstest.Migrated(t, migrationstest.SQLite(t))
	const add = "INSERT INTO team (name, zone, horizon_weeks, created_at) VALUES (?, 'UTC', 8, 0)"
	if err := db.Write.Exec(add, "kept").Error; err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "it's a copy?.db")
	tx := db.Write.Begin()
	if err := tx.Exec(add, "not yet").Error; err != nil {
		t.Fatal(err)
	}
	if err := db.Backup(ctx, path); err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit().Error; err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	restored := filepath.Join(dir, "again.db")
	if err := migrations.Restore(ctx, path, restored); err != nil {
		t.Fatal(err)
	}
	var names []string
	if err := migrationstest.Migrated(t, restored).Read.Raw("SELECT name FROM team").Scan(&names).Error; err != nil || strings.Join(names, ",") != "kept" {
		t.Errorf("teams %v, %v", names, err)
	}
	for what, err := range map[string]error{
		"is there already": db.Backup(ctx, path), "no such file": db.Backup(ctx, filepath.Join(dir, "none", "x.db")),
		"again.db": migrations.Restore(ctx, path, restored), "no such file or directory": migrations.Restore(ctx, filepath.Join(dir, "none.db"), filepath.Join(dir, "y.db")),
	} {
		if err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("got %v, want one with %q", err, what)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.part")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestBackupOfPostgres(t *testing.T) {
	db := migrationstest.Migrated(t, migrationstest.Postgres(t))
	if err := db.Backup(t.Context(), filepath.Join(t.TempDir(), "x.db")); err == nil || !strings.Contains(err.Error(), "pg_dump") {
		t.Errorf("%v", err)
	}
}
