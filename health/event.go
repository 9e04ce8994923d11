package health

import "time"

// Kind says what an event did to a page. Kinds that this version does not know
// change nothing when they are folded.
type Kind string

// What can happen to a page.
const (
	KindTriggered          Kind = "triggered"
	KindNotified           Kind = "notified"
	KindAssigned           Kind = "assigned"
	KindAcknowledged       Kind = "acknowledged"
	KindUnacknowledged     Kind = "unacknowledged"
	KindEscalated          Kind = "escalated"
	KindReassigned         Kind = "reassigned"
	KindDelegated          Kind = "delegated"
	KindSnoozed            Kind = "snoozed"
	KindResolved           Kind = "resolved"
	KindReopened           Kind = "reopened"
	KindMerged             Kind = "merged"
	KindCancelled          Kind = "cancelled"
	KindResponderRequested Kind = "responder_requested"
	KindResponderReplied   Kind = "responder_replied"
	KindPriorityChanged    Kind = "priority_changed"
	KindAnnotated          Kind = "annotated"
	KindAlertGrouped       Kind = "alert_grouped"
	KindRenotified         Kind = "renotified"
	KindOther              Kind = "other"
)

// What a source tells besides: no page is made of these.
const (
	KindShift            Kind = "oncall_shift"
	KindIdentity         Kind = "identity"
	KindAlertCreated     Kind = "alert_created"
	KindAlertResolved    Kind = "alert_resolved"
	KindIncidentDeclared Kind = "incident_declared"
	KindIncidentStatus   Kind = "incident_status"
	KindPing             Kind = "ping"
	KindAlertLog         Kind = "alert_log" // a line of an alert's log, which is only a sentence
)

// Context reports whether events of this kind are about something other than a page.
func (k Kind) Context() bool {
	switch k {
	case KindShift, KindIdentity, KindAlertCreated, KindAlertResolved, KindIncidentDeclared, KindIncidentStatus, KindPing, KindAlertLog:
		return true
	}
	return false
}

// rank orders events of one instant as they follow from each other, so that
// what opens a page comes before what closes it.
func (k Kind) rank() int {
	for i, other := range []Kind{
		KindTriggered, KindAlertGrouped, KindRenotified, KindPriorityChanged, KindAssigned, KindResponderRequested,
		KindNotified, KindDelegated, KindEscalated, KindReassigned, KindResponderReplied, KindAcknowledged,
		KindUnacknowledged, KindSnoozed, KindAnnotated, KindResolved, KindMerged, KindCancelled, KindReopened,
	} {
		if k == other {
			return i
		}
	}
	return 100
}

// Urgency is whether a page is meant to interrupt somebody.
type Urgency string

// A page of unknown urgency counts as one that interrupts; a low one does not,
// unless the rules say so.
const (
	UrgencyHigh    Urgency = "high"
	UrgencyLow     Urgency = "low"
	UrgencyUnknown Urgency = "unknown"
)

// weight orders urgencies; the strongest one that a page ever had is its own.
func (u Urgency) weight() int {
	switch u {
	case UrgencyHigh:
		return 2
	case UrgencyLow:
		return 1
	}
	return 0
}

// TimeBasis says how we know when something happened.
type TimeBasis string

// The payload said when, or only when it was received is known, or it was
// computed from another time and a duration.
const (
	TimeOfPayload TimeBasis = "payload"
	TimeOfReceipt TimeBasis = "received"
	TimeDerived   TimeBasis = "derived"
)

// NoticeBasis says how we know that somebody was notified.
type NoticeBasis string

// The vendor said so; the page was assigned to them; they were on call by the
// schedule as it was then; somebody entered it by hand.
const (
	NoticeByVendor     NoticeBasis = "vendor"
	NoticeByAssignment NoticeBasis = "assignment"
	NoticeBySchedule   NoticeBasis = "schedule"
	NoticeByHand       NoticeBasis = "manual"
)

// Source says by which way an event came.
type Source string

// Pushed by the vendor, fetched from the vendor's API, or read from a file
// somebody uploaded. Where a file and another source tell the same thing of a
// page, the other source is believed.
const (
	SourceHook Source = "hook"
	SourcePull Source = "pull"
	SourceFile Source = "file"
)

// Role is what somebody has to do with an event.
type Role string

// Roles as payloads name them. Assignee, requested and notified were asked to
// respond; acknowledger and resolver did; the rest only appear in context.
const (
	RoleAssignee     Role = "assignee"
	RoleRequested    Role = "requested"
	RoleNotified     Role = "notified"
	RoleAcknowledger Role = "acknowledger"
	RoleResolver     Role = "resolver"
	RoleInvolved     Role = "involved"
	RoleOnCall       Role = "on_call"
	RoleIdentity     Role = "identity"
)

// Identity is somebody as a vendor knows them: by an id of the vendor's, an
// e-mail address, a name, or several of these. Who of our people it is, is
// decided elsewhere, and never by the name.
type Identity struct {
	ID    string // the vendor's user id
	Email string // in lower case
	Name  string
}

// IsZero reports whether nothing is known of somebody.
func (i Identity) IsZero() bool { return i == Identity{} }

// Party is somebody or something with a role in an event.
type Party struct {
	Identity
	Role Role
	// Target is the vendor's word for what this is: "user" or empty for a
	// person, otherwise a team, schedule or escalation policy; TargetUnknown for
	// a bare name that may be either.
	Target string
	// Earlier is set on a notified party that a payload lists without a time: they
	// were notified by then, and the page may already know when.
	Earlier bool
	// Reply is how somebody who was requested replied: pending, accepted or declined.
	Reply string
}

// TargetUnknown marks a party of which nobody says whether it is a person.
const TargetUnknown = "unknown"

// person reports whether a party is somebody rather than a team or a schedule.
func (p Party) person() bool {
	return (p.Target == "" || p.Target == "user") && !p.IsZero()
}

// Event is one thing that happened to a page, in the words of all vendors.
// The zero value of a field means that the payload does not say.
type Event struct {
	// Key is the event's own key: the same thing told twice has the same key,
	// and no two events of an integration share one.
	Key        string
	ExternalID string // the vendor's id of the event, where it has one
	PageKey    string // the vendor's id of the page
	AlertKey   string // the vendor's id of the alert behind it

	Kind       Kind
	OccurredAt time.Time // UTC
	TimeBasis  TimeBasis
	// StatedAt is the time in the payload where it was not believed because it
	// lay in the future; zero otherwise.
	StatedAt time.Time
	// OrderKey orders events of one instant where the vendor has a finer
	// counter; zero where it has none.
	OrderKey   int64
	ReceivedAt time.Time
	InboxID    int64
	Path       string // where in the payload this was read
	Source     Source

	Service    string
	Urgency    Urgency
	Severity   string // the vendor's word
	Title      string
	Actor      Identity // who did it; zero for a machine
	Auto       bool     // the payload says that nobody did it
	Responders []Party
	Channel    string // how somebody was notified: push, sms, phone, email …

	// PageCreatedAt is when the vendor says the page began, and PageState how
	// it stands after this event; they are used when earlier events are missing.
	// What an API tells of the past has no PageState.
	PageCreatedAt time.Time
	PageState     State
	MergedInto    string // page key of the page this one became part of
	Alerts        int    // how many alerts the page groups
	Occurrences   int    // how often the alert came again
	// Repeats is set for sources that send the same state again and again: a
	// trigger of a page that is open is then another notification of it.
	Repeats bool
	Test    bool // the vendor's own test; it never counts

	Shift *ShiftFact // for KindShift
	Zone  string     // for KindIdentity: the person's time zone
}

// ShiftFact is what a vendor says about who is on call.
type ShiftFact struct {
	Schedule string
	End      time.Time
	Override bool
}

// Earlier reports whether e is the copy to keep of two deliveries of one event:
// the one received first, so that it does not matter which is handled first.
func (e Event) Earlier(than Event) bool {
	if !e.ReceivedAt.Equal(than.ReceivedAt) {
		return e.ReceivedAt.Before(than.ReceivedAt)
	}
	if e.InboxID != than.InboxID {
		return e.InboxID < than.InboxID
	}
	return e.Path < than.Path
}
