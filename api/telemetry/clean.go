package telemetry

import (
	"regexp"
	"strings"
	"unicode"
)

var (
	links     = regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*://)(?:[^\s/@"'<>]*@)?([^\s/?#@"'<>]*)[^\s"'<>]*`)
	addresses = regexp.MustCompile(`[^\s@<>"(),;:/=\[\]]+@[^\s@<>"'(),;:/\[\]]+`)
	secrets   = regexp.MustCompile(`[A-Za-z0-9_-]{32,}`)
)

// shortestSecret is how long a text without a gap has to be to open a door: the links of
// feeds are the shortest, 192 bits in 32 letters.
const shortestSecret = 32

// Clean returns a text as a log may have it, on one line: of links only where they lead,
// without addresses of people, without what is long enough to be a secret, and without
// characters that move the cursor or turn the direction of writing. Errors of others'
// libraries have all of that.
func Clean(text string) string {
	if strings.IndexFunc(text, moves) >= 0 {
		text = strings.ReplaceAll(strings.TrimRight(text, "\r\n"), "\n", "; ")
		text = strings.Map(func(r rune) rune {
			if moves(r) {
				return unicode.ReplacementChar
			}
			return r
		}, text)
	}
	if strings.Contains(text, "://") {
		text = links.ReplaceAllString(text, "$1$2")
	}
	if strings.Contains(text, "@") {
		text = addresses.ReplaceAllString(text, "[address]")
	}
	if len(text) >= shortestSecret {
		text = secrets.ReplaceAllString(text, "[hidden]")
	}
	return text
}

// moves says whether a character does something else than stand there.
func moves(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)
}
