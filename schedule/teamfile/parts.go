package teamfile

import (
	"fmt"
	"strings"

	"watchbill/schedule"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// A PersonText is one of the people of a team file, with what is written by a
// grammar of its own left as it stands.
type PersonText struct {
	Name, Email string
	Zone        string // IANA name
	Share       schedule.Share
	From, Until schedule.Date
	Takes       []string // empty: every rotation
	Skills      []string
	Works       string
	Sleeps      string
	Holidays    []string
	Limits      string // YAML of its own
	Later       []LaterText
	Absences    []schedule.Absence
	Wishes      []schedule.Wish
}

// LaterText is what of one of the people becomes other from a day on; nil is as before.
type LaterText struct {
	From   schedule.Date
	Takes  *[]string // empty: every rotation
	Skills *[]string
	Limits *string // YAML of its own; empty: none any more
}

// periodKeys are the keys that belong to one plan or to people, and not to the
// rules that hold from plan to plan.
var periodKeys = map[string]bool{
	"from": true, "until": true, "weeks": true, "people": true, "pinned": true, "past": true, "frozen_until": true,
}

// Split takes a team file apart into its rules, which keep their comments, and its
// people. The error is that of Parse.
func Split(name string, src []byte) (rules string, people []PersonText, f *File, err error) {
	if f, err = Parse(name, src); err != nil {
		return "", nil, nil, err
	}
	text := strings.Join(f.lines, "\n")
	parsed, err := parser.ParseBytes([]byte(text), 0)
	if err != nil {
		return "", nil, nil, err
	}
	root, ok := parsed.Docs[0].Body.(*ast.MappingNode)
	if !ok {
		return "", nil, nil, fmt.Errorf("%s: the keys of a team file should stand below each other", name)
	}
	var raw struct {
		People []struct {
			Takes  any `yaml:"takes"`
			Works  string
			Sleeps string
			Limits any `yaml:"limits"`
			Later  any `yaml:"later"`
		}
	}
	if err := yaml.Unmarshal([]byte(text), &raw); err != nil {
		return "", nil, nil, err
	}
	for i := range f.Team.People {
		p := personText(f, i)
		p.Works, p.Sleeps = raw.People[i].Works, raw.People[i].Sleeps
		if raw.People[i].Takes == nil {
			p.Takes = nil
		}
		if raw.People[i].Limits != nil {
			if p.Limits, err = flow(raw.People[i].Limits); err != nil {
				return "", nil, nil, err
			}
		}
		if p.Later, err = laterTexts(raw.People[i].Later); err != nil {
			return "", nil, nil, err
		}
		people = append(people, p)
	}
	return rulesText(root, f.lines), people, f, nil
}

// flow writes a value as YAML on one line.
func flow(value any) (string, error) {
	text, err := yaml.MarshalWithOptions(value, yaml.Flow(true))
	return strings.TrimSpace(string(text)), err
}

// laterTexts reads what Parse has found right: one entry or a list of them.
func laterTexts(value any) (out []LaterText, err error) {
	entries, ok := value.([]any)
	if !ok && value != nil {
		entries = []any{value}
	}
	for _, e := range entries {
		keys, ok := e.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("later: %v has no keys", e)
		}
		var l LaterText
		if l.From, err = schedule.ParseDate(fmt.Sprint(keys["from"])); err != nil {
			return nil, err
		}
		for key, to := range map[string]**[]string{"takes": &l.Takes, "skills": &l.Skills} {
			if names, ok := keys[key]; ok {
				*to = &[]string{}
				for _, name := range listOf(names) {
					**to = append(**to, fmt.Sprint(name))
				}
			}
		}
		if limits, ok := keys["limits"]; ok {
			text := ""
			if own, some := limits.(map[string]any); some && len(own) > 0 {
				if text, err = flow(own); err != nil {
					return nil, err
				}
			}
			l.Limits = &text
		}
		out = append(out, l)
	}
	return out, nil
}

// listOf is a value as a list: nothing, one, or several.
func listOf(value any) []any {
	if list, ok := value.([]any); ok || value == nil {
		return list
	}
	return []any{value}
}

func personText(f *File, i int) PersonText {
	person, m := &f.Team.People[i], &f.Team.Members[i]
	p := PersonText{
		Name: string(person.ID), Email: person.Email, Zone: person.Zones[0].Zone.String(), Share: m.Share,
		From: m.From, Until: m.Until, Skills: m.Skills, Absences: m.Absences, Wishes: m.Wishes,
	}
	for _, r := range m.RotationsOn(schedule.Date{}) {
		p.Takes = append(p.Takes, string(r))
	}
	for _, source := range f.PersonHolidays[person.ID] {
		p.Holidays = append(p.Holidays, source.Name)
	}
	return p
}

// rulesText keeps the lines of the keys that are rules. A comment belongs to the
// key below it.
func rulesText(root *ast.MappingNode, lines []string) string {
	var b strings.Builder
	for i, v := range root.Values {
		if periodKeys[v.Key.GetToken().Value] {
			continue
		}
		last := len(lines)
		if i+1 < len(root.Values) {
			last = aboveOf(root.Values[i+1], lines)
		}
		for _, line := range lines[aboveOf(v, lines):last] {
			b.WriteString(line + "\n")
		}
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// aboveOf returns the first line of the comment and blanks above a key, counted
// from zero.
func aboveOf(v *ast.MappingValueNode, lines []string) int {
	at := v.Key.GetToken().Position.Line - 1
	for at > 0 {
		above := strings.TrimSpace(lines[at-1])
		if above != "" && !strings.HasPrefix(above, "#") {
			break
		}
		at--
	}
	return at
}

// Compose makes a team file for the days [from, until) of rules and people. Pinned
// says who has certain slots. Parse reads it; what is wrong with a text shows
// there.
func Compose(rules string, from, until schedule.Date, people []PersonText, pinned map[schedule.SlotID]string) ([]byte, error) {
	doc := yaml.MapSlice{{Key: "from", Value: from.String()}, {Key: "until", Value: until.AddDays(-1).String()}}
	var list []yaml.MapSlice
	for i := range people {
		m, err := people[i].yaml()
		if err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	doc = append(doc, yaml.MapItem{Key: "people", Value: list})
	if len(pinned) > 0 {
		doc = append(doc, yaml.MapItem{Key: "pinned", Value: pinned})
	}
	rest, err := yaml.Marshal(doc)
	if err != nil {
		return nil, err
	}
	return append([]byte(strings.TrimRight(rules, "\n")+"\n\n"), rest...), nil
}

func limitsYAML(text, name string) (limits yaml.MapSlice, err error) {
	if err := yaml.UnmarshalWithOptions([]byte(text), &limits, yaml.UseOrderedMap()); err != nil {
		return nil, fmt.Errorf("limits of %s: %w", name, err)
	}
	if limits == nil {
		limits = yaml.MapSlice{}
	}
	return limits, nil
}

func (p *PersonText) laterYAML() (later []yaml.MapSlice, err error) {
	for _, l := range p.Later {
		entry := yaml.MapSlice{{Key: "from", Value: l.From.String()}}
		if l.Takes != nil {
			entry = append(entry, yaml.MapItem{Key: "takes", Value: *l.Takes})
		}
		if l.Skills != nil {
			entry = append(entry, yaml.MapItem{Key: "skills", Value: *l.Skills})
		}
		if l.Limits != nil {
			limits, err := limitsYAML(*l.Limits, p.Name)
			if err != nil {
				return nil, err
			}
			entry = append(entry, yaml.MapItem{Key: "limits", Value: limits})
		}
		later = append(later, entry)
	}
	return later, nil
}

func (p *PersonText) yaml() (yaml.MapSlice, error) {
	m := yaml.MapSlice{{Key: "name", Value: p.Name}}
	add := func(key string, value any, wanted bool) {
		if wanted {
			m = append(m, yaml.MapItem{Key: key, Value: value})
		}
	}
	add("email", p.Email, p.Email != "")
	add("zone", p.Zone, p.Zone != "")
	add("share", p.Share.String(), p.Share != schedule.FullTime)
	add("from", p.From.String(), !p.From.IsZero())
	add("until", p.Until.String(), !p.Until.IsZero())
	add("takes", p.Takes, len(p.Takes) > 0)
	add("skills", p.Skills, len(p.Skills) > 0)
	add("works", p.Works, p.Works != "")
	add("sleeps", p.Sleeps, p.Sleeps != "")
	add("holidays", p.Holidays, len(p.Holidays) > 0)
	if p.Limits != "" {
		limits, err := limitsYAML(p.Limits, p.Name)
		if err != nil {
			return nil, err
		}
		add("limits", limits, true)
	}
	later, err := p.laterYAML()
	if err != nil {
		return nil, err
	}
	add("later", later, len(later) > 0)
	zone, err := schedule.Zone(p.Zone)
	if err != nil {
		return nil, fmt.Errorf("zone of %s: %w", p.Name, err)
	}
	var away []any
	for _, a := range p.Absences {
		note := a.Label
		a.Label, a.Start, a.End = "", a.Start.In(zone), a.End.In(zone)
		if note == "" {
			away = append(away, a.String())
		} else {
			away = append(away, yaml.MapSlice{{Key: a.String(), Value: note}})
		}
	}
	add("away", away, len(away) > 0)
	var wishes []any
	for _, w := range p.Wishes {
		a := w.Absence
		a.Label, a.Start, a.End = "", a.Start.In(zone), a.End.In(zone)
		wishes = append(wishes, yaml.MapSlice{{Key: a.String(), Value: w.Cost}})
	}
	add("rather_not", wishes, len(wishes) > 0)
	return m, nil
}
