package scheduledb_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"watchbill/schedule"
)

// moving asks for a draft of six weeks in which some shifts are other people's.
func (w *world) moving(pins map[int]schedule.ID) schedule.ID {
	w.t.Helper()
	ctx := w.t.Context()
	slots := map[schedule.SlotID]schedule.ID{}
	for week, person := range pins {
		slots[w.slot(week).Slot] = person
	}
	day := schedule.DateOf(start)
	d, err := w.AskDraft(ctx, w.boss, schedule.DraftOrder{Team: w.team, From: day, Until: day.AddDays(42), Pins: slots})
	w.ok(err)
	w.ok(w.RunDraft(ctx, d.ID))
	w.now = w.now.Add(time.Minute)
	return d.ID
}

// ends is what publishing a draft would end, in words.
func (w *world) ends(draft schedule.ID) (string, schedule.Endings) {
	w.t.Helper()
	ctx := w.t.Context()
	d, err := w.Store.Draft(ctx, draft)
	w.ok(err)
	var planned schedule.Planned
	w.ok(json.Unmarshal([]byte(d.Plan), &planned))
	ends, err := w.PublishingEnds(ctx, &d, &planned)
	w.ok(err)
	names := map[schedule.ID]string{0: "nobody", w.ana: "Ana", w.ben: "Ben", w.cleo: "Cleo"}
	text := ""
	for _, e := range ends.All {
		text += fmt.Sprintf("%s of %s", names[e.Person], e.Start.Format("2/1"))
		for _, m := range e.Back {
			text += " back to " + names[m.To]
		}
		text += "; "
	}
	return text, ends
}

// six is who has which of the first six weeks.
func (w *world) six(want string) {
	w.t.Helper()
	shifts, err := w.Shifts(w.t.Context(), w.team, start, start.AddDate(0, 0, 42), time.Time{})
	w.ok(err)
	got := ""
	for _, s := range shifts {
		got += map[schedule.ID]string{0: "-", w.ana: "A", w.ben: "B", w.cleo: "C"}[s.Person]
	}
	if got != want {
		w.t.Fatalf("the weeks are %s, want %s", got, want)
	}
}

func (w *world) request(id schedule.ID, state, note string) {
	w.t.Helper()
	r, err := w.Store.Request(w.t.Context(), id)
	w.ok(err)
	if r.State != state || r.Note != note {
		w.t.Errorf("request %d is %s: %q, want %s: %q", id, r.State, r.Note, state, note)
	}
}

// expectEnds checks what a draft would end, publishes it and checks who has what.
func (w *world) expectEnds(draft schedule.ID, ends, weeks string) {
	w.t.Helper()
	got, all := w.ends(draft)
	if got != ends || len(all.Against) > 0 {
		w.t.Errorf("publishing ends %q against %v, want %q", got, all.Against, ends)
	}
	known := []schedule.ID{}
	for _, e := range all.All {
		known = append(known, e.ID)
	}
	_, err := w.PublishDraft(w.t.Context(), w.boss, schedule.PublishOrder{Draft: draft, Ends: known})
	w.ok(err)
	w.six(weeks)
	w.now = w.now.Add(time.Minute)
}

// A plan that moves one half of a swap ends both, which is said before, and those who
// swapped read why.
func TestPlanEndsSwap(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		w.publish(schedule.DateOf(start), 6, nil)
		w.six("ABCABC")
		swap := w.swap(w.ana, 0, w.cleo, 2)
		w.six("CBAABC")
		w.now = w.now.Add(time.Minute)
		for _, p := range []schedule.ID{w.ana, w.ben, w.cleo} {
			w.ok(w.SawChanges(ctx, p, w.now))
		}
		draft := w.moving(map[int]schedule.ID{2: w.ben})
		_, err := w.PublishDraft(ctx, w.boss, schedule.PublishOrder{Draft: draft, Ends: []schedule.ID{swap.ReturnedBy}})
		w.is(err, schedule.ErrConflict)
		if !strings.Contains(err.Error(), "it was agreed that Cleo has primary from Mon 7 Dec 09:00 on") {
			t.Error(err)
		}
		w.expectEnds(draft, "Cleo of 7/12 back to Ana; Ana of 21/12; ", "ABBABC")
		w.request(swap.ID, schedule.RequestUndone, "plan 2 ended it: primary 2026-12-07 went back, primary 2026-12-21 was planned anew")
		for person, want := range map[schedule.ID]string{
			w.ana:  "primary 2026-12-07: what was agreed on ended when plan 2 was published; primary 2026-12-21: plan 2 was published; ",
			w.ben:  "primary 2026-12-21: plan 2 was published; ",
			w.cleo: "primary 2026-12-07: what was agreed on ended when plan 2 was published; ",
		} {
			changes, err := w.Changes(ctx, person)
			w.ok(err)
			got := ""
			for _, c := range changes {
				got += fmt.Sprintf("%s: %s; ", c.Slot, c.Reason)
				if c.By != w.boss || c.Override != 0 || c.Undone {
					t.Errorf("%+v", c)
				}
			}
			if got != want {
				t.Errorf("%d is told %q, want %q", person, got, want)
			}
		}
		for _, half := range []schedule.ID{swap.Override, swap.ReturnedBy} {
			w.is(w.Undo(ctx, w.ana, half), schedule.ErrConflict)
		}
		entries, err := w.Store.AuditOf(ctx, schedule.AuditQuery{Person: w.ana, Team: w.team, Most: 1})
		w.ok(err)
		if entries[0].Action != "cover.undone" || entries[0].By != w.boss {
			t.Errorf("%+v", entries[0])
		}

		// A cover whose shift is planned anew ends too, and its request says so.
		w.now = w.now.Add(time.Minute)
		r, err := w.Ask(ctx, w.ana, schedule.Request{Team: w.team, Stretch: w.slot(3), Person: w.ana})
		w.ok(err)
		_, err = w.Accept(ctx, w.cleo, r.ID)
		w.ok(err)
		w.now = w.now.Add(time.Minute)
		w.expectEnds(w.moving(map[int]schedule.ID{2: w.ben, 3: w.ben}), "Cleo of 28/12; ", "ABBBBC")
		w.request(r.ID, schedule.RequestUndone, "plan 3 ended it: primary 2026-12-28 was planned anew")
	})
}

// Where the other half goes back hard rules are looked at: publishing needs a reason,
// which those concerned read.
func TestPlanEndsSwapAgainstARule(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		w.publish(schedule.DateOf(start), 6, nil)
		swap := w.swap(w.ana, 0, w.cleo, 2)
		w.now = w.now.Add(time.Minute)
		w.Judge = stern
		draft := w.moving(map[int]schedule.ID{1: w.ana, 2: w.ben}) // the first goes back to Ana, who gets the second
		got, ends := w.ends(draft)
		if got != "Cleo of 7/12 back to Ana; Ana of 21/12; " || len(ends.Against) != 1 || ends.Against[0].Person != w.ana || ends.Against[0].Broken() != "no rest beside primary 2026-12-14" {
			t.Errorf("ends %q against %v", got, ends.Against)
		}
		for _, reason := range []string{"", " \n"} {
			_, err := w.PublishDraft(ctx, w.boss, schedule.PublishOrder{Draft: draft, Reason: reason})
			w.is(err, schedule.ErrConflict)
			if !strings.Contains(err.Error(), "publishing ends a swap, and what goes back breaks a rule (Ana: no rest beside primary 2026-12-14); say why that may be") {
				t.Error(err)
			}
		}
		w.six("CBAABC")
		w.request(swap.ID, schedule.RequestAccepted, "")
		_, err := w.PublishDraft(ctx, w.boss, schedule.PublishOrder{Draft: draft, Reason: "a\u202eb"})
		w.is(err, nil)
		_, err = w.PublishDraft(ctx, w.boss, schedule.PublishOrder{Draft: draft, Reason: "Ana is content"})
		w.ok(err)
		w.six("AABABC")
		w.request(swap.ID, schedule.RequestUndone, "plan 2 ended it: primary 2026-12-07 went back, primary 2026-12-21 was planned anew. Ana is content")
		entries, err := w.Store.AuditOf(ctx, schedule.AuditQuery{Person: w.ana, Team: w.team, Most: 1})
		w.ok(err)
		if e := entries[0]; e.Action != "shift.undo" || e.About != w.ana || e.Detail != "primary 2026-12-07: Ana is content (against a rule: no rest beside primary 2026-12-14)" {
			t.Errorf("%+v", e)
		}
	})
}

// A swap of what was got in a swap ends with it; a cover of it stays, and so does what
// has begun.
func TestPlanEndsChains(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		w.publish(schedule.DateOf(start), 6, nil)
		first := w.swap(w.ana, 0, w.cleo, 2)
		w.now = w.now.Add(time.Minute)
		second := w.swap(w.ana, 2, w.ben, 4) // what Ana got from Cleo
		w.now = w.now.Add(time.Minute)
		w.six("CBBAAC")
		w.expectEnds(w.moving(map[int]schedule.ID{0: w.ben}), "Cleo of 7/12; Ana of 21/12 back to Cleo; Ben of 21/12 back to Cleo; Ana of 4/1 back to Ben; ", "BBCABC")
		w.request(first.ID, schedule.RequestUndone, "plan 2 ended it: primary 2026-12-07 was planned anew, primary 2026-12-21 went back")
		w.request(second.ID, schedule.RequestUndone, "plan 2 ended it: primary 2026-12-21 went back, primary 2027-01-04 went back")
		w.publish(schedule.DateOf(start), 6, nil)
		w.six("ABCABC")

		// Moving what the second swap gave ends that one alone.
		w.now = w.now.Add(time.Minute)
		first = w.swap(w.ana, 0, w.cleo, 2)
		w.now = w.now.Add(time.Minute)
		w.swap(w.ana, 2, w.ben, 4)
		w.now = w.now.Add(time.Minute)
		w.expectEnds(w.moving(map[int]schedule.ID{4: w.cleo}), "Ben of 21/12 back to Ana; Ana of 4/1; ", "CBAACC")
		w.request(first.ID, schedule.RequestAccepted, "")
		w.ok(w.Undo(ctx, w.cleo, first.Override))
		w.publish(schedule.DateOf(start), 6, nil)
		w.six("ABCABC")

		// A cover of a half is somebody else's business: it stays, and can be undone.
		w.now = w.now.Add(time.Minute)
		first = w.swap(w.ana, 0, w.cleo, 2)
		r, err := w.Ask(ctx, w.ana, schedule.Request{Team: w.team, Stretch: w.slot(2), Person: w.ana, To: w.ben})
		w.ok(err)
		r, err = w.Accept(ctx, w.ben, r.ID)
		w.ok(err)
		w.now = w.now.Add(time.Minute)
		w.six("CBBABC")
		w.expectEnds(w.moving(map[int]schedule.ID{0: w.ben}), "Cleo of 7/12; ", "BBBABC")
		w.request(first.ID, schedule.RequestUndone, "plan 6 ended it: primary 2026-12-07 was planned anew, primary 2026-12-21 has begun or was passed on since, and stays")
		w.request(r.ID, schedule.RequestAccepted, "")
		w.is(w.Undo(ctx, w.ana, first.ReturnedBy), schedule.ErrConflict) // passed on
		w.ok(w.Undo(ctx, w.ben, r.Override))
		w.six("BBAABC")
		w.ok(w.Undo(ctx, w.ana, first.ReturnedBy))
		w.six("BBCABC")
		w.publish(schedule.DateOf(start), 6, nil)

		// What has begun was so.
		w.now = w.now.Add(time.Minute)
		first = w.swap(w.ana, 0, w.cleo, 2)
		w.now = start.Add(time.Hour)
		w.expectEnds(w.moving(map[int]schedule.ID{2: w.ben}), "Ana of 21/12; ", "CBBABC")
		w.request(first.ID, schedule.RequestUndone, "plan 8 ended it: primary 2026-12-07 has begun or was passed on since, and stays, primary 2026-12-21 was planned anew")
	})
}

// What lies under a cover that a plan ends does not come back with it.
func TestPlanEndsWhatLiesUnder(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		w.publish(schedule.DateOf(start), 6, nil)
		_, err := w.Put(ctx, w.boss, w.team, w.slot(3), w.ben, "first")
		w.ok(err)
		over, err := w.Put(ctx, w.boss, w.team, w.slot(3), w.cleo, "second")
		w.ok(err)
		w.six("ABCCBC")
		w.Plan = func(ctx context.Context, in schedule.PlanInput, progress func(int) bool) (schedule.Planned, error) {
			p, err := weeks(ctx, in, progress)
			p.Ends = []schedule.ID{over.ID} // Cleo cannot have it
			return p, err
		}
		draft := w.moving(nil)
		w.expectEnds(draft, "Ben of 28/12; Cleo of 28/12; ", "ABCABC")
	})
}
