package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"watchbill/schedule"
	"watchbill/schedule/teamfile"
)

// A staffing is a team and the days to plan it for.
type staffing struct {
	*schedule.Team
	zone *time.Location // of the team
	// The plan has the shifts that begin on these days, the second not included,
	// each on the clock of its rotation.
	from, until    schedule.Date
	sharesHolidays bool // each gets no more than their part
	pinned         []teamfile.Pin
	past           []teamfile.Pin                          // shifts before the plan
	stay           map[schedule.RotationID][]schedule.Span // shifts before the plan that reach into it
	// refuse makes an error about places of the team file.
	refuse func(...teamfile.Problem) *teamfile.Error
}

// start and end are the bounds of the plan's days in the team's zone.
func (s *staffing) start() time.Time { return s.from.At(schedule.Midnight, s.zone) }
func (s *staffing) end() time.Time   { return s.until.At(schedule.Midnight, s.zone) }

// slots returns the slots that begin in the plan's days, by start and then in the
// order of the rotations. A slot that began before belongs to the last plan.
func (s *staffing) slots() ([]schedule.Slot, error) {
	return s.slotsBetween(s.from, s.until)
}

// slotsBetween returns the slots that begin on the days [from, until), ordered
// like slots.
func (s *staffing) slotsBetween(from, until schedule.Date) ([]schedule.Slot, error) {
	var all []schedule.Slot
	for i := range s.Rotations {
		r := &s.Rotations[i]
		slots, err := r.Slots(from.At(schedule.Midnight, r.Zone), until.At(schedule.Midnight, r.Zone))
		if err != nil {
			return nil, fmt.Errorf("rotation %s: %w", r.ID, err)
		}
		slots = slices.DeleteFunc(slots, func(slot schedule.Slot) bool { return schedule.DateOf(slot.Start).Before(from) })
		if from == s.from {
			slots = joinedTo(r, slots, s.stay[r.ID])
		}
		all = append(all, slots...)
	}
	slices.SortStableFunc(all, func(a, b schedule.Slot) int { return a.Start.Compare(b.Start) })
	return all, nil
}

// includes reports whether a shift that begins then is one of the plan's. The
// time is on the clock of its rotation.
func (s *staffing) includes(start time.Time) bool {
	on := schedule.DateOf(start)
	return !on.Before(s.from) && on.Before(s.until)
}

// history returns what people had before the plan, as the team file says it, and
// what is wrong with that.
func (s *staffing) history() (slots []schedule.Slot, people []schedule.PersonID, bad []teamfile.Problem, err error) {
	if len(s.past) == 0 {
		return nil, nil, nil, nil
	}
	// Limits look back weeks or months; nobody is bound by what was years ago. The
	// rotations were turning then too, unless the file says when they began.
	before := *s
	team := *s.Team
	before.Team, team.Rotations = &team, slices.Clone(team.Rotations)
	for i := range team.Rotations {
		if r := &team.Rotations[i]; r.First == s.from {
			r.First = r.First.AddDays(-pastDays(r.HandOver))
		}
	}
	all, err := before.slotsBetween(s.from.AddDays(-2*365), s.from)
	if err != nil {
		return nil, nil, nil, err
	}
	byID := map[schedule.SlotID]schedule.Slot{}
	like := ""
	for _, slot := range all {
		byID[slot.ID] = slot
		like = fmt.Sprintf("; shifts are named like %q", slot.ID)
	}
	for _, pin := range s.past {
		slot, ok := byID[pin.Slot]
		if !ok {
			pin.Reason = fmt.Sprintf("there is no shift %q in the two years before %v%s", pin.Slot, s.from, like)
			bad = append(bad, pin.Problem)
		}
		slots, people = append(slots, slot), append(people, pin.Person)
	}
	return slots, people, bad, nil
}

// pastDays returns how many days, two years at least, make whole rounds of a
// hand-over rule, so that a rotation that began so much earlier turns the same.
func pastDays(h schedule.HandOver) int {
	round := 7
	if len(h.Days) > 0 {
		round = 0
		for _, n := range h.Days {
			round += n
		}
	}
	return (2*365 + round) / round * round
}

// rotation returns the rotation of a slot.
func (s *staffing) rotation(slot *schedule.Slot) *schedule.Rotation {
	r, err := s.Rotation(slot.Rotation)
	if err != nil {
		panic(err) // the slot came from one of the team's rotations
	}
	return r
}

// person returns the person who a member is.
func (s *staffing) person(m *schedule.Member) *schedule.Person {
	p, err := s.Person(m.Person)
	if err != nil {
		panic(err) // a valid team has a person for every member
	}
	return p
}

// memberNamed returns the member of a name, or nil.
func (s *staffing) memberNamed(name string) *schedule.Member {
	for i := range s.Members {
		if string(s.Members[i].Person) == name {
			return &s.Members[i]
		}
	}
	return nil
}

// takers returns the members who take part in a rotation, whenever they are in
// the team.
func (s *staffing) takers(r *schedule.Rotation) []*schedule.Member {
	var takers []*schedule.Member
	for i := range s.Members {
		if s.Members[i].Takes(r) {
			takers = append(takers, &s.Members[i])
		}
	}
	return takers
}

// pool names those who share a rotation's points: what the team file says, or
// else all rotations that the same people take.
func (s *staffing) pool(r *schedule.Rotation) string {
	if r.Pool != "" {
		return r.Pool
	}
	var names []string
	for _, m := range s.takers(r) {
		names = append(names, string(m.Person))
	}
	return strings.Join(names, ", ")
}

// points returns what a slot weighs for a member.
func (s *staffing) points(slot *schedule.Slot, m *schedule.Member) int64 {
	return s.person(m).Points(slot, s.rotation(slot).Weight, s.Rates)
}

// span returns an absence or a wish of a member as instants. Whole days begin
// with the morning's hand-over, see morning.
func (s *staffing) span(m *schedule.Member, a schedule.Absence) (start, end time.Time) {
	if a.First.IsZero() {
		return a.Span(s.zone, schedule.Midnight)
	}
	zone := s.person(m).ZoneAt(a.First.At(schedule.Noon, s.zone))
	return a.Span(zone, s.morning(m, a.First, zone))
}

// presence returns when a member is in the team; a zero time is unbounded. Who
// leaves on a Sunday still hands over on Monday morning.
func (s *staffing) presence(m *schedule.Member) (from, until time.Time) {
	zone := s.person(m).ZoneAt(s.start())
	from, until = m.Presence(zone)
	if !until.IsZero() {
		day := m.Until.AddDays(1)
		until = day.At(s.morning(m, day, zone), zone)
	}
	return from, until
}

// morning returns the latest hand-over before noon of a day among the member's
// rotations, seen on a clock in the zone: an earlier one would still leave the
// last minutes of another rotation's shift. Without one it is midnight.
func (s *staffing) morning(m *schedule.Member, day schedule.Date, zone *time.Location) schedule.Clock {
	handOver := schedule.Midnight
	for i := range s.Rotations {
		r := &s.Rotations[i]
		at := schedule.ClockOf(day.At(r.HandOver.Clock(), r.Zone).In(zone))
		if m.Takes(r) && at <= schedule.Noon {
			handOver = max(handOver, at)
		}
	}
	return handOver
}

// inTeam reports whether a member is in the team for all of a stretch of time.
func (s *staffing) inTeam(m *schedule.Member, start, end time.Time) bool {
	from, until := s.presence(m)
	return (from.IsZero() || !start.Before(from)) && (until.IsZero() || !end.After(until))
}

// days returns the days of an absence on the member's own calendar, the second
// not included.
func (s *staffing) days(m *schedule.Member, a schedule.Absence) (from, until schedule.Date) {
	if !a.First.IsZero() {
		return a.First, a.Last.AddDays(1)
	}
	person := s.person(m)
	from = schedule.DateOf(a.Start.In(person.ZoneAt(a.Start)))
	last := a.End.Add(-time.Second)
	return from, schedule.DateOf(last.In(person.ZoneAt(last))).AddDays(1)
}
