package health

import (
	"fmt"

	"watchbill/schedule"
)

// A Cause is why a team's manager is asked to look: specs/health.md 7. Nothing else is
// said to them unasked.
type Cause string

// The causes, in the order in which they are told.
const (
	CauseShift   Cause = "shift"          // more than twice the usual has gathered
	CauseSpikes  Cause = "spikes"         // two spikes in three weeks
	CauseNights  Cause = "nights"         // four nights of one person in seven days
	CauseRest    Cause = "rest"           // too little rest
	CauseDecline Cause = "survey_decline" // the pulse fell
)

// QuietFor is how many weeks a team hears nothing more of a cause that it was told.
const QuietFor = 4

// A WatchedWeek is what a week brought that may be a cause.
type WatchedWeek struct {
	WeekSignal
	WorstNights  int  // of one person in seven days that end in the week
	RestBreaches int  // nights and weeks with too little rest
	Declined     bool // a wave that was published in it, see [Declined]
	Index        float64
	IndexBefore  float64
	Wave         int // the number of that wave
	Fell         []PulseFall
}

// A Warning is a question to whoever answers for a team, with what it is asked for. It
// names nobody.
type Warning struct {
	Week     schedule.Date `json:"week"`
	Cause    Cause         `json:"cause"`
	Question string        `json:"question"`
	Evidence string        `json:"evidence"`
	Wave     int           `json:"wave,omitempty" doc:"Number of the wave of a pulse that fell"`
	// Fell are the questions whose values fell most in that wave, as published.
	Fell []PulseFall `json:"fell,omitempty" doc:"Its questions that fell most, as published"`
}

// Warnings returns what the weeks, in order, give reason to ask: one question for each
// cause in four weeks, whatever happens meanwhile. It depends on nothing but the weeks, so
// asking again tells the same.
func Warnings(weeks []WatchedWeek) []Warning {
	var out []Warning
	last := map[Cause]schedule.Date{}
	for i := range weeks {
		w := &weeks[i]
		for _, warning := range w.causes(spikes(weeks[max(0, i-2) : i+1])) {
			if told, ok := last[warning.Cause]; ok && w.Week.DaysSince(told) < 7*QuietFor {
				continue
			}
			last[warning.Cause] = w.Week
			out = append(out, warning)
		}
	}
	return out
}

// spikes counts the weeks that are spikes.
func spikes(weeks []WatchedWeek) (n int) {
	for i := range weeks {
		if weeks[i].Spike {
			n++
		}
	}
	return n
}

// causes returns what a week gives reason to ask.
func (w *WatchedWeek) causes(spikes int) []Warning {
	var out []Warning
	ask := func(is bool, cause Cause, question, evidence string) {
		if is {
			out = append(out, Warning{Week: w.Week, Cause: cause, Question: question, Evidence: evidence})
		}
	}
	ask(w.Shift, CauseShift, "What has changed at night in the last weeks?",
		fmt.Sprintf("More wake-ups have gathered than twice the usual explains: %s in the last week, where about %s would be usual.", plural(w.Count, "wake-up", "wake-ups"), short(w.Expected())))
	ask(w.Spike && spikes >= 2, CauseSpikes, "Is there one thing behind these weeks?",
		fmt.Sprintf("Two of three weeks had far more wake-ups than usual, the last of them %d where about %s would be.", w.Count, short(w.Expected())))
	ask(w.WorstNights >= ManyNights, CauseNights, "Who can take over the next nights?",
		fmt.Sprintf("Somebody was woken in %d nights of seven days.", w.WorstNights))
	ask(w.RestBreaches > 0, CauseRest, "Can somebody start later, or hand over?",
		fmt.Sprintf("Work on incidents left too little rest, %s.", times(w.RestBreaches)))
	ask(w.Declined, CauseDecline, "What would the team say has become harder?",
		fmt.Sprintf("The pulse went from %s to %s.", short(w.IndexBefore), short(w.Index)))
	if w.Declined {
		last := &out[len(out)-1]
		last.Wave, last.Fell = w.Wave, w.Fell
	}
	return out
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// short writes a number as people say it: whole from ten on, else with one decimal where
// it has one.
func short(x float64) string {
	if x >= 10 || x == float64(int(x)) {
		return fmt.Sprintf("%.0f", x)
	}
	return fmt.Sprintf("%.1f", x)
}
