package main

import (
	"strings"
	"unicode"
)

// A grid is a table of text with a heading. Columns are as wide as what is in
// them, and narrower with the text on more lines when the grid would not fit.
type grid struct {
	columns []column
	rows    []gridRow
}

type column struct {
	title string
	right bool // numbers
	fixed bool // never narrower than what is in it
}

type gridRow struct {
	cells []cell
	apart bool // an empty line stands before it
}

// A cell is a text of words. Words that belong on one line have a no-break space
// between them.
type cell struct {
	text string
	tone tone
}

const (
	columnGap = 2
	noBreak   = "\u00a0"
)

func (g *grid) add(cells ...cell) { g.rows = append(g.rows, gridRow{cells: cells}) }

// write writes the grid in at most width cells of a terminal, if the longest
// words allow it.
func (g *grid) write(b *strings.Builder, ink palette, width int) {
	widths := g.fit(width)
	titles := make([]cell, len(g.columns))
	for i, c := range g.columns {
		titles[i] = cell{c.title, faint}
	}
	g.writeRow(b, ink, widths, titles)
	for _, row := range g.rows {
		if row.apart {
			b.WriteByte('\n')
		}
		g.writeRow(b, ink, widths, row.cells)
	}
}

// fit returns the widths of the columns: what they need, taken from the widest
// that can give until the grid fits.
func (g *grid) fit(width int) []int {
	widths, least := make([]int, len(g.columns)), make([]int, len(g.columns))
	total := columnGap * (len(g.columns) - 1)
	for i, c := range g.columns {
		widths[i] = textWidth(c.title)
		least[i] = widths[i]
		for _, row := range g.rows {
			widths[i] = max(widths[i], textWidth(row.cells[i].text))
			for word := range strings.SplitSeq(row.cells[i].text, " ") {
				least[i] = max(least[i], textWidth(word))
			}
		}
		if c.fixed {
			least[i] = widths[i]
		}
		total += widths[i]
	}
	for ; total > width; total-- {
		widest := -1
		for i := range widths {
			if widths[i] > least[i] && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
	}
	return widths
}

func (g *grid) writeRow(b *strings.Builder, ink palette, widths []int, cells []cell) {
	lines, height := make([][]string, len(cells)), 1
	for i, c := range cells {
		lines[i] = wrap(c.text, widths[i])
		height = max(height, len(lines[i]))
	}
	for y := range height {
		var line strings.Builder
		space := 0 // owed before the next text; never written at the end of a line
		for i, c := range cells {
			text := ""
			if y < len(lines[i]) {
				text = lines[i][y]
			}
			if text == "" {
				space += widths[i] + columnGap
				continue
			}
			before, after := 0, widths[i]-textWidth(text)
			if g.columns[i].right {
				before, after = after, 0
			}
			line.WriteString(strings.Repeat(" ", space+before) + ink.paint(c.tone, text))
			space = after + columnGap
		}
		b.WriteString(line.String() + "\n")
	}
}

// wrap breaks a text at its spaces into lines of at most width, or one word, and
// turns no-break spaces into spaces.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.SplitSeq(text, " ") {
		if line != "" && textWidth(line)+1+textWidth(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	lines = append(lines, line)
	for i := range lines {
		lines[i] = strings.Map(printed, lines[i])
	}
	return lines
}

// printed is how a letter of a text appears: a no-break space as a space, and
// what would steer the terminal as a mark that something is there.
func printed(r rune) rune {
	switch {
	case string(r) == noBreak:
		return ' '
	case unicode.IsControl(r):
		return unicode.ReplacementChar
	}
	return r
}

// paragraph writes a text in lines of at most tableWidth, the first after the
// prefix and the others as far in.
func paragraph(b *strings.Builder, ink palette, t tone, prefix, text string) {
	indent := textWidth(prefix)
	for i, line := range wrap(text, tableWidth-indent) {
		if i > 0 {
			prefix = strings.Repeat(" ", indent)
		}
		b.WriteString(prefix + ink.paint(t, line) + "\n")
	}
}

// glue keeps the words of a text on one line.
func glue(text string) string { return strings.ReplaceAll(text, " ", noBreak) }
