package ical

import (
	"bytes"
	"fmt"
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
	// Clients do not unescape the name, so it has nothing to escape.
	name := oneLine(strings.NewReplacer(",", "", ";", "", `\`, "").Replace(c.Name))
	f := folder{out: make([]byte, 0, 300+600*len(c.Events))}
	if len(c.Events) == 0 {
		// The library refuses a calendar without events; clients do not.
		for _, line := range []string{"BEGIN:VCALENDAR", "NAME:" + name, "PRODID:" + productID, "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
			"VERSION:2.0", "X-PUBLISHED-TTL:PT1H", "X-WR-CALNAME:" + name, "END:VCALENDAR"} {
			_, _ = io.WriteString(&f, line+"\r\n") // cannot fail
		}
		return f.out, nil
	}
	cal := goical.Calendar{Component: &goical.Component{Name: goical.CompCalendar, Children: make([]*goical.Component, len(c.Events))}}
	head := properties{}
	head.raw(goical.PropVersion, "2.0")
	head.raw(goical.PropProductID, productID)
	head.raw(goical.PropName, name)
	head.raw("X-WR-CALNAME", name)
	head.valued(goical.PropRefreshInterval, "DURATION", "PT1H")
	head.raw("X-PUBLISHED-TTL", "PT1H")
	cal.Props = head.byName()
	var categories properties // most events have those of the one before
	for i := range c.Events {
		e := &c.Events[i]
		if i == 0 || !slices.Equal(e.Categories, c.Events[i-1].Categories) {
			categories = categoriesOf(e.Categories)
		}
		cal.Children[i] = e.component(categories)
	}
	if err := goical.NewEncoder(&f).Encode(&cal); err != nil {
		return nil, fmt.Errorf("encode calendar: %w", err)
	}
	return f.out, nil
}

func (e *Event) component(categories properties) *goical.Component {
	p := make(properties, 0, 14)
	p.raw(goical.PropUID, oneLine(e.UID))
	p.raw(goical.PropSequence, strconv.Itoa(e.Sequence))
	changed := instant(e.Changed)
	p.raw(goical.PropDateTimeStamp, changed)
	p.raw(goical.PropLastModified, changed)
	if e.First.IsZero() {
		p.raw(goical.PropDateTimeStart, instant(e.Start))
		p.raw(goical.PropDateTimeEnd, instant(e.End))
	} else {
		p.valued(goical.PropDateTimeStart, "DATE", strings.ReplaceAll(e.First.String(), "-", ""))
		p.valued(goical.PropDateTimeEnd, "DATE", strings.ReplaceAll(e.Last.AddDays(1).String(), "-", ""))
	}
	p.text(goical.PropSummary, oneLine(e.Summary))
	if e.Description != "" {
		p.text(goical.PropDescription, strings.TrimSpace(clean(e.Description)))
	}
	p = append(p, categories...)
	if e.URL != "" {
		p.raw(goical.PropURL, strings.Map(ofURL, e.URL))
	}
	status, transparency, busy := "CONFIRMED", "TRANSPARENT", "FREE"
	if e.Cancelled {
		status = "CANCELLED"
	} else if e.Busy {
		transparency, busy = "OPAQUE", "BUSY"
	}
	p.raw(goical.PropStatus, status)
	p.raw(goical.PropTransparency, transparency)
	p.raw("X-MICROSOFT-CDO-BUSYSTATUS", busy)
	event := &goical.Component{Name: goical.CompEvent, Props: p.byName()}
	if e.Alarm && !e.Cancelled {
		event.Children = []*goical.Component{e.alarm()}
	}
	return event
}

// categoriesOf returns the property of a list, or none.
func categoriesOf(all []string) properties {
	if len(all) == 0 {
		return nil
	}
	names := make([]string, len(all))
	for i, c := range all {
		names[i] = oneLine(c)
	}
	list := goical.Prop{Name: goical.PropCategories}
	list.SetTextList(names)
	return properties{list}
}

func (e *Event) alarm() *goical.Component {
	p := properties{}
	p.raw(goical.PropAction, "DISPLAY")
	p.raw(goical.PropTrigger, "-PT15M")
	p.text(goical.PropDescription, oneLine(e.Summary))
	return &goical.Component{Name: goical.CompAlarm, Props: p.byName()}
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

// text adds a text, which the library escapes.
func (p *properties) text(name, value string) {
	prop := goical.Prop{Name: name}
	prop.SetText(value)
	prop.Params = nil
	*p = append(*p, prop)
}

func (p *properties) byName() goical.Props {
	props := make(goical.Props, len(*p))
	for i := range *p {
		props[(*p)[i].Name] = (*p)[i : i+1 : i+1]
	}
	return props
}

// instant is how calendars write an instant. Years beyond what they can say become
// the last that they can.
func instant(t time.Time) string {
	t = t.UTC()
	if year := t.Year(); year < 0 || year > 9999 {
		t = time.Date(9999, t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
	}
	return t.Format("20060102T150405Z")
}

// A folder breaks lines longer than 75 octets between characters, which the
// library leaves to its callers; a line goes on after a line end and a space.
type folder struct {
	out   []byte
	from  int    // where the line that is being written begins
	spare []byte // for the line that is being folded
}

func (f *folder) Write(p []byte) (int, error) {
	const most = 75
	f.out = append(f.out, p...)
	if !bytes.HasSuffix(p, []byte("\r\n")) {
		return len(p), nil
	}
	if len(f.out)-f.from > most+2 {
		f.spare = append(f.spare[:0], f.out[f.from:]...)
		f.out = f.out[:f.from]
		line, room := f.spare, most
		for len(line)-2 > room {
			cut := room
			for !utf8.RuneStart(line[cut]) {
				cut--
			}
			f.out = append(append(f.out, line[:cut]...), "\r\n "...)
			line, room = line[cut:], most-1
		}
		f.out = append(f.out, line...)
	}
	f.from = len(f.out)
	return len(p), nil
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
	return strings.Map(cleaned, strings.ReplaceAll(s, "\r\n", "\n"))
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
