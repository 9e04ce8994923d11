package ui

import (
	"errors"
	"net/url"
	"testing"

	"watchbill/schedule"
)

func TestPlainText(t *testing.T) {
	for _, c := range []struct {
		form url.Values
		bad  string
	}{
		{url.Values{"a": {"", "Ärzte", "one\ntwo\t", "\u202e", "😀"}}, ""},
		{url.Values{"a": {"fine"}, "b": {"fine", "a\x00b"}}, "b"},
		{url.Values{"a": {"caf\xe9"}}, "a"},
		{url.Values{"a\x00": {"fine"}}, "a\x00"},
	} {
		err := plainText(c.form)
		invalid, refused := errors.AsType[*schedule.InvalidError](err)
		if refused != (c.bad != "") || refused && invalid.Field != c.bad {
			t.Errorf("%q: %v, want the field %q", c.form, err, c.bad)
		}
	}
}

func TestUpper(t *testing.T) {
	for text, want := range map[string]string{"": "", "ben has it.": "Ben has it", "ärzte": "Ärzte", "\"x\" is": "\"x\" is", "ß": "ß"} {
		if got := upper(text); got != want {
			t.Errorf("upper(%q) is %q, want %q", text, got, want)
		}
	}
}
