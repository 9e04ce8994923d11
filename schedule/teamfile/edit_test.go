package teamfile_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"watchbill/schedule/teamfile"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

const written = `# The team.
team: Payments # ours
zone: Europe/Berlin
holidays: [DE-BE, "extra, more.ics"] # and nobody else's

# Nobody more often.
limits:
  on_call: 1 week in 3   # agreed in May
  rest: 11h

rotations:
  # on Mondays
  - name: primary
    handover: Mon 09:00 # after stand-up
    covers:
      - Mon-Fri 09:00-17:00
      - {name: night, hours: "22:00-06:00", zone: Europe/Berlin}
  # helps out
  - {name: zweite Wache für Größe, handover: Mon 09:00, weight: 0.5} # half
  - name: shadow
    handover: 'Tue 10:00'

# the end
`

func read(t *testing.T, text string) teamfile.RulesText {
	t.Helper()
	r, err := teamfile.ReadRules(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestReadRules(t *testing.T) {
	want := teamfile.RulesText{
		Team: "Payments", Zone: "Europe/Berlin", Holidays: []string{"DE-BE", "extra, more.ics"},
		Limits: teamfile.LimitsText{OnCall: []string{"1 week in 3"}, Rest: "11h"},
		Rotations: []teamfile.RotationText{
			{Name: "primary", Handover: "Mon 09:00", Covers: []teamfile.CoverText{{Hours: "Mon-Fri 09:00-17:00"}, {Name: "night", Hours: "22:00-06:00", Zone: "Europe/Berlin"}}},
			{Name: "zweite Wache für Größe", Handover: "Mon 09:00", Weight: "0.5"},
			{Name: "shadow", Handover: "Tue 10:00"},
		},
	}
	if diff := cmp.Diff(want, read(t, written)); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{"", "- a\n- b", "rotations: [{name: x, nonsense: 1}]", "team: [", "people: []", "rotations:\n  - name: {a: b}\n"} {
		if r, err := teamfile.ReadRules(bad); err == nil {
			t.Errorf("%q is read as %+v", bad, r)
		}
	}
}

// An edit changes what the form shows and no other letter.
func TestEditRules(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(*teamfile.RulesText)
		old  string // replaced by
		new  string
	}{
		{"nothing", func(*teamfile.RulesText) {}, "", ""},
		{"a value with a comment behind it", func(r *teamfile.RulesText) { r.Rotations[0].Handover = "Fri 12:30" }, "Mon 09:00 # after", "Fri 12:30 # after"},
		{"a value in braces", func(r *teamfile.RulesText) { r.Rotations[1].Handover = "daily 08:00" }, "Größe, handover: Mon 09:00", "Größe, handover: daily 08:00"},
		{"a new key in braces", func(r *teamfile.RulesText) { r.Rotations[1].People = "2" }, "weight: 0.5}", "weight: 0.5, people: 2}"},
		{"a key less in braces", func(r *teamfile.RulesText) { r.Rotations[1].Weight = "" }, ", weight: 0.5}", "}"},
		{"a new key", func(r *teamfile.RulesText) { r.Rotations[2].Skills = []string{"db", "it's: odd"} }, "'Tue 10:00'\n", "'Tue 10:00'\n    skills: [db, 'it''s: odd']\n"},
		{"a list below its key", func(r *teamfile.RulesText) { r.Rotations[0].Covers = r.Rotations[0].Covers[:1] },
			"covers:\n      - Mon-Fri 09:00-17:00\n      - {name: night, hours: \"22:00-06:00\", zone: Europe/Berlin}\n", "covers: Mon-Fri 09:00-17:00\n"},
		{"a list less", func(r *teamfile.RulesText) { r.Rotations[0].Covers = nil },
			"    covers:\n      - Mon-Fri 09:00-17:00\n      - {name: night, hours: \"22:00-06:00\", zone: Europe/Berlin}\n", ""},
		{"a list in brackets", func(r *teamfile.RulesText) { r.Holidays = []string{"ES"} }, `[DE-BE, "extra, more.ics"] # and`, "ES # and"},
		{"a limit", func(r *teamfile.RulesText) { r.Limits.OnCall = []string{"1 week in 4", "2 weeks in 9"} }, "1 week in 3   # agreed", "[1 week in 4, 2 weeks in 9]   # agreed"},
		{"a limit more", func(r *teamfile.RulesText) { r.Limits.Weekends = []string{"2 in 8 weeks"} }, "rest: 11h\n", "rest: 11h\n  weekends: 2 in 8 weeks\n"},
		{"a limit less", func(r *teamfile.RulesText) { r.Limits.Rest = "" }, "  rest: 11h\n", ""},
		{"no limits", func(r *teamfile.RulesText) { r.Limits = teamfile.LimitsText{} }, "limits:\n  on_call: 1 week in 3   # agreed in May\n  rest: 11h\n", ""},
		{"points", func(r *teamfile.RulesText) { r.Points.Holiday = "4" }, "'Tue 10:00'\n", "'Tue 10:00'\npoints: {holiday: 4}\n"},
		{"another name", func(r *teamfile.RulesText) { r.Rotations[1].Name = "zweite" }, "zweite Wache für Größe", "zweite"},
		{"a rotation less in the middle", func(r *teamfile.RulesText) { r.Rotations = append(r.Rotations[:1:1], r.Rotations[2]) },
			"  # helps out\n  - {name: zweite Wache für Größe, handover: Mon 09:00, weight: 0.5} # half\n", ""},
		{"a rotation less at the start", func(r *teamfile.RulesText) { r.Rotations = r.Rotations[1:] },
			"  # on Mondays\n  - name: primary\n    handover: Mon 09:00 # after stand-up\n    covers:\n      - Mon-Fri 09:00-17:00\n      - {name: night, hours: \"22:00-06:00\", zone: Europe/Berlin}\n", ""},
		{"a rotation less at the end", func(r *teamfile.RulesText) { r.Rotations = r.Rotations[:2] }, "  - name: shadow\n    handover: 'Tue 10:00'\n", ""},
		{"a rotation more", func(r *teamfile.RulesText) {
			r.Rotations = append(r.Rotations, teamfile.RotationText{Name: "late", Handover: "every 12h 08:00", Weight: "0.25"})
		}, "'Tue 10:00'\n", "'Tue 10:00'\n  - name: late\n    handover: every 12h 08:00\n    weight: 0.25\n"},
	} {
		to := read(t, written)
		c.edit(&to)
		got, err := teamfile.EditRules(written, to)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if c.old != "" && strings.Count(written, c.old) != 1 {
			t.Fatalf("%s: %q is there %d times", c.name, c.old, strings.Count(written, c.old))
		}
		if diff := cmp.Diff(strings.Replace(written, c.old, c.new, 1), got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

// What cannot be changed without losing something is left to those who edit text.
func TestEditRulesRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		edit func(*teamfile.RulesText)
	}{
		"an anchor":            {"rotations:\n  - &p\n    name: a\n    handover: Mon 09:00\n  - *p\n", func(r *teamfile.RulesText) { r.Rotations[0].Handover = "Tue 09:00" }},
		"the last rotation":    {"rotations:\n  - name: a\n    handover: Mon 09:00\n", func(r *teamfile.RulesText) { r.Rotations = nil }},
		"a list in brackets":   {"rotations: [{name: a, handover: Mon 09:00}, {name: b, handover: Mon 09:00}]\n", func(r *teamfile.RulesText) { r.Rotations = r.Rotations[1:] }},
		"text over many lines": {"rotations:\n  - name: a\n    handover: >\n      Mon\n      09:00\n", func(r *teamfile.RulesText) { r.Rotations[0].Handover = "Tue 09:00" }},
	} {
		to := read(t, c.text)
		c.edit(&to)
		if got, err := teamfile.EditRules(c.text, to); !errors.Is(err, teamfile.ErrKeepText) {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
}

// Every example can be shown by a form, and written again it means the same.
func TestRulesTextOfExamples(t *testing.T) {
	files, err := filepath.Glob("../../examples/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no examples", err)
	}
	for _, name := range files {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		rules, _, _, err := teamfile.Split(name, src)
		if err != nil {
			t.Fatal(err)
		}
		was := read(t, rules)
		if diff := cmp.Diff(was, read(t, was.String())); diff != "" {
			t.Errorf("%s: %s\n%s", name, diff, was)
		}
		edited, err := teamfile.EditRules(rules, was)
		if err != nil || edited != rules {
			t.Errorf("%s changes without a change: %v", name, err)
		}
	}
}

// Whatever is typed into a form is either there when the text is read again, with
// every comment that was there before, or refused.
func TestEditKeepsComments(t *testing.T) {
	word := rapid.StringMatching(`[-a-zA-Zäß0-9:'"{}\[\],#&*!|> %@.]{0,12}`)
	rapid.Check(t, func(t *rapid.T) {
		was, err := teamfile.ReadRules(written)
		if err != nil {
			t.Fatal(err)
		}
		to := was
		to.Rotations = append([]teamfile.RotationText(nil), was.Rotations...)
		i := rapid.IntRange(0, len(to.Rotations)-1).Draw(t, "rotation")
		r := &to.Rotations[i]
		for _, into := range []*string{&r.Handover, &r.Weight, &r.Pool, &r.Zone, &to.Limits.Rest} {
			if rapid.Bool().Draw(t, "change") {
				*into = strings.TrimSpace(word.Draw(t, "value"))
			}
		}
		if rapid.Bool().Draw(t, "skills") {
			r.Skills = []string{"x" + strings.TrimSpace(word.Draw(t, "skill")), "y"}
		}
		got, err := teamfile.EditRules(written, to)
		if err != nil {
			return
		}
		again, err := teamfile.ReadRules(got)
		if diff := cmp.Diff(to, again); err != nil || diff != "" {
			t.Fatalf("%v %s\n%s", err, diff, got)
		}
		for _, comment := range []string{"# The team.", "# ours", "# and nobody else's", "# Nobody more often.", "# on Mondays", "# helps out", "# half", "# the end"} {
			if !strings.Contains(got, comment) {
				t.Fatalf("%q is lost:\n%s", comment, got)
			}
		}
	})
}

func FuzzEditRules(f *testing.F) {
	f.Add(written, "Tue 09:00", "1")
	f.Add("rotations: [{name: a, handover: b}]", "x", "")
	f.Add("limits:\nrotations:\n- name: a\n  handover: 'it''s'\n", "{", "]")
	f.Fuzz(func(t *testing.T, text, handover, rest string) {
		to, err := teamfile.ReadRules(text)
		if err != nil || len(to.Rotations) == 0 {
			return
		}
		to.Rotations = append([]teamfile.RotationText(nil), to.Rotations...)
		to.Rotations[0].Handover, to.Limits.Rest = strings.TrimSpace(handover), strings.TrimSpace(rest)
		got, err := teamfile.EditRules(text, to)
		if err != nil {
			return
		}
		again, err := teamfile.ReadRules(got)
		if diff := cmp.Diff(to, again); err != nil || diff != "" {
			t.Fatalf("%v %s\n%s", err, diff, got)
		}
	})
}
