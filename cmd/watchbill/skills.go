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
	return names
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
	slices.Sort(names)
	return slices.Compact(names)
}
