package healthdb_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/migrations"
	"watchbill/migrations/migrationstest"
)

// What two people change at once of one integration is all kept.
func TestChangedAtOnce(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		b := newBench(t, db)
		s := &health.Service{Store: b.store, Now: func() time.Time { return night }, Receiver: b.receiver}
		for n := range 10 {
			var wg sync.WaitGroup
			name, secret := fmt.Sprint("name ", n), fmt.Sprint("secret ", n)
			for _, change := range []func() error{
				func() error { return s.SetSecret(t.Context(), 0, b.door.ID, secret) },
				func() error {
					return s.ChangeIntegration(t.Context(), 0, b.door.ID, health.Settings{Name: name, Zone: "UTC"})
				},
				func() error { return s.TurnOff(t.Context(), 0, b.door.ID, n%2 == 0) },
			} {
				wg.Go(func() {
					if err := change(); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			i, err := b.store.Integration(t.Context(), b.door.ID)
			b.ok(err)
			if i.Name != name || i.Secrets[0] != secret || len(i.Secrets) != 2 || i.OffAt.IsZero() != (n%2 != 0) {
				t.Errorf("round %d left %+v", n, i)
			}
		}
	})
}

// The bytes of what was read go after 30 days, dead letters after 90; what came in
// is known for longer than it is sent again.
func TestForget(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		b := newBench(t, db)
		start := b.now
		b.send(list(event("1", "a", health.KindTriggered, 0)), "read")
		b.send("broken", "dead")
		b.work()
		b.now = start.AddDate(0, 0, 20)
		b.send(list(event("2", "b", health.KindTriggered, 0)), "later")
		b.work()
		b.send("waits", "waits")
		for _, step := range []struct {
			days int
			want string
		}{
			{29, "read is done true, dead is dead true, later is done true, waits is new true, "},
			{31, "read is done false, dead is dead true, later is done true, waits is new true, "},
			{46, "dead is dead true, later is done true, waits is new true, "},
			{91, "dead is discarded false, waits is new true, "},
			{92, "waits is new true, "},
		} {
			now := start.AddDate(0, 0, step.days)
			b.ok(b.store.ForgetBodies(t.Context(), now.AddDate(0, 0, -30), now.AddDate(0, 0, -90)))
			if step.days != 91 {
				b.ok(b.store.ForgetDeliveries(t.Context(), now.AddDate(0, 0, -45)))
			} else {
				b.ok(db.Write.Exec("DELETE FROM inbox WHERE state = 'done'").Error)
			}
			var rows []struct {
				Key, State string
				Kept       bool
			}
			b.ok(db.Read.Raw("SELECT SUBSTR(delivery_key, 4) AS key, state, body IS NOT NULL AS kept FROM inbox ORDER BY id").Scan(&rows).Error)
			text := ""
			for _, r := range rows {
				text += fmt.Sprintf("%s is %s %v, ", r.Key, r.State, r.Kept)
			}
			if text != step.want {
				t.Errorf("after %d days: %s, want %s", step.days, text, step.want)
			}
		}
		b.worker.Now = func() time.Time { return start.AddDate(0, 0, 93) }
		b.work()
		pages, err := b.store.PagesOf(t.Context(), health.PageFilter{Team: b.door.Team, To: start.AddDate(1, 0, 0), Most: 10})
		b.ok(err)
		if len(pages) != 2 {
			t.Errorf("%d pages are left", len(pages))
		}
		var codes map[string]int
		codes, err = b.store.DeadCodes(t.Context(), b.door.ID)
		b.ok(err)
		if codes["invalid_json"] != 1 {
			t.Errorf("dead: %v", codes)
		}
	})
}
