package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func TestGridWrapsTheWidestColumnFirst(t *testing.T) {
	g := grid{columns: []column{{title: "week", fixed: true}, {title: "n", right: true}, {title: "notes"}}}
	g.add(cell{text: "a b"}, cell{text: "7"}, cell{text: "one two" + noBreak + "three four"})
	g.add(cell{text: ""}, cell{text: "12"}, cell{text: ""})
	for _, test := range []struct {
		width int
		want  string
	}{
		{40, `
week   n  notes
a b    7  one two three four
      12
`},
		{20, `
week   n  notes
a b    7  one
          two three
          four
      12
`},
	} {
		var b strings.Builder
		g.write(&b, paper{width: test.width})
		if diff := cmp.Diff(strings.TrimPrefix(test.want, "\n"), b.String()); diff != "" {
			t.Errorf("in %d cells (-want +got):\n%s", test.width, diff)
		}
	}
}

func TestGridDoesNotSteerTheTerminal(t *testing.T) {
	g := grid{columns: []column{{title: "Name"}}}
	g.add(cell{text: "\x1b[31mred\r\n\u009b2J"})
	var b strings.Builder
	g.write(&b, paper{width: 80})
	if got, want := b.String(), "Name\n\ufffd[31mred\ufffd\ufffd\ufffd2J\n"; got != want {
		t.Errorf("writes %q, want %q", got, want)
	}
}

func TestTextWidth(t *testing.T) {
	for s, want := range map[string]int{"": 0, "Zoë": 3, "Zoe\u0308": 3, "田中": 4, "Ana–Ben": 7} {
		if got := textWidth(s); got != want {
			t.Errorf("textWidth(%q) = %d, want %d", s, got, want)
		}
	}
}

// Whatever is in it, a grid fits when its words do, and loses none of them.
func TestGridKeepsEveryWord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringMatching(`[a-zë田]{1,6}(\x{a0}[a-z]{1,3})?`), 0, 9)
		g := grid{columns: make([]column, rapid.IntRange(1, 4).Draw(t, "columns"))}
		for i := range g.columns {
			g.columns[i].right = rapid.Bool().Draw(t, "right")
		}
		var want []string
		for range rapid.IntRange(1, 4).Draw(t, "rows") {
			row := make([]cell, len(g.columns))
			for i := range row {
				in := words.Draw(t, "words")
				row[i].text = strings.Join(in, " ")
				want = append(want, strings.FieldsFunc(row[i].text, func(r rune) bool { return r == ' ' || r == '\u00a0' })...)
			}
			g.add(row...)
		}
		var b strings.Builder
		g.write(&b, paper{width: 80})
		for line := range strings.SplitSeq(b.String(), "\n") {
			if textWidth(line) > 80 || strings.TrimRight(line, " ") != line {
				t.Errorf("line %q", line)
			}
		}
		got := strings.Fields(b.String())
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("words (-want +got):\n%s", diff)
		}
	})
}
