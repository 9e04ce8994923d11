package schedule_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"watchbill/schedule"

	"pgregory.net/rapid"
)

var monday = time.Date(2026, 12, 7, 8, 0, 0, 0, time.UTC)

func hours(n int) time.Time { return monday.Add(time.Duration(n) * time.Hour) }

// published is a slot of 100 hours that person 1 has.
func published() schedule.Published {
	return schedule.Published{Slot: "primary 2026-12-07", Rotation: "primary", Person: 1, Start: hours(0), End: hours(100), Points: 200, Since: hours(-500)}
}

func override(id schedule.ID, person schedule.ID, from, to int) schedule.Override {
	return schedule.Override{
		ID: id, Slot: "primary 2026-12-07", Rotation: "primary", Person: person, Start: hours(from), End: hours(to),
		Kind: schedule.Overridden, CreatedAt: hours(-100 + int(id)),
	}
}

func text(shifts []schedule.Shift) string {
	var b strings.Builder
	for _, s := range shifts {
		fmt.Fprintf(&b, "%d-%d:%d %s|", int(s.Start.Sub(monday).Hours()), int(s.End.Sub(monday).Hours()), s.Person, strings.TrimPrefix(s.Key, "primary 2026-12-07"))
	}
	return b.String()
}

func TestResolve(t *testing.T) {
	cancelled := override(3, 4, 0, 100)
	cancelled.CancelledAt = hours(-50)
	elsewhere := override(4, 5, 0, 100)
	elsewhere.Slot = "primary 2026-12-14"
	for _, test := range []struct {
		name      string
		overrides []schedule.Override
		want      string
	}{
		{"none", nil, "0-100:1 |"},
		{"all of it", []schedule.Override{override(1, 2, 0, 100)}, "0-100:2 ~1|"},
		{"beyond it", []schedule.Override{override(1, 2, -10, 200)}, "0-100:2 ~1|"},
		{"the beginning", []schedule.Override{override(1, 2, 0, 10)}, "0-10:2 ~1|10-100:1 |"},
		{"the end", []schedule.Override{override(1, 2, 90, 100)}, "0-90:1 |90-100:2 ~1|"},
		{"the middle", []schedule.Override{override(1, 2, 40, 60)}, "0-40:1 |40-60:2 ~1|60-100:1 ~after-1|"},
		{"nobody", []schedule.Override{override(1, 0, 40, 60)}, "0-40:1 |40-60:0 ~1|60-100:1 ~after-1|"},
		{"the later wins", []schedule.Override{override(2, 3, 50, 70), override(1, 2, 40, 60)}, "0-40:1 |40-50:2 ~1|50-70:3 ~2|70-100:1 ~after-1|"},
		{"over all the others", []schedule.Override{override(1, 2, 40, 60), override(2, 1, 0, 100)}, "0-100:1 ~2|"},
		{"cancelled", []schedule.Override{cancelled}, "0-100:1 |"},
		{"of another slot", []schedule.Override{elsewhere}, "0-100:1 |"},
		{"outside", []schedule.Override{override(1, 2, 200, 300)}, "0-100:1 |"},
		{"a hole in a hole", []schedule.Override{override(1, 2, 20, 80), override(2, 3, 40, 60)}, "0-20:1 |20-40:2 ~1|40-60:3 ~2|60-80:2 ~1~after-2|80-100:1 ~after-1|"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := text(schedule.Resolve([]schedule.Published{published()}, test.overrides, hours(-1), hours(200), time.Time{}))
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// What was published, and decided, by an instant is what it shows.
func TestResolveAsOf(t *testing.T) {
	was, is := published(), published()
	was.Until, is.Since, is.Person = hours(-200), hours(-200), 9
	both := []schedule.Published{was, is}
	o := override(1, 2, 0, 10)
	o.CancelledAt = hours(-10)
	for at, want := range map[int]string{
		-600: "", -300: "0-100:1 |", -200: "0-100:9 |", -99: "0-10:2 ~1|10-100:9 |", -5: "0-100:9 |",
	} {
		got := text(schedule.Resolve(both, []schedule.Override{o}, hours(0), hours(100), hours(at)))
		if got != want {
			t.Errorf("as of %d: got %q, want %q", at, got, want)
		}
	}
	shifts := schedule.Resolve(both, []schedule.Override{o}, hours(0), hours(100), time.Time{})
	if len(shifts) != 1 || shifts[0].Changes != 4 || !shifts[0].ChangedAt.Equal(hours(-10)) {
		t.Errorf("changes: %+v", shifts)
	}
}

// Whatever the overrides, pieces tile their slot, have different keys, belong to
// whoever the last override at each instant says, and their points add up nearly
// to the slot's.
func TestResolveTiles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		var overrides []schedule.Override
		for i := range rng.IntN(7) {
			from := rng.IntN(120) - 10
			overrides = append(overrides, override(schedule.ID(i+1), schedule.ID(rng.IntN(4)), from, from+1+rng.IntN(60)))
		}
		shifts := schedule.Resolve([]schedule.Published{published()}, overrides, hours(0), hours(100), time.Time{})
		at, points, keys := hours(0), int64(0), map[string]bool{}
		for i := range shifts {
			s := &shifts[i]
			if !s.Start.Equal(at) || !s.Start.Before(s.End) || keys[s.Key] {
				t.Fatalf("%s", text(shifts))
			}
			want := schedule.ID(1)
			for _, o := range overrides {
				if !o.Start.After(s.Start) && s.Start.Before(o.End) {
					want = o.Person
				}
			}
			if s.Person != want {
				t.Fatalf("%v is with %d, not with %d: %s", s.Start, s.Person, want, text(shifts))
			}
			at, points, keys[s.Key] = s.End, points+s.Points(), true
		}
		if !at.Equal(hours(100)) || points < 200-int64(len(shifts)) || points > 200+int64(len(shifts)) {
			t.Fatalf("%d points in %s", points, text(shifts))
		}
	})
}

func TestOnCallAndIssues(t *testing.T) {
	second := published()
	second.Slot, second.Person, second.Start, second.End = "primary 2026-12-11", 0, hours(100), hours(200)
	backup := published()
	backup.Slot, backup.Rotation, backup.Start, backup.End = "secondary 2026-12-07", "secondary", hours(50), hours(150)
	shifts := schedule.Resolve([]schedule.Published{published(), second, backup}, nil, hours(0), hours(200), time.Time{})
	duties := schedule.OnCall(shifts, hours(99))
	if len(duties) != 2 || duties[0].Now[0].Person != 1 || duties[0].Next.Person != 0 || len(duties[1].Now) != 1 || duties[1].Next != nil {
		t.Errorf("%+v", duties)
	}
	if d := schedule.OnCall(shifts, hours(100)); d[0].Now[0].Slot != second.Slot {
		t.Errorf("at the hand-over the next has it: %+v", d)
	}
	var got []string
	for _, i := range schedule.Issues(shifts, []schedule.AwaySpan{{Person: 1, Start: hours(140), End: hours(300)}}) {
		got = append(got, fmt.Sprint(i.Kind, i.Start.Sub(monday).Hours(), i.End.Sub(monday).Hours()))
	}
	if want := "[twice50 100 unfilled100 200 away140 150]"; fmt.Sprint(got) != want {
		t.Errorf("%v, want %v", got, want)
	}
}
