package ical

import (
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"watchbill/schedule"
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

// Encode writes the calendar: in UTC, one event a shift, shown as free time
// unless it is busy, so that a week on call does not look like a week of
// meetings.
func Encode(w io.Writer, c Calendar) error {
	_, err := w.Write(Append(nil, &c))
	return err
}

// Append adds what Encode writes to bytes and returns all of them.
func Append(out []byte, c *Calendar) []byte {
	w := writer{out: slices.Grow(out, 300+600*len(c.Events))}
	// Clients do not unescape the name, so it has nothing to escape.
	name := strings.NewReplacer(",", "", ";", "", `\`, "").Replace(c.Name)
	w.raw("BEGIN:VCALENDAR", "")
	w.raw("VERSION:2.0", "")
	w.raw("PRODID:-//Watchbill//Watchbill//EN", "")
	w.text("NAME:", name, ' ')
	w.text("X-WR-CALNAME:", name, ' ')
	w.raw("REFRESH-INTERVAL;VALUE=DURATION:PT1H", "")
	w.raw("X-PUBLISHED-TTL:PT1H", "")
	for i := range c.Events {
		w.event(&c.Events[i])
	}
	w.raw("END:VCALENDAR", "")
	return w.out
}

// A writer writes lines: folded, in UTF-8, with nothing in a text that could be
// taken for the end of one.
type writer struct {
	out   []byte
	spare []byte // for the line that is being folded
}

func (w *writer) event(e *Event) {
	w.raw("BEGIN:VEVENT", "")
	w.text("UID:", e.UID, ' ')
	w.raw("SEQUENCE:", strconv.Itoa(e.Sequence))
	w.instant("DTSTAMP:", e.Changed)
	w.instant("LAST-MODIFIED:", e.Changed)
	if e.First.IsZero() {
		w.instant("DTSTART:", e.Start)
		w.instant("DTEND:", e.End)
	} else {
		w.raw("DTSTART;VALUE=DATE:", strings.ReplaceAll(e.First.String(), "-", ""))
		w.raw("DTEND;VALUE=DATE:", strings.ReplaceAll(e.Last.AddDays(1).String(), "-", ""))
	}
	w.text("SUMMARY:", e.Summary, ' ')
	if e.Description != "" {
		w.text("DESCRIPTION:", e.Description, '\n')
	}
	w.categories(e.Categories)
	if e.URL != "" {
		w.raw("URL:", strings.Map(ofURL, e.URL))
	}
	status, transparency, busy := "CONFIRMED", "TRANSPARENT", "FREE"
	if e.Cancelled {
		status = "CANCELLED"
	} else if e.Busy {
		transparency, busy = "OPAQUE", "BUSY"
	}
	w.raw("STATUS:", status)
	w.raw("TRANSP:", transparency)
	w.raw("X-MICROSOFT-CDO-BUSYSTATUS:", busy)
	if e.Alarm && !e.Cancelled {
		w.raw("BEGIN:VALARM", "")
		w.raw("ACTION:DISPLAY", "")
		w.text("DESCRIPTION:", e.Summary, ' ')
		w.raw("TRIGGER:-PT15M", "")
		w.raw("END:VALARM", "")
	}
	w.raw("END:VEVENT", "")
}

// raw writes a line that is known to be harmless.
func (w *writer) raw(name, value string) {
	from := len(w.out)
	w.out = append(append(w.out, name...), value...)
	w.end(from)
}

func (w *writer) text(name, value string, newline rune) {
	from := len(w.out)
	w.out = appendText(append(w.out, name...), value, newline)
	w.end(from)
}

func (w *writer) categories(all []string) {
	if len(all) == 0 {
		return
	}
	from := len(w.out)
	w.out = append(w.out, "CATEGORIES:"...)
	for i, c := range all {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.out = appendText(w.out, c, ' ')
	}
	w.end(from)
}

func (w *writer) instant(name string, t time.Time) {
	t = t.UTC()
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	if year < 0 || year > 9999 {
		year = 9999 // beyond what calendars can say
	}
	w.out = append(w.out, name...)
	for _, n := range [...]int{year / 100, year % 100, int(month), day, -1, hour, minute, second} {
		if n < 0 {
			w.out = append(w.out, 'T')
			continue
		}
		w.out = append(w.out, byte('0'+n/10), byte('0'+n%10))
	}
	w.out = append(w.out, "Z\r\n"...)
}

// end ends the line that began at an offset. A line longer than 75 octets goes on,
// between characters, after a line end and a space.
func (w *writer) end(from int) {
	const most = 75
	if len(w.out)-from > most {
		w.spare = append(w.spare[:0], w.out[from:]...)
		w.out = w.out[:from]
		line, room := w.spare, most
		for len(line) > room {
			cut := room
			for !utf8.RuneStart(line[cut]) {
				cut--
			}
			w.out = append(append(w.out, line[:cut]...), "\r\n "...)
			line, room = line[cut:], most-1
		}
		w.out = append(w.out, line...)
	}
	w.out = append(w.out, "\r\n"...)
}

// appendText adds a text as calendars escape it. Line ends become a space, for
// clients that drop an event with one in its summary, or what stands for a line
// end in texts of several lines; white space is folded, and what no text may hold
// is left out.
func appendText(out []byte, s string, newline rune) []byte {
	start := len(out)
	space := rune(0) // what is due before the next character
	for _, r := range s {
		switch kindOf(r) {
		case lineEnd:
			space = newline
			continue
		case blank:
			if space == 0 {
				space = ' '
			}
			continue
		case nothing:
			continue
		}
		if space == '\n' && len(out) > start {
			out = append(out, `\n`...)
		} else if space != 0 && len(out) > start {
			out = append(out, ' ')
		}
		space = 0
		if r == '\\' || r == ';' || r == ',' {
			out = append(out, '\\')
		}
		out = utf8.AppendRune(out, r)
	}
	return out
}

// What a character is to a calendar.
type runeKind int

const (
	letter runeKind = iota
	blank
	lineEnd
	nothing // what no text may hold
)

func kindOf(r rune) runeKind {
	switch {
	case r > ' ' && r <= '~':
		return letter
	case r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029' || r == '\u0085':
		return lineEnd
	case unicode.IsSpace(r):
		return blank
	case unicode.IsControl(r) || r == utf8.RuneError || r == '\ufeff':
		return nothing
	}
	return letter
}

// ofURL drops what an address cannot have.
func ofURL(r rune) rune {
	if r <= ' ' || r >= 0x7f {
		return -1
	}
	return r
}

// clean drops what no text property may hold, and keeps line ends.
func clean(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		if r == '\n' {
			return r
		}
		if r == utf8.RuneError || unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
}

// oneLine is clean without line ends.
func oneLine(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }
