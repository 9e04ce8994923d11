package teamfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// RulesText is a team's rules as a form shows them: every value as it is written, an
// empty one where the file says nothing. It holds all that a team file can say but
// who is in the team and for which days a plan is made.
type RulesText struct {
	Team, Zone    string
	Holidays      []string
	ShareHolidays string // true or false
	Limits        LimitsText
	Points        PointsText
	Rotations     []RotationText
}

// LimitsText are limits as they are written: "1 week in 4".
type LimitsText struct {
	OnCall             []string
	Rest               string
	Weekends, Holidays []string
}

// PointsText says what an hour weighs.
type PointsText struct{ Business, Evening, Sleep, Weekend, Holiday string }

// RotationText is a rotation as it is written.
type RotationText struct {
	Name, Handover string
	Covers         []CoverText
	People, Weight string
	Skills         []string
	Pool, Zone     string
	First, Last    string
	HolidayShifts  string // true or false
}

// CoverText is a stretch of hours on duty; with a name it is a shift of its own.
type CoverText struct{ Name, Hours, Zone string }

// A rulesReader reads rules and remembers where they stand.
type rulesReader struct {
	*reader
	text      RulesText
	root      ast.Node
	limits    ast.Node
	points    ast.Node
	rotations []ast.Node // one per rotation
	list      ast.Node   // of the rotations
}

// ReadRules reads rules for a form. Values are not checked, so that a form can show
// what is wrong with them. The error is an *Error, of what cannot be shown: text that
// is not YAML, and keys that no team file has.
func ReadRules(rules string) (RulesText, error) {
	x, err := readRules(rules)
	if err != nil {
		return RulesText{}, err
	}
	return x.text, nil
}

func readRules(rules string) (*rulesReader, error) {
	x := &rulesReader{reader: newReader(ofTeam)}
	t := &x.text
	if x.root = x.parse([]byte(rules)); x.root != nil && len(x.problems) == 0 {
		x.mapping(x.root, "", map[string]field{
			"team": x.text1(&t.Team), "zone": x.text1(&t.Zone), "holidays": x.texts(&t.Holidays, "DE-BE"), "share_holidays": x.text1(&t.ShareHolidays),
			"limits": func(n ast.Node, path string) {
				x.limits = n
				l := &t.Limits
				x.mapping(n, path, map[string]field{
					"on_call": x.texts(&l.OnCall, "1 week in 4"), "rest": x.text1(&l.Rest),
					"weekends": x.texts(&l.Weekends, "2 in 8 weeks"), "holidays": x.texts(&l.Holidays, "1 in 26 weeks"),
				})
			},
			"points": func(n ast.Node, path string) {
				x.points = n
				p := &t.Points
				x.mapping(n, path, map[string]field{
					"business": x.text1(&p.Business), "evening": x.text1(&p.Evening), "sleep": x.text1(&p.Sleep),
					"weekend": x.text1(&p.Weekend), "holiday": x.text1(&p.Holiday),
				})
			},
			"rotations": func(n ast.Node, path string) {
				x.list = n
				x.reader.list(n, path, x.rotation)
			},
		})
	}
	if len(x.problems) > 0 {
		return nil, &Error{Name: "team", Problems: sorted(x.problems), source: strings.Split(rules, "\n")}
	}
	return x, nil
}

// text1 reads one value; none is empty.
func (x *rulesReader) text1(into *string) field {
	return func(n ast.Node, path string) {
		if _, none := x.resolve(n).(*ast.NullNode); n != nil && !none {
			x.reader.text(into, "a value")(n, path)
		}
	}
}

func (x *rulesReader) rotation(n ast.Node, path string) {
	var r RotationText
	x.mapping(n, path, map[string]field{
		"name": x.text1(&r.Name), "handover": x.text1(&r.Handover), "people": x.text1(&r.People), "weight": x.text1(&r.Weight),
		"skills": x.texts(&r.Skills, "db"), "pool": x.text1(&r.Pool), "zone": x.text1(&r.Zone), "first": x.text1(&r.First), "last": x.text1(&r.Last),
		"holiday_shifts": x.text1(&r.HolidayShifts),
		"covers": func(n ast.Node, path string) {
			x.reader.list(n, path, func(n ast.Node, path string) {
				var c CoverText
				text, whole := colonText(x.resolve(n))
				switch x.resolve(n).(type) {
				case *ast.MappingNode, *ast.MappingValueNode:
					if whole {
						c.Hours = text
						break
					}
					x.mapping(n, path, map[string]field{"hours": x.text1(&c.Hours), "name": x.text1(&c.Name), "zone": x.text1(&c.Zone)})
				default:
					x.text1(&c.Hours)(n, path)
				}
				r.Covers = append(r.Covers, c)
			})
		},
	})
	x.text.Rotations = append(x.text.Rotations, r)
	x.rotations = append(x.rotations, n)
}

// equal says whether two forms show the same.
func (t *RulesText) equal(u *RulesText) bool {
	return t.Team == u.Team && t.Zone == u.Zone && slices.Equal(t.Holidays, u.Holidays) && t.ShareHolidays == u.ShareHolidays &&
		t.Limits.equal(&u.Limits) && t.Points == u.Points && slices.EqualFunc(t.Rotations, u.Rotations, RotationText.Equal)
}

func (l *LimitsText) equal(m *LimitsText) bool {
	return l.Rest == m.Rest && slices.Equal(l.OnCall, m.OnCall) && slices.Equal(l.Weekends, m.Weekends) && slices.Equal(l.Holidays, m.Holidays)
}

// Equal says whether two rotations are written alike.
func (r RotationText) Equal(s RotationText) bool {
	return slices.Equal(r.Covers, s.Covers) && slices.Equal(r.Skills, s.Skills) &&
		[9]string{r.Name, r.Handover, r.People, r.Weight, r.Pool, r.Zone, r.First, r.Last, r.HolidayShifts} ==
			[9]string{s.Name, s.Handover, s.People, s.Weight, s.Pool, s.Zone, s.First, s.Last, s.HolidayShifts}
}

// pairs are the keys of a rotation with their values in YAML, empty where it says
// nothing.
func (r *RotationText) pairs() []pair {
	covers := ""
	for _, c := range r.Covers {
		one := quote(c.Hours)
		if len(r.Covers) > 1 {
			one = quoteItem(c.Hours)
		}
		if c.Name != "" || c.Zone != "" {
			one = "{" + inline([]pair{{"name", quote(c.Name)}, {"hours", quote(c.Hours)}, {"zone", quote(c.Zone)}}) + "}"
		}
		if covers != "" {
			covers += ", "
		}
		covers += one
	}
	if len(r.Covers) > 1 {
		covers = "[" + covers + "]"
	}
	return []pair{
		{"name", quote(r.Name)}, {"handover", quote(r.Handover)}, {"covers", covers}, {"people", quote(r.People)}, {"weight", quote(r.Weight)},
		{"skills", several(r.Skills)}, {"pool", quote(r.Pool)}, {"zone", quote(r.Zone)}, {"first", quote(r.First)}, {"last", quote(r.Last)},
		{"holiday_shifts", quote(r.HolidayShifts)},
	}
}

func (l *LimitsText) pairs() []pair {
	return []pair{{"on_call", several(l.OnCall)}, {"rest", quote(l.Rest)}, {"weekends", several(l.Weekends)}, {"holidays", several(l.Holidays)}}
}

func (p *PointsText) pairs() []pair {
	return []pair{{"business", quote(p.Business)}, {"evening", quote(p.Evening)}, {"sleep", quote(p.Sleep)}, {"weekend", quote(p.Weekend)}, {"holiday", quote(p.Holiday)}}
}

// String writes the rules as a team file does.
func (t RulesText) String() string {
	var b strings.Builder
	line := func(indent string, p pair) {
		if p.value != "" {
			fmt.Fprintf(&b, "%s%s: %s\n", indent, p.key, p.value)
		}
	}
	line("", pair{"team", quote(t.Team)})
	line("", pair{"zone", quote(t.Zone)})
	line("", pair{"holidays", several(t.Holidays)})
	line("", pair{"share_holidays", quote(t.ShareHolidays)})
	for _, part := range []struct {
		key   string
		pairs []pair
	}{{"limits", t.Limits.pairs()}, {"points", t.Points.pairs()}} {
		if inline(part.pairs) != "" {
			fmt.Fprintf(&b, "\n%s:\n", part.key)
			for _, p := range part.pairs {
				line("  ", p)
			}
		}
	}
	b.WriteString("\nrotations:\n")
	for i := range t.Rotations {
		b.WriteString(t.Rotations[i].item("  "))
	}
	return b.String()
}

// item writes a rotation as an item of a list.
func (r *RotationText) item(indent string) string {
	var b strings.Builder
	dash := "- "
	for _, p := range r.pairs() {
		if p.value != "" {
			fmt.Fprintf(&b, "%s%s%s: %s\n", indent, dash, p.key, p.value)
			dash = "  "
		}
	}
	return b.String()
}
