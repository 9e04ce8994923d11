package main

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"watchbill/schedule/roster"
)

// A progressLine tells a person at a terminal how a long solve is going, on one
// line of standard error that it writes again and again. Others see nothing.
type progressLine struct {
	con   *console
	start time.Time
	mu    sync.Mutex
	last  time.Time
	shown int // runes on the line now
}

// A solve that is over before this long needs no progress.
const quiet = 500 * time.Millisecond

// newProgressLine returns nil when nobody is looking.
func newProgressLine(con *console) *progressLine {
	if !con.errTerminal {
		return nil
	}
	return &progressLine{con: con, start: con.now()}
}

// report is nil when nobody is looking, as roster.Options takes it.
func (l *progressLine) report() func(roster.Progress) {
	if l == nil {
		return nil
	}
	return l.show
}

func (l *progressLine) show(p roster.Progress) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.con.now()
	if now.Sub(l.start) < quiet || now.Sub(l.last) < quiet/5 {
		return
	}
	l.last = now
	width := l.con.errWidth
	if width == 0 {
		width = 80
	}
	l.write(progressText(p, width-1))
}

// clear removes the line so that a message can take its place.
func (l *progressLine) clear() {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.shown > 0 {
		l.write("")
		fmt.Fprint(l.con.err, "\r")
	}
}

func (l *progressLine) write(text string) {
	n := len([]rune(text))
	fmt.Fprintf(l.con.err, "\r%s%s", text, strings.Repeat(" ", max(0, l.shown-n)))
	l.shown = n
}

// progressText says what has been found, as much of it as fits into so many cells:
// a line that wraps could not be written again.
func progressText(p roster.Progress, cells int) string {
	parts := []string{fmt.Sprintf("%3.0f %%", 100*p.Share)}
	for _, t := range p.Terms {
		switch t.Term {
		case roster.TermUncovered:
			parts = append(parts, fmt.Sprintf("%d unfilled", t.Value)+atBest(t, fmt.Sprint(t.Bound)))
		case roster.TermMaxDev:
			parts = append(parts, "largest deviation "+milli(t.Value)+atBest(t, milli(t.Bound)))
		}
	}
	parts = append(parts, "Ctrl-C takes the best so far")
	line := parts[0]
	for _, part := range parts[1:] {
		if longer := line + " · " + part; textWidth(longer) <= cells {
			line = longer
		}
	}
	return line
}

// atBest says what a term could still come to, when that is less.
func atBest(t roster.Term, bound string) string {
	if t.Bound >= t.Value {
		return ""
	}
	return " (at best " + bound + ")"
}
