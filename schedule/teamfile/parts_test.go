package teamfile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"watchbill/schedule"
	"watchbill/schedule/teamfile"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// A team file that is taken apart and put together again means the same.
func TestSplitAndCompose(t *testing.T) {
	files, err := filepath.Glob("../../examples/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no examples", err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			src, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			rules, people, f, err := teamfile.Split(name, src)
			if err != nil {
				t.Fatal(err)
			}
			text, err := teamfile.Compose(rules, f.From, f.Until, people, nil)
			if err != nil {
				t.Fatal(err)
			}
			again, err := teamfile.Parse("again", text)
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			if diff := cmp.Diff(f, again, cmpopts.IgnoreUnexported(teamfile.File{}), cmpopts.IgnoreTypes(teamfile.Problem{}),
				cmpopts.IgnoreFields(teamfile.File{}, "Pinned", "Past"), cmp.Comparer(schedule.Calendar.Equal), cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })); diff != "" {
				t.Errorf("%s\n%s", diff, text)
			}
			for _, key := range []string{"\nfrom:", "\npeople:", "\npast:", "\nweeks:"} {
				if strings.Contains("\n"+rules, key) {
					t.Errorf("the rules still have %q:\n%s", key, rules)
				}
			}
		})
	}
}

func TestSplitKeepsComments(t *testing.T) {
	rules, people, _, err := teamfile.Split("x.yaml", []byte(`# The team.
team: Payments # ours
zone: Europe/Berlin
from: 2026-12-07
# half a year
weeks: 26

# One duty.
rotations:
  # on Mondays
  - {name: primary, handover: Mon 09:00}
people:
  - {name: Ana, limits: {on_call: 1 week in 4}, works: "Mon-Thu 08:00-16:00", away: [2026-12-24 to 2026-12-26: "Christmas: at home"]}
`))
	if err != nil {
		t.Fatal(err)
	}
	want := `# The team.
team: Payments # ours
zone: Europe/Berlin

# One duty.
rotations:
  # on Mondays
  - {name: primary, handover: Mon 09:00}
`
	if diff := cmp.Diff(want, rules); diff != "" {
		t.Error(diff)
	}
	if p := people[0]; p.Limits != "{on_call: 1 week in 4}" || p.Works != "Mon-Thu 08:00-16:00" || p.Takes != nil {
		t.Errorf("%+v", p)
	}
}
