package ingest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// What a body may hold: more is no event of a pager.
const (
	maxDepth  = 64
	maxTokens = 200_000
	maxText   = 4096 // bytes that are kept of one string
)

// node is a value in a JSON document, or nothing. Asking nothing for something
// gives nothing, so that a reader names the path it wants and looks once at what
// it got. Numbers keep their digits.
type node struct{ v any }

// parse reads one JSON document.
func parse(body []byte) (node, error) {
	if err := within(body); err != nil {
		return node{}, err
	}
	if !json.Valid(body) {
		return node{}, syntax(body)
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var n node
	if err := decoder.Decode(&n.v); err != nil {
		return node{}, err
	}
	return n, nil
}

// within checks depth and size before anything is built.
func within(body []byte) error {
	depth, tokens, quoted := 0, 0, false
	for i := 0; i < len(body); i++ {
		c := body[i]
		if quoted {
			switch c {
			case '\\':
				i++
			case '"':
				quoted = false
			}
			continue
		}
		switch c {
		case '"':
			quoted = true
		case '{', '[':
			depth++
			tokens += 2
		case '}', ']':
			depth--
		case ',', ':':
			tokens++
		}
		if depth > maxDepth {
			return fmt.Errorf("nested deeper than %d levels", maxDepth)
		}
		if tokens > maxTokens {
			return fmt.Errorf("more than %d values", maxTokens)
		}
	}
	return nil
}

// syntax says where a document stops being JSON.
func syntax(body []byte) error {
	if bytes.HasPrefix(body, []byte("\xef\xbb\xbf")) {
		return fmt.Errorf("it begins with a byte order mark")
	}
	var ignored any
	return json.Unmarshal(body, &ignored)
}

// get follows names of members.
func (n node) get(path ...string) node {
	for _, name := range path {
		object, _ := n.v.(map[string]any)
		n = node{object[name]}
	}
	return n
}

// head returns the first element of a list.
func (n node) head() node {
	list, _ := n.v.([]any)
	if len(list) == 0 {
		return node{}
	}
	return node{list[0]}
}

// list returns the elements of a list; nothing when it is none.
func (n node) list(path ...string) []node {
	list, _ := n.get(path...).v.([]any)
	out := make([]node, len(list))
	for i := range list {
		out[i] = node{list[i]}
	}
	return out
}

func (n node) isObject() bool { _, ok := n.v.(map[string]any); return ok }
func (n node) isList() bool   { _, ok := n.v.([]any); return ok }
func (n node) isNull() bool   { return n.v == nil }

// has reports whether an object has all these members, whatever they hold.
func (n node) has(names ...string) bool {
	object, _ := n.v.(map[string]any)
	for _, name := range names {
		if _, ok := object[name]; !ok {
			return false
		}
	}
	return object != nil
}

// str returns the text of a string, a number or a truth value, without what a
// database cannot hold; empty for everything else, and for nothing but blanks.
func (n node) str(path ...string) string {
	switch v := n.get(path...).v.(type) {
	case string:
		return clean(v)
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// first returns the first of several members that says something.
func (n node) first(names ...string) string {
	for _, name := range names {
		if s := n.str(name); s != "" {
			return s
		}
	}
	return ""
}

// is reports whether a member is true, as a truth value or as a word.
func (n node) is(path ...string) bool {
	switch strings.ToLower(n.str(path...)) {
	case "true", "yes", "1":
		return true
	}
	return false
}

// count returns a whole number that is not negative; zero when there is none.
func (n node) count(path ...string) int {
	i, err := strconv.Atoi(n.str(path...))
	if err != nil || i < 0 || i > 1_000_000_000 {
		return 0
	}
	return i
}

func clean(s string) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD")
	if strings.TrimSpace(s) == "" {
		return ""
	}
	return cut(s, maxText)
}

// cut keeps at most n bytes of whole characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
