package health

import (
	"strings"
	"time"

	"watchbill/schedule"
)

// A PageRecord is a page as it is kept, with who had to do with it.
type PageRecord struct {
	ID          schedule.ID
	Integration schedule.ID
	Team        schedule.ID
	Page
	// Uncovered says that nobody would have been paged: the schedule had a gap.
	Uncovered bool
	People    []Attendance
}

// A KeptPage is a page as far as it takes to know whether it is still the same.
type KeptPage struct {
	ID       schedule.ID
	OpenedBy string
	Folded   string // the page as JSON
}

// An Attendance is what one person had to do with a page, in figures: Responders of
// the page have the detail.
type Attendance struct {
	Contact       schedule.ID // whom the vendor names; nobody: the schedule says who
	Person        schedule.ID // nobody: not known who that is
	NotifiedAt    time.Time   // zero: never, as far as we know
	Basis         NoticeBasis // how we know
	Channel       string
	AckedAt       time.Time
	ReleasedAt    time.Time
	ResolvedAt    time.Time
	Responding    time.Duration
	Interruptions int
	Notices       []Notice // in order of time; only of what is about to be kept
}

// Rings reports whether a notification of the page interrupts whoever gets it.
func (p *Page) Rings(n Notice) bool {
	if strings.HasPrefix(n.Channel, "email") {
		return false
	}
	ring := Notification{Urgency: p.Urgency, Test: p.IsTest, Channel: n.Channel, Undelivered: !p.CountsAsPage}
	return ring.Interrupts()
}

// attendance is what a responder comes to.
func attendance(r *Responder, contact *Contact) Attendance {
	a := Attendance{
		Contact: contact.ID, Person: contact.Person, AckedAt: r.AckedAt, ReleasedAt: r.ReleasedAt, ResolvedAt: r.ResolvedAt,
		Responding: r.Responding, Interruptions: r.Interruptions, Notices: r.Notices,
	}
	a.NotifiedAt, a.Basis = r.NotifiedAt()
	if len(r.Notices) > 0 {
		a.Channel = r.Notices[0].Channel
	}
	return a
}

// A PageName says which page of which integration.
type PageName struct {
	Integration schedule.ID
	Key         string
}
