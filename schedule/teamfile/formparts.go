package teamfile

import (
	"fmt"
	"regexp"
	"strings"
)

// The kinds of hand-over that a form offers.
const (
	HandoverWeekly = "weekly" // Day At
	HandoverTwice  = "twice"  // Day At, Day2 At2
	HandoverDaily  = "daily"  // At
	HandoverDays   = "days"   // every N days, At
	HandoverHours  = "hours"  // every N hours, from At
	HandoverOther  = "other"  // Text
)

// HandoverParts is a hand-over taken apart for the fields of a form.
type HandoverParts struct {
	Kind      string
	Day, At   string
	Day2, At2 string
	N         string
	Text      string // as it stands in the file
}

var handoverForms = []struct {
	kind string
	form *regexp.Regexp
}{
	{HandoverWeekly, regexp.MustCompile(`(?i)^(?P<day>[a-z]+) (?P<at>\d{1,2}:\d\d)$`)},
	{HandoverTwice, regexp.MustCompile(`(?i)^(?P<day>[a-z]+) (?P<at>\d{1,2}:\d\d),? (?P<day2>[a-z]+) (?P<at2>\d{1,2}:\d\d)$`)},
	{HandoverDays, regexp.MustCompile(`(?i)^every (?P<n>\d+) ?d(?:ays?)? (?P<at>\d{1,2}:\d\d)$`)},
	{HandoverHours, regexp.MustCompile(`(?i)^every (?P<n>\d+) ?h(?:ours?)? (?P<at>\d{1,2}:\d\d)$`)},
}

// PartsOfHandover takes a hand-over apart. One that a form has no fields for is of
// the kind HandoverOther.
func PartsOfHandover(text string) HandoverParts {
	p := HandoverParts{Kind: HandoverOther, Text: text}
	plain := strings.Join(strings.Fields(text), " ")
	if at, daily := strings.CutPrefix(strings.ToLower(plain), "daily "); daily {
		p.Kind, p.At = HandoverDaily, at
		return p
	}
	for _, f := range handoverForms {
		m := f.form.FindStringSubmatch(plain)
		if m == nil {
			continue
		}
		group := func(name string) string {
			if i := f.form.SubexpIndex(name); i >= 0 {
				return m[i]
			}
			return ""
		}
		p.Kind, p.At, p.At2, p.N = f.kind, padClock(group("at")), padClock(group("at2")), group("n")
		p.Day, p.Day2 = shortDay(group("day")), shortDay(group("day2"))
		if (p.Day == "") != (group("day") == "") || (p.Day2 == "") != (group("day2") == "") {
			return HandoverParts{Kind: HandoverOther, Text: text}
		}
		return p
	}
	return p
}

// padClock writes a time as the field of a form wants it.
func padClock(s string) string {
	if len(s) == 4 {
		return "0" + s
	}
	return s
}

// shortDay writes a day of the week as Mon; what is none is empty.
func shortDay(s string) string {
	if day, err := parseWeekday(s); s != "" && err == nil {
		return day.String()[:3]
	}
	return ""
}

// String puts the parts together as a team file has them.
func (p HandoverParts) String() string {
	switch p.Kind {
	case HandoverWeekly:
		return p.Day + " " + p.At
	case HandoverTwice:
		return p.Day + " " + p.At + ", " + p.Day2 + " " + p.At2
	case HandoverDaily:
		return "daily " + p.At
	case HandoverDays:
		return "every " + p.N + " days " + p.At
	case HandoverHours:
		return "every " + p.N + "h " + p.At
	}
	return strings.Join(strings.Fields(p.Text), " ")
}

// coverForm is a stretch of hours on a line of its own: a name before a colon, the
// hours, and a zone.
var coverForm = regexp.MustCompile(`^(?:([^:]*[^:0-9 ][^:]*):\s+)?(.*?\d)(?:\s+([A-Za-z_]+(?:/[A-Za-z_+-]+)+|UTC))?$`)

// CoversOf reads hours on duty from lines: "Mon-Fri 09:00-17:00", or with a name and
// a zone "emea: 09:00-17:00 Europe/Berlin".
func CoversOf(lines string) []CoverText {
	var out []CoverText
	for line := range strings.Lines(lines) {
		line = strings.Join(strings.Fields(line), " ")
		switch m := coverForm.FindStringSubmatch(line); {
		case line == "":
		case m == nil:
			out = append(out, CoverText{Hours: line})
		default:
			out = append(out, CoverText{Name: strings.TrimSpace(m[1]), Hours: m[2], Zone: m[3]})
		}
	}
	return out
}

// CoverLines writes hours on duty as CoversOf reads them.
func CoverLines(covers []CoverText) string {
	var lines []string
	for _, c := range covers {
		line := c.Hours
		if c.Name != "" {
			line = c.Name + ": " + line
		}
		if c.Zone != "" {
			line += " " + c.Zone
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// ReadLimits reads the limits of one person, which are kept as YAML of their own.
func ReadLimits(text string) (LimitsText, error) {
	if strings.TrimSpace(text) == "" {
		return LimitsText{}, nil
	}
	r, err := ReadRules("limits: " + strings.TrimSpace(text) + "\n")
	if err != nil {
		return LimitsText{}, fmt.Errorf("limits %q: %w", text, err)
	}
	return r.Limits, nil
}

// String writes limits as YAML on one line; nothing is empty.
func (l LimitsText) String() string {
	if text := inline(l.pairs()); text != "" {
		return "{" + text + "}"
	}
	return ""
}
