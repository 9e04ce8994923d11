package schedule

import "time"

// What the service keeps about people and teams. Dates and rules are texts as in
// a team file, because a team file is made of them.

// A Profile is a person who uses the service or is planned by it.
type Profile struct {
	ID            ID
	Name          string
	Email         string // lower case; empty for somebody who never logs in
	Zone          string // IANA
	Works         string // as in a team file; empty is the default
	Sleeps        string
	Holidays      string // codes, comma separated; empty is the team's
	Language      string // a code like de, of what is there in several; empty: as the browser asks
	CreatedAt     time.Time
	DeactivatedAt time.Time // zero while active
}

// A TeamRecord is a team with its settings.
type TeamRecord struct {
	ID           ID
	Name         string
	Zone         string
	HorizonWeeks int   // how far the published plan shall reach at least
	FrozenWeeks  int   // published shifts that start so soon stay when a plan is made again
	Repay        Repay // how measured burden moves plans
	RestCover    bool  // whoever had a broken night is offered to hand over what comes next
	Version      int64 // raised by every change of who is on call
	CreatedAt    time.Time
}

// TeamRules hold for a team from a day on, until others do: a team file without
// people and days.
type TeamRules struct {
	ID        ID
	Team      ID
	From      Date
	Source    string
	CreatedAt time.Time
	CreatedBy ID
}

// A Membership is a person's place in a team.
type Membership struct {
	ID      ID
	Team    ID
	Person  ID
	Manager bool
	OnCall  bool // takes part in the rotations
	Share   Share
	From    Date // zero: always
	Until   Date // last day; zero: for ever
	Takes   string
	Skills  string
	Limits  string
}

// A MemberChange is what holds for a member from a day on, until another does.
type MemberChange struct {
	ID        ID
	Team      ID
	Person    ID
	From      Date
	Share     Share
	OnCall    bool // false: pauses
	CreatedAt time.Time
	CreatedBy ID
}

// MemberTerms are the rotations, skills and limits that a member has from a day on, until
// others do; nil is as before.
type MemberTerms struct {
	ID        ID
	Team      ID
	Person    ID
	From      Date
	Takes     *string // empty: every rotation
	Skills    *string
	Limits    *string
	CreatedAt time.Time
	CreatedBy ID
}

// A TeamSetup is a team that somebody is setting up, as far as they have come.
type TeamSetup struct {
	ID        ID
	Owner     ID
	State     string // what was typed, as the pages keep it
	UpdatedAt time.Time
}

// Leave is when a person is away or, with a cost, would rather not be on call: the
// days [First, Last] in their zone, or the instants [Start, End).
type Leave struct {
	ID          ID
	Person      ID
	First, Last Date
	Start, End  time.Time
	WishCost    int64 // zero: away
	Note        string
	CreatedAt   time.Time
	Import      ID     // the calendar that it came from; nobody's: it was entered by hand
	Key         string // of the event there
}

// Span returns the leave as instants, whole days from midnight in the person's
// zone.
func (l *Leave) Span(zone *time.Location) (start, end time.Time) {
	return Absence{First: l.First, Last: l.Last, Start: l.Start, End: l.End}.Span(zone, Midnight)
}

// Away is the leave as an absence.
func (l *Leave) Away(zone *time.Location) AwaySpan {
	a := AwaySpan{Person: l.Person}
	a.Start, a.End = l.Span(zone)
	if !l.First.IsZero() {
		a.HandOver = l.First.At(Noon, zone)
	}
	return a
}

// Clash returns the part of a stretch of duty that falls into the leave; false when
// none does. Whoever is away from a day on still hands over on its morning.
func (l *Leave) Clash(start, end time.Time, zone *time.Location) (Span, bool) {
	a := l.Away(zone)
	return a.clash(start, end)
}

// The states of a draft.
const (
	DraftQueued    = "queued"
	DraftRunning   = "running"
	DraftReady     = "ready"
	DraftFailed    = "failed"
	DraftPublished = "published"
	DraftDiscarded = "discarded"
)

// A Draft is a plan that is being made or waits for a decision.
type Draft struct {
	ID         ID
	Team       ID
	Name       string // what people call it; may be empty
	State      string
	From       Date
	Until      Date // not included
	Pins       string
	Seed       int64 // breaks ties differently; the same seed gives the same plan
	Seconds    int   // how long to look for a better plan; zero: the service's own limit
	Thaw       bool  // frozen weeks may change too
	Progress   int   // percent
	Message    string
	Plan       string    // JSON; see Planned
	BasedOn    int64     // the number of the plan that was published when it was asked for
	Tries      int       // how often somebody began to make it
	BeatAt     time.Time // when whoever makes it was last alive
	CreatedBy  ID
	CreatedAt  time.Time
	FinishedAt time.Time
}

// A Plan is a draft that was published.
type Plan struct {
	ID          ID
	Team        ID
	Number      int // 1, 2, 3 … in the team
	Draft       ID
	Document    string
	Balances    Balances // as in the document
	From        Date
	Until       Date // not included
	Note        string
	PublishedAt time.Time
	PublishedBy ID
}

// Balances are what each person is above their share, in thousandths of a point, when
// a plan begins and when it ends.
type Balances struct {
	Before, After map[ID]int64
	// Moved is the part of both that covers and swaps had moved, or that came from
	// other tools.
	Moved map[ID]int64 `json:",omitempty"`
	// Measured is the part of After that came of measured burden; nil where the team
	// does not want that.
	Measured *Measured `json:",omitempty"`
}

// The states of a request.
const (
	RequestOpen      = "open"
	RequestAccepted  = "accepted"
	RequestDeclined  = "declined"
	RequestWithdrawn = "withdrawn"
	RequestExpired   = "expired"
	RequestVoid      = "void"   // the shift has moved to somebody else
	RequestUndone    = "undone" // it was accepted, and taken back
)

// A Stretch is a part, or all, of a slot.
type Stretch struct {
	Slot     SlotID
	Rotation RotationID
	Start    time.Time
	End      time.Time
}

// A Request asks others to take a stretch or, with Return, to swap it for one of
// theirs.
type Request struct {
	ID         ID
	Team       ID
	Stretch            // of Person
	Person     ID      // whose shift it is
	To         ID      // whom it asks; nobody: everybody
	Return     Stretch // of To; a zero one asks for cover only
	Message    string
	State      string
	ExpiresAt  time.Time
	CreatedBy  ID
	CreatedAt  time.Time
	AnsweredBy ID
	AnsweredAt time.Time
	Override   ID        // what accepting it made
	ReturnedBy ID        // the override of Return
	RemindedAt time.Time // zero until those asked were reminded
	Note       string    // why it ended, where its state does not say it
}

// IsSwap says whether something is offered in return.
func (r *Request) IsSwap() bool { return r.Return.Slot != "" }

// The kinds of feeds.
const (
	FeedPerson   = "person" // all shifts of its owner, in every team
	FeedTeam     = "team"
	FeedRotation = "rotation"
	FeedAbsences = "absences" // of a team
)

// A Feed is a calendar that somebody subscribes to by a secret link.
type Feed struct {
	ID         ID
	Kind       string
	Owner      ID
	Team       ID
	Rotation   RotationID
	Label      string
	Busy       bool // events take up time in the reader's calendar
	Tombstones bool // shifts taken away stay for a while, as cancelled
	Alarms     bool // a reminder before each shift
	CreatedAt  time.Time
	RevokedAt  time.Time
	FetchedAt  time.Time
	FetchedBy  string
	Last       Rendering
}

// A Rendering is what all replicas remember of a feed's bytes.
type Rendering struct {
	Stamp     string    // what they were made of; empty: never rendered
	Etag      string    // of the bytes
	ChangedAt time.Time // when they last became others, by the clock of who served them
}

// An AuditEntry says who did what about whom.
type AuditEntry struct {
	ID     ID
	At     time.Time
	By     ID // nobody: the program itself
	Action string
	About  ID
	Team   ID
	Detail string
}

// An AuditQuery says which entries of the audit log are meant; what is zero does not
// matter.
type AuditQuery struct {
	Person ID // about them or by them
	Team   ID
	After  time.Time // later than that, by the second
	Kinds  []string  // of actions: rules is the kind of rules.change
	Most   int
}
