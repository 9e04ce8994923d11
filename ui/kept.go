package ui

import (
	"time"

	"watchbill/health"
)

// KeptPage is the page "kept": what is kept for how long, and what was removed.
type KeptPage struct {
	Frame
	Rows   []KeptRow
	Lately []RemovedDay // the newest first
	Days   int          // of which Lately tells
}

// KeptRow is something that is kept.
type KeptRow struct {
	What    string
	Long    string // for how long; empty: until somebody removes it
	Note    string
	Before  time.Time // what is older is removed; zero: it does not go by that
	Removed int
	Last    time.Time // when some was removed; zero: never
}

// RemovedDay is what was removed on a day.
type RemovedDay struct {
	Day   time.Time
	Lines []RemovedLine
}

// RemovedLine is how much of something was removed, and how old it was.
type RemovedLine struct {
	Text  string
	Older time.Time
}

// removedWords are what is removed, one and many of it.
var removedWords = map[string][2]string{
	health.RemovedPages: {"page", "pages"}, health.RemovedEvents: {"event", "events"}, health.RemovedSayings: {"word of a page", "words of pages"},
	health.RemovedDays: {"measured day of somebody", "measured days of people"}, health.RemovedWaves: {"survey", "surveys"},
	health.RemovedRounds: {"result of all teams", "results of all teams"}, health.RemovedReviews: {"weekly review", "weekly reviews"}, health.RemovedAsked: {"early warning", "early warnings"},
	health.RemovedScores: {"score", "scores"},
}

// Fill takes over what is kept.
func (p *KeptPage) Fill(k *health.Keepings) {
	for i := range k.Kept {
		x := &k.Kept[i]
		row := KeptRow{What: x.What, Long: x.Long, Note: x.Note, Before: x.Before, Removed: x.Removed}
		if !x.Last.IsZero() {
			row.Last = noon(x.Last)
		}
		p.Rows = append(p.Rows, row)
	}
	for i := range k.Lately {
		r := &k.Lately[i]
		day := noon(r.Day)
		if n := len(p.Lately); n == 0 || !p.Lately[n-1].Day.Equal(day) {
			p.Lately = append(p.Lately, RemovedDay{Day: day})
		}
		last := &p.Lately[len(p.Lately)-1]
		words := removedWords[r.Kind]
		last.Lines = append(last.Lines, RemovedLine{Text: plural(r.N, words[0], words[1]), Older: r.Older})
	}
}
