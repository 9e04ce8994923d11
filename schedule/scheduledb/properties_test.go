package scheduledb_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"watchbill/migrations/migrationstest"
	"watchbill/schedule"

	"pgregory.net/rapid"
)

// pairs plans a primary and a secondary by the week, never the same person twice at
// once.
func pairs(ctx context.Context, in schedule.PlanInput, progress func(int) bool) (schedule.Planned, error) {
	p, err := weeks(ctx, in, progress)
	n := len(p.Shifts)
	for i := range n {
		s := p.Shifts[i]
		s.Slot, s.Rotation, s.Points = "secondary"+s.Slot[len("primary"):], "secondary", 84
		at := slices.IndexFunc(in.People, func(m schedule.Planning) bool { return m.Profile.ID == p.Shifts[i].Person })
		s.Person = in.People[(at+1)%len(in.People)].Profile.ID
		p.Shifts = append(p.Shifts, s)
	}
	return p, err
}

// once is a judge with one rule: nobody is in two places.
func once(in schedule.JudgeInput) ([][]schedule.Finding, error) {
	var all [][]schedule.Finding
	for _, c := range in.Cases {
		var held []schedule.Held
		for _, h := range c.Held {
			held = append(held, schedule.Held{Team: h.Team, New: h.New, Slot: schedule.Slot{ID: h.Slot, Start: h.Start, End: h.End}})
		}
		all = append(all, schedule.Limits{}.Judge(held, schedule.Calendar{}))
	}
	return all, nil
}

// A life is a team that lives with its plan, and what was once true of it.
type life struct {
	*world
	t      *rapid.T
	people []schedule.ID
	plans  int
	// seen has, for each instant at which something was done, who had what.
	seen []sight
}

type sight struct {
	at      time.Time
	was     []string // before then, as it had happened
	whole   []string // all of it, as it was known
	version int64
}

func (l *life) pick(label string, n int) int { return rapid.IntRange(0, n-1).Draw(l.t, label) }

func (l *life) person() schedule.ID { return l.people[l.pick("person", len(l.people))] }

// shifts returns who has what, from the first plan's start on.
func (l *life) shifts(asOf time.Time) []schedule.Shift {
	shifts, err := l.Shifts(context.Background(), l.team, start, start.AddDate(0, 0, 42), asOf)
	l.ok(err)
	return shifts
}

// lines writes shifts down, what neighbours with one holder joined, until an instant.
func lines(shifts []schedule.Shift, from, until time.Time) []string {
	type piece struct {
		slot       schedule.SlotID
		person     schedule.ID
		start, end time.Time
	}
	var all []piece
	for _, s := range shifts {
		p := piece{s.Slot, s.Person, s.Start, s.End}
		if p.start.Before(from) {
			p.start = from
		}
		if until.Before(p.end) {
			p.end = until
		}
		if p.start.Before(p.end) {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b piece) int {
		if a.slot != b.slot {
			return slices.Compare([]byte(a.slot), []byte(b.slot))
		}
		return a.start.Compare(b.start)
	})
	var out []string
	for i := 0; i < len(all); i++ {
		p := all[i]
		for i+1 < len(all) && all[i+1].slot == p.slot && all[i+1].person == p.person && all[i+1].start.Equal(p.end) {
			p.end = all[i+1].end
			i++
		}
		out = append(out, fmt.Sprintf("%s %d %s–%s", p.slot, p.person, p.start.Format("02/15:04:05"), p.end.Format("02/15:04:05")))
	}
	return out
}

var forEver = start.AddDate(10, 0, 0)

// stretch is a random part, mostly all, of a random slot.
func (l *life) stretch() schedule.Stretch {
	shifts := l.shifts(time.Time{})
	s := shifts[l.pick("shift", len(shifts))]
	part := schedule.Stretch{Slot: s.Slot, Rotation: s.Rotation, Start: s.Start, End: s.End}
	if l.pick("part", 3) == 0 {
		hours := int(s.End.Sub(s.Start) / time.Hour)
		if hours > 1 {
			from := l.pick("from", hours-1)
			part.End = part.Start.Add(time.Duration(from+1+l.pick("long", hours-from-1)) * time.Hour)
			part.Start = part.Start.Add(time.Duration(from) * time.Hour)
		}
	}
	return part
}

func (l *life) holder(part schedule.Stretch) schedule.ID {
	for _, s := range l.shifts(time.Time{}) {
		if s.Slot == part.Slot && !s.Start.After(part.Start) && part.Start.Before(s.End) {
			return s.Person
		}
	}
	return 0
}

// act does something at random and returns the override that it made, if it made
// one, and whether it did anything.
func (l *life) act(ctx context.Context) (made schedule.ID, err error) {
	part := l.stretch()
	holder, person := l.holder(part), l.person()
	switch what := l.pick("what", 9); what {
	case 0:
		if l.pick("nobody", 3) == 0 {
			person = 0
		}
		effects, err := l.Effects(ctx, l.team, []schedule.Move{{Stretch: part, To: person}})
		l.ok(err)
		if slices.ContainsFunc(effects[0], func(e schedule.Effect) bool { return e.Broken() }) {
			return 0, schedule.ErrConflict
		}
		o, err := l.Put(ctx, l.boss, l.team, part, person, "so be it")
		return o.ID, err
	case 1, 2:
		r, err := l.Ask(ctx, holder, schedule.Request{Team: l.team, Stretch: part, Person: holder})
		if err != nil {
			return 0, err
		}
		r, err = l.Accept(ctx, person, r.ID)
		return r.Override, err
	case 3:
		back := l.stretch()
		other := l.holder(back)
		r, err := l.Ask(ctx, holder, schedule.Request{Team: l.team, Stretch: part, Person: holder, To: other, Return: back})
		if err != nil {
			return 0, err
		}
		r, err = l.Accept(ctx, other, r.ID)
		return r.Override, err
	case 4:
		o, err := l.Take(ctx, person, l.team, part)
		return o.ID, err
	case 5:
		o, err := l.TakeOver(ctx, person, l.team, part.Slot, "")
		return o.ID, err
	case 6:
		overrides, err := l.Store.Overrides(ctx, l.team, start, forEver)
		l.ok(err)
		if len(overrides) == 0 {
			return 0, schedule.ErrConflict
		}
		return 0, l.Undo(ctx, person, overrides[l.pick("override", len(overrides))].ID)
	case 7:
		day := schedule.DateOf(part.Start)
		_, err := l.AddLeave(ctx, person, schedule.Leave{Person: person, First: day, Last: day.AddDays(l.pick("days", 5))})
		return 0, err
	default:
		l.plans++
		l.publish(schedule.DateOf(start), 6, map[schedule.SlotID]schedule.ID{part.Slot: person})
		return 0, nil
	}
}

// look notes how things are now, and checks what must always hold.
func (l *life) look(ctx context.Context) {
	team, err := l.Store.Team(ctx, l.team)
	l.ok(err)
	published, err := l.Store.Published(ctx, l.team, start, forEver)
	l.ok(err)
	overrides, err := l.Store.Overrides(ctx, l.team, start, forEver)
	l.ok(err)
	known := func(asOf time.Time) []schedule.Shift {
		return schedule.Resolve(published, overrides, start, start.AddDate(0, 0, 42), asOf)
	}
	shifts := known(time.Time{})
	l.tiles(published, shifts)
	l.windows(ctx, shifts)
	l.twice(ctx, shifts)
	for _, s := range l.seen {
		if team.Version < s.version {
			l.t.Fatalf("the version fell from %d to %d", s.version, team.Version)
		}
		if now := lines(shifts, start, s.at); !slices.Equal(now, s.was) {
			l.t.Fatalf("what happened before %v has changed:\nwas %q\nis  %q", s.at, s.was, now)
		}
		if then := lines(known(s.at), start, forEver); !slices.Equal(then, s.whole) {
			l.t.Fatalf("what was known at %v has changed:\nwas %q\nis  %q", s.at, s.whole, then)
		}
	}
	l.seen = append(l.seen, sight{l.now, lines(shifts, start, l.now), lines(known(l.now), start, forEver), team.Version})
}

// tiles checks that the parts of each slot follow each other without gap or
// overlap, from the slot's beginning to its end.
func (l *life) tiles(published []schedule.Published, shifts []schedule.Shift) {
	for _, p := range published {
		if !p.Until.IsZero() {
			continue
		}
		at, keys := p.Start, map[string]bool{}
		var mine []schedule.Shift
		for _, s := range shifts {
			if s.Slot == p.Slot {
				mine = append(mine, s)
			}
		}
		for _, s := range mine {
			if !s.Start.Equal(at) || !s.Start.Before(s.End) || keys[s.Key] {
				l.t.Fatalf("%s does not tile: %+v", p.Slot, mine)
			}
			at, keys[s.Key] = s.End, true
		}
		if !at.Equal(p.End) {
			l.t.Fatalf("%s ends at %v and not at %v", p.Slot, at, p.End)
		}
	}
}

// windows checks that what is asked for does not change what it is: shifts in a
// window are those of all time that meet it.
func (l *life) windows(ctx context.Context, shifts []schedule.Shift) {
	from := start.Add(time.Duration(l.pick("window", 42*24)) * time.Hour)
	to := from.Add(time.Duration(1+l.pick("hours", 100)) * time.Hour)
	got, err := l.Shifts(ctx, l.team, from, to, time.Time{})
	l.ok(err)
	want := slices.DeleteFunc(slices.Clone(shifts), func(s schedule.Shift) bool { return !s.Start.Before(to) || !from.Before(s.End) })
	same := func(a, b schedule.Shift) bool {
		return a.Key == b.Key && a.ID == b.ID && a.Person == b.Person && a.Override == b.Override && a.Start.Equal(b.Start) && a.End.Equal(b.End) && a.Changes == b.Changes
	}
	if !slices.EqualFunc(got, want, same) {
		l.t.Fatalf("from %v to %v:\ngot  %+v\nwant %+v", from, to, got, want)
	}
}

// twice checks that nobody has two shifts at once, unless a plan that did not know
// of a cover made it so: then it is told.
func (l *life) twice(ctx context.Context, shifts []schedule.Shift) {
	var issues []schedule.Issue
	for i, a := range shifts {
		for _, b := range shifts[i+1:] {
			if a.Person == 0 || a.Person != b.Person || !a.Start.Before(b.End) || !b.Start.Before(a.End) || !l.now.Before(a.End) || !l.now.Before(b.End) {
				continue
			}
			if l.plans == 0 {
				l.t.Fatalf("%d has %+v and %+v at once", a.Person, a, b)
			}
			if issues == nil {
				var err error
				issues, err = l.Issues(ctx, l.team)
				l.ok(err)
			}
			if !slices.ContainsFunc(issues, func(x schedule.Issue) bool { return x.Kind == schedule.Twice && x.Shift.Person == a.Person }) {
				l.t.Fatalf("nobody is told that %d has %+v and %+v at once", a.Person, a, b)
			}
		}
	}
}

// Whatever people do with a plan, shifts tile their slots, nobody is in two places,
// undoing restores, versions rise, and the past never changes.
func TestLifeOfAPlan(t *testing.T) {
	ctx := context.Background()
	done, refused := map[bool]int{}, 0
	rapid.Check(t, func(rt *rapid.T) {
		l := &life{world: newWorld(t, migrationstest.Migrated(t, migrationstest.SQLite(t))), t: rt}
		l.Plan, l.Judge = pairs, once
		l.people = []schedule.ID{l.ana, l.ben, l.cleo}
		l.publish(schedule.DateOf(start), 6, nil)
		l.look(ctx)
		for range rapid.IntRange(5, 25).Draw(rt, "steps") {
			l.now = l.now.Add(time.Duration(rapid.SampledFrom([]int{1, 1, 60, 3600, 9 * 3600, 40 * 3600}).Draw(rt, "seconds")) * time.Second)
			before := l.shifts(time.Time{})
			team, err := l.Store.Team(ctx, l.team)
			l.ok(err)
			made, err := l.act(ctx)
			var invalid *schedule.InvalidError
			if err != nil && !errors.Is(err, schedule.ErrConflict) && !errors.Is(err, schedule.ErrNotFound) && !errors.As(err, &invalid) {
				rt.Fatal(err)
			}
			after := l.shifts(time.Time{})
			same := slices.Equal(lines(before, start, forEver), lines(after, start, forEver))
			if err != nil {
				refused++
				if !same {
					rt.Fatalf("it was refused (%v) and changed something all the same", err)
				}
			} else {
				done[same]++
			}
			if now, err := l.Store.Team(ctx, l.team); err != nil || !same && now.Version <= team.Version {
				rt.Fatalf("something changed and the version did not rise (%v)", err)
			}
			if made != 0 && err == nil && rapid.Bool().Draw(rt, "undo") {
				l.look(ctx)
				l.now = l.now.Add(time.Second)
				if err := l.Undo(ctx, l.boss, made); err != nil && !errors.As(err, &invalid) {
					rt.Fatal(err)
				} else if err == nil {
					if got, want := lines(l.shifts(time.Time{}), l.now, forEver), lines(before, l.now, forEver); !slices.Equal(got, want) {
						rt.Fatalf("undone it is not as it was:\nwas %q\nis  %q", want, got)
					}
				}
			}
			l.look(ctx)
		}
	})
	t.Logf("%d changes, %d without effect, %d refused", done[false], done[true], refused)
	if done[false] < 20 {
		t.Errorf("only %d changes: the test tries too little", done[false])
	}
}
