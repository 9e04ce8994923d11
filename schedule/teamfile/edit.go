package teamfile

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
)

// ErrKeepText means that rules are written in a way that a form cannot change
// without touching more than it shows.
var ErrKeepText = errors.New("these rules are written in a way that a form cannot change without losing something; change their text")

// EditRules changes rules to say what a form says, and leaves everything else of
// their text as it is: comments, order, layout. A rotation is known by its place;
// one that is removed is left out of the form, one that is added stands at its end.
// Where that cannot be done, the error is ErrKeepText and nothing is lost.
func EditRules(rules string, to RulesText) (string, error) {
	rules = strings.ReplaceAll(rules, "\r\n", "\n")
	x, err := readRules(rules)
	if err != nil {
		return "", err
	}
	if x.text.equal(&to) {
		return rules, nil
	}
	e := &editor{rulesReader: x, lines: strings.Split(rules, "\n")}
	e.edit(&to)
	text := e.apply()
	// What was written is read again: no cleverness of the editor can lose a rule.
	if again, err := readRules(text); err != nil || !again.text.equal(&to) || e.failed {
		return "", ErrKeepText
	}
	return text, nil
}

// Named gives rules the name and the zone of a team, which are kept beside them.
// Rules that cannot be read are returned as they are.
func Named(rules, team, zone string) string {
	to, err := ReadRules(rules)
	if err != nil {
		return rules
	}
	to.Team, to.Zone = team, zone
	text, err := EditRules(rules, to)
	if err != nil {
		return rules
	}
	return text
}

// A pair is a key and its value in YAML on one line; an empty one is not written.
type pair struct{ key, value string }

// A place is a line and a byte in it, both from zero.
type place struct{ line, column int }

func (p place) before(q place) bool {
	return p.line < q.line || p.line == q.line && p.column < q.column
}

// A patch puts text in the place of [from, to).
type patch struct {
	from, to place
	text     string
}

// An editor collects patches of a text.
type editor struct {
	*rulesReader
	lines   []string
	patches []patch
	failed  bool // what was asked for needs more than patches
}

// apply makes the patches, from the end of the text to its beginning.
func (e *editor) apply() string {
	slices.SortStableFunc(e.patches, func(a, b patch) int {
		switch {
		case b.from.before(a.from):
			return -1
		case a.from.before(b.from):
			return 1
		}
		return 0
	})
	text := strings.Join(e.lines, "\n")
	offset := func(p place) int {
		at := 0
		for _, line := range e.lines[:p.line] {
			at += len(line) + 1
		}
		return min(at+p.column, len(text))
	}
	for _, p := range e.patches {
		from, to := offset(p.from), offset(p.to)
		if from > to || to > len(text) {
			e.failed = true
			return ""
		}
		text = text[:from] + p.text + text[to:]
	}
	return text
}

func (e *editor) edit(to *RulesText) {
	was := &e.text
	e.keys(e.root, []pair{{"team", quote(was.Team)}, {"zone", quote(was.Zone)}, {"holidays", several(was.Holidays)}, {"share_holidays", quote(was.ShareHolidays)}},
		[]pair{{"team", quote(to.Team)}, {"zone", quote(to.Zone)}, {"holidays", several(to.Holidays)}, {"share_holidays", quote(to.ShareHolidays)}})
	e.part("limits", e.limits, was.Limits.pairs(), to.Limits.pairs())
	e.part("points", e.points, was.Points.pairs(), to.Points.pairs())
	e.editRotations(to.Rotations)
}

// part changes the keys below a key of the file, which may not be there yet or any
// more.
func (e *editor) part(key string, n ast.Node, was, to []pair) {
	before, after := inline(was), inline(to)
	switch {
	case before == after:
	case n == nil || before == "":
		e.set(e.root, key, "{"+after+"}")
	case after == "":
		e.set(e.root, key, "")
	default:
		e.keys(n, was, to)
	}
}

// editRotations changes rotations at their places and adds new ones at the end; when
// there are fewer than before, those whose name is gone are removed.
func (e *editor) editRotations(to []RotationText) {
	was, next := e.text.Rotations, 0
	for i := range was {
		if len(to) < len(was) && (next == len(to) || to[next].Name != was[i].Name) {
			e.removeItem(i)
			continue
		}
		e.keys(e.rotations[i], was[i].pairs(), to[next].pairs())
		next++
	}
	for ; next < len(to); next++ {
		e.addItem(&to[next])
	}
}

// keys changes the values of a mapping that differ.
func (e *editor) keys(n ast.Node, was, to []pair) {
	for i := range to {
		if was[i].value != to[i].value {
			e.set(n, to[i].key, to[i].value)
		}
	}
}

// values returns the keys of a mapping, and whether it is written in braces.
func values(n ast.Node) (all []*ast.MappingValueNode, flow, ok bool) {
	switch v := n.(type) {
	case *ast.MappingNode:
		return v.Values, v.IsFlowStyle, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{v}, v.IsFlowStyle, true
	}
	return nil, false, false // an alias or an anchor: it may be used elsewhere too
}

// set changes, adds or removes a key of a mapping.
func (e *editor) set(n ast.Node, key, value string) {
	all, flow, ok := values(n)
	if !ok || len(all) == 0 {
		e.failed = true
		return
	}
	at := slices.IndexFunc(all, func(v *ast.MappingValueNode) bool { return v.Key.GetToken().Value == key })
	switch {
	case at < 0 && value != "":
		e.add(all, flow, key+": "+value)
	case at < 0:
	case value == "":
		e.remove(all, at, flow)
	default:
		from, to := e.value(all[at], flow)
		e.patches = append(e.patches, patch{from, to, " " + value})
	}
}

// at is where a node begins. The parser counts letters, and patches count bytes.
func (e *editor) at(n ast.Node) place {
	p := n.GetToken().Position
	line, column := e.lines[p.Line-1], 0
	for range p.Column - 1 {
		_, size := utf8.DecodeRuneInString(line[column:])
		column += size
	}
	return place{p.Line - 1, column}
}

// value finds the value of a key: from behind the colon to its end, without blanks
// and comments that follow.
func (e *editor) value(v *ast.MappingValueNode, flow bool) (from, to place) {
	from = e.at(v.Key)
	line := e.lines[from.line]
	colon := strings.Index(line[min(from.column, len(line)):], ":")
	if colon < 0 || strings.ContainsAny(line[from.column:from.column+colon], `"'?&*!`) {
		e.failed = true
		return from, from
	}
	from.column += colon + 1
	rest := line[from.column:]
	start := from
	start.column += len(rest) - len(strings.TrimLeft(rest, " "))
	switch text := strings.TrimLeft(rest, " "); {
	case text == "" || text[0] == '#':
		// The value stands below, further in; a list may stand below its key.
		e.failed = e.failed || text != "" // a comment would be between the key and its value
		return from, e.below(e.at(v.Key), from)
	case strings.ContainsAny(text[:1], "|>&*!"):
		e.failed = true
		return from, from
	}
	return from, e.ends(start, flow)
}

// below finds the end of the lines that belong to a key.
func (e *editor) below(key, from place) place {
	end := place{from.line, len(e.lines[from.line])}
	for i := from.line + 1; i < len(e.lines); i++ {
		text := strings.TrimLeft(e.lines[i], " ")
		indent := len(e.lines[i]) - len(text)
		switch {
		case text == "" || text[0] == '#':
			continue // belongs to what follows, whatever that is
		case indent > key.column || indent == key.column && strings.HasPrefix(text, "- "):
			end = place{i, len(strings.TrimRight(e.lines[i], " "))}
		default:
			return end
		}
	}
	return end
}

// ends finds the end of a value that begins at a place: of brackets, of quotes, or of
// plain text on one line.
func (e *editor) ends(start place, flow bool) place {
	depth := 0
	for p := start; p.line < len(e.lines); p = (place{p.line + 1, 0}) {
		line := e.lines[p.line]
		for p.column < len(line) {
			c := line[p.column]
			switch {
			case c == '"' || c == '\'':
				n := closing(line[p.column:])
				if n < 0 {
					e.failed = true
					return start
				}
				p.column += n
				if depth == 0 && p.line == start.line && line[start.column] == c {
					return p
				}
				continue
			case depth == 0 && stops(line, p.column, flow):
				return place{p.line, len(strings.TrimRight(line[:p.column], " "))}
			case c == '#' && line[max(0, p.column-1)] == ' ':
				p.column = len(line)
				continue
			}
			if depth += deeper(c); depth == 0 && deeper(c) < 0 {
				return place{p.line, p.column + 1}
			}
			p.column++
		}
		if depth == 0 {
			return place{p.line, len(strings.TrimRight(line, " "))}
		}
	}
	e.failed = true
	return start
}

// deeper says how a letter changes how many brackets are open.
func deeper(c byte) int {
	switch c {
	case '[', '{':
		return 1
	case ']', '}':
		return -1
	}
	return 0
}

// stops says whether plain text ends before a letter: at a comment or, in brackets, at
// what divides them.
func stops(line string, at int, flow bool) bool {
	c := line[at]
	return c == '#' && at > 0 && line[at-1] == ' ' || flow && (c == ',' || c == '}' || c == ']')
}

// closing returns the length of the quoted text that a line begins with, and -1 when
// it does not end on the line.
func closing(line string) int {
	for i := 1; i < len(line); i++ {
		switch {
		case line[0] == '"' && line[i] == '\\':
			i++
		case line[i] == line[0]:
			if line[0] == '\'' && i+1 < len(line) && line[i+1] == '\'' {
				i++
				continue
			}
			return i + 1
		}
	}
	return -1
}

// add writes a key behind the last one of a mapping.
func (e *editor) add(all []*ast.MappingValueNode, flow bool, text string) {
	last := all[len(all)-1]
	_, end := e.value(last, flow)
	if flow {
		e.patches = append(e.patches, patch{end, end, ", " + text})
		return
	}
	end.column = len(e.lines[end.line]) // behind a comment
	column := e.at(last.Key).column
	e.patches = append(e.patches, patch{end, end, "\n" + strings.Repeat(" ", column) + text})
}

// remove takes a key out of a mapping, which keeps at least one.
func (e *editor) remove(all []*ast.MappingValueNode, i int, flow bool) {
	_, end := e.value(all[i], flow)
	from := e.at(all[i].Key)
	switch {
	case len(all) == 1:
		e.failed = true
	case flow && i > 0:
		_, from = e.value(all[i-1], flow)
		e.patches = append(e.patches, patch{from, end, ""})
	case flow:
		e.patches = append(e.patches, patch{from, e.at(all[1].Key), ""})
	case i == 0 && strings.TrimLeft(e.lines[from.line][:from.column], " ") != "":
		e.failed = true // behind the dash of a list stands a name, which stays
	default:
		// The whole lines; comments above may be about more than this key, and stay.
		e.patches = append(e.patches, patch{place{from.line, 0}, place{end.line + 1, 0}, ""})
	}
}

// itemStart finds the dash of a rotation in a list over several lines.
func (e *editor) itemStart(i int) (place, bool) {
	all, _, ok := values(e.rotations[i])
	if !ok || len(all) == 0 {
		return place{}, false
	}
	first := e.at(all[0].Key)
	line := e.lines[first.line]
	dash := strings.LastIndex(line[:min(first.column, len(line))], "- ")
	if dash < 0 || strings.TrimSpace(line[:dash]) != "" {
		return first, false
	}
	return place{first.line, dash}, true
}

// removeItem takes a rotation out of the list, with the comments right above it.
func (e *editor) removeItem(i int) {
	start, ok := e.itemStart(i)
	if !ok || len(e.rotations) == 1 {
		e.failed = true
		return
	}
	end := e.below(start, start)
	for ; start.line > 0; start.line-- {
		text := e.lines[start.line-1]
		if trimmed := strings.TrimLeft(text, " "); !strings.HasPrefix(trimmed, "#") || len(text)-len(trimmed) != start.column {
			break
		}
	}
	// Items of the same list begin at the same place: this one ends before the next.
	if i+1 < len(e.rotations) {
		if next, ok := e.itemStart(i + 1); ok && next.line <= end.line {
			end.line = next.line - 1
			for end.line > start.line && comment.MatchString(e.lines[end.line]) {
				end.line--
			}
		}
	}
	e.patches = append(e.patches, patch{place{start.line, 0}, place{end.line + 1, 0}, ""})
}

// comment is a line without a value.
var comment = regexp.MustCompile(`^\s*(#.*)?$`)

// addItem writes a rotation behind the last one.
func (e *editor) addItem(r *RotationText) {
	if len(e.rotations) == 0 {
		e.failed = true
		return
	}
	last := len(e.rotations) - 1
	start, ok := e.itemStart(last)
	if !ok {
		e.failed = true
		return
	}
	end := e.below(start, start)
	end.column = len(e.lines[end.line])
	e.patches = append(e.patches, patch{end, end, "\n" + strings.TrimRight(r.item(strings.Repeat(" ", start.column)), "\n")})
}

// inline writes pairs in a row, without the empty ones.
func inline(pairs []pair) string {
	var parts []string
	for _, p := range pairs {
		if p.value != "" {
			parts = append(parts, p.key+": "+p.value)
		}
	}
	return strings.Join(parts, ", ")
}

// several writes a list: one value alone, more in brackets.
func several(list []string) string {
	if len(list) == 1 {
		return quote(list[0])
	}
	var parts []string
	for _, s := range list {
		parts = append(parts, quoteItem(s))
	}
	if len(parts) == 0 {
		return ""
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// quoteItem is quote for an item in brackets, where a colon could be taken for that
// of a key.
func quoteItem(s string) string {
	if q := quote(s); q != s || !strings.Contains(s, ":") {
		return q
	}
	return "'" + s + "'"
}

// bare is text that means itself in YAML, wherever it stands.
var bare = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 ./+%_:-]*$`)

// quote writes a value so that it is read as it is.
func quote(s string) string {
	if s == "" || bare.MatchString(s) && !strings.Contains(s, ": ") && !strings.HasSuffix(s, ":") && strings.TrimSpace(s) == s {
		return s
	}
	return "'" + strings.ReplaceAll(strings.NewReplacer("\n", " ", "\r", " ").Replace(s), "'", "''") + "'"
}
