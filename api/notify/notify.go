// Package notify tells people what has happened, wherever they want to hear it.
package notify

import (
	"context"
	"fmt"
	"time"

	"watchbill/schedule"
)

// A Kind is what news is about, as people choose it.
type Kind string

// The kinds of news.
const (
	ShiftChanged  Kind = "shift.changed"  // what one has of the schedule is otherwise
	ShiftSoon     Kind = "shift.soon"     // one begins
	CoverAsked    Kind = "cover.asked"    // somebody asks for cover or a swap
	CoverEnded    Kind = "cover.ended"    // what became of what one has asked for
	ShiftHanded   Kind = "shift.handed"   // what the shift before left
	RestDue       Kind = "rest.due"       // one's own night was broken
	OwedEnding    Kind = "owed.ends"      // time owed ends that was not taken
	PulseOpened   Kind = "pulse.opened"   // a survey asks
	PulseResults  Kind = "pulse.results"  // what came of it
	DraftMade     Kind = "draft.made"     // a plan waits for who may publish it
	GapFound      Kind = "gap.found"      // nobody has a shift to come
	RestTeam      Kind = "rest.team"      // somebody is to rest
	WeekAhead     Kind = "week.ahead"     // on Monday, what there is to see to
	WarningRaised Kind = "warning.raised" // a question about a team, to who manages it
)

// Kinds returns all kinds in the order in which they are named.
func Kinds() []Kind {
	return []Kind{ShiftChanged, ShiftSoon, CoverAsked, CoverEnded, ShiftHanded, RestDue, OwedEnding, PulseOpened, PulseResults, DraftMade, GapFound, RestTeam, WeekAhead, WarningRaised}
}

// A Medium is how news gets to somebody.
type Medium string

// The media that there are.
const (
	Email Medium = "email"
	Slack Medium = "slack"
)

// Media returns all media. The first that is set up is by which people are told who have
// chosen none.
func Media() []Medium { return []Medium{Email, Slack} }

// A Topic is something that has happened and that some people are to hear of. Topics are
// made of what is stored, again each time somebody looks: what is withdrawn before it was
// told is told to nobody, and no text or link waits anywhere.
type Topic struct {
	// Key names the topic: it is the same on every replica and at every look.
	Key  string
	Kind Kind
	// Urgent news waits for nobody to wake up.
	Urgent bool
	// To are the people who are to hear of it.
	To func(ctx context.Context) ([]schedule.ID, error)
	// Write writes to one of them; without a subject there is nothing to say any more.
	Write func(ctx context.Context, to *schedule.Profile) (Letter, error)
}

// A Letter is what one person reads.
type Letter struct {
	Subject string // one line
	Text    string // paragraphs
	Path    string // where the matter is in the service, like /requests
	Foot    string // what stands before the address where one chooses what one is written; the usual when empty
	// Language is the code of the language that it is in; English when empty.
	Language string
}

// A Source returns the topics of about the last day. A topic may be told more than once
// and forgotten once it is older than [Window].
type Source func(ctx context.Context, since time.Time) ([]Topic, error)

// Window is how long something is news: whoever sleeps, and a server that is down for a
// night, still gets there.
const Window = 36 * time.Hour

// A Carrier takes letters somewhere.
type Carrier interface {
	// Open makes ready to send; an error is that nothing can be sent at all.
	Open(ctx context.Context) (Line, error)
}

// A Line is open to send letters one after the other.
type Line interface {
	// Send returns when a letter was taken over. A *RefusedError is that it never will be, a
	// *BusyError that nothing is taken for a while, and that this letter was not.
	Send(ctx context.Context, m *Mail) error
	Close() error
}

// A Mail is a letter with an address on it.
type Mail struct {
	ID      string // the same whenever the same is sent to the same person
	Name    string
	Address string
	Subject string
	Text    string // paragraphs
	Link    string // to the matter; may be a secret of whoever reads
	Foot    string // what stands before Choose
	Choose  string // link to where they choose what they are told
	// Language is the code of the language of it all; English when empty.
	Language string
	At       time.Time
	// Tried is when it was first tried, if nobody knows for certain that it did not arrive.
	Tried time.Time
}

// foot ends a letter: nobody is to wonder where it comes from.
const foot = "Watchbill tells you this because of your teams. Choose what it writes to you about:"

// Plain is all that a letter says, as text.
func (m *Mail) Plain() string {
	text := m.Text
	if m.Link != "" {
		text += "\n\n" + m.Link
	}
	return text + "\n\n-- \n" + m.Foot + " " + m.Choose + "\n"
}

// A RefusedError says that whoever takes letters does not want this one.
type RefusedError struct{ Reason string }

func (e *RefusedError) Error() string { return "refused: " + e.Reason }

// A BusyError says that whoever takes letters takes none for a while.
type BusyError struct{ Wait time.Duration }

func (e *BusyError) Error() string { return fmt.Sprintf("it takes nothing for %s", e.Wait) }

// A Recipient is somebody and how they are told.
type Recipient struct {
	Person schedule.ID
	Medium Medium
}

// Chosen is what somebody has chosen of a kind of news: by what they are told, and by what
// not. About a medium that is not in it they have not chosen.
type Chosen map[Medium]bool

// A Store keeps what people were told, and what they do not want to hear.
type Store interface {
	// Told returns which of some topics everybody was told of.
	Told(ctx context.Context, keys []string) (map[string]bool, error)
	// CloseTopic notes that everybody was told.
	CloseTopic(ctx context.Context, key string, at time.Time) error
	// Letters returns what is known of the letters of a topic.
	Letters(ctx context.Context, key string) (map[Recipient]Sent, error)
	// Claim says whether a letter is to be sent now by whoever asks, how often it was tried
	// with this time, and when first. Nobody else gets it until a moment.
	Claim(ctx context.Context, s *Sent, now, until time.Time) (bool, error)
	// Save notes how the try of that number ended.
	Save(ctx context.Context, s *Sent) error
	// Release notes that the try of that number was none, and when there may be another.
	Release(ctx context.Context, s *Sent) error
	// History returns the newest letters to somebody, the newest first.
	History(ctx context.Context, person schedule.ID, most int) ([]Sent, error)
	// Tallies counts the letters of each medium since a moment, and Undelivered returns the
	// newest that were not sent for some reason of their medium.
	Tallies(ctx context.Context, since time.Time) (map[Medium]Tally, error)
	Undelivered(ctx context.Context, since time.Time, most int) ([]Sent, error)
	// Refused returns of some people why the last letters to them did not arrive, by any
	// medium; whoever is not in it got the last one by some, or none was sent.
	Refused(ctx context.Context, people []schedule.ID) (map[schedule.ID]string, error)
	// Began returns since when kinds are told of. Those of which that is not known, or is
	// to come, are from now on.
	Began(ctx context.Context, kinds []Kind, now time.Time) (map[Kind]time.Time, error)
	// Forget removes what is older than a moment.
	Forget(ctx context.Context, before time.Time) error

	// Chosen returns what some people have chosen of a kind.
	Chosen(ctx context.Context, kind Kind, people []schedule.ID) (map[schedule.ID]Chosen, error)
	// Choices returns what somebody has chosen. SetChoices notes what they choose of some
	// media, and leaves what they have chosen of others.
	Choices(ctx context.Context, person schedule.ID) (map[Kind]Chosen, error)
	SetChoices(ctx context.Context, person schedule.ID, choices map[Kind]Chosen) error
	// Leads returns how long before a shift people want to hear of it, of those who have
	// chosen; of everybody when none are named.
	Leads(ctx context.Context, people ...schedule.ID) (map[schedule.ID]time.Duration, error)
	SetLead(ctx context.Context, person schedule.ID, lead time.Duration) error
}

// A Sent is a letter and what became of it.
type Sent struct {
	Key    string
	Person schedule.ID
	Medium Medium
	Kind   Kind
	Tries  int // that were begun, without those that met a [BusyError]
	MadeAt time.Time
	NextAt time.Time // when it is tried again; of a letter that is neither sent nor given up
	SentAt time.Time
	// GivenUp is set when it is not tried any more.
	GivenUp time.Time
	Problem string // of the last try; empty when it went well
}

// Overtaken is the problem of a letter about what was over before it was told.
const Overtaken = "it was over before it was told"

// Final says whether nothing more becomes of it.
func (s *Sent) Final() bool { return !s.SentAt.IsZero() || !s.GivenUp.IsZero() }
