package healthdb_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/migrations"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// ring adds a page to somebody, so long after the first Monday.
func (b *bench) ring(person schedule.ID, service string, after time.Duration) *health.PageRecord {
	b.t.Helper()
	at := monday.Add(after)
	p := &health.PageRecord{Integration: b.door.ID, Team: b.door.Team, Page: health.Page{
		Key: fmt.Sprint(service, person, at), OpenedBy: fmt.Sprint(service, person, at), State: health.StateResolved, Urgency: health.UrgencyHigh, Service: service, Title: service + " is slow",
		TriggeredAt: at, FirstAckAt: at.Add(time.Minute), ResolvedAt: at.Add(time.Hour), LastEventAt: at.Add(time.Hour), CountsAsPage: true,
	}}
	p.People = []health.Attendance{{Person: person, NotifiedAt: at, Notices: []health.Notice{{At: at}}, AckedAt: at.Add(time.Minute), ResolvedAt: at.Add(time.Hour), Responding: 59 * time.Minute, Interruptions: 1}}
	b.ok(b.store.InTx(b.t.Context(), func(tx health.Store) error { return tx.SavePage(b.t.Context(), p) }))
	return p
}

// hours after the first Monday 09:00 of Berlin at which it is 02:00 of the n-th night.
func nightly(n int) time.Duration { return time.Duration(17+24*n) * time.Hour }

var eightWeeks = health.ReportPeriod{From: schedule.Date{Year: 2026, Month: 2, Day: 2}, Weeks: 8}

// What a report says about a service is what counting without its pages gives, however
// its pages lie among others.
func TestWithoutIt(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		b := newBench(t, db)
		people := []schedule.ID{b.person("Ana"), b.person("Ben"), b.person("Cyd")}
		r := weekly(people, 8)
		b.now = monday.AddDate(0, 0, 8*7)
		var bad []*health.PageRecord
		for n := range 50 {
			who := people[n/7%3]
			if n%2 == 0 {
				bad = append(bad, b.ring(who, "bad", nightly(n)))
			}
			switch n % 6 {
			case 0: // within the hour: it would have woken all the same
				b.ring(who, "other", nightly(n)+30*time.Minute)
			case 2: // after more than an hour: a second time
				b.ring(who, "other", nightly(n)+90*time.Minute)
			case 4: // before it
				b.ring(who, "other", nightly(n)-20*time.Minute)
			}
		}
		rollup := b.rollup(r)
		b.measure(rollup)
		report := func() *health.Burden {
			t.Helper()
			got, err := rollup.Burden(t.Context(), b.door.Team, eightWeeks, health.Sight{})
			b.ok(err)
			return got
		}
		with := report()
		var said health.Origin
		for _, o := range with.Services {
			if o.Service == "bad" {
				said = o
			}
		}
		for _, p := range bad {
			b.ok(b.store.InTx(t.Context(), func(tx health.Store) error { return tx.RemovePage(t.Context(), p.ID) }))
		}
		b.measure(rollup)
		without := report()
		got := [3]int{with.Sum.Sum.Wakeups() - without.Sum.Sum.Wakeups(), with.Sum.Nights - without.Sum.Nights, health.Total(with.Sum.Sum.Interruptions) - health.Total(without.Sum.Sum.Interruptions)}
		if want := [3]int{said.Wakeups, said.Nights, said.Interruptions}; got != want || said.Incidents != len(bad) || got[0] == 0 || got[0] == len(bad) {
			t.Errorf("without it there are %v fewer wake-ups, nights and interruptions; the report says %v of %d pages", got, want, said.Incidents)
		}
	})
}

// Of two people each could take their own from the sum, so nothing is told; of three
// it is.
func TestFewPeople(t *testing.T) {
	for n, told := range map[int]bool{1: false, 2: false, 3: true} {
		b := newBench(t, migrationstest.Migrated(t, migrationstest.SQLite(t)))
		var people []schedule.ID
		for i := range n {
			people = append(people, b.person(fmt.Sprint("P", i)))
		}
		b.now = monday.AddDate(0, 0, 8*7)
		for i := range 20 {
			b.ring(people[i%n], "svc", nightly(i))
		}
		rollup := b.rollup(weekly(people, 8))
		b.measure(rollup)
		for _, sight := range []health.Sight{{}, {Self: people[0]}, {Rest: true, Nights: true}} {
			got, err := rollup.Burden(t.Context(), b.door.Team, eightWeeks, sight)
			b.ok(err)
			if got.Told() != told || (len(got.Weeks) > 0) != told || (got.Wake.Count > 0) != told || (len(got.Services) > 0) != told || (got.Sum.Sum.Notifications > 0) != told || (got.Trend.Before.Exposure > 0) {
				t.Errorf("%d people, %+v: told %v, %d weeks, %v wake-ups", n, sight, got.Told(), len(got.Weeks), got.Wake.Count)
			}
			if told && (got.Clock[7] != schedule.Sleep || got.Clock[8] != schedule.Business || got.Clock[18] != schedule.Evening || got.Clock[22] != schedule.Sleep) {
				t.Errorf("the hours of a working day are %v", got.Clock)
			}
			if own := got.Mine != nil; own != (sight.Self != 0) {
				t.Errorf("%d people, %+v: own figures %v", n, sight, own)
			}
			text := fmt.Sprint(got.Table(nil))
			if strings.Contains(text, "svc") != told {
				t.Errorf("%d people: the table says %s", n, text)
			}
		}
	}
}

// Replicas that take pages in and measure at once lose no page: what they measured is
// what one of them measures afterwards.
func TestMeasuredByMany(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		b := newBench(t, db)
		people := []schedule.ID{b.person("Ana"), b.person("Ben"), b.person("Cyd")}
		r := weekly(people, 8)
		b.now = monday.AddDate(0, 0, 8*7)
		var replicas sync.WaitGroup
		failed := make(chan error, 100)
		for k := range 4 {
			replicas.Go(func() {
				rollup := b.rollup(r)
				for i := range 15 {
					at := monday.Add(time.Duration(i*83+k*7) * time.Hour)
					name := fmt.Sprint("page ", k, i)
					p := &health.PageRecord{Integration: b.door.ID, Team: b.door.Team, Page: health.Page{
						Key: name, OpenedBy: name, State: health.StateResolved, Urgency: health.UrgencyHigh, Service: fmt.Sprint("svc ", k), TriggeredAt: at, ResolvedAt: at.Add(time.Hour), LastEventAt: at, CountsAsPage: true,
					}}
					p.People = []health.Attendance{{Person: people[(i+k)%3], NotifiedAt: at, Notices: []health.Notice{{At: at}}}}
					if err := b.store.InTx(t.Context(), func(tx health.Store) error { return tx.SavePage(t.Context(), p) }); err != nil {
						failed <- err
					}
					if _, err := rollup.Work(t.Context()); err != nil {
						failed <- err
					}
				}
			})
		}
		replicas.Wait()
		close(failed)
		for err := range failed {
			t.Error(err)
		}
		b.measure(b.rollup(r))
		got := b.measured()
		b.forget()
		b.measure(b.rollup(r))
		if want := b.measured(); got != want || strings.Count(got, "\n") < 50 {
			t.Errorf("four at once and one differ:\n%s", firstDifference(got, want))
		}
	})
}
