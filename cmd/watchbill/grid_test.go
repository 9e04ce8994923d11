package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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
		g.write(&b, palette{}, test.width)
		if diff := cmp.Diff(strings.TrimPrefix(test.want, "\n"), b.String()); diff != "" {
			t.Errorf("in %d cells (-want +got):\n%s", test.width, diff)
		}
	}
}

func TestTextWidth(t *testing.T) {
	for s, want := range map[string]int{"": 0, "Zoë": 3, "Zoe\u0308": 3, "田中": 4, "Ana–Ben": 7} {
		if got := textWidth(s); got != want {
			t.Errorf("textWidth(%q) = %d, want %d", s, got, want)
		}
	}
}
