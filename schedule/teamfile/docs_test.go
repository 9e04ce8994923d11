package teamfile_test

import (
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"watchbill/schedule/teamfile"

	"github.com/google/go-cmp/cmp"
)

// keysHere returns the keys that the reader knows at a place of a team file, as it
// names them when it meets one that it does not know.
func keysHere(t *testing.T, src string) []string {
	t.Helper()
	_, err := teamfile.Parse("team.yaml", []byte(src))
	bad, ok := errors.AsType[*teamfile.Error](err)
	if !ok {
		t.Fatalf("%s\n%v", src, err)
	}
	for _, p := range bad.Problems {
		if _, list, ok := strings.Cut(p.Reason, "; the keys here are "); ok {
			keys := strings.Split(list, ", ")
			slices.Sort(keys)
			return keys
		}
	}
	t.Fatalf("no list of keys in %v", err)
	return nil
}

// keysOf returns the keys in the first column of the table below a heading.
func keysOf(t *testing.T, doc, heading string) []string {
	t.Helper()
	_, section, ok := strings.Cut(doc, "\n## "+heading+"\n")
	if !ok {
		t.Fatalf("no section %q", heading)
	}
	section, _, _ = strings.Cut(section, "\n## ")
	var keys []string
	for line := range strings.Lines(section) {
		if cells := strings.Split(line, "|"); len(cells) > 3 {
			for _, m := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(cells[1], -1) {
				keys = append(keys, m[1])
			}
		}
	}
	slices.Sort(keys)
	return keys
}

// The documentation has every key of a team file and none that is not.
func TestEveryKeyIsDocumented(t *testing.T) {
	src, err := os.ReadFile("../../docs/team-file.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(src)
	for heading, file := range map[string]string{
		"The team":  "qqqqqqqq: 1\n",
		"Rotations": "rotations: [{qqqqqqqq: 1}]\n",
		"People":    "people: [{qqqqqqqq: 1}]\n",
	} {
		if diff := cmp.Diff(keysHere(t, file), keysOf(t, doc, heading)); diff != "" {
			t.Errorf("%s (-reader +documentation):\n%s", heading, diff)
		}
	}
	for file, example := range map[string]string{
		"limits: {qqqqqqqq: 1}\n":                  "limits:",
		"points: {qqqqqqqq: 1}\n":                  "`points`",
		"rotations: [{covers: [{qqqqqqqq: 1}]}]\n": "`covers`",
	} {
		_, after, _ := strings.Cut(doc, example)
		for _, key := range keysHere(t, file) {
			if !strings.Contains(after[:400], key) {
				t.Errorf("%s does not tell of %s", example, key)
			}
		}
	}
}

// Every example of the documentation can be read, and every value that it shows.
func TestDocumentedValuesAreRead(t *testing.T) {
	src, err := os.ReadFile("../../docs/team-file.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(src), -1)
	if len(blocks) < 2 {
		t.Fatalf("%d examples", len(blocks))
	}
	for _, block := range blocks {
		file := block[1]
		if !strings.HasPrefix(file, "team:") {
			file = valid + "  - name: Ana\n" + file
		}
		if _, err := teamfile.Parse("team.yaml", []byte(file)); err != nil {
			t.Errorf("%v in\n%s", err, file)
		}
	}
	for _, h := range []string{"Mon 09:00", "daily 09:00", "every 14 days 09:00", "every 12h 08:00", "Mon 09:00, Fri 17:00", "4+3+7 days 09:00"} {
		if !strings.Contains(strings.Join(strings.Fields(string(src)), " "), "`"+h+"`") {
			t.Errorf("the hand-over %q is not documented", h)
		}
		file := strings.Replace(valid, "Mon 09:00", `"`+h+`"`, 1) + "  - name: Ana\n"
		if _, err := teamfile.Parse("team.yaml", []byte(file)); err != nil {
			t.Error(err)
		}
	}
}
