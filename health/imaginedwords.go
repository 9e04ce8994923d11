package health

import (
	"fmt"
	"math"
	"strings"
)

// Words says what is asked: "with two more people and without checkout".
func (q *WhatIf) Words() string {
	var parts []string
	if q.People > 0 {
		parts = append(parts, "with "+countWords(q.People, "more person", "more people"))
	}
	if q.OneIn > 0 {
		parts = append(parts, fmt.Sprintf("with nobody on call for more than one week in %d", q.OneIn))
	}
	if q.Second != nil {
		text := "with somebody who stands behind"
		if *q.Second > 0 {
			text += fmt.Sprintf(" and takes %d of a hundred pages", *q.Second)
		}
		parts = append(parts, text)
	}
	if q.Without != "" {
		parts = append(parts, "without “"+q.Without+"”")
	}
	if last := len(parts) - 1; last > 0 {
		return strings.Join(parts[:last], ", ") + " and " + parts[last]
	}
	return strings.Join(parts, "")
}

// countWords writes small numbers out.
func countWords(n int, one, many string) string {
	small := []string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}
	text := fmt.Sprint(n)
	if n < len(small) {
		text = small[n]
	}
	if n == 1 {
		return text + " " + one
	}
	return text + " " + many
}

// sayUnfilled says that no plan covers everything; nothing where one does.
func (a *Answer) sayUnfilled() string {
	now, then := a.Now.Plan, a.Then.Plan
	switch {
	case then.Unfilled > 0 && now.Unfilled > 0 && a.Now.Plan != a.Then.Plan:
		return fmt.Sprintf("%s %d of %d shifts would be nobody's; with nothing changed it is %d of %d already.", capital(a.Words()), then.Unfilled, then.Slots, now.Unfilled, now.Slots)
	case then.Unfilled > 0:
		return fmt.Sprintf("%s %d of %d shifts would be nobody's.", capital(a.Words()), then.Unfilled, then.Slots)
	}
	return ""
}

// sayFilled says how often each would be on call, what nights would be like and how the
// score would be.
func (a *Answer) sayFilled() string {
	out := []string{a.sayOften(), a.sayNights(), a.sayScore()}
	if a.Now.Figures == nil {
		out[1] = fmt.Sprintf("Everything would be covered, where with nothing changed %d of %d shifts are nobody's: there is nothing to compare with.", a.Now.Plan.Unfilled, a.Now.Plan.Slots)
	}
	return strings.Join(out, " ")
}

func (a *Answer) sayOften() string {
	text := fmt.Sprintf("%s each would be on call one week in %s", capital(a.Words()), oneInWords(a.Then.OneIn))
	if math.Abs(a.Then.FirstIn-a.Then.OneIn) > 0.05 {
		text += fmt.Sprintf(", and be called first one week in %s", oneInWords(a.Then.FirstIn))
	}
	switch before := oneInWords(a.Now.OneIn); {
	case before != oneInWords(a.Then.OneIn):
		text += fmt.Sprintf("; now it is one week in %s", before)
	default:
		text += ", as now"
	}
	return text + "."
}

func oneInWords(weeks float64) string { return short(math.Round(weeks*10) / 10) }

// sayNights says how many broken nights more or less are to be expected, and whether
// that is more than chance.
func (a *Answer) sayNights() string {
	if a.Change == nil {
		return ""
	}
	n := a.Change.Nights
	now, then := nightsText(a.Now.Nights.Mean), nightsText(a.Then.Nights.Mean)
	switch {
	case math.Abs(n.Mean) < fewNights:
		calls := a.Change.Interruptions
		return fmt.Sprintf("Nights would hardly change: about %s broken ones for each person in a quarter instead of %s. Each would be interrupted about %s times instead of %s (a difference of %s to %s).",
			then, now, nightsText(a.Then.Interruptions.Mean), nightsText(a.Now.Interruptions.Mean), signedText(calls.Low), signedText(calls.High))
	case n.Low <= 0 && n.High >= 0:
		return fmt.Sprintf("About %s broken nights for each person in a quarter instead of %s, which may be chance (between %s fewer and %s more).", then, now, nightsText(-n.Low), nightsText(n.High))
	case n.Mean < 0:
		return fmt.Sprintf("About %s broken nights fewer for each person in a quarter (%s to %s): %s instead of %s.", nightsText(-n.Mean), nightsText(-n.High), nightsText(-n.Low), then, now)
	}
	return fmt.Sprintf("About %s broken nights more for each person in a quarter (%s to %s): %s instead of %s.", nightsText(n.Mean), nightsText(n.Low), nightsText(n.High), then, now)
}

// fewNights is how many broken nights of a person in a quarter are worth a sentence.
const fewNights = 0.5

// signedText writes how much more or less.
func signedText(x float64) string {
	if text := nightsText(math.Abs(x)); x < 0 && text != "0" {
		return "−" + text
	}
	return nightsText(math.Abs(x))
}

// nightsText writes a number of nights as exactly as it can be known.
func nightsText(x float64) string {
	if x >= 9.95 {
		return fmt.Sprintf("%.0f", x)
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", math.Max(0, x)), ".0")
}

// sayScore says how the score would be.
func (a *Answer) sayScore() string {
	then := a.Then.Score
	if then == nil {
		return "Of the score there is not enough known to say."
	}
	text := fmt.Sprintf("The score would be about %.0f (%.0f to %.0f)", then.Mean, then.Low, then.High)
	if a.Now.Figures != nil && a.Now.Score != nil {
		text += fmt.Sprintf(" instead of %.0f (%.0f to %.0f) with nothing changed", a.Now.Score.Mean, a.Now.Score.Low, a.Now.Score.High)
	}
	if a.Today != nil {
		text += fmt.Sprintf("; today's, of the last eight weeks, is %.0f", *a.Today)
	}
	return text + "."
}
