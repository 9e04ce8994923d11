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

// Say says what it comes to, in words.
func (a *Answer) Say() string {
	first, rest := a.Sentences()
	return strings.TrimSpace(first + " " + rest)
}

// Sentences says what it comes to: the first thing to know, and the rest.
func (a *Answer) Sentences() (first, rest string) {
	if a.Then == nil {
		return "", ""
	}
	words := capital(a.Words()) + ", "
	now, then := a.Now.Plan, a.Then.Plan
	switch {
	case then.Unfilled > 0 && now.Unfilled > 0 && now != then:
		return fmt.Sprintf("%s%d of %d shifts would be nobody's.", words, then.Unfilled, then.Slots), fmt.Sprintf("With nothing changed it is %d of %d already. %s", now.Unfilled, now.Slots, looksLikePeace)
	case then.Unfilled > 0:
		return fmt.Sprintf("%s%d of %d shifts would be nobody's.", words, then.Unfilled, then.Slots), looksLikePeace
	case now.Unfilled > 0:
		return words + a.sayOften(), fmt.Sprintf("Everything would be covered, where with nothing changed %d of %d shifts are nobody's: there is nothing to compare with. %s", now.Unfilled, now.Slots, a.sayScore())
	case now == then: // who is on call when stays as it is
		return words + a.sayNights(), a.sayScore()
	}
	return words + a.sayOften(), capital(a.sayNights()) + " " + a.sayScore()
}

const looksLikePeace = "What nobody answers looks like peace, so that nights and score are not told of such a plan."

func (a *Answer) sayOften() string {
	text := fmt.Sprintf("each would be on call one week in %s", oneInWords(a.Then.OneIn))
	if before := oneInWords(a.Now.OneIn); before != oneInWords(a.Then.OneIn) {
		text += fmt.Sprintf(" instead of one in %s", before)
	} else {
		text += " as now"
	}
	if math.Abs(a.Then.FirstIn-a.Then.OneIn) > 0.05 {
		text += fmt.Sprintf(", and be called first one week in %s", oneInWords(a.Then.FirstIn))
	}
	return text + "."
}

func oneInWords(weeks float64) string { return short(math.Round(weeks*10) / 10) }

// sayNights says how many broken nights more or less are to be expected, and whether
// that is more than chance.
func (a *Answer) sayNights() string {
	n := a.Change.Nights
	now, then := nightsText(a.Now.Nights.Mean), nightsText(a.Then.Nights.Mean)
	switch {
	case math.Abs(n.Mean) < fewNights:
		return fmt.Sprintf("nights would hardly change: %s broken ones for each person in a quarter instead of %s. %s", then, now, a.sayCalls())
	case n.Low < 0 && n.High > 0:
		return fmt.Sprintf("about %s broken nights for each person in a quarter instead of %s, which may be chance (between %s fewer and %s more).", then, now, nightsText(-n.Low), nightsText(n.High))
	case n.Mean < 0:
		return fmt.Sprintf("about %s broken nights fewer for each person in a quarter (%s to %s): %s instead of %s.", nightsText(-n.Mean), nightsText(-n.High), nightsText(-n.Low), then, now)
	}
	return fmt.Sprintf("about %s broken nights more for each person in a quarter (%s to %s): %s instead of %s.", nightsText(n.Mean), nightsText(n.Low), nightsText(n.High), then, now)
}

// sayCalls says how often each would be interrupted.
func (a *Answer) sayCalls() string {
	by := a.Change.Interruptions
	now, then := nightsText(a.Now.Interruptions.Mean), nightsText(a.Then.Interruptions.Mean)
	switch {
	case now == then:
		return fmt.Sprintf("Each would be interrupted about %s times, as with nothing changed.", then)
	case by.High <= 0:
		return fmt.Sprintf("Each would be interrupted about %s times instead of %s (%s to %s fewer).", then, now, nightsText(-by.High), nightsText(-by.Low))
	case by.Low >= 0:
		return fmt.Sprintf("Each would be interrupted about %s times instead of %s (%s to %s more).", then, now, nightsText(by.Low), nightsText(by.High))
	}
	return fmt.Sprintf("Each would be interrupted about %s times instead of %s, which may be chance.", then, now)
}

// fewNights is how many broken nights of a person in a quarter are worth a sentence.
const fewNights = 0.5

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
	text := "The score would be about " + scoreText(*then)
	if a.Now.Figures != nil && a.Now.Score != nil {
		text += fmt.Sprintf(" instead of %s with nothing changed", scoreText(*a.Now.Score))
	}
	if a.Today != nil {
		text += fmt.Sprintf("; today's, of the last eight weeks, is %.0f", *a.Today)
	}
	text += "."
	if a.Then.Held != "" {
		text += fmt.Sprintf(" It is held down by %s, which no average may hide.", strings.ToLower(ComponentWords(a.Then.Held)))
	}
	return text
}

// scoreText writes a score with its range, where it has one.
func scoreText(e Expected) string {
	text := fmt.Sprintf("%.0f", e.Mean)
	if low, high := fmt.Sprintf("%.0f", e.Low), fmt.Sprintf("%.0f", e.High); low != high {
		text += fmt.Sprintf(" (%s to %s)", low, high)
	}
	return text
}

// assumptions says what the answer rests on.
func (a *Answer) assumptions() []string {
	out := []string{
		fmt.Sprintf("Pages come as in the last %d weeks with somebody on call: whole weeks happen again, two at a time, in %d quarters that were drawn by chance. Each plan meets the same ones.", a.Past.Weeks, resamples),
		"Every page goes to whoever the plan has on the same level at that hour of that weekday, and takes as long as it did. A page to somebody who was not on call goes to whoever is called first.",
		"Both plans begin evenly, with nothing left over from before. Days off that are known and limits of single people hold, and who joins or leaves meanwhile is there for their part.",
		"The pulse, action items, toil and tickets stay as they are, though they would hardly do so: how people would feel nobody knows.",
	}
	if a.People > 0 {
		out = append(out, "The new people are full time, live in the team's zone, know everything, and have settled in.")
	}
	if a.OneIn > 0 {
		out = append(out, fmt.Sprintf("The limit of one week in %d takes the place of the team's limits on time on call; all others hold.", a.OneIn))
	}
	if q := a.Second; q != nil {
		text := "Whoever stands behind is as long on call as whoever is called first, takes the same turns, and gets none of the pages: what they cost is being there."
		if *q > 0 {
			text = fmt.Sprintf("Whoever stands behind takes the same turns, and gets %d of a hundred pages in place of whoever is called first: how they really share is theirs to agree.", *q)
		}
		out = append(out, text)
	}
	if a.Without != "" {
		out = append(out, fmt.Sprintf("Everything that %q paged for is gone and nothing takes its place.", a.Without))
	}
	return out
}
