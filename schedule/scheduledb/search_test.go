package scheduledb_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"watchbill/schedule"
)

// However a list is turned, forwards or back, every row is on one page; and what is typed is
// no pattern.
func TestFindTeams(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		want := []string{"Payments"}
		for _, name := range []string{"alerts", "Zebra", "Ärzte", "100 % up", "100 x up", "under_score", "underXscore", "payments two", "PAYMENTS three"} {
			w.ok(w.Store.AddTeam(ctx, &schedule.TeamRecord{Name: name, Zone: "UTC", HorizonWeeks: 8, CreatedAt: w.now}))
			want = append(want, name)
		}
		all, err := w.Store.FindTeams(ctx, schedule.Search{})
		w.ok(err)
		if n, err := w.Store.CountTeams(ctx, schedule.Search{Most: 2}); n != len(want) || len(all) != len(want) || err != nil {
			t.Fatalf("%d of %d: %v", n, len(all), err)
		}
		names := func(list []schedule.TeamRecord) string {
			var out []string
			for i := range list {
				out = append(out, list[i].Name)
			}
			return strings.Join(out, ", ")
		}
		for most := 1; most <= len(all)+1; most++ {
			var on, back []schedule.TeamRecord
			for f := (schedule.Search{Most: most}); ; f.After = on[len(on)-1].ID {
				page, err := w.Store.FindTeams(ctx, f)
				w.ok(err)
				if on = append(on, page...); len(page) < most {
					break
				}
			}
			for f := (schedule.Search{Most: most, Before: all[len(all)-1].ID}); ; f.Before = back[0].ID {
				page, err := w.Store.FindTeams(ctx, f)
				w.ok(err)
				if back = append(page, back...); len(page) < most {
					break
				}
			}
			if names(on) != names(all) || names(back) != names(all[:len(all)-1]) {
				t.Errorf("by %d: %s and back %s", most, names(on), names(back))
			}
		}
		for text, want := range map[string]string{
			"PAY": "Payments, PAYMENTS three, payments two", "0 %": "100 % up", "r_s": "under_score", "Ärz": "Ärzte", "nothing": "", `\`: "", "'": "",
		} {
			got, err := w.Store.FindTeams(ctx, schedule.Search{Text: text})
			w.ok(err)
			if n, err := w.Store.CountTeams(ctx, schedule.Search{Text: text}); names(got) != want || n != len(got) || err != nil {
				t.Errorf("%q: %s (%d, %v), want %s", text, names(got), n, err, want)
			}
		}
		// Nobody's teams are none, and not all.
		none, err := w.Store.FindTeams(ctx, schedule.Search{Only: []schedule.ID{}})
		w.ok(err)
		two, err := w.Store.FindTeams(ctx, schedule.Search{Only: []schedule.ID{all[3].ID, all[1].ID}})
		w.ok(err)
		gone, err := w.Store.FindTeams(ctx, schedule.Search{After: 999})
		w.ok(err)
		if len(none) != 0 || names(two) != names([]schedule.TeamRecord{all[1], all[3]}) || len(gone) != 0 {
			t.Errorf("none: %s; two: %s; behind one that is gone: %s", names(none), names(two), names(gone))
		}
	})
}

// Members come of some teams or some people, and of nobody when nobody is asked for.
func TestMembersOf(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		other := schedule.TeamRecord{Name: "Other", Zone: "UTC", HorizonWeeks: 8, CreatedAt: w.now}
		w.ok(w.Store.AddTeam(ctx, &other))
		w.ok(w.PutMember(ctx, 0, schedule.Membership{Team: other.ID, Person: w.ana, Manager: true, Share: schedule.FullTime}))
		for _, c := range []struct {
			teams, people []schedule.ID
			want          string
		}{
			{nil, nil, ""}, {nil, []schedule.ID{w.ana}, fmt.Sprint(w.team, "/", w.ana, " ", other.ID, "/", w.ana)}, {[]schedule.ID{other.ID}, nil, fmt.Sprint(other.ID, "/", w.ana)},
			{[]schedule.ID{other.ID}, []schedule.ID{w.ben}, fmt.Sprint(other.ID, "/", w.ana, " ", w.team, "/", w.ben)},
		} {
			members, err := w.Store.MembersOf(ctx, c.teams, c.people)
			w.ok(err)
			var got []string
			for _, m := range members {
				got = append(got, fmt.Sprint(m.Team, "/", m.Person))
			}
			want := strings.Fields(c.want)
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("of teams %v and people %v: %v, want %v", c.teams, c.people, got, want)
			}
		}
	})
}
