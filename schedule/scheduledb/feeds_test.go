package scheduledb_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"watchbill/migrations"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// events is what a feed shows, in words: the name, who, from when to when, which
// change, and x when it is cancelled.
func (w *world) events(token string) string {
	w.t.Helper()
	text := ""
	for _, e := range w.content(token) {
		uid, _, _ := strings.Cut(e.UID, fmt.Sprintf(".%d-", w.team))
		text += fmt.Sprintf("%s %s %s–%s #%d", strings.TrimPrefix(uid, "primary_2026-"), e.Person, e.Shift.Start.Format("2/15"), e.Shift.End.Format("2/15"), e.Shift.Changes)
		if e.Before != "" {
			text += " from " + e.Before
		}
		if e.Cancelled {
			text += " x"
		}
		text += "; "
	}
	return strings.TrimSuffix(text, "; ")
}

func (w *world) content(token string) []schedule.FeedEvent {
	w.t.Helper()
	f, err := w.OpenFeed(w.t.Context(), token)
	w.ok(err)
	c, err := w.FeedContent(w.t.Context(), &f)
	w.ok(err)
	return c.Events
}

func (w *world) newFeed(f schedule.Feed) string {
	w.t.Helper()
	f.Tombstones = true
	_, token, err := w.AddFeed(w.t.Context(), f)
	w.ok(err)
	return token
}

// What a change makes of a shift depends on who reads.
func TestFeedReaders(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		w.publish(schedule.DateOf(start), 2, nil)
		ana, ben := w.newFeed(schedule.Feed{Kind: schedule.FeedPerson, Owner: w.ana}), w.newFeed(schedule.Feed{Kind: schedule.FeedPerson, Owner: w.ben})
		team := w.newFeed(schedule.Feed{Kind: schedule.FeedTeam, Owner: w.ana, Team: w.team})
		expect := func(what, wantAna, wantBen, wantTeam string) {
			t.Helper()
			for _, c := range []struct{ name, token, want string }{{"Ana", ana, wantAna}, {"Ben", ben, wantBen}, {"the team", team, wantTeam}} {
				if got := w.events(c.token); got != c.want {
					t.Errorf("%s, %s reads\n%s, want\n%s", what, c.name, got, c.want)
				}
			}
		}
		put := func(who schedule.ID, from, to int) schedule.Override {
			t.Helper()
			w.now = w.now.Add(time.Minute)
			part := w.slot(0)
			part.Start, part.End = start.AddDate(0, 0, from), start.AddDate(0, 0, to)
			o, err := w.Put(ctx, w.boss, w.team, part, who, "why")
			w.ok(err)
			return o
		}
		week2 := "; 12-14 Ben 14/08–21/08 #1"
		expect("as published", "12-07 Ana 7/08–14/08 #1", "12-14 Ben 14/08–21/08 #1", "12-07 Ana 7/08–14/08 #1"+week2)

		all := put(w.ben, 0, 7)
		expect("when the week goes to Ben", "12-07 Ana 7/08–14/08 #2 x", "12-07~1 Ben 7/08–14/08 #2 from Ana"+week2, "12-07 Ben 7/08–14/08 #2 from Ana"+week2)

		w.now = w.now.Add(time.Minute)
		w.ok(w.Undo(ctx, w.boss, all.ID))
		expect("when it comes back", "12-07 Ana 7/08–14/08 #3", "12-07~1 Ben 7/08–14/08 #3 from Ana x"+week2, "12-07 Ana 7/08–14/08 #3"+week2)

		put(w.ben, 1, 2)
		expect("when Ben has a day", "12-07 Ana 7/08–8/08 #4; 12-07~after-2 Ana 9/08–14/08 #4", "12-07~1 Ben 8/08–9/08 #4 from Ana"+week2,
			"12-07 Ana 7/08–8/08 #4; 12-07~2 Ben 8/08–9/08 #4 from Ana; 12-07~after-2 Ana 9/08–14/08 #4"+week2)

		put(w.ben, 1, 3)
		expect("when it becomes two", "12-07 Ana 7/08–8/08 #4; 12-07~after-2 Ana 10/08–14/08 #5", "12-07~1 Ben 8/08–10/08 #5 from Ana"+week2,
			"12-07 Ana 7/08–8/08 #4; 12-07~2 Ben 8/08–10/08 #5 from Ana; 12-07~after-2 Ana 10/08–14/08 #5"+week2)

		// Cancelled shifts go after a fortnight, at midnight, and not before.
		put(0, 0, 7)
		if got := w.events(ana); strings.Count(got, " x") != 2 {
			t.Errorf("Ana reads %s", got)
		}
		w.now = w.now.AddDate(0, 0, 14)
		if got := w.events(ana); strings.Count(got, " x") != 2 {
			t.Errorf("after a fortnight Ana reads %s", got)
		}
		w.now = w.now.AddDate(0, 0, 1)
		if got := w.events(ana); got != "" {
			t.Errorf("after 15 days Ana reads %s", got)
		}
	})
}

// Whatever is decided in whatever order, also within a second: a feed shows what
// the resolver says, no event ever disappears without a word, and each change of
// one has a higher number and a time that is not earlier.
func TestFeedChanges(t *testing.T) {
	worlds := 12
	if testing.Short() {
		worlds = 4
	}
	for seed := range worlds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w := newWorld(t, migrationstest.Migrated(t, migrationstest.SQLite(t)))
			r := rand.New(rand.NewPCG(uint64(seed), 7))
			w.Plan = func(ctx context.Context, in schedule.PlanInput, progress func(int) bool) (schedule.Planned, error) {
				p, err := weeks(ctx, in, progress)
				for i := range p.Shifts {
					if r.IntN(3) == 0 {
						p.Shifts[i].End = p.Shifts[i].End.Add(time.Duration(r.IntN(5)-2) * time.Hour)
					}
				}
				if r.IntN(4) == 0 {
					p.Shifts = slices.Delete(p.Shifts, 1, 2)
				}
				return p, err
			}
			w.publish(schedule.DateOf(start), 3, nil)
			readers := map[string]*feedReader{}
			for name, f := range map[string]schedule.Feed{
				"ana": {Kind: schedule.FeedPerson, Owner: w.ana}, "ben": {Kind: schedule.FeedPerson, Owner: w.ben},
				"team": {Kind: schedule.FeedTeam, Owner: w.ana, Team: w.team}, "rotation": {Kind: schedule.FeedRotation, Owner: w.ana, Team: w.team, Rotation: "primary"},
			} {
				readers[name] = &feedReader{token: w.newFeed(f), owner: f.Owner, personal: f.Kind == schedule.FeedPerson, seen: map[string]schedule.FeedEvent{}, first: map[string]time.Time{}}
			}
			var did []string
			for range 25 {
				did = append(did, w.decide(r))
				for name, reader := range readers {
					if wrong := reader.look(w); wrong != "" {
						t.Fatalf("after %q at %v %s reads %s", did, w.now, name, wrong)
					}
				}
			}
		})
	}
}

// decide does something to the schedule, and says what.
func (w *world) decide(r *rand.Rand) string {
	ctx := w.t.Context()
	w.now = w.now.Add(time.Duration([]int{0, 0, 1, 3600, 40000}[r.IntN(5)]) * time.Second)
	if r.IntN(5) == 0 {
		pins := map[schedule.SlotID]schedule.ID{}
		for week := range 3 {
			pins[w.slot(week).Slot] = []schedule.ID{w.ana, w.ben, w.cleo}[r.IntN(3)]
		}
		w.publish(schedule.DateOf(start), 3, pins)
		return fmt.Sprint(w.now.Unix()%10000, " publish ", pins)
	}
	overrides, err := w.Store.Overrides(ctx, w.team, start.AddDate(0, 0, -40), start.AddDate(0, 0, 40))
	w.ok(err)
	live := slices.DeleteFunc(overrides, func(o schedule.Override) bool { return !o.CancelledAt.IsZero() || !w.now.Before(o.Start) })
	if len(live) > 0 && r.IntN(3) == 0 {
		o := live[r.IntN(len(live))]
		if err := w.Undo(ctx, w.boss, o.ID); err != nil && !errors.Is(err, schedule.ErrConflict) {
			w.t.Fatal(err) // a later one may be in the way
		}
		return fmt.Sprint(w.now.Unix()%10000, " undo ", o.ID)
	}
	part := w.slot(r.IntN(3))
	first := r.IntN(6)
	part.End = part.Start.AddDate(0, 0, first+1+r.IntN(7-first))
	part.Start = part.Start.AddDate(0, 0, first)
	who := []schedule.ID{w.ana, w.ben, w.cleo, 0}[r.IntN(4)]
	_, err = w.Put(ctx, w.boss, w.team, part, who, "why")
	var invalid *schedule.InvalidError
	if err != nil && !errors.Is(err, schedule.ErrNotFound) && !errors.As(err, &invalid) {
		w.t.Fatal(err) // the plan may have no such shift, or a shorter one
	}
	return fmt.Sprintf("%d put %d %v–%v: %v", w.now.Unix()%10000, who, part.Start.Format("2/15"), part.End.Format("2/15"), err)
}

// A feedReader remembers events as a calendar does.
type feedReader struct {
	token    string
	owner    schedule.ID
	personal bool
	seen     map[string]schedule.FeedEvent
	first    map[string]time.Time
}

// look reads the feed again and says what is wrong with it.
func (f *feedReader) look(w *world) string {
	shifts, err := w.Shifts(w.t.Context(), w.team, w.now.AddDate(0, 0, -30), w.now.AddDate(0, 0, 300), time.Time{})
	w.ok(err)
	want := map[string]bool{}
	for _, s := range shifts {
		if !f.personal || s.Person == f.owner {
			want[fmt.Sprint(s.Person, s.Start, s.End, s.Override)] = true
		}
	}
	events, there := w.content(f.token), map[string]bool{}
	for _, e := range events {
		if there[e.UID] {
			return e.UID + " twice"
		}
		there[e.UID] = true
		if key := fmt.Sprint(e.Shift.Person, e.Shift.Start, e.Shift.End, e.Shift.Override); !e.Cancelled && !want[key] {
			return fmt.Sprintf("%+v, which the resolver does not have", e)
		} else if !e.Cancelled {
			delete(want, key)
		}
		was, known := f.seen[e.UID]
		changed := known && (was.Cancelled != e.Cancelled || !was.Shift.Start.Equal(e.Shift.Start) || !was.Shift.End.Equal(e.Shift.End) || was.Shift.Person != e.Shift.Person)
		switch {
		case changed && (e.Shift.Changes <= was.Shift.Changes || e.Shift.ChangedAt.Before(was.Shift.ChangedAt)):
			return fmt.Sprintf("%+v after %+v", e, was)
		case known && !changed && e.Shift.Changes < was.Shift.Changes:
			return fmt.Sprintf("a lower number: %+v after %+v", e, was)
		}
		if !known {
			f.first[e.UID] = w.now
		}
		f.seen[e.UID] = e
	}
	for uid := range f.seen {
		if there[uid] {
			continue
		}
		// What came and went within a second may be forgotten.
		if !f.first[uid].Equal(w.now) {
			return uid + " no more"
		}
		delete(f.seen, uid)
	}
	if len(want) > 0 {
		return fmt.Sprintf("nothing of %v", want)
	}
	return ""
}

// A feed dies with its owner, and a team's when its owner leaves the team.
func TestFeedOwners(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		w.publish(schedule.DateOf(start), 2, nil)
		tokens := map[string]string{"person": w.newFeed(schedule.Feed{Kind: schedule.FeedPerson, Owner: w.ana})}
		for kind, rotation := range map[string]schedule.RotationID{schedule.FeedTeam: "", schedule.FeedRotation: "primary", schedule.FeedAbsences: ""} {
			tokens[kind] = w.newFeed(schedule.Feed{Kind: kind, Owner: w.ana, Team: w.team, Rotation: rotation})
		}
		expect := func(when string, team, own bool) {
			t.Helper()
			for kind, token := range tokens {
				want := team
				if kind == "person" {
					want = own
				}
				if _, err := w.OpenFeed(ctx, token); want != (err == nil) || err != nil && !errors.Is(err, schedule.ErrNotFound) {
					t.Errorf("%s the %s feed gives %v", when, kind, err)
				}
			}
		}
		expect("at first", true, true)
		member := schedule.Membership{Team: w.team, Person: w.ana, Share: schedule.FullTime, OnCall: true, Until: schedule.DateOf(w.now.AddDate(0, 0, 1))}
		w.ok(w.PutMember(ctx, w.boss, member))
		expect("before the last day", true, true)
		w.now = time.Date(2026, 12, 5, 22, 30, 0, 0, time.UTC) // 23:30 in Berlin
		expect("on the last day", true, true)
		w.now = w.now.Add(time.Hour)
		expect("after the last day", false, true)
		member.Until = schedule.Date{}
		w.ok(w.PutMember(ctx, w.boss, member))
		expect("back again", true, true)
		w.ok(w.RemoveMember(ctx, w.boss, w.team, w.ana))
		expect("removed", false, true)
		w.ok(db.Write.Exec("INSERT INTO account (person_id, admin, created_at) VALUES (?, TRUE, 0)", w.ana).Error)
		expect("as an administrator", true, true)
		w.ok(db.Write.Exec("UPDATE person SET deactivated_at = 1 WHERE id = ?", w.ana).Error)
		expect("deactivated", false, false)
	})
}

// The stamp is another one whenever the content is.
func TestFeedStamps(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		w.publish(schedule.DateOf(start), 2, nil)
		tokens := []string{
			w.newFeed(schedule.Feed{Kind: schedule.FeedPerson, Owner: w.ana}), w.newFeed(schedule.Feed{Kind: schedule.FeedTeam, Owner: w.ana, Team: w.team}),
			w.newFeed(schedule.Feed{Kind: schedule.FeedAbsences, Owner: w.ana, Team: w.team}),
		}
		state := func(token string) (stamp, content string) {
			f, err := w.OpenFeed(ctx, token)
			w.ok(err)
			c, err := w.FeedContent(ctx, &f)
			w.ok(err)
			content = c.Name
			for _, e := range c.Events {
				shift := *e.Shift
				e.Shift = nil
				content += fmt.Sprintf("\n%+v %+v", e, shift)
			}
			return f.Stamp, content
		}
		day := schedule.DateOf(w.now)
		for _, change := range []struct {
			name string
			do   func() error
		}{
			{"rename a person", func() error {
				return w.SaveProfile(ctx, w.ana, schedule.Profile{ID: w.ana, Name: "Anna", Zone: "Europe/Berlin"})
			}},
			{"rename the team", func() error {
				return w.SaveTeam(ctx, w.boss, schedule.TeamRecord{ID: w.team, Name: "Billing", Zone: "Europe/Paris", HorizonWeeks: 8}, nil)
			}},
			{"add an absence", func() error {
				_, err := w.AddLeave(ctx, w.ben, schedule.Leave{Person: w.ben, First: day, Last: day})
				return err
			}},
			{"remove it", func() error {
				leaves, err := w.Store.Leaves(ctx, []schedule.ID{w.ben})
				if err != nil {
					return err
				}
				return w.RemoveLeave(ctx, w.ben, w.ben, leaves[0].ID)
			}},
			{"add another behind the service's back", func() error {
				return w.Store.AddLeave(ctx, &schedule.Leave{Person: w.cleo, First: day, Last: day, CreatedAt: w.now})
			}},
			{"deactivate", func() error {
				return db.Write.Exec("UPDATE person SET deactivated_at = 1 WHERE id = ?", w.cleo).Error
			}},
			{"a shift", func() error { _, err := w.Put(ctx, w.boss, w.team, w.slot(1), w.ana, "why"); return err }},
			{"a day", func() error { w.now = w.now.AddDate(0, 0, 1); return nil }},
			{"forty days", func() error { w.now = w.now.AddDate(0, 0, 40); return nil }},
		} {
			was := map[string][2]string{}
			for _, token := range tokens {
				stamp, content := state(token)
				was[token] = [2]string{stamp, content}
			}
			w.ok(change.do())
			others := 0
			for i, token := range tokens {
				stamp, content := state(token)
				if content != was[token][1] {
					others++
					if stamp == was[token][0] {
						t.Errorf("%s: feed %d shows something else under the same stamp %q", change.name, i, stamp)
					}
				}
			}
			if others == 0 && change.name != "a day" {
				t.Errorf("%s: no feed shows anything else", change.name)
			}
		}
	})
}
