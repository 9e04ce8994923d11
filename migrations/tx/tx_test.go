package tx_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"watchbill/migrations"
	"watchbill/migrations/migrationstest"
	"watchbill/migrations/tx"

	"gorm.io/gorm"
)

// Two who lock the same rows in opposite order both get through.
func TestDeadlock(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		for id := range 2 {
			if err := db.Write.Exec("INSERT INTO person (id, name, zone, created_at) VALUES (?, 'Ana', 'UTC', 0)", id+1).Error; err != nil {
				t.Fatal(err)
			}
		}
		var both, wait sync.WaitGroup
		both.Add(2)
		for i := range 2 {
			wait.Go(func() {
				runs := 0
				err := tx.Run(t.Context(), db.Write, func(w *gorm.DB) error {
					runs++
					for k := range 2 {
						if err := w.Exec("UPDATE person SET works = works || 'x' WHERE id = ?", 1+(i+k)%2).Error; err != nil {
							return fmt.Errorf("person: %w", err)
						}
						if runs == 1 && k == 0 && w.Name() == "postgres" {
							both.Done()
							both.Wait()
						}
					}
					return nil
				})
				if err != nil {
					t.Errorf("after %d runs: %v", runs, err)
				}
			})
		}
		wait.Wait()
		var works []string
		if err := db.Read.Raw("SELECT works FROM person").Scan(&works).Error; err != nil || works[0] != "xx" || works[1] != "xx" {
			t.Errorf("%q, %v", works, err)
		}
	})
}

type ended string

func (e ended) Error() string    { return string(e) }
func (e ended) SQLState() string { return string(e) }

// Only what the database ended is run again, not for ever, and never inside of
// another transaction.
func TestRunAgain(t *testing.T) {
	db := migrationstest.Migrated(t, migrationstest.SQLite(t))
	run := func(w *gorm.DB, err error) (runs int) {
		t.Helper()
		if got := tx.Run(t.Context(), w, func(*gorm.DB) error { runs++; return err }); !errors.Is(got, err) {
			t.Errorf("%v, want %v", got, err)
		}
		return runs
	}
	for _, c := range []struct {
		err  error
		want int
	}{{nil, 1}, {errors.New("no"), 1}, {ended("23505"), 1}, {ended("40P01"), 5}, {fmt.Errorf("request 1: %w", ended("40001")), 5}} {
		if runs := run(db.Write, c.err); runs != c.want {
			t.Errorf("%v: run %d times, want %d", c.err, runs, c.want)
		}
	}
	within := 0
	_ = tx.Run(t.Context(), db.Write, func(w *gorm.DB) error {
		within = run(w, ended("40P01"))
		return nil
	})
	if within != 1 {
		t.Errorf("run %d times within another", within)
	}
}
