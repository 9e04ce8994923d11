package healthdb_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/migrations"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// longPast has a team with pages of 70 weeks: some alerts that page again and again, some
// pages that stay open for long, and what people say of them.
func longPast(b *bench, seed uint64) (*health.Rollup, *rota) {
	people := []schedule.ID{b.person("Ana"), b.person("Ben"), b.person("Cyd")}
	r := weekly(people, 72)
	b.now = monday.AddDate(0, 0, 7*70+3)
	random := rand.New(rand.NewPCG(seed, 1))
	var all []health.Event
	for i := range 260 {
		at := monday.Add(time.Duration(random.IntN(70*7*24*60)) * time.Minute).Sub(night)
		page := fmt.Sprint("page ", i)
		if i%3 == 0 {
			page = fmt.Sprint("alert ", i%5) // again and again
		}
		who := assigned(fmt.Sprint("U", random.IntN(3)), fmt.Sprint("u", i%3, "@example.com"))
		if i%4 == 0 { // by the address alone, or by the name
			who.ID = ""
		}
		told := []health.Event{event(fmt.Sprint(i, " 1"), page, health.KindTriggered, at, who)}
		if random.IntN(3) > 0 {
			told = append(told, event(fmt.Sprint(i, " 2"), page, health.KindAcknowledged, at+time.Duration(random.IntN(90))*time.Minute, health.Party{Identity: who.Identity, Role: health.RoleAcknowledger}))
		}
		if random.IntN(9) > 0 {
			told = append(told, event(fmt.Sprint(i, " 3"), page, health.KindResolved, at+time.Duration(random.IntN(30))*time.Hour))
		} else {
			told = append(told, event(fmt.Sprint(i, " 3"), page, health.KindAnnotated, at+time.Duration(random.IntN(2000))*time.Hour))
		}
		all = append(all, told...)
	}
	for i := range all {
		all[i].Service, all[i].ReceivedAt, all[i].Source, all[i].TimeBasis = fmt.Sprint("service ", i%4), all[i].OccurredAt, health.SourcePull, health.TimeOfPayload
	}
	for i := 0; i < len(all); i += 100 {
		b.send(list(all[i:min(i+100, len(all))]...), fmt.Sprint("past ", i))
	}
	b.work()
	contacts, err := b.store.Contacts(b.t.Context(), b.door.ID)
	b.ok(err)
	for i, c := range contacts {
		b.ok(b.store.InTx(b.t.Context(), func(tx health.Store) error { return tx.MapContact(b.t.Context(), c.ID, people[i%3], 0, b.now) }))
	}
	for _, p := range people {
		own, err := b.store.OwnPages(b.t.Context(), health.OwnFilter{Person: p, Most: 1000})
		b.ok(err)
		for i := range own {
			verdict := health.Actionable
			b.ok(b.store.InTx(b.t.Context(), func(tx health.Store) error {
				return tx.SaveSaying(b.t.Context(), &own[i], &health.Saying{Verdict: &verdict}, b.now)
			}))
		}
	}
	rollup := b.rollup(r)
	b.measure(rollup)
	return rollup, r
}

func (b *bench) remover(r *health.Rollup) *health.Remover {
	return &health.Remover{Store: b.store, Rollup: r, Keep: health.UsualKeeping, Now: func() time.Time { return b.now }}
}

// weeks is what was measured of weeks.
func (b *bench) weeks() string {
	var lines []string
	for line := range strings.Lines(b.measured()) {
		if !strings.HasPrefix(line, "day ") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return strings.Join(lines, "\n")
}

// remeasure measures whatever may be measured again.
func (b *bench) remeasure(r *health.Rollup) {
	b.t.Helper()
	b.ok(b.db.Write.Exec(`INSERT INTO burden_mark (team_id, person_id, from_at, to_at) SELECT DISTINCT team_id, person_id, 0, 2000000000 FROM burden_person_week`).Error)
	b.measure(r)
}

func (b *bench) count(table string) (n int) {
	b.t.Helper()
	b.ok(b.db.Read.Raw("SELECT COUNT(*) FROM " + table).Scan(&n).Error)
	return n
}

// folded checks that what is left of events folds to the pages that are left.
func (b *bench) folded() {
	b.t.Helper()
	var keys []string
	b.ok(b.db.Read.Raw("SELECT page_key FROM page_event WHERE page_key <> '' UNION SELECT page_key FROM page ORDER BY 1").Scan(&keys).Error)
	for _, key := range keys {
		name := health.PageName{Integration: b.door.ID, Key: key}
		events, err := b.store.Events(b.t.Context(), name)
		b.ok(err)
		kept, err := b.store.KeptPages(b.t.Context(), name)
		b.ok(err)
		pages := health.Fold(events, b.door.Rules())
		if len(pages) != len(kept) {
			b.t.Fatalf("%s: %d pages are kept, and events tell %d", key, len(kept), len(pages))
		}
		for i := range pages {
			text, err := json.Marshal(pages[i])
			b.ok(err)
			if string(text) != kept[i].Folded {
				b.t.Fatalf("%s: events tell\n%s, kept is\n%s", key, text, kept[i].Folded)
			}
		}
	}
}

// What was measured is the same once old pages are gone, also when all is measured again
// that can be, and what is left of events folds to what is left of pages.
func TestRemoved(t *testing.T) {
	for seed := range uint64(3) {
		migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
			b := newBench(t, db)
			rollup, _ := longPast(b, seed)
			want, pages := b.weeks(), b.count("page")
			b.folded()
			b.ok(b.remover(rollup).Work(t.Context()))
			before := health.UsualKeeping.PagesBefore(b.now)
			var old int
			b.ok(db.Read.Raw("SELECT COUNT(*) FROM page WHERE last_event_at < ?", before.UnixMicro()).Scan(&old).Error)
			left := b.count("page")
			if old != 0 || left == 0 || left >= pages {
				t.Errorf("of %d pages are left %d, of which %d are old", pages, left, old)
			}
			for _, q := range []string{
				"page_event WHERE occurred_at < " + fmt.Sprint(before.AddDate(0, -4, 0).UnixMicro()), // an open page keeps its beginning
				"notice WHERE page_id NOT IN (SELECT id FROM page)", "page_responder WHERE page_id NOT IN (SELECT id FROM page)",
				"check_in c WHERE NOT EXISTS (SELECT 1 FROM page p WHERE p.page_key = c.page_key AND p.opened_by = c.opened_by)",
			} {
				if n := b.count(q); n > 0 {
					t.Errorf("%d are left of %s", n, q)
				}
			}
			b.folded()
			if got := b.weeks(); got != want {
				t.Fatalf("weeks changed with what was removed:\n%s", firstDifference(got, want))
			}
			b.remeasure(rollup)
			if got := b.weeks(); got != want {
				t.Fatalf("weeks changed when they were measured again:\n%s", firstDifference(got, want))
			}
			var removed int
			b.ok(db.Read.Raw("SELECT n FROM removal WHERE kind = 'page'").Scan(&removed).Error)
			if removed != pages-left {
				t.Errorf("%d are said to be removed, of %d are left %d", removed, pages, left)
			}
		})
	}
}

// Two replicas that remove, one of which is stopped between batches again and again, remove
// each page once.
func TestRemovedByTwo(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		b := newBench(t, db)
		rollup, _ := longPast(b, 9)
		want, pages := b.weeks(), b.count("page")
		var wg sync.WaitGroup
		failed := make([]error, 2)
		for i := range failed {
			wg.Go(func() { failed[i] = b.remover(rollup).Work(t.Context()) })
		}
		wg.Wait()
		for _, err := range failed {
			b.ok(err)
		}
		stopped, stop := context.WithCancel(t.Context())
		stop()
		if err := b.remover(rollup).Work(stopped); err == nil {
			t.Error("it went on though it was told to stop")
		}
		var removed int
		b.ok(db.Read.Raw("SELECT n FROM removal WHERE kind = 'page'").Scan(&removed).Error)
		if left := b.count("page"); removed != pages-left || left >= pages {
			t.Errorf("%d are said to be removed, of %d are left %d", removed, pages, left)
		}
		b.remeasure(rollup)
		if got := b.weeks(); got != want {
			t.Errorf("weeks changed:\n%s", firstDifference(got, want))
		}
	})
}
