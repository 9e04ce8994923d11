package ui

import (
	"fmt"
	"time"

	"watchbill/health"
)

// DiaryPage is the page "diary": what the reader keeps of their shifts, for themselves.
type DiaryPage struct {
	Frame
	Shifts []DiaryAsk  // shifts that ended and were not written about
	List   []DiaryLine // the latest first
	Trend  []string    // sentences
	Asks   bool        // it asks after shifts
	Lost   bool        // its key is missing
	Days   int         // how long a shift is asked about
}

// DiaryAsk is a shift with the buttons of the first tap: POST /diary with team rotation
// start (seconds) and disruptive.
type DiaryAsk struct {
	Team     int64
	Rotation string
	Start    int64
	Shown    string // "Primary"
	TeamName string
	From, To time.Time
	Words    []DiaryWord
}

// DiaryWord is what a button says.
type DiaryWord struct {
	Value, Word string
	On          bool
}

// DiaryLine is a shift that was written about.
type DiaryLine struct {
	ID         string
	Shift      string
	TeamName   string // empty: one that the reader is no longer in
	From, To   time.Time
	Disruptive string
	Strong     bool // it was very disruptive or more
	Change     string
	Note       string
}

// DiaryEntryPage is the page "diaryentry": the second tap, and what else belongs to one
// shift. POST /diary/{entry} with disruptive, change or note.
type DiaryEntryPage struct {
	Frame
	Line    DiaryLine
	Fresh   bool // the first tap was just made
	Words   []DiaryWord
	Changes []DiaryWord
	Note    Field
	Share   string // what the team would read; empty: there is no hand-over to write into
}

var disruptiveWords = []string{"", "Not at all", "A little", "Somewhat", "Very", "Extremely"}

var changeWords = map[string]string{
	"nothing": "Nothing", "alerts": "Fewer noisy alerts", "runbook": "Better runbooks", "help": "Quicker help",
	"rest": "More rest after it", "length": "Shorter shifts", "notice": "To know shifts earlier",
}

func disruptiveButtons(is int) []DiaryWord {
	var all []DiaryWord
	for n := 1; n <= health.MostDisrupting; n++ {
		all = append(all, DiaryWord{fmt.Sprint(n), disruptiveWords[n], n == is})
	}
	return all
}

func changeButtons(is string) []DiaryWord {
	var all []DiaryWord
	for _, c := range health.DiaryChanges {
		all = append(all, DiaryWord{c, changeWords[c], c == is})
	}
	return all
}

// trendWords say how the latest shifts were, beside those before.
func trendWords(t *health.DiaryTrend) []string {
	say := fmt.Sprintf("Of your last %d shifts none was very disruptive", t.Now)
	switch {
	case t.Disrupted == t.Now:
		say = fmt.Sprintf("All of your last %d shifts were very disruptive", t.Now)
	case t.Disrupted == 1:
		say = fmt.Sprintf("Of your last %d shifts one was very disruptive", t.Now)
	case t.Disrupted > 1:
		say = fmt.Sprintf("Of your last %d shifts %d were very disruptive", t.Now, t.Disrupted)
	}
	if t.Before > 0 {
		now, was := t.Disrupted*t.Before, t.DisruptedWas*t.Now
		how := "about as many as before"
		if now > was {
			how = "more than before"
		} else if now < was {
			how = "fewer than before"
		}
		say += fmt.Sprintf(": %s, when it was %d of %d", how, t.DisruptedWas, t.Before)
	}
	words := []string{say + "."}
	if t.Change != "" {
		words = append(words, fmt.Sprintf("What you said most often should change: %s, %d times.", lowerWord(changeWords[t.Change]), t.Times))
	}
	return words
}

// sharedWords are what the team reads of an entry that is put into the hand-over: the two
// taps, and never the note.
func sharedWords(e *health.DiaryEntry) string {
	say := fmt.Sprintf("How disruptive this shift was: %s.", lowerWord(disruptiveWords[e.Disruptive]))
	if e.Change != "" {
		say += fmt.Sprintf(" What should change: %s.", lowerWord(changeWords[e.Change]))
	}
	return say
}
