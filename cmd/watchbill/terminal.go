package main

import (
	"os"

	"golang.org/x/term"
)

// isTerminal reports whether a person sees what is written to f.
func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// widthOf returns how many cells a line of a terminal has, and zero when f is
// none.
func widthOf(f *os.File) int {
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// A tone is how a text is to stand out. What is said by a tone is always said in
// words too.
type tone int

const (
	plain tone = iota
	strong
	faint
	alarm
)

// paper is what a table is written on.
type paper struct {
	colour bool
	width  int // zero is as wide as a table gets
}

// A table takes no more cells of a line than are good to read, and no fewer than
// it can do with.
const (
	widestTable    = 100
	narrowestTable = 40
)

// cells returns how wide a table may be.
func (p paper) cells() int {
	if p.width == 0 {
		return widestTable
	}
	return p.width
}

// paper returns what standard output is: with colours only when a person is
// looking who has not asked for none.
func (c *console) paper() paper {
	p := paper{colour: c.outTerminal && c.getenv("NO_COLOR") == "" && c.getenv("TERM") != "dumb"}
	if c.outWidth > 0 {
		p.width = min(max(c.outWidth, narrowestTable), widestTable)
	}
	return p
}

func (p paper) paint(t tone, text string) string {
	if !p.colour || t == plain || text == "" {
		return text
	}
	start := map[tone]string{strong: "\x1b[1m", faint: "\x1b[2m", alarm: "\x1b[1;31m"}[t]
	return start + text + "\x1b[0m"
}
