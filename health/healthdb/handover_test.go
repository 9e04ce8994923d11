package healthdb_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/migrations"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// A relay is hand-overs over shifts that a test says.
type relay struct {
	*bench
	*health.HandOvers
	shifts []schedule.Shift
}

func newRelay(t *testing.T, db *migrations.DB) *relay {
	b := newBench(t, db)
	r := &relay{bench: b}
	r.HandOvers = &health.HandOvers{Store: b.store, Now: func() time.Time { return b.now }, Turns: func(_ context.Context, team schedule.ID, _, _ time.Time) ([]health.Turn, error) {
		if team != b.door.Team {
			return nil, nil
		}
		return health.TurnsOf(r.shifts), nil
	}}
	return r
}

// week puts somebody on a week, or a part of it.
func (r *relay) week(slot string, person schedule.ID, from, to time.Duration) {
	r.shifts = append(r.shifts, schedule.Shift{Slot: schedule.SlotID(slot), Rotation: "primary", Person: person, Start: monday.Add(from), End: monday.Add(to)})
}

func (r *relay) turn(at time.Time) health.TurnName {
	return health.TurnName{Team: r.door.Team, At: at}
}

func (r *relay) report(at time.Time) *health.TurnReport {
	r.t.Helper()
	got, err := r.Report(r.t.Context(), r.turn(at))
	r.ok(err)
	return got
}

const day = 24 * time.Hour

// A shift is noted, handed over and read; what was there then stays as it is.
func TestHandOver(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) { handOver(t, newRelay(t, db)) })
}

func handOver(t *testing.T, r *relay) {
	ctx := t.Context()
	ana, ben, boss := r.person("Ana"), r.person("Ben"), r.person("Boss")
	r.week("a", ana, 0, 7*day)
	r.week("b", ben, 7*day, 14*day)
	r.now = monday.Add(2 * day)
	first := r.turn(r.now)
	n, err := r.AddNote(ctx, health.Writer{Person: ana}, first, "  The disk\r\nfills.  ")
	r.ok(err)
	if n.Text != "The disk\nfills." || n.Rotation != "primary" {
		t.Errorf("the note is %+v", n)
	}
	_, err = r.AddNote(ctx, health.Writer{Person: ben}, first, "not mine")
	refused(t, "of somebody else's shift", err, "only who has the shift")
	_, err = r.AddNote(ctx, health.Writer{Person: ana}, first, " \n ")
	refused(t, "nothing", err, "write down")
	_, err = r.AddNote(ctx, health.Writer{Person: ana}, first, strings.Repeat("x", 4001))
	refused(t, "too long", err, "4000")
	_, err = r.AddNote(ctx, health.Writer{Person: ana}, first, "gnp.\u202eexe")
	refused(t, "turned round", err, "invisible letter")
	_, err = r.AddNote(ctx, health.Writer{Person: ben}, r.turn(monday.Add(8*day)), "early")
	conflict(t, "before it begins", err)
	_, err = r.EditNote(ctx, ben, r.door.Team, n.ID, "mine now")
	refused(t, "somebody else's note", err, "only who wrote")
	_, err = r.EditNote(ctx, ana, r.door.Team+1, n.ID, "another team's")
	missing(t, "by another team's address", err)
	_, err = r.EditNote(ctx, ana, r.door.Team, n.ID, "The disk fills on Tuesdays.")
	r.ok(err)
	_, err = r.AddNote(ctx, health.Writer{Person: boss, Manages: true}, first, "From the boss.")
	r.ok(err)
	refused(t, "read what is one's own", r.Read(ctx, ben, first), "only who has the shift")

	r.now = monday.Add(7*day - time.Hour)
	refused(t, "hand over another's", r.HandOver(ctx, health.Writer{Person: ben}, first), "only who has the shift")
	conflict(t, "read what was not handed over", r.Read(ctx, ben, r.turn(monday.Add(7*day))))
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			if err := r.HandOver(ctx, health.Writer{Person: ana}, first); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if got := r.report(r.now); got.Done == nil || got.Done.By != ana || len(got.Notes) != 2 || !got.Next.Has(ben) {
		t.Errorf("handed over: %+v", got)
	}
	_, err = r.EditNote(ctx, ana, r.door.Team, n.ID, "No, Wednesdays.")
	conflict(t, "a note that was handed over", err)
	waiting, err := r.Waiting(ctx, r.door.Team, ben)
	r.ok(err)
	if len(waiting) != 1 || !waiting[0].Read || waiting[0].Notes != 2 {
		t.Errorf("waits for Ben: %+v", waiting)
	}
	r.now = r.now.Add(30 * time.Minute)
	late, err := r.AddNote(ctx, health.Writer{Person: ana}, first, "One more thing.")
	r.ok(err)
	_, err = r.EditNote(ctx, ana, r.door.Team, late.ID, "One more thing: restart it.")
	r.ok(err)
	r.now = monday.Add(7*day + 10*time.Minute)
	second := r.turn(r.now)
	r.ok(r.Read(ctx, ben, second))
	r.now = r.now.Add(time.Minute)
	r.ok(r.Read(ctx, ben, second))
	_, err = r.EditNote(ctx, ana, r.door.Team, late.ID, "Or not.")
	conflict(t, "a late note that was read", err)
	got := r.report(r.now)
	if got.BeforeDone == nil || got.BeforeDone.ReadBy != ben || !got.BeforeDone.ReadAt.Equal(monday.Add(7*day+10*time.Minute)) || len(got.BeforeNotes) != 3 {
		t.Errorf("what Ana left: %+v, %+v", got.BeforeDone, got.BeforeNotes)
	}
	if waiting, err = r.Waiting(ctx, r.door.Team, ben); err != nil || len(waiting) != 0 {
		t.Errorf("still waits for Ben: %+v, %v", waiting, err)
	}
	r.now = monday.Add(14*day - 2*time.Hour)
	if waiting, err = r.Waiting(ctx, r.door.Team, ben); err != nil || len(waiting) != 1 || waiting[0].Read {
		t.Errorf("is to be handed over by Ben: %+v, %v", waiting, err)
	}
	r.now = monday.Add(14 * day)
	conflict(t, "a week later", r.HandOver(ctx, health.Writer{Person: ana}, first))
	r.ok(r.HandOver(ctx, health.Writer{Person: boss, Manages: true}, second))
	lines, rotations, err := r.List(ctx, r.door.Team, "", monday, r.now)
	r.ok(err)
	if len(lines) != 2 || lines[0].Notes != 0 || lines[1].Notes != 3 || lines[0].Done == nil || lines[1].Done == nil || len(rotations) != 1 {
		t.Errorf("the list: %+v, %v", lines, rotations)
	}
	if _, err := r.Report(ctx, health.TurnName{Team: r.door.Team, Rotation: "none", At: r.now}); !errors.Is(err, schedule.ErrNotFound) {
		t.Errorf("a rotation that there is not: %v", err)
	}
}

// When a shift changes after it was noted and handed over, nothing that was written is
// lost: it is where its moment lies.
func TestHandOverOfChangedShifts(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		r := newRelay(t, db)
		ctx := t.Context()
		ana, ben, cyd := r.person("Ana"), r.person("Ben"), r.person("Cyd")
		r.week("a", ana, 0, 7*day)
		r.week("b", ben, 7*day, 14*day)
		for _, at := range []time.Duration{day, 5 * day} {
			r.now = monday.Add(at)
			_, err := r.AddNote(ctx, health.Writer{Person: ana}, r.turn(r.now), "noted")
			r.ok(err)
		}
		r.now = monday.Add(6*day - time.Second)
		conflict(t, "before its last day", r.HandOver(ctx, health.Writer{Person: ana}, r.turn(r.now)))
		if waits, err := r.Waiting(ctx, r.door.Team, ana); err != nil || len(waits) != 0 {
			t.Errorf("before its last day there waits %+v, %v", waits, err)
		}
		r.now = monday.Add(6 * day)
		if waits, err := r.Waiting(ctx, r.door.Team, ana); err != nil || len(waits) != 1 {
			t.Errorf("in its last day there waits %+v, %v", waits, err)
		}
		r.ok(r.HandOver(ctx, health.Writer{Person: ana}, r.turn(r.now)))
		// It turns out that Cyd had the middle of it.
		r.shifts = nil
		r.week("a", ana, 0, 4*day)
		r.week("a", cyd, 4*day, 6*day)
		r.week("a", ana, 6*day, 7*day)
		r.week("b", ben, 7*day, 14*day)
		for _, want := range []struct {
			at    time.Duration
			notes int
			done  bool
		}{{day, 1, true}, {5 * day, 1, false}, {6*day + time.Hour, 0, false}} {
			got := r.report(monday.Add(want.at))
			if len(got.Notes) != want.notes || (got.Done != nil) != want.done {
				t.Errorf("at day %v: notes %+v, done %+v", want.at/day, got.Notes, got.Done)
			}
		}
		// Who covers is handed over to, and hands over.
		r.ok(r.Read(ctx, cyd, r.turn(monday.Add(5*day))))
		r.ok(r.HandOver(ctx, health.Writer{Person: cyd}, r.turn(monday.Add(5*day))))
		if got := r.report(monday.Add(5 * day)); got.Done == nil || got.BeforeDone == nil || got.BeforeDone.ReadBy != cyd || !got.Next.Has(ana) {
			t.Errorf("the part that Cyd has: %+v", got)
		}
	})
}

// The pages of a shift come by alert, with whether there was something to do, what was
// noted and who is on it, and never with whether one woke somebody.
func TestHandOverPages(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		r := newRelay(t, db)
		ctx := t.Context()
		ana := r.person("Ana")
		r.week("a", ana, 0, 7*day)
		r.now = monday.Add(3 * day)
		var last *health.PageRecord
		for i, service := range []string{"disk", "checkout", "disk", "disk"} {
			last = r.ring(ana, service, time.Duration(i+1)*time.Hour)
		}
		open := *last
		open.ID, open.Key, open.OpenedBy, open.State, open.ResolvedAt, open.TriggeredAt = 0, "open", "open", health.StateTriggered, time.Time{}, r.now.Add(-time.Minute)
		r.ok(r.store.InTx(ctx, func(tx health.Store) error { return tx.SavePage(ctx, &open) }))
		s := &health.Service{Store: r.store, Now: func() time.Time { return r.now }}
		no, woken, yes, note := health.NoAction, health.Woken, true, "the export"
		r.ok(s.Say(ctx, ana, last.ID, health.Saying{Verdict: &no, Waking: &woken, Note: &note}))
		r.ok(s.Say(ctx, ana, open.ID, health.Saying{OnIt: &yes}))
		got := r.report(r.now)
		if got.Pages != 5 || len(got.Groups) != 2 || got.Groups[0].Service != "disk" || len(got.Groups[0].Pages) != 4 || got.Groups[0].Count(no) != 1 || got.Groups[0].Count(health.Untagged) != 3 {
			t.Fatalf("pages: %+v", got)
		}
		said := got.Groups[0].Pages[1]
		if said.ID != last.ID || len(said.Notes) != 1 || said.Notes[0].Note != note || said.Notes[0].Waking != health.WakingUnsaid {
			t.Errorf("the page that was told about: %+v", said)
		}
		if len(got.Open) != 1 || got.Open[0].ID != open.ID || len(got.Open[0].OnIt) != 1 {
			t.Errorf("open: %+v", got.Open)
		}
	})
}

func refused(t *testing.T, what string, err error, words string) {
	t.Helper()
	var invalid *schedule.InvalidError
	if !errors.As(err, &invalid) || !strings.Contains(invalid.Reason, words) {
		t.Errorf("%s: %v, want a refusal with %q", what, err, words)
	}
}

func conflict(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, schedule.ErrConflict) {
		t.Errorf("%s: %v, want a conflict", what, err)
	}
}

func missing(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, schedule.ErrNotFound) {
		t.Errorf("%s: %v, want not found", what, err)
	}
}
