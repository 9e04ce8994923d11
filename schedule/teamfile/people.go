package teamfile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"watchbill/schedule"

	"github.com/goccy/go-yaml/ast"
)

// A memberNode is a member and where in the file they stand.
type memberNode struct {
	node  ast.Node
	path  string
	away  []ast.Node // one per absence
	whole bool       // nothing is wrong with the member by themselves
}

func (l *loader) people(n ast.Node) {
	if n == nil {
		return
	}
	before := len(l.problems)
	l.list(n, "people", l.person)
	l.everybody = len(l.members) > 0 && len(l.problems) == before
	if len(l.f.Team.People) == 0 && len(l.problems) == before {
		l.fail(n, "people", "there is nobody; add people with name:")
	}
}

func (l *loader) person(n ast.Node, path string) {
	if len(l.f.Team.People) == maxPeople {
		l.fail(n, path, "more than %d people; make several teams of them", maxPeople)
		l.stopped = true
		return
	}
	zone := l.zone
	p := schedule.Person{}
	m := schedule.Member{Share: schedule.FullTime}
	var id string
	var takes []string
	var away, wishes, takesNode, later ast.Node
	before := len(l.problems)
	keys, ok := l.mapping(n, path, map[string]field{
		"name":  l.filled(&id, "Ana"),
		"email": l.text(&p.Email, "ana@example.com"),
		"zone":  value(l.reader, &zone, "Europe/Madrid", parseZone),
		"share": value(l.reader, &m.Share, "0.8", parseShare),
		"from":  value(l.reader, &m.From, "2027-02-01", schedule.ParseDate),
		"until": value(l.reader, &m.Until, "2027-05-31", schedule.ParseDate),
		"takes": func(n ast.Node, path string) {
			takesNode = n
			l.texts(&takes, "primary")(n, path)
		},
		"skills":     l.texts(&m.Skills, "db"),
		"works":      value(l.reader, &p.Business, "Mon-Fri 09:00-17:00", ParseHours),
		"sleeps":     value(l.reader, &p.Sleep, "23:00-07:00", ParseHours),
		"holidays":   func(n ast.Node, path string) { l.f.PersonHolidays[schedule.PersonID(id)] = l.sources(n, path) },
		"away":       func(n ast.Node, _ string) { away = n },
		"rather_not": func(n ast.Node, _ string) { wishes = n },
		"limits":     func(n ast.Node, path string) { m.Limits = l.limits(n, path) },
		"later":      func(n ast.Node, _ string) { later = n },
	})
	if !ok {
		return
	}
	p.ID, m.Person = schedule.PersonID(id), schedule.PersonID(id)
	p.Zones = schedule.In(zone)
	if keys["name"] == nil {
		l.fail(n, path, "\"name\" is missing; add name: Ana")
	} else if _, err := l.f.Team.Person(p.ID); err == nil && id != "" {
		l.fail(keys["name"], path+".name", "%q is the name of another person; names must differ", id)
	}
	if list, early := l.f.PersonHolidays[""]; early {
		// The holidays stood before the name.
		delete(l.f.PersonHolidays, "")
		l.f.PersonHolidays[p.ID] = list
	}
	if !m.From.IsZero() && !m.Until.IsZero() && m.Until.Before(m.From) {
		l.fail(keys["until"], path+".until", "%v is before the first day %v", m.Until, m.From)
	}
	m.Rotations = l.duty(takes, takesNode, path+".takes")
	l.later(&m, later, path+".later")
	var aways []ast.Node
	m.Absences, aways = l.absences(away, path+".away", zone)
	m.Wishes = l.wishes(wishes, path+".rather_not", zone)
	l.f.Team.People = append(l.f.Team.People, p)
	l.f.Team.Members = append(l.f.Team.Members, m)
	l.members = append(l.members, memberNode{n, path, aways, len(l.problems) == before})
}

func parseShare(s string) (schedule.Share, error) {
	share, err := schedule.ParseShare(s)
	if err != nil {
		return 0, err
	}
	if share > schedule.FullTime {
		return 0, fmt.Errorf("%s is more than full time; write 1 for full time, 0.8 or 80%% for four days of five", s)
	}
	return share, nil
}

// duty returns the rotations a person takes part in: those named, or all.
func (l *loader) duty(names []string, n ast.Node, path string) []schedule.RotationID {
	var all []string
	for i := range l.f.Team.Rotations {
		all = append(all, string(l.f.Team.Rotations[i].ID))
	}
	if n == nil {
		names = all
	}
	var out []schedule.RotationID
	for i, name := range names {
		if n != nil && slices.Contains(names[:i], name) {
			l.fail(n, path, "%q is there twice; keep one", name)
			continue
		}
		if _, err := l.f.Team.Rotation(schedule.RotationID(name)); err != nil {
			l.fail(n, path, "there is no rotation %q%s", name, didYouMean(name, all))
			continue
		}
		out = append(out, schedule.RotationID(name))
	}
	return out
}

// absences reads times away: "2026-12-21 to 2027-01-03", or the same as a key
// with a note as its value.
func (l *loader) absences(n ast.Node, path string, zone *time.Location) (out []schedule.Absence, nodes []ast.Node) {
	if n == nil {
		return nil, nil
	}
	var spans [][2]int64
	l.stretches(n, path, zone, func(x ast.Node, path string, a schedule.Absence, note string) {
		a.Label = note
		start, end := a.Span(zone, schedule.Midnight)
		span := [2]int64{start.Unix(), end.Unix()}
		for i, s := range spans {
			if s[0] < span[1] && span[0] < s[1] {
				l.fail(x, path, "%v overlaps %v above; join them or drop one", a, out[i])
				return
			}
		}
		out, nodes, spans = append(out, a), append(nodes, x), append(spans, span)
	})
	return out, nodes
}

// stretches reads a list of stretches of time, each with the note or cost that
// may follow it: "2026-12-21", or "2026-12-21: note" once or several times below
// each other.
func (l *loader) stretches(n ast.Node, path string, zone *time.Location, read func(x ast.Node, path string, a schedule.Absence, note string)) {
	l.list(n, path, func(x ast.Node, path string) {
		found := l.resolve(x)
		if text, ok := colonText(found); ok {
			when, note, _ := strings.Cut(text, ": ")
			l.stretch(x, path, when, strings.Trim(note, `"' `), zone, read)
			return
		}
		var pairs []*ast.MappingValueNode
		switch v := found.(type) {
		case *ast.MappingValueNode:
			pairs = append(pairs, v)
		case *ast.MappingNode:
			pairs = v.Values
		default:
			if when, ok := l.scalar(x, path, "2026-12-21 to 2027-01-03"); ok {
				l.stretch(x, path, when, "", zone, read)
			}
			return
		}
		for _, pair := range pairs {
			when, ok := l.scalar(pair.Key, path, "2026-12-21 to 2027-01-03")
			note, _ := l.scalar(pair.Value, path, "a note")
			if ok {
				l.stretch(pair.Key, path, when, note, zone, read)
			}
		}
	})
}

func (l *loader) stretch(n ast.Node, path, when, note string, zone *time.Location, read func(x ast.Node, path string, a schedule.Absence, note string)) {
	a, err := parseTimes(when, zone)
	if err != nil {
		l.fail(n, path, "%s", reason(err))
		return
	}
	read(n, path, a, note)
}

// wishes reads times a person would rather not have, with a cost from 1 to 100 as
// the value where it is more than a plain wish.
func (l *loader) wishes(n ast.Node, path string, zone *time.Location) []schedule.Wish {
	var out []schedule.Wish
	if n == nil {
		return nil
	}
	l.stretches(n, path, zone, func(x ast.Node, path string, a schedule.Absence, note string) {
		w := schedule.Wish{Absence: a, Cost: 1}
		for _, other := range out {
			if other.Absence == a {
				l.fail(x, path, "%v is there twice; keep one, with a cost when it matters more", a)
				return
			}
		}
		if note != "" {
			cost, err := strconv.ParseInt(strings.TrimSpace(note), 10, 32)
			if err != nil || cost < 1 || cost > 100 {
				l.fail(x, path, "%q is no cost; write how much it matters, from 1 to 100", note)
				return
			}
			w.Cost = cost
		}
		out = append(out, w)
	})
	return out
}
