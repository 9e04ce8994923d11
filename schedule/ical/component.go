package ical

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

const (
	maxEvents   = 10_000
	maxDepth    = 32 // of components in components; real calendars have three
	maxWarnings = 100
)

// A component is what is needed of an event or a time zone.
type component struct {
	kind string
	line int
	// Of an event: the zone that its calendar says it has, and whether that takes
	// its events back.
	tz        string
	cancelled bool
	props     []property
	parts     []component // of a time zone: its STANDARD and DAYLIGHT
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

// needed are the properties that are kept, by the kind of component.
var needed = map[string]map[string]bool{
	"VEVENT": set("UID", "SUMMARY", "STATUS", "SEQUENCE", "DTSTART", "DTEND", "DURATION",
		"RRULE", "EXRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS", "ATTENDEE"),
	"VTIMEZONE": set("TZID", "X-LIC-LOCATION"),
	"STANDARD":  set("DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE"),
	"DAYLIGHT":  set("DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE"),
	"VCALENDAR": set("METHOD", "NAME", "X-WR-CALNAME", "X-WR-TIMEZONE", "REFRESH-INTERVAL", "X-PUBLISHED-TTL"),
}

func set(names ...string) map[string]bool {
	m := map[string]bool{}
	for _, n := range names {
		m[n] = true
	}
	return m
}

// parents are the kinds that count only right inside another.
var parents = map[string]string{
	"VEVENT": "VCALENDAR", "VTIMEZONE": "VCALENDAR", "STANDARD": "VTIMEZONE", "DAYLIGHT": "VTIMEZONE", "VCALENDAR": "",
}

// A splitter cuts lines into components. What stands in others, like alarms and
// to-dos, is nobody's.
type splitter struct {
	events, zones []component
	cancelled     bool   // the calendar at hand takes its events back
	tz            string // the zone that it says it has
	title         string
	refresh       time.Duration
	freeBusy      int          // the line of the first VFREEBUSY
	open          []*component // outermost first; those without a use have no props
	used          []bool       // which of open are kept
	warnings      []Warning
	unsaid        int // warnings beyond maxWarnings
	tooMany       bool
}

func (s *splitter) warn(line int, format string, args ...any) {
	if len(s.warnings) == maxWarnings {
		s.unsaid++
		return
	}
	s.warnings = append(s.warnings, Warning{line, fmt.Sprintf(format, args...)})
}

// split reads a whole file.
func split(src []byte) (*splitter, error) {
	s := &splitter{}
	if err := unfold(src, s.add); err != nil {
		return nil, err
	}
	for len(s.open) > 0 {
		top := s.open[len(s.open)-1]
		switch top.kind {
		case "VEVENT":
			s.warn(top.line, "the file ends inside an event; it was left out")
		case "VCALENDAR":
			s.warn(0, "the file ends without END:VCALENDAR; it may have been cut off")
		}
		s.pop(false)
	}
	return s, nil
}

func (s *splitter) add(l logical) error {
	name, rest := propertyName(l.text)
	inside, kind := s.top()
	switch {
	case name == "BEGIN" || name == "END":
		what := strings.ToUpper(strings.TrimSpace(strings.TrimPrefix(rest, ":")))
		if name == "END" {
			s.end(what)
			return nil
		}
		return s.begin(l.number, what)
	case inside == nil:
		return nil
	case name == "":
		if kind == "VEVENT" && strings.TrimSpace(l.text) != "" {
			s.warn(l.number, "this line is no property and was left out")
		}
		return nil
	case !needed[kind][name]:
		return nil
	}
	p, ok := parseProperty(l.number, name, rest)
	switch {
	case !ok:
		s.warn(l.number, "this line says nothing about %s and was left out", name)
		return nil
	case l.cut:
		s.warn(l.number, "this line is longer than %d kB; the rest of it was left out", maxLine>>10)
	}
	if kind == "VCALENDAR" {
		s.about(p)
		return nil
	}
	inside.props = append(inside.props, p)
	return nil
}

// about keeps what a calendar says of itself.
func (s *splitter) about(p property) {
	switch p.name {
	case "METHOD":
		s.cancelled = strings.EqualFold(strings.TrimSpace(p.value), "CANCEL")
	case "X-WR-TIMEZONE":
		s.tz = oneLine(p.value)
	case "NAME", "X-WR-CALNAME":
		s.title = cmp.Or(s.title, oneLine(text(p.value)))
	case "REFRESH-INTERVAL", "X-PUBLISHED-TTL":
		if l, err := parseDuration(p.value); err == nil && s.refresh == 0 {
			s.refresh = time.Duration(min(l.days*secondsPerDay+l.seconds, 366*secondsPerDay)) * time.Second
		}
	}
}

// top returns the innermost component when it is kept, and its kind.
func (s *splitter) top() (*component, string) {
	n := len(s.open)
	if n == 0 || !s.used[n-1] {
		return nil, ""
	}
	return s.open[n-1], s.open[n-1].kind
}

func (s *splitter) begin(line int, kind string) error {
	// Neither an event nor a calendar stands in an event: its end is missing.
	if kind == "VEVENT" || kind == "VCALENDAR" {
		for i, c := range s.open {
			if c.kind == kind {
				if kind == "VEVENT" && s.used[i] {
					s.warn(c.line, "the event has no end; it was left out")
				}
				s.unwind(i, false)
				break
			}
		}
	}
	if len(s.open) == maxDepth {
		return fmt.Errorf("line %d: this is not a calendar: more than %d components stand in one another", line, maxDepth)
	}
	switch {
	case kind == "VCALENDAR":
		s.tz, s.cancelled = "", false
	case kind == "VFREEBUSY" && s.freeBusy == 0:
		s.freeBusy = line
	}
	parent, known := parents[kind]
	_, inside := s.top()
	use := known && (inside == parent || len(s.open) == 0 && parent == "VCALENDAR")
	s.open, s.used = append(s.open, &component{kind: kind, line: line}), append(s.used, use)
	return nil
}

// end closes the innermost component of a kind, and with it what is still open
// inside.
func (s *splitter) end(kind string) {
	for i := len(s.open) - 1; i >= 0; i-- {
		if s.open[i].kind != kind {
			continue
		}
		for j := i + 1; j < len(s.open); j++ {
			if s.open[j].kind == "VEVENT" && s.used[j] {
				s.warn(s.open[j].line, "the event ends with %s; it was left out", kind)
			}
		}
		s.unwind(i+1, false)
		s.pop(true)
		return
	}
}

// unwind drops the open components until n are left.
func (s *splitter) unwind(n int, keep bool) {
	for len(s.open) > n {
		s.pop(keep)
	}
}

// pop closes the innermost component and files it where it belongs.
func (s *splitter) pop(keep bool) {
	n := len(s.open) - 1
	c, used := s.open[n], s.used[n]
	s.open, s.used = s.open[:n], s.used[:n]
	if !keep || !used {
		return
	}
	switch c.kind {
	case "VEVENT":
		c.tz, c.cancelled = s.tz, s.cancelled
		if len(s.events) < maxEvents {
			s.events = append(s.events, *c)
		} else if !s.tooMany {
			s.tooMany = true
			s.warn(c.line, "the calendar has more than %d events; this one and those after it were left out", maxEvents)
		}
	case "VTIMEZONE":
		s.zones = append(s.zones, *c)
	case "STANDARD", "DAYLIGHT":
		parent := s.open[n-1]
		parent.parts = append(parent.parts, *c)
	}
}
