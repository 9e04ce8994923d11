package teamfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// A Flat is a file of keys with values, read with the care of a team file: the
// configuration of the program.
type Flat struct {
	Entries []Entry // as the file has them

	name  string
	lines []string
	r     *reader
}

// An Entry is a key of a Flat, where its value stands, and the value: a string for a
// single value, true or false for what is that without quotes, a []any of strings for a
// list, a map[string]any of strings for keys with values, nil for nothing.
type Entry struct {
	Key          string
	Value        any
	Line, Column int // of the value, from one
}

// ParseFlat reads a file that may have the given keys; name is used in messages, and kind
// is what they call such a file, like "a configuration". What is wrong is found with Err.
func ParseFlat(name, kind string, src []byte, keys []string) *Flat {
	src = even(src)
	f := &Flat{name: name, lines: strings.Split(string(src), "\n"), r: newReader(kind)}
	root := f.r.parse(src)
	if _, nothing := root.(*ast.CommentGroupNode); nothing || root == nil || len(f.r.problems) > 0 {
		return f // a file with comments alone says nothing
	}
	fields := map[string]field{}
	for _, key := range keys {
		fields[key] = func(n ast.Node, path string) { f.add(key, n, path) }
	}
	f.r.mapping(root, "", fields)
	return f
}

// add notes the value of a key.
func (f *Flat) add(key string, n ast.Node, path string) {
	e := Entry{Key: key}
	e.Line, e.Column = position(n)
	switch v := f.r.resolve(n).(type) {
	case nil, *ast.NullNode:
	case *ast.BoolNode:
		e.Value = v.Value
	case *ast.SequenceNode:
		all := make([]any, 0, len(v.Values))
		for i, x := range v.Values {
			text, ok := f.r.scalar(x, fmt.Sprintf("%s[%d]", path, i), "a text")
			if !ok {
				return
			}
			all = append(all, text)
		}
		e.Value = all
	case *ast.MappingNode, *ast.MappingValueNode:
		all := map[string]any{}
		whole := true
		f.r.pairs(n, path, [2]string{"name", "value"}, func(at, _ ast.Node, key, text string) {
			if _, twice := all[key]; twice {
				f.r.fail(at, path, "%q is there twice; keep one", key)
				whole = false
			}
			all[key] = text
		})
		if !whole {
			return
		}
		e.Value = all
	default:
		text, ok := f.r.scalar(n, path, "a value")
		if !ok {
			return
		}
		e.Value = text
	}
	f.Entries = append(f.Entries, e)
}

// Refuse notes that something is wrong with an entry.
func (f *Flat) Refuse(e Entry, reason string) {
	f.r.problems = append(f.r.problems, Problem{e.Line, e.Column, e.Key, reason})
}

// Err returns everything that is wrong, an *Error; nil when nothing is.
func (f *Flat) Err() error {
	if len(f.r.problems) == 0 {
		return nil
	}
	return &Error{Name: f.name, Problems: sorted(slices.Clone(f.r.problems)), source: f.lines}
}
