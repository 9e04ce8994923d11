package schedule

import (
	"context"
	"time"
)

// A Store keeps what was decided. Methods that find nothing return ErrNotFound;
// a name or an address that is taken is ErrConflict.
type Store interface {
	// InTx runs f in one transaction; only the store handed to f may be used
	// in it. An error of f undoes everything.
	InTx(ctx context.Context, f func(Store) error) error

	Teams(ctx context.Context) ([]TeamRecord, error)
	FindTeams(ctx context.Context, f Search) ([]TeamRecord, error) // by name
	CountTeams(ctx context.Context, f Search) (int, error)         // on whatever page
	Team(ctx context.Context, id ID) (TeamRecord, error)
	AddTeam(ctx context.Context, t *TeamRecord) error
	SaveTeam(ctx context.Context, t *TeamRecord) error // all but the version
	// RaiseVersion makes readers see that something has changed. It also locks
	// the team's row until the transaction ends, so that whoever raises it
	// first goes first.
	RaiseVersion(ctx context.Context, team ID) (int64, error)

	Rules(ctx context.Context, team ID) ([]TeamRules, error) // by day
	SaveRules(ctx context.Context, r *TeamRules) error       // replaces those of the same day
	RemoveRules(ctx context.Context, team, id ID) error

	Setups(ctx context.Context, owner ID) ([]TeamSetup, error) // newest first
	AddSetup(ctx context.Context, t *TeamSetup) error
	SaveSetup(ctx context.Context, t *TeamSetup) error // of its owner
	RemoveSetup(ctx context.Context, owner, id ID) error
	PruneSetups(ctx context.Context, before time.Time) error

	People(ctx context.Context, ids []ID) ([]Profile, error) // nil: everybody, by name
	// PeopleAfter returns so many people at most whose IDs are higher than one, by ID.
	PeopleAfter(ctx context.Context, id ID, most int) ([]Profile, error)
	// PeopleMark is another one whenever a person has come or what is known of one
	// has changed.
	PeopleMark(ctx context.Context) (PeopleMark, error)
	PersonByEmail(ctx context.Context, email string) (Profile, error)
	AddPerson(ctx context.Context, p *Profile) error
	SavePerson(ctx context.Context, p *Profile) error
	// LockPerson keeps others from changing a person, and before that their teams,
	// until the transaction ends.
	LockPerson(ctx context.Context, id ID) error

	Members(ctx context.Context, team ID) ([]Membership, error)
	Memberships(ctx context.Context, person ID) ([]Membership, error)
	// MembersOf returns the members of some teams, and the places of some people;
	// nil asks for none.
	MembersOf(ctx context.Context, teams, people []ID) ([]Membership, error)
	SaveMember(ctx context.Context, m *Membership) error     // adds or replaces
	RemoveMember(ctx context.Context, team, person ID) error // with the changes to come
	// Begun returns the first moment at which something tells that a person is in a team:
	// that they were added or changed, or a shift of theirs; zero when nothing does.
	Begun(ctx context.Context, team, person ID) (time.Time, error)
	// AddPastMember keeps that somebody was in a team whose membership is removed;
	// PastMembers returns all of those, by their last day.
	AddPastMember(ctx context.Context, m *Membership) error
	PastMembers(ctx context.Context, team ID) ([]Membership, error)
	MemberChanges(ctx context.Context, team ID) ([]MemberChange, error) // by day
	SaveMemberChange(ctx context.Context, c *MemberChange) error        // replaces that of the same day
	RemoveMemberChange(ctx context.Context, team, id ID) error
	MemberTerms(ctx context.Context, team ID) ([]MemberTerms, error) // by day
	SaveMemberTerms(ctx context.Context, t *MemberTerms) error       // replaces those of the same day
	RemoveMemberTerms(ctx context.Context, team, id ID) error

	Leaves(ctx context.Context, people []ID) ([]Leave, error)
	AddLeave(ctx context.Context, l *Leave) error
	RemoveLeave(ctx context.Context, person, id ID) error

	// Published returns what is, or was, published for slots that meet
	// [from, to).
	Published(ctx context.Context, team ID, from, to time.Time) ([]Published, error)
	// PublishedOf is Published for the slots of all teams that some people have, or
	// had, a part of, and OverridesOf returns all overrides of those slots.
	PublishedOf(ctx context.Context, people []ID, from, to time.Time) ([]Published, error)
	OverridesOf(ctx context.Context, people []ID, from, to time.Time) ([]Override, error)
	// PublishedFor returns what is published for some slots of a team.
	PublishedFor(ctx context.Context, team ID, slots []SlotID) ([]Published, error)
	// PublishedIn is Published for some teams, and OverridesIn is Overrides.
	PublishedIn(ctx context.Context, teams []ID, from, to time.Time) ([]Published, error)
	OverridesIn(ctx context.Context, teams []ID, from, to time.Time) ([]Override, error)
	// PublishedNext returns, for each rotation of some teams, what is, or was,
	// published for the slot that is the first to start at an instant or later.
	PublishedNext(ctx context.Context, teams []ID, from time.Time) ([]Published, error)
	// PublishedShift returns one of them, also one that was replaced.
	PublishedShift(ctx context.Context, id ID) (Published, error)
	// Retire ends what is published for the slots, and Publish adds what is.
	Retire(ctx context.Context, team ID, slots []SlotID, at time.Time) error
	Publish(ctx context.Context, team ID, shifts []Published) error
	// TeamsOf returns the teams that somebody is in, or has or had shifts in.
	TeamsOf(ctx context.Context, person ID) ([]TeamRecord, error)
	Overrides(ctx context.Context, team ID, from, to time.Time) ([]Override, error)
	// OverridesSince returns those of all teams that were made or cancelled at an instant or
	// later, by ID.
	OverridesSince(ctx context.Context, since time.Time) ([]Override, error)
	Override(ctx context.Context, id ID) (Override, error)
	AddOverride(ctx context.Context, o *Override) error
	// CancelOverride says false when it had been cancelled before.
	CancelOverride(ctx context.Context, id, by ID, at time.Time) (bool, error)

	Requests(ctx context.Context, team ID, states ...string) ([]Request, error)
	TeamsAsking(ctx context.Context) ([]ID, error) // those with open requests
	RequestsOf(ctx context.Context, teams []ID, states ...string) ([]Request, error)
	// RequestsInVain returns what was asked by somebody or for them in teams, was declined or
	// found nobody, and is about a stretch that ends after an instant, the newest first.
	RequestsInVain(ctx context.Context, teams []ID, person ID, after time.Time) ([]Request, error)
	// RequestsSince returns those of all teams that are open or were answered at an
	// instant or later, by id.
	RequestsSince(ctx context.Context, since time.Time) ([]Request, error)
	Request(ctx context.Context, id ID) (Request, error)
	AddRequest(ctx context.Context, r *Request) error
	// CloseRequest moves an open request to r's state; false when somebody
	// else was first.
	CloseRequest(ctx context.Context, r *Request) (bool, error)
	// AcceptedBy notes which overrides an accepted request has made.
	AcceptedBy(ctx context.Context, r *Request) error
	// RequestOf returns the accepted request that made an override.
	RequestOf(ctx context.Context, override ID) (Request, error)
	// UndoRequest marks an accepted request as undone.
	UndoRequest(ctx context.Context, id ID, note string) error
	// RemindRequest notes that those whom an open request asks were reminded;
	// false when they had been.
	RemindRequest(ctx context.Context, id ID, at time.Time) (bool, error)
	// Seen returns until when a person knows how their shifts have changed, the
	// zero time when they have never said so; SaveSeen moves that forward only.
	Seen(ctx context.Context, person ID) (time.Time, error)
	SaveSeen(ctx context.Context, person ID, until time.Time) error
	// BeginningTeams returns the teams in which something begins in (after, until].
	BeginningTeams(ctx context.Context, after, until time.Time) ([]ID, error)
	// OpenTeams returns the teams of which something between two instants was given to
	// nobody, and perhaps to somebody since.
	OpenTeams(ctx context.Context, from, to time.Time) ([]ID, error)
	// Touched returns whose slots were decided about after an instant, by person and then
	// by when.
	Touched(ctx context.Context, after time.Time) ([]Touch, error)

	Drafts(ctx context.Context, team ID) ([]Draft, error) // newest first, without plans
	// DraftsAtWork returns those of all teams that are queued or being made, oldest
	// first, without plans.
	DraftsAtWork(ctx context.Context) ([]Draft, error)
	// DraftsAhead returns the newest draft of each of some teams that goes on after
	// its last plan and that nobody has asked for, without plans.
	DraftsAhead(ctx context.Context, teams []ID) ([]Draft, error)
	// DraftsReady returns those of all teams that became ready after an instant and wait
	// for somebody to decide, oldest first, without plans.
	DraftsReady(ctx context.Context, after time.Time) ([]Draft, error)
	Draft(ctx context.Context, id ID) (Draft, error)
	DraftAlone(ctx context.Context, id ID) (Draft, error) // without the plan
	AddDraft(ctx context.Context, d *Draft) error
	// SaveDraft replaces a draft that is in one of the states; false when it
	// is in none.
	SaveDraft(ctx context.Context, d *Draft, states ...string) (bool, error)
	// SaveMaking replaces a draft that is being made in the given try, which d
	// may change; false when it is not any more.
	SaveMaking(ctx context.Context, d *Draft, try int) (bool, error)
	// BeatDraft notes that whoever makes a draft in the given try is alive; false
	// when they are not to make it any more.
	BeatDraft(ctx context.Context, id ID, try int, at time.Time) (bool, error)
	Plans(ctx context.Context, team ID) ([]Plan, error) // newest first, without documents
	// PlansSince returns those of all teams that were published at an instant or later, by
	// ID, without documents.
	PlansSince(ctx context.Context, since time.Time) ([]Plan, error)
	Plan(ctx context.Context, team ID, number int) (Plan, error)
	LastPlan(ctx context.Context, team ID) (Plan, error)
	LastPlanAlone(ctx context.Context, team ID) (Plan, error) // without the document
	PlannedUntil(ctx context.Context) (map[ID]Date, error)    // the end of the last plan of each team that has one
	AddPlan(ctx context.Context, p *Plan) error

	Feeds(ctx context.Context, owner ID) ([]Feed, error)
	FeedsOfTeam(ctx context.Context, team ID) ([]Feed, error)
	// FeedByToken returns a feed (but its label) that is not revoked, of somebody active, with
	// what it depends on: for a person's, the teams of shifts that start from
	// an instant on.
	FeedByToken(ctx context.Context, hash string, from time.Time) (Feed, FeedBasis, error)
	AddFeed(ctx context.Context, f *Feed, hash string) error
	ResetFeed(ctx context.Context, owner, id ID, hash string) error
	RevokeFeed(ctx context.Context, owner, id ID, at time.Time) error
	// Fetched notes who read a feed, unless a later reader is noted.
	Fetched(ctx context.Context, id ID, at time.Time, by string) error
	// Rendered replaces what is remembered of a feed's bytes; false when it is
	// not what it was.
	Rendered(ctx context.Context, id ID, was, is Rendering) (bool, error)
	// Rotations returns the names of rotations that a team has published.
	Rotations(ctx context.Context, teams []ID) (map[ID][]RotationID, error)

	ImportStore

	Audit(ctx context.Context, e *AuditEntry) error
	AuditOf(ctx context.Context, q AuditQuery) ([]AuditEntry, error) // newest first
}

// An ImportStore keeps other people's calendars and what came from them.
type ImportStore interface {
	Imports(ctx context.Context, owner, team ID) ([]Import, error) // a team's, or the owner's own; by when they were added
	Import(ctx context.Context, id ID) (Import, error)
	AddImport(ctx context.Context, i *Import) error
	SaveImport(ctx context.Context, i *Import) error
	// LockImport keeps others from changing what an import brought until the
	// transaction ends.
	LockImport(ctx context.Context, id ID) error
	// ClaimImport notes that an import is tried and when it is read next; false
	// when somebody else has since i was loaded.
	ClaimImport(ctx context.Context, i *Import, next, tried time.Time) (bool, error)
	// BringForwardImports makes due at a moment what is to be read after another.
	BringForwardImports(ctx context.Context, to, after time.Time) (int, error)
	DueImports(ctx context.Context, now time.Time, limit int) ([]ID, error) // those overdue longest first
	// RemoveImport removes an import and all that came from it, but for absences.
	RemoveImport(ctx context.Context, id ID) error
	StaleImports(ctx context.Context, before time.Time) ([]ID, error) // never confirmed

	ImportedLeaves(ctx context.Context, id ID) ([]Leave, error)
	SaveLeave(ctx context.Context, l *Leave) error
	// FreeLeaves makes the absences of an import ones that were entered by hand.
	FreeLeaves(ctx context.Context, id ID) error

	ImportedHolidays(ctx context.Context, team ID, people []ID) ([]ImportedHoliday, error)
	SaveHolidays(ctx context.Context, id ID, days []Holiday) error // instead of those there are

	ImportedShifts(ctx context.Context, team ID) ([]ImportedShift, error) // by start
	ImportedBalances(ctx context.Context, team ID) (map[ID]int64, error)  // thousandths of a point
	// SaveImportedShifts replaces the shifts of an import, and what they come to.
	SaveImportedShifts(ctx context.Context, id ID, shifts []ImportedShift, balances map[ID]int64) error
}

// An ImportedHoliday is a day off of a team or of a person.
type ImportedHoliday struct {
	Import ID
	Team   ID // nobody's: of Person
	Person ID
	Holiday
}
