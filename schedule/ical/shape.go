package ical

import (
	"bytes"
	"fmt"
	"strings"

	goical "github.com/emersion/go-ical"
)

// A shape is what decides which properties an event has. A year of shifts has a
// thousand events and a handful of shapes: the library encodes an event of each shape
// with marks for values, and the values of all others are put where the marks are.
type shape struct {
	days, description, categories, url, busy, alarm, cancelled bool
}

func (e *Event) shape() shape {
	return shape{
		days: !e.First.IsZero(), description: e.Description != "", categories: len(e.Categories) > 0, url: e.URL != "",
		busy: e.Busy, alarm: e.Alarm && !e.Cancelled, cancelled: e.Cancelled,
	}
}

// What differs from event to event. Each is written as a mark that no text has: a
// zero byte and a letter.
const (
	markUID = iota
	markSequence
	markChanged
	markStart
	markEnd
	markSummary
	markDescription
	markCategories
	markURL
	marks
)

func mark(n int) string { return "\x00" + string(rune('A'+n)) }

// component is an event of the shape with marks for values.
func (s shape) component() *goical.Component {
	p := make(properties, 0, 14)
	p.raw(goical.PropUID, mark(markUID))
	p.raw(goical.PropSequence, mark(markSequence))
	p.raw(goical.PropDateTimeStamp, mark(markChanged))
	p.raw(goical.PropLastModified, mark(markChanged))
	if s.days {
		p.valued(goical.PropDateTimeStart, "DATE", mark(markStart))
		p.valued(goical.PropDateTimeEnd, "DATE", mark(markEnd))
	} else {
		p.raw(goical.PropDateTimeStart, mark(markStart))
		p.raw(goical.PropDateTimeEnd, mark(markEnd))
	}
	p.raw(goical.PropSummary, mark(markSummary))
	if s.description {
		p.raw(goical.PropDescription, mark(markDescription))
	}
	if s.categories {
		p.raw(goical.PropCategories, mark(markCategories))
	}
	if s.url {
		p.raw(goical.PropURL, mark(markURL))
	}
	status, transparency, busy := "CONFIRMED", "TRANSPARENT", "FREE"
	if s.cancelled {
		status = "CANCELLED"
	} else if s.busy {
		transparency, busy = "OPAQUE", "BUSY"
	}
	p.raw(goical.PropStatus, status)
	p.raw(goical.PropTransparency, transparency)
	p.raw("X-MICROSOFT-CDO-BUSYSTATUS", busy)
	event := &goical.Component{Name: goical.CompEvent, Props: p.byName()}
	if s.alarm {
		event.Children = []*goical.Component{alarm()}
	}
	return event
}

func alarm() *goical.Component {
	p := properties{}
	p.raw(goical.PropAction, "DISPLAY")
	p.raw(goical.PropTrigger, "-PT15M")
	p.raw(goical.PropDescription, mark(markSummary))
	return &goical.Component{Name: goical.CompAlarm, Props: p.byName()}
}

// A layout is an event of a shape as the library encodes it, cut where values go:
// values[i] stands behind texts[i].
type layout struct {
	texts  []string
	values []int
}

// layout has the library encode a calendar with one event of the shape. It returns
// what stands before and after the event as well.
func (s shape) layout(head goical.Props) (before string, l *layout, after string, err error) {
	var out bytes.Buffer
	cal := goical.Calendar{Component: &goical.Component{Name: goical.CompCalendar, Props: head, Children: []*goical.Component{s.component()}}}
	if err := goical.NewEncoder(&out).Encode(&cal); err != nil {
		return "", nil, "", fmt.Errorf("encode calendar: %w", err)
	}
	const end = "END:" + goical.CompEvent + "\r\n"
	text := out.String()
	from, to := strings.Index(text, "BEGIN:"+goical.CompEvent), strings.LastIndex(text, end)+len(end)
	event := text[from:to]
	l = &layout{}
	for {
		text, rest, more := strings.Cut(event, "\x00")
		l.texts = append(l.texts, text)
		if !more {
			break
		}
		l.values = append(l.values, int(rest[0]-'A'))
		event = rest[1:]
	}
	return text[:from], l, text[to:], nil
}
