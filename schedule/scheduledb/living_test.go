package scheduledb_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
		entries, err := w.Store.AuditOf(ctx, schedule.AuditQuery{Person: w.ana, Team: w.team, Most: 1})
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

// Anybody in the team puts somebody on when whoever has a running shift cannot be
// reached: the hard rules bind, both are told, and of two who do it at once one is.
func TestStandIn(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		w.publish(schedule.DateOf(start), 3, nil)
		slot := w.slot(0).Slot
		_, err := w.StandIn(ctx, w.cleo, w.ben, w.ana, w.team, slot, "")
		w.is(err, schedule.ErrConflict) // does not run
		w.now = start.AddDate(0, 0, 1)
		w.ok(w.SawChanges(ctx, w.ana, w.now))
		w.ok(w.SawChanges(ctx, w.ben, w.now))
		w.now = w.now.Add(time.Hour)
		for person, missing := range map[schedule.ID]schedule.ID{w.ana: w.ana, w.ben: 0, 9999: w.ana} {
			_, err = w.StandIn(ctx, w.cleo, person, missing, w.team, slot, "")
			if _, ok := errors.AsType[*schedule.InvalidError](err); !ok {
				t.Errorf("%d for %d: %v", person, missing, err)
			}
		}
		_, err = w.StandIn(ctx, w.cleo, w.ben, w.cleo, w.team, slot, "")
		w.is(err, schedule.ErrConflict) // Cleo does not have it
		o, err := w.StandIn(ctx, w.cleo, w.ben, w.ana, w.team, slot, "")
		w.ok(err)
		_, err = w.StandIn(ctx, w.boss, w.cleo, w.ana, w.team, slot, "")
		if w.is(err, schedule.ErrConflict); err == nil || !strings.HasPrefix(err.Error(), "Ben has it by now") {
			t.Errorf("the second is told: %v", err)
		}
		for _, person := range []schedule.ID{w.ana, w.ben} {
			changes, err := w.Changes(ctx, person)
			w.ok(err)
			if len(changes) == 0 || changes[len(changes)-1].By != w.cleo || changes[len(changes)-1].Reason != "Ana was not reached" {
				t.Errorf("%d is told %+v", person, changes)
			}
		}
		w.now = w.now.Add(time.Hour)
		w.ok(w.Undo(ctx, w.ben, o.ID)) // Ben cannot either
		o, err = w.StandIn(ctx, w.cleo, w.cleo, w.ana, w.team, slot, "she called me")
		w.ok(err)
		if o.Reason != "she called me" || o.Person != w.cleo {
			t.Errorf("%+v", o)
		}
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

// History is who really had it, whatever becomes of names, people, rules and plans.
func TestHistoryStays(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		w.publish(schedule.DateOf(start), 3, nil)
		w.now = start.AddDate(0, 0, 1)
		_, err := w.TakeOver(ctx, w.ben, w.team, w.slot(0).Slot, "")
		w.ok(err)
		w.now = start.AddDate(0, 0, 8)
		at := func(day int) string {
			t.Helper()
			when := start.AddDate(0, 0, day).Add(12 * time.Hour)
			shifts, err := w.Shifts(ctx, w.team, when, when.Add(time.Second), when)
			w.ok(err)
			now, err := w.Shifts(ctx, w.team, when, when.Add(time.Second), time.Time{})
			w.ok(err)
			if len(shifts) != 1 || len(now) != 1 || now[0].Person != shifts[0].Person {
				t.Fatalf("at %v: %+v as known then, %+v as known now", when, shifts, now)
			}
			return map[schedule.ID]string{w.ana: "Ana", w.ben: "Ben", w.cleo: "Cleo"}[shifts[0].Person]
		}
		check := func(after string) {
			t.Helper()
			if got := at(0) + ", then " + at(1) + at(6) + at(7); got != "Ana, then BenBenBen" {
				t.Errorf("after %s it was %s", after, got)
			}
		}
		check("nothing")
		people, err := w.Store.People(ctx, []schedule.ID{w.ana})
		w.ok(err)
		people[0].Name = "Anabel"
		w.ok(w.SaveProfile(ctx, w.ana, people[0]))
		check("a new name")
		w.ok(w.RemoveMember(ctx, w.boss, w.team, w.ben))
		check("Ben has left")
		w.ok(w.Store.SaveRules(ctx, &schedule.TeamRules{Team: w.team, From: schedule.DateOf(start), Source: "rotations: [other]\n", CreatedAt: w.now}))
		check("other rules for that time")
		w.publish(schedule.DateOf(start), 3, map[schedule.SlotID]schedule.ID{w.slot(0).Slot: w.cleo, w.slot(1).Slot: w.cleo, w.slot(2).Slot: w.cleo})
		check("another plan for that time")
		_, err = w.Put(ctx, w.boss, w.team, w.slot(1), w.cleo, "from now on")
		w.ok(err)
		check("an override of all of the shift")
		record, err := w.Store.Team(ctx, w.team)
		w.ok(err)
		record.Name, record.Zone = "Payments and Refunds", "Asia/Kathmandu"
		w.ok(w.SaveTeam(ctx, w.boss, record, nil))
		check("another name and zone of the team")
		_, err = w.Put(ctx, w.boss, w.team, w.slot(0), w.cleo, "too late")
		w.is(err, nil)
		check("an attempt to rewrite it")
	})
}

// Covers and swaps move load to who really held it, once, also when the cover comes
// between drafting a plan and publishing it.
func TestBalanceOverTwoPlans(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		// What a plan ends with is what it began with: nobody is above or below.
		w.Plan = func(ctx context.Context, in schedule.PlanInput, progress func(int) bool) (schedule.Planned, error) {
			p, err := weeks(ctx, in, progress)
			p.After, p.Moved = in.Before, in.Moved
			return p, err
		}
		day := schedule.DateOf(start)
		balance := func(plan int) string {
			t.Helper()
			from := day.AddDays(21 * plan)
			in, err := w.PlanInput(ctx, w.team, from, from.AddDays(21))
			w.ok(err)
			return fmt.Sprintf("Ana %d Ben %d Cleo %d", in.Before[w.ana]/1000, in.Before[w.ben]/1000, in.Before[w.cleo]/1000)
		}
		expect := func(plan int, want string) {
			t.Helper()
			if got := balance(plan); got != want {
				t.Fatalf("before plan %d: %s, want %s", plan+1, got, want)
			}
		}
		cover := func(week int, holder, taker schedule.ID, days int) schedule.Request {
			t.Helper()
			w.now = w.now.Add(time.Minute)
			part := w.slot(week)
			part.End = part.Start.AddDate(0, 0, days)
			r, err := w.Ask(ctx, holder, schedule.Request{Team: w.team, Stretch: part, Person: holder, To: taker})
			w.ok(err)
			r, err = w.Accept(ctx, taker, r.ID)
			w.ok(err)
			w.now = w.now.Add(time.Minute)
			return r
		}
		w.publish(day, 3, nil)
		first := cover(0, w.ana, w.ben, 1)
		expect(1, "Ana -24 Ben 24 Cleo 0")
		draft, err := w.AskDraft(ctx, w.boss, schedule.DraftOrder{Team: w.team, From: day.AddDays(21), Until: day.AddDays(42)})
		w.ok(err)
		w.ok(w.RunDraft(ctx, draft.ID))
		cover(1, w.ben, w.cleo, 1) // the draft does not know of it
		_, err = w.Publish(ctx, w.boss, draft.ID, "")
		w.ok(err)
		expect(2, "Ana -24 Ben 0 Cleo 24")
		cover(3, w.ana, w.cleo, 2)
		expect(2, "Ana -72 Ben 0 Cleo 72")
		w.swap(w.ben, 4, w.cleo, 5) // as heavy as each other
		expect(2, "Ana -72 Ben 0 Cleo 72")
		w.ok(w.Undo(ctx, w.ben, first.Override))
		expect(2, "Ana -48 Ben -24 Cleo 72")
		w.publish(day.AddDays(21), 3, nil) // the same again
		expect(2, "Ana -48 Ben -24 Cleo 72")
		w.publish(day.AddDays(42), 3, nil)
		expect(3, "Ana -48 Ben -24 Cleo 72")
		effects, err := w.Effects(ctx, w.team, []schedule.Move{{Stretch: w.slot(6), To: w.cleo}})
		w.ok(err)
		if e := effects[0]; len(e) != 2 || e[0].Before != -48_000 || e[0].After != -216_000 || e[1].Before != 72_000 || e[1].After != 240_000 || e[1].Points != 168 {
			t.Errorf("effects %+v", e)
		}
	})
}

// Somebody in two teams cannot take a shift in both, also when they try at the same
// instant, and nobody waits for each other for ever.
func TestTwoTeamsAtOnce(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		w.Judge = once
		w.publish(schedule.DateOf(start), 3, nil)
		here := w.team
		in := schedule.TeamImport{Name: "Search", Zone: "Europe/Berlin", HorizonWeeks: 8, Rules: "rotations: []\n", From: schedule.DateOf(start)}
		for _, name := range []string{"Cleo", "Eve", "Boss"} {
			in.People = append(in.People, schedule.Planning{
				Profile:    schedule.Profile{Name: name, Email: name + "@example.com", Zone: "Europe/Berlin"},
				Membership: schedule.Membership{Share: schedule.FullTime, OnCall: name == "Eve", Manager: name == "Boss"},
			})
		}
		other, err := w.AddTeam(ctx, 0, in)
		w.ok(err)
		w.team = other.ID
		w.publish(schedule.DateOf(start), 3, nil)
		eve, err := w.Store.PersonByEmail(ctx, "eve@example.com")
		w.ok(err)
		for range 5 {
			w.now = w.now.Add(time.Minute)
			a, err := w.Ask(ctx, w.ana, schedule.Request{Team: here, Stretch: w.slot(0), Person: w.ana})
			w.ok(err)
			b, err := w.Ask(ctx, eve.ID, schedule.Request{Team: other.ID, Stretch: w.slot(0), Person: eve.ID})
			w.ok(err)
			errs := make([]error, 6)
			var wg sync.WaitGroup
			for i := range errs {
				wg.Go(func() { _, errs[i] = w.Accept(ctx, w.cleo, []schedule.ID{a.ID, b.ID}[i%2]) })
			}
			wg.Wait()
			won := -1
			for i, err := range errs {
				switch {
				case err == nil && won >= 0:
					t.Fatal("Cleo has two shifts at once")
				case err == nil:
					won = i
				default:
					w.is(err, schedule.ErrConflict)
				}
			}
			if won < 0 {
				t.Fatalf("nobody won: %v", errs)
			}
			for _, id := range []schedule.ID{a.ID, b.ID} {
				r, err := w.Store.Request(ctx, id)
				w.ok(err)
				if r.State == schedule.RequestAccepted {
					w.ok(w.Undo(ctx, w.cleo, r.Override))
				} else {
					w.ok(w.Withdraw(ctx, w.boss, id))
				}
			}
		}
		// What is twice over two teams is found in both.
		_, err = w.Put(ctx, w.boss, here, w.slot(0), w.cleo, "both")
		w.ok(err)
		o, err := w.Put(ctx, w.boss, other.ID, w.slot(0), w.cleo, "both")
		w.ok(err)
		if !strings.Contains(o.Broke, "two shifts at once") {
			t.Errorf("%+v", o)
		}
		for _, team := range []schedule.ID{here, other.ID} {
			issues, err := w.Issues(ctx, team)
			w.ok(err)
			if len(issues) != 1 || issues[0].Kind != schedule.Twice || issues[0].With == nil {
				t.Errorf("team %d: %+v", team, issues)
			}
		}
	})
}

// Everything at once: one thing happens after the other, and no two fail because of
// each other in any way but being told.
func TestAllAtOnce(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		w.publish(schedule.DateOf(start), 6, nil)
		w.now = w.now.Add(time.Minute)
		o, err := w.Put(ctx, w.boss, w.team, w.slot(1), w.cleo, "first")
		w.ok(err)
		r, err := w.Ask(ctx, w.ana, schedule.Request{Team: w.team, Stretch: w.slot(0), Person: w.ana})
		w.ok(err)
		s, err := w.Ask(ctx, w.ana, schedule.Request{Team: w.team, Stretch: w.slot(0), Person: w.ana, To: w.ben, Return: w.slot(4)})
		w.ok(err)
		day := schedule.DateOf(start)
		do := []func() error{
			func() error { _, err := w.Accept(ctx, w.cleo, r.ID); return err },
			func() error { _, err := w.Accept(ctx, w.ben, s.ID); return err },
			func() error { return w.Withdraw(ctx, w.ana, r.ID) },
			func() error { return w.Undo(ctx, w.boss, o.ID) },
			func() error { _, err := w.Put(ctx, w.boss, w.team, w.slot(0), w.ben, "second"); return err },
			func() error {
				_, err := w.AddLeave(ctx, w.ben, schedule.Leave{Person: w.ben, First: day, Last: day})
				return err
			},
			func() error { return w.Expire(ctx, w.team) },
		}
		errs := make([]error, 3*len(do))
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() { errs[i] = do[i%len(do)]() })
		}
		wg.Wait()
		for i, err := range errs {
			var invalid *schedule.InvalidError
			if err != nil && !errors.Is(err, schedule.ErrConflict) && !errors.As(err, &invalid) {
				t.Errorf("%d: %v", i%len(do), err)
			}
		}
		requests, err := w.Store.Requests(ctx, w.team, schedule.RequestAccepted)
		w.ok(err)
		if len(requests) > 1 {
			t.Errorf("%d requests for one shift were accepted", len(requests))
		}
	})
}

// What people write to each other is shown as it was written, and time off says
// plainly what is wrong with it.
func TestWhatIsWritten(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		day := schedule.DateOf(start)
		note := func(text string) error {
			_, err := w.AddLeave(ctx, w.ana, schedule.Leave{Person: w.ana, First: day, Last: day, Note: text})
			return err
		}
		for _, bad := range []string{"a\u202egpj", "\u2066x", "bell\a"} {
			if err := note(bad); err == nil || !strings.Contains(err.Error(), "invisible letter") {
				t.Errorf("%q: %v", bad, err)
			}
		}
		w.ok(note("חופש\u200f, two lines:\n🏖"))
		at := start.AddDate(0, 0, 30)
		for _, test := range []struct {
			leave schedule.Leave
			want  string
		}{
			{schedule.Leave{Start: at, End: at}, "when clocks go forward"},
			{schedule.Leave{Start: at, End: at.Add(-time.Hour)}, "the end must be after the beginning"},
			{schedule.Leave{First: day, Last: day.AddDays(-1)}, "the last day must not be before the first"},
		} {
			test.leave.Person = w.ana
			if _, err := w.AddLeave(ctx, w.ana, test.leave); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%+v: %v, want %q", test.leave, err, test.want)
			}
		}
	})
}

// Nothing that people write for others shows itself in another order than it was
// written, and what others' calendars say is shown without such letters.
func TestHiddenLetters(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		bad := "db \u202egpj"
		day := schedule.DateOf(start)
		_, _, feed := w.AddFeed(ctx, schedule.Feed{Owner: w.ana, Kind: schedule.FeedPerson, Label: bad})
		_, draft := w.AskDraft(ctx, w.boss, schedule.DraftOrder{Team: w.team, From: day, Until: day.AddDays(7), Name: bad})
		was := w.memberEdit(w.ana)
		to := was
		to.Skills = bad
		_, team := w.AddTeam(ctx, 0, schedule.TeamImport{Name: "T", Zone: "UTC", HorizonWeeks: 8, From: day, Rules: "# one\n# " + bad})
		_, people := w.AddTeam(ctx, 0, schedule.TeamImport{Name: "T", Zone: "UTC", HorizonWeeks: 8, From: day, People: []schedule.Planning{{Profile: schedule.Profile{Name: bad, Zone: "UTC"}}}})
		w.Calendars = &diary{}
		_, file := w.AddImport(ctx, w.ana, schedule.Import{Kind: schedule.ImportAbsences, Label: bad}, []byte("a 2026-12-14 2026-12-16 x"))
		for what, err := range map[string]error{
			"label of a link": feed, "name of a draft": draft, "label of a calendar": file, "rules of a new team": team, "name of a member of a new team": people,
			"skills": w.ChangeMember(ctx, w.boss, was, to), "skills later": w.ScheduleTerms(ctx, w.boss, schedule.MemberTerms{Team: w.team, Person: w.ana, From: day, Skills: &bad}),
			"rules": w.ChangeRules(ctx, w.boss, schedule.RulesChange{Team: w.team, From: day, Source: "# " + bad}),
			"words": (&schedule.ImportChoice{Filter: schedule.FilterWords, Words: bad}).Check(),
		} {
			if err == nil || !strings.Contains(err.Error(), "invisible letter") && !strings.Contains(err.Error(), "all of which can be seen") {
				t.Errorf("%s: %v", what, err)
			}
		}
		w.file("a 2026-12-14 2026-12-16 le\u202eave", everything)
		w.expectAway("2026-12-14 to 2026-12-15 (leave)*")
	})
}

// memberEdit is what is kept of a member, as it is edited.
func (w *world) memberEdit(person schedule.ID) schedule.MemberEdit {
	w.t.Helper()
	members, err := w.Store.Members(w.t.Context(), w.team)
	w.ok(err)
	people, err := w.Store.People(w.t.Context(), []schedule.ID{person})
	w.ok(err)
	at := slices.IndexFunc(members, func(m schedule.Membership) bool { return m.Person == person })
	return schedule.EditOf(members[at], people[0])
}

// A button that is clicked twice makes one draft; who asks later gets another.
func TestOneDraftOfTwoClicks(t *testing.T) {
	run(t, func(w *world) {
		order := schedule.DraftOrder{Team: w.team, From: schedule.DateOf(start), Until: schedule.DateOf(start).AddDays(21), Once: true}
		ask := func(o schedule.DraftOrder) schedule.ID {
			t.Helper()
			d, err := w.AskDraft(t.Context(), w.boss, o)
			w.ok(err)
			return d.ID
		}
		first, again := ask(order), ask(order)
		if first != again {
			t.Errorf("two clicks made drafts %d and %d", first, again)
		}
		other := order
		other.Seed = 2
		if ask(other) == first {
			t.Error("another order is the same draft")
		}
		w.now = w.now.Add(time.Minute)
		if ask(order) == first {
			t.Error("a minute later it is the same draft")
		}
	})
}
