package health

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"watchbill/schedule"
)

// A File is a team's period as somebody writes it down: people, shifts, pages,
// incidents, and from when to when. [ReadFile] reads it, [File.Report] measures it.
// Names stand for people, incidents and pages; times are RFC 3339.
type File struct {
	Config   Config
	People   []Person
	Shifts   []Shift
	Pages    []Notification
	Incident []Incident
	Period   Period
	// Schedule is the period over which frequency and fairness are taken: whole
	// cycles of the rota. It is Period when the file names none.
	Schedule Period

	// asOf is when open incidents are looked at: the end of the period, unless the
	// file says otherwise.
	asOf    time.Time
	people  names
	doc     fileDoc
	instant map[schedule.ID]*Incident
}

// A Period is a half-open stretch of time.
type Period struct{ From, To time.Time }

// fileDoc is the JSON of a file.
type fileDoc struct {
	Config         json.RawMessage `json:"config"`
	ScheduleZone   string          `json:"schedule_tz"`
	Person         *personDoc      `json:"person"`
	People         []personDoc     `json:"people"`
	Shifts         []shiftDoc      `json:"shifts"`
	Pages          []pageDoc       `json:"pages"`
	Incidents      []incidentDoc   `json:"incidents"`
	Period         []string        `json:"period"`
	SchedulePeriod []string        `json:"schedule_period"`
	AsOf           *string         `json:"as_of"`

	RestBreaches *float64      `json:"rest_breaches"`
	HistoryWeeks *float64      `json:"history_weeks"`
	RequiredRota *float64      `json:"required_rota"`
	CycleWeeks   *float64      `json:"rota_cycle_weeks"`
	FollowUp     *followUpDoc  `json:"follow_through"`
	Pulse        *PulseFigures `json:"pulse"`
	Flags        []FlagFactor  `json:"flags"`
}

// followUpDoc is what becomes of what people raise.
type followUpDoc struct {
	ItemsOnTime *float64 `json:"action_item_completion"`
	ActionItems *float64 `json:"action_items_n"`
	ToilShare   *float64 `json:"toil_share"`
	TicketAge   *float64 `json:"ticket_age_median_days"`
}

// asked adds what no event says: follow-through, the pulse, doubts.
func (d *fileDoc) asked(in *ScoreInput) {
	if f := d.FollowUp; f != nil {
		in.ItemsOnTime, in.ActionItems, in.ToilShare, in.TicketAge = f.ItemsOnTime, f.ActionItems, f.ToilShare, f.TicketAge
	}
	in.Pulse, in.Flags = d.Pulse, append(in.Flags, expandFlags(d.Flags)...)
}

type personDoc struct {
	ID           string          `json:"id"`
	Zone         json.RawMessage `json:"tz"`
	Business     *DailyHours     `json:"business_hours"`
	Sleep        *DailyHours     `json:"sleep_hours"`
	Holidays     []schedule.Date `json:"holidays"`
	FTE          *float64        `json:"fte"`
	EligibleDays *float64        `json:"eligible_days"`
}

type shiftDoc struct {
	Person string `json:"person"`
	Start  string `json:"start"`
	End    string `json:"end"`
	Level  *int   `json:"level"`
}

type pageDoc struct {
	ID         string  `json:"id"`
	Person     string  `json:"person"`
	Incident   string  `json:"incident"`
	NotifiedAt *string `json:"notified_at"`
	Channel    string  `json:"channel"`
	Urgency    string  `json:"urgency"`
	Delivered  *bool   `json:"delivered"`
	Test       bool    `json:"test"`
	Actionable *bool   `json:"actionable"`
}

type incidentDoc struct {
	ID          string  `json:"id"`
	Service     string  `json:"service"`
	Severity    string  `json:"severity"`
	TriggeredAt string  `json:"triggered_at"`
	AckedAt     *string `json:"acked_at"`
	CheckInAt   *string `json:"checkin_at"`
	ResolvedAt  *string `json:"resolved_at"`
	Engagements []struct {
		Person string  `json:"person"`
		Start  string  `json:"start"`
		End    *string `json:"end"`
	} `json:"engagements"`
}

// names gives each name a number, from 1 on, in the order in which they appear.
type names struct {
	byName map[string]schedule.ID
	list   []string
}

// number returns the number of a name; the empty name is 0.
func (n *names) number(name string) schedule.ID {
	if name == "" {
		return 0
	}
	id, ok := n.byName[name]
	if !ok {
		if n.byName == nil {
			n.byName = map[string]schedule.ID{}
		}
		n.list = append(n.list, name)
		id = schedule.ID(len(n.list))
		n.byName[name] = id
	}
	return id
}

// ReadFile reads a team's period. What is wrong with it is one or more
// *schedule.InvalidError, joined, with the path of the field: "pages[3].notified_at".
func ReadFile(data []byte) (*File, error) {
	r, err := openFile(data)
	if err != nil {
		return nil, err
	}
	f := r.File
	if f.doc.Person != nil || f.doc.People != nil || f.doc.Shifts != nil || f.doc.Pages != nil {
		r.readPeople() // a file about incidents alone needs none
	}
	r.readShifts()
	r.readIncidents()
	r.readPages()
	f.Period = r.period("period", f.doc.Period)
	f.Schedule = f.Period
	if f.doc.SchedulePeriod != nil {
		f.Schedule = r.period("schedule_period", f.doc.SchedulePeriod)
	}
	f.asOf = f.Period.To
	if f.doc.AsOf != nil {
		f.asOf = r.instant("as_of", f.doc.AsOf)
	}
	r.checkAsked()
	if err := r.bad.err(); err != nil {
		return nil, err
	}
	return f, nil
}

// checkAsked looks at what no event says.
func (r *fileReader) checkAsked() {
	d := &r.doc
	r.bad.unless(d.RequiredRota == nil || *d.RequiredRota > 0 && *d.RequiredRota <= mostCount, "required_rota", "is how many full-time people the rota needs, more than zero")
	in := ScoreInput{RestBreaches: d.RestBreaches, HistoryWeeks: d.HistoryWeeks, CycleWeeks: d.CycleWeeks}
	d.Pulse = d.Pulse.told(&r.Config)
	d.asked(&in)
	if err := in.Validate(&r.Config); err != nil {
		r.bad = append(r.bad, err)
	}
}

// A fileReader turns a document into values and collects what is wrong with it.
type fileReader struct {
	*File
	incidents, pages names
	bad              faults
}

// must notes an error of a field.
func (r *fileReader) must(field string, err error) {
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range all.Unwrap() {
			r.must(field, one)
		}
		return
	}
	if wrong := new(schedule.InvalidError); errors.As(err, &wrong) && wrong.Field != "" {
		dot := "."
		if strings.HasPrefix(wrong.Field, "[") {
			dot = ""
		}
		r.bad = append(r.bad, &schedule.InvalidError{Field: field + dot + wrong.Field, Reason: wrong.Reason})
	} else if err != nil {
		r.bad = append(r.bad, &schedule.InvalidError{Field: field, Reason: err.Error()})
	}
}

// person returns the number of somebody who has to be among the people.
func (r *fileReader) person(field, name string) schedule.ID {
	id, ok := r.people.byName[name]
	r.bad.unless(ok, field, fmt.Sprintf("%q is not among the people", name))
	return id
}

// instant reads a time; nothing written is the zero time.
func (r *fileReader) instant(field string, text *string) time.Time {
	if text == nil {
		return time.Time{}
	}
	t, err := parseInstant(*text)
	r.must(field, err)
	return t
}

// parseInstant reads a time in RFC 3339, where a blank may stand for the T.
func parseInstant(text string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05Z07:00"} {
		t, err := time.Parse(layout, text)
		if err == nil && (t.Year() < 1970 || t.Year() > 2200) {
			return time.Time{}, fmt.Errorf("%q is in a year without pagers; times lie between 1970 and 2200", text)
		}
		if err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a time; write it like 2026-03-02T01:15:00Z", text)
}

// period reads from when to when.
func (r *fileReader) period(field string, ends []string) Period {
	if len(ends) != 2 {
		r.bad.unless(false, field, "write when it begins and when it ends, like [\"2026-03-02T00:00:00Z\", \"2026-03-09T00:00:00Z\"]")
		return Period{}
	}
	p := Period{r.instant(field+"[0]", &ends[0]), r.instant(field+"[1]", &ends[1])}
	r.bad.unless(p.From.Before(p.To), field, "must end after it begins")
	r.bad.unless(p.To.Sub(p.From) <= 10*366*24*time.Hour, field, "must be ten years at most")
	return p
}

// mostPeople is how many people a file may be about.
const mostPeople = 1000

// readPeople reads the people, or the one person of a file about one.
func (r *fileReader) readPeople() {
	if r.doc.Person != nil {
		r.onePerson("person", r.doc.Person)
	}
	for i := range r.doc.People {
		r.onePerson(fmt.Sprintf("people[%d]", i), &r.doc.People[i])
	}
	r.bad.unless(len(r.doc.People) <= mostPeople, "people", "are too many: a file is about a team, of a thousand people at most")
	r.bad.unless(r.doc.Person != nil || len(r.doc.People) > 0, "people", "name at least one person")
}

func (r *fileReader) onePerson(field string, doc *personDoc) {
	r.bad.unless(doc.ID != "", field+".id", "a person needs an id")
	r.bad.unless(r.people.byName[doc.ID] == 0, field+".id", fmt.Sprintf("%q is there twice", doc.ID))
	p := Person{ID: r.people.number(doc.ID), Share: schedule.FullTime}
	r.readZones(field, doc, &p)
	var days []schedule.Holiday
	for _, d := range doc.Holidays {
		days = append(days, schedule.Holiday{Date: d})
	}
	p.Holidays = schedule.NewCalendar(days...)
	if doc.FTE != nil {
		r.bad.unless(*doc.FTE >= 0 && *doc.FTE <= 1000, field+".fte", "must be from 0 to 1000; 1 is full time")
	}
	if doc.EligibleDays != nil {
		r.bad.unless(*doc.EligibleDays >= 0 && *doc.EligibleDays <= mostCount, field+".eligible_days", "must be a number of days, none below zero")
	}
	if len(p.Stays) == 0 {
		return // said already
	}
	made, err := NewPerson(p, &r.Config)
	r.must(field, err)
	r.People = append(r.People, made) // whole, or the file is refused
}

// readZones reads where somebody lives: one zone, or a list of them from when on.
func (r *fileReader) readZones(field string, doc *personDoc, p *Person) {
	var stay Stay
	for _, h := range []struct {
		field string
		doc   *DailyHours
		hours *schedule.Hours
	}{{"business_hours", doc.Business, &stay.Business}, {"sleep_hours", doc.Sleep, &stay.Sleep}} {
		if h.doc != nil {
			h.doc.check(&r.bad, field+"."+h.field)
			*h.hours = h.doc.Hours()
		}
	}
	type from struct {
		From *string `json:"from"`
		Zone string  `json:"tz"`
	}
	var list []from
	var one string
	switch said := bytes.TrimSpace(doc.Zone); {
	case len(said) == 0 || bytes.Equal(said, []byte("null")):
		one, p.ZoneAssumed = r.doc.ScheduleZone, true
	case said[0] == '[':
		if err := decode(said, &list); err != nil {
			r.must(field+".tz", err)
			return
		}
	case json.Unmarshal(said, &one) != nil:
		r.bad.unless(false, field+".tz", "must be the name of a time zone, like Europe/Berlin, or a list of them with from when on")
		return
	}
	if one != "" {
		list = []from{{Zone: one}}
	}
	r.bad.unless(len(list) > 0, field+".tz", "without a time zone, like Europe/Berlin, day and night cannot be told apart; schedule_tz may stand in for it")
	for i, l := range list {
		at := field + ".tz"
		if one == "" {
			at = fmt.Sprintf("%s.tz[%d]", field, i)
		}
		zone, err := time.LoadLocation(l.Zone)
		r.bad.unless(err == nil && l.Zone != "" && l.Zone != "Local", at, fmt.Sprintf("%q is not a time zone; write it like Europe/Berlin", l.Zone))
		stay.From, stay.Zone = r.instant(at+".from", l.From), zone
		same := slices.ContainsFunc(p.Stays, func(s Stay) bool { return s.From.Equal(stay.From) })
		r.bad.unless(!same, at+".from", "two zones hold from the same moment on; only one of them can")
		if !same && zone != nil {
			p.Stays = append(p.Stays, stay)
		}
	}
	slices.SortFunc(p.Stays, func(a, b Stay) int { return a.From.Compare(b.From) })
}

func (r *fileReader) readShifts() {
	for i, doc := range r.doc.Shifts {
		field := fmt.Sprintf("shifts[%d]", i)
		s := Shift{Person: r.person(field+".person", doc.Person), Start: r.instant(field+".start", &doc.Start), End: r.instant(field+".end", &doc.End), Level: 1}
		if doc.Level != nil {
			s.Level = *doc.Level
		}
		r.bad.unless(s.Level >= 1, field+".level", "levels count from 1")
		r.bad.unless(!s.End.Before(s.Start), field+".end", "must not lie before its start")
		r.Shifts = append(r.Shifts, s)
	}
}

func (r *fileReader) readIncidents() {
	r.File.instant = map[schedule.ID]*Incident{}
	var told []*Incident
	for i := range r.doc.Incidents {
		doc := &r.doc.Incidents[i]
		field := fmt.Sprintf("incidents[%d]", i)
		r.bad.unless(doc.ID != "", field+".id", "an incident needs an id")
		in := Incident{
			ID: r.incidents.number(doc.ID), Service: doc.Service, Severity: doc.Severity,
			TriggeredAt: r.instant(field+".triggered_at", &doc.TriggeredAt), AckedAt: r.instant(field+".acked_at", doc.AckedAt),
			CheckInAt: r.instant(field+".checkin_at", doc.CheckInAt), ResolvedAt: r.instant(field+".resolved_at", doc.ResolvedAt),
		}
		for j, e := range doc.Engagements {
			at := fmt.Sprintf("%s.engagements[%d]", field, j)
			in.Engagements = append(in.Engagements, Engagement{
				Person: r.engaged(at+".person", e.Person), Start: r.instant(at+".start", &e.Start), End: r.instant(at+".end", e.End),
			})
		}
		if known := r.File.instant[in.ID]; known != nil {
			known.toldAgain(&in)
			continue
		}
		in.Engagements = slices.Compact(sortedEngagements(in.Engagements))
		r.File.instant[in.ID] = &in
		told = append(told, &in)
	}
	for _, in := range told {
		r.Incident = append(r.Incident, *in)
	}
}

func (r *fileReader) readPages() {
	for i, doc := range r.doc.Pages {
		field := fmt.Sprintf("pages[%d]", i)
		n := Notification{
			ID: r.pages.number(doc.ID), Person: r.person(field+".person", doc.Person), Incident: r.incidents.number(doc.Incident),
			At: r.instant(field+".notified_at", doc.NotifiedAt), Channel: strings.ToLower(doc.Channel), Urgency: Urgency(strings.ToLower(doc.Urgency)),
			Undelivered: doc.Delivered != nil && !*doc.Delivered, Test: doc.Test,
		}
		switch n.Urgency {
		case "":
			n.Urgency = UrgencyHigh
		case UrgencyHigh, UrgencyLow, UrgencyUnknown:
		default:
			r.bad.unless(false, field+".urgency", "must be high, low or unknown")
		}
		if doc.Actionable != nil && *doc.Actionable {
			n.Verdict = Actionable
		} else if doc.Actionable != nil {
			n.Verdict = NoAction
		}
		if doc.NotifiedAt == nil {
			n.At, n.AtAck = r.ackOf(n), true
			r.bad.unless(!n.At.IsZero(), field+".notified_at", "is missing, and nobody acknowledged the incident whose time could stand in")
		}
		r.Pages = append(r.Pages, n)
	}
}

// ackOf returns when somebody began with an incident, or else when it was acknowledged.
func (r *fileReader) ackOf(n Notification) time.Time {
	in := r.File.instant[n.Incident]
	if in == nil {
		return time.Time{}
	}
	for _, e := range in.Engagements { // by start
		if e.Person == n.Person {
			return e.Start
		}
	}
	return in.AckedAt
}
