package schedule

import "fmt"

// A Team is people who share duties, and the rules they share them by.
type Team struct {
	ID        TeamID
	People    []Person
	Members   []Member
	Rotations []Rotation
	Limits    Limits
	Rates     Rates
}

// Person returns the person of a name, and ErrNotFound when there is none.
func (t *Team) Person(id PersonID) (*Person, error) {
	for i := range t.People {
		if t.People[i].ID == id {
			return &t.People[i], nil
		}
	}
	return nil, fmt.Errorf("person %q: %w", id, ErrNotFound)
}

// Rotation returns the rotation of a name, and ErrNotFound when there is none.
func (t *Team) Rotation(id RotationID) (*Rotation, error) {
	for i := range t.Rotations {
		if t.Rotations[i].ID == id {
			return &t.Rotations[i], nil
		}
	}
	return nil, fmt.Errorf("rotation %q: %w", id, ErrNotFound)
}

// Validate returns everything that is wrong as *InvalidErrors, joined: in its
// parts, and between them (a name used twice, a member who is nobody, a rotation
// that does not exist).
func (t *Team) Validate() error {
	var bad problems
	seen := map[PersonID]bool{}
	for i := range t.People {
		field := fmt.Sprintf("people[%d]", i)
		bad.within(field, t.People[i].Validate())
		if seen[t.People[i].ID] {
			bad.add(field+".name", "%q is there twice; names must differ", t.People[i].ID)
		}
		seen[t.People[i].ID] = true
	}
	duties := map[RotationID]bool{}
	for i := range t.Rotations {
		field := fmt.Sprintf("rotations[%d]", i)
		bad.within(field, t.Rotations[i].Validate())
		if duties[t.Rotations[i].ID] {
			bad.add(field+".name", "%q is there twice; names must differ", t.Rotations[i].ID)
		}
		duties[t.Rotations[i].ID] = true
	}
	for i := range t.Members {
		t.member(&bad, fmt.Sprintf("members[%d]", i), &t.Members[i])
	}
	bad.within("limits", t.Limits.Validate())
	for b, rate := range t.Rates {
		if rate < 0 || rate > maxRate {
			bad.add(fmt.Sprintf("rates[%d]", b), "%s points an hour; it should be from 0 to %s", thousandths(rate), thousandths(maxRate))
		}
	}
	return bad.err()
}

func (t *Team) member(bad *problems, field string, m *Member) {
	if _, err := t.Person(m.Person); err != nil {
		bad.add(field+".person", "there is nobody called %q", m.Person)
	}
	if !m.Share.Valid() {
		bad.add(field+".share", "%v is out of range; 1 is full time", m.Share)
	}
	if !m.From.IsZero() && !m.Until.IsZero() && m.Until.Before(m.From) {
		bad.add(field+".until", "ends on %v, before it starts on %v", m.Until, m.From)
	}
	for _, r := range m.Rotations {
		if _, err := t.Rotation(r); err != nil {
			bad.add(field+".rotations", "there is no rotation %q", r)
		}
	}
	for i, a := range m.Absences {
		if start, end := a.Span(t.zoneOf(m), Midnight); !start.Before(end) {
			bad.add(fmt.Sprintf("%s.absences[%d]", field, i), "ends before it starts, or the clocks left it out: %v", a)
		}
	}
	for i, w := range m.Wishes {
		if start, end := w.Span(t.zoneOf(m), Midnight); !start.Before(end) {
			bad.add(fmt.Sprintf("%s.wishes[%d]", field, i), "ends before it starts: %v", w.Absence)
		}
		if w.Cost < 0 {
			bad.add(fmt.Sprintf("%s.wishes[%d].cost", field, i), "a cost cannot be negative; leave the wish out instead")
		}
	}
	bad.within(field+".limits", m.Limits.Validate())
}
