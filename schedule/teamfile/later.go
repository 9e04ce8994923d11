package teamfile

import (
	"slices"

	"watchbill/schedule"

	"github.com/goccy/go-yaml/ast"
)

// later reads what of a member becomes other from a day on. What an entry does not
// name stays as it was before.
func (l *loader) later(m *schedule.Member, n ast.Node, path string) {
	if n == nil {
		return
	}
	limits, changed := m.Limits, false
	m.Limits = schedule.Limits{}
	var from schedule.Date // of the limits at hand
	l.list(n, path, func(x ast.Node, path string) {
		var skills, takes []string
		var own schedule.Limits
		var day schedule.Date
		keys, ok := l.mapping(x, path, map[string]field{
			"from":   value(l.reader, &day, "2027-01-01", schedule.ParseDate),
			"takes":  l.texts(&takes, "primary"),
			"skills": l.texts(&skills, "db"),
			"limits": func(n ast.Node, path string) { own = l.limits(n, path) },
		})
		switch {
		case !ok:
			return
		case keys["from"] == nil:
			l.fail(x, path, "\"from\" is missing; add the day from which it holds, like from: 2027-01-01")
			return
		case day.IsZero():
			return // that is told
		case len(keys) == 1:
			l.fail(x, path, "this changes nothing; add takes:, skills: or limits: of that day on")
			return
		case !l.inOrder(m, from, day):
			l.fail(keys["from"], path+".from", "the days must be in order, each later than the one before")
			return
		}
		if keys["takes"] != nil {
			l.takesLater(m, takes, keys["takes"], day, path+".takes")
		}
		if keys["skills"] != nil {
			m.Later = append(m.Later, schedule.Learned{From: day, Skills: skills})
		}
		if keys["limits"] != nil {
			m.Limits = m.Limits.With(limits.DuringDays(schedule.During{From: from, Until: day}))
			limits, from, changed = own, day, true
		}
	})
	if changed {
		limits = limits.DuringDays(schedule.During{From: from})
	}
	m.Limits = m.Limits.With(limits)
}

// inOrder says whether a day comes after all that is to change already.
func (l *loader) inOrder(m *schedule.Member, limits, day schedule.Date) bool {
	n := len(m.Later)
	k := len(m.Duties)
	return (limits.IsZero() || limits.Before(day)) && (n == 0 || m.Later[n-1].From.Before(day)) && (k == 0 || m.Duties[k-1].From.Before(day))
}

// takesLater reads which rotations somebody takes from a day on; none named are all.
func (l *loader) takesLater(m *schedule.Member, names []string, n ast.Node, day schedule.Date, path string) {
	if len(names) == 0 {
		n = nil
	}
	if len(m.Duties) == 0 {
		m.Duties = []schedule.Duties{{Rotations: m.Rotations}}
	}
	takes := l.duty(names, n, path)
	m.Duties = append(m.Duties, schedule.Duties{From: day, Rotations: takes})
	for _, r := range takes {
		if !slices.Contains(m.Rotations, r) {
			m.Rotations = append(m.Rotations[:len(m.Rotations):len(m.Rotations)], r)
		}
	}
}
