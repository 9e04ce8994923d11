package healthdb_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/health/healthdb"
	"watchbill/migrations"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
	"watchbill/schedule/scheduledb"
)

var night = time.Date(2026, 3, 2, 1, 15, 0, 100_000_000, time.UTC)

// a door is an integration of a new team.
func door(t testing.TB, db *migrations.DB, vendor string) (*healthdb.Store, health.Integration) {
	t.Helper()
	team := schedule.TeamRecord{Name: "Crew " + vendor, Zone: "Europe/Berlin", HorizonWeeks: 8, CreatedAt: night}
	if err := scheduledb.New(db.Write, db.Read).AddTeam(context.Background(), &team); err != nil {
		t.Fatal(err)
	}
	s := healthdb.New(db.Write, db.Read)
	i := health.Integration{Team: team.ID, Vendor: vendor, Name: "Pager", Zone: "Europe/Berlin", CreatedAt: night, Secrets: []string{"new", "old"}, Urgencies: map[string]string{"p2": "low"}}
	if err := s.AddIntegration(context.Background(), &i, health.TokenHash("secret "+vendor)); err != nil {
		t.Fatal(err)
	}
	return s, i
}

// Deliveries that are sent again are taken in once, however they come.
func TestReceive(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		ctx := t.Context()
		s, i := door(t, db, "pagerduty")
		now := night
		r := health.NewReceiver(s, func() time.Time { return now })
		take := func(body string, headers ...string) *health.Delivery {
			t.Helper()
			d := &health.Delivery{Integration: i.ID, Headers: map[string]string{}, Body: []byte(body)}
			for k := 0; k < len(headers); k += 2 {
				d.Headers[headers[k]] = headers[k+1]
			}
			if err := r.Take(ctx, d); err != nil {
				t.Fatal(err)
			}
			return d
		}
		same := func(what string, a, b *health.Delivery, want bool) {
			t.Helper()
			if (a.ID == b.ID) != want || b.Again != want || b.ID == 0 {
				t.Errorf("%s: deliveries %d and %d, again %v, want %v", what, a.ID, b.ID, b.Again, want)
			}
		}
		first := take("{}", "x-webhook-id", "d-1")
		same("the name", first, take("{} ", "x-webhook-id", "d-1"), true)
		same("another name", first, take("{}", "x-webhook-id", "d-2"), false)
		same("a name that is no text", take("{}", "x-webhook-id", "\xff\x00"), take("{}", "x-webhook-id", "\xff\x00"), true)
		same("a long name", take("{}", "x-webhook-id", strings.Repeat("x", 4000)), take("{}", "x-webhook-id", strings.Repeat("x", 4000)), true)
		bytes := take("{\x00\xff}")
		now = now.Add(9*time.Minute + 59*time.Second)
		same("the bytes within ten minutes", bytes, take("{\x00\xff}"), true)
		now = now.Add(2 * time.Second)
		later := take("{\x00\xff}")
		same("the bytes after ten minutes", bytes, later, false)
		same("other bytes", later, take("{\x00\xfe}"), false)
		if n, err := s.Undone(ctx, 100); err != nil || n != 7 {
			t.Errorf("%d wait, %v", n, err)
		}
		if n, err := s.Undone(ctx, 3); err != nil || n != 3 {
			t.Errorf("of at most three %d wait, %v", n, err)
		}
		if err := r.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		counts, err := s.Counts(ctx, i.ID, schedule.DateOf(night))
		if text := fmt.Sprint(counts); err != nil || text != fmt.Sprintf("[{%d 2026-03-02 again 4} {%d 2026-03-02 taken 7}]", i.ID, i.ID) {
			t.Errorf("counts %s, %v", text, err)
		}
		back, err := s.IntegrationByToken(ctx, health.TokenHash("secret pagerduty"))
		if err != nil || !back.SeenAt.Equal(now.Truncate(time.Second)) || len(back.Secrets) != 2 || back.Urgencies["p2"] != "low" {
			t.Errorf("integration %+v, %v", back, err)
		}
	})
}

// Many at once are each there once, the same one among them too, and each is told
// its own number.
func TestReceiveTogether(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		s, i := door(t, db, "pagerduty")
		r := health.NewReceiver(s, func() time.Time { return night })
		r.Burst = 1e6
		var wg sync.WaitGroup
		var mu sync.Mutex
		ids := map[schedule.ID]string{}
		for sender := range 40 {
			wg.Go(func() {
				for n := range 25 {
					name := fmt.Sprint(sender/2, "-", n) // each is sent by two at once
					d := &health.Delivery{Integration: i.ID, Headers: map[string]string{"x-webhook-id": name}, Body: []byte(name)}
					if err := r.Take(t.Context(), d); err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					if was, ok := ids[d.ID]; ok && was != name {
						t.Errorf("%s and %s are both number %d", was, name, d.ID)
					}
					ids[d.ID] = name
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if n, err := s.Undone(t.Context(), 10_000); err != nil || n != 500 || len(ids) != 500 {
			t.Errorf("%d rows and %d numbers, want 500 (%v)", n, len(ids), err)
		}
	})
}

// Over its rate an integration is told to come again, and so is everybody while too
// much waits to be read.
func TestReceiveTooMuch(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		s, i := door(t, db, "pagerduty")
		now := night
		r := health.NewReceiver(s, func() time.Time { return now })
		r.Rate, r.Burst, r.Most = 2, 3, 5
		n := 0
		take := func() error {
			n++
			return r.Take(t.Context(), &health.Delivery{Integration: i.ID, Body: []byte(fmt.Sprint(n))})
		}
		for k, busy := range []bool{false, false, false, true} {
			if err := take(); errors.Is(err, health.ErrBusy) != busy {
				t.Errorf("delivery %d: %v", k, err)
			}
		}
		now = now.Add(time.Second)
		for k, busy := range []bool{false, false, true} {
			if err := take(); errors.Is(err, health.ErrBusy) != busy {
				t.Errorf("delivery %d after a second: %v", k, err)
			}
		}
		now = now.Add(time.Second)
		if err := take(); !errors.Is(err, health.ErrBusy) || !strings.Contains(err.Error(), "wait to be read") {
			t.Errorf("with five that wait: %v", err)
		}
		r.Most, r.Room = 100, func() bool { return false }
		now = now.Add(time.Second)
		if err := take(); !errors.Is(err, health.ErrBusy) || !strings.Contains(err.Error(), "nearly full") {
			t.Errorf("without room: %v", err)
		}
		often := 0
		for range 100 {
			if r.Refuse(i.ID) {
				often++
			}
		}
		now = now.Add(time.Minute)
		if often != 1 || r.Refuse(i.ID) {
			t.Errorf("said %d times that signatures are wrong often", often)
		}
	})
}
