package ical

import (
	"bytes"
	"fmt"
	"io"
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
	Cancelled   bool // a shift taken away, kept so that readers remove theirs
	// Changed is when the event last became what it is, not when it is written:
	// the same events give the same bytes.
	Changed time.Time
	// Sequence counts the changes of start, end or status.
	Sequence int
}

const productID = "-//Watchbill//Watchbill//EN"

// Encode writes the calendar: in UTC, one event a shift, shown as free time
// unless it is busy, so that a week on call does not look like a week of
// meetings.
func Encode(w io.Writer, c Calendar) error {
	name := oneLine(c.Name)
	cal := goical.NewCalendar()
	cal.Props.SetText(goical.PropVersion, "2.0")
	cal.Props.SetText(goical.PropProductID, productID)
	// Clients do not unescape the name, so it has nothing to escape.
	raw(cal.Props, "X-WR-CALNAME", strings.NewReplacer(",", "", ";", "", `\`, "").Replace(name))
	raw(cal.Props, "NAME", strings.NewReplacer(",", "", ";", "", `\`, "").Replace(name))
	raw(cal.Props, "X-PUBLISHED-TTL", "PT1H")
	refresh := goical.NewProp("REFRESH-INTERVAL")
	refresh.Params.Set(goical.ParamValue, "DURATION")
	refresh.Value = "PT1H"
	cal.Props.Set(refresh)
	for _, e := range c.Events {
		cal.Children = append(cal.Children, e.component())
	}
	var buf bytes.Buffer
	if len(c.Events) == 0 {
		// The library refuses a calendar without events; clients do not.
		fmt.Fprintf(&buf, "BEGIN:VCALENDAR\r\nNAME:%[2]s\r\nPRODID:%[1]s\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\nVERSION:2.0\r\n"+
			"X-PUBLISHED-TTL:PT1H\r\nX-WR-CALNAME:%[2]s\r\nEND:VCALENDAR\r\n", productID, cal.Props.Get("X-WR-CALNAME").Value)
	} else if err := goical.NewEncoder(&buf).Encode(cal); err != nil {
		return fmt.Errorf("encode calendar: %w", err)
	}
	_, err := w.Write(fold(buf.Bytes()))
	return err
}

func (e Event) component() *goical.Component {
	ev := goical.NewComponent(goical.CompEvent)
	ev.Props.SetText(goical.PropUID, oneLine(e.UID))
	ev.Props.SetDateTime(goical.PropDateTimeStamp, e.Changed.UTC())
	ev.Props.SetDateTime(goical.PropLastModified, e.Changed.UTC())
	raw(ev.Props, goical.PropSequence, fmt.Sprint(e.Sequence))
	if e.First.IsZero() {
		ev.Props.SetDateTime(goical.PropDateTimeStart, e.Start.UTC())
		ev.Props.SetDateTime(goical.PropDateTimeEnd, e.End.UTC())
	} else {
		ev.Props.SetDate(goical.PropDateTimeStart, e.First.At(schedule.Midnight, time.UTC))
		ev.Props.SetDate(goical.PropDateTimeEnd, e.Last.AddDays(1).At(schedule.Midnight, time.UTC))
	}
	ev.Props.SetText(goical.PropSummary, oneLine(e.Summary))
	if d := clean(e.Description); d != "" {
		ev.Props.SetText(goical.PropDescription, d)
	}
	if len(e.Categories) > 0 {
		var list []string
		for _, c := range e.Categories {
			list = append(list, oneLine(c))
		}
		p := goical.NewProp(goical.PropCategories)
		p.SetTextList(list)
		ev.Props.Set(p)
	}
	if e.URL != "" {
		raw(ev.Props, goical.PropURL, oneLine(e.URL))
	}
	status, transparency, busy := "CONFIRMED", "TRANSPARENT", "FREE"
	if e.Cancelled {
		status = "CANCELLED"
	} else if e.Busy {
		transparency, busy = "OPAQUE", "BUSY"
	}
	ev.Props.SetText(goical.PropStatus, status)
	ev.Props.SetText(goical.PropTransparency, transparency)
	raw(ev.Props, "X-MICROSOFT-CDO-BUSYSTATUS", busy)
	return ev
}

// raw sets a property without the VALUE parameter that SetText adds to names
// the library does not know.
func raw(props goical.Props, name, value string) {
	p := goical.NewProp(name)
	p.Value = value
	props.Set(p)
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

// oneLine is clean without line ends: some clients drop an event with one in its
// summary.
func oneLine(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }

// fold breaks lines longer than 75 octets between characters; a line goes on
// after a line end and a space.
func fold(in []byte) []byte {
	const most = 75
	out := make([]byte, 0, len(in)+len(in)/40)
	for line := range bytes.SplitSeq(bytes.TrimSuffix(in, []byte("\r\n")), []byte("\r\n")) {
		room := most
		for len(line) > room {
			cut := room
			for cut > 0 && !utf8.RuneStart(line[cut]) {
				cut--
			}
			if cut == 0 {
				cut = room // no character is that long; these are stray bytes
			}
			out = append(out, line[:cut]...)
			out = append(out, "\r\n "...)
			line, room = line[cut:], most-1
		}
		out = append(out, line...)
		out = append(out, "\r\n"...)
	}
	return out
}
