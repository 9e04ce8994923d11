package healthdb_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/migrations"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// What somebody says of a page is theirs, is kept when the page is folded anew, and can
// be said by a link that dies with the page and with who it was made for.
func TestCheckIn(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) { checkIn(t, newBench(t, db)) })
}

func checkIn(t *testing.T, b *bench) {
	ctx := t.Context()
	ana, ben := b.person("Ana"), b.person("Ben")
	b.duty = map[time.Time]schedule.ID{night.Add(-time.Hour): ana}
	b.send(list(event("e1", "p1", health.KindTriggered, 0)), "d1")
	b.work()
	s := &health.Service{Store: b.store, Now: func() time.Time { return b.now }, Receiver: b.receiver}
	mine, err := s.OwnPages(ctx, ana)
	b.ok(err)
	if len(mine) != 1 || mine[0].Title != "Checkout is slow" || !mine[0].CheckIn.SaidAt.IsZero() {
		t.Fatalf("pages of Ana: %+v", mine)
	}
	page := mine[0].ID
	no, woken, note, yes := health.NoAction, health.Woken, "the disk again", true
	if err := s.Say(ctx, ben, page, health.Saying{Verdict: &no}); !errors.Is(err, schedule.ErrNotFound) {
		t.Errorf("somebody else tells: %v, want not found", err)
	}
	b.now = night.Add(3 * time.Minute)
	b.ok(s.Say(ctx, ana, page, health.Saying{OnIt: &yes, Note: &note}))
	b.now = night.Add(9 * time.Minute)
	b.ok(s.Say(ctx, ana, page, health.Saying{OnIt: &yes}))
	token, _, err := s.MakeLink(ctx, ana, page)
	b.ok(err)
	seen, err := s.LinkedPage(ctx, token)
	b.ok(err)
	if seen.CheckIn.Note != "" {
		t.Errorf("the link shows the note %q", seen.CheckIn.Note)
	}
	b.ok(s.SayByLink(ctx, token, health.Saying{Verdict: &no, Waking: &woken, Note: new(string)}))
	b.send(list(event("e2", "p1", health.KindResolved, time.Hour)), "d2") // folds the page anew
	b.work()
	got, err := s.OwnPage(ctx, ana, page)
	b.ok(err)
	want := health.CheckIn{OnItAt: night.Add(3 * time.Minute), Verdict: no, Waking: woken, Note: note, SaidAt: b.now}
	if got.CheckIn != want {
		t.Errorf("said %+v, want %+v", got.CheckIn, want)
	}
	facts, err := b.store.Facts(ctx, got.Team, night.Add(-time.Hour), night.Add(2*time.Hour))
	b.ok(err)
	if len(facts.Notices) != 1 || facts.Notices[0].Verdict != no || len(facts.Incidents) != 1 || !facts.Incidents[0].CheckInAt.Equal(night.Add(3*time.Minute)) {
		t.Errorf("facts: %+v", facts)
	}
	b.ok(s.Say(ctx, ana, page, health.Saying{OnIt: new(bool)})) // it was not they
	b.now = night.Add(61 * time.Minute)
	if err := s.Say(ctx, ana, page, health.Saying{OnIt: &yes}); !errors.Is(err, schedule.ErrConflict) {
		t.Errorf("on it after the end: %v, want conflict", err)
	}
	var sum health.SaidSum
	sum, err = b.store.SaidOf(ctx, got.Team, ana, night.Add(-time.Hour), b.now)
	b.ok(err)
	if want := (health.SaidSum{Pages: 1, Woken: 1, NoAction: 1}); sum != want {
		t.Errorf("Ana said %+v, want %+v", sum, want)
	}
	said, err := b.store.SaidIn(ctx, got.Team, night.Add(-time.Hour), b.now)
	b.ok(err)
	if len(said) != 1 || said[0].Page != page || said[0].Person != ana || said[0].Note != note || !said[0].OnItAt.IsZero() {
		t.Errorf("what was said: %+v", said)
	}
	b.now = night.Add(time.Hour + 72*time.Hour - time.Second)
	_, err = s.LinkedPage(ctx, token)
	b.ok(err)
	b.ok(b.db.Write.Exec("UPDATE person SET deactivated_at = 1 WHERE id = ?", ana).Error)
	if _, err := s.LinkedPage(ctx, token); !errors.Is(err, schedule.ErrNotFound) {
		t.Errorf("link of who has left: %v, want not found", err)
	}
	b.ok(b.db.Write.Exec("UPDATE person SET deactivated_at = NULL WHERE id = ?", ana).Error)
	b.now = b.now.Add(time.Second)
	if err := s.SayByLink(ctx, token, health.Saying{Verdict: &no}); !errors.Is(err, schedule.ErrNotFound) {
		t.Errorf("link after 72 hours: %v, want not found", err)
	}
	if _, _, err := s.MakeLink(ctx, ana, page); !errors.Is(err, schedule.ErrConflict) {
		t.Errorf("new link after 72 hours: %v, want conflict", err)
	}
}

// Two pages of a key that turn out to be one take along what was said of either, and the
// links; a page that turns out to have begun earlier keeps it.
func TestSayingsFollowPages(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) { sayingsFollow(t, newBench(t, db)) })
}

func sayingsFollow(t *testing.T, b *bench) {
	ctx := t.Context()
	ana := b.person("Ana")
	b.duty = map[time.Time]schedule.ID{night.Add(-time.Hour): ana}
	s := &health.Service{Store: b.store, Now: func() time.Time { return b.now }, Receiver: b.receiver}
	const gap = 20 * time.Minute // of more than the time within which a page comes again as the same
	b.now = night.Add(2 * time.Hour)
	b.send(list(event("t1", "p", health.KindTriggered, 0), event("r1", "p", health.KindResolved, time.Minute), event("t2", "p", health.KindTriggered, gap)), "d1")
	b.work()
	mine, err := s.OwnPages(ctx, ana)
	b.ok(err)
	if len(mine) != 2 {
		t.Fatalf("pages: %+v", mine)
	}
	no, woken, awake, note := health.NoAction, health.Woken, health.AwakeAnyway, "seen it"
	b.ok(s.Say(ctx, ana, mine[1].ID, health.Saying{Waking: &woken}))
	b.ok(s.Say(ctx, ana, mine[0].ID, health.Saying{Waking: &awake, Verdict: &no, Note: &note}))
	token, _, err := s.MakeLink(ctx, ana, mine[0].ID)
	b.ok(err)
	// It had been opened again, so both are one page.
	b.send(list(event("o1", "p", health.KindReopened, 2*time.Minute)), "d2")
	b.work()
	mine, err = s.OwnPages(ctx, ana)
	b.ok(err)
	if len(mine) != 1 || mine[0].CheckIn.Waking != woken || mine[0].CheckIn.Verdict != no || mine[0].CheckIn.Note != note {
		t.Fatalf("the one page: %+v", mine)
	}
	if p, err := s.LinkedPage(ctx, token); err != nil || p.ID != mine[0].ID {
		t.Errorf("the link leads to %d, %v; want %d", p.ID, err, mine[0].ID)
	}
	// It began earlier than was known.
	b.send(list(event("t0", "p", health.KindTriggered, -time.Minute)), "d3")
	b.work()
	mine, err = s.OwnPages(ctx, ana)
	b.ok(err)
	if len(mine) != 1 || mine[0].OpenedBy != "t0" || mine[0].CheckIn.Waking != woken || mine[0].CheckIn.Verdict != no || mine[0].Linked.IsZero() {
		t.Errorf("the page that began earlier: %+v", mine)
	}
	facts, err := b.store.Facts(ctx, b.door.Team, night.Add(-time.Hour), b.now)
	b.ok(err)
	if len(facts.Notices) == 0 || facts.Notices[0].Verdict != no {
		t.Errorf("notices %+v", facts.Notices)
	}
}

// What somebody said counts as long as the page is theirs, and again when it is theirs
// again.
func TestSayingsOfMappedPeople(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		b := newBench(t, db)
		ctx := t.Context()
		ana, ben := b.person("Ana"), b.person("Ben")
		s := &health.Service{Store: b.store, Now: func() time.Time { return b.now }, Receiver: b.receiver}
		b.send(list(event("t1", "p", health.KindTriggered, 0, health.Party{Identity: health.Identity{ID: "U1"}, Role: health.RoleNotified})), "d1")
		b.work()
		contacts, err := b.store.Contacts(ctx, b.door.ID)
		b.ok(err)
		is := func(who schedule.ID) {
			t.Helper()
			b.ok(b.store.InTx(ctx, func(tx health.Store) error { return tx.MapContact(ctx, contacts[0].ID, who, who, b.now) }))
		}
		verdict := func(want health.Verdict) {
			t.Helper()
			facts, err := b.store.Facts(ctx, b.door.Team, night.Add(-time.Hour), night.Add(time.Hour))
			b.ok(err)
			if len(facts.Notices) != 1 || facts.Notices[0].Verdict != want {
				t.Errorf("notices %+v, want verdict %v", facts.Notices, want)
			}
		}
		is(ana)
		mine, err := s.OwnPages(ctx, ana)
		b.ok(err)
		no, action := health.NoAction, health.Actionable
		b.ok(s.Say(ctx, ana, mine[0].ID, health.Saying{Verdict: &no}))
		token, _, err := s.MakeLink(ctx, ana, mine[0].ID)
		b.ok(err)
		verdict(no)
		is(ben)
		verdict(health.Untagged)
		if err := s.SayByLink(ctx, token, health.Saying{Verdict: &action}); !errors.Is(err, schedule.ErrNotFound) {
			t.Errorf("link of a page that was somebody else's: %v, want not found", err)
		}
		b.ok(s.Say(ctx, ben, mine[0].ID, health.Saying{Verdict: &action}))
		verdict(action)
		is(ana)
		verdict(no)
		if mine, err = s.OwnPages(ctx, ana); err != nil || len(mine) != 1 || mine[0].CheckIn.Verdict != no {
			t.Errorf("pages of Ana: %+v, %v", mine, err)
		}
	})
}

// Two taps at once are both kept, and whoever was on it first stays the first.
func TestTapsAtOnce(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		b := newBench(t, db)
		ctx := t.Context()
		ana := b.person("Ana")
		b.duty = map[time.Time]schedule.ID{night.Add(-time.Hour): ana}
		b.send(list(event("t1", "p", health.KindTriggered, 0)), "d1")
		b.work()
		s := &health.Service{Store: b.store, Now: func() time.Time { return b.now }, Receiver: b.receiver}
		mine, err := s.OwnPages(ctx, ana)
		b.ok(err)
		token, _, err := s.MakeLink(ctx, ana, mine[0].ID)
		b.ok(err)
		no, woken, yes := health.NoAction, health.Woken, true
		var wait sync.WaitGroup
		for _, what := range []health.Saying{{Verdict: &no}, {Waking: &woken}, {OnIt: &yes}, {Verdict: &no}, {OnIt: &yes}} {
			wait.Go(func() {
				if err := s.SayByLink(ctx, token, what); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		got, err := s.OwnPage(ctx, ana, mine[0].ID)
		b.ok(err)
		if got.CheckIn.Verdict != no || got.CheckIn.Waking != woken || got.CheckIn.OnItAt.IsZero() {
			t.Errorf("said %+v", got.CheckIn)
		}
	})
}
