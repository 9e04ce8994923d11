package scheduledb_test

import (
	"slices"
	"testing"
	"time"

	"watchbill/schedule"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// What is read for some people is what is read for the team, as far as they have, or
// had, a part of it.
func TestPublishedOf(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		w.publish(schedule.DateOf(start), 6, nil)
		all, err := w.Store.Published(ctx, w.team, start, start.AddDate(0, 0, 42))
		w.ok(err)
		first := all[0]
		// Somebody has a part of the first shift, had one of the third and has the second.
		_, err = w.Put(ctx, 0, w.team, schedule.Stretch{Slot: first.Slot, Start: start.Add(time.Hour), End: start.Add(5 * time.Hour)}, all[1].Person, "x")
		w.ok(err)
		gone, err := w.Put(ctx, 0, w.team, w.slot(2), all[1].Person, "x")
		w.ok(err)
		w.ok(w.Undo(ctx, 0, gone.ID))
		for _, people := range [][]schedule.ID{nil, {all[1].Person}, {first.Person, all[1].Person}, {999}} {
			for _, to := range []time.Time{start, start.Add(time.Second), start.AddDate(0, 0, 15), start.AddDate(0, 0, 42)} {
				published, err := w.Store.Published(ctx, w.team, start, to)
				w.ok(err)
				overrides, err := w.Store.Overrides(ctx, w.team, start.AddDate(-1, 0, 0), start.AddDate(1, 0, 0))
				w.ok(err)
				theirs := func(slot schedule.SlotID) bool {
					return slices.ContainsFunc(published, func(p schedule.Published) bool { return p.Slot == slot && slices.Contains(people, p.Person) }) ||
						slices.ContainsFunc(overrides, func(o schedule.Override) bool {
							return o.Slot == slot && slices.Contains(people, o.Person) && o.Start.Before(to) && start.Before(o.End)
						})
				}
				published = slices.DeleteFunc(published, func(p schedule.Published) bool { return !theirs(p.Slot) })
				overrides = slices.DeleteFunc(overrides, func(o schedule.Override) bool { return !theirs(o.Slot) })
				gotPublished, err := w.Store.PublishedOf(ctx, people, start, to)
				w.ok(err)
				gotOverrides, err := w.Store.OverridesOf(ctx, people, start, to)
				w.ok(err)
				if diff := cmp.Diff(published, gotPublished, cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("shifts of %v until %v:\n%s", people, to, diff)
				}
				if diff := cmp.Diff(overrides, gotOverrides, cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("overrides of %v until %v:\n%s", people, to, diff)
				}
			}
		}
		some, err := w.Store.PublishedFor(ctx, w.team, []schedule.SlotID{all[4].Slot, all[1].Slot, "none"})
		w.ok(err)
		if diff := cmp.Diff([]schedule.Published{all[1], all[4]}, some); diff != "" {
			t.Error(diff)
		}
	})
}

// What people say of themselves comes back letter by letter.
func TestPeopleAreRead(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		var want []schedule.Profile
		for _, name := range []string{"Ann", "Łukasz Żółć", "名前 8 ", "🦊 5 6", "\"'%s?"} {
			p := schedule.Profile{Name: name, Zone: "Asia/Kathmandu", Works: "Mon-Fri 08:00-16:00", Sleeps: "22:00-06:00", Holidays: "NP,DE-BE", CreatedAt: start}
			if name == "Ann" {
				p.Email, p.Works = "ann+1@example.com", ""
			}
			w.ok(w.Store.AddPerson(ctx, &p))
			want = append(want, p)
		}
		for _, p := range want {
			got, err := w.Store.People(ctx, []schedule.ID{p.ID})
			w.ok(err)
			if diff := cmp.Diff([]schedule.Profile{p}, got); diff != "" {
				t.Error(diff)
			}
		}
		all, err := w.Store.People(ctx, nil)
		w.ok(err)
		none, err := w.Store.People(ctx, []schedule.ID{})
		w.ok(err)
		if len(all) < len(want)+3 || len(none) != 0 {
			t.Errorf("%d people, %d of nobody", len(all), len(none))
		}
	})
}
