package ical

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// What is read of one file at most.
const (
	maxBytes  = 5 << 20
	maxEvents = 20_000
	maxLine   = 64 << 10
)

// A Warning is something in a calendar that was left out, and where.
type Warning struct {
	Line   int // of the file, from one
	Reason string
}

func (w Warning) String() string { return fmt.Sprintf("line %d: %s", w.Line, w.Reason) }

// A property is one line of a calendar.
type property struct {
	line   int
	name   string            // upper case
	params map[string]string // upper case names; the last of a name counts
	value  string
}

// A component is the properties of one event.
type component struct {
	line  int
	props []property
}

// get returns the first property of a name.
func (c *component) get(name string) (property, bool) {
	for _, p := range c.props {
		if p.name == name {
			return p, true
		}
	}
	return property{}, false
}

// events cuts a file into its events. What stands in nested components, like
// alarms, belongs to no event.
func events(r io.Reader) ([]component, []Warning, error) {
	src, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return nil, nil, err
	}
	if len(src) > maxBytes {
		return nil, nil, fmt.Errorf("the calendar is larger than %d MB", maxBytes>>20)
	}
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	if err := looksLikeCalendar(src); err != nil {
		return nil, nil, err
	}
	s := splitter{}
	unfold(src, s.add)
	if s.current != nil {
		s.warn(s.current.line, "the file ends inside an event; it was left out")
	}
	return s.out, s.warnings, nil
}

func looksLikeCalendar(src []byte) error {
	head := bytes.ToUpper(bytes.TrimSpace(src[:min(len(src), 4096)]))
	switch {
	case len(head) == 0:
		return errors.New("the file is empty; it should be a calendar (.ics)")
	case bytes.HasPrefix(head, []byte("<")):
		return errors.New("this is a web page and not a calendar; the link may need a log-in")
	case !bytes.Contains(head, []byte("BEGIN:VCALENDAR")):
		return errors.New("this is not a calendar: it has no BEGIN:VCALENDAR")
	}
	return nil
}

// unfold calls f with every logical line and the number of its first.
func unfold(src []byte, f func(line int, text string)) {
	sc := bufio.NewScanner(bytes.NewReader(src))
	sc.Buffer(make([]byte, 0, 64<<10), maxBytes+1)
	var text []byte
	start, n := 0, 0
	flush := func() {
		if start > 0 && len(text) > 0 {
			f(start, text2string(text))
		}
	}
	for sc.Scan() {
		n++
		line := bytes.TrimSuffix(sc.Bytes(), []byte("\r"))
		if len(line) > 0 && (line[0] == ' ' || line[0] == '\t') && start > 0 {
			if len(text) < maxLine {
				text = append(text, line[1:]...)
			}
			continue
		}
		flush()
		start, text = n, append(text[:0], line...)
	}
	flush()
}

// text2string reads bytes that are no UTF-8 as Latin-1, which old exports are.
func text2string(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	return string(runes)
}

// A splitter collects events from lines.
type splitter struct {
	out      []component
	current  *component
	nested   int // components open inside the event
	warnings []Warning
}

func (s *splitter) warn(line int, format string, args ...any) {
	if len(s.warnings) < 100 {
		s.warnings = append(s.warnings, Warning{line, fmt.Sprintf(format, args...)})
	}
}

func (s *splitter) add(line int, text string) {
	p, ok := parseProperty(line, text)
	if !ok {
		if s.current != nil && strings.TrimSpace(text) != "" {
			s.warn(line, "this line is no property and was left out")
		}
		return
	}
	kind := strings.ToUpper(strings.TrimSpace(p.value))
	switch {
	case s.current == nil:
		if p.name == "BEGIN" && kind == "VEVENT" {
			s.current = &component{line: line}
		}
	case p.name == "BEGIN":
		s.nested++
	case p.name == "END" && s.nested > 0:
		s.nested--
	case p.name == "END":
		s.end(kind)
	case s.nested == 0 && len(s.current.props) < 500:
		s.current.props = append(s.current.props, p)
	}
}

// end closes the event at hand.
func (s *splitter) end(kind string) {
	switch {
	case kind != "VEVENT":
		s.warn(s.current.line, "the event ends with %s; it was left out", kind)
	case len(s.out) < maxEvents:
		s.out = append(s.out, *s.current)
	default:
		s.warn(s.current.line, "the calendar has more than %d events; this one was left out", maxEvents)
	}
	s.current = nil
}

// parseProperty reads NAME;PARAM=value;PARAM="quoted":value.
func parseProperty(line int, text string) (property, bool) {
	end := strings.IndexAny(text, ";:")
	if end <= 0 {
		return property{}, false
	}
	p := property{line: line, name: strings.ToUpper(strings.TrimSpace(text[:end])), params: map[string]string{}}
	rest := text[end:]
	for strings.HasPrefix(rest, ";") {
		eq := strings.IndexAny(rest, "=:")
		if eq < 0 || rest[eq] == ':' {
			return property{}, false
		}
		name := strings.ToUpper(strings.TrimSpace(rest[1:eq]))
		rest = rest[eq+1:]
		var value string
		if strings.HasPrefix(rest, `"`) {
			quote := strings.Index(rest[1:], `"`)
			if quote < 0 {
				return property{}, false
			}
			value, rest = rest[1:quote+1], rest[quote+2:]
		} else {
			stop := strings.IndexAny(rest, ";:")
			if stop < 0 {
				return property{}, false
			}
			value, rest = rest[:stop], rest[stop:]
		}
		p.params[name] = value
	}
	if !strings.HasPrefix(rest, ":") {
		return property{}, false
	}
	p.value = rest[1:]
	return p, true
}

// unescape turns the escapes of a text value into what they stand for.
func unescape(s string) string {
	return strings.NewReplacer(`\\`, `\`, `\;`, ";", `\,`, ",", `\n`, "\n", `\N`, "\n").Replace(s)
}
