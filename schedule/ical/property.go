package ical

import (
	"fmt"
	"strings"
)

// A Warning is something in a calendar that was left out or may not be what its
// author meant, and where.
type Warning struct {
	Line   int // of the file, from one; zero: of the file as a whole
	Reason string
}

// String returns "line 7: the reason".
func (w Warning) String() string {
	if w.Line == 0 {
		return w.Reason
	}
	return fmt.Sprintf("line %d: %s", w.Line, w.Reason)
}

// A property is one line of a calendar.
type property struct {
	line   int
	name   string            // upper case
	params map[string]string // upper case names; the last of a name counts
	value  string
}

// propertyName returns the name of a line in upper case, and what follows it;
// nothing when the line is no property.
func propertyName(text string) (name, rest string) {
	end := strings.IndexAny(text, ";:")
	if end <= 0 {
		return "", ""
	}
	return strings.ToUpper(strings.TrimSpace(text[:end])), text[end:]
}

// parseProperty reads what follows a name: ;PARAM=value;PARAM="quoted":value.
// A stray quote does not keep the value from being found.
func parseProperty(line int, name, rest string) (property, bool) {
	p := property{line: line, name: name}
	for strings.HasPrefix(rest, ";") {
		end := strings.IndexAny(rest[1:], "=;:") + 1
		if end == 0 {
			return p, false
		}
		key := strings.ToUpper(strings.TrimSpace(rest[1:end]))
		if rest[end] != '=' {
			rest = rest[end:] // a parameter without a value
			continue
		}
		value, after, ok := paramValue(rest[end+1:])
		if !ok {
			return p, false
		}
		if p.params == nil {
			p.params = map[string]string{}
		}
		p.params[key] = value
		rest = after
	}
	if !strings.HasPrefix(rest, ":") {
		return p, false
	}
	p.value = rest[1:]
	return p, true
}

// paramValue cuts a parameter's value, quoted or not, from what follows it.
func paramValue(rest string) (value, after string, ok bool) {
	if strings.HasPrefix(rest, `"`) {
		if quote := strings.Index(rest[1:], `"`); quote >= 0 {
			after = rest[quote+2:]
			if stop := strings.IndexAny(after, ";:"); stop >= 0 {
				return rest[1 : quote+1], after[stop:], true
			}
			return "", "", false
		}
	}
	stop := strings.IndexAny(rest, ";:")
	if stop < 0 {
		return "", "", false
	}
	return strings.Trim(rest[:stop], `" `), rest[stop:], true
}

// isDate reports whether the property says that its values are days.
func (p property) isDate() bool {
	return strings.EqualFold(strings.TrimSpace(p.params["VALUE"]), "DATE")
}

// unescape turns the escapes of a text value into what they stand for, and
// leaves what is none alone.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	return escapes.Replace(s)
}

var escapes = strings.NewReplacer(`\\`, `\`, `\;`, ";", `\,`, ",", `\n`, "\n", `\N`, "\n")

// text returns a text value as it is shown: without escapes and controls, and
// of a length that a list can hold.
func text(value string) string {
	const most = 4000
	s := clean(strings.ReplaceAll(unescape(value), "\t", " "))
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "")
	}
	return s
}
