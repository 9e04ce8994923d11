package notify

import (
	"strings"
	"unicode"
)

// Slack reads marks in text: <!channel> rings everybody, <@U1> somebody, *this* is bold. What
// people have typed is their names and messages, and must do none of it. So what is shown is
// made of pieces that say what they are and are not read any more, and where Slack wants
// plain text besides, for lock screens and old programs, the marks are made harmless.

// slackMessage is a letter as Slack's chat.postMessage takes it.
func slackMessage(conversation string, m *Mail) map[string]any {
	var parts []any
	part := func(kind string, pieces ...any) {
		parts = append(parts, map[string]any{"type": kind, "elements": pieces})
	}
	part("rich_text_section", slackWords(oneLine(m.Subject), "bold"), slackWords("\n"))
	for paragraph := range strings.SplitSeq(printable(m.Text), "\n\n") {
		if quote, is := unquoted(paragraph); is {
			part("rich_text_quote", slackWords(quote))
			continue
		}
		part("rich_text_section", slackWords(paragraph+"\n"))
	}
	if m.Link != "" {
		part("rich_text_section", slackLink(m.Link), slackWords("\n\n"))
	}
	part("rich_text_section", slackWords(printable(m.Foot)+" "), slackLink(m.Choose))
	return map[string]any{
		"channel": conversation,
		// The link may be a secret, and is not for lock screens.
		"text":   slackEscape.Replace(oneLine(m.Subject) + "\n" + printable(m.Text)),
		"blocks": []any{map[string]any{"type": "rich_text", "block_id": m.ID, "elements": parts}},
		"mrkdwn": false, "parse": "none", "link_names": false,
		// A link to a survey is looked at by whom it was sent to, and nobody else first.
		"unfurl_links": false, "unfurl_media": false,
	}
}

// mostText bounds a message, in letters; Slack takes ten times as many.
const mostText = 4000

// printable leaves of a text what can be seen, and its lines.
func printable(text string) string {
	letters := []rune(strings.Map(func(r rune) rune {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "")))
	if len(letters) > mostText {
		letters = append(letters[:mostText-1], '…')
	}
	return string(letters)
}

// slackEscape replaces what begins and ends a mark.
var slackEscape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func slackWords(text string, styles ...string) map[string]any {
	piece := map[string]any{"type": "text", "text": text}
	for _, style := range styles {
		piece["style"] = map[string]bool{style: true}
	}
	return piece
}

// slackLink shows where it leads, and needs no words in anybody's language.
func slackLink(to string) map[string]any { return map[string]any{"type": "link", "url": to} }

// unquoted returns what somebody else has written without what marks it, if that is all
// that a paragraph has.
func unquoted(paragraph string) (string, bool) {
	lines := strings.Split(paragraph, "\n")
	for i, line := range lines {
		rest, is := strings.CutPrefix(line, "> ")
		if !is {
			return "", false
		}
		lines[i] = rest
	}
	return strings.Join(lines, "\n"), true
}
