package schedule

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"
)

// A PlanInput is all that a plan is made of.
type PlanInput struct {
	Team  TeamRecord
	Rules TeamRules
	From  Date
	Until Date // not included
	Today Date // in the team's zone; what is published before it stays
	// Now is when the plan is made: what is over by then and was never published has
	// been nobody's and stays so.
	Now time.Time
	// FrozenUntil is the day before which published shifts stay as well.
	FrozenUntil Date
	People      []Planning
	Pinned      map[SlotID]ID
	Seed        int64
	Seconds     int // how long to look for a better plan; zero: the planner's own limit
	// Before is what people hold above their share, standby points in
	// thousandths, from before. Moved is the part of it that covers and swaps have
	// moved, and that they brought from other tools, which no plan knows.
	Before, Moved map[ID]int64
	// Measured is what measured burden adds to Before; nil is nothing.
	Measured *Measured
	// Holidays are days off besides those that the rules and profiles name.
	Holidays []ImportedHoliday
	// Recent is what people had in the year before the plan.
	Recent []Shift
	// Published is what is published for these days, when they are planned again.
	Published []Published
	// Held says, for each of those shifts that was passed on in whole or in part, who
	// really has it from when to when.
	Held map[SlotID][]Shift
	// Together says which other shifts are as they were published when one of those is
	// planned anew: what was swapped for it.
	Together map[SlotID][]SlotID
}

// A Planning is a person as far as plans need to know.
type Planning struct {
	Profile
	Membership
	Leaves  []Leave
	Changes []MemberChange // by day
	Terms   []MemberTerms  // by day
}

// PlanInput gathers what a plan for the days [from, until) is made of.
func (s *Service) PlanInput(ctx context.Context, team ID, from, until Date) (in PlanInput, err error) {
	in = PlanInput{From: from, Until: until, Now: s.Now(), Seed: 1}
	if in.Team, err = s.Store.Team(ctx, team); err != nil {
		return in, err
	}
	zone, err := Zone(in.Team.Zone)
	if err != nil {
		return in, fmt.Errorf("zone of team %d: %w", team, err)
	}
	in.Today = DateOf(s.Now().In(zone))
	in.FrozenUntil = in.Today.AddDays(7 * in.Team.FrozenWeeks)
	if in.Rules, err = s.RulesOn(ctx, team, from); err != nil {
		return in, err
	}
	if in.People, err = s.planned(ctx, team); err != nil {
		return in, err
	}
	if in.Holidays, err = importedDays(ctx, s.Store, team, in.People); err != nil {
		return in, err
	}
	begins, ends := from.At(Midnight, zone), until.At(Midnight, zone)
	if err := s.addShifts(ctx, &in, begins, ends); err != nil {
		return in, err
	}
	plans, err := s.Store.Plans(ctx, team)
	if err != nil {
		return in, err
	}
	if err := s.addBalance(ctx, &in, plans, zone); err != nil {
		return in, err
	}
	if err := s.addBrought(ctx, &in); err != nil {
		return in, err
	}
	return in, s.addPast(ctx, &in, begins)
}

// addShifts puts into a plan what people had in the year before it, and what is
// published for its own days.
func (s *Service) addShifts(ctx context.Context, in *PlanInput, begins, ends time.Time) error {
	from := begins.AddDate(-1, 0, 0)
	published, overrides, err := decided(ctx, s.Store, in.Team.ID, from, ends)
	if err != nil {
		return err
	}
	own := map[SlotID]bool{}
	for _, p := range published {
		if p.Until.IsZero() && !p.Start.Before(begins) {
			in.Published = append(in.Published, p)
			own[p.Slot] = true
		}
	}
	passed := map[SlotID]bool{}
	pieces := map[SlotID][]Shift{}
	for _, shift := range Resolve(published, overrides, from, ends, time.Time{}) {
		if !own[shift.Slot] {
			in.Recent = append(in.Recent, shift)
			continue
		}
		passed[shift.Slot] = passed[shift.Slot] || shift.Override != 0
		pieces[shift.Slot] = append(pieces[shift.Slot], shift)
	}
	in.Held = pieces
	maps.DeleteFunc(in.Held, func(slot SlotID, _ []Shift) bool { return !passed[slot] })
	return s.addTogether(ctx, in, overrides)
}

// addTogether puts into a plan which shifts that were passed on end together. One of
// which something else stays is not among them.
func (s *Service) addTogether(ctx context.Context, in *PlanInput, overrides []Override) error {
	in.Together = map[SlotID][]SlotID{}
	bySlot := map[SlotID][]Override{}
	for _, o := range overrides {
		if o.CancelledAt.IsZero() && in.Held[o.Slot] != nil {
			bySlot[o.Slot] = append(bySlot[o.Slot], o)
		}
	}
	for slot, direct := range bySlot {
		if !slices.ContainsFunc(direct, func(o Override) bool { return o.Kind == Swapped }) {
			continue
		}
		with, err := s.otherHalves(ctx, s.Store, direct)
		if err != nil {
			return err
		}
		for _, o := range with {
			all := !slices.ContainsFunc(bySlot[o.Slot], func(x Override) bool {
				return !slices.ContainsFunc(with, func(y Override) bool { return x.ID == y.ID })
			})
			if all && !slices.Contains(in.Together[slot], o.Slot) {
				in.Together[slot] = append(in.Together[slot], o.Slot)
			}
		}
	}
	return nil
}

// addBalance says what people bring into the plan: what they had when the plan that
// begins on the same day began, or when the last one ended, and all that covers and
// swaps have ever moved. Each plan, of which the newest comes first, notes how much of
// the latter it knew.
func (s *Service) addBalance(ctx context.Context, in *PlanInput, plans []Plan, zone *time.Location) error {
	if len(plans) == 0 {
		return nil
	}
	was := plans[0].Balances
	brings := was.After
	if again := slices.IndexFunc(plans, func(p Plan) bool { return p.From == in.From }); again >= 0 {
		was = plans[again].Balances
		brings = was.Before
	}
	var err error
	if in.Moved, err = s.moved(ctx, in.Team.ID, plans, zone); err != nil {
		return err
	}
	in.Before = map[ID]int64{}
	for id, points := range brings {
		in.Before[id] += points - was.Moved[id]
	}
	for id, points := range in.Moved {
		in.Before[id] += points
	}
	return nil
}

// moved adds up the points that covers and swaps have moved from those who were
// published to those who have the shifts.
func (s *Service) moved(ctx context.Context, team ID, plans []Plan, zone *time.Location) (map[ID]int64, error) {
	first, last := plans[0].From, plans[0].Until
	for _, p := range plans {
		if p.From.Before(first) {
			first = p.From
		}
		if p.Until.After(last) {
			last = p.Until
		}
	}
	from, to := first.At(Midnight, zone), last.At(Midnight, zone)
	overrides, err := s.Store.Overrides(ctx, team, from.Add(-longestShift), to.Add(longestShift))
	if err != nil {
		return nil, err
	}
	slots := map[SlotID]bool{}
	for i := range overrides {
		slots[overrides[i].Slot] = true
	}
	published, err := s.Store.PublishedFor(ctx, team, slices.Sorted(maps.Keys(slots)))
	if err != nil {
		return nil, err
	}
	moved := map[ID]int64{}
	for _, shift := range Resolve(published, overrides, from, to, time.Time{}) {
		if shift.Person == shift.Published {
			continue
		}
		points := 1000 * shift.Points()
		if shift.Person != 0 {
			moved[shift.Person] += points
		}
		if shift.Published != 0 {
			moved[shift.Published] -= points
		}
	}
	return moved, nil
}

// planned returns the members who take part, now or later, with what plans need to
// know.
func (s *Service) planned(ctx context.Context, team ID) ([]Planning, error) {
	members, err := s.Store.Members(ctx, team)
	if err != nil {
		return nil, err
	}
	changes, err := s.Store.MemberChanges(ctx, team)
	if err != nil {
		return nil, err
	}
	terms, err := s.Store.MemberTerms(ctx, team)
	if err != nil {
		return nil, err
	}
	ids := []ID{}
	for _, m := range members {
		ids = append(ids, m.Person)
	}
	people, err := s.Store.People(ctx, ids)
	if err != nil {
		return nil, err
	}
	leaves, err := s.Store.Leaves(ctx, ids)
	if err != nil {
		return nil, err
	}
	var all []Planning
	for _, m := range members {
		at := slices.IndexFunc(people, func(p Profile) bool { return p.ID == m.Person })
		if at < 0 || !people[at].DeactivatedAt.IsZero() {
			continue
		}
		p := Planning{Profile: people[at], Membership: m}
		for _, c := range changes {
			if c.Person == m.Person {
				p.Changes = append(p.Changes, c)
			}
		}
		for _, t := range terms {
			if t.Person == m.Person {
				p.Terms = append(p.Terms, t)
			}
		}
		for _, l := range leaves {
			if l.Person == m.Person {
				p.Leaves = append(p.Leaves, l)
			}
		}
		if m.OnCall || slices.ContainsFunc(p.Changes, func(c MemberChange) bool { return c.OnCall }) {
			all = append(all, p)
		}
	}
	return all, nil
}

// During says what part a member has in the days [from, until): the mean share over
// the days on which they take part, and the days on which they pause. Without any
// day on which they take part, ok is false.
func (p *Planning) During(from, until Date) (share Share, pauses []Absence, ok bool) {
	first, last := from, until.AddDays(-1)
	if !p.From.IsZero() && p.From.After(first) {
		first = p.From
	}
	if !p.Until.IsZero() && p.Until.Before(last) {
		last = p.Until
	}
	var sum, days int64
	for day := first; !day.After(last); {
		now, next := p.on(day)
		if next.IsZero() || next.After(last) {
			next = last.AddDays(1)
		}
		n := int64(next.DaysSince(day))
		if now.OnCall {
			sum, days = sum+n*int64(now.Share), days+n
		} else {
			pauses = append(pauses, Absence{First: day, Last: next.AddDays(-1), Label: "not in the rotation"})
		}
		day = next
	}
	if days == 0 {
		return 0, nil, false
	}
	// Days of a pause owe nothing, like days before somebody joined.
	total := int64(last.DaysSince(first) + 1)
	return Share((2*sum + total) / (2 * total)), pauses, true
}

// on returns what holds on a day, and the day of the next change.
func (p *Planning) on(day Date) (now MemberChange, next Date) {
	now = MemberChange{Share: p.Share, OnCall: p.OnCall}
	for _, c := range p.Changes {
		if c.From.After(day) {
			return now, c.From
		}
		now = c
	}
	return now, Date{}
}

// PreviewTeam plans the days from in.From until a day for a team that is not there yet,
// and keeps nothing. Its people are numbered from one, in their order.
func (s *Service) PreviewTeam(ctx context.Context, in TeamImport, until Date) (Planned, error) {
	if err := in.Validate(); err != nil {
		return Planned{}, err
	}
	zone, err := Zone(in.Zone)
	if err != nil {
		return Planned{}, err
	}
	input := PlanInput{
		Team:  TeamRecord{Name: in.Name, Zone: in.Zone, HorizonWeeks: in.HorizonWeeks},
		Rules: TeamRules{From: in.From, Source: in.Rules}, From: in.From, Until: until,
		Today: DateOf(s.Now().In(zone)), People: slices.Clone(in.People), Seed: 1, Seconds: previewSeconds,
	}
	for i := range input.People {
		input.People[i].Profile.ID = ID(i + 1)
	}
	return s.Plan(ctx, input, func(int) bool { return ctx.Err() == nil })
}

// previewSeconds is how long a person who sets up a team waits at most.
const previewSeconds = 1
