package health

import (
	"context"
	"time"

	"watchbill/schedule"
)

// A Store keeps integrations, what came in, and what became of it. Methods that
// find nothing return schedule.ErrNotFound.
type Store interface {
	// InTx runs f in one transaction; only the store handed to f may be used in it.
	// An error of f undoes everything.
	InTx(ctx context.Context, f func(Store) error) error

	Integrations(ctx context.Context, team schedule.ID) ([]Integration, error) // by name
	// Strangers returns whom of some people a pager of a team does not know, though it has told
	// whom it knows.
	Strangers(ctx context.Context, team schedule.ID, people []schedule.ID) (map[schedule.ID]schedule.Unreached, error)
	Integration(ctx context.Context, id schedule.ID) (Integration, error)
	IntegrationByToken(ctx context.Context, hash string) (Integration, error) // also one that is off
	AddIntegration(ctx context.Context, i *Integration, hash string) error
	// LockIntegrations keeps others from adding to a team's integrations until the
	// transaction ends.
	LockIntegrations(ctx context.Context, team schedule.ID) error
	// LockIntegration keeps others from changing an integration until the transaction
	// ends.
	LockIntegration(ctx context.Context, id schedule.ID) error
	SaveIntegration(ctx context.Context, i *Integration) error // all but the link and when it was seen
	RenewIntegration(ctx context.Context, id schedule.ID, hash string, at time.Time) error

	InboxStore
	PageStore
	LookStore
	BurdenStore
	OwedStore
	PayStore
	PullStore
	ItemStore
	TableStore
	CheckInStore
	HandOverStore
	ReviewStore
	PulseStore
	IndicatorStore
	WarningStore
	ScoreStore
	DiaryStore
	CompareStore
	RemovalStore

	Audit(ctx context.Context, e *schedule.AuditEntry) error
}

// An InboxStore keeps what came in.
type InboxStore interface {
	// Receive writes deliveries so that they are still there after a power cut, and
	// sets their ID and Again. All of them are written or none.
	Receive(ctx context.Context, all []*Delivery) error
	// BringForward makes due at a moment what is tried, or claimed until, after another:
	// deliveries, pulls and tables. It returns how many that were.
	BringForward(ctx context.Context, to, after time.Time) (int, error)
	// Undone counts what nobody has read yet, but stops at most.
	Undone(ctx context.Context, most int) (int, error)
	// AddCounts adds to what is counted, and notes when integrations were seen.
	AddCounts(ctx context.Context, counts []Count, seen map[schedule.ID]time.Time) error
	Counts(ctx context.Context, integration schedule.ID, from schedule.Date) ([]Count, error)
}

// A DeadFilter says which dead letters are meant.
type DeadFilter struct {
	Integration schedule.ID
	ID          schedule.ID // one of them; none: all
	Code        string      // those that are dead for a reason; empty: any
}

// A PageStore keeps what deliveries tell. All but reading is done in a transaction.
type PageStore interface {
	// Claim returns deliveries that are due, the oldest first, and keeps others from
	// them until the transaction ends.
	Claim(ctx context.Context, now time.Time, most int) ([]Delivery, error)
	// Done marks deliveries as read, at an instant.
	Done(ctx context.Context, ids []schedule.ID, at time.Time) error
	// NoteDelivery says what of a delivery was left out.
	NoteDelivery(ctx context.Context, id schedule.ID, note string) error
	// Failed notes that a delivery could not be read: its state, attempts, next try,
	// code and error. It does nothing to one that somebody else has read.
	Failed(ctx context.Context, d *Delivery) error

	// LockPages keeps others from folding pages until the transaction ends.
	LockPages(ctx context.Context, names []PageName) error
	// AddEvents adds events; of two with one key the one received first is kept.
	AddEvents(ctx context.Context, integration schedule.ID, events []Event) error
	Events(ctx context.Context, name PageName) ([]Event, error)
	KeptPages(ctx context.Context, name PageName) ([]KeptPage, error) // by number
	SavePage(ctx context.Context, p *PageRecord) error                // adds one without an ID; replaces its people
	RemovePage(ctx context.Context, id schedule.ID) error

	// ContactOf returns whom an integration knows by the vendor's id or, failing that,
	// by the address or the name. It keeps others from saying who that is until the
	// transaction ends.
	ContactOf(ctx context.Context, integration schedule.ID, who Identity) (Contact, error)
	// SaveContact adds somebody, or what is new about them, and sets who of our people
	// it is.
	SaveContact(ctx context.Context, c *Contact) error
}

// A LookStore answers those who look after integrations, and does what they say.
type LookStore interface {
	// Deliveries returns the latest deliveries of an integration, the newest first,
	// without their bytes; of those that are older than one when that is given.
	Deliveries(ctx context.Context, integration schedule.ID, state string, before schedule.ID, most int) ([]Delivery, error)
	Delivery(ctx context.Context, id schedule.ID) (Delivery, error)
	// Came returns when the latest deliveries came, but for tests of our own, the newest
	// first.
	Came(ctx context.Context, integration schedule.ID, most int) ([]time.Time, error)
	// DeadCodes counts dead letters by their code.
	DeadCodes(ctx context.Context, integration schedule.ID) (map[string]int, error)
	// Replay makes dead letters new, due at an instant, and Discard ends them; both
	// say how many there were.
	Replay(ctx context.Context, f DeadFilter, at time.Time) (int, error)
	Discard(ctx context.Context, f DeadFilter, reason string, at time.Time) (int, error)
	// ForgetBodies forgets the bytes of what was read and came before an instant, and
	// of dead letters before another, which are discarded; ForgetDeliveries removes
	// what was read or discarded.
	ForgetBodies(ctx context.Context, read, dead time.Time) error
	ForgetDeliveries(ctx context.Context, before time.Time) error

	// PagesOf returns pages of a team, or of one of its integrations, that fired in
	// [from, to), the newest first, with people.
	PagesOf(ctx context.Context, f PageFilter) ([]PageRecord, error)
	Page(ctx context.Context, id schedule.ID) (PageRecord, error) // without people
	// Hits returns who was interrupted by pages of an integration from an instant on.
	Hits(ctx context.Context, i *Integration, from time.Time) ([]Hit, error)
	// EventsOf returns what a delivery told.
	EventsOf(ctx context.Context, delivery schedule.ID) ([]Event, error)

	// Contacts returns those who had to do with a page, or were mapped, with their pages:
	// those not mapped first.
	Contacts(ctx context.Context, integration schedule.ID) ([]Contact, error)
	Contact(ctx context.Context, id schedule.ID) (Contact, error)
	Unmapped(ctx context.Context, integration schedule.ID) (int, error) // who had to do with a page
	// MapContact says who a contact is, in all pages.
	MapContact(ctx context.Context, id, person, by schedule.ID, at time.Time) error
}

// A PageFilter says which pages are meant.
type PageFilter struct {
	Team        schedule.ID
	Integration schedule.ID // none: all
	From, To    time.Time   // when they fired first; To is not included
	Open        bool        // only those that are not over, and count
	Before      schedule.ID // only those listed after this one; none: from the newest on
	Most        int
}
