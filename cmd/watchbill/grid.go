package main

import (
	"slices"
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

// drop takes the column of a title out.
func (g *grid) drop(title string) {
	i := slices.IndexFunc(g.columns, func(c column) bool { return c.title == title })
	if i < 0 {
		return
	}
	g.columns = slices.Delete(g.columns, i, i+1)
	for y := range g.rows {
		g.rows[y].cells = slices.Delete(g.rows[y].cells, i, i+1)
	}
}

// write writes the grid as wide as the paper, if the longest words allow it.
func (g *grid) write(b *strings.Builder, on paper) {
	if g.least() > on.cells() {
		g.loosen()
	}
	widths := g.fit(on.cells())
	titles := make([]cell, len(g.columns))
	for i, c := range g.columns {
		titles[i] = cell{c.title, faint}
	}
	g.writeRow(b, on, widths, titles)
	for _, row := range g.rows {
		if row.apart {
			b.WriteByte('\n')
		}
		g.writeRow(b, on, widths, row.cells)
	}
}

// loosen lets words that belong on one line stand on several.
func (g *grid) loosen() {
	for y := range g.rows {
		for i := range g.rows[y].cells {
			if c := &g.rows[y].cells[i]; !g.columns[i].fixed {
				c.text = strings.ReplaceAll(c.text, noBreak, " ")
			}
		}
	}
}

// least returns how narrow the grid can be.
func (g *grid) least() int {
	total := 0
	for _, n := range g.fit(0) {
		total += n + columnGap
	}
	return total - columnGap
}

// longWord is the number of cells beyond which a word may be broken.
const longWord = 24

// fit returns the widths of the columns: what they need, taken from the widest
// that can give until the grid fits.
func (g *grid) fit(width int) []int {
	widths, least := make([]int, len(g.columns)), make([]int, len(g.columns))
	total := columnGap * (len(g.columns) - 1)
	for i, c := range g.columns {
		texts := []string{c.title}
		for _, row := range g.rows {
			texts = append(texts, row.cells[i].text)
		}
		for _, text := range texts {
			widths[i] = max(widths[i], textWidth(text))
			for word := range strings.SplitSeq(text, " ") {
				least[i] = max(least[i], min(textWidth(word), longWord))
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

func (g *grid) writeRow(b *strings.Builder, on paper, widths []int, cells []cell) {
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
			line.WriteString(strings.Repeat(" ", space+before) + on.paint(c.tone, text))
			space = after + columnGap
		}
		b.WriteString(line.String() + "\n")
	}
}

// wrap breaks a text at its spaces into lines of at most width, and a word that
// is longer than that and longWord where it must be. No-break spaces become
// spaces.
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
		for textWidth(line) > max(width, longWord) {
			head := cut(line, max(width, longWord))
			lines, line = append(lines, head), line[len(head):]
		}
	}
	lines = append(lines, line)
	for i := range lines {
		lines[i] = strings.Map(printed, lines[i])
	}
	return lines
}

// cut returns as much of the beginning of a text as is at most width wide, and
// marks that combine with its last letter.
func cut(text string, width int) string {
	end := 0
	for i := range text {
		if textWidth(text[:i]) > width {
			break
		}
		end = i
	}
	return text[:end]
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

// paragraph writes a text in lines as wide as the paper, the first after the
// prefix and the others as far in.
func paragraph(b *strings.Builder, on paper, t tone, prefix, text string) {
	indent := textWidth(prefix)
	for i, line := range wrap(text, on.cells()-indent) {
		if i > 0 {
			prefix = strings.Repeat(" ", indent)
		}
		b.WriteString(prefix + on.paint(t, line) + "\n")
	}
}

// glue keeps the words of a text on one line.
func glue(text string) string { return strings.ReplaceAll(text, " ", noBreak) }

// glueName keeps a name on one line unless it is very long.
func glueName(name string) string {
	if textWidth(name) > longWord {
		return name
	}
	return glue(name)
}
