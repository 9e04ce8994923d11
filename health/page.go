package health

import "time"

// State is how a page stands.
type State string

// A page is open while it is triggered or acknowledged.
const (
	StateTriggered    State = "triggered"
	StateAcknowledged State = "acknowledged"
	StateResolved     State = "resolved"
	StateMerged       State = "merged"
	StateCancelled    State = "cancelled"
)

// Open reports whether somebody may still have to do something.
func (s State) Open() bool { return s == StateTriggered || s == StateAcknowledged }

// Flag is something to know about how a page was told.
type Flag string

// What can be odd about a page.
const (
	FlagPartial         Flag = "partial"          // its beginning was not told
	FlagLate            Flag = "late"             // something was told more than a quarter of an hour after it happened
	FlagFutureTimestamp Flag = "future_timestamp" // a time lay ahead of its receipt and was not believed
	FlagTooOld          Flag = "too_old"          // a hook told it so late that only an import may count it
	FlagAutoResolved    Flag = "auto_resolved"    // nobody resolved it, it ended by itself
	FlagEngagedCapped   Flag = "engaged_capped"   // somebody's work on it was cut at the longest that is believed
)

// Page is what a pager fired, as all its events tell it. One page may fire
// several times: it is reopened, or the same alert comes back soon.
type Page struct {
	Key string
	// Number counts the pages that share a key, from zero in order of time: an
	// alert that comes back after the reopen window is another page.
	Number int
	// OpenedBy is the key of the event that began this page. It stays the same
	// when other pages of the key appear before it.
	OpenedBy string
	AlertKey string

	State       State
	Title       string
	Service     string
	Urgency     Urgency // the strongest it ever had
	Severity    string  // the vendor's last word
	TriggeredAt time.Time
	FirstAckAt  time.Time // zero when nobody acknowledged
	ResolvedAt  time.Time // zero while open; also set when merged or cancelled
	LastEventAt time.Time
	MergedInto  string

	Firings         []Firing
	Responders      []Responder
	Targets         []Party // teams, schedules and policies it was sent to
	Escalations     int
	Reopens         int
	Renotifications int
	Alerts          int
	Occurrences     int
	Flags           []Flag // sorted
	IsTest          bool
	CountsAsPage    bool
}

// Has reports whether a page bears a flag.
func (p Page) Has(f Flag) bool {
	for _, flag := range p.Flags {
		if flag == f {
			return true
		}
	}
	return false
}

// Firing is one stretch of a page from its trigger to its end, which the
// specification of ingestion calls an episode; that word means something else
// in a report.
type Firing struct {
	TriggeredAt time.Time
	AckedAt     time.Time // the first acknowledgement of this stretch
	ResolvedAt  time.Time // zero while open
}

// Responder is what one person had to do with a page.
type Responder struct {
	Identity
	Notices       []Notice // in order of time
	Interruptions int      // notices folded in windows of a minute, e-mail excluded
	AckedAt       time.Time
	ReleasedAt    time.Time // when it was taken from them and not given back
	ResolvedAt    time.Time // when they resolved it
	EscalatedFrom Identity  // who had it before them
	// Responding is how long they worked on it, from acknowledging until it was
	// taken back, passed on or resolved. RespondingSince is when the stretch
	// began that has not ended; it is not in Responding.
	Responding      time.Duration
	RespondingSince time.Time
}

// NotifiedAt returns when a responder was first notified, and how we know; a
// zero time when they never were.
func (r Responder) NotifiedAt() (time.Time, NoticeBasis) {
	if len(r.Notices) == 0 {
		return time.Time{}, ""
	}
	return r.Notices[0].At, r.Notices[0].Basis
}

// Notice is one notification of one person for one page.
type Notice struct {
	At      time.Time
	Basis   NoticeBasis
	Channel string
	Event   string // key of the event that tells it
}
