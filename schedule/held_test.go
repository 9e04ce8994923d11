package schedule_test

import (
	"testing"
	"time"

	"watchbill/schedule"
)

// A limit that is broken by little is not said to be kept.
func TestJudgeSaysHowMuchTooMuch(t *testing.T) {
	const week = 7 * 24 * time.Hour
	limits := schedule.Limits{OnCall: []schedule.TimeLimit{{Max: week, Within: 3 * week}}}
	first := time.Date(2026, 12, 7, 9, 0, 0, 0, time.UTC)
	held := func(id schedule.SlotID, start time.Time, length time.Duration, anew bool) schedule.Held {
		end := start.Add(length)
		return schedule.Held{Slot: schedule.Slot{ID: id, Rotation: "primary", Start: start, End: end, NominalStart: start.Unix(), NominalEnd: end.Unix()}, New: anew}
	}
	for more, want := range map[time.Duration]string{
		time.Second:    "a little more than 1 week on call within 3 weeks; the rule is at most 1 week in 3 weeks",
		time.Hour:      "a little more than 1 week on call within 3 weeks; the rule is at most 1 week in 3 weeks",
		12 * time.Hour: "7.5 days on call within 3 weeks; the rule is at most 1 week in 3 weeks",
		week:           "2 weeks on call within 3 weeks; the rule is at most 1 week in 3 weeks",
	} {
		found := limits.Judge([]schedule.Held{held("a", first, week, false), held("b", first.Add(week+48*time.Hour), more, true)}, schedule.Calendar{})
		if len(found) != 1 || !found[0].Broken || found[0].Text != want {
			t.Errorf("%v more: %+v, want %q", more, found, want)
		}
	}
}
