package teamfile

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"watchbill/schedule"
)

// check finds what only shows when the parts are seen together. A part that is
// wrong by itself is left out: what is said of it here would be said of a mistake
// that has been told.
func (l *loader) check() {
	t := &l.f.Team
	for i := range t.Rotations {
		if l.duties[i].whole {
			l.checkRotation(&t.Rotations[i], i)
		}
	}
	for i := range t.Members {
		if l.members[i].whole {
			l.checkMember(&t.Members[i], l.members[i])
		}
	}
	if l.planned() && !l.f.FrozenUntil.IsZero() && (l.f.FrozenUntil.Before(l.f.From) || l.f.FrozenUntil.After(l.f.Until)) {
		l.warn(l.nodes["frozen_until"], "frozen_until", "frozen_until: %v is outside the plan, which goes from %v to %v", l.f.FrozenUntil, l.f.From, l.f.Until.AddDays(-1))
	}
	l.invalid(t.Validate())
}

// planned says whether the days of the plan are known.
func (l *loader) planned() bool { return !l.f.From.IsZero() && l.f.From.Before(l.f.Until) }

// invalid reports what the schedule itself refuses, at the rotation or person it
// is about.
func (l *loader) invalid(err error) {
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range all.Unwrap() {
			l.invalid(e)
		}
		return
	}
	bad, ok := errors.AsType[*schedule.InvalidError](err)
	if !ok {
		return
	}
	var i int
	at := l.root
	kind, _, _ := strings.Cut(bad.Field, "[")
	whole := len(l.problems) == 0
	if _, err := fmt.Sscanf(strings.TrimPrefix(bad.Field, kind), "[%d]", &i); err == nil {
		switch {
		case kind == "rotations" && i < len(l.duties):
			at, whole = l.duties[i].node, l.duties[i].whole && !l.f.From.IsZero()
		case (kind == "people" || kind == "members") && i < len(l.members):
			at, whole = l.members[i].node, l.members[i].whole
		}
	}
	if !whole {
		return
	}
	// The key is "covers" in the file.
	l.fail(at, strings.Replace(bad.Field, ".cover[", ".covers[", 1), "%s", bad.Reason)
}

func (l *loader) checkRotation(r *schedule.Rotation, i int) {
	takers := 0
	for m := range l.f.Team.Members {
		if l.f.Team.Members[m].Takes(r) {
			takers++
		}
	}
	path, at := "rotations "+string(r.ID), l.duties[i].node
	switch {
	case !l.everybody:
	case takers == 0 && len(r.Skills) > 0:
		l.fail(at, path, "nobody who takes it has the skills %v; give them to somebody, or drop them here", r.Skills)
	case takers == 0:
		l.fail(at, path, "nobody takes it; add it to somebody's \"takes\"")
	case takers < r.People:
		l.warn(at, path, "%s needs %d at once, and only %d take it", r.ID, r.People, takers)
	}
	turn := shortest(r)
	for _, limit := range l.f.Team.Limits.OnCall {
		if turn > limit.Max {
			l.fail(at, path, "a turn of %s fits into no limit of %s in %s; shorten the turns or raise the limit", days(turn), days(limit.Max), days(limit.Within))
		}
	}
	if !l.planned() {
		return
	}
	if r.First.After(l.f.Until) || !r.Last.IsZero() && r.Last.Before(l.f.From) {
		l.warn(at, path, "%s has no turn in the plan, which goes from %v to %v", r.ID, l.f.From, l.f.Until.AddDays(-1))
	}
}

func (l *loader) checkMember(m *schedule.Member, at memberNode) {
	if len(m.Rotations) == 0 {
		l.fail(at.node, at.path, "%s takes no rotation; leave \"takes\" out for all of them", m.Person)
	}
	l.checkOwnLimits(m, at)
	if !l.planned() {
		return
	}
	if !m.Until.IsZero() && m.Until.Before(l.f.From) || !m.From.IsZero() && !m.From.Before(l.f.Until) {
		l.warn(at.node, at.path, "%s is not in the team during the plan", m.Person)
	}
	away := 0
	for i, a := range m.Absences {
		start, end := a.Span(l.zone, schedule.Midnight)
		if !end.After(l.f.From.At(schedule.Midnight, l.zone)) || !start.Before(l.f.Until.At(schedule.Midnight, l.zone)) {
			l.warn(at.away[i], at.path+".away", "%s is away %v, outside the plan, which goes from %v to %v", m.Person, a, l.f.From, l.f.Until.AddDays(-1))
			continue
		}
		if !a.First.IsZero() {
			from, last := a.First, a.Last
			if from.Before(l.f.From) {
				from = l.f.From
			}
			if !last.Before(l.f.Until) {
				last = l.f.Until.AddDays(-1)
			}
			away += last.DaysSince(from) + 1
		}
	}
	if total := l.f.Until.DaysSince(l.f.From); total > 0 && away >= total {
		l.warn(at.node, at.path+".away", "%s is away for the whole plan", m.Person)
	}
}

// checkOwnLimits finds who can take no turn at all under their own limits, as far as
// these hold in the plan: what held before fitted the turns of then.
func (l *loader) checkOwnLimits(m *schedule.Member, at memberNode) {
	for _, limit := range m.Limits.OnCall {
		over := !limit.Until.IsZero() && !limit.Until.After(l.f.From)
		ahead := !limit.From.IsZero() && !limit.From.Before(l.f.Until)
		if l.planned() && (over || ahead) {
			continue
		}
		fits := len(m.Rotations) == 0
		for _, id := range m.Rotations {
			// A duty that is wrong by itself might fit once it is right.
			d := slices.IndexFunc(l.f.Team.Rotations, func(r schedule.Rotation) bool { return r.ID == id })
			fits = fits || !l.duties[d].whole || shortest(&l.f.Team.Rotations[d]) <= limit.Max
		}
		if !fits {
			l.fail(at.node, at.path+".limits", "no turn that %s takes fits into %s in %s; raise the limit or shorten the turns", m.Person, days(limit.Max), days(limit.Within))
		}
	}
}

// days writes a length in the largest unit that divides it.
func days(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d%(7*day) == 0:
		return plural(int(d/(7*day)), "week")
	case d%day == 0:
		return plural(int(d/day), "day")
	}
	return plural(int(d/time.Hour), "hour")
}

func plural(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return strconv.Itoa(n) + " " + unit + "s"
}
