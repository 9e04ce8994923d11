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
	con := &console{err: &err, errTerminal: true, errWidth: 120, now: func() time.Time { return at }}
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

// A line that wraps could not be written again: what does not fit is left out.
func TestProgressFitsTheTerminal(t *testing.T) {
	p := roster.Progress{Share: 0.5, Terms: []roster.Term{
		{Term: roster.TermUncovered}, {Term: roster.TermMaxDev, Value: 30913, Bound: 21913},
	}}
	for cells, want := range map[int]string{
		100: " 50 % · 0 unfilled · largest deviation 30.913 (at best 21.913) · Ctrl-C takes the best so far",
		79:  " 50 % · 0 unfilled · largest deviation 30.913 (at best 21.913)",
		59:  " 50 % · 0 unfilled · Ctrl-C takes the best so far",
		20:  " 50 % · 0 unfilled",
		5:   " 50 %",
	} {
		if got := progressText(p, cells); got != want {
			t.Errorf("in %d cells %q, want %q", cells, got, want)
		}
	}
}

func TestNoProgressWhenNobodyIsLooking(t *testing.T) {
	if line := newProgressLine(&console{}); line.report() != nil {
		t.Error("progress without a terminal")
	}
}
