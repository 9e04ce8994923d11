package schedule_test

import (
	"strings"
	"testing"

	"watchbill/schedule"
)

func TestGoodName(t *testing.T) {
	for _, name := range []string{"Ana", "Zoë Ångström", "李小龙", "محمد علی", "می\u200cخواهم", "O'Neill (night)", "🦊", strings.Repeat("長", 100)} {
		if !schedule.GoodName(name) {
			t.Errorf("%q is refused", name)
		}
	}
	for _, name := range []string{"", " ", "\u200d", "\u200b", "Ana\u202egnp", "\u2066Ana", "A\u200bna", "A\x00na", "A\nna", "\ufeffAna", "caf\xe9", strings.Repeat("a", 101)} {
		if schedule.GoodName(name) {
			t.Errorf("%q is accepted", name)
		}
	}
}

// What is written for others is as long as was said and shows nothing else than was
// written, whatever the script.
func TestCheckText(t *testing.T) {
	for _, text := range []string{"", "Zoë: מילואים\u200f", "one\r\ntwo\t\u200dthree", strings.Repeat("長", 10)} {
		if err := schedule.CheckText("note", text, 20); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	for text, want := range map[string]string{
		strings.Repeat("長", 21): "note: this is longer than 20 letters; leave out 1",
		"a\u202egpj":            "note: this has an invisible letter that changes how the text is shown (U+202E); write it anew",
		"one\ntwo \u2067three":  "note: line 2 has an invisible letter that changes how the text is shown (U+2067); write it anew",
		"bell\a":                "note: this has an invisible letter that changes how the text is shown (U+0007); write it anew",
	} {
		if err := schedule.CheckText("note", text, 20); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}
