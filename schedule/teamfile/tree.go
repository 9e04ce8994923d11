package teamfile

import (
	"maps"
	"slices"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// A file this large, or with this many values when its aliases are followed, was
// not written by a person; nor was one with this many mistakes, of which the
// first ones are told.
const (
	maxBytes    = 512 << 10
	maxNodes    = 50_000
	maxDepth    = 40
	maxProblems = 100
	maxKeys     = 2_000 // of one mapping
	maxPeople   = 1_000
	maxDuties   = 200
)

// tooDeep finds the first value nested deeper than the parser, which recurses
// and takes quadratic time over "- - - -", should be asked to follow. Brackets in
// comments and quotes are not among the tokens.
func tooDeep(tokens token.Tokens) *token.Token {
	brackets, dashes := 0, 0
	for _, t := range tokens {
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			brackets++
		case token.SequenceEndType, token.MappingEndType:
			brackets = max(0, brackets-1)
		}
		switch t.Type {
		case token.SequenceEntryType, token.MappingKeyType, token.AnchorType, token.TagType:
			dashes++
		default:
			dashes = 0
		}
		if brackets > maxDepth || dashes > maxDepth {
			return t
		}
	}
	return nil
}

// tooMany finds the first key of a mapping that has more of them than the parser,
// which looks at all earlier ones, should be asked to read. In a mapping over
// several lines all keys begin in one column.
func tooMany(tokens token.Tokens) *token.Token {
	keys := map[int]int{} // by column, of the mappings that are open
	for _, t := range tokens {
		var column int
		switch {
		case t.Type == token.SequenceEntryType:
			column = t.Position.Column // what is further right is a new item
		case t.Type == token.MappingValueType && t.Prev != nil:
			column = t.Prev.Position.Column
			if keys[column]++; keys[column] > maxKeys {
				return t.Prev
			}
		default:
			continue
		}
		maps.DeleteFunc(keys, func(c, _ int) bool { return c > column })
	}
	return nil
}

// link finds what every alias stands for. An anchor counts from the end of its
// value, so that no value can contain itself.
func (r *reader) link(n ast.Node, depth int) {
	if n == nil || r.full() {
		return
	}
	if depth > 10*maxDepth {
		r.fail(n, "", "nested too deeply; %s is flatter", r.kind)
		r.stopped = true
		return
	}
	switch v := n.(type) {
	case *ast.MappingNode:
		for _, x := range v.Values {
			r.link(x, depth+1)
		}
	case *ast.MappingValueNode:
		r.link(v.Key, depth+1)
		r.link(v.Value, depth+1)
	case *ast.SequenceNode:
		for _, x := range v.Values {
			r.link(x, depth+1)
		}
	case *ast.TagNode:
		r.link(v.Value, depth+1)
	case *ast.AnchorNode:
		r.link(v.Value, depth+1)
		if v.Name != nil {
			r.anchors[v.Name.GetToken().Value] = v.Value
		}
	case *ast.AliasNode:
		r.alias(v)
	}
}

func (r *reader) alias(v *ast.AliasNode) {
	if v.Value == nil {
		r.fail(v, "", "an alias without a name; write the value here")
		return
	}
	name := v.Value.GetToken().Value
	target, ok := r.anchors[name]
	if !ok {
		r.fail(v, "", "nothing above is marked &%s; write the value here%s", name, didYouMean(name, r.marked()))
		return
	}
	r.targets[v] = target
}

func (r *reader) marked() []string {
	var names []string
	for name := range r.anchors {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// resolve follows anchors and aliases to the value meant; nil when there is none.
func (r *reader) resolve(n ast.Node) ast.Node {
	for !r.full() {
		r.nodes++
		if r.nodes > maxNodes {
			r.fail(n, "", "the file has more than %d values; %s is shorter", maxNodes, r.kind)
			r.stopped = true
			return nil
		}
		switch v := n.(type) {
		case *ast.AnchorNode:
			n = v.Value
		case *ast.AliasNode:
			n = r.targets[v]
		case *ast.TagNode:
			n = v.Value
		default:
			return n
		}
	}
	return nil
}

// full reports whether reading on would not tell the author more.
func (r *reader) full() bool { return r.stopped || len(r.problems) >= maxProblems }
