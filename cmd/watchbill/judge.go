package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"watchbill/schedule"
	"watchbill/schedule/teamfile"
)

// A judge applies the hard rules of team files to what people decide after a plan
// was published, with the same slots, clocks and absences as the planner.
type judge struct {
	mu    sync.Mutex
	known map[[sha256.Size]byte]*staffing // read team files, which cost most of the time
}

// maxKnown bounds what a judge remembers.
const maxKnown = 64

// judge implements schedule.Judge.
func (j *judge) judge(in schedule.JudgeInput) ([][]schedule.Finding, error) {
	all := make([][]schedule.Finding, len(in.Cases))
	s, names, err := j.staffing(&in)
	if unreadable(err) {
		for i := range all {
			all[i] = []schedule.Finding{{Rule: schedule.RuleUnknown, Broken: true, Text: "the team's rules cannot be applied: " + firstLine(err.Error())}}
		}
		return all, nil
	} else if err != nil {
		return nil, err
	}
	slots, err := s.slotsOf(in.Cases, in.Team.ID)
	if err != nil {
		return nil, err
	}
	for i := range in.Cases {
		all[i] = s.judge(&in.Cases[i], in.Team.ID, names, slots)
	}
	return all, nil
}

// reach implements schedule.Service.Reach. Rules that cannot be read look at nothing.
func (j *judge) reach(in schedule.JudgeInput) (time.Duration, error) {
	s, _, err := j.staffing(&in)
	if unreadable(err) {
		return 0, nil
	} else if err != nil {
		return 0, err
	}
	reach := s.Limits.Reach()
	for i := range s.Members {
		reach = max(reach, s.Members[i].Limits.Reach())
	}
	return reach, nil
}

// unreadable says whether an error is about what rules say.
func unreadable(err error) bool {
	var file *teamfile.Error
	var invalid *schedule.InvalidError
	return errors.As(err, &file) || errors.As(err, &invalid)
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// staffing returns the team of the rules, and what its people are called there.
func (j *judge) staffing(in *schedule.JudgeInput) (*staffing, map[schedule.ID]string, error) {
	// Rules hold for years and decisions for a week: a period that does not change
	// from day to day needs to be read once.
	plan := schedule.PlanInput{Team: in.Team, Rules: in.Rules, People: in.People, Holidays: in.Holidays, From: in.Rules.From, Until: schedule.Date{Year: in.On.Year + 2, Month: time.January, Day: 1}}
	if in.On.Before(plan.From) {
		plan.From = in.On
	}
	if old := (schedule.Date{Year: in.On.Year - 2, Month: time.January, Day: 1}); plan.From.Before(old) {
		plan.From = old
	}
	ids, source, err := composeTeam(&plan)
	if err != nil {
		return nil, nil, err
	}
	names := map[schedule.ID]string{}
	for name, id := range ids {
		names[id] = name
	}
	key := sha256.Sum256(fmt.Appendf(nil, "%v\n%v\n%v\n%s", plan.Rules.From, in.Team.Name, plan.Holidays, source))
	j.mu.Lock()
	defer j.mu.Unlock()
	if s := j.known[key]; s != nil {
		return s, names, nil
	}
	f, _, err := readTeam(&plan, ids, source)
	if err != nil {
		return nil, nil, err
	}
	s := &staffing{Team: &f.Team, zone: f.Zone, from: f.From, until: f.Until}
	if j.known == nil || len(j.known) >= maxKnown {
		j.known = map[[sha256.Size]byte]*staffing{}
	}
	j.known[key] = s
	return s, names, nil
}

// slotsOf returns the slots that the rules make for the shifts of a team in cases,
// each once: most shifts are in many cases.
func (s *staffing) slotsOf(cases []schedule.Case, team schedule.ID) (map[schedule.SlotID]schedule.Slot, error) {
	var from, to time.Time
	for i := range cases {
		for j := range cases[i].Held {
			h := &cases[i].Held[j]
			if h.Team != team {
				continue
			}
			if from.IsZero() || h.Start.Before(from) {
				from = h.Start
			}
			if h.End.After(to) {
				to = h.End
			}
		}
	}
	all := map[schedule.SlotID]schedule.Slot{}
	for i := range s.Rotations {
		r := &s.Rotations[i]
		slots, err := r.Slots(from, to)
		if err != nil {
			return nil, fmt.Errorf("rotation %s: %w", r.ID, err)
		}
		for _, x := range slots {
			all[x.ID] = x.Cut(x.Start, x.End, r.Zone)
		}
	}
	return all, nil
}

// judge says what the rules have to say about one case.
func (s *staffing) judge(c *schedule.Case, team schedule.ID, names map[schedule.ID]string, slots map[schedule.SlotID]schedule.Slot) []schedule.Finding {
	m := s.memberNamed(names[c.Person])
	if m == nil {
		return []schedule.Finding{{Rule: schedule.RuleDuties, Broken: true, Text: "takes no part in the team's duties"}}
	}
	var found []schedule.Finding
	held := make([]schedule.Held, 0, len(c.Held))
	for i := range c.Held {
		h := &c.Held[i]
		one := schedule.Held{Team: h.Team, New: h.New, Elsewhere: h.Team != team}
		one.Slot = s.part(&h.Shift, one.Elsewhere, slots)
		held = append(held, one)
		if h.New {
			for _, f := range s.unfit(m, &one.Slot) {
				if !slices.Contains(found, f) {
					found = append(found, f)
				}
			}
		}
	}
	return append(found, s.Limits.With(m.Limits).Judge(held, s.person(m).Holidays)...)
}

// part returns a shift as the slot it is, or is a part of. One that no rule makes,
// because rules have changed or it is another team's, is on duty all the time.
func (s *staffing) part(shift *schedule.Shift, elsewhere bool, slots map[schedule.SlotID]schedule.Slot) schedule.Slot {
	r, err := s.Rotation(shift.Rotation)
	if x, ok := slots[shift.Slot]; ok && !elsewhere && err == nil && x.Rotation == r.ID && !shift.Start.Before(x.Start) && !shift.End.After(x.End) {
		if shift.Start.Equal(x.Start) && shift.End.Equal(x.End) {
			return x
		}
		return x.Cut(shift.Start, shift.End, r.Zone)
	}
	doc := shiftDoc{ID: string(shift.Slot), Rotation: string(shift.Rotation), Start: shift.Start, End: shift.End}
	return doc.slot(s)
}

// unfit says why a member cannot hold a slot at all.
func (s *staffing) unfit(m *schedule.Member, slot *schedule.Slot) []schedule.Finding {
	var found []schedule.Finding
	bad := func(rule, format string, args ...any) {
		found = append(found, schedule.Finding{Rule: rule, Broken: true, Text: fmt.Sprintf(format, args...)})
	}
	if r, err := s.Rotation(slot.Rotation); err == nil {
		if !slices.Contains(m.RotationsOn(schedule.DateOf(slot.Start)), r.ID) {
			bad(schedule.RuleDuties, "takes no part in %s", r.ID)
		}
		for _, skill := range r.Skills {
			if !slices.Contains(m.SkillsOn(schedule.DateOf(slot.Start)), skill) {
				bad(schedule.RuleSkills, "lacks the skill %s, which %s needs", skill, r.ID)
			}
		}
	}
	if !s.inTeam(m, slot.Start, slot.End) {
		bad(schedule.RulePresence, "%s", membership(m))
	}
	for _, a := range m.Absences {
		if start, end := s.span(m, a); start.Before(slot.End) && slot.Start.Before(end) {
			from, until := s.days(m, a)
			bad(schedule.RuleAway, "away %s", dates(from, until))
		}
	}
	return found
}
