package health

import (
	"testing"
	"time"

	"watchbill/schedule"
)

// Work that nobody ends is cut off and doubted, and one name that takes pages up at every
// hour of every day for weeks is taken for a program; people in a rotation are not.
func TestDoubtsOfWork(t *testing.T) {
	monday := time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)
	week := func(n int, person schedule.ID, every time.Duration) Quality {
		from := monday.AddDate(0, 0, 7*n)
		to := from.AddDate(0, 0, 7)
		var all []Incident
		for at := from; at.Before(to); at = at.Add(every) {
			in := Incident{TriggeredAt: at, AckedAt: at.Add(time.Minute), ResolvedAt: at.Add(time.Hour), Engagements: []Engagement{{Person: person, Start: at.Add(time.Minute)}}}
			if at.Hour() == 5 {
				in.ResolvedAt = time.Time{} // never
			}
			all = append(all, in)
		}
		return doubts(all, from, to, to.AddDate(0, 0, 7), 8*time.Hour)
	}
	for name, c := range map[string]struct {
		who    func(n int) schedule.ID
		every  time.Duration
		actor  bool
		capped int
	}{
		"a program":      {func(int) schedule.ID { return 9 }, 5 * time.Hour, true, 12},
		"by turns":       {func(n int) schedule.ID { return schedule.ID(n%4 + 1) }, 5 * time.Hour, false, 12},
		"days only":      {func(int) schedule.ID { return 9 }, 12 * time.Hour, false, 0},
		"nobody we know": {func(int) schedule.ID { return 0 }, 5 * time.Hour, false, 12},
	} {
		var sum TeamWeek
		for n := range 6 {
			sum.Add(&TeamWeek{Quality: week(n, c.who(n), c.every)})
		}
		e := sum.evidence()
		if e.OneActor != c.actor || e.Capped != c.capped || e.Work == 0 {
			t.Errorf("%s: one actor %v, %d of %d cut off; want %v, %d", name, e.OneActor, e.Capped, e.Work, c.actor, c.capped)
		}
	}
}
