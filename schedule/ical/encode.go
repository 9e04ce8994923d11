package ical

import (
	"bytes"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"watchbill/schedule"

	goical "github.com/emersion/go-ical"
)

// A Calendar is what is written as one .ics file.
type Calendar struct {
	Name   string
	Events []Event
}

// An Event is one shift.
type Event struct {
	// UID names the shift for its life; it must not depend on who has it or
	// when it ends.
	UID         string
	Summary     string
	Description string
	Categories  []string
	Start, End  time.Time // End is not included
	// First and Last are the days of an event of whole days, which has no Start
	// and End.
	First, Last schedule.Date
	URL         string
	Busy        bool // takes up time in the reader's calendar
	Alarm       bool // reminds a quarter of an hour before
	Cancelled   bool // a shift taken away, kept so that readers remove theirs
	// Changed is when the event last became what it is, not when it is written:
	// the same events give the same bytes.
	Changed time.Time
	// Sequence counts the changes of start, end or status.
	Sequence int
}

// productID names the program that wrote a calendar.
const productID = "-//Watchbill//Watchbill//EN"

// Encode writes the calendar: in UTC, one event a shift, shown as free time
// unless it is busy, so that a week on call does not look like a week of
// meetings.
func Encode(w io.Writer, c *Calendar) error {
	out, err := Marshal(c)
	if err != nil {
		return err
	}
	_, err = w.Write(out)
	return err
}

// Marshal returns what Encode writes.
func Marshal(c *Calendar) ([]byte, error) {
	w := NewWriter(c.Name, len(c.Events))
	for i := range c.Events {
		if err := w.Add(&c.Events[i]); err != nil {
			return nil, err
		}
	}
	return w.Bytes(), nil
}

// A Writer writes a calendar event by event, for those who have many and need none of
// them afterwards.
type Writer struct {
	head    properties
	name    string
	layouts map[shape]*layout
	after   string // what ends the calendar, once it has begun
	out     folder

	text   []byte
	values [marks][]byte

	// Most events have the shape and the categories of the one before, and a summary
	// of some before.
	shape      shape
	layout     *layout
	categories []string
	joined     string
	summaries  map[string]string
}

// NewWriter begins a calendar with about so many events.
func NewWriter(name string, events int) *Writer {
	// Clients do not unescape the name, so it has nothing to escape.
	name = oneLine(strings.NewReplacer(",", "", ";", "", `\`, "").Replace(name))
	w := &Writer{name: name, layouts: map[shape]*layout{}, summaries: map[string]string{}}
	w.out.out = make([]byte, 0, 300+600*events)
	w.head.raw(goical.PropVersion, "2.0")
	w.head.raw(goical.PropProductID, productID)
	w.head.raw(goical.PropName, name)
	w.head.raw("X-WR-CALNAME", name)
	w.head.valued(goical.PropRefreshInterval, "DURATION", "PT1H")
	w.head.raw("X-PUBLISHED-TTL", "PT1H")
	return w
}

// Add writes an event.
func (w *Writer) Add(e *Event) error {
	if s := e.shape(); w.layout == nil || s != w.shape {
		l := w.layouts[s]
		if l == nil {
			var before string
			var err error
			if before, l, w.after, err = s.layout(w.head.byName()); err != nil {
				return err
			}
			if len(w.layouts) == 0 {
				w.out.lines([]byte(before))
			}
			w.layouts[s] = l
		}
		w.shape, w.layout = s, l
	}
	w.out.lines(w.event(e, w.layout))
	return nil
}

// Bytes ends the calendar and returns it.
func (w *Writer) Bytes() []byte {
	if w.layout != nil {
		w.out.lines([]byte(w.after))
		return w.out.out
	}
	// The library refuses a calendar without events; clients do not.
	for _, line := range []string{"BEGIN:VCALENDAR", "NAME:" + w.name, "PRODID:" + productID, "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
		"VERSION:2.0", "X-PUBLISHED-TTL:PT1H", "X-WR-CALNAME:" + w.name, "END:VCALENDAR"} {
		w.out.lines([]byte(line + "\r\n"))
	}
	return w.out.out
}

// event puts the values of an event into its layout. Lines are not folded.
func (w *Writer) event(e *Event, l *layout) []byte {
	v := &w.values
	v[markUID] = append(v[markUID][:0], oneLine(e.UID)...)
	v[markSequence] = strconv.AppendInt(v[markSequence][:0], int64(e.Sequence), 10)
	v[markChanged] = appendInstant(v[markChanged][:0], e.Changed)
	if e.First.IsZero() {
		v[markStart], v[markEnd] = appendInstant(v[markStart][:0], e.Start), appendInstant(v[markEnd][:0], e.End)
	} else {
		v[markStart] = append(v[markStart][:0], strings.ReplaceAll(e.First.String(), "-", "")...)
		v[markEnd] = append(v[markEnd][:0], strings.ReplaceAll(e.Last.AddDays(1).String(), "-", "")...)
	}
	summary, known := w.summaries[e.Summary]
	if !known {
		summary = escaped(oneLine(e.Summary))
		w.summaries[e.Summary] = summary
	}
	v[markSummary] = append(v[markSummary][:0], summary...)
	v[markDescription] = append(v[markDescription][:0], escaped(strings.TrimSpace(clean(e.Description)))...)
	if !slices.Equal(e.Categories, w.categories) {
		w.categories, w.joined = e.Categories, joined(e.Categories)
	}
	v[markCategories] = append(v[markCategories][:0], w.joined...)
	v[markURL] = append(v[markURL][:0], strings.Map(ofURL, e.URL)...)
	w.text = w.text[:0]
	for i, text := range l.texts {
		w.text = append(w.text, text...)
		if i < len(l.values) {
			w.text = append(w.text, v[l.values[i]]...)
		}
	}
	return w.text
}

// joined is a list of categories, which the library escapes.
func joined(categories []string) string {
	names := make([]string, len(categories))
	for i, c := range categories {
		names[i] = oneLine(c)
	}
	list := goical.Prop{Params: goical.Params{}}
	list.SetTextList(names)
	return list.Value
}

// escaped is a text as the library escapes it; most have nothing to escape.
func escaped(text string) string {
	if !strings.ContainsAny(text, "\\;,\n") {
		return text
	}
	prop := goical.Prop{Params: goical.Params{}}
	prop.SetText(text)
	return prop.Value
}

// Properties of a component, each name once. They lie in one piece of memory: a
// feed has fifteen thousand.
type properties []goical.Prop

// raw adds a value that has nothing to escape. The library's own setters would add
// a VALUE to names that it does not know, and none to some that it must have.
func (p *properties) raw(name, value string) { *p = append(*p, goical.Prop{Name: name, Value: value}) }

// valued is raw for a value that says of what type it is.
func (p *properties) valued(name, kind, value string) {
	*p = append(*p, goical.Prop{Name: name, Value: value, Params: goical.Params{goical.ParamValue: {kind}}})
}

func (p *properties) byName() goical.Props {
	props := make(goical.Props, len(*p))
	for i := range *p {
		props[(*p)[i].Name] = (*p)[i : i+1 : i+1]
	}
	return props
}

// appendInstant adds an instant as calendars write it. Years beyond what they can say
// become the last that they can.
func appendInstant(to []byte, t time.Time) []byte {
	t = t.UTC()
	year, month, day := t.Date()
	if year < 0 || year > 9999 {
		year = 9999
	}
	hour, minute, second := t.Clock()
	to = append(to, byte('0'+year/1000), byte('0'+year/100%10))
	for _, n := range [...]int{year % 100, int(month), day} {
		to = append(to, byte('0'+n/10), byte('0'+n%10))
	}
	to = append(to, 'T')
	for _, n := range [...]int{hour, minute, second} {
		to = append(to, byte('0'+n/10), byte('0'+n%10))
	}
	return append(to, 'Z')
}

// A folder breaks lines longer than 75 octets between characters, which the
// library leaves to its callers; a line goes on after a line end and a space.
type folder struct{ out []byte }

// lines adds whole lines.
func (f *folder) lines(text []byte) {
	const most = 75
	for len(text) > 0 {
		end := bytes.IndexByte(text, '\n') + 1
		line, room := text[:end], most
		for len(line)-2 > room {
			cut := room
			for !utf8.RuneStart(line[cut]) {
				cut--
			}
			f.out = append(append(f.out, line[:cut]...), "\r\n "...)
			line, room = line[cut:], most-1
		}
		f.out = append(f.out, line...)
		text = text[end:]
	}
}

// ofURL drops what an address cannot have.
func ofURL(r rune) rune {
	if r <= ' ' || r >= 0x7f {
		return -1
	}
	return r
}

// clean drops what no text property may hold, and keeps line ends; other white
// space becomes a space.
func clean(s string) string {
	for i := range len(s) {
		if c := s[i]; c != '\n' && (c < ' ' || c > '~') {
			return strings.Map(cleaned, strings.ReplaceAll(s, "\r\n", "\n"))
		}
	}
	return s // as nearly all are
}

// cleaned is what becomes of a character of a text; less than nothing drops it.
func cleaned(r rune) rune {
	switch {
	case r == '\n' || r > ' ' && r <= '~':
		return r
	case unicode.IsSpace(r):
		return ' '
	case r == utf8.RuneError || r == '\ufeff' || unicode.IsControl(r):
		return -1
	}
	return r
}

// oneLine is clean without line ends, and with single spaces between words.
func oneLine(s string) string {
	last := ' '
	for _, r := range s {
		if r == '\n' || cleaned(r) != r || r == ' ' && last == ' ' {
			return strings.Join(strings.Fields(clean(s)), " ")
		}
		last = r
	}
	if last == ' ' {
		return strings.TrimSpace(s)
	}
	return s // as nearly all are
}
