package schedule

import (
	"fmt"
	"slices"
	"time"
)

// A Person can be on call. Their hours and holidays are on their own wall clock,
// wherever the team is.
type Person struct {
	ID    PersonID
	Email string
	// Zones are where the person lives, in order of From; the first holds for
	// all time before it too. Nobody is without a zone.
	Zones []Stay
	// Business are the working hours. The zero value is Monday to Friday from
	// 08:00 to 18:00.
	Business Hours
	// Sleep are the hours of sleep, every day. The zero value is 22:00 to 08:00.
	Sleep Hours
	// Holidays are the public holidays where the person lives.
	Holidays Calendar
}

// A Stay is a zone from a day on, until the next stay begins.
type Stay struct {
	From Date
	Zone *time.Location
}

// Hours are a daily stretch of the wall clock on some days of the week. When
// Until is not after From it is on the next day. Both zero means the default.
type Hours struct {
	Days  Weekdays // NoDay means the default
	From  Clock
	Until Clock
}

// In returns a zone list for a person who stays in one place.
func In(zone *time.Location) []Stay { return []Stay{{Zone: zone}} }

// hours returns the working and sleeping hours with defaults filled in.
func (p Person) hours() (business, sleep Hours) {
	business, sleep = p.Business, p.Sleep
	if business.Days == NoDay {
		business.Days = Workdays
	}
	if business.From == business.Until {
		business.From, business.Until = ClockAt(8, 0), ClockAt(18, 0)
	}
	if sleep.From == sleep.Until {
		sleep.From, sleep.Until = ClockAt(22, 0), ClockAt(8, 0)
	}
	return business, sleep
}

// ZoneAt returns where the person lives at an instant.
func (p Person) ZoneAt(t time.Time) *time.Location {
	zone := p.Zones[0].Zone
	for _, s := range p.Zones[1:] {
		if t.Before(s.From.At(Midnight, s.Zone)) {
			break
		}
		zone = s.Zone
	}
	return zone
}

// Validate returns what is wrong as one or more *InvalidError, joined.
func (p Person) Validate() error {
	var bad problems
	if p.ID == "" {
		bad.add("name", "a person needs a name")
	}
	if len(p.Zones) == 0 {
		bad.add("zone", "a person needs a time zone, like Europe/Berlin")
	}
	for i, s := range p.Zones {
		if s.Zone == nil {
			bad.add("zone", "a person needs a time zone, like Europe/Berlin")
		}
		if i > 0 && !p.Zones[i-1].From.Before(s.From) {
			bad.add("zone", "the stays must be in order, each from a later day than the one before")
		}
	}
	for _, h := range []struct {
		field string
		Hours
	}{{"business", p.Business}, {"sleep", p.Sleep}} {
		if !h.From.Valid() || !h.Until.Valid() {
			bad.add(h.field, "hours lie from 00:00 to 24:00")
		}
	}
	return bad.err()
}

// A Member is a person's part in a team.
type Member struct {
	Person    PersonID
	Share     Share // full-time equivalent; what is fair is in proportion to it
	From      Date  // first day in the team; zero is since ever
	Until     Date  // last day in the team, included; zero is for ever
	Skills    []string
	Later     []Learned    // how their skills change, by day
	Rotations []RotationID // at any time
	Duties    []Duties     // how those change, by day; without any, all of them always
	Limits    Limits       // of this person, besides those of the team
	Absences  []Absence
	Wishes    []Wish
}

// Learned are the skills that a member has from a day on, until the next.
type Learned struct {
	From   Date
	Skills []string
}

// Duties are the rotations that a member takes from a day on, until the next. What
// holds before the first begins on no date.
type Duties struct {
	From      Date
	Rotations []RotationID
}

// RotationsOn returns the rotations that the member takes on a day.
func (m Member) RotationsOn(day Date) []RotationID {
	takes := m.Rotations
	for _, d := range m.Duties {
		if d.From.After(day) {
			break
		}
		takes = d.Rotations
	}
	return takes
}

// Takes reports whether the member takes part in a rotation and has the skills
// it needs, now or later.
func (m Member) Takes(r *Rotation) bool {
	return slices.Contains(m.Rotations, r.ID) &&
		(able(m.Skills, r) || slices.ContainsFunc(m.Later, func(l Learned) bool { return able(l.Skills, r) }))
}

// TakesOn reports whether the member takes part in a rotation and has the skills it
// needs on a day.
func (m Member) TakesOn(r *Rotation, day Date) bool {
	return slices.Contains(m.RotationsOn(day), r.ID) && able(m.SkillsOn(day), r)
}

// SkillsOn returns the skills that the member has on a day.
func (m Member) SkillsOn(day Date) []string {
	skills := m.Skills
	for _, l := range m.Later {
		if l.From.After(day) {
			break
		}
		skills = l.Skills
	}
	return skills
}

// able says whether skills are enough for a rotation.
func able(skills []string, r *Rotation) bool {
	return !slices.ContainsFunc(r.Skills, func(s string) bool { return !slices.Contains(skills, s) })
}

// Presence returns when the member belongs to the team, in the given zone: from
// the beginning of the first day until the end of the last. A zero time is
// unbounded.
func (m Member) Presence(zone *time.Location) (from, until time.Time) {
	if !m.From.IsZero() {
		from = m.From.At(Midnight, zone)
	}
	if !m.Until.IsZero() {
		until = m.Until.AddDays(1).At(Midnight, zone)
	}
	return from, until
}

// An Absence is time in which a member cannot be on call: whole days in their
// own zone, both included, or from one instant until another.
type Absence struct {
	First, Last Date      // whole days, or
	Start, End  time.Time // instants; zero when days are given
	Label       string
}

// Span returns the absence as instants. Whole days begin with the hand-over on
// the first day when that is before noon: who leaves on Monday still hands over
// on Monday morning, and the week before is not lost. A hand-over later in the
// day would leave the first day on duty, so then they begin at midnight. They
// end with the last day.
func (a Absence) Span(zone *time.Location, handOver Clock) (start, end time.Time) {
	if a.First.IsZero() {
		return a.Start, a.End
	}
	if handOver > Noon {
		handOver = Midnight
	}
	return a.First.At(handOver, zone), a.Last.AddDays(1).At(Midnight, zone)
}

// String says when and, if it is known, why: "2026-12-21 to 2027-01-03 (leave)".
func (a Absence) String() string {
	when := fmt.Sprintf("%v to %v", a.First, a.Last)
	switch {
	case a.First.IsZero():
		when = a.Start.Format("2006-01-02 15:04") + " to " + a.End.Format("2006-01-02 15:04")
	case a.First == a.Last:
		when = a.First.String()
	}
	if a.Label == "" {
		return when
	}
	return when + " (" + a.Label + ")"
}

// A Wish is time a member would rather not be on call. Cost says how much;
// one is a plain wish.
type Wish struct {
	Absence
	Cost int64
}

// zoneOf returns where a member lives first, or UTC when nobody knows.
func (t *Team) zoneOf(m *Member) *time.Location {
	p, err := t.Person(m.Person)
	if err != nil || len(p.Zones) == 0 || p.Zones[0].Zone == nil {
		return time.UTC
	}
	return p.Zones[0].Zone
}
