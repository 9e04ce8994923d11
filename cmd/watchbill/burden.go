package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"watchbill/health"
	"watchbill/schedule"
	"watchbill/schedule/holiday"
	"watchbill/schedule/teamfile"
)

// burdenSchedules tells the rollup what the schedule knows.
type burdenSchedules struct {
	schedule *schedule.Service
	config   *health.Config
}

var _ health.Schedules = (*burdenSchedules)(nil)

// Shifts implements health.Schedules.
func (b *burdenSchedules) Shifts(ctx context.Context, team schedule.ID, from, to time.Time) ([]health.Shift, error) {
	shifts, err := b.schedule.Shifts(ctx, team, from, to, time.Time{})
	out := make([]health.Shift, 0, len(shifts))
	for i := range shifts {
		level := 1
		if second(shifts[i].Rotation) {
			level = 2
		}
		out = append(out, health.Shift{Person: shifts[i].Person, Start: shifts[i].Start, End: shifts[i].End, Level: level, Rotation: shifts[i].Rotation})
	}
	return out, err
}

// Clocks implements health.Schedules.
func (b *burdenSchedules) Clocks(ctx context.Context, people []schedule.ID) ([]health.ClockChange, error) {
	if len(people) == 0 {
		return nil, nil
	}
	profiles, err := b.schedule.Store.People(ctx, people)
	out := make([]health.ClockChange, 0, len(profiles))
	for i := range profiles {
		p := &profiles[i]
		out = append(out, health.ClockChange{Person: p.ID, Zone: p.Zone, Works: p.Works, Sleeps: p.Sleeps})
	}
	return out, err
}

// Persons implements health.Schedules.
func (b *burdenSchedules) Persons(ctx context.Context, team schedule.ID, clocks []health.ClockChange) (map[schedule.ID]*health.Person, error) {
	people := map[schedule.ID]*health.Person{}
	var ids []schedule.ID
	for _, c := range clocks {
		p := people[c.Person]
		if p == nil {
			p = &health.Person{ID: c.Person}
			people[c.Person] = p
			ids = append(ids, c.Person)
		}
		stay, assumed := stayOf(&c)
		p.Stays, p.ZoneAssumed = append(p.Stays, stay), p.ZoneAssumed || assumed
	}
	calendars, err := b.calendars(ctx, team, ids)
	if err != nil {
		return nil, err
	}
	for id, p := range people {
		p.Holidays = calendars[id]
		whole, err := health.NewPerson(*p, b.config)
		if err != nil {
			return nil, err
		}
		people[id] = &whole
	}
	return people, nil
}

// stayOf reads a clock. Hours that cannot be read, like those of no length, are the
// usual ones; a zone that this program does not know is UTC, and is said to be assumed.
func stayOf(c *health.ClockChange) (stay health.Stay, assumed bool) {
	stay = health.Stay{From: c.From, Zone: time.UTC}
	if zone, err := time.LoadLocation(c.Zone); err == nil {
		stay.Zone = zone
	} else {
		assumed = true
	}
	if h, err := teamfile.ParseHours(c.Works); err == nil {
		stay.Business = h
	}
	if h, err := teamfile.ParseHours(c.Sleeps); err == nil {
		stay.Sleep = h
	}
	return stay, assumed
}

// calendars returns the holidays of people in a team: their own where they have some,
// else those of the team. What cannot be read has none: a report goes on without it.
func (b *burdenSchedules) calendars(ctx context.Context, team schedule.ID, people []schedule.ID) (map[schedule.ID]schedule.Calendar, error) {
	today := schedule.DateOf(b.schedule.Now())
	from, until := today.AddDays(-3*366), today.AddDays(366)
	read := func(codes []string) (days []schedule.Holiday) {
		for _, code := range codes {
			some, _ := holiday.Between(code, from, until)
			days = append(days, some...)
		}
		return days
	}
	var common []schedule.Holiday
	if rules, err := b.schedule.RulesOn(ctx, team, today); err == nil {
		text, _ := teamfile.ReadRules(rules.Source)
		common = read(text.Holidays)
	} else if !errors.Is(err, schedule.ErrNotFound) {
		return nil, err
	}
	imported, err := b.schedule.Store.ImportedHolidays(ctx, team, people)
	if err != nil {
		return nil, err
	}
	profiles, err := b.schedule.Store.People(ctx, people)
	if err != nil {
		return nil, err
	}
	for _, d := range imported {
		if d.Person == 0 {
			common = append(common, d.Holiday)
		}
	}
	out := map[schedule.ID]schedule.Calendar{}
	for i := range profiles {
		p := &profiles[i]
		var own []schedule.Holiday
		for _, d := range imported {
			if d.Person == p.ID {
				own = append(own, d.Holiday)
			}
		}
		if codes := commaList(p.Holidays); len(codes) > 0 {
			own = append(own, read(codes)...)
		} else if len(own) == 0 {
			own = slices.Clone(common)
		}
		out[p.ID] = schedule.NewCalendar(own...)
	}
	return out, nil
}

// Entitled implements health.Schedules: members who take part, by their share as it is
// now, for the days on which they were in the team and not away.
func (b *burdenSchedules) Entitled(ctx context.Context, team schedule.ID) (func(from, until schedule.Date) map[schedule.ID]float64, error) {
	members, err := b.schedule.Store.Members(ctx, team)
	if err != nil {
		return nil, err
	}
	ids := []schedule.ID{}
	for i := range members {
		ids = append(ids, members[i].Person)
	}
	leaves, err := b.schedule.Store.Leaves(ctx, ids)
	if err != nil {
		return nil, err
	}
	return func(from, until schedule.Date) map[schedule.ID]float64 {
		out := map[schedule.ID]float64{}
		for i := range members {
			if m := &members[i]; m.OnCall {
				out[m.Person] = float64(m.Share) / float64(schedule.FullTime) * float64(present(m, leaves, from, until))
			}
		}
		return out
	}, nil
}

// present counts the days in [from, until) on which a member could be on call.
func present(m *schedule.Membership, leaves []schedule.Leave, from, until schedule.Date) (days int) {
	for d := from; d.Before(until); d = d.AddDays(1) {
		away := slices.ContainsFunc(leaves, func(l schedule.Leave) bool {
			return l.Person == m.Person && l.WishCost == 0 && !l.First.IsZero() && !d.Before(l.First) && !l.Last.Before(d)
		})
		if !d.Before(m.From) && (m.Until.IsZero() || !m.Until.Before(d)) && !away {
			days++
		}
	}
	return days
}

// mostEvents bounds how many events a report marks.
const mostEvents = 6

// Events implements health.Schedules: plans that were published and rules that began to
// hold, the latest of them.
func (b *burdenSchedules) Events(ctx context.Context, team schedule.ID, from, until schedule.Date) ([]health.BurdenEvent, error) {
	rules, err := b.schedule.Store.Rules(ctx, team)
	if err != nil {
		return nil, err
	}
	plans, err := b.schedule.Store.Plans(ctx, team)
	if err != nil {
		return nil, err
	}
	var out []health.BurdenEvent
	for i := range rules {
		out = append(out, health.BurdenEvent{Date: rules[i].From, Text: "New rules"})
	}
	for i := range plans {
		out = append(out, health.BurdenEvent{Date: plans[i].From, Text: fmt.Sprintf("Plan %d", plans[i].Number)})
	}
	out = slices.DeleteFunc(out, func(e health.BurdenEvent) bool { return e.Date.Before(from) || !e.Date.Before(until) })
	slices.SortFunc(out, func(x, y health.BurdenEvent) int { return cmp.Or(x.Date.Compare(y.Date), cmp.Compare(x.Text, y.Text)) })
	return out[max(0, len(out)-mostEvents):], nil
}

// Comings implements health.Schedules. It names nobody: who is in the team stands elsewhere.
// Whoever is taken out and is back the next day has not left.
func (b *burdenSchedules) Comings(ctx context.Context, team schedule.ID, from, until schedule.Date) ([]health.BurdenEvent, error) {
	stints, err := b.schedule.Stints(ctx, team)
	if err != nil {
		return nil, err
	}
	there := func(person schedule.ID, day schedule.Date) bool {
		return slices.ContainsFunc(stints, func(m schedule.Membership) bool {
			return m.Person == person && !day.Before(m.From) && (m.Until.IsZero() || !m.Until.Before(day))
		})
	}
	came, left := map[schedule.Date]int{}, map[schedule.Date]int{}
	for i := range stints {
		m := &stints[i]
		if !m.From.IsZero() && !there(m.Person, m.From.AddDays(-1)) {
			came[m.From]++
		}
		if !m.Until.IsZero() && !there(m.Person, m.Until.AddDays(1)) {
			left[m.Until.AddDays(1)]++
		}
	}
	var out []health.BurdenEvent
	for _, moved := range []struct {
		how  string
		days map[schedule.Date]int
	}{{"joined", came}, {"left", left}} {
		for day, n := range moved.days {
			if !day.Before(from) && day.Before(until) {
				text := fmt.Sprintf("%d people %s", n, moved.how)
				if n == 1 {
					text = "1 person " + moved.how
				}
				out = append(out, health.BurdenEvent{Date: day, Text: text})
			}
		}
	}
	slices.SortFunc(out, func(x, y health.BurdenEvent) int { return cmp.Or(x.Date.Compare(y.Date), cmp.Compare(x.Text, y.Text)) })
	return out, nil
}

// plansAhead is how far from a day on published shifts are looked at.
const plansAhead = 2 * 366

// Rotations implements health.Schedules: of rules that hold on the day or later, and of
// shifts that end after it began somewhere.
func (b *burdenSchedules) Rotations(ctx context.Context, team schedule.ID, from schedule.Date) (on, before []schedule.RotationID, err error) {
	rules, err := b.schedule.Store.Rules(ctx, team)
	if err != nil {
		return nil, nil, err
	}
	for i := range rules {
		text, err := teamfile.ReadRules(rules[i].Source)
		if err != nil {
			return nil, nil, fmt.Errorf("rules of team %d from %v: %w", team, rules[i].From, err)
		}
		for _, r := range text.Rotations {
			if i+1 < len(rules) && !rules[i+1].From.After(from) {
				before = append(before, schedule.RotationID(r.Name))
			} else {
				on = append(on, schedule.RotationID(r.Name))
			}
		}
	}
	shifts, err := b.schedule.Shifts(ctx, team, from.AddDays(-1).At(schedule.Midnight, time.UTC), from.AddDays(plansAhead).At(schedule.Midnight, time.UTC), time.Time{})
	if err != nil {
		return nil, nil, err
	}
	for i := range shifts {
		on = append(on, shifts[i].Rotation)
	}
	published, err := b.schedule.Store.Rotations(ctx, []schedule.ID{team})
	before = append(before, published[team]...)
	slices.Sort(on)
	slices.Sort(before)
	on = slices.DeleteFunc(slices.Compact(on), func(r schedule.RotationID) bool { return r == "" })
	return on, slices.DeleteFunc(slices.Compact(before), func(r schedule.RotationID) bool { return r == "" || slices.Contains(on, r) }), err
}

// measureBurden measures what has changed or is marked of every team, until nothing is.
func (s *server) measureBurden(ctx context.Context) error {
	teams, err := s.rollup.Due(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, team := range teams {
		for {
			n, err := s.rollup.Team(ctx, team)
			if failed = append(failed, err); n == 0 || err != nil {
				break
			}
		}
	}
	return errors.Join(append(failed, s.addUp(ctx))...)
}

// addUp adds up the blocks of weeks that were measured anew, until there are none.
func (s *server) addUp(ctx context.Context) error {
	for {
		if marked, err := s.rollup.Store.BlocksMarked(ctx); err != nil || !marked {
			return err
		}
		if n, err := s.rollup.AddUp(ctx); err != nil || n == 0 {
			return err
		}
	}
}
