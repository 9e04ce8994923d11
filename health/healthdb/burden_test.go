package healthdb_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/migrations"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// A rota is a schedule in memory.
type rota struct {
	shifts []health.Shift
	clocks map[schedule.ID]health.ClockChange
}

func (r *rota) Shifts(_ context.Context, _ schedule.ID, from, to time.Time) ([]health.Shift, error) {
	var out []health.Shift
	for _, s := range r.shifts {
		if s.End.After(from) && s.Start.Before(to) {
			out = append(out, s)
		}
	}
	return out, nil
}

func (r *rota) Clocks(_ context.Context, people []schedule.ID) ([]health.ClockChange, error) {
	var out []health.ClockChange
	for _, id := range people {
		c := r.clocks[id]
		if c.Zone == "" {
			c.Zone = "Europe/Berlin"
		}
		c.Person = id
		out = append(out, c)
	}
	return out, nil
}

func (r *rota) Persons(_ context.Context, _ schedule.ID, clocks []health.ClockChange) (map[schedule.ID]*health.Person, error) {
	config := health.DefaultConfig()
	stays := map[schedule.ID][]health.Stay{}
	for _, c := range clocks {
		zone, err := time.LoadLocation(c.Zone)
		if err != nil {
			return nil, err
		}
		stays[c.Person] = append(stays[c.Person], health.Stay{From: c.From, Zone: zone})
	}
	out := map[schedule.ID]*health.Person{}
	for id, some := range stays {
		p, err := health.NewPerson(health.Person{ID: id, Stays: some}, &config)
		if err != nil {
			return nil, err
		}
		out[id] = &p
	}
	return out, nil
}

func (r *rota) Entitled(context.Context, schedule.ID) (func(from, until schedule.Date) map[schedule.ID]float64, error) {
	return func(from, until schedule.Date) map[schedule.ID]float64 {
		out := map[schedule.ID]float64{}
		for _, s := range r.shifts {
			out[s.Person] = float64(until.DaysSince(from))
		}
		return out
	}, nil
}

func (r *rota) Comings(context.Context, schedule.ID, schedule.Date, schedule.Date) ([]health.BurdenEvent, error) {
	return nil, nil
}

func (r *rota) Events(context.Context, schedule.ID, schedule.Date, schedule.Date) ([]health.BurdenEvent, error) {
	return nil, nil
}

func (r *rota) Rotations(context.Context, schedule.ID, schedule.Date) (on, before []schedule.RotationID, err error) {
	return []schedule.RotationID{"primary"}, nil, nil
}

var monday = time.Date(2026, 2, 2, 8, 0, 0, 0, time.UTC) // 09:00 in Berlin

// weekly gives people the first level by the week, and the next one the second.
func weekly(people []schedule.ID, weeks int) *rota {
	r := &rota{clocks: map[schedule.ID]health.ClockChange{}}
	for i := range weeks {
		for level := range 2 {
			r.shifts = append(r.shifts, health.Shift{Person: people[(i+level)%len(people)], Level: level + 1, Start: monday.AddDate(0, 0, 7*i), End: monday.AddDate(0, 0, 7*i+7)})
		}
	}
	return r
}

func (b *bench) rollup(r *rota) *health.Rollup {
	return &health.Rollup{Store: b.store, Schedules: r, Config: health.DefaultConfig(), Now: func() time.Time { return b.now }}
}

// measure measures until nothing is left to do.
func (b *bench) measure(r *health.Rollup) {
	b.t.Helper()
	_, err := r.Team(b.t.Context(), b.door.Team)
	b.ok(err)
	for range 1000 {
		n, err := r.Work(b.t.Context())
		b.ok(err)
		if n == 0 {
			return
		}
	}
	b.t.Fatal("there is always something left to measure")
}

// measured is all that was measured.
func (b *bench) measured() string {
	b.t.Helper()
	var lines []string
	for _, q := range []string{
		"SELECT 'day ' || person_id || ' ' || day || ' ' || tally || ' ' || open FROM burden_day WHERE tally <> '{}' OR open <> '{}' ORDER BY person_id, day",
		"SELECT 'person ' || person_id || ' ' || week || ' ' || tally FROM burden_person_week WHERE tally <> '{}' ORDER BY person_id, week",
		"SELECT 'team ' || week || ' ' || measure FROM burden_team_week ORDER BY week",
	} {
		var some []string
		b.ok(b.db.Read.Raw(q).Scan(&some).Error)
		lines = append(lines, some...)
	}
	return strings.Join(lines, "\n")
}

func (b *bench) forget() {
	b.t.Helper()
	for _, table := range []string{"burden_day", "burden_person_week", "burden_team_week", "burden_state", "burden_mark", "burden_duty"} {
		b.ok(b.db.Write.Exec("DELETE FROM " + table).Error)
	}
}

// Whatever comes in whatever order, what was measured bit by bit is what measuring all
// at once gives.
func TestMeasuredBitByBit(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		b := newBench(t, db)
		people := []schedule.ID{b.person("Ana"), b.person("Ben"), b.person("Cyd")}
		r := weekly(people, 8)
		b.now = monday.AddDate(0, 0, 5)
		rollup := b.rollup(r)
		b.measure(rollup)
		random := rand.New(rand.NewPCG(7, 7))
		for i := range 60 {
			at := monday.Add(time.Duration(random.IntN(8*7*24*60)) * time.Minute).Sub(night)
			page := fmt.Sprint("page ", i)
			who := assigned(fmt.Sprint("U", random.IntN(3)), "")
			events := []health.Event{event(page+" 1", page, health.KindTriggered, at, who)}
			if random.IntN(3) > 0 {
				events = append(events, event(page+" 2", page, health.KindAcknowledged, at+time.Duration(random.IntN(90))*time.Minute, health.Party{Identity: who.Identity, Role: health.RoleAcknowledger}))
			}
			if random.IntN(3) > 0 {
				events = append(events, event(page+" 3", page, health.KindResolved, at+time.Duration(random.IntN(30))*time.Hour))
			}
			for k := range events {
				events[k].Service, events[k].ReceivedAt = fmt.Sprint("service ", i%4), events[k].OccurredAt
				events[k].Source = health.SourcePull
			}
			random.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
			for k, e := range events {
				b.send(list(e), fmt.Sprint(page, " ", k))
				if random.IntN(2) == 0 {
					b.work()
				}
			}
			if b.work(); random.IntN(3) == 0 {
				b.measure(rollup)
			}
			switch i {
			case 20, 40:
				contacts, err := b.store.Contacts(t.Context(), b.door.ID)
				b.ok(err)
				for k, c := range contacts {
					b.ok(b.store.InTx(t.Context(), func(tx health.Store) error {
						return tx.MapContact(t.Context(), c.ID, people[(k+i/20)%3], 0, b.now)
					}))
				}
			case 30: // somebody else has had half a shift, and lives elsewhere from now on
				s := r.shifts[4]
				half := s
				half.Start, half.Person = s.Start.AddDate(0, 0, 3), people[(2+1)%3]
				r.shifts[4].End = half.Start
				r.shifts = append(r.shifts, half)
				r.clocks[people[1]] = health.ClockChange{Zone: "America/New_York"}
				b.ok(db.Write.Exec("UPDATE team SET version = version + 1 WHERE id = ?", b.door.Team).Error)
			}
			b.now = b.now.Add(20 * time.Hour)
		}
		b.now = monday.AddDate(0, 0, 8*7+3)
		b.measure(rollup)
		got := b.measured()
		b.forget()
		b.measure(b.rollup(r))
		if want := b.measured(); got != want || !strings.Contains(got, "team 2026-02-09") {
			t.Errorf("bit by bit and at once differ:\n%s", firstDifference(got, want))
		}
	})
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	out := fmt.Sprintf("%d and %d lines\n", len(x), len(y))
	n := 0
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] && n < 3 {
			out += x[i] + "\n" + y[i] + "\n"
			n++
		}
	}
	return out
}
