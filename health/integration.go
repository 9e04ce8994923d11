package health

import (
	"time"

	"watchbill/schedule"
)

// An Integration is a door through which a team's pager sends what happens.
type Integration struct {
	ID     schedule.ID
	Team   schedule.ID
	Vendor string
	Name   string
	// Secrets are what the sender signs with, at most two while it changes over, the
	// newest first. Without one, the link is all that the sender has to know.
	Secrets []string
	Zone    string // IANA: of times without a zone
	// Rotation is whose duty its pages are; empty is whoever is on call first.
	Rotation  schedule.RotationID
	Urgencies map[string]string // the sender's words in lower case to high or low
	CreatedAt time.Time
	CreatedBy schedule.ID
	RenewedAt time.Time // when it got its present link
	OffAt     time.Time // zero while it takes deliveries
	SeenAt    time.Time // when something authentic came last, to about a second
}

// The states of a delivery.
const (
	DeliveryNew       = "new"       // nobody has read it yet
	DeliveryDone      = "done"      // its events count
	DeliveryDead      = "dead"      // it cannot be read: a dead letter
	DeliveryDiscarded = "discarded" // somebody said that it shall not be read
)

// A Delivery is what a sender sent in one request, as it came.
type Delivery struct {
	ID          schedule.ID
	Integration schedule.ID
	ReceivedAt  time.Time // to the microsecond
	// Key names the delivery in its integration, also when it is sent again. One that
	// has no name of its own is named by its bytes and by the ten minutes in which it
	// came; NotSince says that Before, its name in the ten minutes before, is the same
	// delivery if it came after that.
	Key      string
	Before   string
	NotSince time.Time
	Headers  map[string]string // by lower-case name: only those that are needed to read it
	Body     []byte            // nil when it was kept long enough
	State    string
	Attempts int
	NextAt   time.Time // when it is tried, while it is new
	DoneAt   time.Time
	Code     string // why it is dead, in a word
	Error    string // why, in full
	Note     string // why it was discarded

	// Again says, once it was taken in, that it had been there before, as ID.
	Again bool
}

// The kinds of what is counted and leaves no row.
const (
	CountTaken    = "taken"     // deliveries taken in
	CountAgain    = "again"     // sent again
	CountRefused  = "refused"   // signature missing or wrong
	CountTooLarge = "too_large" //
	CountTooMany  = "too_many"  // over the rate
)

// A Count is how often something happened at an integration on a day of UTC.
type Count struct {
	Integration schedule.ID
	Day         schedule.Date
	Kind        string
	N           int64
}
