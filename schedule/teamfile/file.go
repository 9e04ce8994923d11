package teamfile

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"watchbill/schedule"

	"github.com/goccy/go-yaml/ast"
)

// A File is what a team file says.
type File struct {
	Team schedule.Team // its people and rotations without holidays: see Holidays
	Zone *time.Location
	// The plan is for the days [From, Until).
	From, Until schedule.Date
	// Holidays names the holidays of the team, and PersonHolidays those of people
	// who have others; a code or the path of an .ics file, as the file has it.
	Holidays       []Source
	PersonHolidays map[schedule.PersonID][]Source
	ShareHolidays  bool // nobody is to get more of them than their part
	Pinned         []Pin
	Past           []Pin
	FrozenUntil    schedule.Date // zero when nothing is frozen
	// Warnings are odd but not wrong.
	Warnings []Problem

	name  string
	lines []string
}

// A Source names holidays: an .ics file when the name ends so, else a code.
type Source struct {
	Name string
	Problem
}

// Calendar says whether the source is a file.
func (s Source) Calendar() bool { return strings.HasSuffix(strings.ToLower(s.Name), ".ics") }

// A Pin says who has a slot, which is named like "primary 2026-12-21".
type Pin struct {
	Slot   schedule.SlotID
	Person schedule.PersonID
	Problem
}

// Refuse makes an error about places of the file, for what only its reader can
// know: that a holiday code does not exist, or that there is no such slot.
func (f *File) Refuse(problems ...Problem) *Error {
	return &Error{Name: f.name, Problems: sorted(problems), source: f.lines}
}

// Parse reads a team file. name is used in messages. The error is an *Error with
// everything that is wrong. What only the caller can know of the holidays that the
// file names, the checks say, so that it comes with all the rest.
func Parse(name string, src []byte, checks ...func(Source) error) (*File, error) {
	src = even(src)
	f := &File{
		PersonHolidays: map[schedule.PersonID][]Source{}, ShareHolidays: true,
		name: name, lines: strings.Split(string(src), "\n"),
	}
	r := newReader(ofTeam)
	if root := r.parse(src); root != nil && len(r.problems) == 0 {
		(&loader{reader: r, f: f, checks: checks}).load(root)
	}
	if len(r.problems) > 0 {
		return nil, f.Refuse(r.problems...)
	}
	f.Warnings = sorted(r.warnings)
	return f, nil
}

// even returns a file without what differs by editor and machine.
func even(src []byte) []byte {
	// Some editors begin a file with a mark that says it is UTF-8.
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	// YAML ends a line in any of three ways; messages count lines of one kind.
	src = bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n"))
	return bytes.ReplaceAll(src, []byte("\r"), []byte("\n"))
}

// A loader fills a File. People and rotations wait until the team's own keys are
// known, wherever in the file those stand.
type loader struct {
	*reader
	f       *File
	root    ast.Node
	zone    *time.Location
	weeks   int
	last    schedule.Date
	checks  []func(Source) error
	members []memberNode
	duties  []dutyNode // per rotation
	nodes   map[string]ast.Node
	// everybody says that nothing is wrong with anybody, so that it is known who
	// takes what.
	everybody bool
}

func (l *loader) load(root ast.Node) {
	f := l.f
	l.root = root
	f.Team.Rates = schedule.DefaultRates()
	l.nodes = map[string]ast.Node{}
	keep := func(key string) field { return func(n ast.Node, _ string) { l.nodes[key] = n } }
	var id string
	keys, ok := l.mapping(root, "", map[string]field{
		"team":           l.filled(&id, "Payments"),
		"zone":           value(l.reader, &l.zone, "Europe/Berlin", parseZone),
		"from":           value(l.reader, &f.From, "2026-12-07", schedule.ParseDate),
		"until":          value(l.reader, &l.last, "2027-06-06", schedule.ParseDate),
		"weeks":          value(l.reader, &l.weeks, "26", parseWeeks),
		"holidays":       func(n ast.Node, path string) { f.Holidays = l.sources(n, path) },
		"share_holidays": value(l.reader, &f.ShareHolidays, "true", parseBool),
		"limits":         func(n ast.Node, path string) { f.Team.Limits = l.limits(n, path) },
		"points":         l.rates,
		"rotations":      keep("rotations"),
		"people":         keep("people"),
		"pinned":         keep("pinned"),
		"past":           keep("past"),
		"frozen_until": func(n ast.Node, path string) {
			l.nodes["frozen_until"] = n
			value(l.reader, &f.FrozenUntil, "2027-01-04", schedule.ParseDate)(n, path)
		},
	})
	if !ok {
		return
	}
	f.Team.ID = schedule.TeamID(id)
	for _, needed := range []struct{ key, example string }{
		{"team", "team: Payments"}, {"zone", "zone: Europe/Berlin"}, {"from", "from: 2026-12-07"},
		{"rotations", "rotations: and what must be covered"}, {"people", "people: and who they are"},
	} {
		if keys[needed.key] == nil {
			l.fail(root, "", "%q is missing; add %s", needed.key, needed.example)
		}
	}
	if l.zone == nil {
		l.zone = time.UTC // so that the rest can still be checked
	}
	f.Zone = l.zone
	l.period(root, keys)
	l.rotations(l.nodes["rotations"])
	l.people(l.nodes["people"])
	f.Pinned = l.pins(l.nodes["pinned"], "pinned")
	f.Past = l.pins(l.nodes["past"], "past")
	l.check()
}

func parseWeeks(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 260 {
		return 0, fmt.Errorf("%q is no number of weeks; write one from 1 to 260", s)
	}
	return n, nil
}

// period works out the last day of the plan.
func (l *loader) period(root ast.Node, keys map[string]ast.Node) {
	switch {
	case keys["weeks"] != nil && keys["until"] != nil:
		l.fail(keys["until"], "until", "the file has \"weeks\" as well; keep one of them")
	case keys["until"] != nil && !l.last.IsZero() && !l.f.From.IsZero():
		l.f.Until = l.last.AddDays(1)
		if l.last.Before(l.f.From) {
			l.fail(keys["until"], "until", "%v is before the first day %v", l.last, l.f.From)
		}
		if l.last.DaysSince(l.f.From) > 260*7 {
			l.fail(keys["until"], "until", "the plan has more than 260 weeks; plan a year at most")
		}
	case keys["weeks"] == nil && keys["until"] == nil:
		l.fail(root, "", "\"weeks\" is missing; add weeks: 26, or until: and the last day")
	default:
		l.f.Until = l.f.From.AddDays(7 * l.weeks)
	}
}

// sources reads names of holidays.
func (l *loader) sources(n ast.Node, path string) []Source {
	var out []Source
	l.list(n, path, func(x ast.Node, path string) {
		if s, ok := l.scalar(x, path, "DE-BE"); ok && s != "" {
			line, column := position(x)
			source := Source{s, Problem{Line: line, Column: column, Path: path}}
			for _, check := range l.checks {
				if err := check(source); err != nil {
					l.fail(x, path, "%v", err)
				}
			}
			out = append(out, source)
		}
	})
	return out
}

// rates reads what an hour weighs in each band.
func (l *loader) rates(n ast.Node, path string) {
	band := func(b schedule.Band) field {
		return func(n ast.Node, path string) {
			var w schedule.Weight
			value(l.reader, &w, "1.5", schedule.ParseWeight)(n, path)
			l.f.Team.Rates[b] = int64(w)
		}
	}
	l.mapping(n, path, map[string]field{
		"business": band(schedule.Business), "evening": band(schedule.Evening), "sleep": band(schedule.Sleep),
		"weekend": band(schedule.WeekendBand), "holiday": band(schedule.HolidayBand),
	})
}

// limits reads hard rules.
func (l *loader) limits(n ast.Node, path string) schedule.Limits {
	var out schedule.Limits
	l.mapping(n, path, map[string]field{
		"rest": value(l.reader, &out.Rest, "11h", parseLength),
		"on_call": func(n ast.Node, path string) {
			l.list(n, path, func(x ast.Node, path string) {
				var t schedule.TimeLimit
				value(l.reader, &t, "1 week in 4", parseLimit)(x, path)
				if t.Within > 0 {
					out.OnCall = append(out.OnCall, t)
				}
			})
		},
		"weekends": l.counts(&out.Weekends, parseWeekends), "holidays": l.counts(&out.Holidays, parseCount),
	})
	return out
}

func (l *loader) counts(into *[]schedule.CountLimit, parse func(string) (schedule.CountLimit, error)) field {
	return func(n ast.Node, path string) {
		l.list(n, path, func(x ast.Node, path string) {
			var c schedule.CountLimit
			value(l.reader, &c, "2 in 8 weeks", parse)(x, path)
			if c.Within > 0 {
				*into = append(*into, c)
			}
		})
	}
}

// pins reads "slot: person" pairs.
func (l *loader) pins(n ast.Node, path string) []Pin {
	var out []Pin
	if n == nil {
		return nil
	}
	seen := map[schedule.SlotID]bool{}
	l.pairs(n, path, [2]string{"primary 2026-12-21", "Ana"}, func(key, val ast.Node, slot, person string) {
		line, column := position(key)
		p := Pin{schedule.SlotID(slot), schedule.PersonID(person), Problem{Line: line, Column: column, Path: path}}
		if seen[p.Slot] {
			l.fail(key, path, "%q is there twice; one shift has one person", slot)
		}
		seen[p.Slot] = true
		if _, err := l.f.Team.Person(p.Person); err != nil {
			l.fail(val, path, "there is nobody called %q%s", person, didYouMean(person, l.names()))
		}
		out = append(out, p)
	})
	return out
}

func (l *loader) names() []string {
	var names []string
	for i := range l.f.Team.People {
		names = append(names, string(l.f.Team.People[i].ID))
	}
	return names
}
