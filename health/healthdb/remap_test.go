package healthdb_test

import (
	"context"
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

// While two replicas fold late events and measure, somebody says again and again who
// people of the pager are, and shifts pass to others. Whatever the order: each page belongs
// to whom its contact was said to be last, and what was measured is what measuring all of
// it at once gives.
func TestMappedWhileFoldedAndMeasured(t *testing.T) {
	rounds := 6
	if testing.Short() {
		rounds = 1
	}
	for round := range rounds {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			migrationstest.Run(t, func(t *testing.T, db *migrations.DB) { mappedMeanwhile(t, db, uint64(round)) })
		})
	}
}

func mappedMeanwhile(t *testing.T, db *migrations.DB, seed uint64) {
	b := newBench(t, db)
	people := []schedule.ID{b.person("Ana"), b.person("Ben"), b.person("Cyd")}
	r := weekly(people, 6)
	b.now = monday.AddDate(0, 0, 6*7)
	b.worker.OnCall = func(_ context.Context, _ schedule.ID, _ schedule.RotationID, at time.Time) (schedule.ID, bool, error) {
		return people[int(at.Sub(monday).Hours())/24/7%3], true, nil
	}
	for n, body := range lateDeliveries(seed) {
		b.send(body, fmt.Sprint("delivery ", n))
	}
	b.measure(b.rollup(r))
	failed := make(chan error, 1000)
	var replicas sync.WaitGroup
	for range 2 {
		replicas.Go(func() {
			worker, rollup := *b.worker, b.rollup(r)
			for {
				n, err := worker.Work(t.Context())
				if _, err := rollup.Work(t.Context()); err != nil {
					failed <- err
				}
				if err != nil {
					failed <- err
				}
				if n == 0 {
					return
				}
			}
		})
	}
	replicas.Go(func() { b.remap(rand.New(rand.NewPCG(seed, 2)), people, failed) })
	replicas.Wait()
	close(failed)
	for err := range failed {
		t.Error(err)
	}
	b.work()
	b.measure(b.rollup(r))
	for _, table := range []string{"notice", "page_responder"} {
		var wrong int
		b.ok(db.Read.Raw("SELECT COUNT(*) FROM " + table + " n JOIN identity i ON i.id = n.identity_id WHERE COALESCE(n.person_id, 0) <> COALESCE(i.person_id, 0)").Scan(&wrong).Error)
		if wrong != 0 {
			t.Errorf("%d rows of %s are of somebody who their contact is not", wrong, table)
		}
	}
	got := b.measured()
	b.forget()
	b.measure(b.rollup(r))
	if want := b.measured(); got != want || strings.Count(got, "\n") < 20 {
		t.Errorf("meanwhile and at once differ:\n%s", firstDifference(got, want))
	}
}

// Two replicas, each with what it remembers, measure in turns while people move, shifts that
// are past turn out to have been somebody else's, late events come and contacts become known:
// what they have in the end is what measuring all at once gives.
func TestPastChangesInAnyOrder(t *testing.T) {
	rounds := 4
	if testing.Short() {
		rounds = 1
	}
	for round := range rounds {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			migrationstest.Run(t, func(t *testing.T, db *migrations.DB) { pastChanges(t, db, uint64(round)) })
		})
	}
}

func pastChanges(t *testing.T, db *migrations.DB, seed uint64) {
	b := newBench(t, db)
	random := rand.New(rand.NewPCG(seed, 9))
	people := []schedule.ID{b.person("Ana"), b.person("Ben"), b.person("Cyd")}
	r := weekly(people, 6)
	b.now = monday.AddDate(0, 0, 3)
	replicas := []*health.Rollup{b.rollup(r), b.rollup(r)}
	zones := []string{"America/New_York", "Asia/Kathmandu", "Europe/Berlin", "Australia/Lord_Howe"}
	changed := func() { b.ok(db.Write.Exec("UPDATE team SET version = version + 1 WHERE id = ?", b.door.Team).Error) }
	for n, body := range lateDeliveries(seed) {
		b.send(body, fmt.Sprint("delivery ", n))
		switch random.IntN(12) {
		case 0:
			r.clocks[people[random.IntN(3)]] = health.ClockChange{Zone: zones[random.IntN(4)]}
			changed()
		case 1:
			k := random.IntN(len(r.shifts))
			s := r.shifts[k]
			if s.End.Sub(s.Start) > 4*time.Hour {
				half := s
				half.Start, half.Person = s.Start.Add(time.Duration(1+random.IntN(int(s.End.Sub(s.Start).Hours())-1))*time.Hour), people[random.IntN(3)]
				r.shifts[k].End = half.Start
				r.shifts = append(r.shifts, half)
				changed()
			}
		case 2, 3, 4:
			b.work()
			_, err := replicas[random.IntN(2)].Team(t.Context(), b.door.Team)
			b.ok(err)
		case 5:
			contacts, err := b.store.Contacts(t.Context(), b.door.ID)
			b.ok(err)
			for _, c := range contacts {
				b.ok(b.store.InTx(t.Context(), func(tx health.Store) error {
					return tx.MapContact(t.Context(), c.ID, append(people, 0)[random.IntN(4)], 0, b.now)
				}))
			}
		}
		b.now = b.now.Add(time.Duration(random.IntN(9)) * time.Hour)
	}
	b.work()
	b.now = b.now.AddDate(0, 0, 2)
	b.measure(replicas[0])
	got := b.measured()
	b.forget()
	b.measure(b.rollup(r))
	if want := b.measured(); got != want {
		t.Errorf("bit by bit and at once differ:\n%s", firstDifference(got, want))
	}
}

// lateDeliveries tell of pages of six weeks in no order, several times of the same alerts.
func lateDeliveries(seed uint64) []string {
	random := rand.New(rand.NewPCG(seed, 1))
	var bodies []string
	for n := range 240 {
		at := monday.Add(time.Duration(random.IntN(6*7*24*60)) * time.Minute).Sub(night)
		who := assigned(fmt.Sprint("U", random.IntN(4)), "")
		kind := []health.Kind{health.KindTriggered, health.KindTriggered, health.KindAcknowledged, health.KindResolved, health.KindReassigned}[random.IntN(5)]
		if kind == health.KindAcknowledged {
			who.Role = health.RoleAcknowledger
		}
		e := event(fmt.Sprint("event ", n), fmt.Sprint("alert ", random.IntN(25)), kind, at, who)
		if kind == health.KindResolved || random.IntN(6) == 0 {
			e.Responders = nil
		}
		e.Service, e.Source = fmt.Sprint("service ", n%4), health.SourcePull
		e.ReceivedAt = e.OccurredAt
		bodies = append(bodies, list(e))
	}
	return bodies
}

// remap says who contacts are, often.
func (b *bench) remap(random *rand.Rand, people []schedule.ID, failed chan<- error) {
	for range 60 {
		contacts, err := b.store.Contacts(b.t.Context(), b.door.ID)
		if err != nil {
			failed <- err
		}
		for _, c := range contacts {
			err := b.store.InTx(b.t.Context(), func(tx health.Store) error {
				return tx.MapContact(b.t.Context(), c.ID, append(people, 0)[random.IntN(4)], 0, b.now)
			})
			if err != nil {
				failed <- err
			}
		}
	}
}
