package main

import (
	"context"
	"testing"
	"time"

	"watchbill/api/auth"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"

	"gorm.io/gorm"
)

// Whoever waits for a team holds nothing that somebody who has the team may want: teams
// are locked before people.
func TestTeamsAreLockedBeforePeople(t *testing.T) {
	const person = 3
	one := deploy(t, migrationstest.Postgres(t))
	one.crewed()
	root := auth.With(t.Context(), auth.Program())
	day := schedule.DateOf(one.now).AddDays(200)
	for _, c := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"time off", func(ctx context.Context) error {
			_, err := one.schedule.AddLeave(ctx, person, schedule.Leave{Person: person, First: day, Last: day})
			return err
		}},
		{"what one says of oneself", func(ctx context.Context) error {
			return one.schedule.Within(ctx, func(s *schedule.Service) error { return s.Store.LockPerson(ctx, person) })
		}},
		{"leaving", func(context.Context) error { return one.access.Deactivate(root, person) }},
		{"coming back", func(context.Context) error { return one.access.Activate(root, person) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			done := make(chan error, 1)
			one.ok(one.db.Write.Transaction(func(tx *gorm.DB) error {
				if err := tx.Exec("UPDATE team SET version = version + 1 WHERE id = 1").Error; err != nil {
					return err
				}
				go func() { done <- c.do(context.WithoutCancel(t.Context())) }()
				waiting := 0
				for end := time.Now().Add(10 * time.Second); waiting == 0 && time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
					// Not in the transaction, which would see its first look for good.
					if err := one.db.Read.Raw("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&waiting).Error; err != nil {
						return err
					}
				}
				if waiting == 0 {
					t.Error("it does not wait for the team")
				}
				return tx.Exec("SELECT id FROM person WHERE id = ? FOR UPDATE NOWAIT", person).Error
			}))
			one.ok(<-done)
		})
	}
}
