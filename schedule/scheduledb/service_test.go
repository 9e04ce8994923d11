package scheduledb_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"watchbill/migrations"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
	"watchbill/schedule/scheduledb"
)

// A world is a service over a real database with a team of three, and a clock that
// stands still until it is moved.
type world struct {
	*schedule.Service
	t              *testing.T
	now            time.Time
	team           schedule.ID
	ana, ben, cleo schedule.ID
	boss           schedule.ID
	measuring      bool // burden is being measured anew
}

var start = time.Date(2026, 12, 7, 8, 0, 0, 0, time.UTC) // Monday, nine o'clock in Berlin

// weeks plans one rotation that Ana, Ben and Cleo take in turn, by the week, or
// those that are pinned.
func weeks(_ context.Context, in schedule.PlanInput, progress func(int) bool) (schedule.Planned, error) {
	if !progress(50) {
		return schedule.Planned{}, errors.New("not wanted")
	}
	p := schedule.Planned{Document: "{}", Balances: schedule.Balances{Before: in.Before, After: map[schedule.ID]int64{}}}
	zone, err := time.LoadLocation(in.Team.Zone)
	if err != nil {
		return p, err
	}
	i := 0
	for day := in.From; day.Before(in.Until); day = day.AddDays(7) {
		s := schedule.Published{
			Slot: schedule.SlotID("primary " + day.String()), Rotation: "primary", Points: 168, Person: in.People[i%len(in.People)].Profile.ID,
			Start: day.At(schedule.ClockAt(9, 0), zone), End: day.AddDays(7).At(schedule.ClockAt(9, 0), zone),
		}
		if id, ok := in.Pinned[s.Slot]; ok {
			s.Person = id
		}
		p.Shifts = append(p.Shifts, s)
		i++
	}
	return p, nil
}

func newWorld(t *testing.T, db *migrations.DB) *world {
	t.Helper()
	w := &world{t: t, now: start.AddDate(0, 0, -3)}
	w.Service = &schedule.Service{Store: scheduledb.New(db.Write, db.Read), Now: func() time.Time { return w.now }, Plan: weeks}
	in := schedule.TeamImport{Name: "Payments", Zone: "Europe/Berlin", HorizonWeeks: 8, Rules: "rotations: []\n", From: schedule.DateOf(start)}
	for _, name := range []string{"Ana", "Ben", "Cleo", "Boss"} {
		in.People = append(in.People, schedule.Planning{
			Profile:    schedule.Profile{Name: name, Email: name + "@Example.com ", Zone: "Europe/Berlin"},
			Membership: schedule.Membership{Share: schedule.FullTime, OnCall: name != "Boss", Manager: name == "Boss"},
		})
	}
	team, err := w.AddTeam(t.Context(), 0, in)
	w.ok(err)
	w.team = team.ID
	for email, id := range map[string]*schedule.ID{"ana@example.com": &w.ana, "ben@example.com": &w.ben, "cleo@example.com": &w.cleo, "boss@example.com": &w.boss} {
		p, err := w.Store.PersonByEmail(t.Context(), email)
		w.ok(err)
		*id = p.ID
	}
	return w
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// is checks that an error is of a kind, or an InvalidError when kind is nil.
func (w *world) is(err, kind error) {
	w.t.Helper()
	var invalid *schedule.InvalidError
	if kind == nil && errors.As(err, &invalid) || kind != nil && errors.Is(err, kind) {
		return
	}
	w.t.Fatalf("got the error %v, want one like %v", err, kind)
}

// publish plans and publishes so many weeks from a day on.
func (w *world) publish(from schedule.Date, n int, pins map[schedule.SlotID]schedule.ID) {
	w.t.Helper()
	ctx := w.t.Context()
	d, err := w.AskDraft(ctx, w.boss, schedule.DraftOrder{Team: w.team, From: from, Until: from.AddDays(7 * n), Pins: pins})
	w.ok(err)
	w.ok(w.RunDraft(ctx, d.ID))
	_, err = w.Publish(ctx, w.boss, d.ID, "")
	w.ok(err)
}

// roster is who has what from the start on, in words.
func (w *world) roster() string {
	w.t.Helper()
	shifts, err := w.Shifts(w.t.Context(), w.team, start, start.AddDate(0, 0, 21), time.Time{})
	w.ok(err)
	names := map[schedule.ID]string{0: "nobody", w.ana: "Ana", w.ben: "Ben", w.cleo: "Cleo"}
	text := ""
	for _, s := range shifts {
		text += fmt.Sprintf("%s %s–%s ", names[s.Person], s.Start.Format("2/15"), s.End.Format("2/15"))
	}
	return text
}

func (w *world) expect(want string) {
	w.t.Helper()
	if got := w.roster(); got != want {
		w.t.Fatalf("\ngot  %s\nwant %s", got, want)
	}
}

func (w *world) slot(week int) schedule.Stretch {
	from := start.AddDate(0, 0, 7*week)
	return schedule.Stretch{Slot: schedule.SlotID("primary " + from.Format(time.DateOnly)), Rotation: "primary", Start: from, End: from.AddDate(0, 0, 7)}
}

const asPlanned = "Ana 7/08–14/08 Ben 14/08–21/08 Cleo 21/08–28/08 "

func run(t *testing.T, test func(w *world)) {
	t.Helper()
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) { test(newWorld(t, db)) })
}

func TestPublish(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		day := schedule.DateOf(start)
		w.publish(day, 3, nil)
		w.expect(asPlanned)

		// The first week runs; what is planned again leaves it, also when it would change.
		w.now = start.Add(time.Hour)
		w.publish(day, 3, map[schedule.SlotID]schedule.ID{w.slot(0).Slot: w.cleo, w.slot(1).Slot: w.cleo, w.slot(2).Slot: w.ben})
		w.expect("Ana 7/08–14/08 Cleo 14/08–21/08 Ben 21/08–28/08 ")

		// What was known before is not forgotten.
		was, err := w.Shifts(ctx, w.team, start, start.AddDate(0, 0, 21), start)
		w.ok(err)
		if was[1].Person != w.ben {
			t.Errorf("before the change Ben had the second week, not %d", was[1].Person)
		}

		// A plan of another time is refused, and so is a draft that was overtaken.
		_, err = w.AskDraft(ctx, w.boss, schedule.DraftOrder{Team: w.team, From: day.AddDays(7), Until: day.AddDays(70)})
		w.is(err, nil)
		a, err := w.AskDraft(ctx, w.boss, schedule.DraftOrder{Team: w.team, From: day, Until: day.AddDays(21)})
		w.ok(err)
		_, err = w.Publish(ctx, w.boss, a.ID, "")
		w.is(err, schedule.ErrConflict) // not ready
		w.ok(w.RunDraft(ctx, a.ID))
		w.publish(day, 3, nil)
		_, err = w.Publish(ctx, w.boss, a.ID, "")
		w.is(err, schedule.ErrConflict)
		w.expect(asPlanned)
		b, err := w.AskDraft(ctx, w.boss, schedule.DraftOrder{Team: w.team, From: day, Until: day.AddDays(21)})
		w.ok(err)
		w.ok(w.Discard(ctx, w.boss, b.ID))
		w.ok(w.RunDraft(ctx, b.ID)) // nothing to do
		if d, err := w.Store.Draft(ctx, b.ID); err != nil || d.State != schedule.DraftDiscarded {
			t.Errorf("%+v, %v", d, err)
		}
		plans, err := w.Store.Plans(ctx, w.team)
		w.ok(err)
		if len(plans) != 3 || plans[0].Number != 3 {
			t.Errorf("%d plans", len(plans))
		}
	})
}

func TestOverrides(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		w.publish(schedule.DateOf(start), 3, nil)
		part := w.slot(0)
		part.Start, part.End = start.AddDate(0, 0, 1), start.AddDate(0, 0, 2)
		o, err := w.Put(ctx, w.boss, w.team, part, 0, "nobody can")
		w.ok(err)
		w.expect("Ana 7/08–8/08 nobody 8/08–9/08 Ana 9/08–14/08 Ben 14/08–21/08 Cleo 21/08–28/08 ")
		issues, err := w.Issues(ctx, w.team)
		w.ok(err)
		if len(issues) != 1 || issues[0].Kind != schedule.Unfilled {
			t.Errorf("%+v", issues)
		}
		_, err = w.Take(ctx, w.ben, w.team, w.slot(1))
		w.is(err, schedule.ErrConflict) // Ben has it
		_, err = w.Take(ctx, w.cleo, w.team, part)
		w.ok(err)
		w.expect("Ana 7/08–8/08 Cleo 8/08–9/08 Ana 9/08–14/08 Ben 14/08–21/08 Cleo 21/08–28/08 ")
		w.is(w.Undo(ctx, w.boss, 999), schedule.ErrNotFound)
		w.is(w.Undo(ctx, w.boss, o.ID), schedule.ErrConflict) // Cleo has it by now
		w.expect("Ana 7/08–8/08 Cleo 8/08–9/08 Ana 9/08–14/08 Ben 14/08–21/08 Cleo 21/08–28/08 ")

		// Points go to who really held it.
		in, err := w.PlanInput(ctx, w.team, schedule.DateOf(start), schedule.DateOf(start).AddDays(21))
		w.ok(err)
		if in.Before[w.cleo] != 24_000 || in.Before[w.ana] != -24_000 {
			t.Errorf("balances %v", in.Before)
		}

		for _, bad := range []schedule.Stretch{
			{Slot: part.Slot, Start: part.End, End: part.Start},
			{Slot: part.Slot, Start: part.Start, End: part.End.AddDate(0, 0, 7)},
		} {
			_, err = w.Put(ctx, w.boss, w.team, bad, w.ben, "why")
			w.is(err, nil)
		}
		_, err = w.Put(ctx, w.boss, w.team, schedule.Stretch{Slot: "primary 2030-01-01", Start: part.Start, End: part.End}, w.ben, "why")
		w.is(err, schedule.ErrNotFound)
		_, err = w.Put(ctx, w.boss, w.team, part, w.ben, "")
		w.is(err, nil)
		_, err = w.Put(ctx, w.boss, w.team, part, 999, "why")
		w.is(err, nil)
		w.now = start.AddDate(0, 0, 3)
		_, err = w.Put(ctx, w.boss, w.team, part, w.ben, "too late")
		w.is(err, nil)

		// A plan that gives the week to somebody else ends what was decided about it.
		w.now = start.AddDate(0, 0, -1)
		w.publish(schedule.DateOf(start), 3, map[schedule.SlotID]schedule.ID{w.slot(0).Slot: w.ben})
		w.expect("Ben 7/08–14/08 Ben 14/08–21/08 Cleo 21/08–28/08 ")
	})
}

func TestCover(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		w.publish(schedule.DateOf(start), 3, nil)
		ask := func(week int, to schedule.ID) schedule.Request {
			owner := []schedule.ID{w.ana, w.ben, w.cleo}[week]
			r, err := w.Ask(ctx, owner, schedule.Request{Team: w.team, Stretch: w.slot(week), Person: owner, To: to, Message: "a wedding"})
			w.ok(err)
			return r
		}
		r := ask(0, 0)
		_, err := w.Accept(ctx, w.ana, r.ID)
		w.is(err, schedule.ErrNotFound) // one's own
		w.is(w.Decline(ctx, w.ben, r.ID), nil)
		_, err = w.Accept(ctx, w.ben, r.ID)
		w.ok(err)
		_, err = w.Accept(ctx, w.cleo, r.ID)
		w.is(err, schedule.ErrConflict)
		w.expect("Ben 7/08–14/08 Ben 14/08–21/08 Cleo 21/08–28/08 ")

		toBen := ask(2, w.ben)
		_, err = w.Accept(ctx, w.ana, toBen.ID)
		w.is(err, schedule.ErrNotFound)
		w.ok(w.Decline(ctx, w.ben, toBen.ID))
		w.is(w.Withdraw(ctx, w.cleo, toBen.ID), schedule.ErrConflict)

		late := ask(2, 0)
		w.now = late.ExpiresAt
		_, err = w.Accept(ctx, w.ana, late.ID)
		w.is(err, schedule.ErrConflict)
		w.ok(w.Expire(ctx, w.team))
		if got, err := w.Store.Request(ctx, late.ID); err != nil || got.State != schedule.RequestExpired {
			t.Errorf("%+v %v", got, err)
		}
	})
}

func TestSwap(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		w.publish(schedule.DateOf(start), 3, nil)
		swap := schedule.Request{Team: w.team, Stretch: w.slot(0), Person: w.ana, To: w.cleo, Return: w.slot(2)}
		r, err := w.Ask(ctx, w.ana, swap)
		w.ok(err)
		_, err = w.Accept(ctx, w.cleo, r.ID)
		w.ok(err)
		w.expect("Cleo 7/08–14/08 Ben 14/08–21/08 Ana 21/08–28/08 ")
		// A swap of a swapped shift.
		again := schedule.Request{Team: w.team, Stretch: w.slot(2), Person: w.ana, To: w.ben, Return: w.slot(1)}
		r, err = w.Ask(ctx, w.ana, again)
		w.ok(err)
		// Meanwhile the shift has moved: the request is void and says why.
		o, err := w.Put(ctx, w.boss, w.team, w.slot(2), w.cleo, "sorry")
		w.ok(err)
		_, err = w.Accept(ctx, w.ben, r.ID)
		w.is(err, schedule.ErrConflict)
		if got, err := w.Store.Request(ctx, r.ID); err != nil || got.State != schedule.RequestVoid || got.Note != "primary 2026-12-21 is with Cleo now" {
			t.Errorf("%+v, %v", got, err)
		}
		w.ok(w.Undo(ctx, w.boss, o.ID))
		r, err = w.Ask(ctx, w.ana, again)
		w.ok(err)
		_, err = w.Accept(ctx, w.ben, r.ID)
		w.ok(err)
		w.expect("Cleo 7/08–14/08 Ana 14/08–21/08 Ben 21/08–28/08 ")
	})
}

// Of many who accept at the same moment one wins and the others are told.
func TestAcceptAtOnce(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		w.publish(schedule.DateOf(start), 3, nil)
		for range 5 {
			r, err := w.Ask(ctx, w.boss, schedule.Request{Team: w.team, Stretch: w.slot(0), Person: w.ana})
			w.ok(err)
			errs := make([]error, 8)
			var wg sync.WaitGroup
			for i := range errs {
				wg.Go(func() { _, errs[i] = w.Accept(ctx, []schedule.ID{w.ben, w.cleo}[i%2], r.ID) })
			}
			wg.Wait()
			won := 0
			for _, err := range errs {
				if err == nil {
					won++
				} else if !errors.Is(err, schedule.ErrConflict) {
					t.Error(err)
				}
			}
			got, err := w.Store.Request(ctx, r.ID)
			w.ok(err)
			if won != 1 || got.State != schedule.RequestAccepted {
				t.Fatalf("%d accepted, and the request is %s", won, got.State)
			}
			w.ok(w.Undo(ctx, w.boss, got.Override))
		}
	})
}

func TestLeaves(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		w.publish(schedule.DateOf(start), 3, nil)
		day := schedule.DateOf(start)
		clashes, err := w.AddLeave(ctx, w.ana, schedule.Leave{Person: w.ana, First: day.AddDays(2), Last: day.AddDays(4), Note: "trip"})
		w.ok(err)
		if len(clashes) != 1 || clashes[0].Slot != w.slot(0).Slot {
			t.Errorf("clashes %+v", clashes)
		}
		issues, err := w.Issues(ctx, w.team)
		w.ok(err)
		if len(issues) != 1 || issues[0].Kind != schedule.Away {
			t.Errorf("%+v", issues)
		}
		// Cover is asked for once, and for that time only.
		leave, err := w.Store.Leaves(ctx, []schedule.ID{w.ana})
		w.ok(err)
		for _, want := range []int{1, 0} {
			if n, err := w.CoverLeave(ctx, w.ana, w.ana, leave[0].ID, 0); n != want || err != nil {
				t.Errorf("%d asked, want %d (%v)", n, want, err)
			}
		}
		_, err = w.CoverLeave(ctx, w.ben, w.ben, leave[0].ID, 0)
		w.is(err, schedule.ErrNotFound)
		asked, err := w.Store.Requests(ctx, w.team, schedule.RequestOpen)
		w.ok(err)
		if !asked[0].Start.Equal(start.AddDate(0, 0, 2).Add(-9*time.Hour)) || !asked[0].End.Equal(start.AddDate(0, 0, 5).Add(-9*time.Hour)) {
			t.Errorf("asked for %+v", asked[0])
		}
		// Who is away from Monday on still hands over on Monday morning.
		clashes, err = w.AddLeave(ctx, w.ben, schedule.Leave{Person: w.ben, First: day.AddDays(14), Last: day.AddDays(15)})
		w.ok(err)
		if len(clashes) != 0 {
			t.Errorf("clashes %+v", clashes)
		}
		for _, bad := range []schedule.Leave{
			{Person: w.ana}, {Person: w.ana, First: day, Last: day.AddDays(-1)}, {Person: w.ana, First: day.AddDays(4), Last: day.AddDays(9)},
			{Person: w.ana, First: day, Last: day.AddDays(5000)}, {Person: w.ana, First: day, Last: day, WishCost: 101},
		} {
			_, err := w.AddLeave(ctx, w.ana, bad)
			w.is(err, nil)
		}
		leaves, err := w.Store.Leaves(ctx, []schedule.ID{w.ana})
		w.ok(err)
		w.is(w.RemoveLeave(ctx, w.ben, w.ben, leaves[0].ID), schedule.ErrNotFound)
		w.ok(w.RemoveLeave(ctx, w.ana, w.ana, leaves[0].ID))
	})
}

func TestFeeds(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		w.publish(schedule.DateOf(start), 3, nil)
		_, token, err := w.AddFeed(ctx, schedule.Feed{Kind: schedule.FeedPerson, Owner: w.ana, Tombstones: true})
		w.ok(err)
		events := func() (text []string) {
			f, err := w.OpenFeed(ctx, token)
			w.ok(err)
			c, err := w.FeedContent(ctx, &f)
			w.ok(err)
			for _, e := range c.Events {
				text = append(text, fmt.Sprintf("%s %s %d %t", e.UID, e.Person, e.Shift.Changes, e.Cancelled))
			}
			slices.Sort(text)
			return text
		}
		f, err := w.OpenFeed(ctx, token)
		w.ok(err)
		if got := fmt.Sprint(events()); got != fmt.Sprintf("[primary_2026-12-07.%d-6b127300@watchbill Ana 1 false]", w.team) {
			t.Error(got)
		}
		w.now = w.now.Add(time.Hour)
		_, err = w.Put(ctx, w.boss, w.team, w.slot(0), w.ben, "ill")
		w.ok(err)
		if again, err := w.OpenFeed(ctx, token); err != nil || again.Stamp == f.Stamp {
			t.Error("the stamp does not change", err)
		}
		if got := fmt.Sprint(events()); got != fmt.Sprintf("[primary_2026-12-07.%d-6b127300@watchbill Ana 2 true]", w.team) {
			t.Error(got)
		}
		_, fresh, err := w.ResetFeed(ctx, w.ana, f.ID)
		w.ok(err)
		_, err = w.OpenFeed(ctx, token)
		w.is(err, schedule.ErrNotFound)
		w.is(w.RevokeFeed(ctx, w.ben, f.ID), schedule.ErrNotFound)
		w.ok(w.RevokeFeed(ctx, w.ana, f.ID))
		_, err = w.OpenFeed(ctx, fresh)
		w.is(err, schedule.ErrNotFound)
	})
}

// A transaction that fails leaves nothing behind.
func TestAllOrNothing(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		failed := errors.New("no")
		err := w.Store.InTx(ctx, func(tx schedule.Store) error {
			if err := tx.AddTeam(ctx, &schedule.TeamRecord{Name: "Other", Zone: "UTC", HorizonWeeks: 4, CreatedAt: start}); err != nil {
				return err
			}
			return failed
		})
		w.is(err, failed)
		teams, err := w.Store.Teams(ctx)
		w.ok(err)
		if len(teams) != 1 {
			t.Errorf("%d teams", len(teams))
		}
		_, err = w.AddTeam(ctx, w.boss, schedule.TeamImport{Name: "Payments", Zone: "UTC", HorizonWeeks: 4, From: schedule.DateOf(start)})
		w.is(err, nil)
		entries, err := w.Store.AuditOf(ctx, schedule.AuditQuery{Team: w.team, Most: 10})
		w.ok(err)
		if text, _ := json.Marshal(entries); len(entries) != 1 {
			t.Errorf("audit %s", text)
		}
	})
}

// A draft whose maker has died is not made for ever, and nobody can ask for more
// than a few at once.
func TestDraftsEnd(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		day := schedule.DateOf(start)
		for range 5 {
			_, err := w.AskDraft(ctx, w.boss, schedule.DraftOrder{Team: w.team, From: day, Until: day.AddDays(21)})
			w.ok(err)
		}
		_, err := w.AskDraft(ctx, w.boss, schedule.DraftOrder{Team: w.team, From: day, Until: day.AddDays(21)})
		w.is(err, nil)
		drafts, err := w.Store.Drafts(ctx, w.team)
		w.ok(err)
		states := func() map[string]int {
			states := map[string]int{}
			drafts, err = w.Store.Drafts(ctx, w.team)
			w.ok(err)
			for _, d := range drafts {
				states[d.State]++
			}
			return states
		}
		for try := range 2 {
			dead := drafts[0]
			dead.State, dead.Tries, dead.BeatAt = schedule.DraftRunning, try+1, w.now
			_, err = w.Store.SaveDraft(ctx, &dead, schedule.DraftQueued)
			w.ok(err)
			w.now = w.now.Add(20 * time.Second)
			alive, err := w.BeatDraft(ctx, &dead)
			w.ok(err)
			w.now = w.now.Add(20 * time.Second)
			w.ok(w.EndStale(ctx, w.team))
			if got := states(); !alive || got[schedule.DraftRunning] != 1 {
				t.Errorf("the maker was alive %t a moment ago: %v", alive, got)
			}
			w.now = w.now.Add(20 * time.Second)
			w.ok(w.EndStale(ctx, w.team))
			if got := states(); got[schedule.DraftFailed] != try || got[schedule.DraftQueued] != 5-try {
				t.Errorf("after %d deaths: %v", try+1, got)
			}
		}
		if alive, err := w.BeatDraft(ctx, &drafts[0]); alive || err != nil {
			t.Errorf("a draft that is given up is wanted: %v", err)
		}
	})
}

// Whoever stalls while they make a draft, and goes on after somebody else has taken
// it over, changes nothing: not while that one is at work, and not afterwards.
func TestDraftTakenOver(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		day := schedule.DateOf(start).AddDays(7)
		asked, err := w.AskDraft(ctx, w.boss, schedule.DraftOrder{Team: w.team, From: day, Until: day.AddDays(21)})
		w.ok(err)
		stalled, mine, err := w.ClaimDraft(ctx, asked.ID)
		w.ok(err)
		if _, again, err := w.ClaimDraft(ctx, asked.ID); !mine || again || err != nil {
			t.Fatalf("claimed %t, and again %t: %v", mine, again, err)
		}
		w.now = w.now.Add(time.Minute)
		w.ok(w.EndStale(ctx, w.team))
		second, mine, err := w.ClaimDraft(ctx, asked.ID)
		w.ok(err)
		if alive, err := w.BeatDraft(ctx, &stalled); alive || !mine || err != nil {
			t.Errorf("after it was taken over (%t) the first is alive %t: %v", mine, alive, err)
		}
		gone, cancel := context.WithCancel(ctx)
		cancel()
		for name, until := range map[string]context.Context{"it ends": ctx, "it is stopped": gone} {
			_, err = w.FinishDraft(until, stalled)
			w.ok(err)
			if is, err := w.Store.Draft(ctx, asked.ID); err != nil || is.State != schedule.DraftRunning || is.Tries != second.Tries || is.Plan != "" || is.Progress != 0 {
				t.Errorf("when %s the draft is %s in try %d: %v", name, is.State, is.Tries, err)
			}
		}
		made, err := w.FinishDraft(ctx, second)
		w.ok(err)
		late, err := w.FinishDraft(ctx, stalled)
		w.ok(err)
		if made.State != schedule.DraftReady || late != made {
			t.Errorf("made is\n%+v\nlate\n%+v", made, late)
		}
	})
}

func TestDraftAhead(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		w.ok(w.DraftAhead(ctx, w.team)) // nothing was ever published
		w.publish(schedule.DateOf(start), 10, nil)
		w.ok(w.DraftAhead(ctx, w.team)) // ten weeks are more than eight
		w.now = start.AddDate(0, 0, 15)
		w.ok(w.DraftAhead(ctx, w.team))
		w.ok(w.DraftAhead(ctx, w.team)) // one is enough
		drafts, err := w.Store.Drafts(ctx, w.team)
		w.ok(err)
		if len(drafts) != 2 || drafts[0].State != schedule.DraftQueued || drafts[0].From != schedule.DateOf(start).AddDays(70) || drafts[0].CreatedBy != 0 {
			t.Errorf("%+v", drafts[0])
		}

		// One that fails is not made again and again, but once the rules have changed.
		w.Plan = func(context.Context, schedule.PlanInput, func(int) bool) (schedule.Planned, error) {
			return schedule.Planned{}, &schedule.InvalidError{Field: "rules", Reason: "team:3:1: no"}
		}
		w.ok(w.RunDraft(ctx, drafts[0].ID))
		count := func() int {
			w.now = w.now.Add(time.Hour)
			w.ok(w.DraftAhead(ctx, w.team))
			drafts, err = w.Store.Drafts(ctx, w.team)
			w.ok(err)
			return len(drafts)
		}
		if n := count(); n != 2 || drafts[0].State != schedule.DraftFailed || drafts[0].Message != "team:3:1: no" {
			t.Errorf("%d drafts, %+v", n, drafts[0])
		}
		w.ok(w.PutMember(ctx, w.boss, schedule.Membership{Team: w.team, Person: w.ana, Share: schedule.FullTime / 2}))
		if n := count(); n != 3 || drafts[0].State != schedule.DraftQueued {
			t.Errorf("%d drafts after a member changed", n)
		}
		w.ok(w.Discard(ctx, w.boss, drafts[0].ID))
		if n := count(); n != 3 {
			t.Errorf("%d drafts after one was not wanted", n)
		}

		// Two replicas see at once that one is missing.
		w.Plan = weeks
		w.publish(schedule.DateOf(start).AddDays(70), 1, nil)
		w.now = start.AddDate(0, 0, 25)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if err := w.DraftAhead(ctx, w.team); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := count(); n != 5 {
			t.Errorf("%d drafts, want one more than five", n)
		}
	})
}

func TestMembers(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		m := schedule.Membership{Team: w.team, Person: w.boss, Share: schedule.FullTime}
		w.is(w.PutMember(ctx, w.boss, m), nil) // the only manager
		w.is(w.RemoveMember(ctx, w.boss, w.team, w.boss), nil)
		m = schedule.Membership{Team: w.team, Person: w.ana, Share: schedule.FullTime / 2, Manager: true}
		w.ok(w.PutMember(ctx, w.boss, m))
		w.ok(w.RemoveMember(ctx, w.boss, w.team, w.boss))
		m.Person = 999
		w.is(w.PutMember(ctx, w.boss, m), schedule.ErrNotFound)
		m.Person, m.Share = w.ana, 2*schedule.FullTime
		w.is(w.PutMember(ctx, w.boss, m), nil)
		w.is(w.SaveTeam(ctx, w.ana, schedule.TeamRecord{ID: w.team, Name: " ", Zone: "Mars/Olympus", HorizonWeeks: 8}, nil), nil)
		w.ok(w.SaveTeam(ctx, w.ana, schedule.TeamRecord{ID: w.team, Name: "Billing", Zone: "UTC", HorizonWeeks: 12}, nil))
		w.is(w.SaveProfile(ctx, w.ana, schedule.Profile{ID: w.ana, Name: "Ana", Zone: "Europe/Berlin", Works: "9-5"}), nil)
		w.ok(w.SaveProfile(ctx, w.ana, schedule.Profile{ID: w.ana, Name: " Ana  Torres ", Zone: "Europe/Madrid", Works: "09:00-17:00"}))
		people, err := w.Store.People(ctx, []schedule.ID{w.ana})
		w.ok(err)
		if p := people[0]; p.Name != "Ana Torres" || p.Works != "09:00-17:00" || p.Zone != "Europe/Madrid" {
			t.Errorf("%+v", p)
		}
	})
}

// Rules have a day from which they hold; those to come can be moved and taken back,
// and two people who change them at once do not lose anything.
func TestRules(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		w.Check = func(in schedule.PlanInput) error {
			if in.Rules.Source == "bad" {
				return &schedule.InvalidError{Field: "rules", Reason: "Payments:1:1: bad"}
			}
			return nil
		}
		day := schedule.DateOf(start)
		w.now = start
		change := func(from schedule.Date, source, base string, moved schedule.ID) error {
			return w.ChangeRules(ctx, w.boss, schedule.RulesChange{Team: w.team, From: from, Source: source, Base: base, Moved: moved})
		}
		text := func() string {
			all, err := w.Store.Rules(ctx, w.team)
			w.ok(err)
			text := ""
			for _, r := range all {
				text += fmt.Sprintf("%d:%s ", r.From.DaysSince(day), r.Source)
			}
			return text
		}
		first := "rotations: []\n"
		w.is(change(day.AddDays(-1), "past", "", 0), nil)
		w.is(change(day, "bad", "", 0), nil)
		w.ok(change(day.AddDays(30), "later\r\n", "rotations: []\r\n", 0))
		w.is(change(day.AddDays(30), "mine", first, 0), schedule.ErrConflict) // there are others by now
		all, err := w.Store.Rules(ctx, w.team)
		w.ok(err)
		later := all[1].ID
		w.ok(change(day.AddDays(20), "sooner", "later\n", later))
		if got := text(); got != "0:rotations: []\n 20:sooner " {
			t.Fatal(got)
		}
		w.is(change(day.AddDays(25), "mine", "later\n", later), schedule.ErrConflict) // gone
		all, err = w.Store.Rules(ctx, w.team)
		w.ok(err)
		w.is(w.RemoveRules(ctx, w.boss, w.team, all[0].ID), nil) // they hold
		w.is(w.RemoveRules(ctx, w.boss, w.team, 999), schedule.ErrNotFound)
		w.ok(w.RemoveRules(ctx, w.boss, w.team, all[1].ID))

		// Of several who save at the same moment one wins and the others are told.
		errs := make([]error, 6)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() { errs[i] = change(day, fmt.Sprint("mine ", i), first, 0) })
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if !errors.Is(err, schedule.ErrConflict) {
				t.Error(err)
			}
		}
		if won != 1 {
			t.Errorf("%d saved, and the rules are %s", won, text())
		}

		// The same for the team's settings.
		was, err := w.Store.Team(ctx, w.team)
		w.ok(err)
		to := was
		to.FrozenWeeks = 2
		w.ok(w.SaveTeam(ctx, w.boss, to, &was))
		w.ok(w.SaveTeam(ctx, w.boss, to, &was)) // twice is once
		to.FrozenWeeks = 3
		w.is(w.SaveTeam(ctx, w.boss, to, &was), schedule.ErrConflict)
		to.FrozenWeeks = 53
		w.is(w.SaveTeam(ctx, w.boss, to, nil), nil)
	})
}

// Members change, pause and come back on days to come; two who change one at once do
// not lose anything.
func TestMembersOverTime(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		w.CheckMember = func(_ schedule.TeamRecord, _ schedule.TeamRules, p schedule.Planning) error {
			if p.Takes == "nothing" {
				return &schedule.InvalidError{Field: "takes", Reason: "there is no rotation"}
			}
			return nil
		}
		edit := func() schedule.MemberEdit {
			members, err := w.Store.Members(ctx, w.team)
			w.ok(err)
			people, err := w.Store.People(ctx, []schedule.ID{w.ana})
			w.ok(err)
			at := slices.IndexFunc(members, func(m schedule.Membership) bool { return m.Person == w.ana })
			return schedule.EditOf(members[at], people[0])
		}
		was := edit()
		to := was
		to.Share, to.Skills, to.Works, to.Holidays = 800, "db", "Mon-Thu 09:00-17:00", "ES"
		w.ok(w.ChangeMember(ctx, w.boss, was, to))
		if got := edit(); got != to {
			t.Errorf("got %+v, want %+v", got, to)
		}
		w.ok(w.ChangeMember(ctx, w.boss, was, to)) // sent twice
		another := to
		another.Share = 500
		w.is(w.ChangeMember(ctx, w.boss, was, another), schedule.ErrConflict)
		was = to
		to.Takes = "nothing"
		w.is(w.ChangeMember(ctx, w.boss, was, to), nil)
		if got := edit(); got != was {
			t.Errorf("a change that was refused left %+v", got)
		}
		other := to
		other.Person = 999
		w.is(w.ChangeMember(ctx, w.boss, was, other), schedule.ErrNotFound)

		day := schedule.DateOf(start)
		w.now = start
		pause := schedule.MemberChange{Team: w.team, Person: w.ana, From: day.AddDays(14), Share: 800}
		back := schedule.MemberChange{Team: w.team, Person: w.ana, From: day.AddDays(28), Share: 500, OnCall: true}
		w.ok(w.ScheduleMember(ctx, w.boss, back))
		w.ok(w.ScheduleMember(ctx, w.boss, pause))
		back.Share = 600
		w.ok(w.ScheduleMember(ctx, w.boss, back)) // in the place of the other
		pause.From = day.AddDays(-1)
		w.is(w.ScheduleMember(ctx, w.boss, pause), nil)
		changes, err := w.Store.MemberChanges(ctx, w.team)
		w.ok(err)
		if len(changes) != 2 || changes[0].OnCall || changes[1].Share != 600 || changes[1].CreatedBy != w.boss {
			t.Errorf("%+v", changes)
		}
		w.is(w.UnscheduleMember(ctx, w.boss, w.team+1, changes[0].ID), schedule.ErrNotFound)
		w.now = start.AddDate(0, 0, 14)
		w.is(w.UnscheduleMember(ctx, w.boss, w.team, changes[0].ID), nil) // it holds
		w.ok(w.UnscheduleMember(ctx, w.boss, w.team, changes[1].ID))
		w.ok(w.RemoveMember(ctx, w.boss, w.team, w.ana))
		if changes, err := w.Store.MemberChanges(ctx, w.team); err != nil || len(changes) != 0 {
			t.Errorf("%+v %v", changes, err)
		}
	})
}

// Skills and limits are set ahead, replaced and taken back until they hold; then they
// stay.
func TestTerms(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		w.CheckMember = func(_ schedule.TeamRecord, _ schedule.TeamRules, p schedule.Planning) error {
			if p.Skills == "nonsense" {
				return &schedule.InvalidError{Field: "skills", Reason: "this is no skill"}
			}
			return nil
		}
		w.now = start
		day := schedule.DateOf(start)
		text := func(s string) *string { return &s }
		terms := func(after int, skills, limits *string) schedule.MemberTerms {
			return schedule.MemberTerms{Team: w.team, Person: w.ana, From: day.AddDays(after), Skills: skills, Limits: limits}
		}
		w.ok(w.ScheduleTerms(ctx, w.boss, terms(28, text("db"), nil)))
		w.ok(w.ScheduleTerms(ctx, w.boss, terms(14, nil, text("{rest: 12h}"))))
		w.ok(w.ScheduleTerms(ctx, w.boss, terms(28, text("db, net"), text("")))) // in the place of the other
		for name, bad := range map[string]schedule.MemberTerms{
			"past": terms(-1, text("db"), nil), "nothing": terms(7, nil, nil), "nonsense": terms(7, text("nonsense"), nil), "long": terms(7, text(strings.Repeat("x", 10_000)), nil),
		} {
			var invalid *schedule.InvalidError
			if err := w.ScheduleTerms(ctx, w.boss, bad); !errors.As(err, &invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		stranger := terms(7, text("db"), nil)
		stranger.Person = 999
		w.is(w.ScheduleTerms(ctx, w.boss, stranger), schedule.ErrNotFound)
		all, err := w.Store.MemberTerms(ctx, w.team)
		w.ok(err)
		if len(all) != 2 || all[0].Skills != nil || *all[0].Limits != "{rest: 12h}" || *all[1].Skills != "db, net" || *all[1].Limits != "" || all[1].CreatedBy != w.boss {
			t.Fatalf("%+v", all)
		}
		m := schedule.Membership{Team: w.team, Person: w.ana, Skills: "php", Limits: "{rest: 11h}"}
		for after, want := range map[int]string{13: "php {rest: 11h}", 14: "php {rest: 12h}", 27: "php {rest: 12h}", 28: "db, net "} {
			if is := m.TermsOn(all, day.AddDays(after)); is.Skills+" "+is.Limits != want {
				t.Errorf("after %d days: %q %q, want %q", after, is.Skills, is.Limits, want)
			}
		}
		w.is(w.UnscheduleTerms(ctx, w.boss, w.team+1, all[0].ID), schedule.ErrNotFound)
		w.now = start.AddDate(0, 0, 14)
		w.is(w.UnscheduleTerms(ctx, w.boss, w.team, all[0].ID), nil) // it holds
		w.ok(w.UnscheduleTerms(ctx, w.boss, w.team, all[1].ID))
		w.is(w.UnscheduleTerms(ctx, w.boss, w.team, all[1].ID), schedule.ErrNotFound)
		w.ok(w.RemoveMember(ctx, w.boss, w.team, w.ana))
		if all, err := w.Store.MemberTerms(ctx, w.team); err != nil || len(all) != 0 {
			t.Errorf("%+v %v", all, err)
		}
	})
}

func TestSetups(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		a := schedule.TeamSetup{Owner: w.ana, State: "{}", UpdatedAt: w.now}
		w.ok(w.Store.AddSetup(ctx, &a))
		a.State = `{"name":"x"}`
		w.ok(w.Store.SaveSetup(ctx, &a))
		stolen := a
		stolen.Owner = w.ben
		w.is(w.Store.SaveSetup(ctx, &stolen), schedule.ErrNotFound)
		w.is(w.Store.RemoveSetup(ctx, w.ben, a.ID), schedule.ErrNotFound)
		w.ok(w.Store.PruneSetups(ctx, w.now))
		all, err := w.Store.Setups(ctx, w.ana)
		w.ok(err)
		if len(all) != 1 || all[0] != a {
			t.Errorf("%+v", all)
		}
		w.ok(w.Store.PruneSetups(ctx, w.now.Add(time.Second)))
		w.is(w.Store.RemoveSetup(ctx, w.ana, a.ID), schedule.ErrNotFound)
	})
}
