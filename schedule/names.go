package schedule

import (
	"unicode"
	"unicode/utf8"
)

// maxName bounds names of people and teams, in letters.
const maxName = 100

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
