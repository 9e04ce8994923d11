// Package notify tells people what has happened, wherever they want to hear it.
package notify

import (
	"context"
	"time"

	"watchbill/schedule"
)

// A Kind is what news is about, as people choose it.
type Kind string

// The kinds of news.
const (
	CoverAsked    Kind = "cover.asked"    // somebody asks for cover or a swap
	CoverEnded    Kind = "cover.ended"    // what became of what one has asked for
	ShiftHanded   Kind = "shift.handed"   // what the shift before left
	PulseOpened   Kind = "pulse.opened"   // a survey asks
	PulseResults  Kind = "pulse.results"  // what came of it
	WarningRaised Kind = "warning.raised" // a question about a team, to who manages it
)

// Kinds returns all kinds in the order in which they are named.
func Kinds() []Kind {
	return []Kind{CoverAsked, CoverEnded, ShiftHanded, PulseOpened, PulseResults, WarningRaised}
}

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
	// Send returns when a letter was taken over. A *RefusedError is that it never will be.
	Send(ctx context.Context, m *Mail) error
	Close() error
}

// A Mail is a letter with an address on it.
type Mail struct {
	ID      string // the same whenever the same is sent to the same person
	Name    string
	Address string
	Subject string
	Text    string
	At      time.Time
}

// A RefusedError says that whoever takes letters does not want this one.
type RefusedError struct{ Reason string }

func (e *RefusedError) Error() string { return "refused: " + e.Reason }

// A Store keeps what people were told, and what they do not want to hear.
type Store interface {
	// Told returns which of some topics everybody was told of.
	Told(ctx context.Context, keys []string) (map[string]bool, error)
	// CloseTopic notes that everybody was told.
	CloseTopic(ctx context.Context, key string, at time.Time) error
	// Letters returns what is known of the letters of a topic, by person.
	Letters(ctx context.Context, key string) (map[schedule.ID]Sent, error)
	// Claim says whether a letter is to be sent now by whoever asks, and how often it was
	// tried with this time. Nobody else gets it until a moment.
	Claim(ctx context.Context, s *Sent, now, until time.Time) (bool, error)
	// Save notes how the try of that number ended.
	Save(ctx context.Context, s *Sent) error
	// History returns the newest letters to somebody, the newest first.
	History(ctx context.Context, person schedule.ID, most int) ([]Sent, error)
	// Forget removes what is older than a moment.
	Forget(ctx context.Context, before time.Time) error

	// Muted returns who of some people does not want to hear of a kind.
	Muted(ctx context.Context, kind Kind, people []schedule.ID) (map[schedule.ID]bool, error)
	// Choices returns the kinds that somebody does not want to hear of, and SetChoices
	// replaces them.
	Choices(ctx context.Context, person schedule.ID) ([]Kind, error)
	SetChoices(ctx context.Context, person schedule.ID, muted []Kind) error
}

// A Sent is a letter and what became of it.
type Sent struct {
	Key    string
	Person schedule.ID
	Kind   Kind
	Tries  int
	MadeAt time.Time
	NextAt time.Time // when it is tried again; of a letter that is neither sent nor given up
	SentAt time.Time
	// GivenUp is set when it is not tried any more.
	GivenUp time.Time
	Problem string // of the last try; empty when it went well
}

// Final says whether nothing more becomes of it.
func (s *Sent) Final() bool { return !s.SentAt.IsZero() || !s.GivenUp.IsZero() }
