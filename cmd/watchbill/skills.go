package main

import (
	"slices"

	"watchbill/schedule"
)

// A roster problem knows no skills that come and go. Where somebody learns or loses
// one, slots before and after that day ask for it under two names, and everybody has
// the names of the time in which they have it.

// skillName is what a skill is called on a day.
func (s *staffing) skillName(skill string, day schedule.Date) string {
	name := skill
	for _, from := range s.skillDays(skill) {
		if from.After(day) {
			break
		}
		name = skill + " (from " + from.At(schedule.Noon, s.zone).Format("2 Jan 2006") + ")"
	}
	return name
}

// skillDays are the days on which somebody learns or loses a skill, in order.
func (s *staffing) skillDays(skill string) []schedule.Date {
	var days []schedule.Date
	for i := range s.Members {
		has := slices.Contains(s.Members[i].Skills, skill)
		for _, l := range s.Members[i].Later {
			if now := slices.Contains(l.Skills, skill); now != has {
				has = now
				days = append(days, l.From)
			}
		}
	}
	slices.SortFunc(days, schedule.Date.Compare)
	return slices.Compact(days)
}

// skillsFor names what a rotation asks for on a day.
func (s *staffing) skillsFor(r *schedule.Rotation, day schedule.Date) []string {
	var names []string
	for _, skill := range r.Skills {
		names = append(names, s.skillName(skill, day))
	}
	if name := s.dutyName(r.ID, day); name != "" {
		names = append(names, name)
	}
	return names
}

// Who takes a rotation from a day on, or up to one, has a skill for that time: the name
// of the rotation.

// dutyName is what taking a rotation is called on a day; empty where nobody begins or
// ends to take it.
func (s *staffing) dutyName(r schedule.RotationID, day schedule.Date) string {
	days := s.dutyDays(r)
	if len(days) == 0 {
		return ""
	}
	name := "taking " + string(r)
	for _, from := range days {
		if from.After(day) {
			break
		}
		name = "taking " + string(r) + " (from " + from.At(schedule.Noon, s.zone).Format("2 Jan 2006") + ")"
	}
	return name
}

// dutyDays are the days on which somebody begins or ends to take a rotation, in order.
func (s *staffing) dutyDays(r schedule.RotationID) []schedule.Date {
	var days []schedule.Date
	for i := range s.Members {
		duties := s.Members[i].Duties
		for k := 1; k < len(duties); k++ {
			if slices.Contains(duties[k].Rotations, r) != slices.Contains(duties[k-1].Rotations, r) {
				days = append(days, duties[k].From)
			}
		}
	}
	slices.SortFunc(days, schedule.Date.Compare)
	return slices.Compact(days)
}

// dutiesOf names what a member takes at any time of the plan, of the rotations that
// somebody begins or ends to take.
func (s *staffing) dutiesOf(m *schedule.Member) []string {
	var names []string
	for _, r := range m.Rotations {
		days := s.dutyDays(r)
		if len(days) == 0 {
			continue
		}
		for _, day := range append([]schedule.Date{days[0].AddDays(-1)}, days...) {
			if slices.Contains(m.RotationsOn(day), r) {
				names = append(names, s.dutyName(r, day))
			}
		}
	}
	return names
}

// dutyPart is the part of a plan's days on which a member takes a rotation of a pool, of
// a thousand.
func (s *staffing) dutyPart(m *schedule.Member, pool string) int64 {
	if len(m.Duties) == 0 {
		return 1000
	}
	takes, days := int64(0), int64(s.until.DaysSince(s.from))
	for day := s.from; day.Before(s.until); day = day.AddDays(1) {
		if slices.ContainsFunc(m.RotationsOn(day), func(id schedule.RotationID) bool {
			r, err := s.Rotation(id)
			return err == nil && s.pool(r) == pool
		}) {
			takes++
		}
	}
	return (1000*takes + days/2) / max(1, days)
}

// skillsOf names what a member can at any time of the plan.
func (s *staffing) skillsOf(m *schedule.Member) []string {
	ever := slices.Clone(m.Skills)
	for _, l := range m.Later {
		ever = append(ever, l.Skills...)
	}
	var names []string
	for _, skill := range ever {
		days := s.skillDays(skill)
		if len(days) == 0 || slices.Contains(m.SkillsOn(days[0].AddDays(-1)), skill) {
			names = append(names, skill)
		}
		for _, day := range days {
			if slices.Contains(m.SkillsOn(day), skill) {
				names = append(names, s.skillName(skill, day))
			}
		}
	}
	names = append(names, s.dutiesOf(m)...)
	slices.Sort(names)
	return slices.Compact(names)
}
