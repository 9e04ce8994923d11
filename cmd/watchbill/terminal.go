package main

import (
	"os"

	"golang.org/x/term"
)

// isTerminal reports whether a person sees what is written to f.
func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// A tone is how a text is to stand out. What is said by a tone is always said in
// words too.
type tone int

const (
	plain tone = iota
	strong
	faint
	alarm
)

// A palette colours text, or does not.
type palette struct{ on bool }

// ink returns the palette for what is written to standard output: colours only
// when a person is looking who has not asked for none.
func (c *console) ink() palette {
	return palette{c.outTerminal && c.getenv("NO_COLOR") == "" && c.getenv("TERM") != "dumb"}
}

func (p palette) paint(t tone, text string) string {
	if !p.on || t == plain || text == "" {
		return text
	}
	start := map[tone]string{strong: "\x1b[1m", faint: "\x1b[2m", alarm: "\x1b[1;31m"}[t]
	return start + text + "\x1b[0m"
}
