package health

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What is never shown of a delivery: what lets somebody in, and where people can be
// reached.
var (
	secretMember = regexp.MustCompile(`(?i)("[^"]*(?:token|secret|passw|authori[sz]|api_?key|signature|credential|cookie|verification|\bcode)[^"]*"\s*:\s*)("(?:[^"\\]|\\.)*(?:"|\\?$)|-?[0-9.]+)`)
	secretField  = regexp.MustCompile(`(?i)((?:^|[&?])[^=&]*(?:token|secret|passw|api_?key|signature|code)[^=&]*=)[^&\s"]+`)
	bearer       = regexp.MustCompile(`(?i)(bearer\s+|whsec_|wb_)[A-Za-z0-9._~+/=-]+`)
	address      = regexp.MustCompile(`[A-Za-z0-9._%+-]+(@|%40)[A-Za-z0-9.-]+\.[A-Za-z]{2,}`)
	phone        = regexp.MustCompile(`(?:\+|00)[0-9][0-9 ()/-]{6,}[0-9]`)
	verification = regexp.MustCompile(`(?i)(verification code[^0-9]{0,20})[0-9]{4,10}`)
)

// Redact shows what a delivery says, up to a number of bytes, without what lets
// anybody in and without addresses and numbers of people. Bytes that are no text are
// shown as a question mark.
func Redact(body []byte, most int) (text string, cut bool) {
	if len(body) > most {
		body, cut = body[:most], true
		for range utf8.UTFMax - 1 { // a letter that was cut in two
			if r, size := utf8.DecodeLastRune(body); r == utf8.RuneError && size == 1 {
				body = body[:len(body)-1]
			}
		}
	}
	text = strings.ToValidUTF8(string(body), "�")
	text = secretMember.ReplaceAllString(text, `$1"•••"`)
	text = secretField.ReplaceAllString(text, `$1•••`)
	text = bearer.ReplaceAllString(text, `$1•••`)
	text = verification.ReplaceAllString(text, `$1•••`)
	text = address.ReplaceAllString(text, `•••$1•••`)
	text = phone.ReplaceAllString(text, `+•••`)
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r) {
			return '�'
		}
		return r
	}, text), cut
}
