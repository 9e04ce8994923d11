package notify

import (
	"bytes"
	_ "embed"
	"html/template"
	"strings"
)

//go:embed mail.html
var mailHTML string

var mailPage = template.Must(template.New("mail").Parse(mailHTML))

// A paragraph of a letter.
type paragraph struct {
	Quote bool // somebody else has written it
	Lines []string
}

// HTML is all that a letter says, as a page. It says what [Mail.Plain] does, loads nothing,
// and what people have typed is text in it.
func (m *Mail) HTML() (string, error) {
	page := struct {
		*Mail
		Title      string
		Paragraphs []paragraph
	}{Mail: m, Title: oneLine(m.Subject)}
	for text := range strings.SplitSeq(printable(m.Text), "\n\n") {
		quote, is := unquoted(text)
		if !is {
			quote = text
		}
		page.Paragraphs = append(page.Paragraphs, paragraph{is, strings.Split(quote, "\n")})
	}
	var out bytes.Buffer
	err := mailPage.Execute(&out, page)
	return out.String(), err
}
