package health

import (
	"cmp"
	"slices"
	"time"

	"watchbill/schedule"
)

// A Notification is one delivery to one person: what rings. A page that goes to two
// people by push and telephone is four of them.
type Notification struct {
	ID       schedule.ID // the same delivery told twice has the same; 0 is like no other
	Person   schedule.ID
	Incident schedule.ID // the page it belongs to; 0: none that is known
	At       time.Time
	// AtAck says that nobody knows when it was delivered, and that At is when it was
	// acknowledged ([FlagNotifiedUnknown]).
	AtAck   bool
	Channel string // push, sms or phone interrupt; so does one that is not named
	Urgency Urgency
	// Undelivered never rang; Test was meant for nobody. Neither interrupts.
	Undelivered bool
	Test        bool
	Verdict     Verdict
}

// A Verdict is whether somebody said that there was something to do.
type Verdict int

// What was said about a page.
const (
	Untagged Verdict = iota
	Actionable
	NoAction
)

// Interrupts reports whether the notification interrupts who gets it: delivered, no
// test, not of low urgency, and by a channel that rings. E-mail and chat are volume
// and no interruption.
func (n *Notification) Interrupts() bool {
	if n.Undelivered || n.Test || n.Urgency == UrgencyLow {
		return false
	}
	switch n.Channel {
	case "", "push", "sms", "phone":
		return true
	}
	return false
}

// A Shift is time that somebody is on call, after overrides and swaps.
type Shift struct {
	Person     schedule.ID
	Start, End time.Time
	Level      int // 1 is who is paged first, 2 and more who stands behind
	// Rotation is for pay alone: who joins shifts leaves it empty.
	Rotation schedule.RotationID
}

// An Incident is what a page asks of people, from its trigger to its end.
type Incident struct {
	ID       schedule.ID
	Service  string
	Severity string
	// TriggeredAt is when it began; the others are zero while they have not happened.
	TriggeredAt time.Time
	AckedAt     time.Time
	CheckInAt   time.Time // somebody said "I am on it"
	ResolvedAt  time.Time
	Engagements []Engagement
}

// An Engagement is somebody working on an incident; without an end until it is
// resolved.
type Engagement struct {
	Person     schedule.ID
	Start, End time.Time
}

// Flags of what is measured.
const (
	FlagOpenIncident     Flag = "open_incident"
	FlagAckBeforeTrigger Flag = "ack_before_trigger"
	FlagNotifiedUnknown  Flag = "notified_unknown" // an acknowledgement stands in for when it was delivered
	FlagZoneMissing      Flag = "tz_missing"       // the schedule's zone stands in for the person's
)

// Distinct returns the notifications in order of time, each once: told twice with two
// times, it happened at the earlier; told twice for one time, it is the one that
// interrupts. It is the same for every order they come in.
func Distinct(all []Notification) []Notification {
	sorted := all
	if !slices.IsSortedFunc(all, compareNotifications) {
		sorted = slices.Clone(all)
		slices.SortFunc(sorted, compareNotifications)
	}
	out := make([]Notification, 0, len(sorted))
	if !twice(sorted) {
		return append(out, sorted...)
	}
	seen := make(map[schedule.ID]bool, len(sorted))
	for i := range sorted {
		id := sorted[i].ID
		if id != 0 && seen[id] {
			continue
		}
		seen[id] = true
		out = append(out, sorted[i])
	}
	return out
}

// twice reports whether some notification is told more than once.
func twice(all []Notification) bool {
	ids := make([]schedule.ID, 0, len(all))
	for i := range all {
		if all[i].ID != 0 {
			ids = append(ids, all[i].ID)
		}
	}
	slices.Sort(ids)
	return len(slices.Compact(ids)) < len(ids)
}

// compareNotifications orders by time, and what is told of one time by all that can
// make a difference.
func compareNotifications(a, b Notification) int {
	return cmp.Or(
		a.At.Compare(b.At), cmp.Compare(a.ID, b.ID), compareTruth(a.Interrupts(), b.Interrupts()), cmp.Compare(b.Verdict, a.Verdict),
		cmp.Compare(a.Person, b.Person), cmp.Compare(a.Incident, b.Incident), compareTruth(a.AtAck, b.AtAck),
	)
}

// compareTruth puts what is true first.
func compareTruth(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}
