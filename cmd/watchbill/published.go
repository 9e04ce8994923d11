package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"watchbill/schedule"
	"watchbill/schedule/roster"
)

// A publishedPlan is a plan that people know already.
type publishedPlan struct {
	doc    *planDoc
	shifts map[string]*shiftDoc // by ID
	// Shifts that began before today are past; those that begin before cut are
	// frozen. Both stay as they are, whatever the rules now say.
	today, cut time.Time
	// held says who really has the shifts that were passed on; those among them that
	// stands names stay as they are, so that what people agreed on stays too.
	held   map[string][]heldPart
	stands map[string]bool
}

// readPublished reads what --format json printed.
func readPublished(in io.Reader, team string, today, cut time.Time) (*publishedPlan, error) {
	var d planDoc
	if err := json.NewDecoder(in).Decode(&d); err != nil {
		return nil, fmt.Errorf("not a plan as --format json prints it: %w", err)
	}
	return publishedOf(&d, team, today, cut)
}

// publishedOf checks a plan that is published.
func publishedOf(d *planDoc, team string, today, cut time.Time) (*publishedPlan, error) {
	if d.Format != planFormat {
		return nil, fmt.Errorf("the format is %q and not %q; give what --format json printed", d.Format, planFormat)
	}
	if d.Team != team {
		return nil, fmt.Errorf("this is a plan of team %q and not of %q", d.Team, team)
	}
	p := &publishedPlan{doc: d, shifts: map[string]*shiftDoc{}, today: today, cut: cut}
	for i := range d.Shifts {
		s := &d.Shifts[i]
		if !s.Start.Before(s.End) {
			return nil, fmt.Errorf("shift %q ends before it starts", s.ID)
		}
		if p.shifts[s.ID] != nil {
			return nil, fmt.Errorf("shift %q is there twice", s.ID)
		}
		p.shifts[s.ID] = s
	}
	return p, nil
}

// keeps says why a shift that begins at an instant stays as it was published:
// "past", "frozen", "covered", or nothing when it may change.
func (p *publishedPlan) keeps(id string, start time.Time) string {
	switch {
	case p == nil:
	case start.Before(p.today):
		return "past"
	case start.Before(p.cut):
		return "frozen"
	case p.stands[id]:
		return "covered"
	}
	return ""
}

// start is when a slot begins as it was published, or as the rules say: those may say
// otherwise by now.
func (p *publishedPlan) start(slot *schedule.Slot) time.Time {
	if p.has(slot.ID) {
		return p.shifts[string(slot.ID)].Start
	}
	return slot.Start
}

// has reports whether a shift is published.
func (p *publishedPlan) has(id schedule.SlotID) bool { return p != nil && p.shifts[string(id)] != nil }

// revise counts the change of a shift that is published, when it is one: somebody
// else has it, or it is at another time.
func (p *publishedPlan) revise(shift *shiftDoc) {
	if p == nil {
		return
	}
	was, dropped := p.shifts[shift.ID], slices.IndexFunc(p.doc.Dropped, func(s shiftDoc) bool { return s.ID == shift.ID })
	switch {
	case was != nil:
		shift.Revision, shift.Changed = was.Revision, was.Changed
		if was.Person == shift.Person && was.Start.Equal(shift.Start) && was.End.Equal(shift.End) {
			return
		}
	case dropped >= 0:
		shift.Revision = p.doc.Dropped[dropped].Revision // it is back
	default:
		return
	}
	shift.Revision, shift.Changed = shift.Revision+1, schedule.DateOf(p.today)
}

// forbidden says which rule a shift breaks with the others that a member has in the
// published plan: rules can have changed since.
func (p *publishedPlan) forbidden(pl *planning, m *schedule.Member, slot *schedule.Slot) string {
	if p == nil {
		return ""
	}
	var others []holding
	for i := range pl.problem.History {
		if h := &pl.problem.History[i]; h.Member == string(m.Person) {
			others = append(others, holding{past: h, start: h.Start, end: h.End})
		}
	}
	for i := range pl.open {
		s := &pl.open[i]
		if was := p.shifts[string(s.ID)]; was != nil && was.Person == string(m.Person) && s.Start.Before(slot.Start) {
			others = append(others, holding{slot: s, start: s.Start.Unix(), end: s.End.Unix()})
		}
	}
	this := holding{slot: slot, start: slot.Start.Unix(), end: slot.End.Unix()}
	if why := pl.crowded(m, this, others); why != "" {
		return why
	}
	return pl.overLimit(m, append(others, this))
}

// dropped lists the published shifts of the plan's days that somebody had and
// that are no more, as long as they are not past.
func (pl *planning) dropped(shifts []shiftDoc) []shiftDoc {
	if pl.published == nil {
		return nil
	}
	there := map[string]bool{}
	for i := range shifts {
		there[shifts[i].ID] = true
	}
	var out []shiftDoc
	for _, s := range pl.published.doc.Shifts {
		if s.Person != "" && !there[s.ID] && pl.includes(s.Start) {
			s.Revision, s.Changed = s.Revision+1, schedule.DateOf(pl.published.today)
			out = append(out, s)
		}
	}
	for _, s := range pl.published.doc.Dropped {
		if !there[s.ID] && s.End.After(pl.published.today) {
			out = append(out, s)
		}
	}
	return out
}

// history returns what people did or are going to do before the shifts that are
// to be planned, and also before the plan's first day.
func (p *publishedPlan) history(s *staffing) []roster.Past {
	var past []roster.Past
	for i := range p.doc.Shifts {
		shift := &p.doc.Shifts[i]
		if p.keeps(shift.ID, shift.Start) == "" && !schedule.DateOf(shift.Start).Before(s.from) {
			continue
		}
		for _, part := range p.parts(shift) {
			if s.memberNamed(part.person) == nil {
				continue
			}
			stretch := *shift
			stretch.Start, stretch.End = part.start, part.end
			slot := stretch.slot(s)
			past = append(past, s.pastOf(&slot, part.person))
		}
	}
	return past
}

// slot returns the shift as a slot that is on duty from its start to its end, on
// the wall clock of its rotation or, when that is no more, of the team.
func (d *shiftDoc) slot(s *staffing) schedule.Slot {
	zone := s.zone
	if r, err := s.Rotation(schedule.RotationID(d.Rotation)); err == nil {
		zone = r.Zone
	}
	start, end := d.Start.In(zone), d.End.In(zone)
	return schedule.Slot{
		ID: schedule.SlotID(d.ID), Rotation: schedule.RotationID(d.Rotation), Start: start, End: end,
		NominalStart: nominal(start), NominalEnd: max(nominal(start)+1, nominal(end)),
		Parts: []schedule.Span{{Start: start, End: end}},
	}
}

// nominal returns what the wall clock shows, read as if it were UTC.
func nominal(t time.Time) int64 { return schedule.DateOf(t).Nominal(schedule.ClockOf(t)) }

// baseline returns who has the given slots in the published plan. What somebody
// had who has left the team is not in it: it must change, if not to whom they passed
// it on.
func (p *publishedPlan) baseline(s *staffing, slots []schedule.Slot) roster.Baseline {
	b := roster.Baseline{}
	for i := range slots {
		shift := p.shifts[string(slots[i].ID)]
		if shift == nil {
			continue
		}
		person := shift.Person
		if parts := p.parts(shift); s.memberNamed(person) == nil && len(parts) == 1 {
			person = parts[0].person
		}
		if s.memberNamed(person) != nil {
			b[shift.ID] = &person
		}
	}
	return b
}
