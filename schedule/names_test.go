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
