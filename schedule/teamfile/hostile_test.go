package teamfile_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"watchbill/schedule/teamfile"
)

const valid = `team: Payments
zone: Europe/Berlin
from: 2026-12-07
weeks: 4
rotations:
  - {name: primary, handover: Mon 09:00}
people:
`

// TestHostileFiles reads what nobody would write by hand. Each took the parser
// or us many seconds, or a gigabyte, before there were bounds.
func TestHostileFiles(t *testing.T) {
	lines := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	var stairs strings.Builder
	for i := range 600 {
		stairs.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	for _, test := range []struct{ name, src string }{
		{"a list in a list in a list", strings.Repeat("- ", 100_000) + "x"},
		{"keys of keys", strings.Repeat("? ", 100_000) + "x"},
		{"brackets", "team: " + strings.Repeat("[", 100_000)},
		{"tags", "team: " + strings.Repeat("!a ", 50_000) + "x"},
		{"stairs", stairs.String()},
		{"a list of itself", valid + "  - name: Ana\npast: &a [*a, *a]\n"},
		{"many keys", lines(30_000, "k%d: v\n")},
		{"one key many times", strings.Repeat("k: v\n", 60_000)},
		{"many people", valid + lines(20_000, "  - name: P%d\n")},
		{"many unknown people", valid + lines(900, "  - name: Person%d\n") + "past:\n" + lines(1_500, "  - s%d: Zzzzzz\n")},
		{"large", strings.Repeat("# ho hum\n", 100_000)},
	} {
		t.Run(test.name, func(t *testing.T) {
			start := time.Now()
			_, err := teamfile.Parse("team.yaml", []byte(test.src))
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
			bad, ok := errors.AsType[*teamfile.Error](err)
			if !ok || len(bad.Problems) == 0 || len(bad.Problems) > 200 {
				t.Errorf("error is %T with too few or too many problems", err)
			}
		})
	}
}

// TestHarmlessOddities are files that must be read although they look unusual.
func TestHarmlessOddities(t *testing.T) {
	for _, test := range []struct{ name, src string }{
		{"byte order mark", "\ufeff" + valid + "  - name: Ana\n"},
		{"carriage returns", strings.ReplaceAll(valid+"  - name: Ana\n", "\n", "\r\n")},
		{"brackets in a comment", "# " + strings.Repeat("[", 60) + "\n" + valid + "  - name: Ana\n"},
		{"alias", valid + "  - {name: Ana, away: &xmas 2026-12-21 to 2027-01-03}\n  - {name: Ben, away: *xmas}\n"},
		{"anchor used by an earlier-read key", "zone: Europe/Berlin\nrotations: [{name: a, handover: Mon 09:00, first: &day 2026-12-07}]\nfrom: *day\nteam: T\nweeks: 1\npeople: [{name: Ana}]\n"},
		{"other dashes", valid + "  - {name: Ana, away: 2026-12-21..2026-12-23}\n  - {name: Ben, away: 2026-12-21 – 2026-12-23, works: Mon-Fri 09:00 - 17:00}\n"},
		{"times of day in brackets in braces", strings.Replace(valid, "Mon 09:00}", "Mon 09:00, covers: [Mon-Thu 08:00-12:00, {hours: 13:00-17:00}]}", 1) +
			"  - {name: Ana, away: [2026-12-21 14:00 to 2026-12-22 09:00, {2026-12-27 10:00 to 2026-12-27 11:00: dentist}], rather_not: [{2026-12-24: 5}]}\n"},
		{"a pin of the night in braces", strings.Replace(valid, "Mon 09:00", "every 12h 08:00", 1) + "  - name: Ana\npinned: {primary 2026-12-07 20:00: Ana, primary 2026-12-08 08:00: Ana}\n"},
		{"notes below each other", valid + "  - name: Ana\n    away:\n      2026-12-21: dentist\n      2026-12-24 to 2026-12-26: family\n    rather_not: {2026-12-28: 2, 2026-12-29: 3}\n"},
	} {
		f, err := teamfile.Parse("team.yaml", []byte(test.src))
		if err != nil || len(f.Warnings) > 0 {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// TestTimesInBrackets reads what the parser takes for keys with values.
func TestTimesInBrackets(t *testing.T) {
	f, err := teamfile.Parse("team.yaml", []byte(valid+
		"  - {name: Ana, away: [{2026-12-21 14:00 to 2026-12-22 09:00: dentist}, 2026-12-27 10:00 to 2026-12-27 11:00], rather_not: [2026-12-24: 5]}\n"))
	if err != nil {
		t.Fatal(err)
	}
	m := f.Team.Members[0]
	if len(m.Absences) != 2 || m.Absences[0].String() != "2026-12-21 14:00 to 2026-12-22 09:00 (dentist)" || m.Absences[1].Label != "" ||
		len(m.Wishes) != 1 || m.Wishes[0].Cost != 5 {
		t.Errorf("Ana is away %v and wishes %v", m.Absences, m.Wishes)
	}
}

// TestSyntaxAdvice breaks a file as people do, and looks for what to do in the
// message.
func TestSyntaxAdvice(t *testing.T) {
	for _, test := range []struct{ people, want string }{
		{"  - name: Ana\n    away: 2026-12-21: dentist\n", "write a note as an entry of its own below"},
		{"\t- name: Ana\n", "a tab at the beginning of a line"},
		{"  - name: \"Ana\n", "opened here and not closed"},
		{"  - name: Ana\n   share: 0.5\n", "stands too far in or not far enough"},
		{"  - name: @ana\n", "put it in quotes"},
		{"  - name: Ana\nBen\n", "this line is no key with a value"},
		{"  - {name: Ana\n", "not closed"},
		{"  - name:Ana\n", "with a space after the colon"},
		{"  -name: Ana\n", "with a space after the dash"},
	} {
		_, err := teamfile.Parse("team.yaml", []byte(valid+test.people))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: %v; want %q", test.people, err, test.want)
		}
	}
}

func TestDashesMeanTheSame(t *testing.T) {
	for _, dash := range []string{" to ", "..", " – ", " - "} {
		f, err := teamfile.Parse("team.yaml", []byte(valid+"  - {name: Ana, away: 2026-12-21"+dash+"2026-12-23}\n"))
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Team.Members[0].Absences[0].String(); got != "2026-12-21 to 2026-12-23" {
			t.Errorf("%q: %s", dash, got)
		}
	}
}
