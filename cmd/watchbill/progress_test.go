package main

import (
	"strings"
	"testing"
	"time"

	"watchbill/schedule/roster"
)

func TestProgressIsOneLineThatIsTakenAway(t *testing.T) {
	var err strings.Builder
	at := time.Unix(0, 0)
	con := &console{err: &err, errTerminal: true, now: func() time.Time { return at }}
	line := newProgressLine(con)

	terms := []roster.Term{{Term: roster.TermUncovered, Value: 3, Bound: 2}, {Term: roster.TermMaxDev, Value: 12500, Bound: 4000}}
	line.show(roster.Progress{Share: 0.1, Terms: terms})
	if err.Len() > 0 {
		t.Errorf("a solve that may be over soon shows %q", err.String())
	}
	at = at.Add(time.Second)
	line.show(roster.Progress{Share: 0.25, Terms: terms})
	const want = "\r 25 % · 3 unfilled (at best 2) · largest deviation 12.5 (at best 4) · Ctrl-C takes the best so far"
	if got := err.String(); got != want {
		t.Errorf("shows %q\n want %q", got, want)
	}
	line.show(roster.Progress{Share: 0.26, Terms: terms})
	if got := err.String(); got != want {
		t.Errorf("shows %q right after", got)
	}

	line.clear()
	screen := strings.Split(err.String(), "\r")
	if last := screen[len(screen)-2]; strings.TrimSpace(last) != "" || textWidth(last) != textWidth(want)-1 {
		t.Errorf("leaves %q behind", last)
	}
}

func TestNoProgressWhenNobodyIsLooking(t *testing.T) {
	if line := newProgressLine(&console{}); line.report() != nil {
		t.Error("progress without a terminal")
	}
}
