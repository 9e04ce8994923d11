package main

import (
	"fmt"
	"slices"
	"time"

	"watchbill/schedule"
	"watchbill/schedule/roster"
	"watchbill/schedule/teamfile"
)

// pinProblems says which pins the rules forbid, and by what rule: alone, with
// what the person had before, or with their other pins.
func (pl *planning) pinProblems() []teamfile.Problem {
	var bad []teamfile.Problem
	held := map[string][]holding{}
	for i := range pl.problem.History {
		h := &pl.problem.History[i]
		held[h.Member] = append(held[h.Member], holding{past: h, start: h.Start, end: h.End})
	}
	for _, pin := range pl.pinned {
		at := slices.IndexFunc(pl.open, func(s schedule.Slot) bool { return s.ID == pin.Slot })
		m := pl.memberNamed(string(pin.Person))
		if at < 0 || m == nil {
			continue
		}
		slot := &pl.open[at]
		mine := held[string(pin.Person)]
		this := holding{slot: slot, start: slot.Start.Unix(), end: slot.End.Unix()}
		why := pl.unfit(m, slot)
		if why == "" {
			why = pl.crowded(m, this, mine)
		}
		if why == "" {
			why = pl.overLimit(m, append(mine, this))
		}
		if why != "" {
			pin.Reason = why + "; pin somebody else, or drop the pin"
			bad = append(bad, pin.Problem)
			continue
		}
		held[string(pin.Person)] = append(mine, this)
	}
	return bad
}

// A holding is a shift that a person has whatever the plan will be.
type holding struct {
	slot       *schedule.Slot // pinned, or
	past       *roster.Past
	start, end int64
}

// nominal is when the shift begins on the wall clock.
func (h *holding) nominal() int64 {
	if h.slot != nil {
		return h.slot.NominalStart
	}
	return h.past.NStart
}

func (h *holding) String() string {
	if h.slot != nil {
		return string(h.slot.ID)
	}
	return "their shift of " + h.past.Layer + " from " + shortDate(schedule.DateOf(time.Unix(h.past.NStart, 0).UTC()))
}

// unfit says why a member cannot have a slot by itself.
func (pl *planning) unfit(m *schedule.Member, slot *schedule.Slot) string {
	r := pl.rotation(slot)
	if !slices.Contains(m.RotationsOn(schedule.DateOf(slot.Start)), r.ID) {
		return fmt.Sprintf("%s does not take %s", m.Person, r.ID)
	}
	for _, skill := range r.Skills {
		if !slices.Contains(m.SkillsOn(schedule.DateOf(slot.Start)), skill) {
			return fmt.Sprintf("%s does not have the skill %s that %s asks for", m.Person, skill, r.ID)
		}
	}
	if !pl.free(m, slot) {
		return pl.whyChanged(slot, string(m.Person))
	}
	return ""
}

// crowded says which other shift of the member's a shift is too close to.
func (pl *planning) crowded(m *schedule.Member, this holding, others []holding) string {
	for i := range others {
		other := &others[i]
		later := this
		if other.start > this.start {
			later = *other
		}
		rest := pl.Limits.With(m.Limits).RestBefore(later.nominal())
		switch gap := max(this.start-other.end, other.start-this.end); {
		case gap < 0:
			return fmt.Sprintf("%s has %v at the same time", m.Person, other)
		case gap < seconds(rest):
			return fmt.Sprintf("%s has %v as well, and the limits ask for a rest of %s between two shifts", m.Person, other, shortLength(rest))
		}
	}
	return ""
}

// overLimit says which limit of the team's or the member's own some shifts exceed.
func (pl *planning) overLimit(m *schedule.Member, held []holding) string {
	kinds := pl.holidayKinds()
	for _, l := range []schedule.Limits{pl.Limits, m.Limits} {
		for _, t := range l.OnCall {
			if pl.exceed(m, held, rules(schedule.Limits{OnCall: []schedule.TimeLimit{t}}, "")) {
				return fmt.Sprintf("%s would be on call for more than %s in %s", m.Person, shortLength(t.Max), shortLength(t.Within))
			}
		}
		for _, c := range l.Weekends {
			if pl.exceed(m, held, rules(schedule.Limits{Weekends: []schedule.CountLimit{c}}, "")) {
				return fmt.Sprintf("%s would have more than %s in %s", m.Person, count(c.Max, "weekend"), shortLength(c.Within))
			}
		}
		for _, c := range l.Holidays {
			if pl.exceed(m, held, rules(schedule.Limits{Holidays: []schedule.CountLimit{c}}, kinds.of(pl.person(m).Holidays))) {
				return fmt.Sprintf("%s would have more than %s in %s", m.Person, count(c.Max, "public holiday"), shortLength(c.Within))
			}
		}
	}
	return ""
}

// exceed reports whether the shifts break one rule, whatever others say.
func (pl *planning) exceed(m *schedule.Member, held []holding, rule roster.Rules) bool {
	q := roster.Problem{
		Format: roster.Format, Name: pl.problem.Name, TZ: pl.problem.TZ, Order: []string{roster.TermUncovered},
		Horizon: pl.problem.Horizon, Members: []roster.Member{{ID: string(m.Person), Limits: &rule}},
	}
	a, kinds, name := roster.Assignment{}, pl.holidayKinds(), string(m.Person)
	for _, h := range held {
		if h.past != nil {
			q.History = append(q.History, *h.past)
			continue
		}
		slot := pl.slot(h.slot, kinds)
		slot.Weights, slot.Skills = nil, nil
		if !slices.Contains(q.Members[0].Layers, slot.Layer) {
			q.Members[0].Layers = append(q.Members[0].Layers, slot.Layer)
		}
		q.Slots = append(q.Slots, slot)
		a[slot.ID] = &name
	}
	e, err := roster.Evaluate(&q, a)
	return err == nil && len(e.Violations) > 0
}

// shortLength writes a length in the largest unit that divides it: "4 weeks".
func shortLength(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d%(7*day) == 0:
		return count(int(d/(7*day)), "week")
	case d%day == 0:
		return count(int(d/day), "day")
	}
	return count(int(d/time.Hour), "hour")
}
