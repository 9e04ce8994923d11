package main

import (
	"fmt"
	"time"

	"watchbill/schedule"
	"watchbill/schedule/roster"
)

// Kinds of marks that count rules speak of. Where people have different
// holidays, each calendar has a kind of its own.
const (
	weekendMark = "weekend"
	holidayMark = "holiday"
)

// problem states as a roster problem who should hold the given slots, which lie
// at or after the instant from.
func (s *staffing) problem(slots []schedule.Slot, from time.Time) *roster.Problem {
	p := &roster.Problem{
		Format: roster.Format, Name: string(s.ID), TZ: s.zone.String(),
		Order: []string{
			roster.TermUncovered, roster.TermMaxDev, roster.TermSumDev, roster.TermPref, roster.TermSpacing,
		},
		Horizon: roster.Span{Start: from.Unix(), End: max(from.Unix()+1, s.end().Unix())},
		Rules:   rules(s.Limits, holidayMark),
	}
	kinds := s.holidayKinds()
	if len(kinds.calendars) > 1 {
		// Everybody's holidays are their own, so the common rule becomes one of each.
		p.Rules.Counts = rules(schedule.Limits{Weekends: s.Limits.Weekends}, "").Counts
	}
	for i := range s.Members {
		p.Members = append(p.Members, s.member(&s.Members[i], kinds))
	}
	for i := range slots {
		p.Slots = append(p.Slots, s.slot(&slots[i], kinds))
	}
	p.Rules.SoftGap = evenGap(p) / 2
	return p
}

// rules translates limits; holiday is the kind of mark that holidays have.
func rules(l schedule.Limits, holiday string) roster.Rules {
	r := roster.Rules{MinGap: seconds(l.Rest)}
	for _, x := range l.Rests {
		r.Rests = append(r.Rests, roster.Rest{MinGap: seconds(x.Rest), During: during(x.During)})
	}
	for _, w := range l.OnCall {
		r.Windows = append(r.Windows, roster.Window{Length: seconds(w.Within), Max: seconds(w.Max), During: during(w.During)})
	}
	for _, c := range l.Weekends {
		r.Counts = append(r.Counts, roster.Count{Mark: weekendMark, Length: seconds(c.Within), Max: int64(c.Max), During: during(c.During)})
	}
	for _, c := range l.Holidays {
		r.Counts = append(r.Counts, roster.Count{Mark: holiday, Length: seconds(c.Within), Max: int64(c.Max), During: during(c.During)})
	}
	return r
}

func during(d schedule.During) roster.During {
	from, until := d.Nominal()
	return roster.During{From: from, Until: until}
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }

func (s *staffing) member(m *schedule.Member, kinds holidayKinds) roster.Member {
	out := roster.Member{ID: string(m.Person), Skills: s.skillsOf(m), Capacity: map[string]int64{}}
	for i := range s.Rotations {
		if r := &s.Rotations[i]; m.Takes(r) {
			out.Layers = append(out.Layers, string(r.ID))
			out.Capacity[s.pool(r)] = int64(m.Share) * s.dutyPart(m, s.pool(r)) / 1000
		}
	}
	from, until := s.presence(m)
	out.From, out.Until = unixOrNil(from), unixOrNil(until)
	for _, a := range m.Absences {
		if start, end := s.span(m, a); start.Before(end) {
			out.Unavailable = append(out.Unavailable, [2]int64{start.Unix(), end.Unix()})
		}
	}
	for _, w := range m.Wishes {
		if start, end := s.span(m, w.Absence); start.Before(end) && w.Cost > 0 {
			out.Avoid = append(out.Avoid, [3]int64{start.Unix(), end.Unix(), w.Cost})
		}
	}
	limits := m.Limits
	if len(kinds.calendars) > 1 {
		limits.Holidays = append(limits.Holidays[:len(limits.Holidays):len(limits.Holidays)], s.Limits.Holidays...)
	}
	if own := rules(limits, kinds.of(s.person(m).Holidays)); own.MinGap > 0 || own.Windows != nil || own.Counts != nil || own.Rests != nil {
		out.Limits = &own
	}
	return out
}

func unixOrNil(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	n := t.Unix()
	return &n
}

func (s *staffing) slot(slot *schedule.Slot, kinds holidayKinds) roster.Slot {
	r := s.rotation(slot)
	out := roster.Slot{
		ID: string(slot.ID), Layer: string(r.ID), Pool: s.pool(r), Skills: s.skillsFor(r, schedule.DateOf(slot.Start)),
		Start: slot.Start.Unix(), End: slot.End.Unix(), NStart: slot.NominalStart, NEnd: slot.NominalEnd,
		Marks: kinds.marks(slot),
	}
	s.weigh(&out, slot, r)
	return out
}

// pastOf returns a slot that somebody had as the problem's history has it.
func (s *staffing) pastOf(slot *schedule.Slot, name string) roster.Past {
	return roster.Past{
		Member: name, Layer: string(slot.Rotation), Start: slot.Start.Unix(), End: slot.End.Unix(),
		NStart: slot.NominalStart, NEnd: slot.NominalEnd, Marks: s.holidayKinds().marks(slot),
	}
}

// weigh fills in what the slot weighs: the rounded mean over those who could
// have it and are in the team then, which is what there is to share, and what it
// weighs for each of whom it differs.
func (s *staffing) weigh(out *roster.Slot, slot *schedule.Slot, r *schedule.Rotation) {
	takers := s.takers(r)
	weights, sum, n := make([]int64, len(takers)), int64(0), int64(0)
	for i, m := range takers {
		weights[i] = s.points(slot, m)
		if s.inTeam(m, slot.Start, slot.End) && m.TakesOn(r, schedule.DateOf(slot.Start)) {
			sum, n = sum+weights[i], n+1
		}
	}
	if n > 0 {
		out.Weight = (2*sum + n) / (2 * n)
	}
	for i, m := range takers {
		if weights[i] != out.Weight {
			if out.Weights == nil {
				out.Weights = map[string]int64{}
			}
			out.Weights[string(m.Person)] = weights[i]
		}
	}
}

// holidayKinds are the different calendars of a team's people, with a name for
// the marks of each.
type holidayKinds struct {
	calendars []schedule.Calendar
	names     []string
}

func (s *staffing) holidayKinds() holidayKinds {
	var k holidayKinds
	for i := range s.Members {
		calendar := s.person(&s.Members[i]).Holidays
		if k.of(calendar) != "" {
			continue
		}
		name := holidayMark
		if n := len(k.names); n > 0 {
			name = fmt.Sprintf("%s %d", holidayMark, n+1)
		}
		k.calendars, k.names = append(k.calendars, calendar), append(k.names, name)
	}
	return k
}

// of returns the name of the marks of a calendar, and nothing when it is unknown.
func (k holidayKinds) of(calendar schedule.Calendar) string {
	for i := range k.calendars {
		if k.calendars[i].Equal(calendar) {
			return k.names[i]
		}
	}
	return ""
}

// marks returns the weekends and holidays of a slot by kind.
func (k holidayKinds) marks(slot *schedule.Slot) map[string][]int64 {
	marks := map[string][]int64{}
	if days := slot.Weekends(); len(days) > 0 {
		marks[weekendMark] = days
	}
	for i, calendar := range k.calendars {
		if days := slot.Holidays(calendar); len(days) > 0 {
			marks[k.names[i]] = days
		}
	}
	return marks
}

// evenGap returns how long after the end of a shift the next would begin if all
// were spread evenly over everybody.
func evenGap(p *roster.Problem) int64 {
	if len(p.Slots) == 0 || len(p.Members) == 0 {
		return 0
	}
	first, last, held := p.Slots[0].NStart, p.Slots[0].NEnd, int64(0)
	for i := range p.Slots {
		first, last = min(first, p.Slots[i].NStart), max(last, p.Slots[i].NEnd)
		held += p.Slots[i].NEnd - p.Slots[i].NStart
	}
	free := (last-first)*int64(len(p.Members)) - held
	return max(0, free/int64(len(p.Slots)))
}
