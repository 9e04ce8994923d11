package ical

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// A Status is what a calendar says of an event.
type Status string

// An event is confirmed unless it says something else that is known.
const (
	Confirmed Status = "CONFIRMED"
	Tentative Status = "TENTATIVE"
	Cancelled Status = "CANCELLED"
)

// A Presence is what an event says of the time of whoever's calendar it is in.
type Presence string

// An event takes up time unless it says otherwise.
const (
	Busy Presence = "busy"
	Free Presence = "free"
	Away Presence = "away" // out of office
)

// An Attendee is somebody whom an event names; either may be empty.
type Attendee struct{ Name, Email string }

// maxAttendees bounds those that are kept of one event.
const maxAttendees = 20

// An event is a VEVENT that makes sense: one event, the first of a series, or
// another version of one that a series has.
type event struct {
	*component
	uid, summary string
	named        bool // it has a UID of its own
	titled       bool // it has a SUMMARY
	status       Status
	sequence     int
	start        moment
	length       length
	rules        []*rule
	exceptions   []*rule
	replaces     *moment // which start of the series (RECURRENCE-ID)
	time         Presence
	attendees    []Attendee
	onwards      bool // and all after it
}

// event reads a component; the error says why it is left out.
func (r *reader) event(c *component) (*event, error) {
	e := &event{component: c, status: Confirmed}
	summary, titled := c.get("SUMMARY")
	e.summary, e.titled = text(summary.value), titled
	if p, ok := c.get("STATUS"); ok {
		switch s := Status(strings.ToUpper(strings.TrimSpace(p.value))); s {
		case Tentative, Cancelled:
			e.status = s
		}
	}
	if c.cancelled {
		e.status = Cancelled
	}
	if p, ok := c.get("SEQUENCE"); ok {
		e.sequence, _ = strconv.Atoi(strings.TrimSpace(p.value))
	}
	if err := r.times(e); err != nil {
		return nil, err
	}
	e.people()
	for _, p := range c.props {
		if p.name != "RRULE" && p.name != "EXRULE" {
			continue
		}
		rule, err := parseRule(p.value, e.start)
		switch {
		case err != nil:
			return nil, fmt.Errorf("the event recurs by %q: %w", shorten(p.value), err)
		case rule == nil:
		case p.name == "RRULE":
			e.rules = append(e.rules, rule)
		default:
			e.exceptions = append(e.exceptions, rule)
		}
	}
	e.name()
	return e, nil
}

// people reads whose time the event takes, and how.
func (e *event) people() {
	e.time = Busy
	if p, _ := e.get("TRANSP"); strings.EqualFold(strings.TrimSpace(p.value), "TRANSPARENT") {
		e.time = Free
	}
	p, _ := e.get("X-MICROSOFT-CDO-BUSYSTATUS") // says more than TRANSP
	switch strings.ToUpper(strings.TrimSpace(p.value)) {
	case "FREE", "WORKINGELSEWHERE":
		e.time = Free
	case "BUSY", "TENTATIVE":
		e.time = Busy
	case "OOF":
		e.time = Away
	}
	for _, p := range e.props {
		if p.name != "ATTENDEE" || len(e.attendees) == maxAttendees {
			continue
		}
		a := Attendee{Name: oneLine(text(p.params["CN"]))}
		address := strings.TrimSpace(p.value)
		if len(address) >= 7 && strings.EqualFold(address[:7], "mailto:") {
			address = address[7:]
		}
		if strings.Count(address, "@") == 1 && len(address) <= 254 && !strings.ContainsAny(address, " <>") {
			a.Email = strings.ToLower(oneLine(address))
		}
		if a != (Attendee{}) {
			e.attendees = append(e.attendees, a)
		}
	}
}

// name gives the event its UID; without one, or with one of unreasonable length,
// one that is the same whenever the same event is read.
func (e *event) name() {
	uid, _ := e.get("UID")
	e.uid = oneLine(unescape(uid.value))
	e.named = e.uid != ""
	if e.named && len(e.uid) <= 1000 {
		return
	}
	h := sha256.New()
	fmt.Fprintf(h, "%q %d %d %v %q", e.uid, e.start.at, e.start.zone.offset(int64(e.start.at)), e.length, e.summary)
	for _, p := range e.props {
		if p.name == "RRULE" {
			fmt.Fprintf(h, " %q", p.value)
		}
	}
	e.uid = hex.EncodeToString(h.Sum(nil)[:12]) + "@without-uid"
}

// times reads when the event is.
func (r *reader) times(e *event) error {
	local := r.local
	if e.tz != "" {
		local = r.zone(e.line, e.tz)
	}
	if p, ok := e.get("RECURRENCE-ID"); ok {
		id, err := r.moment(p, p.value, local)
		if err != nil {
			return fmt.Errorf("the event's RECURRENCE-ID: %w", err)
		}
		e.replaces = &id
		e.onwards = strings.EqualFold(strings.TrimSpace(p.params["RANGE"]), "THISANDFUTURE")
	}
	p, ok := e.get("DTSTART")
	switch {
	case ok:
		var err error
		if e.start, err = r.moment(p, p.value, local); err != nil {
			return fmt.Errorf("the event's start: %w", err)
		}
	case e.replaces != nil:
		e.start = *e.replaces
	default:
		return errors.New("the event has no DTSTART")
	}
	if e.replaces != nil && !e.start.day && e.replaces.zone == local && !e.replaces.day {
		if p, _ := e.get("RECURRENCE-ID"); p.params["TZID"] == "" {
			e.replaces.zone = e.start.zone // a time without a zone is one of the event's
		}
	}
	var err error
	if p, ok := e.get("DTEND"); ok {
		e.length, err = r.until(e.start, p)
	} else if p, ok := e.get("DURATION"); ok {
		e.length, err = parseDuration(p.value)
	}
	if e.start.day && err == nil {
		e.length = length{days: max(1, e.length.days+(e.length.seconds+secondsPerDay-1)/secondsPerDay)}
	}
	return err
}

// until returns the length of an event that starts at start and ends at DTEND.
// Whole days by the clock stay whole days whatever the clocks do; other lengths
// are time that passes, as RFC 5545 has it.
func (r *reader) until(start moment, p property) (length, error) {
	end, err := r.moment(p, p.value, start.zone)
	if err != nil {
		return length{}, fmt.Errorf("the event's end: %w", err)
	}
	if start.day {
		days := end.at.day() - start.at.day()
		if end.at.clock() > 0 {
			days++ // what ends during a day takes all of it
		}
		if days < 0 {
			return length{}, errors.New("the event ends before it starts")
		}
		return length{days: days}, nil
	}
	if end.day {
		end.zone = start.zone
	}
	seconds := end.instant() - start.instant()
	switch gap := int64(end.at - start.at); {
	case seconds < 0:
		return length{}, errors.New("the event ends before it starts")
	case gap%secondsPerDay == 0 && end.zone == start.zone:
		return length{days: gap / secondsPerDay}, nil
	}
	return length{seconds: seconds}, nil
}

// floating reports whether the event starts at a time without a zone.
func (e *event) floating() bool {
	p, _ := e.get("DTSTART")
	return p.params["TZID"] == "" && len(p.value) > 0 && p.value[len(p.value)-1] != 'Z'
}
