package health

import (
	"fmt"
	"slices"
)

// doubt lists what to look at before the figures are relied on, most of it as the score
// has it.
func (b *Burden) doubt(past *TeamSum) {
	e := b.Sum.evidence()
	e.Tagged = e.Paged // a figure of the report, and not doubted beside it
	e.addAnswers(b.Sum.Answers)
	if len(b.Weeks) == b.Period.Weeks {
		e.Before = &Evidence{Weeks: past.OnCallWeeks(), Interruptions: past.Interruptions, Paged: past.Incidents}
	}
	b.Doubts = append(b.Sum.Quality.doubts(), e.Doubts()...)
}

// doubts lists what is wrong with who was paged.
func (q *Quality) doubts() []Doubt {
	var d doubter
	d.add(q.Uncovered > 0, "UNCOVERED", fmt.Sprintf("%s fired while nobody was on call first.", plural(q.Uncovered, "page", "pages")), "Did anybody see them?")
	d.add(q.Strangers > 0, "STRANGERS", fmt.Sprintf("%s went to people of whom nobody has said who they are.", plural(q.Strangers, "notification", "notifications")), "Who are they? Say so at the pager.")
	return d
}

// evidence returns what of a team's weeks their figures may be doubted for.
func (w *TeamWeek) evidence() Evidence {
	s, q := &w.Sum, &w.Quality
	e := Evidence{
		Weeks: s.OnCallWeeks(), Interruptions: Total(s.Interruptions), Notifications: s.Notifications, Volume: s.Volume, Episodes: Total(s.Episodes),
		OffDuty: Total(s.OffDuty), Paged: w.First.Incidents, Tagged: w.First.Tagged, FastAcks: q.Fast, Stale: q.Stale, Bulk: q.Bulk, Work: q.Work, Capped: q.Capped, OneActor: q.oneActor(), Covered: w.Covered, Intended: w.Intended,
	}
	if slices.Contains(s.Flags, FlagZoneMissing) {
		e.NoZone = 1
	}
	return e
}
