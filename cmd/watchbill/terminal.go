package main

import (
	"os"

	"golang.org/x/term"
)

// isTerminal reports whether a person sees what is written to f.
func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
