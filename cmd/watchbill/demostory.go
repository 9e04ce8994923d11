package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"watchbill/schedule"
)

// A demoStory is what people of the demonstration do with their published plan. What
// the plan of the day has no room for is left out.
type demoStory struct {
	*schedule.Service
	team, boss schedule.ID
	shifts     []schedule.Shift // whole ones to come
	used       map[schedule.SlotID]bool
}

// liven does what people do with a published plan: somebody is covered for a day,
// two swap, others would like to, some of them against a rule, somebody is away
// after all, somebody leaves, and a shift has nobody.
func (s *server) liven(ctx context.Context, team, boss schedule.ID) error {
	now := s.schedule.Now()
	shifts, err := s.schedule.Shifts(ctx, team, now, now.AddDate(0, 0, 80), time.Time{})
	if err != nil {
		return err
	}
	shifts = slices.DeleteFunc(shifts, func(t schedule.Shift) bool { return !t.Start.After(now) || t.Person == 0 })
	if len(shifts) < 12 {
		return fmt.Errorf("the demonstration has only %d shifts to come", len(shifts))
	}
	members, err := s.schedule.Store.Members(ctx, team)
	if err != nil {
		return err
	}
	y := &demoStory{Service: s.schedule, team: team, boss: boss, shifts: shifts, used: map[schedule.SlotID]bool{}}
	engineer := members[1].Person
	for _, tell := range []func(context.Context) error{
		func(ctx context.Context) error { return y.asks(ctx, boss) },
		y.covered,
		y.asksEverybody,
		func(ctx context.Context) error { return y.swaps(ctx, 0, true, true) },
		func(ctx context.Context) error { return y.swaps(ctx, engineer, true, false) },
		func(ctx context.Context) error { return y.swaps(ctx, boss, false, false) },
		func(ctx context.Context) error { return y.isAway(ctx, engineer) },
		func(ctx context.Context) error { return y.leaves(ctx, members[2:]) },
		y.nobody,
	} {
		if err := tell(ctx); err != nil {
			return err
		}
	}
	return nil
}

func allOf(t *schedule.Shift) schedule.Stretch {
	return schedule.Stretch{Slot: t.Slot, Rotation: t.Rotation, Start: t.Start, End: t.End}
}

// fits says whether moves break no hard rule.
func (y *demoStory) fits(ctx context.Context, moves ...schedule.Move) (bool, error) {
	effects, err := y.Effects(ctx, y.team, moves)
	if err != nil {
		return false, err
	}
	return !slices.ContainsFunc(effects[0], func(e schedule.Effect) bool { return e.Broken() }), nil
}

// taker finds somebody whom no rule keeps from having a stretch; nobody when there
// is nobody.
func (y *demoStory) taker(ctx context.Context, part schedule.Stretch, holder schedule.ID) (schedule.ID, error) {
	members, err := y.Store.Members(ctx, y.team)
	if err != nil {
		return 0, err
	}
	for _, m := range members {
		if m.Person == holder || !m.OnCall {
			continue
		}
		if ok, err := y.fits(ctx, schedule.Move{Stretch: part, To: m.Person}); ok || err != nil {
			return m.Person, err
		}
	}
	return 0, nil
}

// covered has one day of a shift covered.
func (y *demoStory) covered(ctx context.Context) error {
	t := &y.shifts[2]
	day := allOf(t)
	day.Start, day.End = t.Start.AddDate(0, 0, 2), t.Start.AddDate(0, 0, 3)
	taker, err := y.taker(ctx, day, t.Person)
	if err != nil || taker == 0 {
		return err
	}
	y.used[t.Slot] = true
	r, err := y.Ask(ctx, t.Person, schedule.Request{Team: y.team, Stretch: day, Person: t.Person, To: taker, Message: "My sister's wedding."})
	if err != nil {
		return err
	}
	_, err = y.Accept(ctx, taker, r.ID)
	return err
}

// asksEverybody leaves a request open that ends soon.
func (y *demoStory) asksEverybody(ctx context.Context) error {
	t := &y.shifts[6]
	y.used[t.Slot] = true
	_, err := y.Ask(ctx, t.Person, schedule.Request{
		Team: y.team, Stretch: allOf(t), Person: t.Person, Message: "Parents' evening in that week. I take one of yours.", ExpiresAt: y.Now().Add(3*time.Hour + 50*time.Minute),
	})
	return err
}

// asks leaves a request open that somebody can accept: a swap, the last shift that they
// may have, or in the same week what the other one has.
func (y *demoStory) asks(ctx context.Context, whom schedule.ID) error {
	if err := y.swaps(ctx, whom, true, false); err != nil || len(y.used) > 0 {
		return err
	}
	for i := range slices.Backward(y.shifts) {
		t := &y.shifts[i]
		if t.Person == whom {
			continue
		}
		r := schedule.Request{Team: y.team, Stretch: allOf(t), Person: t.Person, To: whom, Message: "I would like to go skiing with the children."}
		if asked, err := y.asksFor(ctx, &r); asked || err != nil {
			return err
		}
		own := slices.IndexFunc(y.shifts, func(o schedule.Shift) bool { return o.Person == whom && o.Start.Equal(t.Start) && o.End.Equal(t.End) })
		if own < 0 {
			continue
		}
		r.Return, r.Message = allOf(&y.shifts[own]), "Shall we change places in that week?"
		if asked, err := y.asksFor(ctx, &r); asked || err != nil {
			return err
		}
	}
	return nil
}

// asksFor asks for something if it breaks no rule.
func (y *demoStory) asksFor(ctx context.Context, r *schedule.Request) (bool, error) {
	ok, err := y.fits(ctx, r.Moves(r.To)...)
	if err != nil || !ok {
		return false, err
	}
	y.used[r.Slot] = true
	if r.IsSwap() {
		y.used[r.Return.Slot] = true
	}
	_, err = y.Ask(ctx, r.Person, *r)
	return true, err
}

// swaps finds two shifts and offers to swap them, to somebody or to whomever it
// fits, within the rules or against them, and accepts when it is wanted.
func (y *demoStory) swaps(ctx context.Context, with schedule.ID, within, accept bool) error {
	for i := range y.shifts {
		for j := range y.shifts {
			a, b := &y.shifts[i], &y.shifts[j]
			if i == j || a.Person == b.Person || y.used[a.Slot] || y.used[b.Slot] || with != 0 && b.Person != with || a.Rotation != b.Rotation {
				continue
			}
			r := schedule.Request{Team: y.team, Stretch: allOf(a), Person: a.Person, To: b.Person, Return: allOf(b), Message: "It would suit me better."}
			ok, err := y.fits(ctx, r.Moves(b.Person)...)
			if err != nil {
				return err
			}
			if ok != within {
				continue
			}
			y.used[a.Slot], y.used[b.Slot] = true, true
			if r, err = y.Ask(ctx, a.Person, r); err != nil || !accept {
				return err
			}
			_, err = y.Accept(ctx, b.Person, r.ID)
			return err
		}
	}
	return nil
}

// isAway has somebody be away in a shift of theirs.
func (y *demoStory) isAway(ctx context.Context, person schedule.ID) error {
	for i := range y.shifts {
		if t := &y.shifts[i]; t.Person == person && !y.used[t.Slot] {
			y.used[t.Slot] = true
			first := schedule.DateOf(t.Start).AddDays(2)
			_, err := y.AddLeave(ctx, person, schedule.Leave{Person: person, First: first, Last: first.AddDays(2), Note: "moving house"})
			return err
		}
	}
	return nil
}

// leaves gives one of some members a last day before their last shift of the next
// months.
func (y *demoStory) leaves(ctx context.Context, some []schedule.Membership) error {
	for i := range slices.Backward(y.shifts) {
		t := &y.shifts[i]
		at := slices.IndexFunc(some, func(m schedule.Membership) bool { return m.Person == t.Person })
		if at < 0 || y.used[t.Slot] {
			continue
		}
		y.used[t.Slot] = true
		some[at].Until = schedule.DateOf(t.Start).AddDays(-3)
		return y.PutMember(ctx, y.boss, some[at])
	}
	return nil
}

// nobody leaves the end of a shift visibly unfilled.
func (y *demoStory) nobody(ctx context.Context) error {
	for i := 8; i < len(y.shifts); i++ {
		if t := &y.shifts[i]; !y.used[t.Slot] {
			hole := allOf(t)
			hole.Start = hole.End.AddDate(0, 0, -2)
			_, err := y.Put(ctx, y.boss, y.team, hole, 0, "Conference; still to be found")
			return err
		}
	}
	return nil
}
