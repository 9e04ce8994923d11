package teamfile

import (
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// advice says in the words of somebody who writes a team file, and not of a
// parser, what is wrong with the YAML and what would be right.
var advice = []struct{ message, words string }{
	{"mapping value is not allowed", "a second \": \" on one line, or lines that stand too far in; write a note as an entry of its own below, \"- 2026-12-21: note\", and put text with \": \" in it in quotes"},
	{"value is not allowed", "this line stands too far in or not far enough; begin it below the key or the dash that it belongs with"},
	{"non-map value", "this line is no key with a value; write it like zone: Europe/Berlin"},
	{"unexpected key name", "this line is no key with a value; write it like zone: Europe/Berlin, with a space after the colon"},
	{"reserved character", "a text cannot begin with this sign; put it in quotes"},
	{"end character of double-quoted", "a quotation mark (\") is opened here and not closed"},
	{"end character of single-quoted", "a quotation mark (') is opened here and not closed"},
	{"',' or '}' must", "the braces { } that are opened before this are not closed; close them, or put a comma between entries"},
	{"',' or ']' must", "the brackets [ ] that are opened before this are not closed; close them, or put a comma between entries"},
	{"flow mapping end token", "a brace { is opened here and not closed with }"},
	{"sequence end token", "a bracket [ is opened here and not closed with ]"},
	{"character corresponding to", "this is closed and was not opened"},
	{"block sequence entries", "a list begins on a line of its own, below its key"},
	{"'\\t'", "a tab at the beginning of a line; YAML wants spaces"},
	{"'\t'", "a tab at the beginning of a line; YAML wants spaces"},
}

// syntaxReason words what the parser says.
func syntaxReason(message string) string {
	for _, a := range advice {
		if strings.Contains(message, a.message) {
			return a.words
		}
	}
	return message
}

// colonText returns what "08:00-12:00" in braces and brackets was before the
// parser took its colon for that of a key: in YAML it is none without a space
// after it.
func colonText(n ast.Node) (string, bool) {
	var pair *ast.MappingValueNode
	switch v := n.(type) {
	case *ast.MappingNode:
		if len(v.Values) == 1 {
			pair = v.Values[0]
		}
	case *ast.MappingValueNode:
		pair = v
	}
	if pair == nil || pair.Value == nil || pair.Start == nil {
		return "", false
	}
	if _, ok := pair.Value.(ast.ScalarNode); !ok {
		return "", false
	}
	key, colon, value := pair.Key.GetToken(), pair.Start, pair.Value.GetToken()
	if !plain(key) || !plain(value) || colon.Position == nil ||
		key.Position.Line != colon.Position.Line || value.Position.Line != colon.Position.Line ||
		key.Position.Column+utf8.RuneCountInString(key.Value) != colon.Position.Column ||
		value.Position.Column != colon.Position.Column+1 {
		return "", false
	}
	return key.Value + ":" + value.Value, true
}

// plain says whether a token is a text without quotes.
func plain(t *token.Token) bool {
	return t != nil && t.Position != nil && t.Indicator == token.NotIndicator
}
