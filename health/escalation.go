package health

import (
	"fmt"
	"slices"

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
	Published    bool // a wave was published in it,
	Declined     bool // and is a decline, see [Declined]
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
	// Figures are those of the week that it was asked for.
	Figures WarningFigures `json:"figures" doc:"Of the week, as they were when it was asked"`
}

// WarningFigures are what a week is asked about for. They are of the team and name nobody.
type WarningFigures struct {
	Wakeups      int      `json:"wakeups"`
	OnCallWeeks  float64  `json:"oncall_weeks"`
	Usual        float64  `json:"usual_per_ocw" doc:"Wake-ups per on-call week before it"`
	Dispersion   float64  `json:"dispersion" doc:"Of what is usual; above 1.3 it scatters more than luck"`
	Sum          float64  `json:"sum" doc:"What had gathered above twice the usual; 5.5 is a shift"`
	WorstNights  int      `json:"worst_nights_7d" doc:"Disrupted nights of one person in seven days"`
	RestBreaches int      `json:"rest_breaches"`
	Index        *float64 `json:"pulse_index,omitempty" doc:"As published, where the pulse fell"`
	IndexBefore  *float64 `json:"pulse_index_before,omitempty"`
}

// figures are those of the week.
func (w *WatchedWeek) figures() WarningFigures {
	f := WarningFigures{Wakeups: w.Count, OnCallWeeks: w.Exposure, Usual: w.Usual, Dispersion: w.Dispersion, Sum: w.Sum, WorstNights: w.WorstNights, RestBreaches: w.RestBreaches}
	if w.Declined {
		f.Index, f.IndexBefore = &w.Index, &w.IndexBefore
	}
	return f
}

// Warnings returns what the weeks, in order, give reason to ask from one of them on: one
// question for each cause in four weeks, whatever happens meanwhile. What was asked already,
// before or after, counts too, so that late figures do not ask again. It depends on nothing
// else, so looking again tells the same.
func Warnings(weeks []WatchedWeek, asked []Warning, from schedule.Date) []Warning {
	var out []Warning
	for i := range weeks {
		w := &weeks[i]
		if w.Week.Before(from) {
			continue
		}
		for _, warning := range causes(weeks, i) {
			if !near(asked, &warning) && !near(out, &warning) {
				out = append(out, warning)
			}
		}
	}
	return out
}

// near reports whether the cause of a question was asked about less than four weeks from it.
func near(asked []Warning, w *Warning) bool {
	return slices.ContainsFunc(asked, func(a Warning) bool {
		return a.Cause == w.Cause && max(a.Week.DaysSince(w.Week), w.Week.DaysSince(a.Week)) < 7*QuietFor
	})
}

// Over returns the first of the weeks after a question without its cause; zero while it goes
// on. A shift is over in a week in which nothing gathers; a pulse that fell with the next
// that does not, and when it is too old to say anything.
func (w *Warning) Over(weeks []WatchedWeek) schedule.Date {
	for i := range weeks {
		is, over := &weeks[i], false
		if !is.Week.After(w.Week) {
			continue
		}
		switch w.Cause {
		case CauseShift:
			over = is.Sum == 0
		case CauseSpikes:
			over = spikes(weeks[max(0, i-2):i+1]) < 2
		case CauseNights:
			over = is.WorstNights < ManyNights
		case CauseRest:
			over = is.RestBreaches == 0
		case CauseDecline:
			over = is.Published && !is.Declined || is.Week.DaysSince(w.Week) >= 7*pulseWeeks
		}
		if over {
			return is.Week
		}
	}
	return schedule.Date{}
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

// causes returns what one of the weeks gives reason to ask.
func causes(weeks []WatchedWeek, i int) []Warning {
	w, spikes := &weeks[i], spikes(weeks[max(0, i-2):i+1])
	var out []Warning
	ask := func(is bool, cause Cause, question, evidence string) {
		if is {
			out = append(out, Warning{Week: w.Week, Cause: cause, Question: question, Evidence: evidence, Figures: w.figures()})
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
