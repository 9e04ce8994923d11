package schedule

import (
	"fmt"
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

// goodNote says what is wrong with what somebody writes to others: it is longer than
// a thousand letters, or has letters that nobody sees and that show the text in another
// order than it was written. The marks that Arabic and Hebrew are typed with are fine.
func goodNote(field, text string) error {
	if letters(text) > maxReason {
		return &InvalidError{field, fmt.Sprintf("this is longer than %d letters", maxReason)}
	}
	for _, r := range text {
		if unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' || '\u202a' <= r && r <= '\u202e' || '\u2066' <= r && r <= '\u2069' {
			return &InvalidError{field, fmt.Sprintf("this has an invisible letter that changes how the text is shown (%U); write it anew", r)}
		}
	}
	return nil
}
