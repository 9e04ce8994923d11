package schedule

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxName bounds names of people and teams, in letters.
const maxName = 100

// maxReason bounds what people write to each other, in letters.
const maxReason = 1000

// letters counts the letters of a text, as its limits are told to people.
func letters(text string) int { return utf8.RuneCountInString(text) }

// GoodName says whether a name is what it looks like: up to a hundred letters, of
// which something is to be seen, and none that turns the letters around it or hides.
// What joins letters in some scripts is fine.
func GoodName(name string) bool {
	if utf8.RuneCountInString(name) > maxName || !utf8.ValidString(name) {
		return false
	}
	seen := false
	for _, r := range name {
		switch {
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\u200b', r == '\u2060', r == '\ufeff':
			return false
		case unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S):
			seen = true
		}
	}
	return seen
}

// CheckText says what is wrong with what somebody writes for others to read: it is
// longer than so many letters, or has letters that nobody sees and that show the text
// in another order than it was written. The marks that Arabic and Hebrew are typed with
// are fine.
func CheckText(field, text string, most int) error {
	if n := letters(text); n > most {
		return &InvalidError{field, fmt.Sprintf("this is longer than %d letters; leave out %d", most, n-most)}
	}
	at := strings.IndexFunc(text, hidden)
	if at < 0 {
		return nil
	}
	r, _ := utf8.DecodeRuneInString(text[at:])
	what := "this"
	if line := strings.Count(text[:at], "\n"); strings.Contains(text, "\n") {
		what = fmt.Sprintf("line %d", line+1)
	}
	return &InvalidError{field, fmt.Sprintf("%s has an invisible letter that changes how the text is shown (%U); write it anew", what, r)}
}

// hidden says whether a letter is not seen and changes how those around it are shown.
func hidden(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' || '\u202a' <= r && r <= '\u202e' || '\u2066' <= r && r <= '\u2069'
}

// legible is a text from elsewhere without the letters that CheckText refuses.
func legible(text string) string {
	return strings.Map(func(r rune) rune {
		if hidden(r) {
			return -1
		}
		return r
	}, text)
}

// goodNote is CheckText for what people write to each other.
func goodNote(field, text string) error { return CheckText(field, text, maxReason) }
