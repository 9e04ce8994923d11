package scheduledb_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"watchbill/schedule"
)

// stern is a judge with one rule: nobody has two weeks that touch.
func stern(in schedule.JudgeInput) ([][]schedule.Finding, error) {
	var all [][]schedule.Finding
	for _, c := range in.Cases {
		var found []schedule.Finding
		for _, a := range c.Held {
			for _, b := range c.Held {
				if a.Slot != b.Slot && (a.New || b.New) && a.End.Equal(b.Start) {
					found = append(found, schedule.Finding{Rule: schedule.RuleRest, Broken: true, Text: "no rest beside " + string(b.Slot)})
				}
			}
		}
		all = append(all, found)
	}
	return all, nil
}

func (w *world) swap(a schedule.ID, mine int, b schedule.ID, theirs int) schedule.Request {
	w.t.Helper()
	r, err := w.Ask(w.t.Context(), a, schedule.Request{Team: w.team, Stretch: w.slot(mine), Person: a, To: b, Return: w.slot(theirs)})
	w.ok(err)
	w.now = w.now.Add(time.Minute)
	r, err = w.Accept(w.t.Context(), b, r.ID)
	w.ok(err)
	return r
}

// One half of a swap is undone with the other, by whoever it concerns, and in a
// chain of swaps the last one first.
func TestUndoSwap(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		w.publish(schedule.DateOf(start), 3, nil)
		first := w.swap(w.ana, 0, w.cleo, 2)
		second := w.swap(w.ana, 2, w.ben, 1)
		w.expect("Cleo 7/08–14/08 Ana 14/08–21/08 Ben 21/08–28/08 ")
		err := w.Undo(ctx, w.cleo, first.Override)
		w.is(err, schedule.ErrConflict)
		if !strings.Contains(err.Error(), "primary 2026-12-21 has been passed on since; undo that first") {
			t.Error(err)
		}
		o, err := w.Store.Override(ctx, second.ReturnedBy)
		w.ok(err)
		if !o.Party(w.ana) || !o.Party(w.ben) || o.Party(w.cleo) || o.Party(0) {
			t.Errorf("parties of %+v", o)
		}
		w.ok(w.Undo(ctx, w.ben, second.ReturnedBy)) // either half
		w.expect("Cleo 7/08–14/08 Ben 14/08–21/08 Ana 21/08–28/08 ")
		w.is(w.Undo(ctx, w.ben, second.Override), schedule.ErrConflict)
		if got, err := w.Store.Request(ctx, second.ID); err != nil || got.State != schedule.RequestUndone {
			t.Errorf("%+v, %v", got, err)
		}
		w.ok(w.Undo(ctx, w.ana, first.Override))
		w.expect(asPlanned)

		// Once one of the shifts has begun the swap stands.
		third := w.swap(w.ana, 0, w.cleo, 2)
		w.now = start.Add(time.Hour)
		w.is(w.Undo(ctx, w.cleo, third.ReturnedBy), nil)
		w.expect("Cleo 7/08–14/08 Ben 14/08–21/08 Ana 21/08–28/08 ")
	})
}

// What is refused says by which rule; a manager decides otherwise with a reason,
// which is kept with what it breaks.
func TestRulesBind(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		w.Judge = stern
		w.publish(schedule.DateOf(start), 6, nil) // Ana, Ben, Cleo, Ana, Ben, Cleo
		rule := func(err error) {
			t.Helper()
			w.is(err, schedule.ErrConflict)
			if !strings.Contains(err.Error(), "cannot take this: no rest beside") {
				t.Error(err)
			}
		}
		r, err := w.Ask(ctx, w.ana, schedule.Request{Team: w.team, Stretch: w.slot(0), Person: w.ana, Message: "a wedding"})
		w.ok(err)
		_, err = w.Accept(ctx, w.ben, r.ID)
		rule(err)
		_, err = w.Approve(ctx, w.boss, r.ID, w.ben, " ")
		w.is(err, nil)
		_, err = w.Approve(ctx, w.boss, r.ID, 0, "who?")
		w.is(err, nil)
		_, err = w.Approve(ctx, w.boss, r.ID, w.ana, "her own")
		w.is(err, schedule.ErrNotFound)
		r, err = w.Approve(ctx, w.boss, r.ID, w.ben, "Ben wants it so")
		w.ok(err)
		o, err := w.Store.Override(ctx, r.Override)
		w.ok(err)
		if o.Broke != "no rest beside primary 2026-12-14" || o.Reason != "Ben wants it so" || o.CreatedBy != w.boss || o.Person != w.ben || o.Kind != schedule.Covered {
			t.Errorf("%+v", o)
		}
		entries, err := w.Store.AuditOf(ctx, w.ana, w.team, 1)
		w.ok(err)
		if entries[0].Detail != "primary 2026-12-07: Ben wants it so (against a rule: no rest beside primary 2026-12-14)" {
			t.Errorf("audit %+v", entries[0])
		}

		// A swap is looked at for both sides: giving away the first makes the second fit.
		swap := schedule.Request{Team: w.team, Stretch: w.slot(3), Person: w.ana, To: w.ben, Return: w.slot(4)}
		r, err = w.Ask(ctx, w.ana, swap)
		w.ok(err)
		all, err := w.Effects(ctx, w.team, r.Moves(w.ben))
		w.ok(err)
		if len(all[0]) != 2 || all[0][0].Broken() || all[0][1].Broken() {
			t.Errorf("%+v", all)
		}
		_, err = w.Accept(ctx, w.ben, r.ID)
		w.ok(err)

		hole, err := w.Put(ctx, w.boss, w.team, w.slot(5), 0, "nobody can")
		w.ok(err)
		_, err = w.Take(ctx, w.ana, w.team, w.slot(5))
		rule(err)
		o, err = w.Put(ctx, w.boss, w.team, w.slot(5), w.ana, "she must")
		w.ok(err)
		if o.Broke == "" {
			t.Errorf("%+v", o)
		}
		w.ok(w.Undo(ctx, w.boss, o.ID))
		w.ok(w.Undo(ctx, w.boss, hole.ID))

		// Undoing would give back what does not fit any more.
		r, err = w.Ask(ctx, w.cleo, schedule.Request{Team: w.team, Stretch: w.slot(2), Person: w.cleo, To: w.ana})
		w.ok(err)
		r, err = w.Accept(ctx, w.ana, r.ID)
		w.ok(err)
		_, err = w.Put(ctx, w.boss, w.team, w.slot(3), w.cleo, "needs her")
		w.ok(err)
		rule(w.Undo(ctx, w.ana, r.Override))
		w.is(w.UndoAnyway(ctx, w.boss, r.Override, ""), nil)
		w.ok(w.UndoAnyway(ctx, w.boss, r.Override, "both agree"))
	})
}

// The rest of a running shift can be taken over at once, and either of the two can
// undo that; what was in between stays.
func TestTakeOver(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		w.publish(schedule.DateOf(start), 3, nil)
		w.ok(w.SawChanges(ctx, w.ana, w.now))
		_, err := w.TakeOver(ctx, w.ben, w.team, w.slot(0).Slot, "")
		w.is(err, schedule.ErrConflict) // does not run
		w.now = start.AddDate(0, 0, 1)
		_, err = w.TakeOver(ctx, w.ana, w.team, w.slot(0).Slot, "")
		w.is(err, nil) // her own
		o, err := w.TakeOver(ctx, w.ben, w.team, w.slot(0).Slot, "Ana is ill")
		w.ok(err)
		w.expect("Ana 7/08–8/08 Ben 8/08–14/08 Ben 14/08–21/08 Cleo 21/08–28/08 ")
		changes, err := w.Changes(ctx, w.ana)
		w.ok(err)
		last := changes[len(changes)-1]
		if last.By != w.ben || last.Override != o.ID || last.Reason != "Ana is ill" || len(last.Is) != 0 || !last.Was[0].Start.Equal(w.now) {
			t.Errorf("%+v", changes)
		}
		w.now = w.now.AddDate(0, 0, 1)
		w.ok(w.Undo(ctx, w.ana, o.ID))
		w.expect("Ana 7/08–8/08 Ben 8/08–9/08 Ana 9/08–14/08 Ben 14/08–21/08 Cleo 21/08–28/08 ")

		// An override of what has begun is for what is still to come.
		_, err = w.Put(ctx, w.boss, w.team, w.slot(0), w.cleo, "holiday")
		w.ok(err)
		w.expect("Ana 7/08–8/08 Ben 8/08–9/08 Cleo 9/08–14/08 Ben 14/08–21/08 Cleo 21/08–28/08 ")

		// Cover of the rest can be asked for while it runs.
		r, err := w.Ask(ctx, w.cleo, schedule.Request{Team: w.team, Stretch: w.slot(0), Person: w.cleo})
		w.ok(err)
		w.now = w.now.Add(time.Hour)
		_, err = w.Accept(ctx, w.ana, r.ID)
		w.ok(err)
		w.expect("Ana 7/08–8/08 Ben 8/08–9/08 Cleo 9/08–9/09 Ana 9/09–14/08 Ben 14/08–21/08 Cleo 21/08–28/08 ")
	})
}

// Requests are asked once, reminded of once, and void when their shift moves or
// whom they ask has left.
func TestRequestsEnd(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		w.publish(schedule.DateOf(start), 3, nil)
		ask := schedule.Request{Team: w.team, Stretch: w.slot(1), Person: w.ben, To: w.cleo}
		r, err := w.Ask(ctx, w.boss, ask)
		w.ok(err)
		_, err = w.Ask(ctx, w.ben, ask)
		w.is(err, schedule.ErrConflict)
		due, err := w.Remind(ctx, w.team)
		w.ok(err)
		if len(due) != 0 {
			t.Errorf("reminded at once: %+v", due)
		}
		w.now = r.ExpiresAt.Add(-time.Hour)
		var wg sync.WaitGroup
		var mu sync.Mutex
		for range 4 { // as many replicas
			wg.Go(func() {
				some, err := w.Remind(ctx, w.team)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				}
				due = append(due, some...)
			})
		}
		wg.Wait()
		if len(due) != 1 || due[0].ID != r.ID {
			t.Errorf("reminded of %+v", due)
		}
		w.now = start.AddDate(0, 0, -3)
		w.ok(w.RemoveMember(ctx, w.boss, w.team, w.cleo))
		w.ok(w.Expire(ctx, w.team))
		if got, err := w.Store.Request(ctx, r.ID); err != nil || got.State != schedule.RequestVoid || got.Note == "" {
			t.Errorf("%+v, %v", got, err)
		}
		issues, err := w.Issues(ctx, w.team)
		w.ok(err)
		if len(issues) != 1 || issues[0].Kind != schedule.Unknown || issues[0].Shift.Person != w.cleo {
			t.Errorf("%+v", issues)
		}

		// A plan that moves the shift says so too.
		r, err = w.Ask(ctx, w.ana, schedule.Request{Team: w.team, Stretch: w.slot(0), Person: w.ana})
		w.ok(err)
		w.publish(schedule.DateOf(start), 3, map[schedule.SlotID]schedule.ID{w.slot(0).Slot: w.ben})
		if got, err := w.Store.Request(ctx, r.ID); err != nil || got.State != schedule.RequestVoid || got.Note != "primary 2026-12-07 is with Ben now" {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// Everybody is told once how their shifts have changed, but not of what they did
// themselves.
func TestChanges(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		told := func(person schedule.ID) string {
			t.Helper()
			changes, err := w.Changes(ctx, person)
			w.ok(err)
			text := ""
			for _, c := range changes {
				text += fmt.Sprintf("%s %d→%d by %d; ", c.Slot, len(c.Was), len(c.Is), c.By)
			}
			return text
		}
		seen := func(person schedule.ID) {
			t.Helper()
			w.ok(w.SawChanges(ctx, person, w.now))
			w.now = w.now.Add(time.Minute)
		}
		w.now = w.now.Add(time.Minute)
		w.publish(schedule.DateOf(start), 3, nil)
		if got, want := told(w.ana), fmt.Sprintf("primary 2026-12-07 0→1 by %d; ", w.boss); got != want {
			t.Errorf("told %q, want %q", got, want)
		}
		seen(w.ana)
		seen(w.ben)
		seen(w.cleo)
		if got := told(w.ana); got != "" {
			t.Errorf("told again: %q", got)
		}
		w.is(w.SawChanges(ctx, w.ana, w.now.Add(time.Hour)), nil)
		w.ok(w.SawChanges(ctx, w.ana, w.now.Add(-time.Hour)))
		if got := told(w.ana); got != "" {
			t.Errorf("told again after an old click: %q", got)
		}
		r, err := w.Ask(ctx, w.ana, schedule.Request{Team: w.team, Stretch: w.slot(0), Person: w.ana})
		w.ok(err)
		r, err = w.Accept(ctx, w.cleo, r.ID)
		w.ok(err)
		if got, want := told(w.ana), fmt.Sprintf("primary 2026-12-07 1→0 by %d; ", w.cleo); got != want {
			t.Errorf("told %q, want %q", got, want)
		}
		if got := told(w.cleo) + told(w.ben); got != "" {
			t.Errorf("who did it, and who has nothing to do with it, are told %q", got)
		}
		// What was there and back again is no change.
		w.now = w.now.Add(time.Minute)
		w.ok(w.Undo(ctx, w.cleo, r.Override))
		if got := told(w.ana) + told(w.cleo); got != "" {
			t.Errorf("told %q", got)
		}
		w.now = w.now.Add(time.Minute)
		w.publish(schedule.DateOf(start), 3, map[schedule.SlotID]schedule.ID{w.slot(0).Slot: w.ben, w.slot(1).Slot: w.ana})
		if got, want := told(w.ana), fmt.Sprintf("primary 2026-12-07 1→0 by %d; primary 2026-12-14 0→1 by %d; ", w.boss, w.boss); got != want {
			t.Errorf("told %q, want %q", got, want)
		}
	})
}
