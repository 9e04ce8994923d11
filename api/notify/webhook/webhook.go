// Package webhook tells programs what has happened, as Standard Webhooks says: to
// addresses that managers have entered, signed, again until it was taken.
//
// What there is to tell is found in what is stored (see [Source]); for each endpoint that
// wants it one delivery is written, with the bytes that are sent, and its name never
// changes. Any number of replicas send: an endpoint is claimed by one of them for a while.
package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"watchbill/schedule"
)

// A Kind is what an event is about: the type in its body.
type Kind string

// The kinds of events.
const (
	ShiftsPublished  Kind = "shifts.published"
	OverrideCreated  Kind = "override.created"
	OverrideRemoved  Kind = "override.removed"
	CoverRequested   Kind = "cover.requested"
	CoverTaken       Kind = "cover.taken"
	CoverDeclined    Kind = "cover.declined"
	CoverExpired     Kind = "cover.expired"
	CoverWithdrawn   Kind = "cover.withdrawn"
	SwapRequested    Kind = "swap.requested"
	SwapTaken        Kind = "swap.taken"
	SwapDeclined     Kind = "swap.declined"
	SwapExpired      Kind = "swap.expired"
	SwapWithdrawn    Kind = "swap.withdrawn"
	GapFound         Kind = "gap.found"
	DraftReady       Kind = "draft.ready"
	WaveOpened       Kind = "wave.opened"
	ResultsPublished Kind = "results.published"
	WarningTold      Kind = "warning.told"

	// Test is what somebody sends to try an endpoint; none has to want it.
	Test Kind = "webhook.test"
)

// kinds are those that an endpoint may want, with what they are in words.
var kinds = []struct {
	kind  Kind
	words string
}{
	{ShiftsPublished, "Shifts were published, and which have changed"},
	{OverrideCreated, "Somebody else was put in for a part of a shift"},
	{OverrideRemoved, "That was undone, or has ended by a plan"},
	{CoverRequested, "Cover of a shift is asked for"},
	{CoverTaken, "Somebody takes it over"},
	{CoverDeclined, "Whoever was asked says no"},
	{CoverExpired, "Nobody has answered in time"},
	{CoverWithdrawn, "Cover is not asked for any more"},
	{SwapRequested, "A swap is asked for"},
	{SwapTaken, "A swap is agreed on"},
	{SwapDeclined, "Whoever was asked to swap says no"},
	{SwapExpired, "Nobody has answered to a swap in time"},
	{SwapWithdrawn, "A swap is not asked for any more"},
	{GapFound, "Nobody has a part of what was published"},
	{DraftReady, "A draft is ready to be looked at"},
	{WaveOpened, "A survey has opened"},
	{ResultsPublished, "Results of a survey were published"},
	{WarningTold, "A team’s weeks gave reason to ask a question"},
}

// Kinds returns the kinds that an endpoint may want, in the order in which they are named.
func Kinds() []Kind {
	all := make([]Kind, len(kinds))
	for i := range kinds {
		all[i] = kinds[i].kind
	}
	return all
}

// Words says what a kind is.
func (k Kind) Words() string {
	for i := range kinds {
		if kinds[i].kind == k {
			return kinds[i].words
		}
	}
	return "A test"
}

// An Endpoint is an address of a program that is told what happens in a team.
type Endpoint struct {
	ID   schedule.ID
	Team schedule.ID // none: all of them
	Name string
	URL  string
	// Wants are the kinds that it is told, each of what happens from a moment on.
	Wants map[Kind]time.Time
	// Secret is what is signed with. The one Before goes on to sign as well until BeforeUntil.
	Secret, Before string
	BeforeUntil    time.Time
	CreatedAt      time.Time
	CreatedBy      schedule.ID
	OffAt          time.Time // zero while it is told
	OffWhy         string    // why it was turned off by itself

	Faults       int       // how often it has taken nothing since it has last taken something
	FailingSince time.Time // the first of them
	RestsUntil   time.Time // nothing is sent before
	TookAt       time.Time // when it has last taken something
	// Claim is the number of whoever sends to it, until ClaimedUntil; see ADR 18.
	Claim        int
	ClaimedUntil time.Time
}

// Secrets are what is signed with at a moment, the newest first.
func (e *Endpoint) Secrets(now time.Time) []string {
	if e.Before != "" && now.Before(e.BeforeUntil) {
		return []string{e.Secret, e.Before}
	}
	return []string{e.Secret}
}

// Chosen are the kinds that it wants, in the order in which they are named.
func (e *Endpoint) Chosen() []Kind {
	return slices.DeleteFunc(Kinds(), func(k Kind) bool { _, ok := e.Wants[k]; return !ok })
}

// wants says whether an endpoint is told of an event.
func (e *Endpoint) wants(x *Event) bool {
	since, ok := e.Wants[x.Kind]
	return ok && (e.Team == 0 || e.Team == x.Team) && !x.At.Before(since)
}

// An Event is something that has happened.
type Event struct {
	// Key names it: it is the same on every replica and at every look.
	Key  string
	Kind Kind
	Team schedule.ID
	At   time.Time
	// Data is what is told of it; nil when there is nothing to tell any more. It is asked
	// once, when some endpoint is to hear of it.
	Data func(ctx context.Context) (any, error)
}

// A Source returns the events since a moment. One that it forgets to return at one look it
// may return at the next, for as long as [Window].
type Source func(ctx context.Context, since time.Time) ([]Event, error)

// Window is how long something can still become known: what happened while nothing ran is
// told afterwards if it is not older.
const Window = 36 * time.Hour

// A Message is the body that is sent.
type Message struct {
	Type      Kind      `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      any       `json:"data"`
}

func bodyOf(kind Kind, at time.Time, data any) ([]byte, error) {
	body, err := json.Marshal(Message{kind, at.UTC(), data})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", kind, err)
	}
	return body, nil
}

// The states of a delivery.
const (
	Waits   = "waits"   // to be sent, or to be sent again
	Taken   = "taken"   // the endpoint has answered 2xx
	GivenUp = "givenup" // it was tried often enough, or is not tried any more
)

// A Delivery is what an endpoint is told in one request, and what became of it.
type Delivery struct {
	ID       schedule.ID
	Endpoint schedule.ID
	Event    string // its key
	Kind     Kind
	Message  string // webhook-id: the same however often it is sent
	Body     []byte
	MadeAt   time.Time
	State    string
	Tries    int       // since it was made or sent again by hand
	NextAt   time.Time // when it is tried, while it waits
	LastAt   time.Time // when it was tried last
	DoneAt   time.Time // when it was taken or given up
	Status   int       // of the last answer; 0: there was none
	Answer   string    // its first bytes
	Problem  string    // why the last try was none that counts
}

// A Store keeps endpoints and what they are told.
type Store interface {
	// InTx runs f in one transaction; only the store handed to f may be used in it.
	InTx(ctx context.Context, f func(Store) error) error
	Audit(ctx context.Context, e *schedule.AuditEntry) error

	Endpoints(ctx context.Context, team schedule.ID) ([]Endpoint, error) // of one team, or those of all teams; by name
	LiveEndpoints(ctx context.Context) ([]Endpoint, error)               // that are on, of whatever team
	Endpoint(ctx context.Context, id schedule.ID) (Endpoint, error)
	// LockEndpoints keeps others from adding endpoints to a team, or to all teams, and
	// LockEndpoint from changing one, until the transaction ends.
	LockEndpoints(ctx context.Context, team schedule.ID) error
	LockEndpoint(ctx context.Context, id schedule.ID) error
	AddEndpoint(ctx context.Context, e *Endpoint) error
	// SaveEndpoint replaces an endpoint but for its claim.
	SaveEndpoint(ctx context.Context, e *Endpoint) error
	RemoveEndpoint(ctx context.Context, id schedule.ID) error // with what it was told

	// Known returns for each of some keys which endpoints have a delivery of it.
	Known(ctx context.Context, keys []string) (map[string][]schedule.ID, error)
	// AddDelivery adds one, unless the endpoint has one of the same event.
	AddDelivery(ctx context.Context, d *Delivery) error
	// Deliveries returns some, the newest first, older than one if that is given.
	Deliveries(ctx context.Context, endpoint schedule.ID, state string, before schedule.ID, most int) ([]Delivery, error)
	Delivery(ctx context.Context, id schedule.ID) (Delivery, error)
	Tally(ctx context.Context, endpoint schedule.ID) (map[string]int, error) // by state
	// Again makes a delivery of an endpoint wait to be sent now, with all its tries.
	Again(ctx context.Context, endpoint, id schedule.ID, now time.Time) error
	// Drop gives up what waits for an endpoint.
	Drop(ctx context.Context, endpoint schedule.ID, now time.Time, why string) error
	Forget(ctx context.Context, before time.Time) error

	// Claim gives an endpoint that is on and for which something is due to whoever asks;
	// schedule.ErrNotFound when there is none. Nobody else gets it until a moment, or until
	// it is let go.
	Claim(ctx context.Context, now, until time.Time) (Endpoint, error)
	LetGo(ctx context.Context, e *Endpoint, now time.Time) error
	// Next begins a try of the delivery that is due and waits longest, holds the claim until
	// another moment and reads the endpoint again; schedule.ErrNotFound when there is none,
	// or the endpoint is not ours any more.
	Next(ctx context.Context, e *Endpoint, now, until time.Time) (Delivery, error)
	// SaveTry notes how a try ended: that it was taken in any case, that it was not unless
	// somebody else has begun another.
	SaveTry(ctx context.Context, e *Endpoint, d *Delivery) error
}
