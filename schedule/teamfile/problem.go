package teamfile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"watchbill/schedule"
)

// A Problem is something wrong, or in a warning something odd, at one place of a
// team file.
type Problem struct {
	Line, Column int    // from one
	Path         string // people[2].zone; empty when the file is not YAML
	Reason       string // what is wrong and what would be right
}

// An Error is everything that is wrong with a team file, in its order.
type Error struct {
	Name     string // of the file
	Problems []Problem
	source   []string // lines
}

// Error lists the problems, one a line: "payments.yaml:14:9: people[2].zone: …".
func (e *Error) Error() string {
	var lines []string
	for _, p := range e.Problems {
		lines = append(lines, p.line(e.Name))
	}
	return strings.Join(lines, "\n")
}

// Pretty lists the problems, each with its line of the file and a mark below
// where it is.
func (e *Error) Pretty() string {
	var b strings.Builder
	for _, p := range e.Problems {
		fmt.Fprintln(&b, p.line(e.Name))
		if p.Line < 1 || p.Line > len(e.source) {
			continue
		}
		text := strings.ReplaceAll(e.source[p.Line-1], "\t", " ")
		if len(text) > 200 {
			continue // a mark would not be found
		}
		number := fmt.Sprintf("%5d", p.Line)
		fmt.Fprintf(&b, "%s | %s\n", number, text)
		fmt.Fprintf(&b, "%s | %s^\n", strings.Repeat(" ", len(number)), strings.Repeat(" ", max(0, p.Column-1)))
	}
	return b.String()
}

func (p Problem) line(name string) string {
	if p.Path == "" {
		return fmt.Sprintf("%s:%d:%d: %s", name, p.Line, p.Column, p.Reason)
	}
	return fmt.Sprintf("%s:%d:%d: %s: %s", name, p.Line, p.Column, p.Path, p.Reason)
}

func sorted(problems []Problem) []Problem {
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return slices.Compact(problems)
}

// didYouMean proposes the known word nearest to a mistyped one.
func didYouMean(word string, known []string) string {
	best := schedule.Nearest(word, known)
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}
