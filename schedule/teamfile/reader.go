package teamfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// A reader walks the YAML tree and collects what is wrong.
type reader struct {
	problems []Problem
	warnings []Problem
	anchors  map[string]ast.Node         // while linking: what a name stands for so far
	targets  map[*ast.AliasNode]ast.Node // what each alias stands for
	nodes    int
	depth    int
	stopped  bool   // the file is too large to read on
	kind     string // of file: "a team file"
}

func newReader(kind string) *reader {
	return &reader{anchors: map[string]ast.Node{}, targets: map[*ast.AliasNode]ast.Node{}, kind: kind}
}

// ofTeam is what a file with a team is called.
const ofTeam = "a team file"

// parse returns the tree's root, or nil when the source is not YAML.
func (r *reader) parse(src []byte) (root ast.Node) {
	at := func(line, column int, format string, args ...any) {
		r.problems = append(r.problems, Problem{Line: line, Column: column, Reason: fmt.Sprintf(format, args...)})
	}
	if len(src) > maxBytes {
		at(1, 1, "the file has %d bytes; %s has at most %d", len(src), r.kind, maxBytes)
		return nil
	}
	defer func() {
		// The parser is somebody else's, and a file can come from anywhere.
		if recover() != nil {
			at(1, 1, "this cannot be read as YAML")
			root = nil
		}
	}()
	tokens := lexer.Tokenize(string(src))
	if t := tooDeep(tokens); t != nil {
		at(t.Position.Line, t.Position.Column, "nested deeper than %d; %s is flatter", maxDepth, r.kind)
		return nil
	}
	if t := tooMany(tokens); t != nil {
		at(t.Position.Line, t.Position.Column, "more than %d keys in one place; %s has fewer", maxKeys, r.kind)
		return nil
	}
	// A key that is there twice is ours to report, with everything else.
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		var syntax *yaml.SyntaxError
		if errors.As(err, &syntax) && syntax.GetToken() != nil && syntax.GetToken().Position != nil {
			p := syntax.GetToken().Position
			at(p.Line, p.Column, "not YAML: %s", syntaxReason(syntax.GetMessage()))
		} else {
			at(1, 1, "not YAML: %v", firstLine(err.Error()))
		}
		return nil
	}
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if root != nil {
			line, column := position(doc.Body)
			at(line, column, "a second document; %s is one", r.kind)
			return nil
		}
		root = doc.Body
	}
	r.link(root, 0)
	if root == nil && r.kind == ofTeam {
		at(1, 1, "the file is empty; begin with \"team:\" and its name")
	}
	return root
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

func position(n ast.Node) (line, column int) {
	var t *token.Token
	switch n := n.(type) {
	case *ast.MappingNode:
		if len(n.Values) > 0 {
			t = n.Values[0].Key.GetToken()
		}
	case *ast.MappingValueNode:
		t = n.Key.GetToken()
	}
	if t == nil && n != nil {
		t = n.GetToken()
	}
	if t == nil || t.Position == nil {
		return 1, 1
	}
	return t.Position.Line, t.Position.Column
}

func (r *reader) fail(n ast.Node, path, format string, args ...any) {
	line, column := position(n)
	r.problems = append(r.problems, Problem{line, column, path, fmt.Sprintf(format, args...)})
}

func (r *reader) warn(n ast.Node, path, format string, args ...any) {
	line, column := position(n)
	r.warnings = append(r.warnings, Problem{line, column, path, fmt.Sprintf(format, args...)})
}

// A field reads the value of one key.
type field func(n ast.Node, path string)

// mapping reads keys and values; an unknown key is an error. It says whether
// there was a mapping, and returns the keys that it had.
func (r *reader) mapping(n ast.Node, path string, fields map[string]field) (keys map[string]ast.Node, ok bool) {
	var values []*ast.MappingValueNode
	switch v := r.resolve(n).(type) {
	case *ast.MappingNode:
		values = v.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{v}
	default:
		hint := ""
		if s, ok := v.(*ast.StringNode); ok && strings.Contains(s.Value, ":") {
			hint = ", with a space after the colon"
		}
		r.fail(n, path, "this should be keys and values, one a line%s", hint)
		return nil, false
	}
	if r.depth++; r.depth > maxDepth {
		r.fail(n, path, "nested too deeply")
		return nil, false
	}
	defer func() { r.depth-- }()
	keys = map[string]ast.Node{}
	for _, v := range values {
		if r.full() {
			return keys, false
		}
		key := v.Key.GetToken().Value
		if key == "<<" {
			r.fail(v, path, "\"<<\" is not read; write the keys here, or give a whole value an &anchor and repeat it with *anchor")
			continue
		}
		if _, twice := keys[key]; twice {
			r.fail(v, path, "%q is there twice; keep one", key)
			continue
		}
		keys[key] = v.Key
		read, known := fields[key]
		if !known {
			names := slices.Sorted(mapsKeys(fields))
			hint := didYouMean(key, names)
			if after := strings.TrimPrefix(key, "-"); after != key && fields[after] != nil {
				hint = fmt.Sprintf("; write \"- %s\", with a space after the dash", after)
			} else if hint == "" {
				hint = "; the keys here are " + strings.Join(names, ", ")
			}
			r.fail(v, path, "unknown key %q%s", key, hint)
			continue
		}
		read(v.Value, join(path, key))
	}
	return keys, true
}

func mapsKeys(m map[string]field) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// list reads the items of a list; a single value is a list of one.
func (r *reader) list(n ast.Node, path string, item field) {
	switch v := r.resolve(n).(type) {
	case *ast.SequenceNode:
		for i, x := range v.Values {
			if r.full() {
				return
			}
			item(x, fmt.Sprintf("%s[%d]", path, i))
		}
	case nil, *ast.NullNode:
	default:
		item(n, path)
	}
}

// pairs reads "key: value" entries, as one mapping or as a list of them. The
// examples are of a key and of a value.
func (r *reader) pairs(n ast.Node, path string, examples [2]string, pair func(at, value ast.Node, key, text string)) {
	r.list(n, path, func(x ast.Node, path string) {
		var values []*ast.MappingValueNode
		switch v := r.resolve(x).(type) {
		case *ast.MappingNode:
			values = v.Values
		case *ast.MappingValueNode:
			values = []*ast.MappingValueNode{v}
		default:
			r.fail(x, path, "this should be pairs, like \"%s: %s\"", examples[0], examples[1])
		}
		for _, v := range values {
			if r.full() {
				return
			}
			if text, ok := colonText(v); ok {
				if at := strings.LastIndex(text, ": "); at > 0 {
					pair(v.Key, v.Value, text[:at], strings.TrimSpace(text[at+2:]))
					continue
				}
			}
			key, ok := r.scalar(v.Key, path, examples[0])
			text, ok2 := r.scalar(v.Value, path, examples[1])
			if ok && ok2 {
				pair(v.Key, v.Value, key, text)
			}
		}
	})
}

// scalar returns the text of a single value.
func (r *reader) scalar(n ast.Node, path, example string) (string, bool) {
	found := r.resolve(n)
	if text, ok := colonText(found); ok {
		return text, true
	}
	switch v := found.(type) {
	case *ast.StringNode:
		return strings.TrimSpace(v.Value), true
	case *ast.LiteralNode:
		return strings.TrimSpace(v.Value.Value), true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return v.GetToken().Value, true
	case nil, *ast.NullNode:
		r.fail(n, path, "has no value; write %s", example)
	default:
		r.fail(n, path, "this should be one value, like %s", example)
	}
	return "", false
}

// text returns a field that stores a single value as it is.
func (r *reader) text(into *string, example string) field {
	return func(n ast.Node, path string) {
		if s, ok := r.scalar(n, path, example); ok {
			*into = s
		}
	}
}

// filled returns a field that stores a single value that is not empty.
func (r *reader) filled(into *string, example string) field {
	return func(n ast.Node, path string) {
		s, ok := r.scalar(n, path, example)
		if ok && s == "" {
			r.fail(n, path, "is empty; write %s", example)
		}
		*into = s
	}
}

// texts returns a field that stores a list of single values.
func (r *reader) texts(into *[]string, example string) field {
	return func(n ast.Node, path string) {
		r.list(n, path, func(x ast.Node, path string) {
			if s, ok := r.scalar(x, path, example); ok && s != "" {
				*into = append(*into, s)
			}
		})
	}
}

// value returns a field that reads a single value with a function that says what
// is wrong.
func value[T any](r *reader, into *T, example string, read func(string) (T, error)) field {
	return func(n ast.Node, path string) {
		s, ok := r.scalar(n, path, example)
		if !ok {
			return
		}
		v, err := read(s)
		if err != nil {
			r.fail(n, path, "%s", reason(err))
			return
		}
		*into = v
	}
}
