package healthdb_test

import (
	"context"
	"encoding/json"
	"errors"
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

// What is told of before all pages are kept is left out, which the delivery says, and
// changes nothing; and nothing that is said of who people are or when they were on call
// changes weeks from before then.
func TestTooLateToTell(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		b := newBench(t, db)
		rollup, r := longPast(b, 4)
		b.ok(b.remover(rollup).Work(t.Context()))
		state, err := b.store.BurdenState(t.Context(), b.door.Team)
		b.ok(err)
		zone, err := time.LoadLocation("Europe/Berlin")
		b.ok(err)
		floor := state.KeptFrom.At(schedule.Midnight, zone)
		if want := health.UsualKeeping.KeptFrom(b.now, zone); state.KeptFrom != want {
			t.Fatalf("all pages are kept from %v on, want %v", state.KeptFrom, want)
		}
		want, pages := b.weeks(), b.count("page")
		// One second before the first Monday, and long before, of a page that is gone and of one that never was.
		for i, at := range []time.Time{floor.Add(-time.Second), monday.Add(time.Hour), monday.AddDate(0, 0, -900)} {
			e := event(fmt.Sprint("late ", i), fmt.Sprint("late ", i), health.KindTriggered, at.Sub(night), assigned("U1", "u1@example.com"))
			e.Source = health.SourcePull
			id := b.send(list(e), fmt.Sprint("late ", i))
			b.work()
			d, err := b.store.Delivery(t.Context(), id)
			b.ok(err)
			if says := "1 event from before " + floor.Format("2 January 2006") + " was left out: pages are not kept for longer"; d.State != health.DeliveryDone || d.Note != says {
				t.Errorf("the delivery is %s and says %q, want %q", d.State, d.Note, says)
			}
		}
		contacts, err := b.store.Contacts(t.Context(), b.door.ID)
		b.ok(err)
		for i := range r.shifts { // all that was on the schedule long ago was otherwise
			if r.shifts[i].End.Before(floor.AddDate(0, 0, -14)) {
				r.shifts[i].Person = r.shifts[0].Person
			}
		}
		b.ok(db.Write.Exec("UPDATE team SET version = version + 1 WHERE id = ?", b.door.Team).Error)
		for i, c := range contacts {
			person := contacts[(i+1)%len(contacts)].Person
			b.ok(b.store.InTx(t.Context(), func(tx health.Store) error { return tx.MapContact(t.Context(), c.ID, person, 0, b.now) }))
			b.measure(rollup)
			b.ok(b.store.InTx(t.Context(), func(tx health.Store) error { return tx.MapContact(t.Context(), c.ID, c.Person, 0, b.now) }))
		}
		b.measure(rollup)
		if got := b.weeks(); got != want || b.count("page") != pages {
			t.Errorf("%d pages, want %d, and weeks changed:\n%s", b.count("page"), pages, firstDifference(got, want))
		}
		// From the first second on it counts.
		e := event("in time", "in time", health.KindTriggered, floor.Sub(night), assigned("U1", "u1@example.com"))
		e.Source = health.SourcePull
		b.send(list(e), "in time")
		b.work()
		b.measure(rollup)
		if got := b.weeks(); got == want || b.count("page") != pages+1 {
			t.Errorf("what happened at %v does not count", floor)
		}
	})
}

// A new configuration measures beside the old one what it can, as the old one did, and
// nothing before.
func TestConfigurationBeginsWhereKept(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		b := newBench(t, db)
		rollup, r := longPast(b, 5)
		// One awakening goes on over midnight before the first week that is kept.
		zone, err := time.LoadLocation("Europe/Berlin")
		b.ok(err)
		midnight := health.UsualKeeping.KeptFrom(b.now, zone).At(schedule.Midnight, zone).Sub(night)
		for i, at := range []time.Duration{-20 * time.Minute, 10 * time.Minute} {
			e := event(fmt.Sprint("awake ", i), fmt.Sprint("awake ", i), health.KindTriggered, midnight+at, assigned("U1", "u1@example.com"))
			e.Source = health.SourcePull
			b.send(list(e), e.Key)
		}
		b.work()
		b.measure(rollup)
		b.ok(b.remover(rollup).Work(t.Context()))
		state, err := b.store.BurdenState(t.Context(), b.door.Team)
		b.ok(err)
		weeks := func(config, from string) string {
			var all []string
			b.ok(db.Read.Raw(`SELECT 'team ' || week || ' ' || measure FROM burden_team_week WHERE config = ? AND week >= ?
				UNION ALL SELECT 'person ' || person_id || ' ' || week || ' ' || tally FROM burden_person_week WHERE config = ? AND week >= ? AND tally <> '{}' ORDER BY 1`, config, from, config, from).Scan(&all).Error)
			return strings.Join(all, "\n")
		}
		old, kept := weeks("th-1", ""), weeks("th-1", state.KeptFrom.String())
		next := b.rollup(r)
		next.Config.Version = "th-2"
		b.measure(next)
		if got := weeks("th-1", ""); got != old {
			t.Errorf("old figures changed:\n%s", firstDifference(got, old))
		}
		if got := weeks("th-2", ""); got != kept {
			t.Errorf("measured beside, and as it was:\n%s", firstDifference(got, kept))
		}
		is, err := b.store.BurdenState(t.Context(), b.door.Team)
		b.ok(err)
		if is.Since != state.KeptFrom || is.KeptFrom != state.KeptFrom {
			t.Errorf("measured from %v on, want %v", is.Since, state.KeptFrom)
		}
		// Nothing goes while it is not measured by the rules that hold now.
		b.now = b.now.AddDate(0, 2, 0)
		third := b.rollup(r)
		third.Config.Version = "th-3"
		broken := b.rollup(r)
		broken.Config.Version, broken.Schedules = "th-3", nowhere{}
		if err := b.remover(broken).Work(t.Context()); err == nil {
			t.Error("pages are removed though they cannot be measured")
		}
		if got := weeks("th-2", ""); !strings.Contains(got, "team "+state.KeptFrom.String()) || b.count("burden_state WHERE kept_from = '"+state.KeptFrom.String()+"'") != 1 {
			t.Error("the first week that is kept moved on though it was not measured anew")
		}
		b.ok(b.remover(third).Work(t.Context()))
		if got := weeks("th-3", ""); !strings.Contains(got, "team "+state.KeptFrom.String()) || b.count("burden_state WHERE kept_from > '"+state.KeptFrom.String()+"'") != 1 {
			t.Error("it was not measured beside before its pages went")
		}
	})
}

// nowhere is a schedule that cannot be read.
type nowhere struct{ *rota }

func (nowhere) Shifts(context.Context, schedule.ID, time.Time, time.Time) ([]health.Shift, error) {
	return nil, errors.New("no schedule today")
}

// Results that were kept for long enough go, with all that hangs from them; what is open or
// younger stays, and a survey goes on with the next number.
func TestResultsRemoved(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		b := newBench(t, db)
		ana, team := b.person("Ana"), b.door.Team
		run := func(query string, args ...any) { b.t.Helper(); b.ok(db.Write.Exec(query, args...).Error) }
		before := health.UsualKeeping.ResultsBefore(b.now)
		for i, closes := range []time.Time{before.Add(-time.Second), before, b.now} {
			state := []string{"closed", "closed", "open"}[i]
			run("INSERT INTO pulse_wave (id, team_id, number, kind, zone, opens_at, closes_at, least, least_said, invited, items, state) VALUES (?, ?, ?, 'pulse', 'UTC', 0, ?, 5, 10, 1, '[]', ?)", i+1, team, i+1, closes.Unix(), state)
			run("INSERT INTO pulse_invitation (wave_id, person_id) VALUES (?, ?)", i+1, ana)
			run("INSERT INTO pulse_link (hash, wave_id) VALUES (?, ?)", fmt.Sprint("h", i), i+1)
			run("INSERT INTO pulse_result (wave_id, doc) VALUES (?, '{}')", i+1)
			run("INSERT INTO pulse_comment (id, wave_id, text) VALUES (?, ?, 'x')", fmt.Sprint("c", i), i+1)
			run("INSERT INTO pulse_said (wave_id, version, said, did, at) VALUES (?, 1, 'a', 'b', 0)", i+1)
			week := health.MondayOf(schedule.DateOf(closes)).AddDays(7 * (min(i, 1) - 1)).String()
			run("INSERT INTO review (team_id, week, zone, config, made_at, doc) VALUES (?, ?, 'UTC', 'th-1', 0, '{}')", team, week)
			run("INSERT INTO review_note (team_id, week, version, text, at) VALUES (?, ?, 1, 'x', 0)", team, week)
			run("INSERT INTO warning (id, team_id, week, cause, config, at, doc, ended) VALUES (?, ?, ?, 'rest', 'th-1', ?, '{}', '')", i+1, team, week, closes.Unix())
			run("INSERT INTO warning_answer (warning_id, version, text, at) VALUES (?, 1, 'x', 0)", i+1)
			run("INSERT INTO team_score (team_id, until_day, config, at, doc) VALUES (?, ?, 'th-1', 0, '{}')", team, week)
		}
		run("INSERT INTO pulse_round (round, doc) VALUES (1, '{}'), (9999, '{}')")
		run("INSERT INTO pulse_round_comment (id, round, text) VALUES ('r', 1, 'x'), ('s', 9999, 'x')")
		r := b.remover(b.rollup(weekly([]schedule.ID{ana}, 1)))
		b.ok(r.Work(t.Context()))
		b.ok(r.Work(t.Context()))
		for table, left := range map[string]int{
			"pulse_wave": 2, "pulse_invitation": 2, "pulse_link": 2, "pulse_result": 2, "pulse_comment": 2, "pulse_said": 2, "review": 2, "review_note": 2,
			"warning": 2, "warning_answer": 2, "team_score": 2, "pulse_round": 1, "pulse_round_comment": 1, "removal WHERE n = 1": 5,
		} {
			if n := b.count(table); n != left {
				t.Errorf("%d are left of %s, want %d", n, table, left)
			}
		}
	})
}

// Pay that was published is not corrected because the pages that it was for are gone, and a
// month that was never published says that they are.
func TestPayOutlivesPages(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		b := newBench(t, db)
		rollup, r := longPast(b, 6)
		end, team := b.now, b.door.Team
		zone, err := time.LoadLocation("Europe/Berlin")
		b.ok(err)
		pay := &health.Payroll{Store: b.store, Schedules: r, Config: health.DefaultConfig(), Now: func() time.Time { return b.now }}
		first := schedule.Date{Year: 2026, Month: time.March, Day: 1}
		b.now = time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC)
		rules := health.PayRules{Version: "x", Currency: "EUR", Zone: zone, Unit: health.PerHour, Base: 500, PerCallOut: 2000}
		b.ok(pay.SetPay(t.Context(), &health.PayPolicy{Team: team, From: first, Rules: rules}))
		b.now = end
		work := 0
		corrections := func(month schedule.Date) (n int) {
			s, err := pay.Statement(t.Context(), team, month)
			b.ok(err)
			for _, l := range s.Lines {
				if l.Correction {
					n++
				} else if l.Kind == health.PayCallOut {
					work++
				}
			}
			return n
		}
		month := func(n int) schedule.Date {
			return schedule.DateOf(time.Date(2026, time.Month(3+n), 1, 0, 0, 0, 0, time.UTC))
		}
		for i := range 14 {
			s, err := pay.Statement(t.Context(), team, month(i))
			b.ok(err)
			_, err = pay.Publish(t.Context(), 0, team, month(i), s.Seen)
			b.ok(err)
			corrections(month(i))
		}
		if n := corrections(month(14)); n != 0 || work == 0 {
			t.Fatalf("%d corrections before anything was removed, %d call-outs", n, work)
		}
		b.ok(b.remover(rollup).Work(t.Context()))
		if n := corrections(month(14)); n != 0 {
			t.Errorf("%d lines take back what pages paid that are gone", n)
		}
		b.ok(db.Write.Exec("UPDATE burden_state SET kept_from = '2027-06-07'").Error)
		s, err := pay.Statement(t.Context(), team, month(14))
		b.ok(err)
		if len(s.Lines) == 0 || len(s.Flags) == 0 || !strings.Contains(strings.Join(s.Flags, " "), "What pages pay is not in it: all of them are kept only since 7 June 2027") {
			t.Errorf("the month has %d lines and says %q", len(s.Lines), s.Flags)
		}
	})
}
