package health

import (
	"fmt"
	"slices"
)

// doubt lists what to look at before the figures are relied on: they must reflect what
// happened, and not how it is measured or whom it suits.
func (b *Burden) doubt(past *TeamSum) {
	s, q := &b.Sum, &b.Sum.Quality
	add := func(is bool, code, evidence, question string) {
		if is {
			b.Doubts = append(b.Doubts, Doubt{code, evidence, question})
		}
	}
	incidents, unacked, acks := 0, 0, 0
	for i := range b.Answers {
		incidents, unacked, acks = incidents+b.Answers[i].Incidents, unacked+b.Answers[i].Unacked, acks+b.Answers[i].Ack.N()
	}
	covered, intended := float64(s.Covered), float64(s.Intended)
	add(intended > 0 && covered < 0.99*intended, "COVERAGE_GAP", fmt.Sprintf("Somebody was on call for %.0f %% of the time in which somebody should be.", 100*covered/max(1, intended)), "Who was called in the rest?")
	add(q.Uncovered > 0, "UNCOVERED", fmt.Sprintf("%s fired while nobody was on call first.", plural(q.Uncovered, "page", "pages")), "Did anybody see them?")
	add(s.Sum.OffDutyShare() > 0.15, "OFF_SCHEDULE", fmt.Sprintf("%.0f %% of episodes went to somebody who was not on call.", 100*s.Sum.OffDutyShare()), "Is there an on-call behind the one that is planned?")
	add(q.Strangers > 0, "STRANGERS", fmt.Sprintf("%s went to people of whom nobody has said who they are.", plural(q.Strangers, "notification", "notifications")), "Who are they? Say so at the pager.")
	add(incidents >= 5 && float64(unacked) > 0.2*float64(incidents), "NO_ACK", fmt.Sprintf("%d of %s were never acknowledged.", unacked, plural(incidents, "page", "pages")), "Do they end by themselves, and need they wake anybody then?")
	add(acks >= 5 && float64(q.Fast) > 0.5*float64(acks), "ACK_BOT", fmt.Sprintf("%d of %s came within five seconds.", q.Fast, plural(acks, "acknowledgement", "acknowledgements")), "Does a program acknowledge?")
	add(q.Stale > 0, "OPEN_STALE", fmt.Sprintf("%s stayed open for more than three days.", plural(q.Stale, "page", "pages")), "Were they forgotten, or does nobody say when trouble ends?")
	add(q.Bulk > 0, "BULK_RESOLVE", fmt.Sprintf("%s ended five or more in the same minute.", plural(q.Bulk, "page", "pages")), "Were they cleaned up, so that times of resolution mean little?")
	add(slices.Contains(s.Sum.Flags, FlagZoneMissing), "TZ_MISSING", "Somebody has no time zone, and the schedule's stands in.", "Where do they live?")
	if len(b.Weeks) == b.Period.Weeks && past.OnCallWeeks() > 0 {
		now, then := Total(s.Sum.Interruptions), past.Interruptions
		expected := float64(then) * s.Sum.OnCallWeeks() / past.OnCallWeeks()
		add(float64(now) < 0.5*expected && 1-AtLeast(now+1, expected) < 0.01, "ALERT_DROP", fmt.Sprintf("%s after %d in the weeks before.", plural(now, "interruption", "interruptions"), then), "Did things get better, or were alerts turned off?")
		n, m := s.First.Incidents, past.Incidents
		add(n >= 5 && m >= 5 && share(now, n) > 2*share(then, m), "MERGE", "Each page interrupts more than twice as often as before.", "Are several alerts put into one page now?")
	}
}
